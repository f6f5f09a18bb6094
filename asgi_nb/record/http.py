"""The two sides of an exchange: the request that came, the response that went."""

from dataclasses import dataclass
from typing import Any

from asgi_nb.record.body import Body, Headers, find_header
from asgi_nb.record.masks import mask_query, shorten, visible
from asgi_nb.record.sse import StreamedEvent, read_events


@dataclass(slots=True, eq=False, repr=False)
class RequestRecord:
    """The request, as the server handed it to the app."""

    method: str
    """The HTTP method in upper case; "WS" for a WebSocket handshake, whose scope has none."""
    path: str
    """The path, percent-decoded, with the root path, without the query."""
    raw_path: bytes
    """The path as it stood on the wire, without the query; b"" when the server does not tell."""
    query_string: bytes
    """What stood after the "?", not decoded."""
    headers: Headers
    """The header fields in the order of the wire, duplicates included."""
    body: Body
    """The part of the body that the app has read; a body nobody reads is not recorded."""

    def header(self, name: str) -> str | None:
        """Give the first value of a header, by a name in any case, or None."""
        return find_header(self.headers, name)

    @property
    def text(self) -> str:
        """The body as text. Raises ValueError when it is not what Content-Encoding says."""
        return self.body.text

    def json(self) -> Any:
        """Read the body as JSON. Raises ValueError when it is not JSON, or was cut."""
        return self.body.json()

    @property
    def target(self) -> str:
        """The path with its query, with secret query values hidden: what may be shown."""
        path = visible(self.path)
        return f"{path}?{mask_query(self.query_string).text}" if self.query_string else path

    def __repr__(self) -> str:
        return (
            f"<Request {visible(self.method)} {shorten(self.target, 200)}, "
            f"{len(self.headers)} headers, {self.body.size} bytes read>"
        )


@dataclass(slots=True, eq=False, repr=False)
class ResponseRecord:
    """The response, as the app sent it."""

    status: int
    """The status code."""
    headers: Headers
    """The header fields in the order they were sent, duplicates included; the server may add others."""
    body: Body
    """The body as far as it was sent."""
    trailers: Headers = ()
    """Header fields after the body. Source: ASGI extension http.response.trailers."""
    file: str | None = None
    """The file that the server sends as the body. Source: ASGI extension http.response.pathsend."""

    def header(self, name: str) -> str | None:
        """Give the first value of a header, by a name in any case, or None."""
        return find_header(self.headers, name)

    @property
    def text(self) -> str:
        """The body as text. Raises ValueError when it is not what Content-Encoding says."""
        return self.body.text

    def json(self) -> Any:
        """Read the body as JSON. Raises ValueError when it is not JSON, or was cut."""
        return self.body.json()

    @property
    def events(self) -> list[StreamedEvent]:
        """The server-sent events in the body, with the time of each; empty when it is no event stream."""
        return read_events(self.body)

    def __repr__(self) -> str:
        kind = shorten(visible(self.body.content_type), 60) or "no content type"
        return f"<Response {self.status} {kind}, {self.body.size} bytes>"
