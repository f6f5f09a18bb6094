"""
uvicorn's protocols, with what they lack: limits for a request's head, in time and in size, for
the number of connections, and a word to the client and to the counters when one is reached.

uvicorn waits for a head for ever. Its h11 protocol answers 400 to a head of 64 KiB, its
httptools protocol reads one of any size; both answer 503 to everybody once there are too many
connections, and to no WebSocket.

Like `server`, imported when the first server starts.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import PayloadTooBig
from websockets.http11 import Request

from asgi_nb.service.heads import too_large
from asgi_nb.service.inbox import Gate, Inbox
from asgi_nb.service.serving import Serving

LINGER = 1.0
"""Seconds that a refused client has to read why, before its connection is cut."""
SURPLUS = 64
"""Connections beyond the limit that are told so; more are cut at once."""


class Config(uvicorn.Config):
    """
    uvicorn's configuration, and ours.

    Args:
        serving: The server's limits.
        options: What uvicorn.Config takes.
    """

    def __init__(self, serving: Serving, **options: Any) -> None:
        self.serving = serving
        super().__init__(**options)

    def configure_logging(self) -> None:
        """Leave the process's loggers alone: another uvicorn may be using them."""


class Limited(asyncio.Protocol):
    """The limits, for both of uvicorn's HTTP protocols; idle where a whole head comes at once."""

    # What uvicorn's protocols have.
    config: Any
    connections: Any
    transport: Any
    client: Any
    cycle: Any
    loop: Any

    _refused = False
    _timer: asyncio.TimerHandle | None = None
    _partial = 0
    """Bytes that have come since a piece of a head did."""

    def in_head(self) -> bool:
        """Whether a head has begun and not ended."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Each request is recorded; as lines they would drive the faults out of the log.
        self.access_log = False
        serving: Serving = self.config.serving
        self._wait_for_head()
        excess = len(self.connections) - serving.options.max_connections
        if excess > SURPLUS:
            serving.refusals.count("connections", f"more than {len(self.connections)} connections")
            self.transport.abort()
        elif excess > 0:
            serving.surplus.add(self.client)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        forget(self.config.serving, self.client)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if len(data) > self.config.serving.options.max_header_size:
            self.config.serving.doubtful.add(self.client)
        super().data_received(data)
        if self.in_head():
            self._count_head(len(data))
        elif self._timer is not None:
            self._stop_waiting()

    def _count_head(self, size: int) -> None:
        """Take note of so many bytes, after which a head has not ended."""
        serving: Serving = self.config.serving
        allowed = serving.options.max_header_size
        serving.doubtful.add(self.client)
        if self._partial > allowed:
            self._refuse("headers", 431, too_large(f"more than {allowed} bytes", allowed))
        elif self._timer is None:
            self._wait_for_head()
        self._partial += size

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self.config.serving.options.head_timeout, self._time_out)

    def _stop_waiting(self) -> None:
        self._partial = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        if not self.in_head():
            # Nothing has come. Browsers open connections in advance, and would take a 408 for the
            # answer to what they ask next.
            self.transport.close()
            return
        timeout = self.config.serving.options.head_timeout
        self._refuse(
            "timeout",
            408,
            f"the headers did not end within {timeout:g} s. To allow more: serve(head_timeout=...)",
        )

    def _refuse(self, reason: str, status: int, text: str) -> None:
        self._refused = True
        self._stop_waiting()
        self.config.serving.refusals.count(reason, text)
        if self.cycle is not None and not self.cycle.response_complete:
            # In the middle of the answer to an earlier request there is no room for another.
            self.transport.abort()
            return
        answer_and_linger(self.transport, self.loop, status, text)


class LimitedH11(Limited, H11Protocol):
    """HTTP/1.1 by h11, in Python."""

    def in_head(self) -> bool:
        return self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])


class LimitedWebSocket(WebSocketsSansIOProtocol):
    """
    WebSockets, which count what is too large, and keep little while they are idle.

    Of what uvicorn's own keeps of a connection, a third is queues in which nothing is, headers
    that were read long ago, and the dict of its attributes.
    """

    # uvicorn's attributes. One that is not here, as a later version may have, goes into a dict.
    __slots__ = (
        "app",
        "app_state",
        "asgi_version",
        "client",
        "close_sent",
        "close_timeout",
        "close_timer",
        "config",
        "conn",
        "connections",
        "curr_msg_data_type",
        "default_headers",
        "disconnected",
        "frames",
        "handshake_complete",
        "handshake_initiated",
        "initial_response",
        "last_ping_rtt",
        "logger",
        "loop",
        "pending_ping_payload",
        "ping_interval",
        "ping_sent_at",
        "ping_timeout",
        "ping_timer",
        "pong_timer",
        "queue",
        "read_paused",
        "request",
        "response",
        "root_path",
        "scheme",
        "scope",
        "server",
        "tasks",
        "transport",
        "writable",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue: Any = Inbox()
        self.writable: Any = Gate()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # The scope has them, and the parser keeps the request as long as the connection.
        event.headers.clear()

    def start_keepalive(self) -> None:
        # The answer to the handshake has just been written.
        self.response: Any = None
        super().start_keepalive()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The parser of the handshake has limits of its own: 8 KiB a line, 128 lines.
            reason = self.conn.handshake_exc.__cause__ or self.conn.handshake_exc
            text = f"the WebSocket upgrade could not be read: {reason}"
            self.handshake_initiated = True
            self._count("headers", text)
            answer_and_linger(self.transport, self.loop, 431, text)

    def connection_lost(self, exc: Exception | None) -> None:
        forget(self.config.serving, self.client)  # type: ignore[attr-defined]
        super().connection_lost(exc)

    def handle_parser_exception(self) -> None:
        if isinstance(self.conn.parser_exc, PayloadTooBig):
            allowed = self.config.ws_max_size
            self._count(
                "message",
                f"got a WebSocket message of more than {allowed} bytes. "
                "To allow more: serve(max_message_size=...)",
            )
        super().handle_parser_exception()

    def _count(self, reason: str, text: str) -> None:
        serving: Serving = self.config.serving  # type: ignore[attr-defined]
        serving.refusals.count(reason, text)


def forget(serving: Serving, client: tuple[str, int] | None) -> None:
    """Drop what was noted about the client of a connection that has gone."""
    if client is not None:
        serving.surplus.discard(client)
        serving.doubtful.discard(client)


def answer_and_linger(
    transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, status: int, text: str
) -> None:
    """
    Write an answer past the parser, and close.

    Closing at once, with data unread, would reset the connection, and the client would lose the
    answer: so the other direction stays open for a moment.

    Source: RFC 9112 section 9.6.
    """
    body = f"{status}: {text}\n".encode()
    transport.write(
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "content-type: text/plain; charset=utf-8\r\n"
        "x-content-type-options: nosniff\r\n"
        f"content-length: {len(body)}\r\n"
        "connection: close\r\n\r\n".encode()
        + body
    )
    if transport.can_write_eof():
        transport.write_eof()
    loop.call_later(LINGER, transport.close)
