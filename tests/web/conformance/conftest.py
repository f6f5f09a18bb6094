"""
A server that plays one ASGI connection, and writes down what passes.

Rule 1: it knows nothing of the toolkit: what is legal stands in the tables here, from the specification.
Rule 2: what an app does wrong is a line of the transcript, which a failed test shows whole.
Rule 3: the client leaves when a test says so, by the number of messages that the app has sent.

Source: ASGI specification 3.0, "HTTP & WebSocket" 2.5 and "Lifespan" 2.0; RFC 9110 sections 6.4.1 and 8.6.
"""

import copy
import gc

import anyio
import pytest

# (state, message type) -> next state. "body?" is a final body if it says so, and an open one otherwise.
HTTP = {
    ("waiting", "http.response.start"): "started",
    ("waiting", "http.response.early_hint"): "waiting",
    ("waiting", "http.response.debug"): "waiting",
    ("waiting", "http.response.push"): "waiting",
    ("started", "http.response.body"): "body?",
    ("started", "http.response.pathsend"): "whole",
    ("body", "http.response.body"): "body?",
    ("trailers", "http.response.trailers"): "trailers?",
}
WEBSOCKET = {
    ("waiting", "websocket.accept"): "open",
    ("waiting", "websocket.close"): "closed",
    ("waiting", "websocket.http.response.start"): "denying",
    ("denying", "websocket.http.response.body"): "denying?",
    ("open", "websocket.send"): "open",
    ("open", "websocket.close"): "closed",
}
LIFESPAN = {
    ("waiting", "lifespan.startup.complete"): "running",
    ("waiting", "lifespan.startup.failed"): "over",
    ("stopping", "lifespan.shutdown.complete"): "over",
    ("stopping", "lifespan.shutdown.failed"): "over",
}
TABLES = {"http": HTTP, "websocket": WEBSOCKET, "lifespan": LIFESPAN}

# What a server must offer before an app may send it.
EXTENSIONS = {
    "http.response.pathsend": "http.response.pathsend",
    "http.response.early_hint": "http.response.early_hint",
    "http.response.debug": "http.response.debug",
    "http.response.push": "http.response.push",
    "http.response.trailers": "http.response.trailers",
    "websocket.http.response.start": "websocket.http.response",
    "websocket.http.response.body": "websocket.http.response",
}


