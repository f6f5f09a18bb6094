"""
What requests have in common, kept once.

To hold a few dozen small objects for each of ten thousand exchanges, and to let go of those of the oldest,
costs more than to compare them with those of the last request for the same path.

Rule 1: what is kept cannot change any more: text, bytes, numbers, and tuples of them.
Rule 2: a scope or a list of headers that is anything else has no shape: who reads it says what is wrong.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from asgi_nb.record.body import Headers
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD

# What is kept of a scope beside its headers and its client: all that an exchange shows of it.
FACTS = (
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "method",
    "scheme",
    "http_version",
    "server",
    "type",
)
facts_of: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*FACTS)
"""Give the values of FACTS in a scope."""

# Paths of which it is remembered what the last request was like: more than a person's app has.
SHAPE_LIMIT = 256
# Bytes of the headers of a request or a response that are remembered: with all of the above 1 MiB.
SHARED_LIMIT = 1 << 11

Source = tuple[tuple[Any, ...], Headers, tuple[object, ...]]
"""The values of FACTS in a scope, its header fields, and the extensions that it names."""


class Shape:
    """
    What the last request for a path was like, and how it was answered.

    Args:
        facts: The values of FACTS in its scope.
        fields: Its header fields, as the scope has them.
        extensions: The extensions that the scope names.
        size: What its exchange weighs at the start, in bytes.
    """

    __slots__ = ("answer", "facts", "fields", "size", "source")

    def __init__(
        self, facts: tuple[Any, ...], fields: Any, extensions: tuple[object, ...], size: int
    ) -> None:
        self.facts = facts
        # As they are at this moment: a list may change.
        self.fields = fields.copy() if type(fields) is list else fields
        self.source: Source = facts, tuple(fields), extensions
        self.size = size
        self.answer: tuple[object, Headers, int] = ((), (), 0)
        """The response's header fields as they were sent, as they are kept, and their bytes."""

    def kept(self, fields: Any) -> tuple[Headers, int]:
        """
        Give the header fields of a response as they are kept, and their bytes.

        Raises:
            TypeError, ValueError: As `size_of`.
        """
        if self.answer[0] == fields:
            return self.answer[1:]
        size, kept = size_of(fields), tuple(fields)
        if size <= SHARED_LIMIT:
            self.answer = (kept if fields is kept else fields.copy(), kept, size)
        return kept, size


class Shapes(dict[Any, Shape]):
    """Path -> what the last request for it was like."""

    __slots__ = ()

    def find(self, scope: Mapping[str, Any]) -> Shape | None:
        """
        Give the shape of a request.

        Args:
            scope: An ASGI scope of type "http".

        Returns:
            None when the scope holds anything unusual.
        """
        try:
            facts, fields, named = facts_of(scope), scope["headers"], scope.get("extensions")
            shape = self.get(facts[0])
            if (
                shape is not None
                and shape.facts == facts
                and shape.fields == fields
                and (tuple(named) if named else ()) == shape.source[2]
            ):
                return shape
            size = EXCHANGE_OVERHEAD + size_of(fields) + len(facts[0]) + len(facts[1]) + len(facts[2])
            if type(facts[3]) is not str:
                return None
            shape = Shape(facts, fields, tuple(named or ()), size)
            if size <= EXCHANGE_OVERHEAD + SHARED_LIMIT:
                if len(self) >= SHAPE_LIMIT:
                    self.clear()
                self[facts[0]] = shape
        except Exception:  # noqa: BLE001 - rule 2: a scope may hold anything, and raise anything
            return None
        return shape


def size_of(headers: object) -> int:
    """
    Give the bytes of a header list.

    Raises:
        TypeError, ValueError: It can be read only once, or is not made of pairs of bytes.
    """
    if type(headers) is not list and type(headers) is not tuple:
        raise TypeError
    size = 0
    for field in headers:
        name, value = field
        if type(name) is type(value) is bytes and type(field) is tuple:
            size += len(name) + len(value)
        else:
            raise TypeError
    return size
