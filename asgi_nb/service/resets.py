"""
Cut a connection without an answer, for who holds its request and says so.

A request has the way to do it in its scope, while somebody holds requests; else it pays one look at a set, in
`late`, the outermost layer: a layer of its own would be one more call for each request.
"""

import asyncio
import socket
import struct
import sys
import weakref
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgi_nb.web.types import Scope

EXTENSION = "asgi_nb.reset"
"""The key in a scope's extensions of what cuts its connection, and says whether the request knows."""

Reset = Callable[[], Awaitable[bool]]

holders: set[weakref.ref[Any]] = set()
"""Who may want to cut a connection; who was thrown away wants nothing. Changed by `allow` and `disallow`."""

# On, and for no seconds: what is closed is reset, and the client is told so at once. Windows has two shorts.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

# The loop tells a connection in its next turn that it is lost; a pipelined request is never told.
_TURNS = 5


def allow(holder: object) -> None:
    """Give the requests that come from here on a way to cut their connection."""
    holders.add(weakref.ref(holder, holders.discard))


def disallow(holder: object) -> None:
    """Say that this one wants it no longer. Saying it twice is no error."""
    holders.discard(weakref.ref(holder))


def offer(scope: Scope, cycle: object) -> None:
    """
    Give a request a way to cut its connection.

    Args:
        scope: The request's.
        cycle: The server's own object behind its `send`.
    """
    if scope["type"] == "http" and getattr(cycle, "transport", None) is not None:
        scope["extensions"] = {**scope.get("extensions", {}), EXTENSION: partial(_reset, cycle)}


async def _reset(cycle: Any) -> bool:
    """Cut the connection of a request; give whether the request knows that it has gone."""
    opened = cycle.transport.get_extra_info("socket")
    if opened is not None:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    cycle.transport.abort()
    for _ in range(_TURNS):
        if cycle.disconnected:
            return True
        await asyncio.sleep(0)
    return False
