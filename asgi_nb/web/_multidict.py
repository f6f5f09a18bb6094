"""
Mappings that may hold several values for a key, and the query strings and forms made of them.

`d[key]` is the *last* value, `getlist(key)` has them all.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, TypeVar, cast
from urllib.parse import quote_from_bytes, unquote_plus, urlencode

__all__ = ["ImmutableMultiDict", "MultiDict", "QueryParams", "parse_query", "query_text"]

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)

# Every printable ASCII character: what may stand in a query as it was sent.
_ASCII = bytes(range(0x21, 0x7F))


def query_text(query_string: bytes) -> str:
    """
    A raw query string as ASCII text: bytes that have no place in a URL are percent-encoded.

    Source: RFC 3986 section 2.1.
    """
    if query_string.isascii():
        return query_string.decode("ascii")
    return quote_from_bytes(query_string, _ASCII)


def parse_query(text: str) -> list[tuple[str, str]]:
    """
    The pairs of a query string or a urlencoded form, blank values kept, undecodable bytes replaced by U+FFFD.

    Source: WHATWG URL standard, section "application/x-www-form-urlencoded parsing".
    """
    pairs = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            if "%" in part or "+" in part:
                pairs.append((unquote_plus(name), unquote_plus(value)))
            else:
                pairs.append((name, value))
    return pairs


class ImmutableMultiDict(Mapping[K, V_co]):
    """
    A multi-mapping to read.

    Args:
        value: Another multi-mapping, a mapping, or an iterable of pairs.
        **kwargs: More pairs.

    Two are equal when they have the same keys with the same values in the same order;
    the order of the keys does not matter.
    """

    _dict: dict[K, V_co]
    _list: list[tuple[K, V_co]]

    def __init__(
        self,
        *args: "ImmutableMultiDict[K, V_co] | Mapping[K, V_co] | Iterable[tuple[K, V_co]]",
        **kwargs: Any,
    ) -> None:
        if len(args) > 1:
            raise TypeError(f"{type(self).__name__} takes at most one positional argument, got {len(args)}")
        value: Any = args[0] if args else ()
        if hasattr(value, "multi_items"):
            items = list(value.multi_items())
        elif hasattr(value, "items"):
            items = list(value.items())
        else:
            items = list(value or ())
        items.extend(kwargs.items())
        self._list = items
        self._dict = dict(items)

    def getlist(self, key: Any) -> list[V_co]:
        """Every value of the key, in order; empty if there is none."""
        return [value for name, value in self._list if name == key]

    def keys(self) -> KeysView[K]:
        return self._dict.keys()

    def values(self) -> ValuesView[V_co]:
        return self._dict.values()

    def items(self) -> ItemsView[K, V_co]:
        return self._dict.items()

    def multi_items(self) -> list[tuple[K, V_co]]:
        """Every pair, in order."""
        return list(self._list)

    def __getitem__(self, key: K) -> V_co:
        return self._dict[key]

    def __contains__(self, key: object) -> bool:
        return key in self._dict

    def __iter__(self) -> Iterator[K]:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return False
        return _by_key(self._list) == _by_key(other._list)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._list!r})"


def _by_key(pairs: list[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    values: dict[Any, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return values


class MultiDict(ImmutableMultiDict[Any, Any]):
    """A multi-mapping to change."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set the key to this one value."""
        self.setlist(key, [value])

    def __delitem__(self, key: Any) -> None:
        del self._dict[key]
        self._drop(key)

    def pop(self, key: Any, default: Any = None) -> Any:
        """Remove the key; gives its last value."""
        self._drop(key)
        return self._dict.pop(key, default)

    def popitem(self) -> tuple[Any, Any]:
        """Remove the key that came last; gives it with its last value."""
        key, value = self._dict.popitem()
        self._drop(key)
        return key, value

    def poplist(self, key: Any) -> list[Any]:
        """Remove the key; gives all its values."""
        values = self.getlist(key)
        self.pop(key)
        return values

    def clear(self) -> None:
        """Remove every key."""
        self._dict.clear()
        self._list.clear()

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The last value of the key; if it has none, that is now `default`."""
        if key not in self._dict:
            self.append(key, default)
        return self._dict[key]

    def setlist(self, key: Any, values: list[Any]) -> None:
        """Set the key to these values; none removes it."""
        if not values:
            self.pop(key)
            return
        self._drop(key)
        self._list.extend((key, value) for value in values)
        self._dict[key] = values[-1]

    def append(self, key: Any, value: Any) -> None:
        """Add a value and keep those the key has."""
        self._list.append((key, value))
        self._dict[key] = value

    def update(self, *args: "MultiDict | Mapping[Any, Any] | list[tuple[Any, Any]]", **kwargs: Any) -> None:
        """Set each key of `args` and `kwargs` to the values it has there."""
        other = MultiDict(*args, **kwargs)
        self._list = [pair for pair in self._list if pair[0] not in other] + other._list
        self._dict.update(other._dict)

    def _drop(self, key: Any) -> None:
        self._list = [pair for pair in self._list if pair[0] != key]


class QueryParams(ImmutableMultiDict[str, str]):
    """
    The parameters of a query string.

    Args:
        *args: At most one: a query string without its question mark, or what a multi-mapping is made of;
            names and values become str.
        **kwargs: More parameters.

    Source: WHATWG URL standard, application/x-www-form-urlencoded.
    """

    def __init__(
        self,
        *args: "ImmutableMultiDict[Any, Any] | Mapping[Any, Any] | Iterable[tuple[Any, Any]] | str | bytes",
        **kwargs: Any,
    ) -> None:
        if len(args) == 1 and isinstance(args[0], str | bytes) and not kwargs:
            text = args[0] if isinstance(args[0], str) else query_text(args[0])
            self._list = parse_query(text)
        else:
            if args and isinstance(args[0], str | bytes):
                args = (QueryParams(args[0]), *args[1:])
            super().__init__(*cast("tuple[Any, ...]", args), **kwargs)
            self._list = [(str(name), str(value)) for name, value in self._list]
        self._dict = dict(self._list)

    def __str__(self) -> str:
        return urlencode(self._list)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
