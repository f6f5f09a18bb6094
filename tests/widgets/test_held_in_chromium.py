"""What is held, in a real Chromium: the strip, its forms, two views, the keyboard, sockets on old code."""

import asyncio
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from asgi_nb.live.holding import HoldPoint
from asgi_nb.live.holds import Holds
from asgi_nb.record.tap import Tap
from asgi_nb.web.applications import App
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient
from asgi_nb.widgets.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def holds(notebook, store):
    holds = Holds()
    notebook.desk = Desk(store, holds)
    holds.listen(notebook.feed.stir)
    yield holds
    holds.cancel()


@pytest.fixture
def ask(store, holds):
    """Send a request from another thread."""

    async def echo(request):
        body = await request.body()
        return {"method": request.method, "say": request.headers.get("x-say"), "body": body.decode()}

    tapped = Tap(
        HoldPoint(App(routes=[Route("/{rest:path}", echo, methods=["GET", "POST", "PUT"])]), holds), store
    )

    async def served(scope, receive, send):
        await tapped(scope, receive, send)

    client = TestClient(served)
    with ThreadPoolExecutor(4) as pool:
        yield lambda *args, **options: pool.submit(client.request, *args, **options)


@pytest.fixture
def held(notebook, holds, ask, page):
    """POST /items?token=… is held, and the page shows it."""
    notebook.open()
    hold = holds.add("method:POST", times=None)
    asked = ask("POST", "/items?token=s3cr3t", json={"n": 1}, headers={"x-say": "hello"})
    held = hold.wait(10)
    held.asked = asked
    notebook.push()
    line(page).wait_for()
    return held


def line(page):
    return page.locator(".held-line[data-n]")


def button(page, name):
    return line(page).locator("button", has_text=name)


