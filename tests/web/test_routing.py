"""Routes, mounts, hosts and the router, as requests meet them."""

import contextlib
import functools
import gc
from contextvars import ContextVar

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor
from asgi_nb.web.exceptions import HTTPException, StarletteDeprecationWarning, WebSocketException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.responses import PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.routing import (
    BaseRoute,
    Host,
    Match,
    Mount,
    NoMatchFound,
    Route,
    Router,
    WebSocketRoute,
    compile_path,
    get_name,
    replace_params,
)
from asgi_nb.web.testclient import AsyncTestClient, TestClient, WebSocketDenialResponse
from asgi_nb.web.websockets import WebSocketDisconnect


async def hello(request):
    return PlainTextResponse("hello")


def echo_params(request):
    return dict(request.path_params)


async def raw(scope, receive, send):
    await PlainTextResponse(f"{scope['root_path']}|{scope['path']}")(scope, receive, send)


class Tag:
    """A pure middleware that adds a header."""

    def __init__(self, app, value="1"):
        self.app = app
        self.value = value

    async def __call__(self, scope, receive, send):
        async def tagged(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-tag", self.value.encode())]
            await send(message)

        await self.app(scope, receive, tagged)


def http_scope(path="/", method="GET", **more):
    return {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "scheme": "http",
        "server": ("testserver", 80),
        **more,
    }


async def call(app, scope):
    messages = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        messages.append(message)

    await app(scope, receive, send)
    return messages


# What a route is made of.


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        pytest.param(lambda: Route("x", hello), "route path must start with '/', got 'x'", id="route"),
        pytest.param(
            lambda: WebSocketRoute("x", hello), "route path must start with '/', got 'x'", id="websocket"
        ),
        pytest.param(
            lambda: Mount("x", app=raw), "mount path must be empty or start with '/', got 'x'", id="mount"
        ),
        pytest.param(lambda: Host("/x", app=raw), "host must not start with '/', got '/x'", id="host"),
        pytest.param(lambda: Route("/{a}/{b}/{a}", hello), "Duplicated param name a at path", id="duplicate"),
        pytest.param(
            lambda: Route("/{b}{a}/{b}{a}", hello), "Duplicated param names a, b at path", id="duplicates"
        ),
        pytest.param(
            lambda: Route("/{a:integer}", hello),
            "unknown path convertor 'integer' in '/{a:integer}'",
            id="unknown",
        ),
        pytest.param(lambda: Route("/{a:pth}", hello), "did you mean 'path'?", id="near"),
    ],
)
def test_a_wrong_path_says_what_was_expected(make, complaint):
    with pytest.raises(ValueError) as caught:
        make()

    assert complaint in str(caught.value)


def test_a_mount_needs_something_to_mount():
    with pytest.raises(TypeError, match="pass app= or routes="):
        Mount("/x")


def test_get_brings_head_and_methods_are_upper_case():
    assert Route("/", hello).methods == {"GET", "HEAD"}
    assert Route("/", hello, methods=["post"]).methods == {"POST"}
    assert Route("/", raw_class()).methods is None


def raw_class():
    class Endpoint:
        async def __call__(self, scope, receive, send):
            await raw(scope, receive, send)

    return Endpoint()


def test_names_come_from_the_endpoint():
    assert Route("/", hello).name == "hello"
    assert Route("/", hello, name="other").name == "other"
    assert get_name(raw_class()) == "Endpoint"
    assert Route("/", functools.partial(hello)).methods == {"GET", "HEAD"}


def test_routes_are_equal_by_what_they_say():
    assert Route("/", hello) == Route("/", hello)
    assert Route("/", hello) != Route("/", hello, methods=["POST"])
    assert WebSocketRoute("/", hello) == WebSocketRoute("/", hello)
    assert Mount("/a/", app=raw) == Mount("/a", app=raw)
    assert Host("a", app=raw) == Host("a", app=raw)
    assert Router([Route("/", hello)]) == Router([Route("/", hello)])


def test_reprs_show_what_identifies_a_route():
    assert repr(Route("/a", hello)) == "Route(path='/a', name='hello', methods=['GET', 'HEAD'])"
    assert repr(WebSocketRoute("/a", hello)) == "WebSocketRoute(path='/a', name='hello')"
    assert repr(Mount("/a", app=hello)).startswith("Mount(path='/a', name='', app=<function hello")
    assert repr(Host("a", app=hello, name="n")).startswith("Host(host='a', name='n', app=<function hello")


