import json
import math

import pytest

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.widgets.feed import (
    CREDIT,
    FLOOD,
    MAX_BYTES,
    MAX_PAGE_ROWS,
    MAX_ROWS,
    MAX_VIEWS,
    RECOUNT,
    SILENCE,
    Feed,
)
from asgi_nb.widgets.lens import MIN_ROWS
from asgi_nb.widgets.wire import WIRE_VERSION


def rows(outgoing):
    return json.loads(outgoing.buffers[0])


def seqs(outgoing):
    return [row["seq"] for row in rows(outgoing)]


class Page:
    """A page that answers as ours does, on a clock that the test moves."""

    def __init__(self, feed, view="page"):
        self.feed = feed
        self.view = view
        self.hellos = 0
        self.now = 0.0

    def hello(self, version=WIRE_VERSION):
        self.hellos += 1
        return self.feed.receive({"kind": "hello", "v": self.view, "hello": self.hellos, "version": version})

    def tick(self, seconds=0.05):
        self.now += seconds
        return [out for out in self.feed.flush(self.now) if out.content["v"] == self.view]

    def ack(self, outgoing):
        self.feed.receive(
            {"kind": "ack", "v": self.view, "hello": self.hellos, "batch": outgoing.content["batch"]}
        )

    def read(self, most=100):
        """Acknowledge whatever comes until nothing comes."""
        batches = []
        for _ in range(most):
            news = self.tick(0.1)
            if not news:
                return batches
            for batch in news:
                self.ack(batch)
            batches += news
        raise AssertionError("the feed never comes to rest")


@pytest.fixture
def woken():
    return []


@pytest.fixture
def feed(store, woken):
    return Feed(store, lambda: woken.append(True))


@pytest.fixture
def page(feed):
    return Page(feed)


def test_hello_is_answered_with_a_snapshot_of_what_is_there(page, traffic, run):
    run(traffic.http("/one"))
    run(traffic.http("/two"))

    page.hello()
    (snapshot,) = page.tick()

    assert snapshot.content["kind"] == "snap"
    assert snapshot.content["batch"] == 0
    assert snapshot.content["whole"]
    assert snapshot.content["counts"]["last_seq"] == 2
    assert [row["path"] for row in rows(snapshot)] == ["/two", "/one"]


def test_an_empty_store_gives_an_empty_snapshot(page):
    page.hello()

    (snapshot,) = page.tick()

    assert rows(snapshot) == []


def test_a_page_that_speaks_another_version_is_refused_with_a_remedy(page):
    (refusal,) = page.hello(version=999)

    assert refusal.content["kind"] == "refuse"
    assert "reload the page" in refusal.content["reason"]
    assert page.feed.view_count == 0


def test_what_changes_after_the_snapshot_comes_in_the_next_batch(page, traffic, run, woken):
    page.hello()
    page.read()
    woken.clear()

    run(traffic.http("/new", status=201))
    (batch,) = page.tick()

    assert woken
    assert batch.content["kind"] == "batch"
    assert [(row["path"], row["status"], row["state"]) for row in rows(batch)] == [("/new", 201, "done")]


def test_an_exchange_that_changed_often_is_one_row(page, traffic, run):
    page.hello()
    page.read()

    async def chat(receive, send):
        await send({"type": "websocket.accept"})
        for number in range(100):
            await send({"type": "websocket.send", "text": str(number)})
        await send({"type": "websocket.close", "code": 1000})

    run(traffic.websocket("/chat", chat))
    (batch,) = page.tick()

    assert [row["sent"] for row in rows(batch)] == [100]


def test_batches_are_no_closer_together_than_the_interval(page, traffic, run):
    page.hello()
    page.read()
    run(traffic.http())
    first = page.tick()
    run(traffic.http())

    too_early = page.tick(0.02)

    assert first
    assert too_early == []
    assert page.feed.due() == pytest.approx(page.now + 0.03)
    assert page.tick(0.031)


