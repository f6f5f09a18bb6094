"""What a reader marked an exchange with: a pin, a note, a colour and tags."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from asgi_nb.record.usage import ArgumentError, ArgumentValueError, expect

Colour = Literal["", "red", "orange", "yellow", "green", "blue", "purple"]
COLOURS: tuple[Colour, ...] = get_args(Colour)[1:]
"""The colours that there are. Each has a sign of its own in the inspector."""

# A tag is a word beside the path, and a row crosses to the page twenty times a second.
TAG_LENGTH = 30
MAX_TAGS = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader noted. Most exchanges have none of it, and hold None in its place."""

    pinned: bool = False
    """Whether the exchange outlives eviction and `Store.clear`."""
    note: str = ""
    """A line in the reader's own words."""
    colour: Colour = ""
    """One of COLOURS; "" for none."""
    tags: tuple[str, ...] = ()
    """Words in the reader's own order, each once."""


class Marked:
    """The part of an exchange that a reader writes."""

    __slots__ = ()

    if TYPE_CHECKING:
        mark: Mark | None

        def _set_mark(self, mark: Mark) -> None:
            """Keep it, and tell who watches."""

    @property
    def pinned(self) -> bool:
        """Whether it outlives eviction and `Store.clear`; set it to keep an exchange."""
        return self.mark is not None and self.mark.pinned

    @pinned.setter
    def pinned(self, value: bool) -> None:
        self._set_mark(replace(self.mark or Mark(), pinned=bool(value)))

    @property
    def note(self) -> str:
        """A line in the reader's own words, shown in the inspector; "" for none."""
        return "" if self.mark is None else self.mark.note

    @note.setter
    def note(self, value: str) -> None:
        expect(value, str, "a note is text")
        self._set_mark(replace(self.mark or Mark(), note=value))

    @property
    def colour(self) -> Colour:
        """One of `"red"`, `"orange"`, `"yellow"`, `"green"`, `"blue"` and `"purple"`; "" for none."""
        return "" if self.mark is None else self.mark.colour

    @colour.setter
    def colour(self, value: Colour) -> None:
        self._set_mark(replace(self.mark or Mark(), colour=read_colour(value)))

    @property
    def tags(self) -> tuple[str, ...]:
        """Words to find it by, as in `traffic.where("tag:slow")`; set them as a whole."""
        return () if self.mark is None else self.mark.tags

    @tags.setter
    def tags(self, value: Iterable[str]) -> None:
        self._set_mark(replace(self.mark or Mark(), tags=read_tags(value)))


def read_colour(value: str) -> Colour:
    """
    Give a colour.

    Raises:
        ArgumentValueError: It is none of COLOURS, and not "".
    """
    for colour in ("", *COLOURS):
        if value == colour:
            return colour
    raise ArgumentValueError(f'a colour is one of {", ".join(COLOURS)}, or "" for none; got {value!r}')


def read_tags(value: Iterable[str]) -> tuple[str, ...]:
    """
    Give tags, each once and without the space around it.

    Raises:
        ArgumentError: They are no texts.
        ArgumentValueError: One is empty, too long or has a comma in it, or there are too many.
    """
    expected = "tags are words, such as ['slow', 'login']"
    if isinstance(value, str | bytes):
        raise ArgumentError(f"{expected}; got one text, {value!r}: write [{value!r}]")
    expect(value, Iterable, expected)
    tags: dict[str, None] = {}
    for tag in value:
        expect(tag, str, expected)
        word = " ".join(tag.split())
        if not word or len(word) > TAG_LENGTH or "," in word:
            raise ArgumentValueError(
                f"a tag has 1 to {TAG_LENGTH} characters and no comma, got {tag[: 2 * TAG_LENGTH]!r}"
            )
        tags[word] = None
    if len(tags) > MAX_TAGS:
        raise ArgumentValueError(f"an exchange has at most {MAX_TAGS} tags, got {len(tags)}")
    return tuple(tags)
