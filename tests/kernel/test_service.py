"""The background server lives beside running cells and dies with the kernel."""

import threading
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def test_serving_twice_is_harmless(kernel):
    first = kernel.ok("%asgi_serve")
    second = kernel.ok("%asgi_serve")

    assert urlsplit(first.text.split("http")[1]).path == urlsplit(second.text.split("http")[1]).path
    assert kernel.value("len(asgi_nb.services())") == 1


def test_requests_are_answered_while_a_cell_sleeps_and_while_it_computes(kernel, url):
    kernel.ok("%%asgi_route GET /during\nreturn 'yes'")
    kernel.ok("import threading, time\nrelease = threading.Event()")
    kernel.ok("%%asgi_route GET /release\nrelease.set()\nreturn 'released'")

    busy = kernel.start("count = 0\nwhile not release.is_set():\n    count += 1\nprint('woke')")
    answer = httpx2.get(url + "during", timeout=10).text
    httpx2.get(url + "release", timeout=10)

    assert answer == "yes"
    assert kernel.finish(busy).stdout == "woke\n"


def test_a_blocking_client_in_a_cell_does_not_deadlock(kernel, url):
    kernel.ok("%%asgi_route GET /call-me\nreturn 'called'")

    run = kernel.ok(f"import httpx2\nprint(httpx2.get('{url}call-me', timeout=20).text)")

    assert run.stdout == "called\n"


def test_an_interrupt_stops_the_cell_and_not_the_server(kernel, url):
    kernel.ok("%%asgi_route GET /still\nreturn 'here'")
    kernel.ok("import threading\nentered = threading.Event()")
    kernel.ok("%%asgi_route GET /entered\nreturn {'entered': entered.wait(20)}")

    busy = kernel.start("entered.set()\nwhile True:\n    pass")
    assert httpx2.get(url + "entered", timeout=30).json() == {"entered": True}
    kernel.manager.interrupt_kernel()
    run = kernel.finish(busy)

    assert "KeyboardInterrupt" in str(run.error)
    assert httpx2.get(url + "still", timeout=10).text == "here"


def test_a_stopped_server_frees_its_port_and_can_start_on_it_again(kernel, url):
    port = urlsplit(url).port

    kernel.ok("%asgi_stop")
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url, timeout=5)
    kernel.ok(f"%asgi_serve --port {port}")

    assert httpx2.get(url + "nowhere", timeout=10).status_code == 404


def test_stopping_ends_open_streams_and_sockets_in_bounded_time(kernel, url):
    kernel.ok(
        "%%asgi_route GET /forever\nimport asyncio\n"
        "yield 'first'\n"
        "while True:\n    await asyncio.sleep(0.05)\n    yield 'more'"
    )
    kernel.ok("%%asgi_websocket /open\nawait websocket.accept()\nawait websocket.receive_text()")

    with (
        connect(url.replace("http", "ws", 1) + "open"),
        httpx2.stream("GET", url + "forever", timeout=10) as stream,
    ):
        next(stream.iter_raw())
        run = kernel.ok("import time\nbegan = time.monotonic()\n%asgi_stop\nprint(time.monotonic() - began)")

    assert float(run.stdout.splitlines()[-1]) < 5


def test_100_requests_at_once_are_all_recorded(kernel, url):
    kernel.ok("%%asgi_route GET /burst/{n:int}\nreturn {'n': n}")
    answers: list[int] = []

    def ask(n: int) -> None:
        answers.append(httpx2.get(f"{url}burst/{n}", timeout=20).json()["n"])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == list(range(100))
    recorded = kernel.value("sorted(e.path_params['n'] for e in asgi_nb.traffic['GET /burst/{n:int}'])")
    assert recorded == list(range(100))


SERVES = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": b"{0}"}})

asgi_nb.serve(app)
"""


def test_a_cell_that_makes_an_app_and_serves_it_runs_again_at_its_address(kernel):
    kernel.ok("%asgi_stop")
    kernel.ok(SERVES.format("old"), cell="serves")
    url = kernel.value("asgi_nb.services()[0].local_url")
    assert httpx2.get(url, timeout=10).text == "old"

    kernel.ok(SERVES.format("new"), cell="serves")

    assert kernel.value("[service.local_url for service in asgi_nb.services()]") == [url]
    assert httpx2.get(url, timeout=10).text == "new"
    kernel.ok("%asgi_stop")
