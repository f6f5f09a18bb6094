"""What can be asked, and what a person writes to ask it, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a person writes."""

    name: str
    kind: str
    """The convertor of a path's parameter, else `str`, `int` or `float`."""
    required: bool = False
    """Whether the handler, or the path, cannot do without it."""
    default: str = ""
    """What stands in its place when it is left out; "" for nothing."""
    pattern: str = ""
    """A regular expression that all of it matches; "" for anything."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a request to a route is made of."""

    path: tuple[Input, ...]
    """The parameters of the path."""
    query: tuple[Input, ...] = ()
    """The parameters of the query that the handler reads, as far as its text says."""
    headers: tuple[Input, ...] = ()
    """The headers that it reads."""
    body: Literal["", "json", "form", "text"] = ""
    """What it reads the body as; "" when it reads none."""
    skeleton: str = ""
    """A body to begin with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A route that can be asked, with one method."""

    number: str
    """Tells it apart from all others; another one when its cell has run again."""
    method: str
    """Upper case."""
    path: str
    """As in `/items/{item_id:int}`."""
    place: str
    """`cell [3]`, or the function's name where cells have no numbers."""
    inputs: Callable[[], Inputs]
    """Says what a person writes to ask it."""
