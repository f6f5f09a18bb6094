"""Answer 500 to whatever nobody handled; the outermost middleware of every app."""

from collections.abc import Awaitable
from typing import Any

from asgi_nb.web._handover import (
    Handover,
    call,
    knows_handover,
    takes_handover,
)
from asgi_nb.web._started import RESPONSE_STARTED, call_watched
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.middleware.exceptions import ExceptionMiddleware
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import HTMLResponse, PlainTextResponse, Response
from asgi_nb.web.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

__all__ = ["ServerErrorMiddleware"]

_ANSWERED_SCOPE_KEY = "asgi_nb.answered_error"


class ServerErrorMiddleware:
    """
    Answer exceptions with a 500 response, then raise them again for the server to log.

    Args:
        app: The application.
        handler: Makes the response from the request and the exception; also called if it is too late for one.
        debug: Answer with the traceback, as a page or as text, whatever the client prefers. Not for
            production.
        inside: Another one around this one, outside of the middleware, does not answer the same error again.
    """

    def __init__(
        self,
        app: ASGIApp,
        handler: ExceptionHandler | None = None,
        debug: bool = False,
        *,
        inside: bool = False,
    ) -> None:
        self.app = app
        self.handler = handler
        self.debug = debug
        self._inside = inside
        known = knows_handover(app)
        # Not if somebody has put another __call__ into the class.
        self.handled = app if type(app) is ExceptionMiddleware and known else None
        self._foreign = None if known else app
        """The app, if somebody has to look whether it starts its response."""
        self.is_plain = knows_handover(self)
        """Whether calling this does what is written here, and not what somebody has put in its place."""
        self.run = self._run if self.handled is None else self.handled.run
        """Run the app, and leave its exceptions to `answer`: the two halves of calling this, for HTTP."""

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.run(scope, receive, send)
        except Exception as exc:  # noqa: BLE001 - raised again once it is answered
            await self.answer(exc, scope, receive, send)

    def _run(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self.app
        if app is self._foreign and type(send) is not Handover:
            return call_watched(app, scope, receive, send)
        return call(app, scope, receive, send)

    async def answer(self, exc: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an exception of the app, and raise it again if nobody handles it."""
        if self.handled is not None:
            # The two error layers in one, when nothing stands between them.
            try:
                await self.handled.answer(exc, scope, receive, send)
                return
            except Exception as unhandled:  # noqa: BLE001 - raised again below
                exc = unhandled
        if scope.get(_ANSWERED_SCOPE_KEY) is exc:
            raise exc
        if self._inside:
            scope[_ANSWERED_SCOPE_KEY] = exc
        response = await self._respond(Request(scope), exc)
        if RESPONSE_STARTED in scope:
            raise exc
        if type(send) is Handover:
            # The function middleware around gets the response; the error is raised after it.
            await send.give(response, scope, receive)
            send.error = exc
            return
        scope[RESPONSE_STARTED] = True
        await response(scope, receive, send)
        raise exc

    async def _respond(self, request: Request[Any], exc: Exception) -> ASGIApp:
        handler = self.handler
        if self.debug:
            # Reads source files.
            return await run_in_threadpool(self.debug_response, request, exc)
        if handler is None:
            return self.error_response(request, exc)
        if is_async_callable(handler):
            response: ASGIApp = await handler(request, exc)  # type: ignore[misc]
            return response
        return await run_in_threadpool(handler, request, exc)  # type: ignore[arg-type]

    def debug_response(self, request: Request[Any], exc: Exception) -> Response:
        """The traceback: a page if the client takes HTML, else text."""
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(self.generate_html(exc), status_code=500)
        return PlainTextResponse(self.generate_plain_text(exc), status_code=500)

    def error_response(self, request: Request[Any], exc: Exception) -> Response:
        """What the client is told when nothing else is said."""
        return PlainTextResponse("Internal Server Error", status_code=500)

    def generate_html(self, exc: Exception, limit: int = 7) -> str:
        """
        The traceback as a page.

        Args:
            exc: The exception.
            limit: How many lines of source are shown for each frame.
        """
        from asgi_nb.web.middleware._debug_page import error_page

        return error_page(exc, limit)

    def generate_plain_text(self, exc: Exception) -> str:
        """The traceback as Python prints it."""
        from asgi_nb.web.middleware._debug_page import error_text

        return error_text(exc)
