"""What handlers print goes to their exchange and into no cell; what cells print stays theirs."""

import threading

import httpx2
import pytest
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

NOISE = """
import logging, sys, warnings
from IPython.display import HTML, display
print("printed", n)
print("whispered", n, file=sys.stderr)
logging.getLogger("shop").warning("logged %d", n)
warnings.warn(f"warned {n}")
display(HTML(f"<b>shown {n}</b>"))
return {"n": n}
"""

PLACES = ("server", "thread", "kernel")

STREAMS = "[(r.stream, r.text.rstrip()) for r in asgi_nb.traffic[{!r}][-1].output]"


def ask(url: str) -> httpx2.Response:
    return httpx2.get(url, timeout=20)


def quiet(run) -> bool:
    return not (run.stdout or run.stderr or run.bundles or run.error)


def test_all_that_a_handler_puts_out_is_in_its_exchange_and_in_no_cell(kernel, url):
    kernel.ok("%%asgi_route GET /noise/{n:int}" + NOISE)

    busy = kernel.start(f"import httpx2\nreply = httpx2.get('{url}noise/7')")

    assert quiet(kernel.finish(busy))
    found = kernel.value(STREAMS.format("/noise/{n:int}"))
    count = kernel.value("asgi_nb.routes()[0].cell")
    assert found == [
        ("stdout", "printed 7"),
        ("stderr", "whispered 7"),
        ("log", "logged 7"),
        ("warning", f"warned 7 (Cell In{count}, line 7)"),
        ("display", "<IPython.core.display.HTML object>"),
    ]
    last = "asgi_nb.traffic['/noise/{n:int}'][-1].output"
    assert kernel.value(f"({last}[2].level, {last}[2].logger)") == ("WARNING", "shop")
    assert kernel.value(f"{last}[3].level") == "UserWarning"
    assert kernel.value(f"{last}[4].data['text/html']") == "<b>shown 7</b>"


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("", id="thread"),
        pytest.param("\nawait asyncio.sleep(0)", id="server"),
        pytest.param(" --on kernel --pickup 30\nawait asyncio.sleep(0)", id="kernel"),
    ],
)
def test_60_requests_at_once_keep_their_output_apart_while_cells_print(kernel, url, first):
    kernel.ok("import asyncio")
    kernel.ok("%%asgi_route GET /apart/{n:int}" + first + NOISE)
    kernel.ok("asgi_nb.traffic.clear()")

    threads = [threading.Thread(target=ask, args=(f"{url}apart/{n}",)) for n in range(60)]
    for thread in threads:
        thread.start()
    runs = [kernel.run(f"for n in range(50):\n    print('cell', {i})") for i in range(4)]
    for thread in threads:
        thread.join()
    runs.append(kernel.run("print('after')"))

    assert [run.stdout for run in runs] == [*(f"cell {i}\n" * 50 for i in range(4)), "after\n"]
    assert not any(run.stderr or run.bundles for run in runs)
    found = kernel.value(
        "{e.path_params['n']: [(r.stream, r.text + str(r.data.get('text/html'))) for r in e.output] "
        "for e in asgi_nb.traffic}"
    )
    assert sorted(found) == list(range(60))
    for n, records in found.items():
        # Python shows a warning once for each line of a program.
        shown = [record for record in records if record[0] != "warning"]
        assert [stream for stream, _ in shown] == ["stdout", "stderr", "log", "display"]
        assert all(f" {n}" in text for _, text in shown)


def test_60_requests_to_three_places_in_turn_keep_their_output_apart(kernel, url):
    kernel.ok("import asyncio")
    for place in PLACES:
        wait = "" if place == "thread" else "\nawait asyncio.sleep(0)"
        pickup = " --pickup 30" if place == "kernel" else ""
        kernel.ok(f"%%asgi_route GET /{place}/{{n:int}} --on {place}{pickup}{wait}{NOISE}", cell=place)
    kernel.ok("asgi_nb.traffic.clear()")

    threads = [threading.Thread(target=ask, args=(f"{url}{PLACES[n % 3]}/{n}",)) for n in range(60)]
    for thread in threads:
        thread.start()
    runs = [kernel.run(f"for n in range(50):\n    print('cell', {i})") for i in range(4)]
    for thread in threads:
        thread.join()

    assert [run.stdout for run in runs] == [f"cell {i}\n" * 50 for i in range(4)]
    assert not any(run.stderr or run.bundles for run in runs)
    found = kernel.value(
        "{e.path_params['n']: (e.request.path, [r.text + str(r.data.get('text/html')) "
        "for r in e.output if r.stream != 'warning']) for e in asgi_nb.traffic}"
    )
    assert sorted(found) == list(range(60))
    for n, (path, shown) in found.items():
        assert path == f"/{PLACES[n % 3]}/{n}"
        assert len(shown) == 4
        assert all(f" {n}" in text for text in shown)


def test_a_traceback_of_a_handler_is_printed_nowhere(kernel, url):
    kernel.ok("%%asgi_route GET /raises\nraise ValueError('no tea')")

    busy = kernel.start(f"import httpx2\nstatus = httpx2.get('{url}raises').status_code")

    assert quiet(kernel.finish(busy))
    assert kernel.value("status") == 500
    assert kernel.value("asgi_nb.traffic['/raises'][-1].output") == []


