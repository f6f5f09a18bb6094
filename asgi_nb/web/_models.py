"""
Data classes and models as JSON, and where in a value JSON fails.

pydantic and msgspec are looked for among the imported modules, never imported: a value of
theirs cannot exist before they are.
"""

import dataclasses
import math
import sys
from collections.abc import Iterator
from typing import Any

from asgi_nb.web._json import make_encoder

__all__ = ["encode_models", "find_fault", "is_model", "type_name"]


def is_model(value: Any) -> bool:
    """Whether the value is an object of a data class, a pydantic model or a msgspec Struct."""
    if isinstance(value, type):
        return False
    return dataclasses.is_dataclass(value) or hasattr(value, "model_dump") or _is_struct(value)


def _is_struct(value: Any) -> bool:
    msgspec = sys.modules.get("msgspec")
    return msgspec is not None and isinstance(value, msgspec.Struct)


def _to_plain(value: Any) -> Any:
    """One step towards what JSON has; the encoder takes the next ones."""
    if not is_model(value):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return sys.modules["msgspec"].to_builtins(value)


_encode = make_encoder(_to_plain)


def encode_models(value: Any) -> bytes:
    """
    Encode a value as JSON, with data classes and models anywhere inside it.

    Raises:
        TypeError: Something in it has no JSON form.
        ValueError: NaN, Infinity, a lone surrogate, or a value that contains itself.
        RecursionError: It is nested too deeply.
    """
    return _encode(value).encode("utf-8")


def find_fault(value: Any) -> tuple[str, str]:
    """
    The first fault of a value that failed to encode.

    Returns:
        Where it is, as one would index it (`['items'][3]`; empty for the value itself), and what it is.
    """
    return next(_faults(value, "", ()), ("", f"{type(value).__name__} cannot be encoded"))


def _faults(value: Any, path: str, inside: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    if value is None or isinstance(value, int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path, f"JSON has no {value!r}"
    elif isinstance(value, str):
        if not _fits_utf8(value):
            yield path, "a str with a lone surrogate, which UTF-8 cannot hold"
    elif any(value is outer for outer in inside):
        yield path, f"a {type(value).__name__} that contains itself"
    # Far less deep than the encoder goes, and deep enough to say so.
    elif len(inside) > 100:
        yield path, "nested too deeply"
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (key is None or isinstance(key, str | int | float)):
                yield path, f"a key must be a str, got {key!r} ({type(key).__name__})"
            yield from _faults(key, path, inside)
            yield from _faults(item, f"{path}[{key!r}]", (*inside, value))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", (*inside, value))
    elif is_model(value):
        yield from _faults(_to_plain(value), path, (*inside, value))
    else:
        yield path, f"{type_name(value)} has no JSON form"


def type_name(value: object) -> str:
    """The name of a value's type, with its module unless that is builtins."""
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _fits_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
