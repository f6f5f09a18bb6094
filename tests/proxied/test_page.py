"""A person in a hub: the page finds the address behind the hub's proxy, and it opens."""

import httpx2
import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CELLS = [
    "%load_ext asgi_nb",
    "%%asgi_route GET /hello/{name}\nreturn {'hello': name, 'root_path': request.scope['root_path']}",
    "%asgi_serve",
]


@pytest.mark.parametrize("place", ["jupyterhub"], indirect=True)
def test_in_a_hub_the_page_finds_the_way_through_its_proxy(place, chromium):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    base = f"{place.jupyter}/user/ada"
    body = {"type": "notebook", "content": notebook}
    written = httpx2.put(f"{base}/api/contents/lesson.ipynb", headers=place.login, json=body, timeout=20)
    assert written.is_success, written.text
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    # Under a name of its own, as a hub elsewhere: a page on 127.0.0.1 would open the port itself.
    hub = place.jupyter.replace("127.0.0.1", "hub.localhost")
    page.goto(f"{hub}/hub/login?next=/user/ada/lab/tree/lesson.ipynb")
    page.get_by_label("Username:").fill("ada")
    page.get_by_label("Password:").fill("any")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("tab", name="lesson.ipynb").wait_for()
    page.get_by_text("%load_ext").first.wait_for()
    page.get_by_text("| Idle").first.wait_for()
    page.get_by_role("menuitem", name="Run").click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    link = page.get_by_role("link", name="/proxy/")
    link.wait_for()
    with page.context.expect_page() as opening:
        link.click()
    told = opening.value
    told.goto(f"{told.url}hello/Ada")

    port = link.text_content().rstrip("/").rpartition("/")[2]
    assert link.text_content() == f"{hub}/user/ada/proxy/{port}/"
    expect(told.locator("body")).to_contain_text('"hello":"Ada"')
    expect(told.locator("body")).to_contain_text(f'"root_path":"/user/ada/proxy/{port}"')
    told.close()
    page.close()
