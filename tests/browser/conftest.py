"""A real JupyterLab in a real Chromium, one of each for all tests of the run."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent.parent
TOKEN = "for-tests-only"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[str]:
    """The address of a JupyterLab that serves a copy of notebooks/, with settings of its own."""
    home = tmp_path_factory.mktemp("home")
    root = home / "root"
    shutil.copytree(ROOT / "notebooks", root)
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    port = free_port()
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
        # A kernel's TCP ports are chosen long before it binds them, and other tests bind ports meanwhile.
        "--KernelManager.transport=ipc",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    log = home / "lab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for_server(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"JupyterLab ended with {process.returncode}:\n{log.read_text()}")
        try:
            if httpx2.get(f"{url}/api/status?token={TOKEN}", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)  # it is not listening yet; poll
    pytest.fail(f"JupyterLab does not answer after 60 s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def lab_page(lab: str, chromium: Browser) -> Iterator[Page]:
    """JupyterLab, loaded. One page for all tests: a fresh one costs ten seconds each."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    page.goto(f"{lab}/lab?token={TOKEN}&reset", wait_until="domcontentloaded")
    page.wait_for_function("() => window.jupyterapp")
    page.evaluate("async () => { await window.jupyterapp.restored }")
    yield page
    page.close()


class Notebook:
    """An open notebook in JupyterLab, worked as a person would."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        page.evaluate(
            """async (path) => {
                const open = {path, factory: "Notebook"};
                const panel = await jupyterapp.commands.execute("docmanager:open", open);
                await panel.context.ready;
                await panel.context.sessionContext.ready;
            }""",
            path,
        )
        page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status === 'idle'"
        )

    def index(self, cell: str) -> int:
        """The position of the cell with this id."""
        found = self.page.evaluate(
            "(id) => jupyterapp.shell.currentWidget.content.widgets.findIndex((w) => w.model.id === id)",
            cell,
        )
        assert found >= 0, f"no cell {cell!r}"
        return int(found)

    def start(self, cell: str) -> int:
        """Run a cell as Ctrl+Enter does, without waiting."""
        index = self.index(cell)
        self.page.evaluate(
            """(i) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = i;
                notebook.deselectAll();
                notebook.widgets[i].model.executionCount = null;
                void jupyterapp.commands.execute("notebook:run-cell");
            }""",
            index,
        )
        return index

    def run(self, cell: str) -> list[dict[str, Any]]:
        """Run a cell to its end and return its outputs."""
        index = self.start(cell)
        self.page.wait_for_function(
            """(i) => {
                const model = jupyterapp.shell.currentWidget.content.widgets[i].model;
                return model.executionCount !== null && model.executionState !== "running";
            }""",
            arg=index,
        )
        outputs: list[dict[str, Any]] = self.page.evaluate(
            "(i) => jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()", index
        )
        return outputs

    def add(self, cell: str, source: str) -> None:
        """Append a code cell with an id of our choosing."""
        self.page.evaluate(
            """([id, source]) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.model.sharedModel.insertCell(notebook.widgets.length,
                    {cell_type: "code", id, source, metadata: {trusted: true}});
            }""",
            [cell, source],
        )

    def scroll_to(self, cell: str, edge: str = "start") -> None:
        """Bring a cell to the "start" or the "end" of what is in view."""
        self.page.evaluate(
            "([i, edge]) => jupyterapp.shell.currentWidget.content.scrollToItem(i, edge)",
            [self.index(cell), edge],
        )

    def cell(self, cell: str) -> Any:
        """The cell on the page, in view, as a locator."""
        self.scroll_to(cell)
        cells = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")
        return cells.nth(self.index(cell))

    def save(self) -> None:
        """Save as Ctrl+S does."""
        self.page.evaluate("async () => { await jupyterapp.shell.currentWidget.context.save() }")

    def restart(self) -> None:
        """Restart the kernel, as the person who confirms the question does."""
        self.page.evaluate(
            """async () => {
                const context = jupyterapp.shell.currentWidget.context.sessionContext;
                await context.restartKernel();
            }"""
        )

    def close(self) -> None:
        """End the kernel and close the tab without saving."""
        self.page.evaluate(
            """async () => {
                const panel = jupyterapp.shell.currentWidget;
                await panel.context.sessionContext.shutdown();
                await panel.context.revert();
                panel.dispose();
            }"""
        )


@pytest.fixture
def first_notebook(lab_page: Page) -> Iterator[Notebook]:
    """The first lesson, open, with a kernel."""
    notebook = Notebook(lab_page, "00_first_app.ipynb")
    yield notebook
    notebook.close()


@pytest.fixture
def second_lesson(lab_page: Page) -> Iterator[Notebook]:
    """The lesson that asks and repeats traffic, open, with a kernel."""
    notebook = Notebook(lab_page, "02_watch_and_repeat.ipynb")
    yield notebook
    notebook.close()
