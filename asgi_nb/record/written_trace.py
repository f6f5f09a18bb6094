"""
A trace as files tell of it: the notes of a request, read once, without the objects of the app.

Rule 1: it shows the timing, layers, routes, slices and blocked lines that the exchange showed before.
Rule 2: it is bounded, and what is left out is counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from time import perf_counter_ns
from typing import Protocol

from asgi_nb.record.background import BackgroundRecord
from asgi_nb.record.masks import shorten
from asgi_nb.record.reasons import Reason, Routing
from asgi_nb.record.runs import CALLED, HEAD, JOINED, OVER, Run
from asgi_nb.record.samples import Blocked
from asgi_nb.record.spans import Changes, Pairs, Span, Spans
from asgi_nb.record.trace import Trace

# What a panel shows of the routes, the nearest ones.
ROUTES = 50
# Layers, runs, tasks and blocked steps, of each so many: a request that has more is one that tries again.
LIMIT = 100
# Numbers of one run: twice what a run is merged to.
STEPS = 1024
# Characters of a reason or an error: what a panel shows.
LINE = 500


class WrittenTrace(Trace):
    """
    What a file tells of the code behind an exchange; times are nanoseconds from the exchange's start.

    Args:
        runs: When the code ran.
        called_ns: When the route was called, if that was long before its endpoint.
        spans: The layers and the endpoint.
        routing: The routes, and why each answered or not.
        blocked: The steps that held their loop.
        background: The tasks after the response.
        left_out: How many runs, layers, tasks and blocked steps there were beside these.
    """

    def __init__(
        self,
        runs: Iterable[Run] = (),
        called_ns: int | None = None,
        spans: Iterable[Span] = (),
        routing: Routing | None = None,
        blocked: Iterable[Blocked] = (),
        background: Iterable[BackgroundRecord] = (),
        left_out: int = 0,
    ) -> None:
        super().__init__()
        self.runs = list(runs)
        self.called_ns = called_ns
        self.spans = Spans(spans)
        self.routing = Routing() if routing is None else routing
        self.blocked = list(blocked)
        self.background = list(background)
        self.left_out = left_out


class Traced(Protocol):
    """What is asked of an exchange here."""

    @property
    def trace(self) -> Trace | None: ...
    @property
    def clock_ns(self) -> int: ...
    @property
    def spans(self) -> Spans: ...
    @property
    def routing(self) -> Routing: ...
    @property
    def blocked(self) -> list[Blocked]: ...
    @property
    def background_tasks(self) -> list[BackgroundRecord]: ...


def write_trace(exchange: Traced) -> WrittenTrace | None:
    """Read an exchange's trace into what a file can hold; None when there is none."""
    trace, clock_ns = exchange.trace, exchange.clock_ns
    if trace is None or isinstance(trace, WrittenTrace):
        return trace
    runs = [run.copy() for run in list(trace.runs)]
    kept = [run for run in runs if len(run) < STEPS][:LIMIT]
    spans, blocked, tasks = exchange.spans, exchange.blocked, exchange.background_tasks
    return WrittenTrace(
        [_counted_from(run, clock_ns) for run in kept],
        None if trace.called_ns is None else trace.called_ns - clock_ns,
        spans[:LIMIT],
        _nearest(exchange.routing),
        [replace(one, text=shorten(one.text, LINE)) for one in blocked[:LIMIT]],
        [replace(one, error=one.error and shorten(one.error, LINE)) for one in tasks[:LIMIT]],
        len(runs) - len(kept) + sum(max(0, len(found) - LIMIT) for found in (spans, blocked, tasks)),
    )


def _counted_from(run: Run, clock_ns: int) -> Run:
    steps = [at - clock_ns for at in run[HEAD:]]
    head = run[:HEAD]
    if len(steps) % 2:
        # It runs: until now is what a file can know.
        steps.append(perf_counter_ns() - clock_ns)
        head[OVER] = False
    head[CALLED] -= clock_ns
    head[JOINED] = frozenset(at - clock_ns for at in head[JOINED])
    return head + steps


def _nearest(routing: Routing) -> Routing:
    kept: Iterable[Reason] = routing
    if len(routing) > ROUTES:
        near = {id(one) for one in routing.nearest()[:ROUTES]}
        kept = [one for one in routing if id(one) in near]
    short = [
        one
        if len(one.route) <= LINE and len(one.reason) <= LINE
        else replace(one, route=shorten(one.route, LINE), reason=shorten(one.reason, LINE))
        for one in kept
    ]
    hints = [shorten(hint, LINE) for hint in routing.hints[:ROUTES]]
    return Routing(short, hints, routing.more + len(routing) - len(short))


def hide(
    trace: WrittenTrace,
    hide_path: Callable[[str], str],
    hide_text: Callable[[str], str],
    hide_headers: Callable[[Pairs], Pairs],
) -> WrittenTrace:
    """
    Give a trace without its secrets.

    Args:
        trace: What is shown otherwise.
        hide_path: Hides what is secret of a path, in a text that quotes it.
        hide_text: Hides what is secret in the source of a line, or in an error.
        hide_headers: Hides what is secret in header fields, as many as there are.
    """

    def value_of(name: bytes, value: bytes) -> bytes:
        return hide_headers(((name, value),))[0][1]

    def plain(value: object) -> object:
        return hide_path(value) if isinstance(value, str) else value

    def changes(these: Changes) -> Changes:
        if not these:
            return these
        return Changes(
            hide_headers(these.added),
            hide_headers(these.removed),
            tuple((name, value_of(name, old), value_of(name, new)) for name, old, new in these.changed),
            tuple((what, plain(old), plain(new)) for what, old, new in these.other),
        )

    return WrittenTrace(
        trace.runs,
        trace.called_ns,
        [replace(one, request=changes(one.request), response=changes(one.response)) for one in trace.spans],
        Routing(
            [_with_reason(one, hide_path(one.reason)) for one in trace.routing],
            # What is said of cells in a hint is masked where it is made.
            map(hide_path, trace.routing.hints),
            trace.routing.more,
        ),
        [replace(one, text=hide_text(one.text)) for one in trace.blocked],
        [replace(one, error=one.error and hide_text(one.error)) for one in trace.background],
        trace.left_out,
    )


def _with_reason(one: Reason, reason: str) -> Reason:
    return one if reason == one.reason else replace(one, reason=reason)


def without_changes(trace: WrittenTrace) -> WrittenTrace:
    """Give a trace without what its layers changed, which may be long; they count as left out."""
    spans = [replace(one, request=Changes(), response=Changes()) for one in trace.spans]
    cut = sum(bool(one.request or one.response) for one in trace.spans)
    return WrittenTrace(
        trace.runs,
        trace.called_ns,
        spans,
        trace.routing,
        trace.blocked,
        trace.background,
        trace.left_out + cut,
    )
