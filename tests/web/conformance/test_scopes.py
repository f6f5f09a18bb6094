"""What mounts and apps do to the scope: whom it shows what, and what they leave behind."""

import copy

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.middleware.sessions import SessionMiddleware
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import StreamingResponse
from asgi_nb.web.routing import Host, Mount, Route, Router, WebSocketRoute
from asgi_nb.web.websockets import WebSocket

pytestmark = pytest.mark.anyio

# What a request has on its way in, and has on its way out as before.
KEPT = (
    "type",
    "asgi",
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "headers",
    "client",
    "server",
    "scheme",
)


async def pass_on(request, call_next):
    return await call_next(request)


async def where(request):
    names = {"item": "item", "v1:item": "v1:item", "v1:deep:item": "v1:deep:item"}
    links = {}
    for name in names:
        try:
            links[name] = str(request.url_for(name, number=7))
        except Exception as exc:  # noqa: BLE001 - the name of the error is what is compared
            links[name] = type(exc).__name__
    return {
        "root_path": request.scope["root_path"],
        "app_root_path": request.scope.get("app_root_path"),
        "url": str(request.url),
        "base_url": str(request.base_url),
        "params": request.path_params,
        "links": links,
    }


async def fail(request):
    raise HTTPException(418)


async def crash(request):
    raise LookupError


async def stream(request):
    async def chunks():
        yield request.scope["root_path"]

    return StreamingResponse(chunks())


ITEM = Route("/items/{number:int}", where, name="item")
LEAVES = [ITEM, Route("/fail", fail), Route("/crash", crash), Route("/stream", stream)]


def nested(middleware=()):
    deep = App(routes=LEAVES, middleware=middleware)
    return App(
        routes=[Mount("/v{version:int}", name="v1", routes=[Mount("/deep", app=deep, name="deep")]), *LEAVES]
    )


MIDDLEWARE = {
    "none": [],
    "function": [Middleware(BaseHTTPMiddleware, dispatch=pass_on)],
    "pure": [Middleware(GZipMiddleware)],
    "all": [
        Middleware(BaseHTTPMiddleware, dispatch=pass_on),
        Middleware(GZipMiddleware),
        Middleware(SessionMiddleware, secret_key="k"),
        Middleware(BaseHTTPMiddleware, dispatch=pass_on),
    ],
}


@pytest.mark.parametrize(
    "path", ["/v1/deep/items/3", "/v1/deep/fail", "/v1/deep/crash", "/v1/deep/stream", "/v1/no"]
)
@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("root", ["", "/root"])
async def test_the_scope_is_left_as_it_was_but_for_what_matched(http, path, middleware, root):
    before = {}
    app = nested(MIDDLEWARE[middleware])

    async def outside(scope, receive, send):
        before.update(copy.deepcopy({key: scope[key] for key in KEPT}))
        await app(scope, receive, send)

    played = await http(outside, root + path, root_path=root)

    assert not played.faults, played.transcript
    assert {key: played.scope[key] for key in KEPT} == before
    assert "app_root_path" not in played.scope
    assert played.scope["app"] is app


@pytest.mark.parametrize("middleware", MIDDLEWARE)
async def test_a_middleware_outside_sees_the_route_inside_two_mounts(http, middleware):
    seen = {}

    class Look:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)
            seen.update({key: scope.get(key) for key in ("route", "endpoint", "path_params", "root_path")})

    app = App(routes=nested(MIDDLEWARE[middleware]).routes, middleware=[Middleware(Look)])
    played = await http(app, "/v1/deep/items/3")

    played.assert_conforms()
    assert seen["route"] is not None
    assert seen["route"].path == "/items/{number:int}"
    assert seen["endpoint"] is where
    assert seen["path_params"] == {"version": 1, "number": 3}
    assert seen["root_path"] == ""


@pytest.mark.parametrize("root", ["", "/root", "/a/b"])
@pytest.mark.parametrize("middleware", MIDDLEWARE)
async def test_links_lead_to_where_they_say(http, root, middleware):
    app = nested(MIDDLEWARE[middleware])

    played = await http(app, f"{root}/v1/deep/items/3", root_path=root)

    played.assert_conforms()
    assert f'"root_path":"{root}/v1/deep"'.encode() in played.body
    assert f'"url":"http://h.example{root}/v1/deep/items/3"'.encode() in played.body
    outer = await http(app, f"{root}/items/3", root_path=root)
    assert f'"base_url":"http://h.example{root}/"'.encode() in outer.body
    assert f'"item":"http://h.example{root}/items/7"'.encode() in outer.body


