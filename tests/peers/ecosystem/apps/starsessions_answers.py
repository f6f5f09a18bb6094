"""starsessions: sessions in a store or in a cookie, also below a mount and a function middleware."""

import re

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starsessions import (
    CookieStore,
    InMemoryStore,
    SessionAutoloadMiddleware,
    SessionMiddleware,
    SessionNotLoaded,
    regenerate_session_id,
)
from starsessions.session import load_session


async def count(request):
    await load_session(request)
    request.session["count"] = request.session.get("count", 0) + 1
    return JSONResponse({"count": request.session["count"]})


async def form(request):
    await load_session(request)
    async with request.form() as data:
        request.session["tea"] = data["tea"]
    return RedirectResponse(request.url_for("show"), status_code=303)


async def show(request):
    await load_session(request)
    return JSONResponse(dict(request.session))


async def unloaded(request):
    try:
        request.session["count"]
    except SessionNotLoaded as exc:
        return JSONResponse({"error": str(exc)})


async def renew(request):
    await load_session(request)
    regenerate_session_id(request)
    return JSONResponse(dict(request.session))


async def clear(request):
    await load_session(request)
    request.session.clear()
    return JSONResponse({})


async def socket(websocket):
    await load_session(websocket)
    await websocket.accept()
    await websocket.send_json(dict(websocket.session))
    await websocket.close()


async def pass_on(request, call_next):
    response = await call_next(request)
    response.headers["x-loaded"] = str(request.scope["session_handler"].is_loaded)
    return response


def build(store, *more):
    routes = [
        Route("/count", count),
        Route("/form", form, methods=["POST"]),
        Route("/show", show),
        Route("/unloaded", unloaded),
        Route("/renew", renew),
        Route("/clear", clear),
        WebSocketRoute("/socket", socket),
    ]
    session = Middleware(SessionMiddleware, store=store, cookie_https_only=False, lifetime=3600, rolling=True)
    return Starlette(routes=[*routes, Mount("/in", routes=routes)], middleware=[session, *more])


def same(response):
    """A response without what is random in its cookie."""
    headers = [
        [name, re.sub(r"session=[^;]*", "session=…", text)] for name, text in response.headers.multi_items()
    ]
    return [response.status_code, sorted(headers), response.text]


def answers():
    function = Middleware(BaseHTTPMiddleware, dispatch=pass_on)
    stores = {"memory": InMemoryStore, "cookie": lambda: CookieStore(secret_key="secret")}
    layers = {"": (), " autoload": (Middleware(SessionAutoloadMiddleware),), " function": (function,)}
    for store_name, store in stores.items():
        for layer_name, more in layers.items():
            name = store_name + layer_name
            client = TestClient(build(store(), *more))
            yield f"{name}: first", same(client.get("/count"))
            second = client.get("/count")
            assert second.json() == {"count": 2}, second.text
            yield f"{name}: second", same(second)
            yield f"{name}: form", same(client.post("/form", data={"tea": "green"}, follow_redirects=False))
            if not layer_name:
                yield f"{name}: unloaded", same(client.get("/unloaded"))
            yield f"{name}: below a mount", same(client.get("/in/show"))
            yield f"{name}: renewed", same(client.get("/renew"))
            with client.websocket_connect("/socket") as websocket:
                yield f"{name}: WebSocket", websocket.receive_json()
            yield f"{name}: cleared", same(client.get("/clear"))
            yield f"{name}: after", same(client.get("/show"))
