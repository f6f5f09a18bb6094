"""
Keep what a store records in a file, beside the server and never in its way.

A thread looks at the store twice a second and writes what has finished since. The server's loop does nothing
for it: no queue, no watch, no I/O. The store is the queue, with its bounds; what it dropped before the thread
came is counted.

Rule 1: at most one thread per file and store. It is a daemon, and has no hold on the kernel's exit.
Rule 2: at exit, what has finished is written, for at most EXIT_TIMEOUT. A killed kernel loses about the last
        second.
Rule 3: a failure is told by the object and in the log, never by the app's requests.
"""

import atexit
import logging
import os
import sqlite3
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.keep.errors import KeepError
from asgi_nb.record.keep.file import Written, explain, open_for_writing, prepare, size_of, write
from asgi_nb.record.usage import expect, expect_count

logger = logging.getLogger("asgi_nb.record")

# Seconds between two looks: half of what a killed kernel may lose.
INTERVAL = 0.5
# Exchanges of one transaction: while it lasts, another kernel waits.
BATCH = 200
# Exchanges under way that are held on to when the store has dropped them: idle sockets, mostly.
WAITING = 1000

# Seconds that the kernel's exit may wait for the last batch.
EXIT_TIMEOUT = 2.0


class Source(Protocol):
    """What is asked of a store."""

    run: str
    """Its name in files."""

    def since(self, seq: int) -> list[Exchange]:
        """Give the exchanges that began after the one of this number."""

    def counts(self) -> Any:
        """Say which number was given last."""


