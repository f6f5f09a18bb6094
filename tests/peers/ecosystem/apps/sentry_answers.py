"""sentry-sdk: what it reports about errors, requests, users, middleware and templates."""

import logging

import sentry_sdk
from fastapi import APIRouter, FastAPI
from fastapi import HTTPException as FastAPIHTTPException
from sentry_sdk.integrations.fastapi import FastApiIntegration
from sentry_sdk.integrations.starlette import StarletteIntegration
from sentry_sdk.transport import Transport
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient


class Recorder(Transport):
    """Keeps what would have been sent."""

    def __init__(self):
        super().__init__()
        self.items = []

    def capture_envelope(self, envelope):
        for item in envelope.items:
            if item.payload.json is not None and item.type in ("event", "transaction"):
                self.items.append(item.payload.json)


def told(event):
    """What is the same in each run, and in each toolkit."""
    exceptions = event.get("exception", {}).get("values", [])
    request = event.get("request", {})
    return {
        "type": event.get("type", "event"),
        "transaction": event.get("transaction"),
        "source": event.get("transaction_info"),
        "exceptions": [[exc["type"], exc["value"], exc["mechanism"]] for exc in exceptions],
        "own frames": [
            frame["function"]
            for exc in exceptions
            for frame in exc["stacktrace"]["frames"]
            if frame["module"] == __name__
        ],
        "request": {key: request.get(key) for key in ("method", "url", "query_string", "data", "cookies")},
        "user": event.get("user"),
        "status": event.get("contexts", {}).get("trace", {}).get("status"),
        "spans": sorted(
            [span["op"], span["description"] if ".starlette." not in span["op"] else span["op"], span["tags"]]
            for span in event.get("spans", [])
            if span["op"] == "middleware.starlette"
        ),
    }


class Everybody(AuthenticationBackend):
    async def authenticate(self, conn):
        user = SimpleUser("ada")
        user.id = 7
        return AuthCredentials(["read"]), user


async def hello(request):
    return PlainTextResponse("hello")


async def crash(request):
    raise ZeroDivisionError("crash")


def crash_in_thread(request):
    raise ZeroDivisionError("crash in a thread")


async def after_body(request):
    await request.json()
    raise KeyError("after the body")


async def busy(request):
    raise HTTPException(503, "busy")


async def handled(request):
    raise LookupError("handled")


async def log_error(request):
    logging.getLogger("tea").error("logged")
    return PlainTextResponse("logged")


async def answer(request, exc):
    return JSONResponse({"answer": str(exc)}, 409)


async def pass_on(request, call_next):
    return await call_next(request)


class Plain:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


def starlette_app():
    routes = [
        Route("/hello/{name}", hello),
        Route("/crash/{name}", crash, methods=["GET", "POST"]),
        Route("/thread", crash_in_thread),
        Route("/body", after_body, methods=["POST"]),
        Route("/busy", busy),
        Route("/handled", handled),
        Route("/log", log_error),
    ]
    return Starlette(
        routes=[*routes, Mount("/in/{place}", routes=routes)],
        middleware=[
            Middleware(AuthenticationMiddleware, backend=Everybody()),
            Middleware(GZipMiddleware),
            Middleware(BaseHTTPMiddleware, dispatch=pass_on),
            Middleware(Plain),
        ],
        exception_handlers={LookupError: answer},
    )


def bare_app():
    return Starlette(routes=[Route("/hello/{name}", hello), Route("/crash/{name}", crash)])


def fastapi_app():
    app = FastAPI()
    router = APIRouter(prefix="/v1")

    @router.get("/items/{item_id}")
    async def item(item_id: int):
        if item_id:
            raise ZeroDivisionError(item_id)
        raise FastAPIHTTPException(500, "zero")

    @router.get("/thread")
    def thread():
        raise KeyError("thread")

    app.include_router(router)
    return app


CALLS = {
    "starlette": [
        ("GET", "/hello/ada?a=1", {}),
        ("GET", "/crash/ada?a=1", {"headers": {"cookie": "tea=green"}}),
        ("POST", "/crash/ada", {"json": {"tea": [1, 2]}}),
        ("POST", "/crash/form", {"data": {"tea": "green"}, "files": {"leaf": b"x"}}),
        ("POST", "/body", {"json": {"tea": 1}}),
        ("GET", "/thread", {}),
        ("GET", "/busy", {}),
        ("GET", "/handled", {}),
        ("GET", "/log", {}),
        ("GET", "/in/kitchen/crash/ada", {}),
        ("GET", "/none", {}),
    ],
    "bare": [("GET", "/hello/ada", {}), ("GET", "/crash/ada", {}), ("GET", "/none", {})],
    "fastapi": [
        ("GET", "/v1/items/0", {}),
        ("GET", "/v1/items/1", {}),
        ("GET", "/v1/items/one", {}),
        ("GET", "/v1/thread", {}),
    ],
}


def answers():
    for style in ("url", "endpoint"):
        recorder = Recorder()
        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1",
            transport=recorder,
            traces_sample_rate=1.0,
            auto_enabling_integrations=False,
            send_default_pii=True,
            max_request_body_size="always",
            integrations=[
                StarletteIntegration(transaction_style=style, middleware_spans=True),
                FastApiIntegration(transaction_style=style, middleware_spans=True),
            ],
        )
        for name, build in [("starlette", starlette_app), ("bare", bare_app), ("fastapi", fastapi_app)]:
            client = TestClient(build(), raise_server_exceptions=False)
            for method, path, more in CALLS[name]:
                response = client.request(method, path, **more)
                seen = [told(event) for event in recorder.items]
                recorder.items.clear()
                if "crash" in path:
                    assert any(event["exceptions"] for event in seen), path
                yield f"{name}, {style}: {method} {path}", [response.status_code, response.text, seen]
