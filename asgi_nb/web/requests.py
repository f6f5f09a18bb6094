"""
The request of a client, read when asked for: making a Request reads nothing and parses nothing.
"""

import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NoReturn, cast

from asgi_nb.web._connection import HTTPConnection, StateT
from asgi_nb.web._cookies import parse_cookies
from asgi_nb.web._disconnect import INBOX, ClientDisconnect, poll
from asgi_nb.web._headers import encode_header
from asgi_nb.web._json import load_json
from asgi_nb.web._utils import AwaitableOrContextManager, AwaitableOrContextManagerWrapper

# Much code takes these from here, as Starlette's module has them.
from asgi_nb.web.datastructures import URL as URL
from asgi_nb.web.datastructures import Address as Address
from asgi_nb.web.datastructures import FormData as FormData
from asgi_nb.web.datastructures import Headers as Headers
from asgi_nb.web.datastructures import QueryParams as QueryParams
from asgi_nb.web.datastructures import State as State
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.types import Message, Receive, Scope, Send

__all__ = ["ClientDisconnect", "HTTPConnection", "InvalidJSON", "Request", "StateT", "cookie_parser"]

cookie_parser = parse_cookies

# Bytes of a body that is_disconnected() keeps at most, as many as a form's field may have. A message counts
# with what its dict weighs, too: a client may send a byte at a time.
_MOST_KEPT = 1024 * 1024
_MESSAGE_WEIGHT = 512

# Stands for the body once more than that came.
_DROPPED: Message = {"type": "asgi_nb.dropped"}

# Headers of a request that the browser would send with the pushed one too.
_PUSHED_HEADERS = ("accept", "accept-encoding", "accept-language", "cache-control", "user-agent")


class InvalidJSON(json.JSONDecodeError, HTTPException):
    """
    The body of a request is not JSON: a 400, unless it is handled.

    Starlette lets the JSONDecodeError through, which becomes a 500; the mistake is the client's. It is one
    here too, so that code that catches it carries over.

    Args:
        msg: What is wrong.
        doc: The body as text, with U+FFFD for what is not UTF-8.
        pos: Where in `doc`, in characters from 0.
    """

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        json.JSONDecodeError.__init__(self, msg, doc, pos)
        HTTPException.__init__(
            self, 400, f"The request body is not valid JSON: {msg} (line {self.lineno}, column {self.colno})"
        )

    __str__ = HTTPException.__str__


def _weight(message: Message) -> int:
    return len(message.get("body", b"")) + _MESSAGE_WEIGHT


async def empty_receive() -> NoReturn:
    raise RuntimeError("Receive channel has not been made available; make the Request with receive=")


async def empty_send(message: Message) -> NoReturn:
    raise RuntimeError("Send channel has not been made available; make the Request with send=")


# Makes a Request without a frame for its __init__: for who sets the three attributes where one is made for
# each request.
new = object.__new__


