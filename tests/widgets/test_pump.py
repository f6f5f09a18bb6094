import json
import threading
from contextlib import ExitStack
from queue import Queue

import pytest
from anyio.from_thread import start_blocking_portal

from asgi_nb.widgets.pump import Pump
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
        pump = Pump(store, wire, interval=0.001)
        running = portal.start_task_soon(pump.run)
        after.callback(running.result, 10)
        after.callback(pump.stop)
        yield pump


def test_a_page_sees_a_request_that_another_thread_recorded(pump, wire, traffic, run):
    pump.put(HELLO)
    wire.next("snap")

    run(traffic.http("/from-here"))
    content, (buffer,), _ = wire.next("batch")

    assert content["v"] == "page"
    assert [row["path"] for row in json.loads(buffer)] == ["/from-here"]


def test_everything_is_sent_on_the_loop_that_runs_the_pump(pump, wire, portal, traffic, run):
    loop_thread = portal.call(threading.get_ident)
    run(traffic.http())

    pump.put(HELLO)
    _, _, snapshot_thread = wire.next("snap")
    pump.put({"kind": "ask", "v": "page", "id": 1, "what": "detail", "seq": 1})
    _, _, answer_thread = wire.next("answer")

    assert {snapshot_thread, answer_thread} == {loop_thread}


def test_a_message_left_before_the_start_is_read_at_the_start(store, wire, portal):
    pump = Pump(store, wire, interval=0.001)

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

    pump = Pump(store, send, interval=0.001)
    running = portal.start_task_soon(pump.run)
    pump.put(HELLO)
    wire.next("snap")

    run(traffic.http())
    content, _, _ = wire.next("stop")

    assert content["reason"] == "the feed broke: OSError: the wire is cut"
    assert isinstance(running.exception(10), ExceptionGroup)


def test_after_the_stop_nothing_is_watched_and_nothing_is_sent(store, wire, portal, traffic, run):
    pump = Pump(store, wire, interval=0.001)
    running = portal.start_task_soon(pump.run)
    pump.put(HELLO)
    wire.next("snap")

    pump.stop()
    running.result(10)
    run(traffic.http())
    pump.put(HELLO)

    assert wire.sent.empty()


def test_a_portal_that_ends_takes_the_pump_with_it(store, wire, traffic, run):
    pump = Pump(store, wire, interval=0.001)
    with start_blocking_portal("asyncio") as portal:
        running = portal.start_task_soon(pump.run)
        pump.put(HELLO)
        wire.next("snap")
        portal.call(portal.stop, True)

    run(traffic.http())
    pump.put(HELLO)

    assert running.cancelled()
    assert wire.sent.empty()
