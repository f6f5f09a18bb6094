"""
Exchanges as JSON and bytes, and back: one table says which fields there are and how each is written.

Rule 1: every field of a recorded class is in FIELDS or in LEFT_OUT; a test holds this. A new field is a line.
Rule 2: what is read back is equal field by field to what was written.
Rule 3: fields that a file does not have get their default, and those that nobody knows are passed over, so
        that a field can be added without a new format.
"""

import base64
import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from asgi_nb.record.body import Body
from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.exchange import Exchange, Fault
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.mark import Mark
from asgi_nb.record.origin import Origin
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.relation import Relation
from asgi_nb.record.websocket import WebSocketClose, WebSocketMessage, WebSocketRecord

# Bytes up to here stand in the JSON; longer ones in rows of their own, so that a list is read without them.
SHORT = 200


class Code(NamedTuple):
    """How a value is written as JSON, and read back."""

    write: Callable[[Any, list[bytes]], Any]
    """Takes the value and the list of long bytes, to which it may add; gives what JSON can hold."""
    read: Callable[[Any, list[bytes]], Any]
    """Takes what JSON held and the list of long bytes; gives the value."""


def _same(value: Any, blobs: list[bytes]) -> Any:
    return value


def _write_bytes(value: bytes, blobs: list[bytes]) -> Any:
    if len(value) <= SHORT:
        return base64.b64encode(value).decode("ascii")
    blobs.append(value)
    return len(blobs) - 1


def _read_bytes(value: Any, blobs: list[bytes]) -> bytes:
    return blobs[value] if isinstance(value, int) else base64.b64decode(value)


def _write_headers(value: Any, blobs: list[bytes]) -> Any:
    # As text, for who reads the file by hand; latin-1 has a character for each byte.
    return [[name.decode("latin-1"), content.decode("latin-1")] for name, content in value]


def _read_headers(value: Any, blobs: list[bytes]) -> Any:
    return tuple((name.encode("latin-1"), content.encode("latin-1")) for name, content in value)


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


def _read_parameters(value: dict[str, Any], blobs: list[bytes]) -> Any:
    return {
        name: PARAMETERS[next(iter(content))][2](next(iter(content.values())))
        if isinstance(content, dict)
        else content
        for name, content in value.items()
    }


def _write_data(value: Any, blobs: list[bytes]) -> Any:
    """A MIME bundle: text stays text, bytes become a list of one."""
    return {
        kind: content if isinstance(content, str) else [_write_bytes(content, blobs)]
        for kind, content in value.items()
    }


def _read_data(value: Any, blobs: list[bytes]) -> Any:
    return {
        kind: content if isinstance(content, str) else _read_bytes(content[0], blobs)
        for kind, content in value.items()
    }


def _record(kind: type) -> Code:
    """A record inside of a record, or None."""
    return Code(
        lambda value, blobs: None if value is None else write_record(value, blobs),
        lambda value, blobs: None if value is None else read_record(kind, value, blobs),
    )


def _many(kind: type, group: Callable[[Any], Any]) -> Code:
    """A list or a tuple of records."""
    return Code(
        lambda value, blobs: [write_record(one, blobs) for one in value],
        lambda value, blobs: group(read_record(kind, one, blobs) for one in value),
    )


PLAIN = Code(_same, _same)
BYTES = Code(_write_bytes, _read_bytes)
HEADERS = Code(_write_headers, _read_headers)
STRINGS = Code(lambda value, blobs: list(value), lambda value, blobs: tuple(value))
ADDRESS = Code(
    lambda value, blobs: None if value is None else list(value),
    lambda value, blobs: None if value is None else tuple(value),
)
PARAMS = Code(_write_parameters, _read_parameters)
DATA = Code(_write_data, _read_data)

