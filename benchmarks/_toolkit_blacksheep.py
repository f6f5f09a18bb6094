"""BlackSheep's apps for the benchmark."""

from collections.abc import Callable
from typing import Any

import blacksheep
from _toolkit_payload import CHUNK, CHUNKS, HELLO, param_path, route_paths
from blacksheep.exceptions import HTTPException


async def plaintext() -> blacksheep.Response:
    return blacksheep.text(HELLO)


def new() -> blacksheep.Application:
    # Each app has a router of its own; the default one is shared by the process.
    return blacksheep.Application(router=blacksheep.Router())


def basic() -> Any:
    app = new()

    async def as_json() -> blacksheep.Response:
        return blacksheep.json({"message": HELLO})

    async def item(id: int) -> blacksheep.Response:
        return blacksheep.json({"id": id})

    async def echo(request: blacksheep.Request) -> blacksheep.Response:
        return blacksheep.json(await request.json())

    async def error() -> None:
        raise HTTPException(403, "no tea")

    async def stream() -> blacksheep.Response:
        async def chunks() -> Any:
            for _ in range(CHUNKS):
                yield CHUNK

        return blacksheep.Response(200, content=blacksheep.StreamedContent(b"text/plain", chunks))

    async def socket(websocket: blacksheep.WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except blacksheep.WebSocketDisconnectError:
            return

    for path, handler in [
        ("/plaintext", plaintext),
        ("/json", as_json),
        ("/items/{int:id}", item),
        ("/error", error),
        ("/stream", stream),
        ("/api/v1/items", plaintext),
    ]:
        app.router.add_get(path, handler)
    app.router.add_post("/echo", echo)
    app.router.add_ws("/socket", socket)
    return app


def many_routes(count: int) -> Callable[[], Any]:
    def build() -> Any:
        app = new()
        for path in route_paths(count):
            app.router.add_get(path, plaintext)

        async def item(id: int) -> blacksheep.Response:
            return blacksheep.text(str(id))

        app.router.add_get(param_path(count).format("{int:id}"), item)
        return app

    return build


APPS: dict[str, Callable[[], Any]] = {
    "basic": basic,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
