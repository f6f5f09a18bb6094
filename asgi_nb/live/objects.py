"""Functions, classes and apps as routes, sockets, mounts and middleware of the live app."""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from asgi_nb.live.arguments import name_of
from asgi_nb.live.build import build_mount, build_route, build_websocket, origin_of
from asgi_nb.live.cards import Card
from asgi_nb.live.cells import CompiledCell
from asgi_nb.live.core import Core
from asgi_nb.live.decorators import Decorators
from asgi_nb.live.definitions import place_of
from asgi_nb.live.errors import CellError
from asgi_nb.live.middleware import middleware_factory
from asgi_nb.live.mounting import as_asgi
from asgi_nb.live.places import PICKUP, OnKernelLoop, Place, check_place, place_endpoint
from asgi_nb.live.snapshot import Layer
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.types import ASGIApp


class Objects(Core, Decorators):
    """What ordinary cells call: `add_route` and its kin, and the decorators on top of them."""

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        *,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Card:
        """
        Route requests to a function, a class or an ASGI app.

        Args:
            path: The path, with parameters as in `/items/{item_id:int}`.
            endpoint: A function gets `request` and the path's parameters by name.
            methods: Names of methods. By default GET for a function, every method for anything else.
            name: The name for `url_for`; the endpoint's by default.
            on: Where it runs, see `define_route`.
            pickup: Seconds to wait for the kernel, see `define_route`.

        Raises:
            CellError: The path or the endpoint is none; nothing was changed.
        """
        return self._add_route(path, endpoint, methods, name, on, pickup)

    def add_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Card:
        """Route WebSocket sessions to a function, a class or an ASGI app, as `add_route` does requests."""
        return self._add_websocket(path, endpoint, name, on, pickup)

    def add_middleware(self, middleware: Callable[..., Any], *args: Any, **options: Any) -> Card:
        """
        Put a middleware around all that is there, also while serving.

        Args:
            middleware: `async f(request, call_next)`, or a class or function that takes an app and gives one.
            args: Positional arguments for the class or function, after the app.
            options: Keyword arguments for it.

        Raises:
            CellError: It is no middleware, or does not take these arguments; nothing was changed.
        """
        return self._add_middleware(middleware, args, options)

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> Card:
        """
        Hand all requests below a path to another ASGI app, or to a WSGI app.

        The app's lifespan runs with the server's: not for one that is mounted while it serves.

        Raises:
            CellError: The path has no leading slash, or the app is none; nothing was changed.
        """
        built = build_mount(path, as_asgi(app), name)
        return self._define("mount", name or "", built.path, app, built)

    # The work.

    def _add_route(
        self,
        path: str,
        endpoint: Any,
        methods: Collection[str] | None,
        name: str | None,
        on: Place | None,
        pickup: float | None,
        compiled: CompiledCell | None = None,
    ) -> Card:
        layers = self._layers_for(on, pickup)
        placed, place = place_endpoint(endpoint, on)
        built = build_route(path, placed, methods, name, layers)
        answers = None if built.methods is None else frozenset(built.methods)
        return self._define("route", built.name or "", path, endpoint, built, answers, compiled, place)

    def _add_websocket(
        self,
        path: str,
        endpoint: Any,
        name: str | None,
        on: Place | None,
        pickup: float | None,
        compiled: CompiledCell | None = None,
    ) -> Card:
        if on == "thread":
            raise CellError(
                "a WebSocket is awaited, and cannot be in a worker thread; use 'server' or 'kernel'"
            )
        place = on or "server"
        reason = functools.partial(self._close_reason, place)
        built = build_websocket(path, endpoint, name, reason, self._layers_for(on, pickup))
        return self._define("websocket", built.name or "", path, endpoint, built, compiled=compiled, on=place)

    def _layers_for(self, on: Place | None, pickup: float | None) -> list[Middleware]:
        """Give what lies around an endpoint because of the place where it runs."""
        loop = self.notebook.loop
        check_place(on, pickup, loop)
        if on != "kernel" or loop is None:
            return []
        return [Middleware(OnKernelLoop, loop, PICKUP if pickup is None else pickup)]

    def _add_middleware(
        self,
        target: Any,
        args: Sequence[Any],
        options: Mapping[str, Any],
        name: str | None = None,
        compiled: CompiledCell | None = None,
    ) -> Card:
        place = place_of(origin_of(self._cell(), target, compiled))
        factory = middleware_factory(target, args, options, place)
        layer = Layer(factory, self._key, lambda: self._snapshot)
        return self._define("middleware", name or name_of(target), "", target, layer, compiled=compiled)
