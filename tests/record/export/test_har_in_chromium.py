"""Chrome's own DevTools import an archive of ours: rows, headers, bodies and WebSocket messages."""

import json
import os
import shutil
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FRONT_END = "http://127.0.0.1:{}/devtools/devtools_app.html"


@pytest.fixture
def archive(make_exchange, play, make_scope, tmp_path):
    """A file with a JSON answer, one that is missing, and a WebSocket."""
    headers = [(b"content-type", b"application/json"), (b"x-tea", b"green")]
    json_answer = make_exchange(body=b'{"name": "oolong"}', headers=headers, path="/items/3", raw_path=b"")
    missing = make_exchange(404, b"no such tea", path="/nothing", raw_path=b"", query_string=b"token=abc")
    socket = play(
        ("receive", {"type": "websocket.connect"}),
        ("send", {"type": "websocket.accept"}),
        ("receive", {"type": "websocket.receive", "text": "hello"}),
        ("send", {"type": "websocket.send", "text": "echo hello"}),
        scope=make_scope("websocket", path="/chat", raw_path=b""),
    )
    entries = [one.to_har()["log"]["entries"][0] for one in (json_answer, missing, socket)]
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps(socket.to_har() | {"log": socket.to_har()["log"] | {"entries": entries}}))
    return path


@pytest.fixture
def devtools(chromium, free_port):
    """The Network panel of the DevTools of an empty page, in a Chromium of its own that serves them."""
    port = free_port()
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    browser = chromium.browser_type.launch(
        executable_path=path, args=["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"]
    )
    try:
        browser.new_page()
        try:
            urlopen(FRONT_END.format(port)).close()
        except HTTPError:
            pytest.skip("this Chromium serves no DevTools")
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            targets = json.load(answer)
        target = next(one for one in targets if one["type"] == "page" and one["url"] == "about:blank")
        socket = target["webSocketDebuggerUrl"].removeprefix("ws://")
        page = browser.new_page(viewport={"width": 1400, "height": 800})
        page.goto(f"{FRONT_END.format(port)}?ws={socket}&panel=network")
        yield page
    finally:
        browser.close()


def test_chromes_devtools_import_rows_headers_bodies_and_messages(devtools, archive):
    importing = devtools.locator("button[aria-label^='Import HAR']")
    importing.wait_for()
    with devtools.expect_file_chooser() as chooser:
        importing.click()
    chooser.value.set_files(archive)

    rows = devtools.locator("tr.data-grid-data-grid-node")
    expect(rows.filter(has_text="nothing?token=***")).to_contain_text("404")
    expect(rows.filter(has_text="chat")).to_contain_text("websocket")

    rows.filter(has_text="3").filter(has_text="200").locator("td").first.click()
    expect(devtools.get_by_text("green", exact=True)).to_be_visible()
    devtools.get_by_role("tab", name="Response").click()
    expect(devtools.get_by_text("oolong")).to_be_visible()

    rows.filter(has_text="chat").locator("td").first.click()
    devtools.get_by_role("tab", name="Messages").click()
    expect(devtools.get_by_text("echo hello", exact=True)).to_be_visible()
