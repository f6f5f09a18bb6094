"""A real kernel, driven over the Jupyter protocol as a front end would."""

import ast
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

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

    def __init__(self, python: Path) -> None:
        self.manager = KernelManager(kernel_name="under-test")
        # An interpreter of our choosing instead of an installed kernel spec.
        self.manager._kernel_spec = KernelSpec(
            argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="under test",
            language="python",
        )
        self.manager.start_kernel(cwd=str(ROOT))
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

    def close(self) -> float:
        """Ask the kernel to exit as a front end does; returns the seconds until its process had gone."""
        began = time.monotonic()
        self.client.shutdown()
        process = self.manager.provisioner.process  # type: ignore[union-attr]
        process.wait(timeout=15)
        self.client.stop_channels()
        self.manager.cleanup_resources()
        return time.monotonic() - began


def started(name: str) -> Kernel:
    """A kernel of the named interpreter with the extension loaded."""
    python = INTERPRETERS[name]
    if not python.exists():
        pytest.fail(f"no interpreter at {python}; scripts/test makes it")
    kernel = Kernel(python)
    kernel.ok("%load_ext asgi_nb\nimport asgi_nb", timeout=60)
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
