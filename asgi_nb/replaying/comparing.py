"""
Edit, run, compare: send a route's last requests again when its cell has run, and say what has changed.

Rule 1: only requests that change nothing are sent again unasked. Source: RFC 9110 section 9.2.1.
Rule 2: what no cell has asked for costs no cell much time: only what was answered at once is sent again then.
Rule 3: a request is compared with its last answer, be that a replay: each run shows what that run changed.
"""

from collections.abc import Callable, Collection

from asgi_nb.live.definitions import Definition, normal_path
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.replaying.comparison import Compared, Comparison
from asgi_nb.replaying.replayer import Replayer

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "QUERY", "TRACE"})

COUNT = 5
"""Requests that are sent again: what a card shows without scrolling."""
TIMEOUT = 5.0
"""Seconds for each: the cell waits for it."""
UNASKED_TIMEOUT = 1.0
"""The same where the cell did not ask; and what took longer before is not sent again."""

NOTHING = (
    "nothing to compare with: no request of this route is in the traffic; send one, then run the cell again"
)


def compare(
    replayer: Replayer,
    traffic: Store,
    definition: Definition,
    count: int,
    *,
    unsafe: bool = False,
    ignore: Collection[str] = (),
) -> Comparison:
    """
    Send the last requests of a route again.

    Args:
        replayer: Sends them.
        traffic: Where they are.
        definition: The route, as it is now.
        count: How many different requests.
        unsafe: Whether to send also those that may change something.
        ignore: Names of headers and JSON Pointers that may differ.
    """
    compared = []
    for exchange in reversed(last_requests(traffic, definition, count)):
        method = exchange.request.method
        if method not in SAFE and not unsafe:
            why = (
                f"{method} may change something; --compare-unsafe (compare_unsafe=True) sends it all the same"
            )
            compared.append(Compared(exchange, skipped=why))
        else:
            compared += replayer.replay_all([exchange], timeout=TIMEOUT, ignore=ignore)
    return Comparison(compared, NOTHING)


def compare_unasked(
    replayer: Replayer, traffic: Store, definition: Definition, count: int
) -> Comparison | None:
    """
    Send the last requests of a route again, of which the cell said nothing: those that change nothing.

    Returns:
        What has changed; None when there is nothing to send, as when the cell runs for the first time.
    """
    found = last_requests(traffic, definition, count, _is_sent_unasked)
    if not found:
        return None
    return replayer.replay_all(reversed(found), timeout=UNASKED_TIMEOUT)


def _is_sent_unasked(exchange: Exchange) -> bool:
    took = exchange.duration
    return exchange.request.method in SAFE and took is not None and took < UNASKED_TIMEOUT


def last_requests(
    traffic: Store,
    definition: Definition,
    count: int,
    wanted: Callable[[Exchange], bool] = lambda exchange: True,
) -> list[Exchange]:
    """
    Give the last exchanges of a route with different requests, newest first.

    Args:
        traffic: Where they are.
        definition: The route.
        count: How many.
        wanted: Tells which of them.
    """
    found: dict[tuple[str, str, bytes, bytes], Exchange] = {}
    for exchange in reversed(traffic):
        if len(found) == count:
            break
        if exchange.kind != "http" or exchange.state not in ("done", "error"):
            continue
        if any(hold.changes or hold.ended in ("answered", "reset") for hold in exchange.holds):
            # A person had a hand in that answer: sent again, the request would get another one.
            continue
        if _is_of(exchange, definition) and wanted(exchange):
            request = exchange.request
            found.setdefault(
                (request.method, request.path, request.query_string, request.body.data), exchange
            )
    return list(found.values())


def _is_of(exchange: Exchange, definition: Definition) -> bool:
    """Whether a route with this path answered, and this one takes the method."""
    if exchange.route_path is None or normal_path(exchange.route_path) != normal_path(definition.path):
        return False
    return definition.methods is None or exchange.request.method in definition.methods
