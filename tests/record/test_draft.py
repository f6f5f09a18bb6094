"""A draft and a recorder that saw the same messages give the same exchange."""

import dataclasses
import gc
import sys
import threading

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record import draft as drafts
from asgi_nb.record.draft import NOTE_LIMIT, NOTED_LIMIT, begin
from asgi_nb.record.exchange import DEFAULTS, DERIVED, Exchange
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.shape import SHAPE_LIMIT, SHARED_LIMIT
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 50000),
    "scheme": "http",
    "root_path": "",
    "method": "POST",
    "path": "/items/3",
    "raw_path": b"/items/3",
    "query_string": b"q=tea",
    "headers": [(b"host", b"127.0.0.1:8000"), (b"accept", b"*/*")],
}
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BODY = {"type": "http.response.body", "body": b"tea"}
OWN = {"seq", "id", "keeper", "clock_ns", "draft", "charged", "error", "kept_size"}


def view(value):
    """What an exchange holds, as plain values."""
    if hasattr(value, "__slots__"):
        names = {name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())}
        return {name: view(getattr(value, name)) for name in names - OWN}
    if isinstance(value, list | tuple):
        return [view(one) for one in value]
    return bytes(value) if isinstance(value, bytearray) else value


async def nothing(scope, receive, send):
    """Stand for an app."""


def draft(scope=SCOPE, tap=None):
    """Begin to note a request; gives its exchange, which is made at once, and what takes the notes."""
    notes = begin(tap or Tap(nothing, Store()), dict(scope))
    assert notes is not None
    return notes.exchange(), notes


messages = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("http.response.start"), "status": st.sampled_from([200, 99, "x", None])},
        optional={
            "headers": st.sampled_from(
                [[], [(b"a", b"b")], [[b"a", b"b"]], [("a", b"b")], [7], "x", iter(())]
            ),
            "trailers": st.booleans(),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["http.response.body", "http.request"])},
        optional={
            "body": st.sampled_from([b"", b"tea", bytearray(b"tea"), "tea", None, b"x" * (NOTED_LIMIT + 1)]),
            "more_body": st.sampled_from([True, False, 0, "yes"]),
        },
    ),
    st.sampled_from([{"type": "http.disconnect"}, {"type": "http.response.trailers"}, {"type": 3}, {}, None]),
)


@given(
    script=st.lists(st.tuples(st.booleans(), messages), max_size=NOTE_LIMIT + 3),
    look=st.integers(-1, NOTE_LIMIT + 3),
    leaves=st.booleans(),
    asked=st.booleans(),
)
def test_what_is_noted_and_what_is_recorded_are_the_same(script, look, leaves, asked):
    recorder = Recorder(SCOPE, 1_700_000_000.0)
    store, at = Store(), [0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafts, "perf_counter_ns", lambda: at[0])
        patch.setattr(drafts, "time", lambda: 1_700_000_000.0)
        notes = begin(Tap(nothing, store), dict(SCOPE))
        if asked:
            notes.exchange()
        watch = store.watch(lambda: None)

        for at[0], (to_app, message) in enumerate(script):
            told = recorder.feed("receive" if to_app else "send", message, at[0])
            watch.take()
            (notes.received if to_app else notes.sent)(message)
            if message != {"type": "http.response.body", "body": b""}:
                assert bool(watch.take()) >= bool(told) or look < at[0]
            if at[0] == look:
                assert view(notes.exchange()) == view(recorder.exchange)
        if leaves:
            at[0] = 99
            recorder.finish(99)
            notes.left(None)

    exchange = notes.exchange()
    assert exchange is store[-1]
    assert view(exchange) == view(recorder.exchange)
    # An illegal message was noted before it was refused.
    assert exchange.kept_size == recorder.exchange.kept_size or exchange.faults


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"headers": iter([(b"a", b"b")])}, id="headers-that-can-be-read-once"),
        pytest.param({"headers": [[b"a", b"b"]]}, id="a-pair-that-can-change"),
        pytest.param({"headers": [(b"a", bytearray(b"b"))]}, id="a-value-that-can-change"),
        pytest.param({"headers": [(b"a",)]}, id="half-a-pair"),
        pytest.param({"root_path": None}, id="no-root-path"),
        pytest.param({"path": None}, id="no-path"),
    ],
)
def test_an_unusual_scope_is_no_draft(changes):
    assert begin(Tap(nothing, Store()), SCOPE | changes) is None


