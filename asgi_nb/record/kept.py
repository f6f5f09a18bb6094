"""What a store holds, to be read from any thread: by number, by position, or all of it."""

import random
from collections.abc import Iterator
from typing import Any

from asgi_nb.record.batch import Batch
from asgi_nb.record.draft import Opened
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.folded import Folded
from asgi_nb.record.guard import GUARD
from asgi_nb.record.lookup import Lookup

# Odd, so that multiplying by it modulo 2**32 gives each number another id. Source: Knuth, TAOCP 3, 6.4.
_ID_FACTOR = 0x9E3779B1


class Kept(Lookup):
    """Exchanges by their numbers, oldest first. What nobody has looked at is made when somebody does."""

    def __init__(self) -> None:
        self._lock = GUARD
        # What is under way is noted, and what has ended is a fold, until somebody looks.
        self._kept: dict[int, Exchange | Folded | Batch | Opened] = {}
        # What folds have in common, by its id.
        self._shared: dict[int, Any] = {}
        # A generator of its own: a notebook that seeds `random` must not see its numbers change.
        self._salt = random.Random().getrandbits(32)

    def settle(self) -> None:
        """Take in what has come since somebody last looked."""

    def __len__(self) -> int:
        self.settle()
        return len(self._kept)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._snapshot())

    def __reversed__(self) -> Iterator[Exchange]:
        return reversed(self._snapshot())

    def _snapshot(self) -> list[Exchange]:
        self.settle()
        with self._lock:
            return self._all()

    def _at(self, positions: slice) -> list[Exchange]:
        self.settle()
        with self._lock:
            return [self._look(seq, self._kept[seq]) for seq in list(self._kept)[positions]]

    def get(self, seq: int) -> Exchange | None:
        """Give the exchange of a number, or None when it is not kept."""
        self.settle()
        with self._lock:
            one = self._kept.get(seq)
            return None if one is None else self._look(seq, one)

    def peek(self, seq: int) -> Exchange | None:
        """
        Give the exchange of a number, to be read at once and let go; None when it is not kept.

        Unlike `get` it leaves what is folded as it is: the next who asks gets another object.
        """
        self.settle()
        with self._lock:
            one = self._kept.get(seq)
            if one is None or isinstance(one, Exchange):
                return one
            return self._unfold(seq, one) if isinstance(one, tuple | Batch) else one.exchange()

    def numbers(self) -> list[int]:
        """Give the numbers of what is kept, oldest first."""
        self.settle()
        with self._lock:
            return list(self._kept)

    def since(self, seq: int) -> list[Exchange]:
        """Give the exchanges that began after the one of this number, oldest first."""
        self.settle()
        with self._lock:
            newer = []
            for number in reversed(self._kept):
                if number <= seq:
                    break
                newer.append(number)
            return [self._look(number, self._kept[number]) for number in reversed(newer)]

    # --- what is kept, as an exchange

    def number(self, seq: int) -> int:
        """Give the id of an exchange, by its number."""
        return (seq * _ID_FACTOR + self._salt) & 0xFFFFFFFF

    def _look(self, seq: int, one: Exchange | Folded | Batch | Opened) -> Exchange:
        """Give what is kept as an exchange, under the lock."""
        if isinstance(one, Exchange):
            return one
        if not isinstance(one, tuple | Batch):
            return one.exchange()
        self._kept[seq] = exchange = self._unfold(seq, one)
        return exchange

    def _unfold(self, seq: int, folded: Folded | Batch) -> Exchange:
        """Make the exchange of a number anew."""
        raise NotImplementedError

    def _all(self) -> list[Exchange]:
        return [self._look(seq, one) for seq, one in list(self._kept.items())]
