"""Cells become endpoints of an app that is already serving."""

import traceback

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse

pytestmark = pytest.mark.anyio


async def test_a_body_answers_with_the_parameter_converted(app, define, ask):
    define("GET /items/{item_id:int}", 'return {"id": item_id, "q": request.query_params.get("q")}')

    answer = await ask(app, "GET /items/3?q=tea")

    assert (answer.status, answer.json) == (200, {"id": 3, "q": "tea"})


async def test_a_body_that_awaits_reads_the_request(app, define, ask):
    define("POST,PUT /echo", "return await request.json(), 201")

    for method in ("POST", "PUT"):
        answer = await ask(app, f"{method} /echo", b'{"a": 1}')
        assert (answer.status, answer.json) == (201, {"a": 1})
    assert (await ask(app, "GET /echo")).status == 405


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("for n in range(3):\n    yield str(n)", id="sync"),
        pytest.param("await request.body()\nfor n in range(3):\n    yield str(n)", id="async"),
    ],
)
async def test_a_body_that_yields_streams(app, define, ask, body):
    define("GET /count", body)

    assert (await ask(app, "GET /count")).text == "012"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def shout(word):\n    return word.upper()", id="def"),
        pytest.param("async def shout(request, word):\n    return word.upper()", id="async-def"),
        pytest.param(
            "from asgi_nb.web.responses import PlainTextResponse\n"
            "async def shout(scope, receive, send):\n"
            "    word = scope['path_params']['word']\n"
            "    await PlainTextResponse(word.upper())(scope, receive, send)",
            id="asgi",
        ),
        pytest.param(
            "from asgi_nb.web.responses import PlainTextResponse\n"
            "class Shout:\n"
            "    def __init__(self, scope, receive, send):\n"
            "        self.ends = scope, receive, send\n"
            "    def __await__(self):\n"
            "        word = self.ends[0]['path_params']['word']\n"
            "        return PlainTextResponse(word.upper())(*self.ends).__await__()",
            id="awaited-class",
        ),
        pytest.param(
            "from asgi_nb.web.responses import PlainTextResponse\n"
            "class Shout:\n"
            "    async def __call__(self, scope, receive, send):\n"
            "        word = scope['path_params']['word']\n"
            "        await PlainTextResponse(word.upper())(scope, receive, send)",
            id="class-of-apps",
        ),
    ],
)
async def test_a_cell_that_ends_in_a_definition_is_that_endpoint(app, define, ask, source):
    define("GET /shout/{word}", source)

    assert (await ask(app, "GET /shout/tea")).text == "TEA"


async def test_a_redefined_helper_is_seen_at_the_next_request(app, define, ask, notebook):
    exec("def greeting(): return 'hello'", notebook.namespace)
    define("GET /greet", "return greeting()")
    assert (await ask(app, "GET /greet")).text == "hello"

    exec("def greeting(): return 'good day'", notebook.namespace)

    assert (await ask(app, "GET /greet")).text == "good day"


async def test_a_changed_path_leaves_nothing_behind(app, define, ask):
    define("GET /before", "return 'one'")

    define("GET /after", "return 'two'")

    assert (await ask(app, "GET /before")).status == 404
    assert (await ask(app, "GET /after")).text == "two"


async def test_a_cell_without_its_line_leaves_nothing_behind(app, define, ask):
    define("GET /x", "return 1")

    with app.cell_run(Cell("a")):
        pass

    assert (await ask(app, "GET /x")).status == 404


async def test_what_a_run_defines_is_live_at_once_beside_what_was_there(app, define, ask):
    define("GET /old", "return 'old'")

    with app.cell_run(Cell("a")):
        app.add_route("/new", lambda request: "new")

        assert (await ask(app, "GET /new")).text == "new"
        assert (await ask(app, "GET /old")).text == "old"
    assert (await ask(app, "GET /old")).status == 404


