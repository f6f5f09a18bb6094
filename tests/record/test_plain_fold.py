"""A plain request becomes the same tuple alone and among others, and the exchange that it was."""

import pytest

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.exchange import Origin
from asgi_nb.record.folded import unfold
from asgi_nb.record.plain import BEGUN, ENDED, PlainWire
from asgi_nb.record.plain_fold import fold, take_in
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
def test_alone_and_among_others_it_is_the_same_tuple(store, ended, changes):
    kept, finished, shared = {}, [], {}
    wires = [ended(), ended(**changes), ended()]

    size, unfit = take_in(wires, 4, kept, finished, shared)
    alone, origin = fold(wires[1])

    assert (unfit, finished, [wire.seq for wire in wires]) == ([], [5, 6, 7], [5, 6, 7])
    # What the clock says is read once for all of them.
    assert kept[6][:6] == alone[:6]
    assert kept[6][7:17] == alone[7:17]
    assert shared[kept[6][1]] is origin
    assert size == sum(folded[0] for folded in kept.values())
    for folded in (kept[6], alone):
        exchange = unfold(6, folded, store, shared)
        assert (exchange.state, exchange.response.text, exchange.seq) == ("done", "tea", 6)
        assert exchange.response.headers == ((b"content-length", b"3"),)
        assert (exchange.response_start_ns, exchange.app_exit_ns) == (5, 10)
        runs = [] if exchange.trace is None else exchange.trace.runs
        assert len(runs) == hasattr(wires[1], "step") + len(wires[1].runs or ())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"runs": [RUN[:-1]]}, id="its-code-still-runs"),
        pytest.param({"stage": BEGUN}, id="it-goes-on"),
    ],
)
def test_what_has_not_ended_gets_a_number_and_is_kept_as_it_is(ended, changes):
    kept, finished = {}, []
    wire = ended(**changes)

    _, unfit = take_in([wire], 0, kept, finished, {})

    assert (kept, finished, wire.seq) == ({1: wire}, [], 1)
    assert unfit == ([wire] if wire.stage == ENDED else [])
