"""Answer the exceptions that have a handler; the innermost middleware of every app."""

from collections.abc import Awaitable, Mapping
from typing import Any

from asgi_nb.web._dispatch import Dispatcher
from asgi_nb.web._exception_handler import (
    HANDLERS_SCOPE_KEY,
    ExceptionHandlers,
    StatusHandlers,
    handle_exception,
)
from asgi_nb.web._handover import RESPONSE_STARTED, call, takes_handover
from asgi_nb.web.exceptions import PHRASES, HTTPException, WebSocketException
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
        stock = self.http_exception
        self._exception_handlers: ExceptionHandlers = {
            HTTPException: stock,
            WebSocketException: self.websocket_exception,
        }
        self.handlers = (self._exception_handlers, self._status_handlers)
        # A router is entered without a frame of its own.
        self.router = (
            app if isinstance(app, Dispatcher) and type(app).__call__ is Dispatcher.__call__ else None
        )
        self._stock = stock if getattr(stock, "__func__", None) is _http_exception else None
        self.refuse = None if self._stock is None else self._refusal
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
        try:
            await self.run(scope, receive, send)
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            await self.answer(exc, scope, receive, send)

    def run(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Run the app, and leave its exceptions to `answer`: the two halves of calling this."""
        scope[HANDLERS_SCOPE_KEY] = self.handlers
        app = self.app
        if app is self.router:
            return app._run_scope(scope, receive, send, self.refuse)
        return call(app, scope, receive, send)

    def _refusal(self, status_code: int) -> Response | None:
        """What answers an HTTPException of this status without more; None if another handler does."""
        if (
            status_code in self._status_handlers
            or self._exception_handlers.get(HTTPException) is not self._stock
        ):
            return None
        return PlainTextResponse(PHRASES[status_code], status_code)

    async def answer(self, exc: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an exception of the app, or raise it again."""
        # An app inside may have put its own there.
        scope[HANDLERS_SCOPE_KEY] = self.handlers
        if scope["type"] == "http":
            await handle_exception(exc, Request(scope, receive, send), receive, send)
        else:
            await handle_exception(exc, _websocket(scope, receive, send), receive, send)

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


# As it is here, and not as a subclass or somebody's patch has it.
_http_exception = ExceptionMiddleware.http_exception


def _websocket(scope: Scope, receive: Receive, send: Send) -> WebSocket[Any]:
    """A WebSocket that knows whether the session was accepted through another one."""
    websocket: WebSocket[Any] = WebSocket(scope, receive, send)
    if RESPONSE_STARTED in scope:
        websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
    return websocket
