"""Real servers in threads, each on a port that the system chose, and a client that speaks plain HTTP/1.1."""

import asyncio
import functools
import logging
import os
import socket
import struct
import threading
from contextlib import contextmanager

import hypercorn.asyncio
import hypercorn.config
import hypercorn.trio
import pytest
import trio
import uvicorn

# Long enough for the slowest machine; only a test that fails waits so long.
PATIENCE = 15

SERVERS = ["uvicorn", "hypercorn-asyncio", "hypercorn-trio"]


def listen():
    """A socket that takes connections at once: a client need not wait for the server to be up."""
    # The protocol is named: asyncio sets TCP_NODELAY only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    listener.setblocking(False)
    return listener


@contextmanager
def run_uvicorn(app, listener):
    config = uvicorn.Config(
        app,
        log_config=None,
        ws="websockets-sansio",
        lifespan="on",
        backlog=2048,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    with running(functools.partial(server.run, sockets=[listener])):
        yield
        server.should_exit = True


def hypercorn_config(listener):
    config = hypercorn.config.Config()
    # The server closes its own.
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.errorlog = None
    config.accesslog = None
    config.graceful_timeout = 2
    config.shutdown_timeout = 2
    config.backlog = 2048
    # On a busy machine a thousand clients may take a while to ask.
    config.keep_alive_timeout = 60
    return config


@contextmanager
def run_hypercorn_asyncio(app, listener):
    config = hypercorn_config(listener)
    ready = threading.Event()
    stop = None

    async def serve():
        nonlocal stop
        ended = asyncio.Event()
        stop = functools.partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set)
        ready.set()
        await hypercorn.asyncio.serve(app, config, shutdown_trigger=ended.wait)

    with running(lambda: asyncio.run(serve())):
        assert ready.wait(PATIENCE)
        yield
        stop()


@contextmanager
def run_hypercorn_trio(app, listener):
    config = hypercorn_config(listener)
    ready = threading.Event()
    stop = None

    async def serve():
        nonlocal stop
        ended = trio.Event()
        stop = functools.partial(trio.lowlevel.current_trio_token().run_sync_soon, ended.set)
        ready.set()
        await hypercorn.trio.serve(app, config, shutdown_trigger=ended.wait)

    with running(lambda: trio.run(serve)):
        assert ready.wait(PATIENCE)
        yield
        stop()


RUN = {
    "uvicorn": run_uvicorn,
    "hypercorn-asyncio": run_hypercorn_asyncio,
    "hypercorn-trio": run_hypercorn_trio,
}


@contextmanager
def running(serve):
    """Run a server in a thread; what it raises is raised here, after the test."""
    errors = []

    def guarded():
        try:
            serve()
        except BaseException as exc:  # noqa: BLE001 - raised below, in the test's thread
            errors.append(exc)

    thread = threading.Thread(target=guarded, name="server")
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)
    assert not thread.is_alive(), "the server has not stopped"
    if errors:
        raise errors[0]


@contextmanager
def served(name, app):
    """A port on 127.0.0.1 where a server serves an app."""
    with listen() as listener, RUN[name](app, listener):
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def quiet_servers(caplog):
    """What a server logs about clients that leave, and apps that raise, is not for the terminal."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def serve(request):
    """`serve(app)` or `serve(app, "uvicorn")`: the port; the server ends with the test."""
    stack = []

    def start(app, name="uvicorn"):
        context = served(name, app)
        stack.append(context)
        return context.__enter__()

    yield start
    for context in reversed(stack):
        context.__exit__(None, None, None)


class Wire:
    """A connection that sends bytes as they are given, and reads responses one by one."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, method, path, *headers, body=b""):
        """Send a request and read the response."""
        self.send(request_bytes(method, path, *headers, body=body))
        return self.response(method)

    def response(self, method="GET"):
        """The next final response: status, headers, body."""
        status, headers = self.head()
        while status < 200:
            status, headers = self.head()
        if method == "HEAD" or status in (204, 304):
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join(iter(self.chunk, b""))
        return status, headers, self._file.read(int(headers["content-length"]))

    def head(self):
        """Status and headers of the next response, also of an interim one."""
        line = self._file.readline()
        assert line.startswith(b"HTTP/1.1 "), line
        headers = {}
        while (field := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers

    def chunk(self):
        """The next chunk of a chunked body; empty at the end."""
        size = int(self._file.readline(), 16)
        data = self._file.read(size)
        assert self._file.readline() == b"\r\n"
        return data

    def read(self, size):
        return self._file.read(size)

    def at_end(self):
        """Whether the server closed the connection."""
        return self._file.read(1) == b""

    def vanish(self):
        """Break the connection off: the server gets a reset, no farewell."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._file.close()
        self.socket.close()


def request_bytes(method, path, *headers, body=b""):
    """A request as it goes over the wire."""
    fields = ["host: h.example", *headers]
    if body:
        fields.append(f"content-length: {len(body)}")
    return "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "", ""]).encode() + body


@pytest.fixture
def wire():
    """`wire(port)`: a Wire, closed after the test."""
    wires = []

    def connect(port):
        wires.append(Wire(port))
        return wires[-1]

    yield connect
    for each in wires:
        each.__exit__()


@pytest.fixture
def as_bytes():
    """See `request_bytes`."""
    return request_bytes


class Moment(threading.Event):
    """An event between threads that a test awaits for so long and no longer."""

    def reached(self):
        return self.wait(PATIENCE)


@pytest.fixture
def moment():
    """The class Moment."""
    return Moment


def pytest_generate_tests(metafunc):
    # A test that names a server runs on each.
    if "server_name" in metafunc.fixturenames:
        metafunc.parametrize("server_name", SERVERS)
