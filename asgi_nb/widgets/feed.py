"""
Decide what each page is sent, and when. No I/O, no clock, no lock: `pump.py` has those.

Rule 1: a page gets one batch per interval at most, of MAX_ROWS rows and MAX_BYTES bytes at most, and no third
        batch before it acknowledged the first of two. A page that cannot follow gets fewer, newer rows; no
        messages are queued for it (jupyter_server would keep them without bound).
Rule 2: an exchange that changed ten times since the last batch is sent once, as it is now. What has changed
        stands in the store's watch; the feed holds only what did not fit into the last batch.
Rule 3: a page that left two batches unanswered for SILENCE seconds gets nothing until it says hello again.
Rule 4: what a page missed is counted and told. Any gap is mended by a new hello: a snapshot of the newest
        rows, then the older ones behind it, at the end of which the page forgets what it was not sent.
"""

import math
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asgi_nb.record.store import Store, Watch
from asgi_nb.widgets.wire import WIRE_VERSION, Outgoing, encode, row

# Measured: 100 to 500 rows a message is the knee; beyond it, parsing in the page dominates.
MAX_ROWS = 500

# As a slice of a body: 256 KiB arrive within 60 ms, and the cost of a message is per message, not per byte.
MAX_BYTES = 256 * 1024

# Two batches: one on its way and one being drawn.
CREDIT = 2

# Seconds. Longer than a page needs to draw, shorter than a person waits before reloading.
SILENCE = 5.0

# Rows that a page holds (js/src/rows.js): it forgets older ones, so they are not worth sending.
MAX_PAGE_ROWS = 5000

# Pages of one kernel. Reloads leave dead ones behind until they fall silent, so the oldest goes first.
MAX_VIEWS = 16


@dataclass(slots=True)
class View:
    """One page that listens."""

    id: str
    hello: int
    """The number of its hello: what answers an older one is not for it."""
    watch: Watch
    stirred: bool = True
    """Whether the watch may hold something."""
    backlog: deque[int] = field(default_factory=deque)
    """Numbers of the snapshot that were not sent yet, newest first."""
    carry: deque[int] = field(default_factory=deque)
    """What the watch gave and the last batch had no room for, oldest first."""
    unanswered: deque[tuple[int, float]] = field(default_factory=deque)
    """(number, when it was sent) of batches without an acknowledgement."""
    next_batch: int = 0
    snapshot_due: bool = True
    high: int = 0
    """The newest exchange that it knows. New numbers come in order, so a gap above it is what it missed."""
    lost: int = 0
    """Exchanges that left the store before they could be sent, since the last batch."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to send."""
        return bool(self.stirred or self.snapshot_due or self.carry or self.backlog)


