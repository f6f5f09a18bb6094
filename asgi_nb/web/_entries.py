"""A route as the matcher knows it: what its path asks of a request's, and where its parameters stand."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from asgi_nb.web._paths import Pattern, bind

__all__ = ["Entries", "Entry", "Facts", "Keys", "Kind", "Match", "Place"]

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

    is_router: bool = False
    """This app is a router, whose `run` does what calling it does."""


class Entry:
    """A route in a table, with what is needed to match it."""

    __slots__ = (
        "_pattern",
        "handles",
        "is_plain_http",
        "is_router",
        "keys",
        "kind",
        "known",
        "path",
        "place",
        "plain",
        "rank",
        "route",
    )

    def __init__(self, route: Any, facts: Facts, rank: int) -> None:
        self.route = route
        self.kind = facts.kind
        self.handles = facts.handles
        self.known = facts.known
        self.is_router = facts.is_router
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
        self.is_plain_http = self.plain and self.kind is Kind.HTTP and not self.handles
        """A request that comes here needs nothing but a look at its method."""

    def bind(self, path: str, segments: list[str]) -> dict[str, Any] | None:
        """The parameters, converted; None if the path does not match. The segments already fit the keys."""
        # A route that has none is opaque: its own `matches` is asked, not this.
        pattern: Any = self._pattern
        if not pattern.regular:
            return bind(pattern.regex, pattern.convertors, path)
        bound: dict[str, Any] = {}
        try:
            for name, number, read in pattern.slots:
                bound[name] = segments[number] if read is None else read(segments[number])
        except ValueError:
            return None
        if pattern.rest is not None:
            count = len(pattern.keys)
            # "." in the regular expression of `path` matches all but a newline.
            if len(segments) == count or ("\n" in path and "\n" in "/".join(segments[count:])):
                return None
            bound[pattern.rest] = "/".join(segments[count:])
        return bound


Entries = tuple[Entry, ...]
