"""Every kind of response, by every method, at every spec version, sends what the specification says."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.middleware.exceptions import ExceptionMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.middleware.sessions import SessionMiddleware
from asgi_nb.web.middleware.trustedhost import TrustedHostMiddleware
from asgi_nb.web.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from asgi_nb.web.routing import Host, Mount, Route, Router
from asgi_nb.web.staticfiles import StaticFiles

SPECS = [None, "2.0", "2.1", "2.2", "2.3", "2.4", "2.5"]
TEXT = "tea " * 400


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("files")
    (directory / "small.txt").write_text(TEXT)
    (directory / "large.bin").write_bytes(bytes(200_000))
    (directory / "empty").write_bytes(b"")
    return directory


async def chunks():
    for number in range(3):
        yield f"{number}\n"


async def nothing_yielded():
    for _ in ():
        yield b""


def sync_chunks():
    yield b"a"
    yield b"b"


async def pass_on(request, call_next):
    return await call_next(request)


async def read_and_replace(request, call_next):
    response = await call_next(request)
    body = b"".join([chunk async for chunk in response.body_iterator])
    return Response(body.upper(), status_code=response.status_code)


class PassOn:
    """Middleware as a pure ASGI app, which looks at each message."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def look(message):
            await send(message)

        await self.app(scope, receive, look)


def endpoints(directory):
    """Path -> an endpoint, one for each way to answer."""

    async def text(request):
        return PlainTextResponse(TEXT)

    def in_a_thread(request):
        return HTMLResponse("<p>tea</p>")

    async def view(request):
        return Response(memoryview(b"\x01\x02\x03\x04").cast("I"))

    async def with_cookies(request):
        response = JSONResponse({"a": "ü"}, headers={"X-Upper": "ü"})
        response.set_cookie("a", "ü;")
        return response

    async def refuse(request):
        raise HTTPException(403, "no", {"X-Why": "tea"})

    async def gone(request):
        raise HTTPException(304)

    async def read(request):
        return {"length": len(await request.body())}

    return {
        "/text": text,
        "/thread": in_a_thread,
        "/view": view,
        "/cookies": with_cookies,
        "/nothing": lambda request: None,
        "/value": lambda request: ({"a": 1}, 201, {"X-A": "b"}),
        "/no-content": lambda request: Response(status_code=204),
        "/not-modified": lambda request: Response("left out", status_code=304),
        "/redirect": lambda request: RedirectResponse("/ü?a=\r\n"),
        "/stream": lambda request: StreamingResponse(chunks()),
        "/stream-of-nothing": lambda request: StreamingResponse(nothing_yielded()),
        "/stream-in-a-thread": lambda request: StreamingResponse(sync_chunks()),
        "/stream-of-list": lambda request: StreamingResponse(["a", b"b", memoryview(b"c")]),
        "/generator": lambda request: chunks(),
        "/file": lambda request: FileResponse(directory / "small.txt", filename="ü.txt"),
        "/large-file": lambda request: FileResponse(directory / "large.bin"),
        "/empty-file": lambda request: FileResponse(directory / "empty"),
        "/refuse": refuse,
        "/gone": gone,
        "/read": read,
    }


@pytest.fixture
def table(directory):
    """The endpoints, and paths that other parts of the toolkit answer."""
    return [
        *endpoints(directory),
        "/no-such-path",
        "/static/small.txt",
        "/static/large.bin",
        "/static/nothing",
        "/text/",
        "/app",
        "/app/",
    ]


def routes(directory):
    found = [
        Route(path, function, methods=["GET", "POST"]) for path, function in endpoints(directory).items()
    ]
    return [*found, Mount("/static", app=StaticFiles(directory=directory)), Mount("/app", app=App())]


