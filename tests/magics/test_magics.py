"""The magics in a real shell: what they define, send and show, and how they complain."""

import threading

import httpx2
import pytest
from IPython.core.error import UsageError
from websockets.sync.client import connect

from asgi_nb.caller import RequestError
from asgi_nb.kit import default_kit
from asgi_nb.live.errors import CellError
from asgi_nb.magics._base import MagicError
from asgi_nb.service.errors import ServiceError


def titles():
    return [definition.title for definition in default_kit().app.definitions]


def test_a_cell_becomes_a_route(run):
    run('%%asgi_route GET /items/{item_id:int}\nreturn {"id": item_id, "q": request.query_params.get("q")}')

    assert run("%asgi_request GET /items/3?q=tea").json() == {"id": 3, "q": "tea"}


def test_several_methods_and_a_name_are_taken(run):
    run("%%asgi_route GET,POST /items --name things\nreturn request.method")

    assert default_kit().app.url_path_for("things") == "/items"
    assert run("%asgi_request POST /items").text == "POST"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("--on moon", "unknown place 'moon'", id="unknown"),
        pytest.param("--on thread", "cannot run in a worker thread: it awaits", id="async-in-thread"),
        pytest.param("--on kernel", "there is none here", id="no-kernel"),
        pytest.param("--pickup 3", "needs on='kernel'", id="pickup-elsewhere"),
    ],
)
def test_a_place_that_cannot_be_is_refused(run, line, said):
    with pytest.raises(CellError, match=said):
        run(f"%%asgi_route GET /x {line}\nawait request.body()")

    assert titles() == []


def test_a_plain_body_can_run_on_the_servers_loop(run):
    run("import threading")
    run("%%asgi_route GET /where --on server\nreturn threading.current_thread().name")

    assert run("%asgi_request GET /where").text == "asgi_nb-server"


def test_braces_and_dollars_in_the_line_are_not_expanded(run):
    run("item_id, x = 7, 'no'")
    run("%%asgi_route GET /items/{item_id}/$x\nreturn item_id")

    assert run("%asgi_request GET /items/tea/$x").text == "tea"


def test_a_middleware_goes_around_the_routes(run):
    run("%%asgi_route GET /\nreturn 'x'")
    run("%%asgi_middleware --name stamp\nr = await call_next(request)\nr.headers['x-by'] = 'cell'\nreturn r")

    assert run("%asgi_request GET /").headers["x-by"] == "cell"


def test_a_websocket_cell_talks_to_a_client(run):
    run("%%asgi_websocket /chat/{room}\nawait websocket.accept()\nawait websocket.send_text(room)")
    service = run("%asgi_serve")

    with connect(service.websocket_url + "chat/tea") as client:
        assert client.recv(timeout=15) == "tea"


def test_serving_twice_shows_the_same_server_and_says_so(run):
    first = run("%asgi_serve")
    assert repr(first).startswith("<Service serving http://127.0.0.1:")

    second = run("%asgi_serve")

    assert second is first
    assert repr(second).startswith("<Service already serving http://127.0.0.1:")


def test_an_app_of_the_notebook_can_be_served_by_its_name(run):
    run(
        "async def my_app(scope, receive, send):\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b'mine'})"
    )

    service = run("%asgi_serve my_app")

    assert httpx2.get(service.local_url).text == "mine"
    assert default_kit().traffic[-1].status == 200


def test_stopping_gives_what_was_stopped(run):
    service = run("%asgi_serve")

    assert run("%asgi_stop") == [service]
    assert not service.running
    assert run("%asgi_stop") == []


def test_the_route_table_counts_hits(run):
    run("%%asgi_route GET /items\nreturn 1")
    run("%asgi_request GET /items")

    (row,) = run("%asgi_routes")

    assert (row.methods, row.path, row.hits) == ("GET", "/items", 1)
    assert row.median > 0


def test_a_request_cell_sends_headers_and_a_body(run):
    run("%%asgi_route POST /echo\nreturn {'body': await request.json(), 'from': request.headers['x-from']}")

    reply = run('%%asgi_request POST /echo\nx-from: cell\n\n{"a": 1}')

    assert reply.json() == {"body": {"a": 1}, "from": "cell"}


def test_a_request_cell_with_nothing_below_sends_no_body(run):
    run("%%asgi_route DELETE /items/{n:int}\nreturn None")

    assert run("%%asgi_request DELETE /items/3").status_code == 204


def test_the_inspector_shows_the_traffic(run):
    inspector = run("%asgi_inspect")

    assert inspector is run("%asgi_inspect")
    assert repr(inspector).startswith("<Inspector")


def test_a_cell_that_runs_again_replaces_all_it_had_defined(run):
    run("%%asgi_route GET /before\nreturn 1", cell_id="c")

    run("%%asgi_route GET /after\nreturn 2", cell_id="c")

    assert titles() == ["GET /after"]


