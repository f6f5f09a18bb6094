"""A plain request is kept alone and among others, and becomes the exchange that it was."""

import pytest

from asgi_nb.record.batch import BATCH, Batch, take_in
from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import NOTE
from asgi_nb.record.exchange import Origin
from asgi_nb.record.folded import unfold
from asgi_nb.record.plain import BEGUN, ENDED, PlainWire
from asgi_nb.record.plain_fold import fold
from asgi_nb.record.runs import HEAD as RUN_HEAD
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap

ORIGIN = Origin("c1", 3, "ab12", "items", "cell.py", 1)
FACTS = ("/items/3", b"/items/3", b"", "", "GET", "http", "1.1", ("127.0.0.1", 8000), "http")
HEAD = b"HTTP/1.1 200 OK\r\nserver: us\r\ncontent-length: 3\r\n\r\n"
RUN = ["thread", "endpoint", "items", 12, True, 0, 0, (), 13, 14]


class Line(PlainWire):
    """A server that has parsed its request before."""

    @classmethod
    def parse(cls, came, peers):
        return (FACTS, ((b"host", b"127.0.0.1:8000"),), ()), b""


class Route:
    path = "/items/{id}"


ROUTE = Route()


class Routes:
    """What an app leaves in a scope."""

    candidates = Candidates()
    sites = {id(ROUTE): (ORIGIN, "/items/{id}")}


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def ended(store):
    """Make a request that has ended; changes are by keywords."""

    def ended(**changes):
        wire = Line()
        wire.tap = Tap(None, store)
        wire.begins_plainly = False
        wire.came, wire.peers = b"GET /items/3 HTTP/1.1\r\n\r\n", (("127.0.0.1", 50000), None, "http")
        wire.scope = {"": Routes(), "route": ROUTE, "path_params": {"id": 3}}
        wire.runs = None
        wire.step, wire.called_ns = ("server", "endpoint", "items"), 12
        wire.clock_ns, wire.read_ns, wire.done_ns, wire.exit_ns = 10, 0, 15, 20
        wire.head, wire.skipped, wire.went = b"", 1, HEAD + b"tea"
        wire.stage, wire.seq, wire.epoch, wire.charged = ENDED, 0, 0.0, 0
        for name, value in changes.items():
            if value is None:
                delattr(wire, name)
            else:
                setattr(wire, name, value)
        return wire

    return ended


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="one-step"),
        pytest.param({"step": None, "runs": [RUN]}, id="in-a-thread"),
        pytest.param({"step": None}, id="no-step"),
        pytest.param({"runs": [RUN]}, id="a-step-and-a-run"),
        pytest.param({"scope": {"": Routes(), "route": Route()}}, id="a-route-from-elsewhere"),
        pytest.param({"scope": {"": Routes()}}, id="no-route"),
        pytest.param({"scope": {}}, id="no-routes"),
        pytest.param({"candidates": Candidates(), "sites": {}, "runs": []}, id="told-routes"),
        pytest.param({"scope": {"route": ROUTE, "path_params": ["3"]}}, id="parameters-that-are-none"),
        pytest.param({"read_ns": 11}, id="read"),
    ],
)
def test_alone_and_among_others_it_is_the_same_exchange(store, ended, changes):
    kept, shared = {}, {}
    wires = [ended(), ended(**changes), ended()]

    batch, singles, size, unfit = take_in(wires, 4, kept, shared)
    alone, origin = fold(wires[1])

    assert (unfit, [wire.seq for wire in wires]) == ([], [5, 6, 7])
    assert sorted([*batch.seqs, *singles]) == list(kept) == [5, 6, 7]
    assert size == 3 * alone[0]
    shared |= {alone[1]: origin, alone[2]: wires[1].routes()[0]}
    made = kept[6].exchange(6, store) if kept[6] is batch else unfold(6, kept[6], store, shared)
    for exchange in (made, unfold(6, alone, store, shared)):
        assert (exchange.state, exchange.response.text, exchange.seq) == ("done", "tea", 6)
        assert (exchange.origin, exchange.kept_size) == (origin, alone[0])
        assert exchange.response.headers == ((b"content-length", b"3"),)
        assert (exchange.response_start_ns, exchange.app_exit_ns) == (5, 10)
        assert exchange.path_params == made.path_params
        runs = [] if exchange.trace is None else exchange.trace.runs
        assert len(runs) == hasattr(wires[1], "step") + len(wires[1].runs or ())


