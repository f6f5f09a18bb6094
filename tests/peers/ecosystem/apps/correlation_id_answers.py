"""asgi-correlation-id: an id for each request, in its logs and in its response."""

import logging

from asgi_correlation_id import CorrelationIdFilter, CorrelationIdMiddleware, correlation_id
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

KNOWN = "d8f0a4f7-8b0c-4c11-9d1c-1f1ac57d6b8e"
lines = []
logger = logging.getLogger("tea")


class Lines(logging.Handler):
    def emit(self, record):
        lines.append(f"{record.correlation_id} {record.getMessage()}")


async def task():
    logger.warning("background")


async def hello(request):
    logger.warning("endpoint")
    return PlainTextResponse(correlation_id.get(), background=BackgroundTask(task))


def in_thread(request):
    logger.warning("thread")
    return PlainTextResponse(correlation_id.get())


async def stream(request):
    async def chunks():
        logger.warning("chunk")
        yield correlation_id.get()

    return StreamingResponse(chunks(), background=BackgroundTask(task))


async def crash(request):
    raise LookupError("crash")


async def server_error(request, exc):
    logger.warning("handler")
    return PlainTextResponse("sorry", 500, headers={"x-request-id": correlation_id.get() or ""})


async def pass_on(request, call_next):
    logger.warning("before")
    response = await call_next(request)
    logger.warning("after")
    return response


def answers():
    handler = Lines()
    handler.addFilter(CorrelationIdFilter(uuid_length=8))
    logger.addHandler(handler)
    layers = [Middleware(CorrelationIdMiddleware), Middleware(CORSMiddleware, allow_origins=["*"])]
    routes = [
        Route("/hello", hello),
        Route("/thread", in_thread),
        Route("/stream", stream),
        Route("/crash", crash),
    ]
    for name, more in [("plain", []), ("function", [Middleware(BaseHTTPMiddleware, dispatch=pass_on)])]:
        app = Starlette(
            routes=routes, middleware=[*layers, *more], exception_handlers={Exception: server_error}
        )
        client = TestClient(app, raise_server_exceptions=False, headers={"x-request-id": KNOWN})
        for path in ["/hello", "/thread", "/stream", "/crash", "/none"]:
            response = client.get(path, headers={"origin": "http://tea.example"})
            if path == "/hello":
                assert response.text == response.headers["x-request-id"] == KNOWN, response.text
            yield f"{name} {path}", response
            yield f"{name} {path}: log", list(lines)
            lines.clear()
