"""
Every key of the filter language, one line each. Adding one is a line here.

The order is the order in which completion offers them.
"""

from collections.abc import Callable
from time import perf_counter_ns, time
from typing import Any, NamedTuple, get_args

import asgi_nb.record.filters.texts as texts
from asgi_nb.record.exchange import Exchange, State
from asgi_nb.record.filters.kinds import (
    DURATIONS,
    SIZES,
    Cells,
    Choices,
    Kind,
    Named,
    Numbers,
    Predicate,
    Since,
    Statuses,
    Texts,
)
from asgi_nb.record.filters.parser import Vocabulary
from asgi_nb.record.mark import COLOURS

SLOW_SECONDS = 1.0
"""From here on a person notices a wait and loses the thread. Source: Nielsen, Usability Engineering, 1993."""


class Key(NamedTuple):
    """One key."""

    name: str
    """As it is written; aliases follow after commas."""
    kind: Kind
    """How its values compare."""
    about: str
    """What it looks at, for completion."""


# --- numbers


def elapsed(exchange: Exchange) -> float | None:
    """Give the seconds that it took; so far, while it is under way in this kernel."""
    if exchange.duration is not None:
        return exchange.duration
    if exchange.keeper is None or not exchange.clock_ns:
        return None
    return (perf_counter_ns() - exchange.clock_ns) / 1e9


def request_size(exchange: Exchange) -> int:
    """Give the bytes of the request's body that the app read; for a socket, of what it received."""
    websocket = exchange.websocket
    return websocket.received_size if websocket else exchange.request.body.size


def response_size(exchange: Exchange) -> int:
    """Give the bytes of the response's body; for a socket, of what it sent."""
    websocket, response = exchange.websocket, exchange.response
    return (websocket.sent_size if websocket else 0) + (response.body.size if response else 0)


def _age(exchange: Exchange) -> float:
    return time() - exchange.started_at


def _close_code(exchange: Exchange) -> int | None:
    websocket = exchange.websocket
    return websocket.close.code if websocket and websocket.close else None


# --- what is:… says


def is_error(exchange: Exchange) -> bool:
    """
    Whether something went wrong: an exception, a broken protocol, or a status from 400 on.

    Source: RFC 9110 section 15, where 4xx and 5xx are the errors.
    """
    status = exchange.status
    return exchange.state == "error" or bool(exchange.faults) or (status is not None and status >= 400)


def is_slow(exchange: Exchange) -> bool:
    """
    Whether the response took SLOW_SECONDS or more to begin.

    A stream or a socket that lasts long is not slow.
    """
    if exchange.response_start_ns is not None:
        return exchange.response_start_ns >= SLOW_SECONDS * 1e9
    waited = elapsed(exchange)
    return waited is not None and waited >= SLOW_SECONDS


def _is_event_stream(exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and response.body.content_type.lower().startswith("text/event-stream")


def _is_streaming(exchange: Exchange) -> bool:
    response = exchange.response
    if exchange.state == "streaming" or _is_event_stream(exchange):
        return True
    return response is not None and response.body.chunk_count > 1


def _has(*names: str) -> Predicate:
    """Look at an attribute of the exchange, or of one of its parts."""

    def has(exchange: Exchange) -> bool:
        value: Any = exchange
        for name in names:
            value = getattr(value, name, None)
        return bool(value)

    return has


def _state(state: str) -> Predicate:
    return lambda exchange: exchange.state == state


def _colour(colour: str) -> Predicate:
    return lambda exchange: exchange.colour == colour


IS: dict[str, tuple[Predicate, str]] = {
    "error": (is_error, "an exception, a broken protocol or a status from 400 on"),
    "slow": (is_slow, f"the response took {SLOW_SECONDS:g} s or more to begin"),
    "open": (lambda exchange: exchange.duration is None, "the response or the socket has not ended"),
    "running": (lambda exchange: not exchange.finished, "the app has not returned"),
    "streaming": (_is_streaming, "the response goes out in pieces"),
    "replay": (_has("relation", "replay_of"), "sent again from an earlier exchange"),
    "pinned": (_has("pinned"), "pinned by hand"),
    "blocked": (_has("blocked"), "its code held the server's loop"),
}

KINDS: dict[str, Predicate] = {
    "http": lambda exchange: exchange.kind == "http",
    "ws": lambda exchange: exchange.kind == "websocket",
    "websocket": lambda exchange: exchange.kind == "websocket",
    "sse": _is_event_stream,
}

_seconds: Callable[..., Numbers] = lambda number: Numbers(number, DURATIONS, 1e-3, timed=True)  # noqa: E731
_bytes: Callable[..., Numbers] = lambda number: Numbers(number, SIZES)  # noqa: E731

KEYS = [
    Key("method", Texts(texts.method, whole=True), "GET, POST, …; WS for a socket"),
    Key("status", Statuses(), "status code: 404, 4xx, >=400"),
    Key("path", Texts(texts.path), "a part of the path"),
    Key("route", Texts(texts.route), "a part of the route's path: /items/{id}"),
    Key(
        "is",
        Choices({w: p for w, (p, _) in IS.items()}, {w: t for w, (_, t) in IS.items()}, True),
        "how it went",
    ),
    Key("time", _seconds(elapsed), "how long it took: >100ms"),
    Key("size,response-size", _bytes(response_size), "bytes of the response: >10kb"),
    Key("request-size", _bytes(request_size), "bytes of the request's body"),
    Key("cell", Cells(), "the cell that answered: 3"),
    Key("kind", Choices(KINDS), "http, ws or sse"),
    Key("state", Choices({state: _state(state) for state in get_args(State)}), "open, streaming, done, …"),
    Key("type", Texts(texts.media_type), "a part of a body's media type: json"),
    Key("header", Named(texts.headers), "a header of either side: x-key, x-key=value"),
    Key("request-header", Named(texts.request_headers), "a header of the request"),
    Key("response-header", Named(texts.response_headers), "a header of the response"),
    Key("cookie", Named(texts.cookies), "a cookie that came or was set"),
    Key("query", Named(texts.query), "a key of the query: q, q=tea"),
    Key("body", Texts(texts.body, cost=2), "a part of either body"),
    Key("request-body", Texts(texts.request_body, cost=2), "a part of the request's body"),
    Key("response-body", Texts(texts.response_body, cost=2), "a part of the response's body"),
    Key("message", Texts(texts.message, cost=2), "a part of a WebSocket message"),
    Key("output", Texts(texts.output, cost=1), "a part of what was printed and logged"),
    Key("error", Texts(texts.error, cost=1), "a part of the exception or fault"),
    Key("close", Numbers(_close_code), "close code of a socket: 1006"),
    Key("client", Texts(texts.client), "the peer's address"),
    Key("host", Texts(texts.host), "the host that was asked for"),
    Key("note", Texts(texts.note), "a part of the note on it"),
    Key("tag", Texts(texts.tags, whole=True), "a tag on it"),
    Key("colour,color", Choices({colour: _colour(colour) for colour in COLOURS}), "its colour: red"),
    Key("seq,number", Numbers(lambda exchange: exchange.seq), "the exchange's number"),
    Key("age", _seconds(_age), "how long ago it began: <5m"),
    Key("since", Since(), "began within 5m, or since 14:30"),
]

# Words without a key.
FULL_TEXT = Texts(texts.everything, cost=2)

BY_NAME = {key.name.partition(",")[0]: key for key in KEYS}
VOCABULARY = Vocabulary(
    {name: key.name.partition(",")[0] for key in KEYS for name in key.name.split(",")},
    frozenset(name for name, key in BY_NAME.items() if isinstance(key.kind, Named)),
)
