"""
Middleware as a function: `async def f(request, call_next) -> response`.

`call_next` runs the inner app and gives its response, to read, change or replace. Whole responses come
from the endpoint in one piece, without a task and without a channel between; `_handover` says how.

More than Starlette's: context variables that the inner app sets before it answers are set for the
middleware too; reading `body_iterator` of a whole response does not use it up; `call_next` may be called
again.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_nb.web._endpoint_apps import stock_call
from asgi_nb.web._handover import (
    Handover,
    HeldResponse,
    call,
    knows_handover,
    takes_handover,
)
from asgi_nb.web._inner_task import Unanswered
from asgi_nb.web._started import RESPONSE_STARTED
from asgi_nb.web.requests import ClientDisconnect, Request, new
from asgi_nb.web.responses import Response
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BaseHTTPMiddleware", "DispatchFunction", "RequestResponseEndpoint"]

RequestResponseEndpoint = Callable[[Request[Any]], Awaitable[Response]]
"""`call_next`: runs the inner app for a request and gives its response."""

DispatchFunction = Callable[[Request[Any], RequestResponseEndpoint], Awaitable[Response]]
"""A function middleware: gets a request and `call_next`, and gives a response."""


class BaseHTTPMiddleware:
    """
    Run a function around each HTTP request.

    The response that `call_next` gives has `status_code`, `headers` and `raw_headers` to change,
    `body_iterator` to read or to replace, and `background` to set. One that is not returned is dropped,
    and the inner app is told that the client left.

    Args:
        app: The application.
        dispatch: The function; None: the method `dispatch`.
    """

    def __init__(self, app: ASGIApp, dispatch: DispatchFunction | None = None) -> None:
        self.app = app
        self.dispatch_func = self.dispatch if dispatch is None else dispatch
        self._known_app = app if knows_handover(app) else None
        self._inner_layer = self._known_app if isinstance(self._known_app, BaseHTTPMiddleware) else None

    async def dispatch(self, request: Request[Any], call_next: RequestResponseEndpoint) -> Response:
        """What to do with a request; for subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method dispatch(request, call_next), or a function as dispatch="
        )

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if type(send) is not Handover:
            await self._respond_outermost(scope, receive, send)
            return
        send.response = await self._respond_inside(scope, receive, send)

    async def _respond_inside(self, scope: Scope, receive: Receive, handover: Handover) -> Response:
        """Run the function inside of another one, and give its response to that."""
        request: _ReplayedRequest = new(_ReplayedRequest)
        request.scope, request._receive, request._send = scope, receive, handover.send
        request._inside = self, handover
        response = await self.dispatch_func(request, request._call_next)
        # The common case: what a function got from `call_next`, it returns.
        if type(response) is HeldResponse and response.background is None and response._iterator is None:
            return response
        if not handover.give_now(response):
            await handover.run(_checked(response, self.dispatch_func), scope, receive)
        return handover.taken()

    async def _respond_outermost(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the outermost function of a request, send its response and end what the inner ones left."""
        handover = Handover(send)
        # As an app makes its Request.
        request: _ReplayedRequest = new(_ReplayedRequest)
        request.scope, request._receive, request._send = scope, receive, send
        request._inside = self, handover
        sent = False
        try:
            response = await self.dispatch_func(request, request._call_next)
            if type(response) is HeldResponse and response._iterator is None and not handover.started:
                # The first thing it does is to send the start.
                sent = True
                if 200 != (status := response.status_code) < 400 or scope["method"] == "HEAD":
                    await stock_call(response, scope, receive, send)
                else:
                    # As an app does it.
                    await send(
                        {"type": "http.response.start", "status": status, "headers": response.raw_headers}
                    )
                    await send({"type": "http.response.body", "body": response.body})
                    if response.background is not None:
                        await response.background()
            # An endpoint that wrote to `request._send` has answered past the middleware.
            elif not handover.started:
                response = _checked(response, self.dispatch_func)
                await handover.send_response(response, scope, request.wrapped_receive)
            sent = True
            if handover.after:
                await handover.run_background()
            for task in reversed(handover.tasks):
                await task.finish()
        except BaseException as exc:
            if sent or handover.started:
                scope[RESPONSE_STARTED] = True
            for task in handover.tasks:
                await task.abort()
            # Without a function around it, an app that ends so raises nothing.
            if not isinstance(exc, Unanswered):
                raise
        finally:
            if handover.streams:
                await handover.close_streams()
        if handover.error is not None:
            scope[RESPONSE_STARTED] = True
            raise handover.error


def _checked(response: Response, dispatch: DispatchFunction) -> Response:
    if not callable(response):
        raise TypeError(
            f"function middleware {dispatch!r} must return a response, got {response!r}; "
            "return what call_next gave"
        )
    return response


async def _call(middleware: BaseHTTPMiddleware, inner: "_ReplayedRequest", handover: Handover) -> Response:
    app = middleware.app
    if app is middleware._known_app:
        await app(inner.scope, inner.wrapped_receive, handover)
    else:
        await call(app, inner.scope, inner.wrapped_receive, handover)
    return handover.taken()


class _ReplayedRequest(Request[Any]):
    """The request of a middleware. What it read of the body is given to the inner app once more."""

    _given = False
    _told_disconnect = False
    _inside: tuple["BaseHTTPMiddleware", Handover]

    def _call_next(self, request: Request[Any]) -> Awaitable[Response]:
        middleware, handover = self._inside
        # Each time anew: what the middleware read, if it kept it, and otherwise nothing.
        self._given = False
        app = middleware.app
        if app is middleware._inner_layer:
            # What calling it would do, without a frame to wait in.
            return app._respond_inside(self.scope, self.wrapped_receive, handover)
        return _call(middleware, self, handover)

    async def wrapped_receive(self) -> Message:
        """The `receive` of the inner app."""
        if self._told_disconnect:
            return {"type": "http.disconnect"}
        if self._given:
            return await self._wait_for_disconnect()
        has_body = hasattr(self, "_body")
        if has_body or self._stream_consumed:
            # A body that was read with stream() is gone; an empty one keeps the inner app from waiting
            # for it.
            self._given = True
            return {"type": "http.request", "body": self._body if has_body else b"", "more_body": False}
        try:
            chunk = await self._read_chunk()
        except ClientDisconnect:
            self._told_disconnect = True
            return {"type": "http.disconnect"}
        self._given = self._stream_consumed
        return {"type": "http.request", "body": chunk, "more_body": not self._stream_consumed}

    async def _wait_for_disconnect(self) -> Message:
        if not self._is_disconnected:
            message = await self._next_message()
            if message["type"] != "http.disconnect":
                raise RuntimeError(
                    f"Unexpected message received: {message['type']}, expected http.disconnect"
                )
        self._told_disconnect = True
        return {"type": "http.disconnect"}
