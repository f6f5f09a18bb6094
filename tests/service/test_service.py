"""Real servers on real sockets: starting, stopping, and what must not leak or show."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import anyio.to_thread
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from asgi_nb.service import service as service_module
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import get_portal, spawn
from asgi_nb.service.service import check_app, start, stop_all


def open_files():
    return len(os.listdir("/proc/self/fd"))


needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts files in /proc")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_a_started_app_answers_on_its_address(serve, demo_app):
    service = serve(demo_app)

    assert service.running
    assert service.local_url == f"http://127.0.0.1:{service.port}/"
    assert httpx2.get(f"{service.local_url}hello").text == "/hello"


def test_a_websocket_talks_to_the_app(serve, demo_app):
    service = serve(demo_app)

    with connect(f"{service.websocket_url}chat") as socket:
        socket.send("tea")
        assert socket.recv() == "tea"


def test_accepted_connections_send_without_delay(serve):
    found = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        found.extend(service._run.descriptors()[1:])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": nodelay(found[0])})

    def nodelay(descriptor):
        with socket.socket(fileno=os.dup(descriptor)) as accepted:
            return str(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)).encode()

    service = serve(app)

    assert httpx2.get(service.local_url).text == "1"


def test_a_service_can_be_started_from_many_threads_at_once(serve, demo_app):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        services = list(pool.map(lambda _: serve(demo_app), range(4)))

    assert len({service.port for service in services}) == 4
    assert all(httpx2.get(service.local_url).status_code == 200 for service in services)


def test_a_busy_port_is_an_error_of_the_caller(serve, demo_app):
    port = serve(demo_app).port

    with pytest.raises(ServiceError, match=f"port {port} is in use on 127.0.0.1"):
        start(demo_app, port=port)


def test_a_stopped_port_is_free_at_once(serve, demo_app):
    first = serve(demo_app)
    with httpx2.Client() as client:
        client.get(first.local_url)
        first.stop()

        again = serve(demo_app, port=first.port)

        assert client.get(again.local_url).status_code == 200


def test_stopping_twice_is_harmless(serve, demo_app):
    service = serve(demo_app)

    service.stop()
    service.stop()

    assert not service.running
    assert repr(service) == f"<Service stopped http://127.0.0.1:{service.port}/>"


@needs_proc
def test_twenty_restarts_leave_no_thread_and_no_file_behind(serve, demo_app):
    serve(demo_app).stop()
    threads, files = threading.active_count(), open_files()

    for _ in range(20):
        service = start(demo_app)
        assert httpx2.get(service.local_url).status_code == 200
        service.stop()

    gc.collect()
    assert threading.active_count() == threads
    assert open_files() <= files


def test_a_stop_ends_open_streams_and_websockets_in_bounded_time(serve, demo_app):
    service = serve(demo_app)
    with (
        connect(service.websocket_url) as websocket,
        httpx2.stream("GET", f"{service.local_url}stream") as stream,
    ):
        ticks = stream.iter_raw()
        next(ticks)
        began = time.monotonic()

        service.stop()

        assert time.monotonic() - began < 4.0
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv()
        assert closed.value.rcvd.code == 1012
        with pytest.raises(httpx2.RemoteProtocolError):
            list(ticks)


def test_several_servers_stop_at_once(serve):
    # Each shutdown waits for all the others to have begun.
    together = threading.Barrier(3)

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await anyio.to_thread.run_sync(together.wait, 5)
        await send({"type": "lifespan.shutdown.complete"})

    services = [serve(app) for _ in range(3)]

    assert stop_all(services) == services
    assert not together.broken
    assert all("stopped" in repr(service) for service in services)


def test_servers_that_do_not_stop_in_time_are_an_error(serve, demo_app):
    services = [serve(demo_app), serve(demo_app)]

    with pytest.raises(ServiceError, match="did not end within 0"):
        stop_all(services, timeout=0.0)
    assert stop_all(services) == services


def test_stopping_an_idle_server_takes_no_tick_of_uvicorns(serve, demo_app):
    service = serve(demo_app)
    httpx2.get(service.local_url)
    began = time.monotonic()

    service.stop()

    assert time.monotonic() - began < 2.0


def test_a_date_is_in_the_first_answer_and_in_later_ones(serve, demo_app):
    service = serve(demo_app)

    assert "date" in httpx2.get(service.local_url).headers


def test_a_short_timeout_shortens_the_grace(serve, demo_app):
    service = serve(demo_app)
    with httpx2.stream("GET", f"{service.local_url}stream") as stream:
        next(stream.iter_raw())
        began = time.monotonic()

        service.stop(timeout=2.0)

        assert time.monotonic() - began < 2.0


def test_a_handler_that_will_not_be_cancelled_does_not_hold_up_the_stop(serve):
    release = threading.Event()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)

    service = serve(app)
    with httpx2.stream("GET", service.local_url) as stream:
        chunks = stream.iter_raw()
        next(chunks)

        service.stop(timeout=2.0)

        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            list(chunks)
    assert "1 handler(s) did not end when they were cancelled" in [r.getMessage() for r in service.log]
    release.set()


def test_a_stop_that_takes_too_long_names_the_line_that_blocks_the_loop(serve):
    release, blocked = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        if scope["type"] == "http":
            blocked.set()
            release.wait()

    service = serve(app)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx2.get, service.local_url)
        blocked.wait()

        with pytest.raises(ServiceError, match=r"did not end within 0\.2 s; its thread is at .* in wait"):
            service.stop(timeout=0.2)
        assert not service.running
        assert "stopping" in repr(service)

        release.set()
        assert answer.result().status_code == 500
    service.stop()


def test_a_start_on_a_blocked_loop_is_given_up_and_frees_its_port(serve, demo_app):
    release, blocked = threading.Event(), threading.Event()

    async def block_the_loop():
        blocked.set()
        release.wait()

    freed = serve(demo_app)
    freed.stop()
    blocker = spawn(block_the_loop)
    blocked.wait()

    with pytest.raises(ServiceError, match=r"not ready within 0\.2 s; the server's thread is at .* in wait"):
        start(demo_app, port=freed.port, timeout=0.2)

    release.set()
    blocker.result(5)
    assert serve(demo_app, port=freed.port).running


def interrupt_soon(ready):
    """Send SIGINT to the main thread, as Jupyter's stop button does, once `ready` is set."""

    def send():
        ready.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs pthread_kill")
