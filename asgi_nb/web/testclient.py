"""
Call an app in a test, with the client of httpx2 and without a server.

`TestClient` is for plain tests: it runs the app on an event loop in a thread. `AsyncTestClient` is for
tests that are coroutines: it runs the app on their own loop, so that a test and its app can share what
they await.
"""

import contextlib
import inspect
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import unquote

import anyio
import anyio.abc
import anyio.from_thread
import httpx2

from asgi_nb.web._test_calls import HTTPCall, LifespanCall, decode_headers
from asgi_nb.web._test_sessions import AsyncWebSocketTestSession, WebSocketTestSession
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.exceptions import StarletteDeprecationWarning
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketDisconnect

__all__ = [
    "ASGIInstance",
    "AsyncTestClient",
    "AsyncWebSocketTestSession",
    "TestClient",
    "WebSocketDenialResponse",
    "WebSocketTestSession",
]

ASGIInstance = Callable[[Receive, Send], Any]
"""What an ASGI 2 app gives when it is called with a scope."""

_NOT_RUNNING = "AsyncTestClient is not running the app; use `async with AsyncTestClient(app)`"

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


class WebSocketDenialResponse(httpx2.Response, WebSocketDisconnect):  # type: ignore[misc]
    """The response by which an app denied a handshake: a WebSocketDisconnect that is a response too."""


