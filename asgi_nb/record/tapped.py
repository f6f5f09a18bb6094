"""
What a tap does with one session: hand each message on, and have it recorded.

Rule 1: every message goes on unchanged, in order, as the same object; so does every exception.
Rule 2: what most messages of an open WebSocket are, a text or some bytes and nothing else, becomes a note at
        once. The recorder reads all others, in their places.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from time import perf_counter_ns
from typing import Any, Final, Literal, Protocol

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.recorder import ANSWERED, Recorder
from asgi_nb.record.ring import NOTE, PENDING, RECEIVED, SENT, SHORT, TEXT
from asgi_nb.record.store import Store

# The type of what carries data, each way.
DATA: Final = ("websocket.receive", "websocket.send")

RECEIVED_TEXT: Final = RECEIVED + TEXT
SENT_TEXT: Final = SENT + TEXT

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Tapping(Protocol):
    """A tap, as one of its sessions sees it."""

    store: Store

    def attribute(self, exchange: Exchange, scope: MutableMapping[str, Any], outer_root_path: str) -> None:
        """Note which route and which cell answer."""


class Tapped:
    """
    The tap's `receive` and `send` of one session.

    Whoever stands next to the tap may go past them: call `source` and `target`, and `note` each message.
    That saves a coroutine for each.

    Args:
        tap: The tap.
        recorder: Who records the session; its exchange has begun.
        scope: The scope.
        source: The server's `receive`.
        target: The server's `send`.
    """

    __slots__ = (
        "_is_open",
        "_notes",
        "_room",
        "_scope",
        "_start_ns",
        "_store",
        "_tap",
        "recorder",
        "source",
        "target",
    )

    def __init__(
        self,
        tap: Tapping,
        recorder: Recorder,
        scope: MutableMapping[str, Any],
        source: Receive,
        target: Send,
    ) -> None:
        self._tap = tap
        self._store = tap.store
        self.recorder = recorder
        self._scope = scope
        self.source = source
        """The server's `receive`."""
        self.target = target
        """The server's `send`."""
        exchange = recorder.exchange
        self._start_ns = exchange.clock_ns
        self._notes: list[Any] = [] if exchange.websocket is None else exchange.websocket.notes
        self._is_open = False
        # Bytes of memory that notes may take before they are counted.
        self._room = PENDING

    async def receive(self) -> Message:
        """Hand on what comes to the app."""
        message = await self.source()
        self.received(message)
        return message

    async def send(self, message: Message) -> None:
        """Hand on what the app sends."""
        self.sent(message)
        try:
            await self.target(message)
        except OSError:
            self.recorder.lose()
            raise

    # Twice the same, as constants are free: what one of the two costs, each message costs.

    def received(self, message: Message) -> bool:
        """
        Record a message that comes to the app.

        Returns:
            Whether it is data of an open WebSocket, and nothing but a short text or short bytes.
        """
        # Two entries, of which one is the type: the other one is all that there is to record.
        if self._is_open and type(message) is dict and len(message) == 2:
            text = message.get("text")
            if type(text) is str and message.get("type") == "websocket.receive":
                size = len(text)
                if size <= SHORT:
                    notes = self._notes
                    notes += perf_counter_ns() - self._start_ns, RECEIVED_TEXT, text
                    self._room = room = self._room - size - NOTE
                    if room < 0 or self._store.watches:
                        self._count()
                    return True
        return self._note(message, RECEIVED)

    def sent(self, message: Message) -> bool:
        """
        Record a message of the app's, before anything becomes of it.

        Returns:
            As `received`.
        """
        if self._is_open and type(message) is dict and len(message) == 2:
            text = message.get("text")
            if type(text) is str and message.get("type") == "websocket.send":
                size = len(text)
                if size <= SHORT:
                    notes = self._notes
                    notes += perf_counter_ns() - self._start_ns, SENT_TEXT, text
                    self._room = room = self._room - size - NOTE
                    if room < 0 or self._store.watches:
                        self._count()
                    return True
        return self._note(message, SENT)

    def _note(self, message: Message, way: int) -> bool:
        """Record a message that is no short text; say whether it is short bytes."""
        if self._is_open and type(message) is dict and len(message) == 2 and message.get("type") == DATA[way]:
            data: Any = message.get("bytes")
            if type(data) is bytes and len(data) <= SHORT:
                notes = self._notes
                notes += perf_counter_ns() - self._start_ns, way, data
                self._room = room = self._room - len(data) - NOTE
                if room < 0 or self._store.watches:
                    self._count()
                return True
        return self.tell("send" if way else "receive", message)

    def _count(self) -> None:
        """Let the store know of what was noted: at once who watches, its account now and then."""
        exchange = self.recorder.exchange
        if self._room < 0:
            self._room = PENDING
            self.recorder.weigh()
            self._store.touch(exchange)
        if self._store.watches:
            self._store.tell(exchange)

    def tell(self, direction: Literal["receive", "send"], message: Mapping[str, Any]) -> bool:
        """
        Have the recorder read a message.

        Returns:
            False, always: it is not what most are.
        """
        recorder = self.recorder
        exchange = recorder.exchange
        news = recorder.feed(direction, message, perf_counter_ns() - self._start_ns)
        self._is_open = recorder.is_accepted
        if news:
            if news is ANSWERED:
                self._tap.attribute(exchange, self._scope, exchange.root_path)
            self._store.touch(exchange)
        return False


def tapped(receive: Receive, send: Send) -> Tapped | None:
    """Give the session that both are methods of; None where something lies between it and the caller."""
    session = getattr(receive, "__self__", None)
    return session if type(session) is Tapped and getattr(send, "__self__", None) is session else None
