"""How often each definition was asked, from the exchanges that are kept."""

import statistics
from collections import defaultdict
from collections.abc import Callable

from asgi_nb.live.definitions import Definition
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.hold import without_holds
from asgi_nb.record.store import Store


def count(traffic: Store) -> Callable[[Definition], tuple[int, float | None]]:
    """Give the hits and the median duration of a definition, from what the store has kept."""
    by_route: dict[tuple[str, str | None], list[Exchange]] = defaultdict(list)
    for exchange in traffic:
        by_route[exchange.kind, exchange.route_path].append(exchange)

    def stats(definition: Definition) -> tuple[int, float | None]:
        if definition.kind == "mount":
            found = [e for exchanges in by_route.values() for e in exchanges if _is_of(e, definition)]
        else:
            kind = "websocket" if definition.kind == "websocket" else "http"
            found = [
                exchange
                for exchange in by_route.get((kind, definition.path), [])
                if _is_of(exchange, definition)
                and (
                    kind == "websocket"
                    or definition.methods is None
                    or exchange.request.method in definition.methods
                )
            ]
        durations = [without_holds(e.duration, e.holds) for e in found if e.duration is not None]
        return len(found), statistics.median(durations) if durations else None

    return stats


def _is_of(exchange: Exchange, definition: Definition) -> bool:
    """Whether the cell of the definition answered, in this run of it or an earlier one."""
    origin = exchange.origin
    if origin is None:
        return False
    own = definition.origin
    if own.cell_id is None or definition.kind == "mount":
        return origin == own
    return origin.cell_id == own.cell_id