class Server:
    """
    One connection.

    Args:
        scope: What the app is called with; it gets a copy.
        messages: What the app receives, one after the other.
        leaves_after: The client leaves once the app has sent so many messages; None: it stays to the end.
        after_messages: The client leaves, too, once the app has received all of `messages`.
    """

    def __init__(self, scope, messages=(), *, leaves_after=None, after_messages=False):
        self.given_scope = scope
        self.scope = copy.copy(scope)
        self.messages = list(messages)
        self.leaves_after = leaves_after
        self.after_messages = after_messages
        self.kind = scope["type"]
        self.state = "waiting"
        self.sent = []
        self.lines = []
        self.faults = []
        self.error = None
        self.has_left = leaves_after == 0
        self.receives = 0
        self.receiving = 0
        self._length = 0
        self._changed = anyio.Event()
        self._offered = scope.get("extensions") or {}

    async def run(self, app, *, seconds=5):
        """Call the app; its exception becomes `error`. Gives the server, for a test to go on with."""
        with anyio.move_on_after(seconds) as time:
            try:
                await app(self.scope, self.receive, self.send)
            except Exception as exc:  # noqa: BLE001 - what the app raised is what is looked at
                self.error = exc
        if time.cancelled_caught:
            self._fault(f"the app has not ended after {seconds} seconds")
        # A generator that was dropped half-way is a warning on trio: in this test, not in a later one.
        gc.collect(1)
        self.lines.append(f"app ended{'' if self.error is None else f' by {self.error!r}'}")
        if self.error is None and not self.has_left:
            self._check_end()
        return self

    async def receive(self):
        self.receives += 1
        self.receiving += 1
        if self.receiving > 1:
            self._fault("two tasks receive at once")
        try:
            # As a channel of trio: even for what is there a turn of the loop passes first.
            await anyio.lowlevel.checkpoint()
            while True:
                if self.messages:
                    message = self.messages.pop(0)
                    if self.after_messages and not self.messages:
                        self.leave()
                    break
                if self.has_left or (self.kind != "websocket" and self.state in ("whole", "over")):
                    message = self._disconnect()
                    break
                if self.kind == "websocket" and self.state == "closed":
                    message = {"type": "websocket.disconnect", "code": 1005}
                    break
                await self._changed.wait()
        finally:
            self.receiving -= 1
        self.lines.append(f"-> {show(message)}")
        return message

    async def send(self, message):
        # A real server yields here, when the client is slower than the app.
        await anyio.lowlevel.checkpoint()
        if self.has_left:
            self.lines.append(f"<- {show(message)}, and the client is gone")
            if self._says_who_left():
                raise OSError("the client is gone")
            return
        self.lines.append(f"<- {show(message)}")
        self.sent.append(message)
        self._check(message)
        if self.leaves_after is not None and len(self.sent) >= self.leaves_after:
            self.leave()
        self._wake()

    def leave(self):
        """Let the client leave."""
        self.has_left = True
        self.lines.append("the client leaves")
        self._wake()

    def push(self, message):
        """Let the app receive one more message."""
        self.messages.append(message)
        self._wake()

    def _wake(self):
        self._changed.set()
        self._changed = anyio.Event()

    def _disconnect(self):
        return {"type": f"{self.kind}.disconnect"}

    def _says_who_left(self):
        version = (self.scope.get("asgi") or {}).get("spec_version", "2.0")
        return self.kind in ("http", "websocket") and tuple(map(int, version.split("."))) >= (2, 4)

    def _fault(self, text):
        self.lines.append(f"!! {text}")
        self.faults.append(text)

    def _check(self, message):
        kind = message["type"]
        following = TABLES[self.kind].get((self.state, kind))
        if following is None:
            self._fault(f"{kind} is not allowed while {self.state}")
            return
        if kind in EXTENSIONS and EXTENSIONS[kind] not in self._offered:
            self._fault(f"{kind} needs the extension {EXTENSIONS[kind]}")
        if kind.endswith(".start") or kind == "websocket.accept":
            self._check_headers(message)
            self._trailers = message.get("trailers", False)
        if kind.endswith(".body"):
            body = message.get("body", b"")
            if not isinstance(body, bytes | bytearray | memoryview):
                self._fault(f"a body is bytes, not {type(body).__name__}")
            self._length += len(body)
        if kind == "websocket.send" and (message.get("text") is None) == (message.get("bytes") is None):
            self._fault("websocket.send has one of text and bytes")
        if following.endswith("?"):
            more = message.get("more_body", False) or message.get("more_trailers", False)
            if not more:
                end = {"body?": "trailers" if self._trailers else "whole", "denying?": "closed"}
                following = end.get(following, "whole")
            else:
                following = following[:-1]
        self.state = following

    def _check_headers(self, message):
        if message["type"] != "websocket.accept":
            status = message.get("status")
            if type(status) is not int or not 100 <= status <= 599:
                self._fault(f"a status is a number from 100 to 599, not {status!r}")
        for header in message.get("headers", ()):
            if len(header) != 2 or not all(isinstance(part, bytes) for part in header):
                self._fault(f"a header is a pair of bytes, not {header!r}")
            elif header[0] != header[0].lower() or not header[0]:
                self._fault(f"a header's name is in lower case, not {header[0]!r}")
            elif any(bad in header[0] + header[1] for bad in b"\r\n\0"):
                self._fault(f"a header holds no CR, LF and NUL, as {header!r} does")

    def _check_end(self):
        good = {"http": ("whole",), "websocket": ("closed",), "lifespan": ("over",)}[self.kind]
        if self.state not in good:
            self._fault(f"the app ended while {self.state}")
        if self.kind == "http" and self.state == "whole":
            self._check_length()

    def _check_length(self):
        start = next(message for message in self.sent if message["type"] == "http.response.start")
        status, headers = start["status"], dict(start.get("headers", ()))
        declared = headers.get(b"content-length")
        empty = status < 200 or status in (204, 304) or self.scope["method"] == "HEAD"
        if empty and self._length:
            self._fault(f"{self._length} bytes of body in a response that has none")
        if declared is not None and (status < 200 or status == 204):
            self._fault(f"content-length in a {status}")
        by_path = any(message["type"] == "http.response.pathsend" for message in self.sent)
        if declared is not None and not empty and not by_path and int(declared) != self._length:
            self._fault(f"content-length is {int(declared)}, the body has {self._length} bytes")

    @property
    def status(self):
        """The status of the response; None if there is none."""
        starts = [message for message in self.sent if message["type"].endswith("http.response.start")]
        return starts[0]["status"] if starts else None

    @property
    def headers(self):
        """The headers of the response, the last of each name."""
        return next(dict(m.get("headers", ())) for m in self.sent if m["type"].endswith(".start"))

    @property
    def body(self):
        """The body, as far as it was sent."""
        return b"".join(bytes(m.get("body", b"")) for m in self.sent if m["type"].endswith(".body"))

    @property
    def types(self):
        """The types of what the app sent."""
        return [message["type"] for message in self.sent]

    @property
    def transcript(self):
        """All that passed, a line each, for people."""
        first = f"{self.kind} {self.given_scope.get('method', '')} {self.given_scope.get('path', '')}"
        return "\n".join([f"\n   {first}", *(f"   {line}" for line in self.lines)])

    def assert_conforms(self):
        """Fail with the transcript if the app did anything wrong, or raised."""
        assert not self.faults, self.transcript
        assert self.error is None, self.transcript