def test_an_interrupt_while_starting_leaves_no_server(serve, demo_app):
    ready = threading.Event()

    async def hanging(scope, receive, send):
        ready.set()
        await receive()
        await receive()

    freed = serve(demo_app)
    freed.stop()
    interrupter = interrupt_soon(ready)

    with pytest.raises(KeyboardInterrupt):
        start(hanging, port=freed.port)

    interrupter.join()
    get_portal().call(lambda: None)
    assert serve(demo_app, port=freed.port).running


def test_an_interrupt_just_as_the_run_begins_leaves_no_server(serve, demo_app, monkeypatch):
    entered = threading.Event()

    async def hanging(scope, receive, send):
        entered.set()
        await receive()
        await receive()

    def interrupted_spawn(*args):
        spawn(*args)
        entered.wait()
        raise KeyboardInterrupt

    freed = serve(demo_app)
    freed.stop()
    with monkeypatch.context() as patch:
        patch.setattr(service_module, "spawn", interrupted_spawn)
        with pytest.raises(KeyboardInterrupt):
            start(hanging, port=freed.port)

    get_portal().call(lambda: None)
    assert serve(demo_app, port=freed.port).running


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs pthread_kill")
def test_an_interrupt_while_stopping_does_not_stop_the_stop(serve):
    ready, release = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ready.set()
        await anyio.to_thread.run_sync(release.wait)
        await send({"type": "lifespan.shutdown.complete"})

    service = serve(app)
    interrupter = interrupt_soon(ready)

    with pytest.raises(KeyboardInterrupt):
        service.stop()

    interrupter.join()
    assert not service.running
    release.set()
    service.stop()
    assert repr(service).startswith("<Service stopped")


def test_a_stream_that_never_waits_leaves_room_for_others_when_its_client_has_gone(serve):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while scope["path"] == "/greedy":
            await send({"type": "http.response.body", "body": b"tick", "more_body": True})
        await send({"type": "http.response.body", "body": b"served"})

    service = serve(app)
    with httpx2.stream("GET", f"{service.local_url}greedy") as stream:
        next(stream.iter_raw())

    assert httpx2.get(service.local_url).text == "served"
    service.stop(timeout=2.0)


def test_a_websocket_that_never_waits_leaves_room_for_others(serve):
    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            while True:
                await send({"type": "websocket.send", "text": "tick"})
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"served"})

    service = serve(app)
    with connect(service.websocket_url, close_timeout=0.2) as websocket:
        websocket.recv()
        assert httpx2.get(service.local_url).text == "served"

    assert httpx2.get(service.local_url).text == "served"


@pytest.mark.parametrize("accepts", [True, False], ids=["open", "refused"])
def test_a_websocket_handler_that_raises_closes_with_1011_or_refuses(serve, accepts, capfd):
    async def app(scope, receive, send):
        if accepts:
            await send({"type": "websocket.accept"})
        raise ValueError("no")

    service = serve(app)

    if accepts:
        with connect(service.websocket_url) as websocket, pytest.raises(ConnectionClosed) as closed:
            websocket.recv()
        assert closed.value.rcvd.code == 1011
    else:
        with pytest.raises(InvalidStatus) as refused, connect(service.websocket_url):
            pass
        assert refused.value.response.status_code == 500
    assert "ValueError: no" in service.log[-1].exc_text
    assert capfd.readouterr() == ("", "")


