"""A thousand at once: a server that awaits serves them all, however long each of them waits."""

import asyncio
import threading

import anyio
import pytest
from websockets.asyncio.client import connect

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Route, WebSocketRoute

pytestmark = pytest.mark.timeout(60)

COUNT = 1000

# Connections that are being opened at the same time: more would only wait for each other.
OPENING = 100


async def pass_on(request, call_next):
    return await call_next(request)


class Meeting:
    """Everybody waits until all are there."""

    def __init__(self):
        self.here = 0
        self._full = None

    async def join(self):
        # Made on the server's loop.
        self._full = self._full or anyio.Event()
        self.here += 1
        if self.here == COUNT:
            self._full.set()
        await self._full.wait()


@pytest.fixture
def meeting():
    return Meeting()


@pytest.fixture
def app(meeting):
    async def slow(request):
        await meeting.join()
        return PlainTextResponse(f"{request.query_params['n']} of {meeting.here}")

    async def stream(request):
        async def chunks():
            yield request.query_params["n"]
            await meeting.join()
            yield f" of {meeting.here}"

        return StreamingResponse(chunks())

    async def session(websocket):
        await websocket.accept()
        name = await websocket.receive_text()
        await meeting.join()
        await websocket.send_text(f"{name} of {meeting.here}")
        await websocket.send_text(await websocket.receive_text())

    return App(
        routes=[Route("/slow", slow), Route("/stream", stream), WebSocketRoute("/session", session)],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)],
    )


def gather(visit):
    """Run `visit(number, opening)` for every number at once, on a loop of its own; gives what each gave."""

    async def all_of_them():
        opening = asyncio.Semaphore(OPENING)
        return await asyncio.gather(*(visit(number, opening) for number in range(COUNT)))

    return asyncio.run(all_of_them())


async def read_whole(reader):
    """Head and body of a response."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b"chunked" in head:
        return head, await reader.readuntil(b"\r\n0\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return head, await reader.readexactly(int(length))


@pytest.mark.parametrize("path", ["/slow", "/stream"])
@pytest.mark.parametrize("server", ["uvicorn", "hypercorn-trio"])
def test_a_thousand_slow_requests_are_served_together(serve, app, server, path):
    port = serve(app, server)
    threads = threading.active_count()

    async def visit(number, opening):
        async with opening:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {path}?n={number} HTTP/1.1\r\nhost: h\r\n\r\n".encode())
            return await read_whole(reader)
        finally:
            writer.close()

    for number, (head, body) in enumerate(gather(visit)):
        assert head.startswith(b"HTTP/1.1 200 ")
        assert str(number).encode() in body
        assert f" of {COUNT}".encode() in body
    # None of them took a thread.
    assert threading.active_count() <= threads


@pytest.mark.parametrize("server", ["uvicorn"])
def test_a_thousand_sockets_are_open_together(serve, app, server):
    port = serve(app, server)

    async def visit(number, opening):
        async with opening:
            session = await connect(
                f"ws://127.0.0.1:{port}/session",
                proxy=None,
                compression=None,
                open_timeout=30,
                ping_interval=None,
            )
        async with session:
            await session.send(str(number))
            first = await session.recv()
            await session.send("bye")
            return first, await session.recv()

    assert gather(visit) == [(f"{number} of {COUNT}", "bye") for number in range(COUNT)]
