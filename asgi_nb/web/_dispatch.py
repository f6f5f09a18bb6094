"""
Take a request to its route: the part of a router that runs for each request.
"""

import functools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

from asgi_nb.web._endpoint_apps import Function
from asgi_nb.web._entries import Entry, Kind
from asgi_nb.web._handover import HANDLERS_SCOPE_KEY, call, reply, takes_handover
from asgi_nb.web._headers import encode_header
from asgi_nb.web._lifespan import MountedLifespan, TrackedLifespan, as_lifespan, run_lifespan
from asgi_nb.web._matcher import Found, Table
from asgi_nb.web._route_list import RouteList
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.datastructures import URL
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.responses import PlainTextResponse, RedirectResponse, Response
from asgi_nb.web.types import ASGIApp, Lifespan, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketClose

__all__ = ["Dispatcher", "merged_params", "method_not_allowed"]

Refusal = Callable[[int], Response | None]
"""Gives the response to a status, where an exception would come to the same."""

Step = Awaitable[None] | Function | Response
"""How a request goes on: something to await, a function to call with the Request, a response to send."""

# A global is read faster than the attribute of an Enum.
_MOUNT, _OPAQUE = Kind.MOUNT, Kind.OPAQUE


def merged_params(scope: Scope, bound: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the mounts around, and these."""
    outer = scope.get("path_params")
    return {**outer, **bound} if outer else bound


def method_not_allowed(methods: Iterable[str], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """
    Answer 405: by an exception inside an app, whose handlers may say how, else by a response.

    Source: RFC 9110 section 15.5.6.
    """
    headers = {"Allow": _allow(frozenset(methods))[1].decode("latin-1")}
    if "app" in scope:
        raise HTTPException(405, headers=headers)
    return reply(PlainTextResponse("Method Not Allowed", 405, headers), scope, receive, send)


# An app has few different sets of methods.
@functools.lru_cache(maxsize=64)
def _allow(methods: frozenset[str]) -> tuple[bytes, bytes]:
    return encode_header("allow", ", ".join(sorted(methods)))


class Dispatcher:
    """What every router does. See Router for the arguments."""

    def __init__(
        self,
        routes: Sequence[Any] | None,
        redirect_slashes: bool,
        default: ASGIApp | None,
        lifespan: Lifespan[Any] | None,
        read: Callable[[Any, int], Entry],
    ) -> None:
        self._routes: RouteList[Any] = RouteList(routes or ())
        # Of no list yet: the first request makes it.
        self._table = Table((), None, read)
        self.redirect_slashes = redirect_slashes
        self._not_found = self.not_found
        self._is_plain = getattr(self._not_found, "__func__", None) is Dispatcher.not_found
        self.default: ASGIApp = self._not_found if default is None else default
        self.lifespan_context = as_lifespan(lifespan)
        self.middleware_stack = self.app

    @property
    def lifespan_context(self) -> Lifespan[Any]:
        """Makes the context manager of startup and shutdown, from the app; may be replaced."""
        return self._lifespan_context

    @lifespan_context.setter
    def lifespan_context(self, lifespan: Lifespan[Any]) -> None:
        known = isinstance(lifespan, TrackedLifespan)
        self._lifespan_context = lifespan if known else TrackedLifespan(lifespan)

    @property
    def routes(self) -> list[Any]:
        """The routes, in order; a list to change in place, or to replace."""
        return self._routes

    @routes.setter
    def routes(self, routes: Iterable[Any]) -> None:
        self._routes = RouteList(routes)

    def insert_route(self, index: int, route: Any) -> None:
        """Put a route before the one at `index`, as `list.insert` counts."""
        self._routes.insert(index, route)

    def replace_route(self, old: Any, new: Any) -> None:
        """
        Put a route in the place of another.

        Raises:
            ValueError: The other one is not in this router.
        """
        self._routes[self._index_of(old)] = new

    def move_route(self, route: Any, index: int) -> None:
        """
        Put a route in another place in the order, at once: no request meets it twice or not at all.

        Args:
            route: The route.
            index: Where it stands then; counted without it, as `list.insert` counts.

        Raises:
            ValueError: It is not in this router.
        """
        routes = list(self._routes)
        moved = routes.pop(self._index_of(route))
        routes.insert(index, moved)
        self._routes[:] = routes

    def remove_route(self, route: Any) -> None:
        """
        Take a route out.

        Raises:
            ValueError: It is not in this router.
        """
        del self._routes[self._index_of(route)]

    def replace_routes(self, routes: Iterable[Any]) -> None:
        """Put all these routes in the place of all the others, at once."""
        self._routes[:] = routes

    def _index_of(self, route: Any) -> int:
        # Two routes may be equal; the very one is meant if it is there.
        for index, other in enumerate(self._routes):
            if other is route:
                return index
        if route in self._routes:
            return self._routes.index(route)
        raise ValueError(f"{route!r} is not one of this router's {len(self._routes)} routes")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run_scope(scope, receive, send)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The routes, without the middleware around them."""
        await _to_await(self._begin_routes(scope, receive, send), scope, receive, send)

    @property
    def middleware_stack(self) -> ASGIApp:
        """The routes with the router's middleware around them; may be replaced."""
        return self._stack

    @middleware_stack.setter
    def middleware_stack(self, stack: ASGIApp) -> None:
        self._stack = stack
        # Not the app of a subclass.
        is_own = getattr(stack, "__func__", None) is Dispatcher.app and stack == self.app
        self._begin_scope = self._begin_routes if is_own else self._begin_stack
        """What calling the router does, up to where it would wait; gives a response only if it may refuse."""
        self._begin_http = self._begin_http_routes if is_own else self._begin_stack
        """The same, for a scope that is known to be of HTTP."""

    def _run_scope(
        self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None = None
    ) -> Awaitable[None]:
        """What calling the router does, to be awaited; without a frame that waits along."""
        begin = self._begin_scope
        return _to_await(begin(scope, receive, send, refusal), scope, receive, send)

    def _begin_stack(
        self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None = None
    ) -> Step:
        return call(self._stack, scope, receive, send)

    def _begin_routes(
        self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None = None
    ) -> Step:
        scope_type = scope["type"]
        if scope_type == "http":
            return self._begin_http_routes(scope, receive, send, refusal)
        scope.setdefault("router", self)
        if scope_type == "websocket":
            table = self._table
            if table.stamp is not self._routes.stamp:
                table = self._refresh()
            path = get_route_path(scope)
            found = table.find(table.websocket, scope, path)
            if found is None:
                return call(self.default, scope, receive, send)
            return self._begin_found(found, path, scope, receive, send, refusal)
        if scope_type != "lifespan":
            raise ValueError(f"a router takes 'http', 'websocket' and 'lifespan' scopes, got {scope_type!r}")
        return self.lifespan(scope, receive, send)

    def _begin_http_routes(
        self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None = None
    ) -> Step:
        scope.setdefault("router", self)
        table = self._table
        if table.stamp is not self._routes.stamp:
            table = self._refresh()
        path = get_route_path(scope) if scope.get("root_path") else scope["path"]
        plain = table.plain.get(path)
        # The common case, without a further frame.
        if plain is not None:
            route = plain.route
            methods = route.methods
            if route.app is plain.known and (not methods or scope["method"] in methods):
                outer = "path_params" in scope and scope["path_params"]
                scope["route"] = route
                scope["endpoint"] = route.endpoint
                scope["path_params"] = {**outer} if outer else {}
                step: Step = plain.function or route.app(scope, receive, send)
                return step
        found = table.find(table.http, scope, path)
        if found is None:
            return self._no_route(table, path, scope, receive, send, refusal)
        return self._begin_found(found, path, scope, receive, send, refusal)

    def _begin_found(
        self, found: Found, path: str, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None
    ) -> Step:
        entry, bound, partial = found
        route = scope["route"] = entry.route
        kind = entry.kind
        if kind is _MOUNT:
            return _enter(entry, route.child_scope(scope, path, bound), scope, receive, send)
        if kind is _OPAQUE:
            return _enter(entry, bound, scope, receive, send)
        scope["endpoint"] = route.endpoint
        outer = scope.get("path_params")
        scope["path_params"] = {**outer, **bound} if outer else bound
        if entry.handles:
            return call(route.handle, scope, receive, send)
        app = route.app
        if partial is not None:
            methods = _methods(partial)
            response = None if refusal is None else refusal(405)
            if response is None:
                return method_not_allowed(methods, scope, receive, send)
            # In the first place, where the header of an exception stands.
            response.raw_headers.insert(0, _allow(frozenset(methods)))
            return response
        if app is not entry.known:
            return call(app, scope, receive, send)
        function = entry.function
        if function is None:
            function = entry.look()
        return function or app(scope, receive, send)

    def _refresh(self) -> Table:
        # The stamp before the content: a change in between is seen next time.
        stamp = self._routes.stamp
        routes = tuple(self._routes)
        self._table = table = self._table.updated(routes, stamp)
        return table

    def _no_route(
        self, table: Table, path: str, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None
    ) -> Step:
        if self.redirect_slashes and path != "/":
            index = table.http
            # Most often none of this holds, and the look-up would be in vain.
            may_differ = index.slashed or not path or path[-1] == "/" or index.early or index.opaque
            other = _with_other_slash(table, path, scope) if may_differ else None
            if other is not None:
                return reply(RedirectResponse(str(URL(scope=other))), scope, receive, send)
        default = self.default
        if default is not self._not_found:
            return call(default, scope, receive, send)
        response = refusal(404) if refusal is not None and self._is_plain else None
        return default(scope, receive, send) if response is None else response

    async def not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404, or close a WebSocket before it was accepted."""
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        elif "app" in scope:
            # The app's handlers may say how a 404 looks.
            raise HTTPException(404)
        else:
            await reply(PlainTextResponse("Not Found", 404), scope, receive, send)

    async def lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Run this router's lifespan, and inside it those of the mounted apps.

        They start in the order of their routes and stop in reverse. What they add to the state is there
        for their own requests; for those of others too, unless somebody before them used the name.
        """

        def mounted() -> list[MountedLifespan]:
            routes: dict[int, list[Any]] = {}
            for route in self.routes:
                if getattr(route, "has_lifespan", False):
                    routes.setdefault(id(route.app), []).append(route)
            return [MountedLifespan(same, scope) for same in routes.values()]

        await run_lifespan(self.lifespan_context, mounted, scope, receive, send)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dispatcher) and self.routes == other.routes


