"""The committed bundle in a real Chromium, over the real feed and store; only the comm is made here."""

import time

import pytest

pytestmark = pytest.mark.browser


def test_the_keyboard_alone_opens_reads_and_closes(notebook, traffic, run, page):
    for number in range(40):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/39").wait_for()

    page.locator(".main > .list .grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Response").wait_for()
    opened = page.locator(".what").text_content()
    page.locator(".tab[aria-selected=true]").focus()
    page.keyboard.press("ArrowLeft")
    chosen = page.locator(".tab[aria-selected=true]").text_content()
    page.keyboard.press("Escape")
    back = page.evaluate("() => root().activeElement.getAttribute('role')")
    page.keyboard.press("Escape")

    assert opened == "GET /1"
    assert chosen == "Request"
    assert back == "grid"
    assert page.locator(".detail").is_hidden()


def test_new_rows_and_a_click_never_move_the_list_under_the_reader(notebook, traffic, run, page):
    for number in range(200):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/199").wait_for()
    page.evaluate("() => { root().querySelector('.rows').scrollTop = 100 * 24 + 7; }")
    target = page.locator(".main > .list [data-key='105']")
    target.wait_for()
    before = target.bounding_box()["y"]

    target.click()
    for number in range(50):
        run(traffic.http(f"/late/{number}"))
    notebook.push()
    page.locator(".jump").wait_for()

    assert target.bounding_box()["y"] == before
    assert target.get_attribute("aria-selected") == "true"
    assert page.locator(".main > .list .jump").text_content() == "▼ 50 new — jump"


def test_older_rows_that_arrive_behind_the_newest_do_not_move_the_list(notebook, traffic, run, page):
    for number in range(700):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/699").wait_for()
    page.evaluate("() => { root().querySelector('.rows').scrollTop -= 240; }")
    target = page.locator(".main > .list [data-key='685']")
    target.wait_for()
    before = target.bounding_box()["y"]

    notebook.push()
    page.wait_for_function("() => root().querySelector('.grid').getAttribute('aria-rowcount') === '701'")

    assert target.bounding_box()["y"] == before


def test_the_tail_is_followed_until_the_reader_leaves_it_and_again_after_the_jump(
    notebook, traffic, run, page
):
    for number in range(100):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/99").wait_for()

    run(traffic.http("/followed"))
    notebook.push()
    page.locator(".list .row", has_text="/followed").wait_for()
    page.locator(".main > .list .rows").hover()
    page.mouse.wheel(0, -100 * 24)
    page.locator(".main > .list [data-key='1']").wait_for()
    run(traffic.http("/unseen"))
    notebook.push()
    page.locator(".jump").click()

    page.locator(".list .row", has_text="/unseen").wait_for()
    assert page.locator(".jump").is_hidden()


@pytest.mark.parametrize("place", [None, 50 * 24])
def test_an_output_that_leaves_the_page_and_comes_back_stands_where_it_stood(
    notebook, traffic, run, page, place
):
    for number in range(100):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/99").wait_for()
    if place is not None:
        page.evaluate("(top) => { root().querySelector('.rows').scrollTop = top; }", place)
        page.locator(".main > .list [data-key='51']").wait_for()
    seen = page.evaluate("() => root().querySelector('.rows').scrollTop")

    page.evaluate(
        """async () => {
            const {host} = root();
            const parent = host.parentNode;
            host.remove();
            await new Promise(requestAnimationFrame);
            parent.append(host);
        }"""
    )
    run(traffic.http("/later"))
    notebook.push()

    page.locator(".main > .list .grid[aria-rowcount='102']").wait_for()
    if place is None:
        page.locator(".list .row", has_text="/later").wait_for()
    else:
        assert page.evaluate("() => root().querySelector('.rows').scrollTop") == seen


