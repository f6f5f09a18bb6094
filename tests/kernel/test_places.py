"""Where handlers run: on the server's loop, in a thread, on the kernel's loop."""

import threading

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

WHERE = "return {'thread': threading.current_thread().name, 'loop': LOOP()}"


@pytest.fixture(autouse=True)
def loop_of_the_kernel(kernel):
    kernel.ok(
        "import asyncio, threading\nKERNEL = asyncio.get_running_loop()\n"
        "def LOOP():\n    running = asyncio._get_running_loop()\n"
        "    return None if running is None else running is KERNEL"
    )


def occupy(kernel, url, source: str) -> str:
    """Start a cell, and return when it runs: before that the kernel's loop would take what waits for it."""
    kernel.ok("entered = threading.Event()")
    kernel.ok("%%asgi_route GET /entered --on thread\nreturn {'entered': entered.wait(10)}")
    busy = kernel.start("entered.set()\n" + source)
    assert httpx2.get(url + "entered", timeout=15).json() == {"entered": True}
    return busy


@pytest.mark.parametrize(
    ("options", "body", "thread", "loop"),
    [
        pytest.param("", WHERE, "AnyIO", None, id="plain-is-in-a-thread"),
        pytest.param(
            "", "await asyncio.sleep(0)\n" + WHERE, "asgi_nb-server", False, id="async-is-on-server"
        ),
        pytest.param("--on server", WHERE, "asgi_nb-server", False, id="plain-on-server"),
        pytest.param("--on kernel", WHERE, "MainThread", True, id="plain-on-kernel"),
        pytest.param(
            "--on kernel", "await asyncio.sleep(0)\n" + WHERE, "MainThread", True, id="async-on-kernel"
        ),
    ],
)
def test_a_route_runs_where_it_was_asked_to(kernel, url, options, body, thread, loop):
    kernel.ok(f"%%asgi_route GET /where {options}\n{body}", cell="where")

    found = httpx2.get(url + "where", timeout=10).json()

    assert found["thread"].startswith(thread)
    assert found["loop"] == loop


def test_objects_made_in_async_cells_work_on_the_kernels_loop(kernel, url):
    kernel.ok(
        "queue = asyncio.Queue()\nconsumer = asyncio.ensure_future(queue.get())\nawait asyncio.sleep(0)"
    )
    kernel.ok("%%asgi_route POST /put/{n:int} --on kernel\nawait queue.put(n)\nreturn {'put': n}")

    assert httpx2.post(url + "put/3", timeout=10).json() == {"put": 3}

    assert kernel.ok("print(await consumer)").stdout == "3\n"


def test_an_object_of_the_other_loop_is_an_error_that_says_where_to_run(kernel, url):
    kernel.ok(
        "lines = asyncio.Queue()\nconsumer2 = asyncio.ensure_future(lines.get())\nawait asyncio.sleep(0)"
    )
    kernel.ok("%%asgi_route GET /line\nreturn await asyncio.wait_for(lines.get(), 5)")

    answer = httpx2.get(url + "line", timeout=10)

    assert answer.status_code == 500
    assert "lines, a Queue, was first awaited in a cell" in answer.text
    assert "--on kernel" in answer.text
    kernel.ok("consumer2.cancel()")


def test_a_request_waits_for_the_cell_and_shows_as_queued(kernel, url):
    kernel.ok("%%asgi_route GET /later --on kernel --pickup 20\nreturn 'after the cell'")
    kernel.ok("import threading\nqueued = threading.Event()\nfound = []")
    answers = []

    busy = occupy(
        kernel,
        url,
        "import time\n"
        "end = time.monotonic() + 15\n"
        "while not any(e.state == 'queued' for e in asgi_nb.traffic) and time.monotonic() < end:\n"
        "    time.sleep(0.01)\n"
        "print([e.state for e in asgi_nb.traffic if e.request.path == '/later'])",
    )
    asking = threading.Thread(target=lambda: answers.append(httpx2.get(url + "later", timeout=30)))
    asking.start()
    run = kernel.finish(busy, timeout=30)
    asking.join()

    assert run.stdout == "['queued']\n"
    assert answers[0].text == "after the cell"
    assert kernel.value("asgi_nb.traffic['/later'][-1].state") == "done"


def test_a_cell_that_runs_too_long_makes_it_503_with_advice(kernel, url):
    kernel.ok("ran = []")
    kernel.ok("%%asgi_route GET /busy --on kernel --pickup 0.3\nran.append(1)\nreturn 'never'")

    run = kernel.ok(f"import httpx2\nanswer = httpx2.get('{url}busy', timeout=10)\nprint(answer.status_code)")

    assert run.stdout == "503\n"
    assert "use asgi_nb.request() or asgi_nb.client" in kernel.value("answer.text")
    assert kernel.value("(answer.headers['retry-after'], ran)") == ("1", [])


def test_a_socket_that_waits_too_long_is_closed_with_1013(kernel, url):
    kernel.ok("import threading\nlet_go = threading.Event()")
    kernel.ok("%%asgi_route GET /go\nlet_go.set()\nreturn 'gone'")
    kernel.ok("%%asgi_websocket /held --on kernel --pickup 0.3\nawait websocket.accept()")

    busy = occupy(kernel, url, "let_go.wait(15)")
    with connect(url.replace("http", "ws", 1) + "held") as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    httpx2.get(url + "go", timeout=10)
    kernel.finish(busy)

    assert closed.value.rcvd.code == 1013
    assert "the kernel was running a cell" in closed.value.rcvd.reason


def test_a_socket_on_the_kernels_loop_talks(kernel, url):
    kernel.ok(
        "%%asgi_websocket /kernel/{room} --on kernel\nawait websocket.accept()\n"
        "async for text in websocket.iter_text():\n"
        "    await websocket.send_text(f'{room} {text} {LOOP()}')"
    )

    with connect(url.replace("http", "ws", 1) + "kernel/tea") as socket:
        socket.send("hello")
        assert socket.recv(timeout=10) == "tea hello True"


def test_a_client_that_leaves_while_it_waits_is_not_served(kernel, url):
    kernel.ok("served = []")
    kernel.ok("%%asgi_route GET /left --on kernel --pickup 30\nserved.append(1)\nreturn 1")

    busy = occupy(
        kernel,
        url,
        "import time\n"
        "end = time.monotonic() + 15\n"
        "while not any(e.finished for e in asgi_nb.traffic['/left']) and time.monotonic() < end:\n"
        "    time.sleep(0.01)\n"
        "print([e.state for e in asgi_nb.traffic['/left']])",
    )
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(url + "left", timeout=httpx2.Timeout(20, read=0.3))

    assert kernel.finish(busy, timeout=30).stdout == "['aborted']\n"
    assert kernel.value("served") == []
