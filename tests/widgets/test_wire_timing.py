"""What a page is told of the code behind an exchange is plain, masked and bounded."""

import json

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.web.testclient import TestClient
from asgi_nb.widgets.wire import Answers
from asgi_nb.widgets.wire_timing import CANDIDATES


@pytest.fixture
def notebook():
    return PlainNotebook()


@pytest.fixture
def live(notebook):
    return LiveApp(notebook)


@pytest.fixture
def store():
    return Store()


def tapped(app, store, **options):
    tap = Tap(app, store, **options)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    return recorded


@pytest.fixture
def client(live, store):
    return TestClient(tapped(live, store, provenance=live), raise_server_exceptions=False)


def define(live, path, source, number=1):
    live.notebook.current = Cell(f"cell-{path}", number, f"%%asgi_route GET {path}\n{source}")
    return live.define_route("GET", path, source)


def asked(store):
    reply = Answers(store).reply({"v": "a", "id": 1, "what": "insight", "seq": store[-1].seq})
    assert reply.content["ok"], reply.content
    # Whatever a page gets must be JSON.
    return json.loads(json.dumps(reply.content["value"]))


def test_a_page_gets_stages_layers_slices_routes_and_the_cell(live, store, client):
    define(live, "/x", "return 'tea'", 3)
    live.notebook.current = Cell("m", 4, "...")
    live.define_middleware(
        "response = await call_next(request)\nresponse.headers['x-a'] = 'b'\nreturn response"
    )

    client.get("/x")

    told = asked(store)
    assert told["stages"][0]["name"] == "app_enter"
    assert [(span["title"], span["response"]) for span in told["spans"]] == [
        ("middleware [4]", ["added x-a: b"]),
        ("endpoint get_x [3]", []),
    ]
    assert told["slices"]["rows"][0][2] == "thread"
    assert told["routing"]["candidates"][0]["chosen"]
    assert (told["origin"]["cell"], told["origin"]["state"]) == ("[3]", "current")
    assert told["origin"]["source"].startswith("%%asgi_route GET /x\n")


def test_a_page_gets_the_events_of_a_stream(live, store, client):
    live.notebook.namespace["Event"] = __import__("asgi_nb.web.results").web.results.ServerSentEvent
    define(live, "/events", "yield Event('a', id='1')\nyield Event({'token': 'abc123'}, event='login')")

    client.get("/events")

    told = asked(store)
    assert told["events"][0] | {"ms": 0} == {
        "n": 1,
        "ms": 0,
        "event": "message",
        "id": "1",
        "data": "a",
        "retry": None,
    }
    assert "abc123" not in told["events"][1]["data"]
    assert len(told["chunks"]) == 3


def test_what_is_told_is_masked(live, store, client):
    define(live, "/x", "password = 'hunter2'\nreturn 1")

    client.get("/x")

    assert "hunter2" not in json.dumps(asked(store))


def test_of_many_routes_the_nearest_are_told_and_the_rest_counted(live, store, client):
    for number in range(CANDIDATES + 5):
        live.add_route(f"/n{number}/x", lambda request: None)
    live.add_route("/here/{id:int}", lambda request: None)

    assert client.get("/here/x").status_code == 404

    routing = asked(store)["routing"]
    assert (len(routing["candidates"]), routing["more"]) == (CANDIDATES, 6)
    assert routing["candidates"][0]["route"] == "GET /here/{id:int}"


def test_an_exchange_that_nothing_was_noted_of_has_empty_lists(store):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    TestClient(tapped(app, store)).get("/x")

    told = asked(store)
    assert (told["spans"], told["slices"]["rows"], told["blocked"], told["origin"]) == ([], [], [], None)
    assert told["routing"] == {"candidates": [], "more": 0, "hints": []}