def test_each_row_of_a_batch_is_its_own(store, ended):
    texts = [b"%d" % number * number for number in range(1, 9)]
    wires = [
        ended(
            came=b"GET /%b HTTP/1.1\r\n\r\n" % text,
            went=HEAD + text,
            exit_ns=20 + len(text),
            clock_ns=len(text),
        )
        for text in texts
    ]
    kept = {}

    batch, _, size, _ = take_in(wires, 0, kept, {})

    assert list(kept) == batch.seqs == list(range(1, 9))
    assert size == sum(map(batch.weigh, batch.seqs))
    for seq, text in enumerate(texts, 1):
        exchange = batch.exchange(seq, store)
        assert (exchange.response.text, exchange.app_exit_ns) == (text.decode(), 20)
        assert exchange.kept_size == batch.weigh(seq)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"runs": [RUN[:-1]]}, id="its-code-still-runs"),
        pytest.param({"stage": BEGUN}, id="it-goes-on"),
    ],
)
def test_what_has_not_ended_gets_a_number_and_is_kept_as_it_is(ended, changes):
    kept = {}
    wire = ended(**changes)

    batch, singles, _, unfit = take_in([wire], 0, kept, {})

    assert (kept, batch.seqs, singles, wire.seq) == ({1: wire}, [], [], 1)
    assert unfit == ([wire] if wire.stage == ENDED else [])


def test_a_draft_that_is_told_of_the_start_as_it_is_made_has_all_in_order(ended, monkeypatch):
    def routes(wire):
        # As the server's loop does it while another thread looks.
        wire.listener.sent({"type": "http.response.start", "status": 200, "headers": []})
        return None, None

    wire = ended(stage=BEGUN, read_ns=11)
    monkeypatch.setattr(Line, "routes", routes)

    draft = wire.drafted()

    assert draft.notes[::NOTE] == ["http.request", "http.response.start"]
    (run,) = draft.runs
    assert len(run) == RUN_HEAD + 2


@pytest.fixture
def filled(ended):
    """Make a store that has taken in plain requests, so many at a time."""

    def filled(*counts, store=None, **bounds):
        store = Store(**bounds) if store is None else store
        for count in counts:
            store.log += [ended(tap=Tap(None, store)) for _ in range(count)]
            store.settle()
        return store

    return filled


@pytest.mark.parametrize("counts", [(10,), (4, 6), (1,) * 10, (3, 3, 3, 1)])
def test_of_batches_the_newest_exchanges_stay(filled, counts):
    store = filled(*counts, max_exchanges=3)

    assert store.numbers() == [8, 9, 10]
    assert store.counts()["dropped"] == 7
    assert store.counts()["bytes"] == sum(one.kept_size for one in store)
    assert store.counts()["dropped_bytes"] == 7 * store[0].kept_size


def test_a_part_may_go_at_a_time(filled):
    store = filled(*(1,) * 640, 7, max_exchanges=640)

    assert store.numbers() == list(range(18, 648))
    assert store.counts()["dropped"] == 17


def test_of_a_store_that_is_full_whole_batches_go(filled, monkeypatch):
    def weigh(self, seq):
        raise AssertionError("a row was let go alone")

    monkeypatch.setattr(Batch, "weigh", weigh)
    store = filled(*(BATCH,) * 80, max_exchanges=64 * BATCH)

    assert len(store) > 62 * BATCH
    assert store.counts()["dropped"] % BATCH == 0


def test_of_a_batch_no_more_goes_than_its_bytes_ask_for(filled):
    size = filled(1).counts()["bytes"]
    store = filled(5, 5, max_bytes=7 * size + 1)

    assert store.numbers() == [4, 5, 6, 7, 8, 9, 10]
    assert store.counts()["bytes"] == 7 * size


def test_who_was_looked_at_goes_when_its_batch_does(filled):
    store = filled(4, max_exchanges=6)
    first, second = store[0], store[1]
    second.pinned = True

    filled(*(1,) * 5, store=store)

    assert store.numbers() == [2, 5, 6, 7, 8, 9]
    assert (first.keeper, second.keeper) == (None, store)


def test_what_was_cleared_is_counted_once(filled):
    store = filled(6, max_exchanges=4)
    store.clear()

    assert store.counts() == {"kept": 0, "dropped": 0, "bytes": 0, "dropped_bytes": 0, "last_seq": 6}
    assert filled(1, store=store).numbers() == [7]


def test_more_than_a_batch_at_once_keep_their_order(filled):
    store = filled(3 * BATCH + 5)

    assert store.numbers() == list(range(1, 3 * BATCH + 6))
    assert [one.seq for one in store[-3:]] == [3 * BATCH + 3, 3 * BATCH + 4, 3 * BATCH + 5]
    assert store.remove(store[-1], store[0]) == 2
    assert store.counts()["bytes"] == sum(one.kept_size for one in store)
