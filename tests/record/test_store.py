"""The store keeps what fits, counts what had to go, and serves writers and readers on any thread."""

import gc
import re
import threading
import weakref

import pytest

from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store


@pytest.fixture
def opened(make_scope):
    """Make a recorder of an exchange that is under way."""

    def opened(kind="http", **changes):
        return Recorder(make_scope(kind, **changes), 0.0)

    return opened


def fill(store, exchanges):
    for exchange in exchanges:
        store.add(exchange)
    return store


def test_exchanges_are_found_by_position_as_in_a_list(store, make_exchange):
    first, second, third = exchanges = [make_exchange() for _ in range(3)]
    fill(store, exchanges)

    assert store[0] is first
    assert store[-1] is third
    assert store[-2:] == [second, third]
    assert list(store) == exchanges
    assert list(reversed(store)) == exchanges[::-1]


def test_exchanges_are_found_by_method_and_path(store, make_exchange, opened):
    tea = make_exchange(path="/items/tea", query_string=b"hot=1")
    tea.route_path = "/items/{name}"
    post = make_exchange(path="/items", method="POST")
    chat = opened("websocket", path="/chat").exchange
    fill(store, [tea, post, chat])

    assert store["GET /items/{name}"] == [tea]
    assert store["get /items/tea"] == [tea]
    assert store["/items/tea?hot=1"] == [tea]
    assert store["POST /items"] == [post]
    assert store["WS /chat"] == [chat]
    assert store["DELETE /items"] == []


def test_an_exchange_is_found_by_its_id_and_by_the_beginning_of_it(store, make_exchange):
    fill(store, [make_exchange() for _ in range(5)])

    assert store[store[2].id] is store[2]
    assert store[store[2].id[:7]] is store[2]


def test_ids_are_short_and_all_different(make_exchange):
    store = fill(Store(), [make_exchange() for _ in range(500)])

    assert len({exchange.id for exchange in store}) == 500
    assert all(re.fullmatch("[0-9a-f]{8}", exchange.id) for exchange in store)


@pytest.mark.parametrize(
    ("key", "error", "text"),
    [
        pytest.param("zz", KeyError, "no exchange has the id 'zz'; 1 are kept", id="unknown-id"),
        pytest.param("", KeyError, "no exchange has the id ''", id="empty-id"),
        pytest.param(
            5, IndexError, "no exchange at position 5: 1 are kept, so use -1 to 0", id="out-of-range"
        ),
    ],
)
def test_what_is_not_there_says_what_is(store, make_exchange, key, error, text):
    store.add(make_exchange())

    with pytest.raises(error, match=text):
        store[key]


def test_an_empty_store_says_how_to_get_traffic(store):
    with pytest.raises(IndexError, match="no exchange is kept yet; send a request to the app"):
        store[-1]

    store.recording = False
    with pytest.raises(IndexError, match=r"recording is off; set \.recording = True"):
        store[-1]


@pytest.mark.parametrize("bounds", [{"max_exchanges": 0}, {"max_bytes": 0}])
def test_a_bound_below_one_is_refused(bounds):
    with pytest.raises(ValueError, match="must be at least 1, got 0; use recording=False"):
        Store(**bounds)


def test_the_exchange_that_finished_first_goes_first(opened):
    store = Store(max_exchanges=3)
    socket, slow, quick = (opened() for _ in range(3))
    for recorder in (socket, slow, quick):
        store.add(recorder.exchange)
    for recorder in (quick, slow):
        recorder.finish(1)
        store.touch(recorder.exchange)

    store.add(opened().exchange)
    store.add(opened().exchange)

    assert [exchange.seq for exchange in store] == [1, 4, 5]
    assert store.counts()["dropped"] == 2


def test_exchanges_under_way_go_when_nothing_else_is_left(opened):
    store = Store(max_exchanges=2)
    recorders = [opened() for _ in range(3)]
    for recorder in recorders:
        store.add(recorder.exchange)

    recorders[0].finish(1)
    store.touch(recorders[0].exchange)

    assert [exchange.seq for exchange in store] == [2, 3]


