"""Fixtures for the widgets: real traffic through a real tap, without a server."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap


class Traffic:
    """Drives ASGI apps through a tap, so that the store holds what a server would have left there."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def http(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        query: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"",
        status: int = 200,
        response_headers: list[tuple[bytes, bytes]] | None = None,
        response_body: bytes = b"",
        error: Exception | None = None,
        stream: Callable[[Any, Any, Any], Awaitable[None]] | None = None,
    ) -> None:
        """Let one request run from its scope to the app's exit; `stream` takes the app's place."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            if error:
                raise error
            await send({"type": "http.response.start", "status": status, "headers": response_headers or []})
            await send({"type": "http.response.body", "body": response_body})

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query,
            "root_path": "",
            "headers": headers or [],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        received = iter([{"type": "http.request", "body": body, "more_body": False}])
        await self._run(stream or app, scope, lambda: next(received), error)

    async def websocket(
        self,
        path: str,
        script: Callable[[Any, Any], Awaitable[None]],
        received: list[dict[str, Any]] | None = None,
    ) -> None:
        """Let one WebSocket session run; `script(receive, send)` is the app after the handshake was read."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await script(receive, send)

        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": b"",
            "root_path": "",
            "headers": [],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
        }
        messages = iter([{"type": "websocket.connect"}, *(received or [])])
        await self._run(app, scope, lambda: next(messages), None)

    async def _run(
        self, app: Any, scope: dict[str, Any], take: Callable[[], Any], error: Exception | None
    ) -> None:
        async def receive() -> Any:
            return take()

        async def send(message: Any) -> None:
            return None

        try:
            await Tap(app, self.store)(scope, receive, send)
        except Exception as exc:
            if exc is not error:
                raise


@pytest.fixture
def store() -> Store:
    """An empty store of the default size."""
    return Store()


@pytest.fixture
def traffic(store: Store) -> Traffic:
    """What fills the store."""
    return Traffic(store)


@pytest.fixture
def run() -> Callable[[Awaitable[None]], None]:
    """Run a coroutine that never waits, to its end."""

    def drive(coroutine: Any) -> None:
        try:
            coroutine.send(None)
        except StopIteration:
            return
        raise AssertionError("the coroutine waited")

    return drive
