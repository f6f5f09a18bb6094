"""A session: the exchanges that began while it was open, kept for themselves."""

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self, overload

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.guard import GUARD
from asgi_nb.record.selection import Queries, Selection, as_html, as_text, caption_of
from asgi_nb.record.usage import expect_count

# A night of clicking, or ten minutes of a load test at 16 requests a second.
MAX_EXCHANGES = 10_000
# What a notebook can spare beside the data it is there for. What the store still has is not held twice.
MAX_BYTES = 64 << 20

# How many exchanges under way are weighed each time one begins; more are weighed now and then.
WEIGHED = 32


class Recording(Protocol):
    """What a session records from: a store."""

    recording: bool
    """Whether anything is recorded."""
    sessions: "tuple[Session, ...]"
    """Who is given each exchange as it begins; changed under the guard."""


class Session(Queries):
    """
    The exchanges that began inside of a `with` block, whichever thread or server they came through.

    It stays readable after the block. An exchange is in it from its beginning on, and goes on changing until
    it ends. What the store drops meanwhile is still here; when the session itself is full, the oldest that
    has finished goes, and is counted.

        with asgi_nb.recording() as session:
            asgi_nb.client.get("/items")
        session.where("status>=400")

    Args:
        store: Where the exchanges come from.
        max_exchanges: How many are kept.
        max_bytes: About how many bytes of memory they may hold together.

    Raises:
        ValueError: A bound is below 1.
    """

    def __init__(
        self, store: Recording, max_exchanges: int = MAX_EXCHANGES, max_bytes: int = MAX_BYTES
    ) -> None:
        expect_count(max_exchanges, "max_exchanges")
        expect_count(max_bytes, "max_bytes")
        self.max_exchanges = max_exchanges
        """How many exchanges are kept."""
        self.max_bytes = max_bytes
        """About how many bytes of memory they may hold together."""
        self.dropped = 0
        """Exchanges that had to go."""
        self._store = store
        self._kept: dict[int, Exchange] = {}
        # Number -> bytes, of those that have finished; and those that had not when they were last weighed.
        self._settled: dict[int, int] = {}
        self._bytes = 0
        self._open: list[Exchange] = []

    # --- opening and closing

    @property
    def is_open(self) -> bool:
        """Whether exchanges that begin come in."""
        return any(session is self for session in self._store.sessions)

    def __enter__(self) -> Self:
        with GUARD:
            if self.is_open:
                raise RuntimeError("this session is open already; make another one with recording()")
            self._store.sessions = (*self._store.sessions, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with GUARD:
            self._store.sessions = tuple(one for one in self._store.sessions if one is not self)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, exc, traceback)

    # --- writing

    def take(self, exchange: Exchange) -> None:
        """Take in an exchange that has begun. Called under the guard."""
        self._kept[exchange.seq] = exchange
        self._open.append(exchange)
        if len(self._open) <= WEIGHED or len(self._kept) % WEIGHED == 0:
            self._settle()
        under_way = sum(one.kept_size + one.output_size for one in self._open[-WEIGHED:])
        while len(self._kept) > 1 and (
            len(self._kept) > self.max_exchanges or self._bytes + under_way > self.max_bytes
        ):
            self._drop()

    def _settle(self) -> None:
        still = []
        for exchange in self._open:
            if exchange.app_exit_ns is None:
                still.append(exchange)
            elif exchange.seq in self._kept:
                self._settled[exchange.seq] = size = exchange.kept_size + exchange.output_size
                self._bytes += size
        self._open = still

    def _drop(self) -> None:
        seq = next(iter(self._settled), None)
        if seq is None:
            seq = next(iter(self._kept))
            self._open = [one for one in self._open if one.seq != seq]
        del self._kept[seq]
        self._bytes -= self._settled.pop(seq, 0)
        self.dropped += 1

    # --- reading

    def exchanges(self) -> Selection:
        """Give what is in it at this moment."""
        with GUARD:
            return Selection(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges())

    @overload
    def __getitem__(self, key: int) -> Exchange: ...
    @overload
    def __getitem__(self, key: slice) -> Selection: ...

    def __getitem__(self, key: int | slice) -> Exchange | Selection:
        return self.exchanges()[key]

    def _caption(self, exchanges: Selection) -> str:
        caption = f"Session, {'open' if self.is_open else 'closed'}: {caption_of(exchanges)}"
        if self.dropped:
            caption += f", {self.dropped} dropped"
        if self.is_open and not self._store.recording:
            caption += ", recording is off"
        return caption

    def __repr__(self) -> str:
        exchanges = self.exchanges()
        return as_text(exchanges, self._caption(exchanges))

    def _repr_html_(self) -> str:
        exchanges = self.exchanges()
        return as_html(exchanges, self._caption(exchanges))