def test_a_scope_that_lacks_something_is_no_draft():
    scope = {name: value for name, value in SCOPE.items() if name != "raw_path"}

    assert begin(Tap(nothing, Store()), scope) is None


def test_headers_that_change_after_they_were_sent_are_recorded_as_they_were():
    scope, start = SCOPE | {"headers": [(b"a", b"b")]}, START | {"headers": [(b"c", b"d")]}
    exchange, notes = draft(scope)
    notes.sent(start)

    scope["headers"].clear()
    start["headers"].append((b"e", b"f"))
    start["status"] = 500

    assert exchange.request.headers == ((b"a", b"b"),)
    assert (exchange.response.status, exchange.response.headers) == (200, ((b"c", b"d"),))


@pytest.fixture
def answered():
    """Begin exchanges that remember what the last one was like, and answer each with some headers."""
    tap = Tap(nothing, Store())

    def answered(sent=START["headers"], **changes):
        exchange, notes = draft(SCOPE | changes, tap)
        notes.sent(START | {"headers": sent})
        return exchange

    answered.shapes = tap.shapes
    return answered


def test_what_two_requests_have_in_common_is_kept_once(answered):
    first = answered(headers=[(b"a", b"b")])
    second = answered(headers=[(b"a", b"b")], client=("127.0.0.1", 50001))

    assert second.draft.source is first.draft.source
    assert second.draft.notes[-1] is first.draft.notes[-1] == ((b"content-type", b"text/plain"),)
    assert (first.client, second.client) == (("127.0.0.1", 50000), ("127.0.0.1", 50001))
    assert first.kept_size == second.kept_size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("headers", [(b"host", b"127.0.0.1:8000"), (b"accept", b"text/html")], id="headers"),
        pytest.param("query_string", b"q=coffee", id="query"),
        pytest.param("method", "GET", id="method"),
        pytest.param("root_path", "/items", id="root-path"),
        pytest.param("extensions", {"http.response.trailers": {}}, id="extensions"),
    ],
)
def test_requests_for_one_path_that_differ_are_told_apart(answered, name, value):
    answered()
    changed = answered(**{name: value})
    again = answered()

    alone, _ = draft(SCOPE | {name: value})
    assert view(changed.request) == view(alone.request)
    assert changed.root_path == alone.root_path
    assert view(again.request) == view(draft()[0].request)


def test_what_was_shared_does_not_change_with_the_servers_lists(answered):
    fields, sent = [(b"a", b"b")], [(b"c", b"d")]
    first = answered(sent, headers=fields)
    fields.append((b"e", b"f"))
    sent.clear()

    second = answered(sent, headers=fields)

    assert (first.request.headers, first.response.headers) == (((b"a", b"b"),), ((b"c", b"d"),))
    assert (second.request.headers, second.response.headers) == (((b"a", b"b"), (b"e", b"f")), ())


def test_values_that_are_equal_but_can_change_are_not_kept(answered):
    answered(headers=[(b"a", b"b")])
    value = bytearray(b"b")

    exchange = answered(headers=[(b"a", value)])
    value[:] = b"c"

    assert exchange.request.headers == ((b"a", b"b"),)


def test_what_is_remembered_is_bounded(answered):
    for number in range(2 * SHAPE_LIMIT):
        answered(path=f"/{number}")
    answered(path="/large", headers=[(b"a", b"b" * SHARED_LIMIT)])

    assert 0 < len(answered.shapes) <= SHAPE_LIMIT
    assert "/large" not in answered.shapes


def test_every_field_is_derived_or_has_a_default_or_is_set_at_the_start():
    exchange, _ = draft()
    at_start = {field.name for field in dataclasses.fields(Exchange) if exchange.has(field.name)}

    assert {field.name for field in dataclasses.fields(Exchange)} == DERIVED | DEFAULTS.keys() | at_start
    assert not DERIVED & DEFAULTS.keys()


def test_a_field_that_comes_from_no_message_is_had_without_reading_any():
    exchange, _ = draft()

    exchange.path_params["id"] = 3

    assert exchange.path_params == {"id": 3}
    assert exchange.origin is None
    assert exchange.draft is not None


