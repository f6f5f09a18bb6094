"""
Notice that the client left while a response is being sent.

Before ASGI spec version 2.4 the only sign is an `http.disconnect` message, and to get it one has
to receive. But receiving also takes the request's body away from an endpoint that still reads
it while it answers. So while a response listens, it is the one reader of the request's
messages: it leaves an Inbox in the scope, and a Request on the same `receive` reads from there.

From 2.4 on `send` raises OSError once the client left. That is enough but for a stream that is silent.
"""

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import anyio

from asgi_nb.web._utils import create_collapsing_task_group
from asgi_nb.web.types import Message, Receive, Scope

__all__ = ["INBOX", "ClientDisconnect", "Inbox", "run_until_disconnect", "send_tells_disconnect"]

INBOX = "asgi_nb.inbox"

# 64 KiB, as uvicorn's HIGH_WATER_LIMIT: past it, a body that nobody reads waits in the server.
HIGH_WATER = 64 * 1024


class ClientDisconnect(Exception):
    """The client left before the whole request was read, or the whole response was sent."""


class Inbox:
    """
    The messages of a request that came while a response listened for the client to leave.

    Args:
        source: The receive callable that both share.
    """

    def __init__(self, source: Receive) -> None:
        self.source = source
        self._messages: deque[Message] = deque()
        self._size = 0
        # From the start, not from the listener's first step: two must never read from the source.
        self._is_listening = True
        self._changed: anyio.Event | None = None

    async def listen(self) -> None:
        """Receive until the client left."""
        while True:
            while self._size > HIGH_WATER:
                await self._change()
            message = await self.source()
            self._messages.append(message)
            self._size += len(message.get("body", b""))
            self._wake()
            if message["type"] == "http.disconnect":
                return

    def stop(self) -> None:
        """Let the endpoint receive for itself, once it has what came so far."""
        self._is_listening = False
        self._wake()

    async def receive(self) -> Message:
        """The next message, for the endpoint."""
        while not self._messages:
            if not self._is_listening:
                return await self.source()
            await self._change()
        message = self._messages.popleft()
        self._size -= len(message.get("body", b""))
        self._wake()
        return message

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = anyio.Event()
        await self._changed.wait()


async def run_until_disconnect(
    scope: Scope, receive: Receive, func: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """
    Await `func()`, and end it when the client leaves.

    Whether it is cancelled then, or itself reads of the disconnect first, is chance; either way
    this returns.

    Listening takes a second task, which costs more than sending a hundred chunks. It starts when
    `func()` first waits; many streams never do.
    """
    inbox: Inbox | None = None
    try:
        async with create_collapsing_task_group() as task_group:

            async def listen(inbox: Inbox) -> None:
                await inbox.listen()
                task_group.cancel_scope.cancel()

            def start_listening() -> None:
                nonlocal inbox
                inbox = scope[INBOX] = Inbox(receive)
                task_group.start_soon(listen, inbox)

            with contextlib.suppress(ClientDisconnect):
                await _Watched(func(), start_listening)
            task_group.cancel_scope.cancel()
    finally:
        if inbox is not None:
            inbox.stop()


class _Watched(Generator[Any, Any, None]):
    """Run a coroutine, and make a call when it first gives way to the event loop."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], at_first_wait: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._at_first_wait: Callable[[], None] | None = at_first_wait

    def __await__(self) -> "_Watched":
        return self

    def send(self, value: Any) -> Any:
        waits_for = self._coroutine.send(value)
        if self._at_first_wait is not None:
            self._at_first_wait()
            self._at_first_wait = None
        return waits_for

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)


def send_tells_disconnect(scope: Scope) -> bool:
    """Whether the server's `send` raises OSError once the client left: spec version 2.4 or later."""
    asgi = scope.get("asgi")
    return asgi is not None and _is_2_4(asgi.get("spec_version", "2.0"))


@functools.lru_cache(maxsize=16)
def _is_2_4(spec_version: str) -> bool:
    return tuple(map(int, spec_version.split("."))) >= (2, 4)
