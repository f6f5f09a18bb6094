"""Apps that answer as was recorded."""

import gzip
import json

import pytest

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.har_reader import load_har
from asgi_nb.record.mocking import Mock, Mocked, mock
from asgi_nb.record.selection import Selection
from asgi_nb.web.testclient import TestClient, WebSocketDenialResponse
from asgi_nb.web.websockets import WebSocketDisconnect

TEXT = (b"content-type", b"text/plain")


@pytest.fixture
def ask():
    def ask(app, method, path, **options):
        with TestClient(app) as client:
            return client.request(method, path, **options)

    return ask


def test_a_request_is_answered_as_it_was(make_exchange, ask):
    app = mock(
        [make_exchange(201, b"made", [TEXT, (b"x-a", b"1"), (b"x-a", b"2"), (b"content-length", b"4")])]
    )

    answer = ask(app, "GET", "/items/3")

    assert (answer.status_code, answer.text) == (201, "made")
    assert answer.headers.get_list("x-a") == ["1", "2"]
    assert answer.headers.get_list("content-length") == ["4"]


def test_answers_come_in_their_order_and_the_last_one_for_ever(make_exchange):
    app = Mock(make_exchange(body=body) for body in (b"one", b"two"))

    with TestClient(app) as client:
        texts = [client.get("/items/3").text for _ in range(4)]
        app.rewind()
        texts.append(client.get("/items/3").text)

    assert texts == ["one", "two", "two", "two", "one"]


def test_method_path_and_query_tell_requests_apart(make_exchange, ask):
    app = Mock(
        [
            make_exchange(body=b"get"),
            make_exchange(body=b"post", method="POST"),
            make_exchange(body=b"query", query_string=b"q=1"),
            make_exchange(body=b"other", path="/other"),
        ]
    )

    assert ask(app, "GET", "/items/3").text == "get"
    assert ask(app, "POST", "/items/3").text == "post"
    assert ask(app, "GET", "/items/3?q=1").text == "query"
    assert ask(app, "GET", "/other").text == "other"
    assert ask(app, "HEAD", "/items/3").headers["content-length"] == "3"


def test_what_is_not_recorded_is_a_404_that_names_what_is(make_exchange, ask):
    app = Mock([make_exchange(query_string=b"token=secret"), make_exchange(method="POST")])

    answer = ask(app, "GET", "/nothing")

    assert answer.status_code == 404
    assert answer.text == "GET /nothing is not recorded; there is:\nGET /items/3?token=•••\nPOST /items/3\n"
    assert "there is: nothing" in ask(Mock([]), "GET", "/").text
    many = Mock(make_exchange(path=f"/{number}") for number in range(25))
    assert ask(many, "GET", "/x").text.endswith("GET /19\nand 5 more\n")


def test_it_can_be_mounted(make_exchange, ask):
    from asgi_nb.web.applications import App
    from asgi_nb.web.routing import Mount

    app = App(routes=[Mount("/v1", Mock([make_exchange(body=b"below", path="/items")]))])

    assert ask(app, "GET", "/v1/items").text == "below"


def test_a_compressed_body_stays_so_and_one_of_a_file_is_plain(make_exchange, ask):
    headers = [TEXT, (b"content-encoding", b"gzip"), (b"content-length", b"999")]
    exchange = make_exchange(body=gzip.compress(b"hello"), headers=headers)

    recorded = ask(Mock([exchange]), "GET", "/items/3")
    read = ask(Mock(load_har(json.loads(json.dumps(exchange.to_har())))), "GET", "/items/3")

    assert (recorded.text, recorded.headers["content-encoding"]) == ("hello", "gzip")
    assert (read.text, read.headers.get("content-encoding")) == ("hello", None)


def test_what_has_no_whole_response_is_left_out_and_told(make_exchange, play):
    app = Selection(
        [make_exchange(), play(exit=False), make_exchange(body=b"x" * (BODY_LIMIT + 1))]
    ).to_mock()

    assert repr(app) == "<MOCK of 1 requests with 1 answers, 2 left out>"
    assert "has no whole response to answer with: it is open" in app.skipped[0]
    assert "was not kept whole: 1048576 of 1048577 bytes" in app.skipped[1]
    assert "left out" in app._repr_html_()
    with pytest.raises(ExportError, match="no whole response"):
        Mocked(play(exit=False))


# --- sessions


@pytest.fixture
def session(play, make_scope):
    def session(*messages, close=None, **scope):
        accept = {"type": "websocket.accept", "subprotocol": "v1", "headers": [(b"x-a", b"1")]}
        script = [("receive", {"type": "websocket.connect"}), ("send", accept)]
        for direction, data in messages:
            key = "text" if isinstance(data, str) else "bytes"
            script.append((direction, {"type": f"websocket.{direction}", key: data}))
        if close:
            script.append(("send", {"type": "websocket.close", "code": close}))
        else:
            script.append(("receive", {"type": "websocket.disconnect", "code": 1000}))
        return play(*script, scope=make_scope("websocket", path="/chat", subprotocols=["v1"], **scope))

    return session


def test_a_session_is_played_as_it_was(session):
    app = Mock([session(("send", "hello"), ("receive", "x"), ("send", b"\x00"), close=4001)])

    with TestClient(app) as client, client.websocket_connect("/chat", subprotocols=["v1"]) as websocket:
        assert websocket.accepted_subprotocol == "v1"
        assert websocket.receive_text() == "hello"
        websocket.send_text("y")
        assert websocket.receive_bytes() == b"\x00"
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_text()

    assert closed.value.code == 4001


def test_a_client_may_leave_early_or_late(session):
    app = Mock([session(("receive", "a"), ("send", "b"))])

    with TestClient(app) as client:
        with client.websocket_connect("/chat"):
            pass
        with client.websocket_connect("/chat") as websocket:
            websocket.send_text("a")
            assert websocket.receive_text() == "b"
            websocket.send_text("more")


def test_a_denied_handshake_is_denied_again(play, make_scope):
    exchange = play(
        ("receive", {"type": "websocket.connect"}),
        ("send", {"type": "websocket.http.response.start", "status": 401, "headers": [TEXT]}),
        ("send", {"type": "websocket.http.response.body", "body": b"who?"}),
        scope=make_scope("websocket", extensions={"websocket.http.response": {}}),
    )

    with TestClient(Mock([exchange])) as client, pytest.raises(WebSocketDenialResponse) as denied:
        with client.websocket_connect("/items/3"):
            pass

    assert (denied.value.status_code, denied.value.text) == (401, "who?")


def test_a_socket_that_is_not_recorded_is_refused(session):
    with TestClient(Mock([session()])) as client, pytest.raises(WebSocketDisconnect) as closed:
        with client.websocket_connect("/other"):
            pass

    assert closed.value.code == 4404
