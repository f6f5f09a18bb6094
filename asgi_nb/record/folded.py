"""
Keep what nobody has looked at as a tuple of plain values.

Python's garbage collector walks over all objects that hold others, again and again as they come and go: ten
thousand exchanges that were kept as objects cost each new request 8 us (measured, CPython 3.11). Tuples that
hold nothing but text, bytes, numbers and such tuples it leaves out.

What many exchanges have in common and is no plain value, as cells and tables of routes are, is kept beside
them and named by its `id`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from asgi_nb.record.draft import EXIT, Draft, DraftStore, new
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.origin import Origin
from asgi_nb.record.runs import HEAD

Folded = tuple[Any, ...]
"""The bytes that it weighs, the ids of what it shares with others, then what `unfold` takes."""


def fold(
    draft: Draft,
    exit_ns: int,
    origin: Origin | None,
    route_path: str | None,
    path_params: Mapping[str, Any] | None,
) -> Folded | None:
    """
    Give the values of a request that has ended; None when its code still runs, as in a thread.

    Args:
        draft: What was noted.
        exit_ns: When the app returned, in nanoseconds from the start.
        origin: The cell that answered.
        route_path: The path of the route.
        path_params: The path parameters.
    """
    runs = draft.runs
    for run in runs:
        if (len(run) - HEAD) % 2:
            return None
    return (
        draft.kept_size,
        id(origin),
        id(draft.candidates),
        draft.source,
        draft.client,
        draft.started_at,
        draft.clock_ns,
        (*draft.notes, EXIT, exit_ns, None, None),
        exit_ns,
        route_path,
        tuple(path_params.items()) if path_params else (),
        (tuple(runs[0]),) if len(runs) == 1 else tuple(map(tuple, runs)),
    )


def unfold(seq: int, folded: Folded, store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """
    Make the exchange of a number anew, as a draft that somebody has looked at.

    Args:
        seq: The number.
        folded: What was kept of it.
        store: The store that keeps it.
        shared: What folds name by its `id`.
    """
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
    draft = new(source, client, started_at, clock_ns, size, store)
    draft.seq = seq
    draft.notes.extend(notes)
    draft.candidates = shared.get(candidates)
    draft.runs = [list(run) for run in runs]
    exchange = draft.make()
    exchange.app_exit_ns = exit_ns
    exchange.route_path = route_path
    exchange.origin = shared.get(origin)
    if params:
        exchange.path_params = dict(params)
    return exchange


def forget_unused(shared: dict[int, Any], kept: Iterable[object]) -> None:
    """Let go of what no fold of `kept` needs any more."""
    used = {number for one in kept if type(one) is tuple for number in one[1:3]}
    for number in shared.keys() - used:
        del shared[number]
