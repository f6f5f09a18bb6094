"""
End each WebSocket with a close frame, also when the app just returned or raised.

uvicorn's `websockets-sansio` protocol cuts the connection then, and the client is told 1006,
"abnormal closure", whether the handler was done or broke.
"""

from collections.abc import Awaitable

from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

# RFC 6455 section 7.4.1.
NORMAL_CLOSURE = 1000
INTERNAL_ERROR = 1011


class ClosingSockets:
    """
    Close a WebSocket that the app leaves open: with 1000 when it returned, with 1011 when it raised.

    Args:
        app: The application; its exceptions go on to the server.

    Source: RFC 6455 sections 7.1.5 and 7.4.1.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "websocket":
            return self.app(scope, receive, send)
        return self._closed(scope, receive, send)

    async def _closed(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = _Session(receive, send)
        try:
            await self.app(scope, session.receive, session.send)
        except Exception:
            if session.is_open:
                await _close(send, INTERNAL_ERROR)
            raise
        if session.is_open:
            await _close(send, NORMAL_CLOSURE)


class _Session:
    """Knows whether a WebSocket is open. Slots and methods: thousands may be idle at a time."""

    __slots__ = ("_source", "_target", "is_open")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._source = receive
        self._target = send
        self.is_open = False

    async def receive(self) -> Message:
        message = await self._source()
        if message["type"] == "websocket.disconnect":
            self.is_open = False
        return message

    async def send(self, message: Message) -> None:
        await self._target(message)
        kind = message["type"]
        if kind == "websocket.accept":
            self.is_open = True
        elif kind == "websocket.close":
            self.is_open = False


async def _close(send: Send, code: int) -> None:
    try:
        await send({"type": "websocket.close", "code": code})
    except OSError:
        return  # The client left first; there is nobody to tell.