def settle(notebook, page, condition):
    """Let the page and the kernel's side talk until something holds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        notebook.push()
        page.wait_for_timeout(10)  # the page's messages are handled meanwhile


def test_what_is_held_stands_above_the_list_and_goes_on(held, notebook, page):
    assert "POST /items" in line(page).text_content()
    assert "s3cr3t" not in page.evaluate("root().textContent")
    left = line(page).locator(".held-left").text_content()
    assert 0 < int(left.removesuffix(" s")) <= 30
    assert page.locator(".row", has_text="held").count() == 1
    button(page, "Go").click()
    settle(notebook, page, lambda: line(page).count() == 0)

    assert held.asked.result(10).json()["body"] == '{"n":1}'


def test_a_reader_hears_of_it_once(held, notebook, page):
    alert = page.locator(".held-place > [role=alert]")
    said = alert.text_content()
    assert said.startswith("1 held: POST /items")
    page.evaluate(
        """() => {
            window.changes = 0;
            const alert = root().querySelector(".held-place > [role=alert]");
            new MutationObserver((seen) => (window.changes += seen.length))
                .observe(alert, { childList: true, characterData: true, subtree: true });
        }"""
    )
    before = line(page).locator(".held-left").text_content()
    settle(notebook, page, lambda: line(page).locator(".held-left").text_content() != before)

    assert page.evaluate("changes") == 0
    held.go()


def test_the_next_request_fails_on_purpose_by_keyboard(notebook, holds, ask, page):
    notebook.open()
    page.get_by_role("button", name="Hold next").click()
    settle(notebook, page, lambda: page.locator(".held-line[data-hold]").count() == 1)
    page.get_by_role("button", name="Fail with 503: Holds the next").focus()
    page.keyboard.press("Enter")
    settle(notebook, page, lambda: page.get_by_text("Answers the next with 503").count() == 1)

    assert ask("GET", "/tea").result(10).status_code == 503
    settle(notebook, page, lambda: page.locator(".held-line").count() == 0)


def test_the_connection_of_the_next_request_is_reset_on_purpose(notebook, holds, ask, page):
    notebook.open()
    page.get_by_role("button", name="Hold next").click()
    settle(notebook, page, lambda: page.locator(".held-line[data-hold]").count() == 1)
    page.get_by_role("button", name="Reset the connection: Holds the next").click()
    settle(notebook, page, lambda: page.get_by_text("Resets the connection of the next").count() == 1)

    with pytest.raises(ConnectionResetError):
        ask("GET", "/tea").result(10)
    settle(notebook, page, lambda: page.locator(".held-line").count() == 0)


def test_the_connection_of_what_is_held_is_reset(held, notebook, page):
    button(page, "Reset").click()
    settle(notebook, page, lambda: line(page).count() == 0)

    with pytest.raises(ConnectionResetError):
        held.asked.result(10)


def test_who_lets_it_go_beside_its_open_form_is_not_told_that_somebody_else_did(held, notebook, page):
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Method").wait_for()
    button(page, "Go").first.click()
    settle(notebook, page, lambda: line(page).count() == 0)

    assert held.asked.result(10).status_code == 200
    assert page.locator(".footer .problem").text_content() == ""


def test_it_is_edited_in_place_by_keyboard(held, notebook, page):
    button(page, "Edit").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Method").wait_for()
    assert page.evaluate("root().activeElement.name") == "method"
    page.keyboard.press("Control+A")
    page.keyboard.type("PUT")
    page.get_by_role("textbox", name="Headers").fill("x-say: bye")
    page.get_by_role("textbox", name="Body").fill("milk")
    page.keyboard.press("Control+Enter")
    settle(notebook, page, lambda: line(page).count() == 0)

    assert held.asked.result(10).json() == {"method": "PUT", "say": "bye", "body": "milk"}
    assert page.evaluate("leaked") == []
    # The keyboard stands where it can go on.
    assert page.evaluate("root().activeElement !== null")


def test_a_wrong_edit_is_told_in_the_form_and_it_stays_held(held, notebook, page):
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Path and query").fill("items")
    page.get_by_role("button", name="Go with this").click()
    page.locator(".held-editor .problem", has_text="a path starts with").wait_for()

    assert held.waiting
    assert page.get_by_role("textbox", name="Path and query").input_value() == "items"
    held.go()


def test_hidden_values_are_shown_on_request(held, notebook, page):
    button(page, "Edit").click()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_function("root().querySelector('[name=target]').value === '/items?token=s3cr3t'")

    assert page.get_by_role("button", name="Show", exact=True).count() == 0
    held.go()


def test_it_is_answered_in_the_apps_place(held, notebook, page):
    button(page, "Answer").click()
    page.get_by_role("textbox", name="Status").fill("418")
    page.get_by_role("textbox", name="Body: JSON, or text").fill('{"why": "tea"}')
    page.get_by_role("button", name="Answer with this").click()
    settle(notebook, page, lambda: line(page).count() == 0)

    answer = held.asked.result(10)
    assert (answer.status_code, answer.json()) == (418, {"why": "tea"})


def test_it_is_dropped(held, notebook, page):
    button(page, "Drop").click()
    settle(notebook, page, lambda: line(page).count() == 0)

    assert held.asked.result(10).status_code == 503


def test_who_types_gets_more_time(held, notebook, page):
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Method").wait_for()
    held.until = time.monotonic() + 10
    notebook.feed.stir()
    notebook.push()
    page.get_by_role("textbox", name="Method").fill("PUT")
    settle(notebook, page, lambda: held.remaining > 40)

    button(page, "+60 s").click()
    settle(notebook, page, lambda: held.remaining > 100)
    held.go()


def test_what_is_decided_elsewhere_closes_its_form_and_says_so(held, notebook, page):
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Method").wait_for()
    held.go()
    settle(notebook, page, lambda: line(page).count() == 0)

    assert page.locator(".held-editor").count() == 0
    assert "held no longer" in page.locator(".footer .problem").text_content()


def test_two_views_agree(held, notebook, page):
    page.evaluate(
        """() => {
            const second = document.createElement("div");
            second.id = "second";
            document.body.append(second);
            widget.render({ model, el: second });
        }"""
    )
    second = page.locator("#second .held-line[data-n]")
    second.wait_for()
    second.locator("button", has_text="Go").click()
    settle(
        notebook, page, lambda: second.count() == 0 and page.locator("#cell .held-line[data-n]").count() == 0
    )

    assert held.asked.result(10).status_code == 200


def test_h_goes_to_what_is_held_and_escape_back_to_the_list(held, notebook, page):
    page.locator(".list .row", has_text="/items").click()
    page.keyboard.press("h")
    assert page.evaluate("root().activeElement.dataset.do") == "go"
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")

    assert page.evaluate("root().activeElement.closest('.list') !== null")
    assert page.locator(".list .row", has_text="/items").count() == 1
    held.go()


def test_the_next_that_the_filter_matches_is_held_and_the_wish_taken_back(notebook, holds, page):
    notebook.open()
    page.get_by_role("combobox", name="Filter").fill("path:/tea")
    settle(
        notebook,
        page,
        lambda: page.evaluate("root().querySelector('.empty').textContent").startswith("No request m"),
    )
    page.get_by_role("button", name="Hold next").click()
    rule = page.locator(".held-line[data-hold]")
    settle(notebook, page, lambda: rule.count() == 1)
    assert "Holds the next path:/tea" in rule.text_content()
    assert [hold.where for hold in holds.all()] == ["path:/tea"]
    rule.get_by_role("button", name="Cancel").click()
    settle(notebook, page, lambda: rule.count() == 0)

    assert holds.all() == []
    assert not page.locator(".held").is_visible()


HOSTILE = "<img src=x onerror=leaked.push('xss')>\u202e\u2066"


def test_what_is_held_stays_text(notebook, holds, ask, page):
    notebook.open()
    hold = holds.add()
    asked = ask(
        "POST",
        "/",
        content=HOSTILE.encode(),
        headers={b"x-say": b"<svg onload=leaked.push(1)>"},
        params={"q": HOSTILE},
    )
    held = hold.wait(10)
    notebook.push()
    button(page, "Edit").click()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_function("root().querySelector('[name=body]') !== null")

    assert page.locator("[name=body]").input_value() == HOSTILE
    assert page.evaluate("root().querySelectorAll('img, svg').length") == 0
    assert page.evaluate("leaked") == []
    held.go()
    assert asked.result(10).json()["body"] == HOSTILE


class Socket:
    """An open socket as `LiveApp.sockets` lists it."""

    replaced = True

    def __init__(self, exchange, loop):
        self.exchange, self._loop = exchange, loop
        self.ended = threading.Event()

    async def end(self, code, reason):
        self.ended.set()


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@types.coroutine
def paused():
    """Wait until somebody sends something."""
    yield


def test_a_socket_on_old_code_says_so_and_is_closed(notebook, store, traffic, loop, page):
    async def stay(receive, send):
        await send({"type": "websocket.accept"})
        await paused()
        await send({"type": "websocket.close", "code": 1012})

    session = traffic.websocket("/chat", stay)
    session.send(None)
    store[-1].replaced = True
    socket = Socket(store[-1], loop)
    notebook.desk = Desk(store, None, lambda: [socket])
    notebook.open()
    page.locator(".list .row", has_text="⟲ old code").dblclick()
    page.locator(".old-code button", has_text="Close").first.click()
    settle(notebook, page, socket.ended.is_set)
    with pytest.raises(StopIteration):
        session.send(None)
    settle(notebook, page, lambda: not page.locator(".old-code").is_visible())

    assert page.locator(".list .row", has_text="⟲ old code").count() == 0


AXE = Path(__file__).parents[2] / "asgi_nb" / "widgets" / "js" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.timeout(60)  # axe takes its time
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
def test_strip_and_form_are_accessible_and_fit(held, notebook, page, width, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in asgi_nb/widgets/js")
    held.extend(60)
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("scheme => { document.documentElement.style.colorScheme = scheme }", scheme)
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Method").wait_for()
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        """async () => {
            const { violations } = await axe.run({ fromShadowDom: ["#cell > div", ".held"] });
            return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        }"""
    )
    overflow = "(strip) => strip.scrollWidth - strip.clientWidth"

    assert found == []
    assert page.locator(".held").evaluate(overflow) == 0
    held.go()
