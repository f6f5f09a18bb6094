"""
What is held, as text that a person can edit, and back.

Rule 1: a page is shown secrets only when it asks for them. What it sends back in their hidden form is put
    back as it was; a hidden value that cannot be found again is refused.
Rule 2: what a page leaves alone stays as it came, byte by byte: it sends only the fields that were edited.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from asgi_nb.live.held import Held, HeldRequest, HeldResponse
from asgi_nb.record.masks import MASK, mask_body_text, mask_header, mask_query, shorten, visible
from asgi_nb.web.datastructures import MutableHeaders
from asgi_nb.widgets.wire import WireError

Raw = TypeVar("Raw")

EDIT_LIMIT = 256 * 1024
"""Characters of a body that a page edits: a text field with more answers no key in time. A cell edits any."""

# What may stand unencoded in a target. Source: RFC 3986 sections 3.3 and 3.4.
_IN_PATH = "/:@!$&'()*+,;=~"
_IN_QUERY = f"{_IN_PATH}%?[]"


def contents(held: Held, reveal: bool) -> dict[str, Any]:
    """
    Show what is held as text that can be edited.

    Args:
        held: What is held.
        reveal: Whether to show what is secret.

    Returns:
        `method` and `target`, or `status`; `headers`, one a line; `body`, None when it cannot be edited here;
        `note`, what the reader should know of the body; `hidden`, whether something is masked.
    """
    content = held.request if held.response is None else held.response
    headers = "\n".join(_header_lines(content.headers, reveal))
    target = target_of(held.request, reveal=reveal)
    body, note, hidden = _body(content, reveal)
    return {
        "n": held.number,
        "stage": held.stage,
        "method": visible(held.request.method),
        "target": target,
        "status": None if held.response is None else held.response.status,
        "headers": headers,
        "body": body,
        "note": note,
        "hidden": hidden or (not reveal and (MASK in headers or MASK in target)),
    }


def target_of(request: HeldRequest, *, reveal: bool) -> str:
    """Give the path, encoded, with its query."""
    query = visible(request.query) if reveal else mask_query(request.query).text
    return quote(request.path, safe=_IN_PATH, errors="replace") + (f"?{query}" if query else "")


def _header_lines(headers: MutableHeaders, reveal: bool) -> list[str]:
    lines = []
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        lines.append(f"{visible(name)}: {visible(value) if reveal else mask_header(name, value).text}")
    return lines


def _body(content: HeldRequest | HeldResponse, reveal: bool) -> tuple[str | None, str, bool]:
    """Give the body as text to edit, or None; what there is to say of it; and whether it is hidden."""
    if content.body is None:
        return None, "the body is streamed or too large to be held: it passes on unchanged", False
    side = "request" if isinstance(content, HeldRequest) else "response"
    size, elsewhere = f"{len(content.body)} bytes", f"change it from a cell, with held.{side}.body"
    if content.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return None, f"{size} in a Content-Encoding: {elsewhere}", False
    try:
        text = content.body.decode()
    except UnicodeDecodeError:
        return None, f"{size} that are no text: {elsewhere}", False
    if len(text) > EDIT_LIMIT:
        return None, f"{size}, too long for a page: {elsewhere}", False
    if reveal:
        return text, "", False
    shown = mask_body_text(text, content.headers.get("content-type", ""))
    if shown.text == text.replace("\r\n", "\n"):
        return text, "", False
    what = f"{shown.masked} values are hidden" if shown.masked else "some characters cannot be seen"
    return None, f"{size}; {what}: press Show to see and edit it", True


def change(held: Held, edits: Mapping[str, Any], reveal: bool) -> None:
    """
    Take over what was edited, all or nothing.

    Args:
        held: What is held.
        edits: The fields of `contents` that were edited.
        reveal: Whether the page had been shown what is secret.

    Raises:
        WireError: A field cannot be read.
    """
    request, response = held.request, held.response
    content = request if response is None else response
    todo: list[Callable[[], None]] = []
    if response is None and "method" in edits:
        method = text_of(edits, "method").strip()
        if not method.isascii() or not method.replace("-", "").isalnum():
            raise WireError(f"a method is letters, such as POST, got {shorten(visible(method), 40)!r}")
        todo.append(lambda: setattr(request, "method", method))
    if response is None and "target" in edits:
        path, query = _read_target(text_of(edits, "target"), request, reveal)
        todo.append(lambda: setattr(request, "path", path))
        todo.append(lambda: setattr(request, "query", query))
    if response is not None and "status" in edits:
        status = read_status(edits)
        todo.append(lambda: setattr(response, "status", status))
    if "headers" in edits:
        headers = _read_headers(text_of(edits, "headers"), content.headers, reveal)
        todo.append(lambda: setattr(content, "headers", headers))
    if "body" in edits:
        text = text_of(edits, "body")
        # A text field has line feeds only; the parts of a multipart body end in both.
        if content.body is not None and content.body.count(b"\r\n") == content.body.count(b"\n") > 0:
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        todo.append(lambda: setattr(content, "body", text.encode("utf-8", "replace")))
    for one in todo:
        one()


def text_of(edits: Mapping[str, Any], key: str) -> str:
    """Read a text that a page sent."""
    value = edits.get(key)
    if not isinstance(value, str):
        raise WireError(f"{key} must be a text, got {type(value).__name__}")
    return value


def read_status(edits: Mapping[str, Any]) -> int:
    """Read a status code of an answer."""
    status = edits.get("status")
    if type(status) is not int or not 200 <= status <= 599:
        raise WireError(f"a status is a number from 200 to 599, got {status!r}")
    return status


def _read_target(text: str, request: HeldRequest, reveal: bool) -> tuple[str, str]:
    path, _, query = text.strip().partition("?")
    if not path.startswith("/"):
        raise WireError(f"a path starts with '/', got {shorten(visible(path), 80)!r}")
    raw = request.query.split("&")
    shown = [visible(pair) if reveal else mask_query(pair).text for pair in raw]
    pairs = _put_back(query.split("&"), shown, raw, str)
    return unquote(path), "&".join(quote(pair, safe=_IN_QUERY) for pair in pairs)


def _read_headers(text: str, before: MutableHeaders, reveal: bool) -> MutableHeaders:
    lines = [line for line in text.splitlines() if line.strip()]
    return MutableHeaders(raw=_put_back(lines, _header_lines(before, reveal), before.raw, _read_header))


def _read_header(line: str) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise WireError(f"a header is written as name: value, got {shorten(visible(line), 80)!r}")
    try:
        # h11 and httptools hand names on in lower case, and so does the ASGI specification.
        return name.strip().lower().encode("ascii"), value.strip().encode("latin-1")
    except UnicodeEncodeError:
        raise WireError(
            f"header {shorten(visible(name), 40)!r} has characters that no header can carry: "
            "names are ASCII, values latin-1"
        ) from None


def _put_back(
    typed: Sequence[str], shown: Sequence[str], raw: Sequence[Raw], read: Callable[[str], Raw]
) -> list[Raw]:
    """Give for each piece that stands as it was shown what it was made of, and read the others."""
    left = list(zip(shown, raw, strict=True))
    found = []
    for piece in typed:
        index = next((at for at, (text, _) in enumerate(left) if text == piece), None)
        if index is not None:
            found.append(left.pop(index)[1])
        elif MASK in piece:
            raise WireError(
                f"{shorten(visible(piece), 80)!r} holds a hidden value, and is not what stood there; "
                "press Show first, or write the whole value"
            )
        else:
            found.append(read(piece))
    return found
