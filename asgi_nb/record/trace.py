"""
What is noted of a request while it runs: as little as can be read into spans, slices and reasons later.

Rule 1: noting is an append of plain values. Whatever has to be thought about is thought about when somebody
    looks.
Rule 2: any thread may look at any time. A list grows at its end, or is replaced in one operation.
Rule 3: all times are what `time.perf_counter_ns()` said; only who looks counts from the exchange's start.
"""

from asgi_nb.record.background import BackgroundRun
from asgi_nb.record.reasons import Candidates
from asgi_nb.record.runs import Run
from asgi_nb.record.samples import Sample
from asgi_nb.record.spans import Gate


class Trace:
    """
    The notes of one exchange.

    Args:
        candidates: The routes that there were when it began.
    """

    # Not of each object: most exchanges have neither layers nor tasks, and none of this.
    gates: list[Gate] | tuple[()] = ()
    """Each passage from one layer to the next, in order."""
    tasks: list[BackgroundRun] | tuple[()] = ()
    """What ran after the response, in order."""
    samples: list[Sample] | tuple[()] = ()
    """Where the code was when it held the loop."""
    called_ns: int | None = None
    """When the route was called, if that was long before its endpoint."""

    def __init__(self, candidates: Candidates | None = None) -> None:
        self.candidates = candidates
        self.runs: list[Run] = []
        """The coroutines and calls in threads, in the order in which they began."""
