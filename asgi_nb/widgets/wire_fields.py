"""
What a page is told field by field: headers, query, cookies and forms.

Rule 1: each value is masked as everywhere, and says so where it is (`hidden`).
Rule 2: `reveal` is the only way around the masks: one value, for a person who asked for this one. What it
        gives is kept nowhere.
Rule 3: all text is bounded, and what was left out is counted.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from asgi_nb.record.exchange import Body, Exchange, Headers
from asgi_nb.record.explain.find import explain_header
from asgi_nb.record.masks import MASK, Shown, is_secret, mask_header, mask_text, shorten, visible

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

# What one screen shows; of the rest, the number.
FIELDS = 200

NAME = 200
VALUE = 2000

# What a person can look at; a longer value is in Python.
REVEALED = 64 * 1024

Pair = tuple[str, str]


class Part(NamedTuple):
    """One field of a form."""

    name: str
    value: bytes
    """For a file, its bytes."""
    filename: str | None
    """None for a field that is no file."""
    content_type: str
    start: int
    """Where the value begins in the body; -1 in an urlencoded form."""


# --- where fields stand ------------------------------------------------------------------------------------


def _headers(headers: Headers) -> list[Pair]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _response(exchange: Exchange) -> list[Pair]:
    return _headers(exchange.response.headers) if exchange.response else []


def _accept(exchange: Exchange) -> list[Pair]:
    return _headers(exchange.websocket.accept_headers) if exchange.websocket else []


def _query(exchange: Exchange) -> list[Pair]:
    return parse_qsl(exchange.request.query_string.decode("latin-1"), keep_blank_values=True)


def _cookies(exchange: Exchange) -> list[Pair]:
    found = []
    for name, value in exchange.request.headers:
        if name.lower() == b"cookie":
            for cookie in value.decode("latin-1").split(";"):
                key, equals, content = cookie.strip().partition("=")
                # A cookie without "=" is all value: RFC 6265bis section 5.6.
                found.append((key, content) if equals else ("", key))
    return found


def _form(exchange: Exchange) -> list[Pair]:
    body = exchange.request.body
    return [
        (part.name, part.value.decode(body.charset, "replace")) if part.filename is None else (part.name, "")
        for part in read_form(body)
    ]


# Where a field stands -> the raw names and values there, in the order they came.
PLACES: dict[str, Callable[[Exchange], list[Pair]]] = {
    "request": lambda exchange: _headers(exchange.request.headers),
    "response": _response,
    "accept": _accept,
    "query": _query,
    "cookies": _cookies,
    "form": _form,
}

HEADER_PLACES = frozenset({"request", "response", "accept"})


def mask_field(place: str, name: str, value: str) -> Shown:
    """Show the value of a field that stands in one of PLACES."""
    if place in HEADER_PLACES:
        return mask_header(name, value)
    if value and (place == "cookies" or is_secret(name)):
        return Shown(MASK, 1)
    shown = mask_text(value)
    return Shown(shorten(shown.text, VALUE), shown.masked)


def field_rows(exchange: Exchange, place: str) -> list[dict[str, Any]]:
    """Show the fields of one place, in the order they came, duplicates kept."""
    rows = []
    for name, value in PLACES[place](exchange):
        shown = mask_field(place, name, value)
        about = explain_header(name) if place in HEADER_PLACES else None
        rows.append(
            {
                "name": shorten(visible(name), NAME),
                "value": shown.text,
                "hidden": shown.masked > 0,
                "about": f"{about.text} {about.source}" if about else "",
            }
        )
    return rows


def reveal(exchange: Exchange, place: str, index: int) -> str | None:
    """Give one value without its mask; None when there is no such field."""
    pairs = PLACES[place](exchange) if place in PLACES else []
    return visible(pairs[index][1][:REVEALED], lines=True) if index < len(pairs) else None


# --- forms -------------------------------------------------------------------------------------------------


def form(exchange: Exchange) -> dict[str, Any]:
    """Show the form in a request's body: its fields, and of files the name, the type and the size."""
    body = exchange.request.body
    parts = read_form(body)
    rows = []
    for part in parts[:FIELDS]:
        is_file = part.filename is not None
        shown = Shown("", 0) if is_file else mask_field("form", part.name, _text(part, body))
        rows.append(
            {
                "name": shorten(visible(part.name), NAME),
                "value": shown.text,
                "hidden": shown.masked > 0,
                "filename": None if part.filename is None else shorten(visible(part.filename), NAME),
                "content_type": shorten(visible(part.content_type), NAME),
                "size": len(part.value),
            }
        )
    return {"rows": rows, "more": len(parts) - len(rows), "cut": body.truncated}


def _text(part: Part, body: Body) -> str:
    return part.value.decode(body.charset, "replace")


def read_form(body: Body) -> list[Part]:
    """
    Read the fields of a form, as far as the body is kept; none when it is no form.

    Source: WHATWG URL standard, section 5.1; RFC 7578.
    """
    media_type = body.content_type.partition(";")[0].strip().lower()
    try:
        data = body.decoded
    except ValueError:
        # The body is not what its Content-Encoding says: the viewer of its text tells that.
        return []
    if media_type == URLENCODED:
        pairs = parse_qsl(data.decode(body.charset, "replace"), keep_blank_values=True)
        return [Part(name, value.encode(body.charset, "replace"), None, "", -1) for name, value in pairs]
    if media_type == MULTIPART:
        return list(_parts(data, body.content_type))
    return []


_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}


def _parts(data: bytes, content_type: str) -> Iterator[Part]:
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return
    line = b"--" + (boundary[1] or boundary[2]).encode("latin-1", "replace")
    at = 0 if data.startswith(line) else data.find(b"\r\n" + line) + 2
    # find() gives -1 for a body without any part.
    while at != 1 and not data.startswith(b"--", at + len(line)):
        end = data.find(b"\r\n" + line, at)
        end = len(data) if end < 0 else end
        head_end = data.find(b"\r\n\r\n", at, end)
        if head_end >= 0:
            yield _part(data[at:head_end].decode("utf-8", "replace"), data[head_end + 4 : end], head_end + 4)
        if end == len(data):
            return
        at = end + 2


def _part(head: str, value: bytes, start: int) -> Part:
    found: dict[str, str] = {}
    content_type = ""
    for line in head.split("\r\n"):
        name, _, text = line.partition(":")
        if name.strip().lower() == "content-disposition":
            # As browsers write them: WHATWG HTML standard, "multipart/form-data encoding algorithm".
            found = {key.lower(): _unescaped(content) for key, content in _PARAMETER.findall(text)}
        elif name.strip().lower() == "content-type":
            content_type = text.strip()
    return Part(found.get("name", ""), value, found.get("filename"), content_type, start)


def _unescaped(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return re.sub(r'\\(["\\])', r"\1", text)


def hide_in_form(body: Body, data: bytes) -> tuple[bytes, int]:
    """
    Put the mask in the place of secret fields of a multipart form that is shown as bytes.

    Args:
        body: The body.
        data: Its bytes, without its content coding.

    Returns:
        The bytes to show, and how many values were hidden.
    """
    if body.content_type.partition(";")[0].strip().lower() != MULTIPART:
        return data, 0
    pieces: list[bytes] = []
    end = 0
    secret = [
        part
        for part in _parts(data, body.content_type)
        if part.value and part.filename is None and is_secret(part.name)
    ]
    for part in secret:
        pieces += data[end : part.start], MASK.encode()
        end = part.start + len(part.value)
    return b"".join(pieces) + data[end:], len(secret)
