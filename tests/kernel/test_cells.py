"""Cells become routes, middleware and WebSockets of a server that real clients reach."""

import socket

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def ws(url: str, path: str) -> str:
    return url.replace("http", "ws", 1).rstrip("/") + path


def get(url: str, path: str, **options) -> httpx2.Response:
    return httpx2.get(url.rstrip("/") + path, timeout=10, **options)


def test_a_body_with_return_answers_with_the_parameter_converted(kernel, url):
    kernel.ok(
        '%%asgi_route GET /items/{item_id:int}\nreturn {"id": item_id, "q": request.query_params.get("q")}'
    )

    assert get(url, "/items/3?q=tea").json() == {"id": 3, "q": "tea"}


def test_a_body_with_await_reads_json_and_sets_the_status(kernel, url):
    kernel.ok("%%asgi_route POST,PUT /echo\nbody = await request.json()\nreturn body, 201")

    for method in ("POST", "PUT"):
        response = httpx2.request(method, url + "echo", json={"a": 1}, timeout=10)
        assert (response.status_code, response.json()) == (201, {"a": 1})


def test_a_body_with_yield_streams(kernel, url):
    kernel.ok("%%asgi_route GET /count\nfor number in range(3):\n    yield f'{number}\\n'")

    assert get(url, "/count").text == "0\n1\n2\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("def shout(word: str):\n    return word.upper()", "TEA", id="def"),
        pytest.param("async def shout(request, word):\n    return word.upper()", "TEA", id="async-def"),
        pytest.param(
            "from asgi_nb.web.responses import PlainTextResponse\n"
            "class Shout:\n"
            "    def __init__(self, scope, receive, send):\n"
            "        self.scope, self.receive, self.send = scope, receive, send\n"
            "    def __await__(self):\n"
            "        word = self.scope['path_params']['word']\n"
            "        return PlainTextResponse(word.upper())(self.scope, self.receive, self.send).__await__()",
            "TEA",
            id="class",
        ),
    ],
)
def test_a_cell_whose_last_statement_is_a_definition_is_that_endpoint(kernel, url, source, expected):
    kernel.ok(f"%%asgi_route GET /shout/{{word}}\n{source}", cell="shout")

    assert get(url, "/shout/tea").text == expected


def test_a_helper_that_is_redefined_is_seen_at_the_next_request(kernel, url):
    kernel.ok("def greeting():\n    return 'hello'")
    kernel.ok("%%asgi_route GET /greet\nreturn greeting()")
    assert get(url, "/greet").text == "hello"

    kernel.ok("def greeting():\n    return 'good day'")

    assert get(url, "/greet").text == "good day"


def test_a_route_whose_path_changed_leaves_nothing_behind(kernel, url):
    kernel.ok("%%asgi_route GET /before\nreturn 'one'", cell="moving")
    assert get(url, "/before").text == "one"

    kernel.ok("%%asgi_route GET /after\nreturn 'two'", cell="moving")

    assert get(url, "/before").status_code == 404
    assert get(url, "/after").text == "two"


def test_a_decorator_in_an_ordinary_cell_is_replaced_when_that_cell_runs_again(kernel, url):
    kernel.ok(
        "@asgi_nb.app.get('/plain')\ndef plain(request):\n    return 'one'\n"
        "@asgi_nb.app.get('/other')\ndef other(request):\n    return 'other'",
        cell="decorated",
    )
    assert (get(url, "/plain").text, get(url, "/other").text) == ("one", "other")

    kernel.ok("@asgi_nb.app.get('/plain')\ndef renamed(request):\n    return 'two'", cell="decorated")

    assert get(url, "/plain").text == "two"
    assert get(url, "/other").status_code == 404


def test_a_middleware_that_runs_twice_does_not_pile_up(kernel, url):
    cell = (
        "%%asgi_middleware\nresponse = await call_next(request)\n"
        "response.headers['x-layers'] = response.headers.get('x-layers', '') + 'm'\nreturn response"
    )
    for _ in range(3):
        kernel.ok(cell, cell="layer")
    kernel.ok("%%asgi_route GET /layered\nreturn 'x'")

    assert get(url, "/layered").headers["x-layers"] == "m"


def test_a_syntax_error_shows_its_line_and_leaves_the_old_route_serving(kernel, url):
    kernel.ok("%%asgi_route GET /steady\nreturn 'steady'", cell="steady")

    run = kernel.run("%%asgi_route GET /steady\nvalue = 1\nreturn value +", cell="steady")

    assert run.error is not None
    assert "line 3" in run.error
    assert "return value +" in run.error
    assert "asgi_nb/live" not in run.error
    assert get(url, "/steady").text == "steady"


def test_an_error_above_a_definition_changes_nothing(kernel, url):
    kernel.ok("%%asgi_route GET /kept\ndef kept(request):\n    return 'kept'", cell="kept")

    run = kernel.run("%%asgi_route GET /kept\n1 / 0\ndef kept(request):\n    return 'new'", cell="kept")

    assert "ZeroDivisionError" in str(run.error)
    assert "/asgi_nb/" not in str(run.error), "shows our internals"
    assert get(url, "/kept").text == "kept"


