"""
When the code of a request ran, and when it waited for something: what the notes of a run say.

Everything here is made anew for whoever asks; times are nanoseconds from the exchange's start.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from asgi_nb.record.markup import table
from asgi_nb.record.runs import HEAD, MERGED, MERGED_NS, PART, PLACE, Run

PLACES = {
    "server": "on the server's loop",
    "kernel": "on the kernel's loop",
    "thread": "in a worker thread",
}

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of time in which the code ran without a break."""

    start_ns: int
    """Nanoseconds from the exchange's start."""
    end_ns: int | None
    """The same; None while it runs."""
    kind: str
    """Where: "server" or "kernel" for the loop that it held meanwhile, or "thread" for a worker thread."""

    @property
    def duration(self) -> float | None:
        """Seconds; None while it runs."""
        return None if self.end_ns is None else (self.end_ns - self.start_ns) / 1e9


class Slices(Sequence[Slice]):
    """
    The run slices of an exchange's endpoint, in order; what lies between them is waiting.

    Args:
        slices: The slices.
        merged: How many were joined to the one before them, because there were too many to keep.
        merged_ns: Nanoseconds of waiting that they hold because of that.
    """

    def __init__(self, slices: Iterable[Slice], merged: int = 0, merged_ns: int = 0) -> None:
        self._slices = tuple(slices)
        self.merged = merged
        """How many slices were joined to the one before them, because there were too many to keep."""
        self.merged_ns = merged_ns
        """Nanoseconds of waiting that the slices hold because of that."""

    def __len__(self) -> int:
        return len(self._slices)

    def __getitem__(self, index: Any) -> Any:
        return self._slices[index]

    @property
    def running(self) -> float:
        """Seconds for which the code ran, as far as it has ended."""
        ran: int = sum(one.end_ns - one.start_ns for one in self if one.end_ns is not None)
        return (ran - self.merged_ns) / 1e9

    @property
    def waiting(self) -> float:
        """Seconds between the slices, in which others could run."""
        ended = [one for one in self if one.end_ns is not None]
        if not ended:
            return 0.0
        whole = max(one.end_ns or 0 for one in ended) - self[0].start_ns
        # Slices in threads may overlap.
        waited: float = whole / 1e9 - self.running
        return max(0.0, waited)

    def __repr__(self) -> str:
        if not self._slices:
            return "<Slices: the endpoint has not run>"
        places = " and ".join(dict.fromkeys(PLACES.get(one.kind, one.kind) for one in self))
        still = ", still running" if any(one.end_ns is None for one in self) else ""
        return (
            f"<Slices: ran {_ms(self.running)} {places} in {len(self) + self.merged} "
            f"{'step' if len(self) + self.merged == 1 else 'steps'}, waited {_ms(self.waiting)}{still}>"
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                f"{one.start_ns / 1e6:.2f} ms",
                "…" if one.duration is None else _ms(one.duration),
                PLACES.get(one.kind, one.kind),
            )
            for one in self._slices[:SHOWN]
        ]
        more = f", the first {SHOWN}" if len(self) > SHOWN else ""
        return table(["began", "ran", "where"], rows, caption=f"{self!r}".strip("<>") + more)


def read_slices(runs: Iterable[Run], clock_ns: int, parts: Collection[str]) -> Slices:
    """
    Make the slices of runs.

    Args:
        runs: The runs of a trace.
        clock_ns: When the exchange began, by the clock of the runs.
        parts: Which parts of a request count: "endpoint", "stream", "app", "layers".
    """
    found: list[Slice] = []
    merged = merged_ns = 0
    for run in list(runs):
        if run[PART] not in parts:
            continue
        # A copy: the code may be running.
        noted = run.copy()
        merged += noted[MERGED]
        merged_ns += noted[MERGED_NS]
        for start, end in zip_longest(noted[HEAD::2], noted[HEAD + 1 :: 2]):
            found.append(Slice(start - clock_ns, None if end is None else end - clock_ns, noted[PLACE]))
    found.sort(key=lambda one: one.start_ns)
    return Slices(found, merged, merged_ns)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
