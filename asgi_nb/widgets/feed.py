"""
Decide what each page is sent, and when. No I/O, no clock, no lock: `pump.py` has those.

Rule 1: a page gets one batch per interval at most, in a flood per CALM intervals, of MAX_ROWS rows and
        MAX_BYTES bytes at most, and no third batch before it acknowledged the first of two. A page that
        cannot follow gets fewer, newer rows; no messages are queued for it (jupyter_server would keep them
        without bound).
Rule 2: an exchange that changed ten times since the last batch is sent once, as it is now.
Rule 3: a page that left two batches unanswered for SILENCE seconds gets nothing until it says hello again.
Rule 4: requests go first. A round has so much time; under a flood a person sees the newest rows, and what
        the page shows as under way is settled. The rest waits until there is time, newest first.
Rule 5: what a page will not be sent is counted and told. Any gap is mended by a new hello: a snapshot of the
        newest rows, then the older ones behind it, at the end of which the page forgets what it was not sent.
Rule 6: a view's filter runs here, over the whole store, newest first, in the time of its rounds. A row that
        has ceased to match is taken back by its number.
"""

import math
import secrets
import sys
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import FilterError
from asgi_nb.record.store import Store
from asgi_nb.widgets.lens import Lens, make_lens
from asgi_nb.widgets.view import View
from asgi_nb.widgets.wire import WIRE_VERSION, Outgoing
from asgi_nb.widgets.wire_row import encode_row

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

# Seconds of a round that all views together may take from the server's loop: a request waits no longer.
LOOKING = 0.01

# The same in a flood: a hundredth of the loop, while others need it.
BUSY = 0.001

# Exchanges in an interval beyond which it is a flood, 2,000 requests a second: a round takes the rest of a
# busy server's time.
FLOOD = 100

# Intervals between two rounds of a flood. To send a batch and to hear of it takes as long as its rows do.
CALM = 2

# Of that time, what news may take while old rows wait.
NEWS_FIRST = 0.75

# Rows that each view gets per round whatever they take: a screen has twenty, and twenty rounds are a second.
MIN_ROWS = 10

# Seconds between two looks through a filter on time: of `age<5m`, nobody sees a difference sooner.
REFRESH = 5.0

# States of an exchange that goes on.
LIVE = frozenset({"open", "held", "queued", "streaming"})

# Batches between two looks at what the store has dropped: one second.
RECOUNT = 20

# Pages of one kernel. Reloads leave dead ones behind until they fall silent, so the oldest goes first.
MAX_VIEWS = 16


