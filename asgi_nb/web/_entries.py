"""A route as the matcher knows it: what its path asks of a request's, and where its parameters stand."""

from enum import Enum
from typing import Any, Literal

from asgi_nb.web._endpoint_apps import Function, function_of
from asgi_nb.web._paths import Pattern, Slot, bind

__all__ = ["Entries", "Entry", "Kind", "Match"]


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
_HTTP = Kind.HTTP


class Entry:
    """
    A route in a table, with what is needed to match it.

    Args:
        route: The route.
        rank: Its place in the order.
        kind: What is known about it.
        pattern: What its path must match; None if its own `matches` decides.
        handles: It has a `handle` of its own.
        known: Its app, if that knows a handover. Routes may get another app later.
        is_router: This app is a router, whose `_run_scope` does what calling it does.
    """

    __slots__ = (
        "function",
        "handles",
        "is_plain_http",
        "is_router",
        "kind",
        "known",
        "pattern",
        "place",
        "rank",
        "route",
        "slots",
    )

    def __init__(
        self,
        route: Any,
        rank: int,
        kind: Kind = Kind.OPAQUE,
        pattern: Pattern | None = None,
        handles: bool = True,
        known: Any = None,
        is_router: bool = False,
    ) -> None:
        self.route = route
        self.rank = rank
        self.kind = kind
        self.pattern = pattern
        self.handles = handles
        self.known = known
        self.is_router = is_router
        self.function: Function | Literal[False] | None = None
        """The function that the known app calls; False if it is no such app, None until `look` was called."""
        self.place: Literal["static", "ends", "early", "opaque"]
        """See Pattern; opaque without one."""
        self.slots: tuple[Slot, ...]
        self.is_plain_http: bool
        """A request that comes here needs nothing but a look at its method."""
        if pattern is None:
            self.place, self.slots, self.is_plain_http = "opaque", (), False
        else:
            self.place = place = pattern.place
            self.slots = pattern.slots
            self.is_plain_http = place == "static" and not handles and kind is _HTTP

    def look(self) -> Function | Literal[False]:
        """Look into the known app, at the first request: of many routes few are asked for."""
        self.function = function = (not self.handles and function_of(self.known)) or False
        return function

    def bind(self, path: str, segments: list[str]) -> dict[str, Any] | None:
        """
        The parameters of an early one, converted; None if the path does not match.

        Args:
            path: The path.
            segments: The same, split at its slashes. They fit the keys.
        """
        # A route that has no pattern is opaque: its own `matches` is asked, not this.
        pattern: Any = self.pattern
        if not pattern.regular:
            return bind(pattern.regex, pattern.convertors, path)
        bound: dict[str, Any] = {}
        try:
            for name, number, read in pattern.slots:
                text = segments[number]
                # A parameter is never empty.
                if not text:
                    return None
                bound[name] = text if read is None else read(text)
        except ValueError:
            return None
        count = len(pattern.keys)
        # "." in the regular expression of `path` matches all but a newline.
        if len(segments) == count or ("\n" in path and "\n" in "/".join(segments[count:])):
            return None
        bound[pattern.rest] = "/".join(segments[count:])
        return bound


Entries = tuple[Entry, ...]
