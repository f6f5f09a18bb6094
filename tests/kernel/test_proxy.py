"""A kernel of a real Jupyter server, asked through its jupyter-server-proxy below a path."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]

TOKEN = "for-tests-only"
BASE = "/user/ada/"

APP = """
import asyncio, json
import asgi_nb
from asgi_nb.web.responses import HTMLResponse, JSONResponse, PlainTextResponse
from asgi_nb.web.responses import RedirectResponse, StreamingResponse

app = asgi_nb.app

@app.get("/items/{id:int}", name="item")
async def item(request):
    return {"item": request.path_params["id"], "path": request.url.path,
            "root_path": request.scope["root_path"]}

@app.get("/url-for")
async def url_for(request):
    return PlainTextResponse(str(request.url_for("item", id=3)))

@app.get("/go-plain")
async def go_plain(request):
    return RedirectResponse("/items/3")

@app.get("/go-by-path")
async def go_by_path(request):
    return RedirectResponse(request.url_for("item", id=3).path)

@app.get("/go-by-url")
async def go_by_url(request):
    return RedirectResponse(request.url_for("item", id=3))

@app.get("/go-relative")
async def go_relative(request):
    return RedirectResponse("items/3")

@app.get("/slash/")
async def slash(request):
    return PlainTextResponse("slashed")

@app.get("/cookie")
async def cookie(request):
    response = PlainTextResponse("set")
    response.set_cookie("flavour", "tea")
    response.set_cookie("_xsrf", "overwritten")
    return response

@app.get("/docs")
async def docs(request):
    return HTMLResponse('<a href="items/3">relative</a>'
                        f'<script src="{request.scope["root_path"]}/items/4"></script>')

@app.get("/events")
async def events(request):
    async def ticks():
        yield "data: first\\n\\n"
        await go_on.wait()
        yield "data: second\\n\\n"
    return StreamingResponse(ticks(), media_type="text/event-stream")

go_on = asyncio.Event()

@app.get("/go-on")
async def let_go_on(request):
    go_on.set()
    return PlainTextResponse("on")

@app.route("/seen", methods=["GET", "POST"])
async def seen(request):
    return JSONResponse({"headers": request.headers.items(), "query": str(request.query_params),
                         "body": len(await request.body()), "cookies": request.cookies})

@app.websocket("/talk")
async def talk(websocket):
    await websocket.accept()
    await websocket.send_json({"root_path": websocket.scope["root_path"], "path": websocket.url.path,
                               "headers": websocket.headers.items(), "query": str(websocket.query_params)})
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()

service = asgi_nb.serve()
print(json.dumps([service.port, service.url]))
"""


@dataclass
class Place:
    """A running server, and how it is reached."""

    jupyter: str
    """The address of the Jupyter server, without a slash at the end."""
    port: int
    """The port of the kernel's server."""
    url: str
    """What the service says that the browser opens."""
    client: BlockingKernelClient
    """Talks to the kernel."""

    @property
    def proxied(self) -> str:
        """The address through the proxy, with a slash at the end."""
        return f"{self.jupyter}{self.root_path}/"

    @property
    def root_path(self) -> str:
        """The path of that address."""
        return f"{BASE}proxy/{self.port}"

    def run(self, code: str) -> str:
        """Run a cell; returns what it printed."""
        printed: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            printed.append(message["content"].get("text", ""))

        reply = self.client.execute_interactive(code, output_hook=listen, timeout=60, allow_stdin=False)
        assert reply["content"]["status"] == "ok", reply["content"].get("traceback")
        return "".join(printed)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A Jupyter server below a path, and a kernel of it that serves APP."""
    home = tmp_path_factory.mktemp("jupyter")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
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
        "jupyter_server",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        f"--ServerApp.root_dir={home}",
        # As behind a hub, where any Host arrives.
        "--ServerApp.allow_remote_access=True",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'jupyter_server_proxy': True}",
    ]
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    jupyter = f"http://127.0.0.1:{port}"
    login = {"authorization": f"token {TOKEN}"}
    try:
        wait_for_server(f"{jupyter}{BASE}api/status", login, process, log)
        created = httpx2.post(f"{jupyter}{BASE}api/kernels", headers=login, json={}, timeout=60)
        assert created.status_code == 201, created.text
        client = BlockingKernelClient()
        client.load_connection_file(str(home / "runtime" / f"kernel-{created.json()['id']}.json"))
        client.start_channels()
        client.wait_for_ready(timeout=60)
        running = Place(jupyter, 0, "", client)
        running.port, running.url = json.loads(running.run(APP))
        yield running
        client.stop_channels()
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for_server(url: str, headers: dict[str, str], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the Jupyter server ended with {process.returncode}:\n{log.read_text()}")
        try:
            if httpx2.get(url, headers=headers, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)  # it is not listening yet; poll
    pytest.fail(f"the Jupyter server does not answer after 60 s:\n{log.read_text()}")


@pytest.fixture
def browser(place: Place) -> Iterator[httpx2.Client]:
    """A client with Jupyter's login cookie, as a browser has it."""
    with httpx2.Client(base_url=place.proxied, timeout=20) as client:
        logged_in = client.get(f"{place.jupyter}{BASE}api/status", params={"token": TOKEN})
        assert logged_in.status_code == 200
        client.get(f"{place.jupyter}{BASE}tree", params={"token": TOKEN})
        assert any(name.startswith("username-") for name in client.cookies)
        yield client


def test_the_service_knows_its_address_below_the_proxy(place):
    assert place.url == f"{place.root_path}/"


def test_the_app_sees_its_root_path_and_builds_links_that_lead_back(place, browser):
    seen = browser.get("items/3").json()

    assert seen == {"item": 3, "root_path": place.root_path, "path": f"{place.root_path}/items/3"}
    assert browser.get("url-for").text == f"{place.proxied}items/3"


