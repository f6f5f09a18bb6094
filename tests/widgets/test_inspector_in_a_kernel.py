"""The inspector in a real kernel, with a page played by hand: what happens while a cell runs."""

import json

import ipykernel
import pytest
from jupyter_client.manager import start_new_kernel

from asgi_nb.widgets.wire import WIRE_VERSION

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

SETUP = """
import threading, time
from anyio.from_thread import start_blocking_portal
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.widgets.inspector import Inspector

store = Store()
portal_context = start_blocking_portal("asyncio")
portal = portal_context.__enter__()

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"tea"})

def request(path):
    async def silent(*message):
        return {"type": "http.request"}
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    portal.call(Tap(app, store), scope, silent, silent)

inspector = Inspector(store, spawn=portal.start_task_soon, feed_interval=0.01)
request("/before")
"""

# Ends early only when the page's `clear` is handled while this runs.
BUSY = """
request("/during")
deadline = time.monotonic() + 20
while len(store) and time.monotonic() < deadline:
    time.sleep(0.01)
print("cleared while running" if not len(store) else "nothing was handled")
"""


class Kernel:
    """A kernel, and the page's end of the inspector's comm."""

    def __init__(self, client):
        self.client = client
        self.comm_id = None
        self.subshell = None
        self.printed = ""
        self.finished = set()

    def run(self, code):
        """Run a cell to its end; give what was printed meanwhile."""
        self.printed = ""
        return self.finish(self.client.execute(code))

    def finish(self, request):
        """Wait for the end of a cell; give what was printed since the last `run`."""
        while request not in self.finished:
            self._next()
        return self.printed

    def open_subshell(self):
        """As JupyterLab does for its comms; older kernels have none."""
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self.client.get_control_msg(timeout=10)
        self.subshell = reply["content"]["subshell_id"]

    def say(self, content):
        """Send a custom message to the widget, as its page would; give its id."""
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": self.comm_id, "data": data})
        message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def belonging_to(self, request):
        """Wait for the end of a message's handling; give the custom messages that are its answers."""
        found = []
        while request not in self.finished:
            message = self._next()
            if message["msg_type"] == "comm_msg" and message["parent_header"].get("msg_id") == request:
                found.append(message["content"]["data"]["content"])
        return found

    def hear(self, kind):
        """Wait for a custom message from the widget; give its content and its rows."""
        while True:
            message = self._next()
            if message["msg_type"] == "comm_msg":
                content = message["content"]["data"].get("content", {})
                if content.get("kind") == kind:
                    return content, [json.loads(bytes(buffer)) for buffer in message["buffers"]]

    def picture(self, kind, text):
        """Wait for a picture with this text in it, as an output or in its place; give its display's id."""
        while True:
            message = self._next()
            html = message["content"].get("data", {}).get("text/html", "")
            if message["msg_type"] == kind and "Run the cell again" in html and text in html:
                return message["content"]["transient"]["display_id"]

    def _next(self):
        message = self.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "comm_open" and "_esm" in str(message["content"]["data"]):
            self.comm_id = message["content"]["comm_id"]
        if message["msg_type"] == "stream":
            self.printed += message["content"]["text"]
        if message["msg_type"] == "error":
            raise AssertionError("\n".join(message["content"]["traceback"]))
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            self.finished.add(message["parent_header"].get("msg_id"))
        return message


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        kernel = Kernel(client)
        kernel.run(SETUP)
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.skipif(ipykernel.version_info < (7,), reason="subshells came with ipykernel 7")
def test_the_page_is_served_and_obeyed_while_a_cell_runs(kernel):
    kernel.open_subshell()
    cell = kernel.client.execute(BUSY)

    kernel.say({"kind": "hello", "v": "page", "hello": 1, "version": WIRE_VERSION})
    snapshot, (rows,) = kernel.hear("snap")
    kernel.say({"kind": "ack", "v": "page", "hello": 1, "batch": snapshot["batch"]})
    kernel.say({"kind": "ask", "v": "page", "id": 1, "what": "detail", "seq": rows[-1]["seq"]})
    answer, _ = kernel.hear("answer")
    kernel.say({"kind": "ask", "v": "page", "id": 2, "what": "clear"})
    cleared, (left,) = kernel.hear("snap")
    printed = kernel.finish(cell)

    assert "/before" in {row["path"] for row in rows}
    assert answer["value"]["row"]["path"] == "/before"
    assert (left, cleared["counts"]["kept"]) == ([], 0)
    assert printed == "cleared while running\n"


