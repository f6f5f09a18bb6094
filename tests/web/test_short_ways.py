"""
An endpoint runs in the frame of whoever is there: the app, the error handling, or an app of its own.

Each test takes all of these ways, and finds no difference.
"""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from asgi_nb.web.routing import Mount, Route

pytestmark = pytest.mark.anyio


class Foreign:
    """A middleware that the toolkit knows nothing of."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


class HoldsBack(Foreign):
    """Sends nothing before the app inside has ended."""

    async def __call__(self, scope, receive, send):
        held = []

        async def hold(message):
            held.append(message)

        await self.app(scope, receive, hold)
        for message in held:
            await send(message)


async def passes(request, call_next):
    return await call_next(request)


def alone(endpoint, **options):
    return App(routes=[Route("/", endpoint)], **options)


def behind_a_foreign_one(endpoint, **options):
    return App(routes=[Route("/", endpoint)], middleware=[Middleware(Foreign)], **options)


def behind_a_function(endpoint, **options):
    layer = Middleware(BaseHTTPMiddleware, dispatch=passes)
    return App(routes=[Route("/", endpoint)], middleware=[layer], **options)


def in_a_mount(endpoint, **options):
    return App(routes=[Mount("", routes=[Route("/", endpoint)])], **options)


def with_middleware_of_its_own(endpoint, **options):
    return App(routes=[Route("/", endpoint, middleware=[Middleware(Foreign)])], **options)


every_way = pytest.mark.parametrize(
    "built",
    [alone, behind_a_foreign_one, behind_a_function, in_a_mount, with_middleware_of_its_own],
)


async def messages_of(app, method="GET", path="/", headers=(), send=None):
    """What the app sends, and the exception that leaves it."""
    sent = []

    async def keep(message):
        sent.append(dict(message))
        if send is not None:
            await send(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [*headers]}
    # Streams wait for the client to leave below this version.
    scope["asgi"] = {"version": "3.0", "spec_version": "2.4"}
    error = None
    # Twice: what the first request found is remembered for the second one.
    for _ in range(2):
        sent.clear()
        error = None
        try:
            await app(dict(scope), receive, keep)
        except Exception as exc:  # noqa: BLE001 - handed to the test
            error = exc
    return sent, error


def whole(sent):
    """The status and the body."""
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def chunks():
    yield b"he"
    yield b"llo"


class Shouts(PlainTextResponse):
    async def __call__(self, scope, receive, send):
        self.body = self.body.upper()
        self.raw_headers = [(b"x-loud", b"yes")]
        await super().__call__(scope, receive, send)


@every_way
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda: PlainTextResponse("hello"), (200, b"hello"), id="whole"),
        pytest.param(lambda: PlainTextResponse("no", 404), (404, b"no"), id="not-ok"),
        pytest.param(lambda: Response(status_code=204), (204, b""), id="no-body"),
        pytest.param(lambda: RedirectResponse("/x"), (307, b""), id="redirect"),
        pytest.param(lambda: StreamingResponse(chunks()), (200, b"hello"), id="stream"),
        pytest.param(lambda: Shouts("hello"), (200, b"HELLO"), id="own-call"),
        pytest.param(lambda: {"a": 1}, (200, b'{"a":1}'), id="plain-value"),
        pytest.param(lambda: Foreign(PlainTextResponse("hello")), (200, b"hello"), id="app"),
    ],
)
async def test_what_an_endpoint_returns_is_sent(built, make, expected):
    async def endpoint(request):
        return make()

    sent, error = await messages_of(built(endpoint))

    assert error is None
    assert whole(sent) == expected


@every_way
async def test_a_head_request_gets_no_body(built):
    async def endpoint(request):
        return PlainTextResponse("hello")

    sent, error = await messages_of(built(endpoint), "HEAD")

    assert error is None
    assert whole(sent) == (200, b"")


@every_way
async def test_the_background_of_a_response_runs_after_it(built):
    done = []

    async def endpoint(request):
        return PlainTextResponse("hello", background=BackgroundTask(done.append, "background"))

    async def send(message):
        done.append(message["type"])

    await messages_of(built(endpoint), send=send)

    assert done[3:] == ["http.response.start", "http.response.body", "background"]


@every_way
async def test_a_handler_gets_the_request_that_the_endpoint_had(built):
    requests = []

    async def endpoint(request):
        requests.append(request)
        raise ValueError("boom")

    async def handler(request, exc):
        requests.append(request)
        return PlainTextResponse("handled")

    sent, error = await messages_of(built(endpoint, exception_handlers={ValueError: handler}))

    assert (whole(sent), error) == ((200, b"handled"), None)
    assert type(requests[2]) is Request
    assert requests[2] is requests[3]


@every_way
async def test_an_exception_of_a_handler_may_have_a_handler(built):
    async def endpoint(request):
        raise ValueError("boom")

    async def handler(request, exc):
        raise HTTPException(418, "tea")

    sent, error = await messages_of(built(endpoint, exception_handlers={ValueError: handler}))

    assert (whole(sent), error) == ((418, b"tea"), None)


@pytest.mark.parametrize("built", [alone, behind_a_foreign_one])
async def test_the_exception_of_the_second_handler_is_an_error(built):
    async def endpoint(request):
        raise ValueError("boom")

    async def first(request, exc):
        raise KeyError("again")

    async def second(request, exc):
        raise HTTPException(418, "tea")

    handlers = {ValueError: first, KeyError: second}
    sent, error = await messages_of(built(endpoint, exception_handlers=handlers))

    assert whole(sent) == (500, b"Internal Server Error")
    assert isinstance(error, HTTPException)


@every_way
async def test_an_exception_without_a_handler_is_a_500_and_raised(built):
    async def endpoint(request):
        raise ValueError("boom")

    sent, error = await messages_of(built(endpoint))

    assert whole(sent) == (500, b"Internal Server Error")
    assert repr(error) == "ValueError('boom')"


@every_way
async def test_an_exception_after_the_start_is_raised_and_nothing_more_is_sent(built):
    def fails():
        raise ValueError("boom")

    async def endpoint(request):
        return PlainTextResponse("hello", background=BackgroundTask(fails))

    sent, error = await messages_of(built(endpoint))

    assert whole(sent) == (200, b"hello")
    assert repr(error) == "ValueError('boom')"


@every_way
async def test_a_handler_is_too_late_after_the_start(built):
    def fails():
        raise ValueError("boom")

    async def endpoint(request):
        return PlainTextResponse("hello", background=BackgroundTask(fails))

    async def handler(request, exc):
        return PlainTextResponse("handled")

    sent, error = await messages_of(built(endpoint, exception_handlers={ValueError: handler}))

    assert whole(sent) == (200, b"hello")
    # A function gets the response when all inside of it has ended: there is nobody to handle it any more.
    assert isinstance(error, ValueError if built is behind_a_function else RuntimeError)


@every_way
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="no-route"),
        pytest.param("POST", "/", 405, id="no-method"),
    ],
)
async def test_a_refusal_can_be_changed_and_the_next_one_is_as_it_was(built, method, path, status):
    async def endpoint(request):
        return PlainTextResponse("hello")

    app = built(endpoint)
    first, error = await messages_of(app, method, path)
    first[0]["headers"].append((b"x-a", b"b"))
    second, _ = await messages_of(app, method, path)

    assert error is None
    assert second[0]["status"] == status
    assert [*second[0]["headers"], (b"x-a", b"b")] == first[0]["headers"]


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param([Middleware(HoldsBack)], id="foreign"),
        pytest.param([Middleware(GZipMiddleware)], id="gzip"),
        pytest.param([Middleware(BaseHTTPMiddleware, dispatch=passes), Middleware(HoldsBack)], id="below"),
    ],
)
async def test_a_start_that_a_middleware_held_back_leaves_room_for_the_500(layers):
    async def fails():
        raise ValueError("boom")
        yield b""

    async def endpoint(request):
        return StreamingResponse(fails())

    app = App(routes=[Route("/", endpoint)], middleware=layers)
    sent, error = await messages_of(app, headers=[(b"accept-encoding", b"gzip")])

    assert whole(sent) == (500, b"Internal Server Error")
    assert repr(error) == "ValueError('boom')"


async def test_a_middleware_that_raises_after_the_response_gets_no_second_one():
    class FailsLate(Foreign):
        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)
            raise ValueError("late")

    async def endpoint(request):
        return PlainTextResponse("hello")

    sent, error = await messages_of(App(routes=[Route("/", endpoint)], middleware=[Middleware(FailsLate)]))

    assert whole(sent) == (200, b"hello")
    assert repr(error) == "ValueError('late')"


async def test_the_router_inside_the_error_handling_may_be_another_app():
    async def endpoint(request):
        return PlainTextResponse("hello")

    app = behind_a_foreign_one(endpoint)
    before, _ = await messages_of(app)
    app.middleware_stack.app.app.app = PlainTextResponse("other")
    after, _ = await messages_of(app)

    assert (whole(before), whole(after)) == ((200, b"hello"), (200, b"other"))
