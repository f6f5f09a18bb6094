"""Startup and shutdown of cells and of mounted apps, on a real server."""

import threading
from contextlib import asynccontextmanager
from contextvars import ContextVar

import httpx2
import pytest
from fastapi import FastAPI, Request

from asgi_nb.live import lifespans
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.service import start
from asgi_nb.web.applications import App

NOTED = 'events.append("up {0}")\nyield {{"{0}": "{0}"}}\nevents.append("down {0}")'


@pytest.fixture
def events(notebook):
    """What startups and shutdowns have noted."""
    noted = notebook.namespace["events"] = []
    return noted


@pytest.fixture
def serve(app):
    """Serve the live app."""
    running = []

    def start_server():
        running.append(start(app))
        return running[-1]

    yield start_server
    for service in running:
        service.stop()


@pytest.fixture
def lifespan(app, run_as):
    """Run a `%%asgi_lifespan` cell."""

    def run(body, cell="life", **options):
        with app.cell_run(Cell(cell)):
            return app.define_lifespan(run_as(body, cell, magic="%%asgi_lifespan"), **options)

    return run


def get(service, path):
    answer = httpx2.get(service.local_url + path, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json() if "json" in answer.headers["content-type"] else answer.text


def test_startup_and_shutdown_run_with_the_server_on_its_loop(lifespan, serve, define, events):
    define("GET /", "return request.state.made_on")
    lifespan(
        "import threading\nevents.append('up')\nyield {'made_on': threading.current_thread().name}\n"
        "events.append('down')"
    )
    assert events == []

    service = serve()
    assert get(service, "") == "asgi_nb-server"
    service.stop()

    assert events == ["up", "down"]


def test_running_the_cell_again_shuts_the_old_one_down_and_then_starts_the_new(
    lifespan, serve, define, events
):
    define("GET /", "return sorted(request.state._state)")
    lifespan(NOTED.format("old"))
    service = serve()

    lifespan(NOTED.format("new"))

    assert events == ["up old", "down old", "up new"]
    assert get(service, "") == ["new"]


def test_a_lifespan_that_is_defined_while_serving_starts_at_once(lifespan, serve, define):
    define("GET /", "return request.state.pool")
    service = serve()

    card = lifespan("yield {'pool': 1}", name="pool")

    assert get(service, "") == 1
    assert card.headline == "lifespan pool (cell [2])"


def test_a_shutdown_has_the_context_of_who_asks_but_for_what_its_startup_has_set(
    lifespan, serve, notebook, events
):
    cell, own = ContextVar("cell", default=""), ContextVar("own", default="")
    notebook.namespace.update(cell=cell, own=own)
    cell.set("starts")
    own.set("of the cell")
    lifespan(
        "events.append(cell.get())\nown.set('of the startup')\nyield\nevents.extend([cell.get(), own.get()])"
    )
    service = serve()

    cell.set("stops")
    service.stop()

    assert events == ["starts", "stops", "of the startup"]


def test_lifespans_nest_in_the_order_of_their_cells(lifespan, serve, events):
    lifespan(NOTED.format("a"), "a")
    lifespan(NOTED.format("b"), "b")
    service = serve()
    assert events == ["up a", "up b"]
    events.clear()

    lifespan(NOTED.format("a2"), "a")
    assert events == ["down b", "down a", "up a2", "up b"]
    events.clear()

    lifespan(NOTED.format("b2"), "b")
    assert events == ["down b", "up b2"]
    events.clear()
    service.stop()

    assert events == ["down b2", "down a2"]


def test_an_error_in_startup_shows_in_the_cell_and_the_old_one_runs_again(lifespan, serve, define, events):
    define("GET /", "return sorted(request.state._state)")
    lifespan(NOTED.format("old"))
    service = serve()

    with pytest.raises(CellError) as raised:
        lifespan("events.append('try')\n1 / 0\nyield")

    assert str(raised.value) == (
        "the startup of lifespan (cell [3]) failed: ZeroDivisionError: division by zero (Cell In[3], line 3)"
        "; lifespan (cell [2]) had been shut down, and was started again"
    )
    assert isinstance(raised.value.__cause__.__cause__.__cause__, ZeroDivisionError)
    assert events == ["up old", "down old", "try", "up old"]
    assert get(service, "") == ["old"]
    assert [row.cell for row in app_rows(service)] == ["[1]", "[2]"]


def app_rows(service):
    return service.app.table()


def test_a_first_startup_that_fails_while_serving_changes_nothing(lifespan, serve):
    service = serve()

    with pytest.raises(CellError, match=r"the startup of lifespan .* failed: SystemExit: 3") as raised:
        lifespan("raise SystemExit(3)\nyield")

    assert "shut down" not in str(raised.value)
    assert len(app_rows(service)) == 0
    assert service.running


def test_an_error_that_keeps_the_old_one_from_starting_again_is_told(lifespan, serve):
    lifespan("global tries\ntries = globals().get('tries', 0) + 1\nassert tries < 2, 'once only'\nyield")
    serve()

    with pytest.raises(
        CellError, match=r"failed: ZeroDivisionError.* had been shut down, and failed again: .*once"
    ):
        lifespan("1 / 0\nyield")


def test_a_server_does_not_start_with_a_startup_that_fails(lifespan, serve):
    lifespan("1 / 0\nyield")

    with pytest.raises(
        ServiceError, match=r"lifespan .*ZeroDivisionError: division by zero .Cell In.1., line 2"
    ):
        serve()


def test_what_has_started_is_shut_down_when_a_later_startup_fails(lifespan, serve, events):
    lifespan(NOTED.format("a"), "a")
    lifespan("1 / 0\nyield", "b")

    with pytest.raises(ServiceError):
        serve()

    assert events == ["up a", "down a"]


def test_a_startup_that_hangs_is_given_up(lifespan, serve, monkeypatch):
    monkeypatch.setattr(lifespans, "START_TIMEOUT", 0.1)
    service = serve()

    with pytest.raises(CellError, match=r"lifespan .* was not ready within 0\.1 s"):
        lifespan("import anyio\nawait anyio.sleep_forever()\nyield")

    assert service.running


def test_a_shutdown_that_hangs_is_cancelled_and_told(lifespan, serve, monkeypatch, events):
    monkeypatch.setattr(lifespans, "STOP_TIMEOUT", 0.1)
    lifespan("import anyio\nyield\nawait anyio.sleep_forever()")
    serve()

    card = lifespan(NOTED.format("new"))

    assert "did not shut down within 0.1 s: cancelled" in repr(card)
    assert events == ["up new"]


def test_a_shutdown_that_raises_is_told_and_the_new_one_runs(lifespan, serve, events):
    lifespan("yield\n1 / 0")
    serve()

    card = lifespan(NOTED.format("new"))

    assert "the shutdown of lifespan (cell [1]) failed: ZeroDivisionError" in repr(card)
    assert events == ["up new"]


def test_a_line_that_is_gone_shuts_its_lifespan_down(app, run_as, serve, events):
    async def pool(app):
        events.append("up")
        yield
        events.append("down")

    run_as("", "a", magic="app.lifespan(pool)")
    with app.cell_run():
        app.lifespan(pool)
    serve()
    assert events == ["up"]

    with app.cell_run():
        pass

    assert events == ["up", "down"]


def test_a_failing_cell_takes_its_lifespan_back(app, run_as, serve, lifespan, events):
    serve()
    run_as("", "b", magic="1 / 0")

    def run_cell():
        with app.cell_run():
            app.define_lifespan(NOTED.format("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_cell()

    assert events == ["up a", "down a"]


def test_a_shutdown_that_fails_at_the_end_of_a_cell_is_a_warning(app, run_as, serve, lifespan):
    lifespan("yield\n1 / 0", "a")
    serve()
    run_as("", "a", magic="1")

    with (
        pytest.warns(RuntimeWarning, match="shutdown of lifespan .* failed: ZeroDivisionError"),
        app.cell_run(),
    ):
        pass


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("pool = 1", "the lifespan has no yield", id="no-yield"),
        pytest.param("", "the cell is empty below its first line", id="empty"),
        pytest.param("yield\nreturn 1", "'return' with value in async generator", id="return"),
        pytest.param("def pool(a, b):\n    yield", r"lifespan pool\(a, b\) does not fit", id="arguments"),
        pytest.param("async def pool(app):\n    pass", "lifespan pool never yields", id="coroutine"),
    ],
)
def test_what_can_be_no_lifespan_is_refused(lifespan, body, said):
    with pytest.raises(CellError, match=said):
        lifespan(body)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("async def f(app):\n    yield {'x': app.state.word}", id="async-generator"),
        pytest.param("def f(app):\n    yield {'x': app.state.word}", id="generator"),
        pytest.param("def f():\n    yield {'x': 'tea'}", id="no-argument"),
        pytest.param(
            "import contextlib\n@contextlib.asynccontextmanager\nasync def f(app):\n    yield {'x': 'tea'}",
            id="context-manager",
        ),
        pytest.param(
            "class F:\n    def __init__(self, app): pass\n"
            "    async def __aenter__(self): return {'x': 'tea'}\n"
            "    async def __aexit__(self, *error): pass",
            id="class",
        ),
    ],
)
def test_a_definition_may_be_any_kind_of_lifespan(app, lifespan, serve, define, source):
    app.state.word = "tea"
    define("GET /", "return request.state.x")
    lifespan(source)

    assert get(serve(), "") == "tea"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("yield 3", "yielded int; expected a dict", id="no-dict"),
        pytest.param("def f(app):\n    return 3", "gave int; expected a function", id="no-context-manager"),
    ],
)
def test_what_turns_out_to_be_no_lifespan_is_an_error_in_the_cell(lifespan, serve, body, said):
    serve()

    with pytest.raises(CellError, match=said):
        lifespan(body)


