"""sse-starlette: events over a real server and to a client that leaves."""

import threading

import anyio
import httpx2
from serving import served
from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from starlette.testclient import TestClient

log = []
left = threading.Event()


async def numbers(request):
    async def events():
        for number in range(3):
            yield {"event": "number", "id": str(number), "data": number}
        yield ServerSentEvent("two\nlines", retry=5)
        yield JSONServerSentEvent({"a": [1]})

    return EventSourceResponse(events(), background=BackgroundTask(log.append, "background"), ping=0)


async def plain(request):
    return EventSourceResponse(iter(["a", "b"]), sep="\n", headers={"x-own": "1"}, ping=0)


async def endless(request):
    async def events():
        try:
            number = 0
            while True:
                yield str(number)
                number += 1
                # Else it never leaves the loop to those who listen for the client.
                await anyio.sleep(0)
        finally:
            log.append("generator closed")

    async def closed(message):
        log.append(message["type"])
        left.set()

    return EventSourceResponse(events(), client_close_handler_callable=closed, ping=0)


async def pass_on(request, call_next):
    response = await call_next(request)
    response.headers["x-seen"] = "1"
    return response


ROUTES = [Route("/numbers", numbers), Route("/plain", plain), Route("/endless", endless)]

bare = Starlette(routes=ROUTES)
wrapped = Starlette(
    routes=ROUTES, middleware=[Middleware(GZipMiddleware), Middleware(BaseHTTPMiddleware, dispatch=pass_on)]
)


def answers():
    with TestClient(bare) as client:
        response = client.get("/numbers")
        assert response.text.startswith("id: 0\r\nevent: number\r\ndata: 0\r\n\r\n"), response.text
        yield "events", response
        yield "events of a plain iterator", client.get("/plain")
        yield "only the headers", client.head("/numbers")
    with TestClient(wrapped) as client:
        yield "events through middleware", client.get("/numbers")
    yield "log", list(log)

    for name, app in [("bare", bare), ("wrapped", wrapped)]:
        log.clear()
        left.clear()
        with served(app) as url, httpx2.stream("GET", url + "/endless") as response:
            lines = response.iter_lines()
            first = [next(lines) for _ in range(4)]
            response.close()
            assert left.wait(20), "the response never heard that its client had left"
        yield f"{name}: first events", first
        yield f"{name}: the client left", sorted(log)
