"""What nobody has looked at is a tuple that the garbage collector leaves out, and nothing of it is lost."""

import gc
from dataclasses import fields

import pytest

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import begin
from asgi_nb.record.exchange import Exchange, Origin
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.mark import Mark
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.relation import Relation
from asgi_nb.record.store import LOOKED, SHARED_LIMIT, Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.trace import Trace

MANY = 250

ORIGIN = Origin("c1", 3, "ab12", "items", "cell.py", 1)
BODY = {"type": "http.response.body", "body": b"tea"}


def start(status=200):
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]}


class Cells:
    """A provenance that knows one cell."""

    scope_key = "cells"

    def __init__(self, origin=ORIGIN):
        self.known = origin

    def origin(self, scope):
        return self.known

    def frame_label(self, filename):
        return None


class Route:
    path = "/items/{id}"


async def nothing(scope, receive, send):
    """Stand for an app."""


@pytest.fixture
def answer(make_scope):
    """Answer one request; the function given gets the notes before its end."""

    def answer(store, change=None, status=200, origin=ORIGIN, **scope):
        tap = Tap(nothing, store, provenance=Cells(origin))
        notes = begin(tap, make_scope(route=Route(), path_params={"id": 3}, **scope))
        notes.sent(start(status))
        notes.sent(BODY)
        if change is not None:
            change(notes)
        notes.left(None)

    return answer


def is_folded(store, seq):
    return isinstance(store._kept[seq], tuple)


def test_an_exchange_that_was_folded_has_all_that_it_had(store, answer):
    run = ["server", "endpoint", "items", 1, True, 0, 0, (), 1, 2]
    candidates = Candidates()

    def change(notes):
        notes.take_routes(candidates, None)
        notes.note_run(run)

    answer(store, change, status=201, query_string=b"q=tea")
    assert is_folded(store, 1)

    exchange = store[0]
    assert (exchange.seq, exchange.state, exchange.status, exchange.response.text) == (1, "done", 201, "tea")
    assert (exchange.request.path, exchange.request.query_string) == ("/items/3", b"q=tea")
    assert exchange.request.header("host") == "127.0.0.1:8000"
    assert (exchange.origin, exchange.route_path, exchange.path_params) == (ORIGIN, "/items/{id}", {"id": 3})
    assert 0 < exchange.response_start_ns <= exchange.response_done_ns <= exchange.app_exit_ns
    assert (exchange.trace.runs, exchange.trace.candidates) == ([run], candidates)
    assert store.get(1) is exchange
    assert store[exchange.id] is exchange


# What the store or the draft itself gives each exchange, or takes from it.
OWN = {
    "seq",
    "keeper",
    "draft",
    "app_exit_ns",
    "charged",
    "output_size",
    "origin",
    "route_path",
    "path_params",
}


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
        if one.name not in OWN
        for number, value in enumerate(VALUES.get(one.name, ["set from outside"]))
    ],
)
def test_whatever_field_is_set_from_outside_is_there_afterwards(store, answer, name, value):
    answer(store, lambda notes: setattr(notes.exchange(), name, value))

    assert getattr(store.get(1), name) is value


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda notes: notes.exchange().state, id="looked-at"),
        pytest.param(lambda notes: setattr(notes.exchange(), "mark", Mark(True, "")), id="pinned"),
        pytest.param(lambda notes: notes.exchange().emit(OutputRecord(1, "stdout", "x\n")), id="output"),
        pytest.param(lambda notes: notes.traced(), id="traced"),
        pytest.param(lambda notes: notes.note_run([*"12345678", 1]), id="a-run-that-goes-on"),
        pytest.param(lambda notes: notes.sent({"type": "http.response.debug"}), id="an-odd-message"),
    ],
)
def test_an_exchange_with_more_to_it_stays_an_object(store, answer, change):
    answer(store, change)

    assert not is_folded(store, 1)
    assert store[0].state == "done"


def test_an_exchange_that_somebody_holds_stays_the_same_object(store, answer):
    held = []
    answer(store, lambda notes: held.append(notes.exchange()))

    assert store[0] is held[0]


@pytest.fixture
def fold_some(answer):
    """Answer some requests."""

    def fold_some(store):
        for _ in range(MANY):
            answer(store)

    return fold_some


def test_the_garbage_collector_leaves_folded_exchanges_out(store, fold_some):
    fold_some(store)
    # A tuple is let go of once all that it holds has been: one level each time.
    for _ in range(6):
        gc.collect()

    folded = [one for one in store._kept.values() if isinstance(one, tuple)]
    assert len(folded) == MANY
    assert not any(map(gc.is_tracked, folded))


def test_folded_exchanges_are_counted_and_evicted_as_others(fold_some):
    store = Store(max_exchanges=MANY // 2)
    fold_some(store)
    counts = store.counts()

    assert counts["kept"] + counts["dropped"] == MANY
    assert counts["kept"] <= MANY // 2
    assert counts["bytes"] == sum(exchange.kept_size for exchange in store)
    store.clear()
    assert (len(store), store.counts()["bytes"]) == (0, 0)


def test_what_no_folded_exchange_needs_is_let_go(answer):
    store = Store(max_exchanges=10)

    for number in range(2 * SHARED_LIMIT):
        answer(store, origin=Origin("c1", number, "ab12", "items", "cell.py", 1))

    assert len(store._shared) <= SHARED_LIMIT + LOOKED
    assert store[-1].origin.execution_count == 2 * SHARED_LIMIT - 1


def test_readers_see_numbers_in_order_whatever_is_folded(store, fold_some):
    fold_some(store)

    assert [exchange.seq for exchange in store.since(MANY - 100)] == list(range(MANY - 99, MANY + 1))
    assert [exchange.seq for exchange in store] == list(range(1, MANY + 1))


def test_to_look_at_one_leaves_the_others_folded(store, fold_some):
    fold_some(store)

    assert (store[-1].seq, store[:2][0].seq) == (MANY, 1)
    assert [is_folded(store, seq) for seq in (1, 2, 3, MANY - 1, MANY)] == [False, False, True, True, False]


def test_a_store_with_folded_exchanges_is_cleared_but_for_the_pinned(store, fold_some):
    fold_some(store)
    store[4].pinned = True

    store.clear()

    assert [exchange.seq for exchange in store] == [5]
    assert store.counts()["bytes"] == store[0].kept_size


def test_a_glance_at_a_folded_exchange_leaves_it_folded(store, fold_some):
    fold_some(store)

    seen = store.peek(1)

    assert seen.request.path == store.peek(1).request.path
    assert store.peek(0) is None
    assert is_folded(store, 1)
    last = store[-1]
    assert store.peek(last.seq) is last
