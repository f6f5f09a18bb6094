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

from asgi_nb.record import draft, plain
from asgi_nb.record.draft import DraftStore
from asgi_nb.record.exchange import Exchange

Folded = tuple[Any, ...]
"""The bytes that it weighs, the ids of what it shares with others, then what `unfold` takes."""


def unfold(seq: int, folded: Folded, store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """
    Make the exchange of a number anew, as a draft that somebody has looked at.

    Args:
        seq: The number.
        folded: What was kept of it.
        store: The store that keeps it.
        shared: What folds name by its `id`.
    """
    if len(folded) == draft.FOLDED_ITEMS:
        return draft.unfold(seq, folded, store, shared)
    return plain.unfold(seq, folded, store, shared)


def forget_unused(shared: dict[int, Any], kept: Iterable[object]) -> None:
    """Let go of what no fold of `kept` needs any more."""
    used = {number for one in kept if type(one) is tuple for number in one[1:3]}
    for number in shared.keys() - used:
        del shared[number]
