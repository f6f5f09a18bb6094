"""
The edge of a server: what each request passes on its way to the app, in one list.

A layer is an ASGI wrapper in a file of its own. One that only looks gives the next one's
coroutine back and adds no frame of its own to a request.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from asgi_nb.record.plain import changed
from asgi_nb.service.bodies import BodyLimit
from asgi_nb.service.closing import ClosingSockets
from asgi_nb.service.credentials import CredentialFilter
from asgi_nb.service.edge import Edge
from asgi_nb.service.heads import HeadLimit
from asgi_nb.service.health import HealthAnswer
from asgi_nb.service.hosts import HostCheck
from asgi_nb.service.late import LateErrors
from asgi_nb.service.origins import OriginCheck
from asgi_nb.service.server_timing import ServerTiming
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

Layer = Callable[[ASGIApp, Serving], ASGIApp]


class ProxyHeaders:
    """
    Take the client and the scheme from the headers of a proxy on this machine.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.believing: Any = ProxyHeadersMiddleware(app, trusted_hosts=["127.0.0.1", "::1"])  # type: ignore[arg-type]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # uvicorn's own is a frame to wait in; most requests have neither.
        for name, _ in scope["headers"]:
            if name == b"x-forwarded-for" or name == b"x-forwarded-proto":
                changed(send)
                proxied: Awaitable[None] = self.believing(scope, receive, send)
                return proxied
        return self.app(scope, receive, send)


def _tell_timing(app: ASGIApp, serving: Serving) -> ASGIApp:
    """Send a Server-Timing header, where that is asked for."""
    return ServerTiming(app) if serving.options.server_timing else app


# In the order of the way in. HostCheck and Edge ask for the real peer, which the proxy's headers
# then replace; CredentialFilter asks for the root path, which Edge sets.
LAYERS: list[Layer] = [
    LateErrors,
    HeadLimit,
    HostCheck,
    HealthAnswer,
    OriginCheck,
    BodyLimit,
    Edge,
    CredentialFilter,
    ProxyHeaders,
    _tell_timing,
    lambda app, serving: ClosingSockets(app),
]


def with_layers(app: ASGIApp, serving: Serving) -> ASGIApp:
    """Put the layers around an app."""
    for layer in reversed(LAYERS):
        app = layer(app, serving)
    return app
