"""What nobody has looked at is a tuple that the garbage collector leaves out, and nothing of it is lost."""

import gc
from dataclasses import fields

import pytest

from asgi_nb.record.draft import begin
from asgi_nb.record.exchange import Exchange, Origin
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.mark import Mark
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.relation import Relation
from asgi_nb.record.store import SHARED_LIMIT, YOUNG, Store
from asgi_nb.record.trace import Trace

ORIGIN = Origin("c1", 3, "ab12", "items", "cell.py", 1)
BODY = {"type": "http.response.body", "body": b"tea"}


def start(status=200):
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]}


@pytest.fixture
def answer(make_scope):
    """Answer one request; the function given sees the exchange before its end."""

    def answer(store, change=None, status=200, **scope):
        exchange, draft = begin(make_scope(**scope), 1, 1_700_000_000.0)
        store.begin(exchange, draft)
        exchange.origin = ORIGIN
        exchange.route_path = "/items/{id}"
        draft.sent(exchange, start(status), 1)
        draft.sent(exchange, BODY, 2)
        if change is not None:
            change(exchange, draft)
        store.end(exchange, draft, 3)

    return answer


@pytest.fixture
def fold_all(answer):
    """Answer so many requests that all before them are folded."""

    def fold_all(store):
        for _ in range(2 * YOUNG):
            answer(store)

    return fold_all


def is_folded(store, seq):
    return not isinstance(store._kept[seq], Exchange)


def test_an_exchange_that_was_folded_has_all_that_it_had(store, answer, fold_all):
    def change(exchange, draft):
        exchange.path_params = {"id": 3}
        draft.has_params = True
        exchange.trace = Trace()
        exchange.trace.runs.append(["server", "endpoint", "items", 1, 0, 0, 1, 2])

    answer(store, change, status=201, query_string=b"q=tea")
    fold_all(store)
    assert is_folded(store, 1)

    exchange = store[0]
    assert (exchange.seq, exchange.state, exchange.status, exchange.response.text) == (1, "done", 201, "tea")
    assert (exchange.request.path, exchange.request.query_string) == ("/items/3", b"q=tea")
    assert exchange.request.header("host") == "127.0.0.1:8000"
    assert (exchange.origin, exchange.route_path, exchange.path_params) == (ORIGIN, "/items/{id}", {"id": 3})
    assert (exchange.started_at, exchange.clock_ns, exchange.app_exit_ns) == (1_700_000_000.0, 1, 3)
    assert exchange.trace.runs == [["server", "endpoint", "items", 1, 0, 0, 1, 2]]
    assert store.get(1) is exchange
    assert store[exchange.id] is exchange


# What the store itself gives each exchange, or takes from it.
STORES_OWN = {"seq", "keeper", "draft", "app_exit_ns", "charged", "output_size"}


def traced(**notes):
    trace = Trace()
    vars(trace).update(notes)
    return trace


VALUES = {
    "trace": [traced(**{name: [1]}) for name in vars(Trace) if not name.startswith("_")],
    "kept_size": [5000],
    "holds": [(HoldRecord(1, 2, "request", "the line of a cell", "continued"),)],
    "mark": [Mark(True, ""), Mark(False, "slow")],
    "relation": [Relation(replay_of="3f9a")],
    "replaced": [True],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(one.name, value, id=f"{one.name}-{number}")
        for one in fields(Exchange)
        if one.name not in STORES_OWN
        for number, value in enumerate(VALUES.get(one.name, ["set from outside"]))
    ],
)
@pytest.mark.parametrize("when", ["under way", "finished"])
def test_whatever_field_is_set_from_outside_is_there_afterwards(store, answer, fold_all, name, value, when):
    found = []

    def change(exchange, draft):
        if when == "under way":
            setattr(exchange, name, value)
        else:
            found.append(exchange)

    answer(store, change)
    if found:
        setattr(found.pop(), name, value)
    fold_all(store)

    kept = store.get(1)
    assert getattr(kept, name) is value


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda exchange, draft: exchange.state, id="looked-at"),
        pytest.param(lambda exchange, draft: setattr(exchange, "mark", Mark(True, "")), id="pinned"),
        pytest.param(lambda exchange, draft: exchange.emit(OutputRecord(1, "stdout", "x\n")), id="output"),
    ],
)
def test_an_exchange_with_more_to_it_stays_an_object(store, answer, fold_all, change):
    answer(store, change)
    fold_all(store)

    assert not is_folded(store, 1)


def test_an_exchange_that_somebody_holds_stays_the_same_object(store, answer, fold_all):
    held = []
    answer(store, lambda exchange, draft: held.append(exchange))
    fold_all(store)

    assert store[0] is held[0]


def test_a_run_that_goes_on_is_not_folded(store, answer, fold_all):
    def change(exchange, draft):
        exchange.trace = Trace()
        exchange.trace.runs.append(["thread", "endpoint", "items", 1, 0, 0, 1])

    answer(store, change)
    fold_all(store)

    assert not is_folded(store, 1)


def test_the_garbage_collector_leaves_folded_exchanges_out(store, fold_all):
    fold_all(store)
    # A tuple is let go of once all that it holds has been: one level each time.
    for _ in range(6):
        gc.collect()

    folded = [one for one in store._kept.values() if not isinstance(one, Exchange)]
    assert len(folded) >= YOUNG
    assert not any(map(gc.is_tracked, folded))


def test_folded_exchanges_are_counted_and_evicted_as_others(answer, fold_all):
    store = Store(max_exchanges=YOUNG)
    fold_all(store)
    counts = store.counts()

    assert counts["kept"] + counts["dropped"] == 2 * YOUNG
    assert counts["kept"] <= YOUNG
    assert counts["bytes"] == sum(exchange.kept_size for exchange in store)
    store.clear()
    assert (len(store), store.counts()["bytes"]) == (0, 0)


def test_what_no_folded_exchange_needs_is_let_go(answer):
    store = Store(max_exchanges=10)

    def change(exchange, draft):
        exchange.origin = Origin("c1", exchange.seq, "ab12", "items", "cell.py", 1)

    for _ in range(2 * SHARED_LIMIT):
        answer(store, change)

    assert len(store._shared) <= SHARED_LIMIT + YOUNG


def test_readers_see_numbers_in_order_whatever_is_folded(store, fold_all):
    fold_all(store)

    assert [exchange.seq for exchange in store.since(2 * YOUNG - 100)] == list(
        range(2 * YOUNG - 99, 2 * YOUNG + 1)
    )
    assert [exchange.seq for exchange in store] == list(range(1, 2 * YOUNG + 1))


@pytest.mark.parametrize("name", ["mark", "relation", "holds", "output_size", "replaced", "note", "pinned"])
def test_to_ask_what_a_field_is_makes_no_difference(store, answer, fold_all, name):
    answer(store, lambda exchange, draft: getattr(exchange, name))
    fold_all(store)

    assert is_folded(store, 1)


def test_a_glance_at_a_folded_exchange_leaves_it_folded(store, answer, fold_all):
    answer(store)
    fold_all(store)

    seen = store.peek(1)

    assert seen.request.path == store.peek(1).request.path
    assert store.peek(0) is None
    assert is_folded(store, 1)
    assert store.peek(store.numbers()[-1]) is store[-1]
