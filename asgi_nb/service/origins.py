"""Open WebSockets only to pages of our own: a browser lets every page ask for one, on any address."""

from collections.abc import Awaitable

from asgi_nb.service.refusals import refuse, shown
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send


class OriginCheck:
    """
    Answer 403 to a WebSocket upgrade from a page of another origin.

    Allowed are pages that the server itself has sent, pages of this machine, of its Jupyter
    server, and clients that are no browser: those send no Origin. A page that a browser calls
    "null" - a file, a sandboxed frame - may be anyone's.

    Args:
        app: The application.
        serving: The server's names.

    Source: RFC 6455 sections 4.2.2 and 10.2, RFC 6454.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "websocket":
            return self.app(scope, receive, send)
        host = forwarded = b""
        origins = []
        for name, value in scope["headers"]:
            if name == b"origin":
                origins.append(value)
            elif name == b"host":
                host = value
            elif name == b"x-forwarded-host":
                forwarded = value
        if all(self.serving.names.allows_origin(origin, host, forwarded) for origin in origins):
            return self.app(scope, receive, send)
        got = ", ".join(map(shown, origins))
        text = (
            f"this server opens no WebSocket for a page of {got}. Allowed are its own pages and those of "
            f"this machine and its Jupyter server. To allow more: serve(allowed_origins=[{got}]), "
            "or %asgi_serve --allow-origin ORIGIN"
        )
        self.serving.refusals.count("origin", text)
        return refuse(scope, receive, send, 403, text)
