"""The list in a real Chromium: filter, columns, order, selection, marks, narrow pages, lost kernels."""

import json
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def mixed(traffic, run):
    """Twenty requests, every fifth of them not found."""
    for number in range(20):
        status = 404 if number % 5 == 0 else 200
        run(traffic.http(f"/items/{number}", status=status, response_headers=[(b"x-id", b"id-%d" % number)]))


@pytest.fixture
def listed(notebook, mixed, page):
    """The list, open, with all rows there."""
    notebook.open()
    page.locator(".list .row", has_text="/items/19").wait_for()
    return notebook


def box(page):
    return page.get_by_role("combobox", name="Filter")


def keys(page):
    """The numbers of the drawn rows, from the top of the list down."""
    return page.evaluate(
        """() => [...root().querySelectorAll(".main > .list .space > .row")]
            .map((row) => [Number(row.style.transform.match(/\\d+/)[0]), Number(row.dataset.key)])
            .sort((a, b) => a[0] - b[0]).map(([_, key]) => key)"""
    )


def wait_for_chosen(page, wanted):
    """Wait until these rows are selected."""
    page.wait_for_function(
        """(wanted) => {
            const rows = [...root().querySelectorAll(".main > .list [aria-selected=true]")];
            const keys = rows.map((row) => Number(row.dataset.key)).sort((a, b) => a - b);
            return JSON.stringify(keys) === JSON.stringify(wanted);
        }""",
        arg=wanted,
    )