def test_a_socket_puts_out_into_its_exchange(kernel, url):
    kernel.ok(
        "%%asgi_websocket /loud\nawait websocket.accept()\n"
        "async for text in websocket.iter_text():\n"
        "    print('heard', text)\n    await websocket.send_text(text)"
    )

    with connect(url.replace("http", "ws", 1) + "loud") as socket:
        for text in ("a", "b"):
            socket.send(text)
            socket.recv()

    assert quiet(kernel.run("pass"))
    assert kernel.value(STREAMS.format("WS /loud")) == [("stdout", "heard a"), ("stdout", "heard b")]


LIFESPAN = """
print("up {0}")
yield
print("down {0}")
"""

FASTAPI = """
import contextlib, fastapi

@contextlib.asynccontextmanager
async def lifespan(app):
    print("up {0}")
    yield
    print("down {0}")

api = fastapi.FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        pytest.param("%asgi_stop", "down old\n", id="stop"),
        pytest.param("%asgi_reset", "down old\n", id="reset"),
        pytest.param("%%asgi_lifespan" + LIFESPAN.format("new"), "down old\nup new\n", id="again"),
        pytest.param("pass", "down old\n", id="gone-from-its-cell"),
    ],
)
def test_what_a_shutdown_prints_shows_in_the_cell_that_asked_for_it(kernel, url, ends, said):
    assert kernel.ok("%%asgi_lifespan" + LIFESPAN.format("old"), cell="life").stdout == "up old\n"

    run = kernel.ok(ends, cell="life" if "asgi_" not in ends or "lifespan" in ends else "other")

    assert run.stdout == said
    kernel.ok("%asgi_reset")


@pytest.mark.parametrize(
    ("shows", "ends", "said"),
    [
        pytest.param("%asgi_serve api", "%asgi_stop", "down old\n", id="served"),
        pytest.param("%asgi_mount /v1 api", "%asgi_stop", "down old\n", id="mounted"),
        pytest.param(
            "%asgi_serve api",
            FASTAPI.format("new") + "%asgi_serve api",
            "up new\ndown old\n",
            id="served-in-its-place",
        ),
        pytest.param(
            "%asgi_mount /v1 api",
            FASTAPI.format("new") + "%asgi_mount /v1 api",
            "up new\ndown old\n",
            id="mounted-in-its-place",
        ),
    ],
)
def test_what_a_foreign_app_prints_at_its_shutdown_shows_there_too(kernel, url, shows, ends, said):
    if kernel.ok("import importlib.util\nprint(importlib.util.find_spec('fastapi'))").stdout == "None\n":
        pytest.skip("this kernel has no fastapi")
    kernel.ok(FASTAPI.format("old"))
    assert kernel.ok(shows).stdout == "up old\n"

    run = kernel.ok(ends)

    assert run.stdout == said
    kernel.ok("%asgi_reset\n%asgi_stop")


def test_a_cell_that_captures_its_output_gets_none_of_a_request(kernel, url):
    kernel.ok("%%asgi_route GET /elsewhere/{n:int}" + NOISE)

    kernel.ok(f"%%capture taken\nimport httpx2\nprint('mine')\nreply = httpx2.get('{url}elsewhere/1')")

    assert kernel.value("(taken.stdout, taken.stderr, len(taken.outputs))") == ("mine\n", "", 0)
    assert len(kernel.value(STREAMS.format("/elsewhere/{n:int}"))) >= 4


def test_basic_config_of_logging_works_in_a_cell_and_shows_no_request_there(kernel, url):
    kernel.ok("import logging\nlogging.basicConfig(level=logging.INFO, format='%(message)s')")
    kernel.ok("%%asgi_route GET /informs\nlogging.info('from the handler')\nreturn 1")

    run = kernel.run(f"import httpx2\nlogging.info('from the cell')\nhttpx2.get('{url}informs');")
    kernel.ok("logging.basicConfig(force=True, level=logging.WARNING)")

    assert "from the cell" in run.stderr
    assert "from the handler" not in run.stderr
    assert ("log", "from the handler") in kernel.value(STREAMS.format("/informs"))


def test_unloading_puts_everything_back(fresh_kernel):
    fresh_kernel.ok("import logging, sys, warnings")
    state = (
        "(type(sys.stdout).__mro__[1].__name__, 'publish' in vars(get_ipython().display_pub), "
        "logging.Logger.callHandlers.__qualname__, warnings.showwarning.__module__)"
    )
    assert fresh_kernel.value(state) != ("TextIOBase", False, "Logger.callHandlers", "warnings")

    fresh_kernel.ok("%unload_ext asgi_nb")

    assert fresh_kernel.value(state) == ("TextIOBase", False, "Logger.callHandlers", "warnings")
    assert fresh_kernel.ok("print('still')").stdout == "still\n"


def test_loading_again_captures_again(fresh_kernel):
    fresh_kernel.ok("%reload_ext asgi_nb\n%reload_ext asgi_nb")
    url = fresh_kernel.value("asgi_nb.serve().local_url")
    fresh_kernel.ok("%%asgi_route GET /again\nprint('again')\nreturn 1")

    ask(url + "again")

    assert quiet(fresh_kernel.run("pass"))
    assert fresh_kernel.value(STREAMS.format("/again")) == [("stdout", "again")]
