"""Send clients from plain to encrypted connections."""

from asgi_nb.web._handover import call, reply, takes_handover
from asgi_nb.web.datastructures import URL
from asgi_nb.web.responses import PlainTextResponse, RedirectResponse
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["HTTPSRedirectMiddleware"]

_SECURE = {"http": "https", "ws": "wss"}

# The scheme of a scope that names none. Source: ASGI 3.0, "HTTP Connection Scope".
_PLAIN = {"http": "http", "websocket": "ws"}


class HTTPSRedirectMiddleware:
    """
    Redirect from http to https and from ws to wss, with 307; a default port is left out.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _PLAIN or scope.get("scheme", _PLAIN[scope["type"]]) not in _SECURE:
            await call(self.app, scope, receive, send)
            return
        url = URL(scope=scope)
        if not url.netloc:
            await reply(PlainTextResponse("Invalid host header", 400), scope, receive, send)
            return
        netloc = url.netloc.rpartition(":")[0] if url.port in (80, 443) else url.netloc
        secure = url.replace(scheme=_SECURE[url.scheme], netloc=netloc)
        await reply(RedirectResponse(str(secure), 307), scope, receive, send)
