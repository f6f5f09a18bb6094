"""
Turn ASGI messages into an Exchange. No I/O, no clock, no lock.

Rule 1: everything that decides whether a message is legal lives in the tables of `protocol`.
Rule 2: this file is told what happened and when; it never awaits, never reads a clock.
Rule 3: an illegal or malformed message is recorded as a fault, never raised: watching an app must not change
        what the app does. An illegal message has no other effect, as servers refuse or ignore it.
Rule 4: a message is read, never kept and never changed: it belongs to the app and the server.

Source: ASGI 3.0, HTTP & WebSocket message format 2.5, and its extensions.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, Literal

from asgi_nb.record.body import Body, find_header
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import MESSAGE_OVERHEAD, Exchange
from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.line import Injected
from asgi_nb.record.masks import shorten
from asgi_nb.record.protocol import EXTENSIONS, FROM_SERVER, HTTP, KNOWN, MORE, WEBSOCKET, Step
from asgi_nb.record.ring import INJECTED, RECEIVED, SENT, TEXT, encoded
from asgi_nb.record.scope import open_exchange, read_headers
from asgi_nb.record.websocket import MESSAGE_LIMIT, WebSocketClose

Direction = Literal["receive", "send"]
Message = Mapping[str, Any]


class News(IntEnum):
    """What a message means to those who watch."""

    NONE = 0
    """Nothing that shows."""
    CHANGED = 1
    """The exchange shows something else than before."""
    ANSWERED = 2
    """The app has answered: the response has started, or the socket is accepted or refused."""


# Names of this module's own: an enum's members are slow to look up.
NONE, CHANGED, ANSWERED = News
ACCEPTED, CLOSING, DONE, STARTED = Step.ACCEPTED, Step.CLOSING, Step.DONE, Step.STARTED

# A file's path, a subprotocol, a close reason: longer ones are a mistake, and must not fill the memory.
TEXT_LIMIT = 4096

# Names of the exceptions by which asyncio and trio cancel; trio is not there to be imported.
CANCELLED = frozenset({"CancelledError", "Cancelled", "GeneratorExit"})


class Recorder:
    """
    Follow one exchange from its scope to the app's exit.

    Args:
        scope: An ASGI scope of type "http" or "websocket".
        started_at: Seconds since the Unix epoch. Every `at_ns` that follows counts from here.
    """

    __slots__ = ("_extensions", "_legal", "_lost", "_step", "exchange")

    def __init__(self, scope: Mapping[str, Any], started_at: float) -> None:
        self._extensions: Any = scope.get("extensions") or ()
        self._lost = False
        self.exchange = open_exchange(scope, started_at)
        if self.exchange.websocket is None:
            self._legal, self._step = HTTP, Step.OPEN
        else:
            self._legal, self._step = WEBSOCKET, Step.CONNECTING

    def feed(self, direction: Direction, message: Message, at_ns: int) -> News:
        """
        Record one message.

        Args:
            direction: The app's view: "receive" or "send".
            message: The ASGI message.
            at_ns: Nanoseconds from the exchange's start.

        Returns:
            What there is to tell.
        """
        try:
            kind = message["type"]
            flag, expected, extension, handler = PLAN[kind] if kind in PLAN else UNKNOWN
            event = kind if flag is None or not message.get(flag) else kind + "+"
            step = self._legal.get((self._step, event))
            if step is None or direction != expected:
                return self._refuse(direction, kind, at_ns)
            if extension is not None and extension not in self._extensions:
                self.exchange.add_fault(
                    at_ns, f"{kind} was sent, but scope['extensions'] has no {extension!r}"
                )
            self._step = step
            return NONE if handler is None else handler(self, message, at_ns)
        except Exception as exc:  # noqa: BLE001 - rule 3: whatever a message holds, it is told and not raised
            return self._malformed(message, exc, at_ns)

    @property
    def is_accepted(self) -> bool:
        """Whether a WebSocket is open: messages are legal in both directions."""
        return self._step is ACCEPTED

    def lose(self) -> None:
        """Record that the server's `send` raised OSError: since ASGI 2.4, the client is gone."""
        self._lost = True

    def finish(
        self,
        at_ns: int,
        exc: BaseException | None = None,
        frame_label: Callable[[str], str | None] | None = None,
    ) -> None:
        """
        Record that the app has left.

        Args:
            at_ns: Nanoseconds from the exchange's start.
            exc: What it raised, None when it returned.
            frame_label: Names the cell of a file name, or gives None for an ordinary file.
        """
        exchange = self.exchange
        exchange.app_exit_ns = at_ns
        if exc is None:
            if exchange.state != "done":
                self._leave_early(at_ns)
        elif type(exc).__name__ in CANCELLED and not isinstance(exc, Exception):
            if exchange.state != "done":
                exchange.state = "aborted"
        else:
            exchange.error = error = ErrorRecord.from_exception(exc, frame_label, keep=True)
            exchange.kept_size += error.kept_size
            exchange.state = "aborted" if self._lost and exchange.state != "done" else "error"
        websocket = exchange.websocket
        self.weigh()
        if websocket and websocket.accepted and not websocket.close:
            websocket.close = WebSocketClose(None, "", "error" if exc else "app", at_ns)
            exchange.response_done_ns = at_ns

    def _leave_early(self, at_ns: int) -> None:
        exchange = self.exchange
        if exchange.state == "aborted":
            return
        if self._step is ACCEPTED:
            exchange.state = "done"
        else:
            exchange.state = "error"
            exchange.add_fault(at_ns, f"the app returned, but {self._step}")

    def _refuse(self, direction: Direction, kind: object, at_ns: int) -> News:
        if not isinstance(kind, str):
            text = f"message type must be a str, got {shorten(repr(kind), 60)}"
        elif kind in PLAN:
            if PLAN[kind][1] == direction:
                text = f"{kind} is not allowed here: {self._step}"
            else:
                text = f"{kind} is not a message to {direction}"
        elif kind in self._extensions:
            return NONE
        else:
            text = f"unknown message type {kind[:60]!r}"
        self.exchange.add_fault(at_ns, text)
        return CHANGED

    def _malformed(self, message: object, exc: Exception, at_ns: int) -> News:
        if not isinstance(message, Mapping):
            text = f"message must be a dict, got {type(message).__name__}"
        elif "type" not in message:
            text = "message has no 'type'"
        elif not isinstance(message["type"], str):
            return self._refuse("send", message["type"], at_ns)
        else:
            name, cause = shorten(repr(message["type"]), 60), shorten(str(exc), 200)
            text = f"message {name} cannot be read: {type(exc).__name__}: {cause}"
        self.exchange.add_fault(at_ns, text)
        return CHANGED

    # --- HTTP

    def _on_request(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        if exchange.request_done_ns is not None:
            exchange.add_fault(at_ns, "http.request came after the one that ended the body")
        chunk = self._bytes(message, "body", at_ns)
        body = exchange.request.body
        more = message.get("more_body")
        if not more:
            exchange.request_done_ns = at_ns
        if more or body.chunk_count:
            exchange.kept_size += body.time(at_ns, len(chunk))
        exchange.kept_size += body.feed(chunk)
        return CHANGED if chunk else NONE

    def _on_disconnect(self, message: Message, at_ns: int) -> News:
        if self._step is DONE:
            return NONE
        exchange = self.exchange
        if self._step is STARTED and _is_whole(exchange):
            # The client had all it was promised; the app's own word of the end may never come.
            exchange.state = "done"
            exchange.response_done_ns = at_ns
        else:
            exchange.state = "aborted"
        return CHANGED

    def _on_start(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        status = message.get("status")
        if not isinstance(status, int) or not 100 <= status <= 999:
            exchange.add_fault(
                at_ns,
                f"{message['type']}: status must be an int of three digits, got {shorten(repr(status), 60)}",
            )
            status = 0
        headers, size = read_headers(exchange, message["type"], message.get("headers", ()), at_ns)
        exchange.kept_size += size
        exchange.response_start_ns = at_ns
        exchange.response = ResponseRecord(int(status), headers, Body("response", headers, exchange.seq))
        if exchange.state == "open":
            exchange.state = "streaming"
        if exchange.websocket is not None:
            exchange.websocket.denial = exchange.response
        return ANSWERED

    def _on_body(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        response = exchange.response
        if response is not None:
            chunk = self._bytes(message, "body", at_ns)
            body = response.body
            if body.chunk_count or message.get("more_body"):
                exchange.kept_size += body.time(at_ns, len(chunk))
            exchange.kept_size += body.feed(chunk)
        self._advance(at_ns)
        return CHANGED

    def _on_zerocopysend(self, message: Message, at_ns: int) -> News:
        response = self.exchange.response
        if response is not None:
            response.body.chunk_count += 1
            # Without a count the file is sent to its end, and its size is not known here.
            response.body.size += message.get("count") or 0
        self._advance(at_ns)
        return CHANGED

    def _on_pathsend(self, message: Message, at_ns: int) -> News:
        response = self.exchange.response
        if response is not None:
            response.file = self._text(message, "path", at_ns)
        self._advance(at_ns)
        return CHANGED

    def _on_trailers(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        headers, size = read_headers(exchange, message["type"], message.get("headers", ()), at_ns)
        if exchange.response is not None:
            exchange.response.trailers += headers
            exchange.kept_size += size
        self._advance(at_ns)
        return CHANGED

    def _advance(self, at_ns: int) -> None:
        if self._step is DONE or self._step is CLOSING:
            exchange = self.exchange
            exchange.response_done_ns = at_ns
            if exchange.state == "streaming":
                exchange.state = "done"

    # --- WebSocket

    def _on_accept(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        websocket = exchange.websocket
        if websocket is not None:
            websocket.accepted_ns = exchange.response_start_ns = at_ns
            websocket.accept_headers, size = read_headers(
                exchange, "websocket.accept", message.get("headers", ()), at_ns
            )
            exchange.kept_size += size
            if message.get("subprotocol") is not None:
                websocket.subprotocol = self._text(message, "subprotocol", at_ns)
                if websocket.subprotocol not in websocket.offered:
                    self.exchange.add_fault(
                        at_ns,
                        f"websocket.accept: subprotocol {websocket.subprotocol[:60]!r} was not offered; "
                        f"the client offered {shorten(', '.join(websocket.offered), 200) or 'none'}",
                    )
            exchange.state = "streaming"
        return ANSWERED

    def _on_message(self, message: Message, at_ns: int) -> News:
        exchange = self.exchange
        websocket = exchange.websocket
        if websocket is None:
            return NONE
        text = message.get("text")
        is_text = text is not None
        if is_text == (message.get("bytes") is not None):
            exchange.add_fault(at_ns, f"{message['type']}: exactly one of text and bytes must be set")
            if not is_text:
                return CHANGED
        if isinstance(text, str):
            data = encoded(text)
        elif is_text:
            exchange.add_fault(at_ns, f"{message['type']}: text must be a str, got {type(text).__name__}")
            return CHANGED
        else:
            data = self._bytes(message, "bytes", at_ns)
        size = len(data)
        if size > MESSAGE_LIMIT:
            end = MESSAGE_LIMIT
            # Back to where a character starts: RFC 3629 section 3.
            while is_text and data[end] & 0xC0 == 0x80:
                end -= 1
            data = data[:end]
        flags = SENT if message["type"] == "websocket.send" else RECEIVED
        flags |= TEXT * is_text | INJECTED * (type(message) is Injected)
        time_ns = websocket.clock_ns + at_ns
        websocket.notes += (time_ns, flags, data if len(data) == size else (data, size, None))
        self.weigh()
        return CHANGED

    def weigh(self) -> None:
        """Enter the messages that were noted into the account."""
        exchange = self.exchange
        if exchange.websocket is not None:
            exchange.websocket.seq = exchange.seq
            exchange.kept_size += exchange.websocket.grown(MESSAGE_OVERHEAD)

    def _on_close(self, message: Message, at_ns: int) -> News:
        self._close(message, at_ns, "app", 1000)
        return CHANGED if self.exchange.response_start_ns is not None else ANSWERED

    def _on_websocket_disconnect(self, message: Message, at_ns: int) -> News:
        websocket = self.exchange.websocket
        if websocket is None or websocket.close or self.exchange.state == "done":
            return NONE
        # 1005 stands for "the frame had no code": RFC 6455 section 7.1.5.
        self._close(message, at_ns, "client", 1005)
        if not websocket.accepted:
            self.exchange.state = "aborted"
        return CHANGED

    def _close(self, message: Message, at_ns: int, by: Literal["client", "app"], default: int) -> None:
        exchange = self.exchange
        code = message.get("code", default)
        if code is None:
            code = default
        if not isinstance(code, int):
            exchange.add_fault(
                at_ns, f"{message['type']}: code must be an int, got {shorten(repr(code), 60)}"
            )
            code = None
        reason = "" if message.get("reason") is None else self._text(message, "reason", at_ns)
        if exchange.websocket is not None:
            who = "notebook" if type(message) is Injected else by
            exchange.websocket.close = WebSocketClose(code, reason, who, at_ns)
        exchange.response_done_ns = at_ns
        exchange.state = "done"

    # --- values

    def _bytes(self, message: Message, key: str, at_ns: int) -> bytes:
        value = message.get(key, b"")
        if type(value) is bytes:
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            # A snapshot: the app may write its buffer again once it is sent.
            return bytes(value)
        self.exchange.add_fault(at_ns, f"{message['type']}: {key} must be bytes, got {type(value).__name__}")
        return b""

    def _text(self, message: Message, key: str, at_ns: int) -> str:
        value = message.get(key)
        if isinstance(value, str):
            return value[:TEXT_LIMIT]
        self.exchange.add_fault(at_ns, f"{message['type']}: {key} must be a str, got {type(value).__name__}")
        return ""


# Message -> what it does to the exchange. Legal messages that are not here change nothing that is recorded.
def _is_whole(exchange: Exchange) -> bool:
    """Whether a response that has started has all its bytes. Source: RFC 9110 section 6.4.1."""
    response = exchange.response
    if response is None:
        return False
    if exchange.request.method == "HEAD" or response.status in (204, 304):
        return True
    return find_header(response.headers, "content-length") == str(response.body.size)


HANDLERS: dict[str, Callable[[Recorder, Message, int], News]] = {
    "http.request": Recorder._on_request,
    "http.disconnect": Recorder._on_disconnect,
    "http.response.start": Recorder._on_start,
    "http.response.body": Recorder._on_body,
    "http.response.pathsend": Recorder._on_pathsend,
    "http.response.trailers": Recorder._on_trailers,
    "http.response.zerocopysend": Recorder._on_zerocopysend,
    "websocket.accept": Recorder._on_accept,
    "websocket.close": Recorder._on_close,
    "websocket.disconnect": Recorder._on_websocket_disconnect,
    "websocket.receive": Recorder._on_message,
    "websocket.send": Recorder._on_message,
    "websocket.http.response.body": Recorder._on_body,
    "websocket.http.response.start": Recorder._on_start,
}

Plan = tuple[str | None, str, str | None, Callable[[Recorder, Message, int], News] | None]
UNKNOWN: Plan = (None, "", None, None)

# Message -> flag for more, direction, extension, handler: all tables in the one look-up of each message.
PLAN: dict[str, Plan] = {
    kind: (
        MORE.get(kind),
        "receive" if kind in FROM_SERVER else "send",
        EXTENSIONS.get(kind),
        HANDLERS.get(kind),
    )
    for kind in KNOWN
}
