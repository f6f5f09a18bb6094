"""What is said to who calls with something else than is taken: one line, and no walk through our files."""

from numbers import Integral, Real
from typing import Any


class OneLine:
    """A base of errors that IPython shows as their text alone."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"{type(self).__name__}: {self}"]


class ArgumentError(OneLine, TypeError):
    """An argument that is something else than is taken. Nothing was done."""


class ArgumentValueError(OneLine, ValueError):
    """An argument of the right type that nothing can be done with. Nothing was done."""


def expect(value: object, kinds: type | tuple[type, ...], expected: str) -> None:
    """
    Refuse an argument of another type.

    Args:
        value: What was given.
        kinds: The types that are right.
        expected: What is, as the error's beginning: `replay() takes an exchange, such as traffic[-1]`.

    Raises:
        ArgumentError: It is of none of these types.
    """
    if not isinstance(value, kinds):
        raise ArgumentError(f"{expected}; got {_shown(value)}")


def expect_seconds(value: Any, name: str) -> None:
    """
    Refuse what is no number of seconds to wait.

    Raises:
        ArgumentError: It is no number.
        ArgumentValueError: It is below 0, or not a number at all.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentError(f"{name} is a number of seconds, such as 5; got {_shown(value)}")
    if not float(value) >= 0:
        raise ArgumentValueError(f"{name} must be 0 seconds or more, got {value}")


def expect_count(value: Any, name: str) -> None:
    """
    Refuse what is no whole number from 1 on.

    Raises:
        ArgumentError: It is no whole number.
        ArgumentValueError: It is below 1.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentError(f"{name} is a whole number from 1 on; got {_shown(value)}")
    if value < 1:
        raise ArgumentValueError(f"{name} must be at least 1, got {value}")


def _shown(value: object) -> str:
    """Show a value shortly; its own repr may be long, or raise."""
    if value is None:
        return "None"
    if isinstance(value, str | bytes | int | float):
        return f"{type(value).__name__} {repr(value)[:60]}"
    return type(value).__name__
