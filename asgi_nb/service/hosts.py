"""Answer only requests for a Host of our own; see `names` for the rule and its reasons."""

from collections.abc import Awaitable

from asgi_nb.service.names import host_name
from asgi_nb.service.refusals import refuse, shown
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send


class HostCheck:
    """
    Answer 421 to requests for another Host, 400 to those with none or with several.

    HTTP/1.0 knows requests without Host; no browser sends them.

    Args:
        app: The application.
        serving: The server's names.

    Source: RFC 9110 sections 7.2 and 15.5.20, RFC 9112 section 3.2.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1:
            if self.serving.names.allows(hosts[0], scope.get("client")):
                return self.app(scope, receive, send)
        elif not hosts and scope["http_version"] == "1.0":
            return self.app(scope, receive, send)
        return self._refuse(scope, receive, send, hosts)

    def _refuse(self, scope: Scope, receive: Receive, send: Send, hosts: list[bytes]) -> Awaitable[None]:
        name = host_name(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            status = 400
            got = ", ".join(map(shown, hosts)) or "none"
            text = f"a request has one Host header that names a host, got {got}"
        else:
            status = 421
            text = (
                f"this server does not answer for the host {shown(hosts[0])}. It answers for localhost, for "
                "the addresses of its machine and for the names of its Jupyter server. To allow more: "
                f"serve(allowed_hosts=[{name!r}]), or %asgi_serve --allow-host {name}"
            )
        self.serving.refusals.count("host", text)
        return refuse(scope, receive, send, status, text)