def show(message):
    """A message in one line."""
    parts = []
    for key, value in message.items():
        if key != "type":
            text = repr(bytes(value) if isinstance(value, memoryview) else value)
            parts.append(f"{key}={text if len(text) < 120 else text[:100] + f'… ({len(text)})'}")
    return " ".join([message["type"], *parts])


def make_scope(kind="http", path="/", *, spec="2.3", headers=(), extensions=None, **more):
    """A scope as servers make it."""
    scope = {
        "type": kind,
        "asgi": {"version": "3.0"} if spec is None else {"version": "3.0", "spec_version": spec},
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"h.example"), *headers],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    if kind == "http":
        scope |= {"scheme": "http", "method": "GET"}
    else:
        scope |= {"scheme": "ws", "subprotocols": []}
    if extensions is not None:
        scope["extensions"] = extensions
    return scope | more


@pytest.fixture
def scope():
    """Makes scopes, see `make_scope`."""
    return make_scope


@pytest.fixture
def server():
    """The class Server."""
    return Server


@pytest.fixture
def http():
    """
    `await http(app, path, messages, **options)`: one HTTP request, played to its end.

    Options of `Server` are taken from the others, which are for the scope.
    """

    async def play(app, path="/", messages=None, *, leaves_after=None, after_messages=False, **options):
        if messages is None:
            messages = [{"type": "http.request", "body": b"", "more_body": False}]
        played = Server(
            make_scope("http", path, **options),
            messages,
            leaves_after=leaves_after,
            after_messages=after_messages,
        )
        return await played.run(app)

    return play


@pytest.fixture
def websocket():
    """`await websocket(app, path, messages, **options)`: one WebSocket session, as `http`."""

    async def play(app, path="/", messages=(), *, leaves_after=None, after_messages=False, **options):
        played = Server(
            make_scope("websocket", path, **options),
            [{"type": "websocket.connect"}, *messages],
            leaves_after=leaves_after,
            after_messages=after_messages,
        )
        return await played.run(app)

    return play
