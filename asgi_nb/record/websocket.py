"""What one WebSocket session carried: its handshake, its messages, its end."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from asgi_nb.record.body import Headers
from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.line import Ends, Line, Tell
from asgi_nb.record.masks import mask_text, shorten
from asgi_nb.record.ring import INJECTED, RECEIVED, SENT, TEXT, Ring, encoded

# As Chrome keeps of a message before it asks whether to show more, and as uvicorn's high-water mark: 64 KiB.
MESSAGE_LIMIT = 1 << 16

Direction = Literal["receive", "send"]


@dataclass(slots=True, eq=False, repr=False)
class WebSocketMessage:
    """One message of a session, whole: ASGI shows neither fragments nor pings."""

    number: int
    """1 for the session's first message, counted over both directions."""
    at_ns: int
    """Nanoseconds from the exchange's start."""
    direction: Direction
    """The app's view: "receive" is client to app, "send" is app to client."""
    is_text: bool
    """Whether the opcode is text (1) and not binary (2). Source: RFC 6455 section 5.6."""
    size: int
    """Bytes of payload; for text, of its UTF-8."""
    data: bytes
    """The first bytes of the payload, at most MESSAGE_LIMIT; text is UTF-8, and is cut between characters."""
    seq: int
    """The number of the exchange, for error texts."""
    injected: bool = False
    """Whether it came from the notebook, and from neither the client nor the app."""

    @property
    def truncated(self) -> bool:
        """Whether the payload is longer than what is kept."""
        return self.size > len(self.data)

    @property
    def text(self) -> str:
        """The payload as text; bytes that are no UTF-8 become "\ufffd"."""
        return self.data.decode("utf-8", "surrogatepass" if self.is_text else "replace")

    def json(self) -> Any:
        """
        Read the payload as JSON.

        Raises:
            ValueError: It is not JSON, or it was cut at MESSAGE_LIMIT.
        """
        place = f"WebSocket message {self.number} of exchange {self.seq}"
        if self.truncated:
            raise ValueError(
                f"{place} was cut: {len(self.data)} of {self.size} bytes are kept, too few to read as JSON"
            )
        try:
            return json.loads(self.text)
        except ValueError as exc:
            raise ValueError(f"{place} is not JSON: {exc}; use .text or .data") from exc

    def preview(self, limit: int = 200) -> tuple[str, int]:
        """
        Show the beginning of the payload: masked, with invisible characters made visible.

        Returns:
            The text, at most `limit` characters, and how many secrets were hidden in it.
        """
        if not self.is_text:
            return shorten(self.data[: limit // 2].hex(" "), limit), 0
        shown = mask_text(self.text[: 4 * limit + 4096])
        return shorten(shown.text.replace("\n", "\\n").replace("\t", "\\t"), limit), shown.masked

    def __repr__(self) -> str:
        kind = "text" if self.is_text else "binary"
        injected = " injected" if self.injected else ""
        head = f"WebSocketMessage {self.number} {self.direction}{injected} {kind} {self.size} bytes"
        return f"<{head}: {self.preview(60)[0]}>"


@dataclass(slots=True)
class WebSocketClose:
    """How a session ended."""

    code: int | None
    """The close code, of RFC 6455 section 7.4; None when the app left without one, and the server chose."""
    reason: str
    """The close reason, often ""."""
    by: Literal["client", "app", "error", "notebook"]
    """Who closed: the client (also by vanishing), the app, an exception that left the app, or a cell."""
    at_ns: int
    """Nanoseconds from the exchange's start."""


@dataclass(slots=True, eq=False, repr=False)
class WebSocketRecord(Ends, Ring):
    """The WebSocket side of an exchange: while it is open, a cell can send to both of its ends."""

    offered: tuple[str, ...] = ()
    """The subprotocols that the client can speak, in its order."""
    subprotocol: str | None = None
    """The subprotocol that the app chose."""
    accepted_ns: int | None = None
    """Nanoseconds from the exchange's start to the app's `websocket.accept`; None without one."""
    accept_headers: Headers = ()
    """Headers that the app added to the handshake's answer."""
    denial: ResponseRecord | None = None
    """The HTTP response that refused the handshake: the exchange's `response`."""
    close: WebSocketClose | None = None
    """How the session ended; None while it is open."""
    seq: int = 0
    """The number of the exchange, for error texts."""
    line: Line | None = None
    """The live connection, while the app has it."""
    tell: Tell | None = None
    """Records what goes by unseen, while the app has it."""

    def __post_init__(self) -> None:
        Ring.__init__(self)

    @property
    def accepted(self) -> bool:
        """Whether the app accepted the handshake."""
        return self.accepted_ns is not None

    @property
    def messages(self) -> list[WebSocketMessage]:
        """The messages that are kept, oldest first: the last RING_COUNT or RING_BYTES of them. A copy."""
        return [
            WebSocketMessage(
                number,
                at_ns,
                "send" if flags & SENT else "receive",
                bool(flags & TEXT),
                len(data) if size is None else size,
                data,
                self.seq,
                bool(flags & INJECTED),
            )
            for number, (at_ns, flags, payload, size) in self.numbered()
            for data in (encoded(payload),)
        ]

    def feed(self, message: WebSocketMessage) -> None:
        """Add a message that was recorded elsewhere; it keeps its number."""
        flags = SENT if message.direction == "send" else RECEIVED
        flags |= TEXT * message.is_text | INJECTED * message.injected
        self.seq = message.seq
        self.notes += (self.clock_ns + message.at_ns, flags, (message.data, message.size, message.number))

    def __repr__(self) -> str:
        state = (
            f"closed {self.close.code} by {self.close.by}"
            if self.close
            else "open"
            if self.accepted
            else "connecting"
        )
        dropped = f", {self.dropped_count} dropped" if self.dropped_count else ""
        return f"<WebSocket {state}: {self.received_count} received, {self.sent_count} sent{dropped}>"