def test_an_exception_in_the_app_is_a_500_and_shows_in_the_log_alone(serve, demo_app, capfd, caplog):
    service = serve(demo_app)

    assert httpx2.get(f"{service.local_url}boom").status_code == 500

    (record,) = [record for record in service.log if record.levelno == logging.ERROR]
    assert "ZeroDivisionError: the app's own fault" in record.exc_text
    assert record.exc_info is None
    assert capfd.readouterr() == ("", "")
    assert [r for r in caplog.records if r.name.startswith("uvicorn")] == []


def test_a_stop_with_an_open_stream_prints_nothing(serve, demo_app, capfd):
    service = serve(demo_app)
    with httpx2.stream("GET", f"{service.local_url}stream") as stream:
        next(stream.iter_raw())
        service.stop(timeout=2.0)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["/exit", "/exit-in-a-task"])
def test_a_handler_that_calls_sys_exit_ends_its_request_and_nothing_else(serve, demo_app, path, capfd):
    service = serve(demo_app)

    assert httpx2.get(service.local_url + path[1:]).status_code == 500

    assert service.running
    assert httpx2.get(f"{service.local_url}still").text == "/still"
    assert capfd.readouterr() == ("", "")


def test_what_fails_in_a_callback_of_the_loop_is_in_the_log(serve, demo_app, capfd):
    service = serve(demo_app)
    httpx2.get(f"{service.local_url}abandon")
    httpx2.get(service.local_url)

    assert any("ZeroDivisionError" in (record.exc_text or "") for record in service.log)
    assert capfd.readouterr() == ("", "")


def test_two_servers_keep_their_logs_apart(serve, demo_app):
    one, other = serve(demo_app), serve(demo_app)

    httpx2.get(f"{one.local_url}boom")

    assert [r.name for r in one.log if r.levelno == logging.ERROR] == ["uvicorn.error"]
    assert [r.name for r in other.log if r.levelno == logging.ERROR] == []


def test_the_log_is_bounded(serve, demo_app):
    service = serve(demo_app)
    with httpx2.Client() as client:
        for _ in range(210):
            client.get(f"{service.local_url}boom")

    assert len(service.log) == 200


def test_requests_do_not_drive_faults_out_of_the_log(serve, demo_app, caplog):
    # As after logging.basicConfig(level=logging.INFO) in a cell, or a uvicorn.Config of the person's own.
    caplog.set_level(logging.INFO, "uvicorn.access")
    service = serve(demo_app)

    httpx2.get(service.local_url)

    assert [record.name for record in service.log if record.name == "uvicorn.access"] == []


def test_another_uvicorn_in_the_process_logs_as_before(serve, demo_app, caplog):
    serve(demo_app)

    logging.getLogger("uvicorn.error").warning("from elsewhere")

    assert [record.getMessage() for record in caplog.records] == ["from elsewhere"]


def test_a_server_changes_no_logger_and_no_signal_handler(serve, demo_app):
    access = logging.getLogger("uvicorn.access")
    before = (list(access.handlers), access.propagate, access.level, signal.getsignal(signal.SIGINT))

    serve(demo_app)

    assert (list(access.handlers), access.propagate, access.level, signal.getsignal(signal.SIGINT)) == before


def test_a_handler_sees_the_context_of_the_cell_that_started_the_server(serve):
    cell = contextvars.ContextVar("cell")
    cell.set("In[7]")

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": cell.get().encode()})

    assert httpx2.get(serve(app).local_url).text == "In[7]"


@pytest.mark.parametrize("call", ["start", "stop"])
def test_waiting_for_the_server_on_its_own_thread_is_refused_with_the_remedy(serve, demo_app, call):
    service = serve(demo_app)

    async def on_the_loop():
        if call == "start":
            start(demo_app)
        else:
            service.stop()

    with pytest.raises(ServiceError, match=rf"{call}\(\) waits for .* anyio.to_thread.run_sync"):
        spawn(on_the_loop).result(5)


def test_a_worker_thread_of_a_handler_may_stop_the_server(serve):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            await anyio.to_thread.run_sync(stop)

    def stop():
        service.stop()
        stopped.set()

    stopped = threading.Event()
    service = serve(app)
    httpx2.get(service.local_url)

    assert stopped.wait(5)
    assert not service.running


