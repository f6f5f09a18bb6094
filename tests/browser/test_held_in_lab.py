"""A request that is held, in JupyterLab: changed in the strip, while the cell that sent it still runs."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ROUTE = """%%asgi_route POST /tea
print("brewing")
return await request.json()"""

SEND = """import httpx2
answer = httpx2.post(asgi_nb.serve().local_url + "tea", json={"kind": "green"}, timeout=60)
print(answer.status_code, answer.json())"""


def test_a_held_request_is_changed_and_let_go_while_its_cell_waits(first_notebook, lab_page):
    first_notebook.add("held-load", "%load_ext asgi_nb\nimport asgi_nb")
    first_notebook.add("held-route", ROUTE)
    first_notebook.add("held-inspect", "asgi_nb.serve()\nasgi_nb.inspect()")
    first_notebook.add("held-send", SEND)
    for cell in ("held-load", "held-route", "held-inspect"):
        first_notebook.run(cell)
    inspector = first_notebook.cell("held-inspect")
    inspector.get_by_role("combobox", name="Filter").fill("method:POST")
    expect(inspector.locator(".empty")).to_contain_text("No request matches")
    inspector.get_by_role("button", name="Hold next").click()
    expect(inspector.locator(".held-line")).to_contain_text("Holds the next method:POST")

    first_notebook.start("held-send")
    line = inspector.locator(".held-line[data-n]")
    expect(line).to_contain_text("POST /tea")
    line.get_by_role("button", name="Edit").click()
    inspector.get_by_role("textbox", name="Body").fill('{"kind": "white"}')
    inspector.get_by_role("button", name="Go with this").click()

    expect(line).to_have_count(0)
    expect(first_notebook.cell("held-send").locator(".jp-OutputArea-output")).to_contain_text(
        "{'kind': 'white'}"
    )
