"""How an exchange came of another one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """What an exchange repeats."""

    replay_of: str | None = None
    """The id of the exchange whose request was sent again."""
    edited: tuple[str, ...] = ()
    """What was changed in the request before it was sent: "path", "headers", …; () for nothing."""
