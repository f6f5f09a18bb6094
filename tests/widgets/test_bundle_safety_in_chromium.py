"""The committed bundle in a real Chromium: what a stranger sends stays text, and keys stay in the widget."""

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


@pytest.mark.timeout(120)  # 24 exchanges, each opened tab by tab
def test_hostile_markup_in_every_field_makes_no_element(notebook, store, hostile_traffic, page):
    notebook.open(height=900)
    page.set_viewport_size({"width": 1000, "height": 950})
    tags = set()
    seen = ""
    for exchange in store:
        page.locator(f".main > .list [data-key='{exchange.seq}']").click()
        page.locator(".tab").first.wait_for()
        for tab in page.locator(".tab").all():
            tab.click()
            page.wait_for_function("() => !root().textContent.includes('Asking the kernel')")
        if exchange.kind == "websocket":
            page.get_by_role("tab", name="Messages").click()
            page.locator(".messages .row[data-key]").last.click()
            page.wait_for_function("() => !root().textContent.includes('Asking the kernel')")
        tags |= set(page.evaluate("() => [...root().querySelectorAll('*')].map((el) => el.localName)"))
        text = page.evaluate("() => root().querySelector('.inspector').textContent")
        seen += text
        assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u2069"} & set(text)

    assert page.evaluate("() => window.pwned") is None
    assert all(text in seen for text in ("<img src=x onerror=", "\\x1b[31mred", "\\u202egnp.exe"))
    assert tags <= {
        *("style", "div", "span", "button", "p", "h2", "h3", "section", "strong", "pre"),
        *("table", "tbody", "tr", "th", "td"),
        *("input", "ul"),
    }


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
