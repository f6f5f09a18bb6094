"""
The one thread that the project starts by itself: an event loop, and the portal to it.

Rule 1: there is one portal per process. It starts at the first use, and a forked child
    gets one of its own.
Rule 2: nothing in this file waits for the loop without a bound. A handler that blocks
    the loop must not freeze the cell that wants to know why.
Rule 3: `SystemExit` and `KeyboardInterrupt` raised by a task end that task, not the loop.
"""

import asyncio
import atexit
import concurrent.futures
import contextvars
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple

import anyio
from anyio.from_thread import BlockingPortal

from asgi_nb.service.errors import ServiceError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREAD_NAME = "asgi_nb-server"
START_TIMEOUT = 10.0
"""Seconds for a thread to begin; it takes milliseconds, unless the machine is out of them."""


def _fastest_loop() -> Any:
    try:
        import uvloop  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        if sys.platform == "win32":
            return asyncio.ProactorEventLoop
        return asyncio.SelectorEventLoop
    return uvloop.Loop


def new_loop() -> asyncio.AbstractEventLoop:
    """
    Make the server's loop: uvloop's where it is installed, else asyncio's own.

    It goes on after a task has called `sys.exit()`. Loops let that and KeyboardInterrupt through
    on purpose, to end the program. This loop is not the program: a handler's `exit()` would
    take down every server of the kernel.
    """

    class Loop(_fastest_loop()):  # type: ignore[misc]
        def run_forever(self) -> None:
            while True:
                try:
                    super().run_forever()
                except (SystemExit, KeyboardInterrupt) as exc:
                    self.call_exception_handler(
                        {"message": f"{type(exc).__name__} was raised on the server's loop", "exception": exc}
                    )
                else:
                    return

        async def shutdown_default_executor(self, *args: Any) -> None:
            # As the process ends the executor's threads have been joined, and from Python 3.12 on no thread
            # starts any more that could wait for them.
            if threading.main_thread().is_alive():
                await super().shutdown_default_executor(*args)

    loop: asyncio.AbstractEventLoop = Loop()
    return loop


@dataclass(frozen=True)
class _Running:
    portal: BlockingPortal
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread


_lock = threading.Lock()
_running: _Running | None = None
# A forked child keeps its parent's loop here: collecting it would touch descriptors that
# the parent still uses.
_inherited: list[_Running] = []


def get_portal() -> BlockingPortal:
    """
    Give the portal to the server's loop, starting its thread on first use.

    A task that is started through it runs in a copy of the caller's context, which is
    how ipykernel finds the cell that an output belongs to.

    Raises:
        ServiceError: The system starts no thread.
    """
    return _get().portal


def spawn(function: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> concurrent.futures.Future[T]:
    """
    Start a coroutine function on the server's loop, and return at once.

    Unlike `BlockingPortal.start_task_soon`, does not wait for the loop to take the task,
    so that a blocked loop blocks nobody else.

    Args:
        function: The coroutine function; it runs in a copy of the caller's context.
        args: Its positional arguments.

    Returns:
        A future of its result. Cancelling it cancels the task.
    """
    running = _get()

    async def run() -> T:
        return await function(*args)

    return asyncio.run_coroutine_threadsafe(run(), running.loop)


def on_portal() -> bool:
    """Whether the caller runs on the server's thread, where waiting for the server is a deadlock."""
    return _running is not None and threading.current_thread() is _running.thread


def loop_thread() -> threading.Thread | None:
    """Give the server's thread, None where there is none."""
    return None if _running is None else _running.thread


def current_line() -> str:
    """Say which line the server's thread is executing: the culprit, when the loop does not answer."""
    frame = sys._current_frames().get(_running.thread.ident or 0) if _running is not None else None
    if frame is None:
        return "no line: its thread has ended"
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}, in {frame.f_code.co_name}"


def close_portal(timeout: float = 1.0) -> None:
    """
    Cancel what runs on the server's loop and end its thread. Safe to call twice.

    Args:
        timeout: Seconds to wait for the thread. One that is stuck is left behind: it is
            a daemon and holds no one up.
    """
    global _running
    with _lock:
        closing, _running = _running, None
    if closing is None or not closing.thread.is_alive():
        return
    asyncio.run_coroutine_threadsafe(closing.portal.stop(cancel_remaining=True), closing.loop)
    closing.thread.join(timeout)


def _get() -> _Running:
    global _running
    with _lock:
        if _running is None or not _running.thread.is_alive():
            _running = _start()
        return _running


def _start() -> _Running:
    if sys.platform == "emscripten":
        raise ServiceError(
            "a kernel in the browser starts no threads, so it has no server; call the app itself"
        )
    ready: concurrent.futures.Future[tuple[BlockingPortal, asyncio.AbstractEventLoop]] = (
        concurrent.futures.Future()
    )

    async def main() -> None:
        async with BlockingPortal() as portal:
            ready.set_result((portal, asyncio.get_running_loop()))
            await portal.sleep_until_stopped()

    def run() -> None:
        try:
            anyio.run(main, backend_options={"loop_factory": new_loop})
        except BaseException as exc:
            if ready.done():
                raise
            ready.set_exception(exc)

    # An empty context: what the first cell had set must not be seen by every later task.
    thread = threading.Thread(target=contextvars.Context().run, args=(run,), name=THREAD_NAME, daemon=True)
    try:
        thread.start()
        portal, loop = ready.result(START_TIMEOUT)
    except (OSError, RuntimeError, TimeoutError) as exc:
        raise ServiceError(
            f"the server's thread did not start: {exc!r}; close what holds threads or files, "
            "or restart the kernel"
        ) from exc
    return _Running(portal, loop, thread)


def _forget_in_child() -> None:
    global _lock, _running
    _lock = threading.Lock()
    if _running is not None:
        _inherited.append(_running)
    _running = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(close_portal)
