"""
One request through a WSGI application: what runs in its worker thread.

The application reads the body and gives the response piece by piece; each piece crosses to the event loop
and is waited for, so a slow client slows the application down and nothing piles up in between.

Rule 1: the thread crosses over by `anyio.from_thread.run` and in no other way.
Rule 2: nothing is sent before the first byte of the body, or the end: until then an application may call
    `start_response` again, with an error.
Rule 3: the response ends with the last byte that its Content-Length announces. A client leaves at that byte,
    and what the application still does then must not look as if it had been cut off.

Source: PEP 3333.
"""

import io
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from types import TracebackType
from typing import Any

import anyio.from_thread

from asgi_nb.web._headers import RawHeaders, encode_header
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.requests import ClientDisconnect
from asgi_nb.web.types import Message, Scope, Send

__all__ = ["BodyReader", "ClientLeft", "Responder", "WSGIApp", "environ_of"]

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Two header fields of one name are one list, but for cookies. Source: RFC 9110 section 5.3, RFC 6265.
_SEPARATORS = {"HTTP_COOKIE": "; "}


def environ_of(scope: Scope, body: Any) -> dict[str, Any]:
    """
    The environ of a request.

    Headers with an underscore in their names are left out: they could pass for others.

    Args:
        scope: An HTTP scope. Its `root_path` becomes SCRIPT_NAME, and PATH_INFO is the path below it.
        body: A binary file to read the body from.
    """
    root_path = scope.get("root_path", "").rstrip("/")
    server = scope.get("server")
    # A server on a Unix socket has no port, and here both must be something.
    name, port = ("localhost", 80) if server is None or server[1] is None else server
    client = scope.get("client")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_latin1(root_path),
        "PATH_INFO": _as_latin1(get_route_path({**scope, "root_path": root_path})),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": name,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        # The body ends where it ends, with or without a Content-Length.
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    for raw_name, raw_value in scope.get("headers", ()):
        header = raw_name.decode("latin-1")
        if "_" in header:
            continue
        key = header.upper().replace("-", "_")
        if key not in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            key = "HTTP_" + key
        value = raw_value.decode("latin-1")
        if key in environ:
            value = environ[key] + _SEPARATORS.get(key, ",") + value
        environ[key] = value
    return environ


def _as_latin1(text: str) -> str:
    """What PEP 3333 calls a native string: one character for each byte of the UTF-8."""
    return text.encode().decode("latin-1")


class ClientLeft(ClientDisconnect, OSError):
    """The client left while the application read the body. WSGI frameworks expect an OSError there."""


class BodyReader(io.RawIOBase):
    """
    The body as a file for the worker thread; to be put into an `io.BufferedReader`.

    Args:
        stream: What `request.stream()` gave.
    """

    def __init__(self, stream: AsyncGenerator[bytes, None]) -> None:
        self._stream = stream
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Wait for the next piece, unless some is left of the last one; 0 at the end."""
        if not self._rest:
            try:
                # An empty piece is the end.
                chunk = anyio.from_thread.run(self._next)
            except ClientDisconnect as exc:
                raise ClientLeft("the client left before the whole body was read") from exc
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    async def _next(self) -> bytes:
        return await anext(self._stream, b"")


class Responder:
    """
    Call the application and send what it gives. Runs in a worker thread.

    Args:
        app: The WSGI application.
        send: The ASGI send.
        bodiless: Send no body: the request is a HEAD.
    """

    def __init__(self, app: WSGIApp, send: Send, *, bodiless: bool) -> None:
        self._app = app
        self._send = send
        self._bodiless = bodiless
        self._start: Message | None = None
        self._started = False
        self._ended = False
        # Bytes that the Content-Length has announced and that are still to come; None without one.
        self._missing: int | None = None
        self._error: BaseException | None = None

    def run(self, environ: dict[str, Any]) -> None:
        """
        Answer one request.

        Raises:
            RuntimeError: The application gives a body without having called `start_response`, or none.
            BaseException: What the application raised, or told `start_response` about.
        """
        chunks = self._app(environ, self.start_response)
        try:
            for chunk in chunks:
                self.write(chunk)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if not self._ended:
            self._cross({"type": "http.response.body", "body": b"", "more_body": False})
        if self._error is not None:
            raise self._error

    def start_response(
        self, status: str, response_headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """
        What the application calls to set status and headers.

        Raises:
            RuntimeError: It called before, and this is not about an error.
            ValueError: The status, or a header, is malformed.
            BaseException: The error it tells about, when the response was started.
        """
        if exc_info is not None:
            error = exc_info[1].with_traceback(exc_info[2])
            if self._started:
                raise error
            # The server learns about it after the response.
            self._error = error
        elif self._start is not None:
            raise RuntimeError(
                "the WSGI app called start_response twice; a second call needs exc_info, with the error"
            )
        headers: RawHeaders = [encode_header(name, value.strip()) for name, value in response_headers]
        self._missing = _content_length(headers)
        self._start = {"type": "http.response.start", "status": _status_code(status), "headers": headers}
        return self.write

    def write(self, data: bytes) -> None:
        """
        Send a piece of the body, and wait until it is taken.

        Raises:
            TypeError: It is not bytes.
            RuntimeError: The body has ended: it has all the bytes that its Content-Length announces.
        """
        if not isinstance(data, bytes):
            raise TypeError(f"a WSGI app must give its body as bytes, got {type(data).__name__}")
        if not data:
            return
        if self._ended and not self._bodiless:
            raise RuntimeError(
                f"the WSGI app gave {len(data)} bytes more than its Content-Length announces; "
                "correct that header, or leave it out"
            )
        if self._missing is not None:
            self._missing -= len(data)
        if not self._ended:
            self._cross({"type": "http.response.body", "body": data, "more_body": self._missing != 0})

    def _cross(self, message: Message) -> None:
        if self._start is None:
            raise RuntimeError("the WSGI app did not call start_response before it gave its body")
        messages = [message]
        if not self._started:
            self._started = True
            messages.insert(0, self._start)
        self._ended = not message["more_body"]
        if self._bodiless:
            messages.pop()
            if self._ended:
                messages.append({**message, "body": b""})
        if messages:
            # A server whose client left takes messages without waiting, and only waiting is cancelled.
            anyio.from_thread.check_cancelled()
            anyio.from_thread.run(self._send_all, messages)

    async def _send_all(self, messages: list[Message]) -> None:
        for message in messages:
            await self._send(message)


def _content_length(headers: RawHeaders) -> int | None:
    """The bytes that a response announces. A value that is no number is the server's to refuse."""
    for name, value in headers:
        if name.lower() == b"content-length":
            return int(value) if value.isdigit() else None
    return None


def _status_code(status: str) -> int:
    code = status[:3]
    if not (code.isascii() and code.isdigit() and len(code) == 3 and status[3:4] in ("", " ")):
        raise ValueError(f"a WSGI status must be like '200 OK', got {status!r}")
    return int(code)
