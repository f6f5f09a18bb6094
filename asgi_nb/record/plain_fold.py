"""
Keep a plain request that has ended as a tuple of plain values, and make its exchange when somebody looks.

Of most plain requests many are kept together, see `batch`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import EXIT, DraftStore, Site, items_of, new
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.origin import Origin
from asgi_nb.record.plain import PlainWire, kind_of
from asgi_nb.record.plain_notes import notes_of
from asgi_nb.record.runs import HEAD, Step, run_of


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
    *moments, skipped, went, route_path, params, step, runs = rest
    return remake(
        seq,
        store,
        size,
        kind,
        came,
        peers,
        epoch,
        moments,
        skipped,
        went,
        (shared.get(origin), route_path),
        shared.get(candidates),
        params,
        step,
        runs,
    )


def remake(
    seq: int,
    store: DraftStore,
    size: int,
    kind: int,
    came: bytes,
    peers: tuple[Any, ...],
    epoch: float,
    moments: Sequence[int],
    skipped: int,
    went: bytes,
    site: Site,
    candidates: Candidates | None,
    params: tuple[tuple[Any, Any], ...] | None,
    step: Step | None,
    runs: tuple[Any, ...],
) -> Exchange:
    """
    Make an exchange of what was kept of a plain request; for most of it see `PlainWire`.

    Args:
        seq: Its number.
        store: The store that keeps it.
        size: What it weighs, in bytes.
        kind: The kind of server.
        came: The request.
        peers: What `parse` wants to know beside it.
        epoch: Seconds since the Unix epoch at 0 of the clock.
        moments: When it began, was read, was answered and ended, and when its step began.
        skipped: How many lines of the response's head are the server's own.
        went: The response.
        site: The cell that answered, and the route's path.
        candidates: The routes that there were.
        params: The path's parameters.
        step: The endpoint that ran in one step; None for none.
        runs: What else ran.
    """
    clock_ns, read_ns, done_ns, exit_ns, called_ns = moments
    source, body = kind_of(kind).parse(came, peers)
    draft = new(source, peers[0], epoch + clock_ns / 1e9, clock_ns, size, store)
    draft.seq = seq
    draft.notes = notes_of(clock_ns, read_ns, done_ns, body, went, skipped)
    draft.notes += EXIT, exit_ns - clock_ns, None, None
    draft.candidates = candidates
    if step is not None:
        draft.runs.append(run_of(step, called_ns, done_ns))
    draft.runs += map(list, runs)
    exchange = draft.make()
    exchange.app_exit_ns = exit_ns - clock_ns
    exchange.origin, exchange.route_path = site
    if params:
        exchange.path_params = dict(params)
    return exchange
