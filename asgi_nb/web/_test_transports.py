"""
Between httpx2 and an app under test: a request becomes a call of the app, and what that sends a response.
"""

import contextlib
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

import anyio
import anyio.abc
import anyio.from_thread
import httpx2

from asgi_nb.web._test_calls import HTTPCall, decode_headers
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["NOT_RUNNING", "AsyncTransport", "Settings", "Transport", "Upgrade"]

NOT_RUNNING = "AsyncTestClient is not running the app; use `async with AsyncTestClient(app)`"

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


class Upgrade(Exception):
    """Carries the scope of a WebSocket request out of the client, which knows only responses."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


class Settings:
    """How the app is called, whichever client does it."""

    def __init__(self, app: ASGIApp, root_path: str, client: tuple[str, int], raises: bool) -> None:
        self.app = _as_asgi3(app)
        self.root_path = root_path
        self.client = client
        self.raises = raises
        self.state: dict[str, Any] = {}

    def scope(self, request: httpx2.Request) -> Scope:
        """
        The scope of a request.

        Raises:
            Upgrade: It is a WebSocket's.
            httpx2.UnsupportedProtocol: It is neither HTTP's nor a WebSocket's.
        """
        url = request.url
        if url.scheme not in _DEFAULT_PORTS:
            raise httpx2.UnsupportedProtocol(
                f"a test client calls its app by http, https, ws or wss, got {str(url)!r}", request=request
            )
        port = _DEFAULT_PORTS[url.scheme] if url.port is None else url.port
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": self.root_path,
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": headers,
            "client": self.client,
            "server": [url.raw_host.decode("ascii"), port],
            "extensions": {"http.response.debug": {}, "http.response.trailers": {}},
            "state": self.state.copy(),
        }
        if url.scheme in ("ws", "wss"):
            del scope["method"]
            protocols = request.headers.get("sec-websocket-protocol", "")
            scope["type"] = "websocket"
            scope["subprotocols"] = [name.strip() for name in protocols.split(",") if name.strip()]
            scope["extensions"] = {"websocket.http.response": {}}
            raise Upgrade(scope)
        return scope

    def response(self, call: HTTPCall, request: httpx2.Request, stream: Any) -> httpx2.Response:
        """The response to a request, whose body is still to be read from `stream`."""
        response = httpx2.Response(
            500 if call.status is None else call.status,
            headers=decode_headers(call.headers),
            stream=stream,
            request=request,
        )
        if call.trailers is not None:
            response.extensions["http.response.trailers"] = call.trailers
        if call.info is not None:
            response.extensions["http.response.debug"] = call.info
            for name in ("template", "context"):
                if name in call.info:
                    setattr(response, name, call.info[name])
        return response

    def check(self, call: HTTPCall, *, started: bool) -> None:
        """
        Raise in the test what the app raised.

        Raises:
            BaseException: The app's.
            AssertionError: The app ended without a response.
        """
        if self.raises:
            error, call.error = call.error, None
            if error is not None:
                raise error
            if not started:
                raise AssertionError("TestClient did not receive any response.")


class _Stream(httpx2.SyncByteStream):
    def __init__(self, read: Callable[[], bytes | None], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := self._read()) is not None:
            if chunk:
                yield chunk
        self._close()

    def close(self) -> None:
        self._close()


class Transport(httpx2.BaseTransport):
    def __init__(
        self,
        settings: Settings,
        portal_factory: Callable[[], AbstractContextManager[anyio.from_thread.BlockingPortal]],
    ) -> None:
        self._settings = settings
        self._portal_factory = portal_factory
        self._open: dict[HTTPCall, Callable[[], None]] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        settings = self._settings
        scope = settings.scope(request)
        body = request.read()
        with contextlib.ExitStack() as stack:
            portal = stack.enter_context(self._portal_factory())
            call = portal.call(HTTPCall, settings.app, scope, body)
            task = portal.start_task_soon(call.run)
            stack.callback(task.result)
            stack.callback(portal.call, call.close)
            started = portal.call(call.started)
            if started:
                resources = stack.pop_all()

                def close() -> None:
                    if self._open.pop(call, None) is not None:
                        resources.close()
                        settings.check(call, started=True)

                def abort() -> None:
                    portal.call(call.abort)
                    close()

                self._open[call] = abort
        if not started:
            settings.check(call, started=False)
            return settings.response(call, request, httpx2.ByteStream(b""))
        head = request.method == "HEAD"

        def read() -> bytes | None:
            chunk: bytes | None = portal.call(call.read)
            return b"" if head and chunk else chunk

        return settings.response(call, request, _Stream(read, close))

    def close(self) -> None:
        for abort in list(self._open.values()):
            abort()


class _AsyncStream(httpx2.AsyncByteStream):
    def __init__(self, call: HTTPCall, head: bool, close: Callable[[], Any]) -> None:
        self._call = call
        self._head = head
        self._close = close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._call.read()) is not None:
            if chunk and not self._head:
                yield chunk
        await self._close()

    async def aclose(self) -> None:
        await self._close()


class AsyncTransport(httpx2.AsyncBaseTransport):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: set[HTTPCall] = set()
        self.task_group: anyio.abc.TaskGroup | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        settings = self._settings
        scope = settings.scope(request)
        if self.task_group is None:
            raise RuntimeError(NOT_RUNNING)
        call = HTTPCall(settings.app, scope, await request.aread())
        self._open.add(call)
        self.task_group.start_soon(call.run)
        try:
            started = await call.started()
        except BaseException:
            call.abort()
            await self._end(call)
            raise
        if not started:
            await self._end(call)
            settings.check(call, started=False)
            return settings.response(call, request, httpx2.ByteStream(b""))
        return settings.response(
            call, request, _AsyncStream(call, request.method == "HEAD", partial(self._close, call))
        )

    async def _close(self, call: HTTPCall) -> None:
        await self._end(call)
        self._settings.check(call, started=True)

    async def _end(self, call: HTTPCall) -> None:
        self._open.discard(call)
        with anyio.CancelScope(shield=True):
            await call.close()

    async def aclose(self) -> None:
        for call in tuple(self._open):
            call.abort()
            await self._end(call)


def _as_asgi3(app: Any) -> ASGIApp:
    """An ASGI 3 app; ASGI 2's `app(scope)(receive, send)` is adapted."""
    if hasattr(app, "__await__") if inspect.isclass(app) else is_async_callable(app):
        return cast("ASGIApp", app)

    async def adapted(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope)(receive, send)

    return adapted