WRAPPINGS = {
    "app": lambda routes: App(routes=routes),
    "router": lambda routes: ExceptionMiddleware(Router(routes)),
    "mounted-twice": lambda routes: App(routes=[Mount("", app=App(routes=[Mount("", routes=routes)]))]),
    "host": lambda routes: App(routes=[Host("h.example", app=Router(routes))]),
    "function-middleware": lambda routes: App(
        routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)] * 2
    ),
    "replacing-middleware": lambda routes: App(
        routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=read_and_replace)]
    ),
    "pure-middleware": lambda routes: App(routes=routes, middleware=[Middleware(PassOn)]),
    "all-middleware": lambda routes: App(
        routes=routes,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["h.example"]),
            Middleware(BaseHTTPMiddleware, dispatch=pass_on),
            Middleware(PassOn),
            Middleware(CORSMiddleware, allow_origins=["https://a.example"]),
            Middleware(SessionMiddleware, secret_key="k"),
            Middleware(GZipMiddleware),
            Middleware(BaseHTTPMiddleware, dispatch=pass_on),
        ],
        max_body_size=1000,
    ),
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.anyio
async def test_every_answer_conforms(http, directory, table, wrapping, method):
    app = WRAPPINGS[wrapping](routes(directory))

    for path in table:
        played = await http(app, path, method=method)

        played.assert_conforms()
        assert played.status is not None, played.transcript


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.anyio
async def test_every_spec_version_gets_the_same_answers(http, directory, table, spec):
    app = WRAPPINGS["all-middleware"](routes(directory))
    expected = {path: await http(app, path) for path in table}

    for path in table:
        played = await http(app, path, spec=spec)

        played.assert_conforms()
        assert (played.status, played.body) == (expected[path].status, expected[path].body), played.transcript


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(lambda _: PlainTextResponse("tea"), id="whole"),
        pytest.param(lambda _: StreamingResponse(chunks()), id="stream"),
        pytest.param(lambda _: StreamingResponse(sync_chunks()), id="stream-in-a-thread"),
        pytest.param(lambda directory: FileResponse(directory / "small.txt"), id="small-file"),
        pytest.param(lambda directory: FileResponse(directory / "large.bin"), id="large-file"),
    ],
)
@pytest.mark.parametrize("spec", ["2.4", "2.5"])
@pytest.mark.anyio
async def test_a_response_alone_never_receives_where_send_tells_who_left(http, directory, response, spec):
    played = await http(response(directory), messages=[], spec=spec)

    played.assert_conforms()
    assert played.receives == 0, played.transcript


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.anyio
async def test_a_range_has_its_own_length(http, directory, spec):
    headers = [(b"range", b"bytes=1-4,10-19,100-")]

    played = await http(App(routes=routes(directory)), "/file", spec=spec, headers=headers)

    played.assert_conforms()
    assert played.status == 206


@pytest.mark.parametrize("wrapping", [name for name in WRAPPINGS if name != "replacing-middleware"])
@pytest.mark.anyio
async def test_head_has_the_headers_of_get(http, directory, table, wrapping):
    app = WRAPPINGS[wrapping](routes(directory))
    # The type of a generator is that of its first item, and to a HEAD it does not run.
    del table[table.index("/generator")]

    for path in table:
        get, head = await http(app, path), await http(app, path, method="HEAD")

        assert head.status == get.status, head.transcript
        assert head.headers.keys() == get.headers.keys(), head.transcript


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("wrapping", ["mounted-twice", "all-middleware"])
@pytest.mark.anyio
async def test_compressed_answers_conform_too(http, directory, table, wrapping, method):
    app = GZipMiddleware(WRAPPINGS[wrapping](routes(directory)), minimum_size=0)
    headers = [(b"accept-encoding", b"gzip"), (b"origin", b"https://a.example")]

    for path in table:
        played = await http(app, path, method=method, headers=headers)

        played.assert_conforms()


@pytest.mark.anyio
async def test_head_says_how_get_would_be_compressed(http, directory, table):
    app = GZipMiddleware(WRAPPINGS["app"](routes(directory)))
    headers = [(b"accept-encoding", b"gzip")]

    # That a stream yields nothing, and of which type it is if its endpoint did not say, HEAD cannot know.
    for path in set(table) - {"/generator", "/stream-of-nothing"}:
        get, head = [await http(app, path, method=method, headers=headers) for method in ("GET", "HEAD")]

        # How long the compressed body would be only GET finds out.
        for name, value in head.headers.items():
            assert get.headers[name] == value, head.transcript
        assert get.headers.keys() - head.headers.keys() <= {b"content-length"}, head.transcript


@pytest.mark.parametrize("kind", ["http.unknown", "raw"])
@pytest.mark.anyio
async def test_an_unknown_scope_type_is_an_error_that_names_it(server, scope, kind):
    strange = {**scope(), "type": kind}

    with pytest.raises(ValueError, match=kind):
        await Router([])(strange, None, None)
