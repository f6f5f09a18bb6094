"""
Send one request: as a person writes it, over HTTP or straight into an app.

Rule 1: a request is bounded in time and in bytes, also when the response is a stream without end.
Rule 2: what was cut is said; it is no error, for a stream's beginning is what was asked for.
"""

import functools
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import anyio
import anyio.lowlevel
import httpx2

from asgi_nb.record.exchange import Exchange, current_exchange
from asgi_nb.record.export.http import with_environment
from asgi_nb.record.usage import OneLine
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import current_line
from asgi_nb.web.types import ASGIApp, Message

MAX_BODY = 32 << 20
"""Bytes of a response that are read: more than a person looks at, less than a kernel has."""

# RFC 9110 section 5.6.2.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HTTP_VERSION = re.compile(r"\s+HTTP/\d(\.\d)?$")

Body = str | bytes | Mapping[str, Any] | Sequence[Any] | None
"""Text, bytes, or what becomes JSON."""


class RequestError(OneLine, ValueError):
    """A request that cannot be read. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class RequestText:
    """A request as it was written."""

    method: str
    """Upper case."""
    target: str
    """The path with its query."""
    headers: tuple[tuple[str, str], ...] = ()
    """In the order they were written."""
    body: bytes = b""
    """The body, encoded."""

    def with_headers(self, headers: Mapping[str, str]) -> "RequestText":
        """
        Add headers, in place of those of the same name.

        Raises:
            RequestError: A name or a value is no text, or it is no mapping.
        """
        if not isinstance(headers, Mapping):
            raise RequestError(
                f"headers must be a mapping of names to values, got {type(headers).__name__}; "
                'write headers={"accept": "text/html"}'
            )
        for name, value in headers.items():
            if not isinstance(name, str) or not isinstance(value, str):
                raise RequestError(f"a header's name and value are text, got {name!r}: {value!r}")
        names = {name.lower() for name in headers}
        kept = [(name, value) for name, value in self.headers if name.lower() not in names]
        return replace(self, headers=(*kept, *headers.items()))

    def with_body(self, body: Body) -> "RequestText":
        """
        Take a body; JSON gets its content type, unless one was named.

        Raises:
            RequestError: It is nothing that JSON can say.
        """
        if body is None:
            return self
        if isinstance(body, str | bytes):
            return replace(self, body=body.encode() if isinstance(body, str) else body).with_json_type()
        try:
            text = json.dumps(body)
        except (TypeError, ValueError, RecursionError) as exc:
            raise RequestError(f"the body must be str, bytes, or what JSON can say: {exc}") from exc
        return replace(self, body=text.encode()).with_json_type()

    def with_json_type(self) -> "RequestText":
        """Name the content type where the body looks like JSON and nobody has named one."""
        named = any(name.lower() == "content-type" for name, _ in self.headers)
        if named or not self.body.lstrip().startswith((b"{", b"[")):
            return self
        return replace(self, headers=(*self.headers, ("content-type", "application/json")))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    response: httpx2.Response
    """The response, read as far as it was."""
    complete: bool
    """False when it was cut, by time or by size."""
    exchange: Exchange | None = None
    """The exchange, where the way back to it is known."""
    local_port: int | None = None
    """The port that the request was sent from."""


def parse_request(text: str) -> RequestText:
    """
    Read `GET /items`, or a request as in `.http` files: that line, headers, an empty line, the body.

    Lines between the first one and the body that begin with `#` or `//` are comments. A body in JSON
    may follow the first line at once. `{{$processEnv NAME}}` is the value of an environment variable.

    Raises:
        RequestError: The first line is no method and path, a line that should be a header is none, or an
            environment variable is not set.

    Source: RFC 9110 sections 5.6.2 and 9.1; the file format of the REST clients in editors.
    """
    if not isinstance(text, str):
        raise RequestError(f"expected METHOD /path, as in: GET /items/3?q=tea; got {type(text).__name__}")
    try:
        text = with_environment(text)
    except LookupError as exc:
        raise RequestError(
            f"there is no environment variable named '{exc}'; set it first: os.environ['{exc}'] = ..."
        ) from None
    line, _, rest = text.strip("\n").partition("\n")
    method, target = _parse_line(line)
    headers: list[tuple[str, str]] = []
    lines = rest.split("\n") if rest.strip() else []
    for number, written in enumerate(lines, 2):
        if not headers and written.startswith(("{", "[")):
            return RequestText(method, target, (), "\n".join(lines[number - 2 :]).encode()).with_json_type()
        if not written.strip():
            body = "\n".join(lines[number - 1 :]).rstrip("\n").encode()
            return RequestText(method, target, tuple(headers), body).with_json_type()
        if not written.startswith(("#", "//")):
            headers.append(_parse_header(written, number))
    return RequestText(method, target, tuple(headers))


def _parse_line(line: str) -> tuple[str, str]:
    expected = "expected METHOD /path, as in: GET /items/3?q=tea"
    words = HTTP_VERSION.sub("", line.strip()).split(maxsplit=1)
    if not words:
        raise RequestError(f"{expected}; got nothing")
    if len(words) == 1:
        advice = f"write: GET {words[0]}" if words[0].startswith("/") else f"write: {words[0]} /path"
        raise RequestError(f"{expected}; got {words[0]!r}; {advice}")
    method, target = words[0], words[1].strip()
    if method.startswith("/"):
        raise RequestError(
            f"{expected}; got {line.strip()!r}; the method comes first: {target.upper()} {method}"
        )
    if not TOKEN.fullmatch(method):
        raise RequestError(f"{expected}; got the method {method!r}, which is no word of HTTP")
    if "://" in target.partition("?")[0]:
        raise RequestError(
            f"{expected}; got {target!r}; leave the scheme and host out: the kit's server is meant"
        )
    if not target.startswith("/"):
        raise RequestError(f"request path must start with '/', got {target!r}; write: {method} /{target}")
    return method.upper(), target


def _parse_header(line: str, number: int) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not TOKEN.fullmatch(name.strip()):
        raise RequestError(
            f"line {number} is no header: expected 'name: value', got {line!r}; "
            "an empty line separates the headers from the body"
        )
    return name.strip(), value.strip()


class LocalClient(httpx2.Client):
    """
    An httpx2.Client whose relative URLs go to the server that runs at the moment of the call.

    Args:
        find: Gives the address of that server, or raises.
        make: Makes the call that sends a request of a method and a path, and gives what that returns.
        options: What httpx2.Client takes.
    """

    def __init__(
        self,
        find: Callable[[], str],
        make: Callable[[str, str, Callable[[], httpx2.Response]], httpx2.Response],
        **options: Any,
    ) -> None:
        # Proxies of the environment are for the world outside; this client talks to its own process.
        super().__init__(trust_env=False, **options)
        self._find = find
        self._make = make

    def build_request(self, *args: Any, **options: Any) -> httpx2.Request:
        """Build a request; see httpx2.Client."""
        self.base_url = self._find()
        return super().build_request(*args, **options)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request; see httpx2.Client."""
        call = functools.partial(super().send, request, **options)
        return self._make(request.method, request.url.raw_path.decode("ascii"), call)


