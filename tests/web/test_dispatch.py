"""The short ways through an app lead to the same place as the long ones."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.errors import ServerErrorMiddleware
from asgi_nb.web.middleware.exceptions import ExceptionMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Mount, Route, Router
from asgi_nb.web.testclient import TestClient


async def hello(request):
    return PlainTextResponse("hello")


async def says_status(request, exc):
    return PlainTextResponse(f"handled {exc.status_code}", exc.status_code)


def ask(app, path="/nothing", method="GET"):
    response = TestClient(app).request(method, path)
    return response.status_code, response.text


ROUTES = [Route("/", hello)]


@pytest.mark.parametrize(
    ("path", "method", "status", "allow"),
    [
        pytest.param("/nothing", "GET", 404, None, id="no-route"),
        pytest.param("/", "POST", 405, "GET, HEAD", id="no-method"),
    ],
)
def test_a_refusal_looks_like_the_exception_it_stands_for(path, method, status, allow):
    async def raises(scope, receive, send):
        raise HTTPException(status, headers=None if allow is None else {"Allow": allow})

    raised = TestClient(App(routes=[Mount("", raises)])).request(method, path)
    refused = TestClient(App(routes=ROUTES)).request(method, path)

    assert (refused.status_code, refused.text) == (raised.status_code, raised.text)
    assert refused.headers.raw == raised.headers.raw


@pytest.mark.parametrize("key", [404, HTTPException])
def test_a_handler_sees_the_404_of_a_router(key):
    assert ask(App(routes=ROUTES, exception_handlers={key: says_status})) == (404, "handled 404")


@pytest.mark.parametrize("key", [405, HTTPException])
def test_a_handler_sees_the_405_of_a_router(key):
    app = App(routes=ROUTES, exception_handlers={key: says_status})

    assert ask(app, "/", "POST") == (405, "handled 405")


def test_a_handler_put_into_the_dict_of_a_built_stack_counts():
    app = App(routes=ROUTES)
    app.middleware_stack = app.build_middleware_stack()
    app.middleware_stack.app._exception_handlers[HTTPException] = says_status

    assert ask(app) == (404, "handled 404")


def test_a_subclass_answers_in_its_own_way():
    class Own(ExceptionMiddleware):
        async def http_exception(self, request, exc):
            return PlainTextResponse("own", exc.status_code)

    class Application(App):
        def build_middleware_stack(self):
            return ServerErrorMiddleware(Own(self.router))

    assert ask(Application(routes=ROUTES)) == (404, "own")


def test_a_router_finds_nothing_in_its_own_way():
    class Own(Router):
        async def not_found(self, scope, receive, send):
            await PlainTextResponse("own", 404)(scope, receive, send)

    app = App()
    app.router = Own(ROUTES)

    assert ask(app) == (404, "own")


def test_a_middleware_around_a_mount_sees_the_exception_of_the_router_inside():
    seen = []

    class Watch:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            try:
                await self.app(scope, receive, send)
            except HTTPException as exc:
                seen.append(exc.status_code)
                raise

    app = App(routes=[Mount("/in", routes=ROUTES, middleware=[Middleware(Watch)])])

    assert ask(app, "/in/nothing") == (404, "Not Found")
    assert seen == [404]


def test_a_function_around_the_app_gets_the_404_as_a_response():
    async def mark(request, call_next):
        response = await call_next(request)
        response.headers["x-seen"] = str(response.status_code)
        return response

    app = App(routes=ROUTES, middleware=[Middleware(BaseHTTPMiddleware, dispatch=mark)])

    assert TestClient(app).get("/nothing").headers["x-seen"] == "404"


def test_a_call_that_is_put_into_a_class_is_made(monkeypatch):
    calls = []
    call = ServerErrorMiddleware.__call__

    async def traced(self, scope, receive, send):
        calls.append(scope["type"])
        await call(self, scope, receive, send)

    monkeypatch.setattr(ServerErrorMiddleware, "__call__", traced)

    assert ask(App(routes=ROUTES), "/") == (200, "hello")
    assert calls == ["http"]


def test_the_app_inside_the_error_handling_may_be_another_one():
    app = App(routes=ROUTES)
    before = ask(app, "/")

    app.middleware_stack.app.app = PlainTextResponse("other")

    assert (before, ask(app, "/")) == ((200, "hello"), (200, "other"))


@pytest.mark.parametrize("name", ["matches", "handle"])
@pytest.mark.parametrize("where", ["class", "object"])
def test_what_is_put_in_the_place_of_a_routes_method_is_called(monkeypatch, where, name):
    route = Route("/", hello)
    owner = Route if where == "class" else route
    method = getattr(owner, name)
    calls = []

    def traced(*args):
        calls.append(name)
        return method(*args)

    monkeypatch.setattr(owner, name, traced)

    assert ask(App(routes=[route]), "/") == (200, "hello")
    assert calls == [name]


async def messages_of(app, method):
    sent = []

    async def send(message):
        sent.append(dict(message))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    return sent


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [200, 201, 204, 304, 404])
async def test_a_route_sends_a_response_as_it_sends_itself(status, method):
    done = []
    responses = [
        PlainTextResponse("hello", status, {"x-a": "b"}, background=BackgroundTask(done.append, place))
        for place in ("alone", "routed")
    ]

    async def endpoint(request):
        return responses[1]

    alone = await messages_of(responses[0], method)
    routed = await messages_of(App(routes=[Route("/", endpoint)]), method)

    assert routed == alone
    assert done == ["alone", "routed"]


def test_a_mounted_router_may_get_another_stack_while_it_serves():
    router = Router(ROUTES)
    app = App(routes=[Mount("/in", router)])
    before = ask(app, "/in/")

    router.middleware_stack = PlainTextResponse("other")

    assert (before, ask(app, "/in/")) == ((200, "hello"), (200, "other"))


def test_a_router_may_run_its_routes_in_its_own_way():
    class Own(Router):
        async def app(self, scope, receive, send):
            scope["path"] = "/"
            await super().app(scope, receive, send)

    app = App(routes=[Mount("/in", Own(ROUTES))])
    app.router = Own(ROUTES)

    assert ask(app) == (200, "hello")


def test_a_slash_too_many_is_seen_behind_a_route_that_matches_by_itself():
    class Odd(Route):
        def matches(self, scope):
            return super().matches(scope)

    app = App(routes=[Odd("/odd/", hello), Route("/even/", hello)])

    assert (ask(app, "/odd"), ask(app, "/even")) == ((200, "hello"), (200, "hello"))


def test_a_path_without_its_slash_is_redirected_where_a_parameter_stands_before_it():
    app = App(routes=[Route("/{x}", hello)])
    client = TestClient(app, follow_redirects=False)
    before = client.get("/a")

    app.router.replace_route(app.routes[0], Route("/{x}/", hello))
    after = client.get("/a")

    assert (before.status_code, after.status_code) == (200, 307)
    assert after.headers["location"] == "http://testserver/a/"


@pytest.mark.parametrize("number", ["٣", "-1", "+1", "1_0", " 1", "1" * 5000, "x"])
def test_only_plain_digits_are_a_number(number):
    async def item(request):
        return PlainTextResponse(str(request.path_params["id"]))

    async def other(request):
        return PlainTextResponse("other")

    app = App(routes=[Route("/{id:int}", item), Route("/{text}", other)])

    assert ask(app, f"/{number}") == (200, "other")