def test_a_fast_stream_does_not_shake_the_reader_off_the_tail(notebook, traffic, run, page):
    for number in range(100):
        run(traffic.http(f"/{number}"))
    notebook.open()
    page.locator(".list .row", has_text="/99").wait_for()
    page.evaluate("() => { window.stray = false; }")

    for number in range(30):
        run(traffic.http(f"/stream/{number}"))
        packed = notebook.packed(notebook.feed.flush(time.monotonic()))
        # Between two frames: after the list was drawn, before its scroll event.
        page.evaluate(
            """async (messages) => {
                await new Promise(requestAnimationFrame);
                await new Promise((resolve) => setTimeout(resolve));
                deliver(messages);
                stray ||= !root().querySelector(".main > .list .jump").hidden;
            }""",
            packed,
        )

    page.locator(".list .row", has_text="/stream/29").wait_for()
    assert page.evaluate("() => window.stray") is False
    assert page.locator(".jump").is_hidden()


def test_no_more_than_sixty_rows_are_drawn(notebook, traffic, run, page):
    for number in range(500):
        run(traffic.http(f"/{number}"))

    notebook.open(height=900)
    page.locator(".list .row", has_text="/499").wait_for()

    assert 30 < len(notebook.rows()) <= 60


def test_pausing_stops_the_list_and_not_the_recording(notebook, traffic, run, page):
    run(traffic.http("/before"))
    notebook.open()
    page.locator(".list .row", has_text="/before").wait_for()

    page.get_by_role("button", name="Pause").click()
    run(traffic.http("/meanwhile"))
    notebook.push()
    resume = page.get_by_role("button", name="Resume (1 new)")
    resume.wait_for()
    paused_rows = notebook.rows()
    resume.click()

    assert [key for key, _ in paused_rows] == [1]
    page.locator(".list .row", has_text="/meanwhile").wait_for()


def test_clear_empties_the_store_and_every_list(notebook, store, traffic, run, page):
    run(traffic.http("/old"))
    notebook.open()
    page.locator(".list .row", has_text="/old").wait_for()

    page.get_by_role("button", name="Clear").click()
    page.evaluate("() => window.settled")
    notebook.push()

    page.locator(".empty").wait_for()
    assert len(store) == 0


def test_a_socket_that_is_open_grows_while_it_is_looked_at(notebook, traffic, page):
    async def chat(receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "first"})
        await Pause()
        await send({"type": "websocket.send", "bytes": b"\x00\x01"})
        await send({"type": "websocket.close", "code": 1000, "reason": "enough"})

    session = traffic.websocket("/chat", chat)
    session.send(None)
    notebook.open()
    page.locator(".list .row", has_text="/chat").click()
    page.locator(".messages .row", has_text="first").wait_for()
    with pytest.raises(StopIteration):
        session.send(None)
    notebook.push()

    page.locator(".messages .row", has_text="00 01").wait_for()
    page.get_by_text("closed by the app, 1000: enough").wait_for()
    assert page.locator(".messages .row[data-key]").count() == 2


def test_a_response_that_streams_grows_while_it_is_looked_at(notebook, traffic, page):
    async def events(scope, receive, send):
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        )
        await send({"type": "http.response.body", "body": b"one\n", "more_body": True})
        await Pause()
        await send({"type": "http.response.body", "body": b"two\n"})

    request = traffic.http("/events", stream=events)
    request.send(None)
    notebook.open()
    page.locator(".list .row", has_text="/events").click()
    page.locator(".body pre", has_text="one").wait_for()
    headers = page.locator(".pairs td").first.element_handle()
    with pytest.raises(StopIteration):
        request.send(None)
    notebook.push()

    page.locator(".body pre", has_text="two").wait_for()
    assert page.locator(".body .note").first.text_content() == " 8 B · text/plain"
    assert headers.evaluate("(cell) => cell.isConnected")


class Pause:
    """Awaited, it hands control back to whoever drives the coroutine by hand."""

    def __await__(self):
        yield


