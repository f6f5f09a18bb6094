"""
Server spans and durations for OpenTelemetry. Experimental: names and attributes may change.

Source: OpenTelemetry Semantic Conventions 1.30, "HTTP Spans" and "HTTP Metrics".
"""

import re
import time
from collections.abc import Sequence
from typing import Any

from asgi_nb._version import __version__
from asgi_nb.web.datastructures import URL
from asgi_nb.web.routing import Host, Match, Mount
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

try:
    from opentelemetry import metrics, propagate, trace
except ModuleNotFoundError as exc:
    raise ImportError(
        "asgi_nb.web.middleware.opentelemetry needs opentelemetry-api, which is not installed; "
        "run: pip install opentelemetry-api"
    ) from exc

__all__ = ["OpenTelemetryMiddleware"]

# Starlette's, so that a request through apps of both has one span.
_SCOPE_KEY = "starlette.opentelemetry"

# The attributes of the span that the duration has too: few values each. Source: "HTTP Metrics".
_OF_DURATION = (
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "url.scheme",
    "error.type",
    "network.protocol.version",
)


# Source: "HTTP Spans", http.request.method; QUERY is draft-ietf-httpbis-safe-method-w-body.
_METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE")
)


class OpenTelemetryMiddleware:
    """
    Make a span for each HTTP request, and record how long it took.

    The span is named after the method and the route, mounts included: `GET /users/{id}`.

    Args:
        app: The application.
        excluded_urls: Regular expressions, as a list or separated by commas; a URL in which one is found
            has no span.
        tracer_provider: Where spans go; None: the global one.
        meter_provider: Where durations go; None: the global one.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        excluded_urls: str | Sequence[str] = (),
        tracer_provider: Any = None,
        meter_provider: Any = None,
    ) -> None:
        self.app = app
        if isinstance(excluded_urls, str):
            excluded_urls = [part.strip() for part in excluded_urls.split(",") if part.strip()]
        self._excluded_urls = [re.compile(pattern) for pattern in excluded_urls]
        self._tracer = trace.get_tracer("asgi_nb.web", __version__, tracer_provider)
        self._durations = metrics.get_meter("asgi_nb.web", __version__, meter_provider).create_histogram(
            "http.server.request.duration", unit="s", description="Duration of HTTP server requests."
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope.get(_SCOPE_KEY):
            await self.app(scope, receive, send)
            return
        url = URL(scope=scope)
        # Also for an excluded URL: the same middleware of an app below makes no span of it either.
        scope[_SCOPE_KEY] = True
        try:
            if any(pattern.search(str(url)) for pattern in self._excluded_urls):
                await self.app(scope, receive, send)
            else:
                await self._trace(url, scope, receive, send)
        finally:
            del scope[_SCOPE_KEY]

    async def _trace(self, url: URL, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        attributes = _attributes(url, headers, scope)
        method = attributes["http.request.method"]
        # What routes match by, before a mount changes it.
        outer = dict(scope)
        found: dict[str, str | int] = {}

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = found["http.response.status_code"] = message["status"]
                if status >= 500:
                    found["error.type"] = str(status)
            await send(message)

        began = time.perf_counter()
        with self._tracer.start_as_current_span(
            method,
            context=propagate.extract(headers),
            kind=trace.SpanKind.SERVER,
            attributes=attributes,
        ) as span:
            try:
                await self.app(scope, receive, watch)
            except Exception as exc:
                found["error.type"] = type(exc).__qualname__
                raise
            finally:
                template = _template(scope, outer)
                if template is not None:
                    found["http.route"] = template
                    span.update_name(f"{method} {template}")
                span.set_attributes(found)
                if "error.type" in found:
                    span.set_status(trace.Status(trace.StatusCode.ERROR))
                known = {**attributes, **found}
                if method not in _METHODS:
                    # Any client can make up methods, and a series of durations for each.
                    known["http.request.method"] = "_OTHER"
                self._durations.record(
                    time.perf_counter() - began, {name: known[name] for name in _OF_DURATION if name in known}
                )


def _headers(scope: Scope) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


def _attributes(url: URL, headers: dict[str, list[str]], scope: Scope) -> dict[str, Any]:
    method: str = scope["method"]
    server, client = scope.get("server"), scope.get("client")
    attributes = {
        "http.request.method": method.upper(),
        "http.request.method_original": method if method != method.upper() else None,
        "url.path": scope["path"],
        "url.scheme": scope.get("scheme", "http"),
        "url.query": url.query or None,
        "server.address": url.hostname,
        "server.port": url.port if url.port is not None or server is None else server[1],
        "network.protocol.version": scope.get("http_version"),
        "client.address": client[0] if client else None,
        "user_agent.original": headers.get("user-agent", [None])[0],
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _template(scope: Scope, outer: Scope) -> str | None:
    """The path of the route that was taken, with the placeholders of all mounts around it."""
    route, router = scope.get("route"), scope.get("router")
    if route is None:
        return None
    found = None if router is None else _find(route, router.routes, outer)
    if found is None:
        # It is in an app that does not show its routes.
        found = getattr(route, "path_format", None)
    return found


def _find(wanted: Any, routes: Sequence[Any], scope: Scope) -> str | None:
    for route in routes:
        # A mount matches by all that is below it, and a host by no path.
        prefix = route.path_format.removesuffix("/{path}") if isinstance(route, Mount) else ""
        if route is wanted:
            return (prefix or "/") if isinstance(route, Mount) else getattr(route, "path_format", None)
        # The same routes may be mounted in several places: only where it matches they were taken.
        if isinstance(route, Mount | Host):
            match, child_scope = route.matches(scope)
            if match is not Match.NONE:
                inner = _find(wanted, route.routes, {**scope, **child_scope})
                if inner is not None:
                    return prefix + inner
    return None
