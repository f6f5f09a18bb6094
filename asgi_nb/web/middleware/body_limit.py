"""
Refuse request bodies that are too large.

A limit nearer to the endpoint replaces the limits around it, be it lower or higher. So nothing can be
refused before the app has asked for the body or has begun to answer: only then is the last word spoken.
"""

from asgi_nb.web.datastructures import Headers
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY_SIZE_SCOPE_KEY", "RequestBodyLimitMiddleware"]

MAX_BODY_SIZE_SCOPE_KEY = "starlette.max_body_size"
"""Where the limit in force stands in the scope, in bytes."""

_LIMIT_SCOPE_KEY = "asgi_nb.body_limit"


class _RequestBodyTooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(413, "Content Too Large")


class _RequestBodyLimitResponseSent(Exception):
    """Ends an app whose response was replaced by a 413."""


class RequestBodyLimitMiddleware:
    """
    Answer 413 to requests whose body is larger than a limit.

    A body whose Content-Length is too large is refused unread; other bodies are counted as they come in.

    Args:
        app: The application to protect.
        max_body_size: Bytes, not negative.

    Raises:
        ValueError: The limit is negative.

    Source: RFC 9110 section 15.5.14.
    """

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        if max_body_size < 0:
            raise ValueError(f"max_body_size must be a number of bytes >= 0, got {max_body_size!r}")
        self.app = app
        self.max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        around: _Limit | None = scope.get(_LIMIT_SCOPE_KEY)
        before = scope.get(MAX_BODY_SIZE_SCOPE_KEY)
        scope[MAX_BODY_SIZE_SCOPE_KEY] = self.max_body_size
        try:
            if around is None:
                limit = scope[_LIMIT_SCOPE_KEY] = _Limit(self.max_body_size, scope, receive, send)
                await limit.run(self.app)
            else:
                around.change(self.max_body_size)
                await self.app(scope, receive, send)
        finally:
            if around is None:
                del scope[_LIMIT_SCOPE_KEY]
            if before is None:
                del scope[MAX_BODY_SIZE_SCOPE_KEY]
            else:
                scope[MAX_BODY_SIZE_SCOPE_KEY] = before


class _Limit:
    """Counts one request's body."""

    def __init__(self, size: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._size = size
        self._scope = scope
        self._receive = receive
        self._send = send
        self._declared = _content_length(scope)
        self._counted = 0
        self._started = False

    def change(self, size: int) -> None:
        """Put another limit in force, for what was read before too."""
        self._size = size
        self._check(self._counted)

    async def run(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._counted_receive, self._checked_send)
        except _RequestBodyTooLarge:
            if self._started:
                raise
            await self._refuse()
        except _RequestBodyLimitResponseSent:
            return

    async def _counted_receive(self) -> Message:
        self._check(self._declared)
        message = await self._receive()
        if message["type"] == "http.request":
            self._counted += len(message.get("body", b""))
            self._check(self._counted)
        return message

    async def _checked_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            # The endpoint answers without having read the body.
            if self._declared > self._size and message["status"] != 413:
                await self._refuse()
                raise _RequestBodyLimitResponseSent
        await self._send(message)

    def _check(self, size: int) -> None:
        if size > self._size:
            raise _RequestBodyTooLarge

    async def _refuse(self) -> None:
        await PlainTextResponse("Content Too Large", status_code=413)(self._scope, self._receive, self._send)


def _content_length(scope: Scope) -> int:
    """The Content-Length header; 0 if there is none to go by, then only counting tells."""
    value = Headers(scope=scope).get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0
