"""Of a request that went into a mount, the routes inside say why they answered or did not."""

import gc
import weakref

import litestar
import pytest
from fastapi import APIRouter, FastAPI
from litestar.params import FromPath
from starlette import routing as starlette
from starlette.applications import Starlette

from asgi_nb.live.app import LiveApp
from asgi_nb.live.inside import Inside, candidate_of
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Host, Mount, Route, Router, WebSocketRoute

pytestmark = pytest.mark.anyio


async def hello(request):
    return PlainTextResponse("hello")


@pytest.fixture
def fetch(app, ask):
    """Send one request through a tap, and give its exchange."""
    store = Store()
    tap = Tap(app, store, provenance=app)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    async def request(line):
        await ask(recorded, line)
        return store[-1]

    return request


def told(exchange):
    return [(one.route, one.verdict, one.reason) for one in exchange.routing if one.depth]


async def test_the_routes_of_a_mounted_router_say_why(app, fetch):
    app.mount("/api", Router([Route("/items/{n:int}", hello), Route("/items", hello, methods=["POST"])]))

    exchange = await fetch("GET /api/items/x")

    assert exchange.status == 404
    assert told(exchange) == [
        ("GET /api/items/{n:int}", "none", "segment 3: 'x' is not a whole number (n)"),
        ("POST /api/items", "none", "the path goes on with '/x'"),
    ]
    assert exchange.routing.matched is None
    assert "no route inside fits" in exchange._repr_html_()


async def test_mounts_inside_of_mounts_say_which_route_answered(app, fetch):
    app.mount("/a", Router([Mount("/b/{c}", routes=[Route("/d", hello)])]))

    exchange = await fetch("GET /a/b/x/d")

    assert exchange.routing.matched.route == "GET /a/b/{c}/d"
    assert [one.route for one in exchange.routing if one.chosen] == [
        "mount /a",
        "mount /a/b/{c}",
        "GET /a/b/{c}/d",
    ]


async def test_a_mounted_live_app_knows_its_cells(app, notebook, define, run_as, fetch):
    inner = LiveApp(notebook)
    run_as("", "other")
    inner.add_route("/x", hello)
    app.mount("/in", inner)

    assert (await fetch("GET /in/x")).routing.matched.origin.label == "[1]"


async def test_a_fastapi_app_tells_its_routes_and_those_of_its_routers(app, fetch):
    router = APIRouter(prefix="/v1")

    @router.get("/items/{n:int}")
    def items(n: int):
        return n

    api = FastAPI(openapi_url=None)
    api.include_router(router, prefix="/shop")
    app.mount("/api", api)

    assert (await fetch("GET /api/shop/v1/items/3")).routing.matched.route == "GET /api/shop/v1/items/{n:int}"
    assert told(await fetch("GET /api/shop/v1/items/x")) == [
        ("GET /api/shop/v1/items/{n:int}", "none", "segment 5: 'x' is not a whole number (n)")
    ]


async def test_a_starlette_app_tells_its_routes_and_hosts(app, fetch):
    deep = [starlette.Mount("/a", routes=[starlette.Route("/{b}", hello)])]
    hosts = [starlette.Host("api.example", Starlette(routes=[starlette.Route("/h", hello)]))]
    app.mount("/s", Starlette(routes=deep + hosts))

    assert (await fetch("GET /s/a/x")).routing.matched.route == "GET /s/a/{b}"
    assert ("host api.example", "none", "host: 'testserver' is not api.example") in told(
        await fetch("GET /s/h")
    )


async def test_an_app_that_is_served_as_it_is_tells_its_routes(app, ask):
    served = FastAPI()

    @served.get("/items/{n}")
    def item(n: int):
        return n

    store = Store()
    tap = Tap(app.traced(served), store, provenance=app)
    await ask(tap, "GET /items")
    await ask(tap, "GET /items/3")

    refused, answered = (exchange.routing for exchange in store)
    reasons = {one.route: one.reason for one in refused}
    assert (refused.matched, reasons["GET /items/{n}"]) == (None, "the path ends before '{n}'")
    assert answered.matched.route == "GET /items/{n}"

    @served.get("/items")
    def items():
        return []

    await ask(tap, "GET /items")
    assert store[-1].routing.matched.route == "GET /items"