def test_compile_path_gives_regex_template_and_convertors():
    regex, template, convertors = compile_path("/u/{id:int}/{rest:path}")

    assert regex.match("/u/7/a/b").groupdict() == {"id": "7", "rest": "a/b"}
    assert regex.match("/u/7/a\n") is None
    assert template == "/u/{id}/{rest}"
    assert list(convertors) == ["id", "rest"]


def test_a_host_pattern_ignores_its_port_and_the_case():
    regex, _, _ = compile_path("{sub}.Example.org:8000")

    assert regex.match("API.example.ORG")["sub"] == "API"


def test_replace_params_keeps_what_it_misses_and_removes_what_it_takes():
    params = {"a": "{b}", "c": 1}

    path, left = replace_params("/{a}/{b}", compile_path("/{a}/{b}")[2], params)

    assert (path, left) == ("/{b}/{b}", {"c": 1})


def test_a_regex_of_a_subclass_decides():
    class Caseless(Route):
        def __init__(self, path, endpoint):
            super().__init__(path, endpoint)
            self.path_regex = __import__("re").compile(path, 2)

    client = TestClient(App(routes=[Caseless("/hello", hello), Route("/{x}", echo_params)]))

    assert client.get("/HELLO").text == "hello"


def test_matches_changes_nothing_and_merges_the_parameters_around():
    scope = http_scope("/7", path_params={"outer": 1})
    before = dict(scope)

    match, child_scope = Route("/{id:int}", hello).matches(scope)

    assert match is Match.FULL
    assert child_scope == {"endpoint": hello, "path_params": {"outer": 1, "id": 7}}
    assert scope == before


# Which route answers.

