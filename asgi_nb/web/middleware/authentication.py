"""Find out who makes a request, before the app is called."""

from collections.abc import Callable
from typing import Any

from asgi_nb.web._handover import call, reply, takes_handover
from asgi_nb.web.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    UnauthenticatedUser,
)
from asgi_nb.web.requests import HTTPConnection
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["AuthenticationMiddleware"]


class AuthenticationMiddleware:
    """
    Ask a backend who the client is; `request.user` and `request.auth` are its answer.

    Args:
        app: The application.
        backend: Gives credentials and a user, or None for nobody; raises AuthenticationError for a wrong
            claim.
        on_error: Makes the response to such an error; None: 400 with the error's text. A WebSocket is closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        backend: AuthenticationBackend,
        on_error: Callable[[HTTPConnection[Any], AuthenticationError], Response] | None = None,
    ) -> None:
        self.app = app
        self.backend = backend
        self.on_error: Callable[[HTTPConnection[Any], AuthenticationError], Response] = (
            self.default_on_error if on_error is None else on_error
        )

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await call(self.app, scope, receive, send)
            return
        conn: HTTPConnection[Any] = HTTPConnection(scope)
        try:
            found = await self.backend.authenticate(conn)
        except AuthenticationError as exc:
            response = self.on_error(conn, exc)
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            else:
                await reply(response, scope, receive, send)
            return
        scope["auth"], scope["user"] = found or (AuthCredentials(), UnauthenticatedUser())
        await call(self.app, scope, receive, send)

    @staticmethod
    def default_on_error(conn: HTTPConnection[Any], exc: Exception) -> Response:
        """The response to a wrong claim if nothing else is said."""
        return PlainTextResponse(str(exc), 400)
