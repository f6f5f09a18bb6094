"""One exchange as one row: what a list shows of it, masked and bounded, in plain JSON values."""

from typing import TypedDict

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import mask_query, mask_text, shorten, visible

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
    """How many secrets are hidden in `path` and `note`."""
    pinned: bool
    """Whether it outlives eviction and clearing."""
    note: str
    """The reader's note, secrets hidden."""


def summarize(exchange: Exchange) -> Row:
    """Make the row of an exchange, as it is at this moment."""
    request, response, websocket = exchange.request, exchange.response, exchange.websocket
    path, masked = visible(request.path), 0
    if request.query_string:
        query, masked = mask_query(request.query_string)
        path = f"{path}?{query}"
    status: int | str | None = response.status if response else None
    if websocket and not response:
        status = (
            websocket.close.code if websocket.close else "open" if exchange.state == "streaming" else None
        )
    origin, error, duration = exchange.origin, exchange.error, exchange.duration
    note = mask_text(exchange.note) if exchange.mark else None
    return {
        "seq": exchange.seq,
        "id": exchange.id,
        "kind": exchange.kind,
        "state": exchange.state,
        "started_at": exchange.started_at,
        "method": shorten(visible(request.method), NAME_LIMIT),
        "path": shorten(path, PATH_LIMIT),
        "status": status,
        "route": None if exchange.route_path is None else shorten(visible(exchange.route_path), PATH_LIMIT),
        "cell": None if origin is None else shorten(visible(origin.label), NAME_LIMIT),
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
        "masked": masked + (note.masked if note else 0),
        "pinned": exchange.pinned,
        "note": shorten(visible(note.text), NOTE_LIMIT) if note else "",
    }
