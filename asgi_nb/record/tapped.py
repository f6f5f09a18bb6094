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
    That saves a coroutine for each. A short text they may note themselves, as `note` does.

    Args:
        tap: The tap.
        recorder: Who records the session; its exchange has begun.
        scope: The scope.
        source: The server's `receive`.
        target: The server's `send`.
    """

    __slots__ = (
        "_scope",
        "_start_ns",
        "_tap",
        "is_open",
        "notes",
        "recorder",
        "room",
        "source",
        "store",
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
        self.store = tap.store
        """Where the session is."""
        self.recorder = recorder
        self._scope = scope
        self.source = source
        """The server's `receive`."""
        self.target = target
        """The server's `send`."""
        exchange = recorder.exchange
        self._start_ns = exchange.clock_ns
        self.notes: list[Any] = [] if exchange.websocket is None else exchange.websocket.start(self._start_ns)
        """The notes of the session's record; see `record.ring`."""
        self.is_open = False
        """Whether messages of data are legal in both directions."""
        self.room = PENDING
        """Bytes of memory that more notes may take before they are counted; below 0, `count` is due."""

    async def receive(self) -> Message:
        """Hand on what comes to the app."""
        message = await self.source()
        self.note(message, RECEIVED)
        return message

    async def send(self, message: Message) -> None:
        """Hand on what the app sends."""
        self.note(message, SENT)
        try:
            await self.target(message)
        except OSError:
            self.recorder.lose()
            raise

    def note(self, message: Message, way: int) -> bool:
        """
        Record a message: one that comes to the app, or one of the app's before anything becomes of it.

        Args:
            message: The ASGI message.
            way: RECEIVED or SENT.

        Returns:
            Whether it is data of an open WebSocket, and nothing but a short text or short bytes.
        """
        # Two entries, of which one is the type: the other one is all that there is to record.
        if self.is_open and type(message) is dict and len(message) == 2 and message.get("type") == DATA[way]:
            payload: Any = message.get("text")
            if type(payload) is str:
                flags = way + TEXT
            else:
                payload, flags = message.get("bytes"), way
            if (flags != way or type(payload) is bytes) and len(payload) <= SHORT:
                self.notes += (perf_counter_ns(), flags, payload)
                self.room -= len(payload) + NOTE
                if self.room < 0 or self.store.watches:
                    self.count()
                return True
        return self.tell("send" if way else "receive", message)

    def count(self) -> None:
        """Let the store know of what was noted: at once who watches, its account now and then."""
        exchange = self.recorder.exchange
        if self.room < 0:
            self.room = PENDING
            self.recorder.weigh()
            self.store.touch(exchange)
        if self.store.watches:
            self.store.tell(exchange)

    def tell(self, direction: Literal["receive", "send"], message: Mapping[str, Any]) -> bool:
        """
        Have the recorder read a message.

        Returns:
            False, always: it is not what most are.
        """
        recorder = self.recorder
        exchange = recorder.exchange
        news = recorder.feed(direction, message, perf_counter_ns() - self._start_ns)
        self.is_open = recorder.is_accepted
        if news:
            if news is ANSWERED:
                self._tap.attribute(exchange, self._scope, exchange.root_path)
            self.store.touch(exchange)
        return False


def tapped(receive: Receive, send: Send) -> Tapped | None:
    """Give the session that both are methods of; None where something lies between it and the caller."""
    session = getattr(receive, "__self__", None)
    return session if type(session) is Tapped and getattr(send, "__self__", None) is session else None
