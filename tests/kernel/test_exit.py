"""A kernel that serves ends and restarts as promptly as one that does not, and lets go of its port."""

import socket
import sys
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def test_the_kernel_exits_promptly_with_an_open_stream_and_an_open_socket(fresh_kernel):
    url = fresh_kernel.value("asgi_nb.serve().local_url")
    fresh_kernel.ok(
        "%%asgi_route GET /forever\nimport asyncio\nyield 'first'\n"
        "while True:\n    await asyncio.sleep(0.05)\n    yield 'more'"
    )
    fresh_kernel.ok("%%asgi_websocket /open\nawait websocket.accept()\nawait websocket.receive_text()")

    with (
        connect(url.replace("http", "ws", 1) + "open"),
        httpx2.stream("GET", url + "forever", timeout=10) as stream,
    ):
        next(stream.iter_raw())
        # A front end kills a kernel after 5 s; on a machine with nothing else to do it takes one.
        assert fresh_kernel.close() < 5


LIFESPAN = """
from pathlib import Path

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        Path({path!r}).write_text("shut down")
        await send({{"type": "lifespan.shutdown.complete"}})

asgi_nb.serve(app)
"""


def test_a_kernel_that_ends_shuts_its_apps_down(fresh_kernel, tmp_path):
    fresh_kernel.ok(LIFESPAN.format(path=str(tmp_path / "told")))

    fresh_kernel.close()

    assert (tmp_path / "told").read_text() == "shut down"


@pytest.mark.parametrize("kill", [False, True], ids=["asked", "killed"])
def test_a_restarted_kernel_serves_the_same_port_at_once_with_a_page_open(fresh_kernel, kill):
    stays_open = "%%asgi_websocket /open\nawait websocket.accept()\nawait websocket.receive_text()"
    fresh_kernel.ok(stays_open)
    url = fresh_kernel.value("asgi_nb.serve().local_url")
    port = urlsplit(url).port

    with connect(url.replace("http", "ws", 1) + "open") as page:
        fresh_kernel.restart(kill=kill)
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(timeout=20)
        fresh_kernel.ok(f"%load_ext asgi_nb\nimport asgi_nb\n%asgi_serve --port {port}", timeout=60)

    assert closed.value.rcvd is None if kill else closed.value.rcvd.code == 1012
    fresh_kernel.ok(stays_open)
    with connect(url.replace("http", "ws", 1) + "open"):
        assert httpx2.get(url + "nowhere", timeout=10).status_code == 404


def test_a_forked_process_of_a_cell_keeps_no_port(fresh_kernel):
    if sys.platform == "win32":
        pytest.skip("there is no fork on Windows")
    port = urlsplit(fresh_kernel.value("asgi_nb.serve().local_url")).port
    fresh_kernel.ok(
        "import multiprocessing, warnings\nfork = multiprocessing.get_context('fork')\nend = fork.Event()\n"
        "child = fork.Process(target=end.wait)\n"
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    child.start()"
    )

    fresh_kernel.ok("%asgi_stop")
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        free.listen()
    assert fresh_kernel.value(f"asgi_nb.serve(port={port}).running") is True

    fresh_kernel.ok("end.set()\nchild.join(10)")
    assert fresh_kernel.value("child.exitcode") == 0
