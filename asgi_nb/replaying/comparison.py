"""Requests that were sent again, and what has changed in their answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

from asgi_nb.record import markup
from asgi_nb.record.diff import Diff
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import shorten, visible

# Lines of differences that are shown of each; `.diff` has them all.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """One request, as it was answered then and now."""

    old: Exchange
    """As it was."""
    new: Exchange | None = None
    """As it is; None when it was not sent again."""
    diff: Diff | None = None
    """What differs; None when it was not sent again."""
    skipped: str = ""
    """Why it was not sent again."""

    @property
    def title(self) -> str:
        """The request: `GET /items?q=tea`."""
        request = self.old.request
        return f"{visible(request.method)} {shorten(request.target, 120)}"

    @property
    def result(self) -> str:
        """`unchanged`, `2 differences` or `skipped: why`."""
        return f"skipped: {self.skipped}" if self.diff is None else self.diff.summary

    def __repr__(self) -> str:
        lines = [f"{self.title}  {self.result}"]
        if self.diff:
            found = "\n".join(map(str, self.diff.differences)).splitlines()
            lines += [f"  {line}" for line in found[:SHOWN]]
            if len(found) > SHOWN:
                lines.append(f"  … {len(found) - SHOWN} more lines, see .diff")
        return "\n".join(lines)


class Comparison(Sequence[Compared]):
    """
    Several requests, each as it was answered then and now.

    Args:
        compared: The requests.
        empty: What to say when there is none.
    """

    def __init__(self, compared: Iterable[Compared], empty: str = "nothing to compare with") -> None:
        self._compared = tuple(compared)
        self._empty = empty

    @overload
    def __getitem__(self, index: int) -> Compared: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Compared, ...]: ...

    def __getitem__(self, index: int | slice) -> Compared | tuple[Compared, ...]:
        return self._compared[index]

    def __len__(self) -> int:
        return len(self._compared)

    @property
    def same(self) -> bool:
        """Whether no answer has changed; what was skipped counts for nothing."""
        return not any(one.diff for one in self._compared)

    @property
    def headline(self) -> str:
        """`3 requests sent again: 2 unchanged, 1 changed`."""
        if not self._compared:
            return self._empty
        counts = {
            "unchanged": sum(one.diff is not None and one.diff.same for one in self._compared),
            "changed": sum(bool(one.diff) for one in self._compared),
            "skipped": sum(one.diff is None for one in self._compared),
        }
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        sent = len(self._compared) - counts["skipped"]
        return f"{sent} request{'s' * (sent != 1)} sent again: {said}"

    def __repr__(self) -> str:
        return "\n".join([self.headline, *map(repr, self._compared)])

    def _repr_html_(self) -> str:
        parts = []
        for one in self._compared:
            if one.diff:
                parts.append(markup.fold(f"{one.title}: {one.result}", one.diff._repr_html_(), opened=True))
            else:
                parts.append(f"<div>{markup.text(one.title)}: {markup.text(one.result)}</div>")
        return markup.card(self.headline, parts)
