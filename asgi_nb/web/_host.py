"""The route that is found by the name of the host."""

import re
from typing import Any, cast

from asgi_nb.web._base_route import BaseRoute, NoMatchFound, compile_path, name_inside, replace_params
from asgi_nb.web._dispatch import merged_params
from asgi_nb.web._entries import Match
from asgi_nb.web._handover import call
from asgi_nb.web._paths import bind
from asgi_nb.web._utils import parse_host_header
from asgi_nb.web.convertors import ConvertorError
from asgi_nb.web.datastructures import Headers, URLPath
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

__all__ = ["Host"]

# Where a URL's host ends, for browsers too. Source: RFC 3986 section 3.2, WHATWG URL standard.
_ENDS_HOST = re.compile(r"[\x00-\x20/\\?#@:\[\]\x7f]")


class Host(BaseRoute):
    """
    An app for some host names.

    Args:
        host: The name, without regard to case and port; may have parameters.
        app: An ASGI app.
        name: `url_for("name:route")` leads inside; without a name the routes inside stand for themselves.

    Raises:
        ValueError: The host starts with a slash, or a parameter is not right.

    Source: RFC 9110 section 7.2.
    """

    has_lifespan = True

    def __init__(self, host: str, app: ASGIApp, name: str | None = None) -> None:
        if host.startswith("/"):
            raise ValueError(f"host must not start with '/', got {host!r}; for paths use Mount")
        self.host = host
        self.app = app
        self.name = name
        self.host_regex, self.host_format, self.param_convertors = compile_path(host)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the app; empty if it has none to show."""
        return getattr(self.app, "routes", None) or []

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] in ("http", "websocket"):
            parsed = parse_host_header(Headers(scope=scope).get("host"))
            if parsed is not None:
                bound = bind(self.host_regex, self.param_convertors, parsed.host.lower())
                if bound is not None:
                    return Match.FULL, {"path_params": merged_params(scope, bound), "endpoint": self.app}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if self.name is not None and name == self.name and "path" in path_params:
            path = path_params.pop("path")
            host, left = self._fill_in(path_params)
            if not left:
                return URLPath(path=path, host=host)
            path_params["path"] = path
        inner_name = name_inside(self.name, name)
        if inner_name is not None:
            host, left = self._fill_in(path_params)
            for route in self.routes:
                try:
                    url = route.url_path_for(inner_name, **left)
                except NoMatchFound:
                    continue
                return URLPath(path=str(url), protocol=cast("Any", url.protocol), host=host)
        raise NoMatchFound(name, path_params)

    def _fill_in(self, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        for name, convertor in self.param_convertors.items():
            if name in params and _ENDS_HOST.search(text := convertor.to_string(params[name])):
                raise ConvertorError(f"{name}={text!r} holds what ends a host, which would lead elsewhere")
        return replace_params(self.host_format, self.param_convertors, params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await call(self.app, scope, receive, send)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Host) and self.host == other.host and self.app == other.app

    def __repr__(self) -> str:
        return f"{type(self).__name__}(host={self.host!r}, name={self.name or ''!r}, app={self.app!r})"