def test_rows_reach_the_page_while_a_cell_runs_on_any_kernel(kernel):
    kernel.say({"kind": "hello", "v": "page", "hello": 1, "version": WIRE_VERSION})
    kernel.hear("snap")

    # The cell ends only when its question is answered, which is after the rows were seen.
    cell = kernel.client.execute("request('/first'); print(input())", allow_stdin=True)
    _, (rows,) = kernel.hear("batch")
    kernel.client.get_stdin_msg(timeout=10)
    kernel.client.input("seen")

    assert [row["path"] for row in rows] == ["/first"]
    assert kernel.finish(cell) == "seen\n"


def test_what_answers_a_poll_is_sent_by_the_handler_of_that_poll(kernel):
    # Colab shows what belongs to a message of its own, and nothing that a thread sends.
    kernel.say({"kind": "poll", "v": "page"})
    kernel.hear("polled")
    kernel.say({"kind": "hello", "v": "page/1", "hello": 1, "version": WIRE_VERSION})
    for _ in range(100):
        poll = kernel.say({"kind": "poll", "v": "page"})
        answers = kernel.belonging_to(poll)
        if any(content["kind"] == "snap" for content in answers):
            break

    assert [content["kind"] for content in answers] == ["snap", "polled"]
    assert answers[0]["rung"] == "poll"


def test_a_picture_stands_behind_the_widget_and_is_drawn_anew_after_a_request(kernel):
    kernel.client.execute("inspector")
    name = kernel.picture("display_data", "/before")

    kernel.client.execute("request('/later')")

    assert kernel.picture("update_display_data", "/later") == name


def test_each_cell_has_a_picture_and_one_that_runs_again_a_new_one(kernel):
    def show(cell):
        message = kernel.client.session.msg("execute_request", {"code": "inspector", "silent": False})
        message["metadata"]["cellId"] = cell
        kernel.client.shell_channel.send(message)
        return kernel.picture("display_data", "/before")

    gone, first, second = show("a"), show("a"), show("b")
    kernel.client.execute("request('/later')")
    renewed = [kernel.picture("update_display_data", "/later") for _ in range(2)]

    assert len({gone, first, second}) == 3
    assert renewed == [first, second]


def test_without_the_names_of_cells_the_last_picture_is_the_one(kernel):
    kernel.client.execute("inspector")
    kernel.picture("display_data", "/before")
    kernel.client.execute("inspector")
    last = kernel.picture("display_data", "/before")

    kernel.client.execute("request('/later')")
    first = kernel.picture("update_display_data", "/later")
    kernel.client.execute("request('/latest')")

    assert (first, kernel.picture("update_display_data", "/latest")) == (last, last)


def test_the_last_picture_is_drawn_when_the_widget_is_closed(kernel):
    kernel.client.execute("inspector._still._pause = 1000\ninspector")
    name = kernel.picture("display_data", "/before")

    kernel.client.execute("request('/later')\ninspector.close()")

    assert kernel.picture("update_display_data", "/later") == name


def test_a_picture_that_is_drawn_while_a_cell_captures_is_no_part_of_its_outputs(kernel):
    kernel.client.execute("inspector._still._pause = 0\ninspector")
    kernel.picture("display_data", "/before")

    cell = kernel.client.execute(
        """
from IPython.utils.capture import capture_output
with capture_output() as captured:
    request('/captured')
    print(input())
print(len(captured.outputs))
""",
        allow_stdin=True,
    )
    kernel.picture("update_display_data", "/captured")
    kernel.client.get_stdin_msg(timeout=10)
    kernel.client.input("seen")

    assert kernel.finish(cell).split() == ["0"]


def test_a_widget_that_was_closed_shows_as_text(kernel):
    cell = kernel.client.execute("inspector.close()\ninspector")
    shown = []
    while cell not in kernel.finished:
        message = kernel._next()
        if message["msg_type"] == "display_data":
            shown.append(message["content"]["data"])

    assert shown == [{"text/plain": "<Inspector: 1 exchanges kept, 0 dropped>"}]
