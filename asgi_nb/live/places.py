"""
Where an endpoint runs: on the server's loop, in a worker thread, or on the kernel's own loop.

Rule 1: the kernel's loop is busy while a cell runs. Whoever waits for it waits a bounded time, can leave, and
    is told why in the end.
Rule 2: a request runs in one place or is refused, never both: the side that takes its ticket decides.
Rule 3: nothing but an ordinary exception leaves a request on the kernel's loop: an exit would end the kernel.
"""

import asyncio
import functools
import inspect
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from time import perf_counter_ns
from typing import Any, Literal, get_args

from asgi_nb.live.arguments import name_of
from asgi_nb.live.errors import CellError
from asgi_nb.live.sockets import shorten_reason
from asgi_nb.record.exchange import current_exchange
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.status import WS_1013_TRY_AGAIN_LATER
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

Place = Literal["server", "thread", "kernel"]
PLACES: tuple[Place, ...] = get_args(Place)

PICKUP = 3.0
"""Seconds that a request waits for the kernel: a person notices, and no client has given up."""


def check_place(on: str | None, pickup: float | None, loop: asyncio.AbstractEventLoop | None) -> None:
    """
    Refuse a place that there is not.

    Args:
        on: What was asked for; None for the default.
        pickup: Seconds; None for the default.
        loop: The kernel's loop, if there is one.

    Raises:
        CellError: The place is unknown, or not to be had here.
    """
    if on is not None and on not in PLACES:
        raise CellError(f"unknown place {on!r}; expected one of {', '.join(PLACES)}")
    if pickup is not None and on != "kernel":
        raise CellError("pickup says how long to wait for the kernel, and needs on='kernel' (--on kernel)")
    if pickup is not None and not pickup > 0:
        raise CellError(f"pickup must be more than 0 seconds, got {pickup:g}")
    if on == "kernel" and loop is None:
        raise CellError(
            "on='kernel' needs the event loop of a Jupyter kernel, and there is none here; "
            "use on='server' or on='thread'"
        )


def place_endpoint(target: Any, on: Place | None) -> tuple[Any, Place]:
    """
    Make an endpoint run where it was asked to, as far as that is a matter of the function.

    A plain function on a loop is called there, and blocks it as long as it runs.

    Args:
        target: What a person wrote.
        on: The place; None for the server's loop if it is async, or a class or an app, else a thread.

    Returns:
        The endpoint, and the place.

    Raises:
        CellError: It cannot run there.
    """
    inner = target
    while isinstance(inner, functools.partial):
        inner = inner.func
    waits = not inspect.isroutine(inner) or is_async_callable(inner) or inspect.isasyncgenfunction(inner)
    if on is None:
        return target, "server" if waits else "thread"
    if not waits and on != "thread":
        return _on_a_loop(target, inner), on
    if waits and on == "thread":
        what = "it awaits" if inspect.isroutine(inner) else "it is no function"
        raise CellError(
            f"{name_of(target)} cannot run in a worker thread: {what}; use on='server' or on='kernel' "
            "(--on server, --on kernel), or a plain `def` without await"
        )
    return target, on


