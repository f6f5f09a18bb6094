"""
Find the route of a path: the one that a walk down the list would find, without the walk.

Rule 1: the answer is the first route in list order that matches fully, else the first that matches
    but for the method. The tables below only leave out routes that cannot match.
Rule 2: a table is never changed once a request can see it. A change makes a new table that shares
    what stayed the same, so replacing one route of many costs little.
Rule 3: a route with a `matches` of its own is asked, at its place in the order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import is_
from typing import Any, Final, Literal

from asgi_nb.web._paths import Pattern, bind
from asgi_nb.web.types import Scope

# Room between the ranks of two neighbours for routes that are inserted later.
_GAP: Final = 1 << 20

# Up to so many routes a change is made one by one; above, building anew is faster.
_FEW: Final = 16


Keys = tuple[str | None, ...]
Place = Literal["static", "ends", "early", "opaque"]


class Match(Enum):
    """How a route fits a request."""

    NONE = 0
    """Not at all."""

    PARTIAL = 1
    """The path fits, the method does not."""

    FULL = 2
    """Path and method fit."""


class Kind(Enum):
    """What the table knows about a route."""

    HTTP = 0
    WEBSOCKET = 1
    MOUNT = 2
    OPAQUE = 3
    """Nothing: its own `matches` decides."""


# A global is read faster than the attribute of an Enum.
_HTTP, _WEBSOCKET, _OPAQUE = Kind.HTTP, Kind.WEBSOCKET, Kind.OPAQUE


# Not frozen: that would make it the dearest part of making a table.
@dataclass(slots=True)
class Facts:
    """What is known about a route."""

    kind: Kind
    pattern: Pattern | None = None
    """None if its own `matches` decides."""

    handles: bool = True
    """It has a `handle` of its own."""

    known: Any = None
    """Its app, if that knows a handover. Routes may get another app later."""

    run: Any = None
    """What to call instead of `known`, with the same effect and fewer frames."""


class Entry:
    """A route in a table, with what is needed to match it."""

    __slots__ = (
        "_pattern",
        "handles",
        "keys",
        "kind",
        "known",
        "path",
        "place",
        "plain",
        "rank",
        "route",
        "run",
    )

    def __init__(self, route: Any, facts: Facts, rank: int) -> None:
        self.route = route
        self.kind = facts.kind
        self.handles = facts.handles
        self.known = facts.known
        self.run = facts.run
        self.rank = rank
        self._pattern = pattern = facts.pattern
        self.plain = False
        """No parameters: if the keys fit, the path does."""
        self.place: Place = "opaque"
        """The attribute of an index or of a node that has this entry; `keys` lead to the node."""
        self.path = ""
        self.keys: Keys = ()
        if pattern is not None:
            self.path, self.keys = pattern.source, pattern.keys
            if pattern.rest is not None or not pattern.regular:
                self.place = "early"
            elif pattern.slots:
                self.place = "ends"
            else:
                self.place, self.plain = "static", True

    def bind(self, path: str, segments: list[str]) -> dict[str, Any] | None:
        """The parameters, converted; None if the path does not match. The segments already fit the keys."""
        pattern = self._pattern
        if pattern is None:
            return None
        if not pattern.regular:
            return bind(pattern.regex, pattern.convertors, path)
        bound: dict[str, Any] = {}
        for name, number, check, convert in pattern.slots:
            if check is None or convert is None:
                bound[name] = segments[number]
            elif check(segments[number]):
                try:
                    bound[name] = convert(segments[number])
                except ValueError:
                    return None
            else:
                return None
        if pattern.rest is not None:
            count = len(pattern.keys)
            # "." in the regular expression of `path` matches all but a newline.
            if len(segments) == count or ("\n" in path and "\n" in "/".join(segments[count:])):
                return None
            bound[pattern.rest] = "/".join(segments[count:])
        return bound


Entries = tuple[Entry, ...]
Change = Callable[[Entries], Entries]


class _Node:
    """The routes that share their first segments."""

    __slots__ = ("children", "early", "ends", "wild")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.wild: _Node | None = None
        self.ends: Entries = ()
        """The path ends here."""
        self.early: Entries = ()
        """Whatever follows is for the entry to judge."""

    def copy(self) -> "_Node":
        copy = _Node.__new__(_Node)
        copy.children, copy.wild = self.children, self.wild
        copy.ends, copy.early = self.ends, self.early
        return copy

    @property
    def empty(self) -> bool:
        return not (self.children or self.wild or self.ends or self.early)


class _Index:
    """The routes for one scope type."""

    __slots__ = ("_merged", "opaque", "root", "static")

    def __init__(self) -> None:
        self.static: dict[str, Entries] = {}
        self.root = _Node()
        self.opaque: Entries = ()
        # Path without parameters -> all its candidates. Bounded by `static`.
        self._merged: dict[str, Sequence[Entry]] = {}

    def candidates(self, path: str, segments: list[str]) -> Sequence[Entry]:
        """The routes that may fit, in list order."""
        merged = self._merged.get(path)
        if merged is not None:
            return merged
        found: list[Entry] = []
        # The root knows only what stands before the first slash: nothing.
        top = self.root.children.get(segments[0])
        if top is not None:
            _collect(top, segments, 1, len(segments), found)
        static = self.static.get(path)
        if static is not None:
            found += static
        if self.opaque:
            found += self.opaque
        if len(found) > 1:
            found.sort(key=_rank)
        if static is not None:
            self._merged[path] = found
        return found

    def add(self, entry: Entry) -> None:
        """Add in place: for a table that nobody sees yet."""
        place, keys = entry.place, entry.keys
        if place == "static":
            path = entry.path
            self.static[path] = (*self.static.get(path, ()), entry)
        elif place == "opaque":
            self.opaque += (entry,)
        else:
            node = self.root
            for key in keys:
                child = node.wild if key is None else node.children.get(key)
                if child is None:
                    child = _Node()
                    if key is None:
                        node.wild = child
                    else:
                        node.children[key] = child
                node = child
            setattr(node, place, (*getattr(node, place), entry))

    def changed(self, gone: Entries, new: Entries) -> "_Index":
        """An index without `gone` and with `new`, which shares the rest with this one."""
        index = _Index()
        index.static = dict(self.static)
        index.root = self.root
        index.opaque = self.opaque
        touched: set[str] | None = set()
        if len(gone) == len(new) == 1 and _spot(gone[0]) == _spot(new[0]):
            changes = [(new[0], _swapped(gone[0], new[0]))]
        else:
            changes = [(entry, _without(entry)) for entry in gone]
            changes += [(entry, _with(entry)) for entry in new]
        for entry, change in changes:
            if entry.place == "static":
                path = entry.path
                if touched is not None:
                    touched.add(path)
                bucket = change(index.static.get(path, ()))
                if bucket:
                    index.static[path] = bucket
                else:
                    del index.static[path]
                continue
            touched = None
            if entry.place == "opaque":
                index.opaque = change(index.opaque)
            else:
                index.root = _replanted(index.root, entry.keys, entry.place, change) or _Node()
        if touched is not None:
            index._merged = {path: found for path, found in self._merged.items() if path not in touched}
        return index


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
        self.http = _Index()
        self.websocket = _Index()
        for entry in self.entries:
            for index in self._indexes(entry.kind):
                index.add(entry)

    def _indexes(self, kind: Kind) -> tuple[_Index, ...]:
        if kind is Kind.HTTP:
            return (self.http,)
        if kind is Kind.WEBSOCKET:
            return (self.websocket,)
        return (self.http, self.websocket)

    def updated(self, routes: tuple[Any, ...], stamp: object) -> "Table":
        """A table of `routes` that shares with this one whatever is the same."""
        old = self.routes
        most = min(len(old), len(routes))
        start = _same(old, routes)
        end = min(_same(reversed(old), reversed(routes)), most - start)
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
        index = self.http if scope["type"] == "http" else self.websocket
        segments = path.split("/")
        partial: tuple[Entry, dict[str, Any], list[Entry]] | None = None
        candidates = index.candidates(path, segments)
        if not candidates:
            return None
        first = candidates[0]
        if first.plain and first.kind is _HTTP and not first.handles:
            self.plain[path] = first
        for entry in candidates:
            kind = entry.kind
            if kind is _OPAQUE:
                match, bound = entry.route.matches(scope)
                if match is Match.NONE:
                    continue
                fits = match is Match.FULL
            else:
                found = {} if entry.plain else entry.bind(path, segments)
                if found is None:
                    continue
                bound = found
                if kind is _HTTP:
                    methods = entry.route.methods
                    fits = not methods or scope["method"] in methods
                else:
                    fits = True
            if fits:
                return entry, bound, None
            if partial is None:
                partial = entry, bound, [entry]
            else:
                partial[2].append(entry)
        return partial


def _rank(entry: Entry) -> int:
    return entry.rank


def _collect(node: _Node, segments: list[str], number: int, count: int, found: list[Entry]) -> None:
    while True:
        if node.early:
            found += node.early
        if number == count:
            found += node.ends
            return
        segment = segments[number]
        number += 1
        child = node.children.get(segment)
        wild = node.wild
        # A parameter is never empty.
        if wild is not None and segment:
            if child is None:
                node = wild
                continue
            _collect(wild, segments, number, count, found)
        if child is None:
            return
        node = child


def _spot(entry: Entry) -> tuple[Place, str, Keys]:
    """Where in an index an entry stands."""
    return entry.place, entry.path if entry.plain else "", entry.keys


def _with(entry: Entry) -> Change:
    return lambda entries: (*entries, entry)


def _without(entry: Entry) -> Change:
    return lambda entries: tuple(other for other in entries if other is not entry)


def _swapped(old: Entry, new: Entry) -> Change:
    return lambda entries: tuple(new if entry is old else entry for entry in entries)


def _changed(index: _Index, gone: Entries, new: Entries, other: Kind) -> _Index:
    """The index after a change; entries of the other scope type are not in it."""
    gone = tuple(entry for entry in gone if entry.kind is not other)
    new = tuple(entry for entry in new if entry.kind is not other)
    return index.changed(gone, new) if gone or new else index


def _same(some: Iterable[Any], others: Iterable[Any]) -> int:
    """How many items two rows begin with that are the very same."""
    alike = list(map(is_, some, others))
    return alike.index(False) if False in alike else len(alike)


def _replanted(node: _Node | None, keys: Keys, place: Place, change: Change) -> _Node | None:
    """A copy of the tree along `keys`, changed at their end; branches that became empty are cut."""
    fresh = _Node() if node is None else node.copy()
    if not keys:
        if place == "ends":
            fresh.ends = change(fresh.ends)
        else:
            fresh.early = change(fresh.early)
    elif keys[0] is None:
        fresh.wild = _replanted(fresh.wild, keys[1:], place, change)
    else:
        child = _replanted(fresh.children.get(keys[0]), keys[1:], place, change)
        fresh.children = dict(fresh.children)
        if child is None:
            fresh.children.pop(keys[0], None)
        else:
            fresh.children[keys[0]] = child
    return None if fresh.empty else fresh
