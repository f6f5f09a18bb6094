"""
The kitchen as a picture: when each request ran, when it waited, and who held the loop.

`traffic.timeline()` and `session.timeline()` make one. It stays as it is when more traffic comes.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path

from asgi_nb.record.drawing.picture import draw
from asgi_nb.record.drawing.plain import write_text
from asgi_nb.record.drawing.png import write_png
from asgi_nb.record.drawing.svg import write_svg
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.lanes import Bar, Lanes, LoopBlock, lay_out, milliseconds
from asgi_nb.record.markup import table, text

# Rows of the table below the picture.
SHOWN = 20


class Timeline:
    """
    Many exchanges on one time axis, secrets hidden.

    Args:
        exchanges: Those to show; of more than 1000, the newest.
        seconds: Only what went on in the last so many of them; None for all of it.

    Raises:
        ValueError: `seconds` is not above 0.
    """

    def __init__(self, exchanges: Iterable[Exchange], seconds: float | None = None) -> None:
        self.data: Lanes = lay_out(exchanges, seconds)
        """The lanes of bars, and what was left out."""

    @property
    def lanes(self) -> Sequence[Sequence[Bar]]:
        """Bars that do not overlap, lane by lane. Times are nanoseconds from the picture's left edge."""
        return self.data.lanes

    @property
    def blocks(self) -> Sequence[LoopBlock]:
        """Each time that a request held the loop for more than 100 ms, with whom it kept waiting."""
        return self.data.blocks

    def svg(self, path: str | Path | None = None) -> str | Path:
        """
        Give the picture as SVG, which needs nothing else: no script, no font, no style from outside.

        Args:
            path: The file to write it into; None gives the text.

        Returns:
            The text, or the file's path.
        """
        written = write_svg(draw(self.data))
        if path is None:
            return written
        Path(path).write_text(written, encoding="utf-8")
        return Path(path)

    def png(self, path: str | Path) -> Path:
        """
        Write the picture as PNG, in light colours, two pixels for each of the SVG's.

        Args:
            path: The file.

        Raises:
            ImportError: matplotlib is not installed.
        """
        write_png(draw(self.data), Path(path))
        return Path(path)

    def __repr__(self) -> str:
        return write_text(self.data)

    def _repr_svg_(self) -> str:
        return write_svg(draw(self.data))

    def _repr_html_(self) -> str:
        picture = draw(self.data)
        # As an image: its style stays its own, and no front end takes it for markup that it must not trust.
        source = b64encode(write_svg(picture).encode()).decode()
        alt = text(picture.title)
        image = f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{source}">'
        longest = sorted(self.blocks, key=lambda one: one.start_ns - one.end_ns)
        if not longest:
            return image
        rows = [
            (
                f"{block.seq}  {block.title}",
                milliseconds(block.end_ns - block.start_ns),
                f"{block.place}: {block.text}" if block.text else block.place or "not seen",
                len(block.waiters),
                block.remedy,
            )
            for block in longest[:SHOWN]
        ]
        caption = "Who held the loop, longest first"
        if len(longest) > SHOWN:
            caption = f"Who held the loop: the longest {SHOWN} of {len(longest)} times"
        head = ["Request", "Held it for", "Where", "Others that waited", "What to do"]
        return image + table(head, rows, caption=caption)
