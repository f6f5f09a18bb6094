"""What the service benchmark measures beside throughput: one function per line of its second table."""

import ast
import gc
import resource
import statistics
import threading

import _service_drive as drive
import psutil
from _service_sides import Kernel

# Timed in the kernel: the client is the cell itself, over a bare socket.
START_AND_STOP = """
import socket
from asgi_nb.web.responses import PlainTextResponse

def first_answer(port, path=b"/"):
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"GET " + path + b" HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n")
        return b"".join(iter(lambda: peer.recv(65536), b""))

started, answered, stopped = [], [], []
for _ in range(ROUNDS):
    app = PlainTextResponse("hello")
    began = time.perf_counter()
    service = asgi_nb.serve(app)
    started.append(time.perf_counter() - began)
    first_answer(service.port)
    answered.append(time.perf_counter() - began)
    began = time.perf_counter()
    service.stop()
    stopped.append(time.perf_counter() - began)
print([started, answered, stopped])
"""

DEFINE = """
for n in range(len(asgi_nb.app.definitions), ROUTES):
    asgi_nb.define_route("GET", f"/many/{n}/{{item:int}}", f"return {n}")
cell_took, live_after = [], []
port = asgi_nb.serve().port
for n in range(ROUNDS):
    began = time.perf_counter()
    get_ipython().run_cell_magic("asgi_route", "GET /edited", f"return 'edit {n}'")
    ran = time.perf_counter()
    found = first_answer(port, b"/edited")
    live_after.append(time.perf_counter() - ran)
    cell_took.append(ran - began)
    assert f"edit {n}".encode() in found, found
print([cell_took, live_after])
"""


def start_and_stop(kernel: Kernel, rounds: int) -> dict[str, float]:
    """Seconds until `serve` returns, until the first answer since it was called, and of a stop when idle."""
    kernel.run(START_AND_STOP.replace("ROUNDS", "1"))
    taken = ast.literal_eval(kernel.run(START_AND_STOP.replace("ROUNDS", str(rounds))))
    return dict(zip(("start", "first answer", "stop"), map(statistics.median, taken), strict=True))


def define(kernel: Kernel, routes: int, rounds: int) -> tuple[float, float]:
    """Seconds that a route's cell runs with so many routes, and from then to its first answer."""
    said = kernel.run(DEFINE.replace("ROUTES", str(routes)).replace("ROUNDS", str(rounds)))
    cell_took, live_after = ast.literal_eval(said.strip().splitlines()[-1])
    return statistics.median(cell_took), statistics.median(live_after)


def beside_a_busy_cell(kernel: Kernel, work: str, seconds: float, rounds: int) -> dict[str, float]:
    """Latency at 50 requests a second beside a cell that computes, and what it keeps of its speed."""
    took: list[float] = []
    kept: list[float] = []
    for _ in range(rounds):
        alone = kernel.turns_per_second(work, seconds)
        asking = threading.Thread(
            # Half a second less: while the cell's message travels, nothing computes.
            target=lambda: took.extend(drive.paced(kernel.url + "plain", rate=50, seconds=seconds - 0.3)[10:])
        )
        asking.start()
        kept.append(kernel.turns_per_second(work, seconds) / alone)
        asking.join()
    cuts = statistics.quantiles(took, n=100)
    return {"p50": cuts[49], "p99": cuts[98], "kept": statistics.median(kept)}


def idle_websockets(url: str, process: psutil.Process, counts: list[int]) -> list[float]:
    """KiB per idle WebSocket in the server's process, for each count."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sockets = drive.Sockets(url + "idle")
    # What the first ones bring into memory is paid once.
    sockets.open(50)
    before = process.memory_full_info().uss
    opened = 0
    found = []
    try:
        for count in counts:
            sockets.open(count - opened)
            opened = count
            found.append((process.memory_full_info().uss - before) / 1024 / count)
    finally:
        sockets.close()
        gc.collect()
    return found
