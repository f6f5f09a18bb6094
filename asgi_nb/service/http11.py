"""
HTTP/1.1 by httptools, in C: from bytes to cycles.

What runs for each request is written out here, in one step each: with uvicorn's own methods below and the
limits around them, calling took longer than what was called.

Imported where httptools is installed.
"""

import asyncio
from contextvars import Context
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from asgi_nb.record.plain import PLAIN_LIMIT
from asgi_nb.service.cycle import Cycle
from asgi_nb.service.heads import too_large
from asgi_nb.service.parsed import REMEMBERED, method_name, parse_target, remembered_target, shared_field
from asgi_nb.service.protocols import Limited
from asgi_nb.web.types import ASGIApp, Scope


class LimitedHttpTools(Limited, HttpToolsProtocol):
    """
    HTTP/1.1, with limits.

    uvicorn appends the trailers of a chunked body to the request's headers, and httptools keeps
    a line until it ends: 40 MB of them took 800 MB. Trailers are left out, and what is sent
    around the chunks is counted.
    """

    # One class variable each instead of one object for each connection.
    cycle: Any = None
    _in_head = _in_message = _expects = False
    _framing = 0
    # Requests that have begun in what came last.
    _begun = 0
    _max_head = 0
    _idle_since: float | None = None
    """When the last response ended; None once something has come since."""

    def in_head(self) -> bool:
        return self._in_head

    # --- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._max_head = self.config.serving.options.max_header_size
        self.context = Context()
        super().connection_made(transport)
        self.peers = self.client, self.server, self.scheme

    def connection_lost(self, exc: Exception | None) -> None:
        # uvicorn's own looks for an event that each of its cycles has; and they hold each other.
        cycle, self.cycle = self.cycle, None
        if cycle is not None:
            cycle.lose()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._idle_since = None
        size = len(data)
        self._begun = -1 if self._in_message else 0
        before = self.cycle
        if size > self._max_head:
            self.config.serving.doubtful.add(self.client)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._unset_keepalive_if_required()
                self.handle_websocket_upgrade()
            else:
                self._unsupported_upgrade_warning()
        except httptools.HttpParserError:
            text = "Invalid HTTP request received."
            self.logger.warning(text)
            self.send_400_response(text)
            return
        if self._in_head:
            self._count_head(size)
        else:
            cycle = self.cycle
            if self._begun == 1 and not self._in_message and size <= PLAIN_LIMIT and cycle is not before:
                cycle.came = data
                cycle.peers = self.peers
                cycle.begins_plainly = True
            if self._timer is not None:
                self._stop_waiting()
            if self._in_message and not self._refused:
                self._framing = max(0, self._framing + size)
                if self._framing > self._max_head:
                    text = too_large(f"more than {self._max_head} bytes in a body", self._max_head)
                    self._refuse("headers", 431, text)

    # --- what the parser tells

    def on_message_begin(self) -> None:
        self._in_head = self._in_message = True
        self._begun += 1
        self._expects = False
        self._framing = 0
        self.url = b""
        self.headers = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after the head is a trailer.
        if self._in_head:
            field = shared_field(name, value) if len(value) <= REMEMBERED else (name.lower(), value)
            if field[0] == b"expect" and value.lower() == b"100-continue":
                self._expects = True
            self.headers.append(field)

    def on_headers_complete(self) -> None:
        self._in_head = False
        parser = self.parser
        version = parser.get_http_version()
        self.scope: Any = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "headers": self.headers,
            "method": method_name(parser.get_method()),
        }
        if parser.should_upgrade() and self._should_upgrade():
            return
        url = self.url
        target = remembered_target(url) if len(url) <= REMEMBERED else parse_target(url)
        scope: Scope = self.scope
        scope["path"], scope["raw_path"], scope["query_string"] = target
        before: Cycle | None = self.cycle
        keep_alive = version != "1.0" and parser.should_keep_alive()
        self.cycle = cycle = Cycle(self, scope, keep_alive, self._expects)
        app: ASGIApp = self.app
        if before is None or before.response_complete:
            cycle.start(app)
        else:
            # A client may ask on before it is answered. Its answers keep the order of the questions.
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))  # type: ignore[arg-type]

    def on_body(self, body: bytes) -> None:
        # A chunk of one byte takes six; 16 leave room for an extension.
        self._framing -= 17 * len(body)
        if not self._is_done():
            self.cycle.feed(body)

    def on_message_complete(self) -> None:
        self._in_message = False
        if not self._is_done():
            self.cycle.end()

    def _is_done(self) -> bool:
        """Whether nobody reads the request any more."""
        if self.parser.should_upgrade() and self._should_upgrade():
            return True
        done: bool = self.cycle.response_complete
        return done

    # --- what comes after a response

    def on_response_complete(self) -> None:
        """Take up the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle: Any
            cycle, app = self.pipeline.pop()
            cycle.start(app)
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._close_after(self.timeout_keep_alive)

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self._close_if_idle, context=self.context
        )

    def _close_if_idle(self) -> None:
        """Close a connection that was idle for so long: one timer in that time, not one for each answer."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            # A request is under way, and the end of its response sets the clock anew.
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._close_after(left)
        else:
            self.timeout_keep_alive_handler()
