"""Lifespans, error handlers, tries, old sockets and the debugger, in real kernels."""

import re
import time

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _clean(kernel):
    yield
    kernel.ok("%asgi_reset --traffic")


def answering(kernel, source: str, *answers: str):
    """Run a cell that asks for input, and answer it; gives what it was asked, and what the cell showed."""
    content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}}
    content |= {"allow_stdin": True, "stop_on_error": False}
    message = kernel.client.session.msg("execute_request", content)
    kernel.client.shell_channel.send(message)
    prompts = []
    for answer in answers:
        asked = kernel.client.get_stdin_msg(timeout=20)
        assert asked["msg_type"] == "input_request"
        prompts.append(asked["content"]["prompt"])
        kernel.client.input(answer)
    shown = kernel.finish(message["header"]["msg_id"])
    shown.stdout = COLOURS.sub("", shown.stdout)
    return prompts, shown


LIFESPAN = """%%asgi_lifespan --name pool
import asyncio, threading
print("up {0}")
queue = asyncio.Queue()
queue.put_nowait("{0}")
yield {{"queue": queue, "thread": threading.current_thread().name}}
print("down {0}")
"""


def test_a_lifespan_starts_with_its_cell_and_its_objects_fit_the_routes(kernel, url):
    shown = kernel.ok(LIFESPAN.format("a"), cell="life")
    assert "lifespan pool (cell [" in shown.text
    assert shown.stdout == "up a\n"

    kernel.ok(
        "%%asgi_route GET /take\nreturn [await request.state.queue.get(), request.state.thread]", cell="r"
    )
    assert httpx2.get(url + "take", timeout=10).json() == ["a", "asgi_nb-server"]

    again = kernel.ok(LIFESPAN.format("b"), cell="life")
    assert "up b" in again.stdout
    assert httpx2.get(url + "take", timeout=10).json()[0] == "b"


def test_a_startup_that_fails_shows_its_line_and_the_old_one_runs_on(kernel, url):
    kernel.ok(LIFESPAN.format("a"), cell="life")
    kernel.ok("%%asgi_route GET /state\nreturn sorted(request.state._state)", cell="r")

    failed = kernel.run("%%asgi_lifespan\nitems = {}\nitems['pool']\nyield", cell="life")

    assert failed.error is not None
    assert "CellError: the startup of lifespan (cell [" in failed.error
    assert "KeyError: 'pool' (Cell In[" in failed.error
    assert "line 3)" in failed.error
    assert "was started again" in failed.error
    assert "asgi_nb/" not in failed.error
    assert httpx2.get(url + "state", timeout=10).json() == ["queue", "thread"]


def test_an_interrupted_startup_leaves_the_old_one_running(kernel, url):
    kernel.ok("import anyio, threading\nstarts = threading.Semaphore(0)")
    kernel.ok("%%asgi_lifespan\nstarts.release()\nyield {'which': 'old'}", cell="life")
    kernel.ok("%%asgi_route GET /which\nreturn [request.state.which]", cell="r")
    kernel.ok("assert starts.acquire(timeout=10)")

    request = kernel.start("%%asgi_lifespan\nprint('hangs')\nawait anyio.sleep_forever()\nyield", cell="life")
    while kernel.client.get_iopub_msg(timeout=20)["content"].get("text") != "hangs\n":
        pass
    kernel.manager.interrupt_kernel()

    assert "KeyboardInterrupt" in (kernel.finish(request).error or "")
    kernel.ok("assert starts.acquire(timeout=10)")
    assert httpx2.get(url + "which", timeout=10).json() == ["old"]


def test_the_shutdown_runs_when_the_kernel_exits(fresh_kernel, tmp_path):
    note = tmp_path / "note"
    fresh_kernel.ok(f"note = {str(note)!r}\nasgi_nb.serve()")
    fresh_kernel.ok("%%asgi_lifespan\nyield\nopen(note, 'w').write('down')")

    fresh_kernel.close()

    assert note.read_text() == "down"


def test_an_error_handler_answers_a_class_of_the_notebook(kernel, url):
    kernel.ok("class Gone(Exception): pass", cell="c")
    kernel.ok("%%asgi_error Gone\nreturn {'gone': str(exc)}, 410", cell="e")
    kernel.ok("%%asgi_route GET /gone\nraise Gone('tea')", cell="r")
    kernel.ok("class Gone(Exception): pass", cell="c")

    answer = httpx2.get(url + "gone", timeout=10)

    assert (answer.status_code, answer.json()) == (410, {"gone": "tea"})
    assert "error" in kernel.ok("%asgi_routes").text


def test_a_try_shows_its_response_under_the_cell(kernel):
    shown = kernel.ok(
        '%%asgi_route POST /items --try \'{"name": "tea"}\'\nreturn await request.json(), 201', cell="r"
    )

    assert "tried: POST /items" in shown.text
    assert "201 Created" in shown.text
    assert "tea" in shown.html


def test_a_try_on_the_kernels_loop_lets_the_kernel_answer(kernel):
    shown = kernel.ok("%%asgi_route GET /k --on kernel --try\nreturn {'k': 1}", cell="r")

    assert "200 OK" in shown.text


def test_a_socket_on_old_code_is_counted_and_closed(kernel, url):
    cell = "%%asgi_websocket /talk\nawait websocket.accept()\nasync for text in websocket.iter_text():\n"
    kernel.ok(cell + "    await websocket.send_text('old')", cell="w")
    with connect(url.replace("http", "ws", 1) + "talk") as client:
        client.send("x")
        assert client.recv(timeout=10) == "old"
        kernel.ok(cell + "    await websocket.send_text('new')", cell="w")

        assert "1 WebSocket is open on old code" in kernel.ok("%asgi_routes").text
        assert kernel.ok("%asgi_routes --close-replaced").text == "closed /talk"

        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
        assert closed.value.rcvd.code == 1012


def test_the_debugger_opens_on_the_frames_of_a_handler(kernel, url):
    kernel.ok("%%asgi_route GET /fail/{item}\nprice = {'tea': 3}\nreturn price[item]", cell="r")
    assert httpx2.get(url + "fail/salt", timeout=10).status_code == 500
    assert kernel.value("asgi_nb.traffic[-1].error.frames[-1].locals['item']") == "salt"

    prompts, shown = answering(kernel, "asgi_nb.traffic[-1].error.debug()", "p item", "p price", "q")

    assert prompts == ["ipdb> "] * 3
    assert "return price[item]" in shown.stdout
    assert "'salt'" in shown.stdout
    assert "{'tea': 3}" in shown.stdout
    assert shown.error is None


def test_frames_that_are_gone_are_a_clear_error(kernel, url):
    kernel.ok("%%asgi_route GET /fail\n1 / 0", cell="r")
    httpx2.get(url + "fail", timeout=10)
    kernel.ok("kept = asgi_nb.traffic[-1].error")
    kernel.ok("%asgi_reset --traffic")

    error = kernel.run("kept.debug()").error

    assert error is not None
    assert error.startswith("FramesGoneError: the frames of this exception are gone")


def test_help_and_tab_know_the_new_magics(kernel):
    message = kernel.client.inspect("%%asgi_lifespan", cursor_pos=16, detail_level=0)
    deadline = time.monotonic() + 15
    while True:
        reply = kernel.client.get_shell_msg(timeout=deadline - time.monotonic())
        if reply["parent_header"].get("msg_id") == message:
            break

    assert "startup" in reply["content"]["data"]["text/plain"]
