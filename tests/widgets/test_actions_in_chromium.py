"""What is done with an exchange in a real Chromium: replay, edit, copy, new cell, compare, sockets."""

import json
import time
from pathlib import Path

import pytest
from websockets.sync.client import connect

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import PlainNotebook

pytestmark = pytest.mark.browser

HOSTILE = "\"><img src=x onerror='window.pwned=1'>\u202e"


@pytest.fixture
def kit():
    kit = Kit(PlainNotebook())
    count = iter(range(100))

    @kit.app.route("/echo", methods=["GET", "POST", "PUT"])
    async def echo(request):
        return {"n": next(count), "q": request.url.query, "body": (await request.body()).decode()}

    @kit.app.websocket("/chat")
    async def chat(websocket):
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text.upper())

    yield kit
    kit.close()


@pytest.fixture
def store(kit):
    return kit.traffic


@pytest.fixture
def opened(kit, notebook, page):
    """The details of a request with a secret, opened."""
    body = json.dumps({"password": "s3cret", "name": HOSTILE})
    headers = {"authorization": "Bearer abcdefgh", "content-type": "application/json"}
    kit.request("POST /echo?q=1", headers=headers, body=body)
    notebook.open()
    page.locator("[data-key='1']").click()
    page.locator(".exchange-actions").wait_for()
    return notebook


def push_until(notebook, page, condition):
    """Let rows arrive until something holds in the page."""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline
        notebook.push()
        page.wait_for_timeout(20)  # the page's messages are handled meanwhile


SELECTED = "() => root().querySelector('.main > .list [aria-selected=true]')?.dataset.key"


def wait_for_selected(notebook, page, key):
    push_until(notebook, page, f"() => ({SELECTED})() === '{key}'")


def button(page, name):
    return page.locator(".exchange-actions").get_by_role("button", name=name)


def focused(page):
    return page.evaluate("() => root().activeElement?.textContent")


# --- replay and edit


def test_what_was_opened_for_a_request_steps_aside_for_another(opened, kit, page):
    page.set_viewport_size({"width": 1200, "height": 700})
    kit.request("GET /echo?q=2")
    push_until(opened, page, "() => root().querySelector('[data-key=\"2\"]') !== null")
    button(page, "Edit and send").click()
    page.get_by_role("dialog", name="Edit #1").get_by_label("Body").fill("half-written")

    page.locator("[data-key='2']").click()
    page.get_by_role("tab", name="Response").wait_for()
    assert page.get_by_role("dialog", name="Edit #1").is_hidden()
    page.locator("[data-key='1']").click()

    form = page.get_by_role("dialog", name="Edit #1")
    form.wait_for()
    assert form.get_by_label("Body").input_value() == "half-written"


def test_a_replay_is_selected_when_it_comes(opened, page, kit):
    button(page, "Replay").click()
    wait_for_selected(opened, page, 2)

    assert kit.traffic[-1].relation.replay_of == kit.traffic[0].id
    assert page.locator(".main:not([data-closed]) .detail .what").text_content() == "POST /echo?q=1"


def test_every_button_shows_the_python_that_it_stands_for(opened, page, kit):
    name = f'asgi_nb.traffic["{kit.traffic[0].id}"]'

    assert button(page, "Replay").get_attribute("title") == f"Replay (r): {name}.replay()"
    assert name in button(page, "Edit and send").get_attribute("title")
    assert f"{name}.as_curl()" in button(page, "Copy as").get_attribute("title")


