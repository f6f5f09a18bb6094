"""The list and what opens over it in a real Chromium: everything can be read, and nothing is in the way."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def listed(notebook, traffic, run, page):
    """Thirty requests, and the list of them, open."""
    for number in range(30):
        run(traffic.http(f"/items/{number}", query=b"q=%d" % number, response_body=b"%d" % number))
    notebook.open()
    page.locator(".list .row", has_text="/items/29").wait_for()
    return notebook


def box(page):
    return page.get_by_role("combobox", name="Filter")


@pytest.mark.parametrize("width", [320, 480, 768, 1200])
def test_the_columns_menu_goes_down_and_not_sideways(listed, page, width):
    page.set_viewport_size({"width": width, "height": 600})
    page.wait_for_function("(width) => root().querySelector('.inspector').clientWidth < width", arg=width)
    if page.get_by_role("button", name="More tools").is_visible():
        page.get_by_role("button", name="More tools").click()
    page.get_by_role("button", name="Columns and order").click()

    page.get_by_label("Highlight").scroll_into_view_if_needed()

    menu, widget = page.locator(".columns-menu").bounding_box(), page.locator(".inspector").bounding_box()
    assert page.locator(".columns-menu").evaluate("(el) => el.scrollLeft") == 0
    assert page.locator(".columns-menu").evaluate("(el) => el.scrollWidth <= el.clientWidth")
    assert menu["x"] >= widget["x"]
    assert menu["x"] + menu["width"] <= widget["x"] + widget["width"]


def test_where_two_requests_differ_is_a_word_and_not_a_column_of_letters(listed, page):
    page.locator("[data-key='29']").click()
    page.get_by_role("button", name="Close details").click()
    page.locator("[data-key='30']").click(modifiers=["Control"])
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(".compare tbody th").first.wait_for()

    heights = page.locator(".compare tbody tr").evaluate_all("(rows) => rows.map((row) => row.offsetHeight)")
    assert max(heights) < 60


def test_rows_stand_in_the_page_as_they_do_on_the_screen(listed, page):
    rows = page.locator(".main > .list .rows")
    for top in (0, 300, 60, 10_000):
        rows.evaluate("(el, top) => new Promise((done) => { el.scrollTop = top; setTimeout(done, 50) })", top)

        shown = page.evaluate(
            "() => [...root().querySelectorAll('.main > .list .space > .row')].map((row) => +row.dataset.key)"
        )
        assert shown == sorted(shown)


def test_a_key_that_waits_for_its_value_is_no_mistake_until_it_is_left(listed, page):
    box(page).press_sequentially("path")
    page.get_by_role("option", name="path:").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".proposal", has_text="/items").first.wait_for()

    assert box(page).input_value() == "path:"
    assert page.locator(".filter-note").is_hidden()
    page.locator(".main > .list .row").last.click()
    page.locator(".filter-note").wait_for()


def test_what_was_on_its_way_to_a_filter_is_not_offered_again(listed, page):
    box(page).press_sequentially("/items/1")
    page.wait_for_function("() => root().querySelectorAll('.main > .list [data-key]').length === 11")
    box(page).press_sequentially("7")
    page.wait_for_function("() => root().querySelectorAll('.main > .list [data-key]').length === 1")
    box(page).press("Enter")
    page.get_by_role("button", name="Remove the filter").click()
    page.locator("[data-key='30']").wait_for()
    box(page).press("ArrowDown")

    page.get_by_role("option").first.wait_for()
    assert page.get_by_role("option").all_text_contents() == ["/items/17used before"]


def test_a_note_shows_in_the_list(listed, page):
    listed.desk.store.get(30).note = "look at this"
    listed.push()

    page.locator("[data-key='30'] [aria-label='note: look at this']").wait_for()


def test_a_bar_at_the_edge_is_seen(listed, page, traffic, run):
    inside = page.evaluate(
        """() => [...root().querySelectorAll(".main > .list .bar")].map((bar) => {
            const track = bar.parentElement.getBoundingClientRect();
            return bar.getBoundingClientRect().right <= track.right + 0.1;
        })"""
    )

    assert inside
    assert all(inside)


def test_a_kernel_that_was_shut_down_is_said_and_its_rows_stay(listed, page):
    # What JupyterLab's comms do from then on.
    page.evaluate("() => { model.send = () => { throw new Error('Cannot send') } }")
    page.get_by_role("button", name="Clear").click()

    page.locator(".light", has_text="no kernel").wait_for()
    assert "Start one, and run the cell again." in page.locator(".footer .problem").text_content()
    assert page.locator("[data-key='30']").count() == 1


def test_numbers_stay_beside_opened_details(listed, page):
    page.set_viewport_size({"width": 1110, "height": 700})
    page.locator("[data-key='30']").click()
    page.locator(".detail .what", has_text="/items/29").wait_for()

    shown = page.locator(".main > .list .head .cell:visible").all_text_contents()
    assert shown == ["#", "Method", "Status", "Path", "Time"]
