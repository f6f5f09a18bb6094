"""Exchanges of every sort, to filter."""

import pytest

from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Origin
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store


@pytest.fixture(name="make_scope")
def make_scope_fixture():
    def make_scope(kind="http", **changes):
        scope = {
            "type": kind,
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", b"shop.example")],
        }
        return scope | ({"method": "GET"} if kind == "http" else {"subprotocols": []}) | changes

    return make_scope


@pytest.fixture
def start(make_scope):
    """Begin an exchange: gives its recorder."""
    return lambda kind="http", **changes: Recorder(make_scope(kind, **changes), 1_700_000_000.0)


@pytest.fixture
def answer(start):
    """Make an exchange that is answered, after some milliseconds."""

    def answer(status=200, body=b"", headers=(), received=b"", ms=1, chunks=1, **scope):
        recorder = start(**scope)
        at = int(ms * 1e6)
        recorder.feed("receive", {"type": "http.request", "body": received}, 1000)
        recorder.feed("send", {"type": "http.response.start", "status": status, "headers": list(headers)}, at)
        for _ in range(chunks - 1):
            recorder.feed("send", {"type": "http.response.body", "body": b"", "more_body": True}, at)
        recorder.feed("send", {"type": "http.response.body", "body": body}, at)
        recorder.finish(at + 1000)
        return recorder.exchange

    return answer


@pytest.fixture
def shop(start, answer):
    """A store of eight exchanges, by what they are."""
    json = (b"content-type", b"application/json; charset=utf-8")
    items = answer(
        body=b'{"name": "Sencha"}',
        headers=[json, (b"content-length", b"18")],
        path="/items/3",
        query_string=b"q=green+tea&page=1",
    )
    items.route_path, items.origin = "/items/{id}", Origin("a", 3, "h", "get_item", "f", 1)
    created = answer(201, b"ok" * 6000, path="/items", method="POST", received=b'{"price": 12}', ms=150)
    created.origin = Origin("b", 4, "h", "create", "f", 1)
    created.add_output(OutputRecord(1, "stdout", "stored Sencha\n"))
    created.add_output(OutputRecord(1, "log", "slow disk", "WARNING", "shop.db"))
    missing = answer(
        404,
        path="/nope",
        headers=[(b"set-cookie", b"session=abc123; Path=/")],
        client=("10.0.0.7", 4000),
    )
    broken = answer(500, path="/boom", ms=2000)
    broken.error = ErrorRecord.from_exception(ValueError("no such tea"))
    stream = answer(
        headers=[(b"content-type", b"text/event-stream")], path="/events", body=b"data: 1\n\n", chunks=3
    )
    chat = start(
        "websocket", path="/chat", headers=[(b"host", b"chat.example"), (b"cookie", b"a=1; theme=dark")]
    )
    chat.feed("send", {"type": "websocket.accept", "headers": [(b"x-room", b"7")]}, 1000)
    chat.feed("receive", {"type": "websocket.receive", "text": "Hello Earl"}, 2000)
    closed = start("websocket", path="/chat")
    closed.feed("send", {"type": "websocket.accept"}, 1000)
    closed.feed("receive", {"type": "websocket.disconnect", "code": 1006, "reason": "gone home"}, 2000)
    closed.finish(3000)
    waiting = start(path="/wait")
    named = {
        "items": items,
        "created": created,
        "missing": missing,
        "broken": broken,
        "stream": stream,
        "chat": chat.exchange,
        "closed": closed.exchange,
        "waiting": waiting.exchange,
    }
    store = Store()
    for exchange in named.values():
        store.add(exchange)
    store.names = {exchange.seq: name for name, exchange in named.items()}
    return store
