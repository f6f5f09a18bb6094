"""A cell that blocks while it asks a route that runs on the kernel's own loop."""

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

ROUTE = (
    "%%asgi_route GET /kernel/{n:int} --on kernel\n"
    "await asyncio.sleep(0.01)\nprint('inside')\nreturn {'n': n}"
)


@pytest.fixture(autouse=True)
def route(kernel):
    kernel.ok("import asyncio, sys")
    kernel.ok(ROUTE, cell="route")


@pytest.mark.parametrize("first", ["", "await asyncio.sleep(0)\n"], ids=["plain-cell", "async-cell"])
@pytest.mark.parametrize(
    "call",
    [
        pytest.param("asgi_nb.request('GET /kernel/3').json()", id="request"),
        pytest.param("asgi_nb.client.get('/kernel/3').json()", id="client"),
        pytest.param("get_ipython().run_line_magic('asgi_request', 'GET /kernel/3').json()", id="magic"),
    ],
)
def test_a_cell_gets_its_answer(kernel, url, first, call):
    run = kernel.ok(f"{first}print({call})")

    assert run.stdout == "{'n': 3}\n"
    assert kernel.value("asgi_nb.traffic[-1].output[0].text") == "inside\n"


def test_a_cell_gets_its_answer_also_when_nothing_is_served(kernel):
    kernel.ok("%asgi_stop")

    assert kernel.ok("print(asgi_nb.request('GET /kernel/4').json())").stdout == "{'n': 4}\n"


def test_a_cell_that_is_sent_meanwhile_runs_afterwards(kernel, url):
    kernel.ok("%%asgi_route GET /slow --on kernel\nawait asyncio.sleep(0.5)\nreturn 'slept'")

    first = kernel.start("print(asgi_nb.request('GET /slow').text)")
    second = kernel.start("print('second')")

    assert kernel.finish(first).stdout == "slept\n"
    assert kernel.finish(second).stdout == "second\n"


@pytest.mark.parametrize("first", ["", "await asyncio.sleep(0)\n"], ids=["plain-cell", "async-cell"])
@pytest.mark.parametrize(
    "wait", ["await asyncio.sleep(60)", "while True:\n    pass"], ids=["awaits", "computes"]
)
def test_an_interrupt_ends_the_wait_and_leaves_kernel_and_server_alive(kernel, url, first, wait):
    kernel.ok("import threading\nentered = threading.Event()")
    kernel.ok("%%asgi_route GET /entered\nreturn {'entered': entered.wait(10)}")
    kernel.ok(f"%%asgi_route GET /endless --on kernel\nentered.set()\n{wait}", cell="endless")

    busy = kernel.start(f"{first}asgi_nb.request('GET /endless', timeout=60)")
    assert httpx2.get(url + "entered", timeout=20).json() == {"entered": True}
    kernel.manager.interrupt_kernel()
    run = kernel.finish(busy)

    assert "KeyboardInterrupt" in str(run.error)
    assert httpx2.get(url + "kernel/5", timeout=10).json() == {"n": 5}


def test_the_wait_ends_after_its_time(kernel, url):
    kernel.ok("%%asgi_route GET /too-slow --on kernel\nawait asyncio.sleep(60)", cell="endless")

    run = kernel.run("asgi_nb.request('GET /too-slow', timeout=0.3)")

    assert "no response within 0.3 s" in str(run.error)


@pytest.mark.parametrize("leave", ["sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_handler_that_exits_does_not_end_the_kernel(kernel, url, leave):
    kernel.ok(f"%%asgi_route GET /exits --on kernel\n{leave}", cell="exits")

    answer = httpx2.get(url + "exits", timeout=10)

    assert answer.status_code == 500
    assert "on the kernel's loop" in answer.text
    assert kernel.ok("print('alive')").stdout == "alive\n"


def test_stopping_the_server_cancels_a_handler_on_the_kernels_loop(kernel, url):
    kernel.ok("import threading\nbegun = threading.Event()\ncancelled = asyncio.Event()")
    kernel.ok("%%asgi_route GET /begun\nreturn {'begun': begun.wait(10)}")
    kernel.ok(
        "%%asgi_route GET /held --on kernel\nbegun.set()\n"
        "try:\n    await asyncio.sleep(60)\nfinally:\n    cancelled.set()",
        cell="held",
    )
    kernel.ok("asking = asyncio.create_task(asyncio.to_thread(asgi_nb.client.get, '/held'))")
    assert httpx2.get(url + "begun", timeout=10).json() == {"begun": True}

    kernel.ok("%asgi_stop")

    assert kernel.ok("print(await asyncio.wait_for(cancelled.wait(), 14))").stdout == "True\n"
    kernel.ok("await asyncio.gather(asking, return_exceptions=True)")
