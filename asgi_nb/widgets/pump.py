"""
Run the feed: messages come in from any thread, batches and answers go out from the server's loop.

Rule 1: `put`, `stop` and the store's wake only leave a note and return. They are called from the kernel's
        main thread, from its subshell threads and from whoever changes the store, and the loop may be busy.
Rule 2: `send` is called on the loop only: one writer, so messages of one page keep their order.
Rule 3: what goes wrong is told to the pages and raised to whoever runs the pump.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from anyio import to_thread

from asgi_nb.record.store import Store
from asgi_nb.widgets.feed import Feed
from asgi_nb.widgets.wire import Answers, Outgoing

Send = Callable[[dict[str, Any], list[bytes]], object]
"""Sends one custom message with its buffers to all pages."""


class Pump:
    """
    The feed of one store, with its clock and its thread-safe letter box.

    Args:
        store: What is shown.
        send: Called on the loop that runs the pump.
        interval: Seconds between two rounds of batches.
        clock: Seconds, on a clock that does not jump.
    """

    def __init__(
        self, store: Store, send: Send, *, interval: float = 0.05, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._feed = Feed(store, self._wake, interval=interval)
        self._answers = Answers(store)
        self._send = send
        self._clock = clock
        self._letters: deque[Mapping[str, Any]] = deque()
        self._stopped = False
        # Set while the pump runs. The portal is asyncio's, as uvicorn is.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirred = asyncio.Event()

    def put(self, message: Mapping[str, Any]) -> None:
        """Leave a message from a page. Safe in any thread; never waits."""
        self._letters.append(message)
        self._wake()

    def stop(self) -> None:
        """Let `run` return soon. Safe in any thread; never waits."""
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        # Before the start nobody waits; after the end nobody will, and a closed loop takes no calls.
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._stirred.set)

    async def run(self) -> None:
        """
        Stream until `stop`, or until cancelled.

        Raises:
            Exception: Whatever broke in the store, the feed or `send`; the pages were told.
        """
        self._loop = asyncio.get_running_loop()
        # One at a time, in a thread: to mask a large body takes long, and the loop serves requests meanwhile.
        one_thread = anyio.CapacityLimiter(1)
        try:
            async with anyio.create_task_group() as tasks:
                while not self._stopped:
                    self._stirred.clear()
                    while self._letters:
                        letter = self._letters.popleft()
                        if letter.get("kind") == "ask":
                            tasks.start_soon(self._answer, letter, one_thread)
                        else:
                            self._send_all(self._feed.receive(letter))
                    self._send_all(self._feed.flush(self._clock()))
                    due = self._feed.due()
                    with anyio.move_on_after(None if due == math.inf else due - self._clock()):
                        await self._stirred.wait()
                tasks.cancel_scope.cancel()
        except Exception as exc:
            self._send({"kind": "stop", "reason": f"the feed broke: {_first_line(exc)}"}, [])
            raise
        finally:
            self._loop = None
            self._feed.close()

    async def _answer(self, letter: Mapping[str, Any], one_thread: anyio.CapacityLimiter) -> None:
        answer = await to_thread.run_sync(self._answers.reply, letter, limiter=one_thread)
        self._send_all([answer])

    def _send_all(self, messages: list[Outgoing]) -> None:
        for content, buffers in messages:
            self._send(content, buffers)


def _first_line(exc: BaseException) -> str:
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return f"{type(exc).__name__}: {exc}".splitlines()[0][:300]
