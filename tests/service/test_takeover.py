"""Servers that are started on the kernel's loop serve in the background; elsewhere all is as it was."""

import asyncio
import socket
import subprocess
import sys
import threading
from types import SimpleNamespace

import flask
import httpx2
import hypercorn.asyncio
import hypercorn.config
import pytest
import uvicorn

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.patches import ImportWatch, Patches
from asgi_nb.service.service import Service
from asgi_nb.service.standin import StandIn
from asgi_nb.service.takeover import Takeover


@pytest.fixture
def port(free_port):
    return free_port()


@pytest.fixture
def cell(serve):
    """Call a function as a cell does, on a running loop; gives its result and what was said below it."""

    def cell(function):
        async def main():
            loop = asyncio.get_running_loop()
            takeover = Takeover(StandIn(serve, lambda: loop, said.append))
            takeover.install()
            try:
                result = function()
                return await result if asyncio.iscoroutine(result) else result
            finally:
                takeover.uninstall()

        said = []
        # Not asyncio.run, which a test may have looked up before.
        with asyncio.Runner() as runner:
            return SimpleNamespace(result=runner.run(main()), said=said)

    return cell


def answers(service, text="/tea"):
    return httpx2.get(service.local_url + "tea").text == text


WAYS = {
    "run": lambda app, port: uvicorn.run(app, port=port),
    "main.run": lambda app, port: sys.modules["uvicorn.main"].run(app, port=port),
    "Server.run": lambda app, port: uvicorn.Server(uvicorn.Config(app, port=port)).run(),
    "await serve": lambda app, port: uvicorn.Server(uvicorn.Config(app, port=port)).serve(),
    "asyncio.run": lambda app, port: asyncio.run(uvicorn.Server(uvicorn.Config(app, port=port)).serve()),
    "task": lambda app, port: wait(
        asyncio.create_task(uvicorn.Server(uvicorn.Config(app, port=port)).serve())
    ),
}


async def wait(task):
    return await task


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_way_to_start_uvicorn_gives_a_service_at_once(cell, demo_app, port, way):
    done = cell(lambda: way(demo_app, port))

    assert isinstance(done.result, Service)
    assert done.result.port == port
    assert answers(done.result)
    [line] = done.said
    assert line.endswith(f"in the background at http://127.0.0.1:{port}/, until %asgi_stop")


def test_a_function_that_was_imported_before_is_met_too(serve, cell, demo_app, port):
    run = uvicorn.run

    done = cell(lambda: run(demo_app, port=port))

    assert done.said[0].startswith("Server.run() would block the kernel")
    assert httpx2.get(f"http://127.0.0.1:{port}/tea").text == "/tea"


def test_what_is_understood_is_taken_over_and_the_rest_named(cell, demo_app, port):
    done = cell(
        lambda: uvicorn.run(
            demo_app,
            host="localhost",
            port=port,
            limit_concurrency=7,
            ws_max_size=8,
            h11_max_incomplete_event_size=9,
            reload=True,
            log_level="info",
            access_log=True,
        )
    )

    options = done.result.options
    assert done.result.host == "localhost"
    assert (options.max_connections, options.max_message_size, options.max_header_size) == (7, 8, 9)
    assert done.said[0].endswith("until %asgi_stop. Not taken over: reload=True, log_level='info'")


def test_a_config_names_what_is_left_out_in_the_same_way(cell, demo_app, port):
    config = uvicorn.Config(
        demo_app, port=port, log_config=None, workers=2, root_path="/api", limit_concurrency=7
    )

    done = cell(lambda: uvicorn.Server(config).run())

    assert done.result.options.max_connections == 7
    assert done.said[0].endswith("Not taken over: root_path='/api', workers=2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(
            {"uds": "/tmp/x"}, "cannot take uds; leave it out, or run uvicorn in a terminal", id="uds"
        ),
        pytest.param(
            {"ssl_certfile": "x", "ssl_keyfile": "y"}, "cannot take ssl_certfile, ssl_keyfile", id="tls"
        ),
    ],
)
def test_what_would_be_another_server_is_refused(cell, demo_app, options, words):
    with pytest.raises(ServiceError, match=words):
        cell(lambda: uvicorn.run(demo_app, **options))


def test_a_misspelt_option_is_the_error_it_always_was(cell, demo_app):
    with pytest.raises(TypeError, match="unexpected keyword argument 'prot'"):
        cell(lambda: uvicorn.run(demo_app, prot=1))


def test_what_is_no_app_is_an_error_that_names_the_call(cell):
    with pytest.raises(ServiceError, match=r"uvicorn\.run\(\): app must be an ASGI application, .*got int 3"):
        cell(lambda: uvicorn.run(3))


def test_a_factory_and_a_wsgi_app_are_made_asgi(cell, demo_app, port):
    assert answers(cell(lambda: uvicorn.run(lambda: demo_app, port=port, factory=True)).result)

    def wsgi(environ, start_response):
        start_response("200 OK", [])
        return [b"wsgi"]

    assert answers(cell(lambda: uvicorn.run(wsgi, port=0, interface="wsgi")).result, "wsgi")


def test_an_app_is_imported_by_its_name(cell, port, tmp_path, monkeypatch):
    (tmp_path / "shop.py").write_text(
        "from asgi_nb.web.responses import PlainTextResponse\napp = PlainTextResponse('shop')\n"
    )

    done = cell(lambda: uvicorn.run("shop:app", port=port, app_dir=str(tmp_path)))

    assert answers(done.result, "shop")