def test_a_page_that_does_not_acknowledge_gets_two_batches_and_no_third(page, traffic, run):
    page.hello()
    page.read()
    for _ in range(CREDIT):
        run(traffic.http())
        assert page.tick()

    run(traffic.http())

    assert page.tick() == []


def test_an_acknowledgement_gives_the_credit_back_and_nothing_was_missed(page, traffic, run):
    page.hello()
    page.read()
    run(traffic.http())
    (first,) = page.tick()
    run(traffic.http())
    page.tick()
    for _ in range(5):
        run(traffic.http())
    page.tick()

    page.ack(first)
    (third,) = page.tick()

    assert seqs(third) == [3, 4, 5, 6, 7]
    assert third.content["lost"] == 0


def test_a_page_that_falls_silent_is_told_so_once_and_then_costs_nothing(page, traffic, run, woken):
    page.hello()
    page.tick()
    run(traffic.http())
    page.tick()

    (notice,) = page.tick(SILENCE)
    woken.clear()
    run(traffic.http())

    assert notice.content["kind"] == "silent"
    assert page.feed.view_count == 0
    assert page.feed.due() == float("inf")
    assert woken == []


def test_a_page_that_was_silent_says_hello_and_has_everything(page, traffic, run):
    page.hello()
    page.tick()
    run(traffic.http())
    page.tick()
    page.tick(SILENCE)
    run(traffic.http())

    page.hello()
    (snapshot,) = page.tick()

    assert sorted(seqs(snapshot)) == [1, 2]


def test_a_quiet_page_that_owes_nothing_is_never_taken_for_gone(page, traffic, run):
    page.hello()
    page.read()

    page.tick(3600)
    run(traffic.http())
    (batch,) = page.tick()

    assert seqs(batch) == [1]


def test_the_newest_rows_come_first_and_the_older_ones_behind_them(page, traffic, run):
    total = 2 * MAX_ROWS + 10
    for _ in range(total):
        run(traffic.http())

    page.hello()
    batches = page.read()

    assert seqs(batches[0])[0] == total
    assert [seq for batch in batches for seq in seqs(batch)] == list(range(total, 0, -1))
    assert [batch.content["whole"] for batch in batches] == [False] * (len(batches) - 1) + [True]


def test_news_come_before_the_old_rows_of_a_snapshot(page, traffic, run):
    for _ in range(2 * MAX_ROWS):
        run(traffic.http())
    page.hello()
    page.ack(page.tick()[0])

    run(traffic.http("/news"))
    (batch,) = page.tick()

    assert rows(batch)[0]["path"] == "/news"


def test_no_batch_is_larger_than_its_bounds_and_each_row_arrives_once(page, traffic, run):
    page.hello()
    page.read()
    for _ in range(3 * MAX_ROWS):
        run(traffic.http("/" + "x" * 150, query=b"q=" + b"y" * 40))

    batches = page.read()

    assert all(len(batch.buffers[0]) <= MAX_BYTES for batch in batches)
    assert all(len(rows(batch)) <= MAX_ROWS for batch in batches)
    assert sorted(seq for batch in batches for seq in seqs(batch)) == list(range(1, 3 * MAX_ROWS + 1))


def test_what_left_the_store_before_it_was_sent_is_counted(traffic, run):
    small = Store(max_exchanges=10)
    traffic.store = small
    page = Page(Feed(small, lambda: None))
    page.hello()
    page.read()

    for _ in range(25):
        run(traffic.http())
    (batch,) = page.tick()

    assert seqs(batch) == list(range(16, 26))
    assert batch.content["lost"] == 15
    assert batch.content["counts"]["dropped"] == 15


def test_clearing_the_store_sends_a_snapshot_without_the_old_rows(page, traffic, store, run):
    run(traffic.http("/old"))
    page.hello()
    page.read()

    store.clear()
    run(traffic.http("/new"))
    batches = page.read()

    assert batches[0].content["kind"] == "snap"
    assert batches[0].content["batch"] == 1
    assert {row["path"] for batch in batches for row in rows(batch)} == {"/new"}
    assert sum(batch.content["lost"] for batch in batches) == 0


