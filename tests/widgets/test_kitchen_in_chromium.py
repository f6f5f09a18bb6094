"""The kitchen in a real Chromium, over the real feed: it shows, obeys hand and keys, and text stays text."""

import base64
import time
from pathlib import Path

import pytest

from asgi_nb.record.recorder import Recorder
from asgi_nb.record.runs import new_run
from asgi_nb.record.samples import Sample
from asgi_nb.record.trace import Trace
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.kitchen import Kitchen
from asgi_nb.widgets.kitchen_feed import KitchenAnswers, KitchenFeed

pytestmark = pytest.mark.browser

MS = 1_000_000
ADDRESS = "http://notebook.test/"
PAGE = "<!doctype html><html lang=en><title>notebook</title><body style='margin:8px'><div id=cell></div>"
AXE = Path(__file__).parents[2] / "asgi_nb" / "widgets" / "js" / "node_modules" / "axe-core" / "axe.min.js"

HARNESS = """
async ({ source, traits }) => {
  window.leaked = [];
  document.addEventListener("keydown", (event) => window.leaked.push(event.key));
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const listeners = new Set();
  window.deliver = (messages) => {
    for (const { content, buffers } of messages) {
      for (const listener of listeners) listener(content, buffers.map(bytes));
    }
  };
  window.model = {
    get: (name) => traits[name],
    send: (message) => void (window.answered = window.kernel(message).then(window.deliver)),
    on: (event, listener) => event === "msg:custom" && listeners.add(listener),
    off: (event, listener) => listeners.delete(listener),
  };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  widget.initialize({ model: window.model });
  window.cleanUp = widget.render({ model: window.model, el: document.getElementById("cell") });
}
"""

HOSTILE = [
    "<img src=x onerror=\"window.pwned = 'img'\">",
    '"><svg onload="window.pwned = 1">',
    "<script>window.pwned = 'script'</script>",
    "javascript:window.pwned='url'",
    "\x1b[31mred\x00\x07",
    "\u202egnp.exe\u2066\u2069",
    "${window.pwned = 1} {{constructor.constructor('window.pwned = 1')()}}",
]


class KitchenPage:
    """A page with one kitchen in it, and the kernel's side of it."""

    def __init__(self, page, store):
        self.page = page
        self.store = store
        self.feed = KitchenFeed(store, lambda: None, interval=0, beside=Desk(store).state)
        self.answers = KitchenAnswers(store)
        page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.expose_function("kernel", lambda message: self.packed(self.kernel(message)))

    def open(self, *, live=False, seconds=10.0):
        self.page.goto(ADDRESS)
        traits = {"live": live, "seconds": seconds}
        self.page.evaluate(HARNESS, {"source": str(Kitchen._esm), "traits": traits})
        self.page.wait_for_function("() => root().querySelector('.light').textContent.match(/live|recorded/)")

    def kernel(self, message):
        if message["kind"] == "ask":
            return [self.answers.reply(message)]
        messages = self.feed.receive(message)
        sent = messages + (self.feed.flush(time.monotonic()) if message["kind"] == "hello" else [])
        for content, _ in sent:
            content["sent_at"] = time.time()
        return sent

    def push(self):
        """Send what has changed since."""
        self.page.evaluate("messages => deliver(messages)", self.packed(self.feed.flush(time.monotonic())))

    @staticmethod
    def packed(messages):
        return [
            {"content": content, "buffers": [base64.b64encode(buffer).decode() for buffer in buffers]}
            for content, buffers in messages
        ]

    def text(self, selector):
        return self.page.evaluate("selector => root().querySelector(selector)?.textContent ?? null", selector)

    def bars(self):
        """The numbers of the bars that are drawn, in order."""
        return self.page.evaluate(
            """() => [...root().querySelectorAll('.bar')]
                .map((el) => Number(el.dataset.seq)).sort((a, b) => a - b)"""
        )

    def span(self):
        """Seconds between the first and the last time on the axis, to see a zoom by."""
        return self.page.evaluate("() => root().querySelector('.toolbar select').value")

    def shown_span(self):
        """How the page says how much time is in view."""
        return self.page.evaluate(
            "() => root().querySelector('.toolbar select').selectedOptions[0].textContent"
        )