def test_each_server_has_its_own_run(lifespan, serve, events):
    lifespan(NOTED.format("a"))
    first, _ = serve(), serve()
    assert events == ["up a", "up a"]

    lifespan(NOTED.format("b"))
    assert sorted(events[2:]) == ["down a", "down a", "up b", "up b"]
    first.stop()

    assert events[6:] == ["down b"]


def test_a_startup_prints_under_the_cell_that_ran_it(lifespan, serve, notebook):
    notebook.namespace["where"] = where = ContextVar("where", default="elsewhere")
    notebook.namespace["seen"] = seen = []
    serve()
    where.set("this cell")

    lifespan("seen.append(where.get())\nyield")

    assert seen == ["this cell"]


# Mounted apps.


def api(events, name, fails=False):
    @asynccontextmanager
    async def lifespan(app):
        if fails:
            raise RuntimeError("no database")
        events.append(f"up {name}")
        yield {"who": name}
        events.append(f"down {name}")

    made = FastAPI(lifespan=lifespan)

    @made.get("/who")
    def who(request: Request):
        return request.state.who

    return made


@pytest.fixture
def mount(app, run_as):
    """Run a cell that mounts an app."""

    def run(path, what, cell="m"):
        run_as("", cell, magic="%asgi_mount")
        with app.cell_run():
            return app.mount(path, what)

    return run


