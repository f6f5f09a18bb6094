"""Responses are compressed when it is asked for, and worth it."""

import gzip

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware, GZipResponder
from asgi_nb.web.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.routing import Mount, Route
from asgi_nb.web.testclient import AsyncTestClient

pytestmark = pytest.mark.anyio

LONG = b"x" * 4000


def answering(response):
    return Route("/", lambda request: response())


async def get(route, *, headers=None, before=(), **options):
    app = App(routes=[route], middleware=[*before, Middleware(GZipMiddleware, **options)])
    async with AsyncTestClient(app) as client:
        return await client.get("/", headers={"accept-encoding": "gzip", **(headers or {})})


async def test_a_long_response_is_compressed():
    response = await get(answering(lambda: PlainTextResponse(LONG)))

    assert (response.content, response.headers["content-encoding"]) == (LONG, "gzip")
    assert response.headers["vary"] == "Accept-Encoding"
    assert int(response.headers["content-length"]) < 100


async def test_a_function_middleware_outside_sees_the_compressed_response():
    seen = []

    async def look(request, call_next):
        response = await call_next(request)
        seen.append(response.headers["content-encoding"])
        return response

    before = [Middleware(BaseHTTPMiddleware, dispatch=look)]
    response = await get(answering(lambda: PlainTextResponse(LONG)), before=before)

    assert (response.content, seen) == (LONG, ["gzip"])


@pytest.mark.parametrize("accept", ["identity", "gzip;q=0", "gzip; q=0.0", "br"])
async def test_a_client_that_does_not_take_gzip_gets_the_plain_body_and_vary(accept):
    response = await get(answering(lambda: PlainTextResponse(LONG)), headers={"accept-encoding": accept})

    assert (response.content, "content-encoding" in response.headers) == (LONG, False)
    assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accept", ["gzip", "br, GZIP;q=0.5", "deflate,gzip;q=1.0"])
async def test_a_client_that_takes_gzip_gets_it(accept):
    response = await get(answering(lambda: PlainTextResponse(LONG)), headers={"accept-encoding": accept})

    assert response.headers["content-encoding"] == "gzip"


async def test_a_stream_is_compressed_chunk_by_chunk():
    async def chunks():
        for _ in range(3):
            yield LONG

    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    app = GZipMiddleware(StreamingResponse(chunks(), headers={"content-length": "12000"}))
    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},
        "method": "GET",
        "headers": [(b"accept-encoding", b"gzip")],
    }
    await app(scope, receive, send)

    assert b"content-length" not in dict(sent[0]["headers"])
    # What was sent so far can be read so far.
    assert gzip.zlib.decompressobj(31).decompress(sent[1]["body"]) == LONG
    assert gzip.decompress(b"".join(message["body"] for message in sent[1:])) == LONG * 3


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(lambda: PlainTextResponse("short"), id="short"),
        pytest.param(lambda: Response(LONG, headers={"content-encoding": "br"}), id="encoded"),
        pytest.param(lambda: Response(LONG, status_code=206), id="partial"),
        pytest.param(lambda: Response(LONG, media_type="text/event-stream"), id="events"),
        pytest.param(lambda: Response(LONG, media_type="image/png"), id="image"),
        pytest.param(lambda: Response(LONG, media_type="video/mp4; codecs=x"), id="video"),
        pytest.param(lambda: Response(LONG, media_type="application/grpc+proto"), id="grpc"),
    ],
)
async def test_some_responses_are_left_alone(response):
    app = App(routes=[answering(response)], middleware=[Middleware(GZipMiddleware)])
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"gzip")]}
    await app(scope, None, send)

    assert sent[1]["body"] == response().body
    assert dict(sent[0]["headers"]).get(b"content-encoding") != b"gzip"


async def test_a_big_chunk_is_compressed_in_a_thread():
    response = await get(answering(lambda: Response(LONG * 10)), thread_minimum_size=1000)

    assert (response.content, response.headers["content-encoding"]) == (LONG * 10, "gzip")


async def test_a_file_that_the_server_sends_is_left_to_it():
    sent = []

    async def send(message):
        sent.append(message["type"])

    app = App(routes=[answering(lambda: FileResponse(__file__))], middleware=[Middleware(GZipMiddleware)])
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept-encoding", b"gzip")],
        "extensions": {"http.response.pathsend": {}},
    }
    await app(scope, None, send)

    assert sent == ["http.response.start", "http.response.pathsend"]


async def test_an_app_may_leave_out_headers_and_send_trailers():
    async def app(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": []})
        await send({"type": "http.response.start", "status": 200, "trailers": True})
        await send({"type": "http.response.body", "body": LONG})
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})

    response = await get(Mount("/", app=app))

    assert (response.content, "content-length" in response.headers) == (LONG, False)
    assert response.extensions["http.response.trailers"] == [(b"x-sum", b"1")]


async def test_another_encoding_is_a_subclass():
    class Reversed(GZipResponder):
        content_encoding = "reversed"

        async def apply_compression(self, body, *, more_body):
            return body[::-1]

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": []}
    await Reversed(PlainTextResponse("abc"), 1)(scope, None, send)

    assert (sent[1]["body"], dict(sent[0]["headers"])[b"content-encoding"]) == (b"cba", b"reversed")


async def test_a_responder_is_called_as_an_app():
    with pytest.raises(RuntimeError, match="call the responder as an ASGI app"):
        await GZipResponder(PlainTextResponse(""), 1).send({})


async def test_an_app_that_sends_a_body_to_head_says_once_how_it_would_be_compressed():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": LONG, "more_body": True})
        await send({"type": "http.response.body", "body": LONG})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": [(b"accept-encoding", b"gzip")]}
    await GZipMiddleware(app)(scope, None, send)

    assert [message["type"] for message in sent].count("http.response.start") == 1
    assert (b"content-encoding", b"gzip") in sent[0]["headers"]
