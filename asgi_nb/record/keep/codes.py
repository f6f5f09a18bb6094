"""
How single values are written as JSON, and read back: each is checked for what it should be.

Long bytes do not stand in the JSON: they go into a list beside it, and the JSON has their place in that.
"""

import base64
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from asgi_nb.record.checked import close_code, finite, flag, items, mapping, maybe, text, whole

# Bytes up to here stand in the JSON; longer ones in rows of their own, so that a list is read without them.
SHORT = 200


class Code(NamedTuple):
    """How a value is written as JSON, and read back."""

    write: Callable[[Any, list[bytes]], Any]
    """Takes the value and the list of long bytes, to which it may add; gives what JSON can hold."""
    read: Callable[[Any, list[bytes]], Any]
    """Takes what JSON held and the list of long bytes; gives the value."""


def checked(check: Callable[[Any], Any]) -> Code:
    """Make the code of a value that JSON holds as it is, from what checks that it is one."""
    return Code(lambda value, blobs: value, lambda value, blobs: check(value))


def _write_bytes(value: bytes, blobs: list[bytes]) -> Any:
    if len(value) <= SHORT:
        return base64.b64encode(value).decode("ascii")
    blobs.append(value)
    return len(blobs) - 1


def _read_bytes(value: Any, blobs: list[bytes]) -> bytes:
    return blobs[value] if type(value) is int else base64.b64decode(text(value))


def _write_headers(value: Any, blobs: list[bytes]) -> Any:
    # As text, for who reads the file by hand; latin-1 has a character for each byte.
    return [[name.decode("latin-1"), content.decode("latin-1")] for name, content in value]


def _read_headers(value: Any, blobs: list[bytes]) -> Any:
    return tuple((text(name).encode("latin-1"), text(content).encode("latin-1")) for name, content in value)


# Kinds of path parameters that convertors give, beside text and numbers.
PARAMETERS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "uuid": (UUID, str, UUID),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "decimal": (Decimal, str, Decimal),
}


def _write_parameters(value: dict[str, Any], blobs: list[bytes]) -> Any:
    return {name: _write_parameter(content) for name, content in value.items()}


def _write_parameter(value: Any) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    for name, (kind, write, _) in PARAMETERS.items():
        if type(value) is kind:
            return {name: write(value)}
    # A type of somebody's own: its text is what another kernel can know of it.
    return str(value)


def _read_parameters(value: Any, blobs: list[bytes]) -> Any:
    return {name: _read_parameter(content) for name, content in mapping(value).items()}


def _read_parameter(value: Any) -> Any:
    if type(value) is not dict:
        # A whole number of a path may have any size.
        return value if type(value) in (bool, float, int) else maybe(text)(value)
    if len(value) != 1:
        raise ValueError(f"expected a parameter of one kind, got {len(value)}")
    [(kind, content)] = value.items()
    return PARAMETERS[kind][2](text(content))


def _write_data(value: Any, blobs: list[bytes]) -> Any:
    """A MIME bundle: text stays text, bytes become a list of one."""
    return {
        kind: content if isinstance(content, str) else [_write_bytes(content, blobs)]
        for kind, content in value.items()
    }


def _read_data(value: Any, blobs: list[bytes]) -> Any:
    return {
        kind: content if isinstance(content, str) else _read_bytes(items(content)[0], blobs)
        for kind, content in mapping(value).items()
    }


def _read_address(value: Any, blobs: list[bytes]) -> Any:
    if value is None:
        return None
    host, port = items(value)
    return text(host), maybe(whole)(port)


def _read_chunks(value: Any, blobs: list[bytes]) -> Any:
    return [(whole(at_ns), whole(size)) for at_ns, size in items(value)]


TEXT, WHOLE, NUMBER, FLAG = checked(text), checked(whole), checked(finite), checked(flag)
MAYBE_TEXT, MAYBE_WHOLE = checked(maybe(text)), checked(maybe(whole))
CLOSE_CODE = Code(lambda value, blobs: close_code(value), MAYBE_WHOLE.read)
BYTES = Code(_write_bytes, _read_bytes)
HEADERS = Code(_write_headers, _read_headers)
STRINGS = Code(lambda value, blobs: list(value), lambda value, blobs: tuple(map(text, items(value))))
ADDRESS = Code(lambda value, blobs: None if value is None else list(value), _read_address)
CHUNKS = Code(lambda value, blobs: [list(chunk) for chunk in value], _read_chunks)
PARAMS = Code(_write_parameters, _read_parameters)
DATA = Code(_write_data, _read_data)
