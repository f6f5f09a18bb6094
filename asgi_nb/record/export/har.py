"""
Exchanges as an HTTP Archive: HAR 1.2, as browsers and proxies read and write it.

Rule 1: what is not in the standard stands in fields that begin with an underscore, which other readers pass
        over: Chrome's for WebSocket messages and server-sent events, and `_asgi_nb…` for the rest.
Rule 2: a file holds no secrets unless they are asked for; a body of bytes in which one shows is left out.
Rule 3: what is not known is -1 where the standard has a word for it, and never a guess.

Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec; Chrome's `_webSocketMessages`.
"""

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from asgi_nb._version import __version__
from asgi_nb.record.body import Body
from asgi_nb.record.checked import close_code
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.har_pieces import STARS, Payload, Pieces
from asgi_nb.record.export.parts import PATH_SAFE, URL_SAFE, base_of, path_of
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.masks import MASK, is_secret, mask_header, mask_query, mask_text
from asgi_nb.record.secret_paths import secret_values, without
from asgi_nb.record.sse import read_events
from asgi_nb.record.trace_json import as_json
from asgi_nb.record.usage import expect
from asgi_nb.record.websocket import WebSocketMessage, WebSocketRecord
from asgi_nb.record.written_trace import hide, write_trace

TIMES = ("request_done_ns", "response_start_ns", "response_done_ns", "app_exit_ns")


def to_har(exchanges: Iterable[Recorded], *, secrets: bool = False) -> dict[str, Any]:
    """
    Make an HTTP Archive of exchanges.

    Args:
        exchanges: What to put into it, in their order.
        secrets: Whether to write what is masked otherwise.

    Returns:
        A value that `json.dump` takes: `{"log": {"version": "1.2", ...}}`.
    """
    writer = _Writer(secrets)
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "asgi_nb", "version": __version__},
            "entries": [writer.entry(exchange) for exchange in exchanges],
            "comment": "secrets are shown" if secrets else f"{writer.masked} values are masked",
        }
    }


def save_har(exchanges: Iterable[Recorded], path: str | Path, *, secrets: bool = False) -> Path:
    """
    Write exchanges into a `.har` file, in the place of one that is there.

    Args:
        exchanges: What to put into it.
        path: Where to.
        secrets: Whether to write what is masked otherwise.

    Returns:
        The path.

    Raises:
        ExportError: The file cannot be written.
        TypeError: `path` is none.
    """
    expect(path, (str, os.PathLike), "save_har() takes the path of a file, such as 'traffic.har'")
    target = Path(path)
    # ASCII: a lone surrogate, which a WebSocket may have carried, has no other form in a file.
    text = json.dumps(to_har(exchanges, secrets=secrets), indent=1)
    try:
        target.write_text(text, encoding="ascii")
    except OSError as exc:
        raise ExportError(
            f"{target} cannot be written: {exc.strerror}; name a file in a folder that is there"
        ) from exc
    return target