client = TestClient(
    App(
        routes=[
            Route("/", hello),
            Route("/static", hello),
            Route("/int/{n:int}", echo_params),
            Route("/float/{n:float}", echo_params),
            Route("/uuid/{n:uuid}", lambda request: str(request.path_params["n"])),
            Route("/path/{p:path}", echo_params),
            Route("/{name}.{ext}", echo_params),
            Route("/both", hello, methods=["POST"]),
            Route("/b{word}", lambda request: "word", methods=["PUT"]),
            Mount("/mounted", app=raw),
            Mount("/routes/{lang}", routes=[Route("/x", echo_params), Route("/y/", hello)]),
        ]
    )
)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        pytest.param("/", 200, "hello", id="root"),
        pytest.param("/int/12", 200, '{"n":12}', id="int"),
        pytest.param("/int/x", 404, "Not Found", id="no-int"),
        pytest.param("/int/\N{ARABIC-INDIC DIGIT ONE}", 404, "Not Found", id="no-ascii-digit"),
        pytest.param("/int/" + "9" * 5000, 404, "Not Found", id="more-digits-than-python-converts"),
        pytest.param("/float/2.5", 200, '{"n":2.5}', id="float"),
        pytest.param("/path/", 200, '{"p":""}', id="empty-path"),
        pytest.param("/path/a/b", 200, '{"p":"a/b"}', id="path"),
        pytest.param("/a.b", 200, '{"name":"a","ext":"b"}', id="mixed-segment"),
        pytest.param("/static%0A", 404, "Not Found", id="newline"),
        pytest.param("/mounted/a", 200, "/mounted|/mounted/a", id="mount"),
        pytest.param("/routes/en/x", 200, '{"lang":"en"}', id="mount-parameter"),
        pytest.param("/nothing/here", 404, "Not Found", id="none"),
    ],
)
def test_the_first_route_that_fits_answers(path, status, text):
    response = client.get(path)

    assert (response.status_code, response.text) == (status, text)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        pytest.param("/static/?q=1", "http://testserver/static?q=1", id="remove"),
        pytest.param("/mounted", "http://testserver/mounted/", id="mount"),
        pytest.param("/routes/en/y", "http://testserver/routes/en/y/", id="inside-a-mount"),
    ],
)
def test_a_path_with_a_slash_too_many_or_too_few_is_redirected(path, location):
    response = client.get(path, follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (307, location)


def test_redirects_can_be_switched_off():
    router = Router([Route("/x", hello)], redirect_slashes=False)

    assert TestClient(router).get("/x/").status_code == 404


def test_405_names_the_methods_of_every_route_for_the_path():
    response = client.delete("/both")

    assert response.status_code == 405
    assert response.headers["allow"] == "POST, PUT"


def test_a_router_without_an_app_answers_itself():
    router = Router([Route("/x", hello)])

    assert TestClient(router).get("/nothing").text == "Not Found"
    assert TestClient(router).post("/x").headers["allow"] == "GET, HEAD"


def test_a_route_alone_is_an_app():
    assert TestClient(Route("/x", hello)).get("/x").text == "hello"
    assert TestClient(Route("/x", hello)).get("/y").status_code == 404
    assert TestClient(Route("/x", hello)).post("/x").status_code == 405


def test_the_default_answers_what_no_route_fits():
    router = Router([Route("/x", hello)], default=raw)

    assert TestClient(router).get("/else").text == "|/else"


def test_an_unknown_scope_type_is_refused():
    with pytest.raises(ValueError, match="got 'other'"):
        anyio.run(call, Router(), {"type": "other"})


def test_a_convertor_that_refuses_a_text_says_no_match():
    class Even(Convertor[int]):
        regex = "[0-9]+"

        def convert(self, value):
            if int(value) % 2:
                raise ValueError(value)
            return int(value)

    register_url_convertor("even", Even())
    try:
        app = App(routes=[Route("/{n:even}", echo_params), Route("/{n}", lambda request: "odd")])
    finally:
        del CONVERTOR_TYPES["even"]

    assert TestClient(app).get("/2").json() == {"n": 2}
    assert TestClient(app).get("/3").text == "odd"
    assert app.routes[0].matches(http_scope("/3"))[0] is Match.NONE


def test_hosts_choose_by_name():
    app = App(
        routes=[
            Host("api.example.org", app=Router([Route("/", lambda request: "api")])),
            Host("{sub}.example.org", app=Router([Route("/", echo_params)])),
            Route("/", hello),
        ]
    )

    assert TestClient(app, base_url="http://API.example.org:8000").get("/").text == "api"
    assert TestClient(app, base_url="http://WWW.example.org").get("/").json() == {"sub": "www"}
    assert TestClient(app, base_url="http://example.com").get("/").text == "hello"
    assert TestClient(app).get("/", headers={"host": "a b"}).text == "hello"


# Changes while serving.


def test_routes_can_be_changed_while_serving():
    first, second = Route("/a", lambda request: "first"), Route("/a", lambda request: "second")
    app = App(routes=[first])
    client = TestClient(app)

    assert client.get("/a").text == "first"
    app.router.replace_route(first, second)
    assert client.get("/a").text == "second"
    app.router.insert_route(0, first)
    assert client.get("/a").text == "first"
    app.router.remove_route(first)
    assert client.get("/a").text == "second"
    app.router.replace_routes([Route("/b", hello)])
    assert client.get("/a").status_code == 404
    app.routes.append(Route("/c", hello))
    assert client.get("/c").text == "hello"
    app.router.routes = []
    assert client.get("/c").status_code == 404


@pytest.mark.parametrize(
    ("index", "order"), [(0, "cab"), (1, "acb"), (2, "abc"), (9, "abc"), (-1, "acb"), (-9, "cab")]
)
def test_a_route_is_moved_to_where_a_list_would_insert_it(index, order):
    router = Router([Route(f"/{name}", hello, name=name) for name in "abc"])

    router.move_route(router.routes[2], index)

    assert "".join(route.name for route in router.routes) == order


def test_a_route_that_is_moved_counts_from_its_new_place_on():
    first, second = Route("/{x}", lambda request: "first"), Route("/{y}", lambda request: "second")
    app = App(routes=[first, second])
    client = TestClient(app)
    before = client.get("/a").text

    app.router.move_route(second, 0)

    assert (before, client.get("/a").text) == ("first", "second")


def test_a_move_is_one_change_of_the_list():
    router = Router([Route(f"/{name}", hello, name=name) for name in "abc"])
    states = []

    class Watched(type(router.routes)):
        def __setattr__(self, name, value):
            # The stamp says that the list was changed, once it was.
            states.append("".join(route.name for route in self))
            super().__setattr__(name, value)

    router._routes = Watched(router.routes)
    states.clear()
    router.move_route(router.routes[0], 2)

    assert states == ["bca"]


def test_a_route_that_is_not_there_cannot_be_moved():
    with pytest.raises(ValueError, match="is not one of this router's 0 routes"):
        Router().move_route(Route("/", hello), 0)


def test_the_very_route_is_removed_and_not_an_equal_one():
    routes = [Route("/", hello, name="first"), Route("/", hello, name="second")]
    router = Router(routes)

    router.remove_route(routes[1])

    assert router.routes[0].name == "first"


def test_an_equal_route_stands_for_one_that_is_not_there():
    router = Router([Route("/", hello)])

    router.remove_route(Route("/", hello))

    assert router.routes == []


def test_a_route_that_is_not_there_cannot_be_replaced():
    with pytest.raises(ValueError, match="is not one of this router's 0 routes"):
        Router().replace_route(Route("/", hello), Route("/", hello))


def test_methods_and_endpoint_app_are_read_for_each_request():
    route = Route("/a", hello)
    client = TestClient(App(routes=[route]))
    client.get("/a")

    route.methods.add("PATCH")
    assert client.patch("/a").text == "hello"
    route.app = raw
    assert client.get("/a").text == "|/a"


@pytest.mark.anyio
async def test_a_request_ends_with_the_route_it_began_with():
    entered, go_on = anyio.Event(), anyio.Event()

    async def slow(request):
        entered.set()
        await go_on.wait()
        return PlainTextResponse("old")

    app = App(routes=[Route("/", slow)])
    texts = []
    async with AsyncTestClient(app) as client, anyio.create_task_group() as task_group:

        async def ask():
            texts.append((await client.get("/")).text)

        task_group.start_soon(ask)
        await entered.wait()
        app.router.replace_routes([Route("/", lambda request: "new")])
        texts.append((await client.get("/")).text)
        go_on.set()

    assert texts == ["new", "old"]


# Endpoints.


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("endpoint", "body", "content_type"),
    [
        pytest.param(lambda request: {"a": 1}, b'{"a":1}', "application/json", id="sync-dict"),
        pytest.param(lambda request: "text", b"text", "text/plain; charset=utf-8", id="sync-text"),
        pytest.param(lambda request: raw_class(), b"|/", "text/plain; charset=utf-8", id="asgi-app"),
    ],
)
async def test_functions_may_return_plain_values(endpoint, body, content_type):
    async with AsyncTestClient(App(routes=[Route("/", endpoint)])) as client:
        response = await client.get("/")

    assert (response.content, response.headers["content-type"]) == (body, content_type)


