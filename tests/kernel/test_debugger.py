"""A breakpoint in a cell stops the request that runs through it, in that cell's own lines."""

import threading
import time
from queue import Empty

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

IN_A_THREAD = "%%asgi_route GET /thread/{id:int}\ndouble = id * 2\nreturn {'double': double}"
ON_THE_LOOP = (
    "%%asgi_route GET /loop/{id:int}\nbody = await request.body()\ndouble = id * 2\nreturn {'double': double}"
)


class Debugger:
    """Asks a kernel's debugger as a front end does, over the control channel."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.asked = 0

    def ask(self, command, **arguments):
        self.asked += 1
        content = {"type": "request", "seq": self.asked, "command": command, "arguments": arguments}
        message = self.kernel.client.session.msg("debug_request", content)
        self.kernel.client.control_channel.send(message)
        while True:
            answer = self.kernel.client.get_control_msg(timeout=15)
            if answer["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                assert answer["content"]["success"], answer["content"]
                return answer["content"].get("body")

    def break_at(self, cell, line):
        path = self.ask("dumpCell", code=cell)["sourcePath"]
        self.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": line}])
        return path

    def stopped(self):
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                message = self.kernel.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["msg_type"] == "debug_event" and message["content"]["event"] == "stopped":
                return message["content"]["body"]["threadId"]
        pytest.fail("the request did not stop at the breakpoint")


@pytest.mark.parametrize(
    ("cell", "line", "path"),
    [(IN_A_THREAD, 2, "thread/4"), (ON_THE_LOOP, 3, "loop/4")],
    ids=["thread", "loop"],
)
def test_a_request_stops_in_the_cell_of_its_handler(fresh_kernel, cell, line, path):
    # The server's thread is there before the debugger is.
    url = fresh_kernel.value("asgi_nb.serve().local_url")
    debugger = Debugger(fresh_kernel)
    debugger.ask("debugInfo")
    debugger.ask(
        "initialize",
        clientID="tests",
        adapterID="",
        pathFormat="path",
        linesStartAt1=True,
        columnsStartAt1=True,
    )
    debugger.ask("attach")
    source = debugger.break_at(cell, line)
    debugger.ask("configurationDone")
    fresh_kernel.ok(cell, "cell-1")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(httpx2.get(url + path, timeout=30).json()))

    asking.start()
    thread = debugger.stopped()
    frame = debugger.ask("stackTrace", threadId=thread)["stackFrames"][0]
    debugger.ask("continue", threadId=thread)
    asking.join(15)

    assert (frame["source"]["path"], frame["line"]) == (source, line)
    assert answers == [{"double": 8}]
