"""
An interrupt ends the cell that runs, whatever it does, and the server goes on.

A cell that waits for a handler on the kernel's own loop is interrupted in test_places_from_cells.py, one
that computes in test_service.py.
"""

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

SLOW_APP = """
async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        raise RuntimeError("only a lifespan")
    await receive()
    if {slow!r} == "startup":
        entered.set()
        await asyncio.Event().wait()
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
    entered.set()
    if {slow!r} == "shutdown":
        await asyncio.sleep(2)
    await send({{"type": "lifespan.shutdown.complete"}})
"""


@pytest.fixture
def interrupted(kernel, url):
    """Run a cell that sets `entered` in the kernel, and interrupt it then; gives what the cell brought."""
    kernel.ok("import asyncio, threading\nentered = threading.Event()")
    kernel.ok("%%asgi_route GET /still\nreturn 'here'", cell="still")
    kernel.ok("%%asgi_route GET /entered\nreturn {'entered': entered.wait(10)}", cell="entered")

    def interrupted(source, cell=None):
        kernel.ok("entered.clear()")
        busy = kernel.start(source, cell)
        assert httpx2.get(url + "entered", timeout=20).json() == {"entered": True}
        kernel.manager.interrupt_kernel()
        return kernel.finish(busy)

    yield interrupted
    assert kernel.ok("print('alive')").stdout == "alive\n"
    assert httpx2.get(url + "still", timeout=10).text == "here"


def test_while_another_server_starts(kernel, interrupted):
    kernel.ok(SLOW_APP.format(slow="startup"))
    before = kernel.value("len(asgi_nb.services())")

    run = interrupted("asgi_nb.serve(app)")

    assert "KeyboardInterrupt" in str(run.error)
    assert kernel.value("len(asgi_nb.services())") == before


def test_while_another_server_stops(kernel, interrupted):
    kernel.ok(SLOW_APP.format(slow="shutdown") + "service = asgi_nb.serve(app)")

    run = interrupted("service.stop()")

    assert "KeyboardInterrupt" in str(run.error)
    kernel.ok("service.stop()")
    assert kernel.value("service.running") is False


@pytest.mark.parametrize(
    "call",
    [
        "asgi_nb.request('GET /endless', timeout=60)",
        "asgi_nb.client.get('/endless', timeout=60)",
        "import httpx2\nhttpx2.get(asgi_nb.serve().local_url + 'endless', timeout=60)",
    ],
    ids=["request", "client", "httpx2"],
)
def test_while_a_cell_waits_for_an_answer(kernel, interrupted, call):
    kernel.ok("%%asgi_route GET /endless\nentered.set()\nawait asyncio.sleep(60)", cell="endless")

    run = interrupted(call)

    assert "KeyboardInterrupt" in str(run.error)


def test_while_a_route_is_defined_which_leaves_the_old_one(kernel, url, interrupted):
    kernel.ok("%%asgi_route GET /kept\nreturn 'old'", cell="kept")

    run = interrupted(
        "%%asgi_route GET /kept\nentered.set()\nwhile True:\n    pass\ndef kept():\n    return 'new'",
        cell="kept",
    )

    assert "KeyboardInterrupt" in str(run.error)
    assert httpx2.get(url + "kept", timeout=10).text == "old"


def test_after_a_cell_has_defined_which_takes_it_back(kernel, url, interrupted):
    kernel.ok("@asgi_nb.app.get('/whole')\ndef whole():\n    return 'old'", cell="whole")

    run = interrupted(
        "@asgi_nb.app.get('/whole')\ndef whole():\n    return 'new'\nentered.set()\nwhile True:\n    pass",
        cell="whole",
    )

    assert "KeyboardInterrupt" in str(run.error)
    assert httpx2.get(url + "whole", timeout=10).text == "old"


def test_while_the_kernel_is_idle(kernel, interrupted):
    for _ in range(3):
        kernel.manager.interrupt_kernel()

    assert kernel.ok("print('next')").stdout == "next\n"
