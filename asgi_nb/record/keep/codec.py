"""
Exchanges as JSON and bytes, and back: one table says which fields there are and how each is written.

Rule 1: every field of a recorded class is in FIELDS or in LEFT_OUT; a test holds this. A new field is a line.
Rule 2: what is read back is equal field by field to what was written.
Rule 3: fields that a file does not have get their default, and those that nobody knows are passed over, so
        that a field can be added without a new format.
"""

import json
from collections.abc import Callable
from typing import Any, get_args

from asgi_nb.record.body import Body
from asgi_nb.record.checked import items, mapping, one_of
from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.exchange import Exchange, Fault, Kind, State
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.keep.codes import (
    ADDRESS,
    BYTES,
    CHUNKS,
    CLOSE_CODE,
    DATA,
    FLAG,
    HEADERS,
    MAYBE_TEXT,
    MAYBE_WHOLE,
    NUMBER,
    PARAMS,
    STRINGS,
    TEXT,
    WHOLE,
    Code,
    checked,
)
from asgi_nb.record.mark import COLOURS, Mark
from asgi_nb.record.origin import Origin
from asgi_nb.record.output import OutputRecord, Stream
from asgi_nb.record.relation import Relation
from asgi_nb.record.trace_json import as_json, from_json
from asgi_nb.record.websocket import Direction, WebSocketClose, WebSocketMessage, WebSocketRecord
from asgi_nb.record.written_trace import WrittenTrace, without_changes

# Characters of a trace. It takes layers that rewrite long headers again and again to come so far.
TRACE_SIZE = 1 << 20


def _record(kind: type) -> Code:
    """A record inside of a record."""
    return Code(
        lambda value, blobs: write_record(value, blobs),
        lambda value, blobs: read_record(kind, value, blobs),
    )


def _maybe_record(kind: type) -> Code:
    """A record inside of a record, or None."""
    return Code(
        lambda value, blobs: None if value is None else write_record(value, blobs),
        lambda value, blobs: None if value is None else read_record(kind, value, blobs),
    )


def _many(kind: type, group: Callable[[Any], Any]) -> Code:
    """A list or a tuple of records."""
    return Code(
        lambda value, blobs: [write_record(one, blobs) for one in value],
        lambda value, blobs: group(read_record(kind, one, blobs) for one in items(value)),
    )


# The words that a field may hold, as its type has them.
KIND, STATE = checked(one_of(*get_args(Kind))), checked(one_of(*get_args(State)))
DIRECTION, STREAM = checked(one_of(*get_args(Direction))), checked(one_of(*get_args(Stream)))
COLOUR = checked(one_of("", *COLOURS))
BY = checked(one_of("client", "app", "error", "notebook"))

FIELDS: dict[type, dict[str, Code]] = {
    Exchange: {
        "kind": KIND,
        "started_at": NUMBER,
        "request": _record(RequestRecord),
        "scheme": TEXT,
        "http_version": TEXT,
        "root_path": TEXT,
        "client": ADDRESS,
        "server": ADDRESS,
        "websocket": _maybe_record(WebSocketRecord),
        "seq": WHOLE,
        "id": TEXT,
        "state": STATE,
        "request_done_ns": MAYBE_WHOLE,
        "response_start_ns": MAYBE_WHOLE,
        "response_done_ns": MAYBE_WHOLE,
        "app_exit_ns": MAYBE_WHOLE,
        "response": _maybe_record(ResponseRecord),
        "error": _maybe_record(ErrorRecord),
        "origin": _maybe_record(Origin),
        "route_path": MAYBE_TEXT,
        "path_params": PARAMS,
        "faults": _many(Fault, list),
        "extra_faults": WHOLE,
        "output": _many(OutputRecord, list),
        "dropped_output": WHOLE,
        "output_size": WHOLE,
        "relation": _maybe_record(Relation),
        "replaced": FLAG,
        "holds": _many(HoldRecord, tuple),
        "kept_size": WHOLE,
        "mark": _maybe_record(Mark),
    },
    RequestRecord: {
        "method": TEXT,
        "path": TEXT,
        "raw_path": BYTES,
        "query_string": BYTES,
        "headers": HEADERS,
        "body": _record(Body),
    },
    ResponseRecord: {
        "status": WHOLE,
        "headers": HEADERS,
        "body": _record(Body),
        "trailers": HEADERS,
        "file": MAYBE_TEXT,
    },
    Body: {
        "side": TEXT,
        "headers": HEADERS,
        "seq": WHOLE,
        "size": WHOLE,
        "chunk_count": WHOLE,
        "data": BYTES,
        "chunks": CHUNKS,
    },
    WebSocketRecord: {
        "offered": STRINGS,
        "subprotocol": MAYBE_TEXT,
        "accepted_ns": MAYBE_WHOLE,
        "accept_headers": HEADERS,
        "close": _maybe_record(WebSocketClose),
        "received_count": WHOLE,
        "sent_count": WHOLE,
        "received_size": WHOLE,
        "sent_size": WHOLE,
        "dropped_count": WHOLE,
        "messages": _many(WebSocketMessage, list),
    },
    WebSocketMessage: {
        "number": WHOLE,
        "at_ns": WHOLE,
        "direction": DIRECTION,
        "is_text": FLAG,
        "size": WHOLE,
        "data": BYTES,
        "seq": WHOLE,
        "injected": FLAG,
    },
    WebSocketClose: {"code": CLOSE_CODE, "reason": TEXT, "by": BY, "at_ns": WHOLE},
    ErrorRecord: {
        "type": TEXT,
        "message": TEXT,
        "frames": _many(Frame, tuple),
        "skipped_frames": WHOLE,
        "handled": FLAG,
        "notes": STRINGS,
        "cause": _maybe_record(ErrorRecord),
        "context": _maybe_record(ErrorRecord),
        "exceptions": _many(ErrorRecord, tuple),
    },
    Frame: {
        "label": TEXT,
        "lineno": WHOLE,
        "function": TEXT,
        "source": TEXT,
        "is_cell": FLAG,
    },
    Origin: {
        "cell_id": MAYBE_TEXT,
        "execution_count": MAYBE_WHOLE,
        "source_hash": TEXT,
        "function": TEXT,
        "filename": TEXT,
        "lineno": WHOLE,
        "source": TEXT,
    },
    Fault: {"at_ns": WHOLE, "text": TEXT},
    OutputRecord: {
        "at_ns": WHOLE,
        "stream": STREAM,
        "text": TEXT,
        "level": TEXT,
        "logger": TEXT,
        "data": DATA,
        "cut": WHOLE,
    },
    Relation: {"replay_of": MAYBE_TEXT, "edited": STRINGS},
    HoldRecord: {
        "at_ns": WHOLE,
        "duration_ns": WHOLE,
        "stage": TEXT,
        "where": TEXT,
        "ended": TEXT,
        "changes": STRINGS,
    },
    Mark: {"pinned": FLAG, "note": TEXT, "colour": COLOUR, "tags": STRINGS},
}