def wait_until(page, condition):
    """Let the page and the kernel's side talk until something holds in Python."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)  # the page's messages are handled meanwhile


def wait_for_keys(page, wanted):
    page.wait_for_function(
        """(wanted) => {
            const rows = [...root().querySelectorAll(".main > .list .space > .row")];
            const keys = rows.map((row) => Number(row.dataset.key)).sort((a, b) => a - b);
            return JSON.stringify(keys) === JSON.stringify(wanted);
        }""",
        arg=wanted,
    )


def wait_for_first(page, wanted):
    """Wait until the list begins with these numbers."""
    page.wait_for_function(
        """(wanted) => {
            const rows = [...root().querySelectorAll(".main > .list .space > .row")];
            const placeOf = (row) => Number(row.style.transform.match(/\\d+/)[0]);
            const places = rows.map((row) => [placeOf(row), Number(row.dataset.key)]);
            const keys = places.sort((a, b) => a[0] - b[0]).map(([_, key]) => key);
            return JSON.stringify(keys.slice(0, wanted.length)) === JSON.stringify(wanted);
        }""",
        arg=wanted,
    )


# --- the filter


def test_a_filter_shows_what_matches_and_how_many_of_how_many(listed, page):
    box(page).fill("status>=400")
    box(page).press("Enter")

    wait_for_keys(page, [1, 6, 11, 16])
    page.get_by_text("4 of 20").wait_for()


def test_the_filter_goes_on_while_new_rows_come(listed, page, traffic, run):
    box(page).fill("status>=400")
    box(page).press("Enter")
    wait_for_keys(page, [1, 6, 11, 16])

    run(traffic.http("/good"))
    run(traffic.http("/bad", status=500))
    listed.push()

    wait_for_keys(page, [1, 6, 11, 16, 22])


def test_a_bad_filter_says_what_and_where_and_the_old_rows_stay(listed, page):
    box(page).fill("status>=400")
    box(page).press("Enter")
    wait_for_keys(page, [1, 6, 11, 16])

    box(page).fill("status>=tea")
    box(page).press("Enter")
    note = page.locator(".filter-note")
    note.wait_for()

    assert page.locator(".filter-note mark").text_content() == "tea"
    assert "at 9:" in note.text_content()
    assert box(page).get_attribute("aria-invalid") == "true"
    assert keys(page) == [1, 6, 11, 16]
    assert box(page).input_value() == "status>=tea"


def test_a_filter_that_takes_too_long_says_so(listed, traffic, run, page):
    run(traffic.http("/long", response_body=b"a" * 5000))

    box(page).fill("body:/a*a*a*a*b/")
    box(page).press("Enter")

    page.locator(".filter-note:not([hidden])").wait_for()
    box(page).fill("status>=400")
    box(page).press("Enter")
    wait_for_keys(page, [1, 6, 11, 16])
    assert page.locator(".filter-note").is_hidden()


def test_typing_completes_from_the_kernel_and_the_keyboard_takes_a_proposal(listed, page):
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("/")
    page.keyboard.type("stat")
    page.get_by_role("option", name="status").first.wait_for()

    page.keyboard.press("ArrowDown")
    active = page.evaluate("() => root().activeElement.getAttribute('aria-activedescendant')")
    selected = page.locator("[role=option][aria-selected=true]").get_attribute("id")
    page.keyboard.press("Enter")
    page.get_by_role("option", name="404").wait_for()
    page.keyboard.type("404")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")

    assert active == selected
    wait_for_keys(page, [1, 6, 11, 16])
    assert page.locator(".proposals").is_hidden()


def test_what_is_typed_survives_every_redraw(listed, page, traffic, run):
    box(page).click()
    for number, letter in enumerate("path:/items/1"):
        page.keyboard.type(letter)
        run(traffic.http(f"/noise/{number}"))
        listed.push()

    wait_for_keys(page, [2, *range(11, 21)])
    assert box(page).input_value() == "path:/items/1"
    assert page.evaluate("() => root().activeElement.getAttribute('role')") == "combobox"


def test_used_and_saved_filters_are_offered_in_an_empty_box(listed, page):
    box(page).fill("status>=400")
    box(page).press("Enter")
    wait_for_keys(page, [1, 6, 11, 16])
    page.get_by_role("button", name="Save this filter").click()
    page.locator("[aria-label='Save this filter'][aria-pressed=true]").wait_for()
    box(page).fill("path:/items/7")
    box(page).press("Enter")
    wait_for_keys(page, [8])

    page.get_by_role("button", name="Remove the filter").click()
    wait_for_keys(page, list(range(1, 21)))
    box(page).press("ArrowDown")
    page.get_by_role("option").first.wait_for()

    assert page.get_by_role("option").all_text_contents() == ["status>=400saved", "path:/items/7used before"]


def test_quick_choices_go_together_with_the_box(listed, page):
    page.get_by_role("button", name="Errors").click()
    wait_for_keys(page, [1, 6, 11, 16])
    box(page).fill("path:/items/1 or path:/items/5")
    box(page).press("Enter")
    wait_for_keys(page, [6, 11, 16])
    page.get_by_role("button", name="Errors").click()

    wait_for_keys(page, [2, 6, *range(11, 21)])


def test_a_filter_set_from_a_cell_shows_in_the_box(listed, page):
    listed.feed.follow("status>=400")
    listed.push()

    wait_for_keys(page, [1, 6, 11, 16])
    assert box(page).input_value() == "status>=400"


def test_a_view_that_opens_after_a_filter_was_set_from_a_cell_has_it(notebook, mixed, page):
    notebook.feed.follow("status>=400")
    notebook.open()

    wait_for_keys(page, [1, 6, 11, 16])
    page.wait_for_function("() => root().querySelector('.filter input').value === 'status>=400'")


def test_a_filter_that_nothing_matches_says_so(listed, page):
    box(page).fill("path:/nowhere")
    box(page).press("Enter")

    page.get_by_text("No request matches the filter.").wait_for()
    page.get_by_text("0 of 20").wait_for()


def test_each_view_has_a_filter_of_its_own(listed, page):
    page.evaluate(
        """() => {
            const second = document.createElement("div");
            document.body.append(second);
            window.second = second;
            widget.render({ model: window.model, el: second });
        }"""
    )
    box(page).first.fill("status>=400")
    box(page).first.press("Enter")

    wait_for_keys(page, [1, 6, 11, 16])
    page.wait_for_function("() => second.firstChild.shadowRoot.querySelectorAll('.space > .row').length > 4")


# --- columns and order


def test_a_click_on_a_head_sorts_up_down_and_back(listed, page):
    head = page.get_by_role("columnheader", name="Path")
    head.click()
    wait_for_first(page, [1, 2, 11, 12])
    up = head.get_attribute("aria-sort")
    head.click()
    wait_for_first(page, [10, 9, 8])
    down = head.get_attribute("aria-sort")
    head.click()
    wait_for_first(page, [1, 2, 3, 4])

    assert (up, down, head.get_attribute("aria-sort")) == ("ascending", "descending", "none")


def test_a_sorted_list_follows_no_tail_and_says_what_is_new(listed, page, traffic, run):
    page.get_by_role("columnheader", name="Path").click()
    page.wait_for_function("() => root().querySelector('[aria-sort=ascending]') !== null")

    run(traffic.http("/a-first"))
    listed.push()
    jump = page.locator(".main > .list .jump")
    jump.wait_for()
    text = jump.text_content()
    jump.click()

    assert text == "▼ 1 new — jump"
    page.locator(".list .row", has_text="/a-first").wait_for()
    page.wait_for_function("() => root().querySelector('[aria-sort=ascending]') === null")


def test_a_header_becomes_a_column(listed, page):
    page.get_by_role("button", name="Columns and order").click()
    page.get_by_label("Header", exact=True).fill("X-Id")
    page.keyboard.press("Enter")

    page.get_by_role("columnheader", name="x-id").wait_for()
    page.locator(".list .row", has_text="id-19").wait_for()


def test_columns_are_chosen_and_sorted_by_keyboard(listed, page):
    page.get_by_role("button", name="Columns and order").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Size").focus()
    page.keyboard.press("Space")
    page.get_by_role("columnheader", name="Size").wait_for()
    page.get_by_label("Sorted by").select_option("path")
    page.wait_for_function("() => root().querySelector('[aria-sort=ascending]') !== null")
    page.get_by_label("Size").focus()
    page.keyboard.press("Escape")

    focused = page.evaluate("() => root().activeElement.getAttribute('aria-label')")
    assert page.locator(".popover").first.is_hidden()
    assert focused == "Columns and order"


def test_a_highlight_marks_rows_and_hides_none(listed, page):
    page.get_by_role("button", name="Columns and order").click()
    page.get_by_label("Highlight").fill("status>=400")
    page.keyboard.press("Enter")

    page.wait_for_function("() => root().querySelectorAll('[data-tone~=lit]').length > 0")
    lit = page.evaluate(
        "() => [...root().querySelectorAll('[data-tone~=lit]')].map((row) => +row.dataset.key)"
    )
    assert set(lit) <= {1, 6, 11, 16}
    assert len(keys(page)) == 20


def test_bars_lie_beside_each_other_in_the_order_of_time(notebook, store, mixed, page):
    for number, exchange in enumerate(store):
        # Written now, so that its row shows its fields and not what was noted.
        exchange.enter("done")
        exchange.started_at = 1000.0 + number
        exchange.response_done_ns = 500_000_000
    notebook.open()
    page.locator(".list .row", has_text="/items/19").wait_for()

    bars = page.evaluate(
        """() => {
            const view = root().querySelector(".rows").getBoundingClientRect();
            return [...root().querySelectorAll(".space > .row")]
            .filter((row) => row.getBoundingClientRect().bottom > view.top + 1)
            .sort((a, b) => a.dataset.key - b.dataset.key)
            .map((row) => row.querySelector(".bar"))
            .map(({ style }) => [style.getPropertyValue("--from"), style.inlineSize].map(parseFloat));
        }"""
    )

    starts = [start for start, _ in bars]
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert bars[-1][0] + bars[-1][1] == pytest.approx(100, abs=0.1)


# --- selection and marks


def test_rows_are_selected_together_pinned_and_outlive_a_clear(listed, store, page):
    page.locator("[data-key='12']").click()
    page.locator("[data-key='14']").click(modifiers=["Shift"])
    page.locator("[data-key='18']").click(modifiers=["Control"])
    wait_for_chosen(page, [12, 13, 14, 18])

    page.locator(".main > .list .grid").focus()
    page.keyboard.press("p")
    wait_until(page, lambda: store[-3].pinned)
    listed.push()
    page.locator("[data-key='12'] [aria-label=pinned]").wait_for()
    page.get_by_role("button", name="Clear").click()
    wait_until(page, lambda: len(store) == 4)
    listed.push()

    wait_for_keys(page, [12, 13, 14, 18])


def test_shift_and_arrows_select_and_delete_takes_them_out(listed, store, page):
    page.locator("[data-key='15']").click()
    page.locator(".main > .list .grid").focus()
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Delete"):
        page.keyboard.press(key)
    wait_until(page, lambda: len(store) == 17)
    listed.push()

    wait_for_keys(page, [number for number in range(1, 21) if number not in (15, 16, 17)])
    wait_for_chosen(page, [])


def test_a_note_is_written_and_kept_with_the_exchange(listed, store, page):
    page.locator("[data-key='15']").click()
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("n")
    page.get_by_label("Note", exact=True).last.fill("look here")
    page.keyboard.press("Enter")

    wait_until(page, lambda: store[14].note == "look here")


def test_a_row_that_changes_while_it_is_clicked_is_chosen_all_the_same(listed, store, page):
    rows = page.locator(".list .row")
    pressed, other = rows.filter(has_text="/items/19"), rows.filter(has_text="/items/18")
    place = pressed.get_by_text("/items/19").bounding_box()
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    store[19].note = store[18].note = "looked at"
    listed.push()
    other.get_by_role("img", name="note: looked at").wait_for()
    page.mouse.up()

    wait_for_chosen(page, [20])
    pressed.get_by_role("img", name="note: looked at").wait_for()


def test_a_colour_and_tags_are_given_by_keyboard_and_shown_in_words_and_signs(listed, store, page):
    page.locator("[data-key='15']").click()
    page.locator("[data-key='17']").click(modifiers=["Control"])
    store[14].tags = ["old"]
    page.locator(".main > .list .grid").focus()

    page.keyboard.press("m")
    page.keyboard.press("Tab")
    assert page.evaluate("() => root().activeElement.textContent") == "● red"
    page.keyboard.press("Enter")
    wait_until(page, lambda: (store[14].colour, store[16].colour) == ("red", "red"))
    page.wait_for_function("() => root().activeElement.matches('.main > .list .grid')")
    page.keyboard.press("m")
    page.get_by_label("Tags, by commas").fill("slow,  log in, slow")
    page.keyboard.press("Enter")
    wait_until(page, lambda: store[16].tags == ("slow", "log in"))
    listed.push()

    assert store[14].tags == ("old", "slow", "log in")
    row = page.locator("[data-key='15']")
    row.get_by_role("img", name="marked red").wait_for()
    assert row.locator(".tag").all_text_contents() == ["old", "slow", "log in"]
    box(page).fill('tag:"log in" colour:red -tag:old')
    wait_for_keys(page, [17])


def test_tags_of_several_rows_are_those_they_share_and_the_others_stay(listed, store, page):
    store[14].tags = ["slow", "mine"]
    store[16].tags = ["yours", "slow"]
    listed.push()
    page.locator("[data-key='15'] .tag").first.wait_for()
    page.locator("[data-key='15']").click()
    page.locator("[data-key='17']").click(modifiers=["Control"])

    page.get_by_role("button", name="Mark", exact=True).click()
    tags = page.get_by_label("Tags, by commas")
    assert tags.input_value() == "slow"
    tags.fill("quick")
    page.get_by_role("button", name="Keep").click()

    wait_until(page, lambda: "quick" in store[16].tags)
    assert (store[14].tags, store[16].tags) == (("mine", "quick"), ("yours", "quick"))


@pytest.mark.parametrize("key", ["m", "n"])
def test_who_opens_a_panel_by_key_and_leaves_it_is_back_in_the_list(listed, page, key):
    page.locator("[data-key='15']").click()
    page.locator(".main > .list .grid").focus()
    page.keyboard.press(key)
    page.wait_for_function("() => root().activeElement.closest('.popover') !== null")

    page.keyboard.press("Escape")
    page.keyboard.press("j")

    wait_for_chosen(page, [16])


def test_a_tag_that_is_refused_says_why(listed, store, page):
    page.locator("[data-key='15']").click()
    page.get_by_role("button", name="Mark", exact=True).click()
    page.get_by_label("Tags, by commas").fill("x" * 31)
    page.keyboard.press("Enter")

    page.get_by_text("a tag has 1 to 30 characters").wait_for()
    assert store[14].tags == ()


def test_two_selected_requests_are_compared(listed, page):
    page.locator("[data-key='15']").click()
    page.locator("[data-key='16']").click(modifiers=["Control"])
    page.get_by_role("button", name="Compare").click()

    text = page.locator(".compare .diff").text_content()
    assert "404" in text
    assert "200" in text


def test_selected_requests_are_saved_as_a_masked_har_file(listed, traffic, run, page):
    run(traffic.http("/secret", headers=[(b"authorization", b"Bearer s3cr3t")]))
    listed.push()
    page.locator("[data-key='21']").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="HAR").click()
        page.get_by_role("menuitem", name="Selected (1)").click()

    saved = Path(download.value.path()).read_text()
    entries = json.loads(saved)["log"]["entries"]
    assert download.value.suggested_filename == "traffic.har"
    assert [entry["request"]["url"].endswith("/secret") for entry in entries] == [True]
    assert "s3cr3t" not in saved


def test_j_and_k_move_and_what_is_selected_is_told_to_the_kernel(listed, page):
    page.locator("[data-key='15']").click()
    page.locator(".main > .list .grid").focus()
    for key in ("j", "j", "k"):
        page.keyboard.press(key)

    wait_for_chosen(page, [16])
    wait_until(page, lambda: listed.desk.selected == (16,))


def test_the_keys_are_shown_on_a_question_mark(listed, page):
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("?")

    page.get_by_role("rowheader", name="Home End PgUp PgDn").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".keys").is_hidden()


@pytest.mark.parametrize("width", [320, 600])
def test_the_keys_are_shown_in_a_narrow_list_too_and_esc_leads_back(listed, page, width):
    page.set_viewport_size({"width": width, "height": 600})
    page.locator(".main > .list .grid").focus()

    page.keyboard.press("?")
    page.get_by_text("mark with a colour and tags").wait_for()
    box = page.locator(".popover:has(.keys)").bounding_box()
    page.keyboard.press("Escape")

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("() => root().activeElement.matches('.main > .list .grid')")


def test_a_button_that_goes_gives_the_keyboard_back_to_the_list(listed, page):
    page.locator("[data-key='15']").click()
    page.locator("[data-key='16']").click(modifiers=["Control"])
    compare = page.get_by_role("button", name="Compare", exact=True)
    compare.focus()

    page.locator("[data-key='17']").dispatch_event("click", {"ctrlKey": True})
    compare.wait_for(state="hidden")
    page.keyboard.press("d")

    assert page.evaluate("() => window.leaked") == []
    wait_for_chosen(page, [15, 16, 17])


def test_who_deletes_all_that_is_shown_keeps_the_keyboard(listed, store, page):
    page.locator("[data-key='15']").click()
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    wait_until(page, lambda: len(store) == 0)
    listed.push()
    page.get_by_text("No requests yet").wait_for()

    page.keyboard.press("d")

    assert page.evaluate("() => window.leaked") == []


def test_no_letter_of_the_new_keys_reaches_the_notebook(listed, page):
    page.locator("[data-key='15']").click()
    for place in (".main > .list .grid", ".filter input", ".columns-menu", ".actions button"):
        page.locator(place).first.evaluate("(element) => { element.hidden = false; element.focus(); }")
        for key in (
            "a",
            "b",
            "d",
            "d",
            "j",
            "k",
            "p",
            "s",
            "/",
            "?",
            "Escape",
            "Enter",
            "Delete",
            "Control+a",
        ):
            page.keyboard.press(key)

    assert page.evaluate("() => window.leaked") == []


# --- capture, connection


def test_recording_is_stopped_from_the_page_and_shown(listed, store, page):
    page.get_by_role("button", name="Rec, on").click()
    page.get_by_role("button", name="Rec off").wait_for()

    assert store.recording is False
    page.get_by_role("button", name="Rec off").click()
    page.get_by_role("button", name="Rec, on").wait_for()
    assert store.recording is True


def test_a_restarted_kernel_is_said_with_what_to_do(listed, page):
    listed.connected = False

    page.evaluate("() => restartKernel()")

    page.get_by_text("✕ kernel restarted").wait_for()
    page.get_by_text("run the cell again").wait_for()


@pytest.mark.timeout(60)
def test_a_kernel_that_falls_silent_is_noticed_and_welcomed_back(notebook, mixed, page, traffic, run):
    page.clock.install()
    notebook.open()
    page.locator(".list .row", has_text="/items/19").wait_for()
    notebook.connected = False
    page.clock.fast_forward(6000)
    page.clock.fast_forward(4000)
    page.get_by_text("◌ waiting for the kernel").wait_for()

    notebook.connected = True
    run(traffic.http("/back"))
    page.clock.fast_forward(11_000)

    page.get_by_text("● live").wait_for()
    page.locator(".list .row", has_text="/back").wait_for()


# --- how much is drawn


def changes(page, act, push):
    """How many elements change in the list while `act` and `push` run, and in the frames after."""
    page.evaluate(
        """() => {
            window.changed = 0;
            window.observer = new MutationObserver((records) => { changed += records.length; });
            observer.observe(root().querySelector(".main > .list"),
                { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    act()
    push()
    page.evaluate("async () => { for (let i = 0; i < 10; i += 1) await new Promise(requestAnimationFrame); }")
    return page.evaluate("() => { observer.disconnect(); return changed; }")


def test_a_list_at_rest_draws_nothing(listed, page):
    page.evaluate("async () => { for (let i = 0; i < 10; i += 1) await new Promise(requestAnimationFrame); }")

    assert changes(page, lambda: None, lambda: page.wait_for_timeout(1200)) == 0


def test_a_row_that_changes_costs_no_more_in_a_long_list(notebook, store, traffic, run, page):
    for number in range(1500):
        run(traffic.http(f"/{number}"))
    notebook.open()
    for _ in range(4):
        notebook.push()
    page.wait_for_function("() => root().querySelector('.grid').getAttribute('aria-rowcount') === '1501'")
    page.locator(".list .row", has_text="/1499").wait_for()

    cost = changes(page, lambda: store.touch(store[-1]), notebook.push)

    assert 0 < cost < 200


def test_a_view_that_is_scrolled_away_draws_nothing_and_catches_up(listed, page, traffic, run):
    page.evaluate(
        "() => { document.body.style.paddingTop = '0'; const gap = document.createElement('div');"
        " gap.style.height = '3000px'; document.body.append(gap); window.scrollTo(0, 2500); }"
    )
    page.wait_for_function("() => window.scrollY > 1000")
    # Who observes what is in view is told after a frame.
    page.evaluate("async () => { for (let i = 0; i < 5; i += 1) await new Promise(requestAnimationFrame); }")

    def act():
        run(traffic.http("/unseen"))

    drawn = changes(page, act, listed.push)
    page.evaluate("() => window.scrollTo(0, 0)")

    assert drawn == 0
    page.locator(".list .row", has_text="/unseen").wait_for()


class Never:
    """What is waited for, and does not come until the coroutine is driven on."""

    def __await__(self):
        yield


@pytest.fixture
def socket(traffic):
    """A WebSocket that is open; to drive it on ends it."""

    async def script(receive, send):
        await send({"type": "websocket.accept"})
        await Never()
        await send({"type": "websocket.close", "code": 1000})

    session = traffic.websocket("/chat", script)
    session.send(None)
    yield session
    session.close()


def times(page):
    """What the list says of how long each took, by number."""
    return page.evaluate(
        """() => Object.fromEntries([...root().querySelectorAll(".main > .list .space > .row")]
            .map((row) => [row.dataset.key, row.querySelector(".time").textContent]))"""
    )


def test_the_time_of_what_goes_on_counts_up_and_no_row_moves(notebook, mixed, socket, page):
    page.clock.install()
    notebook.open()
    row = page.locator(".list .row", has_text="/chat")
    row.click()
    page.get_by_role("columnheader", name="Time").click()
    before = keys(page)

    page.clock.fast_forward("02:05")

    page.wait_for_function("() => root().querySelector('[data-key=\"21\"] .time').textContent === '2:05 min'")
    assert page.locator(".detail .took").text_content() == "2:05 min"
    # More rows may be in the page by then: the details take a frame to find their place.
    assert [number for number in keys(page) if number in before] == before
    assert {text.rpartition(" ")[2] for number, text in times(page).items() if number != "21"} == {"ms"}


def test_nothing_is_drawn_for_a_list_in_which_nothing_goes_on_any_more(notebook, socket, page):
    notebook.open()
    page.locator(".list .row", has_text="/chat").wait_for()
    with pytest.raises(StopIteration):
        socket.send(None)
    notebook.push()
    page.locator(".list .row", has_text="1000").wait_for()

    assert changes(page, lambda: None, lambda: page.wait_for_timeout(1200)) == 0


def test_a_list_that_is_stopped_counts_no_more(notebook, socket, page):
    page.clock.install()
    notebook.open()
    page.locator(".list .row", has_text="/chat").wait_for()
    page.clock.fast_forward("00:10")
    page.wait_for_function("() => root().querySelector('[data-key=\"1\"] .time').textContent === '10 s'")

    page.get_by_role("button", name="Pause").click()
    page.clock.fast_forward("00:10")
    page.clock.run_for(2000)

    assert times(page) == {"1": "10 s"}


# --- narrow


def test_a_docked_list_has_cards_and_a_folded_toolbar(notebook, mixed, page):
    page.set_viewport_size({"width": 320, "height": 600})
    notebook.open()
    row = page.locator(".list .row", has_text="/items/19")
    row.wait_for()
    method, path = row.locator(".method").bounding_box(), row.locator(".path").bounding_box()

    assert row.bounding_box()["height"] == 44
    assert path["y"] >= method["y"] + method["height"] - 4
    assert page.get_by_role("button", name="Errors").is_hidden()
    page.get_by_role("button", name="More tools").click()
    assert page.get_by_role("button", name="Errors").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [320, 480, 600])
def test_all_that_is_done_with_a_selection_is_in_reach_in_a_narrow_list(listed, page, width):
    page.set_viewport_size({"width": width, "height": 600})
    page.locator("[data-key='19']").click()
    page.get_by_label("Close details").click()
    page.locator("[data-key='20']").click(modifiers=["Control"])
    wait_for_chosen(page, [19, 20])
    outside = """() => {
        const { left, right } = root().querySelector(".inspector").getBoundingClientRect();
        return [...root().querySelectorAll(".footer :is(button, .popover:not([hidden]))")]
            .map((one) => [one.textContent, one.getBoundingClientRect()])
            .filter(([_, box]) => box.width > 0 && (box.left < left || box.right > right))
            .map(([text]) => text);
    }"""

    found = {"closed": page.evaluate(outside)}
    for name in ("Mark", "Note", "Compare", "Save as HAR"):
        page.get_by_role("button", name=name, exact=True).click()
        found[name] = page.evaluate(outside)
        page.keyboard.press("Escape")

    assert found == {name: [] for name in found}


def test_a_list_that_becomes_narrow_keeps_its_row_at_the_top(listed, page, traffic, run):
    for number in range(100):
        run(traffic.http(f"/more/{number}"))
    listed.push()
    page.locator(".list .row", has_text="/more/99").wait_for()
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("Home")
    page.evaluate("() => { root().querySelector('.rows').scrollTop = 40 * 24; }")
    page.locator("[data-key='41']").wait_for()

    page.set_viewport_size({"width": 320, "height": 600})
    page.wait_for_function("() => root().querySelector('.main > .list').hasAttribute('data-cards')")

    assert page.evaluate("() => Math.round(root().querySelector('.rows').scrollTop / 44)") == 40


def test_json_of_a_row_is_small(listed):
    batch = listed.feed.flush(time.monotonic())
    rows = [row for out in batch for row in json.loads(out.buffers[0])]

    assert all(len(json.dumps(row)) < 1000 for row in rows)
