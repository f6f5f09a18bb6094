import json
import threading
import time
from contextlib import ExitStack
from queue import Queue

import pytest
from anyio.from_thread import start_blocking_portal
from anyio.lowlevel import checkpoint

from asgi_nb.live.holds import Holds
from asgi_nb.widgets.actions import ACTIONS
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.pump import MAX_POLLING, Pump
from asgi_nb.widgets.wire import WIRE_VERSION

HELLO = {"kind": "hello", "v": "page", "hello": 1, "version": WIRE_VERSION}


@pytest.fixture
def portal():
    with start_blocking_portal("asyncio") as portal:
        yield portal


class Wire:
    """What the pump sent, in order, with the thread that sent it."""

    def __init__(self):
        self.sent = Queue()

    def __call__(self, content, buffers):
        self.sent.put((content, buffers, threading.get_ident()))

    def next(self, kind):
        while True:
            content, buffers, thread = self.sent.get(timeout=10)
            if content["kind"] == kind:
                return content, buffers, thread


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def pump(store, wire, portal):
    """A pump that runs on the portal, and is stopped before it."""
    with ExitStack() as after:
        pump = Pump(store, wire, desk=Desk(store), interval=0.001)
        running = portal.start_task_soon(pump.run)
        after.callback(running.result, 10)
        after.callback(pump.stop)
        yield pump


def test_a_page_is_told_of_a_hold_that_a_cell_makes(store, wire, portal):
    holds = Holds()
    pump = Pump(store, wire, desk=Desk(store, holds), interval=0.001)
    holds.listen(pump.stir)
    with ExitStack() as after:
        running = portal.start_task_soon(pump.run)
        after.callback(running.result, 10)
        after.callback(pump.stop)
        pump.put(HELLO)
        assert wire.next("snap")[0]["holds"] == []

        holds.add("path:/tea")
        assert [hold["where"] for hold in wire.next("batch")[0]["holds"]] == ["path:/tea"]


def test_a_page_sees_a_request_that_another_thread_recorded(pump, wire, traffic, run):
    pump.put(HELLO)
    wire.next("snap")

    run(traffic.http("/from-here"))
    content, (buffer,), _ = wire.next("batch")

    assert content["v"] == "page"
    assert [row["path"] for row in json.loads(buffer)] == ["/from-here"]


def test_an_action_that_takes_long_keeps_no_other_answer_waiting(pump, wire, traffic, run, monkeypatch):
    run(traffic.http())
    begun, ended = threading.Event(), threading.Event()

    def slow(bench, message):
        begun.set()
        assert ended.wait(10)
        return 2

    monkeypatch.setitem(ACTIONS, "replay", slow)
    pump.put({"kind": "ask", "v": "page", "id": 1, "what": "replay", "seq": 1})
    assert begun.wait(10)
    for number, what in ((2, "here"), (3, "detail"), (4, "clear")):
        pump.put({"kind": "ask", "v": "page", "id": number, "what": what, "seq": 1})
        assert wire.next("answer")[0]["id"] == number
    ended.set()

    content, _, _ = wire.next("answer")
    assert (content["id"], content["value"]) == (1, 2)


