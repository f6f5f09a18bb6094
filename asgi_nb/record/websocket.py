"""What one WebSocket session carried: its handshake, its messages, its end."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from asgi_nb.record.body import Headers
from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.line import Ends, Line, Tell
from asgi_nb.record.masks import mask_text, shorten

# As Chrome keeps of a message before it asks whether to show more, and as uvicorn's high-water mark: 64 KiB.
MESSAGE_LIMIT = 1 << 16

# What one session keeps: enough to scroll through, and sixteen busy sessions fill the store's default budget.
RING_COUNT = 1000
RING_BYTES = 4 << 20


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
class WebSocketRecord(Ends):
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
    received_count: int = 0
    """Messages from the client that the app read."""
    sent_count: int = 0
    """Messages that the app sent."""
    received_size: int = 0
    """Bytes of payload that the app read."""
    sent_size: int = 0
    """Bytes of payload that the app sent."""
    dropped_count: int = 0
    """Messages that are counted above, but kept no longer."""
    kept_size: int = 0
    """Bytes of payload that are kept."""
    # The values of each message: garbage collection passes by tuples of plain values, and most messages are
    # never looked at. A list, not a deque: a copy of a list cannot fail while another thread appends.
    _ring: list[tuple[int, int, Direction, bool, int, bytes, int, bool]] = field(default_factory=list)
    line: Line | None = None
    """The live connection, while the app has it."""
    tell: Tell | None = None
    """Records what goes by unseen, while the app has it."""

    @property
    def accepted(self) -> bool:
        """Whether the app accepted the handshake."""
        return self.accepted_ns is not None

    @property
    def messages(self) -> list[WebSocketMessage]:
        """The messages that are kept, oldest first: the last RING_COUNT or RING_BYTES of them. A copy."""
        return [WebSocketMessage(*values) for values in self._ring.copy()]

    def feed(self, message: WebSocketMessage) -> None:
        """Add one message, and drop the oldest ones that no longer fit."""
        self.note(
            message.at_ns,
            message.direction,
            message.is_text,
            message.size,
            message.data,
            message.seq,
            message.number,
            message.injected,
        )

    def note(
        self,
        at_ns: int,
        direction: Direction,
        is_text: bool,
        size: int,
        data: bytes,
        seq: int,
        number: int,
        injected: bool = False,
    ) -> int:
        """
        Add one message by its values, and drop the oldest ones that no longer fit.

        Returns:
            How many were dropped.
        """
        if direction == "receive":
            self.received_count += 1
            self.received_size += size
        else:
            self.sent_count += 1
            self.sent_size += size
        ring = self._ring
        ring.append((number, at_ns, direction, is_text, size, data, seq, injected))
        self.kept_size += len(data)
        dropped = 0
        while len(ring) > RING_COUNT or self.kept_size > RING_BYTES:
            self.kept_size -= len(ring[0][5])
            del ring[0]
            dropped += 1
        self.dropped_count += dropped
        return dropped

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
