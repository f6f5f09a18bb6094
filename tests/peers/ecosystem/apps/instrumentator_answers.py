"""prometheus-fastapi-instrumentator: requests are counted under the template of their route."""

from fastapi import APIRouter, FastAPI, WebSocket
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator, metrics
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router
from starlette.testclient import TestClient


async def hello(request):
    return PlainTextResponse("hello")


async def crash(request):
    raise LookupError("crash")


def starlette_app():
    return Starlette(
        routes=[
            Route("/items/{item_id:int}", hello),
            Route("/items", hello, methods=["POST"]),
            Route("/crash", crash),
            Mount(
                "/v1/{tenant}",
                routes=[Route("/users/{user}", hello), Mount("/deep", app=Router([Route("/x", hello)]))],
            ),
            Host("api.example.org", Router([Route("/hosted/{x}", hello)])),
        ]
    )


def fastapi_app():
    app = FastAPI()
    router = APIRouter(prefix="/v1")

    @router.get("/items/{item_id}")
    async def item(item_id: int):
        return item_id

    @router.websocket("/socket")
    async def socket(websocket: WebSocket):
        await websocket.accept()
        await websocket.close()

    app.include_router(router)
    app.mount("/sub", starlette_app())
    return app


def counts(text):
    """The samples that are the same in each run."""
    keep = ("http_requests_total", "http_request_size_bytes", "http_response_size_bytes", "own_total")
    return [line for line in text.splitlines() if line.startswith(keep) and "_created" not in line]


PATHS = [
    "/items/3",
    "/items/4",
    "/items/three",
    "/items",
    "/crash",
    "/none",
    "/v1/acme/users/ada",
    "/v1/acme/deep/x",
    "/v1/items/7",
    "/v1/items/seven",
    "/sub/items/3",
    "/sub/v1/acme/users/ada",
    "/sub/none",
    "/docs",
]


def answers():
    for name, build in [("starlette", starlette_app), ("fastapi", fastapi_app)]:
        for ignored in (False, True):
            app = build()
            registry = CollectorRegistry()
            instrumentator = Instrumentator(
                registry=registry,
                should_ignore_untemplated=ignored,
                should_group_status_codes=not ignored,
                excluded_handlers=["/docs"],
            )
            instrumentator.add(metrics.default(registry=registry)).instrument(app).expose(app)
            client = TestClient(app, raise_server_exceptions=False)
            for path in PATHS:
                client.get(path)
            client.get("/hosted/1", headers={"host": "api.example.org"})
            found = counts(client.get("/metrics").text)
            assert any("/items/{item_id" in line for line in found), found
            yield f"{name}: {'templated' if ignored else 'all'}", found
