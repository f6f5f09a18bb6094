"""What the inspector does with a request in JupyterLab: replay, edit, a new cell, an open WebSocket."""

import re

import httpx2
import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CHAT = """%%asgi_websocket /chat
await websocket.accept()
async for text in websocket.iter_text():
    await websocket.send_text(text.upper())"""


@pytest.fixture
def served(first_notebook):
    """The notebook with a server, two requests and an inspector; with the server's address."""
    first_notebook.add("own-load", "%load_ext asgi_nb\nimport asgi_nb")
    first_notebook.add("own-tea", "%%asgi_route GET /tea/{number:int}\nreturn {'tea': number}")
    first_notebook.add("own-chat", CHAT)
    first_notebook.add("own-serve", "print(asgi_nb.serve().local_url)")
    first_notebook.add("own-inspect", "asgi_nb.inspect()")
    for cell in ("own-load", "own-tea", "own-chat"):
        first_notebook.run(cell)
    found = re.search(r"http://127\.0\.0\.1:\d+/", str(first_notebook.run("own-serve")))
    first_notebook.run("own-inspect")
    httpx2.get(f"{found[0]}tea/7", headers={"authorization": "Bearer s3cr3tvalue"}, timeout=10)
    inspector = first_notebook.cell("own-inspect")
    inspector.get_by_role("grid").first.locator("[data-key]").last.click()
    expect(inspector.get_by_role("tabpanel")).to_contain_text("200 OK")
    return first_notebook, inspector, found[0]


def rows(inspector):
    return inspector.get_by_role("grid").first.locator("[data-key]")


def row(inspector, number):
    return inspector.get_by_role("grid").first.locator(f"[data-key='{number}']")


def test_a_new_cell_is_put_in_below_the_inspector_and_not_run(served, lab_page):
    notebook, inspector, _ = served
    here = notebook.index("own-inspect")
    inspector.get_by_role("button", name="New cell").click()
    inspector.get_by_role("menuitem", name="the request").click()
    expect(inspector.get_by_text("It was not run.")).to_be_visible()

    cell = lab_page.evaluate(
        "(i) => jupyterapp.shell.currentWidget.content.widgets[i].model.toJSON()", here + 1
    )
    assert cell["cell_type"] == "code"
    assert cell["source"].startswith("%%asgi_request GET /tea/7")
    assert "s3cr3tvalue" not in cell["source"]
    assert (cell["execution_count"], cell["outputs"]) == (None, [])


def test_a_request_is_replayed_edited_and_compared(served):
    _, inspector, _ = served
    inspector.get_by_role("button", name="Replay").click()
    expect(rows(inspector)).to_have_count(2)
    expect(row(inspector, 2)).to_have_attribute("aria-selected", "true")

    inspector.get_by_role("button", name="Edit and send").click()
    inspector.get_by_label("Path and query").fill("/tea/8")
    inspector.get_by_role("button", name="Send", exact=True).click()
    expect(row(inspector, 3)).to_have_attribute("aria-selected", "true")
    expect(inspector.get_by_role("tabpanel")).to_contain_text("8")

    inspector.get_by_role("button", name="Diff with the one before").click()
    expect(inspector.get_by_role("dialog")).to_contain_text("~ changed")
    expect(inspector.get_by_role("dialog")).to_contain_text("/tea")


def test_a_replay_goes_while_a_cell_runs(served):
    notebook, inspector, url = served
    notebook.add("own-hold", "import threading\nheld = threading.Event()\nheld.wait(60)")
    notebook.add("own-free", "%%asgi_route GET /free\nheld.set()\nreturn 'free'")
    notebook.run("own-free")
    notebook.start("own-hold")
    inspector = notebook.cell("own-inspect")

    inspector.get_by_role("button", name="Replay").click()

    expect(rows(inspector)).to_have_count(2)
    httpx2.get(url + "free", timeout=10)


def test_an_open_socket_is_spoken_to_from_the_page_and_from_a_cell(served):
    notebook, inspector, url = served
    notebook.add("own-say", "asgi_nb.traffic['WS /chat'][0].websocket.send_to_app('from a cell')")
    with connect(url.replace("http", "ws") + "chat") as client:
        client.send("hello")
        assert client.recv(timeout=10) == "HELLO"
        rows(inspector).filter(has_text="/chat").click()
        inspector.get_by_label("Message", exact=True).fill("from the page")
        inspector.get_by_role("button", name="Send", exact=True).click()
        assert client.recv(timeout=10) == "from the page"
        notebook.run("own-say")
        assert client.recv(timeout=10) == "FROM A CELL"

        inspector = notebook.cell("own-inspect")
        expect(inspector.get_by_text("↓ send +")).to_be_visible()
        expect(inspector.get_by_text("↑ receive +")).to_be_visible()