async def test_a_root_path_that_the_path_does_not_contain_is_no_prefix(http):
    played = await http(nested(), "/items/3", root_path="/elsewhere")

    played.assert_conforms()
    assert b'"root_path":"/elsewhere"' in played.body


async def test_a_prefix_of_half_a_segment_is_no_mount(http):
    app = App(routes=[Mount("/app", app=App(routes=LEAVES))])

    assert (await http(app, "/apple/items/3")).status == 404
    assert (await http(app, "/application")).status == 404


@pytest.mark.parametrize(
    "path", ["/items/3\n", "/items/3\r", "/items/3/", "/items/\u0663", "/items/+3", "/items/3_0"]
)
async def test_a_path_that_only_looks_like_a_route_is_none(http, path):
    played = await http(App(routes=[Mount("/", routes=[ITEM])]), path)

    played.assert_conforms()
    # With a slash at its end there is the route without one to redirect to.
    assert played.status == (307 if path.endswith("/") else 404)


async def test_matching_a_route_changes_nothing(scope):
    routes = [
        ITEM,
        Mount("/v1", routes=[ITEM]),
        Host("h.example", app=Router([ITEM])),
        WebSocketRoute("/ws", where),
    ]
    for given in (scope(path="/v1/items/3"), scope("websocket", "/ws")):
        before = copy.deepcopy(given)

        for route in routes:
            route.matches(given)

        assert given == before


async def test_405_names_the_methods_of_every_route_of_the_path(http):
    app = App(routes=[Route("/", where, methods=["GET"]), Route("/", where, methods=["PUT"])])

    played = await http(app, method="DELETE")

    assert played.status == 405
    assert set(played.headers[b"allow"].split(b", ")) == {b"GET", b"HEAD", b"PUT"}


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"headers": ()}, id="headers-are-a-tuple"),
        pytest.param({"headers": iter([(b"host", b"h.example")])}, id="headers-are-an-iterator"),
        pytest.param({"server": None, "client": None}, id="no-addresses"),
        pytest.param({"server": ("/run/a.sock", None)}, id="unix-socket"),
        pytest.param({"headers": [(b"host", b"h example\xff")]}, id="bad-host"),
        pytest.param({"headers": [(b"host", b"a"), (b"host", b"b")]}, id="two-hosts"),
        pytest.param({"query_string": b"a=\xff&%zz&\x00"}, id="odd-query"),
        pytest.param({"path": "/items/3", "raw_path": None}, id="no-raw-path"),
        pytest.param({"extensions": None}, id="extensions-are-none"),
        pytest.param({"headers": [(b"cookie", b"\xff=\xfe; =; ;;a")]}, id="odd-cookies"),
    ],
)
async def test_an_odd_scope_is_answered(http, odd):
    async def look(request):
        return [str(request.url), str(request.base_url), dict(request.query_params), request.cookies]

    app = App(routes=[Route("/{rest:path}", look)], middleware=MIDDLEWARE["all"])

    played = await http(app, **odd)

    played.assert_conforms()
    assert played.status == 200, played.transcript


@pytest.mark.parametrize(
    "missing", ["root_path", "query_string", "client", "server", "state", "scheme", "raw_path"]
)
async def test_keys_that_a_server_may_leave_out_are_not_needed(server, scope, missing):
    async def look(request):
        return [str(request.url), str(request.base_url), dict(request.query_params), request.client is None]

    given = scope()
    del given[missing]
    app = App(routes=[Mount("/", routes=[Route("/", look)])], middleware=MIDDLEWARE["all"])

    played = await server(given, [{"type": "http.request"}]).run(app)

    played.assert_conforms()
    assert played.status == 200


async def test_messages_may_leave_out_what_has_a_default(http):
    async def echo(request):
        return await request.body()

    app = App(routes=[Route("/", echo, methods=["POST"])], middleware=MIDDLEWARE["all"])

    parts = [{"type": "http.request", "more_body": True}, {"type": "http.request", "body": b"tea"}]
    played = await http(app, "/", parts, method="POST")

    played.assert_conforms()
    assert played.body == b"tea"


async def test_an_app_may_leave_out_headers_and_body(http):
    async def least(scope, receive, send):
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    for middleware in MIDDLEWARE.values():
        played = await http(App(routes=[Mount("/", app=least)], middleware=middleware))

        played.assert_conforms()
        assert played.status == 204


async def test_requests_and_sockets_share_the_state_of_the_scope(scope):
    given, other = scope(), scope("websocket")
    given["state"] = other["state"] = {"a": 1}

    Request(given).state.b = 2

    assert WebSocket(other, None, None).state.b == 2
