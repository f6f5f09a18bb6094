"""
What differs between two exchanges.

Rule 1: what differs each time for no reason of the app is left out, and counted: dates, request ids, timings.
Rule 2: the attributes are raw, as those of an exchange; what is shown is masked.
Rule 3: a sign, a word and the values: nothing is told by colour.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, field
from difflib import SequenceMatcher, unified_diff
from itertools import zip_longest
from typing import Any

from asgi_nb.record import json_diff, markup
from asgi_nb.record.body import Body, Headers
from asgi_nb.record.export.parts import CONNECTION_HEADERS
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.json_diff import Kind
from asgi_nb.record.masks import (
    MASK,
    is_secret,
    mask_body_text,
    mask_header,
    mask_text,
    shorten,
    visible,
)
from asgi_nb.record.usage import ArgumentError, ArgumentValueError
from asgi_nb.record.websocket import WebSocketMessage, WebSocketRecord

# Headers that a server or a middleware makes anew for each response.
IGNORED = (
    "age",
    "date",
    "server-timing",
    "traceparent",
    "x-correlation-id",
    "x-process-time",
    "x-request-id",
    "x-response-time",
)
# What a client makes of itself, what belongs to one connection, and what follows from the body.
REQUEST_IGNORED = frozenset({"accept-encoding", "sec-websocket-key", "user-agent", *CONNECTION_HEADERS})

SIGNS: dict[Kind, str] = {"added": "+", "removed": "-", "changed": "~"}

# Lines of text that are compared: aligning takes time with the square of their number.
LINES = 2000
# What is shown of one value, and how many differences: two screens.
SHOWN = 120
SHOWN_DIFFERENCES = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same."""

    kind: Kind
    """"changed", "added" or "removed"."""
    place: str
    """Where: "status", "header etag", "body /items/0/name", "message 3", "request path"."""
    old: Any = None
    """What it was; None for what was added."""
    new: Any = None
    """What it is; None for what was removed."""
    shown_old: str = ""
    """What it was, as it may be shown."""
    shown_new: str = ""
    """What it is, as it may be shown."""
    lines: tuple[str, ...] = ()
    """For text, the lines that differ, as in a unified diff, masked."""

    def __str__(self) -> str:
        head = f"{SIGNS[self.kind]} {self.kind} {self.place}"
        if self.lines:
            return "\n".join([head, *(f"    {line}" for line in self.lines)])
        values = {"added": self.shown_new, "removed": self.shown_old}
        return f"{head}: {values.get(self.kind, f'{self.shown_old} → {self.shown_new}')}"


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two exchanges, from the old to the new one."""

    old: str
    """The first one, in a line."""
    new: str
    """The second one, in a line."""
    differences: tuple[Difference, ...] = ()
    """What is not the same: the request's side first, then status, headers and body."""
    ignored: int = 0
    """How many differences were left out because of what is ignored."""
    timing: str = ""
    """How long both took: that differs each time, and is none of `differences`."""

    @property
    def same(self) -> bool:
        """Whether nothing differs but what is ignored."""
        return not self.differences

    def __len__(self) -> int:
        return len(self.differences)

    def __bool__(self) -> bool:
        return bool(self.differences)

    @property
    def summary(self) -> str:
        """One line: "unchanged", or how many differences there are."""
        count = len(self.differences)
        found = "unchanged" if not count else "1 difference" if count == 1 else f"{count} differences"
        return f"{found} ({self.ignored} ignored)" if self.ignored else found

    def __repr__(self) -> str:
        shown = [str(difference) for difference in self.differences[:SHOWN_DIFFERENCES]]
        lines = [f"{self.old}  →  {self.new}: {self.summary}", *shown]
        if len(self.differences) > SHOWN_DIFFERENCES:
            lines.append(f"… {len(self.differences) - SHOWN_DIFFERENCES} more, see .differences")
        return "\n".join([*lines, *([self.timing] if self.timing else [])])

    def _repr_html_(self) -> str:
        rows = [
            [f"{SIGNS[one.kind]} {one.kind}", one.place, one.shown_old or None, one.shown_new or None]
            for one in self.differences[:SHOWN_DIFFERENCES]
        ]
        parts = [markup.table(["", "where", "before", "after"], rows)] if rows else []
        parts += [
            markup.fold(f"{one.place}: lines", markup.block("\n".join(one.lines)), opened=True)
            for one in self.differences[:SHOWN_DIFFERENCES]
            if one.lines
        ]
        if len(self.differences) > SHOWN_DIFFERENCES:
            more = len(self.differences) - SHOWN_DIFFERENCES
            parts.append(f"<div>{markup.text(f'… {more} more, see .differences')}</div>")
        if self.timing:
            parts.append(f"<div>{markup.text(self.timing)}</div>")
        return markup.card(f"{self.old}  →  {self.new}: {self.summary}", parts)


