"""
The WebSockets that are open on the app: which run on old code, how to close them, how to speak into them.

A socket runs to its end on the code that it began with. That is right for a chat, and puzzles whoever has
just corrected that code: so it is told, and can be ended.

Rule 1: what comes from the notebook passes the tap, as what the app sends does, or is told to it.
Rule 2: an app that waits for a message gets the notebook's at once. Its wait is cut short and begun anew:
        what a server's `receive` was about to give is not lost, because it is given from a queue.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from time import perf_counter_ns
from typing import Any

from asgi_nb.live.notebook import running_loop
from asgi_nb.record import markup
from asgi_nb.record.exchange import Exchange, Origin, current_exchange
from asgi_nb.record.line import Injected, NotOpenError, check_not_closed
from asgi_nb.record.masks import visible
from asgi_nb.record.ring import NOTE, RECEIVED, RECEIVED_TEXT, SENT, SENT_TEXT, SHORT
from asgi_nb.record.tapped import tapped
from asgi_nb.service.waiting import wait_for
from asgi_nb.web.status import WS_1012_SERVICE_RESTART
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketDisconnect

CLOSE_TIMEOUT = 2.0
"""Seconds for the frames of all sockets: none is waited for that does not read."""
REASON = "the code behind this socket was replaced; connect again"


class SocketClosedError(OSError):
    """What a handler gets that sends on a socket which was closed for it."""


class OpenSocket:
    """
    One WebSocket session of an app: the line of its record.

    Args:
        scope: Its scope.
        receive: The server's.
        send: The server's.
        sessions: Who knows whose code it runs on.
    """

    __slots__ = (
        "_loop",
        "_open",
        "_receive",
        "_send",
        "_sessions",
        "_stirred",
        "_tapped",
        "_to_app",
        "_waiting",
        "closed",
        "exchange",
        "opened_at",
        "scope",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, sessions: "Sessions") -> None:
        self.scope = scope
        self.opened_at = time.time()
        """Seconds since the Unix epoch."""
        self.exchange: Exchange | None = current_exchange.get()
        """What is recorded of it; None when it is not recorded."""
        self.closed = False
        """Whether it was closed from the notebook."""
        # Next to the tap, it does the tap's part: one coroutine less for each message.
        self._tapped = session = tapped(receive, send)
        self._receive = receive if session is None else session.source
        self._send = send
        self._sessions = sessions
        self._loop = running_loop()
        # Between the app's accept and whatever ends it.
        self._open = False
        # What the app is to receive before anything of the client's.
        self._to_app: tuple[Message, ...] = ()
        # The task that waits for the client, and whether the notebook has cut its wait short.
        self._waiting: asyncio.Task[Any] | None = None
        self._stirred = False

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

    # From a cell, in any thread.

    def close(self, code: int = WS_1012_SERVICE_RESTART, reason: str = REASON) -> None:
        """
        Close it; its handler finds it closed at the next message.

        Args:
            code: A close code.
            reason: At most 123 bytes of text.

        Source: RFC 6455 section 7.4; 1012 from IANA's registry of close codes.
        """
        close_all([self], code, reason)

    def send_to_client(self, data: str | bytes) -> None:
        """See `WebSocketRecord.send_to_client`."""
        self._check_open()
        run_all([self], lambda socket: socket._give_client(Injected(_message("websocket.send", data))))

    def send_to_app(self, data: str | bytes) -> None:
        """See `WebSocketRecord.send_to_app`."""
        self._check_open()
        run_all([self], lambda socket: socket._give_app(Injected(_message("websocket.receive", data))))

    def close_client(self, code: int, reason: str) -> None:
        """See `WebSocketRecord.close_client`."""
        self._check_open()
        self.close(code, reason)

    def close_app(self, code: int, reason: str) -> None:
        """See `WebSocketRecord.close_app`."""
        self._check_open()
        message = Injected(type="websocket.disconnect", code=code, reason=reason)
        run_all([self], lambda socket: socket._give_app(message))

    def _check_open(self) -> None:
        if not self._open:
            # Its handler may still run, with nothing to send on.
            if self.exchange is not None and self.exchange.websocket is not None:
                check_not_closed(self.exchange.websocket)
            raise NotOpenError("this WebSocket is not open: the app has not accepted it, or it is closed")

    # On the socket's own loop.

    async def send(self, message: Message) -> None:
        """Hand a message of the handler on."""
        if self.closed:
            raise SocketClosedError("this socket was closed from the notebook")
        session = self._tapped
        if session is None:
            await self._send(message)
        else:
            # As `Tapped.note` does, without a call: this, and its twin below, is what each message pays.
            text = message.get("text") if session.is_open and type(message) is dict else None
            if (
                type(text) is str
                and len(message) == 2
                and message.get("type") == "websocket.send"
                and (size := len(text)) <= SHORT
            ):
                session.notes += (perf_counter_ns(), SENT_TEXT, text)
                session.room = room = session.room - size - NOTE
                if room < 0 or session.store.watches:
                    session.count()
                is_data = True
            else:
                is_data = session.note(message, SENT)
            try:
                await session.target(message)
            except OSError:
                session.recorder.lose()
                raise
            if is_data:
                return
        kind = message["type"]
        if kind == "websocket.accept":
            self._open = True
        elif kind == "websocket.close":
            self._open = False

    async def receive(self) -> Message:
        """Give the handler its next message: the notebook's before the client's."""
        while not self._to_app:
            # By the task itself: a cancel scope around each message would take ten times as long as the rest.
            task = None if self._loop is None else asyncio.current_task()
            if task is None:
                message = await self._receive()
            else:
                others = task.cancelling()
                self._waiting = task
                try:
                    message = await self._receive()
                except asyncio.CancelledError:
                    # Whoever else has cancelled the task in the same moment is obeyed.
                    if not self._stirred or task.uncancel() > others:
                        raise
                    continue
                else:
                    if self._stirred:
                        task.uncancel()
                finally:
                    self._waiting = None
                    self._stirred = False
            session = self._tapped
            text = (
                message.get("text")
                if session is not None and session.is_open and type(message) is dict
                else None
            )
            if (
                session is not None
                and type(text) is str
                and len(message) == 2
                and message.get("type") == "websocket.receive"
                and (size := len(text)) <= SHORT
            ):
                session.notes += (perf_counter_ns(), RECEIVED_TEXT, text)
                session.room = room = session.room - size - NOTE
                if room < 0 or session.store.watches:
                    session.count()
            elif session is None or not session.note(message, RECEIVED):
                if message["type"] == "websocket.disconnect":
                    self._open = False
            return message
        return self._take_from_notebook()

    def _take_from_notebook(self) -> Message:
        waiting = self._to_app
        message: Message = waiting[0]
        if message["type"] == "websocket.disconnect":
            # It stays: nothing comes after it, however often the handler asks.
            told, self._open = self.closed, False
            self.closed = True
        else:
            told = False
            self._to_app = waiting[1:]
        if not told and self.exchange is not None and self.exchange.websocket is not None:
            tell = self.exchange.websocket.tell
            if tell is not None:
                tell("receive", message)
        return message

    async def _give_app(self, message: Message) -> None:
        self._to_app = (*self._to_app, message)
        if self._waiting is not None and not self._stirred:
            self._stirred = True
            self._waiting.cancel()

    async def _give_client(self, message: Message) -> None:
        # It may have ended since the notebook asked.
        self._check_open()
        await self._send(message)

    async def end(self, code: int, reason: str) -> None:
        """Send the close frame."""
        if self.closed:
            return
        self.closed = True
        self._open = False
        # The client may have left this very moment, or the handler has closed it.
        with contextlib.suppress(OSError, RuntimeError):
            await self._send(Injected(type="websocket.close", code=code, reason=reason))

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
        socket = OpenSocket(scope, receive, send, self)
        record = None if socket.exchange is None else socket.exchange.websocket
        # Of an app inside of another one, the outer line is the whole one.
        if record is not None and record.line is None:
            record.line = socket
        self._open[socket] = None
        try:
            await app(scope, socket.receive, socket.send)
        except (WebSocketDisconnect, SocketClosedError):
            # To be closed from the notebook is no failure of the handler.
            if not socket.closed:
                raise
        finally:
            del self._open[socket]
            if record is not None and record.line is socket:
                record.line = None

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


class WithSessions:
    """
    Let the notebook speak into the WebSockets of an app that no live app lies around.

    Args:
        app: The ASGI app.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._sessions = Sessions(lambda scope: None, lambda scope: False)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "websocket":
            return self.app(scope, receive, send)
        return self._sessions.run(self.app, scope, receive, send)


def _message(kind: str, data: str | bytes) -> Message:
    return {"type": kind, "text" if isinstance(data, str) else "bytes": data}


def close_all(sockets: Iterable[OpenSocket], code: int, reason: str) -> None:
    """Close sockets, and wait for the frames to be sent, as far as this thread may wait."""
    run_all(sockets, lambda socket: socket.end(code, reason))


def run_all(sockets: Iterable[OpenSocket], what: Callable[[OpenSocket], Coroutine[Any, Any, None]]) -> None:
    """Do something to each socket on its own loop, and wait for it, as far as this thread may wait."""
    doing = []
    for socket in sockets:
        loop = socket._loop
        if loop is None:
            raise RuntimeError(
                "only a WebSocket on an asyncio loop can be spoken to from outside of its handler"
            )
        future = asyncio.run_coroutine_threadsafe(what(socket), loop)
        if loop is not running_loop():
            doing.append(future)
    wait_for(doing, CLOSE_TIMEOUT)
    for future in doing:
        if future.done():
            future.result()
