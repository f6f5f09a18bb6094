"""
One exchange as one row: what a list shows of it, masked and bounded, in plain JSON values.

Rule: to show a row writes no exchange. What stands in a draft in the plain form (the request's body, one
    response, the exit) is read from the notes; whatever else there is has the exchange written.
"""

from typing import TypedDict

from asgi_nb.record.body import Headers
from asgi_nb.record.draft import BODY, EXIT, NOTE, REQUEST, START, Draft
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.guard import GUARD
from asgi_nb.record.masks import mask_query, mask_text, shorten, visible
from asgi_nb.record.scope import path_in_app

# A row crosses to the page up to 20 times a second: what a list cannot show at once stays behind.
PATH_LIMIT = 200
NAME_LIMIT = 80
NOTE_LIMIT = 200


class Row(TypedDict):
    """What a list shows of an exchange."""

    seq: int
    """The number that the store gave."""
    id: str
    """The short name that the store gave."""
    kind: str
    """"http" or "websocket"."""
    state: str
    """"open", "held", "queued", "streaming", "done", "error" or "aborted"."""
    started_at: float
    """Seconds since the Unix epoch."""
    method: str
    """The method; "WS" for a WebSocket."""
    path: str
    """The path with its query, secrets hidden."""
    status: int | str | None
    """The status code; for a socket "open" or its close code; None while there is none."""
    route: str | None
    """The path of the route that matched."""
    cell: str | None
    """The cell whose code answered: "[3]"."""
    replaced: bool
    """Whether that code has been replaced while this socket was open on it."""
    duration_ms: float | None
    """Milliseconds until the response was sent or the socket closed; None while that is to come."""
    request_size: int
    """Bytes of the request's body that the app read; for a socket, of what it received."""
    response_size: int
    """Bytes of the response's body; for a socket, of what it sent."""
    received: int | None
    """Messages from the client; None for HTTP."""
    sent: int | None
    """Messages to the client; None for HTTP."""
    dropped: int
    """Messages of the socket that are kept no longer."""
    error: str | None
    """The exception's type."""
    handled: bool
    """Whether a handler answered that exception."""
    faults: int
    """How often the protocol was broken."""
    masked: int
    """How many secrets are hidden in `path`, `note` and `tags`."""
    pinned: bool
    """Whether it outlives eviction and clearing."""
    note: str
    """The reader's note, secrets hidden."""
    colour: str
    """The reader's colour; "" for none."""
    tags: list[str]
    """The reader's tags, secrets hidden."""


def summarize(exchange: Exchange) -> Row:
    """Make the row of an exchange, as it is at this moment."""
    return summarize_with_headers(exchange)[0]


def summarize_with_headers(exchange: Exchange) -> tuple[Row, Headers, Headers]:
    """Make the row, and give the headers of the request and of its response, which `masked` leaves out."""
    if type(exchange.draft) is Draft and not (exchange.has("mark") and exchange.mark):
        with GUARD:
            read = _read(exchange, exchange.draft)
        if read is not None:
            return read
    request, response, websocket = exchange.request, exchange.response, exchange.websocket
    path, masked = _target(request.path, request.query_string)
    status: int | str | None = response.status if response else None
    if websocket and not response:
        status = (
            websocket.close.code if websocket.close else "open" if exchange.state == "streaming" else None
        )
    origin, error, duration = exchange.origin, exchange.error, exchange.duration
    note = mask_text(exchange.note) if exchange.mark else None
    tags = [mask_text(tag) for tag in exchange.tags] if exchange.mark else []
    row: Row = {
        "seq": exchange.seq,
        "id": exchange.id,
        "kind": exchange.kind,
        "state": exchange.state,
        "started_at": exchange.started_at,
        "method": _shown(request.method, NAME_LIMIT),
        "path": path,
        "status": status,
        "route": None if exchange.route_path is None else _shown(exchange.route_path, PATH_LIMIT),
        "cell": None if origin is None else _shown(origin.label, NAME_LIMIT),
        "replaced": exchange.replaced,
        "duration_ms": None if duration is None else round(duration * 1000, 3),
        "request_size": websocket.received_size if websocket else request.body.size,
        "response_size": (websocket.sent_size if websocket else 0) + (response.body.size if response else 0),
        "received": websocket.received_count if websocket else None,
        "sent": websocket.sent_count if websocket else None,
        "dropped": websocket.dropped_count if websocket else 0,
        "error": None if error is None else shorten(visible(error.type), NAME_LIMIT),
        "handled": error is not None and error.handled,
        "faults": len(exchange.faults) + exchange.extra_faults,
        "masked": masked + (note.masked if note else 0) + sum(tag.masked for tag in tags),
        "pinned": exchange.pinned,
        "note": shorten(visible(note.text), NOTE_LIMIT) if note else "",
        "colour": exchange.colour,
        "tags": [visible(tag.text) for tag in tags],
    }
    return row, request.headers, response.headers if response else ()


def _read(exchange: Exchange, draft: Draft) -> tuple[Row, Headers, Headers] | None:
    """Make the row from notes alone; None when there is more to them than a recorder would take as it is."""
    facts, request_headers, _ = draft.source
    path, raw_path, query, root_path, method, scheme, version, _, kind = facts
    if (
        draft.recorder is not None
        or kind != "http"
        or not (
            type(path) is type(root_path) is type(method) is type(scheme) is type(version) is str
            and type(query) is type(raw_path) is bytes
        )
    ):
        return None
    state = "open"
    status: int | None = None
    headers: Headers = ()
    done_ns: int | None = None
    is_read = False
    request_size = response_size = 0
    notes = draft.notes
    for index in range(0, len(notes), NOTE):
        kind, at_ns, first, second = notes[index : index + NOTE]
        if kind == BODY and state == "streaming":
            response_size += len(first)
            if not second:
                state, done_ns = "done", at_ns
        elif kind == START and state == "open" and 100 <= first <= 999:
            state, status, headers = "streaming", first, second
        elif kind == REQUEST and not is_read:
            request_size += len(first)
            is_read = not second
        elif kind != EXIT or state != "done":
            return None
    path, masked = _target(path_in_app(path, root_path), query)
    origin, route = exchange.origin, exchange.route_path
    row: Row = {
        "seq": exchange.seq,
        "id": f"{draft.store.number(draft.seq):08x}",
        "kind": "http",
        "state": state,
        "started_at": draft.started_at,
        "method": _shown(method, NAME_LIMIT),
        "path": path,
        "status": status,
        "route": None if route is None else _shown(route, PATH_LIMIT),
        "cell": None if origin is None else _shown(origin.label, NAME_LIMIT),
        "replaced": False,
        "duration_ms": None if done_ns is None else round(done_ns / 1e9 * 1000, 3),
        "request_size": request_size,
        "response_size": response_size,
        "received": None,
        "sent": None,
        "dropped": 0,
        "error": None,
        "handled": False,
        "faults": 0,
        "masked": masked,
        "pinned": False,
        "note": "",
        "colour": "",
        "tags": [],
    }
    return row, request_headers, headers


def _target(path: str, query: bytes) -> tuple[str, int]:
    """Show a path with its query; gives how many secrets are hidden there."""
    if not query:
        return _shown(path, PATH_LIMIT), 0
    shown, masked = mask_query(query)
    return shorten(f"{visible(path)}?{shown}", PATH_LIMIT), masked


def _shown(text: str, limit: int) -> str:
    # Most names and paths hold nothing to escape, and to ask is cheaper than to look for it.
    return shorten(text if text.isascii() and text.isprintable() else visible(text), limit)
