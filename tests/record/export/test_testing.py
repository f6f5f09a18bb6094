"""Tests that are written from exchanges: pytest runs them, and they are green as long as nothing changed."""

import os
import subprocess
import sys

import pytest

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.testing import as_test

# Interpreters start slowly on a busy machine.
pytestmark = pytest.mark.timeout(60)

APP = """
import itertools, json, time, uuid
from asgi_nb.web.applications import App
from asgi_nb.web.responses import JSONResponse, PlainTextResponse
from asgi_nb.web.routing import Route

ids = itertools.count(1)

async def create(request):
    item = await request.json()
    return JSONResponse(
        {"id": next(ids), "name": item["name"], "key": str(uuid.uuid4()), "created_at": time.time(),
         "token": str(uuid.uuid4()), "on": "2026-11-%02d" % next(ids), "tags": [{"id": next(ids)}]},
        status_code=201,
    )

async def item(request):
    return JSONResponse({"id": request.path_params["id"], "name": BROKEN})

async def boom(request):
    raise RuntimeError("boom")

async def text(request):
    return PlainTextResponse("it's \\"here\\"\\n")

app = App(routes=[
    Route("/items", create, methods=["POST"]),
    Route("/items/{id:int}", item),
    Route("/boom", boom),
    Route("/text", text),
])
"""


@pytest.fixture
def project(tmp_path):
    """A folder with an app in it, and what runs a test there."""

    class Project:
        def write(self, broken="tea"):
            (tmp_path / "shop.py").write_text(APP.replace("BROKEN", repr(broken)))

        def run(self, code):
            (tmp_path / "test_it.py").write_text(code)
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--rootdir",
                str(tmp_path),
            ]
            return subprocess.run(
                [*command, "-c", "/dev/null", "test_it.py"],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=50,
                # The plugins that are installed here take seven times as long to load as the rest.
                env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            )

    made = Project()
    made.write()
    return made


@pytest.fixture
def shop(play, make_scope):
    """Run the app once, and give the exchange."""
    import asyncio

    from asgi_nb.record.store import Store
    from asgi_nb.record.tap import Tap

    namespace = {}
    exec(APP.replace("BROKEN", "'tea'"), namespace)

    def shop(method, path, body=b"", *headers):
        store = Store()
        messages = [{"type": "http.request", "body": body}]

        async def receive():
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message):
            pass

        async def main():
            scope = make_scope(method=method, path=path, raw_path=path.encode(), headers=list(headers))
            try:
                await Tap(namespace["app"], store)(scope, receive, send)
            except RuntimeError:
                assert path == "/boom"

        asyncio.run(main())
        return store[-1]

    return shop


JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    ("request_", "claims"),
    [
        pytest.param(
            ("POST", "/items", b'{"name": "tea"}', JSON),
            [
                "def test_post_items_gives_201():",
                '"id": Like(int)',
                '"created_at": Like(float)',
                '"token": Like(str)',
            ],
            id="ids-and-dates",
        ),
        pytest.param(
            ("GET", "/items/7"),
            ["def test_get_items_id_gives_200():", '{"id": 7, "name": "tea"}'],
            id="id-of-the-request",
        ),
        pytest.param(("GET", "/text"), ["""response.text == 'it\\'s "here"\\n'"""], id="text"),
        pytest.param(("GET", "/nothing"), ["gives_404"], id="not-found"),
        pytest.param(("HEAD", "/text"), ["def test_head_text_gives_200()"], id="head"),
    ],
)
def test_the_test_is_green_and_says_what_matters(project, shop, request_, claims):
    code = as_test(shop(*request_), app="shop:app")

    ended = project.run(code)

    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr + code
    assert [claim for claim in claims if claim not in code] == []


def test_the_test_is_red_when_the_app_has_changed(project, shop):
    code = as_test(shop("GET", "/items/7"), app="shop:app")
    project.write("coffee")

    ended = project.run(code)

    assert "1 failed" in ended.stdout
    assert "coffee" in ended.stdout


def test_a_500_is_expected_without_its_exception(project, shop):
    ended = project.run(as_test(shop("GET", "/boom"), app="shop:app"))

    assert "1 passed" in ended.stdout, ended.stdout


def test_without_an_app_the_server_is_asked(project, live):
    code = as_test(live.raw([b"GET /items?q=a HTTP/1.1", b"user-agent: me", b"x-a: b"]))

    ended = project.run(code)

    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
    assert f'BASE_URL = os.environ.get("BASE_URL", "{live.url}")' in code
    assert "user-agent" not in code
    assert ended.stderr == ""


def test_what_is_cut_or_secret_is_not_claimed(make_exchange):
    long = make_exchange(body=b'"' + b"x" * BODY_LIMIT + b'"', headers=[JSON])
    secret = make_exchange(body=b"password=hunter2", headers=[(b"content-type", b"text/plain")])
    broken = make_exchange(body=b"{", headers=[JSON])
    large = make_exchange(body=b"[%s1]" % (b"1," * 20_000), headers=[JSON])
    page = make_exchange(body=b"x" * 600, headers=[(b"content-type", b"text/plain")])

    assert "# Of the body, 1048576 of 1048578 bytes are kept: nothing is claimed of it." in as_test(long)
    assert "# The body held secrets; nothing is claimed of it." in as_test(secret)
    assert "hunter2" not in as_test(secret)
    assert 'response.text == "password=hunter2"' in as_test(secret, secrets=True)
    assert "# The body cannot be claimed: " in as_test(broken)
    assert "assert type(response.json()) is list" in as_test(large)
    assert "# The body had 600 bytes; nothing is claimed of it." in as_test(page)


def test_what_makes_no_test_is_refused(make_exchange, play, make_scope):
    with pytest.raises(ExportError, match="is a WebSocket session, of which no test is written"):
        as_test(play(scope=make_scope("websocket")))
    with pytest.raises(ExportError, match="has no response to expect, it is open"):
        as_test(play(exit=False))
    for wrong in ("shop", "shop.app", "shop:", "shop:a.b", "a b:app", "import os:app"):
        with pytest.raises(ValueError, match=r"app must be 'package\.module:name', got "):
            as_test(make_exchange(), wrong)