def test_a_pump_stops_while_an_action_waits_for_an_app(store, wire, portal, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def slow(bench, message):
        begun.set()
        ended.wait(10)

    monkeypatch.setitem(ACTIONS, "replay", slow)
    pump = Pump(store, wire, desk=Desk(store), interval=0.001)
    running = portal.start_task_soon(pump.run)
    pump.put({"kind": "ask", "v": "page", "id": 1, "what": "replay", "seq": 1})
    assert begun.wait(10)
    pump.stop()

    running.result(5)
    ended.set()


@pytest.mark.parametrize("what", [None, ["replay"], {"a": 1}])
def test_a_question_that_is_no_word_is_refused_and_the_feed_goes_on(pump, wire, what):
    pump.put({"kind": "ask", "v": "page", "id": 1, "what": what})

    content, _, _ = wire.next("answer")
    assert content["ok"] is False
    assert "unknown question" in content["value"]


def test_everything_is_sent_on_the_loop_that_runs_the_pump(pump, wire, portal, traffic, run):
    loop_thread = portal.call(threading.get_ident)
    run(traffic.http())

    pump.put(HELLO)
    _, _, snapshot_thread = wire.next("snap")
    pump.put({"kind": "ask", "v": "page", "id": 1, "what": "detail", "seq": 1})
    _, _, answer_thread = wire.next("answer")

    assert {snapshot_thread, answer_thread} == {loop_thread}


def test_a_message_left_before_the_start_is_read_at_the_start(store, wire, portal):
    pump = Pump(store, wire, desk=Desk(store), interval=0.001)

    pump.put(HELLO)
    running = portal.start_task_soon(pump.run)

    assert wire.next("snap")[0]["v"] == "page"
    pump.stop()
    running.result(10)


def test_a_traffic_change_on_the_loop_itself_wakes_the_pump(pump, wire, portal, traffic):
    pump.put(HELLO)
    wire.next("snap")

    portal.call(traffic.http)

    assert wire.next("batch")[0]["counts"]["kept"] == 1


def test_leaving_a_message_does_not_wait_for_a_busy_loop(pump, wire, portal):
    entered, release = threading.Event(), threading.Event()

    def block():
        entered.set()
        assert release.wait(10)

    blocking = portal.start_task_soon(block)
    assert entered.wait(10)

    pump.put(HELLO)
    returned_while_blocked = not blocking.done()
    release.set()

    assert returned_while_blocked
    assert wire.next("snap")


def test_a_failure_is_told_to_the_pages_and_raised_to_the_owner(store, portal, wire, traffic, run):
    def send(content, buffers):
        if content["kind"] == "batch":
            raise OSError("the wire is cut")
        wire(content, buffers)

    pump = Pump(store, send, desk=Desk(store), interval=0.001)
    running = portal.start_task_soon(pump.run)
    pump.put(HELLO)
    wire.next("snap")

    run(traffic.http())
    content, _, _ = wire.next("stop")

    assert content["reason"] == "the feed broke: OSError: the wire is cut"
    assert isinstance(running.exception(10), ExceptionGroup)


def test_after_the_stop_nothing_is_watched_and_nothing_is_sent(store, wire, portal, traffic, run):
    pump = Pump(store, wire, desk=Desk(store), interval=0.001)
    running = portal.start_task_soon(pump.run)
    pump.put(HELLO)
    wire.next("snap")

    pump.stop()
    running.result(10)
    run(traffic.http())
    pump.put(HELLO)

    assert wire.sent.empty()


def test_a_portal_that_ends_takes_the_pump_with_it(store, wire, traffic, run):
    pump = Pump(store, wire, desk=Desk(store), interval=0.001)
    with start_blocking_portal("asyncio") as portal:
        running = portal.start_task_soon(pump.run)
        pump.put(HELLO)
        wire.next("snap")
        portal.call(portal.stop, True)

    run(traffic.http())
    pump.put(HELLO)

    assert running.cancelled()
    assert wire.sent.empty()


@pytest.fixture
def polled(pump, portal):
    """Poll until a message of this kind comes, and give it. A poll never waits for the loop."""

    def polled(kind):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for content, buffers in pump.poll("page"):
                if content["kind"] == kind:
                    return content, buffers
            portal.call(checkpoint)
        raise AssertionError(f"no {kind!r} came")

    return polled


HELLO_OF_A_VIEW = {**HELLO, "v": "page/1"}


def test_what_is_for_a_page_that_polls_waits_for_its_poll(pump, wire, polled, traffic, run):
    pump.poll("page")
    pump.put(HELLO_OF_A_VIEW)
    content, _ = polled("snap")
    run(traffic.http("/from-here"))
    _, (buffer,) = polled("batch")

    assert content["rung"] == "poll"
    assert [row["path"] for row in json.loads(buffer)] == ["/from-here"]
    assert [wire.sent.get()[0]["kind"] for _ in range(wire.sent.qsize())] == ["probe"]


def test_answers_ride_on_polls_too(pump, polled, traffic, run):
    run(traffic.http())
    pump.poll("page")

    pump.put({"kind": "ask", "v": "page/1", "id": 1, "what": "detail", "seq": 1})

    assert polled("answer")[0]["value"]["row"]["seq"] == 1


def test_a_page_that_hears_the_probe_is_pushed_to_again(pump, wire, traffic, run):
    pump.poll("page")
    wire.next("probe")
    pump.put(HELLO_OF_A_VIEW)

    pump.put({"kind": "push", "v": "page"})

    assert wire.next("snap")[0]["v"] == "page/1"


def test_pages_that_polled_and_went_leave_no_more_than_so_many_outboxes(pump):
    for number in range(MAX_POLLING + 5):
        pump.poll(f"page-{number}")

    assert len(pump._outboxes) == MAX_POLLING


def test_a_filter_from_a_cell_reaches_every_page(pump, wire, traffic, run):
    run(traffic.http("/tea", status=404))
    run(traffic.http("/milk"))
    pump.put(HELLO)
    wire.next("snap")

    pump.follow("status>=400")
    content, (buffer,), _ = wire.next("snap")

    assert content["where"] == "status>=400"
    assert [row["path"] for row in json.loads(buffer)] == ["/tea"]


def test_each_message_says_when_it_was_sent(pump, wire):
    before = time.time()
    pump.put(HELLO)

    assert before <= wire.next("snap")[0]["sent_at"] <= time.time()
