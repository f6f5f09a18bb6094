"""
Take the secrets out of an exchange before it is written to a file.

Rule 1: `masks` says what is secret. What it hides is replaced, all else stays as it is, byte by byte.
Rule 2: what cannot be looked into, such as a body in a coding that the standard library does not know, is
        left out whole: a file never holds what nobody could check.
"""

import re
import zlib
from dataclasses import replace
from typing import Any, TypeVar

from asgi_nb.record.body import Body, Headers, find_header
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.masks import (
    MASK,
    SECRET_NAMES,
    SECRET_PARTS,
    Shown,
    is_secret,
    mask_body_text,
    mask_header,
    mask_query,
    mask_text,
)
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.secret_paths import secret_values, without, without_quoted
from asgi_nb.record.websocket import WebSocketMessage, WebSocketRecord
from asgi_nb.record.written_trace import WrittenTrace, hide

T = TypeVar("T", bound=Any)

# In headers and in bodies of any charset; MASK's dots are in few of them.
HIDDEN = "***"

# From here on it pays to look for the words first: to mask a text of 1 MiB takes a fifth of a second.
LONG = 1 << 14

CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})

_SEPARATORS = str.maketrans("", "", "-_. \t\r\n[]")
# A short name is one only before a sign: "sid" is in "inside" as well.
_NAMES = (name + sign for name in SECRET_NAMES for sign in "\"'=:\\")
_WORDS = (*SECRET_PARTS, *_NAMES)
_SCHEMES = ("bearer", "basic", "digest")
_CREDENTIALS = re.compile(r"\s+[\w.~+/=-]{8}")
# What may write a name in other letters: an escape in JSON or in a form.
_ESCAPES = re.compile(r"\\u|%[0-9a-fA-F]{2}")


def without_secrets(
    exchange: Exchange, trace: WrittenTrace | None = None
) -> tuple[Exchange, WrittenTrace | None, int]:
    """
    Give a copy of an exchange, and of its trace, whose secrets are hidden.

    Returns:
        The copies, or the exchange and the trace themselves if they hold none; and how many values were
        hidden or left out.
    """
    hider = _Hider()
    copy = hider.exchange(exchange)
    trace_copy = None if trace is None else hider.trace(trace, secret_values(exchange.path_params))
    return (copy, trace_copy, hider.count) if hider.count else (exchange, trace, 0)