@pytest.fixture
def kitchen(page, store):
    return KitchenPage(page, store)


@pytest.fixture
def cook(store):
    """Put a request into the store that ran at times, all in ms; it ended some seconds ago."""
    zero = time.perf_counter_ns() - 3000 * MS
    wall = time.time() - 3

    def cook(began, ended, *times, place="server", path="/items", text="", status=200, is_open=False):
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": b"/",
            "query_string": b"token=hush-hush",
            "root_path": "",
            "headers": [],
            "client": None,
            "server": None,
        }
        recorder = Recorder(scope, wall + began / 1000)
        if not is_open:
            recorder.feed("send", {"type": "http.response.start", "status": status, "headers": []}, 1)
            recorder.feed("send", {"type": "http.response.body", "body": b""}, (ended - began) * MS)
            recorder.finish((ended - began) * MS, None)
        exchange = recorder.exchange
        exchange.clock_ns = zero + began * MS
        exchange.trace = Trace()
        run = new_run(place, "endpoint", "demo", exchange.clock_ns, zero + times[0] * MS)
        exchange.trace.runs.append([*run, *(zero + one * MS for one in times[1:])])
        if text:
            exchange.trace.samples = [Sample(zero + times[0] * MS, "Cell In[3]", 2, "demo", text, True)]
        store.add(exchange)
        return exchange

    return cook


@pytest.fixture
def rush(cook):
    """Two requests that await, one that holds the loop for 300 ms, one in a thread, one that failed."""
    cook(0, 420, 0, 1, 412, 413, path="/await")
    cook(5, 425, 5, 6, 414, 415, path="/await")
    cook(110, 412, 110, 410, path="/block", text="time.sleep(0.3)")
    cook(20, 300, 30, 290, path="/thread", place="thread")
    cook(500, 520, 500, 510, path="/broken", status=500)


def test_every_request_is_a_bar_with_its_name(kitchen, rush, page):
    kitchen.open()

    assert kitchen.bars() == [1, 2, 3, 4, 5]
    assert "GET /await?token=••• → 200" in kitchen.text(".space")
    assert "hush" not in page.evaluate("() => root().textContent")
    kinds = page.evaluate("() => [...root().querySelectorAll('.bar .stretch')].map((el) => el.dataset.kind)")
    assert {"awaiting", "blocking", "running", "thread"} <= set(kinds)


def test_who_held_the_loop_is_named_with_line_remedy_and_who_waited(kitchen, rush):
    kitchen.open()

    said = kitchen.text(".blame")
    assert "3  GET /block?token=••• → 200 held the server's loop for 300 ms" in said
    assert "Cell In[3], line 2: time.sleep(0.3)" in said
    assert "kept waiting: 1, 2" in said
    assert "await asyncio.sleep(…) in place of time.sleep(…)" in said


def test_a_recording_shows_all_of_itself_and_says_so_until_it_is_moved(kitchen, rush, page):
    kitchen.open()
    page.locator(".bar").first.wait_for()

    assert kitchen.shown_span() == "all"
    page.get_by_role("button", name="Closer").click()
    page.wait_for_function("() => root().querySelector('select').selectedOptions[0].textContent === 'zoomed'")
    page.get_by_role("button", name="All").click()
    page.wait_for_function("() => root().querySelector('select').selectedOptions[0].textContent === 'all'")
    page.get_by_label("Time in view").select_option("2")
    assert kitchen.shown_span() == "2 s"


