"""The inspector in JupyterLab: several views, a filter from a cell, its keys, a kernel that is restarted."""

import re

import httpx2
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def address(outputs):
    """The server's address, as a cell has printed it."""
    found = re.search(r"http://127\.0\.0\.1:\d+/", str(outputs))
    assert found is not None, outputs
    return found[0]


@pytest.fixture
def inspected(first_notebook):
    """The notebook with a server, an inspector, and traffic in it; with the server's address."""
    first_notebook.add("own-load", "%load_ext asgi_nb\nimport asgi_nb")
    first_notebook.add("own-tea", "%%asgi_route GET /tea/{number:int}\nreturn number")
    first_notebook.add("own-serve", "print(asgi_nb.serve().local_url)")
    first_notebook.add("own-inspect", "asgi_nb.inspect()")
    for cell in ("own-load", "own-tea"):
        first_notebook.run(cell)
    url = address(first_notebook.run("own-serve"))
    first_notebook.run("own-inspect")
    for number in range(10):
        httpx2.get(f"{url}tea/{number}", timeout=10)
    httpx2.get(f"{url}milk", timeout=10)
    grid = first_notebook.cell("own-inspect").get_by_role("grid").first
    expect(grid.get_by_role("row").filter(has_text="/milk")).to_have_count(1)
    return first_notebook


def test_a_filter_from_a_cell_shows_in_the_list_of_another(inspected):
    inspected.add("own-filter", "inspector = asgi_nb.inspect(where='status>=400')")
    inspected.run("own-filter")

    inspector = inspected.cell("own-inspect")
    expect(inspector.get_by_role("combobox", name="Filter")).to_have_value("status>=400")
    expect(inspector.get_by_role("grid").first.locator("[data-key]")).to_have_count(1)


def test_a_new_view_for_the_output_has_a_filter_and_a_selection_of_its_own(inspected, lab_page):
    counts = inspected.cell("own-inspect").locator(".counts")
    lab_page.evaluate(
        """async (index) => {
            window.panel = jupyterapp.shell.currentWidget;
            panel.content.activeCellIndex = index;
            await jupyterapp.commands.execute("notebook:create-output-view");
            window.outputView = jupyterapp.shell.currentWidget;
        }""",
        inspected.index("own-inspect"),
    )
    view = lab_page.locator(".jp-LinkedOutputView")
    try:
        expect(view.get_by_role("grid").first.locator("[data-key]").first).to_be_visible()
        view.get_by_role("combobox", name="Filter").fill("status>=400")

        expect(view.get_by_role("grid").first.locator("[data-key]")).to_have_count(1)
        expect(counts).not_to_contain_text(" of ")
    finally:
        lab_page.evaluate("() => { if (outputView !== panel) outputView.dispose(); }")
        lab_page.evaluate("() => { jupyterapp.shell.activateById(panel.id); }")
        lab_page.wait_for_function("() => jupyterapp.shell.currentWidget === panel")


def test_the_keys_of_the_list_stay_in_the_list(inspected, lab_page):
    inspector = inspected.cell("own-inspect")
    cells = lab_page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")
    inspector.get_by_role("grid").first.locator("[data-key]").last.click()
    inspector.get_by_role("grid").first.focus()

    for key in (
        "j",
        "k",
        "p",
        "m",
        "Escape",
        "n",
        "Escape",
        "b",
        "a",
        "d",
        "d",
        "x",
        "s",
        "s",
        "/",
        "d",
        "d",
        "Escape",
        "Escape",
        "Delete",
    ):
        lab_page.keyboard.press(key)

    assert lab_page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == cells
    inspected.add("own-left", "len(asgi_nb.traffic)")
    assert "10" in str(inspected.run("own-left"))


def test_a_restarted_kernel_is_said_in_the_old_list(inspected):
    inspector = inspected.cell("own-inspect")
    inspected.restart()

    expect(inspector.get_by_text("kernel restarted")).to_be_visible()
    expect(inspector.get_by_text("The kernel was restarted: run the cell again")).to_be_visible()


def test_a_kernel_that_was_shut_down_is_said_in_the_old_list(inspected, lab_page):
    inspector = inspected.cell("own-inspect")
    lab_page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.context.sessionContext.shutdown() }"
    )

    inspector.get_by_role("button", name="Clear").click()

    expect(inspector.get_by_text("no kernel")).to_be_visible()
    expect(inspector.get_by_role("grid").first.locator("[data-key]").first).to_be_visible()


def test_details_come_while_a_cell_runs(inspected, lab_page):
    inspected.add("own-hold", "import threading\nheld = threading.Event()\nheld.wait(60)")
    inspected.add("own-free", "%%asgi_route GET /free\nheld.set()\nreturn 'free'")
    inspected.add("own-url", "print(asgi_nb.serve().local_url)")
    inspected.run("own-free")
    url = address(inspected.run("own-url"))
    inspected.start("own-hold")
    inspector = inspected.cell("own-inspect")

    inspector.get_by_role("combobox", name="Filter").fill("path:/tea/7")
    expect(inspector.get_by_role("grid").first.locator("[data-key]")).to_have_count(1)
    inspector.get_by_role("grid").first.locator("[data-key]").first.click()

    expect(inspector.get_by_role("tabpanel")).to_contain_text("7")
    httpx2.get(url + "free", timeout=10)