@pytest.mark.anyio
async def test_generators_become_streams():
    async def numbers(request):
        yield "1"
        yield "2"

    def letters(request):
        yield "a"
        yield "b"

    async with AsyncTestClient(App(routes=[Route("/n", numbers), Route("/l", letters)])) as client:
        assert (await client.get("/n")).text == "12"
        assert (await client.get("/l")).text == "ab"


@pytest.mark.anyio
async def test_a_value_that_is_no_response_names_the_endpoint():
    async def odd(request):
        return object()

    async with AsyncTestClient(App(routes=[Route("/", odd)])) as client:
        with pytest.raises(TypeError, match="odd"):
            await client.get("/")


@pytest.mark.anyio
async def test_a_sync_endpoint_sees_the_context_variables_of_the_request():
    variable = ContextVar("variable", default="unset")

    class Set:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            variable.set("set")
            await self.app(scope, receive, send)

    app = App(routes=[Route("/", lambda request: variable.get())], middleware=[Middleware(Set)])
    async with AsyncTestClient(app) as client:
        assert (await client.get("/")).text == "set"


@pytest.mark.anyio
async def test_head_sends_headers_and_no_body():
    messages = await call(App(routes=[Route("/", hello)]), http_scope(method="HEAD"))

    assert (b"content-length", b"5") in messages[0]["headers"]
    assert [message.get("body") for message in messages[1:]] == [b""]


@pytest.mark.anyio
async def test_middleware_of_a_route_wraps_only_it():
    app = App(
        routes=[
            Route("/tagged", hello, middleware=[Middleware(Tag)]),
            Route("/plain", hello),
            Mount("/mount", routes=[Route("/x", missing)], middleware=[Middleware(Tag)]),
        ]
    )
    async with AsyncTestClient(app) as client:
        assert "x-tag" in (await client.get("/tagged")).headers
        assert "x-tag" not in (await client.get("/plain")).headers
        # The exception is answered inside, so that the middleware sees a response.
        response = await client.get("/mount/x")

    assert (response.status_code, "x-tag" in response.headers) == (410, True)


