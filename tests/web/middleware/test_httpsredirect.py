"""Plain connections are sent to encrypted ones."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.httpsredirect import HTTPSRedirectMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient


async def hello(request):
    return PlainTextResponse("hello")


app = App(routes=[Route("/a", hello)], middleware=[Middleware(HTTPSRedirectMiddleware)])


@pytest.mark.parametrize(
    ("base", "location"),
    [
        ("http://a.org", "https://a.org/a?q=1"),
        ("http://a.org:80", "https://a.org/a?q=1"),
        ("http://a.org:443", "https://a.org/a?q=1"),
        ("http://a.org:8080", "https://a.org:8080/a?q=1"),
        ("http://[::1]:80", "https://[::1]/a?q=1"),
    ],
)
def test_http_goes_to_https(base, location):
    response = TestClient(app, base_url=base).get("/a?q=1", follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (307, location)


@pytest.mark.parametrize("host", ["a.org:00080", "a.org:0443"])
def test_a_default_port_may_have_zeros_in_front(host):
    response = TestClient(app).get("/a", headers={"host": host}, follow_redirects=False)

    assert response.headers["location"] == "https://a.org/a"


def test_https_is_answered():
    assert TestClient(app, base_url="https://a.org").get("/a").text == "hello"


@pytest.mark.anyio
async def test_without_a_host_there_is_nowhere_to_go():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
    }
    await HTTPSRedirectMiddleware(hello)(scope, None, send)

    assert sent[0]["status"] == 400


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "location"), [("http", "https://a.org/a"), ("websocket", "wss://a.org/a")])
async def test_a_scope_without_a_scheme_is_plain(kind, location):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "path": "/a",
        "query_string": b"",
        "headers": [(b"host", b"a.org")],
        "extensions": {"websocket.http.response": {}},
    }
    await HTTPSRedirectMiddleware(hello)(scope, connect, send)

    assert dict(sent[0]["headers"])[b"location"].decode() == location


async def connect():
    return {"type": "websocket.connect"}
