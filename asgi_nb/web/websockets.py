"""
WebSocket sessions: the messages of one, checked against the order ASGI allows.

Two states are kept, what the client did and what the application did. Receiving and sending
text and bytes check them in place; every other message goes through `receive` and `send`.

Source: ASGI specification 3.0, section "WebSocket"; close codes from RFC 6455 section 7.4.
"""

import enum
from collections.abc import AsyncGenerator, Iterable
from typing import Any

from asgi_nb.web._headers import check_raw, encode_header
from asgi_nb.web._json import encode_json_text, load_json
from asgi_nb.web._response import take_connect
from asgi_nb.web.exceptions import WrongMessageKind
from asgi_nb.web.requests import HTTPConnection, StateT
from asgi_nb.web.responses import Response
from asgi_nb.web.types import Message, Receive, Scope, Send

__all__ = ["WebSocket", "WebSocketClose", "WebSocketDisconnect", "WebSocketDisconnected", "WebSocketState"]


class WebSocketState(enum.Enum):
    """How far one side of a session has come."""

    CONNECTING = 0
    CONNECTED = 1
    DISCONNECTED = 2
    RESPONSE = 3
    """The application is sending a response that denies the handshake."""


_CONNECTING = WebSocketState.CONNECTING
_CONNECTED = WebSocketState.CONNECTED
_DISCONNECTED = WebSocketState.DISCONNECTED
_RESPONSE = WebSocketState.RESPONSE

# (application state, message type) -> next state. A message that is not here must not be sent.
_SENDS = {
    (_CONNECTING, "websocket.accept"): _CONNECTED,
    (_CONNECTING, "websocket.close"): _DISCONNECTED,
    (_CONNECTING, "websocket.http.response.start"): _RESPONSE,
    (_CONNECTED, "websocket.send"): _CONNECTED,
    (_CONNECTED, "websocket.close"): _DISCONNECTED,
    (_RESPONSE, "websocket.http.response.body"): _RESPONSE,
}

# A subclass that replaces one of these gets every message through them.
_SHORTENED = ("receive", "send", "receive_text", "receive_bytes", "send_text", "send_bytes")

# (client state, message type) -> next state.
_RECEIVES = {
    (_CONNECTING, "websocket.connect"): _CONNECTED,
    (_CONNECTED, "websocket.receive"): _CONNECTED,
    (_CONNECTED, "websocket.disconnect"): _DISCONNECTED,
}


