"""
What may be put into an open WebSocket from outside of its app: messages to either end, and its end.

The record knows its line, so that a cell can write `exchange.websocket.send_to_client("tea")`; the line
itself is above this floor, where the app is called.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

# Codes that may stand in a close frame. Source: RFC 6455 section 7.4, and IANA's registry of close codes.
SENDABLE = (range(1000, 1004), range(1007, 1015), range(3000, 5000))
# 1005 and 1006 are never sent, and are what an app is told when a client just goes.
TELLABLE = (*SENDABLE, range(1005, 1007))
# A control frame holds 125 bytes, 2 of them the code. Source: RFC 6455 sections 5.5 and 5.5.1.
REASON_LIMIT = 123

Tell = Callable[[Literal["receive", "send"], Mapping[str, Any]], object]
"""Records a message that has gone by unseen."""


class Injected(dict[str, Any]):
    """An ASGI message that comes from the notebook, and from neither the client nor the app."""


class NotOpenError(RuntimeError):
    """A WebSocket that nothing can be sent on: it is over, or not accepted yet, or came from a file."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"{type(self).__name__}: {self}"]


class Line(Protocol):
    """An open WebSocket. From any thread; a call waits until it is done, unless on the socket's own loop."""

    def send_to_client(self, data: str | bytes) -> None:
        """Send a message to the client, as if it were the app's."""

    def send_to_app(self, data: str | bytes) -> None:
        """Give the app a message, as if it were the client's."""

    def close_client(self, code: int, reason: str) -> None:
        """Close it as the app would."""

    def close_app(self, code: int, reason: str) -> None:
        """Tell the app that the client has gone."""


class Ends:
    """What a cell may do with the ends of a recorded WebSocket."""

    __slots__ = ()

    def send_to_client(self, data: str | bytes) -> None:
        """
        Send a message to the client, as if the app had.

        The app does not hear of it. The message is recorded as `injected`. From any cell or thread.

        Args:
            data: The payload; text or bytes make the opcode.

        Raises:
            NotOpenError: The socket is not open.
            TypeError: `data` is neither text nor bytes.
        """
        line_of(self).send_to_client(_payload(data))

    def send_to_app(self, data: str | bytes) -> None:
        """
        Give the app a message, as if the client had sent it.

        It is the next one that the app receives, and is recorded, as `injected`, when it does.

        Args:
            data: The payload; text or bytes make the opcode.

        Raises:
            NotOpenError: The socket is not open.
            TypeError: `data` is neither text nor bytes.
        """
        line_of(self).send_to_app(_payload(data))

    def close_client(self, code: int = 1000, reason: str = "") -> None:
        """
        Close the connection, as if the app had; the app finds it closed at its next message.

        Args:
            code: A close code that may be sent: 1000 to 1003, 1007 to 1014, or 3000 to 4999.
            reason: At most 123 bytes of UTF-8.

        Raises:
            NotOpenError: The socket is not open.
            ValueError: The code or the reason cannot stand in a close frame.

        Source: RFC 6455 sections 5.5.1 and 7.4.
        """
        line_of(self).close_client(_code(code, SENDABLE), _reason(reason))

    def close_app(self, code: int = 1005, reason: str = "") -> None:
        """
        Tell the app that the client has gone; the client is told when the app returns.

        Args:
            code: The code that the app sees: also 1005, no code, and 1006, the connection broke.
            reason: At most 123 bytes of UTF-8.

        Raises:
            NotOpenError: The socket is not open.
            ValueError: The code or the reason cannot stand in a close frame.

        Source: RFC 6455 sections 5.5.1 and 7.4.
        """
        line_of(self).close_app(_code(code, TELLABLE), _reason(reason))


def line_of(record: Any) -> Line:
    """Give the line of a WebSocket's record, as long as it is open."""
    line: Line | None = record.line
    if line is not None:
        return line
    check_not_closed(record)
    raise NotOpenError("this WebSocket is open at no app of this kernel; send on one that is live")


def check_not_closed(record: Any) -> None:
    """Raise `NotOpenError` with the code and who closed, if a close is in a WebSocket's record."""
    if record.close is not None:
        raise NotOpenError(
            f"this WebSocket is closed ({record.close.code or 'without a code'}, by {record.close.by}); "
            "exchange.replay() plays it again"
        )


def _payload(data: object) -> Any:
    if isinstance(data, str | bytes):
        return data
    raise TypeError(f"a message must be str or bytes, got {type(data).__name__}; use json.dumps for JSON")


def _code(code: object, allowed: tuple[range, ...]) -> Any:
    if type(code) is int and any(code in codes for codes in allowed):
        return code
    also = ", or 1005 and 1006, which only an app is told" if allowed is TELLABLE else ""
    raise ValueError(f"close code must be 1000 to 1003, 1007 to 1014, or 3000 to 4999{also}; got {code!r}")


def _reason(reason: object) -> Any:
    if isinstance(reason, str) and len(reason.encode("utf-8", "surrogatepass")) <= REASON_LIMIT:
        return reason
    raise ValueError(
        f"close reason must be text of at most {REASON_LIMIT} bytes of UTF-8, got {reason!r:.200}"
    )
