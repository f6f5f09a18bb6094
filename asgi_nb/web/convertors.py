"""
What a path parameter may look like, and which Python value it becomes.

A convertor is a regular expression and two functions. To add one: `register_url_convertor`.
"""

import math
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["CONVERTOR_TYPES", "Convertor", "ConvertorError", "register_url_convertor"]

T = TypeVar("T")


class ConvertorError(ValueError, AssertionError):
    """
    A value cannot stand in a path.

    Also an AssertionError, which Starlette raises here, so that code that catches it carries over.
    """


class Convertor(Generic[T]):
    """One kind of path parameter, `{name:kind}`."""

    regex: ClassVar[str] = ""
    """What the parameter matches. No groups that capture."""

    def convert(self, value: str) -> T:
        """The Python value of a matched part of the path."""
        raise NotImplementedError(f"{type(self).__name__} needs a method convert(value: str)")

    def to_string(self, value: T) -> str:
        """
        The part of the path that stands for `value`.

        Raises:
            ConvertorError: No path part of this kind can hold the value.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method to_string(value)")


class StringConvertor(Convertor[str]):
    """One path segment."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        value = str(value)
        if "/" in value:
            raise ConvertorError(
                f"May not contain path separators: {value!r}; declare the parameter as {{name:path}}"
            )
        if not value:
            raise ConvertorError("Must not be empty: a path segment has at least one character")
        return value


class PathConvertor(Convertor[str]):
    """The rest of the path, slashes and all; may be empty."""

    regex = ".*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return str(value)


class IntegerConvertor(Convertor[int]):
    """A number without sign."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        value = int(value)
        if value < 0:
            raise ConvertorError(f"Negative integers are not supported: {value}")
        return str(value)


class FloatConvertor(Convertor[float]):
    """A decimal number without sign and exponent."""

    regex = r"[0-9]+(?:\.[0-9]+)?"

    def convert(self, value: str) -> float:
        number = float(value)
        if math.isinf(number):
            raise ValueError(f"too large for a float: {value}")
        return number

    def to_string(self, value: float) -> str:
        value = float(value)
        if math.isnan(value):
            raise ConvertorError("NaN values are not supported")
        if math.isinf(value):
            raise ConvertorError("Infinite values are not supported")
        if value < 0.0:
            raise ConvertorError(f"Negative floats are not supported: {value}")
        from decimal import Decimal

        # repr has the fewest digits that read back as this float; Decimal writes them without exponent.
        digits = format(Decimal(repr(abs(value))), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits


class UUIDConvertor(Convertor["UUID"]):
    """A UUID, with or without its hyphens."""

    regex = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"

    def convert(self, value: str) -> "UUID":
        from uuid import UUID

        return UUID(value)

    def to_string(self, value: "UUID") -> str:
        return str(value)


CONVERTOR_TYPES: dict[str, Convertor[Any]] = {
    "str": StringConvertor(),
    "path": PathConvertor(),
    "int": IntegerConvertor(),
    "float": FloatConvertor(),
    "uuid": UUIDConvertor(),
}
"""What may stand after the colon of `{name:kind}`, and what it means."""


def register_url_convertor(key: str, convertor: Convertor[Any]) -> None:
    """
    Let route paths say `{name:key}`. Routes made before keep the convertor they were made with.

    Args:
        key: The kind; one that is there is replaced.
        convertor: What it means.
    """
    CONVERTOR_TYPES[key] = convertor
