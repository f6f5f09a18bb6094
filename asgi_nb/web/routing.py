"""
Routes: which endpoint answers which path.

A route is anything with `matches(scope)`, `handle(scope, receive, send)` and `url_path_for(name, ...)`.
The router takes the first one that matches, in list order. Its list can be changed while it serves: a
request is matched against the list as it was at one moment, and what it found stays its own to the end.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

from asgi_nb.web._base_route import (
    BaseRoute,
    EndpointRoute,
    NoMatchFound,
    PatternRoute,
    compile_path,
    get_name,
    name_inside,
    replace_params,
    wrapped,
)
from asgi_nb.web._dispatch import Dispatcher, merged_params, method_not_allowed
from asgi_nb.web._endpoint_apps import request_response, websocket_session
from asgi_nb.web._entries import Entry, Kind, Match
from asgi_nb.web._handover import call, knows_handover
from asgi_nb.web._host import Host
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.datastructures import URLPath
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.body_limit import RequestBodyLimitMiddleware
from asgi_nb.web.types import ASGIApp, Lifespan, Receive, Scope, Send

__all__ = [
    "BaseRoute",
    "Host",
    "Match",
    "Mount",
    "NoMatchFound",
    "Route",
    "Router",
    "WebSocketRoute",
    "compile_path",
    "get_name",
    "replace_params",
    "request_response",
    "websocket_session",
]


class Route(EndpointRoute):
    """
    An HTTP endpoint.

    Args:
        path: Starts with a slash; `{name}` or `{name:kind}` is a parameter.
        endpoint: A function of a request, async or not, or an ASGI app, or a class that is called like one.
        methods: The methods it answers; GET brings HEAD. None: GET for a function, all for an app.
        name: What `url_for` calls it; None: the function's or class's name.
        include_in_schema: Whether a schema generator shows it.
        middleware: Apps around the endpoint, the outermost first.
        max_body_size: Bytes; a larger request body is answered with 413.

    Raises:
        ValueError: The path does not start with a slash, or a parameter is not right.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        middleware: Sequence[Middleware] | None = None,
        max_body_size: int | None = None,
    ) -> None:
        # The module's global, at this moment: instrumentation replaces it.
        function = self._set_up(path, endpoint, name, middleware, request_response)
        self.include_in_schema = include_in_schema
        if max_body_size is not None:
            self.app = RequestBodyLimitMiddleware(self.app, max_body_size=max_body_size)
        self.methods: set[str] | None = None
        if methods is not None:
            self.methods = {method.upper() for method in methods}
            if "GET" in self.methods:
                self.methods.add("HEAD")
        elif function:
            self.methods = {"GET", "HEAD"}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        bound = self._bind(scope) if scope["type"] == "http" else None
        if bound is None:
            return Match.NONE, {}
        child_scope = {"endpoint": self.endpoint, "path_params": merged_params(scope, bound)}
        if self.methods and scope["method"] not in self.methods:
            return Match.PARTIAL, child_scope
        return Match.FULL, child_scope

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        return self._url_path(name, path_params, "http")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.methods and scope["method"] not in self.methods:
            await method_not_allowed(self.methods, scope, receive, send)
        else:
            await call(self.app, scope, receive, send)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Route)
            and self.path == other.path
            and self.endpoint == other.endpoint
            and self.methods == other.methods
        )

    def __repr__(self) -> str:
        methods = sorted(self.methods or ())
        return f"{type(self).__name__}(path={self.path!r}, name={self.name!r}, methods={methods!r})"


