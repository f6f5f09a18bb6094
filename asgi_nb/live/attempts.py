"""
What cells have tried to define and what is not there: for those who ask why nothing answered.

A cell that fails changes nothing, so the app itself does not know of it.
"""

import re
from collections.abc import Iterator
from typing import Any

from asgi_nb.live.definitions import Definition, Definitions, Key
from asgi_nb.live.notebook import Cell
from asgi_nb.record.exchange import Origin
from asgi_nb.record.masks import shorten
from asgi_nb.record.reasons import Attempt

# Of each kind; older ones are of no interest.
LIMIT = 100

# The line of a cell that defines a route or a socket. Methods may be left out of neither.
MAGIC = re.compile(r"\s*%%asgi_(?:route\s+(?P<methods>[A-Za-z,]+)|websocket)\s+(?P<path>/\S*)")

KINDS = ("route", "websocket", "mount")


class Attempts:
    """The routes that failed cells would have defined, and those that were taken away."""

    def __init__(self) -> None:
        self._failed: dict[Any, list[Attempt]] = {}
        self._gone: dict[Key, Attempt] = {}

    def __iter__(self) -> Iterator[Attempt]:
        failed = [attempt for attempts in list(self._failed.values()) for attempt in attempts]
        yield from failed
        # What a failed cell had just defined is taken away, too.
        titles = {attempt.title for attempt in failed}
        yield from (attempt for attempt in list(self._gone.values()) if attempt.title not in titles)

    def end(self, cell: Cell, source: str, exc: BaseException | None, lost: Definitions) -> None:
        """
        A cell has ended.

        Args:
            cell: The cell.
            source: Its text, which not every cell knows of itself before it runs.
            exc: What it raised; None when it did not.
            lost: What it had defined, and what is taken back because it failed.
        """
        key = cell.id if cell.id is not None else source
        self._failed.pop(key, None)
        if exc is None:
            return
        said = str(exc).partition("\n")[0]
        reason = f"it failed: {type(exc).__name__}" + (f": {shorten(said, 150)}" if said else "")
        found = [_attempt(one, reason) for one in lost if one.kind in KINDS]
        # The number that IPython tells before and after a cell is that of another one; an error may know it.
        found = found or _from_line(cell, source, getattr(exc, "label", None) or "a cell", reason)
        if found:
            self._failed[key] = found
            _bound(self._failed)

    def change(self, before: Definitions, after: Definitions) -> None:
        """Other definitions are in use."""
        there = {one.key for one in after}
        for one in after:
            self._gone.pop(one.key, None)
        for one in before:
            if one.kind in KINDS and one.key not in there:
                self._gone[one.key] = _attempt(one, "that is there no longer: it was replaced or taken away")
        _bound(self._gone)


def _attempt(one: Definition, reason: str) -> Attempt:
    return Attempt(one.title, one.kind, one.methods, one.path, one.origin, reason)


def _from_line(cell: Cell, source: str, label: str, reason: str) -> list[Attempt]:
    match = MAGIC.match(source)
    if match is None:
        return []
    path, methods = match["path"], match["methods"]
    # What failed may be the very line: nothing of it is taken for granted.
    names = frozenset((methods or "").upper().split(",")) - {""}
    title = f"{','.join(sorted(names))} {path}" if methods else f"websocket {path}"
    kind = "route" if methods else "websocket"
    origin = Origin(cell.id, None, "", label, "", 0)
    return [Attempt(title, kind, names | ({"HEAD"} if "GET" in names else set()), path, origin, reason)]


def _bound(kept: dict[Any, Any]) -> None:
    while len(kept) > LIMIT:
        del kept[next(iter(kept))]