class _Writer(Pieces):
    """Writes entries."""

    # --- entries

    def entry(self, exchange: Recorded) -> dict[str, Any]:
        self.secrets_of_path = [] if self.secrets else secret_values(exchange.path_params)
        self.masked += len(self.secrets_of_path)
        times = [getattr(exchange, name) for name in TIMES]
        sent_body = self.payload(exchange.request.body)
        response = exchange.response
        answer = None if response is None else self.payload(response.body)
        sent, began, ended = (None if time is None else time / 1e6 for time in times[:3])
        send = sent or 0.0
        wait = max(0.0, (began if began is not None else send) - send)
        receive = max(0.0, (ended if ended is not None else send + wait) - send - wait)
        entry: dict[str, Any] = {
            "startedDateTime": _date(exchange.started_at),
            "time": send + wait + receive,
            "request": self._request(exchange, sent_body),
            "response": self._response(exchange, answer),
            "cache": {},
            "timings": {
                "blocked": -1,
                "dns": -1,
                "connect": -1,
                "ssl": -1,
                "send": send,
                "wait": wait,
                "receive": receive,
            },
        }
        if exchange.server is not None and exchange.server[1] is not None:
            entry["serverIPAddress"] = exchange.server[0]
        if exchange.client is not None and exchange.client[1] is not None:
            entry["connection"] = str(exchange.client[1])
        if exchange.websocket is not None:
            entry["_resourceType"] = "websocket"
            entry["_webSocketMessages"] = [
                self._message(exchange, message) for message in exchange.websocket.messages
            ]
        events = self._events(exchange)
        if events:
            entry["_resourceType"] = "eventsource"
            entry["_eventSourceMessages"] = events
        if exchange.mark is not None and exchange.mark.note:
            entry["comment"] = self.shown(exchange.mark.note, mask_text)
        entry["_asgi_nb"] = self._own(exchange, sent_body, answer)
        return entry

    def _request(self, exchange: Recorded, payload: Payload) -> dict[str, Any]:
        request = exchange.request
        query = self.url(self.shown(quote(request.query_string, safe=URL_SAFE), mask_query))
        written: dict[str, Any] = {
            "method": "GET" if exchange.websocket else request.method,
            "url": base_of(exchange) + self._path(exchange) + (f"?{query}" if request.query_string else ""),
            "httpVersion": f"HTTP/{exchange.http_version}",
            "cookies": self.cookies(request.headers),
            "headers": self.headers(request.headers),
            "queryString": [
                {"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": request.body.size,
        }
        if request.body.size:
            kind, text = request.body.content_type, payload.text or ""
            written["postData"] = {"mimeType": kind, "params": [], "text": text}
        return written

    def _path(self, exchange: Recorded) -> str:
        if not self.secrets_of_path:
            return path_of(exchange)
        # How the client escaped the secret is not known: the decoded path is escaped anew around it.
        return quote(without(exchange.request.path, self.secrets_of_path, STARS), safe=PATH_SAFE)

    def _response(self, exchange: Recorded, payload: Payload | None) -> dict[str, Any]:
        response = exchange.response
        if response is None or payload is None:
            accepted = exchange.websocket is not None and exchange.websocket.accepted
            headers = exchange.websocket.accept_headers if exchange.websocket is not None else ()
            status = 101 if accepted else 0
            content: dict[str, Any] = {"size": 0, "mimeType": "x-unknown"}
            size = 0 if accepted else -1
        else:
            headers, status, size = response.headers, response.status, response.body.size
            content = self._content(response, payload)
        location = next((value for name, value in headers if name.lower() == b"location"), b"").decode(
            "latin-1"
        )
        written = {
            "status": status,
            "statusText": _phrase(status),
            "httpVersion": f"HTTP/{exchange.http_version}",
            "cookies": self.set_cookies(headers),
            "headers": self.headers(headers),
            "content": content,
            "redirectURL": self.url(self.shown(location, lambda text: mask_header("location", text))),
            "headersSize": -1,
            "bodySize": size,
        }
        if exchange.error is not None:
            written["_error"] = exchange.error.type
        return written

    def _content(self, response: ResponseRecord, payload: Payload) -> dict[str, Any]:
        body, decoded = response.body, payload.decoded
        content: dict[str, Any] = {
            # What the body is without its Content-Encoding, not what went over the wire.
            "size": body.size if decoded == body.data else len(decoded),
            "mimeType": body.content_type or "x-unknown",
        }
        if decoded != body.data and not body.truncated:
            content["compression"] = len(decoded) - body.size
        if payload.text:
            content["text"] = payload.text
        elif payload.base64:
            content["text"] = payload.base64
            content["encoding"] = "base64"
        elif payload.masked:
            content["comment"] = "left out: it holds secrets among bytes"
        return content

    # --- messages and events

    def _message(self, exchange: Recorded, message: WebSocketMessage) -> dict[str, Any]:
        if message.is_text:
            data = self.shown(message.text, mask_text)
        else:
            data = base64.b64encode(message.data).decode("ascii")
        written: dict[str, Any] = {
            # From the client's side, and in seconds, as Chrome writes it.
            "type": "send" if message.direction == "receive" else "receive",
            "time": exchange.started_at + message.at_ns / 1e9,
            "opcode": 1 if message.is_text else 2,
            "data": data,
            "_at_ns": message.at_ns,
            "_number": message.number,
        }
        if message.truncated:
            written["_size"] = message.size
        if message.injected:
            written["_asgi_nb_injected"] = True
        return written

    def _events(self, exchange: Recorded) -> list[dict[str, Any]]:
        if exchange.response is None:
            return []
        try:
            events = read_events(exchange.response.body)
        except ValueError:
            # Not in its Content-Encoding: there is no stream to read.
            return []
        return [
            {
                "time": exchange.started_at + (event.at_ns or exchange.response_start_ns or 0) / 1e9,
                "eventName": event.event,
                "eventId": event.id,
                "data": self.shown(event.data, mask_text),
            }
            for event in events
        ]

    # --- what the standard has no place for

    def _own(self, exchange: Recorded, sent: Payload, answer: Payload | None) -> dict[str, Any]:
        request, response = exchange.request, exchange.response
        own: dict[str, Any] = {
            "seq": exchange.seq,
            "id": exchange.id,
            "kind": exchange.kind,
            "state": exchange.state,
            "started_at": exchange.started_at,
            "scheme": exchange.scheme,
            "root_path": exchange.root_path,
            "client": exchange.client,
            "server": exchange.server,
            "path": without(request.path, self.secrets_of_path, MASK),
            "raw_path": "" if self.secrets_of_path else request.raw_path.decode("latin-1"),
            "query_string": self.shown(request.query_string.decode("latin-1"), mask_query),
            "times": {name: getattr(exchange, name) for name in TIMES},
            "route_path": exchange.route_path,
            "path_params": {
                name: MASK if self.secrets_of_path and is_secret(name) else _plain(value)
                for name, value in exchange.path_params.items()
            },
            "request_body": self._body(request.body, sent),
            "faults": [
                {"at_ns": fault.at_ns, "text": self.shown(fault.text, mask_text)} for fault in exchange.faults
            ],
            "output": [
                {
                    "at_ns": record.at_ns,
                    "stream": record.stream,
                    "text": self.shown(record.text, mask_text),
                    "level": record.level,
                    "logger": record.logger,
                    # A bundle is shown, not read: its kinds are named, so that its loss is told.
                    "kinds": list(record.data),
                    "cut": record.cut + sum(map(len, record.data.values())),
                }
                for record in exchange.output
            ],
            "dropped_output": exchange.dropped_output,
        }
        if exchange.origin is not None:
            names = ("cell_id", "execution_count", "source_hash", "function", "filename", "lineno")
            own["origin"] = {name: getattr(exchange.origin, name) for name in names}
        if exchange.mark is not None:
            # The note is the entry's comment.
            own["mark"] = {
                "pinned": exchange.mark.pinned,
                "colour": exchange.mark.colour,
                "tags": [self.shown(tag, mask_text) for tag in exchange.mark.tags],
            }
        if exchange.relation is not None:
            own["relation"] = asdict(exchange.relation)
        if exchange.error is not None:
            own["error"] = self._error(exchange.error)
        if response is not None and answer is not None:
            own["response_body"] = self._body(response.body, answer)
            own["trailers"] = self.headers(response.trailers)
            own["file"] = response.file
        if exchange.websocket is not None:
            own["websocket"] = self._websocket(exchange.websocket)
        trace = write_trace(exchange)
        if trace is not None:
            # In milliseconds, as the rest of an archive; `trace` has what they are read from.
            own["stages"] = {name: at_ns / 1e6 for name, at_ns in exchange.timing.stages()}
            own["trace"] = as_json(trace if self.secrets else hide(trace, *self.hiders()))
        return own

    def _body(self, body: Body, payload: Payload) -> dict[str, Any]:
        own: dict[str, Any] = {"size": body.size, "chunk_count": body.chunk_count, "chunks": body.chunks}
        if body.side == "request" and payload.base64:
            # The standard's postData has no way to say base64.
            own["base64"] = payload.base64
        flags = {
            "decoded": payload.decoded != body.data,
            "masked": payload.masked,
            "truncated": body.truncated,
        }
        return own | {name: True for name, is_so in flags.items() if is_so}

    def _error(self, error: ErrorRecord) -> dict[str, Any]:
        frames = [asdict(frame) | {"source": self.shown(frame.source, mask_text)} for frame in error.frames]
        return {
            "type": error.type,
            "message": self.shown(error.message, mask_text),
            "handled": error.handled,
            "skipped_frames": error.skipped_frames,
            "frames": frames,
            "notes": [self.shown(note, mask_text) for note in error.notes],
            "cause": None if error.cause is None else self._error(error.cause),
            "context": None if error.context is None else self._error(error.context),
            "exceptions": [self._error(member) for member in error.exceptions],
        }

    def _websocket(self, websocket: WebSocketRecord) -> dict[str, Any]:
        close = websocket.close
        names = ("offered", "subprotocol", "accepted_ns", "dropped_count")
        counts = ("received_count", "sent_count", "received_size", "sent_size")
        return {
            **{name: getattr(websocket, name) for name in names + counts},
            "close": None if close is None else asdict(close) | {"code": close_code(close.code)},
        }


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        # A code that nobody has registered has no phrase.
        return ""


def _plain(value: Any) -> Any:
    """Give what JSON can say of a value; a UUID or a path parameter of another kind as its text."""
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