async def missing(request):
    raise HTTPException(410)


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(Router([Route("/", hello)], middleware=[Middleware(Tag)]), id="router"),
        pytest.param(
            App(routes=[Mount("/", app=Router([Route("/", hello)], middleware=[Middleware(Tag)]))]),
            id="mount",
        ),
    ],
)
def test_middleware_of_a_router_wraps_all_its_routes(app):
    assert TestClient(app).get("/").headers["x-tag"] == "1"


def test_limits_of_the_body_stand_on_routes_mounts_and_routers():
    async def size(request):
        return len(await request.body())

    app = App(
        routes=[
            Route("/route", size, methods=["POST"], max_body_size=3),
            Mount("/mount", routes=[Route("/", size, methods=["POST"])], max_body_size=3),
            Mount("/router", app=Router([Route("/", size, methods=["POST"])], max_body_size=3)),
        ]
    )
    client = TestClient(app)

    for path in ("/route", "/mount/", "/router/"):
        assert client.post(path, content=b"abc").text == "3"
        assert client.post(path, content=b"abcd").status_code == 413


# Mounts and the scope.


@pytest.mark.anyio
async def test_a_mount_leaves_the_scope_as_it_was_but_for_the_match():
    inner = App(routes=[Route("/{id:int}", hello, name="inner")])
    app = Router([Mount("/m/{lang}", app=inner)])
    scope = http_scope("/m/en/7")

    await call(app, scope)

    assert scope["root_path"] == ""
    assert "app_root_path" not in scope
    assert "app" not in scope
    assert scope["route"] is inner.routes[0]
    assert scope["endpoint"] is hello
    assert scope["path_params"] == {"lang": "en", "id": 7}


@pytest.mark.anyio
async def test_an_outer_handler_is_asked_after_a_mounted_app_failed():
    class Odd(Exception):
        pass

    async def fail(scope, receive, send):
        scope["app"] = "inner"
        raise Odd

    async def handler(request, exc):
        return PlainTextResponse(f"{request.app is app} {request.scope['root_path']!r}")

    app = App(routes=[Mount("/m", app=fail)], exception_handlers={Odd: handler})
    messages = await call(app, http_scope("/m/x"))

    assert messages[1]["body"] == b"True ''"


@pytest.mark.parametrize("root_path", ["", "/proxy"])
def test_url_for_is_right_under_a_root_path_and_inside_a_mount(root_path):
    async def here(request):
        return PlainTextResponse(f"{request.url_for('m:here', id=3)} {request.url_for('top')}")

    app = App(
        routes=[
            Mount("/m", name="m", routes=[Route("/{id:int}", here, name="here")]),
            Route("/", hello, name="top"),
        ]
    )
    client = TestClient(app, root_path=root_path)

    response = client.get(f"{root_path}/m/1")

    base = f"http://testserver{root_path}"
    assert response.text == f"{base}/m/3 {base}/"


def test_redirects_keep_the_root_path():
    client = TestClient(App(routes=[Route("/x/", hello)]), root_path="/proxy")

    response = client.get("/proxy/x", follow_redirects=False)

    assert response.headers["location"] == "http://testserver/proxy/x/"


# Names.

named = Router(
    [
        Route("/u/{id:int}", hello, name="user"),
        WebSocketRoute("/ws", hello, name="socket"),
        Mount("/files", app=raw, name="files"),
        Mount("/api/{v}", name="api", routes=[Route("/{path:path}", hello, name="any")]),
        Mount("/open", routes=[Route("/deep", hello, name="deep")]),
        Host("{sub}.org", name="host", app=Router([Route("/h", hello, name="inner")])),
    ]
)


@pytest.mark.parametrize(
    ("name", "params", "url"),
    [
        pytest.param("user", {"id": 3}, ("/u/3", "http", ""), id="route"),
        pytest.param("socket", {}, ("/ws", "websocket", ""), id="websocket"),
        pytest.param("files", {"path": "/a/b"}, ("/files/a/b", "", ""), id="mount"),
        pytest.param("api:any", {"v": "1", "path": "x/y"}, ("/api/1/x/y", "http", ""), id="mount-child"),
        pytest.param("deep", {}, ("/open/deep", "http", ""), id="unnamed-mount"),
        pytest.param("host:inner", {"sub": "a"}, ("/h", "http", "a.org"), id="host-child"),
        pytest.param("host", {"sub": "a", "path": "/p"}, ("/p", "", "a.org"), id="host"),
    ],
)
def test_names_give_paths(name, params, url):
    path = named.url_path_for(name, **params)

    assert (str(path), path.protocol, path.host) == url


