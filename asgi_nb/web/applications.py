"""The application: routes, the middleware around them, and what happens to errors."""

from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import Any, ParamSpec, cast

from asgi_nb.web._endpoint_apps import Function, as_response, stock_call
from asgi_nb.web._exception_handler import handle_exception
from asgi_nb.web._handover import (
    HANDLERS_SCOPE_KEY,
    Handover,
    call,
    takes_handover,
)
from asgi_nb.web._started import RESPONSE_STARTED, call_watched, note_start, watch
from asgi_nb.web.datastructures import State, URLPath
from asgi_nb.web.middleware import Middleware, _MiddlewareFactory
from asgi_nb.web.middleware.body_limit import RequestBodyLimitMiddleware
from asgi_nb.web.middleware.errors import ServerErrorMiddleware
from asgi_nb.web.middleware.exceptions import ExceptionMiddleware

# Much code takes these two from here, as Starlette's module has them.
from asgi_nb.web.requests import Request as Request
from asgi_nb.web.requests import new
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.responses import Response as Response
from asgi_nb.web.routing import BaseRoute, Router
from asgi_nb.web.types import ASGIApp, ExceptionHandler, Lifespan, Receive, Scope, Send

__all__ = ["App", "Starlette"]

P = ParamSpec("P")


class App:
    """
    An ASGI application.

    From the outside in: server errors, the limit of the body, `middleware`, handled exceptions, the router.

    Middleware, exception handlers and routes can be changed while it serves, by one thread at a time: a
    request goes to its end through the stack that it began with. This is more than Starlette allows, as
    are `remove_middleware` and `errors_inside_middleware`.

    Args:
        debug: Answer unhandled exceptions with their traceback. Not for production.
        routes: The first one that matches a request answers it.
        middleware: The outermost first.
        exception_handlers: Status or exception class -> function of the request and the exception that
            gives a response. 500 and Exception stand for all that nobody else handles.
        lifespan: Makes an async context manager of the app: entered at startup, left at shutdown. What it
            gives is the state of each request.
        max_body_size: Bytes; a larger request body is answered with 413.
        errors_inside_middleware: Answer unhandled exceptions inside `middleware`, so that it sees the 500
            response and can, say, add CORS headers to it. Otherwise it sees the exception.
    """

    def __init__(
        self,
        debug: bool = False,
        routes: Sequence[BaseRoute] | None = None,
        middleware: Sequence[Middleware] | None = None,
        exception_handlers: Mapping[Any, ExceptionHandler] | None = None,
        lifespan: Lifespan[Any] | None = None,
        *,
        max_body_size: int | None = None,
        errors_inside_middleware: bool = False,
    ) -> None:
        self.debug = debug
        self.state = State()
        self.router = Router(routes, lifespan=lifespan)
        self.max_body_size = max_body_size
        self.errors_inside_middleware = errors_inside_middleware
        self.exception_handlers: dict[Any, ExceptionHandler] = dict(exception_handlers or {})
        self.user_middleware: list[Middleware] = list(middleware or ())

    _stack: ASGIApp | None = None
    _errors: ServerErrorMiddleware | None = None

    @property
    def middleware_stack(self) -> ASGIApp | None:
        """The router with all middleware around it; built for the first request. May be replaced."""
        return self._stack

    @middleware_stack.setter
    def middleware_stack(self, stack: ASGIApp | None) -> None:
        self._stack = stack
        plain = type(stack) is ServerErrorMiddleware and stack.is_plain
        self._errors = cast("ServerErrorMiddleware", stack) if plain else None

    def build_middleware_stack(self) -> ASGIApp:
        """The router with all middleware around it, each made once."""
        debug = self.debug
        handlers = dict(self.exception_handlers)
        # Of the two names for the same thing the later one counts.
        last_resort = [handlers.pop(key) for key in list(handlers) if key in (500, Exception)]
        handler = last_resort[-1] if last_resort else None

        # All of them by way of Middleware: those who trace or patch middleware listen there.
        stack = [Middleware(ServerErrorMiddleware, handler=handler, debug=debug)]
        if self.max_body_size is not None:
            stack.append(Middleware(RequestBodyLimitMiddleware, max_body_size=self.max_body_size))
        stack += self.user_middleware
        if self.errors_inside_middleware:
            stack.append(Middleware(ServerErrorMiddleware, handler=handler, debug=debug, inside=True))
        stack.append(Middleware(ExceptionMiddleware, handlers=handlers, debug=debug))

        app: ASGIApp = self.router
        for cls, args, kwargs in reversed(stack):
            app = cls(app, *args, **kwargs)
        return app

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        errors = self._errors
        if errors is None or scope["type"] != "http" or type(send) is Handover:
            stack = self.middleware_stack
            if stack is None:
                stack = self.middleware_stack = self.build_middleware_stack()
            await call(stack, scope, receive, send)
            return
        # From here on what calling the stack would do, without a frame for it.
        request: Request[Any] | None = None
        starts = False
        seen: list[Any] | None = None
        try:
            handled = errors.handled
            if handled is None:
                app = errors.app
                if app is errors._foreign:
                    seen = [send]
                    await app(scope, receive, MethodType(watch, seen))
                else:
                    await errors.run(scope, receive, send)
                return
            router = handled.router
            if router is None or router is not handled.app:
                await handled.run(scope, receive, send)
                return
            scope[HANDLERS_SCOPE_KEY] = handled.handlers
            begin = router._begin_http
            step = begin(scope, receive, send, handled.refuse)
            # As in ExceptionMiddleware.
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
        except Exception as exc:  # noqa: BLE001 - raised again once it is answered
            if starts:
                scope[RESPONSE_STARTED] = True
            elif seen is not None:
                note_start(scope, len(seen) > 1)
            try:
                if request is None:
                    raise
                await handle_exception(exc, request, receive, send)
            except Exception as left:  # noqa: BLE001 - raised again once it is answered
                await errors.answer(left, scope, receive, send)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes, in order; a list to change in place."""
        return self.router.routes

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of the first route with this name and exactly these parameters.

        Raises:
            NoMatchFound: There is none.
        """
        return self.router.url_path_for(name, **path_params)

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Append an app under a prefix."""
        self.router.mount(path, app=app, name=name)

    def host(self, host: str, app: ASGIApp, name: str | None = None) -> None:
        """Append an app for a host name."""
        self.router.host(host, app=app, name=name)

    def add_route(
        self,
        path: str,
        route: Callable[..., Any],
        methods: Sequence[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Append a route. See Route for the arguments."""
        self.router.add_route(path, route, methods=methods, name=name, include_in_schema=include_in_schema)

    def add_middleware(
        self, middleware_class: _MiddlewareFactory[P], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """
        Put a middleware around all the others.

        While serving, the whole stack is built anew: middleware that keeps something in itself starts over.

        Args:
            middleware_class: Called with the inner app and the other arguments.
        """
        self.user_middleware.insert(0, Middleware(middleware_class, *args, **kwargs))
        self._rebuild()

    def remove_middleware(self, middleware: Middleware | Callable[..., Any]) -> None:
        """
        Take a middleware out.

        Args:
            middleware: One of `user_middleware`, or the class of the outermost one to take out.

        Raises:
            ValueError: There is none.
        """
        for index, entry in enumerate(self.user_middleware):
            if entry is middleware or entry.cls is middleware:
                del self.user_middleware[index]
                self._rebuild()
                return
        known = ", ".join(map(repr, self.user_middleware)) or "no middleware"
        raise ValueError(f"{middleware!r} is not in this app, which has {known}")

    def add_exception_handler(
        self, exc_class_or_status_code: int | type[Exception], handler: ExceptionHandler
    ) -> None:
        """Register a handler for a status or for a class of exceptions."""
        self.exception_handlers[exc_class_or_status_code] = handler
        self._rebuild()

    def _rebuild(self) -> None:
        if self.middleware_stack is not None:
            self.middleware_stack = self.build_middleware_stack()


Starlette = App
"""The name that code written for Starlette knows."""
