"""The one thread: when it starts, what it survives, what a forked child has of it."""

import asyncio
import contextvars
import os
import subprocess
import sys
import threading

import pytest

from asgi_nb.service.portal import THREAD_NAME, close_portal, current_line, get_portal, on_portal, spawn


def server_threads():
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


def test_there_is_one_portal_on_one_daemon_thread():
    first = get_portal()

    assert get_portal() is first
    assert [thread.daemon for thread in server_threads()] == [True]


def test_the_first_uses_from_many_threads_start_one_thread():
    close_portal()
    found = []
    barrier = threading.Barrier(8)

    def use():
        barrier.wait()
        found.append(get_portal())

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, found))) == 1
    assert len(server_threads()) == 1


def test_a_closed_portal_is_replaced_at_the_next_use():
    closed = get_portal()
    close_portal()
    assert server_threads() == []

    assert get_portal() is not closed
    assert get_portal().call(lambda: "alive") == "alive"


def test_a_process_ends_in_silence_also_when_a_name_was_looked_up_in_a_thread():
    code = """
import asyncio
from asgi_nb.service.portal import spawn

async def look_up():
    await asyncio.get_running_loop().run_in_executor(None, str)

spawn(look_up).result()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_closing_cancels_what_runs():
    async def wait():
        await asyncio.Event().wait()

    waiting = spawn(wait)
    close_portal()

    assert waiting.cancelled()


def test_a_task_sees_the_context_of_its_caller():
    cell = contextvars.ContextVar("cell")
    cell.set("In[3]")

    async def read():
        return cell.get()

    assert spawn(read).result(5) == "In[3]"
    assert get_portal().call(read) == "In[3]"


def test_only_the_servers_thread_is_on_the_portal():
    async def here():
        return on_portal()

    assert spawn(here).result(5) is True
    assert on_portal() is False


@pytest.mark.parametrize("leave", [SystemExit, KeyboardInterrupt])
def test_a_task_that_leaves_ends_alone(leave):
    before = get_portal()

    async def main():
        raise leave

    with pytest.raises(leave):
        spawn(main).result(5)

    assert get_portal() is before
    assert before.call(lambda: "alive") == "alive"


def test_a_blocked_loop_blocks_no_one_who_starts_a_task_and_can_be_named():
    release = threading.Event()
    blocked = threading.Event()

    async def block_the_loop():
        blocked.set()
        release.wait()

    async def later():
        return "done"

    spawn(block_the_loop)
    blocked.wait()
    waiting = spawn(later)
    line = current_line()
    release.set()

    assert waiting.result(5) == "done"
    assert line.endswith("in wait")


def test_without_a_thread_there_is_no_line():
    close_portal()

    assert current_line() == "no line: its thread has ended"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_gets_a_portal_of_its_own():
    parent = get_portal()
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        own = get_portal()
        os.write(writer, b"own" if own is not parent and own.call(os.getpid) == os.getpid() else b"not")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)

    assert answer == b"own"
    assert get_portal() is parent
