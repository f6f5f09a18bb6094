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

from asgi_nb.record import plain_fold
from asgi_nb.record.draft import DraftStore, new
from asgi_nb.record.exchange import Exchange

Folded = tuple[Any, ...]
"""The bytes that it weighs, the ids of what it shares with others, then what `unfold` takes."""

DRAFT_ITEMS = 12
"""Of a draft's fold; that of a plain request has more."""


def unfold(seq: int, folded: Folded, store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """
    Make the exchange of a number anew, as a draft that somebody has looked at.

    Args:
        seq: The number.
        folded: What was kept of it.
        store: The store that keeps it.
        shared: What folds name by its `id`.
    """
    if len(folded) == DRAFT_ITEMS:
        return _unfold_draft(seq, folded, store, shared)
    return plain_fold.unfold(seq, folded, store, shared)


def _unfold_draft(
    seq: int, folded: tuple[Any, ...], store: DraftStore, shared: Mapping[int, Any]
) -> Exchange:
    """Make the exchange of a draft that has ended."""
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
