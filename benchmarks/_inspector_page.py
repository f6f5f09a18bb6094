"""
The inspector in a real JupyterLab, in a real Chromium, under a flood: what arrives, when, and what it costs.

Rows are made by an ASGI app behind the kit's own tap, on the server's loop, so many a second. The page counts
each number that it was sent, apart from what the widget says it missed: the two must add up.
Usage: python benchmarks/_inspector_page.py [ROWS_PER_SECOND] [SECONDS] [SECONDS_CLOSED] [KERNEL_PYTHON]
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

ROOT = Path(__file__).parent.parent
TOKEN = "for-benchmarks-only"

SETUP = """
import asyncio, time
import asgi_nb
from asgi_nb.record.tap import Tap
from asgi_nb.service.portal import spawn

HEADERS = [(b"content-type", b"application/json"), (b"x-request-id", b"0123456789abcdef")]

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b'{"tea": "green"}'})

async def flood(rate, seconds):
    tapped, made, began = Tap(app, asgi_nb.traffic), 0, time.perf_counter()
    async def silent(message=None):
        return {"type": "http.request", "body": b"", "more_body": False}
    while (passed := time.perf_counter() - began) < seconds:
        # In small steps, so that the loop has time for others.
        while made < rate * passed:
            path = f"/at/{time.time():.4f}"
            scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
                     "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
                     "root_path": "", "headers": HEADERS, "client": ("::1", 1), "server": ("::1", 2)}
            await tapped(scope, silent, silent)
            made += 1
            if made % 50 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.001)

asgi_nb.inspect()
"""

# What the page notes of itself; installed before anything else runs.
PROBE = """
window.sent = new Set();
const parse = JSON.parse;
JSON.parse = (...given) => {
  const value = parse(...given);
  if (Array.isArray(value) && value[0]?.seq !== undefined) for (const row of value) sent.add(row.seq);
  return value;
};
window.list = () => {
  const hosts = [...document.querySelectorAll(".jp-OutputArea-output div")];
  return hosts.find((one) => one.shadowRoot?.querySelector(".inspector"))?.shadowRoot;
};
window.watch = (seconds) => new Promise((resolve) => {
  const frames = [], delays = [];
  const end = performance.now() + seconds * 1000;
  let last = performance.now();
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    let newest = 0;
    for (const row of list()?.querySelectorAll(".space > .row .path") ?? []) {
      const at = Number(row.textContent.split("/at/")[1]);
      if (at > newest) newest = at;
    }
    if (newest > 0) delays.push(Date.now() / 1000 - newest);
    if (now < end) requestAnimationFrame(frame);
    else resolve({ frames: frames.slice(1), delays });
  };
  requestAnimationFrame(frame);
});
"""


@dataclass(frozen=True)
class PageFigures:
    """What a flood was in the page."""

    offered: int
    """Rows that were made."""
    seconds: float
    """For how long."""
    arrived: int
    """Different rows that the page was sent."""
    missed: int
    """Rows that the widget says it missed."""
    fps: float
    longest_frame_ms: float
    delay_p50_ms: float
    """From a request's start to the frame that shows it, while they pour in."""
    delay_p95_ms: float
    settled: bool
    """Whether the newest row was in view within five seconds of the end."""
    heap_mb: float
    """The page's JavaScript heap at the end."""

    @property
    def unaccounted(self) -> int:
        """Rows that were neither sent nor said to be missed."""
        return self.offered - self.arrived - self.missed

    def __str__(self) -> str:
        return (
            f"{self.offered / self.seconds:,.0f} rows/s, {self.arrived:,} of {self.offered:,} arrived, "
            f"{self.missed:,} missed and counted, {self.unaccounted:,} unaccounted for; "
            f"{self.fps:.0f} fps, longest frame {self.longest_frame_ms:.0f} ms; "
            f"shown after {self.delay_p50_ms:.0f} ms (p50), {self.delay_p95_ms:.0f} ms (p95); "
            f"newest row {'in view' if self.settled else 'NOT in view'}; heap {self.heap_mb:.0f} MB"
        )


