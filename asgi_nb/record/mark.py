"""What a reader noted about an exchange."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A pin and a note. Most exchanges have neither, and hold None in its place."""

    pinned: bool = False
    """Whether the exchange outlives eviction and `Store.clear`."""
    note: str = ""
    """A line in the reader's own words."""
