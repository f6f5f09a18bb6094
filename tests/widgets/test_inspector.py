import threading
from queue import Queue

import anywidget
import pytest
from anyio.from_thread import start_blocking_portal

from asgi_nb.record.filters import FilterError
from asgi_nb.widgets.inspector import Inspector
from asgi_nb.widgets.wire import WIRE_VERSION

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def portal():
    with start_blocking_portal("asyncio") as portal:
        yield portal


@pytest.fixture
def inspector(store, portal):
    inspector = Inspector(store, spawn=portal.start_task_soon, feed_interval=0.001)
    yield inspector
    inspector.close()
    inspector._feeding.result(10)


@pytest.fixture
def published(inspector, monkeypatch):
    """What the widget's comm would put on the wire: (data, buffers, thread)."""
    messages = Queue()

    def publish(kind, data=None, metadata=None, buffers=None, **keys):
        messages.put((data, buffers, threading.get_ident()))

    monkeypatch.setattr(inspector.comm, "publish_msg", publish)
    return messages


def say(inspector, content):
    """Hand a custom message to the widget, as the kernel does."""
    inspector.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


HELLO = {"kind": "hello", "v": "page", "hello": 1, "version": WIRE_VERSION}


def test_a_page_that_says_hello_gets_the_rows_from_the_portal_s_thread(
    inspector, published, portal, traffic, run
):
    run(traffic.http("/tea"))

    say(inspector, HELLO)
    data, buffers, thread = published.get(timeout=10)

    assert data["method"] == "custom"
    assert data["content"]["kind"] == "snap"
    assert b'"path":"/tea"' in buffers[0]
    assert thread == portal.call(threading.get_ident)


def test_no_capture_is_in_the_synchronised_state(inspector, traffic, run):
    run(traffic.http("/captured-path", response_body=b"captured-body"))

    state = inspector.get_state()
    own = {key for key in state if not key.startswith("_")}

    assert own - set(anywidget.AnyWidget().get_state()) == {"height", "still"}
    assert "captured" not in str({key: value for key, value in state.items() if key != "_esm"})


def test_an_output_has_the_widget_alone(inspector, traffic, run):
    run(traffic.http())

    data, metadata = inspector._repr_mimebundle_()

    assert data[WIDGET_VIEW]["model_id"] == inspector.model_id
    assert data["text/plain"] == "<Inspector: 1 exchanges kept, 0 dropped>"
    assert "text/html" not in data
    assert metadata == {}


def test_the_picture_is_a_masked_table(inspector, traffic, run):
    run(traffic.http("/<b>", query=b"token=s3cr3t"))

    html = inspector._picture()

    assert "&lt;b&gt;?token=" in html
    assert "s3cr3t" not in html


def test_a_picture_of_many_shows_the_last_and_writes_none(inspector, store, traffic, run):
    for number in range(60):
        run(traffic.http(f"/{number}"))
    before = [type(one) for one in store._kept.values()]

    html = inspector._picture()

    assert html.count("<tr>") == 51
    assert "60 exchanges" in html
    assert "last 50" in html
    assert [type(one) for one in store._kept.values()] == before


def test_closing_ends_the_feed_and_the_widget(store, portal, traffic, run):
    inspector = Inspector(store, spawn=portal.start_task_soon)

    inspector.close()
    inspector._feeding.result(10)
    run(traffic.http())
    inspector.close()

    assert inspector.comm is None
    assert inspector.failure is None
    assert inspector._repr_mimebundle_ is None


def test_what_broke_the_feed_is_kept_and_raised_to_the_owner(store, portal, monkeypatch):
    inspector = Inspector(store, spawn=portal.start_task_soon)
    failing = OSError("the socket to the front end is closed")

    def publish(*args, **kwargs):
        raise failing

    monkeypatch.setattr(inspector.comm, "publish_msg", publish)
    say(inspector, HELLO)
    raised = inspector._feeding.exception(10)

    assert raised is inspector.failure
    assert raised is failing or failing in raised.exceptions
    monkeypatch.undo()
    inspector.close()


def test_the_height_is_a_setting(store, portal):
    inspector = Inspector(store, spawn=portal.start_task_soon, height=600)

    assert inspector.height == 600
    inspector.close()


def test_a_filter_set_from_a_cell_reaches_the_page_and_is_no_trait(inspector, published, traffic, run):
    run(traffic.http("/good"))
    run(traffic.http("/bad", status=500))

    inspector.filter = "path:/bad"
    say(inspector, HELLO)
    while True:
        data, buffers, _ = published.get(timeout=10)
        if data["content"]["kind"] == "snap":
            break

    assert inspector.filter == "path:/bad"
    assert data["content"]["where"] == "path:/bad"
    assert b"/bad" in buffers[0]
    assert b"/good" not in buffers[0]
    assert "path:/bad" not in str(inspector.get_state())


def test_a_filter_that_cannot_be_read_is_an_error_in_the_cell(inspector):
    inspector.filter = "path:/tea"

    with pytest.raises(FilterError) as caught:
        inspector.filter = "status>=tea"

    assert caught.value.position == 8
    assert inspector.filter == "path:/tea"


def test_what_is_selected_in_the_page_is_in_the_next_cell(inspector, published, store, traffic, run):
    for path in ("/a", "/b", "/c"):
        run(traffic.http(path))

    say(inspector, {"kind": "ask", "v": "page", "id": 1, "what": "select", "seqs": [3, 1]})
    published.get(timeout=10)
    store.remove(store[0])

    assert [exchange.request.path for exchange in inspector.selected] == ["/c"]


def test_a_poll_is_answered_in_the_thread_that_handles_it(inspector, published):
    say(inspector, {"kind": "poll", "v": "page"})

    content = {}
    while content.get("kind") != "polled":
        data, _, thread = published.get(timeout=10)
        content = data["content"]

    assert thread == threading.get_ident()
