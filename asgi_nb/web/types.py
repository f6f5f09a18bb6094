"""
The shapes of ASGI 3.0, as aliases.

This module names nothing above itself: handlers take a connection and give a response, and
both are `Any` or an `ASGIApp` here, because the classes stand on this module.

Source: ASGI specification 3.0, https://asgi.readthedocs.io/en/latest/specs/main.html
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

__all__ = [
    "ASGIApp",
    "AppType",
    "ExceptionHandler",
    "HTTPExceptionHandler",
    "Lifespan",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "StatefulLifespan",
    "StatelessLifespan",
    "WebSocketExceptionHandler",
]

AppType = TypeVar("AppType")
"""The class of the app that a lifespan gets."""

Scope = MutableMapping[str, Any]
"""What is known of a connection when it opens: its `type`, and the keys that the spec has for that type."""

Message = MutableMapping[str, Any]
"""One event, which `type` names: `http.request`, `websocket.send` and so on."""

Receive = Callable[[], Awaitable[Message]]
"""Waits for the next message of the client."""

Send = Callable[[Message], Awaitable[None]]
"""Sends a message to the client; OSError from it means, since spec version 2.4, that the client left."""

ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An application, called once for each connection and once for the lifespan."""

StatelessLifespan = Callable[[AppType], AbstractAsyncContextManager[None]]
"""Makes a context manager of an app: entered at startup, left at shutdown."""

StatefulLifespan = Callable[[AppType], AbstractAsyncContextManager[Mapping[str, Any]]]
"""The same, and what the context manager gives becomes the state of each request."""

Lifespan = StatelessLifespan[AppType] | StatefulLifespan[AppType]
"""Either kind."""

HTTPExceptionHandler = Callable[[Any, Exception], ASGIApp | Awaitable[ASGIApp]]
"""Gets the Request and the exception and gives the response, an ASGI app. May be async."""

WebSocketExceptionHandler = Callable[[Any, Exception], Awaitable[None]]
"""Gets the WebSocket and the exception, and ends the session itself."""

ExceptionHandler = HTTPExceptionHandler | WebSocketExceptionHandler
"""Either kind."""
