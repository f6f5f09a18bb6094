"""
The app at its core: the snapshot that requests run in, and how definitions change it.

Rule 1: whatever can fail is done before the snapshot is swapped, so that an error changes nothing.
Rule 2: definitions come from one thread at a time, as cells do; requests may come from any.
"""

import dataclasses
import itertools
import warnings
import weakref
from types import TracebackType
from typing import Any

from asgi_nb.live.arguments import name_of
from asgi_nb.live.attempts import Attempts
from asgi_nb.live.build import origin_of
from asgi_nb.live.cards import Card
from asgi_nb.live.cells import CompiledCell
from asgi_nb.live.definitions import Definition, Definitions, Kind, finish, leaving, splice
from asgi_nb.live.errors import CellError, advise, failure_line, failure_response
from asgi_nb.live.handlers import resolve_error
from asgi_nb.live.inside import Served
from asgi_nb.live.lifespans import LifespanError, Lifespans, Startable
from asgi_nb.live.notebook import Cell, Notebook
from asgi_nb.live.sessions import REASON, ClosedSockets, Sessions, Sockets, WithSessions, close_all
from asgi_nb.live.snapshot import Snapshot
from asgi_nb.live.startables import startables
from asgi_nb.live.table import RouteTable, Stats
from asgi_nb.live.tracing import TracedApp
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Origin, under_way
from asgi_nb.record.reasons import Candidates
from asgi_nb.record.usage import OneLine
from asgi_nb.web.datastructures import State, URLPath
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.results import ResultError
from asgi_nb.web.routing import BaseRoute, Match, NoMatchFound
from asgi_nb.web.status import WS_1012_SERVICE_RESTART
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

APP_NUMBERS = itertools.count(1)


class UnknownRoute(OneLine, NoMatchFound):
    """No route has this name and these parameters."""


class CellRun:
    """
    One run of a cell: what it defines is live at once, and is taken back if the cell fails.

    At a clean end, what the cell had defined before and not again is gone. A run inside a run of the same
    cell is a part of it.
    """

    def __init__(self, app: "Core", cell: Cell, number: int) -> None:
        self.cell = cell
        self.number = number
        self._app = app
        self._outer: CellRun | None = None
        self._before: Definitions = ()

    def __enter__(self) -> "CellRun":
        app = self._app
        self._outer = next((run for run in app._runs if run.cell.id == self.cell.id), None)
        if self._outer is not None:
            self.number = self._outer.number
        self._before = app.definitions
        app._runs.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        app = self._app
        app._runs.remove(self)
        lost = () if kind is None else tuple(one for one in app.definitions if one not in self._before)
        app._attempts.end(self.cell, app.notebook.cell().source, exc, lost)
        if kind is not None:
            app._swap_back(self._before)
        elif self._outer is None:
            kept = finish(app.definitions, self.cell.id, self.number)
            app._swap_back(app._resolved(kept))