class WebSocketRoute(EndpointRoute):
    """
    A WebSocket endpoint.

    Args:
        path: Starts with a slash; `{name}` or `{name:kind}` is a parameter.
        endpoint: An async function of a WebSocket, or an ASGI app, or a class that is called like one.
        name: What `url_for` calls it; None: the function's or class's name.
        middleware: Apps around the endpoint, the outermost first.

    Raises:
        ValueError: The path does not start with a slash, or a parameter is not right.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        name: str | None = None,
        middleware: Sequence[Middleware] | None = None,
    ) -> None:
        self._set_up(path, endpoint, name, middleware, websocket_session)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        bound = self._bind(scope) if scope["type"] == "websocket" else None
        if bound is None:
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self.endpoint, "path_params": merged_params(scope, bound)}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        return self._url_path(name, path_params, "websocket")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, WebSocketRoute) and self.path == other.path and self.endpoint == other.endpoint
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.path!r}, name={self.name!r})"


class Mount(PatternRoute):
    """
    An app under a prefix of the path.

    The app sees the same `path` and a longer `root_path`. When it is done the scope has its old `root_path`
    again, while `route`, `endpoint` and `path_params` stay, for the middleware around.

    Args:
        path: The prefix, `""` for all paths; may have parameters.
        app: An ASGI app.
        routes: Routes, instead of an app.
        name: `url_for("name:route")` leads inside; without a name the routes inside stand for themselves.
        middleware: Apps around the app, the outermost first.
        max_body_size: Bytes; a larger request body is answered with 413.

    Raises:
        ValueError: The path does not start with a slash, or a parameter is not right.
        TypeError: Neither an app nor routes are given.
    """

    has_lifespan = True

    def __init__(
        self,
        path: str,
        app: ASGIApp | None = None,
        routes: Sequence[BaseRoute] | None = None,
        name: str | None = None,
        *,
        middleware: Sequence[Middleware] | None = None,
        max_body_size: int | None = None,
    ) -> None:
        if path and not path.startswith("/"):
            raise ValueError(f"mount path must be empty or start with '/', got {path!r}")
        if app is None and routes is None:
            raise TypeError(f"Mount({path!r}) needs something to mount; pass app= or routes=")
        self.path = path.rstrip("/")
        self._base_app: ASGIApp = Router(routes=routes) if app is None else app
        self.app = wrapped(self._base_app, middleware)
        if max_body_size is not None:
            self.app = RequestBodyLimitMiddleware(self.app, max_body_size=max_body_size)
        self.name = name
        self._read(self.path + "/{path:path}")

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the mounted app; empty if it has none to show."""
        return getattr(self._base_app, "routes", None) or []

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        bound = self._bind(scope) if scope["type"] in ("http", "websocket") else None
        if bound is None:
            return Match.NONE, {}
        return Match.FULL, self.child_scope(scope, get_route_path(scope), bound)

    def child_scope(self, scope: Scope, path: str, bound: dict[str, Any]) -> Scope:
        """What the mounted app sees otherwise than the apps around: `bound` are the parameters of `path`."""
        root_path: str = scope.get("root_path", "")
        matched = path[: len(path) - len(bound.pop("path")) - 1]
        outer = scope.get("path_params")
        return {
            "path_params": {**outer, **bound} if outer else bound,
            # Set by the outermost mount only: url_for starts from here.
            "app_root_path": scope.get("app_root_path", root_path),
            "root_path": root_path + matched,
            "endpoint": self.app,
        }

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        if self.name is not None and name == self.name and "path" in path_params:
            path_params["path"] = path_params["path"].lstrip("/")
            path, left = replace_params(self.path_format, self.param_convertors, path_params)
            if not left:
                return URLPath(path=path)
        inner_name = name_inside(self.name, name)
        if inner_name is not None:
            # The mount's own {path} ends where the inner path begins; a parameter of that name is the
            # inner route's.
            inner = {"path": path_params["path"]} if "path" in path_params else {}
            prefix, left = replace_params(
                self.path_format, self.param_convertors, {**path_params, "path": ""}
            )
            for route in self.routes:
                try:
                    url = route.url_path_for(inner_name, **left, **inner)
                except NoMatchFound:
                    continue
                return URLPath(path=prefix.rstrip("/") + str(url), protocol=cast("Any", url.protocol))
        raise NoMatchFound(name, path_params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mount) and self.path == other.path and self.app == other.app

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.path!r}, name={self.name or ''!r}, app={self.app!r})"


