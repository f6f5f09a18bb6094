"""Jupyter's credentials are kept from the app; everybody else's pass untouched."""

import httpx2
import pytest

from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.credentials import CredentialFilter, clean_cookies, jupyter_secrets
from asgi_nb.service.log import ServiceLog
from asgi_nb.service.names import Names
from asgi_nb.service.options import Options
from asgi_nb.service.peers import JupyterProcess
from asgi_nb.service.refusals import Refusals
from asgi_nb.service.serving import Serving

pytestmark = pytest.mark.anyio

DIGEST = "0123456789abcdef" * 4
LOGIN = f'"2|1:0|10:1700000000|23:username-localhost-8888|44:eyJ1c2VybmFtZSI6ICJhZGEifQ==|{DIGEST}"'
HUB_LOGIN = f'"2|1:0|10:1700000000|19:jupyterhub-user-ada|8:dG9rZW4=|{DIGEST}"'
# Version 1 of Tornado's signature.
OLD_LOGIN = '"YWRh|1700000000|0123456789abcdef0123456789abcdef01234567"'
XSRF = "2|8ce7a6f1|0123456789abcdef0123456789abcdef|1700000000"
JUPYTER_TOKEN = "c8de56fa4deed24899803e93c227592aef6538f93025fe01"
HUB_TOKEN = "0123456789abcdef0123456789abcdef"
OWN_TOKEN = "ffffffffffffffffffffffffffffffffffffffffffffffff"


@pytest.mark.parametrize(
    ("cookies", "kept"),
    [
        pytest.param(f"username-localhost-8888={LOGIN}", "", id="login"),
        pytest.param(f"username-localhost-8888={LOGIN.strip(chr(34))}", "", id="login-unquoted"),
        pytest.param(f"username-hub-example={OLD_LOGIN}", "", id="login-version-1"),
        pytest.param(f"my-login={LOGIN}", "", id="login-by-another-name"),
        pytest.param(f"jupyterhub-user-ada={HUB_LOGIN}", "", id="hub"),
        pytest.param("jupyterhub-session-id=0123", "", id="hub-session"),
        pytest.param("jupyterhub-hub-login=x; jupyterhub-user-ada-oauth-state=y", "", id="hub-others"),
        pytest.param(f"_xsrf={XSRF}", "", id="xsrf"),
        pytest.param("a=1; _xsrf=2; b=3", "a=1; b=3", id="in-the-middle"),
        pytest.param("_xsrf=2; b=3", "b=3", id="first"),
        pytest.param("a=1;_xsrf=2", "a=1", id="last-without-a-space"),
        pytest.param("a=1;  _xsrf = 2", "a=1", id="spaces"),
    ],
)
def test_jupyters_cookies_go(cookies, kept):
    assert clean_cookies(cookies.encode()) == kept.encode()


@pytest.mark.parametrize(
    "cookies",
    [
        "",
        ";;",
        "session=eyJhIjogMX0=.aBcD.e_f-g",
        "csrftoken=abc; sessionid=def",
        "username=ada",
        "username-theme=dark",
        "my_xsrf=1; xsrf=2; _XSRF=3",
        "my-jupyterhub-x=1",
        "flag",
        'quoted="a b; c"',
        "a=2|1:0|10:1700000000|short",
        "jwt=" + OWN_TOKEN,
    ],
    ids=repr,
)
def test_other_cookies_are_not_touched(cookies):
    assert clean_cookies(cookies.encode()) == cookies.encode()


async def seen(headers=(), query=b"", *, root_path="", on_hub=False, secrets=(), kind="http"):
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    log = ServiceLog()
    process = JupyterProcess(None, 8000, log)
    names = Names("127.0.0.1", "127.0.0.1", 8000, Options(), {}, None, process)
    serving = Serving(
        8000,
        Options(),
        names,
        Refusals(log),
        prefix="/user/a%40b/proxy/8000",
        on_hub=on_hub,
        secrets=frozenset(secrets),
    )
    scope = {"type": kind, "headers": list(headers), "query_string": query, "root_path": root_path}
    await CredentialFilter(app, serving)(scope, None, None)
    return scopes[0]["headers"], scopes[0]["query_string"]


def fields(**values):
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in values.items()]


