"""What a removal says of itself when the cell is done."""

from collections.abc import Iterable


class Removed(list[str]):
    """
    The titles of definitions that were taken away, in their order.

    Args:
        titles: As `GET /items`, `websocket /chat` or `middleware timer`.
        exchanges: How many exchanges went away with them.
    """

    def __init__(self, titles: Iterable[str], exchanges: int = 0) -> None:
        super().__init__(titles)
        self.exchanges = exchanges

    def __repr__(self) -> str:
        lines = [f"removed {title}" for title in self] or ["there was nothing to remove"]
        if self.exchanges:
            lines.append(f"forgot {self.exchanges} {'exchange' if self.exchanges == 1 else 'exchanges'}")
        return "\n".join(lines)
