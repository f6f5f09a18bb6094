"""Factories that make valid messages, scopes and exchanges, and the app that plays them."""

import pytest

import asgi_nb.record.wire
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap


def make_scope(kind="http", **changes):
    """A scope as uvicorn makes it; keywords replace its keys."""
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http" if kind == "http" else "ws",
        "root_path": "",
        "path": "/items/3",
        "raw_path": b"/items/3",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*")],
        "extensions": {},
    }
    if kind == "http":
        scope["method"] = "GET"
    else:
        scope["subprotocols"] = []
    return scope | changes


@pytest.fixture(name="make_scope")
def make_scope_fixture():
    return make_scope


@pytest.fixture
def play():
    """Feed `(direction, message)` pairs to a recorder, one microsecond apart, and give the exchange."""

    def play(*script, scope=None, exit=True, error=None):
        recorder = Recorder(scope or make_scope(), 1_700_000_000.0)
        for step, (direction, message) in enumerate(script, 1):
            recorder.feed(direction, message, step * 1000)
        if exit:
            recorder.finish((len(script) + 1) * 1000, error)
        return recorder.exchange

    return play


@pytest.fixture
def make_exchange(play):
    """Make a finished exchange: a status, a body and headers of the response, a scope by keywords."""

    def make_exchange(status=200, body=b"", headers=(), received=None, **scope):
        script = [] if received is None else [("receive", {"type": "http.request", "body": received})]
        script.append(("send", {"type": "http.response.start", "status": status, "headers": list(headers)}))
        script.append(("send", {"type": "http.response.body", "body": body}))
        return play(*script, scope=make_scope(**scope))

    return make_exchange


class Wire:
    """A server's side of one call: hands out what the client sends, keeps what the app sends."""

    def __init__(self, *messages):
        self.waiting = list(messages)
        self.received = []
        self.sent = []

    async def receive(self):
        message = self.waiting.pop(0) if self.waiting else {"type": "http.disconnect"}
        self.received.append(message)
        return message

    async def send(self, message):
        self.sent.append(message)


class TellingWire(Wire, asgi_nb.record.wire.Wire):
    """A server that tells its listener of the messages itself, so that nothing needs to stand between."""

    def __init__(self, *messages):
        Wire.__init__(self, *messages)
        asgi_nb.record.wire.Wire.__init__(self)

    async def receive(self):
        message = await Wire.receive(self)
        if self.listener is not None:
            self.listener.received(message)
        return message

    async def send(self, message):
        if self.listener is not None:
            self.listener.sent(message)
        await Wire.send(self, message)


@pytest.fixture(params=[Wire, TellingWire])
def wire(request):
    return request.param


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def call(store, wire):
    """Run an app behind a tap, against a wire, and give that wire."""
    make = wire

    async def call(app, *messages, scope=None, wire=None, **options):
        wire = wire or make(*(messages or [{"type": "http.request", "body": b""}]))
        await Tap(app, store, **options)(scope or make_scope(), wire.receive, wire.send)
        return wire

    return call
