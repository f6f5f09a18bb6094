"""Fixtures that every kind of test may use."""

import atexit
import os
import random
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time, in the time that a busy machine takes.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# A shell starts what runs in the background deaf to interrupts, and some tests send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Without these Chromium looks things up on the network as it starts.
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    """The event loop a test runs on: each async test of the toolkit runs on both."""
    return request.param


# Below what Linux and macOS hand to whoever asks for any port, Windows too.
PORTS = range(20000, 32000)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """
    A function that gives a port which nothing listens at.

    While a server starts, the system hands out its own choice of ports to others.
    """

    def free_port() -> int:
        while True:
            port = random.choice(PORTS)
            try:
                with socket.create_server(("127.0.0.1", port)):
                    return port
            except OSError:
                continue

    return free_port


@pytest.fixture
def bare_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """IPython's shell, of which there is one per process: without the extension, and without history."""
    from IPython.core.interactiveshell import InteractiveShell  # only the tests of magics pay for it
    from traitlets.config import Config

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    # The file would be written at exit, when its folder has gone.
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    yield shell
    InteractiveShell.clear_instance()
    # Else each shell of the run is kept until its end, and collects the garbage of the whole run there.
    atexit.unregister(shell.atexit_operations)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """
    A headless Chromium: the one that CHROMIUM names, else one on the PATH, else Playwright's.

    One per run: a second Playwright does not start beside the first in the same thread.
    """
    from playwright.sync_api import expect, sync_playwright  # only the browser tests pay for it

    # An end for what never comes; other tests run beside these.
    expect.set_options(timeout=20_000)
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        yield browser
        browser.close()
