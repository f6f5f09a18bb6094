"""The processes that benchmarks/inspector.py measures, each as a context manager."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import psutil
from jupyter_client.manager import start_new_kernel

STARLETTE = """
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

captured = []

async def capture(request, call_next):
    sent = await request.body()
    response = await call_next(request)
    got = b"".join([chunk async for chunk in response.body_iterator])
    captured.append((request.method, request.url.path, request.headers.raw, sent, response.status_code, got))
    del captured[:-10_000]
    return Response(got, response.status_code, dict(response.headers))

async def plain(request):
    return JSONResponse({"hello": "world"})

middleware = [Middleware(BaseHTTPMiddleware, dispatch=capture)] if sys.argv[2:] else []
app = Starlette(routes=[Route("/plain", plain)], middleware=middleware)
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""

KERNEL = """
%load_ext asgi_nb
import os
import asgi_nb
from asgi_nb.service.portal import spawn
from asgi_nb.web.responses import StreamingResponse
from asgi_nb.widgets.inspector import Inspector
from asgi_nb.widgets.wire import WIRE_VERSION

class Page(Inspector):
    "An inspector whose page has drawn at once what it was sent."

    def say(self, **message):
        self._receive(self, {"v": "page", "hello": 1, **message}, [])

    def _send_custom(self, content, buffers):
        super()._send_custom(content, buffers)
        if "batch" in content:
            self.say(kind="ack", batch=content["batch"])

page = Page(asgi_nb.traffic, spawn=spawn)

@asgi_nb.app.get("/plain")
async def plain(request):
    return {"hello": "world"}

@asgi_nb.app.websocket("/echo")
async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)

@asgi_nb.app.post("/sink")
async def sink(request):
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return {"size": size}

@asgi_nb.app.get("/source/{size:int}")
async def source(request, size):
    async def chunks():
        for _ in range(size >> 16):
            yield bytes(1 << 16)
    return StreamingResponse(chunks())

@asgi_nb.app.get("/mode/{mode}")
async def mode(request, mode):
    asgi_nb.traffic.recording = mode != "off"
    if mode == "viewed":
        page.say(kind="hello", version=WIRE_VERSION)
    else:
        page.say(kind="bye")
    return {"mode": mode}

print(os.getpid(), asgi_nb.serve(max_body_size=1 << 30).local_url)
"""


@dataclass(frozen=True)
class Side:
    """A process that serves."""

    url: str
    """Its root, with a slash at the end."""
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    def switch(self, mode: str) -> None:
        """Tell a kernel to record: "off", "on", or "viewed" by a page that acknowledges what it gets."""
        httpx2.get(f"{self.url}mode/{mode}").raise_for_status()


@contextmanager
def kernel() -> Iterator[Side]:
    """A kernel that serves the routes of KERNEL."""
    manager, client = start_new_kernel()
    said: list[str] = []

    def listen(message: dict[str, dict[str, str]]) -> None:
        said.append("".join(message["content"].get(key, "") for key in ("text", "evalue")))

    try:
        client.execute_interactive(KERNEL, output_hook=listen, timeout=60, allow_stdin=False)
        words = "".join(said).split()
        if len(words) < 2 or not words[-2].isdecimal():
            raise RuntimeError(f"the kernel does not serve: {' '.join(words)}")
        yield Side(words[-1], psutil.Process(int(words[-2])))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@contextmanager
def starlette(*, capturing: bool = False) -> Iterator[Side]:
    """uvicorn + Starlette in a process of its own, perhaps with a middleware that keeps all bodies."""
    port = _free_port()
    with _process([sys.executable, "-c", STARLETTE, str(port), *["capture"] * capturing], port) as side:
        yield side


@contextmanager
def mitmproxy(behind: Side, command: str) -> Iterator[Side]:
    """mitmproxy as a reverse proxy in front of another side."""
    port = _free_port()
    line = [command, "-q", "--mode", f"reverse:{behind.url}", "--listen-host", "127.0.0.1", "-p", str(port)]
    with _process(line, port) as side:
        yield side


def find_mitmproxy() -> str | None:
    """Give the path of mitmdump, None when it is not installed."""
    return shutil.which("mitmdump")


@contextmanager
def _process(line: list[str], port: int) -> Iterator[Side]:
    process = subprocess.Popen(line)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(400):
            try:
                httpx2.get(f"{url}plain")
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield Side(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
