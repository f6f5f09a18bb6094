"""
A server in a Jupyter kernel beside standalone uvicorn + Starlette, in one run.

First, requests per second of a plain route: the sides take turns, and the ratio is taken turn by turn,
so that a machine whose speed drifts does not favour either. All use the same event loop and HTTP
parser: uvloop and httptools where they are installed. Then what a person at a notebook notices, each with
its goal.
Usage: python benchmarks/service.py [--rounds 7] [--seconds 2] [--only throughput|notebook]
"""

import argparse
import platform
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version

import _load
import _service_cases as cases
import _service_drive as drive
from _service_sides import Kernel, kernel, standalone


@contextmanager
def computing(side: Kernel, work: str | None, seconds: float) -> Iterator[None]:
    """Let a cell of the kernel compute for that long, or leave it idle."""
    if work is None:
        yield
        return
    busy = threading.Thread(target=side.turns_per_second, args=(work, seconds))
    busy.start()
    try:
        yield
    finally:
        busy.join()


def throughput(rounds: int, seconds: float, port: int) -> None:
    """Print the first table."""
    rates: dict[str, list[float]] = {}
    with ExitStack() as stack:
        base, _ = stack.enter_context(standalone(port))
        recorded = stack.enter_context(kernel(recording=True))
        silent = stack.enter_context(kernel(recording=False))
        sides: dict[str, tuple[Kernel | None, str | None]] = {
            "standalone uvicorn + Starlette": (None, None),
            "kernel, recording off": (silent, None),
            "kernel, recording on": (recorded, None),
            "kernel, a cell computes in Python": (recorded, "Python"),
            "kernel, a cell computes in numpy": (recorded, "numpy"),
        }
        for _ in range(rounds):
            for name, (side, work) in sides.items():
                url = (side.url if side else base) + "plain"
                _load.requests_per_second(url, seconds=0.3)  # warm up
                if side is None:
                    rate = _load.requests_per_second(url, seconds=seconds)
                else:
                    with computing(side, work, seconds + 0.4):
                        rate = _load.requests_per_second(url, seconds=seconds)
                rates.setdefault(name, []).append(rate)
    first = rates["standalone uvicorn + Starlette"]
    print(f"{'':<36} {'requests/s':>10} {'ratio':>6}  {'min':>5} {'max':>5}")
    for name, values in rates.items():
        ratios = [value / other for value, other in zip(values, first, strict=True)]
        print(
            f"{name:<36} {statistics.median(values):>10.0f} {statistics.median(ratios):>6.2f}"
            f"  {min(ratios):>5.2f} {max(ratios):>5.2f}"
        )


def notebook(rounds: int, seconds: float, port: int) -> None:
    """Print the second table."""
    milliseconds: Callable[[float], str] = lambda value: f"{value * 1000:.1f} ms"  # noqa: E731 - a column's format
    print(f"{'':<52} {'measured':>10}  {'goal':>9}  standalone")

    def row(name: str, value: str, goal: str = "", beside: str = "") -> None:
        print(f"{name:<52} {value:>10}  {goal:>9}  {beside}".rstrip(), flush=True)

    with standalone(port) as (url, process), kernel() as side:
        for work in ("Python", "numpy"):
            found = cases.beside_a_busy_cell(side, work, seconds, rounds)
            row(f"50 requests/s, a cell computes in {work}: p50", milliseconds(found["p50"]), "< 2 ms")
            row("    p99", milliseconds(found["p99"]))
            row("    speed that the cell keeps", f"{found['kept']:.1%}", ">= 95 %")
        alone = statistics.median(drive.paced(url + "plain", rate=50, seconds=seconds))
        idle = statistics.median(drive.paced(side.url + "plain", rate=50, seconds=seconds))
        row("50 requests/s, the kernel is idle: p50", milliseconds(idle), beside=milliseconds(alone))
        found = cases.start_and_stop(side, rounds * 3)
        row("serve() returns after", milliseconds(found["start"]))
        row("first answer after the call of serve()", milliseconds(found["first answer"]), "< 30 ms")
        row("stop() of an idle server", milliseconds(found["stop"]), "< 250 ms")
        for routes in (10, 1000):
            took, live = cases.define(side, routes, rounds * 3)
            row(f"a route's cell runs, with {routes} routes", milliseconds(took))
            row("    and its first answer comes after", milliseconds(live), "< 5 ms")
        for asked in range(2):  # The first brings the connections' memory in.
            waiting = drive.at_once(side.url + "waits", 1000), drive.at_once(url + "waits", 1000)
            if asked:
                row("1,000 handlers that await 1 s", f"{waiting[0]:.2f} s", "< 1.5 s", f"{waiting[1]:.2f} s")
    counts = [1000, 5000]
    with standalone(port) as (url, process), kernel() as side:
        measured = cases.idle_websockets(side.url, side.process, counts)
        beside = cases.idle_websockets(url, process, counts)
        for count, ours, theirs in zip(counts, measured, beside, strict=True):
            row(f"{count:,} idle WebSockets, each", f"{ours:.1f} KiB", "< 30 KiB", f"{theirs:.1f} KiB")


TABLES = {"throughput": throughput, "notebook": notebook}


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns that each side gets")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a turn")
    parser.add_argument("--port", type=int, default=18765, help="port for the standalone server")
    parser.add_argument("--only", choices=TABLES, help="one of the tables")
    args = parser.parse_args()
    print(
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, starlette {version('starlette')},"
        f" ipykernel {version('ipykernel')}; {args.rounds} rounds of {args.seconds} s"
    )
    for name, table in TABLES.items():
        if args.only in (None, name):
            print()
            table(args.rounds, args.seconds, args.port)


if __name__ == "__main__":
    main()
