"""The route table: what is defined, by which cell, and what answers in place of what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from asgi_nb.live.definitions import Definition, Kind
from asgi_nb.live.snapshot import Snapshot
from asgi_nb.record import markup
from asgi_nb.record.masks import visible

# Kinds that requests ask for, and that are counted.
ASKED = frozenset({"route", "websocket", "mount"})

Stats = Callable[[Definition], tuple[int, float | None]]
"""Gives how often a definition was asked, and the median duration in seconds, None when never."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    methods: str
    """`GET,POST`; `*` for a route that answers every method; "" for what is not a route."""
    path: str
    """The path as it was written; "" for what has none."""
    name: str
    """The name for `url_for`, of the middleware or lifespan, or the error that is handled."""
    kind: Kind
    """`route`, `websocket`, `mount`, `middleware`, `error` or `lifespan`."""
    cell: str
    """`[3]`, or the function's name where cells have no numbers."""
    shadowed_by: str
    """What answers in its place: `cell [5]`, `cell [5] (GET)` for some methods only, "" for nothing."""
    hits: int | None = None
    """How often it was asked; None when nobody counts."""
    median: float | None = None
    """Half of the requests took fewer seconds than this."""
    on: str = ""
    """Where it runs: `server`, `thread` or `kernel`; "" for mounts and middleware."""


class RouteTable:
    """
    All that an app has: routes, sockets and mounts in the cells' order, then middleware, outermost first,
    error handlers and lifespans.

    Args:
        snapshot: The app as it is.
        stats: Who counts requests, if anyone does.
        old_sockets: How many WebSockets are open on code that was replaced.
    """

    def __init__(self, snapshot: Snapshot, stats: Stats | None = None, *, old_sockets: int = 0) -> None:
        self.old_sockets = old_sockets
        arrangement = snapshot.arrangement
        ends = [definition for definition in snapshot.definitions if definition.kind in ASKED]
        handlers = [definition for definition in snapshot.definitions if definition.kind == "error"]
        self.rows = tuple(
            _row(definition, arrangement.shadows.get(definition, {}), stats)
            for definition in (*ends, *arrangement.layers, *handlers, *arrangement.lifespans)
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    def __repr__(self) -> str:
        if not self.rows:
            none = "no routes; a cell that starts with `%%asgi_route GET /` makes one"
            return "\n".join([none, *self.notes])
        head, lines = self._columns()
        widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
        lines_of_text = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in (head, *lines)
        ]
        return "\n".join([*lines_of_text, *self.notes])

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<div>{markup.text(repr(self))}</div>"
        notes = "".join(f"<div>{markup.text(note)}</div>" for note in self.notes)
        return markup.table(*self._columns(), caption="Routes") + notes

    @property
    def notes(self) -> list[str]:
        """What else there is to know, a line each."""
        if not self.old_sockets:
            return []
        open_ = "1 WebSocket is" if self.old_sockets == 1 else f"{self.old_sockets} WebSockets are"
        return [f"{open_} open on old code; to close: %asgi_routes --close-replaced"]

    def _columns(self) -> tuple[list[str], list[list[str]]]:
        """Give the titles and the cells of the columns that have something to say."""
        head = ["method", "path", "name", "kind", "cell"]
        lines = [[row.methods, row.path, row.name, row.kind, row.cell] for row in self.rows]
        if any(row.on == "kernel" for row in self.rows):
            head.append("on")
            lines = [[*line, row.on] for line, row in zip(lines, self.rows, strict=True)]
        if any(row.shadowed_by for row in self.rows):
            head.append("shadowed by")
            lines = [[*line, row.shadowed_by] for line, row in zip(lines, self.rows, strict=True)]
        if any(row.hits is not None for row in self.rows):
            head += ["hits", "median"]
            lines = [[*line, *_counted(row)] for line, row in zip(lines, self.rows, strict=True)]
        return head, [[visible(cell) for cell in line] for line in lines]


def _row(definition: Definition, shadows: Mapping[str, Definition], stats: Stats | None) -> Row:
    hits, median = (None, None) if stats is None or definition.kind not in ASKED else stats(definition)
    return Row(
        methods=definition.shown_methods,
        path=definition.path,
        name=definition.name,
        kind=definition.kind,
        cell=definition.origin.label,
        shadowed_by=_shadowed_by(definition, shadows),
        hits=hits,
        median=median,
        on=definition.on,
    )


def _shadowed_by(definition: Definition, shadows: Mapping[str, Definition]) -> str:
    taken: dict[Definition, list[str]] = {}
    for method, later in shadows.items():
        taken.setdefault(later, []).append(method)
    wholly = "*" in shadows or (definition.methods is not None and definition.methods <= shadows.keys())
    if len(taken) == 1 and wholly:
        return next(iter(taken)).place
    return ", ".join(f"{later.place} ({','.join(sorted(methods))})" for later, methods in taken.items())


def _counted(row: Row) -> tuple[str, str]:
    hits = "" if row.hits is None else str(row.hits)
    return hits, "" if row.median is None else f"{row.median * 1000:.1f} ms"
