"""
Drive a coroutine step by step, and note when each step began and ended.

A coroutine runs until it awaits something that is not there yet: that is a step, and as long as it takes
nothing else runs on its loop. Between two steps the others have their turn.

Rule 1: what the loop sends and throws in, and what the coroutine gives and raises, passes unchanged.
    Source: PEP 380, "Formal Semantics"; PEP 492.
Rule 2: what is noted is two clock readings per step, see `record.runs`.
Rule 3: a run holds at most STEP_LIMIT steps. Beyond that, those that lie closest together become one.
"""

from collections.abc import Callable, Generator
from time import perf_counter_ns
from types import CodeType, coroutine
from typing import Any

from asgi_nb.record.exchange import Noted
from asgi_nb.record.runs import HEAD, MERGED, OVER, PLACE, STEP_LIMIT, Run, merge_steps

# What the two whole numbers of a step weigh in a list, and how many steps are entered in the account at once.
STEP_WEIGHT = 80
ACCOUNTED = 32


class Watching:
    """Whether somebody looks out for steps that take too long, and is asleep because there were none."""

    __slots__ = ("asleep", "wake")

    def __init__(self) -> None:
        self.asleep = False
        self.wake: Callable[[], None] = _nobody


def _nobody() -> None:
    """What is woken when nobody watches."""


watching = Watching()
"""The process's own. Who runs a step says `if watching.asleep: watching.wake()`."""

# ids of the code whose frames have a local name `run`: whoever looks at a thread's frames finds it there. Not
# a set of code: its hash walks over all of its constants.
_STEPPING: dict[int, CodeType] = {}


def steps_here(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    Mark a function whose local names `run` and `exchange` are the run and the exchange of its steps.

    One that has a single step may have `began` and `step` instead of a run.
    """
    _STEPPING[id(function.__code__)] = function.__code__
    return function


def is_stepping(code: CodeType) -> bool:
    """Whether frames of this code drive a run."""
    return id(code) in _STEPPING


@steps_here
@coroutine
def drive(running: Any, run: Run, exchange: Noted, yielded: Any) -> Generator[Any, Any, Any]:
    """
    Run a coroutine on that has made its first step, and give what it returns.

    Args:
        running: The coroutine, or what an async generator's `__anext__` gives.
        run: Gets the steps; the first one is in it.
        exchange: Whose run it is.
        yielded: What the first step gave to the loop.
    """
    append = run.append
    run[OVER] = False
    try:
        while True:
            thrown: BaseException | None = None
            sent = None
            try:
                sent = yield yielded
            except GeneratorExit:
                # Thrown away, by whoever: what the coroutine still does is a step, too.
                append(perf_counter_ns())
                try:
                    running.close()
                finally:
                    append(perf_counter_ns())
                raise
            except BaseException as exc:  # noqa: BLE001 - it belongs to the coroutine
                thrown = exc
            if watching.asleep:
                watching.wake()
            append(perf_counter_ns())
            try:
                # Not in the except block: what the coroutine raises next would have this as its context.
                yielded = running.send(sent) if thrown is None else running.throw(thrown)
            except StopIteration as stop:
                return stop.value
            finally:
                append(perf_counter_ns())
                # A frame that holds an exception which holds the frame lives until garbage is collected.
                thrown = sent = None
                if not len(run) & (2 * ACCOUNTED - 1):
                    account(run, exchange)
    finally:
        run[OVER] = True


def account(run: Run, exchange: Noted) -> None:
    """Bound a run that has grown by ACCOUNTED steps, and tell the store's account of what it weighs."""
    if len(run) >= HEAD + 2 * STEP_LIMIT:
        merge_steps(run)
    elif not run[MERGED] and run[PLACE] == "server":
        exchange.grow(STEP_WEIGHT * ACCOUNTED)
