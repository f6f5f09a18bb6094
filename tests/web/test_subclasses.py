"""A subclass may use an ordinary name for something of its own, and the class it comes from still works."""

import httpx2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import FileResponse, PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Mount, Route, Router
from asgi_nb.web.staticfiles import StaticFiles

pytestmark = pytest.mark.anyio

# What people call the methods of their own classes.
NAMES = (
    "answer build check close create execute find get_result handle_error load plan prepare process query"
    " read read_all render_body respond run save serve setup start stop store table update write"
).split()


def full_of_names(cls):
    """A subclass with a method of its own by each of the names, with and without an underscore before it."""

    def own(self, *args, **kwargs):
        raise AssertionError("this is the subclass's own affair")

    names = {name for plain in NAMES for name in (plain, f"_{plain}") if not hasattr(cls, plain)}
    return type(cls.__name__, (cls,), dict.fromkeys(names, own))


async def get(app, path):
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
        response = await client.get(path)
        return response.status_code, response.text


async def hello(request):
    return PlainTextResponse("hello")


@pytest.mark.parametrize("path", ["/hello", "/sub/hello", "/sub/7"])
async def test_of_a_router_and_an_app(path):
    router_class, app_class = full_of_names(Router), full_of_names(App)
    below = router_class([Route("/hello", hello), Route("/{number:int}", hello)])
    app = app_class(routes=[Route("/hello", hello), Mount("/sub", below)])

    assert await get(app, path) == (200, "hello")


async def test_the_methods_of_a_router_stay_the_subclasss():
    class GraphRouter(Router):
        def run(self, query):
            return f"ran {query}"

    router = GraphRouter()

    async def ask(request):
        return PlainTextResponse(router.run("this"))

    router.add_route("/ask", ask)

    assert await get(App(routes=[Mount("/graph", router)]), "/graph/ask") == (200, "ran this")
    assert await get(router, "/ask") == (200, "ran this")


async def test_of_a_function_middleware():
    class Passing(full_of_names(BaseHTTPMiddleware)):
        async def dispatch(self, request, call_next):
            response = await call_next(request)
            return PlainTextResponse(f"{response.status_code} passed")

    app = App(routes=[Route("/", hello)], middleware=[Middleware(Passing), Middleware(Passing)])

    assert await get(app, "/") == (200, "200 passed")


async def test_of_responses(tmp_path):
    (tmp_path / "tea.txt").write_text("tea")
    done = []

    async def stream(request):
        task = full_of_names(BackgroundTask)(done.append, "stream")
        return full_of_names(StreamingResponse)(iter(["te", b"a"]), background=task)

    async def file(request):
        return full_of_names(FileResponse)(tmp_path / "tea.txt")

    async def text(request):
        return full_of_names(PlainTextResponse)("tea")

    app = App(
        routes=[
            Route("/stream", stream),
            Route("/file", file),
            Route("/text", text),
            Mount("/static", full_of_names(StaticFiles)(directory=tmp_path)),
        ]
    )

    for path in ("/stream", "/file", "/text", "/static/tea.txt"):
        assert await get(app, path) == (200, "tea")
    assert done == ["stream"]
