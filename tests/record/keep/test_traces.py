"""What was known of the code behind an exchange comes back from a file as it was shown before."""

import json
import logging
import sqlite3
import time
from contextlib import closing

import anyio
import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.record.keep.codec import TRACE_SIZE, UNREADABLE, decode, encode, encode_trace
from asgi_nb.record.keep.file import load
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.samples import Sample
from asgi_nb.record.spans import Gate, LayerFacts
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.trace import Trace
from asgi_nb.record.trace_json import FIELDS, as_json, from_json
from asgi_nb.record.written_trace import ROUTES, write_trace
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.results import ServerSentEvent
from asgi_nb.web.routing import Route, Router
from asgi_nb.web.testclient import TestClient

SECRET = "s3cr3t-value"


@pytest.fixture
def notebook():
    return PlainNotebook()


@pytest.fixture
def app(notebook):
    app = LiveApp(notebook)

    @app.get("/await")
    async def waits(request):
        await anyio.sleep(0)
        return PlainTextResponse("done", background=BackgroundTask(logging.getLogger("tea").info, "later"))

    @app.get("/block")
    async def block(request):
        time.sleep(0.11)  # What is tested is that it is seen.
        return "done"

    @app.get("/events")
    async def events(request):
        for number in range(2):
            yield ServerSentEvent({"n": number}, id=str(number))

    @app.get("/thread")
    def in_thread(request):
        return "done"

    @app.get("/reset/{token}")
    def reset(request, token):
        return token

    app.mount("/api", Router([Route("/items/{n:int}", lambda request: PlainTextResponse("x"))]))

    notebook.current = Cell("m", 1, "the cell's text")
    app.define_middleware(
        "response = await call_next(request)\n"
        "response.headers['x-layer'] = 'here'\n"
        f"response.headers['x-api-key'] = '{SECRET}'\n"
        "return response"
    )
    return app


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def client(app, store):
    tap = Tap(app, store, provenance=app)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    return TestClient(recorded, raise_server_exceptions=False)


@pytest.fixture
def kept(store, tmp_path):
    """Keep what the store has in a file, and give what is read back."""

    def keep(**options):
        path = tmp_path / "traffic.sqlite"
        with store.keep(path, **options) as keeping:
            keeping.flush()
        return load(path)

    return keep


def shown(exchange):
    """All that is shown of the code behind an exchange."""
    return {
        "timing": exchange.timing,
        "stages": exchange.timing.stages(),
        "spans": list(exchange.spans),
        "routing": (list(exchange.routing), exchange.routing.hints, exchange.routing.more),
        "slices": list(exchange.slices),
        "waiting": exchange.slices.waiting,
        "blocked": exchange.blocked,
        "background": exchange.background_tasks,
        "output": exchange.output,
        "events": None if exchange.response is None else exchange.response.events,
        "reprs": [repr(one) for one in (exchange.timing, exchange.spans, exchange.routing, exchange.slices)],
    }


@pytest.mark.parametrize(
    "path", ["/await", "/events", "/thread", "/api/items/3", "/api/items/x", "/nowhere", "/block"]
)
def test_an_exchange_from_a_file_shows_what_it_showed(client, store, kept, path):
    client.get(path)
    [before] = store
    before.add_output(OutputRecord(1, "stdout", "tea\n"))

    [back] = kept(secrets=True)

    assert shown(back) == shown(before)
    assert [tuple(one) for one in back.timing.stages()]
    assert back.origin_state == "unknown"


def test_the_line_that_held_the_loop_comes_back(client, store, kept):
    client.get("/block")
    [before] = store
    [run] = [run for run in before.trace.runs if run[1] == "endpoint"]
    before.trace.samples = [Sample(run[8], "Cell In[3]", 2, "block", "time.sleep(0.11)", True)]

    [back] = kept()

    assert (back.blocked[0].cell, back.blocked[0].line, back.blocked[0].text) == (
        "Cell In[3]",
        2,
        "time.sleep(0.11)",
    )
    assert "time.sleep(0.11)" in back._repr_html_()


def test_what_came_from_a_file_is_drawn_as_before(client, store, kept):
    client.get("/await")
    drawn = [segment.kind for bar in store.timeline().data.bars for segment in bar.segments]

    back = kept()

    assert [segment.kind for bar in back.timeline().data.bars for segment in bar.segments] == drawn
    assert "running" in drawn


def test_what_was_loaded_can_be_kept_again(client, store, kept):
    client.get("/await")
    [back] = kept(secrets=True)

    again = decode(*encode(back), encode_trace(write_trace(back)))

    assert shown(again) == shown(back)


def test_a_trace_holds_no_secret(client, store, tmp_path):
    client.get(f"/reset/{SECRET}")
    [exchange] = store
    exchange.trace.samples = [
        Sample(exchange.trace.runs[0][8], "Cell In[3]", 2, "f", f"password='{SECRET}'", True)
    ]
    path = tmp_path / "traffic.sqlite"
    with store.keep(path):
        pass

    with closing(sqlite3.connect(path)) as connection:
        [(trace,)] = connection.execute("SELECT trace FROM exchanges").fetchall()
    assert "x-api-key" in trace
    assert SECRET not in trace
    [back] = load(path)
    assert ("***", "added x-layer: here") == (back.path_params["token"], back.spans[0].response.words()[0])