@dataclass(slots=True)
class _Found:
    """Differences as they are found, without those to ignore."""

    names: frozenset[str]
    pointers: tuple[str, ...]
    differences: list[Difference] = field(default_factory=list)
    ignored: int = 0

    def add(
        self, kind: Kind, place: str, old: Any, new: Any, shown_old: str = "", shown_new: str = ""
    ) -> None:
        self.differences.append(Difference(kind, place, old, new, shown_old, shown_new))


def diff(old: Recorded, new: Recorded, *, ignore: Collection[str] = ()) -> Diff:
    """
    Say what differs between two exchanges.

    JSON is compared by structure, text by lines, other bytes by size and by where they first differ, the
    messages of WebSocket sessions one by one.

    Args:
        old: The first exchange.
        new: The second one.
        ignore: Names of headers, and JSON Pointers into the bodies, in which "*" stands for any key or index:
            `("x-a", "/items/*/id")`; also "status", "close" or "request". Beside what IGNORED names.

    Raises:
        TypeError: `new` is no exchange.
        ValueError: `ignore` is one text, or has an empty name in it.

    Source: RFC 6901.
    """
    if isinstance(ignore, str) or not isinstance(ignore, Collection) or "" in ignore:
        raise ArgumentValueError(
            f"ignore must be a collection of header names and JSON Pointers, got {ignore!r}; "
            'write ignore=("x-a", "/items/0/id")'
        )
    if not hasattr(new, "request"):
        raise ArgumentError(f"an exchange is compared with another exchange, got {type(new).__name__}")
    names = frozenset(name.lower() for name in ignore if not name.startswith("/")) | frozenset(IGNORED)
    found = _Found(names, tuple(name for name in ignore if name.startswith("/")))
    if "request" not in names:
        _request(found, old, new)
    _status(found, old, new)
    if old.response and new.response:
        has_body = bool(old.response.body.size or new.response.body.size)
        skipped: Set[str] = {"content-length"} if has_body else set()
        _headers(found, "header", old.response.headers, new.response.headers, skipped)
        _bodies(found, "body", old.response.body, new.response.body)
    if old.websocket and new.websocket:
        _sessions(found, old.websocket, new.websocket)
    times = [None if one.duration is None else f"{one.duration * 1000:.1f} ms" for one in (old, new)]
    timing = "" if None in times else f"time: {times[0]} → {times[1]}"
    return Diff(_label(old), _label(new), tuple(found.differences), found.ignored, timing)


def _label(exchange: Recorded) -> str:
    number = f"#{exchange.seq} " if exchange.seq else ""
    return f"{number}{visible(exchange.request.method)} {shorten(exchange.request.target, 80)}"


def _request(found: _Found, old: Recorded, new: Recorded) -> None:
    for place, was, now in (
        ("request method", old.request.method, new.request.method),
        ("request path", old.request.path, new.request.path),
    ):
        if was != now:
            found.add("changed", place, was, now, visible(was), visible(now))
    if old.request.query_string != new.request.query_string:
        shown = [one.request.target.partition("?")[2] for one in (old, new)]
        found.add("changed", "request query", old.request.query_string, new.request.query_string, *shown)
    _headers(found, "request header", old.request.headers, new.request.headers, REQUEST_IGNORED)
    _bodies(found, "request body", old.request.body, new.request.body)


def _status(found: _Found, old: Recorded, new: Recorded) -> None:
    was, now = (one.status if (one := exchange.response) else None for exchange in (old, new))
    if was == now:
        if was is None and old.state != new.state:
            _count(found, "status", old.state, new.state)
        return
    _count(found, "status", was if was is not None else old.state, now if now is not None else new.state)


def _count(found: _Found, place: str, was: object, now: object) -> None:
    if place in found.names:
        found.ignored += 1
    else:
        found.add("changed", place, was, now, visible(str(was)), visible(str(now)))


def _headers(found: _Found, place: str, old: Headers, new: Headers, skipped: Set[str]) -> None:
    was, now = _by_name(old), _by_name(new)
    for name in [*was, *(name for name in now if name not in was)]:
        if was.get(name) == now.get(name) or name in skipped:
            continue
        if name in found.names:
            found.ignored += 1
            continue
        shown = visible(name)
        for before, after in zip_longest(was.get(name, ()), now.get(name, ())):
            if before != after:
                found.add(
                    "added" if before is None else "removed" if after is None else "changed",
                    f"{place} {shown}",
                    before,
                    after,
                    "" if before is None else shorten(mask_header(name, before).text, SHOWN),
                    "" if after is None else shorten(mask_header(name, after).text, SHOWN),
                )


