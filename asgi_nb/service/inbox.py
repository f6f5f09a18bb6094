"""
What waits for a WebSocket's handler, and what its handler waits for, in a tenth of the memory.

asyncio's queue and event hold four deques, of 760 bytes each before anything is in them. Most
WebSockets are idle most of the time, and a server may have thousands.
"""

import asyncio
from typing import Any


class Inbox:
    """
    The messages that a connection has for its handler, as far as it needs an `asyncio.Queue`.

    Any number of tasks may wait; a message goes to one of them, in the order in which they came.
    """

    __slots__ = ("_coming", "_going", "_waiting")

    def __init__(self) -> None:
        self._coming: list[Any] = []
        # The next one last.
        self._going: list[Any] = []
        self._waiting: list[asyncio.Future[None]] = []

    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not self._coming and not self._going

    def put_nowait(self, message: Any) -> None:
        """Add a message, and wake who waits for one."""
        self._coming.append(message)
        if self._waiting:
            self._wake_next()

    def _wake_next(self) -> None:
        while self._waiting:
            waiter = self._waiting.pop(0)
            if not waiter.done():
                waiter.set_result(None)
                return

    async def get(self) -> Any:
        """Take the oldest message; wait for one while there is none."""
        while self.empty():
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            except BaseException:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                elif not waiter.cancelled() and not self.empty():
                    # It was woken, and cancelled before it came to look: the message is another one's.
                    self._wake_next()
                raise
        if self._going:
            return self._going.pop()
        if len(self._coming) > 1:
            # Turned over once, so that each message is moved once, however many there are.
            self._coming.reverse()
            self._going, self._coming = self._coming, self._going
            return self._going.pop()
        return self._coming.pop()


class Gate:
    """Whether more may be written, as far as a connection needs an `asyncio.Event`."""

    __slots__ = ("_is_open", "_waiting")

    def __init__(self) -> None:
        self._is_open = True
        self._waiting: tuple[asyncio.Future[None], ...] = ()

    def set(self) -> None:
        """Open it: who waits goes on."""
        self._is_open = True
        waiting, self._waiting = self._waiting, ()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def clear(self) -> None:
        """Close it."""
        self._is_open = False

    async def wait(self) -> None:
        """Wait until it is open, or was so once."""
        if not self._is_open:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting = (*self._waiting, waiter)
            await waiter
