"""The output of a handler in the inspector: what it printed as text, never as markup."""

import pytest

from asgi_nb.record.output import OutputRecord

pytestmark = pytest.mark.browser


def test_what_a_handler_printed_is_a_tab_of_text(notebook, store, traffic, run, page):
    run(traffic.http("/quiet"))
    run(traffic.http("/loud"))
    store[-1].emit(OutputRecord(2_000_000, "stdout", "<img src=x onerror=alert(1)>\nsecond line\n"))
    store[-1].emit(OutputRecord(3_000_000, "log", "no tea", "WARNING", "shop"))
    notebook.open()

    page.locator(".list .row", has_text="/quiet").click()
    page.get_by_role("tab", name="Response").wait_for()
    assert page.get_by_role("tab", name="Output").count() == 0
    page.locator(".list .row", has_text="/loud").click()
    page.get_by_role("tab", name="Output").click()

    table = page.get_by_role("table", name="Output of the handler")
    assert table.locator("pre").all_text_contents() == ["<img src=x onerror=alert(1)>\nsecond line", "no tea"]
    assert table.locator("tbody td:nth-child(2)").all_text_contents() == ["stdout", "WARNING shop"]
    assert table.locator("img").count() == 0


def test_a_request_that_waits_for_the_kernel_is_shown_as_queued(notebook, store, traffic, run, page):
    run(traffic.http("/later"))
    store[-1].response = None
    store[-1].enter("queued")
    notebook.open()

    row = page.locator(".list .row", has_text="/later")
    row.wait_for()

    assert row.locator(".status").text_content() == "queued"