def test_a_path_parameter_that_is_secret_is_hidden_in_reasons_in_each_form(client, store, kept, app):
    @app.get("/reset/{token}/a")
    def other(request, token):
        return token

    client.get("/reset/it's-%22mine%22")

    [back] = kept()

    assert all("mine" not in one.reason for one in back.routing)


def test_a_step_that_runs_ends_in_the_file_when_it_was_written(make_exchange):
    exchange = make_exchange()
    exchange.clock_ns = time.perf_counter_ns()
    exchange.trace = Trace()
    exchange.trace.runs.append(
        ["server", "endpoint", "f", exchange.clock_ns, True, 0, 0, (), exchange.clock_ns]
    )

    back = decode(*encode(exchange), encode_trace(write_trace(exchange)))

    assert len(back.slices) == 1
    assert back.slices[0].end_ns > 0
    assert (back.timing.endpoint_start, back.timing.endpoint_end) == (0, None)
    assert back.blocked == []


# --- bounds


def test_of_many_routes_the_nearest_are_kept_and_the_rest_is_counted(client, store, kept, app):
    for number in range(ROUTES + 20):
        app.add_route(f"/r{number}", lambda request: PlainTextResponse("x"))
    app.add_route("/near/{n:int}", lambda request: PlainTextResponse("x"))
    client.get("/near/x")

    [back] = kept()

    assert len(back.routing) == ROUTES
    assert "GET /near/{n:int}" in [one.route for one in back.routing]
    assert back.routing.more == len(store[-1].routing) - ROUTES
    assert repr(back.routing).splitlines()[-1] == f"and {back.routing.more} more"


def test_layers_that_are_too_many_are_counted(make_exchange):
    exchange = make_exchange()
    exchange.trace = Trace()
    scope = {"headers": [], "method": "GET", "path": "/"}
    exchange.trace.gates = [Gate(LayerFacts(f"layer {number}", None), scope) for number in range(150)]

    back = decode(*encode(exchange), encode_trace(write_trace(exchange)))

    assert len(back.spans) == 100
    assert "50 runs, layers, tasks or held loops are not in the file" in back._repr_html_()


def test_a_run_with_more_steps_than_are_ever_kept_is_left_out_and_counted(make_exchange):
    exchange = make_exchange()
    exchange.trace = Trace()
    exchange.trace.runs = [
        ["server", "endpoint", "f", 0, True, 0, 0, (), *range(steps)] for steps in (2, 10_000)
    ]

    back = decode(*encode(exchange), encode_trace(write_trace(exchange)))

    assert (len(back.trace.runs), back.trace.left_out) == (1, 1)


def test_layers_that_change_too_much_are_kept_without_what_they_changed(make_exchange):
    exchange = make_exchange()
    exchange.trace = Trace()
    scope = {"headers": [(b"x-long", b"y" * TRACE_SIZE)], "method": "GET", "path": "/"}
    outer, inner = Gate(LayerFacts("a", None), scope), Gate(LayerFacts("b", None), scope | {"headers": []})
    exchange.trace.gates = [outer, inner]

    written = encode_trace(write_trace(exchange))
    back = from_json(json.loads(written))

    assert exchange.spans[0].request
    assert len(written) < 1000
    assert ([span.name for span in back.spans], back.left_out) == (["a", "b"], 1)
    assert not back.spans[0].request


# --- the table


def test_every_field_is_in_the_table():
    for kind, codes in FIELDS.items():
        assert set(codes) == set(kind.__dataclass_fields__) - {"source"}, kind


def test_nothing_is_known_of_an_exchange_without_a_trace(make_exchange):
    assert encode_trace(write_trace(make_exchange())) is None


def test_a_trace_of_a_file_with_fewer_and_more_fields_can_be_read():
    back = from_json({"spans": [], "from_the_future": 1})

    assert (back.runs, back.routing, back.left_out) == ([], [], 0)


def spoiled(value):
    """A JSON value with each value inside of it replaced by one of another type, one at a time."""
    yield from (None, True, -1, 2**70, 1e400, "x", [], [[]], {}, {"x": 1})
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        for other in spoiled(inner):
            copy = value.copy()
            copy[key] = other
            yield copy


def test_whatever_stands_in_a_file_is_read_or_refused_and_can_be_shown(client, store, make_exchange):
    client.get("/block")
    [exchange] = store
    exchange.trace.called_ns = 5
    written = as_json(write_trace(exchange))
    written["spans"][0]["response"]["changed"] = [["x", "a", "b"]]
    written["background"] = [{"name": "f", "start_ns": 1, "end_ns": 2, "error": "E"}]
    written["routes"] = written["routes"][:2]
    refused = 0

    for other in spoiled(written):
        fresh = make_exchange()
        try:
            fresh.trace = from_json(other)
        except UNREADABLE:
            refused += 1
        else:
            assert shown(fresh)
            assert fresh._repr_html_()
    assert refused > 300
