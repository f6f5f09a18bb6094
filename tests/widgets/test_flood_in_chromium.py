"""A flood, as the page shows it: the newest rows at once, and how many are to come."""

import time

import pytest

from asgi_nb.widgets.feed import FLOOD
from asgi_nb.widgets.lens import MIN_ROWS

pytestmark = pytest.mark.browser


def test_the_footer_says_how_many_rows_are_to_come(notebook, page, traffic, run):
    notebook.open()
    page.wait_for_function("() => root().querySelector('.footer').textContent.includes('0 kept')")
    for _ in range(FLOOD + 50):
        run(traffic.http())

    # A round that has no time beyond what every round has.
    batches = notebook.feed.flush(time.monotonic(), lambda: 1.0)
    page.evaluate("messages => deliver(messages)", notebook.packed(batches))
    footer = page.locator(".footer")
    footer.get_by_text(f"{FLOOD + 50 - MIN_ROWS} to come").wait_for()
    newest = page.locator(f".main > .list [data-key='{FLOOD + 50}']")
    newest.wait_for()
    notebook.push()
    page.wait_for_function("() => !root().querySelector('.footer').textContent.includes('to come')")

    assert "missed" not in footer.text_content()
    assert len(notebook.rows()) > MIN_ROWS