class Request(HTTPConnection[StateT]):
    """
    An HTTP request.

    Args:
        scope: An ASGI scope of type `"http"`.
        receive: Where the body comes from.
        send: Where early hints and pushes go.

    Raises:
        ValueError: The scope is of another type.
    """

    # These two are there once they were read: code on top asks with hasattr.
    _body: bytes
    _json: Any
    _form: FormData | None = None
    _stream_consumed = False
    _is_disconnected = False
    # Messages that is_disconnected() met, for stream() to read.
    _kept: deque[Message] | None = None
    _kept_size = 0

    # Whether body() may read past stream(), which a subclass may have replaced.
    _has_own_stream = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._has_own_stream = cls.stream is Request.stream

    def __init__(self, scope: Scope, receive: Receive = empty_receive, send: Send = empty_send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"scope must be of type 'http', got {scope['type']!r}")
        self.scope = scope
        self._receive = receive
        self._send = send

    @property
    def method(self) -> str:
        """The request's method, in upper case."""
        return cast("str", self.scope["method"])

    @property
    def receive(self) -> Receive:
        """The ASGI receive callable."""
        return self._receive

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """
        The body in chunks, as they come in; the last is empty.

        Can be read once, unless `body()` was read before.

        Raises:
            ClientDisconnect: The client left before the end.
            RuntimeError: The stream was read to its end before.
        """
        if hasattr(self, "_body"):
            yield self._body
            yield b""
            return
        self._check_unread()
        while not self._stream_consumed:
            chunk = await self._read_chunk()
            if chunk:
                yield chunk
        yield b""

    async def body(self) -> bytes:
        """
        The whole body, kept for further calls.

        Raises:
            ClientDisconnect: The client left before the end.
            RuntimeError: The body was read with `stream()`.
        """
        if not hasattr(self, "_body"):
            if not self._has_own_stream:
                async with aclosing(self.stream()) as stream:
                    self._body = b"".join([chunk async for chunk in stream])
                return self._body
            self._check_unread()
            chunks = [await self._read_chunk()]
            while not self._stream_consumed:
                chunks.append(await self._read_chunk())
            self._body = b"".join(chunks)
        return self._body

    def _check_unread(self) -> None:
        if self._stream_consumed:
            raise RuntimeError(
                "Stream consumed: the body was read with stream(); to read it twice, use body()"
            )

    async def _read_chunk(self) -> bytes:
        if self._kept:
            message = self._kept[0]
            if message is _DROPPED:
                raise RuntimeError(
                    "the body is gone: is_disconnected() was asked again and again before it was read, and "
                    f"keeps at most {_MOST_KEPT} bytes; read the body first"
                )
            self._kept.popleft()
            self._kept_size -= _weight(message)
        elif self._is_disconnected:
            raise ClientDisconnect
        else:
            message = await self._next_message()
        if message["type"] == "http.request":
            if not message.get("more_body", False):
                self._stream_consumed = True
            chunk: bytes = message.get("body", b"")
            return chunk
        self._is_disconnected = True
        raise ClientDisconnect

    async def _next_message(self) -> Message:
        inbox = self.scope.get(INBOX)
        if inbox is not None and inbox.source == self._receive:
            return cast("Message", await inbox.receive())
        return await self._receive()

    async def json(self) -> Any:
        """
        The body, decoded from JSON and kept for further calls.

        Raises:
            InvalidJSON: It is not JSON; a 400 unless handled.
        """
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = load_json(body)
            except json.JSONDecodeError as exc:
                raise InvalidJSON(exc.msg, exc.doc, exc.pos) from exc
        return self._json

    def form(
        self,
        *,
        max_files: int | float = 1000,
        max_fields: int | float = 1000,
        max_part_size: int = 1024 * 1024,
    ) -> AwaitableOrContextManager[FormData]:
        """
        The body as a form, urlencoded or multipart; empty for another content type.

        Await it, or enter it with `async with` to have its files closed.

        Args:
            max_files: More files are refused.
            max_fields: More fields that are not files are refused.
            max_part_size: Bytes; a longer field is refused.

        Raises:
            HTTPException: 400; the form is malformed or a limit is passed.
            MultiPartException: The same, outside an application.
            ModuleNotFoundError: The form is multipart and python-multipart is not installed.
        """
        return AwaitableOrContextManagerWrapper(self._get_form(max_files, max_fields, max_part_size))

    async def _get_form(
        self, max_files: int | float, max_fields: int | float, max_part_size: int
    ) -> FormData:
        if self._form is None:
            # Most requests have no form, and many apps read none.
            from asgi_nb.web.formparsers import (
                FormParser,
                MultiPartException,
                MultiPartParser,
                split_content_type,
            )

            content_type, _ = split_content_type(self.headers.get("content-type"))
            try:
                async with aclosing(self.stream()) as stream:
                    if content_type == "multipart/form-data":
                        self._form = await MultiPartParser(
                            self.headers,
                            stream,
                            max_files=max_files,
                            max_fields=max_fields,
                            max_part_size=max_part_size,
                        ).parse()
                    elif content_type == "application/x-www-form-urlencoded":
                        self._form = await FormParser(
                            self.headers, stream, max_fields=max_fields, max_part_size=max_part_size
                        ).parse()
                    else:
                        self._form = FormData()
            except MultiPartException as exc:
                if "app" in self.scope:
                    raise HTTPException(status_code=400, detail=exc.message) from exc
                raise
        return self._form

    async def close(self) -> None:
        """Close the files of the form, if one was read."""
        if self._form is not None:
            await self._form.close()

    async def is_disconnected(self) -> bool:
        """
        Whether the client has left, as far as the server knows by now.

        A part of the body that came in meanwhile is kept for `stream()`, up to a megabyte. Of a larger body
        that nobody reads nothing is kept, and reading it is an error then.
        """
        if not self._is_disconnected:
            message = await poll(self._next_message)
            if message is not None:
                if message["type"] == "http.disconnect":
                    self._is_disconnected = True
                elif not self._stream_consumed:
                    self._keep(message)
        return self._is_disconnected

    def _keep(self, message: Message) -> None:
        if self._kept is None:
            self._kept = deque()
        self._kept_size += _weight(message)
        # Once it is passed it stays so: nothing is taken out any more.
        if self._kept_size > _MOST_KEPT:
            self._kept.clear()
            message = _DROPPED
        self._kept.append(message)

    async def send_push_promise(self, path: str) -> None:
        """Offer the client a resource it will need, if the server can push."""
        if "http.response.push" in (self.scope.get("extensions") or ()):
            headers = [
                pair for name in _PUSHED_HEADERS for pair in self.headers.raw if pair[0] == name.encode()
            ]
            await self._send({"type": "http.response.push", "path": path, "headers": headers})

    async def send_early_hints(self, link: str, /, *additional_links: str) -> None:
        """
        Send a 103 response with Link headers, if the server can.

        Raises:
            ValueError: A link holds CR, LF or NUL, or is not latin-1.

        Source: RFC 8297.
        """
        if "http.response.early_hint" in (self.scope.get("extensions") or ()):
            links = [encode_header("link", value)[1] for value in (link, *additional_links)]
            await self._send({"type": "http.response.early_hint", "links": links})
