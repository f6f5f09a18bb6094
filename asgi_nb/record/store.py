"""
Keep exchanges, bounded by count and bytes, for a writer loop or several and readers on any thread.

Rule 1: whatever changes is changed under the lock. It is never held while a watcher's `wake` runs, nor while
        an exchange is thrown away.
Rule 2: what had to go is counted, and the counts are shown.
Rule 3: a number is given once and never again, so a reader can ask for what came after the one it knows.
"""

import logging
import random
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from asgi_nb.record.batch import BATCH, Batch, take_in
from asgi_nb.record.draft import EXIT, Draft, Opened
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.folded import Folded, forget_unused, unfold
from asgi_nb.record.origin import Origin
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.plain import ENDED, PlainWire
from asgi_nb.record.plain_fold import fold
from asgi_nb.record.room import Room, free, is_pinned
from asgi_nb.record.selection import Selection, as_html
from asgi_nb.record.session import MAX_BYTES, MAX_EXCHANGES, Session
from asgi_nb.record.watch import Counts, Watch

if TYPE_CHECKING:
    # SQLite and a thread: for those who keep traffic.
    from pathlib import Path

    from asgi_nb.record.keep.keeping import Keeping

logger = logging.getLogger("asgi_nb.record")

# Bytes by which an exchange under way may be heavier than the account says: a hundredth of what it may weigh.
UNCHARGED = 1 << 14

# Requests between two looks at what folds have in common: to look goes through all that is kept.
LOOKED = 128

# Ticks after which plain requests under way get their numbers: 20 ms.
TICKS = 10

# Cells and tables of routes that folded exchanges may need: a day of work in a notebook.
SHARED_LIMIT = 1000

# 1 GiB: a disk that a notebook filled unasked is worse than a record with an end.
KEPT_BYTES = 1 << 30


