"""
What can be asked of a number of exchanges, and a list of them that answers.

The same questions work on a store, on a session and on what a question gives, so they can be chained:
`traffic.where("route:/items").where("status>=400").latency()`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter
from asgi_nb.record.frame import to_frame
from asgi_nb.record.latency import Latency, measure
from asgi_nb.record.markup import table
from asgi_nb.record.plots import plot_latency, plot_rate
from asgi_nb.record.summary import Row, summarize

if TYPE_CHECKING:
    from asgi_nb.record.mocking import Mock
    from asgi_nb.record.timeline import Timeline

# Rows of a table in a notebook: what fits on two screens, and what a saved notebook should carry.
SHOWN = 50

# Column -> its cell. The text's columns are the page's, but for the bar.
COLUMNS: dict[str, Callable[[Row], object]] = {
    "#": lambda row: row["seq"],
    "Method": lambda row: row["method"],
    "Status": lambda row: row["status"] if row["status"] is not None else row["state"],
    "Path": lambda row: row["path"],
    "Cell": lambda row: row["cell"],
    "Time": lambda row: None if row["duration_ms"] is None else f"{row['duration_ms']:.1f} ms",
}
# Characters of a path in a table of text: the other columns take 40 of a terminal's 100.
PATH_WIDTH = 60


class Queries:
    """Questions to whatever gives exchanges, oldest first."""

    __slots__ = ()

    def where(self: Iterable[Exchange], text: str) -> "Selection":
        """
        Choose exchanges: `where("status>=400 path:/api")`.

        Args:
            text: A filter; `asgi_nb.record.filters` has the language.

        Returns:
            Those that meet it at this moment; what comes later is not in it.

        Raises:
            FilterError: The filter cannot be read, or takes too long.
        """
        __tracebackhide__ = True
        return choose(self, text)

    @property
    def errors(self: Iterable[Exchange]) -> "Selection":
        """Those with an exception, a broken protocol, or a status from 400 on: `where("is:error")`."""
        return choose(self, "is:error")

    @property
    def slow(self: Iterable[Exchange]) -> "Selection":
        """Those whose response took a second or more to begin: `where("is:slow")`."""
        return choose(self, "is:slow")

    @property
    def df(self: Iterable[Exchange]) -> Any:
        """
        A pandas.DataFrame with a row for each exchange, secrets hidden; see `frame.COLUMNS`.

        Raises:
            ImportError: pandas is not installed.
        """
        return to_frame(self)

    def latency(self: Iterable[Exchange]) -> Latency:
        """Measure how long requests took, by route: percentiles, rate and errors."""
        return measure(self)

    def plot_latency(self: Iterable[Exchange], ax: Any = None) -> Any:
        """
        Draw how long each request took, over time.

        Args:
            ax: The matplotlib axes to draw on; new ones by default.

        Returns:
            The axes.

        Raises:
            ImportError: matplotlib is not installed.
        """
        return plot_latency(self, ax)

    def plot_rate(self: Iterable[Exchange], ax: Any = None) -> Any:
        """Draw how many requests began per second, and how many of them failed; as `plot_latency`."""
        return plot_rate(self, ax)

    def timeline(self: Iterable[Exchange], seconds: float | None = None) -> "Timeline":
        """
        Draw on one time axis when each request ran and when it waited, and who held the loop.

        Args:
            seconds: Only what went on in the last so many of them; None for all of it.

        Raises:
            ValueError: `seconds` is not above 0.
        """
        from asgi_nb.record.timeline import Timeline  # loaded when it is first asked for

        return Timeline(self, seconds)

    def to_har(self: Iterable[Exchange], *, secrets: bool = False) -> dict[str, Any]:
        """Make an HTTP Archive of them; see `asgi_nb.record.export.har.to_har`."""
        from asgi_nb.record.export.har import to_har  # loaded when it is first asked for

        return to_har(self, secrets=secrets)

    def save_har(self: Iterable[Exchange], path: str | Path, *, secrets: bool = False) -> Path:
        """Write them into a `.har` file; see `asgi_nb.record.export.har.save_har`."""
        from asgi_nb.record.export.har import save_har  # loaded when it is first asked for

        return save_har(self, path, secrets=secrets)

    def to_mock(self: Iterable[Exchange]) -> "Mock":
        """Make an ASGI app that answers as they were answered; see `asgi_nb.record.mocking.mock`."""
        from asgi_nb.record.mocking import mock  # loaded when it is first asked for

        return mock(self)


class Selection(Queries, list[Exchange]):
    """A list of exchanges that can be asked further. It stays as it is when more traffic comes."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: SupportsIndex) -> Exchange: ...
    @overload
    def __getitem__(self, key: slice) -> "Selection": ...

    def __getitem__(self, key: SupportsIndex | slice) -> "Exchange | Selection":
        if isinstance(key, slice):
            return Selection(super().__getitem__(key))
        try:
            return super().__getitem__(key)
        except IndexError:
            raise IndexError(f"no exchange at position {key}: there are {len(self)} here") from None

    def __repr__(self) -> str:
        return as_text(self, caption_of(self))

    def _repr_html_(self) -> str:
        return as_html(self, caption_of(self))


def choose(exchanges: Iterable[Exchange], text: str) -> Selection:
    """Give those that meet a filter. Raises FilterError when it cannot be read, or takes too long."""
    __tracebackhide__ = True
    return Selection(Filter.parse(text).select(exchanges))


def caption_of(exchanges: list[Exchange]) -> str:
    """Say how many there are."""
    return f"{len(exchanges)} exchange{'s' * (len(exchanges) != 1)}"


def as_text(exchanges: list[Exchange], caption: str) -> str:
    """Write the last exchanges as a table of text, beneath a caption."""
    cells, caption = _rows(exchanges, caption)
    if not cells:
        return caption
    lines = [list(COLUMNS), *([_fit(cell) for cell in row] for row in cells)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    # Numbers stand at the right, as in every table.
    right = {0, len(COLUMNS) - 1}
    drawn = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([caption, *drawn])


def as_html(exchanges: list[Exchange], caption: str) -> str:
    """Write the last exchanges as a table of HTML."""
    cells, caption = _rows(exchanges, caption)
    return table(list(COLUMNS), cells, caption=caption)


def _rows(exchanges: list[Exchange], caption: str) -> tuple[list[list[object]], str]:
    rows = [summarize(exchange) for exchange in list.__getitem__(exchanges, slice(-SHOWN, None))]
    if len(exchanges) > len(rows):
        caption += f", last {len(rows)}"
    masked = sum(row["masked"] for row in rows)
    if masked:
        caption += f", {masked} secret{'s' * (masked != 1)} masked"
    return [[cell(row) for cell in COLUMNS.values()] for row in rows], caption


def _fit(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= PATH_WIDTH else text[: PATH_WIDTH - 1] + "…"
