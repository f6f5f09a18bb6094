"""
Server-sent events, as text/event-stream carries them.

Source: WHATWG HTML standard, section "Server-sent events".
"""

from dataclasses import dataclass
from typing import Any

from asgi_nb.web._models import encode_models

__all__ = ["ServerSentEvent"]


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """
    One event of a text/event-stream.

    Args:
        data: What it says.
        event: Its type.
        id: Where a client that reconnects goes on.
        retry: Milliseconds until it reconnects.

    Raises:
        ValueError: `event` or `id` holds CR, LF or NUL, or `retry` is negative.
    """

    data: Any
    """A str as it is, anything else as JSON. It may have several lines."""

    event: str | None = None
    """The type a page listens for; None is `"message"`."""

    id: str | None = None
    """What a client that reconnects sends as Last-Event-ID."""

    retry: int | None = None
    """Milliseconds after which a client that lost the connection tries again."""

    def __post_init__(self) -> None:
        for name, value in (("event", self.event), ("id", self.id)):
            if value is not None and any(bad in value for bad in "\r\n\0"):
                raise ValueError(f"{name} of a server-sent event must not hold CR, LF or NUL, got {value!r}")
        if self.retry is not None and self.retry < 0:
            raise ValueError(f"retry of a server-sent event must be milliseconds from 0, got {self.retry!r}")

    def encode(self) -> bytes:
        """The event as it is sent, up to the empty line that ends it."""
        fields = [("event", self.event), ("id", self.id), ("retry", self.retry)]
        lines = [f"{name}: {value}" for name, value in fields if value is not None]
        text = self.data if isinstance(self.data, str) else encode_models(self.data).decode("utf-8")
        # Not splitlines: a client ends lines at CRLF, LF and CR only.
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            lines.append(f"data: {line}")
        return ("\n".join(lines) + "\n\n").encode("utf-8")