takes_handover(Dispatcher.__call__)
takes_handover(Dispatcher.app)
takes_handover(Dispatcher.not_found)


def _to_await(step: Step, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """A step as something to await."""
    if type(step) is Function:
        return step.app(scope, receive, send)
    return reply(step, scope, receive, send) if isinstance(step, Response) else cast("Awaitable[None]", step)


def _with_other_slash(table: Table, path: str, scope: Scope) -> Scope | None:
    """The scope with a slash at the end of its path, or without it, if a route fits that."""
    whole: str = scope["path"]
    whole = whole.rstrip("/") if path[-1:] == "/" else whole + "/"
    if not scope.get("root_path") and not table.http.opaque:
        # Only the path is looked at, most often in vain: copying the scope can wait.
        return None if table.find(table.http, scope, whole) is None else {**scope, "path": whole}
    other = {**scope, "path": whole}
    return None if table.find(table.http, other, get_route_path(other)) is None else other


async def _enter(entry: Entry, child_scope: Scope, scope: Scope, receive: Receive, send: Send) -> None:
    """Run a route that changes the scope for what is behind it, and put back what only that may see."""
    route = entry.route
    outer = scope.get("app")
    handlers = scope.get(HANDLERS_SCOPE_KEY)
    root_path = scope.get("root_path")
    app_root_path = scope.get("app_root_path")
    scope.update(child_scope)
    state = getattr(route, "lifespan_state", None)
    if state:
        scope.setdefault("state", {}).update(state)
    try:
        if not entry.handles and route.app is entry.known:
            app = route.app
            if entry.is_router:
                begin = app._begin_http if scope["type"] == "http" else app._begin_scope
                step = begin(scope, receive, send)
                app = step.app if type(step) is Function else None
            await (step if app is None else app(scope, receive, send))
        else:
            await call(route.handle if entry.handles else route.app, scope, receive, send)
    finally:
        # Only an app of its own, or a router's error handling, changes these.
        if scope.get("app") is not outer:
            _put_back(scope, "app", outer)
        if scope.get(HANDLERS_SCOPE_KEY) is not handlers:
            _put_back(scope, HANDLERS_SCOPE_KEY, handlers)
        _put_back(scope, "root_path", root_path)
        _put_back(scope, "app_root_path", app_root_path)


def _put_back(scope: Scope, key: str, value: Any) -> None:
    if value is not None:
        scope[key] = value
    elif key in scope:
        del scope[key]


def _methods(entries: list[Entry]) -> Iterable[str]:
    """The methods of all routes that fit the path."""
    methods: list[Iterable[str]] = [getattr(entry.route, "methods", None) or () for entry in entries]
    return methods[0] if len(methods) == 1 else frozenset().union(*methods)
