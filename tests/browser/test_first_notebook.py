"""The first lesson in JupyterLab, as a person meets it, with traffic from outside."""

import os
import re
from pathlib import Path

import httpx2
import nbformat
import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LESSON = Path(__file__).parent.parent.parent / "notebooks" / "00_first_app.ipynb"


def code_cells() -> list[str]:
    cells = nbformat.read(LESSON, as_version=4).cells
    return [cell.id for cell in cells if cell.cell_type == "code"]


def run_until(notebook, last: str) -> None:
    """Run the lesson's cells from the top, up to and including this one."""
    for cell in code_cells():
        outputs = notebook.run(cell)
        assert [out for out in outputs if out["output_type"] == "error"] == [], cell
        if cell == last:
            return


def address(notebook) -> str:
    """The server's address, as the lesson shows it to the reader."""
    outputs = notebook.run("serve-cell")
    found = re.search(r"http://127\.0\.0\.1:\d+/", str(outputs))
    assert found is not None, outputs
    return found[0]


def take_the_readme_picture(notebook, page, folder: Path) -> None:
    """A route cell, a request, and the inspector with a WebSocket open in it."""
    page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": 1280, "height": 1120})
    inspector = notebook.cell("inspect-cell")
    inspector.get_by_role("grid").first.get_by_role("row").filter(has_text="/chat/kitchen").click()
    inspector.get_by_role("tab", name="Messages").click()
    expect(inspector.get_by_role("tabpanel")).to_contain_text("kitchen: one tea")
    notebook.scroll_to("inspect-cell", "end")
    page.wait_for_timeout(500)  # the notebook scrolls smoothly, and says nothing when it is there
    page.screenshot(path=str(folder / "first_app.png"))
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_whole_lesson_runs_and_the_inspector_shows_traffic_from_outside(first_notebook, lab_page):
    run_until(first_notebook, "routes-cell")
    url = address(first_notebook)
    inspector = first_notebook.cell("inspect-cell")
    grid = inspector.get_by_role("grid").first
    expect(grid).to_be_visible()

    httpx2.get(url + "hello/outside", timeout=10)

    row = grid.get_by_role("row").filter(has_text="/hello/outside")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("GET")
    expect(row).to_contain_text("200")

    row.click()
    inspector.get_by_role("tab", name="Response").click()
    panel = inspector.get_by_role("tabpanel")
    expect(panel).to_contain_text("x-kitchen")
    expect(panel).to_contain_text("outside")
    inspector.get_by_role("tab", name="Request").click()
    expect(panel).to_contain_text("user-agent")

    if where := os.environ.get("SCREENSHOTS"):
        take_the_readme_picture(first_notebook, lab_page, Path(where))


def test_a_websocket_row_grows_while_both_sides_talk(first_notebook):
    run_until(first_notebook, "chat")
    url = address(first_notebook)
    inspector = first_notebook.cell("inspect-cell")
    row = inspector.get_by_role("grid").first.get_by_role("row").filter(has_text="/chat/outside")

    with connect(url.replace("http", "ws", 1) + "chat/outside") as socket:
        socket.send("one tea")
        socket.recv(timeout=5)
        row.click()
        inspector.get_by_role("tab", name="Messages").click()
        panel = inspector.get_by_role("tabpanel")
        expect(panel).to_contain_text("outside: one tea")
        socket.send("two toasts")
        expect(panel).to_contain_text("outside: two toasts")
        expect(row).to_contain_text("open")

    expect(row).to_contain_text("1000")


def test_requests_show_while_another_cell_is_running(first_notebook):
    run_until(first_notebook, "inspect-cell")
    url = address(first_notebook)
    inspector = first_notebook.cell("inspect-cell")
    grid = inspector.get_by_role("grid").first
    expect(grid).to_be_visible()
    first_notebook.add("hold", "import threading\nheld = threading.Event()\nheld.wait(60)")
    first_notebook.add("free", "%%asgi_route GET /free\nheld.set()\nreturn 'free'")
    first_notebook.add("event", "import threading\nheld = threading.Event()")
    first_notebook.run("event")
    first_notebook.run("free")
    first_notebook.start("hold")

    httpx2.get(url + "hello/meanwhile", timeout=10)
    # The cells were run below it; a list that nobody can see is not drawn.
    first_notebook.scroll_to("inspect-cell")

    row = grid.get_by_role("row").filter(has_text="/hello/meanwhile")
    expect(row).to_have_count(1)
    row.click()
    inspector.get_by_role("tab", name="Response").click()
    expect(inspector.get_by_role("tabpanel")).to_contain_text("meanwhile")
    httpx2.get(url + "free", timeout=10)


def test_a_page_that_closes_while_traffic_runs_leaves_server_and_store_intact(first_notebook, lab_page):
    run_until(first_notebook, "inspect-cell")
    url = address(first_notebook)
    expect(first_notebook.cell("inspect-cell").get_by_role("grid").first).to_be_visible()
    first_notebook.save()
    lab_page.reload(wait_until="domcontentloaded")

    for number in range(300):
        assert httpx2.get(f"{url}hello/{number}", timeout=10).status_code == 200

    lab_page.wait_for_function("() => window.jupyterapp")
    lab_page.evaluate("async () => { await window.jupyterapp.restored }")
    lab_page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    first_notebook.add("count", "len(asgi_nb.traffic['GET /hello/{name}']) >= 300")
    assert "True" in str(first_notebook.run("count"))
    grid = first_notebook.cell("inspect-cell").get_by_role("grid").first
    expect(grid.get_by_role("row").filter(has_text="/hello/299")).to_have_count(1)


def test_the_lesson_runs_again_after_the_kernel_restarted(first_notebook):
    run_until(first_notebook, "hello-request")
    first_notebook.restart()

    run_until(first_notebook, "hello-request")

    url = address(first_notebook)
    assert httpx2.get(url + "hello/again", timeout=10).json() == {"hello": "again"}


def test_keys_pressed_in_the_inspector_never_reach_the_notebook(first_notebook, lab_page):
    run_until(first_notebook, "inspect-cell")
    url = address(first_notebook)
    httpx2.get(url + "hello/keys", timeout=10)
    inspector = first_notebook.cell("inspect-cell")
    grid = inspector.get_by_role("grid").first
    grid.get_by_role("row").filter(has_text="/hello/keys").click()
    cells = lab_page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")

    grid.focus()
    for key in ("b", "a", "d", "d", "x", "Enter", "Escape"):
        lab_page.keyboard.press(key)

    assert lab_page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == cells
