"""Bodies that are too large are refused, whether they say so or not."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY, RequestBodyLimitMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Mount, Route
from asgi_nb.web.testclient import AsyncTestClient

pytestmark = pytest.mark.anyio


async def size(request):
    return PlainTextResponse(f"{len(await request.body())} of {request.scope[MAX_BODY_SIZE_SCOPE_KEY]}")


async def unread(request):
    return PlainTextResponse("unread")


async def call(app, chunks, headers=(), sent=None):
    sent = [] if sent is None else sent
    pending = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    pending.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return pending.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers), "query_string": b""}
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"], scope


@pytest.mark.parametrize(
    ("chunks", "headers", "status"),
    [
        pytest.param([b"12345"], [], 200, id="fits"),
        pytest.param([b"123", b"456"], [], 413, id="counted"),
        pytest.param([b"1"], [(b"content-length", b"6")], 413, id="declared"),
        pytest.param([b"1"], [(b"content-length", b"nonsense")], 200, id="declared-nonsense"),
        pytest.param([b"123456"], [(b"content-length", b"1")], 413, id="declared-too-low"),
    ],
)
async def test_a_body_above_the_limit_is_refused(chunks, headers, status):
    app = App(routes=[Route("/", size, methods=["POST"])], max_body_size=5)

    assert (await call(app, chunks, headers))[0] == status


async def test_a_declared_body_is_refused_though_the_endpoint_does_not_read_it():
    app = App(routes=[Route("/", unread, methods=["POST"])], max_body_size=5)

    assert (await call(app, [b""], [(b"content-length", b"6")]))[:2] == (413, b"Content Too Large")


@pytest.mark.parametrize(("inner", "status"), [(10, 200), (2, 413)])
async def test_the_inner_limit_counts(inner, status):
    app = App(routes=[Route("/", size, methods=["POST"], max_body_size=inner)], max_body_size=5)

    assert (await call(app, [b"1234567" if inner == 10 else b"123"]))[0] == status


async def test_the_scope_is_left_as_it_was():
    app = RequestBodyLimitMiddleware(App(routes=[Route("/", size, methods=["POST"])]), max_body_size=5)

    _, body, scope = await call(app, [b"1"])

    assert body == b"1 of 5"
    assert MAX_BODY_SIZE_SCOPE_KEY not in scope


async def test_an_app_without_handlers_is_refused_too():
    async def reader(scope, receive, send):
        await receive()

    assert (await call(RequestBodyLimitMiddleware(reader, max_body_size=0), [b"1"]))[0] == 413


async def test_a_handler_may_say_how_it_looks():
    async def too_large(request, exc):
        return PlainTextResponse("shorter, please", 413)

    app = App(
        routes=[Mount("/", routes=[Route("/", size, methods=["POST"])])],
        max_body_size=5,
        exception_handlers={413: too_large},
    )
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"123456")).text == "shorter, please"


def test_a_negative_limit_is_refused():
    with pytest.raises(ValueError, match="number of bytes >= 0, got -1"):
        RequestBodyLimitMiddleware(unread, max_body_size=-1)


async def test_a_body_that_grows_too_large_after_the_answer_began_is_an_error_of_the_app():
    async def echo(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            message = await receive()
            await send({"type": "http.response.body", "body": message["body"], "more_body": True})

    sent = []
    with pytest.raises(Exception) as caught:
        await call(RequestBodyLimitMiddleware(echo, max_body_size=5), [b"123", b"456"], sent=sent)

    assert type(caught.value).__name__ == "_RequestBodyTooLarge"
    assert [message.get("body") for message in sent] == [None, b"123"]


async def test_a_client_that_leaves_is_not_counted():
    async def app(scope, receive, send):
        heard.append(await receive())

    heard = []
    limited = RequestBodyLimitMiddleware(app, max_body_size=5)

    async def receive():
        return {"type": "http.disconnect"}

    await limited({"type": "http", "headers": []}, receive, None)

    assert heard == [{"type": "http.disconnect"}]
