"""Exceptions that have a handler become what it gives."""

import pytest

from asgi_nb.web._exception_handler import wrap_app_handling_exceptions
from asgi_nb.web.applications import App
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware.exceptions import ExceptionMiddleware
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Mount, Route, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient

pytestmark = pytest.mark.anyio


class Base(Exception):
    pass


class Derived(Base):
    pass


def raising(exc):
    async def endpoint(request):
        raise exc

    return endpoint


def says(text):
    async def handle(request, exc):
        return PlainTextResponse(text, 400)

    return handle


async def get(app, path="/"):
    async with AsyncTestClient(app) as client:
        return await client.get(path)


async def test_an_http_exception_is_its_detail():
    app = App(routes=[Route("/", raising(HTTPException(418, "tea", headers={"x-pot": "short"})))])

    response = await get(app)

    assert (response.status_code, response.text, response.headers["x-pot"]) == (418, "tea", "short")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_http_exception_without_a_body_has_none(status):
    response = await get(App(routes=[Route("/", raising(HTTPException(status)))]))

    assert (response.status_code, response.content) == (status, b"")


@pytest.mark.parametrize(
    ("handlers", "exc", "text"),
    [
        pytest.param({Base: says("base")}, Derived(), "base", id="by-base-class"),
        pytest.param(
            {Base: says("base"), Derived: says("derived")}, Derived(), "derived", id="nearest-class"
        ),
        pytest.param({404: says("404")}, HTTPException(404), "404", id="by-status"),
        pytest.param(
            {HTTPException: says("class"), 404: says("404")}, HTTPException(404), "404", id="status-first"
        ),
        pytest.param(
            {HTTPException: says("class"), 404: says("404")}, HTTPException(405), "class", id="then-class"
        ),
        pytest.param({Base: lambda request, exc: PlainTextResponse("sync")}, Base(), "sync", id="sync"),
    ],
)
async def test_the_handler_that_fits_best_answers(handlers, exc, text):
    assert (await get(App(routes=[Route("/", raising(exc))], exception_handlers=handlers))).text == text


async def test_a_404_of_the_router_has_handlers_too():
    assert (await get(App(exception_handlers={404: says("nowhere")}), "/x")).text == "nowhere"


async def test_the_handler_gets_the_request_of_the_endpoint():
    seen = []

    async def endpoint(request):
        seen.append(request)
        await request.body()
        raise Base

    async def handle(request, exc):
        seen.append(request)
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", endpoint, methods=["POST"])], exception_handlers={Base: handle})
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"body")).text == "body"
    assert seen[0] is seen[1]


async def test_a_handled_exception_lets_go_of_its_frames():
    exc = Base()

    await get(App(routes=[Route("/", raising(exc))], exception_handlers={Base: says("")}))

    assert exc.__traceback__ is None


class Late:
    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise Base


async def late_stream(request):
    async def chunks():
        yield "a"
        raise Base

    return StreamingResponse(chunks())


async def late_background(request):
    async def background():
        raise Base

    return PlainTextResponse("", background=background)


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(Route("/", Late()), id="asgi-app"),
        pytest.param(Route("/", late_stream), id="stream"),
        pytest.param(Route("/", late_background), id="background"),
        pytest.param(Mount("/", app=Late()), id="mount"),
    ],
)
async def test_a_handler_is_too_late_once_the_response_was_started(route):
    async def send(message):
        pass

    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "path": "/", "headers": []}
    with pytest.raises(RuntimeError, match="response already started") as caught:
        await App(routes=[route], exception_handlers={Base: says("")})(scope, receive, send)

    assert isinstance(caught.value.__cause__, Base)


async def test_a_key_that_is_no_exception_is_refused():
    with pytest.raises(TypeError, match="is for a status or an Exception class, got 'x'"):
        ExceptionMiddleware(Late(), handlers={"x": says("")})


async def test_handlers_in_the_dict_itself_count():
    app = ExceptionMiddleware(Late.__call__)
    app._exception_handlers[Base] = says("patched")

    async def inner(scope, receive, send):
        raise Base

    app.app = inner
    assert (await get(app)).text == "patched"


async def test_an_app_can_be_wrapped_by_hand():
    async def inner(scope, receive, send):
        raise Base

    async def app(scope, receive, send):
        scope["starlette.exception_handlers"] = ({Base: says("wrapped")}, {})
        await wrap_app_handling_exceptions(inner, Request(scope, receive, send))(scope, receive, send)

    assert (await get(app)).text == "wrapped"


def test_an_exception_of_a_websocket_may_have_a_handler_that_speaks():
    async def endpoint(websocket):
        await websocket.accept()
        raise Base

    async def handle(websocket, exc):
        await websocket.send_text("sorry")
        await websocket.close()

    app = App(routes=[WebSocketRoute("/", endpoint)], exception_handlers={Base: handle})
    with TestClient(app).websocket_connect("/") as session:
        assert session.receive_text() == "sorry"


def test_an_exception_of_a_websocket_app_is_known_to_come_after_the_accept():
    class Endpoint:
        async def __call__(self, scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            raise HTTPException(400)

    app = App(routes=[WebSocketRoute("/", Endpoint())])
    with pytest.raises(RuntimeError, match="response already started"):
        with TestClient(app).websocket_connect("/"):
            pass


async def test_the_handlers_of_the_toolkit_are_for_its_own_exceptions():
    middleware = ExceptionMiddleware(App())

    with pytest.raises(TypeError, match="http_exception answers HTTPException, got KeyError"):
        await middleware.http_exception(None, KeyError("tea"))
    with pytest.raises(TypeError, match="websocket_exception answers WebSocketException, got KeyError"):
        await middleware.websocket_exception(None, KeyError("tea"))
