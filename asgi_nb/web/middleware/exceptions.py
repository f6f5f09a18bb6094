"""Answer the exceptions that have a handler; the innermost middleware of every app."""

from collections.abc import Awaitable, Mapping
from typing import Any

from asgi_nb.web._dispatch import Dispatcher
from asgi_nb.web._endpoint_apps import Function, as_response, stock_call
from asgi_nb.web._exception_handler import (
    HANDLERS_SCOPE_KEY,
    ExceptionHandlers,
    StatusHandlers,
    handle_exception,
)
from asgi_nb.web._handover import Handover, call, takes_handover
from asgi_nb.web._started import RESPONSE_STARTED, call_watched
from asgi_nb.web.exceptions import PHRASES, HTTPException, WebSocketException
from asgi_nb.web.requests import Request, new
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
        request: Request[Any] | None = None
        starts = False
        try:
            router = self.router
            if router is not self.app or scope_type != "http":
                await self.run(scope, receive, send)
                return
            scope[HANDLERS_SCOPE_KEY] = self.handlers
            begin = router._begin_http
            step = begin(scope, receive, send, self.refuse)
            # From here on as in `App` and in `request_response`: each frame less is 1,200 instructions.
            if type(step) is Function:
                request = new(Request)
                request.scope, request._receive, request._send = scope, receive, send
                function = step.call
                response = await function(request)
                how = type(response).__call__
                if how is not stock_call and not isinstance(response, Response):
                    response = as_response(response, step.func)
                    how = type(response).__call__
            elif type(step) is PlainTextResponse:
                response = step
                how = type(response).__call__
            else:
                await step  # type: ignore[misc]  # Not a response either.
                return
            if type(send) is Handover:
                if not send.give_now(response):
                    await send.run(response, scope, receive)
                return
            starts = how is stock_call
            if not starts:
                await call_watched(response, scope, receive, send)
            elif 200 != (status := response.status_code) < 400 or scope["method"] == "HEAD":
                await stock_call(response, scope, receive, send)
            else:
                await send({"type": "http.response.start", "status": status, "headers": response.raw_headers})
                await send({"type": "http.response.body", "body": response.body})
                if response.background is not None:
                    await response.background()
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            if starts:
                scope[RESPONSE_STARTED] = True
            try:
                if request is None:
                    raise
                await handle_exception(exc, request, receive, send)
            except Exception as left:  # noqa: BLE001 - raised again if it has no handler
                await self.answer(left, scope, receive, send)

    def run(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Run the app, and leave its exceptions to `answer`: the two halves of calling this."""
        scope[HANDLERS_SCOPE_KEY] = self.handlers
        app = self.app
        if app is self.router:
            return app._run_scope(scope, receive, send, self.refuse)
        return call(app, scope, receive, send)

    def _refusal(self, status_code: int) -> Response | None:
        """What answers an HTTPException of this status without more; None if another handler does."""
        handlers = self._status_handlers
        # Most often there are none, which is known sooner.
        if handlers and status_code in handlers:
            return None
        if self._exception_handlers.get(HTTPException) is not self._stock:
            return None
        stock = _REFUSALS[status_code]
        # What `PlainTextResponse(PHRASES[status_code], status_code)` does, at a third of its price.
        response = new(PlainTextResponse)
        response.status_code = status_code
        response.background = None
        response.body = stock.body
        response.raw_headers = stock.raw_headers.copy()
        return response

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


# What a router refuses by.
_REFUSALS = {status: PlainTextResponse(PHRASES[status], status) for status in (404, 405)}


def _websocket(scope: Scope, receive: Receive, send: Send) -> WebSocket[Any]:
    """A WebSocket that knows whether the session was accepted through another one."""
    websocket: WebSocket[Any] = WebSocket(scope, receive, send)
    if RESPONSE_STARTED in scope:
        websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
    return websocket
