"""What the kitchen's pages are sent: bars, bounded, masked, and anew when code has run."""

import json
import time

import pytest

from asgi_nb.record.lanes import Bar
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.runs import new_run
from asgi_nb.record.samples import Sample
from asgi_nb.record.segments import Segment
from asgi_nb.record.trace import Trace
from asgi_nb.widgets.kitchen_feed import PAGE, KitchenAnswers, KitchenFeed, bar_row, coarse
from asgi_nb.widgets.wire import WIRE_VERSION

MS = 1_000_000

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/items",
    "raw_path": b"/items",
    "query_string": b"token=hush-hush",
    "root_path": "",
    "headers": [],
    "client": None,
    "server": None,
}


@pytest.fixture
def begin(store):
    """Put a request into the store whose code has begun to run; `done` ends it."""

    def begin(done=True):
        recorder = Recorder(SCOPE, time.time())
        exchange = recorder.exchange
        exchange.clock_ns = time.perf_counter_ns() - 400 * MS
        exchange.trace = Trace()
        run = new_run("server", "endpoint", "demo", exchange.clock_ns, exchange.clock_ns)
        exchange.trace.runs.append([*run, exchange.clock_ns + 300 * MS])
        line = "login(password='hush-hush')"
        exchange.trace.samples = [Sample(exchange.clock_ns, "Cell In[3]", 2, "demo", line, True)]
        if done:
            recorder.finish(350 * MS, None)
        store.add(exchange)
        return exchange

    return begin


@pytest.fixture
def feed(store):
    return KitchenFeed(store, lambda: None, interval=0)


def hello(feed):
    feed.receive({"kind": "hello", "v": "page/1", "hello": 1, "version": WIRE_VERSION, "where": None})


def rows(outgoing):
    return [row for _, buffers in outgoing for row in json.loads(buffers[0])]


def test_a_bar_says_when_its_code_ran_and_who_held_the_loop(begin):
    shown = bar_row(begin())

    assert shown["stretches"] == [["running", 0.0, 300.0, "server"]]
    assert (shown["end_ms"], shown["open"], shown["failed"]) == (350.0, False, True)
    [block] = shown["blocks"]
    assert (block["place"], block["start_ms"], block["end_ms"]) == ("Cell In[3], line 2", 0.0, 300.0)


def test_secrets_leave_in_no_row(begin):
    assert "hush-hush" not in json.dumps(bar_row(begin()))


def test_stretches_that_lie_close_become_one():
    segments = []
    for at in range(2000):
        segments += [
            Segment("running", 2 * at, 2 * at + 1, "server"),
            Segment("awaiting", 2 * at + 1, 2 * at + 2, ""),
        ]
    segments.append(Segment("awaiting", 4000, 500_000, ""))
    segments.append(Segment("running", 500_000, 600_000, "server"))
    bar = Bar(1, "GET /", "200", "", 0, 600_000, False, False, tuple(segments), (), 0)

    assert coarse(bar, 200) == [
        Segment("running", 0, 3999, "server"),
        Segment("running", 500_000, 600_000, "server"),
    ]


def test_a_hello_brings_the_newest_bars(feed, begin):
    for _ in range(PAGE + 20):
        begin()
    hello(feed)

    sent = rows(feed.flush(0.0))

    assert len(sent) == PAGE
    assert max(row["seq"] for row in sent) == PAGE + 20


def test_a_request_that_goes_on_is_sent_again_when_its_code_has_run(feed, begin):
    exchange = begin(done=False)
    hello(feed)
    assert [row["open"] for row in rows(feed.flush(0.0))] == [True]
    feed.receive({"kind": "ack", "v": "page/1", "hello": 1, "batch": 0})
    assert feed.due() < 10
    # Nothing has run: there is nothing to send.
    assert feed.flush(1.0) == []

    exchange.trace.runs[0] += [exchange.clock_ns + 320 * MS, exchange.clock_ns + 330 * MS]

    assert [len(row["stretches"]) for row in rows(feed.flush(2.0))] == [2]


def test_what_has_ended_or_was_cleared_is_looked_at_no_more(feed, begin, store):
    begin(done=False)
    hello(feed)
    feed.flush(0.0)
    store.clear()

    feed.flush(1.0)
    feed.receive({"kind": "ack", "v": "page/1", "hello": 1, "batch": 1})

    assert feed.due() > 1e9


def test_the_picture_of_some_requests_is_an_svg(begin, store):
    one, _ = begin(), begin()

    answer = KitchenAnswers(store).reply({"v": "page/1", "id": 7, "what": "picture", "seqs": [one.seq, 999]})

    assert (answer.content["ok"], answer.content["id"]) == (True, 7)
    assert answer.buffers[0].startswith(b"<svg")
    assert b"Timeline: 1 request in" in answer.buffers[0]
    assert b"hush-hush" not in answer.buffers[0]


@pytest.mark.parametrize("seqs", [None, "1", [1, "2"], [True], {"a": 1}])
def test_a_picture_of_what_is_no_list_of_numbers_is_refused(store, seqs):
    answer = KitchenAnswers(store).reply({"v": "page/1", "id": 7, "what": "picture", "seqs": seqs})

    assert answer.content["ok"] is False
    assert "seqs must be a list of whole numbers" in answer.content["value"]


def test_other_questions_are_answered_as_in_the_inspector(begin, store):
    one = begin()

    answer = KitchenAnswers(store).reply({"v": "page/1", "id": 1, "what": "detail", "seq": one.seq})

    assert answer.content["ok"] is True