FIELDS: dict[type, dict[str, Code]] = {
    Exchange: {
        "kind": PLAIN,
        "started_at": PLAIN,
        "request": _record(RequestRecord),
        "scheme": PLAIN,
        "http_version": PLAIN,
        "root_path": PLAIN,
        "client": ADDRESS,
        "server": ADDRESS,
        "websocket": _record(WebSocketRecord),
        "seq": PLAIN,
        "id": PLAIN,
        "state": PLAIN,
        "request_done_ns": PLAIN,
        "response_start_ns": PLAIN,
        "response_done_ns": PLAIN,
        "app_exit_ns": PLAIN,
        "response": _record(ResponseRecord),
        "error": _record(ErrorRecord),
        "origin": _record(Origin),
        "route_path": PLAIN,
        "path_params": PARAMS,
        "faults": _many(Fault, list),
        "extra_faults": PLAIN,
        "output": _many(OutputRecord, list),
        "dropped_output": PLAIN,
        "output_size": PLAIN,
        "relation": _record(Relation),
        "replaced": PLAIN,
        "holds": _many(HoldRecord, tuple),
        "kept_size": PLAIN,
        "mark": _record(Mark),
    },
    RequestRecord: {
        "method": PLAIN,
        "path": PLAIN,
        "raw_path": BYTES,
        "query_string": BYTES,
        "headers": HEADERS,
        "body": _record(Body),
    },
    ResponseRecord: {
        "status": PLAIN,
        "headers": HEADERS,
        "body": _record(Body),
        "trailers": HEADERS,
        "file": PLAIN,
    },
    Body: {
        "side": PLAIN,
        "headers": HEADERS,
        "seq": PLAIN,
        "size": PLAIN,
        "chunk_count": PLAIN,
        "data": BYTES,
        "chunks": Code(
            lambda value, blobs: [list(chunk) for chunk in value],
            lambda value, blobs: [tuple(c) for c in value],
        ),
    },
    WebSocketRecord: {
        "offered": STRINGS,
        "subprotocol": PLAIN,
        "accepted_ns": PLAIN,
        "accept_headers": HEADERS,
        "close": _record(WebSocketClose),
        "received_count": PLAIN,
        "sent_count": PLAIN,
        "received_size": PLAIN,
        "sent_size": PLAIN,
        "dropped_count": PLAIN,
        "messages": _many(WebSocketMessage, list),
    },
    WebSocketMessage: {
        "number": PLAIN,
        "at_ns": PLAIN,
        "direction": PLAIN,
        "is_text": PLAIN,
        "size": PLAIN,
        "data": BYTES,
        "seq": PLAIN,
        "injected": PLAIN,
    },
    WebSocketClose: {"code": PLAIN, "reason": PLAIN, "by": PLAIN, "at_ns": PLAIN},
    ErrorRecord: {
        "type": PLAIN,
        "message": PLAIN,
        "frames": _many(Frame, tuple),
        "skipped_frames": PLAIN,
        "handled": PLAIN,
        "notes": STRINGS,
        "cause": _record(ErrorRecord),
        "context": _record(ErrorRecord),
        "exceptions": _many(ErrorRecord, tuple),
    },
    Frame: {
        "label": PLAIN,
        "lineno": PLAIN,
        "function": PLAIN,
        "source": PLAIN,
        "is_cell": PLAIN,
    },
    Origin: {
        "cell_id": PLAIN,
        "execution_count": PLAIN,
        "source_hash": PLAIN,
        "function": PLAIN,
        "filename": PLAIN,
        "lineno": PLAIN,
        "source": PLAIN,
    },
    Fault: {"at_ns": PLAIN, "text": PLAIN},
    OutputRecord: {
        "at_ns": PLAIN,
        "stream": PLAIN,
        "text": PLAIN,
        "level": PLAIN,
        "logger": PLAIN,
        "data": DATA,
        "cut": PLAIN,
    },
    Relation: {"replay_of": PLAIN, "edited": STRINGS},
    HoldRecord: {
        "at_ns": PLAIN,
        "duration_ns": PLAIN,
        "stage": PLAIN,
        "where": PLAIN,
        "ended": PLAIN,
        "changes": STRINGS,
    },
    Mark: {"pinned": PLAIN, "note": PLAIN},
}

# What means nothing outside of the kernel that recorded it, or follows from other fields.
LEFT_OUT: dict[type, frozenset[str]] = {
    # The trace has objects of the app; spans, slices and routing come of it.
    Exchange: frozenset({"clock_ns", "keeper", "charged", "draft", "trace"}),
    WebSocketRecord: frozenset({"_ring", "kept_size", "denial", "line", "tell"}),
}


def encode(exchange: Exchange) -> tuple[str, list[bytes]]:
    """Write an exchange, as it is at this moment, as JSON and the long bytes that belong to it."""
    blobs: list[bytes] = []
    return json.dumps(write_record(exchange, blobs), separators=(",", ":")), blobs


def decode(text: str, blobs: list[bytes]) -> Exchange:
    """
    Read an exchange back.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: This is not what `encode` wrote.
    """
    exchange: Exchange = read_record(Exchange, json.loads(text), blobs)
    if exchange.websocket is not None:
        exchange.websocket.denial = exchange.response
    return exchange


def write_record(value: Any, blobs: list[bytes]) -> dict[str, Any]:
    """Write the fields of a record."""
    return {name: code.write(getattr(value, name), blobs) for name, code in FIELDS[type(value)].items()}


def read_record(kind: type, fields: dict[str, Any], blobs: list[bytes]) -> Any:
    """Make a record of its fields."""
    codes = FIELDS[kind]
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
