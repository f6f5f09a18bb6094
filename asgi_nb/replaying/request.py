"""
The request of an exchange as it is sent again, and what may be changed in it.

Rule 1: what was recorded is sent as it was: unmasked, with its headers in their order, but for those that
        belong to one connection. Content-Length follows the body.
Rule 2: a request of which a part was not kept is refused, unless that part is given anew.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from asgi_nb.record.body import Headers, find_header
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.export.parts import CONNECTION_HEADERS, URL_SAFE
from asgi_nb.record.masks import MASK
from asgi_nb.record.usage import ArgumentError, OneLine
from asgi_nb.record.websocket import WebSocketRecord
from asgi_nb.replaying.masked import is_masked_body, masked_part

# As in RFC 9110 section 5.6.2.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

CHANGES = ("method", "path", "query", "headers", "body", "json", "messages")


class ReplayError(OneLine, ValueError):
    """A request that cannot be sent again as it was. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """What a WebSocket client sends, and when."""

    data: str | bytes
    """The payload: text or bytes."""
    after: int = 0
    """How many messages the app had sent before it: it is sent when as many have come again."""
    at_ns: int = 0
    """Nanoseconds from the session's start, for a replay with its timing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is ready to be sent into an app."""

    exchange: Exchange
    """Where it comes from."""
    method: str
    """The method; "WS" for a WebSocket's handshake."""
    path: str
    """Percent-decoded, without the root path."""
    raw_path: bytes
    """As on the wire, with the root path."""
    query_string: bytes
    """What stands after the "?"."""
    headers: Headers
    """The header fields."""
    body: bytes = b""
    """The body, in its Content-Encoding."""
    messages: tuple[ClientMessage, ...] = ()
    """What a WebSocket's client sends."""
    edited: tuple[str, ...] = field(default=())
    """What was changed."""

    @property
    def title(self) -> str:
        """How errors call it: `GET /items`."""
        return f"{self.method} {self.path}"

    def scope(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """
        Make the ASGI scope.

        Args:
            state: What the app's lifespan has put into its state.

        Source: ASGI 3.0, HTTP and WebSocket connection scopes.
        """
        exchange = self.exchange
        scope: dict[str, Any] = {
            "type": exchange.kind,
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": exchange.http_version,
            "scheme": exchange.scheme,
            "path": exchange.root_path + self.path,
            "raw_path": self.raw_path,
            "query_string": self.query_string,
            "root_path": exchange.root_path,
            "headers": list(self.headers),
            "client": exchange.client or ("127.0.0.1", 0),
            "server": exchange.server or ("127.0.0.1", 80),
            "state": dict(state),
        }
        if exchange.websocket is None:
            scope["method"] = self.method
        else:
            scope["subprotocols"] = list(exchange.websocket.offered)
            scope["extensions"] = {"websocket.http.response": {}}
        return scope


def prepare(exchange: Exchange, changes: Mapping[str, Any]) -> Prepared:
    """
    Take the request of an exchange, with changes.

    Args:
        exchange: The exchange.
        changes: Any of CHANGES. `path` may have a query; `query` is text or a mapping; `headers` is a mapping
            that replaces headers by name, None taking one away; `json` becomes the body; `messages` are what
            a WebSocket's client sends.

    Raises:
        ReplayError: A part of the request was not kept, or was masked in the file it comes from.
        TypeError: A change has an unknown name, or a value of another type.
    """
    unknown = [name for name in changes if name not in CHANGES]
    if unknown:
        raise ArgumentError(
            f"nothing called {unknown[0]!r} can be changed in a request; use {', '.join(CHANGES)}"
        )
    prepared = _as_recorded(exchange, changes)
    if "method" in changes:
        prepared = replace(prepared, method=_method(exchange, changes["method"]))
    if "path" in changes:
        prepared = _with_path(prepared, changes["path"])
    if "query" in changes:
        prepared = replace(prepared, query_string=_query(changes["query"]))
    if "body" in changes or "json" in changes:
        prepared = _with_body(prepared, changes)
    if "headers" in changes:
        prepared = replace(prepared, headers=_with_headers(prepared.headers, changes["headers"]))
    _check_masks(prepared)
    return replace(prepared, edited=tuple(name for name in CHANGES if name in changes))


def _as_recorded(exchange: Exchange, changes: Mapping[str, Any]) -> Prepared:
    request, websocket = exchange.request, exchange.websocket
    if websocket is None and "body" not in changes and "json" not in changes:
        _check_body(exchange)
    messages: tuple[ClientMessage, ...] = ()
    if websocket is not None:
        messages = (
            _messages(changes["messages"]) if "messages" in changes else _client_messages(exchange, websocket)
        )
    elif "messages" in changes:
        raise ArgumentError(f"exchange {exchange.seq} is no WebSocket session, and has no messages to change")
    has_length = bool(request.body.size) or request.header("content-length") is not None
    headers = [
        (name, value)
        for name, value in request.headers
        if name.lower() == b"host" or name.lower().decode("latin-1") not in CONNECTION_HEADERS
    ]
    if websocket is None and has_length:
        headers.append((b"content-length", b"%d" % len(request.body.data)))
    raw_path = request.raw_path or quote(exchange.root_path + request.path).encode()
    return Prepared(
        exchange,
        request.method,
        request.path,
        raw_path,
        request.query_string,
        tuple(headers),
        request.body.data,
        messages,
    )


def _check_body(exchange: Exchange) -> None:
    body = exchange.request.body
    if exchange.keeper is None:
        # Before its length is asked: a mask is seldom as long as what it hides.
        try:
            decoded = body.decoded
        except ValueError:
            decoded = body.data  # Not in the coding that it claims: it is what it is.
        if is_masked_body(decoded, body.content_type):
            raise _masked(exchange, "the body")
    if body.truncated:
        raise ReplayError(
            f"the request body of exchange {exchange.seq} was cut: {len(body.data)} of {body.size} bytes are "
            "kept; give it anew: replay(body=...)"
        )
    length = find_header(exchange.request.headers, "content-length") or ""
    if length.isdigit() and int(length) > body.size:
        raise ReplayError(
            f"the app read {body.size} of the {length} bytes of the body of exchange {exchange.seq}, and "
            "only these were recorded; give it anew: replay(body=...) or replay(json=...)"
        )


def _client_messages(exchange: Exchange, websocket: WebSocketRecord) -> tuple[ClientMessage, ...]:
    if websocket.dropped_count:
        raise ReplayError(
            f"the first {websocket.dropped_count} messages of exchange {exchange.seq} were kept no longer; "
            "give those to send: replay(messages=[...])"
        )
    messages = []
    answered = 0
    for message in websocket.messages:
        if message.direction == "send":
            # What a cell had put in is no answer of the app, and does not come again.
            answered += not message.injected
            continue
        if message.truncated:
            raise ReplayError(
                f"message {message.number} of exchange {exchange.seq} was cut: {len(message.data)} of "
                f"{message.size} bytes are kept; give those to send: replay(messages=[...])"
            )
        messages.append(
            ClientMessage(message.text if message.is_text else message.data, answered, message.at_ns)
        )
    return tuple(messages)


def _messages(value: Any) -> tuple[ClientMessage, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise ArgumentError(f"messages must be a list of str and bytes, got {type(value).__name__}")
    for one in value:
        if not isinstance(one, str | bytes):
            raise ArgumentError(
                f"a message must be str or bytes, got {type(one).__name__}; use json.dumps for JSON"
            )
    # Each waits for as many answers as there were messages before it.
    return tuple(ClientMessage(one, number) for number, one in enumerate(value))


def _method(exchange: Exchange, value: Any) -> str:
    if exchange.websocket is not None:
        raise ArgumentError(f"exchange {exchange.seq} is a WebSocket session, and has no method to change")
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise ArgumentError(f"method must be a word of HTTP, as in 'GET', got {value!r}")
    return value.upper()


def _with_path(prepared: Prepared, value: Any) -> Prepared:
    if not isinstance(value, str) or not value.startswith("/"):
        raise ArgumentError(f"path must be text that starts with '/', got {value!r}")
    path, mark, query = value.partition("?")
    root_path = prepared.exchange.root_path
    return replace(
        prepared,
        path=unquote(path),
        raw_path=quote(root_path + path, safe=URL_SAFE).encode(),
        query_string=query.encode() if mark else prepared.query_string,
    )


def _query(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return quote(value.removeprefix("?"), safe=URL_SAFE).encode()
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and all(map(_is_pair, value))):
        return urlencode(value, doseq=True).encode()
    raise ArgumentError(f"query must be text, a mapping or pairs, got {type(value).__name__}")


def _is_pair(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise ArgumentError(f"json must be what JSON can say, such as dicts, lists and text: {exc}") from exc


def _with_body(prepared: Prepared, changes: Mapping[str, Any]) -> Prepared:
    if prepared.exchange.websocket is not None:
        raise ArgumentError("a WebSocket session has no body to change; use messages=[...]")
    if "body" in changes and "json" in changes:
        raise ArgumentError("body and json are two ways to say one thing; give one of them")
    headers: dict[str, str | None] = {"content-encoding": None, "content-length": None}
    if "json" in changes:
        body = _json(changes["json"])
        if "json" not in (find_header(prepared.headers, "content-type") or ""):
            headers["content-type"] = "application/json"
    else:
        given = changes["body"]
        if not isinstance(given, str | bytes):
            raise ArgumentError(
                f"body must be str or bytes, got {type(given).__name__}; use json=... for JSON"
            )
        body = given.encode() if isinstance(given, str) else given
    if body:
        headers["content-length"] = str(len(body))
    return replace(prepared, body=body, headers=_with_headers(prepared.headers, headers))


def _with_headers(headers: Headers, changes: Any) -> Headers:
    if not isinstance(changes, Mapping):
        raise ArgumentError(
            f"headers must be a mapping of names to values, got {type(changes).__name__}; None takes one away"
        )
    given: dict[bytes, bytes | None] = {}
    for name, value in changes.items():
        if not isinstance(name, str) or not TOKEN.fullmatch(name):
            raise ArgumentError(f"a header's name must be a word of HTTP, got {name!r}")
        if not isinstance(value, str | bytes | None):
            raise ArgumentError(f"header {name!r} must be str, bytes or None, got {type(value).__name__}")
        given[name.lower().encode()] = value.encode("utf-8") if isinstance(value, str) else value
    kept = tuple(pair for pair in headers if pair[0].lower() not in given)
    return kept + tuple((name, value) for name, value in given.items() if value is not None)


def _check_masks(prepared: Prepared) -> None:
    if prepared.exchange.keeper is not None:
        return  # Never in a file: the dots are what the client sent.
    where = masked_part(prepared.headers, prepared.query_string)
    if not where and MASK.encode() in prepared.body:
        where = "the body"
    if where:
        raise _masked(prepared.exchange, where)


def _masked(exchange: Exchange, where: str) -> ReplayError:
    return ReplayError(
        f"{where} of exchange {exchange.seq} was masked when it was saved; give it anew, as in "
        'replay(headers={"authorization": "Bearer ..."})'
    )