def test_the_keys_replay_edit_and_open_the_menu_of_copies(opened, page):
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("r")
    wait_for_selected(opened, page, 2)
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("c")
    page.get_by_role("menuitem", name="curl", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.locator(".main > .list .grid").focus()
    page.keyboard.press("e")
    page.get_by_role("dialog", name="Edit #2").wait_for()

    assert page.evaluate("() => leaked") == []


def test_the_keys_of_the_actions_work_in_the_head_of_the_details_and_others_do_not(opened, page, kit):
    button(page, "Replay").focus()
    for key in ("Delete", "p", "r"):
        page.keyboard.press(key)
    wait_for_selected(opened, page, 2)

    assert [exchange.pinned for exchange in kit.traffic] == [False, False]


def test_a_request_is_edited_sent_and_its_answer_opened(opened, page, kit):
    button(page, "Edit and send").click()
    sheet = page.get_by_role("dialog", name="Edit #1")
    sheet.get_by_label("Path and query").fill("/echo?q=2")
    body = sheet.get_by_label("Body")
    body.fill(body.input_value().replace('"name"', '"title"'))
    assert sheet.locator(".code").text_content().endswith(".edit(path=…, body=…).send()")
    sheet.get_by_role("button", name="Send").click()
    wait_for_selected(opened, page, 2)

    sent = kit.traffic[-1].request
    assert sent.query_string == b"q=2"
    assert sent.json() == {"password": "s3cret", "title": HOSTILE}
    assert sheet.is_hidden()


def test_an_edit_that_is_refused_keeps_what_was_typed_and_says_why(opened, page):
    button(page, "Edit and send").click()
    sheet = page.get_by_role("dialog", name="Edit #1")
    sheet.get_by_label("Path and query").fill("echo")
    sheet.get_by_label("Path and query").press("Control+Enter")

    page.get_by_text("path must be text that starts with '/'").wait_for()
    assert sheet.get_by_label("Path and query").input_value() == "echo"
    page.keyboard.press("Escape")
    assert sheet.is_hidden()
    assert page.locator(".detail").is_visible()
    assert "Edit" in focused(page)


def test_what_the_page_is_given_to_edit_holds_no_secret(opened, page):
    button(page, "Edit and send").click()
    page.get_by_role("dialog", name="Edit #1").wait_for()

    values = page.evaluate(
        "() => [...root().querySelectorAll('.sheet :is(textarea, input)')].map((e) => e.value)"
    )
    assert "•••" in "".join(values)
    assert not any(secret in "".join(values) for secret in ("s3cret", "abcdefgh"))
    assert page.evaluate("() => window.pwned") is None


# --- copied


def test_a_copy_is_on_the_clipboard_and_shown_masked(opened, page, kit):
    button(page, "Copy as").click()
    page.get_by_role("menuitem", name="curl", exact=True).click()
    area = page.get_by_role("textbox", name="curl", exact=True)
    area.wait_for()

    assert area.input_value() == str(kit.traffic[0].as_curl()).rstrip("\n")
    assert "s3cret" not in area.input_value()
    page.get_by_text("Secrets are masked.").wait_for()
    chosen = "() => root().activeElement.value.slice(0, root().activeElement.selectionEnd)"
    assert page.evaluate(chosen) == area.input_value()


def test_the_menu_goes_by_the_keys_of_the_pattern(opened, page):
    button(page, "Copy as").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("menuitem").first.wait_for()
    page.wait_for_function("() => root().activeElement.getAttribute('role') === 'menuitem'")
    assert focused(page) == "curl"
    page.keyboard.press("End")
    assert focused(page) == "HAR"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "curl"
    page.keyboard.press("p")
    assert focused(page) == "Python with httpx2"
    page.keyboard.press("Escape")

    assert "Copy" in focused(page)
    assert page.get_by_role("menuitem").count() == 0
    assert button(page, "Copy as").get_attribute("aria-expanded") == "false"


def test_where_no_cell_can_be_put_in_the_text_is_shown_to_be_pasted(opened, page):
    button(page, "New cell").click()
    page.get_by_role("menuitem", name="replay and compare").click()

    area = page.get_by_role("textbox", name="replay and compare")
    area.wait_for()
    assert ".replay()" in area.input_value()
    page.get_by_text("paste it into a new cell").wait_for()


def test_where_the_front_end_gives_the_notebook_a_cell_is_put_in_below(opened, page):
    page.evaluate(
        """() => {
            const outputs = [{ data: { "text/plain": "<Inspector: 1 exchanges kept>" } }];
            const cells = [{ toJSON: () => ({ outputs }) }, {}];
            const sharedModel = { cells, insertCell: (index, cell) => (window.inserted = [index, cell]) };
            window.model.widget_manager = { context: { model: { sharedModel } } };
        }"""
    )
    button(page, "New cell").click()
    page.get_by_role("menuitem", name="the request").click()
    page.get_by_text("It was not run.").wait_for()

    index, cell = page.evaluate("() => inserted")
    assert index == 1
    assert cell["cell_type"] == "code"
    assert cell["source"].startswith("%%asgi_request POST /echo?q=1")


# --- compared


def test_an_exchange_is_compared_with_the_one_that_it_repeats(opened, page):
    button(page, "Replay").click()
    wait_for_selected(opened, page, 2)
    button(page, "Diff with the one before").click()

    page.get_by_role("dialog", name="Compared").wait_for()
    row = page.locator(".diff tbody tr")
    assert row.locator(".sign").all_text_contents() == ["~ changed"]
    assert row.locator("th").all_text_contents() == ["body /n"]
    assert row.locator("td").all_text_contents()[1:] == ["0", "1"]


# --- from the footer


def test_all_that_is_shown_is_saved_as_a_masked_har_file(opened, page, kit):
    kit.request("GET /echo?other")
    push_until(opened, page, "() => root().querySelectorAll('.main > .list .space > .row').length === 2")
    page.get_by_role("button", name="Save as HAR").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="All that is shown (2)").click()

    saved = Path(download.value.path()).read_text()
    assert len(json.loads(saved)["log"]["entries"]) == 2
    assert "s3cret" not in saved


