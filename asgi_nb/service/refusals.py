"""
Say no at the edge: with a status, a text that helps, and a count.

The app never hears of a refused request, so the count is all that its author sees.
"""

import logging
from collections import Counter

from asgi_nb.service.log import ServiceLog
from asgi_nb.web.types import Receive, Scope, Send

# Why -> how the card says it.
REASONS = {
    "host": "for another host name",
    "origin": "from another origin",
    "headers": "with too large headers",
    "body": "with too large a body",
    "message": "with too large a WebSocket message",
    "connections": "beyond the number of connections",
    "timeout": "too slow",
}

SHOWN = 100
"""Characters of what was got that an answer repeats."""


class Refusals:
    """
    How many requests one server has refused, by reason. Only its loop writes.

    Args:
        log: Gets the text of the first refusal for each reason.
    """

    def __init__(self, log: ServiceLog) -> None:
        self._counts: Counter[str] = Counter()
        self._log = log

    def count(self, reason: str, text: str) -> None:
        """Count a refusal; `reason` is a key of REASONS."""
        self._counts[reason] += 1
        if self._counts[reason] == 1:
            self._log.note(logging.WARNING, f"refused a request: {text}")

    def counts(self) -> dict[str, int]:
        """The reasons that there were, with their numbers."""
        return dict(self._counts)

    def __str__(self) -> str:
        return ", ".join(f"{count} {REASONS[reason]}" for reason, count in self.counts().items())


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, text: str, *, close: bool = False
) -> None:
    """
    Answer a request, or a WebSocket upgrade, with a status and a plain text.

    Args:
        scope: The request's scope.
        receive: The request's receive.
        send: The request's send.
        status: The HTTP status.
        text: What was got, what is allowed, and which option allows more.
        close: Whether the connection ends with the answer.

    Source: ASGI 3.0, WebSocket Denial Response.
    """
    kind = "http"
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", ()):
            await send({"type": "websocket.close", "code": 1008})
            return
        kind = "websocket.http"
    body = f"{status}: {text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        # The text repeats what the client sent: it must never be taken for a page.
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", str(len(body)).encode()),
    ]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})


def shown(value: bytes) -> str:
    """Show what a client sent, in a text: quoted, escaped and cut."""
    text = value.decode("latin-1")
    return ascii(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")
