"""
Let scripts of other origins read responses.

Source: the Fetch standard, "CORS protocol", https://fetch.spec.whatwg.org/#http-cors-protocol; for private
networks: https://wicg.github.io/private-network-access/
"""

import re
from collections.abc import Collection
from functools import partial

from asgi_nb.web._handover import call, call_editing, reply, takes_handover
from asgi_nb.web._utils import listed
from asgi_nb.web.datastructures import Headers, MutableHeaders
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["CORSMiddleware"]

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")

# Any script may send these, whatever is allowed.
SAFELISTED_HEADERS = frozenset(("Accept", "Accept-Language", "Content-Language", "Content-Type"))

_PREFLIGHT_VARY = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network"
)


class CORSMiddleware:
    """
    Say which scripts of other origins may read the responses, and answer the browser's preflight requests.

    One text where a list is asked for is the list of that text.

    Args:
        app: The application.
        allow_origins: Origins as browsers send them, `https://example.org`; `"*"` allows any.
        allow_methods: Methods; `"*"` allows any.
        allow_headers: Request headers; `"*"` allows any.
        allow_credentials: Whether the browser may send cookies along.
        allow_origin_regex: Origins that it matches as a whole are allowed too.
        allow_private_network: Whether pages of a public network may ask.
        expose_headers: Response headers that the script may read.
        max_age: Seconds for which the browser may remember a preflight.
    """

    def __init__(
        self,
        app: ASGIApp,
        allow_origins: Collection[str] = (),
        allow_methods: Collection[str] = ("GET",),
        allow_headers: Collection[str] = (),
        allow_credentials: bool = False,
        allow_origin_regex: str | None = None,
        allow_private_network: bool = False,
        expose_headers: Collection[str] = (),
        max_age: int = 600,
    ) -> None:
        allow_origins, allow_methods = listed(allow_origins), listed(allow_methods)
        allow_headers, expose_headers = listed(allow_headers), listed(expose_headers)
        self.app = app
        self.allow_origins = allow_origins
        self.allow_all_origins = "*" in allow_origins
        self.allow_methods = ALL_METHODS if "*" in allow_methods else tuple(allow_methods)
        self.allow_all_headers = "*" in allow_headers
        shown_headers = sorted(SAFELISTED_HEADERS.union(allow_headers))
        self.allow_headers = [name.lower() for name in shown_headers]
        self.allow_credentials = allow_credentials
        self.allow_origin_regex = None if allow_origin_regex is None else re.compile(allow_origin_regex)
        self.allow_private_network = allow_private_network

        self._simple = {}
        # With credentials browsers refuse "*": then the origin is named.
        self._names_origin = not self.allow_all_origins or allow_credentials
        if not self._names_origin:
            self._simple["Access-Control-Allow-Origin"] = "*"
        if allow_credentials:
            self._simple["Access-Control-Allow-Credentials"] = "true"
        self._preflight = {"Vary": _PREFLIGHT_VARY, **self._simple}
        self._preflight["Access-Control-Allow-Methods"] = ", ".join(self.allow_methods)
        self._preflight["Access-Control-Max-Age"] = str(max_age)
        if not self.allow_all_headers:
            self._preflight["Access-Control-Allow-Headers"] = ", ".join(shown_headers)
        if expose_headers:
            self._simple["Access-Control-Expose-Headers"] = ", ".join(expose_headers)

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await call(self.app, scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await reply(self.preflight_response(headers), scope, receive, send)
        else:
            await call_editing(self.app, scope, receive, send, partial(self._mark, origin))

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether scripts of this origin may read the responses."""
        regex = self.allow_origin_regex
        return (
            self.allow_all_origins
            or origin in self.allow_origins
            or (regex is not None and regex.fullmatch(origin) is not None)
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a preflight: 200, or 400 that names all that is not allowed."""
        origin = request_headers["origin"]
        asked = request_headers.get("access-control-request-headers")
        headers = dict(self._preflight)
        failures = []
        if not self.is_allowed_origin(origin):
            failures.append("origin")
        elif self._names_origin:
            headers["Access-Control-Allow-Origin"] = origin
        if request_headers["access-control-request-method"] not in self.allow_methods:
            failures.append("method")
        if asked is not None:
            if self.allow_all_headers:
                headers["Access-Control-Allow-Headers"] = asked
            elif any(name.strip().lower() not in self.allow_headers for name in asked.split(",")):
                failures.append("headers")
        if "access-control-request-private-network" in request_headers:
            if self.allow_private_network:
                headers["Access-Control-Allow-Private-Network"] = "true"
            else:
                failures.append("private-network")
        if failures:
            return PlainTextResponse(f"Disallowed CORS {', '.join(failures)}", 400, headers)
        return PlainTextResponse("OK", 200, headers)

    def _mark(self, origin: str | None, headers: MutableHeaders) -> None:
        """Add what a response to this origin needs."""
        if origin is not None:
            headers.update(self._simple)
            if self._names_origin and self.is_allowed_origin(origin):
                headers["Access-Control-Allow-Origin"] = origin
        # Always, so that a cache does not give the answer for one origin to another.
        headers.add_vary_header("Origin")
