"""Only expected host names are answered."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.trustedhost import TrustedHostMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient


async def hello(request):
    return PlainTextResponse("hello")


def get(host, *allowed, **options):
    app = App(
        routes=[Route("/", hello)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed) or None, **options)],
    )
    return TestClient(app).get("/", headers={"host": host}, follow_redirects=False)


@pytest.mark.parametrize(
    ("host", "allowed", "status"),
    [
        pytest.param("a.org", ["a.org"], 200, id="name"),
        pytest.param("A.org:8000", ["a.ORG"], 200, id="case-and-port"),
        pytest.param("b.org", ["a.org"], 400, id="other"),
        pytest.param("x.y.a.org", ["*.a.org"], 200, id="below"),
        pytest.param("a.org", ["*.a.org"], 400, id="not-below"),
        pytest.param("evila.org", ["*.a.org"], 400, id="ending"),
        pytest.param("a.org/evil", ["a.org"], 400, id="malformed"),
        pytest.param("[::1]:8000", ["[::1]"], 200, id="ipv6"),
        pytest.param("anything", ["*"], 200, id="any"),
        pytest.param("anything", [], 200, id="none-said"),
    ],
)
def test_a_host_is_answered_if_it_is_allowed(host, allowed, status):
    assert get(host, *allowed).status_code == status


@pytest.mark.parametrize("hosts", [["a.org", "evil.org"], ["evil.org", "a.org"], ["a.org", "a.org"], []])
@pytest.mark.anyio
async def test_a_request_has_one_host(hosts):
    app = TrustedHostMiddleware(PlainTextResponse("hello"), allowed_hosts=["a.org"])
    scope = {"type": "http", "method": "GET", "headers": [(b"host", host.encode()) for host in hosts]}
    sent = []

    async def send(message):
        sent.append(message)

    await app(scope, None, send)

    assert sent[0]["status"] == 400


def test_www_is_added_when_only_that_is_allowed():
    response = get("a.org:8000", "www.a.org")

    assert (response.status_code, response.headers["location"]) == (307, "http://www.a.org:8000/")
    assert get("a.org", "www.a.org", www_redirect=False).status_code == 400


@pytest.mark.parametrize("pattern", ["a.*", "*a.org", "*.*.org"])
def test_a_star_stands_only_at_the_beginning(pattern):
    with pytest.raises(ValueError, match=r"must be like '\*\.example\.com', got"):
        TrustedHostMiddleware(hello, allowed_hosts=[pattern])


@pytest.mark.parametrize("text", ["*", "a.org", "*.a.org"])
def test_one_text_is_the_list_of_it(text):
    assert TrustedHostMiddleware(hello, allowed_hosts=text).allowed_hosts == [text]
