"""A request ends in the snapshot it began in, whatever the cells do meanwhile."""

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

from asgi_nb.live.notebook import Cell


@pytest.fixture
def gate(notebook):
    """Events for handlers to stop at: `entered` and `release`."""
    notebook.namespace |= {"entered": anyio.Event(), "release": anyio.Event()}
    return notebook.namespace


@pytest.mark.anyio
async def test_a_request_in_flight_finishes_on_the_old_code(app, define, ask, gate):
    define("GET /x", "entered.set()\nawait release.wait()\nreturn 'old'")
    answers = []

    async def first():
        answers.append((await ask(app, "GET /x")).text)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await gate["entered"].wait()
        define("GET /x", "return 'new'")
        answers.append((await ask(app, "GET /x")).text)
        gate["release"].set()

    assert answers == ["new", "old"]


@pytest.mark.anyio
async def test_a_request_that_waits_in_a_middleware_still_reaches_the_old_route_and_layers(
    app, define, ask, gate, run_as
):
    define("GET /x", "return request.scope.get('inner', 'none')")

    class Inner:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            scope["inner"] = "inner"
            await self.app(scope, receive, send)

    inner = app.add_middleware(Inner)
    app.define_middleware(
        run_as("entered.set()\nawait release.wait()\nreturn await call_next(request)", "outer")
    )
    answers = []

    async def first():
        answers.append((await ask(app, "GET /x")).text)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await gate["entered"].wait()
        app.remove(inner)
        define("GET /x", "return 'new'")
        gate["release"].set()

    assert answers == ["inner"]
    assert (await ask(app, "GET /x")).text == "new"


@pytest.mark.anyio
async def test_1000_redefinitions_while_requests_run_lose_none(app, define, ask):
    define("GET /x/{n:int}", "await request.body()\nreturn 0")
    current = 0
    wrong = []
    asked = 0

    async def keep_asking(done):
        nonlocal asked
        while not done.is_set():
            low = current
            answer = await ask(app, "GET /x/3")
            asked += 1
            if answer.status != 200 or not low <= answer.json <= current:
                wrong.append((low, answer.text, current))
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        done = anyio.Event()
        for _ in range(4):
            tasks.start_soon(keep_asking, done)
        for number in range(1, 1001):
            define("GET /x/{n:int}", f"await request.body()\nreturn {number}")
            current = number
            await anyio.lowlevel.checkpoint()
        done.set()

    assert wrong == []
    assert asked >= 1000


def test_cells_redefine_from_one_thread_while_another_serves(app, define, ask):
    define("GET /x", "return 'x'")
    bad = []

    async def keep_asking(done):
        while not done.is_set():
            answer = await ask(app, "GET /x")
            if answer.status != 200:
                bad.append(answer.text)
            await anyio.lowlevel.checkpoint()
        return "stopped"

    with anyio.from_thread.start_blocking_portal() as portal:
        done = portal.call(anyio.Event)
        asking = portal.start_task_soon(keep_asking, done)
        for number in range(300):
            define("GET /x", f"return {number}")
            define(f"GET /other/{number}", "return 1", "b")
        portal.call(done.set)
        assert asking.result(timeout=10) == "stopped"

    assert bad == []


def test_what_did_not_change_is_not_built_again(app, define):
    kept = define("GET /kept", "return 1", "a").definition.built
    layer = app.add_middleware(lambda app: app).definition.built

    define("GET /new", "return 1", "b")

    assert app.routes[0] is kept
    assert app.definitions[1].built is layer


def test_the_router_looks_only_at_the_routes_that_changed(app, define):
    for number in range(5):
        define(f"GET /kept/{number}/{{x}}", "return 1", f"cell {number}")
    before = app._snapshot.app.router._table.entries

    define("GET /new/{x}", "return 1", "cell 2")

    after = app._snapshot.app.router._table.entries
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, False, True, True]


def test_a_run_that_defines_the_same_again_leaves_no_old_routes_behind(app, define):
    for _ in range(3):
        define("GET /x", "return 1")

    assert len(app.routes) == 1


def test_runs_inside_runs_end_on_their_own(app):
    with app.cell_run(Cell("outer")):
        app.add_route("/before", lambda request: 1)
        with app.cell_run(Cell("inner")):
            app.add_route("/inside", lambda request: 1)
        app.add_route("/after", lambda request: 1)

    assert [(one.path, one.owner) for one in app.definitions] == [
        ("/before", "outer"),
        ("/after", "outer"),
        ("/inside", "inner"),
    ]


def test_a_run_inside_a_run_of_the_same_cell_is_a_part_of_it(app):
    with app.cell_run(Cell("a")):
        app.add_route("/before", lambda request: 1)
        with app.cell_run(Cell("a")):
            app.add_route("/inside", lambda request: 1)

    assert [one.path for one in app.definitions] == ["/before", "/inside"]
