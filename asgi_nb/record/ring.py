"""
The messages of one WebSocket session, as notes, bounded in count and in bytes.

Rule 1: a message that goes by is one tuple, appended. It is counted, and the oldest are dropped, when
        somebody asks, or when PENDING have come together.
Rule 2: one loop appends; any thread may ask. Who counts or drops holds the guard.
"""

from typing import Any, Final, Self, overload

from asgi_nb.record.guard import GUARD

# What one session keeps: enough to scroll through, and sixteen busy sessions fill the store's default budget.
RING_COUNT = 1000
RING_BYTES = 4 << 20

# Notes that may wait to be counted. Of SHORT messages, that is 16 KiB of ASCII: what the store's account may
# be wrong by.
PENDING = 32
# Characters or bytes up to which a payload may wait.
SHORT = 512

# Flags of a note.
RECEIVED: Final = 0
SENT: Final = 1
TEXT: Final = 2
INJECTED: Final = 4

Note = tuple[Any, ...]
"""
When, flags, the payload as it came: `str` or `bytes`.

A fourth value is its size in bytes, where the payload was cut; a fifth its number, where it was recorded
elsewhere. Tuples of plain values: garbage collection passes them by, and most are never looked at.
"""


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
        self.notes: list[Note] = []
        """What was noted, oldest first. Appended to by whoever hands the messages on, and by nobody else."""
        self._settled = 0
        self._weighed = 0
        self._received_count = self._sent_count = self._dropped_count = 0
        self._received_size = self._sent_size = self._kept_size = 0

    def settle(self) -> None:
        """Count what has come since the last time, and drop the oldest messages that no longer fit."""
        notes = self.notes
        if len(notes) == self._settled:
            return
        with GUARD:
            fresh = notes[self._settled :]
            sent = [note for note in fresh if note[1] & SENT]
            if sent:
                kept = _kept(sent)
                self._sent_count += len(sent)
                self._sent_size += kept + _cut(sent)
                self._kept_size += kept
            if len(sent) < len(fresh):
                received = [note for note in fresh if not note[1] & SENT]
                kept = _kept(received)
                self._received_count += len(received)
                self._received_size += kept + _cut(received)
                self._kept_size += kept
            settled = self._settled + len(fresh)
            gone = max(0, settled - RING_COUNT)
            if gone:
                self._kept_size -= _kept(notes[:gone])
            while self._kept_size > RING_BYTES:
                self._kept_size -= _kept(notes[gone : gone + 1])
                gone += 1
            if gone:
                del notes[:gone]
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
            return [
                (note[4] if len(note) > 4 else number, note)
                for number, note in enumerate(self.notes.copy(), self._dropped_count + 1)
            ]


def encoded(payload: str | bytes) -> bytes:
    """Give the bytes of a payload."""
    # Servers refuse lone surrogates; what the app sent is recorded all the same.
    return payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")


def _kept(notes: list[Note]) -> int:
    """Count the bytes of payload in notes."""
    payloads = [note[2] for note in notes]
    try:
        # All at once: to ask each takes longer than to note it. Most are texts.
        together = "".join(payloads)
    except TypeError:
        return sum([len(encoded(payload)) for payload in payloads])
    return len(together if together.isascii() else encoded(together))


def _cut(notes: list[Note]) -> int:
    """Count the bytes of payload that were left out of notes."""
    if max(map(len, notes)) <= 3:
        return 0
    return sum([note[3] - len(note[2]) for note in notes if len(note) > 3])
