"""Exchanges that were recorded, to be read as a store is: nothing comes in, and nothing goes."""

from collections.abc import Iterable

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store


class Shelf(Store):
    """
    A store of what was recorded elsewhere. The exchanges stay with whoever keeps them.

    Args:
        exchanges: What it holds. Of two with one number, as from two kernels, the later one; the others count
            as dropped.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        super().__init__()
        self.recording = False
        found = list(exchanges)
        self._kept = {one.seq: one for one in sorted(found, key=lambda one: one.seq)}
        self._last_seq = max(self._kept, default=0)
        self._dropped = len(found) - len(self._kept)
        self._bytes = sum(one.kept_size for one in found)
