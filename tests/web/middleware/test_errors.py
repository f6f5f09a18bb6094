"""What nobody handled becomes a 500 and is raised again."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.errors import ServerErrorMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient

pytestmark = pytest.mark.anyio


class Hostile(Exception):
    def __str__(self):
        return "<script>alert('message')</script>"


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no words")


async def fail(request):
    password = "hunter2"
    raise Hostile from KeyError(len(password))


async def page(app, accept="text/html"):
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        return await client.get("/", headers={"accept": accept})


async def test_the_client_learns_nothing_and_the_server_all():
    app = App(routes=[Route("/", fail)])

    response = await page(app)
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    async with AsyncTestClient(app) as client:
        with pytest.raises(Hostile):
            await client.get("/")


async def test_the_debug_page_escapes_and_shows_source_but_no_values():
    response = await page(App(debug=True, routes=[Route("/", fail)]))

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in response.text
    assert "&lt;script&gt;alert(&#x27;message&#x27;)" in response.text
    assert "raise Hostile from KeyError(len(password))" in response.text
    assert "It was caused by KeyError" in response.text
    # The source line is there, the value of the variable only because the line itself says it.
    assert response.text.count("hunter2") == 1
    assert "prefers-color-scheme: dark" in response.text


async def test_the_debug_page_is_text_for_who_does_not_take_html():
    response = await page(App(debug=True, routes=[Route("/", fail)]), accept="*/*")

    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.rstrip().endswith("Hostile: <script>alert('message')</script>")


async def test_the_debug_page_survives_an_exception_that_does_not():
    async def endpoint(request):
        raise Unprintable

    response = await page(App(debug=True, routes=[Route("/", endpoint)]))

    assert "<h1>Unprintable</h1>" in response.text


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
async def test_the_debug_page_writes_what_is_no_unicode_as_escapes(accept):
    async def open_file(request):
        raise ValueError("cannot read tea\udcff.txt")

    response = await page(App(debug=True, routes=[Route("/", open_file)]), accept)

    assert response.status_code == 500
    assert r"\udcff.txt" in response.text


async def test_the_debug_page_ends_where_exceptions_go_round_in_circles():
    async def endpoint(request):
        first, second = ValueError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        raise first

    response = await page(App(debug=True, routes=[Route("/", endpoint)]))

    assert response.text.count("ValueError</h") == 2


@pytest.mark.parametrize("key", [500, Exception])
@pytest.mark.parametrize("is_async", [True, False])
async def test_a_handler_makes_the_response(key, is_async):
    def handle(request, exc):
        return PlainTextResponse(f"{type(exc).__name__} at {request.url.path}", 500)

    async def handle_async(request, exc):
        return handle(request, exc)

    app = App(routes=[Route("/", fail)], exception_handlers={key: handle_async if is_async else handle})

    assert (await page(app)).text == "Hostile at /"


async def raising_late(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise Hostile


@pytest.mark.parametrize("middlewares", [0, 1])
async def test_a_handler_is_called_also_when_it_is_too_late_for_a_response(middlewares):
    called, sent = [], []

    class Pure:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)

    async def handle(request, exc):
        called.append(exc)
        return PlainTextResponse("late", 500)

    class Endpoint:
        async def __call__(self, scope, receive, send):
            await raising_late(scope, receive, send)

    async def send(message):
        sent.append(message["type"])

    app = App(
        routes=[Route("/", Endpoint())],
        exception_handlers={500: handle},
        middleware=[Middleware(Pure)] * middlewares,
    )
    with pytest.raises(Hostile):
        await app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send)

    assert (sent, len(called)) == (["http.response.start"], 1)


async def test_it_works_around_any_app():
    async def app(scope, receive, send):
        raise Hostile

    assert (await page(ServerErrorMiddleware(app))).text == "Internal Server Error"


@pytest.mark.parametrize("inside", [False, True])
async def test_a_500_has_what_middleware_adds_only_when_asked(inside):
    handled = []

    class Tag:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            async def tagged(message):
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (b"access-control-allow-origin", b"*")]
                await send(message)

            await self.app(scope, receive, tagged)

    async def handle(request, exc):
        handled.append(exc)
        return PlainTextResponse("oops", 500)

    app = App(
        routes=[Route("/", fail)],
        middleware=[Middleware(Tag)],
        exception_handlers={500: handle},
        errors_inside_middleware=inside,
    )
    response = await page(app)

    assert (response.text, "access-control-allow-origin" in response.headers) == ("oops", inside)
    assert len(handled) == 1


async def test_an_error_of_the_middleware_itself_is_answered_outside():
    class Broken:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            else:
                raise Hostile

    app = App(middleware=[Middleware(Broken)], errors_inside_middleware=True)

    assert (await page(app)).status_code == 500


def test_errors_of_websockets_are_left_to_the_server():
    async def endpoint(websocket):
        raise Hostile

    with (
        pytest.raises(Hostile),
        TestClient(App(routes=[WebSocketRoute("/", endpoint)])).websocket_connect("/"),
    ):
        pass


async def test_the_debug_page_leaves_out_what_an_error_was_raised_without():
    async def hides(request):
        try:
            raise KeyError("hidden")
        except KeyError:
            raise ValueError("shown") from None

    response = await page(App(debug=True, routes=[Route("/", hides)]))

    assert '<p class="message">ValueError: shown' in response.text
    assert '<p class="message">KeyError' not in response.text
