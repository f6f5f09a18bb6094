"""The place between the server and an app where requests are held; see `holds`."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from copy import deepcopy
from typing import Any

from asgi_nb.live.held import (
    Decision,
    Held,
    HeldRequest,
    HeldResponse,
    changed_scope,
    differences,
    request_of,
)
from asgi_nb.live.holds import MAX_HELD, Hold, Holds
from asgi_nb.record.exchange import current_exchange
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.recorder import Recorder
from asgi_nb.service.resets import EXTENSION, Reset
from asgi_nb.web.datastructures import MutableHeaders
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 8 << 20
"""Bytes of a body that are kept to be looked at; a larger one passes unseen."""


class HoldPoint:
    """
    Let requests pass, but for those that somebody holds.

    Args:
        app: The app, inside of what records it.
        holds: Who holds what.
    """

    def __init__(self, app: ASGIApp, holds: Holds) -> None:
        self.app = app
        self.holds = holds

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if not self.holds.rules or scope["type"] != "http":
            return self.app(scope, receive, send)
        return _Passage(self.app, self.holds, scope, receive, send).run()


class _Passage:
    """One request on its way through."""

    def __init__(self, app: ASGIApp, holds: Holds, scope: Scope, receive: Receive, send: Send) -> None:
        self.app = app
        self.holds = holds
        self.scope = scope
        self.source = receive
        self.target = send
        # A record of its own: the request may be one that is not recorded, and the answer has not been yet.
        self.judge = Recorder(scope, time.time())
        self.began = time.perf_counter_ns()
        self.waiting: deque[Message] = deque()
        self.receiving = False
        self.start: Message | None = None
        self.asked_for_answer = any(rule.at == "response" for rule in holds.rules)

    async def run(self) -> None:
        rules = [rule for rule in self.holds.rules if rule.at == "request"]
        read_ahead = any(rule.reads_body for rule in rules)
        body = await self._read_body() if read_ahead else None
        hold = self._matching(rules)
        if hold is not None:
            if not read_ahead:
                body = await self._read_body()
            request = request_of(self.scope, body)
            if not await self._hold_request(hold, request, body):
                return
        send = self._send_or_hold if self.asked_for_answer else self.target
        await self.app(self.scope, self._receive, send)
        if self.start is not None:
            await self._pass_start()

    async def _hold_request(self, hold: Hold, request: HeldRequest, body: bytes | None) -> bool:
        """Hold it; give whether the app is to see it."""
        before = deepcopy(request)
        held = Held(self._seq(), "request", request, None, time.monotonic() + hold.seconds)
        decision = await self._hold(hold, held)
        if held.ended == "client left":
            return False
        if decision.reset:
            await self._reset()
            return False
        if decision.answer is not None:
            await decision.answer(self.scope, self._receive, self.target)
            return False
        changes = list(differences(before, request))
        if changes:
            self._note_changes(changes)
            # In place: who records finds in it what the app has chosen.
            self.scope.update(changed_scope(self.scope, request, body))
            if request.body is not None and request.body != body:
                disconnects = [m for m in self.waiting if m["type"] != "http.request"]
                self.waiting = deque(
                    [{"type": "http.request", "body": request.body, "more_body": False}, *disconnects]
                )
        return True

    async def _read_body(self) -> bytes | None:
        """Read the request's body, and keep it for the app."""
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self.source()
            self.waiting.append(message)
            if message["type"] != "http.request":
                return b"".join(chunks)
            self.judge.feed("receive", message, time.perf_counter_ns() - self.began)
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if not message.get("more_body"):
                return b"".join(chunks)
            if size > BODY_LIMIT:
                return None

    async def _receive(self) -> Message:
        if self.waiting:
            return self.waiting.popleft()
        self.receiving = True
        try:
            return await self.source()
        finally:
            self.receiving = False

    async def _send_or_hold(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            self.judge.feed("send", message, time.perf_counter_ns() - self.began)
            return
        if self.start is None:
            await self.target(message)
            return
        self.judge.feed("send", message, time.perf_counter_ns() - self.began)
        hold = self._matching([rule for rule in self.holds.rules if rule.at == "response"])
        if hold is None:
            await self._pass_start()
            await self.target(message)
            return
        await self._hold_response(hold, message)

    async def _pass_start(self) -> None:
        start, self.start = self.start, None
        if start is not None:
            await self.target(start)

    async def _hold_response(self, hold: Hold, message: Message) -> None:
        start, self.start = self.start, None
        assert start is not None  # who calls has seen it
        whole = message["type"] == "http.response.body" and not message.get("more_body")
        body = bytes(message.get("body", b"")) if whole else None
        headers = MutableHeaders(raw=list(start.get("headers", ())))
        response = HeldResponse(start["status"], headers, body)
        before = deepcopy(response)
        request = request_of(self.scope, self.judge.exchange.request.body.data or None)
        held = Held(self._seq(), "response", request, response, time.monotonic() + hold.seconds)
        decision = await self._hold(hold, held)
        if decision.reset:
            self._note_changes([f"the answer {before.status} was not sent"])
            self.target = _nowhere
            await self._reset()
            return
        if decision.answer is not None:
            self._note_changes([f"answered in place of {before.status}"])
            await decision.answer(self.scope, self._receive, self.target)
            # What the app sends after this belongs to the answer that was replaced.
            self.target = _nowhere
            return
        changes = list(differences(before, response))
        if changes:
            self._note_changes(changes)
            if response.body != body:
                response.headers["content-length"] = str(len(response.body or b""))
                message = {**message, "body": response.body}
            start = {**start, "status": response.status, "headers": response.headers.raw}
        await self.target(start)
        await self.target(message)

    def _matching(self, rules: list[Hold]) -> Hold | None:
        exchange = self.judge.exchange
        hold = next((rule for rule in rules if rule.matches(exchange)), None)
        if hold is not None and self.holds.held_count >= MAX_HELD:
            hold.passed += 1
            return None
        return hold

    async def _hold(self, hold: Hold, held: Held) -> Decision:
        exchange = current_exchange.get()
        before = exchange.state if exchange is not None else "open"
        began = time.perf_counter_ns()
        automatic = hold.automatic()
        held.tell = self.holds.tell
        hold.take(held)
        self.holds.tell()
        if exchange is not None:
            exchange.enter("held")
        try:
            decision = await self._decided(held)
            if decision is None and held.ended == "timed out" and not hold.asks:
                # As it was told to; nobody was late.
                held.ended = automatic.word
        except BaseException:
            held.decision.cancel()
            held.ended = held.ended or "cancelled"
            raise
        finally:
            hold.release(held)
            if exchange is not None:
                if exchange.state == "held":
                    exchange.enter(before)
                took = time.perf_counter_ns() - began
                at_ns = began - exchange.clock_ns
                exchange.holds = (*exchange.holds, HoldRecord(at_ns, took, hold.at, hold.where, held.ended))
            self.holds.tell()
        return automatic if decision is None else decision

    async def _decided(self, held: Held) -> Decision | None:
        """Wait for a decision, the end of the time or the client's leaving; None when nobody decided."""
        decided = asyncio.wrap_future(held.decision)
        waits: set[asyncio.Future[Any]] = {decided}
        listening = None
        if not self.receiving:
            listening = asyncio.ensure_future(self._until_disconnect())
            waits.add(listening)
        try:
            # Anew when its time has grown meanwhile.
            while not any(one.done() for one in waits) and (left := held.until - time.monotonic()) > 0:
                await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if listening is not None and not listening.done():
                listening.cancel()
                await asyncio.wait([listening])
        # Whoever is first takes it: a decision that comes at this moment is either in time or refused.
        if held.decision.cancel():
            if not held.ended:
                gone = listening is not None and listening.done() and not listening.cancelled()
                held.ended = "client left" if gone else "timed out"
            return None
        if held.decision.cancelled():
            return None
        decision = await decided
        held.ended = decision.word
        return decision

    async def _reset(self) -> None:
        """Cut the connection; for who has none, raise what cutting it comes to."""
        reset: Reset | None = self.scope.get("extensions", {}).get(EXTENSION)
        if reset is None:
            raise ConnectionResetError("the request was held, and its connection reset")
        if await reset() and not self.receiving:
            # For who records: the app may never ask.
            await self.source()

    async def _until_disconnect(self) -> None:
        """Receive what comes, and keep it for the app, until the client leaves."""
        size = sum(len(message.get("body", b"")) for message in self.waiting)
        while size <= BODY_LIMIT:
            message = await self.source()
            self.waiting.append(message)
            size += len(message.get("body", b""))
            if message["type"] == "http.disconnect":
                return
        await asyncio.get_running_loop().create_future()

    def _seq(self) -> int:
        exchange = current_exchange.get()
        return 0 if exchange is None else exchange.seq

    def _note_changes(self, changes: list[str]) -> None:
        exchange = current_exchange.get()
        if exchange is not None and exchange.holds:
            last = exchange.holds[-1]
            exchange.holds = (*exchange.holds[:-1], last.with_changes(changes))


async def _nowhere(message: Message) -> None:
    """Send nothing."""
