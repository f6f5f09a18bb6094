"""The kitchen in JupyterLab: it shows who held the loop, and the traffic's picture is an image."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CELLS = {
    "own-load": """%load_ext asgi_nb
import asyncio, time
from concurrent.futures import ThreadPoolExecutor
import asgi_nb""",
    "own-awaiting": "%%asgi_route GET /awaiting\nawait asyncio.sleep(0.3)\nreturn {}",
    "own-blocking": """%%asgi_route GET /blocking
async def blocking(request):
    time.sleep(0.3)
    return {}""",
    "own-thread": "%%asgi_route GET /in-a-thread\ntime.sleep(0.3)\nreturn {}",
    "own-serve": "%asgi_serve",
    "own-kitchen": "%asgi_kitchen --last 5",
    "own-order": """paths = ["/awaiting"] * 4 + ["/in-a-thread"] * 2 + ["/blocking"] + ["/awaiting"] * 3
with ThreadPoolExecutor(10) as customers:
    for answer in customers.map(asgi_nb.client.get, paths):
        answer.raise_for_status()""",
    "own-timeline": "asgi_nb.traffic.timeline()",
}


@pytest.fixture
def cooking(first_notebook):
    """The notebook with a kitchen in it, and ten customers who have come at once."""
    for cell, source in CELLS.items():
        first_notebook.add(cell, source)
        first_notebook.run(cell)
    return first_notebook


def test_who_held_the_loop_is_named_with_the_line_of_its_cell(cooking):
    kitchen = cooking.cell("own-kitchen")

    expect(kitchen.locator(".culprit").first).to_contain_text(
        "GET /blocking → 200 held the server's loop for"
    )
    expect(kitchen.locator(".where").first).to_contain_text("line 3: time.sleep(0.3)")
    kitchen.get_by_role("button", name="All").click()
    expect(kitchen.locator(".bar")).to_have_count(10)


def test_the_picture_of_the_traffic_is_an_image_in_the_output(cooking):
    image = cooking.cell("own-timeline").locator("img[alt^='Timeline: 10 requests']")

    expect(image).to_be_visible()
    assert image.evaluate("image => image.naturalWidth") == 960
