"""Learn which exchanges of a store have changed since somebody last looked."""

from collections.abc import Callable
from heapq import nsmallest
from typing import Protocol, TypedDict

from asgi_nb.record.guard import GUARD


class Counts(TypedDict):
    """What a store holds and has let go."""

    kept: int
    """Exchanges that are kept."""
    dropped: int
    """Exchanges that had to go since the store was made or cleared."""
    bytes: int
    """About how many bytes of memory are kept."""
    dropped_bytes: int
    """About how many bytes the dropped exchanges held."""
    last_seq: int
    """The number given last; 0 before the first."""


class Watched(Protocol):
    """What a watch asks of its store."""

    watches: "tuple[Watch, ...]"
    """Who is told of changes; changed under the guard."""

    def settle(self) -> None:
        """Give a number to what has begun."""


class Watch:
    """The numbers of the exchanges that have changed since somebody last looked. Made by `Store.watch`."""

    __slots__ = ("_changed", "_store", "_wake", "failure")

    def __init__(self, store: Watched, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake
        self._changed: set[int] = set()
        self.failure: Exception | None = None
        """What `wake` raised; the watch is closed then."""

    def take(self, limit: int = 500) -> list[int]:
        """
        Take what has changed: the lowest numbers first, each once, at most `limit`.

        A number may be that of an exchange which the store has dropped meanwhile. After `Store.clear` the
        last number given comes up, so that the watcher looks at the counts.
        """
        self._store.settle()
        with GUARD:
            changed = nsmallest(limit, self._changed) if len(self._changed) > limit else sorted(self._changed)
            self._changed.difference_update(changed)
        return changed

    def close(self) -> None:
        """Stop watching. Closing twice is no error."""
        with GUARD:
            self._store.watches = tuple(watch for watch in self._store.watches if watch is not self)
            self._changed.clear()