class Keeping:
    """
    A file that a store's exchanges are being kept in. Made by `Store.keep`.

    Args:
        store: Where the exchanges come from.
        path: The file; it is made when it is not there.
        secrets: Whether to write secrets as they are.
        max_bytes: How large the file may grow; what comes then is dropped and counted.

    Raises:
        KeepError: The file cannot be opened, is no file of traffic, or is of a newer format.
        ValueError: `max_bytes` is below 1.
    """

    def __init__(self, store: Source, path: Path, *, secrets: bool = False, max_bytes: int) -> None:
        expect_count(max_bytes, "max_bytes")
        self.path = path
        """The file."""
        self.secrets = secrets
        """Whether secrets are written as they are."""
        self.max_bytes = max_bytes
        """How large the file may grow."""
        self.written = 0
        """Exchanges that are in the file by this."""
        self.dropped = 0
        """Exchanges that are not: they had left the store before they could be written, or did not fit."""
        self.failure: KeepError | None = None
        """Why nothing more is written; None while all is well."""
        self._store = store
        self._connection = open_for_writing(path)
        self._waiting = {exchange.seq: exchange for exchange in store.since(0)}
        self._last_seq = max(self._waiting, default=store.counts()["last_seq"])
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asgi_nb-keep", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as exc:
            self._connection.close()
            raise KeepError(f"the thread that keeps traffic did not start: {exc}") from exc

    @property
    def running(self) -> bool:
        """Whether exchanges are being kept."""
        return self._thread.is_alive() and not self._stop.is_set() and self.failure is None

    def flush(self) -> None:
        """
        Write now what has finished, and return when it is in the file.

        Raises:
            KeepError: It cannot be written.
        """
        self._write_all(everything=False)
        if self.failure is not None:
            raise self.failure
        if any(exchange.app_exit_ns is not None for exchange in self._waiting.values()):
            raise KeepError(f"{str(self.path)!r} is locked by another program; what is left is written later")

    def close(self, timeout: float = EXIT_TIMEOUT) -> None:
        """
        Write what is left, also what is under way as it stands, and let go of the file.

        Args:
            timeout: Seconds to wait for it.
        """
        self._stop.set()
        self._thread.join(timeout)
        _running.pop((id(self._store), self.path), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- the thread

    def _run(self) -> None:
        try:
            while not self._stop.wait(INTERVAL) and self.failure is None:
                self._write_all(everything=False)
            self._write_all(everything=True)
            self.dropped += len(self._waiting)
        finally:
            with self._busy:
                self._connection.close()

    def _write_all(self, *, everything: bool) -> None:
        """Write what has finished; `everything`: also what has not."""
        with self._busy:
            if self.failure is not None:
                return
            try:
                ready = self._collect(everything)
                for start in range(0, len(ready), BATCH):
                    self._write(ready[start : start + BATCH])
            except sqlite3.ProgrammingError:
                self.failure = KeepError(f"{str(self.path)!r} is closed; traffic.keep() opens it again")
            except sqlite3.Error as exc:
                self._fail(exc)
            except Exception as exc:
                # Whatever it is: a thread that ends without a word would look as if it kept.
                self.failure = KeepError(f"keeping in {str(self.path)!r} has ended: {exc!r}")
                logger.exception("keeping in %s has ended", self.path)

    def _collect(self, everything: bool) -> list[Exchange]:
        """Take what there is to write out of the store and out of what is waited for."""
        new = self._store.since(self._last_seq)
        if new:
            self.dropped += new[-1].seq - self._last_seq - len(new)
            self._last_seq = new[-1].seq
        waiting = self._waiting
        waiting.update((exchange.seq, exchange) for exchange in new)
        ready = [one for one in waiting.values() if everything or one.app_exit_ns is not None]
        for exchange in ready:
            del waiting[exchange.seq]
        while len(waiting) > WAITING:
            del waiting[next(iter(waiting))]
            self.dropped += 1
        return ready

    def _write(self, exchanges: list[Exchange]) -> None:
        if size_of(self._connection) >= self.max_bytes:
            self.dropped += len(exchanges)
            return
        prepared = [one for one in map(self._prepare, exchanges) if one is not None]
        try:
            write(self._connection, prepared)
        except sqlite3.OperationalError as exc:
            if getattr(exc, "sqlite_errorname", "") not in ("SQLITE_BUSY", "SQLITE_LOCKED"):
                self.dropped += len(prepared)
                raise
            # Another kernel has the file: these wait for the next time.
            self._waiting.update((exchange.seq, exchange) for exchange in exchanges)
            return
        self.written += len(prepared)

    def _prepare(self, exchange: Exchange) -> Written | None:
        try:
            return prepare(exchange, self._store.run, secrets=self.secrets)
        except Exception:
            # One that cannot be written must not cost those after it.
            self.dropped += 1
            logger.exception("exchange %d could not be kept in %s", exchange.seq, self.path)
            return None

    def _fail(self, exc: sqlite3.Error) -> None:
        self.failure = KeepError(f"{str(self.path)!r} cannot be written: {explain(exc, self.path)}")
        logger.error("keeping traffic has ended: %s", self.failure)

    def __repr__(self) -> str:
        state = "running" if self.running else "failed" if self.failure else "closed"
        parts = [f"{self.written} exchange{'s' * (self.written != 1)} written"]
        if self.dropped:
            parts.append(f"{self.dropped} dropped")
        if self._waiting:
            parts.append(f"{len(self._waiting)} under way")
        if self.secrets:
            parts.append("with secrets")
        if self.failure is not None:
            parts.append(str(self.failure))
        return f"<Keeping in {str(self.path)!r}, {state}: {', '.join(parts)}>"


_running: dict[tuple[int, Path], Keeping] = {}
# Files that a forked child has from its parent: to close them there would damage what the parent has.
_inherited: list[Keeping] = []


def keep(store: Source, path: str | Path, *, secrets: bool = False, max_bytes: int) -> Keeping:
    """
    Keep a store's exchanges in a file; one that is being kept there already goes on.

    Raises:
        KeepError: The file cannot be used, or is being written with another choice of `secrets`.
    """
    __tracebackhide__ = True
    expect(path, (str, os.PathLike), "traffic.keep() takes the path of a file, such as 'traffic.sqlite'")
    # The same file under any name, also where the working directory changes.
    place = Path(path).expanduser().resolve()
    found = _running.get((id(store), place))
    if found is not None and found.running:
        if found.secrets != secrets:
            raise KeepError(
                f"{str(place)!r} is being written with secrets={found.secrets}; end that first: "
                f"traffic.keep({str(path)!r}, secrets={found.secrets}).close()"
            )
        return found
    keeping = Keeping(store, place, secrets=secrets, max_bytes=max_bytes)
    _running[id(store), place] = keeping
    return keeping


def close_all() -> None:
    """Close what is being kept; at exit, so that nothing that has finished is lost."""
    for keeping in list(_running.values()):
        keeping._stop.set()
    for keeping in list(_running.values()):
        keeping.close(EXIT_TIMEOUT)


def _forget_in_child() -> None:
    _inherited.extend(_running.values())
    _running.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(close_all)