def test_two_pages_have_their_own_pace(feed, traffic, run):
    quick, slow = Page(feed, "quick"), Page(feed, "slow")
    quick.hello()
    slow.hello()
    for number in range(5):
        run(traffic.http())
        now = 0.05 * (number + 1)
        for out in feed.flush(now):
            if out.content["v"] == "quick":
                quick.ack(out)
            else:
                slow.now = now

    quick.now = slow.now = 1.0
    run(traffic.http())

    assert [out.content["v"] for out in feed.flush(1.0)] == ["quick"]


def test_bye_ends_the_stream(page, traffic, run, woken):
    page.hello()
    page.read()

    page.feed.receive({"kind": "bye", "v": "page"})
    woken.clear()
    run(traffic.http())

    assert woken == []
    assert page.tick() == []


def test_reloads_leave_no_more_than_so_many_pages_behind(feed):
    for number in range(MAX_VIEWS + 5):
        Page(feed, f"page-{number}").hello()

    assert feed.view_count == MAX_VIEWS


def test_an_acknowledgement_of_an_older_hello_gives_no_credit(page, traffic, run):
    page.hello()
    page.tick()
    page.hello()
    (snapshot,) = page.tick()
    run(traffic.http())
    page.tick()
    run(traffic.http())

    page.feed.receive({"kind": "ack", "v": "page", "hello": 1, "batch": 0})

    assert snapshot.content["hello"] == 2
    assert page.tick() == []


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({}, id="empty"),
        pytest.param({"kind": "hello"}, id="hello-without-page"),
        pytest.param({"kind": "ack", "v": "page", "hello": 1, "batch": "0"}, id="ack-of-text"),
        pytest.param({"kind": "ack", "v": "nobody", "hello": 1, "batch": 0}, id="ack-of-nobody"),
        pytest.param({"kind": "bye", "v": "nobody"}, id="bye-of-nobody"),
        pytest.param({"kind": "surprise"}, id="unknown-kind"),
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(page, message):
    page.hello()

    assert page.feed.receive(message) == []
    assert page.feed.view_count == 1


def test_closing_the_feed_stops_watching(page, traffic, run, woken):
    page.hello()
    page.feed.close()
    woken.clear()

    run(traffic.http())

    assert woken == []


class Slow:
    """A clock by which no round has any time left."""

    def __call__(self):
        return 1.0


def test_a_flood_shows_the_newest_rows_and_says_how_many_wait(page, traffic, run):
    page.hello()
    page.read()
    for _ in range(FLOOD + 50):
        run(traffic.http())

    page.now += 0.05
    (batch,) = page.feed.flush(page.now, Slow())
    page.ack(batch)
    rest = page.read()

    assert seqs(batch) == list(range(FLOOD + 51 - MIN_ROWS, FLOOD + 51))
    assert batch.content["behind"] == FLOOD + 50 - MIN_ROWS
    assert sorted(seq for one in rest for seq in seqs(one)) == list(range(1, FLOOD + 51 - MIN_ROWS))
    assert rest[-1].content["behind"] == 0
    assert sum(one.content["lost"] for one in [batch, *rest]) == 0


def test_in_a_flood_a_page_is_told_half_as_often(page, traffic, run):
    page.hello()
    page.read()

    def many(count):
        for _ in range(count):
            run(traffic.http())
        batches = page.tick(0.05)
        for batch in batches:
            page.ack(batch)
        return batches

    assert many(FLOOD + 1)
    assert many(FLOOD + 1) == []
    assert many(FLOOD + 1)
    assert many(FLOOD) == []
    assert many(FLOOD)
    assert many(1)
    assert page.feed.due() == math.inf


