"""Exceptions that an endpoint raises to answer with an error status or a close code."""

import http
from collections.abc import Mapping

__all__ = ["HTTPException", "StarletteDeprecationWarning", "WebSocketException", "WrongMessageKind"]

PHRASES: dict[int, str] = {status.value: status.phrase for status in http.HTTPStatus}
"""Status -> reason phrase. Source: RFC 9110 section 15."""


class HTTPException(Exception):
    """
    End the request with an error response.

    Args:
        status_code: The response's status.
        detail: What the client is told; the status's reason phrase if None.
        headers: Headers of the response.
    """

    def __init__(
        self, status_code: int, detail: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status_code = status_code
        self.detail = PHRASES.get(status_code, "") if detail is None else detail
        self.headers = headers

    def __str__(self) -> str:
        return f"{self.status_code}: {self.detail}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(status_code={self.status_code!r}, detail={self.detail!r})"


class WebSocketException(Exception):
    """
    End the WebSocket session with a close frame.

    Args:
        code: The close code, RFC 6455 section 7.4.
        reason: At most 123 bytes of UTF-8.
    """

    def __init__(self, code: int, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, reason={self.reason!r})"


class WrongMessageKind(WebSocketException, KeyError):
    """
    A WebSocket message has bytes where text was asked for, or the reverse: a close with 1003, unless handled.

    Also a KeyError, which Starlette raises here, so that code that catches it carries over: Strawberry closes
    with a code of its own then.
    """

    __str__ = WebSocketException.__str__


class StarletteDeprecationWarning(UserWarning):
    """A name or a habit that goes away. A UserWarning, so that it is shown by default."""