class Router(Dispatcher):
    """
    Routes, and what happens when none fits.

    The list of routes may be changed at any time, by the methods here or in place:
    `router.routes.append(route)`. Each change is seen whole or not at all. More than Starlette's:
    `insert_route`, `move_route`, `replace_route`, `remove_route`, `replace_routes`.

    Args:
        routes: The first one that matches a request answers it.
        redirect_slashes: Whether to redirect to the same path with, or without, a slash at its end, if
            that has a route.
        default: The app for what no route fits; None: 404, or a close of a WebSocket.
        lifespan: Makes an async context manager of the app: entered at startup, left at shutdown. The
            lifespans of mounted apps run inside, see `lifespan`.
        middleware: Apps around the routes, the outermost first.
        max_body_size: Bytes; a larger request body is answered with 413.
    """

    def __init__(
        self,
        routes: Sequence[BaseRoute] | None = None,
        redirect_slashes: bool = True,
        default: ASGIApp | None = None,
        lifespan: Lifespan[Any] | None = None,
        *,
        middleware: Sequence[Middleware] | None = None,
        max_body_size: int | None = None,
    ) -> None:
        super().__init__(routes, redirect_slashes, default, lifespan, _entry)
        self.middleware_stack = wrapped(self.middleware_stack, middleware)
        if max_body_size is not None:
            self.middleware_stack = RequestBodyLimitMiddleware(
                self.middleware_stack, max_body_size=max_body_size
            )

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of the first route with this name and exactly these parameters.

        Raises:
            NoMatchFound: There is none.
        """
        for route in self.routes:
            # Of the routes with another name most can be passed by without an exception.
            if type(route).url_path_for is Route.url_path_for and route.name != name:
                continue
            try:
                url: URLPath = route.url_path_for(name, **path_params)
                return url
            except NoMatchFound:
                continue
        raise NoMatchFound(name, path_params)

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Append a Mount."""
        self.routes.append(Mount(path, app=app, name=name))

    def host(self, host: str, app: ASGIApp, name: str | None = None) -> None:
        """Append a Host."""
        self.routes.append(Host(host, app=app, name=name))

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Append a Route."""
        self.routes.append(
            Route(path, endpoint=endpoint, methods=methods, name=name, include_in_schema=include_in_schema)
        )

    def add_websocket_route(self, path: str, endpoint: Callable[..., Any], name: str | None = None) -> None:
        """Append a WebSocketRoute."""
        self.routes.append(WebSocketRoute(path, endpoint=endpoint, name=name))


# With the methods that the matcher stands in for, as they are here: a subclass, an object or somebody's patch
# may have others.
_KINDS: tuple[tuple[type[PatternRoute], Kind, Any, Any], ...] = (
    (Route, Kind.HTTP, Route.matches, Route.handle),
    (WebSocketRoute, Kind.WEBSOCKET, WebSocketRoute.matches, WebSocketRoute.handle),
    (Mount, Kind.MOUNT, Mount.matches, Mount.handle),
)


def _entry(route: Any, rank: int) -> Entry:
    """What the router knows about a route without asking it for each request."""
    for known, kind, matches, handle in _KINDS:
        if isinstance(route, known):
            pattern = route._pattern
            # Not by the object's `__dict__`, which would be made for this and slow down its attributes.
            if pattern and getattr(route.matches, "__func__", None) is matches:
                handles = getattr(route.handle, "__func__", None) is not handle
                app: Any = route.app if knows_handover(route.app) else None
                is_router = isinstance(app, Dispatcher) and type(app).__call__ is Dispatcher.__call__
                return Entry(route, rank, kind, pattern, handles, app, is_router)
            break
    return Entry(route, rank)