# --- whatever was captured, and however it is looked at


def dialogs(page):
    """Open each menu and sheet in turn: what is open has a name."""
    for menu, item in (("Copy as", "curl"), ("New cell", "replay and compare"), ("Copy as", "HAR")):
        button(page, menu).click()
        entry = page.get_by_role("menuitem", name=item, exact=True)
        entry.wait_for()
        yield menu
        entry.click()
        page.get_by_role("textbox", name=item, exact=True).wait_for()
        yield item
        page.keyboard.press("Escape")
    for action, name in (("Edit and send", "Edit"), ("Diff with the one before", "Compared")):
        button(page, action).click()
        page.get_by_role("dialog", name=name).wait_for()
        yield name
        page.keyboard.press("Escape")


def test_hostile_captures_stay_text_in_every_menu_and_sheet(kit, notebook, page):
    for number in range(2):
        headers = {"x-evil": "<img src=x onerror='window.pwned=1'>", "content-type": "text/html"}
        kit.request(f"POST /echo?<svg/onload=window.pwned=1>{number}", headers=headers, body=HOSTILE)
    notebook.open()
    page.locator("[data-key='2']").click()
    page.locator(".exchange-actions").wait_for()

    seen = list(dialogs(page))

    assert seen[-1] == "Compared"
    assert page.evaluate("() => root().querySelectorAll('.detail :is(img, svg, iframe, script)').length") == 0
    assert page.evaluate("() => window.pwned") is None


AXE = Path(__file__).parents[2] / "asgi_nb" / "widgets" / "js" / "node_modules" / "axe-core" / "axe.min.js"

CHECK = """async () => {
  const { violations } = await axe.run({ include: { fromShadowDom: ["#cell > div", ".inspector"] } }, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    resultTypes: ["violations"],
  });
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 99)}`));
  // The grid around them has the keyboard, and scrolls them.
  return found.filter((text) => !text.startsWith('scrollable-region-focusable: <div class="rows"'));
}"""


@pytest.mark.timeout(120)  # ten states, half a second each, on a machine that does other things as well
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768])
def test_axe_finds_nothing_in_any_menu_or_sheet(kit, notebook, page, socket, scheme, width):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in asgi_nb/widgets/js")
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate("() => (document.documentElement.style.colorScheme = 'light dark')")
    page.evaluate(f"{AXE.read_text()}; undefined")
    page.get_by_text("Close the socket").click()
    found = dict.fromkeys(page.evaluate(CHECK), "socket")
    kit.request("GET /echo?1")
    kit.request("GET /echo?2")
    push_until(notebook, page, "() => root().querySelectorAll('.main > .list .space > .row').length === 3")
    if width < 640:
        page.get_by_label("Close details").click()
    page.locator(".main > .list [data-key='3']").click()
    page.locator(".detail .what", has_text="/echo?2").wait_for()

    for state in dialogs(page):
        for text in page.evaluate(CHECK):
            found.setdefault(text, state)

    assert found == {}


