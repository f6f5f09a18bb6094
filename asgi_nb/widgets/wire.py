"""
What the pages are told, as JSON-able values: rows, details, slices of bodies, messages.

Rule 1: everything that leaves here went through `record.masks`: secrets hidden, invisible characters visible.
        `reveal` shows one secret, because a person pressed the button beside this one.
Rule 2: rows are small and pushed; everything else is asked for. A new question is one function and one line
        in QUESTIONS.
Rule 3: a question is a stranger's: what is wrong with it is a WireError, whose text the page shows.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from asgi_nb.record.exchange import Body, ErrorRecord, Exchange, WebSocketMessage, WebSocketRecord
from asgi_nb.record.explain.find import explain_status
from asgi_nb.record.masks import MASK, is_secret, mask_text, shorten, visible
from asgi_nb.record.store import Store
from asgi_nb.record.summary import summarize_with_headers
from asgi_nb.widgets.wire_fields import field_rows, form, reveal
from asgi_nb.widgets.wire_payload import Payload, body_payload, media_type_of, message_payload
from asgi_nb.widgets.wire_story import counted, story
from asgi_nb.widgets.wire_timing import insight

# Both sides must speak the same; js/src/wire.js has the other copy.
WIRE_VERSION = 2

# 256 KiB arrive within 60 ms, measured in JupyterLab; 1 MB is the first size a person could notice.
SLICE_BYTES = 256 * 1024

# Messages of a socket per answer: a 200 row table is drawn in one frame.
MESSAGES_PER_ANSWER = 200

# What a page gets of an exchange's output with each look at it: four screens of lines, and a log's longest.
OUTPUT_RECORDS = 200
OUTPUT_LINE = 4000
OUTPUT_TEXT = 64 * 1024


class WireError(Exception):
    """A question from a page that cannot be answered; the page shows the text."""


class Outgoing(NamedTuple):
    """One custom message to the pages."""

    content: dict[str, Any]
    buffers: list[bytes]


def row(exchange: Exchange) -> dict[str, Any]:
    """Sum an exchange up for the list: `record.summary.Row`, with secret headers among what is `masked`."""
    shown, asked, answered = summarize_with_headers(exchange)
    # Names only: masking every value of every row would cost more than the row.
    shown["masked"] += sum([_is_secret(name) for name, _ in (*asked, *answered)])
    return {**shown}


@lru_cache(maxsize=1024)
def _is_secret(name: bytes) -> bool:
    return is_secret(name.decode("latin-1"))


# --- details ------------------------------------------------------------------------------------------------

Pairs = list[tuple[str, str]]


def detail(exchange: Exchange) -> dict[str, Any]:
    """Show everything about an exchange but its bodies and messages."""
    request, response, websocket, origin = (
        exchange.request,
        exchange.response,
        exchange.websocket,
        exchange.origin,
    )
    request_fields, response_fields = field_rows(exchange, "request"), field_rows(exchange, "response")
    return {
        "row": row(exchange),
        "started_at": exchange.started_at,
        "story": story(exchange),
        "origin": {
            "cell": visible(origin.label),
            "function": shorten(visible(origin.function), 80),
            "line": origin.lineno,
            "state": exchange.origin_state,
        }
        if origin
        else None,
        "facts": _facts(exchange),
        "faults": [f"{mask_text(fault.text).text} ({_ms(fault.at_ns)})" for fault in exchange.faults]
        + ([f"and {exchange.extra_faults} more"] if exchange.extra_faults else []),
        "request": {
            "headers": request_fields,
            "query": field_rows(exchange, "query"),
            "cookies": field_rows(exchange, "cookies"),
            "body": _body_head(request.body),
        },
        "response": {
            "status": response.status,
            "reason": _reason(response.status),
            "about": _about(response.status),
            "headers": response_fields,
            "body": _body_head(response.body),
        }
        if response
        else None,
        "websocket": {**_socket_head(websocket), "headers": field_rows(exchange, "accept")}
        if websocket
        else None,
        "error": _error(exchange.error) if exchange.error else None,
        "output": _output(exchange),
        "masked": sum(one["hidden"] for one in (*request_fields, *response_fields)),
    }


def _facts(exchange: Exchange) -> list[tuple[str, Pairs]]:
    origin, websocket = exchange.origin, exchange.websocket
    route: Pairs = []
    if exchange.route_path is not None:
        route.append(("route", visible(exchange.route_path)))
    if origin:
        route.append(
            ("endpoint", f"{visible(origin.function)}, line {origin.lineno} of {visible(origin.label)}")
        )
    for name, value in exchange.path_params.items():
        shown = MASK if is_secret(name) else visible(shorten(repr(value), 200))
        route.append((f"parameter {visible(name)}", shown))
    times = [
        ("request read", exchange.request_done_ns),
        ("socket accepted" if websocket else "response started", exchange.response_start_ns),
        ("socket closed" if websocket else "response sent", exchange.response_done_ns),
        ("app returned", exchange.app_exit_ns),
    ]
    groups = [
        ("Route", route),
        ("Time since the start", [(name, _ms(at)) for name, at in times if at is not None]),
        ("Connection", _connection(exchange)),
    ]
    if websocket:
        groups.insert(1, ("WebSocket", _socket_facts(websocket)))
    return groups


def _connection(exchange: Exchange) -> Pairs:
    pairs: Pairs = [("protocol", visible(f"{exchange.scheme}, HTTP {exchange.http_version}"))]
    for name, address in (("client", exchange.client), ("server", exchange.server)):
        if address:
            host, port = address
            pairs.append((name, visible(host if port is None else f"{host}:{port}")))
    if exchange.root_path:
        pairs.append(("root path", visible(exchange.root_path)))
    return pairs


def _carried(messages: int, size: int) -> str:
    return f"{counted(messages, 'message')}, {counted(size, 'byte')}"


def _socket_facts(websocket: WebSocketRecord) -> Pairs:
    pairs: Pairs = [
        ("received", _carried(websocket.received_count, websocket.received_size)),
        ("sent", _carried(websocket.sent_count, websocket.sent_size)),
    ]
    if websocket.offered:
        pairs.append(("subprotocols offered", visible(", ".join(websocket.offered))))
        pairs.append(("subprotocol chosen", visible(websocket.subprotocol or "none")))
    if websocket.close:
        pairs.append(("closed", _closed(websocket)))
    pairs.append(("not shown", "pings, masks and fragments: they stay below ASGI"))
    return pairs


def _socket_head(websocket: WebSocketRecord) -> dict[str, Any]:
    return {
        # Messages are numbered from 1 over both directions.
        "last": websocket.received_count + websocket.sent_count,
        "dropped": websocket.dropped_count,
        "closed": _closed(websocket),
    }


def _closed(websocket: WebSocketRecord) -> str:
    close = websocket.close
    if not close:
        return ""
    code = "without a code" if close.code is None else str(close.code)
    by = "by an exception" if close.by == "error" else f"by the {close.by}"
    reason = f": {mask_text(close.reason).text}" if close.reason else ""
    return f"closed {by}, {code}{reason}"


def _error(error: ErrorRecord) -> dict[str, Any]:
    return {
        "type": visible(error.type),
        "message": mask_text(error.message).text,
        "where": "answered by an exception handler" if error.handled else "not handled: it left the app",
        "frames": [
            {
                "place": shorten(visible(frame.label), 200),
                "line": frame.lineno,
                "function": shorten(visible(frame.function), 80),
                "source": shorten(mask_text(frame.source).text, 300),
                "cell": frame.is_cell,
            }
            for frame in error.frames
        ],
        "skipped": error.skipped_frames,
        "traceback": mask_text(error.format()).text,
    }


def _output(exchange: Exchange) -> dict[str, Any]:
    records = exchange.output.copy()
    shown: list[dict[str, str]] = []
    room = OUTPUT_TEXT
    for record in reversed(records[-OUTPUT_RECORDS:]):
        # More than is shown, so that a secret at the edge is masked as a whole.
        text = mask_text(record.text[: 2 * OUTPUT_LINE]).text.rstrip()
        text = visible(text if len(text) <= OUTPUT_LINE else text[:OUTPUT_LINE] + "…", lines=True)
        room -= len(text)
        if room < 0 and shown:
            break
        words = (record.level or record.stream, record.logger, *record.data)
        kind = shorten(visible(" ".join(word for word in words if word)), 80)
        shown.append({"at": _ms(record.at_ns), "kind": kind, "text": text})
    shown.reverse()
    return {"records": shown, "more": len(records) - len(shown) + exchange.dropped_output}


def _body_head(body: Body) -> dict[str, Any]:
    return {"size": body.size, "kept": len(body.data), "media_type": media_type_of(body)}


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        # An app may send a code that no RFC names.
        return ""


def _about(status: int) -> str:
    found = explain_status(status)
    return f"{found.text} {found.source}" if found else ""


def _ms(at_ns: int) -> str:
    return f"{at_ns / 1e6:.2f} ms"


# --- messages -----------------------------------------------------------------------------------------------


def message_row(message: WebSocketMessage) -> dict[str, Any]:
    """Sum a WebSocket message up for the list of messages. Times in ms."""
    return {
        "n": message.number,
        "direction": message.direction,
        "text": message.is_text,
        "size": message.size,
        "ms": message.at_ns / 1e6,
        "preview": message.preview()[0],
        "injected": message.injected,
    }


# --- questions ----------------------------------------------------------------------------------------------

Answer = tuple[Any, list[bytes]]


class Answers:
    """
    Answer what pages ask about one store.

    Called from one thread at a time, which need not be the server's: masking a large body takes long.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        # The payload that was sliced last, so that its second slice is not masked all over again.
        self._sliced: tuple[object, int, Payload] | None = None

    def reply(self, message: Mapping[str, Any]) -> Outgoing:
        """
        Answer one `ask` message.

        Args:
            message: `v` names the page, `id` the question; `what` is a key of QUESTIONS; its arguments.
        """
        # `id` stays a number: ipykernel 7.4 remembers every string id of a message that it sends.
        head = {"kind": "answer", "v": message.get("v"), "id": message.get("id")}
        try:
            what = message.get("what")
            if not isinstance(what, str) or what not in QUESTIONS:
                raise WireError(f"unknown question {what!r}, expected one of {', '.join(QUESTIONS)}")
            value, buffers = QUESTIONS[what](self, message)
        except WireError as exc:
            return Outgoing({**head, "ok": False, "value": str(exc)}, [])
        return Outgoing({**head, "ok": True, "value": value}, buffers)

    def slice(self, source: object, size: int, make: Callable[[], Payload], start: int) -> Answer:
        """
        Give up to SLICE_BYTES of a payload.

        Args:
            source: What the payload is of, and `size` how large that is: a live body grows.
            make: Makes the payload, when it is not the one that was sliced last.
            start: Offset in bytes.
        """
        if self._sliced is None or self._sliced[0] is not source or self._sliced[1] != size:
            self._sliced = (source, size, make())
        payload = self._sliced[2]
        data = payload.data[start : start + SLICE_BYTES]
        if start + len(data) >= len(payload.data):
            # The last slice: nothing of what may have been cleared from the store stays behind here.
            self._sliced = None
        value = {
            "total": len(payload.data),
            "media_type": payload.media_type,
            "declared": payload.declared,
            "note": payload.note,
        }
        return value, [data]


