"""Functions, classes and apps as parts of the live app: what `add_route` and its kin take."""

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
from asgi_nb.live.handlers import Handling, error_handler, error_name, resolve_error
from asgi_nb.live.middleware import middleware_factory
from asgi_nb.live.mounting import as_asgi
from asgi_nb.live.places import PICKUP, OnKernelLoop, Place, check_place, place_endpoint
from asgi_nb.live.snapshot import Layer
from asgi_nb.live.startables import lifespan_opener
from asgi_nb.record.spans import LayerFacts
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

        The app's lifespan starts with the server, or at once where one serves; it ends when the app is
        mounted no longer.

        Raises:
            CellError: The path has no leading slash, the app is none, or its startup failed; nothing was
                changed.
        """
        built = build_mount(path, as_asgi(app), name)
        return self._define("mount", name or "", built.path, app, built)

    def add_exception_handler(
        self, exc_class_or_status_code: int | type[Exception], handler: Callable[..., Any]
    ) -> Card:
        """
        Answer a status or a class of exceptions with what a function of `(request, exc)` returns.

        Args:
            exc_class_or_status_code: A status from 400 to 599, or a class with all that derive from it.
            handler: May return what routes do; without a status of its own it has that of the exception,
                else 500.

        Raises:
            CellError: It is no such status or class, or no such function; nothing was changed.
        """
        return self._add_error(exc_class_or_status_code, handler)

    def add_lifespan(self, lifespan: Callable[..., Any]) -> Card:
        """
        Run a startup and a shutdown with the server, on its loop: at once where one serves.

        Args:
            lifespan: A generator function with one `yield`, or what gives an async context manager; it may
                take the app. The dict that it yields is in `request.state`.

        Raises:
            CellError: It is none, or its startup failed; the text says what runs now.
        """
        return self._add_lifespan(lifespan)

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
        built = build_route(path, placed, methods, name, layers, place)
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
        built = build_websocket(path, endpoint, name, reason, self._layers_for(on, pickup), place)
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
        origin = origin_of(self._cell(), target, compiled)
        factory = middleware_factory(target, args, options, place_of(origin))
        facts = LayerFacts(name or name_of(target), origin)
        layer = Layer(factory, self.scope_key, lambda: self._snapshot, facts)
        return self._define("middleware", name or name_of(target), "", target, layer, compiled=compiled)

    def _add_error(
        self,
        what: int | type[Exception] | str,
        target: Any,
        compiled: CompiledCell | None = None,
    ) -> Card:
        key = resolve_error(what, self.notebook.namespace)
        words = what if isinstance(what, str) and not isinstance(key, int) else ""
        place = place_of(origin_of(self._cell(), target, compiled))
        handling = Handling(key, words, error_handler(target, place, self.frame_label))
        return self._define("error", error_name(key, words), "", target, handling, compiled=compiled)

    def _add_lifespan(
        self, target: Any, name: str | None = None, compiled: CompiledCell | None = None
    ) -> Card:
        return self._define(
            "lifespan", name or name_of(target), "", target, lifespan_opener(target), compiled=compiled
        )
