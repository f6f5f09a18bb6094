"""A view's filter, highlight and columns, as the feed applies them."""

import json
import time
from itertools import count

import pytest

from asgi_nb.record.filters import FilterError
from asgi_nb.record.store import Store
from asgi_nb.widgets.feed import LOOKING, MAX_PAGE_ROWS, REFRESH, Feed
from asgi_nb.widgets.lens import MAX_COLUMNS, make_lens
from asgi_nb.widgets.wire import WIRE_VERSION


class Page:
    """A page that looks through a filter and acknowledges whatever comes, on a clock that the test moves."""

    def __init__(self, feed, **wish):
        self.feed = feed
        self.wish = wish
        self.now = 0.0
        self.hello()

    def hello(self):
        self.say({"kind": "hello", "hello": 1, "version": WIRE_VERSION, **self.wish})

    def say(self, message):
        return self.feed.receive({"v": "page", **message})

    def look(self, **wish):
        (answer,) = self.say({"kind": "view", "hello": 1, "id": 7, **wish})
        return answer.content

    def read(self, spent=lambda: 0.0):
        """Give the contents and rows of all batches until nothing comes."""
        contents, rows = [], []
        for _ in range(100):
            self.now += 0.05
            news = self.feed.flush(self.now, spent)
            if not news:
                return contents, rows
            for out in news:
                contents.append(out.content)
                rows += json.loads(out.buffers[0])
                self.say({"kind": "ack", "hello": 1, "batch": out.content["batch"]})
        raise AssertionError("the feed never comes to rest")


@pytest.fixture
def feed(store):
    return Feed(store, lambda: None)


@pytest.fixture
def mixed(traffic, run):
    for number in range(10):
        run(traffic.http(f"/items/{number}", status=404 if number % 5 == 0 else 200))


def paths(rows):
    return [row["path"] for row in rows]


def test_a_filtered_view_gets_what_matches_and_how_many_of_how_many(feed, mixed):
    page = Page(feed, where="status>=400")

    contents, rows = page.read()

    assert paths(rows) == ["/items/5", "/items/0"]
    assert contents[-1]["matching"] == 2
    assert contents[-1]["counts"]["kept"] == 10
    assert contents[-1]["where"] == "status>=400"
    assert contents[-1]["whole"]


def test_news_go_through_the_filter_and_what_does_not_match_is_not_lost(feed, mixed, traffic, run):
    page = Page(feed, where="status>=400")
    page.read()

    run(traffic.http("/good"))
    run(traffic.http("/bad", status=500))
    contents, rows = page.read()

    assert paths(rows) == ["/bad"]
    assert contents[-1]["matching"] == 3
    assert contents[-1]["lost"] == 0


