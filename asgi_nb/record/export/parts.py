"""
The request of an exchange in pieces that every format can write.

Rule 1: a secret is a piece of its own, and has the name of an environment variable in the place of its value.
Rule 2: what would be sent is what was recorded, byte for byte, or it is refused; a note says what is missing
        without being wrong.
Rule 3: headers that belong to one connection, or that every client makes by itself, are left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from asgi_nb.record.body import Body, find_header
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.masks import MASK, Shown, mask_body_text, mask_header, mask_query, visible

# Source: RFC 9110 section 7.6.1; RFC 9112 sections 3.2 and 6; RFC 6455 section 4.1.
CONNECTION_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
HANDSHAKE_PREFIX = "sec-websocket-"

# What may stand in a path and query as it is, beside letters and digits. Source: RFC 3986 appendix A, and the
# characters that clients send unescaped against it.
URL_SAFE = "%/:?#[]@!$&'()*+,;=-._~|^`{}\\\"<>"

# What stands in a path that is escaped anew. Source: RFC 3986 section 3.3.
PATH_SAFE = "/:@!$&'()*+,;=-._~"

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is not shown."""

    name: str
    """The environment variable that it is read from."""


Text = tuple[str | Secret, ...]
"""Text with its secrets apart."""
Bytes = tuple[bytes | Secret, ...]
"""Bytes with their secrets apart."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to send."""

    method: str
    """"GET" for a WebSocket's handshake."""
    base: str
    """Scheme, host and port: "http://127.0.0.1:8000"."""
    target: Text
    """The path as it was on the wire, without the prefix of a proxy, and the query."""
    headers: tuple[tuple[str, Text], ...]
    """What the client chose to send, in its order."""
    body: Bytes
    """The body in its Content-Encoding; () for none."""
    content_type: str
    """The value of Content-Type, "" for none."""
    charset: str
    """The encoding of the body's text."""
    notes: tuple[str, ...] = ()
    """What the reader must know."""

    @property
    def url(self) -> Text:
        """The whole URL."""
        return joined((self.base, *self.target))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All that is masked, in the order of use."""
        values = [self.target, *(value for _, value in self.headers), self.body]
        return tuple(piece for value in values for piece in value if isinstance(piece, Secret))

    @property
    def plain_body(self) -> bytes | None:
        """The body, when it holds no secret; None when it does."""
        pieces = [piece for piece in self.body if isinstance(piece, bytes)]
        return b"".join(pieces) if len(pieces) == len(self.body) else None

    def without(self, *names: str) -> tuple[tuple[str, Text], ...]:
        """Give the headers but for those of these names, in lower case."""
        return tuple((name, value) for name, value in self.headers if name.lower() not in names)

    def header(self, name: str) -> Text | None:
        """Give the first value of a header, by a name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Names:
    """Names for environment variables: each given once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def take(self, key: str) -> Secret:
        """Name the secret that has this key: `x-api-key` becomes X_API_KEY, Authorization API_TOKEN."""
        plain = re.sub(r"\W+", "_", key, flags=re.ASCII).strip("_").upper()
        if plain in ("AUTHORIZATION", ""):
            plain = "API_TOKEN"
        if plain[0].isdigit():
            plain = f"SECRET_{plain}"
        count = self._given[plain] = self._given.get(plain, 0) + 1
        return Secret(plain if count == 1 else f"{plain}_{count}")


# The name before a hidden value: `session=`, `"password": "`, `name="pin"` of a multipart field.
_KEY = re.compile(
    r"""([\w.-]+)\\?["'\]]*\s*[=:]\s*\\?["']?(?:(?:Bearer|Basic|Digest)\s+)?\Z""", re.IGNORECASE
)
_FIELD = re.compile(r'[;\s]name="?([^";\r\n]+)"?[^\n]*\n(?:[^\n]*\n)*\r?\n\Z', re.IGNORECASE)


def split(text: str, key: str, names: Names) -> Text:
    """
    Cut a masked text at its masks.

    Args:
        text: What a function of `masks` gave.
        key: What to call a secret without a name before it.
        names: Gives the variables' names.
    """
    first, *rest = text.split(MASK)
    pieces: list[str | Secret] = [first]
    for after in rest:
        before = pieces[-1]
        found = _KEY.search(before[-300:]) or _FIELD.search(before) if isinstance(before, str) else None
        pieces += names.take(found[1] if found else key), after
    return joined(pieces)


def joined(pieces: Iterable[str | Secret]) -> Text:
    """Put neighbouring texts together, and leave empty ones out."""
    result: list[str | Secret] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(result[-1], str):
            result[-1] += piece
        elif piece:
            result.append(piece)
    return tuple(result)