def _number(message: Mapping[str, Any], key: str) -> int:
    value = message.get(key)
    if type(value) is not int or value < 0:
        raise WireError(f"{key} must be a whole number, got {value!r}")
    return value


def _exchange(answers: Answers, message: Mapping[str, Any]) -> Exchange:
    seq = _number(message, "seq")
    exchange = answers.store.get(seq)
    if exchange is None:
        raise WireError(f"exchange {seq} was dropped from the store, or cleared")
    return exchange


def _socket(answers: Answers, message: Mapping[str, Any]) -> WebSocketRecord:
    exchange = _exchange(answers, message)
    if exchange.websocket is None:
        raise WireError(f"exchange {exchange.seq} is no WebSocket session")
    return exchange.websocket


def _ask_detail(answers: Answers, message: Mapping[str, Any]) -> Answer:
    return detail(_exchange(answers, message)), []


def _ask_body(answers: Answers, message: Mapping[str, Any]) -> Answer:
    exchange = _exchange(answers, message)
    sides = {"request": exchange.request, "response": exchange.response}
    side = sides.get(str(message.get("side")))
    if side is None:
        raise WireError(f"exchange {exchange.seq} has no {message.get('side')!r} with a body")
    body = side.body
    return answers.slice(body, body.size, lambda: body_payload(body), _number(message, "start"))


