"""Sessions live in a signed cookie that is sent when it changed."""

import importlib
import sys

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.sessions import Session, SessionMiddleware
from asgi_nb.web.responses import JSONResponse, PlainTextResponse
from asgi_nb.web.routing import Mount, Route, WebSocketRoute
from asgi_nb.web.testclient import TestClient


async def view(request):
    return JSONResponse(dict(request.session))


async def update(request):
    request.session.update(await request.json())
    return JSONResponse(dict(request.session))


async def clear(request):
    request.session.clear()
    return PlainTextResponse("")


async def ignore(request):
    return PlainTextResponse("")


ROUTES = [
    Route("/view", view),
    Route("/update", update, methods=["POST"]),
    Route("/clear", clear),
    Route("/ignore", ignore),
]


async def passing(request, call_next):
    return await call_next(request)


def make_client(*before, base_url="http://testserver", **options):
    options.setdefault("secret_key", "secret")
    app = App(routes=ROUTES, middleware=[*before, Middleware(SessionMiddleware, **options)])
    return TestClient(app, base_url=base_url)


@pytest.mark.parametrize(
    "before", [[], [Middleware(BaseHTTPMiddleware, dispatch=passing)]], ids=["alone", "function"]
)
def test_a_session_is_kept_until_it_is_cleared(before):
    client = make_client(*before)

    assert client.get("/view").json() == {}
    response = client.post("/update", json={"a": 1})
    assert "httponly; samesite=lax" in response.headers["set-cookie"]
    assert "Max-Age=1209600" in response.headers["set-cookie"]
    assert client.get("/view").json() == {"a": 1}
    assert "expires=Thu, 01 Jan 1970" in client.get("/clear").headers["set-cookie"]
    assert client.get("/view").json() == {}


def test_the_cookie_is_sent_only_when_something_changed():
    client = make_client()

    assert "set-cookie" not in client.get("/view").headers
    assert "set-cookie" not in client.get("/clear").headers
    client.post("/update", json={"a": 1})
    assert "set-cookie" not in client.get("/view").headers


def test_vary_tells_whether_the_session_was_looked_at():
    client = make_client()

    assert client.get("/view").headers["vary"] == "Cookie"
    assert "vary" not in client.get("/ignore").headers


@pytest.mark.parametrize("cookie", ["nonsense", "bnVsbA==.x.y", ""])
def test_a_cookie_that_is_not_ours_is_no_session(cookie):
    client = make_client()
    client.cookies.set("session", cookie)

    assert client.get("/view").json() == {}


def test_a_signed_cookie_that_holds_no_session_is_no_session():
    signer = SessionMiddleware(ignore, "secret").signer
    client = make_client()

    for data in (b"!", b"WzEsIDJd", b"e30"):
        client.cookies.set("session", signer.sign(data).decode())
        assert client.get("/view").json() == {}


def test_another_secret_makes_another_signature():
    one, other = make_client(secret_key="one"), make_client(secret_key="other")
    one.post("/update", json={"a": 1})
    other.cookies.set("session", one.cookies["session"])

    assert other.get("/view").json() == {}


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ({"https_only": True}, "; secure"),
        ({"same_site": "strict"}, "samesite=strict"),
        ({"domain": "example.org"}, "; domain=example.org"),
        ({"partitioned": True}, "; partitioned"),
        ({"path": "/app"}, "; path=/app;"),
        ({"session_cookie": "sid"}, "sid="),
        ({"max_age": 0}, "Max-Age=0"),
    ],
)
def test_options_are_in_the_cookie(options, flag):
    assert flag in make_client(**options).post("/update", json={"a": 1}).headers["set-cookie"]


def test_without_an_age_the_browser_decides():
    assert "Max-Age" not in make_client(max_age=None).post("/update", json={"a": 1}).headers["set-cookie"]


def test_headers_may_be_missing_and_websockets_have_a_session_too():
    async def raw(scope, receive, send):
        scope["session"]["a"] = 1
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    async def socket(websocket):
        websocket.session["b"] = 2
        await websocket.accept()
        await websocket.close()

    app = App(
        routes=[WebSocketRoute("/ws", socket), Mount("/", app=raw)],
        middleware=[Middleware(SessionMiddleware, secret_key="secret")],
    )

    assert "session=" in TestClient(app).get("/").headers["set-cookie"]
    with TestClient(app).websocket_connect("/ws") as session:
        assert any(name == b"set-cookie" for name, _ in session.extra_headers)


def test_every_change_of_a_session_is_seen():
    def changed(change):
        session = Session(a=1)
        assert (session.accessed, session.modified) == (False, False)
        change(session)
        return session.modified

    assert changed(lambda s: s.__setitem__("a", 2))
    assert changed(lambda s: s.__delitem__("a"))
    assert changed(lambda s: s.__ior__({"b": 2}))
    assert changed(lambda s: s.clear())
    assert changed(lambda s: s.pop("a"))
    assert changed(lambda s: s.popitem())
    assert changed(lambda s: s.setdefault("b", 2))
    assert changed(lambda s: s.update(b=2))
    assert not changed(lambda s: s.pop("b", None))
    assert not changed(lambda s: s.setdefault("a", 2))
    assert not changed(lambda s: s.get("a"))


def test_a_lifespan_has_no_session():
    with make_client() as client:
        assert client.get("/view").json() == {}


def test_without_itsdangerous_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "asgi_nb.web.middleware.sessions")
    monkeypatch.setitem(sys.modules, "itsdangerous", None)

    with pytest.raises(ModuleNotFoundError, match=r"install it with: pip install .asgi-nb\[sessions\]"):
        importlib.import_module("asgi_nb.web.middleware.sessions")
