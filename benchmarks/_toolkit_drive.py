"""
The server's side of a benchmark: calls an ASGI app as uvicorn would, with as little of its own as possible.

A request is made ready once; sending it makes one dict, one callable and what the app does with them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

# As uvicorn announces itself.
HTTP = {"version": "3.0", "spec_version": "2.3"}
WEBSOCKET = {"version": "3.0", "spec_version": "2.4"}


@dataclass(frozen=True)
class Answer:
    """What a client sees."""

    status: int
    body: bytes


@dataclass
class Request:
    """One HTTP request, to be sent again and again."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()
    leaves: bool = False
    """The client leaves after the answer. Some toolkits wait for that after a stream; to tell costs time."""
    scope: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        headers = [(b"host", b"testserver"), (b"accept", b"*/*"), (b"user-agent", b"bench"), *self.headers]
        if self.body:
            headers.append((b"content-length", b"%d" % len(self.body)))
        self.scope = {**_scope(self.path, HTTP, headers), "type": "http", "method": self.method}

    async def send_to(self, app: App) -> None:
        """Send it and drop the answer."""
        if self.leaves:
            client = _Client(self.body)
            await app(self.scope.copy(), client.receive, client.send)
        else:
            await app(self.scope.copy(), _once(self.body), _drop)

    async def ask(self, app: App) -> Answer:
        """Send it and keep the answer."""
        client = _Client(self.body)
        sent: list[dict[str, Any]] = []

        async def keep(message: dict[str, Any]) -> None:
            # Some apps go on to write into the message they sent.
            sent.append(dict(message))
            await client.send(message)

        await app(self.scope.copy(), client.receive, keep)
        starts = [message for message in sent if message["type"] == "http.response.start"]
        if len(starts) != 1:
            raise RuntimeError(f"{self.method} {self.path}: expected one start, got {sent!r}")
        return Answer(starts[0]["status"], b"".join(bytes(message.get("body", b"")) for message in sent))


class _Client:
    """Sends the body at once, and leaves when it has its answer."""

    __slots__ = ("_body", "_over", "_waiter")

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._over = False
        self._waiter: asyncio.Future[None] | None = None

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        if not self._over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._over = True
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)


@dataclass
class Echoes:
    """A WebSocket session of so many text messages."""

    path: str
    count: int
    scope: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        scope = _scope(self.path, WEBSOCKET, [(b"host", b"testserver")])
        self.scope = {**scope, "type": "websocket", "scheme": "ws", "subprotocols": []}

    async def send_to(self, app: App) -> None:
        """Hold the session and drop what comes back."""
        await app(self.scope.copy(), self._receive(), _drop)

    async def ask(self, app: App) -> Answer:
        """Hold the session; the answer is what came back, joined."""
        sent: list[str] = []

        async def keep(message: dict[str, Any]) -> None:
            if message["type"] == "websocket.send":
                sent.append(message["text"])

        await app(self.scope.copy(), self._receive(), keep)
        return Answer(101, " ".join(sent).encode())

    def _receive(self) -> Callable[[], Awaitable[dict[str, Any]]]:
        left = self.count + 1
        text = {"type": "websocket.receive", "text": "hello"}

        async def receive() -> dict[str, Any]:
            nonlocal left
            left -= 1
            if left == self.count:
                return {"type": "websocket.connect"}
            return text if left >= 0 else {"type": "websocket.disconnect", "code": 1000}

        return receive


def _scope(path: str, asgi: dict[str, str], headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "asgi": asgi,
        "http_version": "1.1",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def _once(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    fresh = True

    async def receive() -> dict[str, Any]:
        nonlocal fresh
        if not fresh:
            # The client stays until it has its answer.
            await asyncio.get_running_loop().create_future()
        fresh = False
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _drop(message: dict[str, Any]) -> None:
    pass


@asynccontextmanager
async def started(app: App) -> Any:
    """The app between its startup and its shutdown, if it has them."""
    to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": HTTP, "state": {}}
    task = asyncio.create_task(_until_it_ends(app, scope, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    answer = asyncio.create_task(from_app.get())
    await asyncio.wait([task, answer], return_when=asyncio.FIRST_COMPLETED)
    if answer.done() and answer.result()["type"] == "lifespan.startup.failed":
        raise RuntimeError(f"startup failed: {answer.result().get('message')}")
    answer.cancel()
    try:
        yield app
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await asyncio.wait([task], timeout=5)
        task.cancel()


async def _until_it_ends(app: App, scope: dict[str, Any], receive: Any, send: Any) -> None:
    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - by raising, an app says that it does not know the protocol
        return
