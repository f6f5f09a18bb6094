"""A front end that shows nothing which a background thread sends, as Colab: the page polls."""

import pytest
from anyio.from_thread import start_blocking_portal

from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.pump import Pump

pytestmark = pytest.mark.browser


class Wire:
    """What the pump pushes is lost, as long as nobody hears it; what answers a poll arrives."""

    def __init__(self, store):
        self.heard = False
        self.polls = 0
        self.page = ""
        self.pushed = []
        self.pump = Pump(store, self.push, desk=Desk(store), interval=0.001)

    def push(self, content, buffers):
        if self.heard:
            self.pushed.append((content, buffers))

    def kernel(self, message):
        pushed, self.pushed = self.pushed, []
        if message["kind"] == "poll":
            self.polls += 1
            self.page = message["v"]
            return [*pushed, *self.pump.poll(message["v"])]
        self.pump.put(message)
        return pushed


@pytest.fixture
def wire(notebook, store):
    wire = Wire(store)
    notebook.kernel = wire.kernel
    with start_blocking_portal("asyncio") as portal:
        running = portal.start_task_soon(wire.pump.run)
        yield wire
        wire.pump.stop()
        running.result(10)


@pytest.fixture
def polling(wire, notebook, page):
    """The page, when it has found out that it must poll."""
    page.clock.install()
    notebook.open()
    page.locator(".inspector").wait_for()
    page.clock.fast_forward(3500)
    page.get_by_text("● live").wait_for()
    return notebook


def test_a_page_that_nothing_is_pushed_to_polls_and_says_so(polling, wire, traffic, run, page):
    run(traffic.http("/by-poll"))

    page.locator(".list .row", has_text="/by-poll").wait_for()
    page.locator(".counts", has_text="poll").wait_for()
    assert wire.polls > 1


def test_questions_are_answered_by_poll(polling, traffic, run, page):
    run(traffic.http("/tea", response_body=b"leaves"))
    page.locator(".list .row", has_text="/tea").click()

    page.locator(".body pre", has_text="leaves").wait_for()


def test_a_filter_works_by_poll(polling, traffic, run, page):
    run(traffic.http("/good"))
    run(traffic.http("/bad", status=404))
    page.locator(".list .row", has_text="/bad").wait_for()

    page.get_by_role("combobox", name="Filter").fill("status>=400")

    page.get_by_text("1 of 2").wait_for()


def test_a_page_that_hears_the_kernel_after_all_stops_polling(polling, wire, traffic, run, page):
    page.locator(".counts", has_text="poll").wait_for()
    wire.heard = True
    wire.pump.put({"kind": "probe", "v": wire.page})

    page.locator(".counts", has_text="push").wait_for()
    before = wire.polls
    run(traffic.http("/pushed"))
    page.clock.fast_forward(6000)
    page.locator(".list .row", has_text="/pushed").wait_for()

    assert wire.polls == before
