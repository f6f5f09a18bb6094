"""
WebSocket sessions of the test clients: the client's end.

The response by which an app denies a handshake is a thing of the HTTP client, which this file does not know:
whoever makes a session hands in what to raise.
"""

import contextlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Literal, Self, cast

import anyio
import anyio.abc
import anyio.from_thread

from asgi_nb.web._test_calls import WebSocketCall
from asgi_nb.web.types import ASGIApp, Message, Scope
from asgi_nb.web.websockets import WebSocketDisconnect

__all__ = ["AsyncWebSocketTestSession", "Denial", "WebSocketTestSession"]

Denial = Callable[[int, list[tuple[bytes, bytes]], bytes], Exception]
"""What to raise for a status, headers and a body."""


class _Session:
    """What both kinds of WebSocket sessions know about messages."""

    def __init__(self, app: ASGIApp, scope: Scope, denial: Denial) -> None:
        self.app = app
        self.scope = scope
        self._denial = denial
        self.accepted_subprotocol: str | None = None
        self.extra_headers: list[tuple[bytes, bytes]] | None = None

    def _accepted(self, message: Message) -> None:
        self.accepted_subprotocol = message.get("subprotocol")
        self.extra_headers = message.get("headers")

    def _data(self, message: Message, key: str) -> Any:
        if message["type"] == "websocket.close":
            raise WebSocketDisconnect(message.get("code", 1000), message.get("reason", ""))
        data = message.get(key)
        if data is None:
            raise AssertionError(f"Expected a message with {key!r}, got {message!r}.")
        return data

    def _json(self, message: Message, mode: Literal["text", "binary"]) -> Any:
        return json.loads(self._data(message, "text" if mode == "text" else "bytes"))

    @staticmethod
    def _encoded(data: Any, mode: Literal["text", "binary"]) -> Message:
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        if mode == "text":
            return {"type": "websocket.receive", "text": text}
        return {"type": "websocket.receive", "bytes": text.encode("utf-8")}


async def _open(call: WebSocketCall, denial: Denial) -> Message:
    """
    Send the handshake and wait for what the app makes of it.

    Raises:
        WebSocketDisconnect: The app closed.
        Exception: What `denial` gives, if the app sent a response.
    """
    await call.send({"type": "websocket.connect"})
    message = await call.receive()
    if message["type"] == "websocket.close":
        raise WebSocketDisconnect(message.get("code", 1000), message.get("reason", ""))
    if message["type"] == "websocket.http.response.start":
        body = b""
        more = True
        while more:
            part = await call.receive()
            body += part.get("body", b"")
            more = part["type"] == "websocket.http.response.body" and part.get("more_body", False)
        raise denial(message["status"], list(message.get("headers", ())), body)
    return message


class WebSocketTestSession(_Session):
    """
    One end of a WebSocket, in a plain test. Entering it does the handshake, leaving it disconnects with 1000.

    Made by `TestClient.websocket_connect`.

    Args:
        app: The app.
        scope: A WebSocket scope.
        portal_factory: Gives the portal to the loop that the app runs on.
        denial: Makes the exception for a response by which the app denies the handshake.

    Raises:
        WebSocketDisconnect: When entered: the app closed instead of accepting; a WebSocketDenialResponse
            if it sent a response. When receiving: the app closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        scope: Scope,
        portal_factory: Callable[[], AbstractContextManager[anyio.from_thread.BlockingPortal]],
        denial: Denial,
    ) -> None:
        super().__init__(app, scope, denial)
        self._portal_factory = portal_factory

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self.portal = stack.enter_context(self._portal_factory())
            self._call = self.portal.call(WebSocketCall, self.app, self.scope)
            task = self.portal.start_task_soon(self._call.run)
            stack.callback(self._end, task)
            self._accepted(self.portal.call(_open, self._call, self._denial))
            self._exit_stack = stack.pop_all()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        self.close()
        return self._exit_stack.__exit__(exc_type, exc, traceback)

    def _end(self, task: "Future[None]") -> None:
        self.portal.call(self._call.close)
        task.result()
        if self._call.error is not None:
            raise self._call.error

    def send(self, message: Message) -> None:
        """Send an ASGI message to the app."""
        self.portal.call(self._call.send, message)

    def send_text(self, data: str) -> None:
        """Send a text frame."""
        self.send({"type": "websocket.receive", "text": data})

    def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        self.send({"type": "websocket.receive", "bytes": data})

    def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send a value as JSON, in a text or in a binary frame."""
        self.send(self._encoded(data, mode))

    def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Tell the app that the client left."""
        self.send({"type": "websocket.disconnect", "code": code, "reason": reason})

    def receive(self) -> Message:
        """The next ASGI message of the app."""
        return self.portal.call(self._call.receive)

    def receive_text(self) -> str:
        """The text of the next frame."""
        return cast("str", self._data(self.receive(), "text"))

    def receive_bytes(self) -> bytes:
        """The bytes of the next frame."""
        return cast("bytes", self._data(self.receive(), "bytes"))

    def receive_json(self, mode: Literal["text", "binary"] = "text") -> Any:
        """The value in the next frame."""
        return self._json(self.receive(), mode)


class AsyncWebSocketTestSession(_Session):
    """
    One end of a WebSocket, in a coroutine: as WebSocketTestSession, with `async with` and `await`.

    Made by `AsyncTestClient.websocket_connect`.

    Args:
        app: The app.
        scope: A WebSocket scope.
        task_group: Where the app runs.
        denial: Makes the exception for a response by which the app denies the handshake.
    """

    def __init__(self, app: ASGIApp, scope: Scope, task_group: anyio.abc.TaskGroup, denial: Denial) -> None:
        super().__init__(app, scope, denial)
        self._task_group = task_group

    async def __aenter__(self) -> Self:
        self._call = WebSocketCall(self.app, self.scope)
        self._task_group.start_soon(self._call.run)
        try:
            self._accepted(await _open(self._call, self._denial))
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
        await self._end()
        if exc is None and self._call.error is not None:
            raise self._call.error

    async def _end(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._call.close()

    async def send(self, message: Message) -> None:
        """Send an ASGI message to the app."""
        await self._call.send(message)

    async def send_text(self, data: str) -> None:
        """Send a text frame."""
        await self.send({"type": "websocket.receive", "text": data})

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self.send({"type": "websocket.receive", "bytes": data})

    async def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send a value as JSON, in a text or in a binary frame."""
        await self.send(self._encoded(data, mode))

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Tell the app that the client left."""
        await self.send({"type": "websocket.disconnect", "code": code, "reason": reason})

    async def receive(self) -> Message:
        """The next ASGI message of the app."""
        return await self._call.receive()

    async def receive_text(self) -> str:
        """The text of the next frame."""
        return cast("str", self._data(await self.receive(), "text"))

    async def receive_bytes(self) -> bytes:
        """The bytes of the next frame."""
        return cast("bytes", self._data(await self.receive(), "bytes"))

    async def receive_json(self, mode: Literal["text", "binary"] = "text") -> Any:
        """The value in the next frame."""
        return self._json(await self.receive(), mode)
