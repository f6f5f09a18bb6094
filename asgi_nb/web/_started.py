"""
Know whether a response was started, when an exception asks.

Whoever raises after its response was started says so in the scope, under RESPONSE_STARTED. Apps of the
toolkit know it themselves; what a foreign app sends is watched. It may hold back, or swallow, what an app
inside has sent: what counts is what went out, so the word of the outermost one stands.
"""

from collections.abc import Awaitable
from typing import Any

from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["RESPONSE_STARTED", "call_watched", "note_start", "watch"]

RESPONSE_STARTED = "asgi_nb.response_started"
"""Where an app that raises says that it had started the response."""

_BEGINNINGS = frozenset(("http.response.start", "websocket.accept"))


async def call_watched(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Call an app; if it raises, say in the scope whether it had started its response."""
    started = False

    # It may be a stream: a closure costs more to make than `watch`, and less to call.
    def watching(message: Message) -> Awaitable[None]:
        nonlocal started
        if not started and message["type"] in _BEGINNINGS:
            started = True
        # The inner awaitable: no frame to wait in is added per message.
        return send(message)

    try:
        await app(scope, receive, watching)
    except Exception:
        note_start(scope, started)
        raise


def watch(seen: list[Any], message: Message) -> Awaitable[None]:
    """
    Send a message of HTTP, and keep it if it starts the response.

    For who calls a foreign app in a frame of its own: as a method of the list it is a `send`.

    Args:
        seen: The `send` to use, then the starts that went through it.
        message: The message.
    """
    if message["type"] == "http.response.start":
        seen.append(message)
    sent: Awaitable[None] = seen[0](message)
    return sent


def note_start(scope: Scope, started: bool) -> None:
    """Say in the scope of an app that raised whether it had started its response."""
    if started:
        scope[RESPONSE_STARTED] = True
    else:
        # An app inside may have said so.
        scope.pop(RESPONSE_STARTED, None)
