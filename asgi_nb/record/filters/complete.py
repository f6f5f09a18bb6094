"""
What could come next in a filter: keys, and values that were seen. Pure: text and exchanges in, texts out.

Rule: what is offered is shown, so it goes through `masks`; a value of a secret name is never offered.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

import asgi_nb.record.filters.texts as texts
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.keys import BY_NAME, KEYS, VOCABULARY
from asgi_nb.record.filters.kinds import Cells, Choices, Numbers, Statuses
from asgi_nb.record.filters.nodes import Literal
from asgi_nb.record.filters.parser import KEY, NAME, OPERATOR
from asgi_nb.record.masks import MASK, is_secret, mask_header, visible

# A page of proposals, from the newest exchanges: an answer must come while somebody types.
OFFERED = 50
LOOKED_AT = 1000
VALUE_LIMIT = 100


class Completion(NamedTuple):
    """One proposal."""

    start: int
    """Where what it replaces begins, in characters from 0."""
    end: int
    """Where that ends."""
    text: str
    """What to put there."""
    detail: str
    """What it means, or how often it was seen."""


def complete(text: str, cursor: int, exchanges: Iterable[Exchange]) -> list[Completion]:
    """
    Propose what could stand at the cursor.

    Args:
        text: The filter as typed so far, right or wrong.
        cursor: Where the cursor stands, in characters from 0.
        exchanges: What was seen, newest last, as a store has it: its newest LOOKED_AT are looked at.

    Returns:
        At most OFFERED proposals, the likeliest first; none inside of a regular expression.
    """
    cursor = min(max(cursor, 0), len(text))
    start = _word_start(text, cursor)
    while text.startswith("-", start) and start < cursor:
        start += 1
    end = cursor
    while end < len(text) and not text[end].isspace() and text[end] not in "()":
        end += 1
    fragment = text[start:cursor]
    head = KEY.match(fragment)
    if head is None:
        return [
            Completion(start, end, proposed, about)
            for proposed, about in _keys()
            if proposed.startswith(fragment.lower())
        ]
    key = VOCABULARY.names.get(head[1].lower())
    if key is None:
        return []
    newest = list(islice(_newest_first(exchanges), LOOKED_AT))
    at = head.end()
    if key in VOCABULARY.with_names:
        name = NAME.match(fragment, at)
        operator = OPERATOR.match(fragment, name.end()) if name else None
        if name is None or operator is None:
            seen = _names(key, newest)
        else:
            at = operator.end()
            seen = _values(key, name[0].lower(), newest)
    else:
        seen = _seen(key, newest)
    return _proposals(seen, fragment[at:], start + at, end)


def _newest_first(exchanges: Iterable[Exchange]) -> Iterable[Exchange]:
    try:
        return reversed(exchanges)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        return reversed(list(exchanges))


def _word_start(text: str, cursor: int) -> int:
    """Find where the term at the cursor begins: after white space or a parenthesis outside of quotes."""
    start, quote, index = 0, "", 0
    while index < cursor:
        char = text[index]
        if quote:
            if char == "\\":
                index += 1
            elif char == quote:
                quote = ""
        elif char in "\"'" and (index == start or text[index - 1] in ":=<>-"):
            quote = char
        elif char.isspace() or char in "()":
            start = index + 1
        index += 1
    return start


def _keys() -> Iterable[tuple[str, str]]:
    for key in KEYS:
        name = key.name.partition(",")[0]
        yield name + key.kind.operators[0], key.about
    yield "or ", "what meets the one side or the other"


def _proposals(seen: list[tuple[str, str]], fragment: str, start: int, end: int) -> list[Completion]:
    typed = fragment.strip("\"'").lower()
    if fragment.startswith("/") and fragment.count("/") > 1 and re.search(r"[\\^$*+?\[]", fragment):
        return []
    found = [pair for pair in seen if typed in pair[0].lower()]
    # What begins so stands before what holds it; among these, what was seen more often.
    found.sort(key=lambda pair: not pair[0].lower().startswith(typed))
    return [Completion(start, end, str(Literal(value)), detail) for value, detail in found[:OFFERED]]


def _seen(key: str, newest: list[Exchange]) -> list[tuple[str, str]]:
    kind = BY_NAME[key].kind
    if isinstance(kind, Choices):
        return [(word, kind.about.get(word, "")) for word in kind.choices]
    if isinstance(kind, Statuses):
        counts = Counter(str(exchange.status) for exchange in newest if exchange.status is not None)
        classes = Counter(f"{status[0]}xx" for status in counts.elements() if status[0] in "12345")
        return [*_counted(counts), *_counted(classes)]
    if isinstance(kind, Cells):
        return _counted(
            Counter(str(e.origin.execution_count) for e in newest if e.origin and e.origin.execution_count)
        )
    if isinstance(kind, Numbers):
        return []
    values = OFFERED_TEXTS.get(key)
    return (
        [] if values is None else _counted(Counter(value for each in newest for value in set(values(each))))
    )


def _path(exchange: Exchange) -> Iterable[str]:
    # Without the query, which may hold secrets.
    return (exchange.request.path,)


def _error(exchange: Exchange) -> Iterable[str]:
    return () if exchange.error is None else (exchange.error.type,)


# Keys whose values are short enough to choose from.
OFFERED_TEXTS: dict[str, Callable[[Exchange], Iterable[str]]] = {
    "method": texts.method,
    "path": _path,
    "route": texts.route,
    "type": texts.media_type,
    "client": texts.client,
    "host": texts.host,
    "error": _error,
    "tag": texts.tags,
}

PAIRS = {
    "header": texts.headers,
    "request-header": texts.request_headers,
    "response-header": texts.response_headers,
    "cookie": texts.cookies,
    "query": texts.query,
}


def _names(key: str, newest: list[Exchange]) -> list[tuple[str, str]]:
    counts: Counter[str] = Counter()
    for exchange in newest:
        counts.update({name.lower() for name, _ in PAIRS[key](exchange)})
    # A name that the language cannot write cannot be offered.
    return [pair for pair in _counted(counts) if NAME.fullmatch(pair[0])]


def _values(key: str, wanted: str, newest: list[Exchange]) -> list[tuple[str, str]]:
    if key == "cookie" or is_secret(wanted):
        return []
    counts: Counter[str] = Counter()
    for exchange in newest:
        for name, value in PAIRS[key](exchange):
            if name.lower() == wanted:
                shown = mask_header(name, value).text if key != "query" else value
                counts[shown] += 1
    return [pair for pair in _counted(counts) if MASK not in pair[0]]


def _counted(counts: Counter[str]) -> list[tuple[str, str]]:
    # What is cut or escaped for the eye would no longer be found.
    return [
        (value, f"{count} exchange{'s' * (count != 1)}")
        for value, count in counts.most_common()
        if value and len(value) <= VALUE_LIMIT and value == visible(value)
    ]
