"""Who asks for a route that is not there is told of the cell that should have defined it."""

import pytest

from asgi_nb.live.attempts import LIMIT, Attempts
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap

pytestmark = pytest.mark.anyio


@pytest.fixture
def hints(app, ask):
    """Ask for something, and give the hints of its exchange."""
    store = Store()
    tap = Tap(app, store, provenance=app)

    async def request(line):
        await ask(lambda *call: tap(*call), line)
        return store[-1].routing.hints

    return request


@pytest.fixture
def run_cell(app, run_as):
    """Run a `%%asgi_route` cell as the extension does."""

    def run(line, body, cell="a"):
        method, path = line.split()
        source = run_as(body, cell, magic=f"%%asgi_route {line}")
        with app.cell_run(app.notebook.current):
            app.define_route(method, path, source)

    return run


async def test_a_cell_with_a_mistake_is_named(run_cell, hints):
    with pytest.raises(CellError):
        run_cell("GET /tea", "return (")

    assert await hints("GET /tea") == [
        "Cell In[1] defines GET /tea, but it failed: CellError: invalid syntax: '(' was never closed"
    ]
    assert await hints("GET /coffee") == []


async def test_a_cell_that_was_mended_is_not_named_any_more(run_cell, hints):
    with pytest.raises(CellError):
        run_cell("GET /tea", "return (")
    run_cell("GET /coffee", "return 1")

    assert await hints("GET /tea") == []


async def test_what_an_ordinary_cell_had_defined_before_it_failed_is_named_once(app, notebook, hints):
    notebook.current = Cell("b", 7, "app.add_route(...)")

    def define_and_fail():
        app.add_route("/tea", lambda request: "tea")
        return 1 / 0

    with pytest.raises(ZeroDivisionError), app.cell_run(notebook.current):
        define_and_fail()

    assert await hints("GET /tea") == [
        "cell [7] defines GET /tea, but it failed: ZeroDivisionError: division by zero"
    ]


async def test_a_route_that_was_taken_away_is_named(run_cell, app, hints):
    run_cell("GET /tea", "return 1")
    run_cell("GET /coffee", "return 1")

    assert await hints("GET /tea") == [
        "cell [1] defines GET /tea, but that is there no longer: it was replaced or taken away"
    ]
    run_cell("GET /tea", "return 1", "b")
    assert await hints("GET /tea") == []


async def test_a_route_that_answers_needs_no_hints(run_cell, hints):
    run_cell("GET /{name}", "return 1")
    with pytest.raises(CellError):
        run_cell("GET /tea", "return (", "b")

    assert await hints("GET /tea") == []


async def test_a_socket_that_failed_is_named(app, run_as, hints):
    run_as("", "a", magic="%%asgi_websocket /chat")
    with pytest.raises(ValueError, match="x"), app.cell_run(app.notebook.current):
        raise ValueError("x")

    [attempt] = app._attempts
    assert (attempt.title, attempt.kind) == ("websocket /chat", "websocket")


async def test_attempts_are_bounded():
    attempts = Attempts()
    for number in range(LIMIT + 5):
        cell = Cell(str(number), number)
        attempts.end(cell, f"%%asgi_route GET /{number}", ValueError("x"), ())

    assert next(iter(attempts)).path == "/5"
    assert len(list(attempts)) == LIMIT


@pytest.mark.parametrize("line", ["%%asgi_route", "%%asgi_route GET", "x = 1", "%%asgi_middleware"])
async def test_a_cell_that_names_no_route_leaves_nothing(line):
    attempts = Attempts()
    attempts.end(Cell("a", 1), line, ValueError("x"), ())

    assert list(attempts) == []
