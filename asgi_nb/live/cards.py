"""What a definition says of itself when the cell is done."""

from dataclasses import dataclass
from typing import Any

from asgi_nb.live.definitions import Definition, Definitions
from asgi_nb.record import markup


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """One definition, as its cell shows it."""

    definition: Definition
    """What was defined."""
    replaced: Definitions = ()
    """What the definition took the place of."""
    shadowed: Definitions = ()
    """Definitions of other cells with the same method and path, which this one answers in their place."""
    hint: str | None = None
    """Advice on something that is legal and probably not meant."""
    url: str | None = None
    """Where a browser finds it; set by whoever serves the app."""
    said: tuple[str, ...] = ()
    """What went wrong beside it, as the shutdown of what it replaces."""
    tried: str = ""
    """The request that was sent to try it: `POST /items`; "" when there was none."""
    reply: Any = None
    """The response to that request."""

    comparison: Any = None
    """What has changed in the answers to its last requests; None when they were not sent again."""

    @property
    def headline(self) -> str:
        """`GET /items/{item_id:int} → get_items_item_id (cell [3])`."""
        definition = self.definition
        place = definition.place
        where = "" if place == definition.name else f" ({place})"
        if definition.kind in ("middleware", "lifespan"):
            return f"{definition.title}{where}"
        return f"{definition.title} → {definition.origin.function}{where}"

    @property
    def notes(self) -> list[str]:
        """What else there is to know, a line each."""
        new = self.definition
        before = [
            f"replaces {old.title} ({old.place})"
            for old in self.replaced
            # That a cell replaces its own definition goes without saying, unless it has changed its name.
            if old.owner is None or (old.title, old.name) != (new.title, new.name)
        ]
        hidden = [f"shadows {old.title} of {old.place}" for old in self.shadowed]
        placed = ["runs on the kernel's loop, and waits while a cell runs"] if new.on == "kernel" else []
        return [*before, *hidden, *placed, *self.said, *([f"hint: {self.hint}"] if self.hint else [])]

    def __repr__(self) -> str:
        first = self.headline if self.url is None else f"{self.headline}  {self.url}"
        lines = [first, *(f"  {note}" for note in self.notes)]
        if self.reply is not None:
            lines += "", f"tried: {self.tried}", repr(self.reply)
        if self.comparison is not None:
            lines += "", repr(self.comparison)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        title = f"<code>{markup.text(self.headline)}</code>"
        if self.url is not None:
            # A link of any other scheme could run script in the notebook's page.
            safe = self.url.startswith(("http://", "https://"))
            url = markup.text(self.url, limit=2000)
            title += f' <a href="{url}" target="_blank" rel="noopener">{url}</a>' if safe else f" {url}"
        notes = "".join(f"<div>{markup.text(note)}</div>" for note in self.notes)
        reply = ""
        if self.reply is not None:
            reply = f"<div>tried: <code>{markup.text(self.tried)}</code></div>{self.reply._repr_html_()}"
        comparison = "" if self.comparison is None else self.comparison._repr_html_()
        return f"<div>{title}{notes}{reply}{comparison}</div>"