@pytest.mark.parametrize("path", ["go-plain", "go-by-path", "go-by-url", "go-relative"])
def test_every_way_to_redirect_stays_below_the_proxy(browser, place, path):
    sent = browser.get(path)

    assert sent.status_code == 307
    target = urljoin(str(sent.url), sent.headers["location"])
    assert target == f"{place.proxied}items/3"
    assert browser.get(target).json()["item"] == 3


def test_a_slash_redirect_stays_below_the_proxy(browser, place):
    answer = browser.get("slash", follow_redirects=True)

    assert answer.text == "slashed"
    assert str(answer.url) == f"{place.proxied}slash/"


def test_a_cookie_of_the_app_stays_below_the_proxy(browser, place):
    sent = browser.get("cookie").headers.get_list("set-cookie")

    assert sent[0] == f"flavour=tea; Path={place.root_path}/; SameSite=lax"
    assert all(f"Path={place.root_path}/;" in cookie for cookie in sent)
    assert browser.get("seen").json()["cookies"] == {"flavour": "tea"}


def test_a_page_with_relative_links_and_with_the_root_path_works(browser, place):
    page = browser.get("docs")

    for link in page.text.split('"')[1::2]:
        assert browser.get(urljoin(str(page.url), link)).status_code == 200


def test_server_sent_events_come_one_by_one(browser):
    with browser.stream("GET", "events", headers={"accept": "text/event-stream"}) as stream:
        chunks = stream.iter_text()
        assert next(chunks) == "data: first\n\n"

        browser.get("go-on")

        assert "".join(chunks) == "data: second\n\n"


def open_websocket(place: Place, browser: httpx2.Client, origin: str) -> Any:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return connect(
        f"{place.proxied.replace('http', 'ws', 1)}talk?q=tea&token={TOKEN}",
        origin=origin,
        additional_headers={"Cookie": f"own=kept; {cookies}"},
    )


def test_a_websocket_gets_its_root_path_though_the_proxy_does_not_tell(place, browser):
    with open_websocket(place, browser, place.jupyter) as websocket:
        seen = json.loads(websocket.recv(timeout=10))
        websocket.send("tea")
        assert websocket.recv(timeout=10) == "tea"

    assert seen["root_path"] == place.root_path
    assert seen["path"] == f"{place.root_path}/talk"
    assert seen["query"] == "q=tea"
    cookies = [value for name, value in seen["headers"] if name == "cookie"]
    assert cookies == ["own=kept"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_login_is_neither_seen_by_the_app_nor_recorded(place, browser, method):
    place.run("asgi_nb.traffic.clear()")
    login = [value for name, value in browser.cookies.items() if name.startswith(("username-", "_xsrf"))]
    assert login

    answer = browser.request(
        method,
        "seen",
        params={"token": TOKEN, "q": "tea"},
        headers={
            "authorization": f"token {TOKEN}",
            "x-xsrftoken": "one",
            "referer": f"{place.jupyter}/lab?token={TOKEN}",
        },
    )

    assert answer.json()["query"] == "q=tea"
    recorded = place.run(
        "[exchange] = asgi_nb.traffic\nprint(exchange.request.headers, exchange.request.query_string)"
    )
    for secret in (TOKEN, *login):
        assert secret not in answer.text
        assert secret not in recorded


def test_the_apps_own_credentials_pass(browser):
    answer = browser.get("seen", headers={"authorization": "Bearer own"}, params={"token": "own"}).json()

    assert ["authorization", "Bearer own"] in answer["headers"]
    assert answer["query"] == "token=own"


def test_the_recorded_path_is_the_apps_own(place, browser):
    place.run("asgi_nb.traffic.clear()")
    browser.get("items/7")

    said = place.run("e = asgi_nb.traffic[-1]; print(e.request.path, e.route_path, e.root_path)")

    assert said.split() == ["/items/7", "/items/{id:int}", place.root_path]


def test_a_name_that_the_kernel_was_never_told_is_proven_by_the_connection_alone(place):
    login = {"authorization": f"token {TOKEN}"}
    direct = f"http://127.0.0.1:{place.port}/items/3"
    forged = {"host": "hub.example", "x-forwarded-prefix": place.root_path, **login}

    assert httpx2.get(direct, headers=forged).status_code == 421
    # Who was not proven is not looked at again for a second, and the proxy's visitor has another name.
    answer = httpx2.get(f"{place.proxied}items/3", headers={"host": "other.example", **login})
    assert answer.status_code == 200
    assert answer.json()["root_path"] == place.root_path
    assert httpx2.get(direct, headers={"host": "evil.example"}).status_code == 421
    assert json.loads(place.run("print(json.dumps(service.refused))")) == {"host": 2}


def test_a_strange_page_talks_to_no_websocket_with_the_persons_login(place, browser):
    # Jupyter itself does not look at the origin where there is a token; its proxy accepts before it asks us.
    with open_websocket(place, browser, "http://evil.example") as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv(timeout=10)

    assert json.loads(place.run("print(service.refused['origin'])")) == 1


def test_a_large_body_passes_through_the_proxy(browser):
    assert browser.post("seen", content=b"x" * (30 << 20)).json()["body"] == 30 << 20


def test_many_at_once_through_the_proxy(place, browser):
    async def ask() -> list[int]:
        async with httpx2.AsyncClient(
            base_url=place.proxied, headers={"authorization": f"token {TOKEN}"}, timeout=60
        ) as client:
            answers = await asyncio.gather(*(client.get(f"items/{n}") for n in range(40)))
        return [answer.json()["item"] for answer in answers]

    assert asyncio.run(ask()) == list(range(40))
