"""What is wrong with a filter, and where."""

from difflib import get_close_matches

from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.usage import OneLine

# A filter is a line that somebody types; the page around it shows about so much.
SHOWN = 120


class FilterError(OneLine, ValueError):
    """
    A filter cannot be read, or takes too long.

    `str()` gives the reason, and the filter with a mark beneath the place.
    """

    def __init__(self, reason: str, text: str = "", position: int = 0, end: int | None = None) -> None:
        super().__init__(reason, text, position, end)
        self.reason = reason
        """What was got, what was expected and what to do: one line."""
        self.text = text
        """The filter."""
        self.position = position
        """Where in it the trouble begins, in characters from 0."""
        self.end = max(position + 1, position if end is None else end)
        """Where the trouble ends; at least one character on, so that there is something to mark."""

    def __str__(self) -> str:
        if not self.text:
            return self.reason
        # Long filters are shown around the place.
        start = max(0, self.position - SHOWN // 2)
        before = ("…" if start else "") + visible(self.text[start : self.position])
        marked = visible(self.text[self.position : self.end])
        line = shorten(before + marked + visible(self.text[self.end :]), SHOWN)
        width = max(1, min(len(marked), SHOWN - len(before)))
        return f"{self.reason}\n  {line}\n  {' ' * len(before)}{'^' * width}"


def suggest(word: str, known: list[str]) -> str:
    """Say which of the known words was probably meant, else which there are: the end of an error."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(sorted(known))}"
