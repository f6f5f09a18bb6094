"""What a request leaves behind: its stages, its layers, its routes, its slices and its cell."""

import gc
import weakref

import anyio
import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import Cell
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.web.background import BackgroundTask, BackgroundTasks
from asgi_nb.web.endpoints import HTTPEndpoint
from asgi_nb.web.responses import PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.results import ServerSentEvent

pytestmark = pytest.mark.anyio


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def tapped(app, store):
    """The live app as a server calls it."""
    tap = Tap(app, store, provenance=app)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    return recorded


@pytest.fixture
def fetch(tapped, ask, store):
    """Send one request, and give its exchange."""

    async def request(line):
        await ask(tapped, line)
        return store[-1]

    return request


@pytest.fixture
def wrap(app, run_as):
    """Run a `%%asgi_middleware` cell."""

    def run(body, cell="m", **options):
        with app.cell_run(Cell(cell)):
            return app.define_middleware(run_as(body, cell, magic="%%asgi_middleware"), **options)

    return run


class Adding:
    """A pure ASGI middleware that adds a header on both ways, changes the status and lengthens the body."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def more(message):
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "status": 202, "headers": [*headers, (b"x-up", b"2")]}
            elif message["type"] == "http.response.body":
                message = {**message, "body": message["body"] + b"abc"}
            await send(message)

        await self.app({**scope, "headers": [*scope["headers"], (b"x-down", b"1")]}, receive, more)


# --- stages


async def test_the_stages_of_a_request_are_in_order(define, fetch):
    define("GET /x", "return 'x'")

    timing = (await fetch("GET /x")).timing

    assert [name for name, _ in timing.stages()] == [
        "app_enter",
        "matched",
        "endpoint_start",
        "endpoint_end",
        "response_start",
        "first_byte",
        "response_done",
        "app_exit",
    ]
    assert "endpoint_start" in repr(timing)
    assert "the endpoint began" in timing._repr_html_()


async def test_what_did_not_happen_has_no_time(fetch):
    timing = (await fetch("GET /nowhere")).timing

    assert (timing.matched, timing.endpoint_start, timing.request_done) == (None, None, None)


async def test_the_endpoint_of_a_stream_ends_with_its_stream(define, fetch, app):
    app.notebook.namespace["anyio"] = anyio
    define("GET /x", "for n in range(2):\n    yield str(n)\n    await anyio.sleep(0)")

    timing = (await fetch("GET /x")).timing

    assert timing.response_start < timing.endpoint_end < timing.response_done


async def test_an_endpoint_that_raises_has_ended(define, fetch):
    define("GET /x", "await request.body()\nraise ValueError('tea')")

    exchange = await fetch("GET /x")

    assert exchange.timing.endpoint_end is not None


# --- slices


async def test_a_handler_that_waits_has_slices_with_gaps(define, fetch, app):
    app.notebook.namespace["anyio"] = anyio
    define("GET /x", "for n in range(3):\n    await anyio.sleep(0.001)\nreturn 'x'")

    slices = (await fetch("GET /x")).slices

    assert {one.kind for one in slices} == {"server"}
    assert len(slices) >= 4
    assert slices.waiting > 0


async def test_a_plain_handler_has_one_slice_in_a_thread(define, fetch):
    define("GET /x", "return 'x'")

    # The loop's own step, of making the response, is there only when it was slow.
    assert (await fetch("GET /x")).slices[0].kind == "thread"


@pytest.mark.parametrize("body", ["yield 'a'\nyield 'b'", "import anyio\nyield 'a'\nawait anyio.sleep(0)"])
async def test_the_items_of_a_stream_are_slices(define, fetch, body):
    define("GET /x", body)

    exchange = await fetch("GET /x")

    assert len(exchange.slices) >= 3
    assert exchange.response.status == 200


@pytest.mark.parametrize("waits", [False, True])
async def test_a_stream_that_a_handler_returns_has_slices(app, run_as, fetch, waits):
    async def chunks():
        yield b"a"
        await anyio.sleep(0)
        yield b"b"

    async def handler(request):
        if waits:
            await anyio.sleep(0)
        return StreamingResponse(chunks())

    app.add_route("/x", handler)

    exchange = await fetch("GET /x")
    assert exchange.response.body.data == b"ab"
    assert [run[1] for run in exchange.trace.runs] == ["endpoint", "stream"]
    assert exchange.timing.endpoint_end > exchange.timing.first_byte


async def test_a_class_and_an_app_have_slices_too(app, fetch):
    class Items(HTTPEndpoint):
        async def get(self, request):
            await anyio.sleep(0)
            return PlainTextResponse("x")

    app.add_route("/class", Items)
    app.mount("/app", PlainTextResponse("x"))

    first, second = (await fetch("GET /class")), (await fetch("GET /app/"))

    assert (len(first.slices) >= 2, len(second.slices)) == (True, 1)
    assert (first.spans[-1].name, second.spans[-1].name) == ("Items", "PlainTextResponse")


async def test_a_socket_has_slices(app, run_as, talk, tapped, store):
    body = run_as("await websocket.accept()\nasync for text in websocket.iter_text():\n    pass")
    app.define_websocket("/ws", body)

    await talk(tapped, "/ws", "a", "b")

    assert len(store[-1].slices) >= 1
    assert store[-1].timing.endpoint_end is not None


async def test_a_handler_gives_the_same_with_and_without_a_recorder(define, ask, app, tapped):
    define("GET /x/{n:int}", "await request.body()\nreturn {'n': n}, 201, {'x-a': 'b'}")

    plain, recorded = await ask(app, "GET /x/3"), await ask(tapped, "GET /x/3")

    assert (recorded.status, recorded.headers, recorded.body) == (plain.status, plain.headers, plain.body)


async def test_a_partial_keeps_its_name(app):
    import functools

    async def handler(request, a):
        return a

    app.add_route("/x", functools.partial(handler, a=1))

    assert app.table()[0].name == "partial"


# --- layers


async def test_each_layer_tells_what_it_changed(define, wrap, fetch, app):
    define("GET /x", "return 'x'")
    app.add_middleware(Adding)
    wrap("response = await call_next(request)\nresponse.headers['x-cell'] = 'here'\nreturn response")

    exchange = await fetch("GET /x")
    cell, adding, endpoint = exchange.spans

    assert cell.response.words() == ["added x-cell: here"]
    assert adding.request.words() == ["added x-down: 1"]
    assert adding.response.words()[0] == "status 200 → 202"
    assert "added x-up: 2" in adding.response.words()
    assert [span.kind for span in exchange.spans] == ["middleware", "middleware", "endpoint"]
    assert (endpoint.name, [span.depth for span in exchange.spans]) == ("get_x", [0, 1, 2])


async def test_a_layer_tells_that_it_changed_the_size_of_the_body(define, fetch, app):
    define("GET /x", "return 'x'")
    app.add_middleware(Adding)

    [adding, _] = (await fetch("GET /x")).spans

    assert ("body size", 1, 4) in adding.response.other


async def test_a_layer_that_answers_by_itself_says_so_and_hides_what_is_below(define, wrap, fetch):
    define("GET /x", "return 'x'")
    wrap("return {'error': 'closed'}, 503")

    exchange = await fetch("GET /x")

    [span] = exchange.spans
    assert (span.answered, span.calls, span.title) == (True, 0, "middleware [2]")
    assert exchange.routing[0].reason == "would fit, but a layer before it answered"


async def test_a_layer_that_tries_again_says_how_often(define, wrap, fetch):
    define("GET /x", "return 'x'")
    wrap("await call_next(request)\nreturn await call_next(request)")

    assert (await fetch("GET /x")).spans[0].calls == 2


async def test_a_layer_that_raises_has_changed_nothing(define, wrap, fetch):
    define("GET /x", "return 'x'")
    wrap("await call_next(request)\nraise ValueError('tea')")

    span = (await fetch("GET /x")).spans[0]

    assert (span.error, bool(span.response)) == ("ValueError", False)


async def test_the_time_of_what_lies_below_is_not_a_layers_own(define, wrap, fetch, app):
    app.notebook.namespace["anyio"] = anyio
    define("GET /x", "await anyio.sleep(0.05)\nreturn 'x'")
    wrap("return await call_next(request)")
    app.add_middleware(Adding)

    exchange = await fetch("GET /x")

    assert exchange.spans[-1].self_ns >= 50_000_000
    assert sum(span.self_ns for span in exchange.spans) <= exchange.app_exit_ns


async def test_the_headers_that_a_layer_changed_are_masked(define, wrap, fetch):
    define("GET /x", "return 'x'")
    wrap("response = await call_next(request)\nresponse.headers['set-cookie'] = 'id=s3cret'\nreturn response")

    spans = (await fetch("GET /x")).spans

    assert "s3cret" not in repr(spans) + spans._repr_html_()


async def test_without_layers_there_is_the_endpoint(define, fetch):
    define("GET /x", "return 'x'")

    assert [span.kind for span in (await fetch("GET /x")).spans] == ["endpoint"]


# --- background tasks


async def test_background_tasks_tell_their_time_and_what_they_raised(app, fetch):
    async def note():
        await anyio.sleep(0)

    def fail():
        raise ValueError("no tea")

    async def handler(request):
        tasks = BackgroundTasks([BackgroundTask(note)])
        tasks.add_task(fail)
        return Response("x", background=tasks)

    app.add_route("/x", handler)

    first, second = (await fetch("GET /x")).background_tasks

    assert (first.name.endswith("note"), first.error, first.duration >= 0) == (True, None, True)
    assert second.error == "ValueError: no tea"
    assert "raised ValueError: no tea" in repr(second)


async def test_background_tasks_below_a_function_layer_are_told_too(app, wrap, fetch):
    async def note():
        pass

    async def handler(request):
        return Response("x", background=BackgroundTask(note))

    app.add_route("/x", handler)
    wrap("return await call_next(request)")

    assert len((await fetch("GET /x")).background_tasks) == 1


# --- routes


async def test_each_route_says_why_it_did_not_match(define, fetch, app):
    define("GET /items/{item_id:int}", "return 1", "a")
    define("POST /items/tea", "return 1", "b")
    define("GET /items", "return 1", "c")

    routing = (await fetch("GET /items/tea")).routing

    assert [(one.verdict, one.reason) for one in routing] == [
        ("none", "segment 2: 'tea' is not a whole number (item_id)"),
        ("partial", "method: it answers POST, not GET"),
        ("none", "the path goes on with '/tea'"),
    ]
    assert routing.matched is None
    assert [one.route for one in routing.near] == ["POST /items/tea"]
    assert repr(routing).splitlines()[0].startswith("partial  POST /items/tea")


async def test_the_route_that_answered_is_told_and_those_behind_it(define, fetch):
    define("GET /items/{name}", "return 1", "a")
    define("GET /items/tea", "return 1", "b")

    routing = (await fetch("GET /items/tea")).routing

    assert routing.matched.route == "GET /items/{name}"
    assert routing[1].reason == "would fit too, but GET /items/{name} stands before it"


async def test_a_route_that_is_shadowed_says_by_what(define, fetch):
    define("GET /x", "return 1", "a")
    define("GET /x", "return 2", "b")

    routing = (await fetch("GET /x")).routing

    assert [one.reason for one in routing] == [
        "path and method fit",
        "shadowed by cell [2], which was defined later",
    ]


async def test_the_routes_are_those_of_the_moment(define, fetch):
    exchange = await fetch("GET /x")
    define("GET /x", "return 1")

    assert list(exchange.routing) == []


async def test_an_exchange_keeps_no_endpoint_alive(app, fetch, ask):
    class Model:
        async def __call__(self, scope, receive, send):
            await PlainTextResponse("x")(scope, receive, send)

    model = Model()
    gone = weakref.ref(model)
    app.add_route("/x", model)
    exchange = await fetch("GET /x")
    del model
    app.reset()
    # The last snapshot that knew it goes with the next one but one.
    app.add_route("/y", PlainTextResponse("y"))
    gc.collect()

    assert gone() is None
    assert exchange.routing.matched.route == "* /x"


async def test_an_exchange_shows_why_nothing_answered(define, fetch):
    define("GET /items/{item_id:int}", "return 1")

    shown = (await fetch("GET /items/tea"))._repr_html_()

    assert "<details open><summary" in shown
    assert "is not a whole number (item_id)" in shown


# --- the cell


async def test_an_exchange_knows_the_text_of_its_cell_and_whether_it_has_changed(define, fetch, app):
    define("GET /x", "return 1")
    exchange = await fetch("GET /x")
    then = exchange.origin_state
    define("GET /x", "return 2")
    changed = exchange.origin_state
    app.reset()

    assert exchange.origin.source == "%%asgi_route GET /\nreturn 1"
    assert (then, changed, exchange.origin_state) == ("current", "changed", "gone")


async def test_without_a_cell_nothing_is_known_of_it(fetch):
    assert (await fetch("GET /x")).origin_state == "unknown"


async def test_an_app_inside_of_an_app_has_one_trace(app, notebook, define, fetch):
    inner = LiveApp(notebook)

    async def handler(request):
        return ServerSentEvent("x").data

    inner.add_route("/y", handler)
    app.mount("/in", inner)

    exchange = await fetch("GET /in/y")

    assert exchange.routing.matched.route == "GET /in/y"
    assert exchange.response.text == "x"