def test_a_body_larger_than_a_slice_is_shown_piece_by_piece(notebook, traffic, run, page):
    run(traffic.http("/big", response_body=b"x" * 300_000 + b"END"))
    notebook.open()

    page.locator(".list .row", has_text="/big").click()
    more = page.get_by_role("button", name="Show more")
    more.wait_for()
    assert "END" not in page.locator(".body pre").text_content()
    more.click()

    page.wait_for_function("() => root().querySelector('.body pre').textContent.endsWith('END')")
    assert more.is_hidden()


def test_two_views_of_one_model_have_their_own_selection_and_the_same_rows(notebook, traffic, run, page):
    run(traffic.http("/shared"))
    notebook.open()
    page.locator(".list .row", has_text="/shared").click()
    page.evaluate(
        """() => {
            const second = document.createElement("div");
            document.body.append(second);
            window.second = second;
            window.cleanSecond = widget.render({ model: window.model, el: second });
        }"""
    )
    page.wait_for_function(
        "() => second.firstChild.shadowRoot.querySelector('.space > .row')?.textContent.includes('/shared')"
    )

    assert page.evaluate("() => second.firstChild.shadowRoot.querySelector('[aria-selected=true]')") is None
    assert notebook.feed.view_count == 2


def test_when_its_last_view_is_gone_the_page_says_goodbye(notebook, page):
    notebook.open()
    page.get_by_text("● live").wait_for()

    page.evaluate("() => window.cleanUp()")
    page.evaluate("() => window.settled")

    assert notebook.feed.view_count == 0


def test_a_reload_shows_what_was_there(notebook, traffic, run, page):
    run(traffic.http("/before-the-reload"))
    notebook.open()
    page.locator(".list .row", has_text="/before-the-reload").wait_for()

    run(traffic.http("/during-the-reload"))
    notebook.open()

    page.locator(".list .row", has_text="/before-the-reload").wait_for()
    page.locator(".list .row", has_text="/during-the-reload").wait_for()


def test_a_lost_batch_is_noticed_and_mended(notebook, traffic, run, page):
    notebook.open()
    page.get_by_text("● live").wait_for()

    run(traffic.http("/lost-on-the-way"))
    notebook.feed.flush(time.monotonic())
    run(traffic.http("/arrives"))
    notebook.push()

    page.locator(".list .row", has_text="/lost-on-the-way").wait_for()
    page.locator(".list .row", has_text="/arrives").wait_for()


def test_a_feed_that_broke_is_told_in_the_footer(notebook, page):
    notebook.open()
    page.get_by_text("● live").wait_for()

    page.evaluate(
        "() => deliver([{ content: { kind: 'stop', reason: 'the feed broke: OSError: cut' }, buffers: [] }])"
    )

    page.get_by_text("the feed broke: OSError: cut").wait_for()
    page.get_by_text("✕ stopped").wait_for()


def test_narrow_pages_show_list_and_details_in_turn(notebook, traffic, run, page):
    page.set_viewport_size({"width": 400, "height": 600})
    run(traffic.http("/one"))
    notebook.open()
    page.locator(".list .row", has_text="/one").click()
    page.get_by_role("tab", name="Response").wait_for()

    hidden_list = page.evaluate("() => getComputedStyle(root().querySelector('.main > .list')).visibility")
    page.keyboard.press("Escape")

    assert hidden_list == "hidden"
    assert page.locator(".detail").is_hidden()
    assert page.locator(".list .row", has_text="/one").is_visible()


def test_nothing_is_wider_than_the_page(notebook, traffic, run, page):
    run(traffic.http("/" + "long" * 100, response_body=b"y" * 5000))
    for width in (320, 600, 768, 900):
        page.set_viewport_size({"width": width, "height": 600})
        notebook.open()
        page.locator(".list .row", has_text="/long").click()
        page.locator(".body pre").wait_for()

        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
