"""
What a server may be, so that a tap need not stand between it and the app.

A tap wraps `receive` and `send`: two functions and two coroutines for each request, which cost more than
what is noted. A server that is a Wire tells of the messages itself.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Message = MutableMapping[str, Any]


class Listener(Protocol):
    """Who is told of the messages of one request. It raises nothing, whatever the messages are."""

    def received(self, message: Message) -> None:
        """Note what the app is about to get."""

    def sent(self, message: Message) -> None:
        """Note what the app sends, before anything becomes of it."""

    def left(self, exc: BaseException | None) -> None:
        """Note that the app has returned, or what it raised."""


class Wire:
    """
    The server's side of one request.

    Whoever is a Wire gives its methods `receive` and `send` to the app, runs the request in a task of its
    own, and tells `listener`, if there is one, of each message.
    """

    __slots__ = ("listener",)

    listener: Listener | None

    tells_end = False
    """Whether it tells its listener at once when the app has left, and of nothing after that."""

    def __init__(self) -> None:
        self.listener = None

    @property
    def is_free(self) -> bool:
        """Whether nobody listens."""
        return self.listener is None


def wire_of(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> Wire | None:
    """Give the Wire that both are methods of; None when there is none, or when somebody listens to it."""
    try:
        wire = send.__self__  # type: ignore[attr-defined]
        free = isinstance(wire, Wire) and receive.__self__ is wire and wire.is_free  # type: ignore[attr-defined]
    except AttributeError:
        return None
    return wire if free else None