def test_in_a_flood_what_the_page_shows_as_under_way_is_settled_first(page, traffic, run):
    async def slow(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await Pause()
        await send({"type": "http.response.body", "body": b"tea"})

    request = traffic.http("/slow", stream=slow)
    request.send(None)
    page.hello()
    page.read()
    for _ in range(FLOOD):
        run(traffic.http())
    with pytest.raises(StopIteration):
        request.send(None)

    page.now += 0.05
    (batch,) = page.feed.flush(page.now, Slow())

    assert [(row["path"], row["state"]) for row in rows(batch)][-1] == ("/slow", "done")


def test_old_rows_come_on_during_a_flood(page, traffic, run):
    for _ in range(2 * MIN_ROWS):
        run(traffic.http("/old"))
    page.hello()
    seen = []

    while not seen or not seen[-1].content["whole"]:
        for _ in range(FLOOD + 1):
            run(traffic.http("/new"))
        page.now += 0.1
        seen += page.feed.flush(page.now, Slow())
        page.ack(seen[-1])
        assert len(seen) < 20

    assert {row["seq"] for batch in seen for row in rows(batch)} >= set(range(1, 2 * MIN_ROWS + 1))


def test_what_a_page_would_forget_at_once_is_counted_and_not_sent(page, store, traffic, run):
    page.hello()
    page.read()
    for _ in range(MAX_PAGE_ROWS + 30):
        run(traffic.http())

    batches = page.read()

    assert len({seq for batch in batches for seq in seqs(batch)}) == MAX_PAGE_ROWS
    assert sum(batch.content["lost"] for batch in batches) == 30


def test_each_row_arrives_or_is_counted_whatever_the_time(traffic, run):
    small = Store(max_exchanges=300)
    traffic.store = small
    page = Page(Feed(small, lambda: None))
    page.hello()
    page.read()
    batches = []
    for _ in range(20):
        for _ in range(FLOOD + 1):
            run(traffic.http())
        page.now += 0.1
        (batch,) = page.feed.flush(page.now, Slow())
        page.ack(batch)
        batches.append(batch)
    batches += page.read()

    arrived = {seq for batch in batches for seq in seqs(batch)}
    assert len(arrived) + sum(batch.content["lost"] for batch in batches) == 20 * (FLOOD + 1)


def test_what_the_store_dropped_while_it_was_under_way_leaves_the_page(traffic, run):
    small = Store(max_exchanges=10)
    traffic.store = small
    page = Page(Feed(small, lambda: None))

    async def chat(receive, send):
        await send({"type": "websocket.accept"})
        await Pause()

    sockets = [traffic.websocket("/chat", chat) for _ in range(10)]
    for socket in sockets:
        socket.send(None)
    page.hello()
    page.read()

    left = []
    for _ in range(2 * RECOUNT):
        run(traffic.http())
        left += [seq for batch in page.read() for seq in batch.content["left"]]
    for socket in sockets:
        socket.close()

    assert left == [one for one in range(1, 11) if small.get(one) is None]
    assert left


def test_two_pages_share_the_work(traffic, run):
    class Counting(Store):
        looks = 0

        def peek(self, seq):
            self.looks += 1
            return super().peek(seq)

    store = Counting()
    traffic.store = store
    feed = Feed(store, lambda: None)
    pages = [Page(feed, "one"), Page(feed, "two")]
    for one in pages:
        one.hello()
    first = feed.flush(1.0)
    for _ in range(20):
        run(traffic.http())

    second = feed.flush(2.0)

    assert [len(rows(out)) for out in first] == [0, 0]
    assert [len(rows(out)) for out in second] == [20, 20]
    assert store.looks == 20


def test_an_idle_page_asks_for_no_time_at_all(page, traffic, run, woken):
    run(traffic.http())
    page.hello()
    page.read()
    woken.clear()

    assert page.feed.due() == float("inf")
    assert page.tick(60) == []
    assert woken == []


def test_rows_of_a_live_view_leave_folded_exchanges_folded(page, store, traffic, run):
    for _ in range(500):
        run(traffic.http())
    folded = sum(not isinstance(one, Exchange) for one in store._kept.values())

    page.hello()
    page.read()

    assert folded > 100
    assert sum(not isinstance(one, Exchange) for one in store._kept.values()) == folded


class Pause:
    """Awaited, it hands control back to whoever drives the coroutine by hand."""

    def __await__(self):
        yield
