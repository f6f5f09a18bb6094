"""
Starlette's apps for the benchmark, and asgi_nb's: the same code, on two packages.

The functions of APPS take the namespace of a package and give an app; a missing module is a case that the
package cannot take part in.
"""

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from _toolkit_payload import CHUNK, CHUNKS, HELLO, PAGE, param_path, route_paths, static_directory


def namespace(package: str) -> SimpleNamespace:
    """What a package calls Starlette, Route, JSONResponse and so on."""
    found = SimpleNamespace(package=package)
    for module in ("applications", "routing", "responses", "exceptions", "middleware", "middleware.base"):
        vars(found).update(vars(importlib.import_module(f"{package}.{module}")))
    return found


def _more(ns: Any, module: str) -> Any:
    return importlib.import_module(f"{ns.package}.{module}")


def basic(ns: Any) -> Any:
    async def plaintext(request: Any) -> Any:
        return ns.PlainTextResponse(HELLO)

    async def json(request: Any) -> Any:
        return ns.JSONResponse({"message": HELLO})

    async def item(request: Any) -> Any:
        return ns.JSONResponse({"id": request.path_params["id"]})

    async def echo(request: Any) -> Any:
        return ns.JSONResponse(await request.json())

    async def error(request: Any) -> Any:
        raise ns.HTTPException(403, "no tea")

    async def form(request: Any) -> Any:
        async with request.form() as form:
            file = form["file"]
            return ns.JSONResponse({"fields": len(form), "size": len(await file.read())})

    async def stream(request: Any) -> Any:
        async def chunks() -> Any:
            for _ in range(CHUNKS):
                yield CHUNK

        return ns.StreamingResponse(chunks(), media_type="text/plain")

    async def socket(websocket: Any) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return ns.Starlette(
        routes=[
            ns.Route("/plaintext", plaintext),
            ns.Route("/json", json),
            ns.Route("/items/{id:int}", item),
            ns.Route("/echo", echo, methods=["POST"]),
            ns.Route("/error", error),
            ns.Route("/form", form, methods=["POST"]),
            ns.Route("/stream", stream),
            ns.WebSocketRoute("/socket", socket),
            ns.Mount("/api", routes=[ns.Route("/v1/items", plaintext)]),
        ]
    )


def static(ns: Any) -> Any:
    files = _more(ns, "staticfiles").StaticFiles(directory=static_directory())
    return ns.Starlette(routes=[ns.Mount("/static", files)])


def plain_route(ns: Any, path: str = "/plaintext", text: str = HELLO) -> Any:
    async def endpoint(request: Any) -> Any:
        return ns.PlainTextResponse(text)

    return ns.Route(path, endpoint)


class AddHeader:
    """A pure ASGI middleware as people write them."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-layer", b"1"))
            await send(message)

        await self.app(scope, receive, send_with_header)


def pure_middleware(count: int) -> Callable[[Any], Any]:
    def build(ns: Any) -> Any:
        return ns.Starlette(routes=[plain_route(ns)], middleware=[ns.Middleware(AddHeader)] * count)

    return build


def function_middleware(count: int) -> Callable[[Any], Any]:
    def build(ns: Any) -> Any:
        async def add_header(request: Any, call_next: Any) -> Any:
            response = await call_next(request)
            response.headers["x-layer"] = "1"
            return response

        layer = ns.Middleware(ns.BaseHTTPMiddleware, dispatch=add_header)
        return ns.Starlette(routes=[plain_route(ns)], middleware=[layer] * count)

    return build


def cors_gzip(ns: Any) -> Any:
    cors = ns.Middleware(_more(ns, "middleware.cors").CORSMiddleware, allow_origins=["https://a.example"])
    gzip = ns.Middleware(_more(ns, "middleware.gzip").GZipMiddleware, compresslevel=5)
    routes = [plain_route(ns), plain_route(ns, "/page", PAGE)]
    return ns.Starlette(routes=routes, middleware=[cors, gzip])


def many_routes(count: int) -> Callable[[Any], Any]:
    def build(ns: Any) -> Any:
        routes = [plain_route(ns, path) for path in route_paths(count)]

        async def item(request: Any) -> Any:
            return ns.PlainTextResponse(str(request.path_params["id"]))

        return ns.Starlette(routes=[*routes, ns.Route(param_path(count).format("{id:int}"), item)])

    return build


def replace(ns: Any, app: Any, index: int) -> None:
    """Put a new endpoint where the route at `index` is, as a notebook does when a cell runs again."""
    app.router.routes[index] = plain_route(ns, app.router.routes[index].path)


APPS: dict[str, Callable[[Any], Any]] = {
    "basic": basic,
    "static": static,
    **{f"mw{count}": pure_middleware(count) for count in (1, 5, 10)},
    **{f"fn{count}": function_middleware(count) for count in (1, 5, 10)},
    "cors_gzip": cors_gzip,
    **{f"routes{count}": many_routes(count) for count in (10, 100, 1000)},
}
