"""
What the kitchen's pages are sent: the inspector's rows and protocol, with when each request's code ran.

Rule 1: everything holds that `feed.py` says; here, a row is a bar.
Rule 2: a request that goes on is sent again when its code has run, twice a second: nothing else tells of it.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from time import perf_counter_ns
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.lanes import TEXT_LIMIT, TITLE_LIMIT, Bar, make_bar
from asgi_nb.record.masks import mask_text, shorten, visible
from asgi_nb.record.remedies import remedy
from asgi_nb.record.segments import Segment
from asgi_nb.record.store import Store
from asgi_nb.record.timeline import Timeline
from asgi_nb.widgets.feed import Feed
from asgi_nb.widgets.pump import Pump
from asgi_nb.widgets.view import View
from asgi_nb.widgets.wire import Answers, Outgoing, WireError, row

# Bars of a snapshot: what a page draws (js/src/kitchen/time.js).
PAGE = 300

# Seconds between two looks at the requests that go on.
PACE = 0.5

# Stretches and messages of a bar: one each 8 pixels of a wide screen.
STRETCHES = 200
TICKS = 100

# Requests in a saved picture.
PICTURED = 1000


def bar_row(exchange: Exchange) -> dict[str, Any]:
    """
    Sum an exchange up for the kitchen: `wire.row`, with its stretches in milliseconds from its start.

    What is in no stretch is waiting.
    """
    bar = make_bar(exchange, perf_counter_ns())
    shown = row(exchange)
    shown["end_ms"] = round(bar.end_ns / 1e6, 3)
    shown["open"] = bar.is_open
    shown["failed"] = bar.is_error
    shown["stretches"] = [
        [one.kind, round(one.start_ns / 1e6, 3), round(one.end_ns / 1e6, 3), one.loop]
        for one in coarse(bar, STRETCHES)
    ]
    ticks = bar.ticks[-TICKS:]
    shown["ticks"] = [[round(tick.at_ns / 1e6, 3), tick.direction] for tick in ticks]
    shown["blocks"] = [
        {
            "start_ms": round(one.start_ns / 1e6, 3),
            "end_ms": round(one.end_ns / 1e6, 3),
            "loop": one.loop,
            "title": shorten(visible(one.title), TITLE_LIMIT),
            "place": ""
            if one.cell is None
            else f"{shorten(visible(one.cell), TITLE_LIMIT)}, line {one.line}",
            "text": shorten(visible(mask_text(one.text).text), TEXT_LIMIT),
            "remedy": remedy(one.text),
        }
        for one in exchange.blocked
    ]
    return shown


def coarse(bar: Bar, limit: int) -> list[Segment]:
    """Give what a bar did beside waiting, in about `limit` stretches: those that lie close become one."""
    near = (bar.end_ns - bar.start_ns) // limit if len(bar.segments) > limit else 0
    last: dict[tuple[str, str], int] = {}
    found: list[Segment] = []
    for one in bar.segments:
        if one.kind == "awaiting":
            continue
        before = last.get((one.kind, one.loop))
        if before is not None and near and one.start_ns - found[before].end_ns < near:
            found[before] = found[before]._replace(end_ns=one.end_ns)
            continue
        last[one.kind, one.loop] = len(found)
        found.append(one)
    return found


class KitchenFeed(Feed):
    """A feed whose rows are bars. Arguments as for `Feed`."""

    def __init__(
        self,
        store: Store,
        wake: Callable[[], object],
        *,
        interval: float = 0.1,
        beside: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        super().__init__(store, wake, interval=interval, beside=beside)
        # Number of a request that goes on -> how many steps of it were noted when it was last sent.
        self._open: dict[int, int] = {}
        self._look_at = -math.inf

    def due(self) -> float:
        """As `Feed.due`, and when to look at what goes on."""
        return min(super().due(), self._look_at if self._open and self._views else math.inf)

    def flush(self, now: float, *budget: Any) -> list[Outgoing]:
        """As `Feed.flush`."""
        if self._open and now >= self._look_at:
            self._look_at = now + PACE
            for seq in list(self._open):
                self._tell_if_moved(seq)
        return super().flush(now, *budget)

    def _tell_if_moved(self, seq: int) -> None:
        exchange = self._store.get(seq)
        if exchange is None:
            del self._open[seq]
        elif _steps(exchange) != self._open[seq]:
            self._store.tell(exchange)

    def _row(self, view: View, exchange: Exchange) -> dict[str, Any]:
        # A socket's messages are news by themselves.
        if exchange.app_exit_ns is None and exchange.websocket is None:
            self._open[exchange.seq] = _steps(exchange)
        else:
            self._open.pop(exchange.seq, None)
        return bar_row(exchange)

    def _snapshot(self, view: View) -> None:
        super()._snapshot(view)
        if not view.lens.where:
            view.backlog = deque(islice(view.backlog, PAGE))


def _steps(exchange: Exchange) -> int:
    return 0 if exchange.trace is None else sum(map(len, list(exchange.trace.runs)))


class KitchenAnswers(Answers):
    """Answers of which one more is a picture."""

    def reply(self, message: Mapping[str, Any]) -> Outgoing:
        """Answer `picture` with the SVG of the exchanges in `seqs`, and all else as `Answers` does."""
        if message.get("what") != "picture":
            return super().reply(message)
        head = {"kind": "answer", "v": message.get("v"), "id": message.get("id")}
        try:
            svg = self._picture(message.get("seqs"))
        except WireError as exc:
            return Outgoing({**head, "ok": False, "value": str(exc)}, [])
        return Outgoing({**head, "ok": True, "value": None}, [svg])

    def _picture(self, seqs: object) -> bytes:
        if not isinstance(seqs, list) or not all(type(seq) is int for seq in seqs):
            raise WireError(f"seqs must be a list of whole numbers, got {seqs!r}")
        found = [one for seq in dict.fromkeys(seqs[-PICTURED:]) if (one := self.store.get(seq)) is not None]
        return Timeline(found)._repr_svg_().encode()


class KitchenPump(Pump):
    """A pump of bars and pictures. Arguments as for `Pump`."""

    feed_type = KitchenFeed
    answers_type = KitchenAnswers