def test_bytes_are_counted_as_a_body_grows_and_bound_what_is_kept(make_exchange, opened):
    store = fill(Store(max_bytes=200_000), [make_exchange(body=b"x" * 50_000) for _ in range(3)])
    growing = opened()
    store.add(growing.exchange)
    growing.feed("send", {"type": "http.response.start", "status": 200}, 1)

    for _ in range(3):
        growing.feed("send", {"type": "http.response.body", "body": b"y" * 30_000, "more_body": True}, 2)
        store.touch(growing.exchange)

    counts = store.counts()
    assert counts["dropped"] == 1
    assert counts["bytes"] == sum(exchange.kept_size for exchange in store) <= 200_000
    assert counts["dropped_bytes"] >= 50_000


def test_the_newest_exchange_stays_however_large_it_is(make_exchange):
    store = fill(Store(max_bytes=1000), [make_exchange(body=b"x" * 5000) for _ in range(3)])

    assert [exchange.seq for exchange in store] == [3]


def test_clear_forgets_exchanges_but_never_numbers(store, make_exchange):
    fill(store, [make_exchange(), make_exchange()])

    store.clear()
    store.add(make_exchange())

    assert [exchange.seq for exchange in store] == [3]
    assert store.counts() | {"bytes": 0} == {
        "kept": 1, "dropped": 0, "bytes": 0, "dropped_bytes": 0, "last_seq": 3,
    }  # fmt: skip


def test_an_exchange_that_was_cleared_while_it_ran_stays_away(store, opened):
    recorder = opened()
    store.add(recorder.exchange)
    store.clear()

    recorder.finish(1)
    store.touch(recorder.exchange)

    assert store.counts()["kept"] == store.counts()["bytes"] == 0


def test_since_gives_what_began_after_a_number(store, make_exchange):
    fill(store, [make_exchange() for _ in range(5)])

    assert [exchange.seq for exchange in store.since(3)] == [4, 5]
    assert store.since(5) == []
    assert store.get(4).seq == 4
    assert store.get(9) is None


def test_a_watch_wakes_once_and_gives_each_number_once_lowest_first(store, make_exchange):
    wakes = []
    watch = store.watch(lambda: wakes.append(1))
    exchanges = [make_exchange() for _ in range(4)]
    fill(store, exchanges)
    store.touch(exchanges[0])

    assert wakes == [1]
    assert watch.take(3) == [1, 2, 3]
    assert watch.take(3) == [4]
    assert watch.take(3) == []


def test_a_watch_that_was_emptied_wakes_again(store, make_exchange):
    wakes = []
    watch = store.watch(lambda: wakes.append(1))
    store.add(make_exchange())
    watch.take()

    store.add(make_exchange())

    assert wakes == [1, 1]


def test_a_watch_holds_no_more_than_the_store(make_exchange):
    store = Store(max_exchanges=5)
    watch = store.watch(lambda: None)

    fill(store, [make_exchange() for _ in range(50)])

    assert watch.take() == [46, 47, 48, 49, 50]


def test_a_watch_is_woken_when_the_store_is_cleared(store, make_exchange):
    wakes = []
    store.add(make_exchange())
    watch = store.watch(lambda: wakes.append(1))

    store.clear()

    assert wakes == [1]
    assert watch.take() == [1]
    assert store.get(1) is None


def test_a_closed_watch_is_left_alone(store, make_exchange):
    wakes = []
    watch = store.watch(lambda: wakes.append(1))

    watch.close()
    watch.close()
    store.add(make_exchange())

    assert wakes == []
    assert watch.take() == []


def test_a_watcher_that_fails_is_closed_and_told_while_the_request_goes_on(store, make_exchange, caplog):
    failure = RuntimeError("loop is closed")

    def wake():
        raise failure

    watch = store.watch(wake)
    fill(store, [make_exchange(), make_exchange()])

    assert len(store) == 2
    assert watch.failure is failure
    assert [record.message for record in caplog.records] == ["a watcher's wake() raised; its watch is closed"]


