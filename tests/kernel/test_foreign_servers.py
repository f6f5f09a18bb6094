"""What people type to start a server serves in the background, and neither blocks nor ends the kernel."""

import socket

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

APP = """
import asyncio, uvicorn
from asgi_nb.web.applications import Starlette
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route

async def hello(request):
    return PlainTextResponse({text!r})

app = Starlette(routes=[Route("/", hello)])
"""

WAYS = {
    "run": "uvicorn.run(app, port={port})",
    "main": "if __name__ == '__main__':\n    uvicorn.run(app, host='127.0.0.1', port={port})",
    "Server.run": "uvicorn.Server(uvicorn.Config(app, port={port})).run()",
    "await": "await uvicorn.Server(uvicorn.Config(app, port={port})).serve()",
    "asyncio.run": "asyncio.run(uvicorn.Server(uvicorn.Config(app, port={port})).serve())",
    "task": "task = asyncio.create_task(uvicorn.Server(uvicorn.Config(app, port={port})).serve())",
}


@pytest.fixture
def port(kernel, free_port):
    kernel.ok("%asgi_stop")
    return free_port()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_cell_that_starts_uvicorn_ends_at_once_and_can_run_again(kernel, port, way):
    for text in ("one", "two"):
        run = kernel.ok(APP.format(text=text) + way.format(port=port), cell="serve")

        assert run.stdout.count("\n") == 1
        assert f"in the background at http://127.0.0.1:{port}/, until %asgi_stop" in run.stdout
        assert run.stderr == ""
        assert httpx2.get(f"http://127.0.0.1:{port}/", timeout=10).text == text
    assert kernel.value("[service.port for service in asgi_nb.services()]") == [port]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_busy_port_is_an_error_in_the_cell_and_the_kernel_lives(kernel, port, way):
    with socket.create_server(("127.0.0.1", port)):
        run = kernel.run(APP.format(text="one") + way.format(port=port), cell="serve")

    assert f"port {port} is in use on 127.0.0.1 by process" in str(run.error)
    assert "/asgi_nb/" not in str(run.error), "shows our internals"
    assert kernel.ok("print('alive')").stdout == "alive\n"


def test_what_was_served_is_recorded_like_all_else(kernel, port):
    kernel.ok(APP.format(text="one") + f"uvicorn.run(app, port={port})")

    httpx2.get(f"http://127.0.0.1:{port}/", timeout=10)

    assert kernel.value("asgi_nb.traffic[-1].response.text") == "one"


def test_options_that_were_not_taken_over_are_named(kernel, port):
    run = kernel.ok(APP.format(text="one") + f"uvicorn.run(app, port={port}, reload=True, log_level='info')")

    assert run.stdout.endswith("Not taken over: reload=True, log_level='info'\n")


def test_the_recipe_with_nested_loops_serves_too(fresh_kernel):
    fresh_kernel.ok("import nest_asyncio2\nnest_asyncio2.apply()")

    for way in ("run", "asyncio.run"):
        fresh_kernel.ok(APP.format(text=way) + WAYS[way].format(port=0))
        url = fresh_kernel.value("asgi_nb.services()[-1].local_url")
        assert httpx2.get(url, timeout=10).text == way


def test_asyncio_run_says_which_await_to_write(kernel):
    run = kernel.run("import asyncio\nasync def fetch(): ...\nasyncio.run(fetch())")

    assert "cells can await: write `await fetch(...)`" in str(run.error)
    assert "/asgi_nb/" not in str(run.error), "shows our internals"
    assert run.stderr == ""


def test_loading_imports_no_server_and_unloading_gives_uvicorn_back(fresh_kernel):
    fresh_kernel.ok("import sys")
    assert fresh_kernel.value("'uvicorn' in sys.modules") is False
    fresh_kernel.ok("import asyncio\nimport uvicorn")
    changed = "[f.__globals__['__name__'].startswith('asgi_nb.') for f in fs]"
    fresh_kernel.ok("fs = [asyncio.run, uvicorn.run, uvicorn.Server.run, uvicorn.Server.serve]")
    assert fresh_kernel.value(changed) == [True] * 4

    fresh_kernel.ok("%unload_ext asgi_nb")

    fresh_kernel.ok("fs = [asyncio.run, uvicorn.run, uvicorn.Server.run, uvicorn.Server.serve]")
    assert fresh_kernel.value(changed) == [False] * 4
    assert fresh_kernel.value("[type(finder).__name__ for finder in sys.meta_path].count('ImportWatch')") == 0
