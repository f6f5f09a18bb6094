"""
Answer as was recorded: an ASGI app made of exchanges, without the code behind them.

Source: ASGI 3.0, HTTP, WebSocket and Lifespan.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import CONNECTION_HEADERS
from asgi_nb.record.markup import card, table
from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.usage import expect

# As in `asgi_nb.record.tap`, which this is below.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

Key = tuple[str, str, bytes]
"""Method ("WS" for a session), path and query."""

# Lines of a 404 that name what is recorded: a screen.
NAMED = 20


def key_of(exchange: Exchange) -> Key:
    """Say which requests an exchange answers."""
    request = exchange.request
    return request.method, request.path, request.query_string


class Mocked:
    """
    One captured response, or the app's part of one captured session, as an ASGI app.

    Args:
        exchange: The exchange; what it holds at this moment is what is answered.

    Raises:
        ExportError: There is no whole response.
    """

    answers_ahead = True
    """Tells a live app that this route comes before those which match the same path by a parameter."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._session: list[tuple[bool, str | bytes]] = []
        if exchange.websocket is not None and exchange.websocket.accepted:
            self._take_session(exchange)
        else:
            self._take_response(exchange)

    def _take_response(self, exchange: Exchange) -> None:
        response = exchange.response
        if response is None or not response.status or exchange.state in ("open", "queued", "streaming"):
            raise ExportError(
                f"exchange {exchange.seq} has no whole response to answer with: it is {exchange.state}"
            )
        body = response.body
        if response.file is not None or body.truncated:
            raise ExportError(
                f"the response body of exchange {exchange.seq} was not kept whole: {len(body.data)} of "
                f"{body.size} bytes, so it cannot be answered again"
            )
        self._status, self._body = response.status, body.data
        # The body's own headers: of one from a file, they leave out the Content-Encoding that it has no more.
        self._headers = [
            (name, value)
            for name, value in body.headers
            if name.lower().decode("latin-1") not in CONNECTION_HEADERS
        ]
        length = response.header("content-length")
        if body.data:
            self._headers.append((b"content-length", b"%d" % len(body.data)))
        elif length is not None:
            self._headers.append((b"content-length", length.encode("latin-1")))

    def _take_session(self, exchange: Exchange) -> None:
        websocket = exchange.websocket
        if websocket is None:
            return
        if websocket.dropped_count or any(message.truncated for message in websocket.messages):
            raise ExportError(
                f"the messages of exchange {exchange.seq} were not kept whole, so they cannot be sent again"
            )
        self._session = [
            (message.direction == "send", message.text if message.is_text else message.data)
            for message in websocket.messages
        ]
        close = websocket.close
        self._close = close.code if close is not None and close.by != "client" else None
        self._accept: Message = {
            "type": "websocket.accept",
            "subprotocol": websocket.subprotocol,
            "headers": list(websocket.accept_headers),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or session."""
        if self.exchange.websocket is None:
            await self._respond(scope, send, "http.response")
        elif self.exchange.websocket.accepted:
            await self._talk(receive, send)
        elif "websocket.http.response" in (scope.get("extensions") or {}):
            await receive()
            await self._respond(scope, send, "websocket.http.response")
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _respond(self, scope: Scope, send: Send, prefix: str) -> None:
        start = {"type": f"{prefix}.start", "status": self._status, "headers": list(self._headers)}
        await send(start)
        body = b"" if scope.get("method") == "HEAD" else self._body
        await send({"type": f"{prefix}.body", "body": body})

    async def _talk(self, receive: Receive, send: Send) -> None:
        await receive()
        await send(dict(self._accept))
        for is_sent, data in self._session:
            if is_sent:
                await send({"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data})
            elif (await receive())["type"] == "websocket.disconnect":
                return
        if self._close is not None:
            await send({"type": "websocket.close", "code": self._close})
            return
        while (await receive())["type"] != "websocket.disconnect":
            pass

    def __repr__(self) -> str:
        return f"<MOCK of {self.exchange!r}>"


class Mock:
    """
    An ASGI app that answers requests as they were answered when they were recorded.

    A request is known by method, path and query. Of several recorded answers, each comes once, in their
    order, and the last one for ever. What is not recorded is a 404 that names what is.

    Args:
        exchanges: What to answer with; those without a whole response are left out, see `skipped`.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.answers: Mapping[Key, list[Mocked]] = {}
        """What is answered, by method, path and query."""
        self.skipped: list[str] = []
        """What was left out, and why."""
        answers: dict[Key, list[Mocked]] = {}
        for exchange in exchanges:
            try:
                mocked = Mocked(exchange)
            except ExportError as exc:
                self.skipped.append(str(exc))
                continue
            answers.setdefault(key_of(exchange), []).append(mocked)
        self.answers = answers
        self._given: dict[Key, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or session."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        root_path, path = scope.get("root_path", ""), scope.get("path", "/")
        if root_path and path.startswith(root_path):
            path = path[len(root_path) :] or "/"
        method = "WS" if scope["type"] == "websocket" else scope["method"]
        mocked = self._next((method, path, scope.get("query_string", b"")))
        if mocked is not None:
            await mocked(scope, receive, send)
        elif method == "WS":
            await receive()
            await send({"type": "websocket.close", "code": 4404, "reason": "not recorded"})
        else:
            await self._refuse(f"{method} {path}", send)

    def _next(self, key: Key) -> Mocked | None:
        found = self.answers.get(key)
        if found is None and key[0] == "HEAD":
            key = ("GET", *key[1:])
            found = self.answers.get(key)
        if found is None:
            return None
        number = self._given.get(key, 0)
        self._given[key] = number + 1
        return found[min(number, len(found) - 1)]

    def rewind(self) -> None:
        """Begin again with the first answer of each request."""
        self._given.clear()

    async def _refuse(self, title: str, send: Send) -> None:
        titles = self._titles()
        lines = [f"{visible(shorten(title, 200))} is not recorded; there is:", *titles[:NAMED]]
        if len(titles) > NAMED:
            lines.append(f"and {len(titles) - NAMED} more")
        body = ("\n".join(lines if titles else [f"{lines[0]} nothing"]) + "\n").encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _titles(self) -> list[str]:
        found = [mocked[0].exchange.request for mocked in self.answers.values()]
        return [f"{visible(request.method)} {shorten(request.target, 200)}" for request in found]

    def __repr__(self) -> str:
        count = sum(map(len, self.answers.values()))
        left_out = f", {len(self.skipped)} left out" if self.skipped else ""
        return f"<MOCK of {len(self.answers)} requests with {count} answers{left_out}>"

    def _repr_html_(self) -> str:
        rows = [
            [title, ", ".join(str(one.exchange.status or "socket") for one in mocked)]
            for title, mocked in zip(self._titles(), self.answers.values(), strict=True)
        ]
        parts = [table(["request", "answers"], rows)]
        parts += [table([], [["left out", why] for why in self.skipped])] if self.skipped else []
        return card(repr(self).strip("<>"), parts)


def mock(exchanges: Iterable[Exchange]) -> Mock:
    """
    Make an ASGI app that answers as was recorded: `asgi_nb.serve(asgi_nb.mock(traffic))`.

    Args:
        exchanges: The traffic, a session, a selection, or what `load_har` gives.
    """
    expect(exchanges, Iterable, "mock() takes exchanges, such as asgi_nb.traffic")
    return Mock(exchanges)


async def _lifespan(receive: Receive, send: Send) -> None:
    answers: dict[Any, str] = {
        "lifespan.startup": "lifespan.startup.complete",
        "lifespan.shutdown": "lifespan.shutdown.complete",
    }
    while True:
        kind = (await receive())["type"]
        await send({"type": answers[kind]})
        if kind == "lifespan.shutdown":
            return
