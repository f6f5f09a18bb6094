"""Cross-origin requests: what the browser is told."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient

pytestmark = pytest.mark.anyio

A, B = "https://a.org", "https://b.org"


async def hello(request):
    return PlainTextResponse("hello", headers={"vary": "Accept"})


async def passing(request, call_next):
    return await call_next(request)


async def ask(method, headers, *, functions=0, **options):
    app = App(
        routes=[Route("/", hello)],
        middleware=[
            *[Middleware(BaseHTTPMiddleware, dispatch=passing)] * functions,
            Middleware(CORSMiddleware, **options),
        ],
    )
    async with AsyncTestClient(app) as client:
        return await client.request(method, "/", headers=headers)


def cors(response):
    """The headers that matter, without their common beginning."""
    start = "access-control-"
    return {
        name.removeprefix(start): value for name, value in response.headers.items() if name.startswith(start)
    }


@pytest.mark.parametrize("functions", [0, 1])
@pytest.mark.parametrize(
    ("options", "origin", "told"),
    [
        pytest.param({"allow_origins": ["*"]}, A, {"allow-origin": "*"}, id="any"),
        pytest.param(
            {"allow_origins": ["*"], "allow_credentials": True},
            A,
            {"allow-origin": A, "allow-credentials": "true"},
            id="any-with-credentials",
        ),
        pytest.param({"allow_origins": [A]}, A, {"allow-origin": A}, id="listed"),
        pytest.param({"allow_origins": [A]}, B, {}, id="not-listed"),
        pytest.param({"allow_origin_regex": r"https://\w\.org"}, B, {"allow-origin": B}, id="regex"),
        pytest.param({"allow_origin_regex": r"https://\w\.org"}, A + ".evil", {}, id="regex-matches-whole"),
        pytest.param({"allow_origins": ["*"]}, None, {}, id="same-origin"),
        pytest.param(
            {"allow_origins": [A], "expose_headers": ["X-A", "X-B"]},
            A,
            {"allow-origin": A, "expose-headers": "X-A, X-B"},
            id="exposed",
        ),
    ],
)
async def test_a_response_says_who_may_read_it(functions, options, origin, told):
    response = await ask("GET", {} if origin is None else {"origin": origin}, functions=functions, **options)

    assert (response.text, cors(response)) == ("hello", told)
    assert response.headers["vary"] == "Accept, Origin"


@pytest.mark.parametrize("functions", [0, 1])
async def test_a_preflight_is_answered_without_the_app(functions):
    response = await ask(
        "OPTIONS",
        {
            "origin": A,
            "access-control-request-method": "POST",
            "access-control-request-headers": "X-A, content-type",
            "access-control-request-private-network": "true",
        },
        functions=functions,
        allow_origins=[A],
        allow_methods=["POST"],
        allow_headers=["X-A"],
        allow_private_network=True,
        max_age=60,
    )

    assert (response.status_code, response.text) == (200, "OK")
    assert cors(response) == {
        "allow-origin": A,
        "allow-methods": "POST",
        "allow-headers": "Accept, Accept-Language, Content-Language, Content-Type, X-A",
        "allow-private-network": "true",
        "max-age": "60",
    }
    assert response.headers["vary"].startswith("Origin, Access-Control-Request-Method")


async def test_a_preflight_that_is_refused_names_every_reason():
    response = await ask(
        "OPTIONS",
        {
            "origin": B,
            "access-control-request-method": "PUT",
            "access-control-request-headers": "X-B",
            "access-control-request-private-network": "true",
        },
        allow_origins=[A],
    )

    assert (response.status_code, response.text) == (
        400,
        "Disallowed CORS origin, method, headers, private-network",
    )
    assert "allow-origin" not in cors(response)


async def test_any_header_is_mirrored_and_any_method_listed():
    response = await ask(
        "OPTIONS",
        {"origin": A, "access-control-request-method": "PATCH", "access-control-request-headers": "X-Any"},
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
    )

    assert cors(response)["allow-headers"] == "X-Any"
    assert cors(response)["allow-methods"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"


async def test_options_without_a_question_is_for_the_app():
    assert (await ask("OPTIONS", {"origin": A}, allow_origins=["*"])).status_code == 405


async def test_the_headers_of_a_shared_response_do_not_grow():
    shared = PlainTextResponse("shared")

    async def endpoint(request):
        return shared

    app = App(routes=[Route("/", endpoint)], middleware=[Middleware(CORSMiddleware, allow_origins=["*"])])
    async with AsyncTestClient(app) as client:
        await client.get("/", headers={"origin": A})
        response = await client.get("/", headers={"origin": A})

    assert response.headers.get_list("vary") == ["Origin"]


@pytest.mark.parametrize(
    "options",
    [
        {"allow_origins": "*", "allow_methods": "*", "allow_headers": "*", "expose_headers": "*"},
        {"allow_origins": A, "allow_methods": "PUT", "allow_headers": "x-a", "expose_headers": "x-b"},
    ],
    ids=["any", "one"],
)
def test_one_text_is_the_list_of_it(options):
    def answers(options):
        client = TestClient(
            App(routes=[Route("/", hello)], middleware=[Middleware(CORSMiddleware, **options)])
        )
        asked = {"access-control-request-method": "PUT", "access-control-request-headers": "x-a"}
        for origin in (A, A[:-1]):
            yield client.get("/", headers={"origin": origin}).headers
            preflight = client.options("/", headers={"origin": origin, **asked})
            yield preflight.status_code, preflight.headers

    assert list(answers(options)) == list(answers({name: [text] for name, text in options.items()}))


def test_websockets_pass():
    async def endpoint(websocket):
        await websocket.accept()
        await websocket.close()

    app = App(routes=[WebSocketRoute("/", endpoint)], middleware=[Middleware(CORSMiddleware)])
    with TestClient(app).websocket_connect("/"):
        pass


async def test_a_preflight_need_not_ask_for_headers():
    response = await ask("OPTIONS", {"origin": A, "access-control-request-method": "GET"}, allow_origins=[A])

    assert response.status_code == 200
    assert cors(response)["allow-origin"] == A
