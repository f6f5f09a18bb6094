"""Wait for the server's thread so that an interrupt is noticed."""

import concurrent.futures
import time
from collections.abc import Collection
from concurrent.futures import Future
from typing import Any

SLICE = 0.25
"""
Seconds of one wait.

A signal that comes after the interpreter's last look at them and before the thread sleeps on the lock does
not wake it: the interrupt would only be seen when the whole wait is over.
"""


def wait_for(futures: Collection[Future[Any]], timeout: float, *, first: bool = False) -> None:
    """
    Wait until futures are done, or the time is up.

    Args:
        futures: What to wait for.
        timeout: Seconds in all.
        first: Whether one that is done is enough.
    """
    deadline = time.monotonic() + timeout
    enough = concurrent.futures.FIRST_COMPLETED if first else concurrent.futures.ALL_COMPLETED
    while True:
        left = deadline - time.monotonic()
        done, open_ = concurrent.futures.wait(futures, max(0.0, min(SLICE, left)), enough)
        if not open_ or (first and done) or left <= SLICE:
            return
