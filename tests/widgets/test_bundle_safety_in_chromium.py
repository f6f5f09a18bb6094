"""The committed bundle in a real Chromium: what a stranger sends stays text, and keys stay in the widget."""

import html
import json
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.browser

HOSTILE = [
    "<img src=x onerror=\"window.pwned = 'img'\">",
    '"><svg onload="window.pwned = 1">',
    "<script>window.pwned = 'script'</script>",
    "</pre></td><iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>",
    "javascript:window.pwned='url'",
    "\x1b[31mred\x00\x07",
    "\u202egnp.exe\u2066\u2069",
    "${window.pwned = 1} {{constructor.constructor('window.pwned = 1')()}}",
]


def latin(text):
    return text.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b"")


@pytest.fixture
def hostile_traffic(traffic, run):
    """Each text of the corpus in every field that a stranger can fill."""
    for text in HOSTILE:
        run(
            traffic.http(
                "/" + text,
                method=text,
                query=latin(text),
                headers=[(b"x-evil", latin(text)), (latin(text), b"1"), (b"content-type", b"text/html")],
                body=text.encode("utf-8", "replace"),
                response_headers=[(b"location", latin(text)), (b"content-type", latin(text))],
                response_body=text.encode("utf-8", "replace"),
            )
        )
        run(traffic.http("/raise", error=type(text.replace("\x00", ""), (Exception,), {})(text)))

        async def session(receive, send, text=text):
            await send({"type": "websocket.accept", "subprotocol": text, "headers": [(b"x", latin(text))]})
            await receive()
            await send({"type": "websocket.send", "text": text})
            await send({"type": "websocket.close", "code": 4000, "reason": text})

        run(traffic.websocket("/" + text, session, [{"type": "websocket.receive", "text": text}]))


# Each viewer gets the corpus, in a shape that it takes for its own.
SHAPES = {
    "application/json": lambda text: json.dumps({text: [text, {"a": text}]}).encode(),
    "application/problem+json": lambda text: b'{"a": ' + text.encode(),
    "application/x-ndjson": lambda text: (json.dumps(text) + "\n" + text).encode(),
    "text/csv": lambda text: f"{text},b\n{text},{text}\n".encode(),
    "text/html": lambda text: text.encode(),
    "image/svg+xml": lambda text: (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="window.pwned = 1">'
        f"<script>window.pwned = 1; parent.pwned = 1</script><text>{html.escape(text)[:20]}</text></svg>"
    ).encode("utf-8", "replace"),
    "application/x-www-form-urlencoded": lambda text: urlencode({text: text, "password": text}).encode(),
    "multipart/form-data; boundary=b": lambda text: (
        f'--b\r\nContent-Disposition: form-data; name="{text}"; filename="{text}"\r\n\r\n{text}\r\n--b--'
    ).encode(),
    "text/event-stream": lambda text: f"event: {text}\nid: {text}\ndata: {text}\n\n".encode(),
}

ELEMENTS = {
    *("style", "div", "span", "button", "p", "h2", "h3", "section", "strong", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "details", "summary", "mark"),
    *("input", "select", "option", "output", "form", "textarea", "datalist", "label"),
}


def elements(page):
    """The names of all elements, but for the two that viewers make on purpose."""
    return set(
        page.evaluate(
            """() => [...root().querySelectorAll("*")]
                .filter((el) => !el.matches("iframe.page-preview[sandbox='']"))
                .filter((el) => !el.matches(".checkerboard > img[src^='blob:']"))
                .map((el) => el.localName)"""
        )
    )


def settled(page):
    page.wait_for_function("() => !root().textContent.includes('Asking the kernel')")


def checked(page):
    assert elements(page) <= ELEMENTS
    text = page.evaluate("() => root().querySelector('.inspector').textContent")
    assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u2069"} & set(text)
    return text


@pytest.mark.timeout(120)  # 24 exchanges, each opened tab by tab
def test_hostile_markup_in_every_field_makes_no_element(notebook, store, hostile_traffic, page):
    notebook.open(height=900)
    page.set_viewport_size({"width": 1000, "height": 950})
    seen = ""
    for exchange in store:
        page.locator(f".main > .list [data-key='{exchange.seq}']").click()
        page.locator(".tab").first.wait_for()
        for tab in page.locator(".tab").all():
            tab.click()
            settled(page)
            seen += checked(page)
        if exchange.kind == "websocket":
            page.get_by_role("tab", name="Messages").click()
            page.locator(".messages .row[data-key]").last.click()
            settled(page)
            seen += checked(page)

    assert page.evaluate("() => window.pwned") is None
    assert all(text in seen for text in ("<img src=x onerror=", "\\x1b[31mred", "\\u202egnp.exe"))


@pytest.mark.timeout(120)  # 72 exchanges, each in every viewer
@pytest.mark.parametrize("media_type", SHAPES)
def test_hostile_bodies_stay_text_in_every_viewer(notebook, store, traffic, run, page, media_type):
    shape = SHAPES[media_type]
    header = (b"content-type", media_type.encode())
    for text in HOSTILE:
        run(
            traffic.http(
                "/v",
                method="POST",
                headers=[header],
                body=shape(text),
                response_headers=[header],
                response_body=shape(text),
            )
        )
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    notebook.open(height=900)
    page.set_viewport_size({"width": 1000, "height": 950})
    page.locator(".main > .list .row[data-key]").first.wait_for()
    asked.clear()

    for exchange in store:
        page.locator(f".main > .list [data-key='{exchange.seq}']").click()
        page.locator(".tab").first.wait_for()
        for name in ("Request", "Response", *(["Events"] if "event-stream" in media_type else [])):
            page.get_by_role("tab", name=name).click()
            settled(page)
            checked(page)
            choice = page.get_by_label("Show the body as")
            for option in choice.locator("option").all() if choice.is_visible() else []:
                choice.select_option(option.get_attribute("value"))
                settled(page)
                checked(page)

    assert page.evaluate("() => window.pwned") is None
    assert [url for url in asked if not url.startswith(("blob:", "about:", "data:"))] == []


def test_no_key_reaches_the_notebook(notebook, traffic, run, page):
    run(traffic.http("/one"))
    notebook.open()
    page.locator(".list .row", has_text="/one").click()
    page.locator(".tab").first.wait_for()

    for place in (".grid", ".tab[aria-selected=true]", ".panel", ".toolbar button"):
        page.locator(place).first.focus()
        for key in ("b", "d", "d", "Enter", "Escape", "ArrowDown", "x", "Delete"):
            page.keyboard.press(key)
            page.evaluate("() => root().querySelector('.main').removeAttribute('data-closed')")

    assert page.evaluate("() => window.leaked") == []