def _by_name(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _bodies(found: _Found, place: str, old: Body, new: Body) -> None:
    if old.data == new.data and old.size == new.size:
        return
    try:
        was, now = old.decoded, new.decoded
    except ValueError:
        # What is not in its Content-Encoding is compared as it was sent.
        was, now = old.data, new.data
    if was == now and old.size == new.size:
        return
    _values(found, place, was, now, old, new)


def _values(found: _Found, place: str, was: bytes, now: bytes, old: Body, new: Body) -> None:
    if not was or not now:
        kind: Kind = "added" if now else "removed"
        found.add(kind, place, was or None, now or None, _size(old) if was else "", _size(new) if now else "")
        return
    try:
        changes = list(json_diff.compare(json.loads(was), json.loads(now)))
    except (ValueError, RecursionError):
        # One of them is no JSON, or deeper than Python follows.
        _texts(found, place, was, now, old, new)
        return
    _changes(found, place, changes)


def _size(body: Body) -> str:
    return f"{body.size} bytes" + (f" of {visible(body.content_type)}" if body.content_type else "")


def _changes(found: _Found, place: str, changes: Iterable[json_diff.Change]) -> None:
    for change in changes:
        if json_diff.is_ignored(change.pointer, found.pointers):
            found.ignored += 1
            continue
        found.add(
            change.kind,
            f"{place} {visible(change.pointer)}".rstrip(),
            change.old,
            change.new,
            "" if change.kind == "added" else _shown_json(change.pointer, change.old),
            "" if change.kind == "removed" else _shown_json(change.pointer, change.new),
        )


def _shown_json(pointer: str, value: Any) -> str:
    if any(is_secret(part) for part in pointer.split("/")):
        return MASK
    text = json.dumps(value, ensure_ascii=False)
    # More than is shown, so that a secret at the edge is masked as a whole.
    return shorten(visible(mask_text(text[: 8 * SHOWN]).text), SHOWN)


def _texts(found: _Found, place: str, was: bytes, now: bytes, old: Body, new: Body) -> None:
    try:
        texts = [was.decode(old.charset), now.decode(new.charset)]
    except ValueError:
        texts = ["\0"]
    if any("\0" in text for text in texts):
        at = next(
            (i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
        )
        first = f"first difference at byte {at}"
        found.add("changed", place, was, now, _size(old), f"{_size(new)}, {first}")
        return
    masked = [
        mask_body_text(text, body.content_type).text.splitlines()[: LINES + 1]
        for text, body in zip(texts, (old, new), strict=True)
    ]
    cut = any(len(lines) > LINES for lines in masked)
    lines = list(unified_diff(masked[0][:LINES], masked[1][:LINES], "before", "after", n=1, lineterm=""))
    more = [f"… only the first {LINES} lines were compared"] if cut else []
    if not lines:
        more = more or ["what differs is masked, or in the line ends"]
    shown = tuple(shorten(line, 2 * SHOWN) for line in (*lines[2:], *more))
    found.differences.append(Difference("changed", place, was, now, _size(old), _size(new), shown))


def _sessions(found: _Found, old: WebSocketRecord, new: WebSocketRecord) -> None:
    if old.subprotocol != new.subprotocol:
        _count(found, "subprotocol", old.subprotocol, new.subprotocol)
    _headers(found, "header", old.accept_headers, new.accept_headers, set())
    was, now = old.messages, new.messages
    matcher = SequenceMatcher(None, [_key(one) for one in was], [_key(one) for one in now], False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            for before, after in zip_longest(was[old_from:old_to], now[new_from:new_to]):
                _messages(found, before, after)
    codes = [None if one.close is None else one.close.code for one in (old, new)]
    if codes[0] != codes[1]:
        _count(found, "close", codes[0], codes[1])


def _key(message: WebSocketMessage) -> tuple[str, bool, bytes, int]:
    return message.direction, message.is_text, message.data, message.size


def _messages(found: _Found, old: WebSocketMessage | None, new: WebSocketMessage | None) -> None:
    if old is not None and new is not None and old.direction == new.direction and old.is_text and new.is_text:
        place = f"message {old.number} ({old.direction})"
        try:
            changes = list(json_diff.compare(old.json(), new.json()))
        except ValueError:
            # One of them is no JSON: both are shown as they are.
            changes = []
        if changes:
            _changes(found, place, changes)
            return
        found.add("changed", place, old.data, new.data, old.preview(SHOWN)[0], new.preview(SHOWN)[0])
        return
    for kind, message in _one_by_one(old, new):
        shown = f"{'text' if message.is_text else 'binary'} {message.preview(SHOWN)[0]}"
        place = f"message {message.number} ({message.direction})"
        if kind == "removed":
            found.add(kind, place, message.data, None, shown)
        else:
            found.add(kind, place, None, message.data, "", shown)


def _one_by_one(
    old: WebSocketMessage | None, new: WebSocketMessage | None
) -> Iterator[tuple[Kind, WebSocketMessage]]:
    if old is not None:
        yield "removed", old
    if new is not None:
        yield "added", new