def outgoing(exchange: Recorded, *, secrets: bool = False, base_url: str | None = None) -> Outgoing:
    """
    Take a request apart.

    Args:
        exchange: The exchange; of a WebSocket session, its handshake.
        secrets: Whether to show what is masked otherwise.
        base_url: Scheme, host and port to send it to; by default where it came to.

    Raises:
        ExportError: The body was cut, or holds secrets that cannot be cut out of it.
    """
    request, body = exchange.request, exchange.request.body
    base = (base_url or base_of(exchange)).rstrip("/")
    names = Names()
    query = quote(request.query_string, safe=URL_SAFE).replace(quote(MASK), MASK)
    target: Text = ("?", *_hidden(query, mask_query(query), "query", names, secrets)) if query else ()
    headers: list[tuple[str, Text]] = []
    for raw_name, raw_value in request.headers:
        # A file that was written with masks has them in UTF-8.
        name, charset = raw_name.decode("latin-1"), "utf-8" if MASK.encode() in raw_value else "latin-1"
        value = raw_value.decode(charset, "replace")
        lower = name.lower()
        if lower == "host":
            if base_url is not None or exchange.root_path or _same_host(value, base):
                continue
        elif lower in CONNECTION_HEADERS or lower.startswith(HANDSHAKE_PREFIX):
            continue
        headers.append((name, _hidden(value, mask_header(name, value), name, names, secrets)))
    return Outgoing(
        method="GET" if exchange.websocket else request.method,
        base=base,
        target=joined((path_of(exchange), *target)),
        headers=tuple(headers),
        body=_body(body, names, secrets),
        content_type=body.content_type,
        charset=body.charset,
        notes=tuple(_notes(exchange, base_url)),
    )


def _hidden(raw: str, shown: Shown, key: str, names: Names, secrets: bool) -> Text:
    if secrets or (not shown.masked and MASK not in raw):
        return (raw,) if raw else ()
    if visible(raw) != raw:
        # What is left beside the secret would be other characters than were sent.
        return (names.take(key),)
    return split(shown.text, key, names)


def base_of(exchange: Recorded) -> str:
    """Give scheme, host and port of the server; of the Host header, when the server does not tell."""
    scheme = exchange.scheme
    host, port = exchange.server or (None, None)
    if host is None or port is None:
        header = find_header(exchange.request.headers, "host")
        return f"{scheme}://{header or '127.0.0.1'}"
    # An address that stands for all of a machine's is none to send to.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if DEFAULT_PORTS.get(scheme) == port else f"{scheme}://{name}:{port}"


def _same_host(header: str, base: str) -> bool:
    """Whether a client makes this Host header by itself, or one that leads to the same loopback."""
    names = [
        re.sub(r"\A(localhost|\[::1\])(?=:|\Z)", "127.0.0.1", name) for name in (header, base.split("//")[1])
    ]
    return names[0] == names[1]


def path_of(exchange: Recorded) -> str:
    """Give the path in the form of the wire, below the root path."""
    request = exchange.request
    if not request.raw_path:
        return quote(request.path, safe=PATH_SAFE)
    path = quote(request.raw_path, safe=URL_SAFE).replace("?", "%3F").replace("#", "%23")
    root = quote(exchange.root_path, safe=URL_SAFE)
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        path = path[len(root) :]
    return path or "/"


def _notes(exchange: Recorded, base_url: str | None) -> Iterable[str]:
    if base_url is None and exchange.client is not None and exchange.client[1] == 0:
        yield "the request came over no socket, so the address is a guess: serve the app, or give base_url"
    body = exchange.request.body
    length = find_header(exchange.request.headers, "content-length") or ""
    if length.isdigit() and int(length) > body.size:
        yield f"the app read {body.size} of the {length} bytes of the body; only these were recorded"


def _body(body: Body, names: Names, secrets: bool) -> Bytes:
    if body.truncated:
        raise ExportError(
            f"the request body of exchange {body.seq} was cut: {len(body.data)} of {body.size} bytes "
            "are kept, so the request cannot be sent again as it was"
        )
    data = body.data
    if secrets or not data:
        return (data,) if data else ()
    try:
        decoded = body.decoded
    except ValueError:
        # Not what its Content-Encoding says, so there is no text in it but these bytes.
        decoded = data
    try:
        text = decoded.decode(body.charset)
        exact = decoded == data and text.encode(body.charset) == data
    except ValueError:
        text, exact = decoded.decode("latin-1"), False
    shown = mask_body_text(text, body.content_type)
    if not shown.masked and MASK not in text:
        return (data,)
    lines = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    form = body.content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
    if (
        not exact
        or visible(plain, lines=not form) != plain
        or (lines == "\r\n" and text.count("\n") != text.count("\r\n"))
    ):
        raise ExportError(
            f"the request body of exchange {body.seq} holds {shown.masked} secrets among bytes that are no "
            "plain text, so they cannot be left out; pass secrets=True to copy it as it is"
        )
    pieces = split(shown.text, "secret", names)
    return tuple(
        piece if isinstance(piece, Secret) else piece.replace("\n", lines).encode(body.charset)
        for piece in pieces
    )
