"""
What breaks other ways to serve from a notebook, in one row each; a row that is held elsewhere names the test.

re-run a route's cell, same name     test_cells: a_helper_that_is_redefined...; test_under_load: 1000_...
same path, function renamed          test_cells: a_decorator_in_an_ordinary_cell_is_replaced...
re-run the cell that serves          here; test_service: serving_twice_is_harmless; test_foreign_servers
port held by another process         test_bad_input: a_busy_port...; test_foreign_servers; test_two_notebooks
a blocking client in the next cell   test_service: a_blocking_client...; test_places_from_cells
a handler's print                    test_output
an exception in a handler            test_cells: a_handler_that_raises..., a_failing_handler_prints_nothing...
a cell that computes                 test_under_load: 500_requests...
one long call in C                   here: no server in the process can answer meanwhile
interrupt                            test_interrupts; test_service; test_places_from_cells
middleware after the start           here
redefined while in flight            here
redefined while a socket is open     here
stop with an open stream             test_service: stopping_ends_open_streams...
the kernel's exit                    test_exit
loops that are nested                test_foreign_servers: the_recipe_with_nested_loops...
a queue of two loops                 test_places: an_object_of_the_other_loop...
"""

import threading

import httpx2
import pytest
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

SERVES = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise RuntimeError("no lifespan")
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": {body!r}}})

asgi_nb.serve(app, port={port})
"""


def ask(url: str, path: str) -> str:
    return httpx2.get(url + path, timeout=20).text


def test_a_cell_that_makes_an_app_and_serves_it_can_run_again(kernel, url):
    kernel.ok(SERVES.format(body=b"first", port=0))
    served = kernel.value("asgi_nb.services()[-1].local_url")
    port = kernel.value("asgi_nb.services()[-1].port")

    run = kernel.ok(SERVES.format(body=b"second", port=port))

    assert "serving in place of another app" in run.text
    assert ask(served, "") == "second"
    assert kernel.value(f"[service.port for service in asgi_nb.services()].count({port})") == 1


def test_an_app_that_does_not_start_leaves_the_one_before_serving(kernel, url):
    kernel.ok(SERVES.format(body=b"first", port=0))
    served = kernel.value("asgi_nb.services()[-1].local_url")
    port = kernel.value("asgi_nb.services()[-1].port")

    run = kernel.run(
        "async def app(scope, receive, send):\n    await receive()\n"
        "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n"
        f"asgi_nb.serve(app, port={port})"
    )

    assert "no database" in str(run.error)
    assert ask(served, "") == "first"


def test_a_long_call_in_c_holds_requests_up_and_loses_none(kernel, url):
    kernel.ok("import threading\nentered = threading.Event()")
    kernel.ok("%%asgi_route GET /entered\nreturn {'entered': entered.wait(10)}")
    kernel.ok("%%asgi_route GET /after\nreturn 'answered'")
    answers: list[str] = []

    busy = kernel.start("entered.set()\nsum(range(30_000_000))\nprint('summed')")
    ask(url, "entered")
    threads = [threading.Thread(target=lambda: answers.append(ask(url, "after"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["answered"] * 10
    assert kernel.finish(busy).stdout == "summed\n"


def test_middleware_is_added_replaced_and_removed_while_serving(kernel, url):
    cell = (
        "%%asgi_middleware\nresponse = await call_next(request)\n"
        "response.headers['x-way'] = '{}'\nreturn response"
    )
    kernel.ok("%%asgi_route GET /way\nreturn 'x'")
    seen = []

    def look():
        seen.append(httpx2.get(url + "way", timeout=10).headers.get("x-way"))

    look()
    for way in ("one", "two"):
        kernel.ok(cell.format(way), cell="layer")
        look()
    kernel.ok("pass", cell="layer")
    look()

    assert seen == [None, "one", "two", None]


@pytest.mark.parametrize(
    ("first", "wait"),
    [
        pytest.param("", "go.wait(20)", id="thread"),
        pytest.param(" --on server", "await asyncio.to_thread(go.wait, 20)", id="server"),
        pytest.param(" --on kernel", "await asyncio.to_thread(go.wait, 20)", id="kernel"),
    ],
)
def test_a_request_in_flight_ends_on_the_code_that_it_began_with(kernel, url, first, wait):
    kernel.ok("import asyncio, threading\nbegun, go = threading.Event(), threading.Event()")
    kernel.ok("%%asgi_route GET /begun\nreturn {'begun': begun.wait(10)}", cell="begun")
    kernel.ok(f"%%asgi_route GET /flight{first}\nbegun.set()\n{wait}\nreturn 'old'", cell="flight")
    answers: list[str] = []
    flight = threading.Thread(target=lambda: answers.append(ask(url, "flight")))
    flight.start()
    ask(url, "begun")

    kernel.ok(f"%%asgi_route GET /flight{first}\nreturn 'new'", cell="flight")
    answers.append(ask(url, "flight"))
    kernel.ok("go.set()")
    flight.join()

    assert answers == ["new", "old"]


def test_an_open_socket_keeps_its_code_and_is_told_apart_from_new_ones(kernel, url):
    cell = (
        "%%asgi_websocket /talk\nawait websocket.accept()\n"
        "async for text in websocket.iter_text():\n    await websocket.send_text('{}')"
    )
    address = url.replace("http", "ws", 1) + "talk"
    kernel.ok(cell.format("old"), cell="talk")

    with connect(address) as old:
        kernel.ok(cell.format("new"), cell="talk")
        with connect(address) as new:
            for socket, expected in ((old, "old"), (new, "new")):
                socket.send("which")
                assert socket.recv(timeout=10) == expected

    counts = kernel.value("[e.origin.execution_count for e in asgi_nb.traffic['WS /talk']]")
    assert counts[0] < counts[1]
    assert kernel.value("asgi_nb.routes()[-1].cell") == f"[{counts[1]}]"
