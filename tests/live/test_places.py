"""Where endpoints run, with an event loop in a thread that stands for the kernel's."""

import asyncio
import re
import threading
from contextvars import ContextVar

import pytest

from asgi_nb.live import places
from asgi_nb.live.app import LiveApp
from asgi_nb.live.errors import CellError
from asgi_nb.live.places import place_endpoint
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap


@pytest.fixture
def anyio_backend():
    """Kernels run asyncio."""
    return "asyncio"


@pytest.fixture
def kernel_loop(notebook):
    """A loop that runs in a thread of its own, as the notebook's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="kernel", daemon=True)
    thread.start()
    notebook.loop = loop
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    # What was cancelled or refused last has a step to go.
    if left := asyncio.all_tasks(loop):
        loop.run_until_complete(asyncio.wait(left))
    loop.close()


@pytest.fixture
def busy_kernel(kernel_loop):
    """The kernel runs a cell until the test is over."""
    entered, done = threading.Event(), threading.Event()
    kernel_loop.call_soon_threadsafe(lambda: (entered.set(), done.wait(15)))
    assert entered.wait(10)
    yield done
    done.set()


def thread_name():
    return threading.current_thread().name


async def in_coroutine(request):
    return thread_name()


def in_function(request):
    return thread_name()


def in_generator(request):
    yield thread_name()


async def in_async_generator(request):
    yield thread_name()


class Endpoint:
    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": thread_name().encode()})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("endpoint", "on", "thread"),
    [
        pytest.param(in_coroutine, None, "MainThread", id="coroutine"),
        pytest.param(in_coroutine, "kernel", "kernel", id="coroutine-on-kernel"),
        pytest.param(in_function, None, "AnyIO worker thread", id="function"),
        pytest.param(in_function, "thread", "AnyIO worker thread", id="function-in-thread"),
        pytest.param(in_function, "server", "MainThread", id="function-on-server"),
        pytest.param(in_function, "kernel", "kernel", id="function-on-kernel"),
        pytest.param(in_generator, None, "AnyIO worker thread", id="generator"),
        pytest.param(in_generator, "server", "MainThread", id="generator-on-server"),
        pytest.param(in_generator, "kernel", "kernel", id="generator-on-kernel"),
        pytest.param(in_async_generator, "kernel", "kernel", id="async-generator-on-kernel"),
        pytest.param(Endpoint(), "kernel", "kernel", id="app-on-kernel"),
    ],
)
async def test_an_endpoint_runs_where_it_was_asked_to(app, kernel_loop, ask, endpoint, on, thread):
    app.add_route("/", endpoint, on=on)

    assert (await ask(app, "GET /")).text == thread


@pytest.mark.anyio
async def test_path_parameters_and_options_reach_a_function_on_the_kernels_loop(app, kernel_loop, ask):
    @app.get("/items/{n:int}", on="kernel", name="item")
    def item(n, request):
        return {"n": n, "q": request.query_params["q"]}

    assert (await ask(app, "GET /items/3?q=tea")).json == {"n": 3, "q": "tea"}
    assert app.url_path_for("item", n=3) == "/items/3"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            {"on": "moon"}, "unknown place 'moon'; expected one of server, thread, kernel", id="unknown"
        ),
        pytest.param({"on": "thread"}, "cannot run in a worker thread: it awaits", id="async-in-thread"),
        pytest.param({"pickup": 3.0}, "needs on='kernel'", id="pickup-elsewhere"),
        pytest.param({"on": "kernel", "pickup": 0.0}, "more than 0 seconds, got 0", id="no-time"),
    ],
)
def test_a_place_that_cannot_be_is_refused_and_changes_nothing(app, kernel_loop, options, said):
    with pytest.raises(CellError, match=said):
        app.add_route("/", in_coroutine, **options)

    assert app.routes == []


def test_a_cell_that_awaits_cannot_run_in_a_thread(define):
    with pytest.raises(CellError, match="get cannot run in a worker thread: it awaits"):
        define("GET /", "await request.body()", on="thread")


def test_a_socket_cannot_run_in_a_thread(app):
    with pytest.raises(CellError, match="a WebSocket is awaited"):
        app.add_websocket_route("/", in_coroutine, on="thread")


def test_an_app_cannot_run_in_a_thread(app):
    with pytest.raises(CellError, match="Endpoint cannot run in a worker thread: it is no function"):
        app.add_route("/", Endpoint(), on="thread")


def test_without_a_kernel_there_is_no_kernels_loop(app):
    with pytest.raises(CellError, match="needs the event loop of a Jupyter kernel, and there is none"):
        app.add_route("/", in_coroutine, on="kernel")


def test_the_table_and_the_card_say_what_runs_on_the_kernels_loop(app, kernel_loop):
    app.add_route("/server", in_coroutine)
    assert "on" not in repr(app.table()).splitlines()[0].split()

    card = app.add_route("/kernel", in_function, on="kernel")

    assert [row.on for row in app.table()] == ["server", "kernel"]
    assert "runs on the kernel's loop, and waits while a cell runs" in repr(card)


@pytest.mark.parametrize(
    ("target", "place"), [(in_coroutine, "server"), (in_function, "thread"), (Endpoint, "server")]
)
def test_by_default_nothing_is_wrapped(target, place):
    assert place_endpoint(target, None) == (target, place)


@pytest.mark.anyio
async def test_context_variables_cross_over(app, kernel_loop, ask):
    user = ContextVar("user", default="nobody")

    async def read(request):
        return user.get()

    app.add_route("/", read, on="kernel")
    user.set("ada")

    assert (await ask(app, "GET /")).text == "ada"


@pytest.mark.anyio
async def test_what_a_handler_raises_leaves_the_app_with_its_frames(app, kernel_loop, ask):
    async def fail(request):
        raise ValueError("no tea")

    app.add_route("/", fail, on="kernel")

    answer = await ask(app, "GET /")

    assert answer.status == 500
    assert isinstance(answer.error, ValueError)
    assert 'raise ValueError("no tea")' in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize("leave", [SystemExit, KeyboardInterrupt])
async def test_an_exit_does_not_reach_the_kernels_loop(app, kernel_loop, ask, leave):
    def exits(request):
        raise leave

    app.add_route("/exits", exits, on="kernel")
    app.add_route("/alive", in_function, on="kernel")

    answer = await ask(app, "GET /exits")

    assert f"the handler raised {leave.__name__} on the kernel's loop" in answer.text
    assert (await ask(app, "GET /alive")).text == "kernel"


@pytest.mark.anyio
async def test_a_kernel_that_stays_busy_is_a_503_and_the_handler_never_runs(
    app, busy_kernel, kernel_loop, ask
):
    ran = []
    app.add_route("/", lambda request: ran.append(1), on="kernel", pickup=0.05)

    answer = await ask(app, "GET /")
    busy_kernel.set()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asyncio.sleep(0), kernel_loop))

    assert (answer.status, answer.headers["retry-after"], ran) == (503, "1", [])
    assert "the kernel was running a cell for 0.05 s" in answer.text


@pytest.mark.anyio
async def test_an_exchange_is_queued_until_the_kernel_begins(app, busy_kernel, ask):
    app.add_route("/", in_function, on="kernel", pickup=15)
    store = Store()
    states = []
    watch = store.watch(lambda: None)

    asking = asyncio.create_task(ask(Tap(app, store), "GET /"))
    while not len(store) or store[-1].state == "open":
        await asyncio.sleep(0)
    states.append(store[-1].state)
    busy_kernel.set()
    answer = await asking
    states.append(store[-1].state)

    assert (states, answer.text) == (["queued", "done"], "kernel")
    assert watch.take() == [1]


@pytest.mark.anyio
async def test_a_socket_that_waits_too_long_is_accepted_and_closed_with_1013(app, busy_kernel, talk):
    async def socket(websocket):
        await websocket.accept()

    app.add_websocket_route("/", socket, on="kernel", pickup=0.05)

    incoming = [{"type": "websocket.connect"}]
    sent = []

    async def receive():
        if not incoming:
            await asyncio.Event().wait()
        return incoming.pop()

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/",
        "root_path": "",
        "headers": [],
        "query_string": b"",
        "subprotocols": ["chat"],
    }
    await app(scope, receive, send)

    assert sent[0] == {"type": "websocket.accept", "subprotocol": "chat"}
    assert (sent[1]["type"], sent[1]["code"]) == ("websocket.close", 1013)
    assert len(sent[1]["reason"].encode()) <= 123


@pytest.mark.anyio
async def test_a_body_that_comes_while_the_request_waits_is_not_lost(app, busy_kernel, ask):
    async def echo(request):
        return await request.body()

    app.add_route("/", echo, methods=["POST"], on="kernel", pickup=15)

    asking = asyncio.create_task(ask(app, "POST /", b"tea"))
    for _ in range(10):
        await asyncio.sleep(0)
    busy_kernel.set()

    assert (await asking).text == "tea"


@pytest.mark.anyio
async def test_cancelling_the_request_cancels_the_handler(app, kernel_loop, ask):
    begun, cancelled = threading.Event(), threading.Event()

    async def held(request):
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    app.add_route("/", held, on="kernel")

    asking = asyncio.create_task(ask(app, "GET /"))
    await asyncio.to_thread(begun.wait, 10)
    asking.cancel()

    assert await asyncio.to_thread(cancelled.wait, 10)


@pytest.mark.anyio
async def test_on_the_kernels_loop_itself_nothing_is_handed_over(app, notebook, ask):
    notebook.loop = asyncio.get_running_loop()
    app.add_route("/", in_function, on="kernel", pickup=0.001)

    assert (await ask(app, "GET /")).text == "MainThread"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("on", "advice"),
    [
        pytest.param(None, "this Queue was first awaited in a cell.*--on kernel", id="elsewhere"),
        pytest.param(
            "kernel", "this Queue was first awaited on the server's loop.*--on server", id="on-kernel"
        ),
    ],
)
async def test_an_object_of_another_loop_says_where_to_run(app, kernel_loop, ask, on, advice):
    queue = asyncio.Queue()

    async def bind():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.get(), 0.01)

    async def use(request):
        return await queue.get()

    if on is None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(bind(), kernel_loop))
    else:
        await bind()
    app.add_route("/", use, on=on)

    answer = await ask(app, "GET /")

    assert answer.status == 500
    assert any(re.search(advice, note) for note in answer.error.__notes__)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("make", "body", "words"),
    [
        pytest.param(asyncio.Queue, "await thing.get()", "thing, a Queue,", id="queue"),
        pytest.param(asyncio.Event, "await thing.wait()", "thing, a Event,", id="event"),
        pytest.param(asyncio.Future, "await thing", "thing, a Future,", id="future"),
        pytest.param(None, "await thing.acquire()", "thing, a Pool,", id="pool"),
    ],
)
async def test_an_object_of_another_loop_is_named(app, notebook, kernel_loop, define, ask, make, body, words):
    class Pool:
        """Keeps its loop as the pools of database drivers do, and a future of it."""

        def __init__(self):
            self._loop = asyncio.get_running_loop()
            self.free = self._loop.create_future()

        async def acquire(self):
            return await self.free

    async def bind():
        thing = (make or Pool)()
        if make in (asyncio.Queue, asyncio.Event):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(thing.get() if make is asyncio.Queue else thing.wait(), 0.01)
        return thing

    notebook.loop = kernel_loop
    bound = asyncio.run_coroutine_threadsafe(bind(), kernel_loop)
    notebook.namespace["thing"] = await asyncio.wrap_future(bound)
    define("GET /", f"return {body}")

    answer = await ask(app, "GET /")

    assert answer.status == 500
    assert f"{words} was first awaited in a cell, on the kernel's loop" in answer.text
    assert "--on kernel" in answer.text
    assert "make it in a %%asgi_lifespan cell" in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_server_on_another_kind_of_loop_is_told_so(app, kernel_loop, ask, anyio_backend):
    app.add_route("/", in_function, on="kernel")

    answer = await ask(app, "GET /")

    assert "needs a server that runs on asyncio" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "waits"),
    [
        ("GET", "/kernel/3", True),
        ("POST", "/kernel/3", False),
        ("GET", "/server", False),
        ("GET", "/x", False),
    ],
)
def test_the_app_knows_which_requests_wait_for_the_kernel(notebook, kernel_loop, method, path, waits):
    app = LiveApp(notebook)
    app.add_route("/kernel/{n}", in_function, on="kernel")
    app.add_route("/server", in_function)

    assert app.waits_for_kernel(method, path) is waits


async def receives_in_turn(*messages):
    """Have the app receive just as the watch for the client's leaving waits for the same message."""
    ready = asyncio.Event()
    left = list(messages)

    async def receive():
        await ready.wait()
        return left.pop(0)

    early = places._EarlyReceive(receive)
    watching = asyncio.ensure_future(early.client_left())
    await asyncio.sleep(0)
    taken = asyncio.ensure_future(early.receive())
    await asyncio.sleep(0)
    ready.set()
    got = [await taken, *[await early.receive() for _ in messages[1:]]]
    await asyncio.wait_for(watching, 5)
    return got


def test_a_message_that_the_app_takes_from_the_watch_comes_once():
    messages = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]

    assert asyncio.run(receives_in_turn(*messages)) == messages
