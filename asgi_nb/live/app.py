"""
The app that cells define while it serves.

Its parts: `core` swaps snapshots, `objects` takes functions and apps, and this file takes the text of cells.
"""

from collections.abc import Collection
from typing import Any

from asgi_nb.live.arguments import check_parameters
from asgi_nb.live.build import path_parameters
from asgi_nb.live.cards import Card
from asgi_nb.live.cells import compile_cell
from asgi_nb.live.handlers import resolve_error
from asgi_nb.live.names import function_name, parse_methods
from asgi_nb.live.objects import Objects
from asgi_nb.live.places import Place


class LiveApp(Objects):
    """
    An ASGI app whose routes, sockets and middleware are defined by cells while it serves.

    A request runs from start to end in the snapshot it began with. What a cell defines is told apart by
    the cell's id: running it again replaces all that it had defined and keeps its place.

    Args:
        notebook: Where the cells run.
        debug: Whether a 500 shows the exception and the lines of the cell.

    Source: ASGI 3.0.
    """

    _compare: bool | int = False

    @property
    def compare(self) -> bool | int:
        """
        Whether a `%%asgi_route` cell that runs sends its route's last requests again, to show what changed.

        `asgi_nb.app.compare = True` does so with the last five different ones, a number with as many. What a
        cell says of itself goes before: `--compare 0` leaves it out. Unasked, only requests are sent that
        change nothing, as GET, and that were answered within a second.

        Raises:
            TypeError: It is set to what is no bool and no number.
            ValueError: It is set to less than 0.
        """
        return self._compare

    @compare.setter
    def compare(self, value: bool | int) -> None:
        if not isinstance(value, int):
            raise TypeError(f"compare must be True, False or how many requests, got {type(value).__name__}")
        if value < 0:
            raise ValueError(f"compare must be True, False or how many requests, got {value}")
        self._compare = value

    def define_route(
        self,
        methods: str | Collection[str],
        path: str,
        source: str,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Card:
        """
        Make a route of a cell's text: the body of its handler, or statements that end in its definition.

        Args:
            methods: `"GET"`, `"GET,POST"` or a list.
            path: The path, with parameters as in `/items/{item_id:int}`.
            source: The text.
            name: The name for `url_for`; the function's by default.
            on: Where it runs: on the `"server"`'s loop, the default of what awaits; in a worker `"thread"`,
                the default of what does not; or on the `"kernel"`'s loop, where async cells run.
            pickup: Seconds that a request waits for the kernel while a cell runs; 3 by default.

        Raises:
            CellError: The method, the path or the text cannot become a route; nothing was changed.
        """
        __tracebackhide__ = True
        verbs = parse_methods(methods)
        parameters = path_parameters(path)
        check_parameters(parameters, "request")
        cell = compile_cell(
            source,
            self.notebook,
            name=function_name(name, *verbs, path),
            parameters=["request", *parameters],
            kind="route",
        )
        return self._add_route(path, cell.target, verbs, name, on, pickup, cell)

    def define_websocket(
        self,
        path: str,
        source: str,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Card:
        """
        Make a WebSocket endpoint of a cell's text, in which `websocket` is the connection.

        It runs on the `"server"`'s loop, or on the `"kernel"`'s as `define_route` says.

        Raises:
            CellError: The path or the text cannot become an endpoint; nothing was changed.
        """
        __tracebackhide__ = True
        parameters = path_parameters(path)
        check_parameters(parameters, "websocket")
        cell = compile_cell(
            source,
            self.notebook,
            name=function_name(name, "websocket", path),
            parameters=["websocket", *parameters],
            kind="websocket",
        )
        return self._add_websocket(path, cell.target, name, on, pickup, cell)

    def define_middleware(self, source: str, *, name: str | None = None, **options: Any) -> Card:
        """
        Make a middleware of a cell's text, in which `request` and `call_next` are given.

        Args:
            source: A body, or statements that end in an `async def f(request, call_next)`, or in a class or
                function that makes an ASGI app of one.
            name: Its name in the table.
            options: Keyword arguments for such a class or function.

        Raises:
            CellError: The text cannot become a middleware, or does not take the options; nothing was changed.
        """
        __tracebackhide__ = True
        cell = compile_cell(
            source,
            self.notebook,
            name=function_name(name, "middleware"),
            parameters=["request", "call_next"],
            kind="middleware",
        )
        return self._add_middleware(cell.target, (), options, name, cell)

    def define_error(self, what: int | type[Exception] | str, source: str) -> Card:
        """
        Make an error handler of a cell's text, in which `request` and `exc` are given.

        Args:
            what: A status from 400 to 599, or a class of exceptions; also as a word, `"404"` or
                `"db.NotFound"`, which is looked up in the notebook, and again when a cell defines the class
                anew.
            source: A body, or statements that end in a function of `(request, exc)`.

        Raises:
            CellError: There is no such status or class, or the text cannot become a handler; nothing was
                changed.
        """
        __tracebackhide__ = True
        resolve_error(what, self.notebook.namespace)
        cell = compile_cell(
            source,
            self.notebook,
            name=function_name(None, "on", str(what) if isinstance(what, str | int) else what.__name__),
            parameters=["request", "exc"],
            kind="error",
        )
        return self._add_error(what, cell.target, cell)

    def define_lifespan(self, source: str, *, name: str | None = None) -> Card:
        """
        Make a lifespan of a cell's text: startup above its `yield`, shutdown below; `app` is this app.

        It runs on the server's loop. The dict that it yields is in `request.state`. Lifespans nest in the
        order of their cells. Where a server runs, the cell's old one is shut down first, then the new one
        starts; with it, those inside it.

        Args:
            source: A body with one `yield`, or statements that end in a function that has one.
            name: Its name in the table.

        Raises:
            CellError: The text cannot become a lifespan, or its startup failed; the text says what runs now.
        """
        __tracebackhide__ = True
        cell = compile_cell(
            source,
            self.notebook,
            name=function_name(name, "lifespan"),
            parameters=["app"],
            kind="lifespan",
        )
        return self._add_lifespan(cell.target, name, cell)
