"""
Lay many exchanges out on one time axis: lanes of bars, each bar of segments, and who blocked the loop. Pure.

Rule 1: a bar's segments follow each other without gap or overlap, from the exchange's start to its end, or to
        the moment of the picture.
Rule 2: what is not drawn is counted: `older` that came before the newest BAR_LIMIT, `crowded` for which no
        lane of LANE_LIMIT was free.
Rule 3: all text is masked and bounded, as everything that a person or a file sees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import NamedTuple

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.kitchen import SOON_NS, waited_ns
from asgi_nb.record.masks import mask_text, shorten, visible
from asgi_nb.record.remedies import remedy
from asgi_nb.record.segments import KINDS, Segment, end_of, segments_of
from asgi_nb.record.summary import summarize

LANE_LIMIT = 60
"""Lanes: what two screens show."""
BAR_LIMIT = 1000
"""Bars: more of them, on any screen, are a grey cloud."""
TICK_LIMIT = 200
"""Messages of a WebSocket that are marked, the last ones."""
TITLE_LIMIT = 120
TEXT_LIMIT = 200

Span = tuple[int, int]


class Tick(NamedTuple):
    """One WebSocket message."""

    at_ns: int
    """As in `Segment`."""
    direction: str
    """"receive" for client to app, "send" for app to client."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One exchange on the time axis. Times are nanoseconds from the picture's start."""

    seq: int
    """The number that the store gave."""
    title: str
    """Method and path, secrets hidden."""
    result: str
    """The status, the close code or the state."""
    cell: str
    """The cell that answered, "[3]"; "" for none."""
    start_ns: int
    end_ns: int
    """Its end; of one that goes on, the moment of the picture."""
    is_open: bool
    """Whether it goes on."""
    is_error: bool
    """Whether it failed: an exception, or a status from 500 on."""
    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]
    more_ticks: int
    """Messages that are not among `ticks`."""

    @property
    def words(self) -> str:
        """One line that says all of it."""
        parts = [f"{self.title} → {self.result}", milliseconds(self.end_ns - self.start_ns)]
        parts[1] += " so far" if self.is_open else ""
        sums: dict[str, int] = {}
        for one in self.segments:
            sums[one.kind] = sums.get(one.kind, 0) + one.end_ns - one.start_ns
        parts += [f"{KINDS[kind]} {milliseconds(took)}" for kind, took in sums.items() if kind != "unknown"]
        if self.ticks:
            parts.append(f"{len(self.ticks) + self.more_ticks} messages")
        return f"{self.seq}  " + ", ".join(parts) + (f", {self.cell}" if self.cell else "")


@dataclass(frozen=True, slots=True)
class LoopBlock:
    """One time that a loop was held for more than 100 ms. Times are nanoseconds from the picture's start."""

    seq: int
    """The number of the exchange that held it."""
    title: str
    """Its method and path, secrets hidden."""
    loop: str
    """Whose loop: "server" or "kernel"."""
    start_ns: int
    end_ns: int
    function: str
    """What ran: the endpoint, a stream, a middleware."""
    place: str
    """The cell, "Cell In[3]", or a file, and the line; "" when nobody saw it."""
    text: str
    """The source of that line, secrets hidden."""
    remedy: str
    """What to do about it, in one sentence."""
    waiters: tuple[tuple[int, int], ...]
    """(number, nanoseconds) of the exchanges that had to wait meanwhile, longest first."""

    @property
    def words(self) -> str:
        """One line that says who, how long, where and whom it kept waiting."""
        parts = [f"{self.seq}  {self.title} held the {self.loop}'s loop for "
                 f"{milliseconds(self.end_ns - self.start_ns)}"]  # fmt: skip
        if self.place:
            parts.append(f"{self.place}{': ' if self.text else ''}{self.text}")
        count = len(self.waiters)
        parts.append(f"{count} other{'s' * (count != 1)} had to wait" if count else "nobody had to wait")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The picture's data."""

    lanes: tuple[tuple[Bar, ...], ...]
    """Bars that do not overlap, per lane, in order."""
    blocks: tuple[LoopBlock, ...]
    """When a loop was held too long, in order."""
    length_ns: int
    """Nanoseconds that the picture covers."""
    started_at: float
    """Seconds since the Unix epoch, of its left edge."""
    older: int
    """Exchanges before the newest BAR_LIMIT."""
    crowded: int
    """Exchanges for which no lane was free."""

    @property
    def bars(self) -> list[Bar]:
        """All bars, in the order in which they began."""
        return sorted((bar for lane in self.lanes for bar in lane), key=lambda bar: (bar.start_ns, bar.seq))

    @property
    def loops(self) -> list[str]:
        """The loops that anything ran on: "server", "kernel"."""
        used = {one.loop for bar in self.bars for one in bar.segments} | {one.loop for one in self.blocks}
        return [loop for loop in ("server", "kernel") if loop in used]

    @property
    def left_out(self) -> str:
        """What is not drawn, in words; "" when all is."""
        parts = []
        if self.older:
            parts.append(f"{self.older} older requests are left out")
        if self.crowded:
            parts.append(f"{self.crowded} more ran at once than {LANE_LIMIT} lanes can show")
        return "; ".join(parts)