def test_what_a_bar_is_is_read_under_the_pointer_and_at_the_keyboard(kitchen, rush, page):
    kitchen.open()

    page.locator(".bar[data-seq='4']").hover()
    page.wait_for_function("() => root().querySelector('.about').textContent.includes('/thread')")
    assert "running in a thread 260 ms" in kitchen.text(".about")
    page.locator(".lanes").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => root().querySelector('.about').textContent.includes('/broken')")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => root().querySelector('.about').textContent.includes('/block')")
    active = page.evaluate("() => root().querySelector('.lanes').getAttribute('aria-activedescendant')")
    assert page.evaluate("id => root().getElementById(id).getAttribute('aria-selected')", active) == "true"


def test_enter_and_a_click_choose_a_request_for_the_inspector(kitchen, rush, page, store):
    kitchen.open()
    page.evaluate(
        """() => document.addEventListener("asgi-nb:choose", (event) => {
            window.chosen = event.detail;
            if (window.taken) event.preventDefault();
        })"""
    )

    page.locator(".bar[data-seq='3'] .stretches").click()
    page.wait_for_function("() => window.chosen?.seq === 3")
    page.wait_for_function("() => root().querySelector('.about').textContent.includes('asgi_nb.traffic')")
    assert store[2].id in kitchen.text(".about")
    page.evaluate("() => (window.taken = true)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.chosen?.seq === 5")
    page.wait_for_function("() => !root().querySelector('.about').textContent.includes('asgi_nb.traffic')")


def test_keys_and_wheel_zoom_and_pan(kitchen, rush, page):
    kitchen.open(live=True)
    assert kitchen.span() == "10"
    page.locator(".lanes").focus()

    page.keyboard.press("+")
    page.wait_for_function("() => root().querySelector('select').value === 'other'")
    page.keyboard.press("0")
    page.wait_for_function("() => root().querySelector('.light').textContent.includes('paused')")
    page.wait_for_function("() => root().querySelectorAll('.bar').length === 5")
    width = "() => root().querySelector(\".bar[data-seq='3']\").getBoundingClientRect().width"
    before = page.evaluate(width)
    page.locator(".lanes").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"before => ({width})() > before * 1.2", arg=before)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.wait_for_function("() => root().querySelectorAll('.bar').length === 0")
    page.keyboard.press("End")
    page.wait_for_function("() => root().querySelector('.light').textContent.includes('live')")


def test_a_drag_pans_and_chooses_nothing(kitchen, rush, page):
    kitchen.open()
    page.evaluate("() => document.addEventListener('asgi-nb:choose', () => (window.chosen = true))")
    left = "() => root().querySelector(\".bar[data-seq='3']\").getBoundingClientRect().left"
    before = page.evaluate(left)
    box = page.locator(".lanes").bounding_box()

    page.mouse.move(box["x"] + 300, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 60)
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.up()

    page.wait_for_function(f"before => Math.abs(({left})() - before + 100) < 3", arg=before)
    assert page.evaluate("() => window.chosen") is None


def test_new_requests_come_in_and_paused_time_stands_still(kitchen, cook, page):
    kitchen.open(live=True)
    assert "No requests in this time" in kitchen.text(".about")

    cook(0, 100, 0, 1)
    kitchen.push()
    page.wait_for_function("() => root().querySelectorAll('.bar').length === 1")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("() => root().querySelector('.light').textContent.includes('paused')")
    left = "() => root().querySelector('.bar').getBoundingClientRect().left"
    before = page.evaluate(left)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(left) == before
    page.get_by_role("button", name="Live").click()
    page.wait_for_function(f"before => ({left})() < before", arg=before)


def test_a_request_that_goes_on_grows_with_time(kitchen, cook, page):
    cook(0, 0, 0, 1, is_open=True)
    kitchen.open(live=True)

    width = "() => root().querySelector('.bar').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.wait_for_function(f"before => ({width})() > before", arg=before)
    assert "so far" in page.evaluate("() => root().querySelector('.bar').getAttribute('aria-label')")


def test_a_culprit_of_the_list_is_shown_in_the_picture(kitchen, rush, page):
    kitchen.open(live=True, seconds=60)

    page.locator(".culprit").click()

    page.wait_for_function("() => root().querySelector('.bar[aria-selected=true]')?.dataset.seq === '3'")
    assert "paused" in kitchen.text(".light")


