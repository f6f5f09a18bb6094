"""
Headers: case-insensitive multi-mappings over a list of byte pairs, as ASGI has them.

The first of several headers with one name is the one that `headers[name]` gives. Names are
lower case on the wire. Reading is a walk over the list: requests have some ten headers, and
a walk is cheaper than building an index.

What would end a header line or a header block (CR, LF) or upset a parser (NUL) is refused
where text becomes a header.

Source: RFC 9110 section 5.5.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

__all__ = ["Headers", "MutableHeaders", "RawHeaders", "check_raw", "encode_header"]

RawHeaders = list[tuple[bytes, bytes]]


def encode_header(name: str, value: str) -> tuple[bytes, bytes]:
    """
    One header as ASGI sends it.

    Raises:
        TypeError: Name or value is not a str.
        ValueError: Name or value holds CR, LF or NUL, or a character outside latin-1.
    """
    if type(value) is str and value.isascii() and value.isprintable():
        return _NAMES[name], value.encode()
    return _NAMES[name], _encode_text("value", name, value)


def _encode_text(part: str, name: object, text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"header {part} must be a str, got {text!r} (header {name!r}); convert it with str()")
    if any(bad in text for bad in "\r\n\0"):
        raise ValueError(f"header {part} must not hold CR, LF or NUL, got {text!r} (header {name!r})")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as exc:
        raise ValueError(
            f"header {part} must be latin-1 text, got {text!r} (header {name!r}); "
            "percent-encode it with urllib.parse.quote()"
        ) from exc


def check_raw(pairs: RawHeaders) -> None:
    """
    Look through headers that somebody else has encoded.

    Raises:
        ValueError: A name or a value holds CR, LF or NUL.
    """
    for name, value in pairs:
        both = name + value
        # CR, LF and NUL as numbers: bytes in bytes are looked for by way of an exception.
        if 13 in both or 10 in both or 0 in both:
            raise ValueError(f"a header must not hold CR, LF or NUL, got {(name, value)!r}")


class _Names(dict[str, bytes]):
    """Name -> name on the wire. Fills itself: an application uses the same few names again and again."""

    def __missing__(self, name: str) -> bytes:
        encoded = _encode_text("name", name, name.lower() if isinstance(name, str) else name)
        if len(self) < 256:
            self[name] = encoded
        return encoded


_NAMES = _Names()


class Headers(Mapping[str, str]):
    """
    Headers to read.

    Args:
        headers: A mapping to copy.
        raw: The list to read from, names in lower case.
        scope: An ASGI scope; its headers become a list if they are not one.

    Raises:
        TypeError: More than one of the three is given.
    """

    __slots__ = ("_list",)

    _list: RawHeaders

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        raw: RawHeaders | None = None,
        scope: MutableMapping[str, Any] | None = None,
    ) -> None:
        if scope is not None and headers is None and raw is None:
            found = scope["headers"]
            if type(found) is not list:
                found = scope["headers"] = list(found)
            self._list = found
        elif (headers is not None) + (raw is not None) + (scope is not None) > 1:
            raise TypeError(f"{type(self).__name__} takes one of headers=, raw= and scope=, got more")
        elif raw is not None:
            self._list = raw
        else:
            self._list = [] if headers is None else [encode_header(*item) for item in headers.items()]

    @property
    def raw(self) -> RawHeaders:
        """A copy of the byte pairs."""
        return list(self._list)

    # Lists, not views: a name may stand there twice.
    def keys(self) -> list[str]:  # type: ignore[override]
        return [key.decode("latin-1") for key, _ in self._list]

    def values(self) -> list[str]:  # type: ignore[override]
        return [value.decode("latin-1") for _, value in self._list]

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [(key.decode("latin-1"), value.decode("latin-1")) for key, value in self._list]

    def getlist(self, key: str) -> list[str]:
        """Every value of the header, in order."""
        wanted = _lookup_key(key)
        return [value.decode("latin-1") for name, value in self._list if name == wanted]

    def mutablecopy(self) -> "MutableHeaders":
        """A copy that can be changed."""
        return MutableHeaders(raw=list(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        wanted = _lookup_key(key)
        for name, value in self._list:
            if name == wanted:
                return value.decode("latin-1")
        return default

    def __getitem__(self, key: str) -> str:
        wanted = _lookup_key(key)
        for name, value in self._list:
            if name == wanted:
                return value.decode("latin-1")
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        wanted = _lookup_key(key)
        return any(name == wanted for name, _ in self._list)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._list)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return False
        return sorted(self._list) == sorted(other._list)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        pairs = self.items()
        single = dict(pairs)
        inside = repr(single) if len(single) == len(pairs) else f"raw={self._list!r}"
        return f"{type(self).__name__}({inside})"


class MutableHeaders(Headers):
    """
    Headers to change. `raw` is the list itself, so that a message's headers can be edited in place.

    Args:
        headers: A mapping to copy.
        raw: The list to change, names in lower case.
        scope: An ASGI scope; its headers become a list of its own.

    Raises:
        TypeError: More than one of the three is given.
    """

    __slots__ = ()

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        raw: RawHeaders | None = None,
        scope: MutableMapping[str, Any] | None = None,
    ) -> None:
        if scope is not None:
            # The server may still hold the list it sent.
            scope["headers"] = list(scope["headers"])
        super().__init__(headers, raw, scope)

    @property
    def raw(self) -> RawHeaders:
        """The byte pairs themselves."""
        return self._list

    def __setitem__(self, key: str, value: str) -> None:
        """Set the header: the first of its name is replaced in its place, the others go."""
        pair = encode_header(key, value)
        name = pair[0]
        pairs = self._list
        for place, (other, _) in enumerate(pairs):
            if other == name:
                pairs[place] = pair
                place += 1
                if place < len(pairs):
                    pairs[place:] = [kept for kept in pairs[place:] if kept[0] != name]
                return
        pairs.append(pair)

    def __delitem__(self, key: str) -> None:
        """Remove every header of that name; a missing one is no error."""
        wanted = _lookup_key(key)
        self._list[:] = [pair for pair in self._list if pair[0] != wanted]

    def __ior__(self, other: Mapping[str, str]) -> "MutableHeaders":
        if not isinstance(other, Mapping):
            raise TypeError(f"Expected a mapping but got {type(other).__name__}")
        self.update(other)
        return self

    def __or__(self, other: Mapping[str, str]) -> "MutableHeaders":
        if not isinstance(other, Mapping):
            raise TypeError(f"Expected a mapping but got {type(other).__name__}")
        merged = self.mutablecopy()
        merged.update(other)
        return merged

    def setdefault(self, key: str, value: str) -> str:
        """The header's value, after setting it to `value` if it is missing."""
        pair = encode_header(key, value)
        for name, found in self._list:
            if name == pair[0]:
                return found.decode("latin-1")
        self._list.append(pair)
        return value

    def update(self, other: Mapping[str, str]) -> None:
        """Set each header of `other`."""
        for key, value in other.items():
            self[key] = value

    def append(self, key: str, value: str) -> None:
        """Add a header and keep those of the same name."""
        self._list.append(encode_header(key, value))

    def add_vary_header(self, vary: str) -> None:
        """Add a field name to Vary, RFC 9110 section 12.5.5."""
        self["vary"] = ", ".join([*self.getlist("vary"), vary])


def _lookup_key(key: str) -> bytes:
    # A name outside latin-1 is in no header; its UTF-8 bytes with the replaced mark match none.
    return key.lower().encode("latin-1", "replace")
