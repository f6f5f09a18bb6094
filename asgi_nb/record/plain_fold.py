"""
Keep plain requests that have ended as tuples of plain values, and make their exchanges when somebody looks.

Rule 1: both ways to make a tuple, for one request and for many, make the same one; `unfold` takes it.
"""

from collections.abc import Mapping
from time import perf_counter_ns, time
from typing import Any

from asgi_nb.record.draft import EXIT, DraftStore, Routed, Site, Sites, items_of, new
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.origin import Origin
from asgi_nb.record.plain import ENDED, PlainWire, kind_of
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
        wire.skipped,
        wire.went,
        route_path,
        items_of(params) if params else None,
        step,
        None if step is None else wire.called_ns,
        None if runs is None else tuple(map(tuple, runs)),
    )
    return folded, origin


def take_in(
    wires: list[PlainWire], seq: int, kept: dict[int, Any], finished: list[int], shared: dict[int, Any]
) -> tuple[int, list[PlainWire]]:
    """
    Give numbers to plain requests, and keep tuples of those that have ended.

    Args:
        wires: The requests, in the order in which they began.
        seq: The number before the first one's.
        kept: Number -> what is kept: gets them.
        finished: Gets the numbers of those that have ended.
        shared: Gets what their tuples name by its `id`.

    Returns:
        The bytes of what has ended, and those that have ended and are more than a tuple can say.
    """
    epoch = time() - perf_counter_ns() / 1e9
    size = 0
    unfit = []
    sites: Sites | None = None
    routed: Routed | None = None
    last: Site | None = None
    origin_id = candidates_id = 0
    for wire in wires:
        seq += 1
        if wire.stage == ENDED and wire.runs is None:
            # As most are. The rest of `fold`, where a call and an attribute less count.
            scope = wire.scope
            seen = scope.get(wire.tap.scope_key)
            if seen is not routed:
                routed, last = seen, None
                candidates, sites = wire.routes()
                candidates_id = id(candidates)
                shared[candidates_id] = candidates
            site = None if sites is None else sites.get(id(scope.get("route")))
            if site is not None:
                if site is not last:
                    last = site
                    origin, route_path = site
                    origin_id = id(origin)
                    shared[origin_id] = origin
                try:
                    step = wire.step
                except AttributeError:
                    step = None
                came, went, params = wire.came, wire.went, scope.get("path_params")
                weight = EXCHANGE_OVERHEAD + len(came) + len(went)
                size += weight
                wire.seq = seq
                wire.folded = kept[seq] = (
                    weight,
                    origin_id,
                    candidates_id,
                    wire.kind,
                    came,
                    wire.peers,
                    epoch,
                    wire.clock_ns,
                    wire.read_ns,
                    wire.done_ns,
                    wire.exit_ns,
                    wire.skipped,
                    went,
                    route_path,
                    items_of(params) if params else None,
                    step,
                    None if step is None else wire.called_ns,
                    None,
                )
                finished.append(seq)
                continue
        wire.epoch = epoch
        wire.charged = 0
        # Rule 2: the number first.
        wire.seq = seq
        stage = wire.stage
        ended = fold(wire) if stage == ENDED else None
        if ended is None:
            kept[seq] = wire
            if stage == ENDED:
                unfit.append(wire)
            continue
        folded, origin = ended
        shared[folded[1]] = origin
        shared[folded[2]] = wire.routes()[0]
        kept[seq] = folded
        finished.append(seq)
        size += folded[0]
    return size, unfit


def unfold(seq: int, folded: tuple[Any, ...], store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """Make the exchange of a number anew; see `folded.unfold`."""
    (
        size,
        origin,
        candidates,
        kind,
        came,
        peers,
        epoch,
        clock_ns,
        read_ns,
        done_ns,
        exit_ns,
        skipped,
        went,
        route_path,
        params,
        step,
        called_ns,
        runs,
    ) = folded
    source, body = kind_of(kind).parse(came, peers)
    draft = new(source, peers[0], epoch + clock_ns / 1e9, clock_ns, size, store)
    draft.seq = seq
    draft.notes = notes_of(clock_ns, read_ns, done_ns, body, went, skipped)
    draft.notes += EXIT, exit_ns - clock_ns, None, None
    draft.candidates = shared.get(candidates)
    if step is not None:
        draft.runs.append(run_of(step, called_ns, done_ns))
    draft.runs += map(list, runs or ())
    exchange = draft.make()
    exchange.app_exit_ns = exit_ns - clock_ns
    exchange.route_path = route_path
    exchange.origin = shared.get(origin)
    if params:
        exchange.path_params = dict(params)
    return exchange