# What means nothing outside of the kernel that recorded it, or follows from other fields.
LEFT_OUT: dict[type, frozenset[str]] = {
    # The trace has objects of the app; `encode_trace` writes what can be told of it.
    Exchange: frozenset({"clock_ns", "keeper", "charged", "draft", "trace"}),
    WebSocketRecord: frozenset({"denial", "line", "seq", "tell"}),
}


# What a file that is damaged, or made by somebody, may raise when it is read.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def encode(exchange: Exchange) -> tuple[str, list[bytes]]:
    """Write an exchange, as it is at this moment, as JSON and the long bytes that belong to it."""
    blobs: list[bytes] = []
    return _dumps(write_record(exchange, blobs)), blobs


def encode_trace(trace: WrittenTrace | None) -> str | None:
    """Write what is known of the code behind an exchange, as JSON; None when nothing is."""
    if trace is None:
        return None
    written = _dumps(as_json(trace))
    return written if len(written) <= TRACE_SIZE else _dumps(as_json(without_changes(trace)))


def decode(text: str, blobs: list[bytes], trace: str | None = None) -> Exchange:
    """
    Read an exchange back.

    Args:
        text: The JSON of `encode`.
        blobs: Its long bytes.
        trace: The JSON of `encode_trace`.

    Raises:
        UNREADABLE: This is not what `encode` and `encode_trace` wrote.
    """
    exchange: Exchange = read_record(Exchange, json.loads(text), blobs)
    if exchange.websocket is not None:
        exchange.websocket.denial = exchange.response
    if trace is not None:
        exchange.trace = from_json(json.loads(trace))
    return exchange


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def write_record(value: Any, blobs: list[bytes]) -> dict[str, Any]:
    """Write the fields of a record."""
    return {name: code.write(getattr(value, name), blobs) for name, code in FIELDS[type(value)].items()}


def read_record(kind: type, fields: Any, blobs: list[bytes]) -> Any:
    """Make a record of its fields."""
    codes, fields = FIELDS[kind], mapping(fields)
    values = {name: code.read(fields[name], blobs) for name, code in codes.items() if name in fields}
    maker = MAKERS.get(kind, kind)
    return maker(**values)


def _make_body(data: bytes, chunks: list[Any], size: int, chunk_count: int, **values: Any) -> Body:
    body = Body(**values)
    body.feed(data)
    body.size, body.chunk_count = size, chunk_count
    for at_ns, chunk_size in chunks:
        body.time(at_ns, chunk_size)
    return body


def _make_websocket(messages: list[WebSocketMessage], **values: Any) -> WebSocketRecord:
    record = WebSocketRecord()
    for message in messages:
        record.feed(message)
    # The counts have the messages that are kept no longer.
    for name, value in values.items():
        setattr(record, name, value)
    return record


# Records that are made in more than one step.
MAKERS: dict[type, Callable[..., Any]] = {Body: _make_body, WebSocketRecord: _make_websocket}