class _Hider:
    def __init__(self) -> None:
        self.count = 0

    def exchange(self, exchange: Exchange) -> Exchange:
        secrets = secret_values(exchange.path_params)
        self.count += len(secrets)
        response = None if exchange.response is None else self.response(exchange.response)
        changes: dict[str, Any] = {
            "request": self.request(exchange.request, secrets),
            "response": response,
            "path_params": {n: HIDDEN if is_secret(n) else v for n, v in exchange.path_params.items()},
            "error": None if exchange.error is None else self.error(exchange.error),
            "faults": [replace(fault, text=self.text(fault.text)) for fault in list(exchange.faults)],
            "output": [self.output(record) for record in list(exchange.output)],
        }
        if exchange.websocket is not None:
            changes["websocket"] = self.websocket(exchange.websocket, response)
        if exchange.origin is not None and exchange.origin.source:
            changes["origin"] = replace(exchange.origin, source=self.text(exchange.origin.source))
        if exchange.mark is not None:
            tags = tuple(self.text(tag) for tag in exchange.mark.tags)
            changes["mark"] = replace(exchange.mark, note=self.text(exchange.mark.note), tags=tags)
        return replace(exchange, **changes)

    def trace(self, trace: WrittenTrace, secrets: list[str]) -> WrittenTrace:
        def hide_path(text: str) -> str:
            return without_quoted(text, secrets, HIDDEN) if secrets else text

        return hide(trace, hide_path, lambda text: self.text(hide_path(text)), self.headers)

    def request(self, request: RequestRecord, secrets: list[str]) -> RequestRecord:
        path = without(request.path, secrets, HIDDEN)
        # Whether and how the client escaped it is not known: the decoded path tells the same.
        raw_path = b"" if secrets else request.raw_path
        headers = self.headers(request.headers)
        return replace(
            request,
            path=path,
            raw_path=raw_path,
            query_string=self.octets(request.query_string, mask_query(request.query_string)),
            headers=headers,
            body=self.body(request.body, headers),
        )

    def response(self, response: ResponseRecord) -> ResponseRecord:
        headers = self.headers(response.headers)
        return replace(
            response,
            headers=headers,
            body=self.body(response.body, headers),
            trailers=self.headers(response.trailers),
        )

    def headers(self, headers: Headers) -> Headers:
        return tuple(
            (
                name,
                self.octets(content, mask_header(name.decode("latin-1"), content.decode("latin-1"))),
            )
            for name, content in headers
        )

    def body(self, body: Body, headers: Headers) -> Body:
        data = body.data
        hidden = self.content(body) if data else data
        if hidden is data and headers == body.headers:
            return body
        copy = Body(body.side, headers, body.seq)
        copy.feed(hidden)
        # What was cut stays cut, and what was whole stays whole.
        copy.size, copy.chunk_count = body.size - len(data) + len(hidden), body.chunk_count
        if hidden is data:
            for chunk in body.chunks:
                copy.time(chunk.at_ns, chunk.size)
        return copy

    def content(self, body: Body) -> bytes:
        """Give the bytes of a body without secrets; the same object when there are none."""
        data = body.data
        coding = (find_header(body.headers, "content-encoding") or "").strip().lower()
        if coding not in CODINGS:
            self.count += 1
            return b""
        try:
            decoded = body.decoded
        except ValueError:
            # Not what Content-Encoding says: it is what it is.
            coding, decoded = "", data
        hidden = self.payload(decoded, body.charset, body.content_type)
        if hidden is decoded:
            return data
        if coding in ("gzip", "x-gzip"):
            packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
            return packer.compress(hidden) + packer.flush()
        return zlib.compress(hidden) if coding == "deflate" else hidden

    def payload(self, data: bytes, charset: str, content_type: str = "") -> bytes:
        """Give text without secrets; of bytes that are no text, nothing when they seem to hold any."""
        binary = b"\x00" in data[:1024] and charset == "utf-8"
        text = data.decode("latin-1" if binary else charset, "replace")
        if not may_hold_secrets(text):
            return data
        shown = mask_body_text(text, content_type)
        if not shown.masked:
            return data
        self.count += shown.masked
        return b"" if binary else shown.text.replace(MASK, HIDDEN).encode(charset, "replace")

    def octets(self, raw: bytes, shown: Shown) -> bytes:
        if not shown.masked:
            return raw
        self.count += shown.masked
        return shown.text.replace(MASK, HIDDEN).encode("latin-1", "replace")

    def text(self, text: str) -> str:
        if not may_hold_secrets(text):
            return text
        shown = mask_text(text)
        self.count += shown.masked
        return shown.text.replace(MASK, HIDDEN) if shown.masked else text

    def output(self, record: OutputRecord) -> OutputRecord:
        data = {kind: self.text(v) if isinstance(v, str) else v for kind, v in record.data.items()}
        return replace(record, text=self.text(record.text), data=data)

    def error(self, error: ErrorRecord) -> ErrorRecord:
        return replace(
            error,
            message=self.text(error.message),
            frames=tuple(replace(frame, source=self.text(frame.source)) for frame in error.frames),
            notes=tuple(map(self.text, error.notes)),
            cause=None if error.cause is None else self.error(error.cause),
            context=None if error.context is None else self.error(error.context),
            exceptions=tuple(map(self.error, error.exceptions)),
        )

    def websocket(self, websocket: WebSocketRecord, denial: ResponseRecord | None) -> WebSocketRecord:
        copy = WebSocketRecord()
        for message in websocket.messages:
            copy.feed(self.message(message))
        for name in ("received_count", "sent_count", "received_size", "sent_size", "dropped_count"):
            setattr(copy, name, getattr(websocket, name))
        copy.offered, copy.subprotocol = websocket.offered, websocket.subprotocol
        copy.accepted_ns, copy.denial = websocket.accepted_ns, denial
        copy.accept_headers = self.headers(websocket.accept_headers)
        if websocket.close is not None:
            copy.close = replace(websocket.close, reason=self.text(websocket.close.reason))
        return copy

    def message(self, message: WebSocketMessage) -> WebSocketMessage:
        data = self.payload(message.data, "utf-8")
        if data is message.data:
            return message
        return replace(message, data=data, size=message.size - len(message.data) + len(data))


def may_hold_secrets(text: str) -> bool:
    """Say whether it is worth masking a text: a long one without any of the words holds no secret."""
    if len(text) <= LONG or _ESCAPES.search(text):
        return True
    lower = text.lower()
    if "://" in text or any(_names_credentials(lower, scheme) for scheme in _SCHEMES):
        return True
    plain = lower.translate(_SEPARATORS)
    return any(word in plain for word in _WORDS)


def _names_credentials(text: str, scheme: str) -> bool:
    # By hand: a regular expression would hold the interpreter for all of the text.
    place = text.find(scheme)
    while place >= 0:
        place += len(scheme)
        if _CREDENTIALS.match(text, place):
            return True
        place = text.find(scheme, place)
    return False
