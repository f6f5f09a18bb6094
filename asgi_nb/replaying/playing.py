"""
Play the client's part of a request or a WebSocket session, straight into an app.

Rule 1: the app is called as a server calls it, on the server's loop, and is recorded as any other request is.
Rule 2: all waits are bounded; what the app raises is in its exchange, and not raised here.
"""

from collections.abc import Mapping
from typing import Any

import anyio
import anyio.lowlevel

from asgi_nb.record.exchange import Exchange, Relation, current_exchange
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Provenance, Tap
from asgi_nb.replaying.request import Prepared
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 1.0
"""Seconds that a client's message waits for the answer which came before it in the captured session."""


async def play(
    app: ASGIApp,
    store: Store,
    prepared: Prepared,
    *,
    provenance: Provenance | None,
    state: Mapping[str, Any],
    timeout: float,
    timed: bool = False,
) -> Exchange | None:
    """
    Send a request into an app, or play a session with it.

    Args:
        app: The app.
        store: Where the new exchange goes; where it does not record, the exchange is in no store.
        prepared: The request.
        provenance: Tells which cell's code answers.
        state: What the app's lifespan has put into its state.
        timeout: Seconds until a response or session that has not ended is cut.
        timed: Whether a client's messages keep their distance in time.

    Returns:
        The new exchange; None when the app was cut before it had begun.
    """
    relation = Relation(prepared.exchange.id or None, prepared.edited)
    begun: list[Exchange] = []

    async def related(scope: Scope, receive: Receive, send: Send) -> None:
        exchange = current_exchange.get()
        if exchange is not None:
            exchange.relation = relation
            begun.append(exchange)
        await app(scope, receive, send)

    tap = Tap(related, store if store.recording else Store(), provenance=provenance)
    client = _Client(prepared) if prepared.exchange.websocket is None else _Session(prepared, timed)
    with anyio.move_on_after(timeout):
        try:
            await tap(prepared.scope(state), client.receive, client.send)
        except Exception:
            # Rule 2: what the app raises is in its exchange, where a server would have logged it.
            if not begun:
                raise
    return begun[0] if begun else None


class _Client:
    """A client that sends a request and reads the response to its end."""

    def __init__(self, prepared: Prepared) -> None:
        self._to_app: list[Message] = [{"type": "http.request", "body": prepared.body, "more_body": False}]
        self._answered = anyio.Event()

    async def receive(self) -> Message:
        if self._to_app:
            return self._to_app.pop()
        await self._answered.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._answered.set()
        await anyio.lowlevel.checkpoint()


class _Session:
    """A client that says in a session what the captured one said."""

    def __init__(self, prepared: Prepared, timed: bool) -> None:
        self._waiting = list(prepared.messages)
        self._timed = timed
        self._began = anyio.current_time()
        self._connected = False
        self._accepted = anyio.Event()
        self._closed: Message | None = None
        self._sent = 0
        self._news = anyio.Event()
        websocket = prepared.exchange.websocket
        close = None if websocket is None else websocket.close
        sent = [] if websocket is None else [one for one in websocket.messages if one.direction == "send"]
        self._expected = sum(not one.injected for one in sent)
        if "messages" in prepared.edited:
            self._expected = 0
        self._app_closes = close is not None and close.by in ("app", "error")
        self._code = close.code if close is not None and close.by == "client" and close.code else 1000
        self._end_ns = 0 if close is None else close.at_ns

    async def receive(self) -> Message:
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        await self._until(lambda: self._accepted.is_set(), None)
        if self._waiting and self._closed is None:
            message = self._waiting[0]
            await self._pace(message.after, message.at_ns)
        elif self._closed is None:
            # Edited messages have no captured answers to wait for: what comes within the patience is kept.
            await self._pace(self._expected or self._sent + 1, self._end_ns)
            if self._app_closes:
                await self._until(lambda: False, None)
        if self._closed is not None:
            return {"type": "websocket.disconnect", "code": self._closed.get("code", 1000), "reason": ""}
        if not self._waiting:
            return {"type": "websocket.disconnect", "code": self._code, "reason": ""}
        data = self._waiting.pop(0).data
        key, other = ("text", "bytes") if isinstance(data, str) else ("bytes", "text")
        return {"type": "websocket.receive", key: data, other: None}

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._accepted.set()
        elif kind == "websocket.send":
            self._sent += 1
        elif kind == "websocket.close" or (
            kind == "websocket.http.response.body" and not message.get("more_body", False)
        ):
            self._closed = message
            self._accepted.set()
        self._news.set()
        await anyio.lowlevel.checkpoint()

    async def _pace(self, after: int, at_ns: int) -> None:
        """Wait for what came before in the captured session: its time, or its answers."""
        if self._timed:
            await anyio.sleep(max(0.0, self._began + at_ns / 1e9 - anyio.current_time()))
        await self._until(lambda: self._sent >= after, PATIENCE)

    async def _until(self, done: Any, patience: float | None) -> None:
        """Wait until something is so or the session has ended; without patience, as long as all may take."""
        with anyio.move_on_after(patience):
            while not done() and self._closed is None:
                self._news = anyio.Event()
                await self._news.wait()
