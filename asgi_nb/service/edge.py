"""
The first and last step of every request: where the outside world sees it, and whose turn it is.

jupyter-server-proxy strips `/user/ada/proxy/8000` from the path and names it in
X-Forwarded-Prefix. An app that is not told builds links and redirects that lead out of
the proxy. Only a peer on this machine is believed: a proxy for a notebook runs beside it.

On a WebSocket upgrade that proxy names nothing; that it stands between is then proven by the
connection (see `names`).

A stream that never waits - `while True: yield "tick"` - would keep the loop to itself as soon
as its client has gone: nothing pauses it, and the news of the client waits behind it.
"""

import asyncio
import re
from collections.abc import Awaitable
from time import monotonic
from urllib.parse import unquote

from asgi_nb.record.plain import changed
from asgi_nb.service.proxied import below
from asgi_nb.service.serving import Serving
from asgi_nb.service.sockets import is_loopback
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

# RFC 3986 section 3.3, segments that are not empty. Two slashes, or what a browser takes for
# one, would turn a path into another site's address.
_PREFIX = re.compile(rb"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_NOT_IN_A_PATH = re.compile(r"//|\\|[\x00-\x20?#\x7f]|/\.{1,2}(?:/|$)")

TURN = 0.02
"""
Seconds that a stream may send on before others have their turn.

Well above the interpreter's own switch interval of 5 ms: a loop that lets go of the GIL
just as often and takes it back at once resets the clock of every waiting thread, and
starved the kernel's thread for 20 seconds at a time (measured, CPython 3.11).
"""


class Edge:
    """
    Set `root_path` from the proxy's prefix, and the lifespan's `state`, on each request;
    make streams take turns.

    The prefix also goes in front of `path` and `raw_path`, which by the ASGI specification
    contain `root_path`.

    Redirects and cookies of the app stay below the prefix.

    Args:
        app: The application.
        serving: The server's names, its prefix and the lifespan's state.

    Source: ASGI 3.0, HTTP connection scope; jupyter-server-proxy 4, `handlers.py`.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving
        self.prefix = None if serving.prefix is None else clean_prefix(serving.prefix.encode())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope["state"] = self.serving.state.copy()
        host, prefix = self._proxied(scope)
        takes_turns = getattr(getattr(send, "__self__", None), "takes_turns", False)
        if prefix:
            changed(send)
            root_path = unquote(prefix)
            scope["root_path"] = root_path
            scope["path"] = root_path + scope["path"]
            scope["raw_path"] = prefix.encode() + scope["raw_path"]
            send = below(prefix.encode(), host, send)
        return self.app(scope, receive, send if takes_turns else _Turns(send).send)

    def _proxied(self, scope: Scope) -> tuple[bytes, str | None]:
        """Give the Host, and the prefix of the proxy, if there is one."""
        host = b""
        forwarded = None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"x-forwarded-prefix":
                forwarded = value
        client = scope.get("client")
        # Who asks is looked at last: it costs more than all the rest, and most requests name no prefix.
        if forwarded is not None:
            return host, clean_prefix(forwarded) if client and is_loopback(client[0]) else None
        if scope["type"] == "websocket" and self.prefix and self.serving.names.is_front(host, client):
            return host, self.prefix
        return host, None


class _Turns:
    """A `send` that lets a stream or a WebSocket give way to the loop every 20 ms."""

    __slots__ = ("_since", "_target")

    def __init__(self, send: Send) -> None:
        self._target = send
        self._since = monotonic()

    def send(self, message: Message) -> Awaitable[None]:
        if message.get("more_body") or message["type"] == "websocket.send":
            return self._send_in_turn(message)
        # What ends, or is short, adds no frame to wait in.
        return self._target(message)

    async def _send_in_turn(self, message: Message) -> None:
        await self._target(message)
        now = monotonic()
        if now - self._since > TURN:
            await asyncio.sleep(0)
            self._since = now


def clean_prefix(value: bytes) -> str | None:
    """
    Give a forwarded prefix without the slash at its end.

    Returns:
        Still percent-encoded; None when it is empty, or not a plain absolute path.
    """
    trimmed = value.rstrip(b"/")
    if not _PREFIX.fullmatch(trimmed):
        return None
    prefix = trimmed.decode("ascii")
    return None if _NOT_IN_A_PATH.search(unquote(prefix)) else prefix
