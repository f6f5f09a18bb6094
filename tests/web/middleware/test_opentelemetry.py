"""Each HTTP request is one span, named after its method and its whole route."""

import importlib
import sys

import httpx2
import pytest

pytest.importorskip("opentelemetry.sdk", reason="pip install opentelemetry-sdk")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from asgi_nb.web.applications import App
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.opentelemetry import OpenTelemetryMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import BaseRoute, Host, Match, Mount, Route, Router, WebSocketRoute


async def hello(request):
    return PlainTextResponse("hello")


async def broken(request):
    raise ValueError("broken")


async def teapot(request):
    raise HTTPException(503)


async def plain_app(scope, receive, send):
    await PlainTextResponse("plain")(scope, receive, send)


SHARED = Router([Route("/{item:int}", hello)])

ROUTES = [
    Route("/hello", hello, methods=["GET", "POST"]),
    Route("/broken", broken),
    Route("/busy", teapot),
    Mount("/users/{user}", routes=[Route("/items/{item:int}", hello), Route("/broken", broken)]),
    Mount("/v1", SHARED),
    Mount("/v2", SHARED),
    Mount("/app", plain_app),
    Host("{sub}.example.org", Router([Route("/there", hello)])),
    Host("raw.example.com", plain_app),
    WebSocketRoute("/ws", hello),
]


class Telemetry:
    """What went out for a number of requests."""

    def __init__(self):
        self._spans = InMemorySpanExporter()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self._metrics = InMemoryMetricReader()
        self.meter_provider = MeterProvider([self._metrics])

    @property
    def spans(self):
        return self._spans.get_finished_spans()

    @property
    def durations(self):
        (resource,) = self._metrics.get_metrics_data().resource_metrics
        (metric,) = resource.scope_metrics[0].metrics
        assert metric.name == "http.server.request.duration"
        return metric.data.data_points

    def app(self, **options):
        options = {
            "tracer_provider": self.tracer_provider,
            "meter_provider": self.meter_provider,
            **options,
        }
        return App(routes=ROUTES, middleware=[Middleware(OpenTelemetryMiddleware, **options)])


@pytest.fixture
def telemetry():
    return Telemetry()


async def ask(app, path, method="GET", **options):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        return await http.request(method, path, **options)


@pytest.mark.anyio
async def test_a_request_is_a_server_span_with_the_attributes_of_the_conventions(telemetry):
    await ask(telemetry.app(), "/hello?q=1", headers={"user-agent": "tests"})

    (span,) = telemetry.spans
    assert span.kind is SpanKind.SERVER
    assert span.name == "GET /hello"
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/hello",
        "url.path": "/hello",
        "url.query": "q=1",
        "url.scheme": "http",
        "server.address": "testserver",
        "network.protocol.version": "1.1",
        "client.address": "127.0.0.1",
        "user_agent.original": "tests",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("url", "name"),
    [
        pytest.param("/users/ada/items/3", "GET /users/{user}/items/{item}", id="mount"),
        pytest.param("/users/ada/broken", "GET /users/{user}/broken", id="error-in-mount"),
        pytest.param("/v1/1", "GET /v1/{item}", id="shared-first"),
        pytest.param("/v2/1", "GET /v2/{item}", id="shared-second"),
        pytest.param("/app/any/where", "GET /app", id="app"),
        pytest.param("http://a.example.org/there", "GET /there", id="host"),
        pytest.param("http://raw.example.com/there", "GET", id="app-of-host"),
        pytest.param("/nowhere", "GET", id="no-route"),
    ],
)
async def test_the_name_is_the_method_and_the_whole_template(telemetry, url, name):
    await ask(telemetry.app(), url)

    (span,) = telemetry.spans
    assert span.name == name
    assert f"GET {span.attributes.get('http.route', '')}".strip() == name


@pytest.mark.anyio
async def test_an_exception_and_a_server_error_make_the_span_an_error(telemetry):
    app = telemetry.app()
    await ask(app, "/broken")
    await ask(app, "/busy")

    raised, answered = telemetry.spans
    assert raised.status.status_code is answered.status.status_code is StatusCode.ERROR
    assert raised.attributes["error.type"] == "ValueError"
    assert [event.name for event in raised.events] == ["exception"]
    assert answered.attributes["error.type"] == "503"


@pytest.mark.anyio
async def test_the_trace_of_the_client_goes_on(telemetry):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await ask(telemetry.app(), "/hello", headers={"traceparent": parent})

    (span,) = telemetry.spans
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"


@pytest.mark.anyio
@pytest.mark.parametrize("excluded", [["/hello$"], " /other , /hello$"], ids=["list", "text"])
async def test_an_excluded_url_has_no_span(telemetry, excluded):
    app = telemetry.app(excluded_urls=excluded)
    await ask(app, "/hello")
    await ask(app, "/hello/more")

    assert [span.attributes["url.path"] for span in telemetry.spans] == ["/hello/more"]


