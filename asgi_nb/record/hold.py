"""What is kept of a hold: how long a request waited for a person, and what the person changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """One time that an exchange was held."""

    at_ns: int
    """When, in nanoseconds from the exchange's start."""
    duration_ns: int
    """For how long; it is none of the handler's time."""
    stage: str
    """"request", before the app saw it, or "response", before its answer went out."""
    where: str
    """The filter of the hold."""
    ended: str
    """"went on", "answered", "reset", "timed out", "client left" or "cancelled"."""
    changes: tuple[str, ...] = ()
    """What was changed, in words, with secrets masked."""

    def with_changes(self, changes: Sequence[str]) -> "HoldRecord":
        """Give the same with what was changed."""
        return replace(self, changes=(*self.changes, *changes))

    def __str__(self) -> str:
        changed = f"; {', '.join(self.changes)}" if self.changes else ""
        return f"held at the {self.stage} for {self.duration_ns / 1e9:.1f} s, {self.ended}{changed}"


def without_holds(duration: float, holds: Sequence[HoldRecord]) -> float:
    """
    Take out of a duration what a person took to decide: it says nothing of the app.

    Args:
        duration: Seconds.
        holds: When the same exchange was held.
    """
    return max(0.0, duration - sum(one.duration_ns for one in holds) / 1e9) if holds else duration
