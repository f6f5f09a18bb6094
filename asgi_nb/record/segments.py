"""
What an exchange did with its time: segments that follow each other, from its start to its end. Pure.

Rule 1: segments have neither gap nor overlap between them.
Rule 2: where nothing ran, the exchange waited, unless it is known what else it did.
"""

from collections.abc import Sequence
from typing import NamedTuple

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.slices import read_slices

# Segment kind -> what a person reads.
KINDS = {
    "running": "running on the loop",
    "thread": "running in a thread",
    "awaiting": "awaiting",
    "sending": "sending the response",
    "background": "background task",
    "held": "held by a person",
    "unknown": "not known",
}

ALL_PARTS = ("endpoint", "stream", "app", "layers")


class Segment(NamedTuple):
    """A stretch of an exchange's time."""

    kind: str
    """A key of KINDS."""
    start_ns: int
    """Nanoseconds from the exchange's start; in a `Bar`, from the picture's."""
    end_ns: int
    """The same."""
    loop: str
    """Whose loop it held while "running": "server" or "kernel"; else ""."""


def end_of(exchange: Exchange, now_ns: int) -> int:
    """When an exchange ended, or how far it has come: nanoseconds from its start."""
    ends = [at for at in (exchange.response_done_ns, exchange.app_exit_ns) if at is not None]
    # What comes from a file has no clock, and goes on no longer.
    if exchange.app_exit_ns is None and exchange.clock_ns:
        ends.append(now_ns - exchange.clock_ns)
    # What ends as it begins still has a place.
    return max([*ends, 1])


def segments_of(exchange: Exchange, end: int) -> list[Segment]:
    """
    Cut the time of an exchange into what it did.

    Args:
        exchange: The exchange.
        end: Its end, or how far it has come, in nanoseconds from its start.
    """
    trace = exchange.trace
    if trace is None or not trace.runs:
        return [Segment("unknown", 0, end, "")]
    runs: list[Segment] = []
    for one in read_slices(trace.runs, exchange.clock_ns, ALL_PARTS):
        kind, loop = ("thread", "") if one.kind == "thread" else ("running", one.kind)
        start, stop = max(0, one.start_ns), min(end, end if one.end_ns is None else one.end_ns)
        # A layer's step contains the endpoint's; a thread may run beside the loop.
        before = runs[-1] if runs else None
        if before is not None and start < before.end_ns:
            if (kind, loop) == (before.kind, before.loop):
                runs[-1] = before._replace(end_ns=max(before.end_ns, stop))
                continue
            start = before.end_ns
        if stop > start:
            runs.append(Segment(kind, start, stop, loop))
    windows = _windows(exchange, runs, end)
    found: list[Segment] = []
    at = 0
    for run in [*runs, Segment("", end, end, "")]:
        found += _fill(at, run.start_ns, windows)
        if run.kind:
            found.append(run)
        at = max(at, run.end_ns)
    return found


def _windows(exchange: Exchange, runs: Sequence[Segment], end: int) -> list[tuple[int, int, str]]:
    """Stretches in which to be not running is something else than to wait; they do not overlap."""
    windows = [(one.at_ns, one.at_ns + one.duration_ns, "held") for one in exchange.holds]
    began, done = exchange.response_start_ns, exchange.response_done_ns
    if began is not None and exchange.websocket is None:
        stop = end if done is None else done
        start = max([began, *(run.end_ns for run in runs if run.end_ns <= stop)])
        # A stream that goes on waits for its own next item.
        if done is not None and start < stop:
            windows.append((start, stop, "sending"))
    for task in exchange.background_tasks:
        windows.append((task.start_ns, end if task.end_ns is None else task.end_ns, "background"))
    return sorted(windows)


def _fill(start: int, stop: int, windows: Sequence[tuple[int, int, str]]) -> list[Segment]:
    found = []
    for begins, ends, kind in windows:
        if ends <= start or begins >= stop:
            continue
        if begins > start:
            found.append(Segment("awaiting", start, begins, ""))
        found.append(Segment(kind, max(start, begins), min(stop, ends), ""))
        start = min(stop, ends)
    if start < stop:
        found.append(Segment("awaiting", start, stop, ""))
    return found
