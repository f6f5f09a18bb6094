"""A real kernel, driven over the Jupyter protocol as a front end would."""

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import urlsplit

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parent.parent.parent

# Name -> interpreter. scripts/test makes the second one.
INTERPRETERS = {
    "ipykernel-newest": Path(sys.executable),
    "ipykernel-6.30": ROOT / ".venv-ipykernel-6.30" / "bin" / "python",
}

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Run:
    """What one execution of a cell brought."""

    stdout: str = ""
    stderr: str = ""
    bundles: list[dict[str, Any]] = field(default_factory=list)
    """MIME bundles of results and displays, in order."""
    error: str | None = None
    """The traceback as the front end shows it, without colours."""

    @property
    def text(self) -> str:
        """The text/plain of all results and displays."""
        return "\n".join(str(bundle.get("text/plain", "")) for bundle in self.bundles)

    @property
    def html(self) -> str:
        """The text/html of all results and displays."""
        return "\n".join(str(bundle.get("text/html", "")) for bundle in self.bundles)


class Kernel:
    """A running kernel and the one client that talks to it."""

    def __init__(self, python: Path, notebook: str | None = None) -> None:
        self.manager = KernelManager(kernel_name="under-test")
        # An interpreter of our choosing instead of an installed kernel spec.
        self.manager._kernel_spec = KernelSpec(
            argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="under test",
            language="python",
        )
        # A Jupyter server tells a kernel the path of its notebook.
        named = {} if notebook is None else {"JPY_SESSION_NAME": notebook}
        self.manager.start_kernel(cwd=str(ROOT), env={**os.environ, **named})
        self._connect()

    def _connect(self) -> None:
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def start(self, source: str, cell: str | None = None) -> str:
        """Send a cell without waiting for it; returns the id of the request."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        metadata = {"cellId": cell} if cell else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, request: str, timeout: float = 15.0) -> Run:
        """Wait until the kernel is done with a request, and collect what belongs to it."""
        run = Run()
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise TimeoutError(f"the cell did not end within {timeout} s; so far: {run}") from None
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream" if content["name"] == "stdout":
                    run.stdout += content["text"]
                case "stream":
                    run.stderr += content["text"]
                case "execute_result" | "display_data":
                    run.bundles.append(content["data"])
                case "error":
                    run.error = ANSI.sub("", "\n".join(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    return run

    def run(self, source: str, cell: str | None = None, timeout: float = 15.0) -> Run:
        """Run a cell to its end. `cell` is the id that a notebook front end would send with it."""
        return self.finish(self.start(source, cell), timeout)

    def ok(self, source: str, cell: str | None = None, timeout: float = 15.0) -> Run:
        """Run a cell that must succeed."""
        run = self.run(source, cell, timeout)
        assert run.error is None, run.error
        return run

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the kernel; its repr is read back as a literal."""
        return ast.literal_eval(self.ok(f"print(repr({expression}))").stdout)

    def restart(self, *, kill: bool = False) -> None:
        """Restart the kernel as a front end does: ask it to end, or kill it, and start another."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=kill)
        self._connect()

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(self.manager.provisioner.process.pid)  # type: ignore[union-attr]

    def close(self) -> float:
        """Ask the kernel to exit as a front end does; returns the seconds until its process had gone."""
        began = time.monotonic()
        self.client.shutdown()
        process = self.manager.provisioner.process  # type: ignore[union-attr]
        process.wait(timeout=15)
        self.client.stop_channels()
        self.manager.cleanup_resources()
        return time.monotonic() - began


def started(name: str, notebook: str | None = None) -> Kernel:
    """A kernel of the named interpreter with the extension loaded."""
    python = INTERPRETERS[name]
    if not python.exists():
        pytest.fail(f"no interpreter at {python}; scripts/test makes it")
    kernel = Kernel(python, notebook)
    try:
        kernel.ok("%load_ext asgi_nb\nimport asgi_nb", timeout=60)
    except BaseException:
        kernel.close()
        raise
    return kernel


@pytest.fixture(scope="module", params=INTERPRETERS)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """One kernel for all tests of a file."""
    running = started(request.param)
    yield running
    running.close()


@pytest.fixture(params=INTERPRETERS)
def fresh_kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """A kernel of the test's own, which the test may end."""
    running = started(request.param)
    yield running
    if running.manager.is_alive():
        running.close()


@pytest.fixture
def url(kernel: Kernel) -> str:
    """The address of the kernel's server, which is started when it is not running; it ends in a slash."""
    return str(kernel.value("asgi_nb.serve().local_url"))


@pytest.fixture
def second_kernel(kernel: Kernel, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """A kernel beside `kernel`, of the same kind."""
    running = started(request.node.callspec.params["kernel"])
    yield running
    if running.manager.is_alive():
        running.close()


@pytest.fixture
def tea_kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """The kernel of a notebook named tea.ipynb."""
    running = started("ipykernel-newest", "/home/ada/lessons/tea.ipynb")
    yield running
    running.close()


# Threads of a process of its own, so that the tests' GIL does not slow the load down.
LOAD = """
import http.client, json, sys, threading, time
host, path = sys.argv[1:3]
port, connections, count = map(int, sys.argv[3:])
over = threading.Event()
answers = [[] for _ in range(connections)]

def ask(found):
    connection = http.client.HTTPConnection(host, port, timeout=20)
    while not over.is_set() and (count == 0 or len(found) < count // connections):
        began = time.perf_counter()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            answer = [response.status, response.read().decode()]
        except OSError as exc:
            answer = [0, repr(exc)]
        found.append([*answer, time.perf_counter() - began])

threads = [threading.Thread(target=ask, args=(found,)) for found in answers]
for thread in threads:
    thread.start()
while not any(answers):
    time.sleep(0.001)
print("going", flush=True)
if count == 0:
    sys.stdin.read()
    over.set()
for thread in threads:
    thread.join()
print(json.dumps(answers))
"""


class Load:
    """
    Requests from another process, one after another on each of several connections.

    Args:
        url: The server's address.
        path: What is asked for.
        connections: How many.
        count: Requests in all; 0 goes on until `answers` is asked for.
    """

    def __init__(self, url: str, path: str, connections: int = 4, count: int = 0) -> None:
        parts = urlsplit(url)
        command = [sys.executable, "-c", LOAD, str(parts.hostname), path, str(parts.port)]
        self._process = subprocess.Popen(
            [*command, str(connections), str(count)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "going\n"

    def answers(self, timeout: float = 30.0) -> list[list[tuple[int, str, float]]]:
        """End it; per connection, (status, body, seconds) of each request in order. Status 0 is a failure."""
        said, _ = self._process.communicate(timeout=timeout)
        return [[(status, body, took) for status, body, took in one] for one in json.loads(said)]


@pytest.fixture
def load() -> Iterator[type[Load]]:
    """The class of requests from another process; what a test leaves is ended."""
    loads: list[Load] = []

    class Noted(Load):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            loads.append(self)

    yield Noted
    for left in loads:
        if left._process.poll() is None:
            left._process.kill()
            left._process.communicate()
