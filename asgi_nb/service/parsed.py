"""
What httptools' parser finds in a request, as a scope has it.

Imported where httptools is installed.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import httptools

from asgi_nb.record.plain import Reading

# Longer targets and values are seldom sent twice, and would fill the memory.
REMEMBERED = 256

Target = tuple[str, bytes, bytes]
"""The path, percent-decoded; the path and the query as they came."""


def parse_target(url: bytes) -> Target:
    """
    Part the target of a request.

    Raises:
        httptools.HttpParserInvalidURLError, ValueError: It is none; the parser makes a 400 of both.

    Source: RFC 9112 section 3.2.
    """
    parsed = httptools.parse_url(url)
    raw_path: bytes = parsed.path
    path = raw_path.decode("ascii")
    return unquote(path) if "%" in path else path, raw_path, parsed.query or b""


remembered_target = lru_cache(maxsize=512)(parse_target)
"""The same, remembered: for a target of up to REMEMBERED bytes."""


@lru_cache(maxsize=1024)
def shared_field(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """
    Make a header field, the same one for each request that has it.

    Browsers send the same dozen with each request, and the record keeps thousands of requests.
    """
    return name.lower(), value


@lru_cache(maxsize=64)
def method_name(name: bytes) -> str:
    """Give the text of a method, the same one each time."""
    return name.decode("ascii")


def parse_request(came: bytes, peers: tuple[Any, ...]) -> Reading:
    """
    Read the bytes of one whole request again.

    Args:
        came: Head and body.
        peers: The client, the server and the scheme.

    Returns:
        What its scope said, and its body.
    """
    request = _Request()
    parser = httptools.HttpRequestParser(request)
    parser.feed_data(came)
    path, raw_path, query = parse_target(request.url)
    method = method_name(parser.get_method())
    facts = path, raw_path, query, "", method, peers[2], parser.get_http_version(), peers[1], "http"
    return (facts, tuple(request.headers), ()), request.body


class _Request:
    """What the parser finds in one request."""

    def __init__(self) -> None:
        self.url = self.body = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body