def _ask_messages(answers: Answers, message: Mapping[str, Any]) -> Answer:
    start = _number(message, "start")
    found = [one for one in _socket(answers, message).messages if one.number >= start][:MESSAGES_PER_ANSWER]
    return [message_row(one) for one in found], []


def _ask_message(answers: Answers, message: Mapping[str, Any]) -> Answer:
    number = _number(message, "n")
    one = next((one for one in _socket(answers, message).messages if one.number == number), None)
    if one is None:
        raise WireError(f"message {number} was dropped from the store: a session keeps its last ones only")
    return answers.slice(one, one.size, lambda: message_payload(one), _number(message, "start"))


def _ask_insight(answers: Answers, message: Mapping[str, Any]) -> Answer:
    return insight(_exchange(answers, message)), []


def _ask_form(answers: Answers, message: Mapping[str, Any]) -> Answer:
    return form(_exchange(answers, message)), []


def _ask_reveal(answers: Answers, message: Mapping[str, Any]) -> Answer:
    place, index = str(message.get("place")), _number(message, "index")
    value = reveal(_exchange(answers, message), place, index)
    if value is None:
        raise WireError(f"there is no field {index} in {place!r}")
    return value, []


QUESTIONS: dict[str, Callable[[Answers, Mapping[str, Any]], Answer]] = {
    "detail": _ask_detail,
    "body": _ask_body,
    "messages": _ask_messages,
    "message": _ask_message,
    "insight": _ask_insight,
    "form": _ask_form,
    "reveal": _ask_reveal,
}


def encode(value: object) -> bytes:
    """Write JSON for a binary buffer."""
    return json.dumps(value, separators=(",", ":")).encode()
