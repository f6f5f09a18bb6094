"""
Answer, at one path of its own, a page that asks whether it can reach this server.

A kernel can only guess which address the person's browser can open; a page can try. It is
allowed to read the answer from anywhere, as the answer says nothing but a name that this
server has made for itself: another program that now has the port does not know it.

Source: Fetch standard, section 3.3 (CORS protocol).
"""

from collections.abc import Awaitable

from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

PATH = "/_asgi_nb/health"


class HealthAnswer:
    """
    Answer GET and HEAD on `PATH` before the app, and before the recorder.

    Args:
        app: The application.
        serving: The server's own name.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.body = serving.name.encode()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["path"] == PATH and scope.get("method") in ("GET", "HEAD"):
            return self._answer(scope, send)
        return self.app(scope, receive, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(self.body)).encode()),
            (b"access-control-allow-origin", b"*"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = self.body if scope["method"] == "GET" else b""
        await send({"type": "http.response.body", "body": body})
