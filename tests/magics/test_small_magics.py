"""Mounting, dropping and beginning anew, in a real shell."""

import httpx2
import pytest

import asgi_nb
from asgi_nb.kit import default_kit
from asgi_nb.live.errors import CellError
from asgi_nb.magics._base import MagicError

ASGI = """
async def other(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["root_path"].encode()})
"""
WSGI = """
class Flask:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("content-type", "text/plain")])
        return [environ["PATH_INFO"].encode()]
flask = Flask()
"""


def titles():
    return [definition.title for definition in default_kit().app.definitions]


def test_an_app_is_mounted_by_the_name_of_its_variable(run):
    run(ASGI)

    run("%asgi_mount /v1 other --name first")

    assert titles() == ["mount /v1"]
    assert run("%asgi_request GET /v1/items").text == "/v1"
    assert default_kit().app.url_path_for("first", path="/x") == "/v1/x"


def test_a_wsgi_app_is_mounted_the_same_way(run):
    run(WSGI)

    run("%asgi_mount /flask flask")

    assert run("%asgi_request GET /flask/items").text == "/items"


def test_a_mount_shows_where_a_browser_finds_it(run):
    run(ASGI)
    assert run("%asgi_mount /v1 other").url is None

    service = run("%asgi_serve")

    assert run("%asgi_mount /v1 other").url == f"{service.url}v1/"
    assert run("%asgi_mount / other").url == service.url
    assert httpx2.get(f"{service.local_url}v1/x").text == "/v1"


def test_a_cell_that_mounts_elsewhere_moves_its_mount(run):
    run(ASGI)
    run("%asgi_mount /v1 other", cell_id="c")

    run("%asgi_mount /v2 other", cell_id="c")

    assert titles() == ["mount /v2"]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ('"GET /a"', ["POST /b", "middleware m"]),
        ("'GET /a'", ["POST /b", "middleware m"]),
        ("GET /a", ["POST /b", "middleware m"]),
        ("/b", ["GET /a", "middleware m"]),
        ("m", ["GET /a", "POST /b"]),
        ("cell:[2]", ["GET /a", "middleware m"]),
    ],
)
def test_what_a_deleted_cell_left_is_dropped(run, written, left):
    run("%%asgi_route GET /a\nreturn 1", cell_id="a")
    run("%%asgi_route POST /b\nreturn 1", cell_id="b")
    run("%%asgi_middleware --name m\nreturn await call_next(request)", cell_id="m")

    removed = run(f"%asgi_routes --drop {written}")

    assert titles() == left
    assert repr(removed) == f"removed {removed[0]}"
    assert len(run("%asgi_routes")) == 2


def test_all_that_a_cell_has_defined_is_dropped_at_once(run):
    run("import asgi_nb\nfor path in ('/a', '/b'):\n    asgi_nb.app.add_route(path, lambda request: 1)")

    assert run("%asgi_routes --drop cell:[1]") == ["GET /a", "GET /b"]


def test_beginning_anew_keeps_the_server_and_the_traffic(run):
    run("%%asgi_route GET /a\nreturn 1")
    service = run("%asgi_serve")
    run("%asgi_request GET /a")

    assert repr(run("%asgi_reset")) == "removed GET /a"

    assert titles() == []
    assert service.running
    assert run("%asgi_request GET /a").status_code == 404
    assert len(asgi_nb.traffic) == 2


def test_the_traffic_goes_when_asked_to(run):
    run("%%asgi_route GET /a\nreturn 1")
    run("%asgi_request GET /a")

    assert repr(run("%asgi_reset --traffic")) == "removed GET /a\nforgot 1 exchange"

    assert len(asgi_nb.traffic) == 0


def test_a_cell_that_fails_after_a_reset_takes_the_reset_back(run):
    run("%%asgi_route GET /a\nreturn 1")

    with pytest.raises(ZeroDivisionError):
        run("%asgi_reset\n1 / 0")

    assert titles() == ["GET /a"]


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        pytest.param("%asgi_mount", MagicError, "/path and a variable, as in.*got nothing", id="nothing"),
        pytest.param("%asgi_mount /v1", MagicError, "got '/v1' alone", id="no-app"),
        pytest.param("%asgi_mount other /v1", MagicError, "the path comes first: /v1 other", id="swapped"),
        pytest.param("%asgi_mount /v1 otter", MagicError, "did you mean other", id="typo"),
        pytest.param("%asgi_mount /v1 opem", MagicError, "run the cell that defines it", id="not-the-shells"),
        pytest.param("%asgi_mount v1 other", CellError, "start with '/', got 'v1'", id="no-slash"),
        pytest.param("%asgi_mount /v1 number", CellError, "cannot mount int", id="no-app-at-all"),
        pytest.param("%asgi_routes --drop GET /x", CellError, "nothing is called 'GET /x'", id="unknown"),
        pytest.param("%asgi_routes --drop cell:[9]", CellError, "nothing is called 'cell:", id="other-cell"),
        pytest.param("%asgi_routes --drop", MagicError, "expected at least one argument", id="drop-nothing"),
        pytest.param("%asgi_routes GET /x", MagicError, "unrecognized arguments", id="no-option"),
        pytest.param("%asgi_reset --trafic", MagicError, "--trafic.*for example", id="option"),
    ],
)
def test_a_mistake_is_raised_says_what_to_do_and_changes_nothing(run, cell, error, words):
    run(f"number = 5{ASGI}")
    run("%%asgi_route GET /kept\nreturn 1")

    with pytest.raises(error, match=words) as caught:
        run(cell)

    assert titles() == ["GET /kept"]
    assert "File" not in "\n".join(caught.value._render_traceback_())


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("asgi_mount", "%asgi_mount /v1 my_fastapi_app"),
        ("asgi_reset", "%asgi_reset --traffic"),
        ("asgi_routes", '%asgi_routes --drop "GET /items"'),
    ],
)
def test_help_shows_an_example(shell, name, example):
    assert example in shell.inspector.info(shell.find_magic(name))["docstring"]