def test_a_name_that_cannot_be_imported_is_an_error_that_says_how_to_pass_an_app(cell):
    with pytest.raises(
        ServiceError, match=r"An app of this notebook is passed as it is, without quotes: app$"
    ):
        cell(lambda: uvicorn.run("nowhere_at_all:app"))


def test_a_busy_port_is_an_error_of_the_cell_also_for_a_task(cell, demo_app):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        with pytest.raises(ServiceError, match=f"port {port} is in use on 127.0.0.1 by this kernel"):
            cell(lambda: asyncio.create_task(uvicorn.Server(uvicorn.Config(demo_app, port=port)).serve()))


def test_a_server_that_was_met_is_started_and_stops_when_it_should_exit(cell, demo_app):
    server = uvicorn.Server(uvicorn.Config(demo_app, port=0))
    service = cell(lambda: server.run()).result
    assert (server.started, server.should_exit) == (True, False)

    server.should_exit = True

    assert not service.running
    assert server.should_exit


def test_any_other_asyncio_run_says_how_to_await(cell):
    async def fetch(): ...

    # Warnings are errors here: nor does Python complain that nobody has awaited it.
    with pytest.raises(RuntimeError, match=r"cells can await: write `await fetch\(\.\.\.\)`"):
        cell(lambda: asyncio.run(fetch()))


def test_in_a_thread_uvicorn_and_asyncio_are_themselves(cell, demo_app, port):
    server = uvicorn.Server(uvicorn.Config(demo_app, port=port, lifespan="off", log_config=None))

    async def ask():
        return "asked"

    async def main():
        found.append(await asyncio.to_thread(asyncio.run, ask()))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            await asyncio.sleep(0.01)
        server.should_exit = True
        await asyncio.to_thread(thread.join)

    found = []
    done = cell(main)

    assert (found, done.said, type(server)) == (["asked"], [], uvicorn.Server)


@pytest.mark.parametrize("call", [lambda c: c, asyncio.create_task], ids=["await", "task"])
def test_hypercorn_is_met(cell, demo_app, port, call):
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{port}", "127.0.0.1:1"]
    config.keep_alive_timeout = 7

    done = cell(lambda: wait(call(hypercorn.asyncio.serve(demo_app, config))))

    assert answers(done.result)
    assert done.said[0].endswith("Not taken over: keep_alive_timeout=7, bind=['127.0.0.1:1']")


def test_hypercorn_on_a_file_system_socket_is_refused(cell, demo_app):
    config = hypercorn.config.Config()
    config.bind = "unix:/tmp/x"

    with pytest.raises(
        ServiceError, match=r"an address and a port, got bind='unix:/tmp/x'; write for example"
    ):
        cell(lambda: hypercorn.asyncio.serve(demo_app, config))


def test_flask_is_met(cell, port):
    app = flask.Flask("shop")
    app.add_url_rule("/tea", view_func=lambda: "tea for two")

    done = cell(lambda: app.run(port=port, debug=True))

    assert httpx2.get(f"http://127.0.0.1:{port}/tea").text == "tea for two"
    assert "Not taken over: use_reloader=True, use_debugger=True" in done.said[0]


def test_flask_with_a_certificate_is_refused(cell):
    with pytest.raises(ServiceError, match="has no TLS; leave the certificate out"):
        cell(lambda: flask.Flask("shop").run(ssl_context="adhoc"))


def test_uninstalling_puts_all_back_but_what_somebody_has_changed_since():
    before = (
        uvicorn.run,
        uvicorn.Server.run,
        uvicorn.Server.serve,
        hypercorn.asyncio.serve,
        list(sys.meta_path),
    )
    theirs, original = object(), asyncio.run
    takeover = Takeover(StandIn(None, lambda: None, None))
    takeover.install()
    assert uvicorn.run is not before[0]
    asyncio.run = theirs

    try:
        takeover.uninstall()
        assert asyncio.run is theirs
    finally:
        asyncio.run = original
    after = (
        uvicorn.run,
        uvicorn.Server.run,
        uvicorn.Server.serve,
        hypercorn.asyncio.serve,
        list(sys.meta_path),
    )
    assert after == before


IMPORTS = """
import sys
from asgi_nb.service.standin import StandIn
from asgi_nb.service.takeover import Takeover

Takeover(StandIn(None, lambda: None, None)).install()
print([name for name in ("uvicorn", "hypercorn", "werkzeug") if name in sys.modules])
import uvicorn
from uvicorn import run
import inspect
print(run.__wrapped__.__module__, "exec_module" in vars(uvicorn.__spec__.loader))
print(len(inspect.getsource(uvicorn)) > 0)
"""


def test_what_is_imported_later_is_met_and_nothing_is_imported_for_it():
    ended = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, timeout=15)

    assert (ended.stdout, ended.stderr) == ("[]\nuvicorn.main False\nTrue\n", "")


def test_a_watched_module_that_is_nowhere_is_not_found(monkeypatch):
    watch = ImportWatch({"nowhere_at_all": pytest.fail})
    watch.install()

    try:
        with pytest.raises(ModuleNotFoundError):
            import nowhere_at_all  # noqa: F401
    finally:
        watch.uninstall()


def test_patches_come_off_in_the_opposite_order():
    target = SimpleNamespace(name=1)
    patches = Patches()
    patches.set(target, "name", 2)
    patches.set(target, "name", 3)

    patches.undo()

    assert target.name == 1
