"""
Which routes may fit a path: a dict for paths without parameters, a tree of segments for the others.

An index is filled before anybody searches it, and never changed afterwards: a change makes another one
that shares what stayed the same. Only its memory of what was asked for grows.
"""

from collections.abc import Callable

from asgi_nb.web._entries import Entries, Entry, Keys, Place

__all__ = ["Index"]

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


class Index:
    """The routes for one scope type."""

    __slots__ = ("merged", "opaque", "root", "static")

    def __init__(self) -> None:
        self.static: dict[str, Entries] = {}
        self.root = _Node()
        self.opaque: Entries = ()
        self.merged: dict[str, Entries] = {}
        """Path without parameters -> its candidates, for those that were asked for. Bounded by `static`."""

    def candidates(self, path: str, segments: list[str]) -> Entries:
        """The routes that may fit, in list order."""
        # The root knows only what stands before the first slash: nothing.
        top = self.root.children.get(segments[0])
        found = () if top is None else _collect(top, segments, 1)
        if self.opaque:
            found += self.opaque
        static = self.static.get(path)
        if static is not None:
            found += static
        if len(found) > 1:
            found = tuple(sorted(found, key=_rank))
        if static is not None:
            self.merged[path] = found
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

    def changed(self, gone: Entries, new: Entries) -> "Index":
        """An index without `gone` and with `new`, which shares the rest with this one."""
        index = Index()
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
            index.merged = {path: found for path, found in self.merged.items() if path not in touched}
        return index


def _rank(entry: Entry) -> int:
    return entry.rank


def _collect(node: _Node, segments: list[str], number: int) -> Entries:
    """The entries of a node and below whose keys fit the segments from `number` on, in no order."""
    found: Entries = ()
    count = len(segments)
    while True:
        if node.early:
            found += node.early
        if number == count:
            return found + node.ends
        segment = segments[number]
        number += 1
        child = node.children.get(segment)
        # A parameter is never empty.
        if node.wild is not None and segment:
            if child is None:
                child = node.wild
            else:
                found += _collect(node.wild, segments, number)
        if child is None:
            return found
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
