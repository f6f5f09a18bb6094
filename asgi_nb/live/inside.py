"""
The routes inside of a mounted app, as plain data: who asks later why one answered keeps no endpoint alive.

A mounted app may get routes at any time, so they are looked at for each request that is recorded while
there are mounts; they are read anew only when they have changed.

Rule 1: a route is known by what it has, as frameworks have classes of their own: a path, methods, routes.
Rule 2: what cannot be read is not known; to look at an app must not break it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from operator import is_not
from typing import Any

from asgi_nb.record.candidates import Candidate, Candidates
from asgi_nb.record.origin import Origin

Placed = tuple[Any, str]
"""A route, and the prefix that stands before its path."""

# More than this is an app that is mounted inside of itself.
DEPTH = 10


class Inside:
    """
    Reads the routes of what a mount has mounted.

    Args:
        mount: A route with an app: a Mount or a Host, of the toolkit or of Starlette.
        depth: How many mounts it stands inside of.
    """

    __slots__ = ("_candidates", "_depth", "_made", "_mount", "_mounts", "_routes", "head")

    def __init__(self, mount: Any, depth: int = 0) -> None:
        self._mount = mount
        self._depth = depth
        self.head = str(getattr(mount, "path", "")).partition("{")[0]
        """What each path has in it that leads there."""
        self._routes: list[Any] = []
        self._made: list[Candidate] = []
        self._mounts: list[tuple[int, Inside]] = []
        self._candidates: Candidates | None = None

    def read(self, path: str) -> Candidates | None:
        """
        Give the routes as they are now, the same object while they are the same; None if it shows none.

        Args:
            path: The path of a request.
        """
        mount = self._mount
        snapshot: Any = getattr(getattr(mount, "_base_app", None), "_snapshot", None)
        if isinstance(getattr(snapshot, "candidates", None), Candidates):
            # A live app knows the cells of its routes.
            read: Candidates = snapshot.read_candidates(path)
            return read
        try:
            changed = self._read_routes(list(flatten(getattr(mount, "routes", None) or ())))
        except Exception:  # noqa: BLE001 - rule 2: what a foreign app has may raise anything
            return None
        if refresh(self._made, self._mounts, path) or changed:
            self._candidates = Candidates(tuple(self._made)) if self._made else None
        return self._candidates

    def _read_routes(self, placed: list[Placed]) -> bool:
        """Read the routes if they have changed; says whether they had."""
        routes = [route for route, _ in placed]
        if len(routes) == len(self._routes) and not any(map(is_not, routes, self._routes)):
            return False
        made = [candidate_of(route, prefix) for route, prefix in placed]
        self._mounts = [
            (index, Inside(routes[index], self._depth + 1))
            for index, one in enumerate(made)
            if one.kind in ("mount", "host") and self._depth < DEPTH
        ]
        self._routes, self._made = routes, made
        return True


class Served:
    """
    Reads the routes of an app that is served as it is, with no live app around it.

    Args:
        app: The app.
        known: What is known beside them: of cells.
    """

    __slots__ = ("_candidates", "_inside", "_known", "_read")

    def __init__(self, app: Any, known: Candidates) -> None:
        self._inside = Inside(app)
        self._known = known
        self._read: Candidates | None = None
        self._candidates = known

    def read(self, path: str) -> Candidates:
        """
        Give the routes as they are now, the same object while they are the same; none if the app shows none.

        Args:
            path: The path of a request.
        """
        read = self._inside.read(path)
        if read is not self._read:
            self._read = read
            self._candidates = self._known if read is None else replace(self._known, routes=read.routes)
        return self._candidates


def flatten(routes: Iterable[Any], prefix: str = "") -> Iterator[Placed]:
    """Give routes with their prefixes: FastAPI has routers among them that it looks into for each request."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route, prefix
        else:
            yield from flatten(router.routes, prefix + route.include_context.prefix)


def refresh(candidates: list[Candidate], mounts: Iterable[tuple[int, Inside]], path: str) -> bool:
    """
    Put what stands inside of mounts into their candidates.

    Args:
        candidates: Is changed in place.
        mounts: Where in it a mount stands, and what reads its routes.
        path: The path of a request.

    Returns:
        Whether anything has changed.
    """
    changed = False
    for index, inside in mounts:
        read = inside.read(path)
        if read is not candidates[index].inside:
            candidates[index] = replace(candidates[index], inside=read)
            changed = True
    return changed


def candidate_of(route: Any, prefix: str = "") -> Candidate:
    """Say of a route of any framework what can be said without it; `prefix` stands before its path."""
    path, host, methods = (getattr(route, name, None) for name in ("path", "host", "methods"))
    convertors = getattr(route, "param_convertors", None)
    if isinstance(host, str):
        kind, path = "host", host
    elif not isinstance(path, str):
        kind, path = "custom", type(route).__name__
    elif "{" in path and not isinstance(convertors, Mapping):
        # What its parameters take is not written where we could read it.
        kind, path = "custom", f"{type(route).__name__} {prefix}{path}"
    else:
        path = prefix + path
        is_route = hasattr(route, "methods")
        kind = "mount" if hasattr(route, "routes") else "route" if is_route else "websocket"
    return Candidate(
        kind,
        path,
        frozenset(map(str, methods)) if kind == "route" and methods else None,
        str(getattr(route, "name", None) or ""),
        _origin_of(getattr(route, "endpoint", None) or getattr(route, "app", None) or route),
        convertors if isinstance(convertors, Mapping) else {},
    )


def _origin_of(endpoint: Any) -> Origin:
    """Give the place of an endpoint; it was defined by no cell of a live app."""
    name = getattr(endpoint, "__qualname__", None) or type(endpoint).__qualname__
    code = getattr(endpoint, "__code__", None)
    filename, lineno = ("", 0) if code is None else (code.co_filename, code.co_firstlineno)
    return Origin(None, None, "", name, filename, lineno)
