"""
Look now and then at what the server's thread is doing, and note the line when it does it for long.

While a handler computes or sleeps without awaiting, the loop can do nothing else: not even say so. So
another thread looks. What it sees belongs to the exchange whose step it is: `exchange.blocked`.

Rule 1: it looks only while there is a server and something is recorded, and sleeps once nothing has run for a
    second. The next step of a request wakes it.
Rule 2: it reads frames and appends to a list; it never waits for the loop and never stops it.
"""

import linecache
import os
import sys
import threading
from time import perf_counter_ns
from types import FrameType

from asgi_nb.record.draft import Draft
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.plain import PlainWire
from asgi_nb.record.runs import CALLED, HEAD, LONG_NS, Run, new_run
from asgi_nb.record.samples import SAMPLE_LIMIT, Sample
from asgi_nb.record.steps import is_stepping, watching
from asgi_nb.service.portal import loop_thread, on_portal

THREAD_NAME = "asgi_nb-watchdog"

# Twice as often as a step may be long, so that each long step is seen at least once before it ends.
TICK_NS = LONG_NS // 2

# Looks that found nothing before it falls asleep: one second's.
PATIENCE = 1_000_000_000 // TICK_NS

# Seconds for its thread to end, which it does as soon as it is woken.
END_TIMEOUT = 1.0

LINE_LIMIT = 200
"""Characters of a source line."""

# Python's own frames, and ours, are never the ones to blame if there is another.
OWN = ("asgi_nb", "anyio", "asyncio", "uvicorn")

_lock = threading.Lock()
_servers: set[object] = set()
_running: "Watchdog | None" = None
_ended: "Watchdog | None" = None


class Watchdog:
    """The thread that looks. One per process, started by `watch` and ended by `unwatch`."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._ending = False
        self.thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        watching.wake = self._wake
        self.thread.start()

    def end(self) -> None:
        """Stop looking; the thread ends at once."""
        self._ending = True
        watching.asleep = False
        self._woken.set()

    def _wake(self) -> None:
        watching.asleep = False
        self._woken.set()

    def _run(self) -> None:
        in_vain = 0
        while not self._ending:
            if in_vain < PATIENCE:
                self._woken.wait(TICK_NS / 1e9)
            else:
                watching.asleep = True
                # An end that came just before is seen: it sets the event after it has said so.
                self._woken.wait()
                in_vain = 0
            self._woken.clear()
            in_vain = 0 if look(perf_counter_ns()) else in_vain + 1


def look(now_ns: int) -> bool:
    """
    Note where the server's thread is, if it has been in one step for long.

    Returns:
        Whether it was in a step at all.
    """
    thread = loop_thread()
    frame = None if thread is None else sys._current_frames().get(thread.ident or 0)
    above: list[tuple[FrameType, int]] = []
    while frame is not None and not is_stepping(frame.f_code):
        # Its line at once: the thread goes on while it is looked at.
        above.append((frame, frame.f_lineno))
        frame = frame.f_back
    if frame is None:
        return False
    names = frame.f_locals
    run, began, step, exchange = (names.get(name) for name in ("run", "began", "step", "exchange"))
    if not isinstance(exchange, Exchange | Draft | PlainWire) or (run is None and began is None):
        # It has just begun, or nothing is recorded.
        return False
    step_ns = began if run is None else _open_step(run)
    if step_ns is not None and now_ns - step_ns >= TICK_NS:
        seen = exchange if isinstance(exchange, Exchange) else exchange.exchange()
        if run is None and step is not None and not any(one[CALLED] == step_ns for one in seen.traced().runs):
            # Its end will be noted there.
            place, part, title = step
            seen.note_run(new_run(place, part, title, step_ns, step_ns))
        _note(seen, step_ns, above)
    return True


def _open_step(run: Run) -> int | None:
    noted = run.copy()
    return noted[-1] if (len(noted) - HEAD) % 2 else None


def _note(exchange: Exchange, step_ns: int, above: list[tuple[FrameType, int]]) -> None:
    trace = exchange.trace
    if trace is None or not above or len(trace.samples) >= SAMPLE_LIMIT:
        return
    label = (lambda name: None) if trace.candidates is None else trace.candidates.frame_label
    found: tuple[FrameType, int, str | None] | None = None
    # From the inside out: the first line of a cell, else the first one that is not of the machinery.
    for frame, lineno in above:
        cell = label(frame.f_code.co_filename)
        if cell is not None:
            found = frame, lineno, cell
            break
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if found is None and package not in OWN:
            found = frame, lineno, None
    frame, lineno, cell = found or (*above[0], None)
    code = frame.f_code
    text = linecache.getline(code.co_filename, lineno, frame.f_globals).strip()[:LINE_LIMIT]
    trace.samples = [
        *trace.samples,
        Sample(step_ns, cell or code.co_filename, lineno, code.co_qualname, text, cell is not None),
    ]


def watch(server: object) -> None:
    """A server has started: look after its loop."""
    global _running
    with _lock:
        _servers.add(server)
        if _running is None:
            _running = Watchdog()
            _running.start()


def unwatch(server: object) -> None:
    """A server has ended: after the last one nobody looks any more. May be said twice."""
    global _ended, _running
    with _lock:
        _servers.discard(server)
        if not _servers and _running is not None:
            _ended, _running = _running, None
            _ended.end()
        ended = _ended
    # The server's own thread may have said it first, and does not wait.
    if ended is not None and not on_portal():
        ended.thread.join(END_TIMEOUT)


def _forget_in_child() -> None:
    global _ended, _lock, _running
    _lock = threading.Lock()
    _ended = _running = None
    _servers.clear()
    watching.asleep = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
