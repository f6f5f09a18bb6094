"""
Keep what the app answers below the proxy's prefix.

An app that says `Location: /items` or `Set-Cookie: ...; Path=/` means its own root. Behind a
proxy that root is `/user/ada/proxy/8000`: the link would lead out of it, and the cookie would
go to everything on the hub, Jupyter included.
"""

import re

from asgi_nb.web.types import Message, Send

_COOKIE_PATH = re.compile(rb"(;\s*path\s*=\s*)([^;]*)", re.IGNORECASE)
# RFC 6265bis section 4.1.3.2: such a cookie has the path / or is refused by the browser.
_HOST_PREFIX = b"__host-"


def below(prefix: bytes, host: bytes, send: Send) -> Send:
    """
    Wrap `send` so that redirects and cookies stay below a prefix.

    Args:
        prefix: The path of the proxy, without a slash at its end.
        host: The Host of the request.
        send: The request's send.
    """

    async def send_below(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept") and message.get("headers"):
            headers = [_below(name, value, prefix, host) for name, value in message["headers"]]
            message = {**message, "headers": headers}
        await send(message)

    return send_below


def _below(name: bytes, value: bytes, prefix: bytes, host: bytes) -> tuple[bytes, bytes]:
    lower = name.lower()
    if lower == b"location":
        return name, redirect_below(value, prefix, host)
    if lower == b"set-cookie":
        return name, cookie_below(value, prefix)
    return name, value


def redirect_below(location: bytes, prefix: bytes, host: bytes) -> bytes:
    """
    Give the Location that leads where the app meant.

    A path gets the host in front: jupyter-server-proxy 4.6 puts its prefix before each plain
    path, also when it is there; older ones never do. The scheme stays the browser's own.

    Source: RFC 3986 section 4.2, network-path reference.
    """
    if not location.startswith(b"/") or location.startswith((b"//", b"/\\")) or not host:
        return location
    return b"//" + host + (location if _is_below(location, prefix) else prefix + location)


def cookie_below(cookie: bytes, prefix: bytes) -> bytes:
    """
    Give a Set-Cookie whose Path is below the prefix.

    Without a Path the browser takes the directory of the page, which is below it already.
    """
    found = _COOKIE_PATH.search(cookie)
    if found is None or cookie.lower().startswith(_HOST_PREFIX):
        return cookie
    path = found[2].strip()
    if not path.startswith(b"/") or _is_below(path, prefix):
        return cookie
    return cookie[: found.start(2)] + prefix + path + cookie[found.end() :]


def _is_below(path: bytes, prefix: bytes) -> bool:
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in (b"", b"/", b"?", b"#")
