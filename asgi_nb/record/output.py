"""What the code that answers a request printed, logged, warned of and displayed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from asgi_nb.record.masks import mask_text, shorten

Stream = Literal["stdout", "stderr", "log", "warning", "display"]

# As a WebSocket message: 64 KiB are more than anyone reads of one record.
TEXT_LIMIT = 1 << 16

# What one exchange keeps: a screen is 50 lines, a figure is 100 KB. 64 noisy requests fill the default store.
RECORD_COUNT = 1000
RECORD_BYTES = 1 << 20
# The larger parts of a bundle are left out: one picture must not push all else away.
DATA_LIMIT = RECORD_BYTES // 2

# What a record weighs beside its text: 230 bytes by tracemalloc, rounded up.
RECORD_OVERHEAD = 256


@dataclass(frozen=True, slots=True, repr=False)
class OutputRecord:
    """One line or block of output."""

    at_ns: int
    """Nanoseconds from the exchange's start to the first character."""
    stream: Stream
    """Where it was meant to go."""
    text: str
    """What was written; for a display, its plain text. The first TEXT_LIMIT characters."""
    level: str = ""
    """The level of a log record, such as "WARNING"; the class of a warning; "" for others."""
    logger: str = ""
    """The logger's name; "" for what is no log record."""
    data: Mapping[str, str | bytes] = field(default_factory=dict)
    """The MIME bundle of a display; JSON as its text. Empty for others."""
    cut: int = 0
    """Characters, or bytes of a bundle, that were left out."""

    @property
    def size(self) -> int:
        """About how many bytes of memory this takes."""
        return RECORD_OVERHEAD + len(self.text) + sum(map(len, self.data.values()))

    def __repr__(self) -> str:
        words = " ".join(word for word in (self.stream, self.level, self.logger) if word)
        kinds = f" {', '.join(self.data)}" if self.data else ""
        return f"<{words}{kinds}: {shorten(mask_text(self.text).text.rstrip(), 200)!r}>"

    def shortened(self) -> "OutputRecord":
        """Give what may be kept: the beginning of the text, and the parts of a bundle that fit."""
        text, cut = self.text, self.cut
        if len(text) > TEXT_LIMIT:
            # The end of a line stays one: what comes after it is another record.
            end = "\n" if text.endswith("\n") else ""
            cut += len(text) - TEXT_LIMIT
            text = text[: TEXT_LIMIT - len(end)] + end
        room, kept = DATA_LIMIT, {}
        for kind, value in self.data.items():
            if len(value) <= room:
                kept[kind] = value
                room -= len(value)
            else:
                cut += len(value)
        return replace(self, text=text, cut=cut, data=kept) if cut > self.cut else self

    def joined(self, more: "OutputRecord") -> "OutputRecord | None":
        """Give this record with `more` at its end, if that goes on in the same line: `print` writes twice."""
        if self.stream != more.stream or self.stream not in ("stdout", "stderr") or self.text.endswith("\n"):
            return None
        return replace(self, text=self.text + more.text).shortened()


def add_record(records: list[OutputRecord], new: OutputRecord, size: int) -> tuple[int, int]:
    """
    Add a record, and drop the oldest ones that no longer fit.

    Args:
        records: What there is, oldest first.
        new: What came.
        size: What the records take, in bytes.

    Returns:
        What they take then, and how many were dropped.
    """
    joined = records[-1].joined(new) if records else None
    if joined is None:
        records.append(new.shortened())
    else:
        size -= records[-1].size
        records[-1] = joined
    size += records[-1].size
    dropped = 0
    while len(records) > RECORD_COUNT or (size > RECORD_BYTES and len(records) > 1):
        size -= records[0].size
        del records[0]
        dropped += 1
    return size, dropped