class WebSocketDisconnect(Exception):
    """
    The client left.

    Args:
        code: The close code.
        reason: What the client said.
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""


class WebSocketDisconnected(RuntimeError):
    """A WebSocket was used before it was accepted, or after it was closed."""


class WebSocket(HTTPConnection[StateT]):
    """
    A WebSocket session.

    Args:
        scope: An ASGI scope of type `"websocket"`.
        receive: Where messages come from.
        send: Where messages go.

    Raises:
        ValueError: The scope is of another type.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            raise ValueError(f"scope must be of type 'websocket', got {scope['type']!r}")
        self.scope = scope
        self._receive = receive
        self._send = send
        self._client_state = _CONNECTING
        self._application_state = _CONNECTING
        self._is_open = False

    # Whether messages may go past the methods that a subclass may have replaced.
    _is_plain = True
    # Both sides are connected and nothing is replaced: all that sending and receiving data has to check.
    _is_open: bool

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._is_plain = all(getattr(cls, name) is getattr(WebSocket, name) for name in _SHORTENED)

    @property
    def client_state(self) -> WebSocketState:
        """How far the client has come, as far as it was received."""
        return self._client_state

    @client_state.setter
    def client_state(self, state: WebSocketState) -> None:
        self._client_state = state
        self._is_open = self._is_plain and state is _CONNECTED is self._application_state

    @property
    def application_state(self) -> WebSocketState:
        """How far the application has come."""
        return self._application_state

    @application_state.setter
    def application_state(self, state: WebSocketState) -> None:
        self._application_state = state
        self._is_open = self._is_plain and state is _CONNECTED is self._client_state

    async def receive(self) -> Message:
        """
        The next ASGI message.

        Raises:
            WebSocketDisconnected: The client has left before.
            RuntimeError: The server sent a message that must not come here.
        """
        if self.client_state is _DISCONNECTED:
            raise WebSocketDisconnected('Cannot call "receive" once a disconnect message has been received.')
        message = await self._receive()
        self._note_received(message)
        return message

    def _note_received(self, message: Message) -> None:
        following = _RECEIVES.get((self.client_state, message["type"]))
        if following is None:
            raise _unexpected(message, self.client_state, _RECEIVES)
        self.client_state = following

    async def send(self, message: Message) -> None:
        """
        Send an ASGI message.

        Raises:
            WebSocketDisconnect: The server says that the client left.
            WebSocketDisconnected: The application has closed before.
            RuntimeError: The message must not be sent here.
        """
        state = self.application_state
        if state is _DISCONNECTED:
            raise WebSocketDisconnected('Cannot call "send" once a close message has been sent.')
        following = _SENDS.get((state, message["type"]))
        if following is None:
            raise _unexpected(message, state, _SENDS)
        if state is _RESPONSE and not message.get("more_body", False):
            following = _DISCONNECTED
        self.application_state = following
        try:
            await self._send(message)
        except OSError as exc:
            raise self._lost() from exc

    def _lost(self) -> WebSocketDisconnect:
        self.application_state = _DISCONNECTED
        return WebSocketDisconnect(code=1006)

    async def accept(
        self, subprotocol: str | None = None, headers: Iterable[tuple[bytes, bytes]] | None = None
    ) -> None:
        """
        Accept the handshake.

        Args:
            subprotocol: The one of `scope["subprotocols"]` that is chosen.
            headers: More headers of the handshake's response, names in lower case.

        Raises:
            ValueError: A header, or the subprotocol, holds CR, LF or NUL.
        """
        pairs = list(headers or ())
        check_raw(pairs)
        if subprotocol is not None:
            encode_header("sec-websocket-protocol", subprotocol)
        if self.client_state is _CONNECTING:
            await self.receive()
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": pairs})

    async def _receive_data(self) -> Message:
        if self.application_state is not _CONNECTED:
            raise WebSocketDisconnected('WebSocket is not connected. Need to call "accept" first.')
        message = await self.receive()
        if message["type"] == "websocket.disconnect":
            raise _disconnected(message)
        return message

    def _not_data(self, message: Message, wanted: str, other: str) -> Exception:
        """What to raise for a message that has not the data that was wanted."""
        if message["type"] == "websocket.receive":
            return WrongMessageKind(1003, f"expected a {wanted} message, got {other}")
        self._note_received(message)
        return _disconnected(message)

    async def receive_text(self) -> str:
        """
        The next message, which must be text.

        Raises:
            WebSocketDisconnect: The client left.
            WebSocketDisconnected: The session is not accepted, or is over.
            WrongMessageKind: The client sent bytes.
        """
        message = await (self._receive() if self._is_open else self._receive_data())
        # Only a message that brings text has one, so a look at its type can wait.
        text: str | None = message.get("text")
        if text is None:
            raise self._not_data(message, "text", "bytes")
        return text

    async def receive_bytes(self) -> bytes:
        """
        The next message, which must be bytes.

        Raises:
            WebSocketDisconnect: The client left.
            WebSocketDisconnected: The session is not accepted, or is over.
            WrongMessageKind: The client sent text.
        """
        message = await (self._receive() if self._is_open else self._receive_data())
        data: bytes | None = message.get("bytes")
        if data is None:
            raise self._not_data(message, "bytes", "text")
        return data

    async def receive_json(self, mode: str = "text") -> Any:
        """
        The next message, decoded from JSON.

        Args:
            mode: `"text"` or `"binary"`: the kind of message it must be.

        Raises:
            json.JSONDecodeError: It is not JSON.
            As `receive_text` and `receive_bytes`.
        """
        _check_mode(mode)
        return load_json(await (self.receive_text() if mode == "text" else self.receive_bytes()))

    async def iter_text(self) -> AsyncGenerator[str, None]:
        """Every text message until the client leaves."""
        try:
            while True:
                if not self._is_open:
                    yield await self.receive_text()
                    continue
                message = await self._receive()
                text = message.get("text")
                if text is None:
                    raise self._not_data(message, "text", "bytes")
                yield text
        except WebSocketDisconnect:
            return

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """Every bytes message until the client leaves."""
        try:
            while True:
                if not self._is_open:
                    yield await self.receive_bytes()
                    continue
                message = await self._receive()
                data = message.get("bytes")
                if data is None:
                    raise self._not_data(message, "bytes", "text")
                yield data
        except WebSocketDisconnect:
            return

    async def iter_json(self) -> AsyncGenerator[Any, None]:
        """Every text message, decoded from JSON, until the client leaves."""
        try:
            while True:
                yield await self.receive_json()
        except WebSocketDisconnect:
            return

    async def send_text(self, data: str) -> None:
        """Send a text message."""
        if self._is_open:
            try:
                await self._send({"type": "websocket.send", "text": data})
            except OSError as exc:
                raise self._lost() from exc
        else:
            await self.send({"type": "websocket.send", "text": data})

    async def send_bytes(self, data: bytes) -> None:
        """Send a bytes message."""
        if self._is_open:
            try:
                await self._send({"type": "websocket.send", "bytes": data})
            except OSError as exc:
                raise self._lost() from exc
        else:
            await self.send({"type": "websocket.send", "bytes": data})

    async def send_json(self, data: Any, mode: str = "text") -> None:
        """
        Send a value as JSON.

        Args:
            data: The value.
            mode: `"text"` or `"binary"`: the kind of message to send.

        Raises:
            TypeError: Something in the value has no JSON form.
            ValueError: It holds NaN or Infinity, or itself.
        """
        _check_mode(mode)
        text = encode_json_text(data)
        if mode == "text":
            await self.send_text(text)
        else:
            await self.send_bytes(text.encode("utf-8"))

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """
        Close the session, or refuse the handshake if it was not accepted (the client then gets a 403).

        Args:
            code: The close code.
            reason: At most 123 bytes of UTF-8.
        """
        await self._take_connect()
        await self.send({"type": "websocket.close", "code": code, "reason": reason or ""})

    async def send_denial_response(self, response: Response) -> None:
        """
        Refuse the handshake with a response of one's own.

        Raises:
            RuntimeError: The server cannot send one; `close()` refuses on any server.
        """
        if "websocket.http.response" not in (self.scope.get("extensions") or ()):
            raise RuntimeError(
                "The server doesn't support the Websocket Denial Response extension. "
                "Use close(), which the client sees as a 403."
            )
        await self._take_connect()
        await response(self.scope, self._receive, self.send)

    async def _take_connect(self) -> None:
        if self.client_state is _CONNECTING is self.application_state:
            message = await take_connect(self._receive)
            # Anything else came after a connect that another WebSocket object received.
            if message is not None and message["type"] == "websocket.connect":
                self.client_state = _CONNECTED


class WebSocketClose:
    """
    An ASGI app that refuses every WebSocket handshake.

    Args:
        code: The close code, RFC 6455 section 7.4; a client that was not accepted sees a 403 instead.
        reason: At most 123 bytes of UTF-8.
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        self.code = code
        self.reason = reason or ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await take_connect(receive)
        await send({"type": "websocket.close", "code": self.code, "reason": self.reason})


def _unexpected(
    message: Message, state: WebSocketState, table: dict[tuple[WebSocketState, str], WebSocketState]
) -> RuntimeError:
    legal = [f'"{kind}"' for known, kind in table if known is state]
    expected = " or ".join(filter(None, [", ".join(legal[:-1]), legal[-1]]))
    return RuntimeError(f"Expected ASGI message {expected}, but got {message['type']!r}")


def _disconnected(message: Message) -> WebSocketDisconnect:
    # 1005 is ASGI's default: the close frame had no code.
    return WebSocketDisconnect(message.get("code", 1005), message.get("reason"))


def _check_mode(mode: str) -> None:
    if mode not in ("text", "binary"):
        raise RuntimeError(f'The "mode" argument should be "text" or "binary", got {mode!r}.')