# --- waiting


def test_a_command_that_the_kernel_does_not_hear_says_that_it_waits_and_then_goes(opened, page):
    kernel = opened.kernel
    waiting = []
    opened.kernel = lambda message: (waiting.append(message), [])[1]
    button(page, "Replay").click()
    page.get_by_text("Queued: a cell is running.").wait_for()

    opened.kernel = kernel
    replies = [reply for message in waiting for reply in kernel(message)]
    page.evaluate("messages => deliver(messages)", opened.packed(replies))
    wait_for_selected(opened, page, 2)
    assert page.get_by_text("Queued: a cell is running.").count() == 0


# --- sockets


@pytest.fixture
def socket(kit, notebook, page):
    """An open socket, its messages shown; gives its client."""
    service = kit.serve()
    with connect(service.websocket_url + "chat") as client:
        client.send("hello")
        assert client.recv(timeout=10) == "HELLO"
        notebook.open()
        page.locator("[data-key='1']").click()
        page.get_by_role("region", name="Send into this socket").wait_for()
        yield client


def send(page, text, to="client", form="text"):
    page.get_by_label("To", exact=True).select_option(to)
    page.get_by_label("Type", exact=True).select_option(form)
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")


def messages(page):
    return page.locator(".messages .space > .row").all_text_contents()


def test_a_socket_is_spoken_to_at_both_ends_and_marked_so(socket, notebook, page):
    send(page, "tea")
    assert socket.recv(timeout=10) == "tea"
    send(page, "00ff", form="hex")
    assert socket.recv(timeout=10) == b"\x00\xff"
    send(page, '{"a": 1}', to="app", form="json")
    assert socket.recv(timeout=10) == '{"A": 1}'

    push_until(notebook, page, "() => root().querySelectorAll('.messages .space > .row').length === 6")
    assert [text.startswith(("↓ send +", "↑ receive +")) for text in messages(page)] == [
        False, False, True, True, True, False,
    ]  # fmt: skip


def test_what_is_no_json_or_no_hex_is_not_sent(socket, page):
    send(page, "{a}", form="json")
    page.get_by_text("Not JSON").wait_for()
    send(page, "0g", form="hex")
    page.get_by_text("written as hexadecimal digits").wait_for()

    assert page.get_by_label("Message", exact=True).input_value() == "0g"


def test_a_socket_is_closed_with_code_and_reason(socket, notebook, page, kit):
    page.get_by_text("Close the socket").click()
    page.get_by_label("Close code").fill("4001")
    page.get_by_label("Close reason").fill("enough")
    page.get_by_role("button", name="Close as the app").click()

    with pytest.raises(Exception, match="4001"):
        socket.recv(timeout=10)
    push_until(notebook, page, "() => root().querySelector('.composer').hidden")
    assert page.get_by_text("closed by the notebook, 4001: enough").count() == 1


def test_messages_are_filtered_by_direction_and_pattern(socket, notebook, page):
    for text in ("one", "two"):
        socket.send(text)
        socket.recv(timeout=10)
    push_until(notebook, page, "() => root().querySelectorAll('.messages .space > .row').length === 6")

    page.get_by_label("Direction").select_option("receive")
    page.wait_for_function("() => root().querySelectorAll('.messages .space > .row').length === 3")
    page.get_by_label("Messages that match").fill("^t")
    page.wait_for_function("() => root().querySelectorAll('.messages .space > .row').length === 1")
    page.get_by_text("1 of 6").wait_for()
    page.get_by_label("Messages that match").fill("(")
    assert page.get_by_label("Messages that match").get_attribute("aria-invalid") == "true"
    assert len(messages(page)) == 1
