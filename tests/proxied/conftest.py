"""Real Jupyter servers below a path, with a kernel that serves: one alone, and one in a JupyterHub."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jupyter_client.blocking.client import BlockingKernelClient

HERE = Path(__file__).parent
TOKEN = "for-tests-only"
# As the hub makes them.
HUB_TOKEN = "0123456789abcdef0123456789abcdef"
BASE = "/user/ada/"

APP = (HERE / "app.txt").read_text()

HUB_CONFIG = """
c = get_config()
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_bind_url = {hub_url!r}
c.JupyterHub.db_url = "sqlite:///{home}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{home}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.SimpleLocalProcessSpawner.home_dir_template = "{home}/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {environment!r}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = {proxy_url!r}
c.ConfigurableHTTPProxy.pid_file = "{home}/proxy.pid"
c.JupyterHub.services = [{{"name": "tests", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{
        "name": "tests",
        "services": ["tests"],
        "scopes": ["admin:users", "admin:servers", "access:servers"],
    }}
]
"""


@dataclass
class Place:
    """A running server, and how it is reached."""

    jupyter: str
    """The address of the Jupyter server, without a slash at the end."""
    token: str
    """What lets a client of its API in."""
    client: BlockingKernelClient
    """Talks to the kernel."""
    log_in: Callable[[httpx2.Client], None]
    """Let a browser in, as a person at a login page does."""
    port: int = 0
    """The port of the kernel's server."""
    url: str = ""
    """What the service says that the browser opens."""

    @property
    def proxied(self) -> str:
        """The address through the proxy, with a slash at the end."""
        return f"{self.jupyter}{self.root_path}/"

    @property
    def root_path(self) -> str:
        """The path of that address."""
        return f"{BASE}proxy/{self.port}"

    @property
    def login(self) -> dict[str, str]:
        """The header that lets a client of its API in."""
        return {"authorization": f"token {self.token}"}

    def run(self, code: str) -> str:
        """Run a cell; returns what it printed."""
        printed: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            printed.append(message["content"].get("text", ""))

        reply = self.client.execute_interactive(code, output_hook=listen, timeout=60, allow_stdin=False)
        assert reply["content"]["status"] == "ok", reply["content"].get("traceback")
        return "".join(printed)


@pytest.fixture(scope="module", params=["jupyter-server", "jupyterhub"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> Iterator[Place]:
    """A Jupyter server below a path, and a kernel of it that serves APP."""
    home = tmp_path_factory.mktemp("jupyter")
    start = {"jupyter-server": jupyter_server, "jupyterhub": jupyterhub}[request.param]
    with start(home, free_port) as running:
        running.port, running.url = json.loads(running.run(APP))
        yield running
        running.client.stop_channels()


@pytest.fixture
def browser(place: Place) -> Iterator[httpx2.Client]:
    """A client with Jupyter's login cookie, as a browser has it."""
    with httpx2.Client(base_url=place.proxied, timeout=20) as client:
        place.log_in(client)
        yield client


@contextmanager
def jupyter_server(home: Path, free_port: Callable[[], int]) -> Iterator[Place]:
    """A Jupyter server below a path, as a hub starts it."""
    port = free_port()
    jupyter = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        f"--ServerApp.root_dir={home}",
        # As behind a hub, where any Host arrives.
        "--ServerApp.allow_remote_access=True",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'jupyter_server_proxy': True}",
    ]

    def log_in(client: httpx2.Client) -> None:
        logged_in = client.get(f"{jupyter}{BASE}api/status", params={"token": TOKEN})
        assert logged_in.status_code == 200
        client.get(f"{jupyter}{BASE}tree", params={"token": TOKEN})
        assert any(name.startswith("username-") for name in client.cookies)

    with running(command, own_folders(home), home / "server.log") as process:
        wait_for(
            f"{jupyter}{BASE}api/status", {"authorization": f"token {TOKEN}"}, process, home / "server.log"
        )
        yield Place(jupyter, TOKEN, start_kernel(jupyter, TOKEN, home), log_in)


@contextmanager
def jupyterhub(home: Path, free_port: Callable[[], int]) -> Iterator[Place]:
    """A JupyterHub with configurable-http-proxy, and in it a server of the user ada."""
    proxy = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
    if not proxy.exists():
        pytest.fail(f"{proxy} is missing: run scripts/test, or npm ci in {HERE}")
    jupyter = f"http://127.0.0.1:{free_port()}"
    config = home / "jupyterhub_config.py"
    config.write_text(
        HUB_CONFIG.format(
            url=jupyter,
            hub_url=f"http://127.0.0.1:{free_port()}",
            proxy_url=f"http://127.0.0.1:{free_port()}",
            home=home,
            environment=own_folders(home),
            proxy=str(proxy),
            python=sys.executable,
            token=HUB_TOKEN,
        )
    )
    login = {"authorization": f"token {HUB_TOKEN}"}

    def log_in(client: httpx2.Client) -> None:
        page = client.get(f"{jupyter}/hub/login")
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert xsrf is not None
        form = {"username": "ada", "password": "any", "_xsrf": xsrf[1]}
        client.post(f"{jupyter}/hub/login?_xsrf={xsrf[1]}", data=form, follow_redirects=True)
        client.get(f"{jupyter}{BASE}api/contents", follow_redirects=True)
        client.get(f"{jupyter}{BASE}tree", follow_redirects=True)
        assert any(name.startswith("jupyterhub-user-") for name in client.cookies), list(client.cookies)

    log = home / "hub.log"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    environment = {**os.environ, "JUPYTERHUB_CRYPT_KEY": "0" * 64}
    with running(command, environment, log) as process:
        wait_for(f"{jupyter}/hub/api/", login, process, log)
        proxy_group = int((home / "proxy.pid").read_text().split()[0])
        httpx2.post(f"{jupyter}/hub/api/users/ada", headers=login, timeout=30).raise_for_status()
        httpx2.post(f"{jupyter}/hub/api/users/ada/server", headers=login, timeout=60).raise_for_status()
        wait_for(f"{jupyter}{BASE}api/status", login, process, log)
        yield Place(jupyter, HUB_TOKEN, start_kernel(jupyter, HUB_TOKEN, home), log_in)
        httpx2.delete(f"{jupyter}/hub/api/users/ada/server", headers=login, timeout=30)
    # The hub ends the proxy it has started; a Node from a Python package is that one's child, and would stay.
    with suppress(ProcessLookupError):
        os.killpg(proxy_group, signal.SIGTERM)


def own_folders(home: Path) -> dict[str, str]:
    """An environment in which Jupyter keeps everything below `home`."""
    return {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=log.parent)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def start_kernel(jupyter: str, token: str, home: Path) -> BlockingKernelClient:
    """Ask the Jupyter server for a kernel, and talk to it."""
    login = {"authorization": f"token {token}"}
    created = httpx2.post(f"{jupyter}{BASE}api/kernels", headers=login, json={}, timeout=60)
    assert created.status_code == 201, created.text
    client = BlockingKernelClient()
    client.load_connection_file(str(home / "runtime" / f"kernel-{created.json()['id']}.json"))
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def wait_for(url: str, headers: dict[str, str], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"{process.args} ended with {process.returncode}:\n{log.read_text()}")
        try:
            if httpx2.get(url, headers=headers, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)  # it is not ready yet; poll
    pytest.fail(f"{url} does not answer after 60 s:\n{log.read_text()}")
