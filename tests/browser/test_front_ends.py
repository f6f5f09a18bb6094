"""The same notebook in each front end there is: the address that its page finds, and the inspector live."""

import re
from collections.abc import Iterator

import httpx2
import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CELLS = [
    "%load_ext asgi_nb",
    "%%asgi_route GET /hello/{name}\nreturn {'hello': name}",
    "%asgi_serve",
    "%asgi_inspect",
]

# Front end -> path of a notebook in it.
FRONT_ENDS = {"jupyterlab": "lab/tree", "notebook-7": "notebooks"}


@pytest.fixture(params=FRONT_ENDS)
def opened(request: pytest.FixtureRequest, lab: str, chromium: Browser) -> Iterator[Page]:
    """A page of a new notebook, whose cells ran."""
    login = {"authorization": "token for-tests-only"}
    name = f"{request.param}.ipynb"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    body = {"type": "notebook", "content": notebook}
    httpx2.put(f"{lab}/api/contents/{name}", headers=login, json=body, timeout=20).raise_for_status()
    page = chromium.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/{FRONT_ENDS[request.param]}/{name}?token=for-tests-only", wait_until="domcontentloaded")
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
    for session in httpx2.get(f"{lab}/api/sessions", headers=login, timeout=20).json():
        if session["path"] == name:
            httpx2.delete(f"{lab}/api/sessions/{session['id']}", headers=login, timeout=20)


def test_the_page_finds_the_address_that_it_reaches_and_the_list_is_live(opened):
    link = opened.locator(".jp-OutputArea a", has_text=re.compile(r"^http:..127"))
    expect(link).to_be_visible()
    url = link.get_attribute("href")

    assert httpx2.get(f"{url}hello/Ada", timeout=10).json() == {"hello": "Ada"}

    row = opened.get_by_role("grid").get_by_role("row").filter(has_text="/hello/Ada")
    expect(row).to_have_count(1)
    row.click()
    opened.get_by_role("tab", name="Response").click()
    expect(opened.get_by_role("tabpanel").first).to_contain_text("hello")
