"""What an app raises after its answer is logged, and costs the client nothing."""

import http.client

import pytest

from asgi_nb.service.service import start


@pytest.fixture(params=["httptools", "h11"])
def serve(request, monkeypatch):
    if request.param == "h11":
        from asgi_nb.service import protocols, server

        monkeypatch.setattr(server, "http_protocol", lambda: protocols.LimitedH11)
    services = []

    def serve(app):
        services.append(start(app))
        return services[-1]

    yield serve
    for service in services:
        service.stop()


async def answers_and_raises(scope, receive, send):
    if scope["type"] == "http":
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": b"no"})
        raise ValueError("after the answer")


async def raises_in_between(scope, receive, send):
    if scope["type"] == "http":
        headers = [(b"content-length", b"10")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("in between")


def test_the_connection_lives_on_and_the_error_is_in_the_log(serve):
    service = serve(answers_and_raises)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    connection.connect()
    first = connection.sock

    for _ in range(50):
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (500, b"no")
        assert connection.sock is first

    connection.close()
    service.stop()
    assert [record.exc_text.rpartition("\n")[2] for record in service.log] == [
        "ValueError: after the answer"
    ] * 50


def test_an_answer_that_was_cut_still_ends_its_connection(serve):
    service = serve(raises_in_between)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    connection.request("GET", "/")

    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()

    connection.close()
    service.stop()
    assert service.log[-1].exc_text.endswith("ValueError: in between")
