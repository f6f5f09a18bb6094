"""Latency by route: percentiles, rate, errors, and how they are spread."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.latency import RouteLatency, measure, spark
from asgi_nb.record.recorder import Recorder


@pytest.fixture
def taken(make_exchange):
    """Make an exchange of a route that took some milliseconds."""

    def taken(ms, route="/items", status=200, started_at=0.0, **scope):
        exchange = make_exchange(status, **scope)
        exchange.response_done_ns = int(ms * 1e6)
        exchange.route_path, exchange.started_at = route, started_at
        return exchange

    return taken


def test_each_route_is_measured_for_itself_the_busiest_first(taken):
    rare = taken(5, "/rare", 404)
    latency = measure([rare, *(taken(ms, started_at=ms) for ms in range(1, 101))])

    assert [one.route for one in latency] == ["GET /items", "GET /rare"]
    items = latency["GET /items"]
    assert items is latency[0]
    assert (items.count, items.errors) == (100, 0)
    assert [round(x, 6) for x in (items.p50, items.p90, items.p95, items.p99, items.max)] == [
        0.0505,
        0.0901,
        0.09505,
        0.09901,
        0.1,
    ]
    assert items.rate == pytest.approx(1.0)
    assert (latency["GET /rare"].errors, latency["GET /rare"].rate) == (1, None)
    assert latency.total.count == 101


def test_what_has_no_latency_is_counted_apart(taken, make_exchange, make_scope):
    stream = make_exchange(headers=[(b"content-type", b"text/event-stream")])
    chat = Recorder(make_scope("websocket"), 0.0).exchange
    waiting = Recorder(make_scope(), 0.0).exchange

    latency = measure([taken(1), stream, chat, waiting])

    assert (latency.total.count, latency.left_out) == (1, 3)
    assert "3 sockets, event streams and open requests are left out" in repr(latency)


def test_a_request_without_a_route_counts_as_such(taken):
    assert [one.route for one in measure([taken(1, None), taken(2, None, path="/other")])] == [
        "GET (no route)"
    ]


def test_a_route_that_was_not_measured_is_told(taken):
    with pytest.raises(KeyError, match=r"no route '/items' was measured; there are: 'GET /items'"):
        measure([taken(1)])["/items"]


def test_latency_shows_itself_as_a_table_with_sparks(taken):
    latency = measure([taken(1), taken(1), taken(100), taken(2000, "/slow", 500)])

    lines = repr(latency).splitlines()

    assert lines[0] == "Latency of 4 requests"
    assert lines[1].split() == "Route Count Errors Rate p50 p90 p95 p99 Max 1.0 ms to 2.00 s".split()
    assert lines[2].split()[:3] == ["GET", "/items", "3"]
    assert lines[2].endswith("█        ▄")
    assert "2.00 s" in lines[3]
    assert lines[4].startswith("all")
    assert "GET /items" in latency._repr_html_()


def test_nothing_measured_shows_as_that():
    latency = measure([])

    assert repr(latency) == "Latency of 0 requests"
    assert latency.histogram() == "no request was measured"
    assert math.isnan(latency.total.p50)
    assert math.isnan(latency.total.max)
    assert latency._repr_html_()


def test_a_histogram_of_text_counts_every_request(taken):
    latency = measure([taken(ms) for ms in (0, 1, 1, 2, 500)])

    counts = [int(line.split()[-1]) for line in latency.histogram().splitlines()]

    assert sum(counts) == 5
    assert max(map(len, latency.histogram().splitlines())) <= 80


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=50),
    st.floats(0, 100),
)
def test_percentiles_are_those_of_numpy(seconds, percent):
    ours = RouteLatency("", tuple(sorted(seconds)), 0, None).percentile(percent)

    assert ours == pytest.approx(numpy.percentile(seconds, percent), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_percentile_out_of_range_is_told(percent):
    with pytest.raises(ValueError, match="from 0 to 100"):
        RouteLatency("", (1.0,), 0, None).percentile(percent)


def test_a_spark_shows_all_that_is_not_zero():
    assert spark([0, 1, 100]) == " ▁█"
    assert spark([]) == spark([0]) == ""


@given(st.lists(st.floats(0, 1e4), max_size=40))
def test_any_times_can_be_shown(seconds):
    times = tuple(sorted(seconds))
    latency = measure([])
    latency.total = RouteLatency("all", times, 0, None)
    latency._routes = [latency.total] if times else []

    assert repr(latency)
    assert latency.histogram()
