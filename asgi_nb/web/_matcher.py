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

from asgi_nb.web._entries import Entries, Entry, Facts, Kind, Match
from asgi_nb.web._index import Index
from asgi_nb.web.types import Scope

__all__ = ["Table"]

# Room between the ranks of two neighbours for routes that are inserted later.
_GAP: Final = 1 << 20

# Up to so many routes a change is made one by one; above, building anew is faster.
_FEW: Final = 16

# A global is read faster than the attribute of an Enum.
_HTTP, _WEBSOCKET, _OPAQUE = Kind.HTTP, Kind.WEBSOCKET, Kind.OPAQUE


class Table:
    """
    The routes of a router at one moment, ready to be searched.

    Args:
        routes: The routes, in order.
        stamp: What the list bore when it was read; another stamp means another list.
        classify: Says what is known about a route.
    """

    __slots__ = ("_classify", "entries", "http", "plain", "routes", "stamp", "websocket")

    def __init__(
        self,
        routes: tuple[Any, ...],
        stamp: object,
        classify: Callable[[Any], Facts],
    ) -> None:
        self._classify = classify
        self.routes = routes
        self.stamp = stamp
        self.entries = tuple(
            Entry(route, classify(route), number * _GAP) for number, route in enumerate(routes)
        )
        self.plain: dict[str, Entry] = {}
        """HTTP routes without parameters that come first for their path; those that were asked for."""
        self.http = Index()
        self.websocket = Index()
        for entry in self.entries:
            for index in self._indexes(entry.kind):
                index.add(entry)

    def _indexes(self, kind: Kind) -> tuple[Index, ...]:
        if kind is Kind.HTTP:
            return (self.http,)
        if kind is Kind.WEBSOCKET:
            return (self.websocket,)
        return (self.http, self.websocket)

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
            return Table(routes, stamp, self._classify)

        new = tuple(
            Entry(route, self._classify(route), rank) for route, rank in zip(added, ranks, strict=True)
        )
        table = Table.__new__(Table)
        table._classify = self._classify
        table.routes = routes
        table.stamp = stamp
        table.entries = self.entries[:start] + new + after
        table.plain = {}
        table.http = _changed(self.http, gone, new, _WEBSOCKET)
        table.websocket = _changed(self.websocket, gone, new, _HTTP)
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

    def find(self, scope: Scope, path: str) -> "tuple[Entry, dict[str, Any], list[Entry] | None] | None":
        """
        The route for a request.

        Returns:
            None if no route fits the path. Else the entry, its path parameters (for an opaque route: the
            child scope) and None; or, if only the method does not fit, all the entries that fit the path.
        """
        is_http = scope["type"] == "http"
        index = self.http if is_http else self.websocket
        segments = path.split("/")
        candidates = index.merged.get(path)
        if candidates is None:
            candidates = index.candidates(path, segments)
            if not candidates:
                return None
        first = candidates[0]
        if first.is_plain_http:
            self.plain[path] = first
        partial: list[Entry] | None = None
        params: dict[str, Any] = {}
        for entry in candidates:
            kind = entry.kind
            if kind is _OPAQUE:
                match, bound = entry.route.matches(scope)
                if match is Match.NONE:
                    continue
                if match is Match.FULL:
                    return entry, bound, None
            else:
                found = {} if entry.plain else entry.bind(path, segments)
                if found is None:
                    continue
                bound = found
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


def _changed(index: Index, gone: Entries, new: Entries, other: Kind) -> Index:
    """The index after a change; entries of the other scope type are not in it."""
    gone = tuple(entry for entry in gone if entry.kind is not other)
    new = tuple(entry for entry in new if entry.kind is not other)
    return index.changed(gone, new) if gone or new else index


def _same(some: Iterable[Any], others: Iterable[Any], most: int) -> int:
    """How many items two rows begin with that are the very same; `most` is the length of the shorter one."""
    return next(compress(count(), map(is_not, some, others)), most)