@pytest.mark.parametrize("scheme", ["token", "Token", "Bearer", "bearer  "])
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_known_token_goes_from_every_place(scheme, kind):
    headers, query = await seen(
        fields(
            authorization=f"{scheme} secret",
            referer="http://localhost:8888/lab?a=1&token=secret#here",
            x_xsrftoken=XSRF,
            accept="*/*",
        ),
        b"a=1&token=secret&t%6Fken=secret&b=2",
        secrets=["secret"],
        kind=kind,
    )

    assert headers == fields(referer="http://localhost:8888/lab?a=1#here", accept="*/*")
    assert query == b"a=1&b=2"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        pytest.param({"authorization": f"token {OWN_TOKEN}"}, b"", id="django-rest-framework"),
        pytest.param({"authorization": f"Bearer {OWN_TOKEN}"}, b"", id="bearer"),
        pytest.param({"authorization": "Basic c2VjcmV0OnNlY3JldA=="}, b"", id="basic"),
        pytest.param({"authorization": "token"}, b"", id="no-value"),
        pytest.param({"authorization": "secret"}, b"", id="no-scheme"),
        pytest.param({}, b"token=" + OWN_TOKEN.encode(), id="query"),
        pytest.param({}, b"access_token=secret&tokens=secret&q=token", id="other-keys"),
        pytest.param({}, b"a=%zz&token", id="no-query-value"),
        pytest.param({"referer": "http://x/?token=other"}, b"", id="referer"),
        pytest.param({"cookie": "session=1; token=secret"}, b"", id="cookie"),
        pytest.param({"x-csrftoken": "1"}, b"", id="csrf-header"),
    ],
)
async def test_what_belongs_to_the_app_is_not_touched(headers, query):
    sent = fields(**headers)

    assert await seen(sent, query, secrets=["secret"]) == (sent, query)


@pytest.mark.parametrize("token", [JUPYTER_TOKEN, HUB_TOKEN])
async def test_where_no_token_is_known_the_form_decides(token):
    assert await seen(fields(authorization=f"token {token}"), b"token=" + token.encode()) == ([], b"")


async def test_behind_a_hub_what_came_without_a_login_is_what_let_it_in():
    proxied = {"root_path": "/user/a@b/proxy/8000", "on_hub": True, "secrets": ["the-server's-own"]}

    assert await seen(fields(authorization="Bearer made-by-ada"), b"token=x", **proxied) == ([], b"")
    logged_in = fields(authorization="Bearer own", cookie=f"jupyterhub-user-ada={HUB_LOGIN}")
    assert await seen(logged_in, b"token=x", **proxied) == (logged_in[:1], b"token=x")
    only_xsrf = fields(authorization="Bearer made-by-ada", cookie=f"_xsrf={XSRF}")
    assert await seen(only_xsrf, **proxied) == ([], b"")


async def test_behind_a_hub_a_token_of_its_form_beside_a_login_is_the_hubs_but_for_bearer():
    proxied = {"root_path": "/user/a@b/proxy/8000", "on_hub": True, "secrets": ["the-server's-own"]}
    login = f"jupyterhub-user-ada={HUB_LOGIN}"

    headers = fields(authorization=f"token {HUB_TOKEN}", cookie=login)
    assert await seen(headers, b"token=" + HUB_TOKEN.encode(), **proxied) == ([], b"")
    bearer = fields(authorization=f"Bearer {HUB_TOKEN}", cookie=login)
    assert await seen(bearer, **proxied) == (bearer[:1], b"")


async def test_beside_a_hubs_proxy_an_unknown_token_is_the_apps_own():
    sent = fields(authorization="Bearer own")

    assert await seen(sent, on_hub=True, secrets=["x"]) == (sent, b"")


async def test_a_token_that_is_not_ascii_is_compared_all_the_same():
    sent = [(b"authorization", b"token \xff\xfe")]

    assert await seen(sent, b"token=%ff", secrets=["t\xe9 "]) == (sent, b"token=%ff")
    known = [(b"authorization", "token t\xe9".encode())]
    assert await seen(known, b"token=t%c3%a9+", secrets=["t\xe9"]) == ([], b"")


def test_the_known_tokens_come_from_the_environment_and_from_jupyter():
    jupyter = Jupyter("/", "localhost", token="one")
    environ = {"JUPYTERHUB_API_TOKEN": "two", "JUPYTER_TOKEN": ""}

    assert jupyter_secrets(environ, jupyter) == {"one", "two"}
    assert "one" not in repr(jupyter)


def test_the_app_of_a_real_server_sees_none_of_them(serve, monkeypatch):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            body = repr((scope["headers"], scope["query_string"])).encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", JUPYTER_TOKEN)
    service = serve(app)

    seen = httpx2.get(
        f"{service.local_url}?token={JUPYTER_TOKEN}&q=tea",
        headers={
            "authorization": f"token {JUPYTER_TOKEN}",
            "cookie": f"username-localhost-8888={LOGIN}; own=kept; _xsrf={XSRF}",
            "x-xsrftoken": XSRF,
            "referer": f"http://localhost/?token={JUPYTER_TOKEN}",
        },
    ).text

    assert "own=kept" in seen
    assert "q=tea" in seen
    for secret in (JUPYTER_TOKEN, DIGEST, XSRF):
        assert secret not in seen
