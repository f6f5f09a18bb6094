"""
Notice that the client left while a response is being sent.

Before ASGI spec version 2.4 the only sign is an `http.disconnect` message, and to get it one has
to receive. But receiving also takes the request's body away from an endpoint that still reads
it while it answers. So while a response listens, it is the one reader of the request's
messages: it leaves an Inbox in the scope, and a Request on the same `receive` reads from there.

From 2.4 on `send` raises OSError once the client left, and nothing here is needed.
"""

import functools
from collections import deque
from collections.abc import Awaitable, Callable

import anyio
import anyio.abc

from asgi_nb.web._utils import create_collapsing_task_group
from asgi_nb.web.types import Message, Receive, Scope

__all__ = ["INBOX", "Inbox", "run_until_disconnect", "send_tells_disconnect"]

INBOX = "asgi_nb.inbox"

# 64 KiB, as uvicorn's HIGH_WATER_LIMIT: past it, a body that nobody reads waits in the server.
HIGH_WATER = 64 * 1024


class Inbox:
    """
    The messages of a request that came while a response listened for the client to leave.

    Args:
        source: The receive callable that both share.
    """

    def __init__(self, source: Receive) -> None:
        self.source = source
        self.listening = False
        self._messages: deque[Message] = deque()
        self._size = 0
        self._changed = anyio.Event()

    async def listen(self) -> None:
        """Receive until the client left."""
        self.listening = True
        try:
            while True:
                while self._size > HIGH_WATER:
                    await self._changed.wait()
                message = await self.source()
                self._messages.append(message)
                self._size += len(message.get("body", b""))
                self._wake()
                if message["type"] == "http.disconnect":
                    return
        finally:
            self.listening = False
            self._wake()

    async def receive(self) -> Message:
        """The next message for the endpoint."""
        while not self._messages:
            if not self.listening:
                return await self.source()
            await self._changed.wait()
        message = self._messages.popleft()
        self._size -= len(message.get("body", b""))
        self._wake()
        return message

    def _wake(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


async def run_until_disconnect(scope: Scope, receive: Receive, func: Callable[[], Awaitable[None]]) -> None:
    """Await `func()`, and cancel it when the client leaves."""
    inbox = scope[INBOX] = Inbox(receive)
    async with create_collapsing_task_group() as task_group:
        task_group.start_soon(_cancel_on_disconnect, inbox, task_group.cancel_scope)
        await func()
        task_group.cancel_scope.cancel()


async def _cancel_on_disconnect(inbox: Inbox, cancel_scope: anyio.CancelScope) -> None:
    await inbox.listen()
    cancel_scope.cancel()


def send_tells_disconnect(scope: Scope) -> bool:
    """Whether the server's `send` raises OSError once the client left: spec version 2.4 or later."""
    asgi = scope.get("asgi")
    return asgi is not None and _is_2_4(asgi.get("spec_version", "2.0"))


@functools.lru_cache(maxsize=16)
def _is_2_4(spec_version: str) -> bool:
    return tuple(map(int, spec_version.split("."))) >= (2, 4)
