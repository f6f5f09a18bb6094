"""Answer only for the host names that are one's own."""

from collections.abc import Sequence

from asgi_nb.web._handover import call, reply, takes_handover
from asgi_nb.web._utils import listed, parse_host_header
from asgi_nb.web.datastructures import URL, Headers
from asgi_nb.web.responses import PlainTextResponse, RedirectResponse, Response
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["TrustedHostMiddleware"]


class TrustedHostMiddleware:
    """
    Answer 400 to requests whose Host header is not expected, or not the only one.

    Stops DNS rebinding: a page on evil.example that resolves to 127.0.0.1 still sends `Host: evil.example`.

    Args:
        app: The application to protect.
        allowed_hosts: Host names without port; `"*.example.org"` allows every name below, `"*"` (as None)
            any. One text is the list of that text.
        www_redirect: Whether to redirect to `www.` and the name, if only that is allowed.

    Raises:
        ValueError: `*` stands anywhere but at the beginning of a name.

    Source: RFC 9110 section 7.2.
    """

    def __init__(
        self, app: ASGIApp, allowed_hosts: Sequence[str] | None = None, www_redirect: bool = True
    ) -> None:
        self.app = app
        hosts = listed("*" if allowed_hosts is None else allowed_hosts)
        self.allowed_hosts = [host.lower() for host in hosts]
        for host in self.allowed_hosts:
            if host != "*" and "*" in host.removeprefix("*."):
                raise ValueError(f"Domain wildcard patterns must be like '*.example.com', got {host!r}")
        self.allow_any = "*" in self.allowed_hosts
        self.www_redirect = www_redirect
        self._names = frozenset(host for host in self.allowed_hosts if not host.startswith("*"))
        self._endings = tuple(host[1:] for host in self.allowed_hosts if host.startswith("*."))

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.allow_any or scope["type"] not in ("http", "websocket"):
            await call(self.app, scope, receive, send)
            return
        sent = Headers(scope=scope).getlist("host")
        # Of two, whoever is behind this may go by the other.
        parsed = parse_host_header(sent[0]) if len(sent) == 1 else None
        host = "" if parsed is None else parsed.host.lower()
        if host in self._names or host.endswith(self._endings):
            await call(self.app, scope, receive, send)
            return
        response: Response = PlainTextResponse("Invalid host header", 400)
        if self.www_redirect and f"www.{host}" in self._names:
            url = URL(scope=scope)
            response = RedirectResponse(str(url.replace(netloc=f"www.{url.netloc}")))
        await reply(response, scope, receive, send)