def test_a_row_that_matches_no_longer_is_taken_back(feed, traffic):
    async def slow(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await Pause()
        await send({"type": "http.response.body", "body": b"b"})

    request = traffic.http("/slow", stream=slow)
    request.send(None)
    page = Page(feed, where="is:running")
    _, before = page.read()
    with pytest.raises(StopIteration):
        request.send(None)
    contents, after = page.read()

    assert paths(before) == ["/slow"]
    assert after == []
    assert contents[-1]["left"] == [1]
    assert contents[-1]["matching"] == 0


class Pause:
    """Awaited, it hands control back to whoever drives the coroutine by hand."""

    def __await__(self):
        yield


def test_a_filter_that_cannot_be_read_says_where_and_the_old_one_stays(feed, mixed):
    page = Page(feed, where="status>=400")
    page.read()

    refusal = page.look(where="status>=tea")
    contents, rows = page.read()

    assert refusal["ok"] is False
    assert (refusal["position"], refusal["end"]) == (8, 11)
    assert refusal["value"]
    assert (contents, rows) == ([], [])


def test_another_filter_begins_a_new_snapshot(feed, mixed):
    page = Page(feed, where="status>=400")
    page.read()

    answer = page.look(where="path:/items/7")
    contents, rows = page.read()

    assert answer["ok"] is True
    assert contents[0]["kind"] == "snap"
    assert paths(rows) == ["/items/7"]


def test_old_matches_are_found_behind_thousands_that_do_not_match(feed, traffic, run):
    run(traffic.http("/needle"))
    for _ in range(2 * 500 + 7):
        run(traffic.http("/hay"))

    _, rows = Page(feed, where="path:/needle").read()

    assert paths(rows) == ["/needle"]


def test_a_filter_that_takes_long_goes_on_in_the_next_round_and_makes_way(feed, traffic, run):
    for _ in range(50):
        run(traffic.http("/hay"))
    page = Page(feed, where="path:/hay")
    clock = count()

    # A round that lets ten looks pass, by a clock that goes on whenever it is read.
    contents, rows = page.read(spent=lambda: next(clock) % 10 * LOOKING / 9)

    assert len(rows) == 50
    assert len(contents) > 4
    assert [content["whole"] for content in contents].index(True) == len(contents) - 1


def test_a_filter_set_from_a_cell_takes_the_place_of_each_view_s_own(feed, mixed):
    own, following = Page(feed, where="path:/items/7"), Page(feed, where=None)
    following.say = lambda message: feed.receive({"v": "other", **message})
    following.hello()
    own.read()

    feed.follow("status>=400")
    contents, _ = own.read()

    assert {content["where"] for content in contents} == {"status>=400"}
    assert all(content["follows"] for content in contents)


def test_a_view_that_opens_later_follows_what_a_cell_has_set(feed, mixed):
    feed.follow("status>=400")

    contents, rows = Page(feed, where=None).read()

    assert len(rows) == 2
    assert contents[-1]["follows"] is True


def test_a_filter_from_a_cell_that_cannot_be_read_is_an_error_and_changes_nothing(feed):
    with pytest.raises(FilterError):
        feed.follow("status>=tea")

    contents, _ = Page(feed, where=None).read()
    assert contents[-1]["where"] == ""


def test_a_highlight_marks_rows_and_hides_none(feed, mixed):
    _, rows = Page(feed, where=None, highlight="status>=400").read()

    assert len(rows) == 10
    assert [row["seq"] for row in rows if row["lit"]] == [6, 1]


def test_headers_that_a_view_wants_ride_in_its_rows_masked(feed, traffic, run):
    run(
        traffic.http(
            "/",
            headers=[(b"x-both", b"asked"), (b"authorization", b"Bearer s3cr3t")],
            response_headers=[(b"X-Both", b"answered")],
        )
    )

    contents, rows = Page(feed, where=None, columns=["x-both", "Authorization", "x-none"]).read()

    assert contents[-1]["columns"] == ("x-both", "authorization", "x-none")
    assert rows[0]["headers"][0] == "answered"
    assert "s3cr3t" not in rows[0]["headers"][1]
    assert rows[0]["headers"][2] is None


def test_a_view_has_so_many_headers_and_no_more():
    lens = make_lens("", "", [f"x-{number}" for number in range(20)])

    assert len(lens.columns) == MAX_COLUMNS


def test_a_filter_on_time_is_asked_again(feed, mixed, store):
    page = Page(feed, where="age<5m")
    page.read()
    for exchange in store:
        exchange.started_at -= 600

    page.now += REFRESH
    contents, rows = page.read()

    assert contents[0]["kind"] == "snap"
    assert contents[-1]["matching"] == 0
    assert rows == []
    assert feed.due() == pytest.approx(page.now + REFRESH, abs=1)


def test_matches_that_the_store_dropped_are_counted_no_longer(traffic, run):
    small = Store(max_exchanges=20)
    traffic.store = small
    page = Page(Feed(small, lambda: None), where="path:/old or path:/new")
    for _ in range(20):
        run(traffic.http("/old"))
    page.read()
    for _ in range(60):
        run(traffic.http("/other"))
        contents, _ = page.read()

    assert contents[-1]["matching"] == 0


def test_no_more_matching_rows_are_sent_than_a_page_holds_but_all_are_counted(traffic, run):
    big = Store()
    traffic.store = big
    for _ in range(MAX_PAGE_ROWS + 600):
        run(traffic.http("/hay"))

    contents, rows = Page(Feed(big, lambda: None), where="path:/hay").read()

    assert len(rows) == MAX_PAGE_ROWS
    assert contents[-1]["matching"] == MAX_PAGE_ROWS + 600


def test_a_ping_is_answered_and_an_unknown_page_is_told_to_say_hello(feed, store):
    page = Page(feed, where=None)
    store.recording = False

    (pong,) = page.say({"kind": "ping", "hello": 1})
    (silent,) = feed.receive({"kind": "ping", "v": "stranger", "hello": 3})

    assert pong.content["kind"] == "pong"
    assert pong.content["recording"] is False
    assert silent.content["kind"] == "silent"


def test_a_hello_with_a_filter_that_cannot_be_read_shows_everything_and_says_so(feed, mixed):
    contents, rows = Page(feed, where="status>=tea").read()

    assert len(rows) == 10
    assert contents[-1]["where"] == ""


def test_taking_out_single_rows_sends_a_snapshot_without_them(feed, store, mixed):
    page = Page(feed, where=None)
    page.read()

    store.remove(store[2], store[5])
    contents, rows = page.read()

    assert contents[0]["kind"] == "snap"
    assert {1, 2, 4, 5, 7, 8, 9, 10} == {row["seq"] for row in rows}
    assert sum(content["lost"] for content in contents) == 0


def test_clearing_is_seen_though_the_newest_exchange_is_pinned(feed, store, mixed):
    page = Page(feed, where=None)
    page.read()
    store[-1].pinned = True
    page.read()

    store.clear()
    contents, rows = page.read()

    assert contents[0]["kind"] == "snap"
    assert [row["seq"] for row in rows if row["pinned"]] == [10]
    assert {row["seq"] for row in rows} == {10}


def test_a_filter_that_takes_too_long_is_asked_once_and_said(feed, traffic, run):
    for _ in range(20):
        run(traffic.http("/", response_body=b"a" * 5000))
    page = Page(feed, where="body:/a*a*a*a*b/")

    began = time.process_time()
    contents, rows = page.read()
    took = time.process_time() - began

    assert rows == []
    assert [content["problem"] != "" for content in contents] == [True]
    assert took < 3
    assert page.look(where="status:200")["ok"]
    assert len(page.read()[1]) == 20


def test_a_highlight_that_takes_too_long_is_left_out_and_said(feed, traffic, run):
    for _ in range(20):
        run(traffic.http("/", response_body=b"a" * 5000))

    contents, rows = Page(feed, where=None, highlight="body:/a*a*a*a*b/").read()

    assert len(rows) == 20
    assert contents[0]["problem"].startswith("highlight: ")
    assert not any(row.get("lit") for row in rows)
