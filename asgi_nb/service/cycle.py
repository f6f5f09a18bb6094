"""
One HTTP/1.1 request and its response, as ASGI messages on one side and as bytes on the other.

uvicorn's own cycle writes the head and the body apart, and looks at each header with two regular
expressions. Here the head waits for the first piece of the body, but no longer than until the loop's
next turn, and is looked at once, as a whole.

Rule 1: to the app it is what uvicorn's is: the same messages, in the same order, and the same errors.
Rule 2: what is made for each request is what each request needs. An event is made when somebody waits.

Source: ASGI 3.0, HTTP; RFC 9112 sections 4 to 7; RFC 9110 sections 5.5 and 5.6.2.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from contextvars import Context
from http import HTTPStatus
from time import monotonic, perf_counter_ns
from typing import Any, Protocol

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl

from asgi_nb.record.plain import DONE, ENDED, PLAIN_LIMIT, STARTED, PlainWire, Reading
from asgi_nb.service.edge import TURN
from asgi_nb.service.parsed import parse_request
from asgi_nb.web.types import ASGIApp, Message, Scope

logger = logging.getLogger("uvicorn.error")

# A larger body is not copied to stand behind its head: a reading's size.
JOINED_LIMIT = 1 << 14

# Seconds for which requests wait to be taken into the store: at 30,000 a second, sixty of them. Who waits
# takes fresh memory: at 5 ms each request costs 1 us more (measured).
SETTLE = 0.002

# Of no request's variables.
_NO_CONTEXT = Context()

# Names of header fields that are remembered. Apps use a few dozen; one that makes them up is not to fill
# the memory.
NAME_LIMIT = 512

_NO_NAME = re.compile(rb'[\x00-\x1f\x7f()<>@,;:\\\[\]={} \t"]')
# What no field may have but at the end of its line.
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code != 0x09)

LENGTH, CODING, CONNECTION, OTHER = 1, 2, 3, 4


def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


_STATUS_LINES = {status: _status_line(status) for status in range(100, 600)}

_MATTER = {b"content-length": LENGTH, b"transfer-encoding": CODING, b"connection": CONNECTION}

_names: dict[bytes, tuple[bytes, int]] = {}
"""Name of a field, as an app writes it -> how its line begins, and whether it matters to the framing."""

_defaults: tuple[object, bytes, int] = ([], b"", 0)
"""The fields that the server sends with each response: the list, its lines, how many they are."""


def _name(name: Any) -> tuple[bytes, int]:
    """Look at the name of a field."""
    if _NO_NAME.search(name):
        raise RuntimeError(f"the name of a header is a token of RFC 9110, got {bytes(name[:100])!r}")
    lower = bytes(name).lower()
    known = lower + b": ", _MATTER.get(lower, 0 if lower == name else OTHER)
    if len(_names) < NAME_LIMIT:
        _names[bytes(name)] = known
    return known


def _default_lines(fields: list[tuple[bytes, bytes]]) -> tuple[object, bytes, int]:
    """Make the lines of the Date and Server fields, which change once a second."""
    global _defaults
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
    # At once: the servers of two loops may do so together.
    _defaults = made = (fields, lines, len(fields))
    return made


class Connection(Protocol):
    """What a cycle asks of the connection that it is on."""

    transport: asyncio.Transport
    flow: FlowControl
    loop: asyncio.AbstractEventLoop
    tasks: set[asyncio.Task[None]]
    server_state: Any
    headers: list[tuple[bytes, bytes]]
    """The header fields of the last request whose head has come."""
    peers: tuple[Any, ...]
    """The client, the server and the scheme, as scopes have them."""
    context: Context
    """What runs for the connection itself runs in it: a copy of a request's own keeps what that refers to."""

    def on_response_complete(self) -> None:
        """Go on with what comes next."""


