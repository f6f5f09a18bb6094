"""
Wait in a cell for something that needs the kernel's loop, while that loop runs on.

A loop that runs cannot be run again, so a call that blocks a cell blocks all that the loop would do.
nest_asyncio2 changes that, for the whole process: it is applied with the first such wait, and never before.
"""

import asyncio
import concurrent.futures
import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class NestingError(RuntimeError):
    """The kernel's loop cannot be run inside a cell."""


def wait_while_running(
    loop: asyncio.AbstractEventLoop, future: "concurrent.futures.Future[T]", timeout: float | None
) -> T:
    """
    Wait for a future of another thread, and let the loop that called run meanwhile. An interrupt ends it.

    Args:
        loop: The running loop of this thread.
        future: What to wait for; it is cancelled when the wait ends before.
        timeout: Seconds; None when the future bounds its own time.

    Raises:
        TimeoutError: It was not done in time.
        NestingError: This loop cannot be run inside itself.
        KeyboardInterrupt: The kernel was interrupted.
    """
    try:
        _make_reentrant(loop)
        with _interruptible():
            waiting = asyncio.wait_for(asyncio.wrap_future(future, loop=loop), timeout)
            return loop.run_until_complete(waiting)
    finally:
        future.cancel()


def _make_reentrant(loop: asyncio.AbstractEventLoop) -> None:
    if not isinstance(loop, asyncio.BaseEventLoop):
        # Asked before anything is patched: nest_asyncio2 would refuse when half of it is done.
        raise NestingError(
            f"a {type(loop).__module__}.{type(loop).__qualname__} cannot be run inside a cell; "
            "await an async client instead, as httpx2.AsyncClient, or run the route with on='server'"
        )
    import nest_asyncio2  # With the first wait: who never waits does not even load it.

    patched: Any = asyncio
    if hasattr(patched, "_nest_patched") and not hasattr(patched, "_nest_asyncio2"):
        # The older nest_asyncio came first. With it, ipykernel 7.1 and later lose messages that come during
        # a wait; without its marks, its successor takes its place.
        del patched._nest_patched
        for cls in type(loop).__mro__:
            if "_nest_patched" in vars(cls):
                delattr(cls, "_nest_patched")
    nest_asyncio2.apply(loop)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """
    Let an interrupt end the wait, also where cells that await have a handler that only takes a note.

    A handler that runs on the kernel's loop may be what the interrupt hits; the cell is interrupted then too.
    """
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGINT, interrupt)
    except ValueError:
        # Signals are the main thread's; a kernel whose loop is elsewhere has none to handle.
        yield
        return
    try:
        yield
    finally:
        # None: the handler was not one of Python's, and cannot be put back.
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
    if interrupted:
        raise KeyboardInterrupt
