"""
What the cells have defined, in order, and what follows when one of them runs again.

Rule 1: a tuple of immutable definitions is the whole state; every change is a pure function of it.
Rule 2: order is place: the first definition of a cell keeps its place whatever the cell becomes.
Rule 3: `serial` is time: of two routes with the same method and path, the one defined later answers.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from asgi_nb.live.inside import Inside
from asgi_nb.record.exchange import Origin
from asgi_nb.record.reasons import Candidate

Kind = Literal["route", "websocket", "mount", "middleware", "lifespan", "error"]

# Kinds of which a cell that runs again replaces the first by its first, whatever the names.
PAIRED = frozenset({"middleware", "lifespan"})

Key = tuple[str, ...]
"""What two definitions have in common when the later one takes the place of the earlier."""

Definitions = tuple["Definition", ...]

# As in route paths: `{name}` or `{name:convertor}`.
PARAMETER = re.compile(r"{[a-zA-Z_]\w*(:[a-zA-Z_]\w*)?}", re.ASCII)


@dataclass(frozen=True, eq=False)
class Definition:
    """One route, socket, mount, middleware, lifespan or error handler."""

    kind: Kind
    name: str
    """The name of the route, middleware or lifespan; the status or class that an error handler answers."""
    path: str
    """The path as it was written; "" for what has none."""
    methods: frozenset[str] | None
    """The methods a route answers, HEAD with GET; None answers every one. Empty for other kinds."""
    origin: Origin
    """The cell, and the place of the code in it."""
    owner: str | None
    """The id of the cell that replaces this definition when it runs again; None where there is none."""
    run: int
    """The number of the run that defined it; 0 outside of runs."""
    serial: int
    """Counts definitions: the greater, the later."""
    built: Any
    """
    The toolkit's Route, WebSocketRoute or Mount, the Layer of a middleware, the opener of a lifespan, or the
    Handling of an error.
    """
    on: str = ""
    """Where an endpoint runs: `server`, `thread` or `kernel`; "" for mounts and middleware."""
    ahead: bool = False
    """Whether it answers before all that matches as well, as a mock does."""

    @property
    def key(self) -> Key:
        """The methods and the normal path, or the name of what has no path."""
        if self.kind in ("middleware", "lifespan", "error"):
            return self.kind, self.name
        return self.kind, normal_path(self.path), *sorted(self.methods or "*")

    @functools.cached_property
    def candidate(self) -> Candidate:
        """The same as plain data, which does not keep `built` alive."""
        convertors = getattr(self.built, "param_convertors", {})
        return Candidate(self.kind, self.path, self.methods, self.name, self.origin, convertors)

    @functools.cached_property
    def inside(self) -> Inside:
        """What reads the routes of what a mount has mounted."""
        return Inside(self.built)

    @property
    def shown_methods(self) -> str:
        """`GET,POST`, `*` for a route that answers every method, "" for what is not a route."""
        if self.kind != "route":
            return ""
        methods = {"*"} if self.methods is None else self.methods
        # HEAD comes with GET and says nothing more.
        return ",".join(sorted(methods - {"HEAD"} if "GET" in methods else methods))

    @property
    def title(self) -> str:
        """How cards and errors call it: `GET /items/{item_id:int}`, `websocket /chat`, `middleware timer`."""
        if self.kind == "route":
            return f"{self.shown_methods} {self.path}"
        if self.kind in ("middleware", "lifespan", "error"):
            return self.kind if self.name == self.kind else f"{self.kind} {self.name}"
        return f"{self.kind} {self.path or '/'}"

    @property
    def place(self) -> str:
        """`cell [3]`, or the function's name where cells have no numbers."""
        return place_of(self.origin)


def place_of(origin: Origin) -> str:
    """Say where something was defined: `cell [3]`, or the function's name outside of cells."""
    return origin.label if origin.execution_count is None else f"cell {origin.label}"


# Each change asks for the path of every definition again.
@functools.lru_cache(maxsize=4096)
def normal_path(path: str) -> str:
    """
    Erase the parameters' names, so that paths which match the same requests are equal.

    `/items/{item_id:int}` and `/items/{id:int}` are one path; `/items/{id}` is another.
    """
    return PARAMETER.sub(lambda match: "{" + (match[1] or ":str") + "}", path)


def splice(definitions: Definitions, new: Definition) -> tuple[Definitions, Definitions]:
    """
    Add a definition, in the place of what it redefines.

    In a cell's run, it stands after what the run has defined so far, at the cell's place. Outside of
    runs, and where cells have no id, it stands where the definition with its key stood.

    Returns:
        The definitions afterwards, and those that were replaced.
    """
    replaced = _redefined(definitions, new)
    kept = [definition for definition in definitions if definition not in replaced]
    at = _place(definitions, new, replaced)
    # `at` counts in the tuple as it was; what went away before it moves it.
    at -= sum(1 for definition in definitions[:at] if definition in replaced)
    return (*kept[:at], new, *kept[at:]), replaced