def test_what_is_no_field_is_refused_as_ever():
    exchange, _ = draft()

    with pytest.raises(AttributeError, match="'Exchange' object has no attribute 'flavour'"):
        _ = exchange.flavour


def test_a_state_that_was_set_past_the_messages_stays_until_the_next_message():
    exchange, notes = draft()

    exchange.enter("queued")
    assert exchange.state == "queued"
    exchange.enter("open")
    notes.sent(START)

    assert exchange.state == "streaming"


def test_output_of_a_draft_is_kept():
    exchange, notes = draft()
    exchange.emit(OutputRecord(1, "stdout", "hello\n"))
    notes.sent(START)
    notes.sent(BODY)
    notes.left(None)

    assert [record.text for record in exchange.output] == ["hello\n"]
    assert exchange.response.text == "tea"


@pytest.mark.anyio
async def test_an_exchange_that_nobody_looks_at_is_not_written():
    store = Store()

    async def app(scope, receive, send):
        await send(START)
        await send(BODY)

    async def send(message):
        await anyio.lowlevel.checkpoint()

    await Tap(app, store)(dict(SCOPE), None, send)
    (exchange,) = store
    assert exchange.draft is not None

    assert exchange.response.text == "tea"
    assert exchange.draft is None


def test_an_exchange_that_had_to_go_unseen_is_freed_at_once():
    gc.disable()
    try:
        store = Store(max_exchanges=1)
        tap = Tap(nothing, store)
        exchange, notes = draft(tap=tap)
        notes.sent(START)
        notes.left(None)
        before = sys.getrefcount(notes)
        del exchange
        begin(tap, dict(SCOPE))

        assert store.get(1) is None
        assert sys.getrefcount(notes) == before - 1
    finally:
        gc.enable()


def test_readers_on_other_threads_miss_nothing():
    store = Store(max_exchanges=100)
    done = threading.Event()
    failures = []

    def read():
        while not done.is_set():
            for exchange in store[-5:]:
                try:
                    if exchange.finished and (exchange.state, exchange.response.body.size) != ("done", 6):
                        failures.append((exchange, exchange.faults))
                except Exception as exc:  # noqa: BLE001 - handed to the test's own thread
                    failures.append(exc)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    tap = Tap(nothing, store)
    for _ in range(2000):
        notes = begin(tap, dict(SCOPE))
        notes.sent(START)
        notes.sent(BODY | {"more_body": True})
        notes.sent(BODY)
        notes.left(None)
    done.set()
    for reader in readers:
        reader.join(10)

    assert failures == []
    assert store.counts()["bytes"] == sum(exchange.kept_size for exchange in store)


def test_code_that_runs_on_finds_the_exchange_that_was_folded(answered_plainly):
    notes, store = answered_plainly()
    assert isinstance(store._kept[1], tuple)

    exchange = notes.exchange()
    exchange.emit(OutputRecord(9, "stdout", "late\n"))

    assert exchange is store[0] is notes.exchange()
    assert [record.text for record in store[0].output] == ["late\n"]


def test_code_that_runs_on_has_an_exchange_that_the_store_has_dropped(answered_plainly):
    notes, store = answered_plainly()
    store.clear()

    exchange = notes.exchange()

    assert (exchange.response.text, exchange.finished, exchange.keeper) == ("tea", True, None)
    assert len(store) == 0


def test_a_trace_that_is_asked_for_is_the_exchanges_own():
    _, notes = draft()
    notes.take_routes(None, None)

    trace = notes.traced()
    notes.note_run(["server", "endpoint", "items", 1, True, 0, 0, (), 1, 2])

    assert notes.exchange().trace is trace
    assert len(trace.runs) == 1


def test_runs_that_were_noted_before_anybody_looked_are_there_afterwards():
    notes = begin(Tap(nothing, Store()), dict(SCOPE))
    run = ["server", "endpoint", "items", 1, True, 0, 0, (), 1]
    notes.note_run(run)

    exchange = notes.exchange()
    run.append(2)

    assert exchange.trace.runs == [run]


@pytest.fixture
def answered_plainly():
    """Answer a request that nobody looks at; gives its notes and the store."""

    def answered_plainly():
        store = Store()
        notes = begin(Tap(nothing, store), dict(SCOPE))
        notes.sent(START)
        notes.sent(BODY)
        notes.left(None)
        return notes, store

    return answered_plainly