@pytest.mark.parametrize(
    ("name", "params"),
    [
        pytest.param("nobody", {}, id="name"),
        pytest.param("user", {}, id="missing"),
        pytest.param("user", {"id": 1, "more": 2}, id="too-many"),
        pytest.param("api:nobody", {"v": "1"}, id="child"),
        pytest.param("host", {"path": "/", "sub": "a", "more": "b"}, id="host"),
    ],
)
def test_a_name_without_a_route_says_so(name, params):
    with pytest.raises(NoMatchFound) as caught:
        named.url_path_for(name, **params)

    assert str(caught.value) == f'No route exists for name "{name}" and params "{", ".join(params)}".'


# WebSockets.


async def echo(websocket):
    await websocket.accept()
    await websocket.send_json({"params": websocket.path_params, "text": await websocket.receive_text()})
    await websocket.close()


def test_websocket_routes_are_found_like_others():
    app = App(routes=[WebSocketRoute("/ws/{room}", echo), Mount("/m", routes=[WebSocketRoute("/ws", echo)])])

    for path, params in (("/ws/a", {"room": "a"}), ("/m/ws", {})):
        with TestClient(app).websocket_connect(path) as session:
            session.send_text("hi")
            assert session.receive_json() == {"params": params, "text": "hi"}


def test_a_websocket_without_a_route_is_closed():
    with (
        pytest.raises(WebSocketDisconnect),
        TestClient(App(routes=[Route("/x", hello)])).websocket_connect("/x"),
    ):
        pass


@pytest.mark.parametrize(
    ("accepts", "exc", "raised"),
    [
        pytest.param(False, WebSocketException(4001, "no"), WebSocketDisconnect, id="close-before"),
        pytest.param(False, HTTPException(418), WebSocketDenialResponse, id="denial"),
        pytest.param(True, WebSocketException(4001, "no"), WebSocketDisconnect, id="close-after"),
    ],
)
def test_exceptions_of_a_websocket_endpoint_are_answered(accepts, exc, raised):
    async def endpoint(websocket):
        if accepts:
            await websocket.accept()
        raise exc

    with pytest.raises(raised) as caught:
        with TestClient(App(routes=[WebSocketRoute("/", endpoint)])).websocket_connect("/") as session:
            session.receive_text()

    if raised is WebSocketDenialResponse:
        assert caught.value.status_code == 418
    else:
        assert (caught.value.code, caught.value.reason) == (4001, "no")


def test_a_response_is_too_late_once_a_websocket_was_accepted():
    async def endpoint(websocket):
        await websocket.accept()
        raise HTTPException(418)

    with pytest.raises(RuntimeError, match="response already started"):
        with TestClient(App(routes=[WebSocketRoute("/", endpoint)])).websocket_connect("/"):
            pass


# Lifespan.


def recorded(log, name, state=None):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        log.append(f"+{name}")
        yield state
        log.append(f"-{name}")

    return lifespan


@pytest.mark.anyio
async def test_lifespans_of_mounted_apps_run_in_order_and_back():
    log = []
    deep = App(lifespan=recorded(log, "deep"))
    first = App(routes=[Mount("/deep", app=deep)], lifespan=recorded(log, "first"))
    second = App(lifespan=recorded(log, "second"))
    app = App(
        routes=[
            Mount("/1", app=first),
            Mount("/raw", app=raw),
            Host("h", app=second),
            Mount("/again", app=second),
        ],
        lifespan=recorded(log, "outer"),
    )

    async with AsyncTestClient(app):
        log.append("serving")

    assert log == ["+outer", "+first", "+deep", "+second", "serving", "-second", "-deep", "-first", "-outer"]