def test_an_app_that_is_mounted_while_serving_starts_at_once_and_ends_when_it_is_gone(
    app, mount, serve, events
):
    service = serve()

    mount("/v1", api(events, "a"))
    assert events == ["up a"]
    assert get(service, "v1/who") == "a"

    mount("/v1", api(events, "b"))
    # The new one is ready before the old one goes: no request finds neither.
    assert events == ["up a", "up b", "down a"]
    assert get(service, "v1/who") == "b"

    app.remove("/v1")
    assert events[3:] == ["down b"]


def test_an_app_whose_startup_fails_is_not_mounted(mount, serve, events):
    service = serve()
    mount("/v1", api(events, "a"))

    with pytest.raises(
        CellError, match="the startup of the app mounted at /v1 failed: RuntimeError: no database"
    ):
        mount("/v1", api(events, "b", fails=True))

    assert get(service, "v1/who") == "a"
    assert events == ["up a"]


def test_the_same_app_mounted_anew_runs_on(mount, serve, events):
    service = serve()
    one = api(events, "a")
    mount("/v1", one)

    mount("/v2", one)

    assert events == ["up a"]
    assert get(service, "v2/who") == "a"


def test_an_app_mounted_twice_starts_once(mount, serve, events):
    one = api(events, "a")
    mount("/v1", one, "x")
    mount("/v2", one, "y")
    service = serve()
    assert events == ["up a"]
    assert (get(service, "v1/who"), get(service, "v2/who")) == ("a", "a")

    service.stop()

    assert events == ["up a", "down a"]


def test_a_mounted_app_has_what_the_lifespans_of_cells_put_into_the_state(lifespan, mount, serve):
    lifespan("yield {'pool': 7}")
    inner = FastAPI()

    @inner.get("/")
    def pool(request: Request):
        return request.state.pool

    mount("/v1", inner)

    assert get(serve(), "v1/") == 7


def test_an_app_that_a_cell_starts_itself_is_not_started_twice(notebook, lifespan, mount, serve, events):
    @asynccontextmanager
    async def up(app):
        events.append("up")
        yield

    notebook.namespace["inner"] = inner = App(lifespan=up)
    lifespan("async with inner.router.lifespan_context(inner) as state:\n    yield state")
    mount("/v1", inner)

    serve()

    assert events == ["up"]


def test_a_handler_may_mount_an_app_on_the_servers_own_loop(app, define, serve, notebook):
    started = threading.Event()

    class Events(list):
        def append(self, word):
            super().append(word)
            started.set()

    notebook.namespace.update(app=app, api=api(Events(), "a"))
    define("POST /mount", "await request.body()\napp.mount('/v1', api)\nreturn 'done'")
    service = serve()

    assert httpx2.post(service.local_url + "mount", timeout=10).text == "done"

    assert started.wait(10)
