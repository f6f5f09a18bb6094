"""The panels of an exchange in a real Chromium: what they tell, and that words are explained in place."""

import pytest

from asgi_nb.record.masks import MASK

pytestmark = pytest.mark.browser


@pytest.fixture
def panel(notebook, rich, page):
    """Open one panel of the last exchange with this path."""
    page.set_viewport_size({"width": 1000, "height": 950})
    notebook.open(height=900)

    def panel(path, tab):
        seq = next(exchange.seq for exchange in reversed(list(rich)) if exchange.request.path == path)
        page.locator(f".main > .list [data-key='{seq}']").click()
        page.locator(".detail .what", has_text=path).wait_for()
        page.get_by_role("tab", name=tab).click()
        page.wait_for_function(
            "() => !root().querySelector('.panel').textContent.includes('Asking the kernel')"
        )
        return page.locator(".panel")

    return panel


def test_the_summary_tells_what_happened_and_that_the_cell_has_changed(panel):
    summary = panel("/items", "Summary")

    assert summary.locator(".story").text_content().startswith("GET /items?q=green+tea&token=")
    assert (
        "was answered with 200 OK by get_items in cell [1] after" in summary.locator(".story").text_content()
    )
    assert summary.locator(".badge").text_content() == "△ the cell has changed since"


def test_layers_are_bars_with_what_each_changed_in_words(panel):
    timing = panel("/items", "Timing")

    assert timing.locator(".layer-title").all_text_contents() == ["middleware [12]", "endpoint get_items [1]"]
    assert timing.locator(".changes li").all_text_contents() == ["← response: added x-process-time: 1"]
    outer, inner = (timing.locator(".lane .span").nth(n).bounding_box() for n in (0, 1))
    assert outer["x"] <= inner["x"]
    assert outer["x"] + outer["width"] >= inner["x"] + inner["width"]


def test_run_slices_are_drawn_beside_waiting_with_a_legend(panel):
    timing = panel("/items", "Timing")

    assert timing.locator(".slices .runs").count() >= 1
    assert timing.locator(".slices .waits").count() == 1
    assert timing.locator(".legend").text_content() == "runs waits, others have their turn"
    assert " loop, waited for " in timing.locator(".slices > p").last.text_content()


def test_the_stages_of_an_exchange_are_told_in_order(panel):
    timing = panel("/items", "Timing")

    stages = timing.locator(".stages tbody th").all_text_contents()
    assert (stages[0], stages[-1]) == ("the request came in", "the app returned")


def test_each_route_says_why_it_did_not_answer(panel):
    route = panel("/items/tea", "Route")

    rows = route.locator(".routes tbody tr")
    cells = rows.filter(has_text="/items/{item_id:int}").locator("td, th").all_text_contents()
    assert cells[1:] == [
        "GET /items/{item_id:int}",
        "segment 2: 'tea' is not a whole number (item_id)",
        "[2]",
    ]
    assert cells[0].endswith(" no")
    assert rows.count() == 11


def test_the_code_is_shown_as_it_was_then(panel):
    route = panel("/items", "Route")

    assert "return ITEMS" in route.locator("pre.code").text_content()
    assert route.locator(".routes tbody tr").first.get_attribute("data-verdict") == "chosen"


def test_events_are_a_table_that_a_word_filters(panel, page):
    events = panel("/events", "Events")
    assert events.locator("tbody tr").count() == 5

    page.get_by_label("Filter events").fill('"n":3')

    assert events.locator("tbody pre").all_text_contents() == ['{"n":3}']
    assert events.locator(".note[role=status]").text_content() == "1 of 5 events"


def test_an_error_shows_the_lines_of_the_cells(panel):
    error = panel("/boom", "Error")

    assert error.locator(".frame[data-cell] pre").last.text_content() == "return shelf['green tea']"
    assert error.locator(".badge").text_content() == "✓ the cell is the same now"


def test_a_header_is_explained_to_pointer_and_keyboard_and_escape_dismisses_it(panel, page):
    request = panel("/items", "Request")
    word = request.get_by_role("button", name="accept-encoding")
    tip = page.locator(".tip")

    word.hover()
    tip.wait_for()
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden")
    word.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    tip.wait_for()

    assert tip.text_content().startswith("Lists the compressions the client can undo")
    described = word.evaluate(
        "(el) => el.getRootNode().getElementById(el.getAttribute('aria-describedby')).textContent"
    )
    assert described == tip.text_content()
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    assert page.locator(".main:not([data-closed])").count() == 1


def test_a_status_is_explained_where_it_stands(panel, page):
    response = panel("/items/tea", "Response")

    response.get_by_role("button", name="404 Not Found").click()

    assert page.locator(".tip").text_content().startswith("There is nothing at this path")


def test_a_secret_header_is_shown_when_asked_for_and_hidden_again(panel, page):
    request = panel("/items", "Request")
    assert f"Bearer {MASK}" in request.text_content()

    page.get_by_role("button", name="Show the secret in authorization").click()
    request.get_by_text("Bearer s3cr3t").wait_for()
    page.get_by_role("button", name="Show the secret in authorization").click()

    request.get_by_text(f"Bearer {MASK}").wait_for()


def test_headers_that_were_opened_stay_so_from_one_exchange_to_the_next(panel, page):
    response = panel("/items", "Response")
    assert response.locator(".fold").get_attribute("open") is None

    response.locator("summary", has_text="Headers").click()
    page.wait_for_function("() => root().querySelector('.fold').open")

    response = panel("/boom", "Response")
    assert response.locator(".fold").get_attribute("open") == ""


def test_code_that_held_the_loop_is_named_first(panel):
    timing = panel("/slow", "Timing")

    blame = timing.locator(".guilty .fault").text_content()
    assert blame.startswith("Blocked get_slow held the server")
    assert blame.endswith("Nothing else ran there meanwhile.")
    assert timing.locator(".guilty .hint").text_content().startswith("Write ")
