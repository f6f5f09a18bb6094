"""
Keep what nobody has looked at as a tuple of plain values.

Python's garbage collector walks over all objects that hold others, again and again as they come and go: ten
thousand exchanges that were kept as objects cost each new request 8 us (measured, CPython 3.11). Tuples that
hold nothing but text, bytes, numbers and such tuples it leaves out.

Rule 1: an exchange is folded when it has finished as a draft and nobody else holds it, so that nobody sees
        that another object stands for it afterwards.
Rule 2: what a fold has no place for is not folded.
"""

import sys
import sysconfig
from collections.abc import Callable, Hashable, Iterable
from gc import get_referents
from typing import Any

from asgi_nb.record.draft import Draft, new
from asgi_nb.record.exchange import DEFAULTS, Exchange, Keeper
from asgi_nb.record.runs import HEAD
from asgi_nb.record.trace import Trace

Folded = tuple[Any, ...]
"""The bytes that it weighs, the ids of what it shares with others, then what `unfold` takes."""

# Not every Python counts references, and from 3.14 on not each one of a frame's is counted. There nothing is
# folded.
_references: Callable[[object], int] | None = (
    getattr(sys, "getrefcount", None)
    if sys.version_info < (3, 14) and not sysconfig.get_config_var("Py_GIL_DISABLED")
    else None
)

# The store's own, the one of whoever asks, and two on the way here.
HELD = 4


# A field that nobody has set is a slot with nothing in it. Each other one counts, and so does the class.
_bare = new(((), (), ()), None, 0.0, 0, 0)[0]
_bare.seq = 0
_bare.keeper = None
SET = len(get_referents(_bare))
"""How many objects an exchange refers to, when nothing is set but what every one has."""
PLAIN = {
    name: make() for name, make in DEFAULTS.items() if isinstance(make(), Hashable) and not _bare.has(name)
}
"""What other fields are when nobody has set them, but for lists and dicts: somebody may hold and fill one."""
del _bare


def fold(exchange: Exchange, shared: dict[int, Any], held: int = HELD) -> Folded | None:
    """
    Give the values of an exchange that only the store holds; None when there is more to it.

    Args:
        exchange: One that has finished.
        shared: Keeps the objects that many exchanges have in common, by their `id`.
        held: How many references to it there are when nobody else holds it.
    """
    draft, trace = exchange.draft, exchange.trace
    if type(draft) is not Draft or _references is None or _references(exchange) > held:
        return None
    size = exchange.kept_size
    if size != exchange.charged:
        return None
    more = len(get_referents(exchange)) - SET - draft.has_params
    if more and more != _count_defaults(exchange):
        return None
    origin, candidates, runs = exchange.origin, None, None
    if trace is not None:
        # What it has beside the routes and the runs is seldom there, and stays an object; so does a run that
        # is in a step.
        if trace.gates or trace.tasks or trace.samples or trace.called_ns is not None:
            return None
        noted = trace.runs
        for run in noted:
            if (len(run) - HEAD) % 2:
                return None
        candidates = trace.candidates
        runs = (tuple(run),) if len(noted) == 1 else tuple(map(tuple, noted))
    if origin is not None:
        shared[id(origin)] = origin
    if candidates is not None:
        shared[id(candidates)] = candidates
    return (
        size,
        id(origin),
        id(candidates),
        draft.source,
        draft.client,
        draft.started_at,
        exchange.clock_ns,
        tuple(draft.notes),
        exchange.app_exit_ns,
        exchange.route_path,
        tuple(exchange.path_params.items()) if draft.has_params else (),
        runs,
    )


def _count_defaults(exchange: Exchange) -> int:
    """Count the fields that were only asked for: they have the value that they have when nobody sets them."""
    return sum(exchange.has(name) and getattr(exchange, name) == value for name, value in PLAIN.items())


def unfold(seq: int, number: int, folded: Folded, keeper: Keeper, shared: dict[int, Any]) -> Exchange:
    """Make the exchange of a number anew, as a draft; `number` is its id."""
    (
        size,
        origin,
        candidates,
        source,
        client,
        started_at,
        clock_ns,
        notes,
        exit_ns,
        route_path,
        params,
        runs,
    ) = folded
    exchange, draft = new(source, client, started_at, clock_ns, size)
    draft.number = number
    draft.notes.extend(notes)
    exchange.seq = seq
    exchange.keeper = keeper
    exchange.app_exit_ns = exit_ns
    exchange.route_path = route_path
    exchange.origin = shared.get(origin)
    if params:
        exchange.path_params = dict(params)
    if runs is not None:
        exchange.trace = Trace(shared.get(candidates))
        exchange.trace.runs = [list(run) for run in runs]
    return exchange


def forget_unused(shared: dict[int, Any], kept: Iterable[object]) -> None:
    """Let go of what no fold of `kept` needs any more."""
    used = {number for one in kept if type(one) is tuple for number in one[1:3]}
    for number in shared.keys() - used:
        del shared[number]
