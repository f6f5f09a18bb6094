"""
Compress responses.

`IdentityResponder` decides what happens to a response; a responder for another encoding is a subclass with
`content_encoding` and `apply_compression`.
"""

import zlib
from functools import lru_cache
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

from asgi_nb.web._response import has_no_body
from asgi_nb.web.datastructures import Headers, MutableHeaders
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["DEFAULT_EXCLUDED_CONTENT_TYPES", "GZipMiddleware", "GZipResponder", "IdentityResponder"]

DEFAULT_EXCLUDED_CONTENT_TYPES = (
    "application/grpc",
    "application/gzip",
    "application/x-gzip",
    "application/zip",
    "audio/*",
    "font/woff",
    "font/woff2",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/event-stream",
    "video/*",
)
"""What is compressed already, or, as event streams, to be seen at once. `*` stands for any subtype."""

# Threads that compress do not take those of sync endpoints. 40, as anyio's own limit.
_THREADS = 40

_limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("asgi_nb.gzip")


class GZipMiddleware:
    """
    Compress responses for clients that take gzip.

    Streams are compressed chunk by chunk. Left alone are partial responses, those that are encoded already,
    and some content types.

    Args:
        app: The application.
        minimum_size: Bytes; a shorter whole response is not worth it.
        compresslevel: 0 to 9, the higher the smaller and slower.
        thread_minimum_size: Bytes; a longer chunk is compressed in a worker thread.
        exclude_content_types: Types to leave alone; `"audio/*"` is every kind of audio.

    Source: RFC 9110 section 8.4.1.3, RFC 1952.
    """

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int = 500,
        compresslevel: int = 9,
        thread_minimum_size: int = 128 * 1024,
        *,
        exclude_content_types: tuple[str, ...] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        self.app = app
        self.minimum_size = minimum_size
        self.compresslevel = compresslevel
        self.thread_minimum_size = thread_minimum_size
        self.exclude_content_types = _media_types(exclude_content_types)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        responder: IdentityResponder
        if _takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            responder = GZipResponder(
                self.app,
                self.minimum_size,
                self.compresslevel,
                thread_minimum_size=self.thread_minimum_size,
                exclude_content_types=self.exclude_content_types,
            )
        else:
            responder = IdentityResponder(
                self.app, self.minimum_size, exclude_content_types=self.exclude_content_types
            )
        await responder(scope, receive, send)


