"""
Run the feed: messages come in from any thread, batches and answers go out from the server's loop.

Rule 1: `put`, `stop` and the store's wake only leave a note and return. They are called from the kernel's
        main thread, from its subshell threads and from whoever changes the store, and the loop may be busy.
Rule 2: `send` is called on the loop only: one writer, so messages of one page keep their order. A page that
        hears nothing from this thread, as in Colab, polls: what is for it waits in its outbox, and the poll's
        own handler takes it along.
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
from asgi_nb.widgets.actions import ACTIONS, Bench
from asgi_nb.widgets.desk import COMMANDS, Desk
from asgi_nb.widgets.feed import Feed
from asgi_nb.widgets.wire import Answers, Outgoing

Send = Callable[[dict[str, Any], list[bytes]], object]
"""Sends one custom message with its buffers to all pages."""

# Actions that are under way at once: each may take as long as a request, and what more is asked for waits.
MAX_ACTIONS = 8

# Pages that poll. A page that is closed says goodbye to nobody, so the oldest goes first.
MAX_POLLING = 16


class Pump:
    """
    The feed of one store, with its clock and its thread-safe letter box.

    Args:
        store: What is shown.
        send: Called on the loop that runs the pump.
        desk: Does what pages ask for.
        interval: Seconds between two rounds of batches.
        clock: Seconds, on a clock that does not jump.
    """

    feed_type: type[Feed] = Feed
    """What makes the batches."""
    answers_type: type[Answers] = Answers
    """What answers questions about one exchange."""

    def __init__(
        self,
        store: Store,
        send: Send,
        *,
        desk: Desk,
        interval: float = 0.05,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feed = self.feed_type(store, self._wake, interval=interval, beside=desk.state)
        self._answers = self.answers_type(store)
        self._bench = Bench(store)
        self._desk = desk
        self._send = send
        self._clock = clock
        self._letters: deque[Mapping[str, Any]] = deque()
        # Page -> what waits for its next poll.
        self._outboxes: dict[str, deque[Outgoing]] = {}
        self._stopped = False
        self._told = True
        # Set while the pump runs. The portal is asyncio's, as uvicorn is.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirred = asyncio.Event()

    def put(self, message: Mapping[str, Any]) -> None:
        """Leave a message from a page. Safe in any thread; never waits."""
        self._letters.append(message)
        self._wake()

    def follow(self, where: str) -> None:
        """Filter every view by this text, which can be read. Safe in any thread; never waits."""
        self.put({"kind": "follow", "where": where})

    def stir(self) -> None:
        """Tell all pages anew what the desk says beside the rows. Safe in any thread; never waits."""
        # A flag and no letter: what has ended takes no letters out.
        self._told = False
        self._wake()

    def poll(self, page: str) -> list[Outgoing]:
        """
        Take what waits for a page, and keep for its next poll what comes from here on. Safe in any thread.

        Args:
            page: What the ids of the page's views begin with, up to the slash.
        """
        outbox = self._outboxes.get(page)
        if outbox is None:
            while len(self._outboxes) >= MAX_POLLING:
                self._outboxes.pop(next(iter(self._outboxes)), None)
            outbox = self._outboxes[page] = deque()
            # If this arrives, the page has no need to poll.
            self.put({"kind": "probe", "v": page})
        taken = []
        while outbox:
            taken.append(outbox.popleft())
        return [*taken, Outgoing({"kind": "polled", "v": page}, [])]

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
        action_threads = anyio.CapacityLimiter(MAX_ACTIONS)
        try:
            async with anyio.create_task_group() as tasks:
                while not self._stopped:
                    self._stirred.clear()
                    while self._letters:
                        letter = self._letters.popleft()
                        if letter.get("kind") == "ask":
                            threads = action_threads if str(letter.get("what")) in ACTIONS else one_thread
                            tasks.start_soon(self._answer, letter, threads)
                        else:
                            self._take_in(letter)
                    if not self._told:
                        self._told = True
                        self._feed.stir()
                    self._send_all(self._batches())
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

    async def _answer(self, letter: Mapping[str, Any], threads: anyio.CapacityLimiter) -> None:
        what = str(letter.get("what"))
        others = self._desk.reply if what in COMMANDS else self._answers.reply
        reply = self._bench.reply if what in ACTIONS else others
        # What still waits for an app when the pump stops is left to its own timeout.
        answer = await to_thread.run_sync(reply, letter, abandon_on_cancel=what in ACTIONS, limiter=threads)
        self._send_all([answer])

    def _take_in(self, letter: Mapping[str, Any]) -> None:
        match letter:
            case {"kind": "follow", "where": str(where)}:
                self._feed.follow(where)
            case {"kind": "probe", "v": str(page)}:
                self._send({"kind": "probe", "v": page}, [])
            case {"kind": "push", "v": str(page)}:
                # It has heard this thread: what still waits for its poll goes the short way.
                for content, buffers in self._outboxes.pop(page, ()):
                    self._send(content, buffers)
            case _:
                self._send_all(self._feed.receive(letter))

    def _batches(self) -> list[Outgoing]:
        began = self._clock()
        return self._feed.flush(began, lambda: self._clock() - began)

    def _send_all(self, messages: list[Outgoing]) -> None:
        for content, buffers in messages:
            content["sent_at"] = time.time()
            outbox = self._outboxes.get(str(content.get("v")).partition("/")[0])
            if outbox is None:
                self._send(content, buffers)
            else:
                outbox.append(Outgoing({**content, "rung": "poll"}, buffers))


def _first_line(exc: BaseException) -> str:
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return f"{type(exc).__name__}: {exc}".splitlines()[0][:300]
