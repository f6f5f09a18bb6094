"""
What recording costs: requests per second and CPU per request of a plain route in a Jupyter kernel, with
recording off, on, and shown by a page; beside Starlette with a middleware that captures bodies, and beside
mitmproxy in front of Starlette.

One kernel is switched to and fro, and a ratio is of two turns that follow each other, so that a machine whose
speed drifts favours neither. The CPU of the server's process is the figure to trust where other work runs.
mitmproxy needs no place here: install it where you like and put `mitmdump` on the PATH.
Usage: python benchmarks/inspector.py [--rounds 9] [--seconds 1]
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.metadata import version

import _load
import httpx2
from _inspector_sides import Side, find_mitmproxy, kernel, mitmproxy, starlette

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap

Turn = tuple[float, float]
"""Answers per second, and microseconds of CPU per answer."""

BODY = 200 << 20

# Seconds in which a view has its first rows, once: no part of what a request costs.
SNAPSHOT = 1.0


def turn(side: Side, path: str, seconds: float) -> Turn:
    """Load one side."""
    before = side.cpu()
    load = _load.answers(
        side.url.replace("http", "ws", 1) + path if path == "echo" else side.url + path,
        connections=16 if path == "echo" else 32,
        seconds=seconds,
    )
    return load.rate, (side.cpu() - before) / load.count * 1e6


def show(title: str, turns: Sequence[Turn], base: Sequence[Turn]) -> None:
    """Print one line: medians, and the ratios to the base with their spread."""
    kept = [rate / other for (rate, _), (other, _) in zip(turns, base, strict=True)]
    cpu = [other / own for (_, own), (_, other) in zip(turns, base, strict=True)]
    print(
        f"{title:<42} {statistics.median(rate for rate, _ in turns):>8.0f}/s {spread(kept)}"
        f"  {statistics.median(own for _, own in turns):>7.1f} us {spread(cpu)}",
        flush=True,
    )


def spread(ratios: Sequence[float]) -> str:
    """Median, smallest and largest."""
    return f"{statistics.median(ratios):5.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def served(rounds: int, seconds: float) -> None:
    """Measure what is served: the plain route and the WebSocket."""
    with ExitStack() as stack:
        ours = stack.enter_context(kernel())
        plain = stack.enter_context(starlette())
        sides = {"Starlette, bodies captured by middleware": stack.enter_context(starlette(capturing=True))}
        command = find_mitmproxy()
        if command is None:
            print("mitmproxy is missing: mitmdump is not on the PATH")
        else:
            sides["Starlette behind mitmproxy"] = stack.enter_context(mitmproxy(plain, command))
        turns: dict[str, list[Turn]] = {}

        def take(title: str, side: Side, path: str = "plain", mode: str | None = None) -> None:
            if mode is not None:
                side.switch(mode)
            if mode == "viewed":
                time.sleep(SNAPSHOT)
            turns.setdefault(title, []).append(turn(side, path, seconds))

        for number in range(rounds + 1):
            if number == 1:
                turns.clear()  # The first round warms up: the store is full then.
            for mode in ("off", "on", "viewed"):
                take(f"kernel, recording {mode}", ours, mode=mode)
            for mode in ("off", "on"):
                take(f"kernel, WebSocket echo, recording {mode}", ours, "echo", mode)
            take("Starlette", plain)
            for title, side in sides.items():
                take(title, side)
    print(f"{'':<42} {'rate':>10} {'ratio (spread)':>17}  {'CPU':>10} {'ratio (spread)':>17}")
    off, echo, base = (
        turns[name]
        for name in ("kernel, recording off", "kernel, WebSocket echo, recording off", "Starlette")
    )
    show("kernel, recording off", off, off)
    show("kernel, recording on", turns["kernel, recording on"], off)
    show("kernel, recording viewed", turns["kernel, recording viewed"], off)
    show("kernel, WebSocket echo, recording off", echo, echo)
    show("kernel, WebSocket echo, recording on", turns["kernel, WebSocket echo, recording on"], echo)
    show("Starlette", base, base)
    show("kernel, recording off, beside Starlette", off, base)
    for title in sides:
        show(title, turns[title], base)


def in_process(rounds: int) -> None:
    """Measure the CPU of one small exchange, without a server."""
    app = LiveApp(PlainNotebook())

    @app.get("/plain")
    async def plain(request: object) -> dict[str, str]:
        return {"hello": "world"}

    def scope() -> dict[str, object]:
        return {
            "type": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5000),
            "scheme": "http", "root_path": "", "method": "GET", "path": "/plain", "raw_path": b"/plain",
            "query_string": b"", "headers": [(b"host", b"127.0.0.1"), (b"accept", b"*/*")],
        }  # fmt: skip

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        pass

    def cost(asgi: Callable[..., object], count: int = 5000) -> float:
        began = time.process_time_ns()
        for _ in range(count):
            for _ in asgi(scope(), receive, send).__await__():
                raise RuntimeError("the app waits")
        return (time.process_time_ns() - began) / count / 1000

    tapped = Tap(app, Store(), provenance=app)
    for _ in range(3):
        cost(tapped)
    pairs = [(cost(app), cost(tapped)) for _ in range(rounds)]
    bare, recorded = (statistics.median(one) for one in zip(*pairs, strict=True))
    added = [on - off for off, on in pairs]
    print(
        f"in process: {bare:.1f} us per exchange, recorded {recorded:.1f} us; recording adds "
        f"{statistics.median(added):.1f} us ({min(added):.1f}-{max(added):.1f})"
    )


def large_bodies() -> None:
    """Send 200 MB up and down while all is recorded, and tell by how much the process has grown."""
    with kernel() as side:
        side.switch("on")
        httpx2.get(f"{side.url}plain")
        before = peak(side)
        chunks = (bytes(1 << 16) for _ in range(BODY >> 16))
        assert httpx2.post(f"{side.url}sink", content=chunks, timeout=120).json() == {"size": BODY}
        up = peak(side)
        with httpx2.stream("GET", f"{side.url}source/{BODY}", timeout=120) as response:
            assert sum(map(len, response.iter_raw())) == BODY
        print(f"200 MB up: peak +{(up - before) >> 20} MiB; then down: +{(peak(side) - up) >> 20} MiB more")


def peak(side: Side) -> int:
    """Bytes of memory that the process has had at most. Linux only."""
    with open(f"/proc/{side.process.pid}/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="turns that each side gets")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a turn")
    args = parser.parse_args()
    print(
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, "
        f"starlette {version('starlette')}, "
        f"ipykernel {version('ipykernel')}; {args.rounds} rounds of {args.seconds} s"
    )
    in_process(args.rounds)
    large_bodies()
    served(args.rounds, args.seconds)


if __name__ == "__main__":
    main()