class IdentityResponder:
    """
    One response, sent as it is; says in Vary that another client may get it encoded.

    Args:
        app: The application.
        minimum_size: Bytes; a shorter whole response is not worth it.
        exclude_content_types: Types to leave alone.
    """

    content_encoding: str

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int,
        *,
        exclude_content_types: tuple[str, ...] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        self.app = app
        self.minimum_size = minimum_size
        self.exclude_content_types = _media_types(exclude_content_types)
        self.send: Send = _unattached_send
        self.initial_message: Message = {}
        """The start, held back until the first part of the body says what to do."""
        self.started = False
        """The first part of the body has come."""
        self.content_encoding_set = False
        self.content_type_is_excluded = False
        self.partial_response = False
        self._is_head = False
        self._is_empty = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.send = send
        self._is_head = scope.get("method") == "HEAD"
        await self.app(scope, receive, self.send_with_compression)

    async def send_with_compression(self, message: Message) -> None:
        """The `send` of the inner app."""
        kind = message["type"]
        if kind == "http.response.start":
            await self._start(message)
        elif kind == "http.response.body" and not self._left_alone:
            await self._body(message)
        elif kind == "http.response.pathsend" and not self._left_alone:
            await self.send(self.initial_message)
            await self.send(message)
        else:
            await self.send(message)

    @property
    def _left_alone(self) -> bool:
        return (
            self.content_encoding_set
            or self.partial_response
            or self.content_type_is_excluded
            or self._is_empty
        )

    async def _start(self, message: Message) -> None:
        self.initial_message = {**message, "headers": list(message.get("headers", ()))}
        headers = Headers(raw=self.initial_message["headers"])
        self.content_encoding_set = "content-encoding" in headers
        self.partial_response = message["status"] == 206
        self._is_empty = has_no_body(message["status"])
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        names = {media_type, media_type.partition("/")[0] + "/*"}
        if media_type.startswith("application/grpc+"):
            names.add("application/grpc")
        self.content_type_is_excluded = not names.isdisjoint(self.exclude_content_types)
        if self._left_alone:
            await self.send(self.initial_message)

    async def _body(self, message: Message) -> None:
        body = message.get("body", b"")
        more = message.get("more_body", False)
        if self._is_head:
            await self._body_of_head(message)
            return
        if self.started:
            await self.send({**message, "body": await self.apply_compression(body, more_body=more)})
            return
        self.started = True
        if more or len(body) >= self.minimum_size:
            encoded = await self.apply_compression(body, more_body=more)
            headers = MutableHeaders(raw=self.initial_message["headers"])
            headers.add_vary_header("Accept-Encoding")
            if encoded != body:
                headers["content-encoding"] = self.content_encoding
                # Trailers need a chunked body, and a stream's length is not known.
                if more or self.initial_message.get("trailers", False):
                    del headers["content-length"]
                else:
                    headers["content-length"] = str(len(encoded))
            message = {**message, "body": encoded}
        await self.send(self.initial_message)
        await self.send(message)

    async def _body_of_head(self, message: Message) -> None:
        """Say what a GET would say; its length cannot be known. Source: RFC 9110 section 8.6."""
        if not self.started:
            self.started = True
            headers = MutableHeaders(raw=self.initial_message["headers"])
            length = headers.get("content-length")
            if length is None or int(length) >= self.minimum_size:
                headers.add_vary_header("Accept-Encoding")
                encoding = getattr(self, "content_encoding", None)
                if encoding is not None:
                    headers["content-encoding"] = encoding
                    del headers["content-length"]
            await self.send(self.initial_message)
        await self.send(message)

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        """The encoded form of a part of the body; the last one ends the encoding."""
        return body


class GZipResponder(IdentityResponder):
    """
    One response, compressed.

    Args:
        app: The application.
        minimum_size: Bytes; a shorter whole response is not worth it.
        compresslevel: 0 to 9.
        thread_minimum_size: Bytes; a longer chunk is compressed in a worker thread.
        exclude_content_types: Types to leave alone.
    """

    content_encoding = "gzip"

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int,
        compresslevel: int = 9,
        *,
        thread_minimum_size: int = 128 * 1024,
        exclude_content_types: tuple[str, ...] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        super().__init__(app, minimum_size, exclude_content_types=exclude_content_types)
        self.compresslevel = compresslevel
        self.thread_minimum_size = thread_minimum_size
        self._compressor: Any = None

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        if len(body) < self.thread_minimum_size:
            return self._compress(body, more_body)
        return await anyio.to_thread.run_sync(self._compress, body, more_body, limiter=_thread_limiter())

    def _compress(self, body: bytes, more_body: bool) -> bytes:
        if self._compressor is None:
            # 16 more than the window: with gzip's header and checksum.
            self._compressor = zlib.compressobj(self.compresslevel, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        # A sync flush for each chunk: the client can read all that was sent.
        flush = zlib.Z_SYNC_FLUSH if more_body else zlib.Z_FINISH
        compressed: bytes = self._compressor.compress(body) + self._compressor.flush(flush)
        return compressed


def _takes_gzip(accept_encoding: str) -> bool:
    """
    Whether an Accept-Encoding header has gzip, and not with a weight of 0.

    Source: RFC 9110 section 12.5.3.
    """
    for item in accept_encoding.lower().split(","):
        name, *parameters = (part.replace(" ", "") for part in item.split(";"))
        if name == "gzip":
            return not any(part.startswith("q=0") and not part.strip("q=0.") for part in parameters)
    return False


def _thread_limiter() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_THREADS)
        _limiter.set(limiter)
        return limiter


# Cached: a responder is made for each response, and is given the same names each time.
@lru_cache(maxsize=64)
def _media_types(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.partition(";")[0].strip().lower() for name in names)


async def _unattached_send(message: Message) -> None:
    raise RuntimeError("send awaitable not set; call the responder as an ASGI app")
