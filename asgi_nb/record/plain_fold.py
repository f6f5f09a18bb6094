"""
Keep a plain request that has ended as a tuple of plain values, and make its exchange when somebody looks.

Of most plain requests many are kept together, see `batch`.
"""

from collections.abc import Mapping
from typing import Any

from asgi_nb.record.draft import EXIT, DraftStore, items_of, new
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.origin import Origin
from asgi_nb.record.plain import PlainWire, kind_of
from asgi_nb.record.plain_notes import notes_of
from asgi_nb.record.runs import HEAD, run_of


def fold(wire: PlainWire) -> tuple[tuple[Any, ...], Origin | None] | None:
    """
    Give what `unfold` takes, and the cell that answered.

    Returns:
        None when there is more to it: its code still runs, as in a thread, or its cell cannot be told.
    """
    runs, scope = wire.runs, wire.scope
    candidates, sites = wire.routes()
    if runs is not None:
        for run in runs:
            if (len(run) - HEAD) % 2:
                return None
    site = None if sites is None else sites.get(id(scope.get("route")))
    if site is None:
        try:
            site = wire.tap.describe(scope, "")
        except Exception:  # noqa: BLE001 - asked again for the exchange, it is told as a fault
            return None
    origin, route_path = site
    params = scope.get("path_params")
    step = wire.step if hasattr(wire, "step") else None
    wire.folded = folded = (
        EXCHANGE_OVERHEAD + len(wire.came) + len(wire.went),
        id(origin),
        id(candidates),
        wire.kind,
        wire.came,
        wire.peers,
        wire.epoch,
        wire.clock_ns,
        wire.read_ns,
        wire.done_ns,
        wire.exit_ns,
        0 if step is None else wire.called_ns,
        wire.skipped,
        wire.went,
        route_path,
        items_of(params) if params else None,
        step,
        () if runs is None else tuple(map(tuple, runs)),
    )
    return folded, origin


def unfold(seq: int, folded: tuple[Any, ...], store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """Make the exchange of a number anew; see `folded.unfold`."""
    size, origin, candidates, kind, came, peers, epoch, *rest = folded
    clock_ns, read_ns, done_ns, exit_ns, called_ns, *rest = rest
    skipped, went, route_path, params, step, runs = rest
    source, body = kind_of(kind).parse(came, peers)
    draft = new(source, peers[0], epoch + clock_ns / 1e9, clock_ns, size, store)
    draft.seq = seq
    draft.notes = notes_of(clock_ns, read_ns, done_ns, body, went, skipped)
    draft.notes += EXIT, exit_ns - clock_ns, None, None
    draft.candidates = shared.get(candidates)
    if step is not None:
        draft.runs.append(run_of(step, called_ns, done_ns))
    draft.runs += map(list, runs)
    exchange = draft.make()
    exchange.app_exit_ns = exit_ns - clock_ns
    exchange.route_path = route_path
    exchange.origin = shared.get(origin)
    if params:
        exchange.path_params = dict(params)
    return exchange
