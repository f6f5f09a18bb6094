"""The client leaves at every point: the app ends, and what it had open is closed."""

from contextlib import aclosing

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.requests import ClientDisconnect
from asgi_nb.web.responses import FileResponse, PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Mount, Route

pytestmark = pytest.mark.anyio

SPECS = ["2.0", "2.3", "2.4", "2.5"]


async def pass_on(request, call_next):
    return await call_next(request)


async def relay(request, call_next):
    response = await call_next(request)
    response.body_iterator = relayed(response.body_iterator)
    return response


async def relayed(chunks):
    async for chunk in chunks:
        yield chunk


function = Middleware(BaseHTTPMiddleware, dispatch=pass_on)
MIDDLEWARE = {
    "plain": [],
    "function": [function],
    "relay": [Middleware(BaseHTTPMiddleware, dispatch=relay)],
    "gzip": [Middleware(GZipMiddleware)],
    "all": [function, Middleware(GZipMiddleware), Middleware(CORSMiddleware, allow_origins=["*"]), function],
}


class Kitchen:
    """Endpoints that note what was begun and what was closed."""

    def __init__(self, directory):
        self.path = directory / "large.bin"
        self.path.write_bytes(bytes(300_000))
        self.open = 0
        self.closed = 0
        self.cleaned = 0

    def routes(self):
        return [
            Route("/whole", self.whole),
            Route("/stream", self.stream, methods=["GET", "POST"]),
            Route("/generator", self.generator),
            Route("/thread", self.thread),
            Route("/silent", self.silent),
            Route("/echo", self.echo, methods=["POST"]),
            Route("/file", self.file),
        ]

    async def ticks(self, count=10):
        self.open += 1
        try:
            for number in range(count):
                yield f"{number};"
        finally:
            # Cleaning up may take a wait of its own.
            await anyio.lowlevel.checkpoint()
            self.closed += 1

    def plain_ticks(self):
        self.open += 1
        try:
            for number in range(10):
                yield f"{number};"
        finally:
            self.closed += 1

    async def whole(self, request):
        return PlainTextResponse("whole")

    async def stream(self, request):
        return StreamingResponse(self.ticks())

    def generator(self, request):
        return self.ticks()

    async def thread(self, request):
        return StreamingResponse(self.plain_ticks())

    async def silent(self, request):
        async def wait():
            self.open += 1
            try:
                yield b"once"
                await anyio.sleep_forever()
            finally:
                self.closed += 1

        return StreamingResponse(wait())

    async def echo(self, request):
        async def echoed():
            self.open += 1
            try:
                async with aclosing(request.stream()) as parts:
                    async for part in parts:
                        yield part
            finally:
                self.closed += 1

        return StreamingResponse(echoed())

    async def file(self, request):
        return FileResponse(self.path)


@pytest.fixture
def kitchen(tmp_path):
    return Kitchen(tmp_path)


def assert_ended(played, kitchen):
    assert not played.faults, played.transcript
    assert played.error is None or isinstance(played.error, ClientDisconnect | OSError), played.transcript
    assert kitchen.open == kitchen.closed, played.transcript


@pytest.mark.parametrize("path", ["/whole", "/stream", "/generator", "/file"])
@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("spec", SPECS)
async def test_an_app_ends_wherever_the_client_leaves(http, kitchen, spec, middleware, path):
    app = App(routes=kitchen.routes(), middleware=MIDDLEWARE[middleware])

    for leaves_after in range(7):
        played = await http(
            app, path, spec=spec, leaves_after=leaves_after, headers=[(b"accept-encoding", b"gzip")]
        )

        assert_ended(played, kitchen)


@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("spec", SPECS)
async def test_a_stream_from_a_thread_ends_with_its_client(http, kitchen, spec, middleware):
    app = App(routes=kitchen.routes(), middleware=MIDDLEWARE[middleware])

    for leaves_after in (1, 3):
        played = await http(app, "/thread", spec=spec, leaves_after=leaves_after)

        assert not played.faults, played.transcript
        assert len(played.sent) <= leaves_after, played.transcript