async def test_parameters_of_a_foreign_kind_are_not_judged(app, ask):
    @litestar.get("/tea/{n:int}")
    async def tea(n: FromPath[int]) -> int:
        return n

    store = Store()
    served = litestar.Litestar([tea], openapi_config=None, logging_config=None)
    await ask(Tap(app.traced(served), store, provenance=app), "GET /tea/x")

    (route,) = store[-1].routing
    assert (store[-1].status, store[-1].routing.matched) == (404, None)
    assert route.route == "custom HTTPRoute /tea/{n:int}"
    assert route.reason == "its own code decides, and does not say why"


async def test_an_app_without_routes_that_is_served_tells_none(app, ask):
    store = Store()
    await ask(Tap(app.traced(PlainTextResponse("hello")), store, provenance=app), "GET /")

    assert store[-1].status == 200
    assert list(store[-1].routing) == []


async def test_the_routes_are_those_of_the_request(app, fetch):
    router = Router([Route("/x", hello)])
    app.mount("/a", router)
    before = await fetch("GET /a/y")
    router.add_route("/y", hello)

    after = await fetch("GET /a/y")

    assert [one.route for one in before.routing] == ["mount /a", "GET /a/x"]
    assert after.routing.matched.route == "GET /a/y"


async def test_routes_that_stay_are_read_once(app, fetch):
    app.mount("/a", Router([Mount("/b", routes=[Route("/x", hello)])]))

    first, second = await fetch("GET /a/b/x"), await fetch("GET /a/b/x")

    assert first.trace.candidates is second.trace.candidates


async def test_a_mount_that_a_request_cannot_lead_to_is_left_alone(app, fetch):
    class Counting:
        reads = 0

        @property
        def routes(self):
            Counting.reads += 1
            return []

        async def __call__(self, scope, receive, send):
            await PlainTextResponse("x")(scope, receive, send)

    app.mount("/a", Counting())
    before = Counting.reads
    await fetch("GET /b")

    assert Counting.reads == before


async def test_an_exchange_keeps_no_endpoint_of_a_mounted_app_alive(app, fetch):
    class Model:
        async def __call__(self, scope, receive, send):
            await PlainTextResponse("x")(scope, receive, send)

    model = Model()
    gone = weakref.ref(model)
    app.mount("/a", Router([Route("/x", model)]))
    exchange = await fetch("GET /a/x")
    del model
    app.reset()
    # The last snapshot that knew it goes with the next one but one.
    app.add_route("/y", hello)
    gc.collect()

    assert gone() is None
    assert exchange.routing.matched.route == "* /a/x"


async def test_an_app_inside_of_itself_is_read_to_some_depth(app, fetch):
    app.mount("/me", app)
    router = Router([Route("/x", hello)])
    router.mount("/again", router)
    app.mount("/r", router)

    assert (await fetch("GET /r/again/again/x")).routing.matched.route == "GET /r/again/again/x"
    assert (await fetch("GET /me/r/x")).status == 200


async def test_what_cannot_be_read_is_not_known(app, fetch):
    class Odd:
        @property
        def routes(self):
            raise RuntimeError("no")

        async def __call__(self, scope, receive, send):
            await PlainTextResponse("odd")(scope, receive, send)

    app.mount("/a", Odd())

    exchange = await fetch("GET /a/x")

    assert exchange.response.text == "odd"
    assert (
        exchange.routing.matched.reason == "the path begins so; what is mounted there decides about the rest"
    )


@pytest.mark.parametrize(
    ("route", "title"),
    [
        pytest.param(Route("/x", hello), "GET /x", id="route"),
        pytest.param(WebSocketRoute("/x", hello), "websocket /x", id="websocket"),
        pytest.param(Mount("/x", routes=[]), "mount /x", id="mount"),
        pytest.param(Host("a.example", Router()), "host a.example", id="host"),
        pytest.param(object(), "custom object", id="unknown"),
        pytest.param(starlette.Route("/x", hello), "GET /x", id="starlette-route"),
        pytest.param(starlette.WebSocketRoute("/x", hello), "websocket /x", id="starlette-websocket"),
        pytest.param(starlette.Mount("/x", routes=[]), "mount /x", id="starlette-mount"),
    ],
)
def test_a_route_is_known_by_what_it_has(route, title):
    assert candidate_of(route).title == title


def test_a_mount_without_routes_shows_none():
    assert Inside(Mount("/x", app=hello)).read("/x") is None
