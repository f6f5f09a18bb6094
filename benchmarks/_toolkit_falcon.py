"""Falcon's apps for the benchmark."""

from collections.abc import Callable
from typing import Any

import falcon
import falcon.asgi
from _toolkit_payload import CHUNK, CHUNKS, HELLO, param_path, route_paths


class Plaintext:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = HELLO


class Json:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.media = {"message": HELLO}


class Item:
    async def on_get(self, req: Any, resp: Any, id: int) -> None:
        resp.media = {"id": id}


class TextItem:
    async def on_get(self, req: Any, resp: Any, id: int) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = str(id)


class Echo:
    async def on_post(self, req: Any, resp: Any) -> None:
        resp.media = await req.get_media()


class Error:
    async def on_get(self, req: Any, resp: Any) -> None:
        raise falcon.HTTPForbidden(title="no tea")


class Stream:
    async def on_get(self, req: Any, resp: Any) -> None:
        async def chunks() -> Any:
            for _ in range(CHUNKS):
                yield CHUNK

        resp.content_type = falcon.MEDIA_TEXT
        resp.stream = chunks()


class Socket:
    async def on_websocket(self, req: Any, ws: Any) -> None:
        await ws.accept()
        try:
            while True:
                await ws.send_text(await ws.receive_text())
        except falcon.WebSocketDisconnected:
            return


def basic() -> Any:
    app = falcon.asgi.App()
    for path, resource in [
        ("/plaintext", Plaintext()),
        ("/json", Json()),
        ("/items/{id:int}", Item()),
        ("/echo", Echo()),
        ("/error", Error()),
        ("/stream", Stream()),
        ("/socket", Socket()),
        ("/api/v1/items", Plaintext()),
    ]:
        app.add_route(path, resource)
    return app


def many_routes(count: int) -> Callable[[], Any]:
    def build() -> Any:
        app = falcon.asgi.App()
        resource = Plaintext()
        for path in route_paths(count):
            app.add_route(path, resource)
        app.add_route(param_path(count).format("{id:int}"), TextItem())
        return app

    return build


APPS: dict[str, Callable[[], Any]] = {
    "basic": basic,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