@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("spec", SPECS)
async def test_a_silent_stream_ends_with_its_client(http, kitchen, spec, middleware):
    app = App(routes=kitchen.routes(), middleware=MIDDLEWARE[middleware])

    played = await http(app, "/silent", spec=spec, leaves_after=2)

    assert_ended(played, kitchen)
    assert kitchen.open == 1


@pytest.mark.parametrize("middleware", ["plain", "function", "all"])
@pytest.mark.parametrize("leaves_after", [None, 1, 3])
@pytest.mark.parametrize("spec", SPECS)
async def test_a_body_can_be_read_while_it_is_answered(http, kitchen, spec, leaves_after, middleware):
    parts = [{"type": "http.request", "body": b"%d;" % n, "more_body": n < 9} for n in range(10)]
    app = App(routes=kitchen.routes(), middleware=MIDDLEWARE[middleware])

    played = await http(
        app, "/echo", [dict(part) for part in parts], method="POST", spec=spec, leaves_after=leaves_after
    )

    assert_ended(played, kitchen)
    if leaves_after is None:
        played.assert_conforms()
        assert played.body == b"0;1;2;3;4;5;6;7;8;9;", played.transcript


@pytest.mark.parametrize("middleware", ["plain", "function", "all"])
@pytest.mark.parametrize("spec", SPECS)
async def test_a_client_that_leaves_in_its_own_body_ends_the_app(http, kitchen, spec, middleware):
    async def read(request):
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", read, methods=["POST"])], middleware=MIDDLEWARE[middleware])
    part = {"type": "http.request", "body": b"half", "more_body": True}

    played = await http(app, "/", [part], method="POST", spec=spec, after_messages=True)

    assert_ended(played, kitchen)
    # Where send tells who left, so does the attempt to answer.
    assert isinstance(played.error, ClientDisconnect | OSError), played.transcript


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("middleware", ["plain", "function", "all"])
async def test_an_endpoint_can_ask_whether_the_client_left(http, middleware, spec):
    answers = []

    async def ask(request):
        answers.append(await request.is_disconnected())
        answers.append(await request.body())
        return PlainTextResponse("", background=BackgroundTask(ask_again, request))

    async def ask_again(request):
        answers.append(await request.is_disconnected())

    app = App(routes=[Route("/", ask)], middleware=MIDDLEWARE[middleware])
    messages = [{"type": "http.request", "body": b"tea", "more_body": False}]

    played = await http(app, "/", messages, spec=spec, leaves_after=2)

    assert not played.faults, played.transcript
    assert answers == [False, b"tea", True], played.transcript


@pytest.mark.parametrize("spec", ["2.0", "2.3"])
async def test_background_work_is_done_after_the_client_left(http, kitchen, spec):
    done = []

    async def note():
        done.append("background")

    async def stream(request):
        return StreamingResponse(kitchen.ticks(), background=BackgroundTask(note))

    played = await http(App(routes=[Route("/", stream)]), spec=spec, leaves_after=3)

    assert_ended(played, kitchen)
    assert done == ["background"], played.transcript


@pytest.mark.parametrize("spec", SPECS)
async def test_a_mounted_stream_ends_with_its_client(http, kitchen, spec):
    app = App(routes=[Mount("/a", app=App(routes=[Mount("/b", routes=kitchen.routes())]))])

    for leaves_after in range(5):
        played = await http(app, "/a/b/silent", spec=spec, leaves_after=leaves_after % 3)

        assert_ended(played, kitchen)


@pytest.mark.parametrize("spec", SPECS)
async def test_cancelling_the_app_closes_the_stream(server, scope, kitchen, spec):
    played = server(scope(path="/silent", spec=spec), [{"type": "http.request"}])
    app = App(routes=kitchen.routes(), middleware=MIDDLEWARE["all"])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(played.run, app)
        while len(played.sent) < 2:
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert (kitchen.open, kitchen.closed) == (1, 1), played.transcript