class Feed:
    """
    The conversation with every page that shows one store.

    Args:
        store: What is shown.
        wake: Called, from any thread, when something has changed that a page waits for.
        interval: Seconds between two rounds of batches.
    """

    def __init__(self, store: Store, wake: Callable[[], object], *, interval: float = 0.05) -> None:
        self._store = store
        self._wake = wake
        self._interval = interval
        # The rows of another kernel, or of another inspector, share nothing with ours but their numbers.
        self._instance = secrets.token_hex(8)
        self._views: dict[str, View] = {}
        self._next_round = -math.inf

    @property
    def view_count(self) -> int:
        """How many pages are listening."""
        return len(self._views)

    def close(self) -> None:
        """Stop watching the store."""
        for view_id in list(self._views):
            self._forget(view_id)

    # --- what pages say

    def receive(self, message: Mapping[str, Any]) -> list[Outgoing]:
        """
        Take in a `hello`, `ack` or `bye` from a page.

        Returns:
            What is to be sent at once; rows wait for `flush`.
        """
        match message:
            case {"kind": "hello", "v": str(view_id), "hello": int(hello)}:
                return self._hello(view_id, hello, message.get("version"))
            case {"kind": "ack", "v": str(view_id), "hello": int(hello), "batch": int(batch)}:
                self._acknowledge(view_id, hello, batch)
            case {"kind": "bye", "v": str(view_id)}:
                self._forget(view_id)
        # Anything else comes from a page of another version, and its hello was refused with a reason.
        return []

    def _hello(self, view_id: str, hello: int, version: object) -> list[Outgoing]:
        self._forget(view_id)
        if version != WIRE_VERSION:
            reason = (
                f"the page speaks wire version {version!r} and the kernel {WIRE_VERSION}; "
                "restart the kernel, then reload the page"
            )
            return [Outgoing({"kind": "refuse", "v": view_id, "hello": hello, "reason": reason}, [])]
        while len(self._views) >= MAX_VIEWS:
            self._forget(next(iter(self._views)))

        def stir() -> None:
            view.stirred = True
            self._wake()

        view = View(view_id, hello, self._store.watch(stir))
        self._views[view_id] = view
        return []

    def _acknowledge(self, view_id: str, hello: int, batch: int) -> None:
        view = self._views.get(view_id)
        if view and view.hello == hello:
            while view.unanswered and view.unanswered[0][0] <= batch:
                view.unanswered.popleft()

    def _forget(self, view_id: str) -> None:
        view = self._views.pop(view_id, None)
        if view:
            view.watch.close()

    # --- what pages are sent

    def due(self) -> float:
        """When `flush` has something to do, on the clock that `flush` is told; infinity for never."""
        times = [math.inf]
        for view in self._views.values():
            if len(view.unanswered) >= CREDIT:
                times.append(view.unanswered[0][1] + SILENCE)
            elif view.has_news:
                times.append(self._next_round)
        return min(times)

    def flush(self, now: float) -> list[Outgoing]:
        """
        Make the batches that may be sent now.

        Args:
            now: Seconds, on any clock that does not jump.
        """
        outgoing = []
        round_is_due = now >= self._next_round
        for view in list(self._views.values()):
            if len(view.unanswered) >= CREDIT:
                if view.unanswered[0][1] + SILENCE <= now:
                    self._forget(view.id)
                    outgoing.append(Outgoing({"kind": "silent", "v": view.id, "hello": view.hello}, []))
            elif round_is_due and view.has_news:
                self._next_round = now + self._interval
                outgoing.append(self._batch(view, now))
        return outgoing

    def _batch(self, view: View, now: float) -> Outgoing:
        self._take(view)
        fresh = view.snapshot_due
        if fresh:
            self._snapshot(view)
        rows: list[bytes] = []
        size, missed = self._fill(rows, view.carry, 0)
        view.lost += missed
        # Old rows ride along where the new ones leave room; those that are gone by now were not missed.
        self._fill(rows, view.backlog, size)
        content = {
            "kind": "snap" if fresh else "batch",
            "v": view.id,
            "hello": view.hello,
            "batch": view.next_batch,
            "instance": self._instance,
            "counts": self._store.counts(),
            "whole": not view.backlog,
            "lost": view.lost,
        }
        view.unanswered.append((view.next_batch, now))
        view.next_batch += 1
        view.lost = 0
        return Outgoing(content, [b"[" + b",".join(rows) + b"]"])

    def _take(self, view: View) -> None:
        room = MAX_ROWS - len(view.carry)
        if not view.stirred or room <= 0:
            return
        # The flag first: a wake that comes between these two lines must not be wiped out.
        view.stirred = False
        taken = view.watch.take(room)
        if len(taken) == room:
            view.stirred = True
        for seq in taken:
            if seq > view.high:
                view.lost += seq - view.high - 1
                view.high = seq
        view.carry.extend(taken)
        # The store takes what it drops out of the watch, so a number without an exchange tells of `clear`.
        if any(self._store.get(seq) is None for seq in taken):
            view.snapshot_due = True

    def _snapshot(self, view: View) -> None:
        # What changes while the store is read stands in the watch: sent twice, but never missed.
        view.high = self._store.counts()["last_seq"]
        view.backlog = deque(reversed([exchange.seq for exchange in self._store][-MAX_PAGE_ROWS:]))
        view.carry.clear()
        view.lost = 0
        view.snapshot_due = False

    def _fill(self, rows: list[bytes], numbers: deque[int], size: int) -> tuple[int, int]:
        """Move rows into a batch of `size` bytes; give its new size, and how many had left the store."""
        gone = 0
        while numbers and len(rows) < MAX_ROWS:
            exchange = self._store.get(numbers[0])
            encoded = encode(row(exchange)) if exchange else b""
            if rows and size + len(encoded) > MAX_BYTES - 2:
                break
            numbers.popleft()
            if exchange:
                rows.append(encoded)
                size += len(encoded) + 1
            else:
                gone += 1
        return size, gone
