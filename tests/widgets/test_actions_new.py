"""A request that a page writes anew: what can be asked, what it takes, and sending it."""

import pytest
from fastapi import FastAPI

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.record.store import Store
from asgi_nb.widgets.actions import Bench

ITEMS = """n = int(request.query_params.get('n', 3))
return {'id': item_id, 'n': n, 'key': request.headers.get('x-key')}"""


@pytest.fixture
def kit():
    kit = Kit(PlainNotebook())
    kit.app.notebook.current = Cell("a", 3, f"%%asgi_route GET /items/{{item_id:int}}\n{ITEMS}")
    kit.define_route("GET", "/items/{item_id:int}", ITEMS)
    kit.app.notebook.current = Cell("b", 4, "%%asgi_route POST /items\nreturn await request.json()")
    kit.define_route("POST", "/items", "return await request.json()")
    yield kit
    kit.close()


@pytest.fixture
def ask(kit):
    """Do one action; give whether it was done, and its value."""
    return asker(kit)


def asker(kit):
    bench = Bench(kit.traffic)

    def ask(what, **args):
        content, _ = bench.reply({"kind": "ask", "v": "page/1", "id": 1, "what": what, **args})
        return content["ok"], content["value"]

    return ask


def request(target, method="GET", headers="", body=""):
    return {"method": method, "target": target, "headers": headers, "body": body}


def test_routes_are_listed_with_their_cells_newest_first(ask):
    _, routes = ask("routes")

    assert [(one["method"], one["path"], one["place"]) for one in routes] == [
        ("POST", "/items", "cell [4]"),
        ("GET", "/items/{item_id:int}", "cell [3]"),
    ]


def test_a_route_tells_what_it_takes(ask):
    _, routes = ask("routes")
    _, inputs = ask("inputs", n=routes[1]["n"])

    assert [(one["name"], one["kind"]) for one in inputs["path"]] == [("item_id", "int")]
    assert [(one["name"], one["default"]) for one in inputs["query"]] == [("n", "3")]
    assert [one["name"] for one in inputs["headers"]] == ["x-key"]


def test_a_route_whose_cell_has_run_again_is_not_there(ask, kit):
    _, routes = ask("routes")
    kit.define_route("POST", "/items", "return 1")

    assert ask("inputs", n=routes[0]["n"]) == (
        False,
        "this route is there no longer: its cell has run again; open the form anew",
    )


@pytest.mark.parametrize("served", [False, True], ids=["not-served", "served"])
def test_a_request_is_sent_and_its_number_is_the_answer(ask, kit, served):
    if served:
        kit.serve()
    ok, seq = ask("request", **request("/items/7?n=5", headers="x-key: k"))

    assert ok
    assert kit.traffic[-1].seq == seq
    assert kit.traffic[-1].response.json() == {"id": 7, "n": 5, "key": "k"}


def test_a_body_is_sent(ask, kit):
    ask("request", **request("/items", "POST", "content-type: application/json", '{"name": "tea"}'))

    assert kit.traffic[-1].response.json() == {"name": "tea"}
    assert kit.traffic[-1].request.header("content-type") == "application/json"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(request("items"), "request path must start with '/', got 'items'", id="no-slash"),
        pytest.param(request("/", ""), "expected METHOD /path", id="no-method"),
        pytest.param(request("/\nx: 1"), "stand in one line", id="two-lines"),
        pytest.param(
            request("/", headers="tea"), "a header is written as name: value, got 'tea'", id="no-header"
        ),
        pytest.param(request("/", headers="a: 1\nA: 2"), "header 'A' stands here twice", id="twice"),
        pytest.param(request("/", headers="a: ü"), "characters that are not ASCII", id="not-ascii"),
        pytest.param({**request("/"), "body": None}, "body must be a text", id="no-text"),
    ],
)
def test_what_cannot_be_sent_says_why_and_nothing_is_sent(ask, kit, given, reason):
    ok, said = ask("request", **given)

    assert not ok
    assert reason in said
    assert len(kit.traffic) == 0


def test_what_was_sent_while_recording_is_off_is_said(ask, kit):
    kit.traffic.recording = False

    assert ask("request", **request("/items/7")) == (
        False,
        "it was sent, and answered with 200, but not recorded: recording is off",
    )


def test_traffic_that_belongs_to_no_app_has_nothing_to_ask():
    content, _ = Bench(Store()).reply({"kind": "ask", "v": "page/1", "id": 1, "what": "routes"})

    assert content["value"] == "nothing answers to this list: its traffic belongs to no app"


def described():
    """An app that describes itself."""
    api = FastAPI()

    @api.post("/cups/{size}")
    def add(size: int, q: str, body: dict[str, str]):
        return {"size": size, "q": q, "body": body}

    return api


@pytest.mark.parametrize(
    ("way", "path"),
    [pytest.param("mounted", "/v1/cups", id="mounted"), pytest.param("served", "/cups", id="served")],
)
def test_the_routes_of_an_app_that_describes_itself_can_be_asked(way, path):
    kit = Kit(PlainNotebook())
    ask = asker(kit)
    if way == "mounted":
        kit.mount("/v1", described())
    else:
        kit.serve(described())
    _, routes = ask("routes")
    _, inputs = ask("inputs", n=routes[0]["n"])
    ok, _ = ask("request", **request(f"{path}/3?q=tea", "POST", "", '{"a": "b"}'))
    answered = kit.traffic[-1].response.json()
    kit.close()

    assert (routes[0]["method"], routes[0]["path"]) == ("POST", f"{path}/{{size}}")
    assert [(one["name"], one["kind"]) for one in inputs["path"] + inputs["query"]] == [
        ("size", "int"),
        ("q", "str"),
    ]
    assert inputs["skeleton"] == "{}"
    assert ok
    assert answered == {"size": 3, "q": "tea", "body": {"a": "b"}}


def test_what_cells_define_is_asked_while_it_is_served(kit, ask):
    kit.serve()
    kit.serve(described())

    assert kit.asked_app is kit.app
    assert ask("routes")[1][0]["path"] == "/items"