class Cycle(PlainWire):
    """
    A request and its response.

    Args:
        connection: The connection, which calls it as the request comes in.
        scope: The ASGI scope.
        keep_alive: Whether the client wants to use the connection again.
        expects: Whether the client waits to be told that it may send its body.
    """

    __slots__ = (
        "_chunked",
        "_event",
        "_has_body",
        "_missing",
        "_news",
        "_turn",
        "body",
        "connection",
        "disconnected",
        "expects",
        "flow",
        "keep_alive",
        "loop",
        "more_body",
        "response_complete",
        "response_started",
        "task",
        "transport",
    )

    takes_turns = True
    """It gives way by itself where a stream sends on and on."""

    keeps_connection = True
    """It lets the connection be when the app raises after its answer; see `late`."""

    tells_end = True

    def __init__(self, connection: Connection, scope: Scope, keep_alive: bool, expects: bool) -> None:
        self.listener = None
        self.begins_plainly = False
        self.stage = self.seq = 0
        self.connection: Connection | None = connection
        self.transport = connection.transport
        self.flow = connection.flow
        self.loop = connection.loop
        self.scope = scope
        self.keep_alive = keep_alive
        """Whether the connection lives on after the response."""
        self.expects = expects
        self.task: asyncio.Task[None] | None = None
        self.body: bytes | bytearray = b""
        """What has come and was not read."""
        self.more_body = True
        self.disconnected = self.response_started = self.response_complete = False
        # Whether there is something to tell to who waits in `receive`, and who it is.
        self._news = False
        self._event: asyncio.Event | None = None
        # The head that is not written yet; whether a body follows, in chunks or of how many bytes more.
        self.head = b""
        self._has_body = scope["method"] != "HEAD"
        self._chunked = False
        self._missing = 0
        # When a stream last gave way to others.
        self._turn = 0.0

    # --- the connection's side

    def start(self, app: ASGIApp) -> None:
        """Call the app, in a task."""
        connection = self.connection
        if connection is not None:
            self.task = task = self.loop.create_task(self._run(app))
            connection.tasks.add(task)

    def feed(self, body: bytes) -> None:
        """Take in a piece of the request's body."""
        if not self.body:
            self.body = body
        else:
            if type(self.body) is bytes:
                self.body = bytearray(self.body)
            self.body += body
        if len(self.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.wake()

    def end(self) -> None:
        """Take note that the request's body has come to its end."""
        self.more_body = False
        self.wake()

    def lose(self) -> None:
        """Take note that the connection has gone."""
        if not self.response_complete:
            self.disconnected = True
        self._drop_head()
        self.wake()

    def wake(self) -> None:
        """Tell who waits in `receive`."""
        self._news = True
        if self._event is not None:
            self._event.set()

    async def _run(self, app: ASGIApp) -> None:
        try:
            result: object = await app(self.scope, self.receive, self.send)  # type: ignore[func-returns-value]
        except BaseException as exc:
            self.leave(exc)
            # Also what would end the loop: it is everybody's, and this is one request's.
            logger.error("Exception in ASGI application\n", exc_info=exc)
            if not self.response_complete or not isinstance(exc, Exception):
                await self._fail()
        else:
            if self.stage == DONE:
                # As `leave` does it: this runs for every request.
                self.exit_ns = perf_counter_ns()
                self.stage = ENDED
                if self.seq:
                    self.land()
            else:
                self.leave(None)
            if result is not None:
                logger.error("ASGI callable should return None, but returned '%s'.", result)
                self._cut()
            elif not self.response_complete and not self.disconnected:
                what = "completing" if self.response_started else "starting"
                logger.error("ASGI callable returned without %s response.", what)
                await self._fail()
        finally:
            connection, task = self.connection, self.task
            # What an app has left running may still send; it is told that all is over.
            self.connection = self.task = None
            if connection is not None and task is not None:
                connection.tasks.discard(task)

    @classmethod
    def parse(cls, came: bytes, peers: tuple[Any, ...]) -> Reading:
        # By the parser that has read it the first time.
        return parse_request(came, peers)

    def later(self, call: Callable[[object], object]) -> None:
        self.loop.call_later(SETTLE, call, self.loop, context=_NO_CONTEXT)

    async def _fail(self) -> None:
        """Tell the client that there is no answer, or no more of it."""
        if self.response_started:
            self._cut()
            return
        text = b"Internal Server Error"
        fields = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text))]
        fields.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": 500, "headers": fields})
        await self.send({"type": "http.response.body", "body": text})

    def _cut(self) -> None:
        self._flush()
        self.transport.close()

    # --- the app's side

    async def receive(self) -> Message:
        """Give the next piece of the request, or that the client has gone."""
        if self.expects and not self.transport.is_closing():
            self.expects = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self.disconnected and not self.response_complete:
            if self.flow.read_paused:
                self.flow.resume_reading()
            if not self._news:
                if self._event is None:
                    self._event = asyncio.Event()
                await self._event.wait()
            if self._event is not None:
                self._event.clear()
            self._news = False
        message: Message
        if self.disconnected or self.response_complete:
            message = {"type": "http.disconnect"}
        else:
            message = {"type": "http.request", "body": bytes(self.body), "more_body": self.more_body}
            self.body = b""
        if self.listener is not None:
            self.listener.received(message)
        elif self.stage:
            self._read(message)
        return message

    def _read(self, message: Message) -> None:
        """Note that the app gets a message of a plain request."""
        if message["type"] == "http.request" and not self.read_ns and not message["more_body"]:
            self.read_ns = perf_counter_ns()
        else:
            self.drafted().received(message)

    async def send(self, message: Message) -> None:
        """Take in the head or a piece of the body."""
        listener = self.listener
        if listener is not None:
            listener.sent(message)
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            if message.get("more_body") and self._took_long():
                await asyncio.sleep(0)
            return
        kind = message["type"]
        if not self.response_started:
            if kind != "http.response.start":
                raise RuntimeError(f"expected the ASGI message 'http.response.start', got {kind!r}")
            self._start(message)
            if self.listener is not listener:
                self.tell(STARTED, message)
        elif not self.response_complete:
            if kind != "http.response.body":
                raise RuntimeError(f"expected the ASGI message 'http.response.body', got {kind!r}")
            more_body = message.get("more_body", False)
            self._write(message.get("body", b""), more_body)
            if self.listener is not listener:
                self.tell(DONE, message)
            if more_body and self._took_long():
                await asyncio.sleep(0)
        else:
            raise RuntimeError(f"the response is complete, got another ASGI message {kind!r}")

    def _start(self, message: Message) -> None:
        """Make the head. What cannot be made has not begun: the client is sent a 500 instead."""
        status = message["status"]
        self._chunked = False
        self._missing = 0
        fields: list[tuple[bytes, bytes]] = (
            self.connection.server_state.default_headers if self.connection else []
        )
        default, lines, count = _defaults
        if default is not fields:
            _, lines, count = _default_lines(fields)
        parts = [_STATUS_LINES[status], lines]
        own = count
        count += 1
        framed = closes = False
        is_plain = self._has_body
        for name, value in message.get("headers", ()):
            try:
                begin, matter = _names[name]
            except (KeyError, TypeError):
                begin, matter = _name(name)
            parts += (begin, value, b"\r\n")
            count += 1
            if matter:
                if matter == LENGTH:
                    if not framed:
                        self._missing = int(value)
                        framed = True
                elif matter == CODING:
                    if value.lower() == b"chunked":
                        self._missing = 0
                        self._chunked = framed = True
                        is_plain = False
                elif matter == CONNECTION:
                    if b"close" in [token.strip() for token in value.lower().split(b",")]:
                        self.keep_alive = False
                        closes = True
                else:
                    # The head does not say how the app has written it.
                    is_plain = False
        if not self.keep_alive and not closes:
            parts.append(b"connection: close\r\n")
            count += 1
            is_plain = False
        if not framed and self._has_body and status != 204 and status != 304:
            self._chunked = True
            parts.append(b"transfer-encoding: chunked\r\n")
            count += 1
            is_plain = False
        head = b"".join(parts)
        # Two for the end of each line; any other one would begin a line that the app did not mean.
        if len(head) - len(head.translate(None, _CONTROLS)) != 2 * count:
            raise RuntimeError(
                "the value of a header has a control character; take out line breaks and the like"
            )
        self.head = head + b"\r\n"
        if self.stage:
            # What else a message says is not in the head.
            if is_plain and len(message) == 3:
                self.skipped = own
                self.stage = STARTED
            else:
                self.drafted()
        self.response_started = True
        self.expects = False
        # For whom nothing else comes soon, as with a stream of events.
        context = None if self.connection is None else self.connection.context
        self.loop.call_soon(self._flush, context=context)

    def _write(self, body: Any, more_body: bool) -> None:
        """Write a piece of the body, behind the head where that waits."""
        data = body
        if not self._has_body:
            self._missing = 0
            data = b""
        elif self._chunked:
            data = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            if not more_body:
                data += b"0\r\n\r\n"
        elif len(body) > self._missing:
            raise RuntimeError(
                f"the body is longer than its Content-Length, by {len(body) - self._missing} bytes"
            )
        else:
            self._missing -= len(body)
        if self.head:
            if len(data) <= JOINED_LIMIT:
                data = self.head + data
                if self.stage:
                    if not more_body and len(data) <= PLAIN_LIMIT:
                        self.done_ns = perf_counter_ns()
                        self.went = data
                        self.stage = DONE
                    else:
                        self.drafted()
                self.head = b""
            else:
                self._flush()
        if data:
            self.transport.write(data)
        if more_body:
            return
        if self._missing:
            raise RuntimeError(f"the body is shorter than its Content-Length, by {self._missing} bytes")
        self.response_complete = True
        self.wake()
        if not self.keep_alive:
            self.transport.close()
        if self.connection is not None:
            self.connection.on_response_complete()

    def _flush(self) -> None:
        """Write the head, if it still waits."""
        head = self.head
        if head:
            self._drop_head()
            self.transport.write(head)

    def _drop_head(self) -> None:
        """It does not go with the body."""
        if self.stage == STARTED:
            self.drafted()
        self.head = b""

    def _took_long(self) -> bool:
        """Whether it is the others' turn, as a stream has sent on for a while; see `edge.TURN`."""
        now = monotonic()
        if not self._turn:
            self._turn = now
        if now - self._turn <= TURN:
            return False
        self._turn = now
        return True