class Core:
    """
    What a live app is below its decorators and cells.

    Args:
        notebook: Where the cells run.
        debug: Whether a 500 shows the exception and the lines of the cell.
    """

    def __init__(self, notebook: Notebook, *, debug: bool = True) -> None:
        self.notebook = notebook
        self.debug = debug
        self.state = State()
        """What handlers find as `request.app.state`; it outlives every change."""
        # Of its own for each app: one may be mounted in another.
        self.scope_key = f"asgi_nb.snapshot.{next(APP_NUMBERS)}"
        self._runs: list[CellRun] = []
        self._run_numbers = itertools.count(1)
        self._serials = itertools.count(1)
        # Weak: what exchanges remember must not keep an app alive.
        this = weakref.ref(self)
        self._candidates = Candidates(
            now=lambda: None if (app := this()) is None else app._snapshot.candidates,
            missing=lambda: () if (app := this()) is None else app._attempts,
            frame_label=notebook.frame_label,
        )
        self._attempts = Attempts()
        self._snapshot = self._make_snapshot(())
        self.lifespans = Lifespans(lambda: self._startables(self._snapshot))
        """What runs with each server."""
        self._sessions = Sessions(self.origin, self.is_replaced)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespans.serve(scope, receive, send)
            return
        scope[self.scope_key] = snapshot = self._snapshot
        exchange: Any = under_way.get()
        # In the scope a plain request finds them when somebody looks, but where mounts are to be read for it.
        # An app inside of another one has no trace of its own.
        if (
            exchange is not None
            and (not exchange.stage or snapshot.mounts or exchange.runs is not None)
            and "app" not in scope
        ):
            exchange.take_routes(
                snapshot.read_candidates(scope["path"]) if snapshot.mounts else snapshot.candidates,
                snapshot.sites,
            )
        if scope["type"] == "websocket":
            await self._sessions.run(snapshot.app, scope, receive, send)
            return
        await snapshot.app(scope, receive, send)

    # What is there.

    @property
    def definitions(self) -> Definitions:
        """All that the cells have defined, in order."""
        return self._snapshot.definitions

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes, sockets and mounts that answer, in the order of matching."""
        return [definition.built for definition in self._snapshot.arrangement.routes]

    @property
    def cell_running(self) -> CellRun | None:
        """The run of the cell that is running, the innermost one; None between cells."""
        return self._runs[-1] if self._runs else None

    def table(self, stats: Stats | None = None) -> RouteTable:
        """
        List all definitions, and what shadows what.

        Args:
            stats: Gives the hits of a definition and their median duration in seconds.
        """
        old = sum(socket.replaced for socket in self.sockets())
        return RouteTable(self._snapshot, stats, old_sockets=old)

    def sockets(self) -> Sockets:
        """List the WebSockets that are open, and whether they run on old code."""
        return self._sessions.open()

    def waits_for_kernel(self, method: str, path: str) -> bool:
        """
        Tell whether a request would be answered on the kernel's loop.

        Args:
            method: As in the request.
            path: Its path, percent-decoded.
        """
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        for definition in self._snapshot.arrangement.routes:
            if definition.built.matches(scope)[0] is Match.FULL:
                return definition.on == "kernel"
        return False

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        Make the path of a route.

        Raises:
            NoMatchFound: No route has that name and these parameters.
        """
        try:
            path: URLPath = self._snapshot.app.url_path_for(name, **path_params)
        except NoMatchFound:
            raise UnknownRoute(name, path_params) from None
        return path

    def origin(self, scope: Scope) -> Origin | None:
        """Give the cell that defined what answers a request, as it was when the request began."""
        snapshot = scope.get(self.scope_key)
        return snapshot.origin(scope) if isinstance(snapshot, Snapshot) else None

    def is_replaced(self, scope: Scope) -> bool:
        """Tell whether a request or socket runs on code that has been replaced or removed since it began."""
        snapshot = scope.get(self.scope_key)
        definition = snapshot.definition(scope) if isinstance(snapshot, Snapshot) else None
        return definition is not None and definition not in self.definitions

    def traced(self, app: ASGIApp) -> ASGIApp:
        """Give an app that is served beside this one, with a note of when it runs."""
        routes = Served(app, Candidates(frame_label=self.notebook.frame_label))
        return WithSessions(TracedApp(app, name_of(app), routes=routes.read))

    def frame_label(self, filename: str) -> str | None:
        """Name the cell that a traceback's file name stands for."""
        return self.notebook.frame_label(filename)

    # Changes.

    def close_replaced(self) -> ClosedSockets:
        """
        Close the WebSockets that run on replaced code, with 1012: their clients connect again.

        Returns:
            Those that were closed.

        Source: IANA's registry of WebSocket close codes.
        """
        old = [socket for socket in self.sockets() if socket.replaced]
        close_all(old, WS_1012_SERVICE_RESTART, REASON)
        return ClosedSockets(old)

    def cell_run(self, cell: Cell | None = None) -> CellRun:
        """
        Bracket one run of a cell: `with app.cell_run(): ...`.

        Args:
            cell: The cell; by default the one that the notebook says is running.
        """
        return CellRun(self, self.notebook.cell() if cell is None else cell, next(self._run_numbers))

    def remove(self, what: str | Card) -> list[str]:
        """
        Take definitions away.

        Args:
            what: The card of a definition, a name, a path, a method and a path as in `"GET /items"`,
                or all of a cell, as in `"cell:[3]"`.

        Returns:
            The titles of what was taken away.

        Raises:
            CellError: Nothing is called so.
        """
        gone = [
            definition
            for definition in self.definitions
            if (definition is what.definition if isinstance(what, Card) else what in _words_for(definition))
        ]
        if not gone:
            called = what.definition.title if isinstance(what, Card) else what
            there = "; ".join(definition.title for definition in self.definitions) or "nothing"
            raise CellError(f"nothing is called {called!r}; there is: {there}")
        self._swap_back(tuple(definition for definition in self.definitions if definition not in gone))
        return [definition.title for definition in gone]

    def reset(self) -> None:
        """Take all definitions away."""
        self._swap_back(())

    # The work.

    def _define(
        self,
        kind: Kind,
        name: str,
        path: str,
        target: Any,
        built: Any,
        methods: frozenset[str] | None = frozenset(),
        compiled: CompiledCell | None = None,
        on: str = "",
    ) -> Card:
        cell = self._cell()
        new = Definition(
            kind=kind,
            name=name,
            path=path,
            methods=methods,
            origin=origin_of(cell, target, compiled),
            owner=cell.id,
            run=self._runs[-1].number if self._runs else 0,
            serial=next(self._serials),
            built=built,
            on=on,
            ahead=getattr(target, "answers_ahead", False) is True,
        )
        definitions, replaced = splice(self.definitions, new)
        problems = self._swap(definitions)
        shadowed = [old for old, by in self._snapshot.arrangement.shadows.items() if new in by.values()]
        hint = None if compiled is None else compiled.hint
        said = tuple(problems)
        return Card(new, replaced or leaving(definitions, new), tuple(shadowed), hint, said=said)

    def _cell(self) -> Cell:
        cell = self.notebook.cell()
        # Before the cell's code runs, IPython tells its id and not yet its number.
        return dataclasses.replace(cell, id=self._runs[-1].cell.id) if self._runs else cell

    def _swap(self, definitions: Definitions) -> list[str]:
        """
        Use other definitions from now on.

        Returns:
            What went wrong in the shutdowns of what is used no longer, a line each.

        Raises:
            CellError: A startup failed; the definitions stay as they were.
        """
        if definitions == self.definitions:
            return []
        before = self._snapshot
        snapshot = self._make_snapshot(definitions, before)
        if not self.lifespans.running:
            self._use(snapshot)
            return []
        wanted, used = self._startables(snapshot), self._startables(before)
        try:
            problems = self.lifespans.change(wanted, used, stop_mounted=False)
        except LifespanError as exc:
            raise CellError(str(exc)) from exc
        self._use(snapshot)
        # Last, and only then: no new request comes to it.
        return problems + self.lifespans.change(wanted, wanted)

    def _use(self, snapshot: Snapshot) -> None:
        self._attempts.change(self.definitions, snapshot.definitions)
        self._snapshot = snapshot
        self._sessions.note_replaced()

    def _swap_back(self, definitions: Definitions) -> None:
        """Use other definitions at the end of a cell, where a failure can only be told."""
        try:
            problems = self._swap(definitions)
        except CellError as exc:
            problems = [str(exc)]
        for problem in problems:
            warnings.warn(problem, RuntimeWarning, stacklevel=2)

    def _startables(self, snapshot: Snapshot) -> list[Startable]:
        return startables(snapshot.arrangement, self, self.frame_label)

    def _resolved(self, definitions: Definitions) -> Definitions:
        """Look the names of exceptions up again: a cell may have defined the class anew."""
        return tuple(self._resolve(old) if old.kind == "error" else old for old in definitions)

    def _resolve(self, old: Definition) -> Definition:
        handling = old.built
        if not handling.words:
            return old
        try:
            key = resolve_error(handling.words, self.notebook.namespace)
        except CellError:
            # The name is gone, the class may still be raised.
            return old
        if key is handling.key:
            return old
        return dataclasses.replace(old, built=dataclasses.replace(handling, key=key))

    def _make_snapshot(self, definitions: Definitions, before: Snapshot | None = None) -> Snapshot:
        return Snapshot(
            definitions,
            state=self.state,
            on_error=self._on_error,
            before=before,
            candidates=self._candidates,
        )

    async def _on_error(self, request: Request, exc: Exception) -> Response:
        """Answer a request whose handler raised; the toolkit hands the exception on to the server."""
        snapshot = request.scope.get(self.scope_key)
        definition = snapshot.definition(request.scope) if isinstance(snapshot, Snapshot) else None
        where = f"{request.method} {request.url.path}"
        if definition is not None:
            where = f"{definition.title}, {definition.place}"
            # A middleware's own value has a note of its own.
            if isinstance(exc, ResultError) and not hasattr(exc, "__notes__"):
                exc.add_note(f"returned by {where}")
        on = "" if definition is None else definition.on
        advise(exc, self.notebook.namespace, on, self.notebook.loop)
        if not self.debug:
            return PlainTextResponse("Internal Server Error", status_code=500)
        record = ErrorRecord.from_exception(exc, self.frame_label)
        return failure_response(exc, record, where, html="text/html" in request.headers.get("accept", ""))

    def _close_reason(self, on: str, exc: Exception) -> str:
        """Say to a socket's client what a 500 says to a request's."""
        advise(exc, self.notebook.namespace, on, self.notebook.loop)
        return failure_line(ErrorRecord.from_exception(exc, self.frame_label)) if self.debug else ""


def _words_for(definition: Definition) -> set[str]:
    """Give the words by which a person may call a definition."""
    return {definition.title, definition.name, definition.path, f"cell:{definition.origin.label}"} - {""}