class Store(Room):
    """
    The exchanges of an app, oldest first.

    Reads like a list, by position: `traffic[-1]`, `traffic[:10]`. By text it finds what a person remembers:
    `traffic["GET /items"]`, `traffic["/items/{id}"]`, `traffic["3f9a"]`. `traffic.where("status>=400")` takes
    the filters of the inspector.

    When there is no more room, the exchange that finished first goes first; sockets and requests under way go
    only when nothing else is left. The newest exchange always stays.

    Args:
        max_exchanges: How many exchanges are kept.
        max_bytes: About how many bytes of memory they may hold together.

    Raises:
        ValueError: A bound is below 1.
    """

    def __init__(self, max_exchanges: int = MAX_EXCHANGES, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(max_exchanges, max_bytes)
        self.recording = True
        """Whether a tap records what begins from here on."""
        self.log: list[PlainWire] = []
        """The plain requests that have begun and have no number yet, in order: what `settle` takes in."""
        self._ticks = 0
        self.ticker: object = None
        """The loop on which somebody will call `tick` soon; None when nobody will."""
        self.sessions: tuple[Session, ...] = ()
        """Who is given each exchange as it begins; changed under the guard."""
        self.removals = 0
        """How often exchanges were taken out by hand: a reader that saw another number reads anew."""
        self.run = f"{random.Random().getrandbits(64):016x}"
        """The name of this store in files: two kernels that keep to one file have two."""

    # --- writing

    def add(self, exchange: Exchange) -> None:
        """Take in an exchange that has begun, and give it its number and id."""
        self.settle()
        with self._lock:
            self._last_seq = seq = self._last_seq + 1
            exchange.seq = exchange.request.body.seq = seq
            exchange.keeper = self
            exchange.id = f"{self.number(seq):08x}"
            for session in self.sessions:
                session.take(exchange)
            self._kept[seq] = exchange
            gone, woken = self._update(exchange)
        for watch in woken:
            self._wake(watch)
        del gone

    def settle(self) -> None:
        """
        Give a number to each plain request that has begun since the last time, and keep what has ended.

        Whoever reads has it done first; else it is done by `tick`, see `plain`.
        """
        if self.log:
            self._take_in(len(self.log))

    def tick(self, loop: object) -> None:
        """
        Settle the plain requests that have ended, and now and then all; goes on while there are any.

        Often, because each request that waits takes memory which no other has just used. Those under way are
        left for TICKS times: with a number, they are kept one by one.

        Args:
            loop: The one that it is called on.
        """
        if self.ticker is not loop:
            # Another server's loop has taken it over.
            return
        log = self.log
        self._ticks = (self._ticks + 1) % TICKS
        if self._ticks:
            count = next((index for index, wire in enumerate(log) if wire.stage != ENDED), len(log))
        else:
            count = len(log)
        try:
            if count:
                self._take_in(count)
        finally:
            # Whatever went wrong with some: those that come after are looked at.
            if log:
                log[0].later(self.tick)
            else:
                self.ticker = None

    def _take_in(self, count: int) -> None:
        gone: Sequence[object] = ()
        with self._lock:
            kept, shared = self._kept, self._shared
            before = self._last_seq
            unfit: list[PlainWire] = []
            while count > 0:
                # At once: the collector of garbage may run code here that asks the store.
                taken = self.log[: min(count, BATCH)]
                del self.log[: len(taken)]
                count -= BATCH
                first, self._last_seq = self._last_seq, self._last_seq + len(taken)
                batch, alone, size, left = take_in(taken, first, kept, shared)
                if batch.seqs:
                    self._finished.append(batch)
                self._finished += alone
                self._bytes += size
                unfit += left
            if len(shared) > SHARED_LIMIT:
                forget_unused(shared, kept.values())
            for wire in unfit:
                wire.drafted()
            if self._bytes > self.max_bytes or len(kept) > self.max_exchanges:
                gone = self._make_room()
            woken = self._note_changes(range(before + 1, self._last_seq + 1)) if self.watches else ()
        for watch in woken:
            self._wake(watch)
        del gone

    def stir(self) -> None:
        """Wake who watches and has nothing to look at: a plain request has begun."""
        for watch in self.watches:
            if not watch._changed:
                self._wake(watch)

    def _note_changes(self, numbers: Iterable[int]) -> Sequence[Watch]:
        woken = [watch for watch in self.watches if not watch._changed]
        for watch in self.watches:
            watch._changed.update(numbers)
        return woken

    def begin(self, begun: Opened) -> None:
        """Take in a request that has begun, and give it its number."""
        gone: Sequence[object] = ()
        self.settle()
        with self._lock:
            self._last_seq = begun.seq = seq = self._last_seq + 1
            kept = self._kept
            kept[seq] = begun
            self._bytes += begun.charged
            for session in self.sessions:
                session.take(begun.exchange())
            if len(kept) > self.max_exchanges or self._bytes > self.max_bytes:
                gone = self._make_room()
        if self.watches:
            self.tell(begun)
        # The exchanges that had to go die here, outside of the lock: freeing them may run any code.
        del gone

    def land(self, begun: Opened, folded: Folded, origin: Origin | None) -> bool:
        """
        Take note that the app has returned, and keep a tuple in the place of what was noted.

        Args:
            begun: What was noted.
            folded: The tuple.
            origin: The cell that answered.

        Returns:
            False where nothing was done, because somebody has looked.
        """
        gone: Sequence[object] = ()
        with self._lock:
            if begun.is_seen:
                return False
            seq, kept = begun.seq, self._kept
            if seq not in kept:
                return True
            kept[seq] = folded
            self._finished.append(seq)
            shared = self._shared
            shared[folded[1]] = origin
            shared[folded[2]] = begun.routes()[0]
            if not seq % LOOKED and len(shared) > SHARED_LIMIT:
                forget_unused(shared, kept.values())
            self._bytes += folded[0] - begun.charged
            if self._bytes > self.max_bytes:
                gone = self._make_room()
        if self.watches:
            self.tell(begun)
        del gone
        return True

    def land_plain(self, wire: PlainWire) -> None:
        """Keep a tuple in the place of a plain request that has ended after it had got its number."""
        folded = fold(wire)
        if folded is None:
            # There is more to it: a draft is told of the end.
            wire.drafted()
        else:
            self.land(wire, *folded)

    def end(self, exchange: Exchange, draft: Draft, at_ns: int) -> None:
        """
        Take note that the app has returned from an exchange that somebody has looked at.

        Args:
            exchange: The exchange.
            draft: What it is made of.
            at_ns: Nanoseconds from its start.
        """
        gone: Sequence[object] = ()
        with self._lock:
            if draft.recorder is None:
                draft.notes += (EXIT, at_ns, None, None)
                exchange.app_exit_ns = at_ns
            else:
                draft.write(exchange).finish(at_ns)
            if exchange.seq not in self._kept:
                return
            gone, woken = self._update(exchange)
        for watch in woken:
            self._wake(watch)
        del gone

    def replace(self, begun: Opened, other: Exchange | Draft) -> None:
        """Keep what it has become in its place, under the lock."""
        if self._kept.get(begun.seq) is begun:
            self._kept[begun.seq] = other
            if isinstance(other, Exchange):
                other.keeper = self

    def unfolded(self, begun: Opened) -> Exchange | None:
        """Give the exchange of a request that has ended; None when nothing is kept of it."""
        with self._lock:
            kept = self._kept.get(begun.seq)
            if kept is not None:
                return self._look(begun.seq, kept)
            folded = begun.folded
            if isinstance(folded, Batch):
                return folded.exchange(begun.seq, self)
            # Nobody else keeps what it shares.
            return unfold(begun.seq, folded, self, {folded[2]: begun.routes()[0]}) if folded else None

    def touch(self, exchange: Exchange) -> None:
        """Tell that an exchange has changed: its bytes are counted, and who watches is woken."""
        seq = exchange.seq
        if exchange.app_exit_ns is None and exchange.kept_size - exchange.charged < UNCHARGED:
            # Who is told already will look after this change: there is nothing to do, and no lock to take.
            for watch in self.watches:
                if seq not in watch._changed:
                    break
            else:
                return
        with self._lock:
            if seq not in self._kept:
                return
            gone, woken = self._update(exchange)
        for watch in woken:
            self._wake(watch)
        # The exchanges that had to go die here, outside of the lock: freeing them may run any code.
        del gone

    def tell(self, exchange: Exchange | Opened) -> None:
        """Wake who watches; unlike `touch`, for a change that makes no difference to the account."""
        seq = exchange.seq
        for watch in self.watches:
            # Who is told already will look after this change.
            if seq not in watch._changed:
                with self._lock:
                    first = not watch._changed
                    if seq in self._kept:
                        watch._changed.add(seq)
                if first:
                    self._wake(watch)

    def add_output(self, exchange: Exchange, record: OutputRecord) -> None:
        """Add what the code behind an exchange has printed; unlike `touch`, from any thread."""
        with self._lock:
            grown = exchange.add_output(record)
            if exchange.seq not in self._kept:
                return
            self._bytes += grown
            gone, woken = self._settle(exchange)
        for watch in woken:
            self._wake(watch)
        del gone

    def _update(self, exchange: Exchange) -> tuple[Sequence[object], Sequence[Watch]]:
        """Enter a change into the accounts, under the lock: gives what had to go and whom to wake."""
        self._bytes += exchange.kept_size - exchange.charged
        exchange.charged = exchange.kept_size
        if exchange.app_exit_ns is not None:
            self._finished.append(exchange.seq)
        return self._settle(exchange)

    def _settle(self, exchange: Exchange) -> tuple[Sequence[object], Sequence[Watch]]:
        gone: Sequence[object] = ()
        woken: Sequence[Watch] = ()
        if self._bytes > self.max_bytes or len(self._kept) > self.max_exchanges:
            gone = self._make_room()
        if self.watches:
            woken = [watch for watch in self.watches if not watch._changed]
            for watch in self.watches:
                watch._changed.add(exchange.seq)
        return gone, woken

    def _unfold(self, seq: int, folded: Folded | Batch) -> Exchange:
        if isinstance(folded, Batch):
            exchange = folded.exchange(seq, self)
        else:
            exchange = unfold(seq, folded, self, self._shared)
        exchange.keeper = self
        return exchange

    def _wake(self, watch: Watch) -> None:
        try:
            watch._wake()
        except Exception as exc:
            # The caller is the app's own request, which must not fail because a watcher did.
            watch.failure = exc
            watch.close()
            logger.exception("a watcher's wake() raised; its watch is closed")

    def clear(self, *, pinned: bool = False) -> None:
        """
        Throw all exchanges away but the pinned ones, and start the counts anew; numbers go on.

        Exchanges under way run on, but are seen no more.

        Args:
            pinned: Whether the pinned ones go as well.
        """
        self.settle()
        with self._lock:
            gone = [seq for seq, one in self._kept.items() if pinned or not is_pinned(one)]
            taken, woken = self._take_out(gone)
            self._dropped = self._dropped_bytes = 0
        for watch in woken:
            self._wake(watch)
        del taken

    def remove(self, *exchanges: Exchange) -> int:
        """Throw these away, pinned or not; gives how many of them were kept here."""
        self.settle()
        with self._lock:
            gone = [one.seq for one in dict.fromkeys(exchanges) if self._kept.get(one.seq) is one]
            taken, woken = self._take_out(gone)
        for watch in woken:
            self._wake(watch)
        del taken
        return len(gone)

    def _take_out(self, gone: Sequence[int]) -> tuple[Sequence[object], Sequence[Watch]]:
        """Take exchanges out at somebody's wish, under the lock; gives them, and whom to wake."""
        taken = []
        for seq in gone:
            one = self._kept.pop(seq)
            taken.append(one)
            self._bytes -= free(seq, one)
        if not self._kept:
            self._finished.clear()
        if not self._last_seq:
            return taken, ()
        self.removals += 1
        woken = [watch for watch in self.watches if not watch._changed]
        for watch in self.watches:
            watch._changed.difference_update(gone)
            watch._changed.add(self._last_seq)
        return taken, woken

    def watch(self, wake: Callable[[], None]) -> Watch:
        """
        Collect the numbers of exchanges that change from here on.

        Args:
            wake: Called when the watch goes from nothing to something, on whichever thread made the change,
                which is an app's own: it must return at once, and hand the work to a loop of its own.
        """
        watch = Watch(self, wake)
        with self._lock:
            self.watches = (*self.watches, watch)
        return watch

    def record(self, max_exchanges: int = MAX_EXCHANGES, max_bytes: int = MAX_BYTES) -> Session:
        """Make a session, which keeps what begins inside of its `with` block; see `Session`."""
        return Session(self, max_exchanges, max_bytes)

    def keep(self, path: "str | Path", *, secrets: bool = False, max_bytes: int = KEPT_BYTES) -> "Keeping":
        """
        Keep what is here and what comes in a file, for `load` after a restart of the kernel.

        A thread writes each exchange when it has finished, within a second. What is pinned or noted later is
        not written again. Calling it twice gives the same `Keeping`; `close()` ends it.

        Args:
            path: The file; it is made when it is not there. Several kernels may write to one.
            secrets: Whether to write secrets as they are; by default they are masked.
            max_bytes: How large the file may grow; what comes then is dropped and counted.

        Raises:
            KeepError: The file cannot be used.
        """
        from asgi_nb.record.keep.keeping import keep

        return keep(self, path, secrets=secrets, max_bytes=max_bytes)

    def load(self, path: "str | Path", where: str = "", limit: int | None = None) -> Selection:
        """Read what was kept in a file, oldest first; it does not enter this store. See `keep.file.load`."""
        from asgi_nb.record.keep.file import load

        return load(path, where, limit)

    def counts(self) -> Counts:
        """Say what is kept and what had to go, at one moment."""
        self.settle()
        with self._lock:
            return {
                "kept": len(self._kept),
                "dropped": self._dropped,
                "bytes": self._bytes,
                "dropped_bytes": self._dropped_bytes,
                "last_seq": self._last_seq,
            }

    # --- showing

    def __repr__(self) -> str:
        counts = self.counts()
        dropped = f", {counts['dropped']} dropped" if counts["dropped"] else ""
        off = "" if self.recording else ", recording is off"
        return f"<Store: {counts['kept']} exchanges, {counts['bytes'] / 1e6:.1f} MB{dropped}{off}>"

    def _repr_html_(self) -> str:
        return as_html(self._snapshot(), f"{self!r}".strip("<>"))
