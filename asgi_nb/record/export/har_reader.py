"""
Exchanges from an HTTP Archive: one of ours, of a browser or of a proxy.

Rule 1: what a file of ours was written from comes back; of a foreign one, what the standard says.
Rule 2: bodies are decoded in an archive: what is read has none of the Content-Encoding in its headers.
Rule 3: readers are forgiving, as files differ: a BOM, headers as pairs, missing timings. What is no exchange
        at all is an error that names its entry.

Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlencode, urlsplit

from asgi_nb.record.body import Body, Headers
from asgi_nb.record.checked import finite, flag, items, mapping, maybe, one_of, text, whole
from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.exchange import Exchange, Fault, Origin, OutputRecord, Relation, State
from asgi_nb.record.export.har import TIMES
from asgi_nb.record.export.parts import DEFAULT_PORTS
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.mark import COLOURS, MAX_TAGS, Mark
from asgi_nb.record.masks import shorten
from asgi_nb.record.output import Stream
from asgi_nb.record.selection import Selection
from asgi_nb.record.trace_json import from_json, read_fields
from asgi_nb.record.usage import OneLine, expect
from asgi_nb.record.websocket import WebSocketClose, WebSocketMessage, WebSocketRecord

# The words of a field, as its type has them.
_state: Callable[[Any], Any] = one_of(*get_args(State))
_stream: Callable[[Any], Any] = one_of(*get_args(Stream))
_colour: Callable[[Any], Any] = one_of("", *COLOURS)
_by: Callable[[Any], Any] = one_of("client", "app", "error", "notebook")

VERSIONS = {"h2": "2", "h3": "3", "2.0": "2", "3.0": "3"}


class HarError(OneLine, ValueError):
    """A file or value that is no HTTP Archive, or cannot be read."""


def load_har(source: str | Path | Mapping[str, Any]) -> Selection:
    """
    Read the exchanges of an HTTP Archive.

    They are in no store, so the traffic stays as it is. Bodies beyond the limit of a recorded body are cut.

    Args:
        source: The path of a `.har` file, or what `json.load` gave of one.

    Returns:
        The exchanges, in the file's order.

    Raises:
        HarError: It is no HTTP Archive, which names the entry, or the file cannot be read.
        TypeError: It is neither a path nor what a file holds.
    """
    if isinstance(source, Mapping):
        archive: Any = source
        name = "the value"
    else:
        expected = "load_har() takes the path of a .har file, or what json.load gave of one"
        expect(source, (str, os.PathLike), expected)
        name = str(source)
        try:
            # "-sig": Fiddler and others write a byte order mark.
            archive = json.loads(Path(source).read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as exc:
            raise HarError(f"{name} is no HTTP Archive, it is not JSON: {exc}") from None
        except OSError as exc:
            raise HarError(f"{name} cannot be read: {exc.strerror}; give the path of a .har file") from exc
    log = archive.get("log") if isinstance(archive, Mapping) else None
    entries = log.get("entries") if isinstance(log, Mapping) else None
    if not isinstance(entries, list):
        raise HarError(
            f'{name} is no HTTP Archive: expected {{"log": {{"entries": [...]}}}}; save a file as HAR'
        )
    exchanges = Selection()
    for number, entry in enumerate(entries, 1):
        try:
            exchanges.append(_Entry(entry, number).exchange())
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as exc:
            raise HarError(
                f"entry {number} of {name} cannot be read: {type(exc).__name__}: {shorten(str(exc), 200)}"
            ) from exc
    return exchanges


class _Entry:
    """One entry, on its way to an exchange."""

    def __init__(self, entry: Mapping[str, Any], number: int) -> None:
        self.entry = entry
        self.own: Mapping[str, Any] = entry.get("_asgi_nb") or {}
        self.seq = whole(self.own.get("seq", number))
        self.request: Mapping[str, Any] = entry["request"]
        self.response: Mapping[str, Any] = entry.get("response") or {}

    def exchange(self) -> Exchange:
        own, url = self.own, urlsplit(self.request["url"])
        messages = self.entry.get("_webSocketMessages")
        is_socket = (
            own.get(
                "kind",
                "websocket"
                if messages is not None
                or self.entry.get("_resourceType") == "websocket"
                or url.scheme in ("ws", "wss")
                else "http",
            )
            == "websocket"
        )
        scheme = url.scheme or "http"
        if is_socket:
            scheme = {"http": "ws", "https": "wss"}.get(scheme, scheme)
        headers = _headers(self.request.get("headers"))
        request = RequestRecord(
            "WS" if is_socket else str(self.request["method"]).upper(),
            text(own.get("path", unquote(url.path) or "/")),
            text(own.get("raw_path", url.path or "/")).encode("latin-1", "replace")
            if own
            else _ascii(url.path or "/"),
            _octets(own.get("query_string", url.query)),
            headers,
            self._request_body(headers),
        )
        version = str(self.request.get("httpVersion") or "HTTP/1.1").lower().removeprefix("http/")
        exchange = Exchange(
            "websocket" if is_socket else "http",
            finite(own["started_at"]) if "started_at" in own else _seconds(self.entry["startedDateTime"]),
            request,
            text(own.get("scheme", scheme)),
            VERSIONS.get(version, version),
            text(own.get("root_path", "")),
            _pair(own.get("client")),
            _pair(own["server"]) if "server" in own else _server(url.hostname, url.port, scheme),
        )
        exchange.seq = self.seq
        exchange.id = str(own["id"] if "id" in own else f"{self.seq:08x}")
        self._add_times(exchange)
        status = int(self.response.get("status") or 0)
        if status > 0 and not (is_socket and status == 101):
            exchange.response = self._response_record(status)
        if is_socket:
            exchange.websocket = self._websocket(exchange, messages or [], status == 101)
        exchange.state = _state(own.get("state", "done" if status > 0 else "aborted"))
        self._add_own(exchange)
        # Read from a list, and not from what came by: what it weighs is what its bodies weigh.
        exchange.kept_size += len(request.body.data) + (
            len(exchange.response.body.data) if exchange.response is not None else 0
        )
        return exchange

    # --- times

    def _add_times(self, exchange: Exchange) -> None:
        if "times" in self.own:
            for name in TIMES:
                setattr(exchange, name, maybe(whole)(mapping(self.own["times"]).get(name)))
            return
        timings = self.entry.get("timings") or {}
        # -1 and null say "does not apply"; ssl is a part of connect.
        before = sum(_milliseconds(timings.get(name)) for name in ("blocked", "dns", "connect"))
        sent = before + _milliseconds(timings.get("send"))
        began = sent + _milliseconds(timings.get("wait"))
        ended = began + _milliseconds(timings.get("receive"))
        exchange.request_done_ns, exchange.response_start_ns, exchange.response_done_ns = (
            round(moment * 1e6) for moment in (sent, began, ended)
        )
        exchange.app_exit_ns = exchange.response_done_ns

    # --- bodies

    def _request_body(self, headers: Headers) -> Body:
        post = self.request.get("postData") or {}
        own = self.own.get("request_body") or {}
        if "base64" in own:
            data = base64.b64decode(own["base64"])
        elif post.get("text") or not post.get("params"):
            data = _encoded(post.get("text") or "", str(post.get("mimeType") or ""))
        else:
            # A form may be given as its fields alone.
            data = urlencode([(one["name"], one.get("value", "")) for one in post["params"]]).encode()
        return self._body("request", headers, data, own, self.request.get("bodySize"))

    def _response_record(self, status: int) -> ResponseRecord:
        headers = _headers(self.response.get("headers"))
        content = self.response.get("content") or {}
        plain = content.get("text") or ""
        if content.get("encoding") == "base64":
            data = base64.b64decode(plain)
        else:
            data = _encoded(plain, str(content.get("mimeType") or ""))
        own = self.own.get("response_body") or {}
        body = self._body("response", headers, data, own, content.get("size"))
        return ResponseRecord(status, headers, body, _headers(self.own.get("trailers")), self.own.get("file"))

    def _body(self, side: str, headers: Headers, data: bytes, own: Mapping[str, Any], size: Any) -> Body:
        encoded = any(name.lower() == b"content-encoding" for name, _ in headers)
        # Rule 2: with the header, the body would be decoded once more.
        plain = encoded and (bool(own.get("decoded")) or not own)
        kept = tuple(pair for pair in headers if not (plain and pair[0].lower() == b"content-encoding"))
        body = Body(side, kept, self.seq)
        body.feed(data)
        body.chunk_count = own.get("chunk_count", body.chunk_count)
        for at_ns, length in own.get("chunks", ()):
            body.time(at_ns, length)
        if own.get("truncated"):
            body.size = max(int(own["size"]), len(data) + 1)
        elif own and not plain and not own.get("masked"):
            body.size = int(own["size"])
        elif not own and not data and isinstance(size, int):
            # Browsers leave texts out when they export: the size is all that is known.
            body.size = max(0, size)
        return body

    # --- sessions

    def _websocket(self, exchange: Exchange, messages: Sequence[Any], accepted: bool) -> WebSocketRecord:
        own = self.own.get("websocket") or {}
        websocket = WebSocketRecord(tuple(own.get("offered", ())), own.get("subprotocol"))
        accepted_ns = own.get("accepted_ns", exchange.response_start_ns if accepted else None)
        websocket.accepted_ns = maybe(whole)(accepted_ns)
        if accepted:
            websocket.accept_headers = _headers(self.response.get("headers"))
        websocket.denial = exchange.response
        for number, message in enumerate(messages, 1):
            is_text = message.get("opcode") != 2
            payload = text(message.get("data") or "")
            data = payload.encode("utf-8", "surrogatepass") if is_text else _base64(payload)
            at_ns = message.get("_at_ns", round((float(message["time"]) - exchange.started_at) * 1e9))
            websocket.feed(
                WebSocketMessage(
                    int(message.get("_number", number)),
                    int(at_ns),
                    "receive" if message["type"] == "send" else "send",
                    is_text,
                    int(message.get("_size", len(data))),
                    data,
                    self.seq,
                    bool(message.get("_asgi_nb_injected")),
                )
            )
        for name in ("received_count", "sent_count", "received_size", "sent_size", "dropped_count"):
            if name in own:
                setattr(websocket, name, int(own[name]))
        close = own.get("close")
        if close:
            websocket.close = WebSocketClose(
                maybe(whole)(close["code"]), text(close["reason"]), _by(close["by"]), whole(close["at_ns"])
            )
        return websocket

    # --- what only ours has

    def _add_own(self, exchange: Exchange) -> None:
        own = self.own
        exchange.mark = self._mark()
        exchange.route_path = maybe(text)(own.get("route_path"))
        exchange.path_params = dict(own.get("path_params") or {})
        if own.get("origin"):
            exchange.origin = read_fields(Origin, own["origin"])
        if own.get("relation"):
            relation = own["relation"]
            edited = tuple(map(text, items(relation.get("edited", []))))
            exchange.relation = Relation(maybe(text)(relation.get("replay_of")), edited)
        if own.get("error"):
            exchange.error = _error(own["error"])
        exchange.faults = [
            Fault(whole(fault["at_ns"]), text(fault["text"])) for fault in own.get("faults", ())
        ]
        exchange.output = [
            OutputRecord(
                whole(one["at_ns"]),
                _stream(one["stream"]),
                text(one["text"]),
                text(one["level"]),
                text(one["logger"]),
                cut=whole(one.get("cut", 0)),
            )
            for one in own.get("output", ())
        ]
        exchange.output_size = sum(record.size for record in exchange.output)
        exchange.dropped_output = int(own.get("dropped_output", 0))
        if own.get("trace"):
            exchange.trace = from_json(own["trace"])

    def _mark(self) -> Mark | None:
        marks = mapping(self.own.get("mark", {}))
        # The standard's own field, which others write, too.
        comment = self.entry.get("comment")
        mark = Mark(
            flag(marks.get("pinned", False)),
            comment if isinstance(comment, str) else "",
            _colour(marks.get("colour", "")),
            tuple(map(text, items(marks.get("tags", []), MAX_TAGS))),
        )
        return None if mark == Mark() else mark


def _error(value: Mapping[str, Any]) -> ErrorRecord:
    return ErrorRecord(
        type=text(value["type"]),
        message=text(value["message"]),
        frames=tuple(map(_frame, items(value["frames"]))),
        skipped_frames=whole(value["skipped_frames"]),
        handled=flag(value["handled"]),
        notes=tuple(map(text, items(value["notes"]))),
        cause=None if value["cause"] is None else _error(value["cause"]),
        context=None if value["context"] is None else _error(value["context"]),
        exceptions=tuple(map(_error, value["exceptions"])),
    )


def _frame(value: Mapping[str, Any]) -> Frame:
    return Frame(
        text(value["label"]),
        whole(value["lineno"]),
        text(value["function"]),
        text(value["source"]),
        flag(value["is_cell"]),
    )


def _headers(fields: Any) -> Headers:
    pairs = []
    for one in fields or ():
        name, value = (one["name"], one["value"]) if isinstance(one, Mapping) else one
        # Names of HTTP/2 such as ":authority" are no header fields.
        if not str(name).startswith(":"):
            pairs.append((_octets(str(name)), _octets(str(value))))
    return tuple(pairs)


def _octets(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except ValueError:
        # More than bytes: what a mask put there, or a reader that decoded.
        return text.encode("utf-8", "surrogatepass")


def _ascii(path: str) -> bytes:
    return path.encode("ascii") if path.isascii() else path.encode("utf-8", "surrogatepass")


def _encoded(text: str, mime_type: str) -> bytes:
    if not text:
        return b""  # Which UTF-16 would begin with a byte order mark.
    charset = Body("", ((b"content-type", mime_type.encode("utf-8", "replace")),)).charset
    try:
        return text.encode(charset)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        # Some write binary messages as their text.
        return text.encode("utf-8", "surrogatepass")


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _milliseconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def _pair(value: Any) -> tuple[str, int | None] | None:
    return None if value is None else (str(value[0]), maybe(whole)(value[1]))


def _server(host: str | None, port: int | None, scheme: str) -> tuple[str, int | None] | None:
    return None if host is None else (host, port or DEFAULT_PORTS.get(scheme, 80))
