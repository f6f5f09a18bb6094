"""Figures of traffic, where matplotlib is installed. Text that was recorded never becomes a formula."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.keys import is_error
from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.optional import need

# As many as matplotlib's default cycle has colours; further routes are drawn together.
ROUTES = 9
# Seconds: a rate is drawn in at most so many steps.
STEPS = 120
LABEL_LIMIT = 40


def plot_latency(exchanges: Iterable[Exchange], ax: Any = None) -> Any:
    """Draw how long each request took, over time: a mark for each route, a cross on those that failed."""
    ax = _axes(ax, "plot_latency()")
    done = [one for one in exchanges if one.duration is not None and one.websocket is None]
    names = [_label(f"{one.request.method} {one.route_path or one.request.path}") for one in done]
    shown = [name for name, _ in Counter(names).most_common(ROUTES)]
    for name, marker in zip([*shown, "others"], "os^Dv<>Pph", strict=False):
        points = [
            one
            for one, its in zip(done, names, strict=True)
            if its == name or (name == "others" and its not in shown)
        ]
        if points:
            ax.plot(_times(points), _milliseconds(points), marker, label=name, alpha=0.7, markersize=4)
    failed = [one for one in done if is_error(one)]
    if failed:
        ax.plot(_times(failed), _milliseconds(failed), "kx", label="failed", markersize=8)
    if done:
        ax.set_yscale("log")
        ax.legend(fontsize="small")
    ax.set_ylabel("time to the end of the response, ms")
    ax.set_title("Latency")
    _tilt(ax)
    return ax


def plot_rate(exchanges: Iterable[Exchange], ax: Any = None) -> Any:
    """Draw how many requests began per second, and how many of them failed."""
    ax = _axes(ax, "plot_rate()")
    found = list(exchanges)
    if found:
        starts = [one.started_at for one in found]
        first, last = min(starts), max(starts)
        step = max(1.0, (last - first) / STEPS)
        for label, chosen, style in (("all", found, "-"), ("failed", list(filter(is_error, found)), "--")):
            counts = Counter(int((one.started_at - first) / step) for one in chosen)
            if counts:
                places = range(int((last - first) / step) + 2)
                times = [datetime.fromtimestamp(first + place * step, UTC) for place in places]
                ax.step(times, [counts[p] / step for p in places], style, where="post", label=label)
        ax.legend(fontsize="small")
    ax.set_ylabel("requests per second")
    ax.set_title("Rate")
    _tilt(ax)
    return ax


def plot_percentiles(rows: list[tuple[str, float, float, float, float]], ax: Any = None) -> Any:
    """
    Draw the percentiles of routes as marks on a line each.

    Args:
        rows: The route's name, and its p50, p95, p99 and maximum in seconds.
        ax: The matplotlib axes to draw on; new ones by default.
    """
    ax = _axes(ax, ".plot()")
    places = range(len(rows))
    for name, marker, column in (("p50", "o", 1), ("p95", "s", 2), ("p99", "^", 3), ("max", "x", 4)):
        ax.plot([row[column] * 1000 for row in rows], places, marker, label=name)
    for place, row in zip(places, rows, strict=True):
        ax.plot([row[1] * 1000, row[4] * 1000], [place, place], "-", color="gray", zorder=0)
    ax.set_yticks(list(places), [_label(row[0]) for row in rows])
    ax.invert_yaxis()
    if rows:
        ax.set_xscale("log")
        ax.legend(fontsize="small")
    ax.set_xlabel("ms")
    ax.set_title("Latency")
    return ax


def _axes(ax: Any, what: str) -> Any:
    if ax is not None:
        return ax
    pyplot = need("matplotlib.pyplot", what, "; .latency() draws as text")
    return pyplot.subplots(layout="constrained")[1]


def _label(text: str) -> str:
    # "$" begins a formula, and a label that begins with "_" is left out of the legend.
    return " " * text.startswith("_") + shorten(visible(text), LABEL_LIMIT).replace("$", r"\$")


def _times(exchanges: list[Exchange]) -> list[datetime]:
    return [datetime.fromtimestamp(one.started_at, UTC) for one in exchanges]


def _milliseconds(exchanges: list[Exchange]) -> list[float]:
    return [(one.duration or 0.0) * 1000 for one in exchanges]


def _tilt(ax: Any) -> None:
    ax.tick_params(axis="x", labelrotation=30)
