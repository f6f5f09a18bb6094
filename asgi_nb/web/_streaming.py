"""A response whose body is made while it is sent."""

import functools
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from typing import Any

import anyio

from asgi_nb.web._disconnect import ClientDisconnect, run_until_disconnect, send_tells_disconnect
from asgi_nb.web._response import Response, denies_by_close, start_denial
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.concurrency import iterate_in_threadpool
from asgi_nb.web.types import Message, Receive, Scope, Send

Content = str | bytes | memoryview
"""One chunk of a body; a str is encoded by the response's charset."""

SyncContentStream = Iterable[Content]
"""Chunks that block while they are made; each is made in a worker thread."""

AsyncContentStream = AsyncIterable[Content]
"""Chunks that are awaited."""

ContentStream = AsyncContentStream | SyncContentStream
"""What a StreamingResponse takes."""

# Seconds that a generator left early has to clean up; as long as a service takes to stop.
CLOSING_TIME = 5.0


class StreamingResponse(Response):
    """
    A body in chunks, each sent when it is there.

    The generator is closed when the response ends, however it ends: a client that leaves ends it.
    To a HEAD request the generator does not run.

    Args:
        content: An async iterable of str or bytes, or a plain one, which runs in worker threads.
        status_code: The status.
        headers: More headers.
        media_type: The type of the content.
        background: Called after the last chunk, also if the client left.
    """

    body_iterator: AsyncContentStream

    def __init__(
        self,
        content: ContentStream,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        if isinstance(content, AsyncIterable):
            self.body_iterator = content
        elif isinstance(content, list | tuple):
            # These do not block.
            self.body_iterator = _iterate(content)
        else:
            self.body_iterator = iterate_in_threadpool(content)
        self.status_code = status_code
        if media_type is not None:
            self.media_type = media_type
        self.background = background
        self.init_headers(headers)

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Receive until the client left."""
        while (await receive())["type"] != "http.disconnect":
            pass

    async def stream_response(self, send: Send) -> None:
        """
        Send the start, every chunk and the end.

        Raises:
            ClientDisconnect: The server says that the client left.
        """
        await send_or_leave(
            send, {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        async for chunk in self.body_iterator:
            try:
                await send(
                    {
                        "type": "http.response.body",
                        "body": chunk if type(chunk) is bytes else self._encode_plainly(chunk),
                        "more_body": True,
                    }
                )
            except OSError as exc:
                raise ClientDisconnect from exc
        await send_or_leave(send, {"type": "http.response.body", "body": b"", "more_body": False})

    def _encode_plainly(self, chunk: Any) -> bytes | memoryview:
        if isinstance(chunk, str):
            return chunk.encode(self.charset)
        if isinstance(chunk, bytes | memoryview):
            return chunk
        if isinstance(chunk, bytearray):
            # The generator may go on to fill the same one.
            return bytes(chunk)
        raise TypeError(
            f"a streamed chunk must be str, bytes or memoryview, got {type(chunk).__name__}; "
            "encode it where it is yielded"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_websocket = scope["type"] == "websocket"
        if is_websocket:
            send = await start_denial(scope, receive, send)
        try:
            if denies_by_close(scope) or scope.get("method") == "HEAD":
                await send(
                    {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
                )
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            # Even where send tells who left, a stream that waits for its next chunk does not hear of it.
            # Outside of an app the messages are somebody else's to receive.
            elif is_websocket or ("app" not in scope and send_tells_disconnect(scope)):
                await self.stream_response(send)
            else:
                await run_until_disconnect(scope, receive, functools.partial(self.stream_response, send))
        finally:
            await close_iterator(self.body_iterator)
        if self.background is not None:
            await self.background()


async def send_or_leave(send: Send, message: Message) -> None:
    """Send, and turn the server's word that the client left into ClientDisconnect."""
    try:
        await send(message)
    except OSError as exc:
        raise ClientDisconnect from exc


async def close_iterator(iterator: Any) -> None:
    """
    Close an async generator that may not have run to its end, also when this task is cancelled.

    Its `finally` blocks can await; after CLOSING_TIME they are cancelled.
    """
    # A generator that ended has no frame; other iterators tell nothing.
    if getattr(iterator, "ag_frame", iterator) is None:
        return
    close = getattr(iterator, "aclose", None)
    if close is not None:
        with anyio.move_on_after(CLOSING_TIME, shield=True):
            await close()


async def _iterate(chunks: Iterable[Content]) -> AsyncGenerator[Content, None]:
    for chunk in chunks:
        yield chunk
