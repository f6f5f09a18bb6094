"""Litestar's apps for the benchmark."""

from collections.abc import Callable
from typing import Any

import litestar
from _toolkit_payload import CHUNK, CHUNKS, HELLO, param_path, route_paths
from litestar.response import Stream


def new(handlers: list[Any]) -> Any:
    return litestar.Litestar(handlers, openapi_config=None, logging_config=None)


def text_route(path: str) -> Any:
    @litestar.get(path, media_type="text/plain")
    async def handler() -> str:
        return HELLO

    return handler


def basic() -> Any:
    @litestar.get("/json")
    async def as_json() -> dict[str, str]:
        return {"message": HELLO}

    @litestar.get("/items/{id:int}")
    async def item(id: int) -> dict[str, int]:
        return {"id": id}

    @litestar.post("/echo", status_code=200)
    async def echo(data: dict[str, Any]) -> dict[str, Any]:
        return data

    @litestar.get("/error")
    async def error() -> None:
        raise litestar.exceptions.HTTPException(status_code=403, detail="no tea")

    @litestar.get("/stream")
    async def stream() -> Stream:
        async def chunks() -> Any:
            for _ in range(CHUNKS):
                yield CHUNK

        return Stream(chunks(), media_type="text/plain")

    @litestar.websocket("/socket")
    async def socket(socket: litestar.WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        async for text in socket.iter_data("text"):
            await socket.send_text(text)

    mounted = litestar.Router("/api", route_handlers=[text_route("/v1/items")])
    return new([text_route("/plaintext"), as_json, item, echo, error, stream, socket, mounted])


def many_routes(count: int) -> Callable[[], Any]:
    def build() -> Any:
        @litestar.get(param_path(count).format("{id:int}"), media_type="text/plain")
        async def item(id: int) -> str:
            return str(id)

        return new([*map(text_route, route_paths(count)), item])

    return build


APPS: dict[str, Callable[[], Any]] = {
    "basic": basic,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