@pytest.mark.anyio
async def test_a_mounted_app_that_takes_every_scope_for_a_request_stops_nothing():
    async def careless(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async with AsyncTestClient(App(routes=[Mount("/v1", app=careless)])) as client:
        assert (await client.get("/v1/x")).text == "/v1/x"


@pytest.mark.anyio
async def test_each_mounted_app_sees_its_own_state_over_that_around():
    def show(request):
        return dict(request.state._state)

    def sub(value):
        return App(routes=[Route("/", show)], lifespan=recorded([], "", {"db": value, value: 1}))

    app = App(
        routes=[Mount("/a", app=sub("a")), Mount("/b", app=sub("b")), Route("/", show)],
        lifespan=recorded([], "", {"db": "outer", "outer": 1}),
    )

    async with AsyncTestClient(app) as client:
        assert (await client.get("/a/")).json()["db"] == "a"
        assert (await client.get("/b/")).json() == {"outer": 1, "db": "b", "a": 1, "b": 1}
        assert (await client.get("/")).json()["db"] == "outer"


@pytest.mark.anyio
async def test_a_mounted_app_that_fails_to_start_fails_the_whole_and_stops_the_others():
    log = []

    @contextlib.asynccontextmanager
    async def broken(app):
        raise OSError("no database")
        yield

    app = App(
        routes=[
            Mount("/good", app=App(lifespan=recorded(log, "good"))),
            Mount("/bad", app=App(lifespan=broken)),
        ],
        lifespan=recorded(log, "outer"),
    )

    with pytest.raises(RuntimeError, match=r"(?s)startup of the app of Mount.*no database"):
        async with AsyncTestClient(app):
            log.append("serving")

    assert log == ["+outer", "+good", "-good"]


@pytest.mark.anyio
@pytest.mark.parametrize("passed_on", [True, False], ids=["passed on", "entered"])
async def test_a_lifespan_that_the_outer_app_enters_is_not_entered_twice(passed_on):
    log = []
    deep = App(lifespan=recorded(log, "deep"))
    inner = App(routes=[Mount("/deep", app=deep)], lifespan=recorded(log, "inner", {"db": "inner"}))

    @contextlib.asynccontextmanager
    async def entering(app):
        async with inner.router.lifespan_context(inner) as state:
            yield state

    outer = App(
        routes=[Mount("/in", app=inner)],
        lifespan=inner.router.lifespan_context if passed_on else entering,
    )

    for _ in range(2):
        async with AsyncTestClient(outer):
            log.append("serving")

    assert log == ["+inner", "+deep", "serving", "-deep", "-inner"] * 2


@pytest.mark.anyio
async def test_a_mounted_app_that_fails_to_stop_says_so():
    @contextlib.asynccontextmanager
    async def broken(app):
        yield
        raise OSError("still open")

    app = App(routes=[Mount("/bad", app=App(lifespan=broken))])

    with pytest.raises(RuntimeError, match=r"(?s)shutdown of the app of Mount.*still open"):
        async with AsyncTestClient(app):
            pass


@pytest.mark.anyio
async def test_a_lifespan_that_is_cancelled_lets_go_of_the_mounted_apps():
    started = anyio.Event()
    log = []
    app = App(routes=[Mount("/m", app=App(lifespan=recorded(log, "inner")))])
    messages = [{"type": "lifespan.startup"}]

    async def receive():
        if messages:
            return messages.pop()
        await anyio.sleep_forever()

    async def send(message):
        started.set()

    async with anyio.create_task_group() as task_group:
        task_group.start_soon(app, {"type": "lifespan", "state": {}}, receive, send)
        await started.wait()
        task_group.cancel_scope.cancel()
    # An unclosed channel would warn here.
    gc.collect()

    assert log == ["+inner"]


@pytest.mark.anyio
async def test_what_a_lifespan_gives_is_the_state_of_each_request():
    app = App(
        routes=[Route("/", lambda request: request.state.value)], lifespan=recorded([], "", {"value": 7})
    )

    async with AsyncTestClient(app) as client:
        assert (await client.get("/")).text == "7"


@pytest.mark.anyio
async def test_state_without_a_place_for_it_fails_the_startup():
    sent = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        sent.append(message)

    with pytest.raises(RuntimeError, match='does not support "state"'):
        await App(lifespan=recorded([], "", {"a": 1}))({"type": "lifespan"}, receive, send)

    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]


@pytest.mark.parametrize("kind", ["async generator function", "generator function"])
def test_generator_functions_are_lifespans_with_a_warning(kind):
    log = []

    async def lifespan(app):
        log.append("start")
        yield
        log.append("stop")

    def plain(app):
        log.append("start")
        yield
        log.append("stop")

    with pytest.warns(StarletteDeprecationWarning, match=f"^{kind} lifespans are deprecated"):
        app = App(lifespan=lifespan if kind.startswith("async") else plain)
    with TestClient(app):
        pass

    assert log == ["start", "stop"]