class Lab:
    """A JupyterLab page with one notebook."""

    def __init__(self, page: Any, processes: psutil.Process) -> None:
        self.page = page
        self.server = processes
        self.cells = 0

    def run(self, source: str, *, wait: bool = True) -> str:
        """Run a cell; give the text of its outputs."""
        index = self.cells
        self.cells += 1
        self.page.evaluate(
            """([index, source]) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                const cell = {cell_type: "code", source, metadata: {trusted: true}};
                notebook.model.sharedModel.insertCell(index, cell);
                notebook.activeCellIndex = index;
                notebook.deselectAll();
                void jupyterapp.commands.execute("notebook:run-cell");
            }""",
            [index, source],
        )
        return self.finish(index) if wait else ""

    def finish(self, index: int) -> str:
        """Wait for the end of a cell; give the text of its outputs."""
        self.page.wait_for_function(
            """(index) => {
                const model = jupyterapp.shell.currentWidget.content.widgets[index].model;
                return model.executionCount !== null && model.executionState !== "running";
            }""",
            arg=index,
        )
        outputs = self.page.evaluate(
            "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()", index
        )
        failed = [out for out in outputs if out["output_type"] == "error"]
        if failed:
            raise RuntimeError("\n".join(failed[0]["traceback"]))
        return "".join(out.get("text", "") for out in outputs)

    def memory_mb(self) -> float:
        """Resident memory of jupyter_server and of its kernels together."""
        processes = [self.server, *self.server.children(recursive=True)]
        return sum(process.memory_info().rss for process in processes) / 1e6

    def footer(self) -> str:
        """What the widget says of itself."""
        return str(self.page.evaluate("() => list().querySelector('.footer').textContent"))


