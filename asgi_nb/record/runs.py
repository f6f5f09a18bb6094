"""
The notes that a coroutine, or a call in a thread, leaves of when it ran: a flat list.

Its head says where and what it was; then come the start and the end of each step, by turns. A step that is
going on has a start and no end. Times are what `time.perf_counter_ns()` said.
"""

from bisect import bisect_left
from itertools import compress
from operator import ne, sub
from typing import Any

Run = list[Any]

Step = tuple[str, str, str]
"""The place, the part and the title of a run that is one step."""

HEAD = 8
"""What stands ahead of the steps."""

PLACE, PART, TITLE, CALLED, OVER, MERGED_NS, MERGED, JOINED = range(HEAD)
"""
The place: "server", "kernel" or "thread". The part of the request: "endpoint", "stream", "app" or "layers".
The title, as a person knows it. When it was called. Whether it is over once its last step is: false while it
waits for another one. Nanoseconds of waiting inside of merged steps. How many steps were merged into others,
and the starts of those others.
"""

# More than a panel has pixels for; the session of a day costs 20 KiB. With the head, a list of 512.
STEP_LIMIT = 252

LONG_NS = 100_000_000
"""
Nanoseconds from which on a step holds its loop too long: what a person notices.

Source: `loop.slow_callback_duration` of asyncio.
"""

# What makes the gap beside a long step wider than any other: 146 years.
FAR_NS = 1 << 62


def new_run(place: str, part: str, title: str, called_ns: int, start_ns: int) -> Run:
    """Begin a run with its first step."""
    return [place, part, title, called_ns, True, 0, 0, (), start_ns]


def run_of(step: Step, start_ns: int, end_ns: int) -> Run:
    """Give the run of one step, which has ended."""
    return [*new_run(*step, start_ns, start_ns), end_ns]


def note_step(runs: list[Run], step: Step, called_ns: int, returned_ns: int) -> None:
    """Add the run of one step, or end it where whoever watches has noted its beginning."""
    for run in runs:
        if run[CALLED] == called_ns and len(run) == HEAD + 1:
            run.append(returned_ns)
            return
    runs.append(run_of(step, called_ns, returned_ns))


def end_of(run: Run) -> int | None:
    """When a run ended; None while it goes on."""
    noted = run.copy()
    if not noted[OVER] or (len(noted) - HEAD) % 2:
        return None
    end: int = noted[-1] if len(noted) > HEAD else noted[CALLED]
    return end


def merge_steps(run: Run) -> None:
    """
    Make a quarter as many steps of a run's ended ones: those that lie closest together become one.

    Long steps stay by themselves, as far as there are short ones.
    """
    # By means of C throughout: who sends many messages comes here again and again.
    starts, ends = run[HEAD::2], run[HEAD + 1 :: 2]
    count = len(ends)
    closed = count - max(1, count // 4)
    if closed < 1:
        return
    # A step that is going on stays what it is.
    going_on = starts[count:]
    del starts[count:]
    gaps = widths = list(map(sub, starts[1:], ends))
    waited = sum(gaps)
    # Where all steps together took less, none is long. Those that were merged are not: they waited.
    if ends[-1] - starts[0] - waited - run[MERGED_NS] >= LONG_NS:
        widths = _without_long(starts, ends, gaps, run[JOINED])
    ordered = sorted(widths)
    widest = ordered[closed - 1]
    # Whether each step but the first stays apart from the one before it.
    apart = [width >= widest for width in widths]
    # Of gaps that are as wide, the first ones are closed.
    index = -1
    for _ in range(closed - bisect_left(ordered, widest)):
        index = widths.index(widest, index + 1)
        apart[index] = False
    begins, lasts = [True, *apart], [*apart, True]
    begun, over = list(compress(starts, begins)), list(compress(ends, lasts))
    # Those of which the first one ended before they do.
    joined = set(compress(begun, map(ne, over, compress(ends, begins))))
    merged = begun + over
    merged[::2], merged[1::2] = begun, over
    run[MERGED_NS] += waited - sum(compress(gaps, apart))
    run[MERGED] += closed
    run[JOINED] = frozenset(joined.union(run[JOINED]).intersection(begun))
    # At once: somebody may be reading.
    run[HEAD:] = merged + going_on


def _without_long(starts: list[int], ends: list[int], gaps: list[int], joined: frozenset[int]) -> list[int]:
    """Give the gaps, those beside a long step as wider than any other."""
    lengths = list(map(sub, ends, starts))
    if max(lengths) < LONG_NS:
        return gaps
    widths = gaps.copy()
    for index in [index for index, length in enumerate(lengths) if length >= LONG_NS]:
        if starts[index] in joined:
            continue
        for place in (index - 1, index):
            if 0 <= place < len(gaps):
                widths[place] = gaps[place] + FAR_NS
    return widths
