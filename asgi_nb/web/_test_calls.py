"""
Call an app as a server would: the part of the test clients that runs on the event loop.

An app that breaks the protocol gets an AssertionError at the place where it does.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import anyio
import anyio.lowlevel

from asgi_nb.web.types import ASGIApp, Message, Scope

__all__ = ["HTTPCall", "LifespanCall", "WebSocketCall", "decode_headers"]

# How often an app may take a turn of the loop after it was told that the client left, before it is cancelled.
_LAST_TURNS = 10


class _Call(ABC):
    """An app that runs, and the exception it ended with."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.error: BaseException | None = None
        self._app = app
        self._scope = scope
        self._cancel_scope = anyio.CancelScope()
        self._ended = anyio.Event()

    async def run(self) -> None:
        """Run the app to its end; to be started as a task."""
        try:
            with self._cancel_scope:
                await self._app(self._scope, self._receive, self._send)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as exc:  # noqa: BLE001 - raised in the test
            self.error = exc
        finally:
            self._ended.set()
            self._on_end()

    @abstractmethod
    def _on_end(self) -> None:
        """Take note that the app has ended."""

    @abstractmethod
    async def _receive(self) -> Message:
        """What the app receives next."""

    @abstractmethod
    async def _send(self, message: Message) -> None:
        """Take what the app sends."""


