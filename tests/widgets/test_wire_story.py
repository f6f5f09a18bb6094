"""What happened is told in a sentence, and hides what is secret."""

import pytest

from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.masks import MASK
from asgi_nb.record.origin import Origin
from asgi_nb.record.relation import Relation
from asgi_nb.widgets.wire_story import story


@pytest.fixture
def told(store, traffic, run):
    """Tell one request's story, without its time."""

    def told(path="/tea", *, change=lambda exchange: None, **options):
        run(traffic.http(path, **options))
        exchange = store[-1]
        if exchange.response_done_ns is not None:
            exchange.response_done_ns = 1_200_000
        if exchange.app_exit_ns is not None:
            exchange.app_exit_ns = 1_300_000
        change(exchange)
        return story(exchange)

    return told


def in_cell(exchange):
    exchange.origin = Origin("id", 3, "hash", "get_tea", "file", 2)


def test_an_answer_names_status_cell_and_time(told):
    assert told(status=404, change=in_cell) == (
        "GET /tea was answered with 404 Not Found by get_tea in cell [3] after 1.2 ms."
    )


def test_a_secret_in_the_query_is_hidden(told):
    assert f"token={MASK}" in told(query=b"token=s3cr3t")


def test_an_exception_that_nobody_answered_is_named(told):
    assert told(error=ValueError("x"), change=in_cell) == (
        "GET /tea was answered by nobody: get_tea in cell [3] raised ValueError after 1.3 ms."
    )


@pytest.mark.parametrize(
    ("state", "says"),
    [
        pytest.param("open", "GET /tea has come in, and is not answered yet.", id="open"),
        pytest.param("queued", "GET /tea waits until the kernel has run its cell.", id="queued"),
        pytest.param("held", "GET /tea is held, for a person to look at it.", id="held"),
        pytest.param(
            "aborted", "GET /tea was cut off after some time, before the app had answered.", id="aborted"
        ),
    ],
)
def test_what_has_no_answer_says_why(told, state, says):
    def wait(exchange):
        exchange.response = exchange.response_done_ns = exchange.app_exit_ns = None
        exchange.state = state

    assert told(change=wait) == says


def test_a_stream_says_how_much_has_come(told):
    def stream(exchange):
        exchange.response_done_ns = exchange.app_exit_ns = None
        exchange.state = "streaming"

    assert told(response_body=b"12345", change=stream) == (
        "GET /tea is being answered with 200 OK: 5 bytes so far."
    )


def test_a_replay_and_a_hold_are_told_too(told):
    def change(exchange):
        exchange.relation = Relation("3f9a", ("path", "headers"))
        exchange.holds = (HoldRecord(0, 2_000_000_000, "request", "path:/tea", "went on"),)

    assert told(change=change).endswith(
        "It repeats 3f9a, with another path and headers. It was held at the request for 2.0 s, went on."
    )


def test_a_socket_tells_what_went_over_it_and_how_it_ended(store, traffic, run):
    async def script(receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hi"})
        await send({"type": "websocket.close", "code": 1001, "reason": "token=abc123"})

    run(traffic.websocket("/chat", script))

    sentence = story(store[-1])
    assert sentence.startswith("A WebSocket to /chat was open for ")
    assert sentence.endswith(
        "0 messages came in, 1 went out. "
        f"It was closed by the app with 1001 Going Away, \u201ctoken={MASK}\u201d."
    )


def test_of_one_message_it_is_told_in_the_singular(store, traffic, run):
    async def script(receive, send):
        await send({"type": "websocket.accept"})
        await receive()

    run(traffic.websocket("/chat", script, [{"type": "websocket.receive", "text": "hi"}]))

    assert "1 message came in, 0 went out." in story(store[-1])


def test_a_socket_that_was_refused_says_so(store, traffic, run):
    async def script(receive, send):
        await send({"type": "websocket.close", "code": 1008})

    run(traffic.websocket("/chat", script))

    assert story(store[-1]) == "A WebSocket to /chat was refused."
