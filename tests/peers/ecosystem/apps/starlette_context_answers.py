"""starlette-context: what a middleware stores for a request is there everywhere below it."""

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette_context import context, plugins, request_cycle_context
from starlette_context.header_keys import HeaderKeys
from starlette_context.middleware import ContextMiddleware, RawContextMiddleware

REQUEST_ID = "d8f0a4f7-8b0c-4c11-9d1c-1f1ac57d6b8e"
seen = []


async def show(request):
    context["endpoint"] = request.url.path
    return JSONResponse(context.data, background=BackgroundTask(remember))


def show_from_thread(request):
    return JSONResponse(context.data)


async def stream(request):
    async def chunks():
        for key in (HeaderKeys.user_agent, HeaderKeys.request_id):
            yield context[key]

    return StreamingResponse(chunks(), media_type="text/plain", background=BackgroundTask(remember))


async def crash(request):
    raise LookupError(context[HeaderKeys.request_id])


async def socket(websocket):
    await websocket.accept()
    await websocket.send_json(context.data)
    await websocket.close()


async def lost(request, exc):
    return JSONResponse({"lost": str(exc), "context": context.exists()}, 404)


async def remember():
    seen.append(context.data if context.exists() else None)


def build(middleware):
    routes = [
        Route("/show", show),
        Route("/thread", show_from_thread),
        Route("/stream", stream),
        Route("/crash", crash),
        WebSocketRoute("/socket", socket),
    ]
    return Starlette(
        routes=[*routes, Mount("/in", routes=routes)],
        exception_handlers={LookupError: lost},
        middleware=[
            Middleware(
                middleware,
                plugins=(
                    plugins.RequestIdPlugin(validate=True),
                    plugins.UserAgentPlugin(),
                    plugins.ForwardedForPlugin(),
                ),
            )
        ],
    )


def answers():
    headers = {"x-request-id": REQUEST_ID, "x-forwarded-for": "192.0.2.1", "user-agent": "tea"}
    for name, middleware in [("raw", RawContextMiddleware), ("function", ContextMiddleware)]:
        with TestClient(build(middleware), headers=headers) as client:
            shown = client.get("/show")
            assert shown.json()["X-Request-ID"] == REQUEST_ID, shown.text
            yield f"{name}: endpoint", shown
            for path in ["/thread", "/in/show", "/stream", "/crash", "/none"]:
                yield f"{name}: {path}", client.get(path)
            yield f"{name}: bad header", client.get("/show", headers={"x-request-id": "no uuid"})
            if middleware is RawContextMiddleware:
                with client.websocket_connect("/socket") as websocket:
                    yield f"{name}: WebSocket", websocket.receive_json()
    yield "background tasks", seen
    with request_cycle_context({"a": 1}):
        yield "outside of a request", context.data
