"""
Watch an ASGI app: the async lines that feed the recorder, and nothing else.

Rule 1: every message goes on unchanged, in order, as the same object; so does every exception.
Rule 2: nothing here, nor in whom it asks, can make a request fail: what breaks is a fault of the exchange.
"""

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Token
from time import perf_counter_ns, time
from typing import Any, Protocol

from asgi_nb.record.draft import Draft, Site, begin
from asgi_nb.record.exchange import Begun, Exchange, Origin, under_way
from asgi_nb.record.masks import shorten
from asgi_nb.record.plain import BEGUN
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.shape import Shapes
from asgi_nb.record.store import Store
from asgi_nb.record.tapped import Tapped
from asgi_nb.record.wire import Wire, wire_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Underway = Token[Exchange | Begun | None]


class Provenance(Protocol):
    """Who knows which cell's code answers."""

    scope_key: str
    """Where in a scope it leaves its routes, as `draft.Routed`."""

    def origin(self, scope: Scope) -> Origin | None:
        """Give the cell whose endpoint the app has chosen for this scope; None when it is of no cell."""

    def frame_label(self, filename: str) -> str | None:
        """Name the cell that was compiled under this file name ("Cell In[3]"); None for an ordinary file."""


class Tap:
    """
    Record what goes in and out of an ASGI app.

    Requests and WebSocket sessions are recorded, lifespan passes by. An exchange that has begun is recorded
    to its end, also when recording is switched off meanwhile.

    Args:
        app: The ASGI app to watch.
        store: Where the exchanges go; its `recording` switches the tap on and off.
        provenance: Tells which cell's code answered; None when nobody knows.
    """

    def __init__(self, app: ASGIApp, store: Store, *, provenance: Provenance | None = None) -> None:
        self.app = app
        self.store = store
        self.provenance = provenance
        self.scope_key = "" if provenance is None else provenance.scope_key
        self.shapes = Shapes()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        store = self.store
        if not store.recording:
            # What the app gives is awaited as it is: off, the tap is no frame of a request's.
            return self.app(scope, receive, send)
        try:
            wire: Any = send.__self__  # type: ignore[attr-defined]
            is_plain = wire.begins_plainly
        except AttributeError:
            is_plain = False
        if is_plain and not store.sessions:
            # See `plain`. What the app gives is awaited as it is, in the request's own task: recording has no
            # frame. That task ends with the request, and what is set in its context with it.
            wire.begins_plainly = False
            wire.tap = self
            wire.runs = None
            wire.read_ns = 0
            wire.stage = BEGUN
            under_way.set(wire)
            wire.clock_ns = perf_counter_ns()
            store.log.append(wire)
            if store.ticker is not wire.loop:
                store.ticker = wire.loop
                wire.later(store.tick)
                if store.watches:
                    store.stir()
            return self.app(scope, receive, send)
        kind = scope["type"]
        if kind != "http":
            return (self._record if kind == "websocket" else self.app)(scope, receive, send)
        wire = wire_of(receive, send)
        draft = begin(self, scope)
        if draft is None:
            return self._record(scope, receive, send)
        if wire is None or not wire.tells_end:
            return self._note(scope, receive, send, draft, wire)
        wire.listener = draft
        under_way.set(draft)
        return self.app(scope, receive, send)

    async def _note(
        self, scope: Scope, receive: Receive, send: Send, draft: Draft, wire: Wire | None
    ) -> None:
        """Note what goes by, for the recorder to read when somebody looks."""
        if wire is None:
            receive, send = _around(draft, receive, send)
        else:
            wire.listener = draft
        token = under_way.set(draft)
        try:
            await self.app(scope, receive, send)
        except BaseException as exc:
            self._end(token, draft, wire, exc)
            raise
        self._end(token, draft, wire, None)

    def _end(self, token: Underway, draft: Draft, wire: Wire | None, exc: BaseException | None) -> None:
        if wire is not None:
            wire.listener = None
        _reset(token, exc)
        draft.left(exc)

    async def _record(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record what goes by at once: WebSockets, and what no draft has notes for."""
        start = perf_counter_ns()
        recorder = Recorder(scope, time())
        exchange = recorder.exchange
        exchange.clock_ns = start
        self.store.add(exchange)
        session = Tapped(self, recorder, scope, receive, send)
        if exchange.websocket is not None:
            exchange.websocket.seq = exchange.seq
            exchange.websocket.tell = session.tell
        token = under_way.set(exchange)
        try:
            await self.app(scope, session.receive, session.send)
        except BaseException as exc:
            self._leave(token, recorder, scope, exc)
            raise
        self._leave(token, recorder, scope, None)

    def _leave(self, token: Underway, recorder: Recorder, scope: Scope, exc: BaseException | None) -> None:
        _reset(token, exc)
        exchange = recorder.exchange
        if exchange.websocket is not None:
            exchange.websocket.tell = None
        if exchange.response_start_ns is None:
            self.attribute(exchange, scope, exchange.root_path)
        self.finish(recorder, perf_counter_ns() - exchange.clock_ns, exc)

    def finish(self, recorder: Recorder, at_ns: int, exc: BaseException | None) -> None:
        """Note that the app has left, and tell it."""
        provenance = self.provenance
        recorder.finish(at_ns, exc, provenance.frame_label if provenance else None)
        self.store.touch(recorder.exchange)

    def attribute(self, exchange: Exchange, scope: Scope, outer_root_path: str) -> None:
        """Note which route and which cell answer, as soon as the app has matched."""
        try:
            if params := scope.get("path_params"):
                exchange.path_params = dict(params)
            exchange.origin, exchange.route_path = self.describe(scope, outer_root_path)
        except Exception as exc:  # noqa: BLE001 - rule 2: a foreign route or provenance may raise anything
            exchange.add_fault(
                0, f"the route or cell could not be told: {type(exc).__name__}: {shorten(str(exc), 200)}"
            )

    def describe(self, scope: Scope, outer_root_path: str) -> Site:
        """Tell which cell and which route answer; may raise whatever they raise."""
        route = scope.get("route")
        path = None if route is None else _route_path(route, scope, outer_root_path)
        return None if self.provenance is None else self.provenance.origin(scope), path


# It gives what is awaited, and is no `async def`, by which test clients and servers tell ASGI 3 from ASGI 2.
if sys.version_info >= (3, 12):  # pragma: no cover - a run has one Python
    inspect.markcoroutinefunction(Tap.__call__)
else:  # pragma: no cover - a run has one Python
    # Before 3.12 it is asyncio that knows a mark.
    Tap.__call__._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]


def _around(draft: Draft, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Give functions that note what goes through them."""

    async def tapped_receive() -> Message:
        message = await receive()
        draft.received(message)
        return message

    async def tapped_send(message: Message) -> None:
        draft.sent(message)
        try:
            await send(message)
        except OSError:
            draft.lose()
            raise

    return tapped_receive, tapped_send


def _reset(token: Underway, exc: BaseException | None) -> None:
    """Say that no exchange is under way here any more."""
    try:
        under_way.reset(token)
    except ValueError:
        # A coroutine that is thrown away may be so from another context, where the token is of no use.
        if not isinstance(exc, GeneratorExit):
            raise


def _route_path(route: object, scope: Scope, outer_root_path: str) -> str | None:
    """Give the route's path, with the prefixes of the mounts before it as they stood in this request."""
    path = getattr(route, "path", None)
    if not isinstance(path, str):
        return None
    root_path = scope.get("root_path", "")
    if root_path == outer_root_path:
        return path
    mounts = root_path[len(outer_root_path) :] if root_path.startswith(outer_root_path) else ""
    # A route with routes of its own is a mount, whose prefix the root path already has.
    return mounts if mounts and hasattr(route, "routes") else mounts + path