@contextmanager
def open_lab(kernel_python: str | None = None) -> Iterator[Lab]:
    """Start JupyterLab with an empty notebook in Chromium; its kernel runs in `kernel_python`, or here."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        cells: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        cells["metadata"]["kernelspec"] = {"name": "bench", "display_name": "bench", "language": "python"}
        (home / "flood.ipynb").write_text(json.dumps(cells))
        spec = home / "data" / "kernels" / "bench"
        spec.mkdir(parents=True)
        argv = [kernel_python or sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(
            json.dumps(
                {
                    "argv": argv,
                    "display_name": "bench",
                    "language": "python",
                    "env": {"PYTHONPATH": str(ROOT)},
                }
            )
        )
        with socket.create_server(("127.0.0.1", 0)) as holder:
            port = int(holder.getsockname()[1])
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
        command += [
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={TOKEN}",
        ]
        command += [f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
        }
        environment = {
            **os.environ,
            "HOME": folder,
            **{key: str(home / name) for key, name in places.items()},
        }
        server = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{url}/api/status?token={TOKEN}")
            path = os.environ.get("CHROMIUM") or shutil.which("chromium")
            flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(60_000)
            page.add_init_script(PROBE)
            lab = Lab(page, psutil.Process(server.pid))
            open_notebook(lab, url)
            yield lab
            browser.close()
        finally:
            server.terminate()
            server.wait(20)


def open_notebook(lab: Lab, url: str) -> None:
    """Load JupyterLab, with the notebook and its kernel."""
    lab.page.goto(f"{url}/lab/tree/flood.ipynb?token={TOKEN}", wait_until="domcontentloaded")
    lab.page.wait_for_function("() => window.jupyterapp")
    lab.page.evaluate("async () => { await window.jupyterapp.restored }")
    lab.page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
    )


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)  # it is not listening yet
    raise RuntimeError("JupyterLab does not answer after 60 s")


def flood(lab: Lab, rate: int, seconds: float) -> PageFigures:
    """Make so many rows a second, and look at the page meanwhile."""
    before = int(lab.run("print(asgi_nb.traffic.counts()['last_seq'])"))
    lab.page.evaluate("() => sent.clear()")
    lab.run(f"flooding = spawn(flood, {rate}, {seconds})")
    seen = lab.page.evaluate("(seconds) => watch(seconds)", seconds)
    lab.run("flooding.result(60)")
    offered = int(lab.run("print(asgi_nb.traffic.counts()['last_seq'])")) - before
    newest = before + offered
    settled = True
    try:
        lab.page.wait_for_function(
            "(key) => list().querySelector(`.space > .row[data-key='${key}']`) !== null",
            arg=newest,
            timeout=5000,
        )
    except Exception as exc:
        if "Timeout" not in str(exc):
            raise
        settled = False
    # The newest rows come first: what the feed has yet to send is neither sent nor missed.
    lab.page.wait_for_function("() => !list().querySelector('.counts').textContent.includes(' to come')")
    frames, delays = seen["frames"], sorted(seen["delays"]) or [float("nan")]
    missed = lab.footer().partition(" missed")[0].rpartition("·")[2] if " missed" in lab.footer() else "0"
    heap = lab.page.evaluate("() => { window.gc?.(); return performance.memory.usedJSHeapSize }")
    return PageFigures(
        offered=offered,
        seconds=seconds,
        arrived=lab.page.evaluate("(first) => [...sent].filter((seq) => seq > first).length", before),
        missed=int("".join(digit for digit in missed if digit.isdigit())),
        fps=len(frames) / (sum(frames) / 1000),
        longest_frame_ms=max(frames),
        delay_p50_ms=statistics.median(delays) * 1000,
        delay_p95_ms=delays[int(len(delays) * 0.95)] * 1000,
        settled=settled,
        heap_mb=heap / 1e6,
    )


def answer_while_busy(lab: Lab, source: str, seconds: float) -> tuple[float, str]:
    """Open a row while a cell runs; give the seconds until its details came, and what the footer said."""
    index = lab.cells
    lab.run(source, wait=False)
    lab.page.wait_for_timeout(500)  # the cell is under way
    began = time.monotonic()
    # Each time another row: what was opened before is remembered.
    lab.page.evaluate(
        "(nth) => [...list().querySelectorAll('.main > .list [data-key]')].at(-nth).click()", index
    )
    said = ""
    while lab.page.evaluate("() => list().querySelector('.panel').textContent.startsWith('Asking')"):
        if time.monotonic() - began > seconds + 15:
            raise RuntimeError("the details never came")
        said = lab.footer() if "queued" in lab.footer() else said
        lab.page.wait_for_timeout(20)
    took = time.monotonic() - began
    lab.finish(index)
    return took, said


def closed_tab(lab: Lab, rate: int, seconds: float) -> tuple[float, float]:
    """Close the tab while rows pour in; give the memory of server and kernel before and after, in MB."""
    url = lab.page.url.partition("/lab")[0]
    lab.page.evaluate("async () => { await jupyterapp.shell.currentWidget.context.save() }")
    lab.run(f"flooding = spawn(flood, {rate}, {seconds + 3})")
    lab.page.wait_for_timeout(2000)  # the flood is under way, and the store full
    before = lab.memory_mb()
    lab.page.goto("about:blank")
    lab.page.wait_for_timeout(seconds * 1000)
    after = lab.memory_mb()
    open_notebook(lab, url)
    lab.page.wait_for_function("() => list()?.querySelector('.space > .row') != null")
    return before, after


def main(rate: int, seconds: float, closed: float, kernel_python: str | None) -> None:
    """Print one line for each question."""
    with open_lab(kernel_python) as lab:
        lab.run(SETUP)
        lab.page.wait_for_function("() => list() != null")
        print("ipykernel", lab.run("import ipykernel; print(ipykernel.__version__)").strip())
        for offered in (rate // 10, rate):
            print(f"{offered:>6} rows/s for {seconds:g} s:", flood(lab, offered, seconds))
        for name, source in {
            "sleep": "time.sleep(3)",
            "busy loop": "end = time.time() + 3\nwhile time.time() < end: pass",
            "await": "await asyncio.sleep(3)",
        }.items():
            took, said = answer_while_busy(lab, source, 3)
            print(
                f"details while a cell runs ({name}): after {took * 1000:.0f} ms; {said or 'nothing queued'}"
            )
        before, after = closed_tab(lab, rate // 5, closed)
        print(
            f"tab closed for {closed:g} s at {rate // 5} rows/s: "
            f"server and kernel {before:.0f} -> {after:.0f} MB"
        )
        print("back in the page:", lab.footer())


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 10_000,
        float(given[1]) if len(given) > 1 else 10.0,
        float(given[2]) if len(given) > 2 else 60.0,
        given[3] if len(given) > 3 else None,
    )
