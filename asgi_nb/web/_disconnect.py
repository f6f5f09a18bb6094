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

__all__ = ["INBOX", "ClientDisconnect", "Inbox", "poll", "run_until_disconnect", "send_tells_disconnect"]

INBOX = "asgi_nb.inbox"

# 64 KiB, as uvicorn's HIGH_WATER_LIMIT: past it, a body that nobody reads waits in the server.
HIGH_WATER = 64 * 1024

# Turns of the event loop in which a message that is there comes out. Trio's channels take two or three, and a
# middleware may add one.
_TURNS = 5


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
        self._is_listening = False
        self._readers = 0
        self._changed: anyio.Event | None = None

    def start(self) -> None:
        """Let nobody else receive. Before the listener's first step: two must never do it at once."""
        self._is_listening = True

    async def listen(self) -> None:
        """Receive until the client left."""
        while True:
            # The endpoint may have been waiting in the source before this began to listen.
            while self._readers or self._size > HIGH_WATER:
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
                return await self._receive_directly()
            await self._change()
        message = self._messages.popleft()
        self._size -= len(message.get("body", b""))
        self._wake()
        return message

    async def _receive_directly(self) -> Message:
        self._readers += 1
        try:
            return await self.source()
        finally:
            self._readers -= 1
            self._wake()

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = anyio.Event()
        await self._changed.wait()


async def poll(receive: Receive) -> Message | None:
    """
    Receive a message if it is there; None if it is not.

    A scope that is cancelled beforehand would cost less, but trio's channels look first whether they
    are cancelled, and only then whether there is a message.
    """
    message: Message | None = None

    async def take() -> None:
        nonlocal message
        message = await receive()

    async with create_collapsing_task_group() as task_group:
        task_group.start_soon(take)
        for _ in range(_TURNS):
            await anyio.sleep(0)
            if message is not None:
                break
        task_group.cancel_scope.cancel()
    return message


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
    inbox: Inbox | None = scope.get(INBOX)
    if inbox is None or inbox.source != receive:
        inbox = scope[INBOX] = Inbox(receive)
    try:
        async with create_collapsing_task_group() as task_group:

            async def listen() -> None:
                await inbox.listen()
                task_group.cancel_scope.cancel()

            listens = False

            def start_listening() -> None:
                nonlocal listens
                listens = True
                inbox.start()
                task_group.start_soon(listen)

            with contextlib.suppress(ClientDisconnect):
                await _Watched(func(), start_listening)
            # Cancelling is dear, and most often there is nothing to cancel.
            if listens:
                task_group.cancel_scope.cancel()
    finally:
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
