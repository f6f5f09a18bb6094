"""Answer the exceptions that have a handler; the innermost middleware of every app."""

from collections.abc import Mapping
from typing import Any

from asgi_nb.web._exception_handler import (
    HANDLERS_SCOPE_KEY,
    ExceptionHandlers,
    StatusHandlers,
    WatchedSend,
    handle_exception,
    watched,
)
from asgi_nb.web._handover import Handover, call, takes_handover
from asgi_nb.web.exceptions import HTTPException, WebSocketException
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.types import ASGIApp, ExceptionHandler, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocket, WebSocketState

__all__ = ["ExceptionMiddleware"]


class ExceptionMiddleware:
    """
    Answer exceptions by the handlers registered for them; without one they go on up.

    HTTPException and WebSocketException have handlers of their own, which may be replaced.

    Args:
        app: The application.
        handlers: Status or exception class -> handler, called with the connection and the exception.
        debug: Not used; here because Starlette's has it.
    """

    def __init__(
        self, app: ASGIApp, handlers: Mapping[Any, ExceptionHandler] | None = None, debug: bool = False
    ) -> None:
        self.app = app
        self.debug = debug
        self._status_handlers: StatusHandlers = {}
        self._exception_handlers: ExceptionHandlers = {
            HTTPException: self.http_exception,
            WebSocketException: self.websocket_exception,
        }
        for key, handler in (handlers or {}).items():
            self.add_exception_handler(key, handler)

    def add_exception_handler(
        self, exc_class_or_status_code: int | type[Exception], handler: ExceptionHandler
    ) -> None:
        """
        Register a handler.

        Raises:
            TypeError: The key is neither a status nor a class of exceptions.
        """
        key = exc_class_or_status_code
        if isinstance(key, int):
            self._status_handlers[key] = handler
        elif isinstance(key, type) and issubclass(key, Exception):
            self._exception_handlers[key] = handler
        else:
            raise TypeError(f"an exception handler is for a status or an Exception class, got {key!r}")

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope_type = scope["type"]
        if scope_type != "http" and scope_type != "websocket":
            await self.app(scope, receive, send)
            return
        handlers = scope[HANDLERS_SCOPE_KEY] = (self._exception_handlers, self._status_handlers)
        watch = watched(send)
        try:
            if type(watch) is Handover:
                await call(self.app, scope, receive, watch)
            else:
                await self.app(scope, receive, watch)
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            # An app inside may have put its own there.
            scope[HANDLERS_SCOPE_KEY] = handlers
            if scope_type == "http":
                conn: Request[Any] | WebSocket[Any] = Request(scope, receive, watch)
                await handle_exception(exc, conn, receive, watch, started=watch.started)
            else:
                await handle_exception(exc, _websocket(scope, receive, watch), receive, watch, started=False)

    async def http_exception(self, request: Request[Any], exc: Exception) -> Response:
        """The response to an HTTPException: its detail as text; nothing where no body is allowed."""
        if not isinstance(exc, HTTPException):
            raise TypeError(f"http_exception answers HTTPException, got {exc!r}")
        if exc.status_code in (204, 304):
            return Response(status_code=exc.status_code, headers=exc.headers)
        return PlainTextResponse(exc.detail, status_code=exc.status_code, headers=exc.headers)

    async def websocket_exception(self, websocket: WebSocket[Any], exc: Exception) -> None:
        """Close the session with the code and the reason of a WebSocketException."""
        if not isinstance(exc, WebSocketException):
            raise TypeError(f"websocket_exception answers WebSocketException, got {exc!r}")
        await websocket.close(code=exc.code, reason=exc.reason)


def _websocket(scope: Scope, receive: Receive, watch: WatchedSend | Handover) -> WebSocket[Any]:
    """A WebSocket that knows whether the session was accepted through another one."""
    websocket: WebSocket[Any] = WebSocket(scope, receive, watch)
    if watch.started:
        websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
    return websocket
