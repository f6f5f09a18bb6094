"""Clients that vanish at every point of a request: the app ends, cleans up, and serves the next one."""

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.requests import ClientDisconnect
from asgi_nb.web.responses import PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Route


async def pass_on(request, call_next):
    return await call_next(request)


@pytest.fixture(params=["plain", "function-middleware"])
def middleware(request):
    return [] if request.param == "plain" else [Middleware(BaseHTTPMiddleware, dispatch=pass_on)]


@pytest.fixture
def closed(moment):
    return moment()


@pytest.fixture
def begun(moment):
    return moment()


@pytest.fixture
def port(serve, server_name, middleware, begun, closed):
    async def silent(request):
        async def chunks():
            try:
                yield b"once"
                await anyio.sleep_forever()
            finally:
                closed.set()

        return StreamingResponse(chunks())

    async def busy(request):
        async def chunks():
            try:
                while True:
                    yield bytes(10_000)
                    await anyio.lowlevel.checkpoint()
            finally:
                closed.set()

        return StreamingResponse(chunks())

    async def read(request):
        try:
            return PlainTextResponse(await request.body())
        except ClientDisconnect:
            closed.set()
            raise

    async def wait(request):
        begun.set()
        while not await request.is_disconnected():
            await anyio.sleep(0.005)
        closed.set()

    routes = [
        Route("/silent", silent),
        Route("/busy", busy),
        Route("/read", read, methods=["POST"]),
        Route("/wait", wait),
        Route("/", lambda request: PlainTextResponse("tea")),
    ]
    return serve(App(routes=routes, middleware=middleware), server_name)


@pytest.mark.parametrize("path", ["/silent", "/busy"])
def test_a_stream_is_closed_when_its_client_vanishes(port, wire, closed, as_bytes, path):
    connection = wire(port)
    connection.send(as_bytes("GET", path))
    connection.head()
    connection.chunk()

    connection.vanish()

    assert closed.reached()
    assert wire(port).ask("GET", "/")[2] == b"tea"


def test_reading_a_body_ends_when_its_client_vanishes(port, wire, closed):
    connection = wire(port)
    connection.send(b"POST /read HTTP/1.1\r\nhost: h\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n")
    # The app reads.
    assert connection.head()[0] == 100
    connection.send(b"half")

    connection.vanish()

    assert closed.reached()
    assert wire(port).ask("GET", "/")[2] == b"tea"


def test_an_endpoint_that_waits_can_see_its_client_vanish(port, wire, begun, closed, as_bytes):
    connection = wire(port)
    connection.send(as_bytes("GET", "/wait"))
    # A reset that overtakes the request would take it away.
    assert begun.reached()

    connection.vanish()

    assert closed.reached()


def test_clients_that_vanish_anywhere_in_a_request_do_no_harm(port, wire, as_bytes):
    whole = as_bytes("POST", "/read", body=b"tea")

    for size in range(0, len(whole), 5):
        connection = wire(port)
        connection.send(whole[:size])
        connection.vanish()

    assert wire(port).ask("POST", "/read", body=b"tea")[2] == b"tea"
