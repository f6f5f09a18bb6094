"""What one view of the list looks through: which exchanges it shows and marks, and what its rows carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter
from asgi_nb.record.masks import mask_headers, shorten, visible
from asgi_nb.widgets.wire import row

# Headers beside the path: what fits on a wide screen, and what a row may carry 20 times a second.
MAX_COLUMNS = 8
HEADER_LIMIT = 120

# Milliseconds; and stretches of running code that a bar of 14 characters can tell apart.
SHORT = 2.0
MAX_RUNS = 16

# Rows that a view gets per round whatever they take: a screen has twenty, and twenty rounds are a second.
MIN_ROWS = 10


@dataclass(frozen=True, slots=True)
class Lens:
    """What one view looks through. `make_lens` reads the texts."""

    where: Filter | None = None
    """What it shows; None for everything."""
    highlight: Filter | None = None
    """What it marks among that; None for nothing."""
    columns: tuple[str, ...] = ()
    """Names of headers, each a column of its own."""

    @property
    def text(self) -> str:
        """The filter as it was typed; "" for none."""
        return self.where.text if self.where else ""

    @property
    def marks(self) -> str:
        """The highlight as it was typed; "" for none."""
        return self.highlight.text if self.highlight else ""

    @property
    def is_plain(self) -> bool:
        """Whether its rows carry nothing but what each view's rows carry."""
        return not self.columns and self.highlight is None

    @property
    def least(self) -> int:
        """At how many exchanges it looks in each round, however long that takes; a filter may be slow."""
        return MIN_ROWS if self.where is None and self.highlight is None else 1

    @property
    def timed(self) -> bool:
        """Whether time alone changes what it shows, as with `age<5m`."""
        return self.where is not None and self.where.timed

    def shows(self, exchange: Exchange) -> bool:
        """
        Say whether the view shows an exchange.

        Raises:
            FilterError: A regular expression would take too long on it.
        """
        return self.where is None or self.where.matches(exchange)

    def row(self, exchange: Exchange) -> dict[str, Any]:
        """
        Sum an exchange up for the list, with what this view wants beside.

        Raises:
            FilterError: A regular expression would take too long on it.
        """
        shown = row(exchange)
        shown["runs"] = _runs(exchange, shown["duration_ms"])
        if self.columns:
            shown["headers"] = [_header(exchange, name) for name in self.columns]
        if self.highlight:
            shown["lit"] = self.highlight.matches(exchange)
        return shown


def make_lens(where: str, highlight: str, columns: Sequence[str]) -> Lens:
    """
    Read a view's wishes.

    Raises:
        FilterError: A filter cannot be read.
    """
    names = dict.fromkeys(name.strip().lower() for name in columns)
    return Lens(
        Filter.parse(where) if where.strip() else None,
        Filter.parse(highlight) if highlight.strip() else None,
        tuple(name for name in names if name)[:MAX_COLUMNS],
    )


def _runs(exchange: Exchange, duration_ms: float | None) -> list[tuple[float, float | None]]:
    """When its code ran, in ms from its start, for the bar; none where the bar is too short to show it."""
    if exchange.trace is None or (duration_ms is not None and duration_ms < SHORT):
        return []
    slices = exchange.slices
    if len(slices) > MAX_RUNS:
        return []
    return [
        (round(one.start_ns / 1e6, 3), None if one.end_ns is None else round(one.end_ns / 1e6, 3))
        for one in slices
    ]


def _header(exchange: Exchange, name: str) -> str | None:
    """The response's header of a name, else the request's, masked; None when neither has it."""
    response, websocket = exchange.response, exchange.websocket
    answered = response.headers if response else websocket.accept_headers if websocket else []
    wanted = name.encode("latin-1", "replace")
    for headers in (answered, exchange.request.headers):
        found = [(key, value) for key, value in headers if key.lower() == wanted]
        if found:
            shown, _ = mask_headers(found)
            return shorten(visible(", ".join(value for _, value in shown)), HEADER_LIMIT)
    return None
