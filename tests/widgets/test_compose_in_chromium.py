"""The form of a new request in a real Chromium: a route's fields, what is wrong with them, and the answer."""

import time

import pytest
from playwright.sync_api import expect

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import Cell, PlainNotebook

pytestmark = pytest.mark.browser

ITEM = (
    "return {'id': item_id, 'n': int(request.query_params.get('n', 3)), 'key': request.headers.get('x-key')}"
)
ADD = "data = await request.json()\nreturn data['name']"


@pytest.fixture
def kit():
    kit = Kit(PlainNotebook())
    run(kit, 3, "GET", "/items/{item_id:int}", ITEM)
    run(kit, 4, "POST", "/items", ADD)
    yield kit
    kit.close()


def run(kit, number, method, path, source):
    """Run a cell that defines a route."""
    kit.app.notebook.current = Cell(path, number, f"%%asgi_route {method} {path}\n{source}")
    kit.define_route(method, path, source)


@pytest.fixture
def store(kit):
    return kit.traffic


@pytest.fixture
def form(notebook, page):
    """The form, opened by its key; no request was sent before."""
    notebook.open()
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("+")
    form = page.get_by_role("dialog", name="New request")
    expect(form.get_by_label("Route")).to_be_focused()
    expect(form.get_by_label("Body, JSON")).to_have_value('{\n  "name": ""\n}')
    return form


def choose(form, title):
    form.get_by_label("Route").select_option(label=title)


def press_send(form):
    form.get_by_role("button", name="Send").click()


def wait_for_row(notebook, page, number):
    """Let rows arrive until one is selected."""
    deadline = time.monotonic() + 10
    while not page.locator(f".main > .list [data-key='{number}'][aria-selected=true]").count():
        assert time.monotonic() < deadline
        notebook.push()
        page.wait_for_timeout(20)  # the page's messages are handled meanwhile


def test_the_newest_route_is_chosen_and_its_answer_is_opened(notebook, form, page, kit):
    form.get_by_label("Body, JSON").fill('{"name": "tea"}')
    expect(form.locator(".code")).to_have_text('asgi_nb.request("POST /items", headers=…, body=…)')
    page.keyboard.press("Control+Enter")
    wait_for_row(notebook, page, 1)

    expect(form).to_be_hidden()
    expect(page.locator(".detail .what")).to_have_text("POST /items")
    assert kit.traffic[-1].response.text == "tea"


def test_what_is_wrong_is_told_at_the_field_and_nothing_is_sent(notebook, form, page, kit):
    choose(form, "GET /items/{item_id:int}")
    number = form.get_by_label("item_id int")
    press_send(form)

    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_accessible_description(
        "Expected a whole number, such as 7, without a sign; got nothing."
    )
    expect(form.get_by_role("alert")).to_contain_text("Nothing was sent: a field needs another value.")
    assert len(kit.traffic) == 0

    number.fill("7")
    expect(number).not_to_have_attribute("aria-invalid", "true")
    form.get_by_label("n int").fill("5")
    form.get_by_label("x-key str").fill("k")
    page.keyboard.press("Enter")
    wait_for_row(notebook, page, 1)
    assert kit.traffic[-1].response.json() == {"id": 7, "n": 5, "key": "k"}


def test_another_path_begins_with_what_was_written_and_is_sent_unchecked(notebook, form, page, kit):
    choose(form, "GET /items/{item_id:int}")
    form.get_by_label("item_id int").fill("7")
    choose(form, "Another path…")
    expect(form.get_by_label("Path and query")).to_have_value("/items/7")
    form.get_by_label("Path and query").fill("/items/seven")
    press_send(form)
    wait_for_row(notebook, page, 1)

    assert kit.traffic[-1].status == 404


def test_what_was_written_is_there_again_also_when_the_cell_has_run_again(notebook, form, page, kit):
    choose(form, "GET /items/{item_id:int}")
    form.get_by_label("item_id int").fill("7")
    page.keyboard.press("Escape")
    expect(page.locator(".main[data-closed]")).to_have_count(1)
    run(kit, 5, "GET", "/items/{item_id:int}", "return request.query_params['size']")
    page.get_by_role("button", name="New request").click()

    expect(form.get_by_label("size str, needed")).to_be_visible()
    expect(form.get_by_label("Route")).to_have_value("GET /items/{item_id:int}")
    expect(form.get_by_label("item_id int")).to_have_value("7")
    expect(form.get_by_text("cell [5]")).to_be_visible()


def test_a_refusal_of_the_kernel_is_shown_in_the_form(form, page):
    choose(form, "Another path…")
    form.get_by_label("Path and query").fill("items")
    press_send(form)

    expect(form.get_by_role("alert")).to_contain_text("request path must start with '/', got 'items'")


def test_a_row_that_is_opened_takes_the_place_of_the_form(notebook, form, page, kit):
    kit.request("GET /items/7")
    notebook.push()
    page.locator(".main > .list [data-key='1']").click()

    expect(form).to_be_hidden()
    expect(page.locator(".detail .what")).to_have_text("GET /items/7")


@pytest.mark.parametrize("width", [768, 900])
def test_the_filter_has_room_beside_the_buttons(notebook, page, width):
    page.set_viewport_size({"width": width, "height": 600})
    notebook.open()
    box = page.get_by_role("combobox", name="Filter")
    box.wait_for()

    # 20 characters, and what is behind them.
    assert box.bounding_box()["width"] > 170
    buttons = page.locator(".toolbar button").all()
    assert [one for one in buttons if one.evaluate("(el) => el.scrollWidth > el.clientWidth")] == []