def test_more_at_once_than_lanes_is_said(kitchen, cook, page):
    for number in range(65):
        cook(number, 1000, number, number + 1)
    kitchen.open()

    assert len(kitchen.bars()) == 60
    assert "5 more at once than 60 lanes can show" in kitchen.text(".counts")


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_what_is_in_view_is_saved_as_a_picture(kitchen, rush, page, kind):
    kitchen.open()

    with page.expect_download() as download:
        page.get_by_role("button", name=kind, exact=True).click()

    assert download.value.suggested_filename == f"timeline.{kind.lower()}"
    data = Path(download.value.path()).read_bytes()
    assert data.startswith(b"<svg" if kind == "SVG" else b"\x89PNG")
    assert b"hush" not in data


def test_hostile_markup_in_every_field_makes_no_element(kitchen, cook, page):
    for number, text in enumerate(HOSTILE):
        cook(number * 400, number * 400 + 310, number * 400, number * 400 + 300, path="/" + text, text=text)
    kitchen.open()
    page.locator(".lanes").focus()
    for _ in HOSTILE:
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")

    tags = set(page.evaluate("() => [...root().querySelectorAll('*')].map((el) => el.localName)"))
    text = page.evaluate("() => root().querySelector('.kitchen').textContent")
    assert tags <= {
        *("style", "div", "span", "button", "p", "h3", "section", "code"),
        *("select", "option", "ul", "ol", "li"),
    }
    assert page.evaluate("() => window.pwned") is None
    assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u2069"} & set(text)
    assert "<img src=x onerror=" in text


def test_no_key_reaches_the_notebook(kitchen, rush, page):
    kitchen.open()
    for place in (".lanes", ".toolbar button:not([hidden])", ".culprit"):
        page.locator(place).first.focus()
        for key in ("b", "d", "d", "Enter", "Escape", "ArrowDown", "x", " "):
            page.keyboard.press(key)

    assert page.evaluate("() => window.leaked") == []


@pytest.mark.parametrize("width", [320, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(kitchen, rush, page, width, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in asgi_nb/widgets/js")
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme)
    kitchen.open()
    page.evaluate(
        "scheme => { document.documentElement.style.colorScheme = scheme;"
        " if (scheme === 'dark') document.body.style.background = '#111'; }",
        scheme,
    )
    page.evaluate(AXE.read_text())

    found = page.evaluate("async () => (await axe.run('#cell', { resultTypes: ['violations'] })).violations")

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_with_forced_colours_every_kind_still_looks_different(kitchen, rush, page):
    page.emulate_media(forced_colors="active")
    kitchen.open()

    looks = page.evaluate(
        """() => [...root().querySelectorAll('.swatch')].map((el) => {
            const style = getComputedStyle(el);
            return [style.backgroundColor, style.backgroundImage, style.borderStyle].join();
        })"""
    )

    assert len(looks) == 8
    assert len(set(looks)) == len(looks)


def test_without_motion_time_moves_a_second_at_a_time(kitchen, rush, page):
    page.emulate_media(reduced_motion="reduce")
    kitchen.open(live=True)

    moves = page.evaluate(
        """() => new Promise((done) => {
            const bar = root().querySelector('.bar');
            let count = 0;
            const observer = new MutationObserver(() => (count += 1));
            observer.observe(bar, { attributes: true, attributeFilter: ['style'] });
            let frames = 0;
            const frame = () => (++frames < 30 ? requestAnimationFrame(frame) : done(count));
            requestAnimationFrame(frame);
        })"""
    )

    # 30 frames take half a second; with motion there would be a dozen.
    assert moves <= 8


def test_a_view_that_is_gone_says_goodbye(kitchen, rush, page):
    kitchen.open(live=True)
    assert kitchen.feed.view_count == 1

    page.evaluate("() => { cleanUp(); return window.answered; }")

    assert kitchen.feed.view_count == 0
