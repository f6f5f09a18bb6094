"""What it costs to import a toolkit and to hold an app, each in a process of its own."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

# What any of them, and the script itself, needs of the standard library is imported before the clock starts.
SCRIPT = """
import asyncio, functools, gc, json, sys, tempfile, time, tracemalloc, typing
sys.path.insert(0, {here!r})
import _toolkit_drive, _toolkit_payload

async def answer_one(app):
    async with _toolkit_drive.started(app):
        await _toolkit_drive.Request(_toolkit_payload.route_paths(1000)[500]).send_to(app)

def held():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]

if {memory}:
    tracemalloc.start()
began = time.process_time()
{imports}
took = time.process_time() - began
if {memory}:
    imported = held()
    {build}
    before = held()
    app = build()
    asyncio.run(answer_one(app))
    print(json.dumps([imported, held() - before]))
else:
    print(took)
"""

TWIN = (
    "from {0}.applications import Starlette; from {0}.routing import Route; "
    "from {0}.responses import JSONResponse",
    "import _toolkit_starlette as twins; ns = twins.namespace({0!r}); "
    "build = functools.partial(twins.APPS['routes1000'], ns)",
)
PEER = ("import {0}", "import _toolkit_{0}; build = _toolkit_{0}.APPS['routes1000']")

MIB = 1024 * 1024


def print_processes(names: list[str], rounds: int) -> None:
    """
    Print what an import takes, and how much memory Python holds after it and for an app of 1,000 routes
    that answered once.

    Args:
        names: The contestants. Those by hand import nothing and are left out.
        rounds: How many imports each one gets; memory is the same every time.
    """
    names = [name for name in names if name != "raw"]
    times: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as cache:
        memory = {name: json.loads(_run(name, cache, memory=True)) for name in names}
        for _ in range(rounds):
            for name in names:
                times[name].append(float(_run(name, cache, memory=False)))

    print(f"\n{'in a process of its own':<24}" + "".join(f"{name:>20}" for name in names))
    base = times["starlette"]
    cells = []
    for name in names:
        ratio = statistics.median(b / mine for b, mine in zip(base, times[name], strict=True))
        cells.append(f"{statistics.median(times[name]) * 1000:.0f} ms ({ratio:.2f}x)")
    print(f"{'import':<24}" + "".join(f"{cell:>20}" for cell in cells))
    for index, what in enumerate(("held after the import", "held by 1,000 routes")):
        cells = [f"{memory[name][index] / MIB:.2f} MiB" for name in names]
        print(f"{what:<24}" + "".join(f"{cell:>20}" for cell in cells))


def _run(name: str, cache: str, *, memory: bool) -> str:
    imports, build = TWIN if name in ("starlette", "asgi_nb") else PEER
    package = "asgi_nb.web" if name == "asgi_nb" else name
    script = SCRIPT.format(
        here=str(Path(__file__).parent),
        memory=memory,
        imports=imports.format(package),
        build=build.format(package),
    )
    # An installed package has its bytecode; a checkout need not, and compiling takes longer than importing.
    env = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{name}: the process failed:\n{run.stderr}")
    return run.stdout.splitlines()[-1]