def _redefined(definitions: Definitions, new: Definition) -> Definitions:
    same = [old for old in definitions if old.owner == new.owner and old.kind == new.kind]
    if new.kind in PAIRED and new.run:
        # Two layers of one class in one run are two layers; across runs they are paired in order.
        earlier = [old for old in same if old.run != new.run]
        if new.owner is None:
            earlier = [old for old in earlier if old.key == new.key]
        return tuple(earlier[:1])
    return tuple(old for old in same if old.key == new.key)


def _place(definitions: Definitions, new: Definition, replaced: Definitions) -> int:
    if new.owner is None or not new.run:
        own = [i for i, old in enumerate(definitions) if old in replaced]
        return own[0] if own else len(definitions)
    this_run = [i for i, old in enumerate(definitions) if (old.owner, old.run) == (new.owner, new.run)]
    if this_run:
        return this_run[-1] + 1
    own = [i for i, old in enumerate(definitions) if old.owner == new.owner]
    return own[0] if own else len(definitions)


def leaving(definitions: Definitions, new: Definition) -> Definitions:
    """
    Give what a cell had defined before and will lose at the end of this run, as far as it can be told.

    That is the one definition it had, if it had one of the same kind: a cell whose path was changed.
    """
    if new.owner is None or not new.run:
        return ()
    earlier = tuple(old for old in definitions if old.owner == new.owner and old.run != new.run)
    return earlier if [old.kind for old in earlier] == [new.kind] else ()


def finish(definitions: Definitions, owner: str | None, run: int) -> Definitions:
    """Drop what the cell had defined before and not again in its run; where cells have no id, nothing."""
    if owner is None:
        return definitions
    return tuple(old for old in definitions if old.owner != owner or old.run == run)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Definitions as the app uses them."""

    routes: Definitions
    """What answers requests, in the order of matching."""
    layers: Definitions
    """Middleware, outermost first: the last one defined is the outermost, as with `add_middleware`."""
    shadows: Mapping[Definition, Mapping[str, Definition]]
    """Shadowed definition -> method ("*": every one) -> the later definition that answers it."""
    lifespans: Definitions = ()
    """Lifespans, outermost first: in their order."""
    handlers: Definitions = ()
    """Error handlers."""


def arrange(definitions: Iterable[Definition]) -> Arrangement:
    """
    Decide which definition answers what.

    Definitions of one kind and path stand together at the place of the first, the latest ahead, so that
    it answers whatever else in between would match the path too. One that answers nothing is left out. A mock
    stands ahead of all.
    """
    layers: list[Definition] = []
    lifespans: list[Definition] = []
    groups: dict[tuple[str, str], list[Definition]] = {}
    for definition in definitions:
        if definition.kind == "middleware":
            layers.append(definition)
        elif definition.kind == "lifespan":
            lifespans.append(definition)
        else:
            place = definition.name if definition.kind == "error" else normal_path(definition.path)
            groups.setdefault((definition.kind, place), []).append(definition)
    routes: list[Definition] = []
    handlers: list[Definition] = []
    shadows: dict[Definition, Mapping[str, Definition]] = {}
    for (kind, _), group in groups.items():
        found = handlers if kind == "error" else routes
        if len(group) == 1:
            found += group
            continue
        group.sort(key=lambda definition: (not definition.ahead, -definition.serial))
        shadows |= _shadows(group)
        found += [definition for definition in group if not _is_hidden(definition, shadows)]
    layers.reverse()
    routes.sort(key=lambda definition: not definition.ahead)
    return Arrangement(tuple(routes), tuple(layers), shadows, tuple(lifespans), tuple(handlers))


def hidden_candidates(arrangement: Arrangement) -> tuple[tuple[Candidate, str], ...]:
    """Give the routes that others answer in place of, each with the place of one of those."""
    answering = set(arrangement.routes)
    return tuple(
        (definition.candidate, next(iter(by.values())).place)
        for definition, by in arrangement.shadows.items()
        if definition not in answering
    )


def _shadows(group: list[Definition]) -> dict[Definition, Mapping[str, Definition]]:
    found: dict[Definition, Mapping[str, Definition]] = {}
    for index, definition in enumerate(group):
        by: dict[str, Definition] = {}
        for later in group[:index]:
            if later.methods is None or definition.kind != "route":
                by.setdefault("*", later)
            else:
                for method in (
                    later.methods if definition.methods is None else later.methods & definition.methods
                ):
                    by.setdefault(method, later)
        if by:
            found[definition] = by
    return found


def _is_hidden(definition: Definition, shadows: Mapping[Definition, Mapping[str, Definition]]) -> bool:
    by = shadows.get(definition)
    if by is None:
        return False
    return "*" in by or (definition.methods is not None and definition.methods <= by.keys())
