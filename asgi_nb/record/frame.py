"""
Exchanges as a pandas.DataFrame: one row each, one column for each fact.

Rule: a frame is there to be shown and saved, so secrets are masked in it. The exchanges have the rest.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.keys import is_error, request_size, response_size
from asgi_nb.record.masks import mask_query, visible
from asgi_nb.record.optional import need


class Column(NamedTuple):
    """One column."""

    dtype: str
    """pandas' name of its type. "Int64" holds missing values, "int64" none."""
    value: Callable[[Exchange], Any]
    """Gives the value of an exchange; None where there is none."""


def _seconds(nanoseconds: Callable[[Exchange], int | None]) -> Column:
    return Column("timedelta64[ns]", nanoseconds)


def _done_ns(exchange: Exchange) -> int | None:
    done = exchange.response_done_ns
    return exchange.app_exit_ns if done is None else done


def _background_ns(exchange: Exchange) -> int | None:
    seconds = exchange.background
    return None if seconds is None else round(seconds * 1e9)


def _type(exchange: Exchange) -> str | None:
    if exchange.response is None:
        return None
    return visible(exchange.response.body.content_type.partition(";")[0].strip().lower()) or None


def _query(exchange: Exchange) -> str | None:
    return mask_query(exchange.request.query_string).text or None


def _shown(text: str | None) -> str | None:
    return None if text is None else visible(text)


def _close_code(exchange: Exchange) -> int | None:
    websocket = exchange.websocket
    return websocket.close.code if websocket and websocket.close else None


# The index is the exchange's number. A new column is a line.
COLUMNS: dict[str, Column] = {
    "id": Column("string", lambda e: e.id),
    "started": Column("datetime64[ns, UTC]", lambda e: round(e.started_at * 1e9)),
    "kind": Column("category", lambda e: e.kind),
    "method": Column("category", lambda e: visible(e.request.method)),
    "path": Column("string", lambda e: visible(e.request.path)),
    "query": Column("string", _query),
    "route": Column("category", lambda e: _shown(e.route_path)),
    "status": Column("Int64", lambda e: e.status),
    "state": Column("category", lambda e: e.state),
    "duration": _seconds(_done_ns),
    "wait": _seconds(lambda e: e.response_start_ns),
    "background": _seconds(_background_ns),
    "request_size": Column("int64", request_size),
    "response_size": Column("int64", response_size),
    "type": Column("category", _type),
    "received": Column("Int64", lambda e: e.websocket.received_count if e.websocket else None),
    "sent": Column("Int64", lambda e: e.websocket.sent_count if e.websocket else None),
    "close_code": Column("Int64", _close_code),
    "cell": Column("category", lambda e: _shown(e.origin.label) if e.origin else None),
    "failed": Column("bool", is_error),
    "error": Column("category", lambda e: _shown(e.error.type) if e.error else None),
    "faults": Column("int64", lambda e: len(e.faults) + e.extra_faults),
    "output": Column("int64", lambda e: len(e.output) + e.dropped_output),
    "client": Column("category", lambda e: _shown(e.client[0]) if e.client else None),
}


def to_frame(exchanges: Iterable[Exchange]) -> Any:
    """
    Make a pandas.DataFrame, indexed by the exchanges' numbers.

    Times are timestamps in UTC, spans timedeltas, words categories; what has not happened is missing.

    Raises:
        ImportError: pandas is not installed.
    """
    pandas = need("pandas", ".df")
    rows = list(exchanges)
    columns = {}
    for name, column in COLUMNS.items():
        values = [column.value(exchange) for exchange in rows]
        if column.dtype == "timedelta64[ns]":
            columns[name] = pandas.to_timedelta(pandas.array(values, dtype="Int64"), unit="ns")
        elif column.dtype == "datetime64[ns, UTC]":
            columns[name] = pandas.to_datetime(values, unit="ns", utc=True)
        elif column.dtype == "category":
            # Without a value, pandas takes the categories for numbers.
            columns[name] = pandas.Series(values, dtype="string").astype("category")
        else:
            columns[name] = pandas.Series(values, dtype=column.dtype)
    frame = pandas.DataFrame(columns)
    # Without rows pandas takes a coarser unit.
    frame = frame.astype({n: c.dtype for n, c in COLUMNS.items() if c.dtype.endswith(("[ns]", "UTC]"))})
    frame.index = pandas.Index([exchange.seq for exchange in rows], name="seq", dtype="int64")
    return frame