def call_over_http(client: httpx2.Client, request: RequestText, timeout: float) -> Answer:
    """
    Send a request over HTTP, and read the response as far as time and memory allow.

    Args:
        client: The client to send it with.
        request: The request.
        timeout: Seconds for all of it; a wait for one more piece of a response may take as long again.

    Raises:
        ServiceError: There was no response in time, or the connection was cut.
    """
    what = f"{request.method} {request.target}"
    deadline = time.monotonic() + timeout
    chunks: list[bytes] = []
    size = 0
    complete = True
    try:
        with client.stream(
            request.method,
            request.target,
            headers=list(request.headers),
            content=request.body or None,
            timeout=timeout,
        ) as response:
            stream = response.extensions.get("network_stream")
            sender = None if stream is None else stream.get_extra_info("client_addr")
            try:
                for chunk in response.iter_raw():
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > MAX_BODY or time.monotonic() > deadline:
                        complete = False
                        break
            except (httpx2.TimeoutException, httpx2.RemoteProtocolError, httpx2.ReadError):
                # The response had begun: what has come of it is the answer.
                complete = False
    except httpx2.TimeoutException as exc:
        raise ServiceError(
            f"{what}: no response within {timeout:g} s; the server's thread is at {current_line()}. "
            "Pass a longer timeout, or look for a handler that blocks"
        ) from exc
    except httpx2.TransportError as exc:
        raise ServiceError(
            f"{what}: the connection was cut before the response ({exc}); send it again"
        ) from exc
    read = _response(response.status_code, response.headers, b"".join(chunks), response.request)
    return Answer(read, complete, local_port=None if sender is None else sender[1])


async def call_app(
    app: ASGIApp, request: RequestText, timeout: float, state: Mapping[str, Any] | None = None
) -> Answer:
    """
    Send a request straight into an app, as a server would, without one.

    The app's lifespan does not run.

    Args:
        app: The ASGI app.
        request: The request.
        timeout: Seconds until a response that has not ended is cut.
        state: What a lifespan that runs elsewhere has put into the state.

    Raises:
        ServiceError: There was no response in time.

    Source: ASGI 3.0, HTTP.
    """
    built = httpx2.Request(
        request.method,
        f"http://127.0.0.1{request.target}",
        headers=list(request.headers),
        content=request.body,
    )
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": built.url.path,
        "raw_path": built.url.raw_path.partition(b"?")[0],
        "query_string": built.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in built.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
        "state": dict(state or {}),
    }
    to_app: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]
    answered = anyio.Event()
    start: Message = {"status": 500}
    chunks: list[bytes] = []
    exchange: Exchange | None = None

    async def receive() -> Message:
        if to_app:
            return to_app.pop()
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal start, exchange
        exchange = current_exchange.get() or exchange
        if message["type"] == "http.response.start":
            start = message
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                answered.set()
            await anyio.lowlevel.checkpoint()

    with anyio.move_on_after(timeout) as limit:
        try:
            await app(scope, receive, send)
        except Exception:  # noqa: BLE001 - the exchange has it; a server answers 500 as well
            answered.set()
    if limit.cancelled_caught and "headers" not in start and not chunks:
        raise ServiceError(
            f"{request.method} {request.target}: no response within {timeout:g} s; pass a longer timeout"
        )
    body = b"" if request.method == "HEAD" else b"".join(chunks)
    response = _response(start["status"], list(start.get("headers", [])), body, built)
    return Answer(response, answered.is_set(), exchange)


def _response(status: int, headers: Any, body: bytes, request: httpx2.Request) -> httpx2.Response:
    # Given as `content`, it would get a Content-Length that was not sent.
    response = httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body), request=request)
    response.read()
    return response
