"""Error handlers from cells: what they answer, and how."""

import pytest

from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap

pytestmark = pytest.mark.anyio


@pytest.fixture
def handle(app, run_as):
    """Run a `%%asgi_error` cell."""

    def run(what, body, cell="e"):
        with app.cell_run(Cell(cell)):
            return app.define_error(what, run_as(body, cell, magic=f"%%asgi_error {what}"))

    return run


async def test_a_status_is_answered_with_that_status(app, handle, ask):
    handle("404", 'return {"error": f"no {request.url.path}", "detail": exc.detail}')

    answer = await ask(app, "GET /tea")

    assert (answer.status, answer.json) == (404, {"error": "no /tea", "detail": "Not Found"})


async def test_what_the_exception_says_in_headers_is_kept(app, define, handle, ask):
    define("GET /x", "return 1")
    handle(405, "return 'no'")

    assert (await ask(app, "POST /x")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        pytest.param("return str(exc)", 500, "boom", id="default"),
        pytest.param("return str(exc), 422", 422, "boom", id="own-status"),
        pytest.param("await request.body()\nreturn str(exc), 400", 400, "boom", id="awaits"),
        pytest.param(
            "from asgi_nb.web.responses import PlainTextResponse\nreturn PlainTextResponse('x', 418)",
            418,
            "x",
            id="response",
        ),
        pytest.param("def f(request, exc):\n    return 'f'", 500, "f", id="definition"),
        pytest.param("async def f(request, exc):\n    return 'f'", 500, "f", id="async-definition"),
    ],
)
async def test_an_exception_is_answered_by_its_class(app, define, handle, ask, body, status, text):
    define("GET /", "raise ValueError('boom')")
    handle("ValueError", body)

    answer = await ask(app, "GET /")

    assert (answer.status, answer.text, answer.error) == (status, text, None)


async def test_the_nearest_class_answers(app, define, handle, ask):
    define("GET /", "raise KeyError('x')")
    handle("LookupError", "return 'lookup'", "b")
    assert (await ask(app, "GET /")).text == "lookup"

    handle("KeyError", "return 'key'", "c")
    assert (await ask(app, "GET /")).text == "key"


async def test_a_class_of_the_notebook_is_found_by_its_name(app, notebook, define, handle, ask):
    exec("class Gone(Exception): pass", notebook.namespace)
    define("GET /", "raise Gone('x')")
    handle("Gone", "return 'gone', 410")

    assert (await ask(app, "GET /")).status == 410


async def test_a_class_that_a_cell_defines_anew_is_found_again(app, notebook, define, handle, ask, run_as):
    exec("class Gone(Exception): pass", notebook.namespace)
    define("GET /", "raise Gone('x')")
    handle("Gone", "return 'gone', 410")

    run_as("", "other", magic="class Gone(Exception): pass")
    with app.cell_run():
        exec("class Gone(Exception): pass", notebook.namespace)

    assert (await ask(app, "GET /")).status == 410


async def test_running_the_cell_again_replaces_its_handler(app, define, handle, ask):
    define("GET /", "raise ValueError('boom')")
    handle("ValueError", "return 'old'")
    handle("KeyError", "return 'new'")

    assert (await ask(app, "GET /")).error is not None
    assert [(row.kind, row.name, row.cell) for row in app.table()][1:] == [("error", "KeyError", "[3]")]


async def test_the_later_of_two_handlers_answers_and_the_table_says_so(app, handle, ask):
    handle("404", "return 'first'", "a")

    card = handle("404", "return 'second'", "b")

    assert (await ask(app, "GET /tea")).text == "second"
    assert repr(card) == "error 404 → on_404 (cell [2])\n  shadows error 404 of cell [1]"
    assert [row.shadowed_by for row in app.table()] == ["cell [2]", ""]


async def test_the_decorator_belongs_to_its_cell_as_well(app, run_as, define, ask):
    define("GET /", "raise ValueError('boom')", cell="r")

    def deco():
        @app.exception_handler(ValueError)
        def on_value(request, exc):
            return str(exc), 400

        return on_value

    run_as("", "d", magic="@app.exception_handler(ValueError)")
    with app.cell_run():
        assert deco()(None, ValueError("x")) == ("x", 400)
    assert (await ask(app, "GET /")).status == 400

    with app.cell_run():
        pass
    assert [row.kind for row in app.table()] == ["route"]


async def test_a_handler_of_everything_takes_the_place_of_the_page_with_the_traceback(
    app, define, handle, ask
):
    define("GET /", "1 / 0")
    handle("Exception", "return 'sorry'")

    answer = await ask(app, "GET /")

    assert (answer.status, answer.text) == (500, "sorry")


async def test_what_was_handled_is_in_the_exchange(app, define, handle, ask):
    define("GET /", "raise ValueError('boom')")
    handle("ValueError", "return 'x', 400")
    store = Store()

    await ask(Tap(app, store, provenance=app), "GET /")

    error = store[-1].error
    assert (error.type, error.message, error.handled) == ("ValueError", "boom", True)
    assert (error.frames[-1].label, error.frames[-1].lineno) == ("Cell In[1]", 2)


async def test_a_handler_that_returns_nothing_is_named(app, define, handle, ask):
    define("GET /", "raise ValueError('boom')")
    handle("ValueError", "if False:\n    return 1")

    answer = await ask(app, "GET /")

    assert answer.status == 500
    assert "error handler on_valueerror returned None" in answer.text
    assert "cell [2]" in answer.text


async def test_an_open_websocket_gets_the_exception_itself(app, run_as, handle, talk):
    handle("ValueError", "return 'x'")
    with app.cell_run(Cell("w")):
        app.define_websocket("/w", run_as("await websocket.accept()\nraise ValueError('boom')", "w"))

    sent = []
    with pytest.raises(ValueError, match="boom"):
        await talk(app, "/w", sent=sent)

    assert sent[-1]["code"] == 1011


@pytest.mark.parametrize(
    ("what", "body", "said"),
    [
        pytest.param("200", "return 1", "200 is no status of an error", id="status"),
        pytest.param("Nope", "return 1", "there is no exception 'Nope' in this notebook", id="unknown"),
        pytest.param("int", "return 1", "'int' is no class of exceptions", id="no-exception"),
        pytest.param("KeyboardInterrupt", "return 1", "is no class of exceptions", id="base-exception"),
        pytest.param("404", "x = 1", "the error handler returns nothing", id="no-return"),
        pytest.param("404", "yield 1", "yield is for routes", id="yield"),
        pytest.param("404", "def f(exc): return 1", r"f\(exc\) does not fit", id="arguments"),
        pytest.param("404", "class F: pass", "F is not an error handler", id="class"),
    ],
)
async def test_what_can_be_no_handler_is_refused(app, handle, what, body, said):
    with pytest.raises(CellError, match=said):
        handle(what, body)

    assert len(app.table()) == 0