class Feed:
    """
    The conversation with every page that shows one store.

    Args:
        store: What is shown.
        wake: Called, from any thread, when something has changed that a page waits for.
        interval: Seconds between two rounds of batches.
        beside: Gives what is told with each batch beside the counts, in JSON values.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[], object],
        *,
        interval: float = 0.05,
        beside: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._store = store
        self._wake = wake
        self._interval = interval
        self._beside = beside
        self._where = ""
        # The rows of another kernel, or of another inspector, share nothing with ours but their numbers.
        self._instance = secrets.token_hex(8)
        self._views: dict[str, View] = {}
        self._next_round = -math.inf
        # Intervals since the round before.
        self._stretch = 1
        self._rounds = 0
        # Rows of this round as all views show them that want nothing of their own.
        self._encoded: dict[int, tuple[bytes, bool]] = {}

    @property
    def view_count(self) -> int:
        """How many pages are listening."""
        return len(self._views)

    def close(self) -> None:
        """Stop watching the store."""
        for view_id in list(self._views):
            self._forget(view_id)

    def follow(self, where: str) -> None:
        """
        Filter every view from here on, also those that had a filter of their own.

        Raises:
            FilterError: The filter cannot be read; nothing has changed.
        """
        make_lens(where, "", ())
        self._where = where.strip()
        for view in self._views.values():
            self._look_through(view, None, view.lens.marks, view.lens.columns)

    def stir(self) -> None:
        """Send each page a batch at the next round, for what is told beside its rows."""
        for view in self._views.values():
            view.stirred = True

    # --- what pages say

    def receive(self, message: Mapping[str, Any]) -> list[Outgoing]:
        """
        Take in a `hello`, `view`, `ack`, `ping` or `bye` from a page.

        Returns:
            What is to be sent at once; rows wait for `flush`.
        """
        match message:
            case {"kind": "hello", "v": str(view_id), "hello": int(hello)}:
                return self._hello(view_id, hello, message)
            case {"kind": "view", "v": str(view_id), "hello": int(hello), "id": int(number)}:
                return self._view(view_id, hello, number, message)
            case {"kind": "ack", "v": str(view_id), "hello": int(hello), "batch": int(batch)}:
                self._acknowledge(view_id, hello, batch)
            case {"kind": "ping", "v": str(view_id), "hello": int(hello)}:
                known = view_id in self._views and self._views[view_id].hello == hello
                # A view that fell silent, or was one too many, is told to say hello again.
                kind = "pong" if known else "silent"
                return [Outgoing({"kind": kind, "v": view_id, "hello": hello, **self._state()}, [])]
            case {"kind": "bye", "v": str(view_id)}:
                self._forget(view_id)
        # Anything else comes from a page of another version, and its hello was refused with a reason.
        return []

    def _hello(self, view_id: str, hello: int, message: Mapping[str, Any]) -> list[Outgoing]:
        self._forget(view_id)
        version = message.get("version")
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

        where, highlight, columns = _wishes(message)
        view = View(view_id, hello, self._store.watch(stir), Lens(), follows=where is None)
        self._views[view_id] = view
        try:
            self._look_through(view, where, highlight, columns)
        except FilterError:
            # It was good when the page last used it: the snapshot says that it is not in use.
            self._look_through(view, "", "", columns)
        return []

    def _view(self, view_id: str, hello: int, number: int, message: Mapping[str, Any]) -> list[Outgoing]:
        """Change what a view looks through; with a filter that cannot be read, the old one stays."""
        view = self._views.get(view_id)
        answer: dict[str, Any] = {"kind": "answer", "v": view_id, "id": number}
        if view is None or view.hello != hello:
            return [Outgoing({"kind": "silent", "v": view_id, "hello": hello}, [])]
        try:
            self._look_through(view, *_wishes(message))
        except FilterError as exc:
            return [Outgoing({**answer, "ok": False, "value": exc.reason, **_place(exc)}, [])]
        return [Outgoing({**answer, "ok": True, "value": None}, [])]

    def _look_through(self, view: View, where: str | None, highlight: str, columns: tuple[str, ...]) -> None:
        view.lens = make_lens(self._where if where is None else where, highlight, columns)
        view.follows = where is None
        view.stuck = False
        view.snapshot_due = True

    def _state(self) -> dict[str, Any]:
        return {"counts": self._store.counts(), "recording": self._store.recording, **self._beside()}

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
            else:
                times.append(view.refresh_at)
        return min(times)

    def flush(self, now: float, spent: Callable[[], float] = lambda: 0.0) -> list[Outgoing]:
        """
        Make the batches that may be sent now.

        Args:
            now: Seconds, on any clock that does not jump.
            spent: Gives the seconds since the call; what takes too long waits for the next round.
        """
        outgoing = []
        round_is_due = now >= self._next_round
        stretch = 1
        # Another view goes first each time, so that one with a slow filter does not take all there is.
        self._rounds += 1
        self._encoded.clear()
        views = list(self._views.values())
        first = self._rounds % max(1, len(views))
        for place, view in enumerate(views[first:] + views[:first], 1):
            if len(view.unanswered) >= CREDIT:
                if view.unanswered[0][1] + SILENCE <= now:
                    self._forget(view.id)
                    outgoing.append(Outgoing({"kind": "silent", "v": view.id, "hello": view.hello}, []))
            elif round_is_due and (view.has_news or view.refresh_at <= now):
                is_flood = self._take(view) > FLOOD * self._stretch
                stretch = CALM if is_flood else stretch
                self._next_round = now + stretch * self._interval
                until = place / len(views) * (BUSY if is_flood else LOOKING)
                outgoing.append(self._batch(view, now, spent, until))
        if round_is_due:
            self._stretch = stretch
        self._encoded.clear()
        return outgoing

    def _batch(self, view: View, now: float, spent: Callable[[], float], until: float) -> Outgoing:
        # Not while the last look goes on: it would never come to the old rows.
        fresh = view.snapshot_due or (view.refresh_at <= now and not view.backlog)
        if fresh:
            self._snapshot(view)
            view.refresh_at = now + REFRESH if view.lens.timed else math.inf
        began = spent()
        pause = began + (until - began) * NEWS_FIRST if view.backlog else until
        rows: list[bytes] = []
        size = self._send_news(view, rows, lambda: spent() < pause)
        # The page appends what is newer than all it has: the oldest first.
        rows.reverse()
        self._send_old(view, rows, size, lambda: spent() < until)
        state = self._state()
        self._leave_out(view, state["counts"]["dropped"])
        content = {
            "kind": "snap" if fresh else "batch",
            "v": view.id,
            "hello": view.hello,
            "batch": view.next_batch,
            "instance": self._instance,
            **state,
            "matching": self._matching(view, state["counts"]["kept"]),
            "where": view.lens.text,
            "follows": view.follows,
            "columns": view.lens.columns,
            "whole": not view.backlog,
            "lost": view.lost,
            "behind": len(view.waiting),
            "left": view.left,
            "problem": view.problem,
        }
        view.unanswered.append((view.next_batch, now))
        view.next_batch += 1
        view.lost = 0
        view.left = []
        view.problem = ""
        return Outgoing(content, [b"[" + b",".join(rows) + b"]"])

    def _take(self, view: View) -> int:
        """Take in what has changed; give how much that is."""
        taken: list[int] = []
        if view.stirred:
            # The flag first: a wake that comes between these two lines must not be wiped out.
            view.stirred = False
            taken = view.watch.take(sys.maxsize)
        waiting = view.waiting
        # They come in order. What is new is taken in as a whole: a flood is a thousand of them.
        first = bisect_right(taken, view.high)
        for seq in taken[:first]:
            waiting[seq] = None
            waiting.move_to_end(seq)
        new = taken[first:]
        if new:
            # New numbers come in order: what lies between has left the store.
            view.lost += new[-1] - view.high - len(new)
            view.high = new[-1]
            view.unseen.update(new)
            waiting.update(dict.fromkeys(new))
        for seq in view.going.intersection(taken):
            waiting.move_to_end(seq)
        # A page forgets older rows, so they are not worth sending; but a filter may let few of them through.
        self._let_wait(view, self._store.max_exchanges if view.lens.where else MAX_PAGE_ROWS)
        if self._store.removals != view.removals:
            view.snapshot_due = True
        return len(taken)

    def _let_wait(self, view: View, most: int) -> None:
        """Give up the oldest of what waits, until there are no more than so many."""
        waiting = view.waiting
        surplus = list(islice(waiting, max(0, len(waiting) - most)))
        if surplus:
            for seq in surplus:
                del waiting[seq]
            missed = view.unseen.intersection(surplus)
            view.unseen -= missed
            view.lost += len(missed)
            view.going.difference_update(surplus)

    def _miss(self, view: View, seq: int) -> None:
        if seq in view.unseen:
            view.unseen.remove(seq)
            view.lost += 1
        view.going.discard(seq)

    def _snapshot(self, view: View) -> None:
        # What changes while the store is read stands in the watch: sent twice, but never missed.
        view.removals = self._store.removals
        view.high = self._store.counts()["last_seq"]
        kept = self._store.numbers()[::-1]
        # What is older may still match a filter.
        view.backlog = deque(kept if view.lens.where else kept[:MAX_PAGE_ROWS])
        view.waiting.clear()
        view.unseen.clear()
        view.going.clear()
        view.matching = set()
        view.left = []
        view.lost = 0
        view.snapshot_due = False

    def _send_news(self, view: View, rows: list[bytes], may_go_on: Callable[[], bool]) -> int:
        """Move rows of what has changed into a batch, newest first; give its size in bytes."""
        size, waiting = 0, view.waiting
        least = view.lens.least
        while waiting and len(rows) < MAX_ROWS and (least > 0 or may_go_on()):
            least -= 1
            seq = next(reversed(waiting))
            encoded = self._look(view, seq)
            if encoded:
                if rows and size + len(encoded) > MAX_BYTES - 2:
                    break
                rows.append(encoded)
                size += len(encoded) + 1
            del waiting[seq]
            if encoded is None:
                self._miss(view, seq)
            view.unseen.discard(seq)
        return size

    def _send_old(self, view: View, rows: list[bytes], size: int, may_go_on: Callable[[], bool]) -> None:
        """Move rows of a snapshot behind the news; those that have left the store were not missed."""
        backlog = view.backlog
        least = view.lens.least
        while backlog and len(rows) < MAX_ROWS and (least > 0 or may_go_on()):
            least -= 1
            # The page would forget more of them at once, but they count.
            encoded = self._look(view, backlog[0], counts_only=len(view.matching) >= MAX_PAGE_ROWS)
            if encoded:
                if rows and size + len(encoded) > MAX_BYTES - 2:
                    break
                rows.append(encoded)
                size += len(encoded) + 1
            backlog.popleft()

    def _look(self, view: View, seq: int, *, counts_only: bool = False) -> bytes | None:
        """Give the row of an exchange; b"" when the view does not show it, None when it is kept no longer."""
        lens = view.lens
        shared = self._encoded.get(seq) if lens.is_plain and lens.where is None else None
        if shared is None:
            exchange = self._store.peek(seq)
            if exchange is None:
                return None
            if not self._shows(view, exchange):
                view.going.discard(seq)
                if seq in view.matching:
                    view.matching.remove(seq)
                    view.left.append(seq)
                return b""
            if lens.where:
                view.matching.add(seq)
            if counts_only:
                return b""
            row = self._row(view, exchange)
            shared = encode_row(row), row["state"] in LIVE
            if lens.is_plain:
                self._encoded[seq] = shared
        encoded, is_going = shared
        if is_going:
            view.going.add(seq)
        else:
            view.going.discard(seq)
        return encoded

    def _shows(self, view: View, exchange: Exchange) -> bool:
        if view.stuck:
            return False
        try:
            return view.lens.shows(exchange)
        except FilterError as exc:
            # Each exchange may take as long again, on the loop that serves requests.
            view.problem = exc.reason
            view.stuck = True
            return False

    def _row(self, view: View, exchange: Exchange) -> dict[str, Any]:
        try:
            return view.lens.row(exchange)
        except FilterError as exc:
            view.problem = f"highlight: {exc.reason}"
            view.lens = replace(view.lens, highlight=None)
            return view.lens.row(exchange)

    def _matching(self, view: View, kept: int) -> int:
        """How many of the kept exchanges match, as far as they were looked at."""
        return min(len(view.matching), kept) if view.lens.where else kept

    def _leave_out(self, view: View, dropped: int) -> None:
        """Let go, now and then, of what the store has dropped."""
        if dropped == view.dropped or view.next_batch % RECOUNT:
            return
        view.dropped = dropped
        kept = set(self._store.numbers())
        view.matching &= kept
        # Nobody will ever tell the page that they have ended.
        view.left += view.going - kept
        view.going &= kept


def _place(exc: FilterError) -> dict[str, int]:
    return {"position": exc.position, "end": exc.end}


def _wishes(message: Mapping[str, Any]) -> tuple[str | None, str, tuple[str, ...]]:
    """Read what a page wants to look through; what is of the wrong type is left out."""
    where, highlight, columns = (message.get(key) for key in ("where", "highlight", "columns"))
    return (
        where if isinstance(where, str) else None,
        highlight if isinstance(highlight, str) else "",
        tuple(name for name in columns if isinstance(name, str)) if isinstance(columns, list) else (),
    )
