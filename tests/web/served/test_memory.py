"""A hundred megabytes either way go through a server that has little memory, in a process of its own."""

import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timeout(60)

SIZE = 100_000_000

# What the peak may grow by: buffers of the server and of the sockets, and what the allocator keeps.
ALLOWANCE = 24_000_000

PROGRAM = """
import resource
import socket
import sys
from pathlib import Path

import uvicorn

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import FileResponse, StreamingResponse
from asgi_nb.web.routing import Route

listener, path, size = socket.socket(fileno=int(sys.argv[1])), sys.argv[2], int(sys.argv[3])
made = 0


async def count(request):
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
    return {"total": total}


async def form(request):
    async with request.form() as form:
        file = form["file"]
        await file.seek(file.size - 3)
        return {"total": file.size, "end": (await file.read()).decode()}


async def download(request):
    async def chunks():
        global made
        made = 0
        while made < size:
            made += 100_000
            yield bytes(100_000)

    return StreamingResponse(chunks(), headers={"content-length": str(size)})


async def file(request):
    return FileResponse(path)


def peak_of_process():
    # On Linux getrusage counts what the process was before it became this program.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


async def peak(request):
    return {"peak": peak_of_process(), "made": made}


async def pass_on(request, call_next):
    return await call_next(request)


app = App(
    routes=[
        Route("/count", count, methods=["POST"]),
        Route("/form", form, methods=["POST"]),
        Route("/download", download),
        Route("/file", file),
        Route("/peak", peak),
    ],
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)],
)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port of a server in a process of its own, which serves a file of SIZE bytes."""
    path = tmp_path_factory.mktemp("files") / "large.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(number), str(path), str(SIZE)],
            pass_fds=[number],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    yield port
    process.terminate()
    process.wait(15)


@pytest.fixture
def growth(server, wire):
    """Gives by how many bytes the server's peak has grown since the test began."""

    def peak():
        status, _, body = wire(server).ask("GET", "/peak")
        assert status == 200
        return int(body.split(b":")[1].split(b",")[0])

    # One request of each kind, to have everything imported and every buffer made.
    connection = wire(server)
    connection.ask("POST", "/count", body=bytes(1_000_000))
    connection.send(b"".join(form_parts(1_500_000)))
    assert connection.response()[0] == 200
    before = peak()
    return lambda: peak() - before


def form_parts(size):
    """A request that uploads a file of so many bytes."""
    head = b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'
    tail = b"end\r\n--b--\r\n"
    length = len(head) + size + len(tail)
    yield (
        b"POST /form HTTP/1.1\r\nhost: h\r\ncontent-type: multipart/form-data; boundary=b\r\n"
        b"content-length: %d\r\n\r\n" % length
    ) + head
    for _ in range(size // 100_000):
        yield bytes(100_000)
    yield tail


def receive(connection):
    """Read a response of SIZE bytes, and keep nothing of it."""
    status, headers = connection.head()
    left = int(headers["content-length"])
    assert (status, left) == (200, SIZE)
    while left:
        left -= len(connection.read(min(left, 1_000_000)))


def test_an_upload_that_is_streamed(server, wire, growth):
    connection = wire(server)
    connection.send(b"POST /count HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % SIZE)
    for _ in range(SIZE // 100_000):
        connection.send(bytes(100_000))

    assert connection.response()[2] == b'{"total":%d}' % SIZE
    assert growth() < ALLOWANCE


def test_an_upload_by_a_form(server, wire, growth):
    connection = wire(server)
    for part in form_parts(SIZE):
        connection.send(part)

    assert connection.response()[2] == b'{"total":%d,"end":"end"}' % (SIZE + 3)
    assert growth() < ALLOWANCE


@pytest.mark.parametrize("path", ["/download", "/file"])
def test_a_download(server, wire, growth, as_bytes, path):
    connection = wire(server)
    connection.send(as_bytes("GET", path))

    receive(connection)

    assert growth() < ALLOWANCE


def test_a_client_that_does_not_read_holds_the_stream_back(server, wire, growth, as_bytes):
    connection = wire(server)
    connection.send(as_bytes("GET", "/download"))

    for _ in range(20):
        made = int(wire(server).ask("GET", "/peak")[2].split(b":")[2].strip(b"}"))
        assert made < SIZE / 2
    assert growth() < ALLOWANCE
    receive(connection)
