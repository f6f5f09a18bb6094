"""Messages of extensions reach the server through every middleware, and only where the server offers them."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.body_limit import RequestBodyLimitMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.middleware.sessions import SessionMiddleware
from asgi_nb.web.middleware.trustedhost import TrustedHostMiddleware
from asgi_nb.web.responses import FileResponse, PlainTextResponse
from asgi_nb.web.routing import Mount, Route
from asgi_nb.web.staticfiles import StaticFiles

pytestmark = pytest.mark.anyio


async def pass_on(request, call_next):
    return await call_next(request)


function = Middleware(BaseHTTPMiddleware, dispatch=pass_on)
MIDDLEWARE = {
    "none": [],
    "function": [function],
    "gzip": [Middleware(GZipMiddleware, minimum_size=0)],
    "cors": [Middleware(CORSMiddleware, allow_origins=["*"])],
    "sessions": [Middleware(SessionMiddleware, secret_key="k")],
    "body-limit": [Middleware(RequestBodyLimitMiddleware, max_body_size=100)],
    "trusted-host": [Middleware(TrustedHostMiddleware, allowed_hosts=["h.example"])],
}
MIDDLEWARE["all"] = [one for some in MIDDLEWARE.values() for one in some] + [function]

through_all = pytest.mark.parametrize("middleware", MIDDLEWARE)
ACCEPTS = [(b"accept-encoding", b"gzip"), (b"origin", b"https://a.example")]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "tea.txt"
    path.write_bytes(b"tea" * 100_000)
    return path


@through_all
@pytest.mark.parametrize("spec", ["2.3", "2.4"])
async def test_a_file_is_sent_by_its_path_where_the_server_can(http, path, middleware, spec):
    app = App(
        routes=[
            Route("/", lambda request: FileResponse(path)),
            Mount("/s", app=StaticFiles(directory=path.parent)),
        ],
        middleware=MIDDLEWARE[middleware],
    )

    for url in ("/", "/s/tea.txt"):
        can = await http(app, url, spec=spec, extensions={"http.response.pathsend": {}}, headers=ACCEPTS)
        cannot = await http(app, url, spec=spec)

        can.assert_conforms()
        cannot.assert_conforms()
        assert can.sent[-1] == {"type": "http.response.pathsend", "path": str(path)}, can.transcript
        assert can.headers[b"content-length"] == b"300000"
        assert b"content-encoding" not in can.headers
        assert cannot.body == path.read_bytes()


@through_all
@pytest.mark.parametrize("header", [(b"range", b"bytes=0-9"), (b"range", b"bytes=0-9,20-29")])
async def test_a_range_and_a_head_are_not_sent_by_path(http, path, middleware, header):
    app = App(routes=[Route("/", lambda request: FileResponse(path))], middleware=MIDDLEWARE[middleware])
    extensions = {"http.response.pathsend": {}}

    part = await http(app, extensions=extensions, headers=[header, *ACCEPTS])
    head = await http(app, method="HEAD", extensions=extensions, headers=ACCEPTS)

    part.assert_conforms()
    head.assert_conforms()
    assert part.status == 206
    assert "http.response.pathsend" not in part.types + head.types


@through_all
async def test_early_hints_come_before_the_response(http, middleware):
    async def endpoint(request):
        await request.send_early_hints("</a.css>; rel=preload", "</b.js>; rel=preload")
        return PlainTextResponse("tea")

    app = App(routes=[Route("/", endpoint)], middleware=MIDDLEWARE[middleware])

    can = await http(app, extensions={"http.response.early_hint": {}})
    cannot = await http(app)

    can.assert_conforms()
    cannot.assert_conforms()
    assert can.types[:2] == ["http.response.early_hint", "http.response.start"], can.transcript
    assert can.sent[0]["links"] == [b"</a.css>; rel=preload", b"</b.js>; rel=preload"]


@through_all
async def test_early_hints_of_a_plain_app_come_before_the_response(http, middleware):
    async def plain(scope, receive, send):
        await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
        await PlainTextResponse("tea")(scope, receive, send)

    app = App(routes=[Mount("/", app=plain)], middleware=MIDDLEWARE[middleware])

    played = await http(app, extensions={"http.response.early_hint": {}})

    played.assert_conforms()
    assert played.types[:2] == ["http.response.early_hint", "http.response.start"], played.transcript


@through_all
async def test_trailers_pass_through(http, middleware):
    async def plain(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "trailers": True, "headers": []})
        await send({"type": "http.response.body", "body": b"te", "more_body": True})
        await send({"type": "http.response.body", "body": b"a"})
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": True})
        await send({"type": "http.response.trailers", "headers": [(b"x-more", b"2")]})

    app = App(routes=[Mount("/", app=plain)], middleware=MIDDLEWARE[middleware])

    played = await http(app, extensions={"http.response.trailers": {}}, headers=ACCEPTS[1:])

    played.assert_conforms()
    assert played.body == b"tea"
    assert [message["headers"] for message in played.sent if message["type"].endswith("trailers")] == [
        [(b"x-sum", b"1")],
        [(b"x-more", b"2")],
    ], played.transcript


@through_all
async def test_a_pushed_path_passes_through(http, middleware):
    async def endpoint(request):
        await request.send_push_promise("/a.css")
        return PlainTextResponse("tea")

    app = App(routes=[Route("/", endpoint)], middleware=MIDDLEWARE[middleware])

    can = await http(app, extensions={"http.response.push": {}})
    cannot = await http(app)

    can.assert_conforms()
    cannot.assert_conforms()
    assert can.types[0] == "http.response.push", can.transcript
    assert "http.response.push" not in cannot.types
