"""opentelemetry-instrumentation-starlette and -fastapi: spans and metrics of requests."""

import fastapi
import starlette.applications
from fastapi import APIRouter, BackgroundTasks, WebSocket
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.starlette import StarletteInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient

spans = InMemorySpanExporter()
tracer_provider = TracerProvider()
tracer_provider.add_span_processor(SimpleSpanProcessor(spans))
reader = InMemoryMetricReader()
meter_provider = MeterProvider([reader])
tracer = tracer_provider.get_tracer("tea")


async def hello(request):
    with tracer.start_as_current_span("own"):
        return PlainTextResponse("hello")


def in_thread(request):
    with tracer.start_as_current_span("own in a thread"):
        return PlainTextResponse("hello")


async def crash(request):
    raise ZeroDivisionError("crash")


async def busy(request):
    raise HTTPException(503)


async def later():
    with tracer.start_as_current_span("later"):
        pass


async def stream(request):
    async def chunks():
        with tracer.start_as_current_span("chunks"):
            yield "a"
            yield "b"

    return StreamingResponse(chunks(), background=BackgroundTask(later))


async def socket(websocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


async def with_span(request, call_next):
    with tracer.start_as_current_span("middleware"):
        return await call_next(request)


def starlette_app(middleware=()):
    routes = [
        Route("/hello/{name}", hello, methods=["GET", "POST"]),
        Route("/thread", in_thread),
        Route("/crash", crash),
        Route("/busy", busy),
        Route("/stream", stream),
        WebSocketRoute("/socket/{room}", socket),
    ]
    # By the module: the instrumentor puts another class there.
    return starlette.applications.Starlette(
        routes=[*routes, Mount("/in", routes=routes)], middleware=middleware
    )


def fastapi_app():
    app = fastapi.FastAPI()
    router = APIRouter(prefix="/v1")

    @app.exception_handler(LookupError)
    async def lookup(request, exc):
        with tracer.start_as_current_span("handler"):
            return JSONResponse({"missing": str(exc)}, 404)

    @router.get("/items/{item_id}")
    async def item(item_id: int, tasks: BackgroundTasks):
        if item_id == 0:
            raise LookupError(item_id)
        if item_id == 1:
            raise ZeroDivisionError(item_id)
        tasks.add_task(later)
        return item_id

    @router.websocket("/socket")
    async def echo(websocket: WebSocket):
        await socket(websocket)

    app.include_router(router)
    return app


def told():
    """The spans since the last call: their names, their parents' names and what is the same in each run."""
    finished = spans.get_finished_spans()
    spans.clear()
    names = {span.context.span_id: span.name for span in finished}
    keep = ("http.route", "http.status_code", "http.method", "http.target", "http.url")
    rows = [
        [
            span.name,
            names.get(span.parent.span_id, "?") if span.parent else "",
            span.kind.name,
            span.status.status_code.name,
            {key: span.attributes[key] for key in keep if key in span.attributes},
            [[event.name, event.attributes.get("exception.type")] for event in span.events],
        ]
        for span in finished
        # One for each ASGI message: into how many messages a body is cut is the toolkit's own matter.
        if not span.name.endswith((" http send", " http receive"))
    ]
    return sorted(rows, key=str)


def measured():
    """How many requests were timed, by method, status and target."""
    data = reader.get_metrics_data()
    metrics = {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    keys = ("http.method", "http.status_code", "http.target")
    return sorted(
        [*(str(point.attributes.get(key)) for key in keys), point.count]
        for point in metrics["http.server.duration"].data.data_points
    )


def answers():
    trace.set_tracer_provider(tracer_provider)
    providers = {"tracer_provider": tracer_provider, "meter_provider": meter_provider}
    StarletteInstrumentor().instrument(**providers)
    FastAPIInstrumentor().instrument(**providers)

    paths = [
        "/hello/ada",
        "/thread",
        "/crash",
        "/busy",
        "/stream",
        "/in/hello/ada",
        "/in/crash",
        "/none",
        "/in/none",
    ]
    wrapped = [Middleware(BaseHTTPMiddleware, dispatch=with_span)]
    for name, app in [("starlette", starlette_app()), ("starlette with middleware", starlette_app(wrapped))]:
        client = TestClient(app, raise_server_exceptions=False)
        for path in paths:
            response = client.get(path)
            seen = told()
            assert any(kind == "SERVER" for _, _, kind, *_ in seen), path
            yield f"{name}: {path}", [response.status_code, response.text, seen]
        yield f"{name}: wrong method", [client.delete("/hello/ada").status_code, told()]
        with client.websocket_connect("/socket/kitchen") as websocket:
            websocket.send_text("tea")
            websocket.receive_text()
        yield f"{name}: WebSocket", told()

    client = TestClient(fastapi_app(), raise_server_exceptions=False)
    for path in ["/v1/items/7", "/v1/items/0", "/v1/items/1", "/v1/items/x", "/docs", "/none"]:
        yield f"fastapi: {path}", [client.get(path).status_code, told()]
    with client.websocket_connect("/v1/socket") as websocket:
        websocket.send_text("tea")
        websocket.receive_text()
    yield "fastapi: WebSocket", told()

    late = fastapi_app()
    FastAPIInstrumentor.uninstrument_app(late)
    TestClient(late, raise_server_exceptions=False).get("/v1/items/7")
    yield "without instruments", told()
    yield "metrics", measured()