def _denial(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Exception:
    return WebSocketDenialResponse(status_code=status, headers=headers, content=body)


class _Upgrade(Exception):
    """Carries the scope of a WebSocket request out of the client, which knows only responses."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


class _Settings:
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
            _Upgrade: It is a WebSocket's.
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
            raise _Upgrade(scope)
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


class _Transport(httpx2.BaseTransport):
    def __init__(
        self,
        settings: _Settings,
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


class TestClient(httpx2.Client):
    """
    Call an app in a plain test.

    Without `with`, each request has an event loop of its own and no lifespan runs. With it, the app is
    started and stopped, and all requests share one loop.

    Args:
        app: An ASGI app.
        base_url: What relative URLs stand for; the app sees its host and scheme.
        raise_server_exceptions: Whether what the app raises is raised in the test; else the test sees a 500.
        root_path: The app's root path.
        backend: The event loop, `"asyncio"` or `"trio"`.
        backend_options: Options of anyio for that loop.
        cookies: Sent with each request.
        headers: Sent with each request.
        follow_redirects: Whether the client goes where a redirect points.
        client: Host and port that the app takes for the client's.
    """

    # pytest must not take it for a test.
    __test__ = False

    portal: anyio.from_thread.BlockingPortal | None = None

    def __init__(
        self,
        app: ASGIApp,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        backend: Literal["asyncio", "trio"] = "asyncio",
        backend_options: dict[str, Any] | None = None,
        cookies: Any = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        self._backend = {"backend": backend, "backend_options": backend_options or {}}
        settings = _Settings(app, root_path, client, raise_server_exceptions)
        self.app = settings.app
        self.app_state = settings.state
        self._transport_of_app = _Transport(settings, self._portal_factory)
        super().__init__(
            base_url=base_url,
            headers={"user-agent": "testclient", **(headers or {})},
            transport=self._transport_of_app,
            follow_redirects=follow_redirects,
            cookies=cookies,
        )

    @contextlib.contextmanager
    def _portal_factory(self) -> Iterator[anyio.from_thread.BlockingPortal]:
        if self.portal is not None:
            yield self.portal
        else:
            with anyio.from_thread.start_blocking_portal(**self._backend) as portal:  # type: ignore[arg-type]
                yield portal

    def request(self, method: str, url: Any, **kwargs: Any) -> httpx2.Response:
        """Send a request, see httpx2.Client; there is no network for a timeout to watch."""
        _warn_of_timeout(kwargs)
        return super().request(method, url, **kwargs)

    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] | None = None, **kwargs: Any
    ) -> WebSocketTestSession:
        """
        A WebSocket session, to be entered with `with`.

        Args:
            url: As for a request, but from the root: the path of `base_url` is not put before it.
            subprotocols: Those the client offers, the preferred one first.
            **kwargs: As for a request.
        """
        scope: Scope = {}
        # The URL is made a WebSocket's, and for those the transport raises.
        try:
            super().request("GET", *_websocket_request(self.base_url, url, subprotocols, kwargs), **kwargs)
        except _Upgrade as upgrade:
            scope = upgrade.scope
        return WebSocketTestSession(self.app, scope, self._portal_factory, _denial)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            portal = stack.enter_context(
                anyio.from_thread.start_blocking_portal(**self._backend)  # type: ignore[arg-type]
            )
            self.portal = portal
            stack.callback(setattr, self, "portal", None)
            lifespan = portal.call(LifespanCall, self.app, self.app_state)
            task = portal.start_task_soon(lifespan.run)
            stack.callback(task.result)
            stack.callback(portal.call, lifespan.close)
            portal.call(lifespan.startup)
            stack.callback(portal.call, lifespan.shutdown)
            stack.callback(self._transport_of_app.close)
            self.exit_stack = stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.exit_stack.close()


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


class _AsyncTransport(httpx2.AsyncBaseTransport):
    def __init__(self, settings: _Settings) -> None:
        self._settings = settings
        self._open: set[HTTPCall] = set()
        self.task_group: anyio.abc.TaskGroup | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        settings = self._settings
        scope = settings.scope(request)
        if self.task_group is None:
            raise RuntimeError(_NOT_RUNNING)
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


class AsyncTestClient(httpx2.AsyncClient):
    """
    Call an app in a test that is a coroutine. Use with `async with`: the app is started and stopped, if it
    knows how.

    Args:
        app: An ASGI app.
        base_url: What relative URLs stand for; the app sees its host and scheme.
        raise_server_exceptions: Whether what the app raises is raised in the test; else the test sees a 500.
        root_path: The app's root path.
        cookies: Sent with each request.
        headers: Sent with each request.
        follow_redirects: Whether the client goes where a redirect points.
        client: Host and port that the app takes for the client's.
    """

    __test__ = False

    def __init__(
        self,
        app: ASGIApp,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        cookies: Any = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        settings = _Settings(app, root_path, client, raise_server_exceptions)
        self.app = settings.app
        self.app_state = settings.state
        self._transport_of_app = _AsyncTransport(settings)
        super().__init__(
            base_url=base_url,
            headers={"user-agent": "testclient", **(headers or {})},
            transport=self._transport_of_app,
            follow_redirects=follow_redirects,
            cookies=cookies,
        )

    async def websocket_connect(
        self, url: str, subprotocols: Sequence[str] | None = None, **kwargs: Any
    ) -> AsyncWebSocketTestSession:
        """
        A WebSocket session: `async with await client.websocket_connect("/ws") as session`.

        Args:
            url: As for a request, but from the root: the path of `base_url` is not put before it.
            subprotocols: Those the client offers, the preferred one first.
            **kwargs: As for a request.
        """
        task_group = self._transport_of_app.task_group
        if task_group is None:
            raise RuntimeError(_NOT_RUNNING)
        scope: Scope = {}
        try:
            await self.request("GET", *_websocket_request(self.base_url, url, subprotocols, kwargs), **kwargs)
        except _Upgrade as upgrade:
            scope = upgrade.scope
        return AsyncWebSocketTestSession(self.app, scope, task_group, _denial)

    async def __aenter__(self) -> Self:
        self._task_group = anyio.create_task_group()
        await self._task_group.__aenter__()
        self._transport_of_app.task_group = self._task_group
        self._lifespan = LifespanCall(self.app, self.app_state, optional=True)
        self._task_group.start_soon(self._lifespan.run)
        try:
            await self._lifespan.startup()
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        try:
            if exc_value is None:
                await self._lifespan.shutdown()
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """End whatever still runs."""
        self._transport_of_app.task_group = None
        with anyio.CancelScope(shield=True):
            await self._transport_of_app.aclose()
            await self._lifespan.close()
        self._task_group.cancel_scope.cancel()
        await self._task_group.__aexit__(None, None, None)


def _websocket_request(
    base_url: httpx2.URL, text: str, subprotocols: Sequence[str] | None, kwargs: dict[str, Any]
) -> list[Any]:
    """The URL of a handshake; its headers are added to `kwargs`."""
    # Below the root, as in Starlette: tests write the whole path, whatever the base.
    url = base_url.copy_with(raw_path=b"/").join(text)
    headers = {
        "connection": "upgrade",
        "sec-websocket-key": "testserver==",
        "sec-websocket-version": "13",
        **({} if subprotocols is None else {"sec-websocket-protocol": ", ".join(subprotocols)}),
    }
    kwargs["headers"] = httpx2.Headers({**headers, **dict(httpx2.Headers(kwargs.get("headers")))})
    scheme = {"http": "ws", "https": "wss"}.get(url.scheme, url.scheme)
    return [url.copy_with(scheme=scheme)]


def _warn_of_timeout(kwargs: dict[str, Any]) -> None:
    if kwargs.get("timeout", httpx2.USE_CLIENT_DEFAULT) is not httpx2.USE_CLIENT_DEFAULT:
        warnings.warn(
            "TestClient has no network and ignores timeout=; leave it out",
            StarletteDeprecationWarning,
            stacklevel=3,
        )


def _as_asgi3(app: Any) -> ASGIApp:
    """An ASGI 3 app; ASGI 2's `app(scope)(receive, send)` is adapted."""
    if hasattr(app, "__await__") if inspect.isclass(app) else is_async_callable(app):
        return cast("ASGIApp", app)

    async def adapted(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope)(receive, send)

    return adapted
