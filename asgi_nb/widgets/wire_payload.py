"""Bodies and messages as a page shows them: decoded, masked, and told apart by what they are."""

import codecs
from typing import NamedTuple

from asgi_nb.record.body import find_header
from asgi_nb.record.exchange import Body, WebSocketMessage
from asgi_nb.record.masks import mask_body_text, mask_text, shorten, visible
from asgi_nb.widgets.wire_fields import hide_in_form

# As much text of a body as is masked and shown: the work is done per question, and takes 0.2 s for 1 MiB.
TEXT_LIMIT = 1 << 20

BINARY = "application/octet-stream"

# What record.body undoes. Source of the names: IANA "HTTP Content Coding Registry".
CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


class Payload(NamedTuple):
    """Bytes as a page shows them."""

    data: bytes
    """Text in UTF-8, masked; or the bytes as they are when they are no text."""
    media_type: str
    """`application/octet-stream` when it is no text."""
    note: str
    """What the reader should know, or ""."""
    declared: str = ""
    """The media type that was declared, whatever the bytes are; "" for none."""


def media_type_of(body: Body) -> str:
    """Give the declared media type without its parameters, in lower case, fit to be shown."""
    return shorten(visible(body.content_type.partition(";")[0].strip().lower()), 80)


def body_payload(body: Body) -> Payload:
    """Show a body: without its content coding, as text where it is text, with secrets hidden."""
    notes = []
    declared = media_type_of(body)
    try:
        data = body.decoded
    except ValueError as exc:
        data = body.data
        notes.append(visible(str(exc)))
    foreign = [coding for coding in _codings(body) if coding not in CODINGS]
    if foreign and data:
        notes.append(
            f"still in Content-Encoding {shorten(visible(foreign[-1]), 40)}, "
            "which Python's standard library cannot undo"
        )
        # What lies inside may be an image, but these bytes are none.
        declared = ""
    if body.truncated:
        notes.append(f"cut: {len(body.data)} of {body.size} bytes are kept")
    if foreign or not is_text(data, body.charset):
        data, masked = hide_in_form(body, data)
        if masked:
            notes.append(f"{masked} masked")
        return Payload(data, BINARY, "; ".join(notes), declared)
    text = data.decode(body.charset, "replace")
    if len(text) > TEXT_LIMIT:
        notes.append(f"the first {TEXT_LIMIT} of {len(text)} characters are shown")
        text = text[:TEXT_LIMIT]
    shown = mask_body_text(text, body.content_type)
    if shown.masked:
        notes.append(f"{shown.masked} masked")
    media_type = declared if declared not in ("", BINARY) else _guessed(shown.text, declared)
    return Payload(shown.text.encode(), media_type, "; ".join(notes), declared)


def _codings(body: Body) -> list[str]:
    return [name.strip().lower() for name in (find_header(body.headers, "content-encoding") or "").split(",")]


def _guessed(text: str, declared: str) -> str:
    if text.lstrip().startswith(("{", "[")):
        return "application/json"
    return "text/plain" if declared == BINARY else declared


def message_payload(message: WebSocketMessage) -> Payload:
    """Show the payload of a WebSocket message."""
    notes = [f"cut: {len(message.data)} of {message.size} bytes are kept"] if message.truncated else []
    if not message.is_text:
        return Payload(message.data, BINARY, "; ".join(notes))
    shown = mask_text(message.text)
    if shown.masked:
        notes.append(f"{shown.masked} masked")
    return Payload(shown.text.encode(), _guessed(shown.text, BINARY), "; ".join(notes))


def is_text(data: bytes, charset: str) -> bool:
    """Tell by its beginning whether a body is text: a declared type may be wrong, and there may be none."""
    head = data[:4096]
    if b"\x00" in head and not charset.lower().startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return False
    try:
        # Incremental: the beginning may end inside a character.
        codecs.getincrementaldecoder(charset)().decode(head)
    except UnicodeDecodeError:
        return False
    return True
