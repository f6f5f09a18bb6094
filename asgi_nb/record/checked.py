"""Check what a file holds: each function gives the value, or raises ValueError that says what was there."""

from collections.abc import Callable
from typing import Any, TypeVar

from asgi_nb.record.masks import shorten, visible

T = TypeVar("T")

# What SQLite and other programs can hold, and what nanoseconds of 292 years come to.
WHOLE_LIMIT = 1 << 63
NUMBER_LIMIT = 1e12


def text(value: Any) -> str:
    """Give a text."""
    if type(value) is not str:
        raise _error("a text", value)
    return value


def whole(value: Any) -> int:
    """Give a whole number of 64 bits; True and False are none."""
    if type(value) is not int or not -WHOLE_LIMIT <= value < WHOLE_LIMIT:
        raise _error("a whole number of 64 bits", value)
    return value


def finite(value: Any) -> float:
    """Give a number of seconds: 30,000 years, from then on dates and nanoseconds fail."""
    if type(value) not in (int, float) or not abs(value) < NUMBER_LIMIT:
        raise _error("a number", value)
    return float(value)


def flag(value: Any) -> bool:
    """Give True or False."""
    if type(value) is not bool:
        raise _error("true or false", value)
    return value


def items(value: Any, limit: int | None = None) -> list[Any]:
    """Give a list, also of what is a tuple before it is JSON; with more than `limit` items, its beginning."""
    if type(value) not in (list, tuple):
        raise _error("a list", value)
    return list(value if limit is None else value[:limit])


def mapping(value: Any) -> dict[str, Any]:
    """Give a JSON object."""
    if type(value) is not dict:
        raise _error("an object", value)
    return value


def one_of(*words: str) -> Callable[[Any], str]:
    """Make a check for one of some words."""

    def check(value: Any) -> str:
        if type(value) is not str or value not in words:
            raise _error(f"one of {', '.join(words)}", value)
        return value

    return check


def maybe(check: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Make a check that takes None as well."""
    return lambda value: None if value is None else check(value)


def close_code(code: int | None) -> int | None:
    """
    Give the close code of a WebSocket as it can be written; None for what no frame can carry.

    Source: RFC 6455 section 5.5.1: 16 bits.
    """
    return int(code) if code is not None and 0 <= code < 1 << 16 else None


def _error(expected: str, value: Any) -> ValueError:
    return ValueError(f"expected {expected}, got {shorten(visible(repr(value)[:200]), 60)}")
