"""Each front end there is: the address that its page finds, and the inspector live; Notebook 7 as a whole."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CELLS = {
    "own-load": "%load_ext asgi_nb\nimport asgi_nb",
    "own-hello": "%%asgi_route GET /hello/{name}\nreturn {'hello': name}",
    "own-tea": "%%asgi_route POST /tea\nreturn await request.json()",
    "own-serve": "%asgi_serve",
    "own-inspect": "%asgi_inspect",
    "own-kitchen": "%asgi_kitchen",
    "own-recorded": """with asgi_nb.recording() as session:
    for number in range(3):
        asgi_nb.client.get(f"/hello/{number}")
asgi_nb.kitchen(session)""",
}
LOGIN = {"authorization": "token for-tests-only"}


def address(place: Locator | Page) -> str:
    """The server's address, as the page has found it."""
    link = place.locator(".jp-OutputArea a", has_text=re.compile(r"^http:..127"))
    expect(link).to_be_visible()
    return str(link.get_attribute("href"))


def rows(inspector: Locator) -> Locator:
    return inspector.get_by_role("grid").first.locator("[data-key]")


def test_in_jupyterlab_the_page_finds_the_address_that_it_reaches_and_the_list_is_live(first_notebook):
    for cell in ("own-load", "own-hello", "own-serve", "own-inspect"):
        first_notebook.add(cell, CELLS[cell])
        first_notebook.run(cell)
    url = address(first_notebook.cell("own-serve"))
    inspector = first_notebook.cell("own-inspect")

    assert httpx2.get(f"{url}hello/Ada", timeout=10).json() == {"hello": "Ada"}
    rows(inspector).filter(has_text="/hello/Ada").click()
    expect(inspector.get_by_role("tabpanel")).to_contain_text("hello")


@pytest.fixture
def notebook_7(lab: str, chromium: Browser) -> Iterator[Page]:
    """A page of a new notebook in Notebook 7, whose cells ran."""
    name = "notebook-7.ipynb"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=cell) for cell, source in CELLS.items()],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    body = {"type": "notebook", "content": notebook}
    httpx2.put(f"{lab}/api/contents/{name}", headers=LOGIN, json=body, timeout=20).raise_for_status()
    page = chromium.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(60_000)
    failures: list[str] = []
    # Ours come from the bundle, which anywidget loads from a blob; Notebook 7 has some of its own.
    page.on("pageerror", lambda error: failures.append(error.stack) if "blob:" in str(error.stack) else None)
    page.goto(f"{lab}/notebooks/{name}?token=for-tests-only", wait_until="domcontentloaded")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext")
    page.evaluate(
        """async () => {
            const {sessionContext} = jupyterapp.shell.currentWidget.context;
            await sessionContext.ready;
            await jupyterapp.commands.execute("notebook:run-all-cells");
        }"""
    )
    yield page
    page.close()
    for session in httpx2.get(f"{lab}/api/sessions", headers=LOGIN, timeout=20).json():
        if session["path"] == name:
            httpx2.delete(f"{lab}/api/sessions/{session['id']}", headers=LOGIN, timeout=20)
    assert failures == []


def test_no_key_that_is_pressed_in_a_widget_reaches_notebook_7(notebook_7):
    cells = "() => jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => [model.type, model.id])"
    before = notebook_7.evaluate(cells)
    inspector = notebook_7.locator(".jp-Cell").nth(list(CELLS).index("own-inspect"))
    inspector.scroll_into_view_if_needed()
    expect(rows(inspector)).not_to_have_count(0)

    rows(inspector).first.click()
    for key in ("m", "Escape", "a", "b", "y", "d", "d"):
        notebook_7.keyboard.press(key)
    box = inspector.get_by_role("combobox", name="Filter")
    box.click()
    notebook_7.keyboard.type("bad mood")

    expect(box).to_have_value("bad mood")
    assert notebook_7.evaluate(cells) == before
    box.fill("")


def test_all_of_the_inspector_and_the_kitchen_work_in_notebook_7(notebook_7):
    url = address(notebook_7)
    inspector = notebook_7.locator(".jp-Cell").nth(list(CELLS).index("own-inspect"))
    inspector.scroll_into_view_if_needed()
    opened = inspector.locator(".detail .what")
    expect(rows(inspector)).to_have_count(3)

    # Details.
    assert httpx2.get(f"{url}hello/Ada", timeout=10).json() == {"hello": "Ada"}
    rows(inspector).filter(has_text="/hello/Ada").click()
    inspector.get_by_role("tab", name="Response").click()
    expect(inspector.get_by_role("tabpanel")).to_contain_text("hello")

    # Sent again, edited, and anew.
    inspector.get_by_role("button", name="Replay").click()
    expect(rows(inspector)).to_have_count(5)
    expect(rows(inspector).last).to_have_attribute("aria-selected", "true")
    inspector.get_by_role("button", name="Edit and send").click()
    inspector.get_by_label("Path and query").fill("/hello/Bob")
    inspector.get_by_role("button", name="Send", exact=True).click()
    expect(opened).to_have_text("GET /hello/Bob")
    inspector.get_by_role("button", name="New request").click()
    form = inspector.get_by_role("dialog", name="New request")
    form.get_by_label("Route").select_option(label="GET /hello/{name}")
    form.get_by_label("name str").fill("Cy")
    notebook_7.keyboard.press("Enter")
    expect(opened).to_have_text("GET /hello/Cy")

    # A cell below, which leaves the notebook trusted.
    inspector.get_by_role("button", name="New cell").click()
    inspector.get_by_role("menuitem", name="the request").click()
    expect(inspector.get_by_text("It was not run.")).to_be_visible()
    below = notebook_7.evaluate(
        "(i) => jupyterapp.shell.currentWidget.content.widgets[i].model.sharedModel.source",
        list(CELLS).index("own-inspect") + 1,
    )
    assert below.startswith("%%asgi_request GET /hello/Cy")
    expect(notebook_7.get_by_role("button", name="Trusted", exact=True)).to_be_visible()

    # Held, changed, and let go.
    inspector.get_by_role("combobox", name="Filter").fill("method:POST")
    expect(inspector.locator(".empty")).to_contain_text("No request matches")
    inspector.get_by_role("button", name="Hold next").click()
    expect(inspector.locator(".held-line")).to_contain_text("Holds the next method:POST")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx2.post, f"{url}tea", json={"kind": "green"}, timeout=60)
        line = inspector.locator(".held-line[data-n]")
        expect(line).to_contain_text("POST /tea")
        line.get_by_role("button", name="Edit").click()
        inspector.get_by_role("textbox", name="Body").fill('{"kind": "white"}')
        inspector.get_by_role("button", name="Go with this").click()
        assert answer.result().json() == {"kind": "white"}

    # The kitchen, live and of what was recorded; a cell has come in above.
    live, recorded = (
        notebook_7.locator(".jp-Cell").nth(list(CELLS).index(cell) + 1)
        for cell in ("own-kitchen", "own-recorded")
    )
    live.scroll_into_view_if_needed()
    live.get_by_role("button", name="All").click()
    expect(live.locator(".bar")).to_have_count(8)
    recorded.scroll_into_view_if_needed()
    expect(recorded.locator(".light")).to_have_text("■ recorded")
    expect(recorded.locator(".bar")).to_have_count(3)
