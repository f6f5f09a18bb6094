"""
Who had to wait while one request held the loop: the picture of many requests on one time axis.

A loop is a kitchen with one cook: while he stands at one pot, nothing else is stirred. Exchanges share a
clock (`clock_ns`), so that their slices can be laid side by side.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.samples import Blocked

# Nanoseconds within which whoever waited for the loop has run again, or has come in, once it is free.
SOON_NS = 5_000_000


class Waiter(NamedTuple):
    """One exchange that had to wait."""

    exchange: Exchange
    """Who waited."""
    waited: float
    """Seconds at most: from when the loop was held, or the waiter's last step ended, until it ran again."""
    blocked: Blocked
    """What it waited for."""


def kept_waiting(exchange: Exchange, others: Iterable[Exchange]) -> list[Waiter]:
    """
    Find the exchanges that could not run because one held the loop.

    A request that came in meanwhile was not seen before the loop was free; it counts as having waited all
    the time, as nobody knows when it came.

    Args:
        exchange: The one that held it.
        others: Those that may have waited, such as all of `asgi_nb.traffic`.
    """
    found: list[Waiter] = []
    candidates = [other for other in others if other is not exchange]
    for blocked in exchange.blocked:
        start, end = exchange.clock_ns + blocked.start_ns, exchange.clock_ns + blocked.end_ns
        for other in candidates:
            ran = [
                (other.clock_ns + one.start_ns, other.clock_ns + (one.end_ns or one.start_ns))
                for one in other.slices
                if one.kind == blocked.loop
            ]
            waited = waited_ns(ran, start, end)
            if waited is not None:
                found.append(Waiter(other, waited / 1e9, blocked))
    return found


def waited_ns(ran: Sequence[tuple[int, int]], start: int, end: int) -> int | None:
    """
    Say how long one had to wait for a loop that another one held; None when it did not wait for it.

    Args:
        ran: When it began and ended to run on that loop, each time, in order; in ns.
        start: When the loop was held, on the same clock.
        end: Until when.
    """
    # Whoever ran on that loop meanwhile was not kept from it.
    again = next((began for began, _ in ran if began >= start), None)
    if again is None or not end <= again <= end + SOON_NS:
        return None
    before = max((ended for _, ended in ran if ended <= start), default=start)
    return again - max(before, start)
