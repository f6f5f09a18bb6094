"""
The first and last step of every request: where the outside world sees it, and whose turn it is.

jupyter-server-proxy strips `/user/ada/proxy/8000` from the path and names it in
X-Forwarded-Prefix. An app that is not told builds links and redirects that lead out of
the proxy. Only a peer on this machine is believed: a proxy for a notebook runs beside it.

A stream that never waits - `while True: yield "tick"` - would keep the loop to itself as soon
as its client has gone: nothing pauses it, and the news of the client waits behind it.
"""

import asyncio
import re
from time import monotonic
from typing import Any
from urllib.parse import unquote

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

    Args:
        app: The application.
        state: What the app's lifespan has put into its state; each request gets a copy.
        port: The port that is served.
        prefix: The prefix that jupyter-server-proxy would use for the port, or None. It
            stands in on WebSocket upgrades, where that proxy sends no header.

    Source: ASGI 3.0, HTTP connection scope; jupyter-server-proxy 4, `handlers.py`.
    """

    def __init__(self, app: ASGIApp, *, state: dict[str, Any], port: int, prefix: str | None = None) -> None:
        self.app = app
        self.state = state
        self.own_port = f":{port}".encode()
        self.prefix = None if prefix is None else clean_prefix(prefix.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = self.state.copy()
        prefix = self._prefix_of(scope)
        # Who asks is looked at last: it costs more than all the rest, and most requests name no prefix.
        if prefix and scope.get("client") and is_loopback(scope["client"][0]):
            root_path = unquote(prefix)
            scope["root_path"] = root_path
            scope["path"] = root_path + scope["path"]
            scope["raw_path"] = prefix.encode() + scope["raw_path"]
        await self.app(scope, receive, taking_turns(send))

    def _prefix_of(self, scope: Scope) -> str | None:
        host = b""
        for name, value in scope["headers"]:
            if name == b"x-forwarded-prefix":
                return clean_prefix(value)
            if name == b"host":
                host = value
        # The proxy passes the browser's Host on, so a foreign port means that it stands between.
        through_proxy = scope["type"] == "websocket" and not host.endswith(self.own_port)
        return self.prefix if through_proxy else None


def taking_turns(send: Send) -> Send:
    """Wrap `send` so that a stream or a WebSocket gives way to the loop every 20 ms."""
    since = monotonic()

    async def send_in_turn(message: Message) -> None:
        nonlocal since
        await send(message)
        if message.get("more_body") or message["type"] == "websocket.send":
            now = monotonic()
            if now - since > TURN:
                await asyncio.sleep(0)
                since = now

    return send_in_turn


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