def test_a_handler_that_raises_gives_a_500_with_the_cells_line_and_the_server_goes_on(kernel, url):
    kernel.ok("%%asgi_route GET /boom\nshare = 8\nreturn share / 0", cell="boom")

    response = get(url, "/boom")

    assert response.status_code == 500
    assert "ZeroDivisionError" in response.text
    assert "return share / 0" in response.text
    assert "line 3" in response.text
    assert "ZeroDivisionError" in kernel.value("asgi_nb.traffic['GET /boom'][-1].error.format()")
    assert get(url, "/boom").status_code == 500


def test_a_failing_handler_prints_nothing_into_any_cell(kernel, url):
    kernel.ok("%%asgi_route GET /quiet-boom\nraise ValueError('no')", cell="quiet-boom")

    run = kernel.ok(
        f"import httpx2\nstatus = httpx2.get('{url}quiet-boom').status_code\nimport time\nprint(status)"
    )

    assert (run.stdout, run.stderr) == ("500\n", "")


def test_a_websocket_talks_both_ways_until_the_client_leaves(kernel, url):
    kernel.ok(
        "%%asgi_websocket /chat/{room}\nawait websocket.accept()\n"
        "async for text in websocket.iter_text():\n    await websocket.send_text(f'{room}: {text}')"
    )

    with connect(ws(url, "/chat/tea")) as client:
        client.send("one")
        assert client.recv(timeout=20) == "tea: one"
        client.send("two")
        assert client.recv(timeout=20) == "tea: two"

    talk = kernel.value("[(m.direction, m.text) for m in asgi_nb.traffic[-1].websocket.messages]")
    assert talk == [("receive", "one"), ("send", "tea: one"), ("receive", "two"), ("send", "tea: two")]


def test_a_websocket_client_that_vanishes_is_recorded_and_hurts_nobody(kernel, url):
    kernel.ok(
        "%%asgi_websocket /vanish\nawait websocket.accept()\n"
        "async for text in websocket.iter_text():\n    await websocket.send_text(text)"
    )

    with connect(ws(url, "/vanish")) as client:
        client.send("one")
        assert client.recv(timeout=20) == "one"
        client.socket.shutdown(socket.SHUT_RDWR)

    kernel.ok(
        "import time\ndeadline = time.monotonic() + 14\n"
        "while asgi_nb.traffic[-1].state == 'open' and time.monotonic() < deadline: time.sleep(0.01)"
    )
    assert kernel.value("asgi_nb.traffic[-1].state") != "open"
    assert kernel.value("asgi_nb.traffic[-1].websocket.close.by") == "client"
    kernel.ok("%%asgi_route GET /alive\nreturn 'alive'")
    assert get(url, "/alive").text == "alive"


def test_a_websocket_handler_that_raises_closes_with_1011(kernel, url):
    kernel.ok("%%asgi_websocket /broken\nawait websocket.accept()\nraise ValueError('no')")

    with connect(ws(url, "/broken")) as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=20)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    assert "ValueError" in kernel.value("asgi_nb.traffic[-1].error.format()")


def test_a_websocket_handler_that_is_done_closes_with_1000(kernel, url):
    kernel.ok("%%asgi_websocket /brief\nawait websocket.accept()\nawait websocket.send_text('bye')")

    with connect(ws(url, "/brief")) as client:
        assert list(client) == ["bye"]

    assert client.close_code == 1000


def test_what_the_inspector_shows_is_an_object_in_the_next_cell(kernel, url):
    kernel.ok("%%asgi_route GET /object\nreturn {'answer': 42}")

    get(url, "/object")

    assert kernel.value("asgi_nb.traffic[-1].response.json()") == {"answer": 42}


def test_the_request_magic_sends_headers_and_a_body(kernel, url):
    kernel.ok(
        "%%asgi_route POST /mirror\nreturn {'got': await request.json(), 'x': request.headers['x-from']}"
    )

    run = kernel.ok('%%asgi_request POST /mirror\nx-from: cell\ncontent-type: application/json\n\n{"a": 1}')

    assert "200" in run.text
    assert '"a": 1' in run.text
    assert "cell" in run.text


def test_the_route_table_names_each_cell_and_what_it_shadows(kernel):
    kernel.ok("%%asgi_route GET /twice\nreturn 1", cell="first")
    kernel.ok("%%asgi_route GET /twice\nreturn 2", cell="second")

    run = kernel.ok("%asgi_routes")

    assert "/twice" in run.text
    assert "shadow" in run.text


def test_a_body_that_is_not_json_is_a_400_that_says_so(kernel, url):
    kernel.ok("%%asgi_route POST /needs-json\nreturn await request.json()")

    response = httpx2.post(url + "needs-json", content=b'{"a": ', timeout=10)

    assert response.status_code == 400
    assert "JSON" in response.text


def test_a_handler_that_returns_no_response_is_a_500_that_names_type_and_cell(kernel, url):
    kernel.ok("%%asgi_route GET /odd\nreturn {1, 2}", cell="odd")

    response = get(url, "/odd")

    assert response.status_code == 500
    assert "set" in response.text
    assert "Cell In[" in response.text or "cell [" in response.text