def test_a_network_address_carries_a_warning(serve, demo_app):
    service = serve(demo_app, host="0.0.0.0")

    assert service.public
    assert "OPEN TO THE NETWORK" in repr(service)
    assert "OPEN TO THE NETWORK" in service._repr_html_()
    assert service.local_url == f"http://127.0.0.1:{service.port}/"
    assert httpx2.get(service.local_url).status_code == 200


def test_a_loopback_address_carries_none(serve, demo_app):
    service = serve(demo_app)

    assert not service.public
    assert repr(service) == f"<Service serving http://127.0.0.1:{service.port}/>"


def test_the_card_links_to_where_the_browser_can_go(serve, demo_app, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", '/user/"ada"/')
    service = serve(demo_app)

    assert f'href="/user/&quot;ada&quot;/proxy/{service.port}/"' in service._repr_html_()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_host_is_served_in_brackets(serve, demo_app):
    service = serve(demo_app, host="::1")

    assert service.local_url == f"http://[::1]:{service.port}/"
    assert httpx2.get(service.local_url).status_code == 200


def wsgi_app(environ, start_response): ...


def factory():
    return None


class Framework:
    def __init__(self, *, debug=False): ...

    async def __call__(self, scope, receive, send): ...


@pytest.mark.parametrize(
    ("app", "words"),
    [
        pytest.param("main:app", "got str 'main:app'; pass the application object itself", id="text"),
        pytest.param(None, "got NoneType None", id="none"),
        pytest.param(wsgi_app, "wsgi_app cannot be called so: a WSGI app", id="wsgi"),
        pytest.param(factory, r"if it builds the app, pass factory\(\)", id="factory"),
        pytest.param(Framework, "Framework is a class: pass an instance of it", id="class"),
    ],
)
def test_what_is_no_asgi_app_is_refused_with_the_remedy(app, words):
    with pytest.raises(TypeError, match=r"app must be an ASGI application, called with .*" + words):
        start(app)


def test_an_instance_and_a_callable_without_signature_are_taken():
    check_app(Framework())
    check_app(type)


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_holds_neither_port_nor_client(serve, demo_app):
    service = serve(demo_app)
    holding, release = os.pipe()
    stream = socket.create_connection(("127.0.0.1", service.port))
    stream.sendall(b"GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n")
    stream.recv(1)

    child = os.fork()
    if child == 0:
        os.close(release)
        os.write(1, b"") if service.running else None
        os.read(holding, 1)
        os._exit(0 if not service.running and service_module._services == set() else 1)
    try:
        service.stop(timeout=2.0)
        again = serve(demo_app, port=service.port)
        assert httpx2.get(again.local_url).status_code == 200
        stream.settimeout(5)
        while stream.recv(65536):
            pass
    finally:
        stream.close()
        os.close(holding)
        os.close(release)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


SCRIPT = """
import sys, httpx2
from asgi_nb.service.service import start

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("shut down", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"tick", "more_body": True})

service = start(app)
stream = httpx2.stream("GET", service.local_url)
next(stream.__enter__().iter_raw())
"""


def test_a_process_that_ends_shuts_its_apps_down_and_is_not_held_up():
    began = time.monotonic()

    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=15)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "shut down\n", "")
    assert time.monotonic() - began < 12


def test_importing_the_service_imports_no_server():
    code = "import sys, asgi_nb.service.service; print([m for m in sys.modules if m.startswith('uvicorn')])"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15)

    assert ended.stdout == "[]\n"


def test_a_service_takes_an_address_over_and_refuses_no_client_in_between(serve, demo_app):
    async def other(scope, receive, send):
        if scope["type"] == "lifespan":
            raise RuntimeError("no lifespan here")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"other"})

    old = serve(demo_app)
    answers, over = [], threading.Event()

    def ask():
        while not over.is_set():
            answers.append(httpx2.get(old.local_url + "demo").text)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        new = serve(other, port=old.port, beside=old)
        new.take_over(old)
        after = httpx2.get(old.local_url).text
    finally:
        over.set()
        asking.join()

    assert (after, set(answers) <= {"/demo", "other"}) == ("other", True)
    assert (old.running, new.running, new.took_over) == (False, True, True)
    assert "serving in place of another app" in repr(new)


def test_a_service_that_cannot_start_leaves_the_other_serving(serve, demo_app):
    async def broken(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no tea"})

    old = serve(demo_app)

    with pytest.raises(ServiceError, match="no tea"):
        serve(broken, port=old.port, beside=old)

    assert httpx2.get(old.local_url + "demo").text == "/demo"


def test_the_address_of_a_service_that_has_stopped_is_bound_anew(serve, demo_app):
    old = serve(demo_app)
    old.stop()

    new = serve(demo_app, port=old.port, beside=old)

    assert httpx2.get(new.local_url + "demo").text == "/demo"
