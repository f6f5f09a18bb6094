"""Who had to wait for the loop is found by the times alone."""

import pytest

from asgi_nb.record.kitchen import kept_waiting
from asgi_nb.record.runs import new_run
from asgi_nb.record.trace import Trace

MS = 1_000_000


@pytest.fixture
def ran(make_exchange):
    """An exchange that began at a time and ran for stretches of it, all in ms."""

    def make(began, *times, place="server"):
        exchange = make_exchange()
        exchange.clock_ns = began * MS
        run = new_run(place, "endpoint", "demo", times[0] * MS, times[0] * MS)
        run.extend(time * MS for time in times[1:])
        exchange.trace = Trace()
        exchange.trace.runs.append(run)
        return exchange

    return make


@pytest.fixture
def blocking(ran):
    """One that holds the loop from 100 to 400 ms."""
    return ran(100, 100, 400)


def test_one_that_slept_and_could_not_wake_had_to_wait(ran, blocking):
    sleeping = ran(50, 50, 51, 401, 402)

    [waiter] = kept_waiting(blocking, [blocking, sleeping])

    assert (waiter.exchange, waiter.waited) == (sleeping, pytest.approx(0.301))
    assert waiter.blocked.duration == pytest.approx(0.3)


def test_one_that_came_in_meanwhile_had_to_wait(ran, blocking):
    assert [waiter.waited for waiter in kept_waiting(blocking, [ran(402, 402, 403)])] == [
        pytest.approx(0.302)
    ]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param((10, 10, 11), id="over-before"),
        pytest.param((50, 50, 51, 700, 701), id="slept-longer"),
        pytest.param((600, 600, 601), id="came-later"),
    ],
)
def test_one_that_did_not_need_the_loop_did_not_wait(ran, blocking, times):
    assert kept_waiting(blocking, [ran(*times)]) == []


def test_a_worker_thread_waits_for_no_loop(ran, blocking):
    assert kept_waiting(blocking, [ran(50, 50, 401, place="thread")]) == []


def test_who_holds_no_loop_keeps_nobody_waiting(ran):
    assert kept_waiting(ran(100, 100, 101), [ran(102, 102, 103)]) == []
