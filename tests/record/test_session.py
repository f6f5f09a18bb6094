"""A session holds what began inside of its block, on whatever thread, also what the store has dropped."""

import threading

import pytest

from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store


def test_a_session_holds_what_began_inside_of_its_block(store, make_exchange):
    store.add(make_exchange(path="/before"))
    with store.record() as session:
        store.add(make_exchange(path="/inside"))
        assert session.is_open
        assert len(session) == 1
    store.add(make_exchange(path="/after"))

    assert [exchange.request.path for exchange in session] == ["/inside"]
    assert not session.is_open


def test_a_session_can_be_asked_as_a_store_can(store, make_exchange):
    with store.record() as session:
        for status in (200, 404):
            store.add(make_exchange(status))

    assert session.where("status:404") == session.errors == [session[-1]]
    assert session[:1] == [session[0]]
    assert len(session.df) == session.latency().total.count == 2


def test_what_the_store_drops_is_still_in_the_session(make_exchange):
    store = Store(max_exchanges=2)
    with store.record() as session:
        for _ in range(10):
            store.add(make_exchange())

    assert [exchange.seq for exchange in session] == list(range(1, 11))


def test_what_ends_after_the_block_has_its_end_in_the_session(store, make_scope):
    with store.record() as session:
        recorder = Recorder(make_scope(), 0.0)
        store.add(recorder.exchange)
    recorder.feed("send", {"type": "http.response.start", "status": 204}, 1)
    recorder.finish(2)

    assert session[0].status == 204


def test_sessions_can_be_nested_and_overlap(store, make_exchange):
    outer, inner = store.record(), store.record()
    with outer:
        store.add(make_exchange())
        inner.__enter__()
        store.add(make_exchange())
    store.add(make_exchange())
    inner.__exit__(None, None, None)

    assert [exchange.seq for exchange in outer] == [1, 2]
    assert [exchange.seq for exchange in inner] == [2, 3]


def test_a_session_can_be_opened_again_but_not_twice_at_once(store, make_exchange):
    session = store.record()
    for _ in range(2):
        with session:
            store.add(make_exchange())
            with pytest.raises(RuntimeError, match="open already; make another one"):
                session.__enter__()

    assert len(session) == 2


def test_a_block_that_fails_closes_its_session(store):
    session = store.record()

    with pytest.raises(ZeroDivisionError), session:
        raise ZeroDivisionError

    assert not session.is_open
    assert store.sessions == ()


@pytest.mark.anyio
async def test_an_async_block_does_the_same(store, call):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    async with store.record() as session:
        await call(app)
    await call(app)

    assert [exchange.status for exchange in session] == [200]


def test_a_session_holds_what_other_threads_add(store, make_exchange):
    exchanges = [[make_exchange() for _ in range(50)] for _ in range(4)]

    with store.record() as session:
        threads = [
            threading.Thread(target=lambda part=part: [store.add(one) for one in part]) for part in exchanges
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(session) == 200


def test_a_session_is_bounded_in_count_and_says_what_it_dropped(store, make_exchange):
    with store.record(max_exchanges=3) as session:
        for _ in range(5):
            store.add(make_exchange())

    assert [exchange.seq for exchange in session] == [3, 4, 5]
    assert repr(session).startswith("Session, closed: 3 exchanges, 2 dropped\n")


def test_a_session_is_bounded_in_bytes(store, make_exchange):
    with store.record(max_bytes=100_000) as session:
        for _ in range(20):
            store.add(make_exchange(body=b"x" * 20_000))

    assert len(session) == 4
    assert session.dropped == 16


def test_what_is_under_way_outlives_what_has_finished(store, make_exchange, make_scope):
    with store.record(max_exchanges=3) as session:
        store.add(Recorder(make_scope("websocket"), 0.0).exchange)
        for _ in range(5):
            store.add(make_exchange())

    assert [exchange.seq for exchange in session] == [1, 5, 6]


def test_a_session_of_nothing_but_open_exchanges_is_bounded_as_well(store, make_scope):
    with store.record(max_exchanges=50) as session:
        for _ in range(200):
            store.add(Recorder(make_scope(), 0.0).exchange)

    assert [exchange.seq for exchange in session] == list(range(151, 201))


@pytest.mark.parametrize("bound", ["max_exchanges", "max_bytes"])
def test_a_bound_below_one_is_told(store, bound):
    with pytest.raises(ValueError, match=f"{bound} must be at least 1, got 0"):
        store.record(**{bound: 0})


def test_an_open_session_says_when_recording_is_off(store):
    store.recording = False

    with store.record() as session:
        assert repr(session) == "Session, open: 0 exchanges, recording is off"
        assert "recording is off" in session._repr_html_()
