"""
Find the route of a path: the one that a walk down the list would find, without the walk.

Rule 1: the answer is the first route in list order that matches fully, else the first that matches
    but for the method. The tables below only leave out routes that cannot match.
Rule 2: a table is never changed once a request can see it. A change makes a new table that shares
    what stayed the same, so replacing one route of many costs little.
Rule 3: a route with a `matches` of its own is asked, at its place in the order.
"""

from collections.abc import Callable, Iterable
from itertools import compress, count
from operator import is_not
from typing import Any, Final

from asgi_nb.web._entries import Entries, Entry, Kind, Match
from asgi_nb.web._index import Index
from asgi_nb.web.types import Scope

__all__ = ["Found", "Table"]

# Room between the ranks of two neighbours for routes that are inserted later.
_GAP: Final = 1 << 20

# Up to so many routes a change is made one by one; above, building anew is faster.
_FEW: Final = 16

# A global is read faster than the attribute of an Enum.
_HTTP, _WEBSOCKET, _OPAQUE = Kind.HTTP, Kind.WEBSOCKET, Kind.OPAQUE


Found = tuple[Entry, dict[str, Any], list[Entry] | None]
"""See `Table.find`."""


class Table:
    """
    The routes of a router at one moment, ready to be searched.

    Args:
        routes: The routes, in order.
        stamp: What the list bore when it was read; another stamp means another list.
        read: Makes the entry of a route, with its rank.
    """

    __slots__ = ("_read", "entries", "http", "plain", "routes", "stamp", "websocket")

    def __init__(
        self,
        routes: tuple[Any, ...],
        stamp: object,
        read: Callable[[Any, int], Entry],
    ) -> None:
        self._read = read
        self.routes = routes
        self.stamp = stamp
        self.entries = tuple(map(read, routes, count(0, _GAP)))
        self.plain: dict[str, Entry] = {}
        """HTTP routes without parameters that come first for their path; those asked for, and looked at."""
        self.http = Index()
        self.websocket = Index()
        for entry in self.entries:
            if entry.kind is not _WEBSOCKET:
                self.http.add(entry)
            if entry.kind is not _HTTP:
                self.websocket.add(entry)

    def updated(self, routes: tuple[Any, ...], stamp: object) -> "Table":
        """A table of `routes` that shares with this one whatever is the same."""
        old = self.routes
        most = min(len(old), len(routes))
        start = _same(old, routes, most)
        end = min(_same(reversed(old), reversed(routes), most), most - start)
        gone = self.entries[start : len(old) - end]
        added = routes[start : len(routes) - end]
        after = self.entries[len(old) - end :]
        ranks = self._ranks(gone, len(added), start, after)
        if ranks is None or len(gone) + len(added) > _FEW:
            return Table(routes, stamp, self._read)

        new = tuple(map(self._read, added, ranks))
        table = Table.__new__(Table)
        table._read = self._read
        table.routes = routes
        table.stamp = stamp
        table.entries = self.entries[:start] + new + after
        table.plain = {}
        http: tuple[list[Entry], list[Entry]] = [], []
        websocket: tuple[list[Entry], list[Entry]] = [], []
        for side, entries in enumerate((gone, new)):
            for entry in entries:
                if entry.kind is not _WEBSOCKET:
                    http[side].append(entry)
                if entry.kind is not _HTTP:
                    websocket[side].append(entry)
        table.http = self.http.changed(*http)
        table.websocket = self.websocket.changed(*websocket)
        return table

    def _ranks(self, gone: Entries, count: int, start: int, after: Entries) -> Iterable[int] | None:
        """Ranks for `count` routes between their neighbours; None if there is no room left."""
        if len(gone) == count:
            return [entry.rank for entry in gone]
        wide = _GAP * (count + 1)
        if start:
            low = self.entries[start - 1].rank
            high = after[0].rank if after else low + wide
        else:
            high = after[0].rank if after else wide
            low = high - wide
        step = (high - low) // (count + 1)
        return range(low + step, low + step * count + 1, step) if step else None

    def find(self, index: Index, scope: Scope, path: str) -> Found | None:
        """
        The route for a request.

        Args:
            index: The one for the scope's type.
            scope: The scope.
            path: The path below the router.

        Returns:
            None if no route fits the path. Else the entry, its path parameters (for an opaque route: the
            child scope) and None; or, if only the method does not fit, all the entries that fit the path.
        """
        if path in index.static:
            candidates = index.merged.get(path) or index.merge(path)
            first = candidates[0]
            if first.is_plain_http:
                if first.function is None:
                    first.look()
                self.plain[path] = first
            segments = path.split("/") if len(candidates) > 1 else []
        else:
            segments = path.split("/")
            candidates = index.candidates(segments)
        partial: list[Entry] | None = None
        for entry in candidates:
            kind = entry.kind
            bound: Any = {}
            if kind is _OPAQUE:
                match, bound = entry.route.matches(scope)
                if match is Match.NONE:
                    continue
                if match is Match.FULL:
                    return entry, bound, None
            else:
                place = entry.place
                if place == "ends":
                    # What `bind` does, without a frame for it.
                    try:
                        for name, number, read in entry.slots:
                            text = segments[number]
                            # A parameter is never empty.
                            if not text:
                                raise ValueError
                            bound[name] = text if read is None else read(text)
                    except ValueError:
                        continue
                elif place == "early":
                    bound = entry.bind(path, segments)
                    if bound is None:
                        continue
                if kind is not _HTTP:
                    return entry, bound, None
                methods = entry.route.methods
                if not methods or scope["method"] in methods:
                    return entry, bound, None
            if partial is None:
                partial, params = [entry], bound
            else:
                partial.append(entry)
        return None if partial is None else (partial[0], params, partial)


def _same(some: Iterable[Any], others: Iterable[Any], most: int) -> int:
    """How many items two rows begin with that are the very same; `most` is the length of the shorter one."""
    return next(compress(count(), map(is_not, some, others)), most)
