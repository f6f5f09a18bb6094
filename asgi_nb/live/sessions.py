"""
The WebSockets that are open on the app: which run on old code, and how to close them.

A socket runs to its end on the code that it began with. That is right for a chat, and puzzles whoever has
just corrected that code: so it is told, and can be ended.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from asgi_nb.live.notebook import running_loop
from asgi_nb.record import markup
from asgi_nb.record.exchange import Exchange, Origin, current_exchange
from asgi_nb.record.masks import visible
from asgi_nb.service.waiting import wait_for
from asgi_nb.web.status import WS_1012_SERVICE_RESTART
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketDisconnect

CLOSE_TIMEOUT = 2.0
"""Seconds for the close frames of all sockets: none is waited for that does not read."""
REASON = "the code behind this socket was replaced; connect again"


class SocketClosedError(OSError):
    """What a handler gets that sends on a socket which was closed for it."""


class OpenSocket:
    """
    One WebSocket session of the app.

    Args:
        scope: Its scope.
        send: The server's.
        sessions: Who knows whose code it runs on.
    """

    def __init__(self, scope: Scope, send: Send, sessions: "Sessions") -> None:
        self.scope = scope
        self.opened_at = time.time()
        """Seconds since the Unix epoch."""
        self.exchange: Exchange | None = current_exchange.get()
        """What is recorded of it; None when it is not recorded."""
        self.closed = False
        """Whether `close` was called."""
        self._send = send
        self._sessions = sessions
        self._loop = running_loop()

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return str(self.scope["path"])

    @property
    def origin(self) -> Origin | None:
        """The cell whose code it runs on; None before a route has matched."""
        return self._sessions.origin(self.scope)

    @property
    def replaced(self) -> bool:
        """Whether that code has been replaced or removed since."""
        return self._sessions.is_replaced(self.scope)

    def close(self, code: int = WS_1012_SERVICE_RESTART, reason: str = REASON) -> None:
        """
        Close it; its handler finds it closed at the next message. From any thread.

        Args:
            code: A close code.
            reason: At most 123 bytes of text.

        Source: RFC 6455 section 7.4; 1012 from IANA's registry of close codes.
        """
        close_all([self], code, reason)

    async def send(self, message: Message) -> None:
        """Hand a message of the handler on."""
        if self.closed:
            raise SocketClosedError("this socket was closed from the notebook")
        await self._send(message)

    async def end(self, code: int, reason: str) -> None:
        """Send the close frame, on the socket's own loop."""
        if self.closed:
            return
        self.closed = True
        # The client may have left this very moment, or the handler has closed it.
        with contextlib.suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    @property
    def label(self) -> str:
        """The cell that its code came from."""
        return "" if self.origin is None else self.origin.label

    def __repr__(self) -> str:
        old = " (old code)" if self.replaced else ""
        return f"<OpenSocket {visible(self.path)} {visible(self.label)}{old}>"


class Sockets(list[OpenSocket]):
    """Open sockets, oldest first."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "no WebSocket is open"

    def _repr_html_(self) -> str:
        if not self:
            return f"<div>{markup.text(repr(self))}</div>"
        rows = [
            [visible(socket.path), visible(socket.label), "old" if socket.replaced else "current"]
            for socket in self
        ]
        return markup.table(["path", "cell", "code"], rows, caption="Open WebSockets")


class ClosedSockets(Sockets):
    """Sockets that were closed, oldest first."""

    def __repr__(self) -> str:
        paths = "\n".join(f"closed {visible(socket.path)}" for socket in self)
        return paths or "no WebSocket is open on old code"

    def _repr_html_(self) -> str:
        return "".join(f"<div>{markup.text(line)}</div>" for line in repr(self).splitlines())


class Sessions:
    """
    Keeps the sockets of an app while they are open.

    Args:
        origin: Gives the cell of a scope.
        is_replaced: Tells whether a scope's code was replaced.
    """

    def __init__(
        self, origin: Callable[[Scope], Origin | None], is_replaced: Callable[[Scope], bool]
    ) -> None:
        self.origin = origin
        self.is_replaced = is_replaced
        # A dict for its order; written by the loops, read by cells.
        self._open: dict[OpenSocket, None] = {}

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a session."""
        socket = OpenSocket(scope, send, self)
        self._open[socket] = None
        try:
            await app(scope, receive, socket.send)
        except (WebSocketDisconnect, SocketClosedError):
            # To be closed from the notebook is no failure of the handler.
            if not socket.closed:
                raise
        finally:
            del self._open[socket]

    def open(self) -> Sockets:
        """List the open sockets."""
        return Sockets(socket for socket in list(self._open) if not socket.closed)

    def note_replaced(self) -> None:
        """Let each exchange say whether its socket is on old code."""
        for socket in self.open():
            exchange = socket.exchange
            if exchange is not None and exchange.replaced != socket.replaced:
                exchange.replaced = socket.replaced
                if exchange.keeper is not None:
                    exchange.keeper.touch(exchange)


def close_all(sockets: Iterable[OpenSocket], code: int, reason: str) -> None:
    """Close sockets, and wait for the frames to be sent, as far as this thread may wait."""
    sending = []
    for socket in sockets:
        loop = socket._loop
        if loop is None:
            raise RuntimeError(
                "only a WebSocket on an asyncio loop can be closed from outside of its handler"
            )
        future = asyncio.run_coroutine_threadsafe(socket.end(code, reason), loop)
        if loop is not running_loop():
            sending.append(future)
    wait_for(sending, CLOSE_TIMEOUT)