def lay_out(exchanges: Iterable[Exchange], seconds: float | None = None, now_ns: int | None = None) -> Lanes:
    """
    Lay exchanges out on one axis.

    Args:
        exchanges: Those to show.
        seconds: Only what went on in the last so many of them, before the last thing that happened; None for
            all of it.
        now_ns: What `time.perf_counter_ns()` says, for those that go on; by default it is asked.

    Raises:
        ValueError: `seconds` is not above 0.
    """
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds must be above 0, got {seconds!r}; leave it out to see all of it")
    found = sorted(exchanges, key=lambda one: (one.started_at, one.seq))
    now = perf_counter_ns() if now_ns is None else now_ns
    # What was loaded from a file has left its clock behind; the wall clock is what it shares with others.
    clocked = all(one.clock_ns for one in found)
    base_of = {id(one): one.clock_ns if clocked else round(one.started_at * 1e9) for one in found}
    shown = found[-BAR_LIMIT:]
    spans = {id(one): (base_of[id(one)], base_of[id(one)] + end_of(one, now)) for one in shown}
    last = max((end for _, end in spans.values()), default=0)
    if seconds is not None:
        edge = last - round(seconds * 1e9)
        shown = [one for one in shown if spans[id(one)][1] >= edge]
    origin = min((spans[id(one)][0] for one in shown), default=0)
    if seconds is not None:
        origin = max(origin, last - round(seconds * 1e9))
    bars = [make_bar(one, now, base_of[id(one)] - origin) for one in shown]
    lanes, crowded = pack(bars)
    first = next((one for one in shown if base_of[id(one)] >= origin), shown[0] if shown else None)
    return Lanes(
        lanes=tuple(map(tuple, lanes)),
        blocks=tuple(_blocks(shown, {id(one): base_of[id(one)] - origin for one in shown})),
        length_ns=max(1, last - origin),
        started_at=0.0 if first is None else first.started_at - (base_of[id(first)] - origin) / 1e9,
        older=0 if seconds is not None else len(found) - len(shown),
        crowded=crowded,
    )


def pack(bars: Iterable[Bar], limit: int = LANE_LIMIT) -> tuple[list[list[Bar]], int]:
    """
    Put bars that do not overlap into one lane: as few lanes as there can be.

    Returns:
        The lanes, and how many bars found none.
    """
    lanes: list[list[Bar]] = []
    crowded = 0
    for bar in sorted(bars, key=lambda one: (one.start_ns, one.seq)):
        lane = next((lane for lane in lanes if lane[-1].end_ns <= bar.start_ns), None)
        if lane is not None:
            lane.append(bar)
        elif len(lanes) < limit:
            lanes.append([bar])
        else:
            crowded += 1
    return lanes, crowded


