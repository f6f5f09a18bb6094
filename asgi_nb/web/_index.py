"""
Which routes may fit a path: a dict for paths without parameters, and one for each shape of the others.

A shape says where a path has fixed segments: `/users/{id}/posts` has them at 1 and 3, while nothing
stands at 0, before the first slash. Of the routes of one shape, those that may fit are found at once by
what a request has at these places; and an app has few shapes, however many routes it has.

An index is filled before anybody searches it, and never changed afterwards: a change makes another one.
Only its memory of what was asked for grows.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from asgi_nb.web._entries import Entries, Entry
from asgi_nb.web._paths import Pattern

__all__ = ["Index"]


class _Shape:
    """
    The routes with fixed segments at the same places.

    Args:
        count: How many segments they have; at least so many, if they are early.
        places: The places.
        routes: What `pick` gives -> the routes.
    """

    __slots__ = ("count", "pick", "places", "routes")

    def __init__(self, count: int, places: tuple[int, ...], routes: dict[Any, Entries]) -> None:
        self.count = count
        self.places = places
        self.pick: Callable[[Any], Any] = itemgetter(*places)
        """Gives the segments at the fixed places."""
        self.routes = routes


class Index:
    """The routes for one scope type."""

    __slots__ = ("early", "ends", "merged", "opaque", "slashed", "static")

    def __init__(self) -> None:
        self.static: dict[str, Entries] = {}
        self.ends: dict[int, tuple[_Shape, ...]] = {}
        """Number of segments -> the shapes of routes that have so many."""
        self.early: tuple[_Shape, ...] = ()
        """The shapes of routes of which a rest is for the entry to judge."""
        self.opaque: Entries = ()
        self.slashed = False
        """Whether routes with, or without, parameters had a slash at their end; not so the path "/"."""
        self.merged: dict[str, Entries] = {}
        """Path without parameters -> its candidates, for those that were asked for. Bounded by `static`."""

    def candidates(self, segments: list[str]) -> Entries:
        """The routes with parameters, and the opaque ones, that may fit, in list order."""
        found = self.opaque
        if segments[0]:
            # It does not start with a slash.
            return found
        count = len(segments)
        for shape in self.ends.get(count, ()):
            more = shape.routes.get(shape.pick(segments))
            if more is not None:
                found += more
        for shape in self.early:
            if shape.count <= count:
                more = shape.routes.get(shape.pick(segments))
                if more is not None:
                    found += more
        return found if len(found) < 2 else _sorted(found)

    def merge(self, path: str) -> Entries:
        """All the routes that may fit a path for which there are some without parameters; remembered."""
        found = _sorted(self.static[path] + self.candidates(path.split("/")))
        self.merged[path] = found
        return found

    def add(self, entry: Entry) -> None:
        """Add in place: for an index that nobody searches yet."""
        if entry.pattern is None:
            self.opaque += (entry,)
            return
        routes, key = self._home(entry.pattern)
        same = routes.get(key)
        routes[key] = (entry,) if same is None else (*same, entry)

    def _remove(self, entry: Entry) -> None:
        if entry.pattern is None:
            self.opaque = _without(entry, self.opaque)
            return
        routes, key = self._home(entry.pattern)
        left = _without(entry, routes[key])
        if left:
            routes[key] = left
        else:
            del routes[key]

    def _home(self, pattern: Pattern) -> tuple[dict[Any, Entries], Any]:
        """The dict for routes with a pattern, and their key in there."""
        if pattern.place == "static":
            source = pattern.source
            if source[-1:] == "/" and source != "/":
                self.slashed = True
            return self.static, source
        count, places = len(pattern.keys), pattern.places
        early = pattern.place == "early"
        shapes = self.early if early else self.ends.get(count, ())
        for shape in shapes:
            if shape.places == places and shape.count == count:
                break
        else:
            shape = _Shape(count, places, {})
            if early:
                self.early = (*shapes, shape)
            else:
                self.ends[count] = (*shapes, shape)
        if not early and pattern.keys[-1] == "":
            self.slashed = True
        return shape.routes, shape.pick(pattern.keys)

    def changed(self, gone: Sequence[Entry], new: Sequence[Entry]) -> "Index":
        """An index without `gone` and with `new`; the same if there are none."""
        if not gone and not new:
            return self
        index: Index = object.__new__(Index)
        index.static = dict(self.static)
        index.opaque = self.opaque
        index.slashed = self.slashed
        index.merged = dict(self.merged)
        is_static = True
        for entry in (*gone, *new):
            if entry.place != "static":
                is_static = False
                break
            pattern: Any = entry.pattern
            index.merged.pop(pattern.source, None)
        if is_static:
            index.ends, index.early = self.ends, self.early
        else:
            # Each path may have other candidates.
            index.merged = {}
            copies = {count: _copies(shapes) for count, shapes in self.ends.items()}
            index.ends = {count: shapes for count, shapes in copies.items() if shapes}
            index.early = _copies(self.early)
        for entry in gone:
            index._remove(entry)
        for entry in new:
            index.add(entry)
        return index


def _sorted(entries: Entries) -> Entries:
    return entries if len(entries) < 2 else tuple(sorted(entries, key=lambda entry: entry.rank))


def _without(entry: Entry, entries: Entries) -> Entries:
    # Most often it is the only one.
    return () if len(entries) == 1 else tuple(other for other in entries if other is not entry)


def _copies(shapes: tuple[_Shape, ...]) -> tuple[_Shape, ...]:
    """The shapes, to be changed; without those that have lost their routes."""
    return tuple(_Shape(shape.count, shape.places, dict(shape.routes)) for shape in shapes if shape.routes)
