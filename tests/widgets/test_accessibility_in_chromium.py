"""
The whole widget under axe: every panel and viewer, at four widths, in light, dark and forced colours.

Source: WCAG 2.2, levels A and AA, as axe-core checks them.
"""

from pathlib import Path

import pytest

from asgi_nb.record.mark import COLOURS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "asgi_nb" / "widgets" / "js" / "node_modules" / "axe-core" / "axe.min.js"

THEMES = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced-colors": {"color_scheme": "dark", "forced_colors": "active"},
}


# What a panel has for some exchanges and not for others.
PARTS = ("[role=tree]", ".guilty", ".routes", ".slices", ".fault")


def settled(page):
    page.wait_for_function(
        "() => root().querySelector('[role=tab]') !== null"
        " && !/Asking the kernel|Loading…/.test(root().querySelector('.detail').textContent)"
    )


def states(page, store, width):
    """Go through every panel of every exchange and every viewer, and name what is on the screen."""
    shown = set()
    # The newest first: from there the list stands at its end.
    for exchange in reversed(list(store)):
        if width < 640 and page.locator(".main:not([data-closed])").count():
            page.get_by_label("Close details").click()
        page.locator(f".main > .list [data-key='{exchange.seq}']").click()
        page.locator(".detail .what", has_text=exchange.request.path).wait_for()
        settled(page)
        for tab in page.get_by_role("tab").all():
            name = tab.text_content()
            tab.click()
            settled(page)
            choice = page.get_by_label("Show the body as")
            options = choice.locator("option").all_text_contents() if choice.is_visible() else [""]
            for option in options:
                if option:
                    choice.select_option(label=option)
                    settled(page)
                # What was looked at with another exchange is not looked at again: axe takes its time.
                state = (name, option, *(page.locator(f".panel {part}").count() > 0 for part in PARTS))
                if state not in shown:
                    shown.add(state)
                    yield f"{exchange.request.path} {name} {option}".strip()


@pytest.fixture(scope="session")
def axe():
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in asgi_nb/widgets/js")
    return AXE.read_text()


CHECK = """async (part) => {
  const { violations } = await axe.run({ include: { fromShadowDom: ["#cell > div", part] } }, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // The harness is no whole page: a notebook brings its own headings and landmarks.
    rules: {
      "html-has-lang": { enabled: false }, region: { enabled: false },
      "landmark-one-main": { enabled: false },
      "page-has-heading-one": { enabled: false }, "heading-order": { enabled: false },
    },
    resultTypes: ["violations"],
    iframes: false,
  });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, any }) =>
      [id, help, target.flat().at(-1), html.slice(0, 160), any[0]?.message ?? ""].join(" | ")));
}"""


@pytest.mark.timeout(180)  # about 40 states, half a second each
# Each layout in one theme; in the others the ends, as colours are the same at each width.
@pytest.mark.parametrize(
    ("theme", "width"),
    [
        (theme, width)
        for theme in THEMES
        for width in (320, 600, 768, 900)
        if theme == "light" or width in (320, 900)
    ],
)
def test_axe_finds_nothing_in_any_panel(notebook, rich, page, axe, theme, width):
    for exchange, colour in zip(reversed(list(rich)), COLOURS, strict=False):
        exchange.colour = colour
        exchange.tags = ["slow", "login"]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(**THEMES[theme])
    notebook.open(height=820)
    page.evaluate("() => { document.documentElement.style.colorScheme = 'light dark'; }")
    page.evaluate(f"{axe}; undefined")
    page.locator(".main > .list .row[data-key]").first.wait_for()

    # What was found, and where first.
    found = dict.fromkeys(page.evaluate(CHECK, ".inspector"), "list")
    for state in states(page, rich, width):
        for text in page.evaluate(CHECK, ".detail"):
            found.setdefault(text, state)
    found |= dict.fromkeys(page.evaluate(CHECK, ".inspector"), "list and details")
    page.get_by_role("button", name="Mark", exact=True).click()
    found |= dict.fromkeys(page.evaluate(CHECK, ".footer"), "marks")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New request").click()
    form = page.get_by_role("dialog", name="New request")
    form.get_by_label("Route").select_option(label="GET /items/{item_id:int}")
    form.get_by_label("item_id int").wait_for()
    form.get_by_role("button", name="Send").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    found |= dict.fromkeys(page.evaluate(CHECK, ".detail"), "new request")

    assert found == {}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("width", [280, 320, 768])
def test_nothing_is_wider_than_the_details(notebook, rich, page, width):
    page.set_viewport_size({"width": width + 16, "height": 900})
    notebook.open(height=820)
    page.locator(".main > .list .row[data-key]").first.wait_for()

    wide = []
    for state in states(page, rich, width):
        over = page.locator(".panel").evaluate("(el) => el.scrollWidth - el.clientWidth")
        wide += [(state, over)] if over > 0 else []

    assert wide == []