class HTTPCall(_Call):
    """
    An HTTP request to an app.

    The app waits in `send` until the test takes the chunk. Cancelled when it is closed before the test
    has read the whole response; otherwise it runs to its end.

    Args:
        app: The app.
        scope: An HTTP scope.
        body: The request's body.
    """

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        super().__init__(app, scope)
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.trailers: list[tuple[bytes, bytes]] | None = None
        """None unless the response announced them."""
        self.info: dict[str, Any] | None = None
        """What `http.response.debug` said."""
        self._body: bytes | None = body
        self._chunks, self._chunk_reader = anyio.create_memory_object_stream[tuple[bytes, bool]]()
        self._available = anyio.Event()
        self._complete = anyio.Event()
        self._body_ended = False

    async def started(self) -> bool:
        """Wait for the start of the response; False if the app ended without one."""
        await self._available.wait()
        return self.status is not None

    async def read(self) -> bytes | None:
        """The next chunk of the body; None after the last."""
        try:
            chunk, last = await self._chunk_reader.receive()
        except anyio.EndOfStream:
            return None
        if last:
            self._complete.set()
        return chunk

    async def close(self) -> None:
        """Let go of the response, and wait for the app to end."""
        if not self._complete.is_set():
            self._cancel_scope.cancel()
        await self._ended.wait()
        self._chunk_reader.close()

    def abort(self) -> None:
        """Cancel the app, whatever it is doing."""
        self._cancel_scope.cancel()

    def _on_end(self) -> None:
        self._chunks.close()
        self._available.set()

    async def _receive(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            await self._complete.wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            _check(self.status is None, 'Received multiple "http.response.start" messages.')
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
            if message.get("trailers", False):
                self.trailers = []
            self._available.set()
        elif kind == "http.response.body":
            _check(self.status is not None, 'Received "http.response.body" without "http.response.start".')
            _check(not self._body_ended, 'Received "http.response.body" after response completed.')
            self._body_ended = not message.get("more_body", False)
            # A copy: the app may fill the same buffer again.
            chunk = bytes(message.get("body", b""))
            await self._chunks.send((chunk, self._body_ended and self.trailers is None))
        elif kind == "http.response.trailers":
            trailers = self.trailers
            if trailers is None:
                raise AssertionError('Received "http.response.trailers" without declaring trailers.')
            _check(self._body_ended, 'Received "http.response.trailers" before body completed.')
            _check(
                not self._complete.is_set(),
                'Received "http.response.trailers" after response completed.',
            )
            trailers += message.get("headers", ())
            if not message.get("more_trailers", False):
                self._complete.set()
        elif kind == "http.response.debug":
            self.info = message["info"]


class WebSocketCall(_Call):
    """
    A WebSocket session with an app.

    Args:
        app: The app.
        scope: A WebSocket scope.
    """

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        super().__init__(app, scope)
        self._to_app, self._app_reader = anyio.create_memory_object_stream[Message](math.inf)
        self._from_app, self._reader = anyio.create_memory_object_stream[Message](math.inf)

    async def send(self, message: Message) -> None:
        """Send a message to the app; after its end nobody reads it."""
        await self._to_app.send(message)

    async def receive(self) -> Message:
        """
        The next message of the app. One that has ended is as good as closed, as servers see it.

        Raises:
            BaseException: What the app raised.
        """
        try:
            return await self._reader.receive()
        except anyio.EndOfStream:
            pass
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return {"type": "websocket.close", "code": 1000, "reason": ""}

    async def close(self) -> None:
        """End the app and let go of the channels. It may take a few turns first, to say goodbye."""
        for _ in range(_LAST_TURNS):
            if self._ended.is_set():
                break
            await anyio.lowlevel.checkpoint()
        self._cancel_scope.cancel()
        await self._ended.wait()
        for stream in (self._to_app, self._app_reader, self._reader):
            stream.close()

    def _on_end(self) -> None:
        self._from_app.close()

    async def _receive(self) -> Message:
        return await self._app_reader.receive()

    async def _send(self, message: Message) -> None:
        await self._from_app.send(message)


class LifespanCall(_Call):
    """
    The lifespan of an app.

    Args:
        app: The app.
        state: Where the app keeps what each request gets a copy of.
        optional: Whether an app may end without an answer: servers take that for one that does not know the
            protocol. One that says that it failed has failed all the same.
    """

    def __init__(self, app: ASGIApp, state: dict[str, Any], *, optional: bool = False) -> None:
        asgi = {"version": "3.0", "spec_version": "2.0"}
        super().__init__(app, {"type": "lifespan", "asgi": asgi, "state": state})
        self._optional = optional
        self._unknown = False
        self._to_app, self._app_reader = anyio.create_memory_object_stream[Message](math.inf)
        self._from_app, self._reader = anyio.create_memory_object_stream[Message](math.inf)

    async def startup(self) -> None:
        """
        Wait until the app is ready.

        Raises:
            BaseException: What the app raised.
            AssertionError: The app said something else than that it started, or failed to.
        """
        await self._ask("startup")

    async def shutdown(self) -> None:
        """
        Wait until the app has cleaned up.

        Raises:
            BaseException: What the app raised.
            AssertionError: The app said something else than that it stopped, or failed to.
        """
        await self._ask("shutdown")
        await self._ended.wait()
        self._raise_error()

    async def close(self) -> None:
        """End the app and let go of the channels."""
        self._cancel_scope.cancel()
        await self._ended.wait()
        for stream in (self._to_app, self._app_reader, self._reader):
            stream.close()

    async def _ask(self, what: str) -> None:
        if self._unknown:
            return
        await self._to_app.send({"type": f"lifespan.{what}"})
        try:
            message = await self._reader.receive()
        except anyio.EndOfStream:
            message = {"type": ""}
        if not message["type"]:
            if self._optional and what == "startup":
                self._unknown, self.error = True, None
                return
            self._raise_error()
            raise AssertionError(f"The app returned before it answered lifespan.{what}.")
        if message["type"] == f"lifespan.{what}.failed":
            await self._ended.wait()
            self._raise_error()
            raise AssertionError(f"{what} failed: {message.get('message', '')}")
        _check(
            message["type"] == f"lifespan.{what}.complete",
            f"Expected lifespan.{what}.complete or lifespan.{what}.failed, got {message['type']}.",
        )

    def _raise_error(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error

    def _on_end(self) -> None:
        self._from_app.close()

    async def _receive(self) -> Message:
        return await self._app_reader.receive()

    async def _send(self, message: Message) -> None:
        await self._from_app.send(message)


def decode_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Headers as text, for a client."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _check(holds: bool, complaint: str) -> None:
    if not holds:
        raise AssertionError(complaint)
