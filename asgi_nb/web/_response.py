"""
Responses whose body is known when they are made. Their headers are encoded once, at that time.
"""

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from asgi_nb.web._cookies import format_cookie
from asgi_nb.web._disconnect import poll
from asgi_nb.web._headers import RawHeaders, encode_header
from asgi_nb.web._json import encode_json_text
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.datastructures import URL, MutableHeaders
from asgi_nb.web.types import Message, Receive, Scope, Send

if TYPE_CHECKING:
    from datetime import datetime

# Most bodies are short, and an index is cheaper than formatting a number.
_LENGTHS = [(b"content-length", b"%d" % length) for length in range(1024)]


def _content_type(media_type: str, charset: str) -> tuple[bytes, bytes]:
    if media_type.startswith("text/") and "charset=" not in media_type.lower():
        media_type = f"{media_type}; charset={charset}"
    return encode_header("content-type", media_type)


class _ContentTypes(dict[str, tuple[bytes, bytes]]):
    """Media type -> header, for UTF-8. A dict that fills itself, since a lookup is cheaper than a call."""

    def __missing__(self, media_type: str) -> tuple[bytes, bytes]:
        header = _content_type(media_type, "utf-8")
        # Applications use a few types; one that makes them up must not fill the memory.
        if len(self) < 256:
            self[media_type] = header
        return header


_CONTENT_TYPES = _ContentTypes()


def has_no_body(status_code: int) -> bool:
    """Whether a response of this status ends with its headers. Source: RFC 9110 section 6.4.1."""
    return status_code < 200 or status_code == 204 or status_code == 304


class _Nothing:
    """No content is of this class."""


