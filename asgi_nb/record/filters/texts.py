"""
What of an exchange can be searched: its texts, as they are, and its named values.

Rule: these are raw. A filter says only whether an exchange meets it, and it is the kernel's owner who asks;
      what a filter finds is shown through `masks`, as everything is.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

from asgi_nb.record.body import Body, Headers
from asgi_nb.record.exchange import Exchange

# What is searched of one body: as much as is kept of one that is not compressed.
SEARCHED = 1 << 20

Pairs = Iterator[tuple[str, str]]


def path(exchange: Exchange) -> Iterator[str]:
    """Give the path, and the path with its query, as it was sent and decoded."""
    request = exchange.request
    yield request.path
    if request.query_string:
        query = request.query_string.decode("latin-1")
        yield f"{request.path}?{query}"
        yield f"{request.path}?{unquote(query.replace('+', ' '))}"


def route(exchange: Exchange) -> Iterator[str]:
    """Give the path of the route that matched."""
    if exchange.route_path is not None:
        yield exchange.route_path


def method(exchange: Exchange) -> Iterator[str]:
    """Give the method; "WS" for a WebSocket."""
    yield exchange.request.method


def client(exchange: Exchange) -> Iterator[str]:
    """Give the peer's host, and with its port."""
    if exchange.client is not None:
        host, port = exchange.client
        yield host
        yield f"{host}:{port}"


def host(exchange: Exchange) -> Iterator[str]:
    """Give the host that was asked for."""
    value = exchange.request.header("host")
    if value is not None:
        yield value


def media_type(exchange: Exchange) -> Iterator[str]:
    """Give the media types of both bodies, without parameters."""
    for body in _bodies(exchange):
        kind = body.content_type.partition(";")[0].strip()
        if kind:
            yield kind


def body(exchange: Exchange) -> Iterator[str]:
    """Give the texts of both bodies."""
    for each in _bodies(exchange):
        yield from _text(each)


def request_body(exchange: Exchange) -> Iterator[str]:
    """Give the text of the request's body."""
    yield from _text(exchange.request.body)


def response_body(exchange: Exchange) -> Iterator[str]:
    """Give the text of the response's body."""
    if exchange.response is not None:
        yield from _text(exchange.response.body)


def message(exchange: Exchange) -> Iterator[str]:
    """Give the WebSocket messages that are kept, newest first, and the close reason."""
    if exchange.websocket is not None:
        yield from (message.text for message in reversed(exchange.websocket.messages))
        if exchange.websocket.close is not None:
            yield exchange.websocket.close.reason


def output(exchange: Exchange) -> Iterator[str]:
    """Give what was printed, logged, warned of and displayed."""
    for record in list(exchange.output):
        yield f"{record.level} {record.logger} {record.text}" if record.level else record.text


def error(exchange: Exchange) -> Iterator[str]:
    """Give the exception as it is shown, and what broke the protocol."""
    if exchange.error is not None:
        yield exchange.error.type
        yield exchange.error.format()
    for fault in list(exchange.faults):
        yield fault.text


def note(exchange: Exchange) -> Iterator[str]:
    """Give what a reader noted."""
    if exchange.note:
        yield exchange.note


def tags(exchange: Exchange) -> tuple[str, ...]:
    """Give what a reader tagged it with."""
    return exchange.tags


def everything(exchange: Exchange) -> Iterator[str]:
    """Give all texts, the short ones first."""
    yield from method(exchange)
    if exchange.status is not None:
        yield str(exchange.status)
    yield from path(exchange)
    yield from route(exchange)
    yield from note(exchange)
    yield from tags(exchange)
    yield "\n".join(f"{name}: {value}" for name, value in headers(exchange))
    yield from error(exchange)
    yield from output(exchange)
    yield from message(exchange)
    yield from body(exchange)


# --- names with values


def request_headers(exchange: Exchange) -> Pairs:
    """Give the request's header fields."""
    yield from _fields(exchange.request.headers)


def response_headers(exchange: Exchange) -> Pairs:
    """Give the response's header fields and trailers; for a socket, those of the handshake's answer."""
    if exchange.response is not None:
        yield from _fields(exchange.response.headers)
        yield from _fields(exchange.response.trailers)
    if exchange.websocket is not None:
        yield from _fields(exchange.websocket.accept_headers)


def headers(exchange: Exchange) -> Pairs:
    """Give the header fields of both sides."""
    yield from request_headers(exchange)
    yield from response_headers(exchange)


def cookies(exchange: Exchange) -> Pairs:
    """Give the cookies that came, and those that were set."""
    for name, value in request_headers(exchange):
        if name.lower() == "cookie":
            yield from (_split(pair) for pair in value.split(";"))
    for name, value in response_headers(exchange):
        if name.lower() == "set-cookie":
            yield _split(value.partition(";")[0])


def query(exchange: Exchange) -> Pairs:
    """Give the query's keys and values, decoded."""
    # errors: bytes that are no UTF-8 become "\ufffd", as in request.path.
    yield from parse_qsl(exchange.request.query_string.decode("latin-1"), keep_blank_values=True)


def _split(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name.strip(), value.strip()


def _fields(headers: Headers) -> Pairs:
    for name, value in headers:
        yield name.decode("latin-1"), value.decode("latin-1")


def _bodies(exchange: Exchange) -> Iterator[Body]:
    yield exchange.request.body
    if exchange.response is not None:
        yield exchange.response.body


def _text(body: Body) -> Iterator[str]:
    if not body.size:
        return
    try:
        data = body.decoded
    except ValueError:
        # Not what Content-Encoding says: what there is can be searched.
        data = body.data
    # Pictures and archives have NUL bytes early; UTF-16 and -32 have them too, and say so.
    if b"\x00" in data[:1024] and body.charset == "utf-8":
        return
    yield data[:SEARCHED].decode(body.charset, "replace")
