"""
The request of an exchange as a page edits it, and what of it was changed.

Rule 1: a page is never shown what is secret. A mask that it leaves in place stands for what it hid.
Rule 2: a page sends only the fields that were edited; the rest is sent as it was recorded, byte by byte.
"""

from collections.abc import Mapping
from typing import Any

from asgi_nb.record.body import Body
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.export.parts import CONNECTION_HEADERS, path_of
from asgi_nb.record.masks import MASK, mask_body_text, mask_header, mask_query, mask_text, shorten, visible
from asgi_nb.record.unmask import restore
from asgi_nb.record.websocket import WebSocketRecord
from asgi_nb.widgets.wire import WireError

# Characters of a body: a text field with more answers no key in time. A cell edits any.
EDIT_LIMIT = 256 * 1024

FIELDS = ("method", "target", "headers", "body", "messages")


def draft(exchange: Exchange) -> dict[str, Any]:
    """
    Show the request of an exchange as text that can be edited.

    Returns:
        `method`, None for a WebSocket; `target`; `headers`, one a line; `body` and `messages`, one a line,
        None where they cannot be edited in a page; `note`, what the reader should know of them.
    """
    websocket, request = exchange.websocket, exchange.request
    body, note = _body_text(request.body) if websocket is None else (None, "")
    length = request.header("content-length") or ""
    if websocket is None and length.isdigit() and int(length) > request.body.size:
        note = (
            f"the app read {request.body.size} of the {length} bytes of the body, and only these were "
            "recorded; write all of it anew"
        )
    messages = None
    if websocket is not None:
        messages, note = _message_lines(websocket)
    return {
        "method": None if websocket else visible(exchange.request.method),
        "target": _shown_target(exchange),
        "headers": "\n".join(f"{name}: {shown}" for name, shown, _ in _headers(exchange)),
        "body": None if body is None else body[0],
        "messages": messages,
        "note": note,
    }


def changes(exchange: Exchange, edits: Mapping[str, Any]) -> dict[str, Any]:
    """
    Read what a page has changed, as `exchange.edit` takes it.

    Args:
        exchange: Where the request comes from.
        edits: Those fields of the draft that were edited.

    Raises:
        WireError: A field cannot be read.
    """
    for name, value in edits.items():
        if name not in FIELDS or not isinstance(value, str):
            raise WireError(f"{name!r} is no text field of a request; there are: {', '.join(FIELDS)}")
    found: dict[str, Any] = {}
    try:
        if "method" in edits:
            found["method"] = edits["method"].strip()
        if "target" in edits:
            found |= _read_target(exchange, edits["target"].strip())
        if "headers" in edits:
            found |= _read_headers(exchange, edits["headers"])
        if "body" in edits:
            found["body"] = _read_body(exchange.request.body, edits["body"])
        if "messages" in edits and exchange.websocket is not None:
            found["messages"] = _read_messages(exchange.websocket, edits["messages"])
    except ValueError as exc:
        raise WireError(str(exc)) from None
    return found


# --- target and headers -------------------------------------------------------------------------------------


def _shown_target(exchange: Exchange) -> str:
    query = mask_query(exchange.request.query_string).text
    return visible(path_of(exchange)) + (f"?{query}" if query else "")


def _read_target(exchange: Exchange, text: str) -> dict[str, Any]:
    path, _, query = text.partition("?")
    old_path, _, old_query = _shown_target(exchange).partition("?")
    found: dict[str, Any] = {}
    if path != old_path:
        found["path"] = path
    if query != old_query:
        found["query"] = restore(query, old_query, exchange.request.query_string.decode("latin-1"))
    return found


def _headers(exchange: Exchange) -> list[tuple[str, str, str]]:
    """Give name, shown value and value of the headers that belong to no one connection."""
    found = []
    for raw_name, raw_value in exchange.request.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name.lower() == "host" or name.lower() not in CONNECTION_HEADERS:
            found.append((visible(name), mask_header(name, value).text, value))
    return found


def _read_headers(exchange: Exchange, text: str) -> dict[str, Any]:
    given: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip():
            raise WireError(f"a header is written as name: value, got {shorten(visible(line), 80)!r}")
        given.setdefault(name.strip().lower(), []).append(value.strip())
    before: dict[str, list[tuple[str, str]]] = {}
    for name, shown, value in _headers(exchange):
        before.setdefault(name.lower(), []).append((shown.strip(), value))
    changed: dict[str, str | bytes | None] = dict.fromkeys(name for name in before if name not in given)
    for name, values in given.items():
        was = before.get(name, [])
        if values == [shown for shown, _ in was]:
            continue
        if len(values) > 1:
            raise WireError(
                f"header {name!r} stands here {len(values)} times, and only the values of one that stands "
                "once can be changed; write them in one line, with commas"
            )
        shown, value = was[0] if len(was) == 1 else ("", "")
        changed[name] = _latin(name, restore(values[0], shown, value))
    return {"headers": changed} if changed else {}


def _latin(name: str, value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        raise WireError(f"header {name!r} has characters that no header can carry: use latin-1") from None


# --- what follows -------------------------------------------------------------------------------------------


def _body_text(body: Body) -> tuple[tuple[str, str] | None, str]:
    """Give the body as it is shown and as it is, or None; and what there is to say of it."""
    kept = f"{body.size} bytes, sent as they were unless something is written here"
    if body.truncated:
        return None, f"only {len(body.data)} of {body.size} bytes are kept; write all of it anew"
    try:
        text = body.decoded.decode(body.charset)
    except ValueError:
        return None, f"no text: {kept}"
    if len(text) > EDIT_LIMIT:
        return None, f"too long for a page: {kept}"
    # A text field has line feeds only.
    text = text.replace("\r\n", "\n")
    shown = mask_body_text(text, body.content_type)
    if shown.masked == 0 and shown.text != text:
        return None, f"it has characters that cannot be shown: {kept}"
    note = f"{MASK} stands for what is hidden; left in place, it is sent as it was" if shown.masked else ""
    return (shown.text, text), note


def _read_body(body: Body, text: str) -> bytes:
    known, _ = _body_text(body)
    if known is not None:
        text = restore(text, *known)
    raw = body.data
    if raw.count(b"\r\n") == raw.count(b"\n") > 0:
        text = text.replace("\n", "\r\n")
    try:
        return text.encode(body.charset)
    except UnicodeEncodeError:
        raise WireError(
            f"the body has characters that are not in the charset {body.charset}, which its Content-Type "
            "names; change that, too, or write others"
        ) from None


def _message_lines(websocket: WebSocketRecord) -> tuple[str | None, str]:
    sent = [one for one in websocket.messages if one.direction == "receive"]
    if websocket.dropped_count or any(one.truncated for one in sent):
        return None, "not all messages of the client are kept; write them anew, one a line"
    if any(not one.is_text or "\n" in one.text for one in sent):
        return (
            None,
            "binary messages, or of several lines: sent as they were unless something is written here",
        )
    if any((shown := mask_text(one.text)).masked == 0 and shown.text != one.text for one in sent):
        return (
            None,
            "some have characters that cannot be shown: sent as they were unless something is written",
        )
    return "\n".join(mask_text(one.text).text for one in sent), "one message of the client a line"


def _read_messages(websocket: WebSocketRecord, text: str) -> list[str]:
    shown, _ = _message_lines(websocket)
    if shown is not None:
        original = "\n".join(one.text for one in websocket.messages if one.direction == "receive")
        text = restore(text, shown, original)
    return text.split("\n") if text else []
