"""The same apps by hand, on nothing: what Python allows without keeping answers."""

import gzip
import json
import os
import re
from collections.abc import Callable
from typing import Any

from _toolkit_payload import CHUNK, CHUNKS, HELLO, PAGE, param_path, route_paths, static_directory

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
DIGITS = re.compile("[0-9]+")


async def answer(
    send: Any, body: bytes, content_type: bytes = b"text/plain; charset=utf-8", status: int = 200
) -> None:
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", content_type)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def plaintext(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, HELLO.encode())


async def as_json(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, encode({"message": HELLO}).encode(), b"application/json")


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, encode(json.loads(await body_of(receive))).encode(), b"application/json")


async def error(scope: Any, receive: Any, send: Any) -> None:
    await answer(send, b"no tea", status=403)


async def form(scope: Any, receive: Any, send: Any) -> None:
    content_type = dict(scope["headers"])[b"content-type"]
    boundary = b"--" + content_type.partition(b"boundary=")[2]
    parts = (await body_of(receive)).split(boundary)[1:-1]
    files = [part.partition(b"\r\n\r\n")[2][:-2] for part in parts if b"filename=" in part]
    await answer(send, encode({"fields": len(parts), "size": len(files[0])}).encode(), b"application/json")


async def stream(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    for _ in range(CHUNKS):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def socket(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


ENDPOINTS = {
    ("GET", "/plaintext"): plaintext,
    ("GET", "/json"): as_json,
    ("POST", "/echo"): echo,
    ("GET", "/error"): error,
    ("POST", "/form"): form,
    ("GET", "/stream"): stream,
    ("GET", "/api/v1/items"): plaintext,
}


async def basic(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await socket(scope, receive, send)
        return
    path = scope["path"]
    endpoint = ENDPOINTS.get((scope["method"], path))
    if endpoint is not None:
        await endpoint(scope, receive, send)
    elif path.startswith("/items/") and DIGITS.fullmatch(path, 7):
        await answer(send, encode({"id": int(path[7:])}).encode(), b"application/json")
    else:
        await answer(send, b"Not Found", status=404)


async def static(scope: Any, receive: Any, send: Any) -> None:
    # On the loop, without a look at validators: a limit, not an example.
    with open(os.path.join(static_directory_path, scope["path"].removeprefix("/static/")), "rb") as file:
        await answer(send, file.read())


static_directory_path = static_directory()


def middleware(count: int) -> Any:
    app: Any = plaintext
    for _ in range(count):
        app = _layer(app)
    return app


def _layer(inner: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-layer", b"1"))
            await send(message)

        await inner(scope, receive, send_with_header)

    return app


async def cors_gzip(scope: Any, receive: Any, send: Any) -> None:
    body = (PAGE if scope["path"] == "/page" else HELLO).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"access-control-allow-origin", b"https://a.example"),
        (b"vary", b"Accept-Encoding, Origin"),
    ]
    if len(body) >= 500:
        body = gzip.compress(body, 5, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def many_routes(count: int) -> Callable[[], Any]:
    def build() -> Any:
        endpoints = dict.fromkeys(route_paths(count), plaintext)
        prefix = param_path(count).format("")

        async def app(scope: Any, receive: Any, send: Any) -> None:
            path = scope["path"]
            endpoint = endpoints.get(path)
            if endpoint is not None:
                if scope["method"] in ("GET", "HEAD"):
                    await endpoint(scope, receive, send)
                else:
                    await answer(send, b"Method Not Allowed", status=405)
            elif path.startswith(prefix) and DIGITS.fullmatch(path, len(prefix)):
                await answer(send, path[len(prefix) :].encode())
            else:
                await answer(send, b"Not Found", status=404)

        return app

    return build


APPS: dict[str, Callable[[], Any]] = {
    "basic": lambda: basic,
    "static": lambda: static,
    "mw1": lambda: middleware(1),
    "mw5": lambda: middleware(5),
    "mw10": lambda: middleware(10),
    # Without a toolkit around it, a function middleware is a pure one.
    "fn1": lambda: middleware(1),
    "fn5": lambda: middleware(5),
    "fn10": lambda: middleware(10),
    "cors_gzip": lambda: cors_gzip,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
