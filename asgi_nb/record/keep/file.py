"""
The file: an SQLite database of exchanges, which other programs can read as well.

One row per exchange, with what a list shows in columns of its own, and all of it in `record`, as `codec`
writes it. What is known of the code behind it stands in `trace`. `run` names the store that recorded it, so
that several kernels can write to one file. Bodies and messages that are long stand in `blobs`.

Source: SQLite, "Database File Format" section 1.3 for application_id and user_version; "Write-Ahead Logging".
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter
from asgi_nb.record.keep.codec import UNREADABLE, decode, encode, encode_trace
from asgi_nb.record.keep.errors import KeepError
from asgi_nb.record.keep.hide import without_secrets
from asgi_nb.record.masks import visible
from asgi_nb.record.selection import Selection
from asgi_nb.record.usage import ArgumentValueError, expect
from asgi_nb.record.written_trace import write_trace

# "asgi" in ASCII: what tells a file of traffic from any other database.
APPLICATION_ID = 0x61736769
# A file of a higher one is refused; a lower one is read as it is, and brought up to this to be written.
FORMAT = 2

# Format -> what makes a file of the one before into it.
CHANGES = {2: "ALTER TABLE exchanges ADD COLUMN trace TEXT"}

# Seconds to wait for another kernel that writes to the same file. A batch takes milliseconds.
BUSY_TIMEOUT = 5.0

SCHEMA = """
CREATE TABLE exchanges (
    key INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    started_at REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    route TEXT,
    status INTEGER,
    state TEXT NOT NULL,
    duration REAL,
    masked INTEGER NOT NULL,
    record TEXT NOT NULL,
    trace TEXT,
    UNIQUE (run, seq)
);
CREATE TABLE blobs (
    exchange INTEGER NOT NULL REFERENCES exchanges (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (exchange, number)
);
CREATE INDEX exchanges_by_start ON exchanges (started_at);
"""

INSERT = """
INSERT OR REPLACE INTO exchanges
    (run, seq, id, kind, started_at, method, path, route, status, state, duration, masked, record, trace)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Written(NamedTuple):
    """An exchange as it goes into the file."""

    row: tuple[object, ...]
    """The values of its row."""
    blobs: list[bytes]
    """Its long bytes, in the order of their numbers."""


def prepare(exchange: Exchange, run: str, *, secrets: bool) -> Written:
    """
    Make of an exchange what goes into the file.

    Args:
        exchange: The exchange, finished or not.
        run: The name of the store that recorded it.
        secrets: Whether to write secrets as they are.
    """
    masked, trace = 0, write_trace(exchange)
    if not secrets:
        exchange, trace, masked = without_secrets(exchange, trace)
    record, blobs = encode(exchange)
    route = exchange.route_path
    row = (
        run,
        exchange.seq,
        exchange.id,
        exchange.kind,
        exchange.started_at,
        # What SQLite cannot hold as text, and what redraws a terminal, is escaped. The record has it whole.
        visible(exchange.request.method),
        visible(exchange.request.path),
        None if route is None else visible(route),
        exchange.status,
        exchange.state,
        exchange.duration,
        masked,
        record,
        encode_trace(trace),
    )
    return Written(row, blobs)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """
    Open a file of traffic, or make one.

    Raises:
        KeepError: It cannot be opened, is no file of traffic, or is of a newer format.
    """
    with _told(path, "opened"):
        # The thread that writes is not the one that opens; they take turns.
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        try:
            _check(connection, path, new=True)
            # A killed kernel leaves a whole file; after a power cut the last batches may be missing.
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Change to the write-ahead log: here SQLite itself does not wait for another kernel that writes."""
    patience = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if not exc.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > patience:
                raise
        time.sleep(0.01)


def write(connection: sqlite3.Connection, written: Iterable[Written]) -> None:
    """
    Add exchanges, all or none; one that is there already is replaced.

    Raises:
        sqlite3.Error: The file is locked for too long, the disk is full, or the file is damaged.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for row, blobs in written:
            key = connection.execute(INSERT, row).lastrowid
            connection.executemany(
                "INSERT INTO blobs (exchange, number, data) VALUES (?, ?, ?)",
                [(key, number, data) for number, data in enumerate(blobs)],
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def size_of(connection: sqlite3.Connection) -> int:
    """Give the bytes of the file, as far as they are in use."""
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    return pages * int(connection.execute("PRAGMA page_size").fetchone()[0])


def load(path: str | Path, where: str = "", limit: int | None = None) -> Selection:
    """
    Read exchanges from a file, oldest first.

    They are as they were written, with their numbers and ids, and belong to no store. Their secrets are
    masked unless they were kept with `secrets=True`.

    Args:
        path: The file.
        where: A filter; by default all.
        limit: How many to read, the newest; by default all that there are.

    Raises:
        KeepError: The file is not there, is no file of traffic, is of a newer format, or is damaged.
        FilterError: The filter cannot be read, or takes too long.
    """
    __tracebackhide__ = True
    expect(path, (str, os.PathLike), "load() takes the path of a file that traffic.keep() has made")
    if limit is not None and limit < 0:
        raise ArgumentValueError(f"limit must be 0 or more, got {limit}")
    wanted = Filter.parse(where)
    path = Path(path)
    if not path.is_file():
        raise KeepError(f"there is no file {str(path)!r}; traffic.keep({str(path)!r}) makes one")
    found: list[Exchange] = []
    with _told(path, "read"), closing(_open_for_reading(path)) as connection:
        _check(connection, path, new=False)
        for exchange in _read(connection, path):
            if limit is not None and len(found) >= limit:
                break
            if wanted.matches(exchange):
                found.append(exchange)
    found.reverse()
    return Selection(found)


def _open_for_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=BUSY_TIMEOUT)


def _read(connection: sqlite3.Connection, path: Path) -> Iterator[Exchange]:
    """Give the exchanges, newest first."""
    trace_of = "trace" if _format(connection) > 1 else "NULL"
    rows = connection.execute(
        f"SELECT key, record, {trace_of} FROM exchanges ORDER BY started_at DESC, run DESC, seq DESC"
    )
    for key, record, trace in rows:
        try:
            yield decode(record, _blobs(connection, key), trace)
        except UNREADABLE as exc:
            raise KeepError(
                f"{str(path)!r} is damaged: row {key} of its exchanges cannot be read: "
                f"{type(exc).__name__}: {exc}; delete that row, or the file"
            ) from exc


def _blobs(connection: sqlite3.Connection, key: int) -> list[bytes]:
    rows: Sequence[tuple[bytes]] = connection.execute(
        # A column of BLOBs may hold anything.
        "SELECT CAST(data AS BLOB) FROM blobs WHERE exchange = ? ORDER BY number",
        (key,),
    ).fetchall()
    return [data for (data,) in rows]


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check(connection: sqlite3.Connection, path: Path, *, new: bool) -> None:
    """Refuse what is no file of traffic, or make a new one into it."""
    # Before its name: another kernel may make the file meanwhile, name and tables at once.
    has_tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID:
        found = _format(connection)
        if found > FORMAT:
            raise KeepError(
                f"{str(path)!r} was written by a newer asgi_nb: it has format {found}, this one reads up to "
                f"{FORMAT}; run %pip install -U asgi-nb, or keep to another file"
            )
        if found < 1:
            raise KeepError(f"{str(path)!r} has format {found}, which was never written; name another file")
        if new and found < FORMAT:
            _bring_up(connection)
        return
    if not new or application or has_tables:
        raise KeepError(f"{str(path)!r} is a database, but none of traffic; name another file")
    # Two kernels may make the same file at the same moment: who comes second finds it made.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _bring_up(connection: sqlite3.Connection) -> None:
    """Make a file of an older format into one of this; its exchanges stay as they are."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another kernel may have done it meanwhile.
        for number in range(_format(connection) + 1, FORMAT + 1):
            connection.execute(CHANGES[number])
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """Say which file it is, what is wrong with it and what to do."""
    try:
        yield
    except sqlite3.Error as exc:
        __tracebackhide__ = True
        raise KeepError(f"{str(path)!r} cannot be {done}: {explain(exc, path)}") from exc


def explain(exc: sqlite3.Error, path: Path) -> str:
    """Say what SQLite complains of, and what to do."""
    name = getattr(exc, "sqlite_errorname", "")
    if name.startswith("SQLITE_NOTADB"):
        return "it is no SQLite database; name another file"
    if name.startswith("SQLITE_CORRUPT"):
        return f"it is damaged; `sqlite3 {path} .recover` may save what is left, or name another file"
    if name.startswith("SQLITE_BUSY"):
        return f"another program has locked it for {BUSY_TIMEOUT:g} s; close that, or name another file"
    if name.startswith("SQLITE_CANTOPEN"):
        return f"{exc}; does its directory exist, and may you write there?"
    if name == "SQLITE_ERROR":
        return f"{exc}; it was not written by asgi_nb, or is damaged; name another file"
    return f"{exc} ({name})" if name else str(exc)
