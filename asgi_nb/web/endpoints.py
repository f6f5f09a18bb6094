"""Endpoints as classes: a method for each HTTP method, or for each thing that happens to a WebSocket."""

import json
from collections.abc import Callable, Generator
from typing import Any, Literal

from asgi_nb.web._endpoint_apps import respond
from asgi_nb.web._json import load_json
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.types import Message, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocket

__all__ = ["HTTPEndpoint", "WebSocketEndpoint"]

# RFC 9110 section 9.3 and RFC 5789, less CONNECT and TRACE; QUERY is draft-ietf-httpbis-safe-method-w-body.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")


class HTTPEndpoint:
    """
    An endpoint with methods `get`, `post`, … of a request, async or not.

    `head` falls back on `get`; another method is answered with 405.

    Args:
        scope: An HTTP scope.
        receive: The server's.
        send: The server's.

    Raises:
        ValueError: The scope is of another type.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"{type(self).__name__} takes scopes of type 'http', got {scope['type']!r}")
        self.scope = scope
        self.receive = receive
        self.send = send
        self._allowed_methods = [
            method
            for method in _METHODS
            if hasattr(self, method.lower()) or (method == "HEAD" and hasattr(self, "get"))
        ]

    def __await__(self) -> Generator[Any, None, None]:
        return self.dispatch().__await__()

    async def dispatch(self) -> None:
        """Answer with what the method for the request returns."""
        request: Request[Any] = Request(self.scope, self.receive, self.send)
        method = request.method
        name = "get" if method == "HEAD" and not hasattr(self, "head") else method.lower()
        handler: Callable[[Request[Any]], Any] = (
            getattr(self, name) if method in self._allowed_methods else self.method_not_allowed
        )
        if is_async_callable(handler):
            result = await handler(request)
        else:
            result = await run_in_threadpool(handler, request)
        await respond(result, handler, self.scope, self.receive, self.send)

    async def method_not_allowed(self, request: Request[Any]) -> Response:
        """Answer 405: by an exception inside an app, whose handlers may say how, else by a response."""
        headers = {"Allow": ", ".join(self._allowed_methods)}
        if "app" in self.scope:
            raise HTTPException(405, headers=headers)
        return PlainTextResponse("Method Not Allowed", 405, headers)


class WebSocketEndpoint:
    """
    An endpoint with methods for what happens to a WebSocket: `on_connect`, `on_receive`, `on_disconnect`.

    Args:
        scope: A WebSocket scope.
        receive: The server's.
        send: The server's.

    Raises:
        ValueError: The scope is of another type.
    """

    encoding: Literal["text", "bytes", "json"] | None = None
    """What messages are decoded to; None: text or bytes, as they come. Others are refused with 1003."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            raise ValueError(f"{type(self).__name__} takes scopes of type 'websocket', got {scope['type']!r}")
        self.scope = scope
        self.receive = receive
        self.send = send

    def __await__(self) -> Generator[Any, None, None]:
        return self.dispatch().__await__()

    async def dispatch(self) -> None:
        """Run the session from its handshake to its end."""
        websocket: WebSocket[Any] = WebSocket(self.scope, self.receive, self.send)
        await self.on_connect(websocket)
        # 1011: the server met a condition that kept it from going on. RFC 6455 section 7.4.1.
        close_code = 1011
        try:
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    close_code = int(message.get("code") or 1000)
                    return
                await self.on_receive(websocket, await self.decode(websocket, message))
        finally:
            await self.on_disconnect(websocket, close_code)

    async def decode(self, websocket: WebSocket[Any], message: Message) -> Any:
        """
        The data of a message.

        Raises:
            RuntimeError: It is of another kind than `encoding` says; the session was closed with 1003.
            ValueError: `encoding` is unknown.
        """
        text, octets = message.get("text"), message.get("bytes")
        if self.encoding is None:
            return octets if text is None else text
        if self.encoding == "text":
            if text is None:
                await websocket.close(code=1003)
                raise RuntimeError("Expected text websocket messages, but got bytes")
            return text
        if self.encoding == "bytes":
            if octets is None:
                await websocket.close(code=1003)
                raise RuntimeError("Expected bytes websocket messages, but got text")
            return octets
        if self.encoding != "json":
            raise ValueError(f"encoding must be 'text', 'bytes', 'json' or None, got {self.encoding!r}")
        try:
            return load_json((octets or b"") if text is None else text)
        except json.JSONDecodeError as exc:
            await websocket.close(code=1003)
            raise RuntimeError("Malformed JSON data received.") from exc

    async def on_connect(self, websocket: WebSocket[Any]) -> None:
        """Override to look at the handshake; this accepts it."""
        await websocket.accept()

    async def on_receive(self, websocket: WebSocket[Any], data: Any) -> None:
        """Override to do something with a message."""

    async def on_disconnect(self, websocket: WebSocket[Any], close_code: int) -> None:
        """Override to clean up; called however the session ended."""
