"""A WSGI application as an ASGI one, without the advice that `wsgi.py` gives to whoever imports it."""

import io
from contextlib import aclosing
from typing import Any

from asgi_nb.web._disconnect import run_until_disconnect, send_tells_disconnect
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.middleware._wsgi_bridge import BodyReader, Responder, WSGIApp, environ_of
from asgi_nb.web.requests import Request
from asgi_nb.web.types import Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketClose

__all__ = ["WSGIMiddleware"]


class WSGIMiddleware:
    """
    A WSGI application as an ASGI app. A WebSocket is refused.

    Each request has a worker thread from beginning to end. Body and response are passed on in pieces, as
    fast as the other side takes them.

    Args:
        app: The WSGI application.
    """

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"WSGIMiddleware takes 'http' and 'websocket' scopes, got {scope['type']!r}")
        async with aclosing(Request[Any](scope, receive).stream()) as stream:
            responder = Responder(self.app, send, bodiless=scope["method"] == "HEAD")
            environ = environ_of(scope, io.BufferedReader(BodyReader(stream)))

            async def run() -> None:
                await run_in_threadpool(responder.run, environ)

            if send_tells_disconnect(scope):
                await run()
            else:
                await run_until_disconnect(scope, receive, run)
