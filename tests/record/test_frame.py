"""A frame has a row for each exchange and tidy columns, and says what is missing when pandas is."""

import sys

import pandas
import pytest

from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Origin
from asgi_nb.record.frame import COLUMNS
from asgi_nb.record.recorder import Recorder


def test_a_frame_has_tidy_columns(store, make_exchange, make_scope):
    item = make_exchange(
        404,
        b"{}",
        [(b"content-type", b"application/json; charset=utf-8")],
        b"tea",
        query_string=b"q=1&token=abc",
    )
    item.route_path, item.origin = "/items/{id}", Origin("a", 3, "h", "f", "f", 1)
    item.error = ErrorRecord.from_exception(ValueError("no"), handled=True)
    chat = Recorder(make_scope("websocket", path="/chat"), 1_700_000_001.5).exchange
    store.add(item)
    store.add(chat)

    frame = store.df

    assert list(frame.columns) == list(COLUMNS)
    assert frame.index.name == "seq"
    first = frame.loc[1]
    assert first["started"] == pandas.Timestamp("2023-11-14 22:13:20", tz="UTC")
    assert first["duration"] == pandas.Timedelta(item.response_done_ns, unit="ns")
    assert first[["method", "status", "route", "type", "cell", "error"]].tolist() == [
        "GET",
        404,
        "/items/{id}",
        "application/json",
        "[3]",
        "ValueError",
    ]
    assert first[["request_size", "response_size", "failed"]].tolist() == [3, 2, True]
    assert first["query"] == "q=1&token=•••"
    second = frame.loc[2]
    assert second["started"] == pandas.Timestamp("2023-11-14 22:13:21.5", tz="UTC")
    assert second[["duration", "status", "route", "close_code"]].isna().all()
    assert second[["received", "sent"]].tolist() == [0, 0]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_types_of_the_columns_do_not_depend_on_the_rows(store, make_exchange, count):
    for _ in range(count):
        store.add(make_exchange())

    types = store.df.dtypes

    assert len(store.df) == count
    assert types["started"] == "datetime64[ns, UTC]"
    assert types["duration"] == "timedelta64[ns]"
    assert types["status"] == "Int64"
    assert types["method"].name == types["route"].name == "category"
    assert types["method"].categories.dtype == types["route"].categories.dtype == "string"
    assert types["failed"] == "bool"


def test_a_frame_can_be_summed_up_in_the_usual_words(store, make_exchange):
    for status in (200, 200, 500):
        store.add(make_exchange(status))

    assert store.df.groupby("status").size().to_dict() == {200: 2, 500: 1}
    assert store.df.duration.dt.total_seconds().max() < 1
    assert store.df.set_index("started").resample("1s").size().sum() == 3


def test_without_pandas_a_frame_says_what_to_install(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(
        ImportError, match=r"\.df needs pandas, which is not installed; run %pip install pandas"
    ):
        store.df  # noqa: B018 - looking it up is the test
