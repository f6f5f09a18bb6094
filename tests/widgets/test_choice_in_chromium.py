"""A request that is chosen elsewhere in the page, as in the kitchen, is selected in the inspector."""

import pytest

pytestmark = pytest.mark.browser

CHOOSE = """detail => !document.dispatchEvent(
    new CustomEvent("asgi-nb:choose", { detail, cancelable: true }))"""


def test_a_chosen_request_is_selected_and_shown(notebook, traffic, run, store, page):
    for name in ("one", "two", "three"):
        run(traffic.http(f"/{name}"))
    notebook.open()
    page.locator(".list .row", has_text="/three").wait_for()

    taken = page.evaluate(CHOOSE, {"seq": 2, "id": store.get(2).id})

    assert taken is True
    page.locator(".row[data-key='2'][aria-selected='true']").wait_for()
    page.locator(".detail .what", has_text="/two").wait_for()


def test_a_request_of_another_kernel_is_left_alone(notebook, traffic, run, page):
    run(traffic.http("/one"))
    notebook.open()
    page.locator(".list .row", has_text="/one").wait_for()

    assert page.evaluate(CHOOSE, {"seq": 1, "id": "ffffffff"}) is False
    assert page.locator(".row[data-key='1'][aria-selected='true']").count() == 0
