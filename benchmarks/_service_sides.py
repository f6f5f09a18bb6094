"""The two sides of the service benchmark: a kernel that serves from cells, and a standalone server."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psutil
from jupyter_client.manager import start_new_kernel

STANDALONE = """
import asyncio, resource, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

async def plain(request):
    return JSONResponse({"hello": "world"})

async def waits(request):
    await asyncio.sleep(1)
    return JSONResponse({"hello": "world"})

async def idle(websocket):
    await websocket.accept()
    async for _ in websocket.iter_text():
        pass

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
app = Starlette(routes=[Route("/plain", plain), Route("/waits", waits), WebSocketRoute("/idle", idle)])
# The same WebSocket protocol as in the kernel.
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, ws="websockets-sansio")
"""

CELLS = """
%load_ext asgi_nb
import asgi_nb, asyncio, resource, threading, time
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

@asgi_nb.app.get("/plain")
async def plain(request):
    return {"hello": "world"}

@asgi_nb.app.get("/waits")
async def waits(request):
    await asyncio.sleep(1)
    return {"hello": "world"}

@asgi_nb.app.websocket("/idle")
async def idle(websocket):
    await websocket.accept()
    async for _ in websocket.iter_text():
        pass

asgi_nb.traffic.recording = RECORDING
release = threading.Event()
print(asgi_nb.serve(max_connections=10_000).local_url)
"""

# What keeps the kernel's thread busy until `release` is set; each prints its turns per second.
BUSY = {
    "Python": "for _ in range(10_000):\n        pass",
    "numpy": "np.sin(array, array)",
}
BUSY_CELL = """
import numpy as np
array = np.ones(200_000)
release.clear()
turns, began = 0, time.perf_counter()
while not release.is_set() and time.perf_counter() - began < SECONDS:
    WORK
    turns += 1
print(turns / (time.perf_counter() - began))
"""


class Kernel:
    """
    A kernel that serves `/plain`, `/waits` and the WebSocket `/idle`.

    Args:
        recording: Whether its traffic is recorded.
    """

    def __init__(self, *, recording: bool) -> None:
        self._manager, self._client = start_new_kernel()
        self.url = self.run(CELLS.replace("RECORDING", str(recording))).strip().splitlines()[-1]
        """Its address, with a slash at the end."""

    @property
    def process(self) -> psutil.Process:
        """The kernel's process."""
        return psutil.Process(self._manager.provisioner.process.pid)

    def run(self, cell: str, timeout: float = 120) -> str:
        """Run a cell that must succeed; gives what it printed."""
        said: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            said.append(message["content"].get("text", ""))

        reply = self._client.execute_interactive(cell, output_hook=listen, timeout=timeout, allow_stdin=False)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        return "".join(said)

    def turns_per_second(self, work: str, seconds: float) -> float:
        """Compute in a cell for that long; gives how fast it was."""
        return float(self.run(BUSY_CELL.replace("WORK", BUSY[work]).replace("SECONDS", str(seconds))))

    def close(self) -> None:
        """End it."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@contextmanager
def kernel(*, recording: bool = True) -> Iterator[Kernel]:
    """A kernel that ends with the block."""
    running = Kernel(recording=recording)
    try:
        yield running
    finally:
        running.close()


@contextmanager
def standalone(port: int) -> Iterator[tuple[str, psutil.Process]]:
    """uvicorn + Starlette in a process of its own; yields its address and the process."""
    process = subprocess.Popen([sys.executable, "-c", STANDALONE, str(port)])
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(200):
            try:
                httpx2.get(url)
                break
            except httpx2.ConnectError:
                time.sleep(0.05)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()