def test_wake_may_read_the_store_from_another_thread(store, make_exchange):
    counted = []

    def wake():
        thread = threading.Thread(target=lambda: counted.append(store.counts()["kept"]))
        thread.start()
        thread.join(10)

    store.watch(wake)
    store.add(make_exchange())

    assert counted == [1]


def test_an_exchange_that_had_to_go_is_freed_outside_of_the_lock(make_exchange):
    store = Store(max_exchanges=1)
    seen = []

    class Parameter:
        def __del__(self):
            thread = threading.Thread(target=lambda: seen.append(len(list(store))))
            thread.start()
            thread.join(10)

    exchange = make_exchange()
    exchange.path_params["p"] = Parameter()
    store.add(exchange)
    del exchange

    store.add(make_exchange())
    gc.collect()

    assert seen == [1]


def test_nothing_keeps_an_exchange_that_had_to_go(make_exchange):
    class Parameter:
        pass

    store = Store(max_exchanges=1)
    watch = store.watch(lambda: None)
    exchange = make_exchange()
    parameter = exchange.path_params["p"] = Parameter()
    gone = weakref.ref(parameter)
    store.add(exchange)
    del exchange, parameter

    store.add(make_exchange())

    assert gone() is None
    assert watch.take() == [2]


def test_several_writers_and_readers_agree(make_scope):
    store = Store(max_exchanges=50)
    woken = threading.Event()
    watch = store.watch(woken.set)
    writers_left = threading.Semaphore(0)
    failures = []
    taken = set()

    def write():
        try:
            for _ in range(200):
                recorder = Recorder(make_scope(), 0.0)
                store.add(recorder.exchange)
                recorder.feed("send", {"type": "http.response.start", "status": 200}, 1)
                store.touch(recorder.exchange)
                recorder.feed("send", {"type": "http.response.body", "body": b"x" * 100}, 2)
                recorder.finish(3)
                store.touch(recorder.exchange)
        except Exception as exc:  # noqa: BLE001 - handed to the test's own thread
            failures.append(exc)
        writers_left.release()

    def read(done):
        try:
            while not done.is_set():
                seqs = [exchange.seq for exchange in store]
                assert seqs == sorted(seqs)
                assert len(seqs) <= 51
                repr(store)
                store._repr_html_()
                store.since(max(seqs, default=0) - 5)
                taken.update(watch.take(7))
        except Exception as exc:  # noqa: BLE001 - handed to the test's own thread
            failures.append(exc)

    done = threading.Event()
    readers = [threading.Thread(target=read, args=(done,)) for _ in range(2)]
    writers = [threading.Thread(target=write) for _ in range(3)]
    for thread in readers + writers:
        thread.start()
    for _ in writers:
        assert writers_left.acquire(timeout=15)
    done.set()
    for thread in readers + writers:
        thread.join(15)
    taken.update(watch.take(1000))

    assert failures == []
    assert woken.is_set()
    assert store.counts()["kept"] == 50
    assert store.counts()["dropped"] == 550
    assert store.counts()["bytes"] == sum(exchange.kept_size for exchange in store)
    assert store.counts()["last_seq"] == 600
    assert {exchange.seq for exchange in store} <= taken


def test_repr_is_one_line_with_counts(make_exchange):
    store = fill(Store(max_exchanges=2), [make_exchange() for _ in range(3)])

    assert repr(store) == "<Store: 2 exchanges, 0.0 MB, 1 dropped>"


def test_the_table_shows_the_last_fifty_and_hides_secrets(store, make_exchange):
    fill(store, [make_exchange(path=f"/p{n}", query_string=b"token=hunter2") for n in range(60)])

    html = store._repr_html_()

    assert html.count("<tr>") == 51
    assert "/p9?" not in html
    assert "/p10?token=•••" in html
    assert "hunter2" not in html
    assert "50 secrets masked" in html