class Response:
    """
    A response; also an ASGI app that sends itself.

    Args:
        content: The body: str, bytes, memoryview, or None for none.
        status_code: The status.
        headers: More headers; Content-Length and Content-Type are set unless given here.
        media_type: The type of the content; `text/*` gets the charset.
        background: Called after the response was sent.

    Raises:
        ValueError: A header holds CR, LF or NUL, or is not latin-1.

    In a WebSocket scope it is the answer that denies the handshake, or, where the server cannot
    send one, a plain close. To a HEAD request only headers are sent.
    """

    media_type: str | None = None
    charset = "utf-8"

    body: bytes | memoryview
    raw_headers: RawHeaders
    """The headers as they are sent."""

    _headers: MutableHeaders | None = None

    def __init__(
        self,
        content: Any = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        self.status_code = status_code
        self.background = background
        if media_type is None:
            media_type = self.media_type
        else:
            self.media_type = media_type
        if (
            headers is None
            and (stock := self._stock) is not None
            and (status_code == 200 or status_code >= 400 or not has_no_body(status_code))
        ):
            # What the methods below would do for most responses, at half the price.
            encoded, usual, content_type = stock
            self.body = body = content.encode() if type(content) is encoded else self.render(content)
            length = len(body)
            content_length = _LENGTHS[length] if length < 1024 else (b"content-length", b"%d" % length)
            if media_type is None:
                self.raw_headers = [content_length]
            elif media_type is usual:
                self.raw_headers = [content_length, content_type]
            else:
                self.raw_headers = [content_length, _CONTENT_TYPES[media_type]]
        else:
            self.body = self.render(content)
            self.init_headers(headers)

    # The class of contents that `render` only encodes, the class's media type as it was made, and the header
    # for that; None if other methods than those written here may have a say, or another charset. One
    # attribute, as those of a class are read slowly.
    _stock: tuple[type[Any], str | None, tuple[bytes, bytes]] | None = (str, None, (b"", b""))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # An own __init__ may set a charset before it calls the one here.
        own = cls.__init__ is not Response.__init__ or cls.init_headers is not Response.init_headers
        if own or cls.charset != "utf-8":
            cls._stock = None
            return
        encoded = str if cls.render is Response.render else _Nothing
        cls._stock = encoded, None, (b"", b"")
        # What is no text, as a property, is read from each response; each says what no header can hold.
        if type(cls.media_type) is str:
            with contextlib.suppress(ValueError):
                cls._stock = encoded, cls.media_type, _CONTENT_TYPES[cls.media_type]

    def render(self, content: Any) -> bytes | memoryview:
        """The body of `content`. Subclasses turn what they take into bytes here."""
        if isinstance(content, str):
            return content.encode(self.charset)
        if content is None:
            return b""
        if isinstance(content, bytes):
            return content
        if isinstance(content, memoryview):
            return content.cast("B") if content.c_contiguous else content.tobytes()
        if isinstance(content, bytearray):
            return bytes(content)
        raise TypeError(
            f"{type(self).__name__} takes str, bytes, memoryview or None, got {type(content).__name__}; "
            "for other values use JSONResponse"
        )

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Set `raw_headers`: the given ones, then Content-Length and Content-Type if they are missing."""
        raw: RawHeaders = []
        names: dict[bytes, bytes] = {}
        if headers is not None:
            raw = [encode_header(name, value) for name, value in headers.items()]
            names = dict(raw)
        # A stream has no body to measure.
        body = getattr(self, "body", None)
        if body is not None and b"content-length" not in names:
            if self.status_code == 200 or not has_no_body(self.status_code):
                length = len(body)
                raw.append(_LENGTHS[length] if length < 1024 else (b"content-length", b"%d" % length))
        media_type = self.media_type
        if media_type is not None and b"content-type" not in names:
            is_utf8 = self.charset == "utf-8"
            raw.append(_CONTENT_TYPES[media_type] if is_utf8 else _content_type(media_type, self.charset))
        self.raw_headers = raw

    @property
    def headers(self) -> MutableHeaders:
        """The headers, to change until they are sent."""
        headers = self._headers
        # Somebody may have put another list into its place.
        if headers is None or headers._list is not self.raw_headers:
            headers = self._headers = MutableHeaders(raw=self.raw_headers)
        return headers

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: int | None = None,
        expires: "datetime | str | int | None" = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: Literal["lax", "strict", "none"] | None = "lax",
        partitioned: bool = False,
    ) -> None:
        """
        Ask the client to keep a cookie.

        Args:
            key: The name, a token.
            value: Latin-1 text; quoted and escaped where it must be.
            max_age: Seconds from now.
            expires: A UTC time, a formatted date, or seconds from now.
            path: Paths below it get the cookie.
            domain: Hosts below it get the cookie; None for this host only.
            secure: Send it over TLS only.
            httponly: Keep it from scripts.
            samesite: Which requests from other sites carry it.
            partitioned: Keep one for each site that embeds this one. Needs `secure`.

        Raises:
            ValueError: A part cannot stand in a cookie.

        Source: RFC 6265 section 4.1.
        """
        cookie = format_cookie(
            key, value, max_age, expires, path, domain, secure, httponly, samesite, partitioned
        )
        self.raw_headers.append((b"set-cookie", cookie))

    def delete_cookie(
        self,
        key: str,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: Literal["lax", "strict", "none"] | None = "lax",
        partitioned: bool = False,
    ) -> None:
        """Ask the client to forget a cookie; path and domain must be those it was set with."""
        self.set_cookie(
            key,
            max_age=0,
            expires=0,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = self.body
        status = self.status_code
        method = scope.get("method")
        if method is None and scope["type"] == "websocket":
            send = await start_denial(scope, receive, send)
        elif method == "HEAD" or (200 != status < 400 and has_no_body(status)):
            body = b""
        await send({"type": "http.response.start", "status": status, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": body})
        if self.background is not None:
            await self.background()


def denies_by_close(scope: Scope) -> bool:
    """Whether a response in this scope comes down to a plain close of a WebSocket handshake."""
    return scope["type"] == "websocket" and "websocket.http.response" not in (scope.get("extensions") or ())


async def take_connect(receive: Receive) -> Message | None:
    """
    Receive the connect message of a WebSocket handshake if it is there; None if it is not.

    An application must have received it before it answers. But it is not waited for: when
    another layer took it already, none would come.
    """
    return await poll(receive)


async def start_denial(scope: Scope, receive: Receive, send: Send) -> Send:
    """
    A send callable by which a response denies a WebSocket handshake.

    Source: ASGI specification, extension "WebSocket Denial Response". Without it a close
    before the accept is all there is; the server answers 403.
    """
    closes = denies_by_close(scope)
    await take_connect(receive)

    async def deny(message: Message) -> None:
        kind = message["type"]
        if not closes:
            if kind in ("http.response.start", "http.response.body"):
                message = {**message, "type": "websocket." + kind}
            await send(message)
        elif kind == "http.response.start":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})

    return deny


class HTMLResponse(Response):
    """An HTML page, from its text."""

    media_type = "text/html"


class PlainTextResponse(Response):
    """Plain text."""

    media_type = "text/plain"


class JSONResponse(Response):
    """
    A value as JSON: compact, UTF-8.

    Raises:
        TypeError: Something in the value has no JSON form.
        ValueError: It holds NaN or Infinity, or itself.
    """

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return encode_json_text(content).encode()


class RedirectResponse(Response):
    """
    Send the client to another URL.

    Args:
        url: Where to; what may not stand in a URL is percent-encoded.
        status_code: 307 keeps method and body, 303 makes it a GET.
        headers: More headers.
        background: Called after the response was sent.
    """

    def __init__(
        self,
        url: str | URL,
        status_code: int = 307,
        headers: Mapping[str, str] | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        super().__init__(b"", status_code, headers, None, background)
        # Reserved characters and "%" stay, so that a URL that is encoded already is not encoded twice.
        self.headers["location"] = quote(str(url), safe=":/%#?=@[]!$&'()*+,;")