def _on_a_loop(function: Any, inner: Any) -> Callable[..., Any]:
    """Make a plain function async, so that it is called on the loop and not in a worker thread."""
    if inspect.isgeneratorfunction(inner):

        @functools.wraps(function)
        async def stream(*args: Any, **options: Any) -> AsyncIterator[Any]:
            for item in function(*args, **options):
                yield item

        return stream

    @functools.wraps(function)
    async def call(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return call


class OnKernelLoop:
    """
    Run an app on the kernel's loop, for a server on another.

    Context variables cross over. While a cell runs the request waits and is "queued": a client that leaves
    meanwhile is not served, and after a time the answer is 503, or the WebSocket closes with 1013. A server
    that cancels the request, as it does when it stops, cancels the app.

    Args:
        app: The app.
        loop: The kernel's loop.
        pickup: Seconds to wait for it.

    Source: RFC 9110 section 15.6.4; RFC 6455 section 7.4 and its registry of close codes.
    """

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop, pickup: float) -> None:
        self.app = app
        self.loop = loop
        self.pickup = pickup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "a route with on='kernel' needs a server that runs on asyncio; use on='server'"
            ) from None
        if here is self.loop:
            await self.app(scope, receive, send)
            return
        begun = asyncio.Event()
        exchange = current_exchange.get()
        if exchange is not None and exchange.trace is not None:
            exchange.trace.called_ns = perf_counter_ns()

        def begin() -> None:
            begun.set()
            # At once: what the app sends comes right behind this, and would find it queued.
            if exchange is not None and exchange.state == "queued":
                exchange.enter("open")

        ticket = [None]
        early = _EarlyReceive(receive)

        async def main() -> Exception | None:
            if not _take(ticket):
                return None
            here.call_soon_threadsafe(begin)
            try:
                await self.app(scope, _hop(early.receive, here), _hop(send, here))
            except (KeyboardInterrupt, SystemExit) as exc:
                # Given to the loop, it would end the kernel. The cause shows where it came from.
                failure = RuntimeError(f"the handler raised {type(exc).__name__} on the kernel's loop")
                failure.__cause__ = exc
                return failure
            except Exception as exc:  # noqa: BLE001 - raised on the other side
                return exc
            return None

        if exchange is not None:
            exchange.enter("queued")
        running = asyncio.run_coroutine_threadsafe(main(), self.loop)
        try:
            await self._wait(begun, early)
            if not begun.is_set() and _take(ticket):
                if not early.left:
                    begin()
                    await self._refuse(scope, early.receive, send)
                return
            failure = await asyncio.wrap_future(running)
        finally:
            running.cancel()
            early.close()
        if failure is not None:
            raise failure

    async def _wait(self, begun: asyncio.Event, early: "_EarlyReceive") -> None:
        """Wait until the kernel has begun, the client has left, or the time is up."""
        waiting: asyncio.Future[Any] = asyncio.ensure_future(begun.wait())
        leaving: asyncio.Future[Any] = asyncio.ensure_future(early.client_left())
        try:
            await asyncio.wait([waiting, leaving], timeout=self.pickup, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            leaving.cancel()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        busy = (
            f"the kernel was running a cell for {self.pickup:g} s, and this route runs on the kernel's loop"
        )
        if scope["type"] == "websocket":
            await receive()
            # Some browsers drop a connection that accepts none of the subprotocols they offered.
            chosen = next(iter(scope.get("subprotocols") or ()), None)
            await send({"type": "websocket.accept", "subprotocol": chosen})
            reason = shorten_reason(f"{busy}; try again when the cell is done")
            await send({"type": "websocket.close", "code": WS_1013_TRY_AGAIN_LATER, "reason": reason})
            return
        advice = (
            f"503: {busy}.\n\nTry again when the cell is done. If the cell itself sent this request: use "
            "asgi_nb.request() or asgi_nb.client, which let the kernel answer, or await an async client. Or "
            "give the route more time (--pickup 10), or run it on the server's loop (--on server).\n"
        )
        await PlainTextResponse(advice, status_code=503, headers={"retry-after": "1"})(scope, receive, send)


def _take(ticket: list[None]) -> bool:
    """Take the ticket, if nobody has: one of two threads gets it."""
    try:
        ticket.pop()
    except IndexError:
        return False
    return True


def _hop(function: Callable[..., Awaitable[Any]], loop: asyncio.AbstractEventLoop) -> Callable[..., Any]:
    """Make a coroutine function of another loop one of this loop."""

    async def call(*args: Any) -> Any:
        async def there() -> Any:
            return await function(*args)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(there(), loop))

    return call


class _EarlyReceive:
    """
    Receive before the app does, to notice that the client leaves; the app gets all of it later.

    A body that comes in several messages is left in the server: who uploads is there.
    """

    def __init__(self, receive: Receive) -> None:
        self.left = False
        self._receive = receive
        self._messages: deque[Message] = deque()
        self._pending: asyncio.Future[Message] | None = None

    async def client_left(self) -> None:
        """Wait until the client has left, for ever if that is not to be known."""
        more = False
        while not more:
            pending = self._pending = asyncio.ensure_future(self._receive())
            # Not cancelled with this wait: the app will want the message.
            message = await asyncio.shield(pending)
            if self._pending is not pending:
                # The app has begun to receive, and has taken this very message.
                return
            self._pending = None
            self._messages.append(message)
            if message["type"] in ("http.disconnect", "websocket.disconnect"):
                self.left = True
                return
            more = bool(message.get("more_body"))
        await asyncio.Event().wait()

    async def receive(self) -> Message:
        """Give the next message."""
        if self._messages:
            return self._messages.popleft()
        pending, self._pending = self._pending, None
        return await (self._receive() if pending is None else pending)

    def close(self) -> None:
        """Stop receiving."""
        if self._pending is not None:
            self._pending.cancel()
            # A server that raises instead is asked for it, or asyncio would print that nobody was.
            self._pending.add_done_callback(lambda done: done.cancelled() or done.exception())
