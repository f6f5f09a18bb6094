"""
The messages of one WebSocket session, as notes, bounded in count and in bytes.

Rule 1: a message that goes by is three values at the end of a list, added at once. They are counted, and the
        oldest are dropped, when somebody asks, or when PENDING bytes of them have come together.
Rule 2: one loop adds; any thread may ask. Who counts or drops holds the guard.
"""

from itertools import compress
from typing import Any, Final, Self, overload

from asgi_nb.record.guard import GUARD

# What one session keeps: enough to scroll through, and sixteen busy sessions fill the store's default budget.
RING_COUNT = 1000
RING_BYTES = 4 << 20

# Bytes of memory that may wait to be counted, if texts are ASCII: what the store's account may be wrong by.
# A hundred short messages: then counting them costs next to nothing.
PENDING = 1 << 15
# What a note counts for beside the characters or bytes of its payload, as in the account.
NOTE = 256
# Characters or bytes up to which a payload may wait.
SHORT = 2048

# Flags of a note.
RECEIVED: Final = 0
SENT: Final = 1
TEXT: Final = 2
INJECTED: Final = 4
RECEIVED_TEXT: Final = RECEIVED + TEXT
SENT_TEXT: Final = SENT + TEXT

STRIDE = 3
"""How many values a note has: when, as `time.perf_counter_ns()` said; flags; the payload."""

Cut = tuple[bytes, int, int | None]
"""A payload of which more is known: what is kept, the size of all, the number of one recorded elsewhere."""

Payload = str | bytes | Cut
"""A payload is kept as it came: plain values, of which garbage collection knows nothing."""

Note = tuple[int, int, str | bytes, int | None]
"""For readers: nanoseconds from the exchange's start, flags, the payload, its whole size if it was told."""


class Counted:
    """A number that is asked for once all notes are counted."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot = f"_{name}"

    @overload
    def __get__(self, ring: None, owner: type) -> Self: ...
    @overload
    def __get__(self, ring: "Ring", owner: type) -> int: ...

    def __get__(self, ring: "Ring | None", owner: type) -> int | Self:
        if ring is None:
            return self
        ring.settle()
        number: int = getattr(ring, self._slot)
        return number

    def __set__(self, ring: "Ring", number: int) -> None:
        ring.settle()
        setattr(ring, self._slot, number)


class Ring:
    """The last RING_COUNT messages of a session, or RING_BYTES of them, and how many there were."""

    __slots__ = (
        "_dropped_count",
        "_kept_size",
        "_received_count",
        "_received_size",
        "_sent_count",
        "_sent_size",
        "_settled",
        "_weighed",
        "clock_ns",
        "notes",
    )

    received_count = Counted()
    """Messages from the client that the app read."""
    sent_count = Counted()
    """Messages that the app sent."""
    received_size = Counted()
    """Bytes of payload that the app read."""
    sent_size = Counted()
    """Bytes of payload that the app sent."""
    dropped_count = Counted()
    """Messages that are counted above, but kept no longer."""
    kept_size = Counted()
    """Bytes of payload that are kept."""

    def __init__(self) -> None:
        self.notes: list[Any] = []
        """The notes, STRIDE values each, oldest first. Added to by whoever hands the messages on alone."""
        self.clock_ns = 0
        """What `time.perf_counter_ns()` said when the exchange began."""
        self._settled = 0
        self._weighed = 0
        self._received_count = self._sent_count = self._dropped_count = 0
        self._received_size = self._sent_size = self._kept_size = 0

    def start(self, clock_ns: int) -> list[Any]:
        """Count times from here on, what `time.perf_counter_ns()` said; give the list to add notes to."""
        self.clock_ns = clock_ns
        return self.notes

    def settle(self) -> None:
        """Count what has come since the last time, and drop the oldest messages that no longer fit."""
        notes = self.notes
        if len(notes) == self._settled * STRIDE:
            return
        with GUARD:
            fresh = notes[self._settled * STRIDE :]
            payloads: list[Payload] = fresh[2::STRIDE]
            sent = list(compress(payloads, [flags & SENT for flags in fresh[1::STRIDE]]))
            kept, size = _sizes(payloads)
            sent_size = _sizes(sent)[1]
            self._sent_count += len(sent)
            self._sent_size += sent_size
            self._received_count += len(payloads) - len(sent)
            self._received_size += size - sent_size
            self._kept_size += kept
            settled = self._settled + len(payloads)
            gone = max(0, settled - RING_COUNT)
            if gone:
                self._kept_size -= _sizes(notes[2 : gone * STRIDE : STRIDE])[0]
            while self._kept_size > RING_BYTES:
                self._kept_size -= _sizes([notes[gone * STRIDE + 2]])[0]
                gone += 1
            if gone:
                del notes[: gone * STRIDE]
                self._dropped_count += gone
            self._settled = settled - gone

    def grown(self, overhead: int) -> int:
        """
        Give by how many bytes it is heavier than the last time.

        Args:
            overhead: What a message weighs beside its payload.
        """
        with GUARD:
            self.settle()
            before, self._weighed = self._weighed, self._kept_size + self._settled * overhead
            return self._weighed - before

    def numbered(self) -> list[tuple[int, Note]]:
        """Give what is kept, oldest first, with the number of each: 1 for the session's first. A copy."""
        with GUARD:
            self.settle()
            notes, first, clock_ns = self.notes.copy(), self._dropped_count + 1, self.clock_ns
        found: list[tuple[int, Note]] = []
        for time_ns, flags, payload in zip(notes[::STRIDE], notes[1::STRIDE], notes[2::STRIDE], strict=True):
            data, size, number = payload if type(payload) is tuple else (payload, None, None)
            note = time_ns - clock_ns, flags, data, size
            found.append((first + len(found) if number is None else number, note))
        return found


def encoded(payload: str | bytes) -> bytes:
    """Give the bytes of a payload."""
    # Servers refuse lone surrogates; what the app sent is recorded all the same.
    return payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")


def _sizes(payloads: list[Payload]) -> tuple[int, int]:
    """Count the bytes of payloads: those that are kept, and all."""
    try:
        # All at once: to ask each takes longer than to note it. Most are texts.
        together = "".join(payloads)  # type: ignore[arg-type]
    except TypeError:
        kept = size = 0
        for payload in payloads:
            if isinstance(payload, tuple):
                kept += len(payload[0])
                size += payload[1]
            else:
                length = len(encoded(payload))
                kept += length
                size += length
        return kept, size
    length = len(together if together.isascii() else encoded(together))
    return length, length
