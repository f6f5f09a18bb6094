"""
Run an app in a task of its own and take its messages one at a time.

The task is not in a task group, because its response outlives the call that started it. In exchange its owner
must end it: `finish()` or `abort()` on every path. Both return only when the task has ended.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextvars import Context, copy_context
from typing import Any

import anyio

from asgi_nb.web._disconnect import ClientDisconnect
from asgi_nb.web._started import RESPONSE_STARTED
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["InnerTask", "Unanswered"]

_MISSING = object()

# What a mount and the apps in it put into the scope for themselves, and what is said of messages that may not
# have gone out; the rest is for those around them too.
_INNER_KEYS = frozenset(
    ("app", "app_root_path", "root_path", "starlette.exception_handlers", RESPONSE_STARTED)
)

_LAST_MESSAGES = frozenset(("http.response.pathsend", "http.response.zerocopysend"))

# No part of the response: these go to the server as they come.
_ASIDE = frozenset(("http.response.early_hint", "http.response.push"))


class Unanswered(ClientDisconnect):
    """An app was told that the client left, and ended without an answer: there is nobody to answer."""


class InnerTask:
    """
    An app, one HTTP request, and the messages it sends.

    The app waits in `send` until its message is taken; after the last one until `finish()`, so that what it
    does after its response is done after the response. Once nobody wants its messages any more they are
    dropped, and `receive` gives `http.disconnect`.

    Args:
        app: An ASGI app.
        scope: An HTTP scope. The app gets a copy; what it put there until it answered is copied back.
        receive: The receive of the request.
        send: Where messages go that are no part of the response: early hints and pushes.
    """

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self.info: Any = None
        """What `http.response.debug` said, for the test client."""
        self.has_trailers = False
        """The app said at the start that trailers follow the body."""
        self._app = app
        self._outer_scope = scope
        self._scope = dict(scope)
        self._receive = receive
        self._send = send
        self._sending, self._messages = anyio.create_memory_object_stream[Message]()
        self._cancel_scope = anyio.CancelScope()
        self._waits: set[anyio.CancelScope] = set()
        self._over = anyio.Event()
        self._done = anyio.Event()
        self._error: BaseException | None = None
        self._raised = False
        self._body_is_whole = False
        self._told_disconnect = False
        self._task: Any = None

    async def start(self) -> Message:
        """
        Start the app and wait for its `http.response.start`, which is returned.

        Context variables that the app set until then are set for the caller too.

        Raises:
            Exception: What the app raised before.
            Unanswered: The app returned before, for the client left.
            RuntimeError: The app returned before.
        """
        context = copy_context()
        self._spawn(context)
        try:
            while True:
                message = await self._messages.receive()
                if message["type"] == "http.response.debug":
                    self.info = message["info"]
                elif message["type"] == "http.response.start":
                    break
                elif message["type"] in _ASIDE:
                    await self._send(message)
                else:
                    raise RuntimeError(f"expected http.response.start first, got {message['type']}")
        except anyio.EndOfStream:
            ended = True
        except BaseException:
            await self.abort()
            raise
        else:
            ended = False
        # Outside of the handler, so that the app's error does not get EndOfStream as its context.
        if ended:
            await self._done.wait()
        for variable, value in context.items():
            if variable.get(_MISSING) is not value:
                variable.set(value)
        self._outer_scope.update((key, value) for key, value in self._scope.items() if key not in _INNER_KEYS)
        if ended:
            self._messages.close()
            self._raise_error()
            if self._told_disconnect:
                raise Unanswered("the client left before the inner app answered")
            raise RuntimeError("No response returned: the inner app ended without sending one")
        return message

    async def chunks(self) -> AsyncGenerator[bytes | Message, None]:
        """
        The body as it comes in, without empty parts; a message that stands for the whole body as it is.

        Raises:
            Exception: What the app raised before its response was whole.
        """
        async for message in self._messages:
            if message["type"] in _LAST_MESSAGES:
                yield message
                return
            if message["type"] == "http.response.body":
                body = message.get("body", b"")
                if body:
                    yield body
                if not message.get("more_body", False):
                    self._body_is_whole = True
                    return
            elif message["type"] in _ASIDE:
                await self._send(message)
        await self._done.wait()
        self._raise_error()

    async def send_trailers(self, send: Send) -> None:
        """Send what follows the body; nothing but the end of it if the body was not read to its own."""
        if self._body_is_whole:
            async for message in self._messages:
                if message["type"] == "http.response.trailers":
                    await send(message)
                    if not message.get("more_trailers", False):
                        return
        await send({"type": "http.response.trailers", "headers": [], "more_trailers": False})

    async def finish(self) -> None:
        """
        Say that the response was sent, or is not wanted, and wait for the app to end.

        Raises:
            Exception: What the app raised, unless it was raised before.
        """
        self._over.set()
        self._messages.close()
        for scope in tuple(self._waits):
            scope.cancel()
        try:
            await self._done.wait()
        except BaseException:
            await self.abort()
            raise
        self._raise_error()

    async def abort(self) -> None:
        """Cancel the app and wait for it to end."""
        self._over.set()
        self._messages.close()
        self._cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._done.wait()

    def _raise_error(self) -> None:
        if self._error is not None and not self._raised:
            self._raised = True
            raise self._error

    def _spawn(self, context: Context) -> None:
        if _in_trio():
            import trio

            trio.lowlevel.spawn_system_task(self._run, context=context)
        else:
            # The loop itself holds its tasks weakly.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=context)

    async def _run(self) -> None:
        try:
            with self._sending, self._cancel_scope:
                await self._app(self._scope, self._receive_or_end, self._offer)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as exc:  # noqa: BLE001 - raised again in the task that waits for this one
            self._error = exc
        finally:
            self._done.set()

    async def _receive_or_end(self) -> Message:
        if not self._over.is_set():
            with anyio.CancelScope() as scope:
                self._waits.add(scope)
                try:
                    message = await self._receive()
                    self._told_disconnect = message["type"] == "http.disconnect"
                    return message
                finally:
                    self._waits.discard(scope)
        return {"type": "http.disconnect"}

    async def _offer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_trailers = message.get("trailers", False)
        try:
            await self._sending.send(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            # Nobody wants the response.
            return
        if self._is_last(message):
            await self._over.wait()

    def _is_last(self, message: Message) -> bool:
        kind = message["type"]
        if kind == "http.response.body":
            return not self.has_trailers and not message.get("more_body", False)
        if kind == "http.response.trailers":
            return not message.get("more_trailers", False)
        return kind in _LAST_MESSAGES


def _in_trio() -> bool:
    return anyio.get_cancelled_exc_class() is not asyncio.CancelledError
