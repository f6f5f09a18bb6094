"""
Who held the loop: steps that took so long that others had to wait, with the line that they were at.

While the code of a request runs on a loop, nothing else does there.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from asgi_nb.record.masks import mask_text, visible
from asgi_nb.record.runs import HEAD, JOINED, LONG_NS, PART, PLACE, TITLE, Run

SAMPLE_LIMIT = 100
"""Samples per exchange. One each 50 ms: 5 s of blocking, after which the line is known."""

# A part inside of another tells more: the endpoint's step is also one of the layers around it.
INNERMOST = ("endpoint", "stream", "app", "layers")


class Sample(NamedTuple):
    """Where the code of a step was, at one moment."""

    step_ns: int
    """When the step began, as `time.perf_counter_ns()` gave it."""
    place: str
    """The cell as tracebacks name it, "Cell In[3]", or the file name."""
    lineno: int
    """The line, from 1."""
    function: str
    """The qualified name of the function."""
    text: str
    """The source of that line, "" when it is not to be had."""
    is_cell: bool
    """Whether `place` is a cell."""


@dataclass(frozen=True, slots=True, repr=False)
class Blocked:
    """One step that held the loop for longer than 100 ms."""

    start_ns: int
    """Nanoseconds from the exchange's start."""
    duration: float
    """Seconds; until now while it goes on."""
    title: str
    """What ran: the endpoint's name, the name of a stream or a middleware."""
    loop: str
    """Whose loop it held: "server" or "kernel"."""
    cell: str | None
    """The cell that it was stuck in, "Cell In[3]", or a file's name; None when nobody was there to see it."""
    line: int | None
    """The number of the line; None as above."""
    text: str
    """The source of that line; "" when it is not known."""

    @property
    def end_ns(self) -> int:
        """Nanoseconds from the exchange's start."""
        return self.start_ns + round(self.duration * 1e9)

    def __repr__(self) -> str:
        where = f" at {visible(self.cell)}, line {self.line}" if self.cell is not None else ""
        text = f": {visible(mask_text(self.text).text)}" if self.text else ""
        took = f"{self.duration * 1000:.0f} ms"
        return f"<{visible(self.title)} held the {self.loop}'s loop for {took}{where}{text}>"


def read_blocked(runs: Iterable[Run], samples: Iterable[Sample], clock_ns: int, now_ns: int) -> list[Blocked]:
    """
    Find the steps that held a loop too long.

    Args:
        runs: The runs of a trace.
        samples: Where the watchdog saw them.
        clock_ns: When the exchange began.
        now_ns: The time, for a step that goes on.

    Returns:
        The steps, in order; one that contains another such step only if it was slow without that.
    """
    by_step: dict[int, list[Sample]] = {}
    for sample in tuple(samples):
        by_step.setdefault(sample.step_ns, []).append(sample)
    found: list[tuple[int, int, Blocked]] = []
    ordered = sorted((run.copy() for run in list(runs)), key=lambda run: INNERMOST.index(run[PART]))
    for run in ordered:
        if run[PLACE] == "thread":
            continue
        times = run[HEAD:]
        if len(times) % 2:
            times.append(now_ns)
        for start, end in zip(times[::2], times[1::2], strict=True):
            inside = sum(e - s for s, e, _ in found if start <= s and e <= end)
            # Steps that were merged are none by themselves.
            if end - start - inside >= LONG_NS and start not in run[JOINED]:
                found.append((start, end, _blocked(run, start, end - start, by_step.get(start), clock_ns)))
    found.sort(key=lambda one: one[0])
    return [one for _, _, one in found]


def _blocked(run: Run, start: int, took: int, samples: list[Sample] | None, clock_ns: int) -> Blocked:
    # The line at which it was seen most often; the first one of two: what came after it may only have met
    # the others whom it had kept waiting.
    counted = Counter((s.place, s.lineno, s.text) for s in samples or ())
    cell, line, text = counted.most_common(1)[0][0] if counted else (None, None, "")
    return Blocked(start - clock_ns, took / 1e9, run[TITLE], run[PLACE], cell, line, text)