@pytest.mark.anyio
async def test_an_excluded_url_has_no_span_of_a_mounted_app_either(telemetry):
    app = App(
        routes=[Mount("/inner", telemetry.app())],
        middleware=[
            Middleware(
                OpenTelemetryMiddleware,
                excluded_urls="/inner/hello$",
                tracer_provider=telemetry.tracer_provider,
            )
        ],
    )
    await ask(app, "/inner/hello")

    assert telemetry.spans == ()


@pytest.mark.anyio
async def test_a_route_of_another_class_may_have_no_template(telemetry):
    class Anything(BaseRoute):
        def matches(self, scope):
            return Match.FULL, {"route": self}

        async def handle(self, scope, receive, send):
            await plain_app(scope, receive, send)

    app = App(
        routes=[Anything()],
        middleware=[
            Middleware(
                OpenTelemetryMiddleware,
                tracer_provider=telemetry.tracer_provider,
                meter_provider=telemetry.meter_provider,
            )
        ],
    )
    await ask(app, "/hello")

    assert telemetry.spans[0].name == "GET"


@pytest.mark.anyio
async def test_two_of_them_around_one_another_make_one_span(telemetry):
    outer = OpenTelemetryMiddleware(telemetry.app(), tracer_provider=telemetry.tracer_provider)

    await ask(outer, "/hello")

    assert len(telemetry.spans) == 1


@pytest.mark.anyio
async def test_methods_that_clients_make_up_share_their_durations(telemetry):
    app = telemetry.app()

    for number in range(3):
        await ask(app, "/hello", f"X{number}")

    (point,) = telemetry.durations
    assert (point.attributes["http.request.method"], point.count) == ("_OTHER", 3)


@pytest.mark.anyio
async def test_the_duration_is_recorded_with_few_attributes(telemetry):
    app = telemetry.app()
    await ask(app, "/users/ada/items/3")
    await ask(app, "/users/bob/items/4")

    (point,) = telemetry.durations
    assert point.count == 2
    assert 0 < point.sum < 20
    assert dict(point.attributes) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/users/{user}/items/{item}",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
    }


@pytest.mark.anyio
async def test_other_scopes_pass_untouched(telemetry):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    await OpenTelemetryMiddleware(app, tracer_provider=telemetry.tracer_provider)(
        {"type": "lifespan"}, None, None
    )

    assert seen == [{"type": "lifespan"}]
    assert telemetry.spans == ()


@pytest.mark.anyio
async def test_a_route_that_no_router_shows_gives_the_template_it_has(telemetry):
    async def finds_its_own_way(scope, receive, send):
        scope["route"] = Route("/tea/{kind}", hello)
        await PlainTextResponse("tea")(scope, receive, send)

    traced = OpenTelemetryMiddleware(
        finds_its_own_way,
        tracer_provider=telemetry.tracer_provider,
        meter_provider=telemetry.meter_provider,
    )
    await ask(traced, "/tea/green")

    assert telemetry.spans[0].name == "GET /tea/{kind}"


@pytest.mark.anyio
async def test_routes_that_were_mounted_twice_are_told_apart_by_what_matches(telemetry):
    inner = Route("/{item:int}", hello)
    app = App(
        routes=[
            Mount("/one", routes=[Mount("/a", routes=[Route("/other", hello)]), inner]),
            Mount("/one/a/b", routes=[inner]),
        ],
        middleware=[
            Middleware(
                OpenTelemetryMiddleware,
                tracer_provider=telemetry.tracer_provider,
                meter_provider=telemetry.meter_provider,
            )
        ],
    )
    await ask(app, "/one/5")

    assert telemetry.spans[0].name == "GET /one/{item}"


def test_without_opentelemetry_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "asgi_nb.web.middleware.opentelemetry")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(ImportError, match="run: pip install opentelemetry-api"):
        importlib.import_module("asgi_nb.web.middleware.opentelemetry")


@pytest.mark.anyio
async def test_a_route_in_an_app_that_hides_its_routes_gives_its_own_part(telemetry):
    inner = Router([Route("/tea/{kind}", hello)])

    async def hiding(scope, receive, send):
        await inner(scope, receive, send)

    app = App(
        routes=[Mount("/shop", app=hiding), Mount("/other", routes=[])],
        middleware=[
            Middleware(
                OpenTelemetryMiddleware,
                tracer_provider=telemetry.tracer_provider,
                meter_provider=telemetry.meter_provider,
            )
        ],
    )
    await ask(app, "/shop/tea/green")

    assert telemetry.spans[0].name == "GET /tea/{kind}"