def test_a_cell_that_fails_changes_nothing(run):
    run("%%asgi_route GET /kept\nreturn 1", cell_id="c")

    with pytest.raises(ZeroDivisionError):
        run("import asgi_nb\n@asgi_nb.app.get('/new')\ndef new(): return 1\n1 / 0", cell_id="c")

    assert titles() == ["GET /kept"]


def test_a_request_from_a_cell_is_answered_while_another_cell_serves(run):
    run("%%asgi_route GET /slow\nimport time; time.sleep(0.05); return 'slow'")
    run("%%asgi_route GET /\nreturn 'quick'")
    service = run("%asgi_serve")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(httpx2.get(service.local_url + "slow").text))
    asking.start()

    assert run("%asgi_request GET /").text == "quick"

    asking.join()
    assert answers == ["slow"]


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        pytest.param("%%asgi_route\nreturn 1", MagicError, "METHOD /path.*got nothing", id="nothing"),
        pytest.param("%%asgi_route /items\nreturn 1", MagicError, "write: GET /items", id="no-method"),
        pytest.param("%%asgi_route GET\nreturn 1", MagicError, "write: GET /path", id="no-path"),
        pytest.param(
            "%%asgi_route /items GET\nreturn 1", MagicError, "method comes first: GET /items", id="swapped"
        ),
        pytest.param("%%asgi_route GET, POST /x\nreturn 1", MagicError, "/x", id="spaced-methods"),
        pytest.param(
            "%%asgi_route GET items\nreturn 1", CellError, "start with '/', got 'items'", id="no-slash"
        ),
        pytest.param("%%asgi_route FETCH /x\nreturn 1", CellError, "unknown method 'FETCH'", id="method"),
        pytest.param(
            "%%asgi_route GET /x --nmae y\nreturn 1", MagicError, "--nmae.*for example", id="option"
        ),
        pytest.param("%%asgi_route GET '/x\nreturn 1", MagicError, "No closing quotation", id="quote"),
        pytest.param("%%asgi_route GET /x", MagicError, "is empty; write the body", id="empty-cell"),
        pytest.param("%%asgi_route GET /x\n\n", MagicError, "is empty; write the body", id="blank-cell"),
        pytest.param("%asgi_route GET /x", MagicError, "write %%asgi_route, with two", id="route-line"),
        pytest.param(
            "%asgi_middleware", MagicError, "write %%asgi_middleware, with two", id="middleware-line"
        ),
        pytest.param(
            "%asgi_websocket /x", MagicError, "write %%asgi_websocket, with two", id="websocket-line"
        ),
        pytest.param(
            "%%asgi_websocket\npass", MagicError, "expects a path.*got nothing", id="websocket-no-path"
        ),
        pytest.param(
            "%%asgi_websocket chat\npass", CellError, "start with '/', got 'chat'", id="websocket-slash"
        ),
        pytest.param("%asgi_serve --port tea", MagicError, "invalid int value: 'tea'", id="port-word"),
        pytest.param("%asgi_serve --port 70000", ServiceError, "0 to 65535, got 70000", id="port-range"),
        pytest.param(
            "%asgi_serve nowhere", MagicError, "no variable named 'nowhere'; run the", id="variable"
        ),
        pytest.param("apple = 1\n%asgi_serve aple", MagicError, "did you mean apple", id="variable-typo"),
        pytest.param("apple = 1\n%asgi_serve apple", MagicError, "must be an ASGI application", id="no-app"),
        pytest.param("%asgi_stop now", MagicError, "unrecognized arguments: now", id="stop-argument"),
        pytest.param("%asgi_request", RequestError, "METHOD /path.*got nothing", id="request-nothing"),
        pytest.param(
            "%asgi_request GET items", RequestError, "start with '/', got 'items'", id="request-slash"
        ),
        pytest.param(
            "%asgi_request /x get", RequestError, "method comes first: GET /x", id="request-swapped"
        ),
    ],
)
def test_a_mistake_is_raised_says_what_to_do_and_changes_nothing(run, capsys, cell, error, words):
    with pytest.raises(error, match=words) as caught:
        run(cell)

    assert titles() == []
    assert default_kit().services() == []
    shown = "\n".join(caught.value._render_traceback_())
    assert "File" not in shown
    assert str(caught.value) in shown


def test_our_usage_errors_are_ipythons_for_whoever_catches_them():
    assert issubclass(MagicError, UsageError)


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("asgi_inspect", "%asgi_inspect"),
        ("asgi_middleware", "%%asgi_middleware"),
        ("asgi_request", "%%asgi_request POST /items"),
        ("asgi_route", "%%asgi_route GET /items/{item_id:int}"),
        ("asgi_routes", "%asgi_routes"),
        ("asgi_serve", "%asgi_serve my_fastapi_app --port 8000"),
        ("asgi_stop", "%asgi_stop"),
        ("asgi_websocket", "%%asgi_websocket /chat/{room}"),
    ],
)
def test_help_shows_an_example(shell, name, example):
    assert example in shell.inspector.info(shell.find_magic(name))["docstring"]


def test_help_on_a_cell_magic_runs_nothing(run):
    run("%%asgi_route?")

    assert titles() == []
