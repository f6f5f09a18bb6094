"""starlette-exporter: requests are counted under the path of their route."""

from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette_exporter import PrometheusMiddleware, handle_metrics
from starlette_exporter.optional_metrics import request_body_size, response_body_size


async def hello(request):
    return PlainTextResponse("hello")


async def echo(request):
    return JSONResponse(await request.json())


async def crash(request):
    raise LookupError("crash")


async def busy(request):
    raise HTTPException(503)


def build(**options):
    routes = [
        Route("/hello/{name}", hello),
        Route("/echo", echo, methods=["POST"]),
        Route("/crash", crash),
        Route("/busy", busy),
        Mount("/in/{place}", routes=[Route("/hello/{name}", hello), Route("/crash", crash)]),
        Route("/metrics", handle_metrics),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(PrometheusMiddleware, prefix="tea", skip_paths=["/metrics"], **options)
    return TestClient(app, raise_server_exceptions=False)


def answers():
    for name, options in [
        ("grouped", {"group_paths": True, "app_name": "grouped"}),
        ("filtered", {"group_paths": True, "filter_unhandled_paths": True, "app_name": "filtered"}),
        ("sizes", {"app_name": "sizes", "optional_metrics": [request_body_size, response_body_size]}),
    ]:
        client = build(**options)
        for path in [
            "/hello/ada",
            "/hello/bob",
            "/crash",
            "/busy",
            "/in/x/hello/ada",
            "/in/x/crash",
            "/none",
            "/in/x/none",
        ]:
            client.get(path)
        client.post("/echo", json={"a": 1})
        text = client.get("/metrics").text
        keep = ("tea_requests_total{", "tea_response_body_size", "tea_request_body_size")
        lines = sorted(line for line in text.splitlines() if line.startswith(keep) and f'"{name}"' in line)
        assert any("/hello/{name}" in line for line in lines), lines
        yield name, lines
        PrometheusMiddleware._metrics.clear()
        for collector in list(REGISTRY._collector_to_names):
            if any(metric.startswith("tea_") for metric in REGISTRY._collector_to_names[collector]):
                REGISTRY.unregister(collector)
