"""FastAPI's apps for the benchmark."""

from collections.abc import Callable
from typing import Any

import fastapi
from _toolkit_payload import CHUNK, CHUNKS, HELLO, PAGE, param_path, route_paths, static_directory
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles


def new() -> fastapi.FastAPI:
    return fastapi.FastAPI(openapi_url=None)


async def plaintext() -> str:
    return HELLO


def basic() -> Any:
    app = new()

    async def as_json() -> dict[str, str]:
        return {"message": HELLO}

    async def item(id: int) -> dict[str, int]:
        return {"id": id}

    async def echo(item: dict[str, Any]) -> dict[str, Any]:
        return item

    async def error() -> None:
        raise fastapi.HTTPException(403, "no tea")

    async def form(request: fastapi.Request) -> dict[str, int]:
        async with request.form() as form:
            file: Any = form["file"]
            return {"fields": len(form), "size": len(await file.read())}

    async def stream() -> StreamingResponse:
        async def chunks() -> Any:
            for _ in range(CHUNKS):
                yield CHUNK

        return StreamingResponse(chunks(), media_type="text/plain")

    async def socket(websocket: fastapi.WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    inner = new()
    inner.get("/v1/items", response_class=PlainTextResponse)(plaintext)
    app.get("/plaintext", response_class=PlainTextResponse)(plaintext)
    app.get("/json")(as_json)
    app.get("/items/{id}")(item)
    app.post("/echo")(echo)
    app.get("/error")(error)
    app.post("/form")(form)
    app.get("/stream")(stream)
    app.websocket("/socket")(socket)
    app.mount("/api", inner)
    return app


def static() -> Any:
    app = new()
    app.mount("/static", StaticFiles(directory=static_directory()))
    return app


def cors_gzip() -> Any:
    app = new()
    app.get("/plaintext", response_class=PlainTextResponse)(plaintext)
    app.get("/page", response_class=PlainTextResponse)(lambda: PAGE)
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
    return app


def many_routes(count: int) -> Callable[[], Any]:
    def build() -> Any:
        app = new()
        for path in route_paths(count):
            app.get(path, response_class=PlainTextResponse)(plaintext)

        async def item(id: int) -> str:
            return str(id)

        app.get(param_path(count).format("{id}"), response_class=PlainTextResponse)(item)
        return app

    return build


APPS: dict[str, Callable[[], Any]] = {
    "basic": basic,
    "static": static,
    "cors_gzip": cors_gzip,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
