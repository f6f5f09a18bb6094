"""Apps of other frameworks: served and mounted as they are, and replaced when their cell runs again."""

import httpx2
import pytest

from asgi_nb.kit import default_kit
from asgi_nb.live.errors import CellError
from asgi_nb.magics._base import MagicError

FASTAPI = """
import contextlib, fastapi
up = globals().get("up", [])

@contextlib.asynccontextmanager
async def lifespan(app):
    up.append("{0}")
    yield
    up.remove("{0}")

api = fastapi.FastAPI(lifespan=lifespan)

@api.get("/who")
def who():
    return "{0}"
"""

STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

api = Starlette(routes=[Route("/who", lambda request: JSONResponse("{0}"))])
"""

WSGI = """
def api(environ, start_response):
    start_response("200 OK", [("content-type", "application/json")])
    return [b'"{0}"']
"""

KINDS = [
    pytest.param(FASTAPI, id="fastapi"),
    pytest.param(STARLETTE, id="starlette"),
    pytest.param(WSGI, id="wsgi"),
]


def ask(url):
    return httpx2.get(url + "who", timeout=10).json()


@pytest.mark.parametrize("source", KINDS)
def test_an_app_is_served_and_a_new_one_takes_its_address(run, source):
    run(source.format("old"), "app")
    first = run("%asgi_serve api", "serve")
    assert ask(first.local_url) == "old"
    assert run("%asgi_serve api", "serve") is first

    run(source.format("new"), "app")
    second = run("%asgi_serve api", "serve")

    assert second.local_url == first.local_url
    assert ask(first.local_url) == "new"
    assert default_kit().services() == [second]


@pytest.mark.parametrize("source", KINDS)
def test_a_cell_that_makes_an_app_and_serves_it_runs_again_at_its_address(run, source):
    serving = source + "\nimport asgi_nb\nasgi_nb.serve(api)"
    first = run(serving.format("old"), "c")

    second = run(serving.format("new"), "c")

    assert (second.local_url, ask(second.local_url)) == (first.local_url, "new")
    assert default_kit().services() == [second]
    assert run(source.format("other") + "\nasgi_nb.serve(api)", "d").port != second.port


def test_a_cell_that_serves_two_apps_runs_again_at_both_addresses(run):
    source = WSGI.format("{0}1") + "first = api\n" + WSGI.format("{0}2") + "second = api\n"
    serving = source + "import asgi_nb\n[asgi_nb.serve(first), asgi_nb.serve(second)]"
    before = run(serving.replace("{0}", "old"), "c")

    after = run(serving.replace("{0}", "new"), "c")

    assert [service.port for service in after] == [service.port for service in before]
    assert [ask(service.local_url) for service in after] == ["new1", "new2"]
    assert default_kit().services() == after


def test_an_app_that_a_cell_serves_in_place_of_the_notebooks_own_has_a_server_of_its_own(run):
    run("import asgi_nb")
    own = run("asgi_nb.serve()", "c")

    other = run(WSGI.format("other") + "asgi_nb.serve(api)", "c")

    assert own.running
    assert other.port != own.port


@pytest.mark.parametrize("source", KINDS)
def test_an_app_is_mounted_and_a_new_one_takes_its_place(run, source):
    service = run("%asgi_serve")
    run(source.format("old"), "app")
    run("%asgi_mount /v1 api", "mount")
    assert ask(service.local_url + "v1/") == "old"

    run(source.format("new"), "app")
    run("%asgi_mount /v1 api", "mount")

    assert ask(service.local_url + "v1/") == "new"


def test_the_lifespan_of_the_old_app_ends(run, shell):
    run(FASTAPI.format("old"), "app")
    run("%asgi_serve api", "serve")
    run(FASTAPI.format("new"), "app")
    run("%asgi_serve api", "serve")

    assert shell.user_ns["up"] == ["new"]


def test_the_lifespan_of_a_mounted_app_runs_while_it_is_mounted(run, shell):
    run("%asgi_serve")
    run(FASTAPI.format("a"), "app")

    run("%asgi_mount /v1 api", "mount")
    assert shell.user_ns["up"] == ["a"]

    run("1", "mount")
    assert shell.user_ns["up"] == []


def test_a_mount_tells_that_the_startup_of_its_app_failed(run):
    run("%asgi_serve")
    run(FASTAPI.format("a").replace('up.append("a")', "1 / 0"), "app")

    with pytest.raises(CellError, match="the startup of the app mounted at /v1 failed: ZeroDivisionError"):
        run("%asgi_mount /v1 api", "mount")

    assert default_kit().app.definitions == ()


def test_another_address_is_another_server(run):
    run(WSGI.format("old"), "app")
    first = run("%asgi_serve api", "serve")
    run(WSGI.format("new"), "app")
    port = first.port
    default_kit().stop()

    second = run(f"%asgi_serve api --port {port}", "serve")

    assert (second.port, ask(second.local_url)) == (port, "new")


def test_what_is_no_app_is_refused(run):
    run("api = 3")

    with pytest.raises(MagicError, match="must be an ASGI application"):
        run("%asgi_serve api")