async def test_a_cell_that_fails_after_defining_changes_nothing(app, define, ask):
    define("GET /x", "return 'old'")

    def failing_run():
        with app.cell_run(Cell("a")):
            app.add_route("/x", lambda request: "new")
            app.add_route("/y", lambda request: "new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_run()

    assert (await ask(app, "GET /x")).text == "old"
    assert (await ask(app, "GET /y")).status == 404


@pytest.mark.parametrize(
    ("line", "body", "message"),
    [
        pytest.param("GET /x", "return value +", "invalid syntax", id="syntax"),
        pytest.param("GET /x", "", "empty", id="empty"),
        pytest.param("GET x", "return 1", "must start with '/', got 'x'", id="no-slash"),
        pytest.param("FETCH /x", "return 1", "unknown method 'FETCH'; expected one of GET, ", id="method"),
        pytest.param(", /x", "return 1", "needs a method", id="no-method"),
        pytest.param("GET /{x:integer}", "return 1", "integer", id="convertor"),
        pytest.param("GET /{x", "return 1", "brace that makes no parameter", id="brace"),
        pytest.param("GET /{1x}", "return 1", "brace that makes no parameter", id="number"),
        pytest.param("GET /{x}/{x}", "return 1", "x at path", id="twice"),
        pytest.param("GET /{class}", "return 1", "{class} is a Python keyword", id="keyword"),
        pytest.param("GET /{request}", "return 1", "hides the request", id="request"),
        pytest.param("GET /{x}", "def f(request, y): pass", "there is: request, x", id="argument"),
    ],
)
async def test_a_cell_that_cannot_become_a_route_leaves_the_old_one_serving(
    app, define, ask, line, body, message
):
    define("GET /x", "return 'old'")

    with pytest.raises(CellError, match=message):
        define(line, body)

    assert len(app.table()) == 1
    assert (await ask(app, "GET /x")).text == "old"


async def test_methods_may_be_written_small(app, define, ask):
    define("get,post /x", "return 1")

    assert (await ask(app, "POST /x")).text == "1"


async def test_the_later_run_of_two_cells_answers(app, define, ask):
    define("GET /x", "return 'a'", "a")
    define("GET /x", "return 'b'", "b")
    assert (await ask(app, "GET /x")).text == "b"

    define("GET /x", "return 'a again'", "a")

    assert (await ask(app, "GET /x")).text == "a again"


async def test_a_shadow_covers_only_its_methods_and_goes_with_its_cell(app, define, ask):
    define("GET,POST /x", "return 'both'", "a")
    define("GET /x", "return 'get'", "b")
    assert (await ask(app, "GET /x")).text == "get"
    assert (await ask(app, "POST /x")).text == "both"
    assert (await ask(app, "PUT /x")).headers["allow"] == "GET, HEAD, POST"

    with app.cell_run(Cell("b")):
        pass

    assert (await ask(app, "GET /x")).text == "both"


async def test_a_cell_that_runs_again_keeps_its_place_in_the_order(app, define, ask):
    define("GET /items/special", "return 'special'", "a")
    define("GET /items/{name}", "return 'any'", "b")

    define("GET /items/special", "return 'special again'", "a")

    assert (await ask(app, "GET /items/special")).text == "special again"


async def test_without_a_cell_id_a_route_replaces_its_equal_only(app, define, ask):
    define("GET /x/{id}", "return 'x'", None)
    define("GET /y", "return 'y'", None)

    define("GET /x/{name}", "return 'x again'", None)

    assert (await ask(app, "GET /x/1")).text == "x again"
    assert (await ask(app, "GET /y")).text == "y"
    assert len(app.table()) == 2


async def test_outside_of_runs_a_route_replaces_its_equal(app, ask):
    app.add_route("/x", lambda request: "one")
    app.add_route("/x", lambda request: "two")

    assert (await ask(app, "GET /x")).text == "two"
    assert len(app.table()) == 1


async def test_decorators_give_back_what_they_decorate(app, ask):
    def handler(request, n: int):
        return {"n": n}

    for method in ("get", "put", "post", "patch", "delete", "options", "head"):
        assert getattr(app, method)(f"/{method}/{{n:int}}")(handler) is handler
        assert (await ask(app, f"{method.upper()} /{method}/3")).status == 200
    assert app.route("/any/{n:int}", methods=["GET", "POST"])(handler) is handler
    assert (await ask(app, "POST /any/3")).json == {"n": 3}


async def test_a_mounted_app_gets_what_lies_below_its_path(app, ask):
    async def other(scope, receive, send):
        await PlainTextResponse(scope["root_path"])(scope, receive, send)

    card = app.mount("/v1", other)

    assert (await ask(app, "GET /v1/items")).text == "/v1"
    assert "mount /v1 → " in repr(card)


async def test_only_apps_can_be_mounted(app):
    with pytest.raises(CellError, match="cannot mount int"):
        app.mount("/v1", 3)


async def test_a_live_app_runs_inside_another(app, define, ask, notebook):
    define("GET /x", "return 'inner'")
    outer = LiveApp(notebook)
    layers = []

    @outer.middleware
    async def note(request, call_next):
        layers.append(request.url.path)
        return await call_next(request)

    outer.mount("/in", app)

    answer = await ask(outer, "GET /in/x")
    assert (answer.text, layers) == ("inner", ["/in/x"])
    assert outer.origin(answer.scope) is outer.definitions[-1].origin


async def test_url_path_for_uses_the_names_that_cells_gave(app, define):
    define("GET /items/{item_id:int}", "return item_id")
    define("GET /named", "return 1", "b", name="special")

    assert app.url_path_for("get_items_item_id", item_id=3) == "/items/3"
    assert app.url_path_for("special") == "/named"


async def test_a_name_that_is_no_identifier_names_the_route_only(app, define):
    card = define("GET /", "return 1", name="the root")

    assert app.url_path_for("the root") == "/"
    assert card.definition.origin.function == "get"


async def test_the_apps_state_outlives_changes(app, define, ask):
    define(
        "GET /count",
        "request.app.state.n = getattr(request.app.state, 'n', 0) + 1\nreturn request.app.state.n",
    )
    await ask(app, "GET /count")

    define("GET /other", "return 1", "b")

    assert (await ask(app, "GET /count")).text == "2"
    assert app.state.n == 2


@pytest.mark.parametrize("what", ["GET /x", "/x", "get_x"])
async def test_remove_takes_away_what_is_called_so(app, define, ask, what):
    define("GET /x", "return 1")

    assert app.remove(what) == ["GET /x"]
    assert (await ask(app, "GET /x")).status == 404


async def test_remove_takes_a_card(app, define):
    card = define("GET /x", "return 1")

    app.remove(card)

    assert len(app.table()) == 0
    with pytest.raises(CellError, match="nothing is called 'GET /x'; there is: nothing"):
        app.remove(card)


async def test_remove_of_what_is_not_there_says_what_is(app, define):
    define("GET /x", "return 1")

    with pytest.raises(CellError, match="nothing is called 'GET /y'; there is: GET /x"):
        app.remove("GET /y")


async def test_reset_takes_everything_away(app, define):
    define("GET /x", "return 1")

    app.reset()

    assert len(app.table()) == 0


async def test_origin_names_the_cell_that_answers(app, define, ask):
    define("GET /x", "return 1")

    answer = await ask(app, "GET /x")

    origin = app.origin(answer.scope)
    assert (origin.cell_id, origin.label, origin.function, origin.lineno) == ("a", "[1]", "get_x", 1)
    assert app.frame_label(origin.filename) == "Cell In[1]"


async def test_origin_of_an_object_is_the_cell_that_added_it(app, ask, notebook):
    def handler(request):
        return 1

    notebook.current = Cell("c", 7, "app.add_route('/x', handler)")
    app.add_route("/x", handler)

    origin = app.origin((await ask(app, "GET /x")).scope)
    assert (origin.label, origin.filename) == ("[7]", __file__)


async def test_what_no_cell_answers_has_no_origin(app, ask):
    assert app.origin((await ask(app, "GET /nowhere")).scope) is None
    assert app.origin({"type": "http"}) is None


async def test_a_definition_of_a_path_in_a_mount_belongs_to_the_mount(app, ask, notebook):
    inner = LiveApp(notebook)
    inner.add_route("/x", lambda request: app.origin(request.scope).function)
    app.mount("/in", inner)

    assert (await ask(app, "GET /in/x")).text == "LiveApp"


async def test_a_request_that_runs_on_replaced_code_is_known(app, define, ask):
    define("GET /x", "return 'one'")
    scope = (await ask(app, "GET /x")).scope
    assert not app.is_replaced(scope)

    define("GET /other", "return 1", "b")
    assert not app.is_replaced(scope)

    define("GET /x", "return 'two'")
    assert app.is_replaced(scope)


async def test_a_socket_gets_its_parameters_and_talks(app, run_as, talk):
    app.define_websocket(
        "/chat/{room}",
        run_as(
            "await websocket.accept()\nasync for text in websocket.iter_text():\n"
            "    await websocket.send_text(f'{room}: {text}')"
        ),
    )

    sent, scope = await talk(app, "/chat/tea", "one", "two")

    assert [message.get("text") for message in sent[1:]] == ["tea: one", "tea: two"]
    assert app.origin(scope).function == "websocket_chat_room"


async def test_a_socket_may_be_a_definition(app, run_as, talk):
    app.define_websocket(
        "/x", run_as("async def x(socket):\n    await socket.accept()\n    await socket.send_text('hi')")
    )

    sent, _ = await talk(app, "/x")

    assert sent[1]["text"] == "hi"


async def test_a_socket_by_decorator(app, talk):
    @app.websocket("/x/{n:int}")
    async def x(websocket, n):
        await websocket.accept()
        await websocket.send_text(str(n))

    assert (await talk(app, "/x/3"))[0][1]["text"] == "3"


async def test_the_lifespan_is_answered(app):
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent = []

    async def receive():
        return next(incoming)

    async def send(message):
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_lines_of_a_traceback_are_the_cells_own(app, define, ask):
    define("GET /boom", "share = 8\nreturn share / 0")

    error = (await ask(app, "GET /boom")).error

    last = traceback.extract_tb(error.__traceback__)[-1]
    assert (last.lineno, last.line, app.frame_label(last.filename)) == (3, "return share / 0", "Cell In[1]")


async def test_an_annotated_argument_gets_the_request(app, ask):
    @app.get("/x/{n}")
    def x(n, asked: Request):
        return f"{n} {asked.method}"

    assert (await ask(app, "GET /x/3")).text == "3 GET"
