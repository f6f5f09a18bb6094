"""The application: what it is made of, and how it changes while it serves."""

import anyio
import pytest

from asgi_nb.web.applications import App, Starlette
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route, Router
from asgi_nb.web.testclient import AsyncTestClient, TestClient


async def hello(request):
    return PlainTextResponse("hello")


class Tag:
    """A middleware that adds its name to a header."""

    made = 0

    def __init__(self, app, name="tag"):
        Tag.made += 1
        self.app = app
        self.name = name

    async def __call__(self, scope, receive, send):
        async def tagged(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-tag", self.name.encode())]
            await send(message)

        await self.app(scope, receive, tagged)


def tags(app):
    return TestClient(app).get("/").headers.get_list("x-tag")


def test_starlette_is_another_name():
    assert Starlette is App


def test_an_app_starts_empty():
    app = App()

    assert (app.routes, app.user_middleware, app.exception_handlers, app.middleware_stack) == (
        [],
        [],
        {},
        None,
    )
    assert app.debug is False
    app.state.value = 1
    assert app.state.value == 1


def test_the_request_knows_its_app_and_its_router():
    async def endpoint(request):
        return PlainTextResponse(f"{request.app is app} {request.scope['router'] is app.router}")

    app = App(routes=[Route("/", endpoint)])

    assert TestClient(app).get("/").text == "True True"


def test_middleware_runs_from_the_first_to_the_last():
    app = App(
        routes=[Route("/", hello)], middleware=[Middleware(Tag, "outer"), Middleware(Tag, name="inner")]
    )

    assert tags(app) == ["inner", "outer"]


def test_middleware_is_made_once():
    app = App(routes=[Route("/", hello)], middleware=[Middleware(Tag)])
    Tag.made = 0

    tags(app)
    tags(app)

    assert Tag.made == 1


def test_middleware_can_be_added_and_removed_while_serving():
    app = App(routes=[Route("/", hello)])

    assert tags(app) == []
    app.add_middleware(Tag, "a")
    app.add_middleware(Tag, name="b")
    assert tags(app) == ["a", "b"]
    app.remove_middleware(app.user_middleware[1])
    assert tags(app) == ["b"]
    app.remove_middleware(Tag)
    assert tags(app) == []


def test_a_middleware_that_is_not_there_cannot_be_removed():
    app = App(middleware=[Middleware(Tag, "a")])

    with pytest.raises(ValueError, match=r"is not in this app, which has Middleware\(Tag, 'a'\)"):
        app.remove_middleware(Router)


def test_handlers_can_be_added_while_serving():
    app = App()
    client = TestClient(app)

    assert client.get("/").text == "Not Found"
    app.add_exception_handler(404, lambda request, exc: PlainTextResponse("nowhere", 404))
    assert client.get("/").text == "nowhere"


@pytest.mark.anyio
async def test_a_request_ends_in_the_stack_it_began_in():
    entered, go_on = anyio.Event(), anyio.Event()

    async def slow(request):
        entered.set()
        await go_on.wait()
        return PlainTextResponse("")

    app = App(routes=[Route("/slow", slow), Route("/", hello)], middleware=[Middleware(Tag, "old")])
    seen = {}
    async with AsyncTestClient(app) as client, anyio.create_task_group() as task_group:

        async def ask(path):
            seen[path] = (await client.get(path)).headers.get_list("x-tag")

        task_group.start_soon(ask, "/slow")
        await entered.wait()
        app.remove_middleware(Tag)
        app.add_middleware(Tag, "new")
        await ask("/")
        go_on.set()

    assert seen == {"/slow": ["old"], "/": ["new"]}


def test_the_stack_can_be_replaced_by_hand():
    async def other(scope, receive, send):
        await PlainTextResponse("other")(scope, receive, send)

    app = App(routes=[Route("/", hello)])
    app.middleware_stack = other

    assert TestClient(app).get("/").text == "other"


def test_routes_are_added_one_by_one():
    async def host(scope, receive, send):
        await PlainTextResponse("host")(scope, receive, send)

    app = App()
    app.add_route("/a", hello, methods=["POST"], name="a")
    app.router.add_websocket_route("/ws", hello)
    app.host("other", host)
    app.mount("/m", App(routes=[Route("/", hello, name="inner")]), name="m")

    assert TestClient(app).post("/a").text == "hello"
    assert TestClient(app, base_url="http://other").get("/").text == "host"
    assert (app.url_path_for("a"), app.url_path_for("m:inner")) == ("/a", "/m/")


def test_a_middleware_shows_how_it_will_be_made():
    middleware = Middleware(Tag, "a", name="b")

    assert repr(middleware) == "Middleware(Tag, 'a', name='b')"
    assert tuple(middleware) == (Tag, ("a",), {"name": "b"})
