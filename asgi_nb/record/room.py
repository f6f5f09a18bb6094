"""
What a store lets go when there is no more room: what finished first.

Rule 1: all of it is done under the lock; what is let go is handed out, to die outside of it.
"""

from collections import deque

from asgi_nb.record.batch import Batch
from asgi_nb.record.draft import Opened
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.folded import Folded
from asgi_nb.record.kept import Kept
from asgi_nb.record.watch import Watch

# A sixty-fourth of the exchanges goes at a time: of ten thousand a whole batch, quicker than its rows.
SLACK = 64


class Room(Kept):
    """
    Exchanges by their numbers, bounded by count and bytes.

    Args:
        max_exchanges: How many exchanges are kept.
        max_bytes: About how many bytes of memory they may hold together.

    Raises:
        ValueError: A bound is below 1.
    """

    def __init__(self, max_exchanges: int, max_bytes: int) -> None:
        if max_exchanges < 1:
            raise ValueError(
                f"max_exchanges must be at least 1, got {max_exchanges}; use recording=False to keep none"
            )
        if max_bytes < 1:
            raise ValueError(
                f"max_bytes must be at least 1, got {max_bytes}; use recording=False to keep none"
            )
        super().__init__()
        self.max_exchanges = max_exchanges
        """How many exchanges are kept."""
        self.max_bytes = max_bytes
        """About how many bytes of memory they may hold together."""
        # Numbers in the order in which the exchanges finished; a batch stands for its own.
        self._finished: deque[int | Batch] = deque()
        self.watches: tuple[Watch, ...] = ()
        """Who is told of changes."""
        self._last_seq = 0
        self._bytes = 0
        self._dropped = 0
        self._dropped_bytes = 0

    def _make_room(self) -> list[object]:
        """Take out what is too much, and a little more: to begin this costs more than to go on."""
        max_exchanges, spare = self.max_exchanges, 0
        if len(self._kept) > max_exchanges:
            spare = max_exchanges // SLACK
            max_exchanges -= spare
        kept = self._kept
        gone: list[object] = []
        freed, excess = 0, self._bytes - self.max_bytes
        before = len(kept)
        while len(kept) > max_exchanges or freed < excess:
            if len(kept) == 1:
                break
            if batch := self._whole_batch(max(len(kept) - max_exchanges, spare), excess - freed):
                freed += batch.weight
                gone.append(batch)
                continue
            seq = self._first_finished()
            if seq is None:
                break
            one = kept.get(seq)
            if one is None or is_pinned(one):
                # It finished twice: somebody touched it after its end, as one who takes a pin out does.
                continue
            freed += free(seq, one)
            del kept[seq]
            gone.append(one)
        self._bytes -= freed
        self._dropped += before - len(kept)
        self._dropped_bytes += freed
        for watch in self.watches:
            watch._changed.intersection_update(kept)
        return gone

    def _whole_batch(self, most: int, excess: int) -> Batch | None:
        """
        Take out the batch that finished first, if nobody has looked at any of it, and give it.

        Args:
            most: How many exchanges may go.
            excess: How many bytes have to go in any case.
        """
        kept, finished = self._kept, self._finished
        batch = finished[0] if finished else None
        if not isinstance(batch, Batch) or batch.passed or batch.seqs[-1] == self._last_seq:
            return None
        seqs = batch.seqs
        if len(seqs) > most and batch.weight > excess:
            return None
        # By means of C: this is done for each request that comes once there is no more room.
        if list(map(kept.get, seqs)).count(batch) < len(seqs):
            return None
        deque(map(kept.pop, seqs), maxlen=0)
        finished.popleft()
        return batch

    def _first_finished(self) -> int | None:
        """Give what finished first, and will not be given again; the newest may not go."""
        finished = self._finished
        while finished:
            first = finished[0]
            if isinstance(first, Batch):
                if first.passed == len(first.seqs):
                    finished.popleft()
                    continue
                seq = first.seqs[first.passed]
                if seq == self._last_seq:
                    break
                first.passed += 1
                return seq
            if first == self._last_seq:
                break
            finished.popleft()
            return first
        return self._oldest_unpinned()

    def _oldest_unpinned(self) -> int | None:
        """Give what may go when nothing has finished; the newest may not."""
        return next(
            (seq for seq, one in self._kept.items() if seq != self._last_seq and not is_pinned(one)),
            None,
        )


def free(seq: int, one: Exchange | Folded | Batch | Opened) -> int:
    """Let go of what is kept of an exchange; gives the bytes that it has in the account."""
    if isinstance(one, Batch):
        return one.weigh(seq)
    if isinstance(one, tuple):
        size: int = one[0]
        return size
    if isinstance(one, Exchange):
        one.keeper = None
        return one.charged + one.output_size
    return one.charged


def is_pinned(one: Exchange | Folded | Batch | Opened) -> bool:
    """Whether somebody wants to keep it; what nobody has looked at is wanted by nobody."""
    return isinstance(one, Exchange) and one.pinned