def make_bar(exchange: Exchange, now_ns: int, shift_ns: int = 0) -> Bar:
    """
    Make the bar of one exchange.

    Args:
        exchange: The exchange.
        now_ns: What `time.perf_counter_ns()` says.
        shift_ns: Where it begins, in nanoseconds from the picture's start.
    """
    row = summarize(exchange)
    end = end_of(exchange, now_ns)
    status = row["status"]
    ticks, more = _ticks(exchange)
    return Bar(
        seq=row["seq"],
        title=shorten(f"{row['method']} {row['path']}", TITLE_LIMIT),
        result=str(row["state"] if status is None else status),
        cell=row["cell"] or "",
        start_ns=shift_ns,
        end_ns=shift_ns + end,
        is_open=exchange.app_exit_ns is None,
        is_error=row["state"] == "error" or (isinstance(status, int) and 500 <= status < 600),
        segments=tuple(
            Segment(kind, start + shift_ns, stop + shift_ns, loop)
            for kind, start, stop, loop in segments_of(exchange, end)
        ),
        ticks=tuple(Tick(at + shift_ns, direction) for at, direction in ticks),
        more_ticks=more,
    )


def _ticks(exchange: Exchange) -> tuple[list[Tick], int]:
    websocket = exchange.websocket
    if websocket is None:
        return [], 0
    marked = [Tick(message.at_ns, message.direction) for message in websocket.messages[-TICK_LIMIT:]]
    return marked, websocket.received_count + websocket.sent_count - len(marked)


def _blocks(exchanges: Sequence[Exchange], shifts: dict[int, int]) -> list[LoopBlock]:
    held = [
        (exchange, one, shifts[id(exchange)] + one.start_ns, shifts[id(exchange)] + one.end_ns)
        for exchange in exchanges
        for one in exchange.blocked
    ]
    if not held:
        return []
    held.sort(key=lambda one: one[2])
    # Read once, for as many blocks as there are.
    ran = [(one, _spans_by_loop(one, shifts[id(one)])) for one in exchanges]
    free: dict[str, tuple[int, int]] = {}
    found: list[LoopBlock] = []
    # From the last one back: whoever waits for one may find the next one in its place.
    for exchange, one, start, end in reversed(held):
        began, freed = free.get(one.loop, (end + SOON_NS + 1, end))
        freed = freed if began <= end + SOON_NS else end
        free[one.loop] = start, freed
        waited = [
            (other.seq, waiting)
            for other, spans in ran
            if other is not exchange
            and (waiting := _waited(spans.get(one.loop, ()), start, end, freed)) is not None
        ]
        row = summarize(exchange)
        found.append(
            LoopBlock(
                seq=exchange.seq,
                title=shorten(f"{row['method']} {row['path']}", TITLE_LIMIT),
                loop=one.loop,
                start_ns=start,
                end_ns=end,
                function=shorten(visible(one.title), TITLE_LIMIT),
                place=""
                if one.cell is None
                else f"{shorten(visible(one.cell), TITLE_LIMIT)}, line {one.line}",
                text=shorten(visible(mask_text(one.text).text), TEXT_LIMIT),
                remedy=remedy(one.text),
                waiters=tuple(sorted(waited, key=lambda waiter: -waiter[1])),
            )
        )
    return found[::-1]


def _waited(ran: Sequence[Span], start: int, end: int, freed: int) -> int | None:
    waited = waited_ns(ran, start, end)
    return waited_ns(ran, start, freed) if waited is None and freed > end else waited


def _spans_by_loop(exchange: Exchange, shift: int) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for one in exchange.slices:
        span = shift + one.start_ns, shift + (one.end_ns or one.start_ns)
        spans.setdefault(one.kind, []).append(span)
    return spans


def milliseconds(ns: int) -> str:
    """Say a time as a person reads it: "0.42 ms", "301 ms", "2.40 s"."""
    ms = ns / 1e6
    if ms < 10:
        return f"{ms:.2f} ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"