@pytest.mark.anyio
async def test_a_streaming_response_streams():
    read = []

    async def chunks():
        for number in range(3):
            read.append(number)
            yield f"{number}"

    app = App(routes=[Route("/", lambda request: StreamingResponse(chunks()))])
    async with AsyncTestClient(app) as client, client.stream("GET", "/") as response:
        async with contextlib.aclosing(response.aiter_raw()) as body:
            first = await anext(body)

    assert (first, read) == (b"0", [0, 1])


def test_a_status_without_a_body_has_none():
    response = TestClient(App(routes=[Route("/", lambda request: Response(status_code=204))])).get("/")

    assert (response.content, "content-length" in response.headers) == (b"", False)


@pytest.mark.parametrize(
    ("name", "use"),
    [
        pytest.param("matches", lambda route: route.matches({}), id="matches"),
        pytest.param("url_path_for", lambda route: route.url_path_for("tea"), id="url_path_for"),
        pytest.param("handle", lambda route: anyio.run(route.handle, {}, None, None), id="handle"),
    ],
)
def test_a_route_of_ones_own_is_told_what_it_lacks(name, use):
    class Own(BaseRoute):
        pass

    with pytest.raises(NotImplementedError, match=rf"^Own needs a method {name}\("):
        use(Own())


def test_a_route_that_was_not_set_up_says_so():
    class Own(Route):
        def __init__(self):
            pass

    with pytest.raises(AttributeError, match=r"^Own has no path yet; call super\(\).__init__\(\)$"):
        Own().matches({"type": "http", "method": "GET", "path": "/"})


def test_mounts_and_websocket_routes_are_apps_by_themselves():
    async def socket(websocket):
        await websocket.accept()
        await websocket.close(4000)

    mounted = TestClient(Mount("/a", app=raw))
    with TestClient(WebSocketRoute("/ws", socket)).websocket_connect("/ws") as session:
        closed = session.receive()

    assert mounted.get("/a/b").text == "/a|/a/b"
    assert mounted.get("/b").status_code == 404
    assert closed["code"] == 4000


def test_a_host_is_for_requests_only():
    host = Host("example.org", app=raw)

    assert host.matches({"type": "lifespan"}) == (Match.NONE, {})


def test_a_path_inside_a_host_or_mount_is_that_of_the_first_route_that_fits():
    routes = [Route("/a", hello, name="a"), Route("/b", hello, name="b"), Mount("/m", routes=[], name="m")]
    router = Router(
        [
            Host("{sub}.example.org", Router(routes), name="host"),
            Mount("/{user}", Router(routes), name="mount"),
        ]
    )

    found = router.url_path_for("host:b", sub="api")
    assert (found, found.host) == ("/b", "api.example.org")
    assert router.url_path_for("mount:b", user="ada") == "/ada/b"
    with pytest.raises(NoMatchFound):
        router.url_path_for("host:c", sub="api")


def test_a_mount_is_found_by_path_only_with_all_of_its_parameters():
    router = Router([Mount("/{user}", Router([]), name="mount")])

    assert router.url_path_for("mount", user="ada", path="/tea") == "/ada/tea"
    with pytest.raises(NoMatchFound):
        router.url_path_for("mount", user="ada", path="/tea", more=1)


@pytest.mark.anyio
async def test_a_mounted_app_that_fails_as_it_stops_is_named():
    @contextlib.asynccontextmanager
    async def lifespan(app):
        yield
        raise OSError("cannot stop")

    async def silent(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise OSError("cannot stop")

    app = App(routes=[Mount("/silent", app=silent)])

    with pytest.raises(Exception, match=r"shutdown of the app of Mount\(path='/silent'.*OSError"):
        async with AsyncTestClient(app):
            pass


@pytest.mark.anyio
async def test_a_lifespan_can_be_entered_by_hand():
    log = []
    app = App(lifespan=recorded(log, "app", {"db": 1}))

    async with app.router.lifespan_context(app) as state:
        log.append(state)

    assert log == ["+app", {"db": 1}, "-app"]


def test_a_route_with_a_handle_of_its_own_is_asked_to_handle():
    class Own(Route):
        async def handle(self, scope, receive, send):
            await PlainTextResponse(f"own {scope['path_params']['kind']}")(scope, receive, send)

    client = TestClient(App(routes=[Own("/tea/{kind}", hello), Mount("/m", routes=[Own("/{kind}", hello)])]))

    assert client.get("/tea/green").text == "own green"
    assert client.get("/m/black").text == "own black"
