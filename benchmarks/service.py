"""
Requests per second of a plain route served from a Jupyter kernel, beside standalone
uvicorn + Starlette, in one run.

The sides take turns, and the ratio is taken turn by turn, so that a machine whose speed drifts
does not favour either. All use the same event loop and HTTP parser: uvloop and httptools where they
are installed.
Usage: python benchmarks/service.py [--rounds 7] [--seconds 2]
"""

import argparse
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version

import _load
import httpx2
from jupyter_client.manager import start_new_kernel

STANDALONE = """
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def plain(request):
    return JSONResponse({"hello": "world"})

app = Starlette(routes=[Route("/plain", plain)])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""

CELLS = """
%load_ext asgi_nb
import asgi_nb
@asgi_nb.app.get("/plain")
async def plain(request):
    return {"hello": "world"}
asgi_nb.traffic.recording = RECORDING
print(asgi_nb.serve().local_url)
"""


@contextmanager
def standalone(port: int) -> Iterator[str]:
    """uvicorn + Starlette in a process of its own; yields the URL of the plain route."""
    process = subprocess.Popen([sys.executable, "-c", STANDALONE, str(port)])
    url = f"http://127.0.0.1:{port}/plain"
    try:
        for _ in range(200):
            try:
                httpx2.get(url)
                break
            except httpx2.ConnectError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def kernel(*, recording: bool) -> Iterator[str]:
    """A kernel that serves the same route from a cell; yields its URL."""
    manager, client = start_new_kernel()
    said: list[str] = []

    def listen(message: dict[str, dict[str, str]]) -> None:
        if "text" in message["content"]:
            said.append(message["content"]["text"])

    try:
        client.execute_interactive(
            CELLS.replace("RECORDING", str(recording)), output_hook=listen, timeout=60, allow_stdin=False
        )
        yield "".join(said).strip().splitlines()[-1] + "plain"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns that each side gets")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a turn")
    parser.add_argument("--port", type=int, default=18765, help="port for the standalone server")
    args = parser.parse_args()
    rates: dict[str, list[float]] = {}
    with ExitStack() as stack:
        sides = {
            "standalone uvicorn + Starlette": stack.enter_context(standalone(args.port)),
            "kernel, recording off": stack.enter_context(kernel(recording=False)),
            "kernel, recording on": stack.enter_context(kernel(recording=True)),
        }
        for url in sides.values():
            _load.requests_per_second(url, seconds=0.5)  # warm up
        for _ in range(args.rounds):
            for name, url in sides.items():
                rates.setdefault(name, []).append(_load.requests_per_second(url, seconds=args.seconds))
    base = rates["standalone uvicorn + Starlette"]
    print(
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, starlette {version('starlette')},"
        f" ipykernel {version('ipykernel')}; {args.rounds} rounds of {args.seconds} s, 32 connections"
    )
    print(f"{'':<32} {'requests/s':>10} {'ratio':>6}  {'min':>5} {'max':>5}")
    for name, values in rates.items():
        ratios = [value / other for value, other in zip(values, base, strict=True)]
        print(
            f"{name:<32} {statistics.median(values):>10.0f} {statistics.median(ratios):>6.2f}"
            f"  {min(ratios):>5.2f} {max(ratios):>5.2f}"
        )


if __name__ == "__main__":
    main()
