"""
How long requests took, by route: percentiles, rate and errors, with a spark of how they are spread.

Rule 1: what is measured is the time to the end of the response. WebSocket sessions and event streams last as
        long as somebody listens, and are counted apart.
Rule 2: what is under way has no time yet, and is counted apart as well.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.keys import is_error
from asgi_nb.record.hold import without_holds
from asgi_nb.record.markup import table
from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.plots import plot_percentiles

PERCENTILES = (50, 90, 95, 99)

# Eighths of a block, so that a spark is one line of text anywhere.
BLOCKS = " ▁▂▃▄▅▆▇█"
SPARK_WIDTH = 16
# A bar of text fits beside its labels into a terminal's 80 columns.
BAR_WIDTH = 50
NO_ROUTE = "(no route)"


@dataclass(frozen=True, slots=True)
class RouteLatency:
    """What was measured of one route, or of all."""

    route: str
    """The method and the route's path: "GET /items/{id}"; the method and "(no route)" where none matched."""
    seconds: tuple[float, ...]
    """How long each request took, shortest first."""
    errors: int
    """How many of them failed: an exception, a broken protocol or a status from 400 on."""
    rate: float | None
    """Requests per second between the first and the last; None for fewer than two."""

    @property
    def count(self) -> int:
        """How many requests were measured."""
        return len(self.seconds)

    @property
    def max(self) -> float:
        """The longest, in seconds; nan without any."""
        return self.seconds[-1] if self.seconds else math.nan

    @property
    def p50(self) -> float:
        """The median, in seconds."""
        return self.percentile(50)

    @property
    def p90(self) -> float:
        """Nine of ten took no longer, in seconds."""
        return self.percentile(90)

    @property
    def p95(self) -> float:
        """19 of 20 took no longer, in seconds."""
        return self.percentile(95)

    @property
    def p99(self) -> float:
        """99 of 100 took no longer, in seconds."""
        return self.percentile(99)

    def percentile(self, percent: float) -> float:
        """
        Give the time that this share of requests did not exceed, in seconds; nan without any.

        Between two requests it is interpolated, as numpy does.

        Args:
            percent: 0 to 100.

        Raises:
            ValueError: It is out of range.

        Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"a percentile is a number from 0 to 100, got {percent!r}")
        if not self.seconds:
            return math.nan
        place = (len(self.seconds) - 1) * percent / 100
        below = self.seconds[math.floor(place)]
        above = self.seconds[math.ceil(place)]
        return below + (above - below) * (place - math.floor(place))


class Latency(Sequence[RouteLatency]):
    """
    How long requests took: one entry per route, the busiest first.

    `latency["GET /items"]` is the route's entry, `latency.total` that of all together.
    """

    def __init__(self, routes: list[RouteLatency], total: RouteLatency, left_out: int) -> None:
        self._routes = routes
        self.total = total
        """All routes together."""
        self.left_out = left_out
        """How many exchanges were not measured: sockets, event streams, and what is under way."""

    def __len__(self) -> int:
        return len(self._routes)

    def __iter__(self) -> Iterator[RouteLatency]:
        return iter(self._routes)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return self._routes[key]
        for route in self._routes:
            if route.route == key:
                return route
        known = ", ".join(repr(route.route) for route in self._routes) or "none"
        raise KeyError(f"no route {key!r} was measured; there are: {known}")

    def histogram(self) -> str:
        """Draw how many requests took how long, as text."""
        edges = _edges(self.total.seconds)
        counts = _counted(self.total.seconds, edges)
        if not counts:
            return "no request was measured"
        labels = [_ms(edge) for edge in edges[1:]]
        width = max(map(len, labels))
        most = max(counts)
        return "\n".join(
            f"≤ {label:>{width}}  {'█' * math.ceil(count * BAR_WIDTH / most):<{BAR_WIDTH}}  {count}"
            for label, count in zip(labels, counts, strict=True)
        )

    def plot(self, ax: Any = None) -> Any:
        """
        Draw the percentiles of each route.

        Args:
            ax: The matplotlib axes to draw on; new ones by default.

        Returns:
            The axes.

        Raises:
            ImportError: matplotlib is not installed.
        """
        return plot_percentiles([(one.route, one.p50, one.p95, one.p99, one.max) for one in self], ax)

    def _caption(self) -> str:
        caption = f"Latency of {self.total.count} request{'s' * (self.total.count != 1)}"
        if self.left_out:
            caption += f"; {self.left_out} sockets, event streams and open requests are left out"
        return caption

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        head = ["Route", "Count", "Errors", "Rate", *(f"p{p}" for p in PERCENTILES), "Max"]
        edges = _edges(self.total.seconds)
        if edges:
            head.append(f"{_ms(edges[0])} to {_ms(edges[-1])}")
        shown = [*self._routes, self.total] if len(self._routes) > 1 else self._routes
        return head, [
            [
                shorten(one.route, 60),
                str(one.count),
                str(one.errors or ""),
                "" if one.rate is None else f"{one.rate:.3g}/s",
                *(_ms(one.percentile(p)) for p in PERCENTILES),
                _ms(one.max),
                spark(_counted(one.seconds, edges)),
            ]
            for one in shown
        ]

    def __repr__(self) -> str:
        head, rows = self._cells()
        if not rows:
            return self._caption()
        lines = [head, *rows]
        last = len(head) - 1
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        drawn = [
            "  ".join(
                cell.ljust(widths[column]) if column in (0, last) else cell.rjust(widths[column])
                for column, cell in enumerate(line)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self._caption(), *drawn])

    def _repr_html_(self) -> str:
        head, rows = self._cells()
        return table(head, rows, caption=self._caption())


def measure(exchanges: Iterable[Exchange]) -> Latency:
    """Measure how long requests took, by route."""
    routes: defaultdict[str, list[Exchange]] = defaultdict(list)
    left_out = 0
    for exchange in exchanges:
        if exchange.duration is None or exchange.websocket is not None or _is_event_stream(exchange):
            left_out += 1
            continue
        path = exchange.route_path if exchange.route_path is not None else NO_ROUTE
        routes[f"{visible(exchange.request.method)} {visible(path)}"].append(exchange)
    measured = [_of(route, found) for route, found in routes.items()]
    measured.sort(key=lambda one: -one.count)
    return Latency(measured, _of("all", [one for found in routes.values() for one in found]), left_out)


def _is_event_stream(exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and response.body.content_type.lower().startswith("text/event-stream")


def _of(route: str, exchanges: list[Exchange]) -> RouteLatency:
    seconds = sorted(without_holds(exchange.duration or 0.0, exchange.holds) for exchange in exchanges)
    starts = [exchange.started_at for exchange in exchanges]
    span = max(starts) - min(starts) if starts else 0.0
    # n requests have n - 1 gaps between them.
    rate = (len(starts) - 1) / span if span > 0 else None
    return RouteLatency(route, tuple(seconds), sum(map(is_error, exchanges)), rate)


def spark(counts: Sequence[int]) -> str:
    """Draw counts as one line of blocks; what is not zero shows at least as the lowest block."""
    most = max(counts, default=0)
    return "".join(BLOCKS[math.ceil(count * (len(BLOCKS) - 1) / most)] for count in counts) if most else ""


def _edges(seconds: Sequence[float]) -> list[float]:
    """Divide from the shortest to the longest time into SPARK_WIDTH steps that grow evenly."""
    if not seconds:
        return []
    # A microsecond at least: what took no time at all has no logarithm.
    low, high = max(seconds[0], 1e-6), max(seconds[-1], 2e-6)
    steps = SPARK_WIDTH if high > low else 1
    return [low * (high / low) ** (step / steps) for step in range(steps + 1)]


def _counted(seconds: Sequence[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * max(0, len(edges) - 1)
    for value in seconds:
        place = next((index for index, edge in enumerate(edges[1:-1]) if value <= edge), len(counts) - 1)
        counts[place] += 1
    return counts


def _ms(seconds: float) -> str:
    if math.isnan(seconds):
        return ""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
