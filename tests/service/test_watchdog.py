"""A step that holds the server's loop is seen by a thread, with the line that it is at."""

import os
import threading
import urllib.request
from time import perf_counter_ns

import pytest

from asgi_nb.live.tracing import TracedApp
from asgi_nb.record.exchange import current_exchange
from asgi_nb.record.reasons import Candidates
from asgi_nb.record.steps import watching
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.portal import spawn
from asgi_nb.service.service import start
from asgi_nb.service.watchdog import THREAD_NAME

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
END = {"type": "http.response.body"}


def hold_the_loop():
    """Block until the watchdog has looked, and until that is long enough to tell."""
    exchange = current_exchange.get()
    long_enough = perf_counter_ns() + 120_000_000
    while not exchange.trace.samples or perf_counter_ns() < long_enough:
        pass


async def blocking(scope, receive, send):
    hold_the_loop()
    await send(START)
    await send(END)


async def prompt(scope, receive, send):
    await send(START)
    await send(END)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def serve_traced(serve, store):
    def run(app, candidates=None):
        return serve(Tap(TracedApp(app, "demo", routes=lambda path: candidates), store))

    return run


def get(service):
    with urllib.request.urlopen(service.local_url) as response:
        return response.status


def watchdogs():
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


def test_who_holds_the_loop_is_told_with_the_line(serve_traced, store):
    get(serve_traced(blocking))

    [blocked] = store[-1].blocked
    assert (blocked.title, blocked.loop, blocked.duration > 0.1) == ("demo", "server", True)
    assert os.path.basename(blocked.cell) == os.path.basename(__file__)
    assert "exchange.trace.samples" in blocked.text or blocked.text == "pass"


def test_a_line_of_a_cell_goes_before_what_it_calls(serve_traced, store):
    namespace = {"hold_the_loop": hold_the_loop, "START": START, "END": END}
    body = ["hold_the_loop()", "await send(START)", "await send(END)"]
    source = "\n    ".join(["async def cell(scope, receive, send):", *body])
    exec(compile(source, "<cell 3>", "exec"), namespace)
    label = {"<cell 3>": "Cell In[3]"}.get

    get(serve_traced(namespace["cell"], Candidates(frame_label=label)))

    [blocked] = store[-1].blocked
    assert (blocked.cell, blocked.line) == ("Cell In[3]", 2)


def test_what_does_not_block_has_nothing_to_tell(serve_traced, store):
    get(serve_traced(prompt))

    assert store[-1].blocked == []


def test_one_thread_watches_from_the_first_start_to_the_last_stop():
    before = watchdogs()
    one, other = start(prompt), start(prompt)
    while_both = len(watchdogs())
    one.stop()
    while_one = len(watchdogs())
    other.stop()

    assert (before, while_both, while_one, watchdogs()) == ([], 1, 1, [])


def test_it_falls_asleep_when_nothing_runs_and_wakes_with_the_next_step(serve_traced, store, monkeypatch):
    monkeypatch.setattr("asgi_nb.service.watchdog.PATIENCE", 1)
    service = serve_traced(blocking)
    asleep = threading.Event()

    async def wait_until_asleep():
        if watching.asleep:
            asleep.set()

    while not asleep.is_set():
        spawn(wait_until_asleep).result(10)
    get(service)

    assert store[-1].blocked[0].cell is not None


def test_nothing_is_noted_where_nothing_is_recorded(serve, store):
    store.recording = False
    seen = []

    async def app(scope, receive, send):
        seen.append(current_exchange.get())
        await prompt(scope, receive, send)

    get(serve(Tap(TracedApp(app, "demo"), store)))

    # The lifespan comes by, too.
    assert (set(seen), len(store)) == ({None}, 0)
