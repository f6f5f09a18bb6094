"""
Server-sent events, as a client would read them from the body of a response.

Source: WHATWG HTML standard, section 9.2.6, "Interpreting an event stream".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asgi_nb.record.body import Body, Chunk
from asgi_nb.record.masks import mask_text, shorten, visible

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, repr=False)
class StreamedEvent:
    """One event of a text/event-stream."""

    number: int
    """1 for the first event of the response."""
    at_ns: int | None
    """Nanoseconds from the exchange's start to the chunk that completed it; None: not known."""
    event: str
    """The type a page listens for; "message" where the stream names none."""
    data: str
    """The data, its lines joined by line feeds."""
    id: str
    """The last id that was set up to here: what a client that reconnects would send."""
    retry: int | None
    """Milliseconds until it would, where this event's lines say so."""

    def json(self) -> Any:
        """Read the data as JSON. Raises ValueError when it is none."""
        try:
            return json.loads(self.data)
        except ValueError as exc:
            raise ValueError(f"the data of event {self.number} is not JSON: {exc}; use .data") from None

    def __repr__(self) -> str:
        at = "" if self.at_ns is None else f" at {self.at_ns / 1e6:.1f} ms"
        named = f" id {visible(shorten(self.id, 40))}" if self.id else ""
        shown = shorten(mask_text(self.data).text, 80)
        return f"<event {self.number}{at}: {visible(shorten(self.event, 40))}{named} {visible(shown)!r}>"


def read_events(body: Body) -> list[StreamedEvent]:
    """
    Read the events of a response's body, as far as it is kept; none when it is no event stream.

    Lines that a client ignores are ignored: comments, unknown fields, an event that the stream's end cut off.
    """
    if body.content_type.partition(";")[0].strip().lower() != "text/event-stream":
        return []
    data = body.decoded
    # Offsets in a compressed body are not those of its text.
    times = _Times(body.chunks) if data == body.data else None
    return parse_events(data, times)


class _Times:
    """When each offset of a body was sent; to be asked for growing offsets."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks
        self._index = 0
        self._end = chunks[0].size if chunks else 0

    def at(self, offset: int) -> int | None:
        """The time of the chunk that holds the byte before `offset`."""
        while self._end < offset and self._index + 1 < len(self._chunks):
            self._index += 1
            self._end += self._chunks[self._index].size
        return self._chunks[self._index].at_ns if self._end >= offset else None


def parse_events(data: bytes, times: _Times | None = None) -> list[StreamedEvent]:
    """
    Interpret an event stream.

    Args:
        data: The stream.
        times: Tells when an offset was sent.
    """
    events: list[StreamedEvent] = []
    start = len(BOM) if data.startswith(BOM) else 0
    kind, lines, last_id, retry = "", [], "", None
    new_id: str | None = None
    size = len(data)
    while start < size:
        end, after = _line_end(data, start)
        if end < 0:
            # The last line has no end: a client waits for more of it.
            break
        line = data[start:end].decode("utf-8", "replace")
        start = after
        if line:
            if line.startswith(":"):
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                lines.append(value)
            elif name == "event":
                kind = value
            elif name == "id":
                if "\0" not in value:
                    new_id = value
            elif name == "retry" and value.isascii() and value.isdigit():
                retry = int(value)
            continue
        if new_id is not None:
            last_id = new_id
        if lines:
            at = None if times is None else times.at(start)
            events.append(
                StreamedEvent(len(events) + 1, at, kind or "message", "\n".join(lines), last_id, retry)
            )
            retry = None
        kind, lines = "", []
    return events


def _line_end(data: bytes, start: int) -> tuple[int, int]:
    """Find where a line ends and the next one starts; lines end with CR LF, LF or CR."""
    feed = data.find(b"\n", start)
    end = data.find(b"\r", start, feed if feed >= 0 else len(data))
    if end < 0:
        return feed, feed + 1
    return end, end + (2 if data[end + 1 : end + 2] == b"\n" else 1)
