"""Text that is code: a `str` that shows itself as a block, under the name of its language."""

from asgi_nb.record.markup import block, card

# A page of code. What is longer is whole in the text itself.
SHOWN = 20_000


class Code(str):
    """
    Code to copy: a `str` in every respect, shown as a block.

    Args:
        text: The code.
        language: What it is written in: "sh", "cmd", "python" or "http".
    """

    __slots__ = ("language",)

    language: str
    """What it is written in: "sh", "cmd", "python" or "http"."""

    def __new__(cls, text: str, language: str) -> "Code":
        """Make code of a text."""
        code = super().__new__(cls, text)
        code.language = language
        return code

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Let a copy know its language."""
        return str(self), self.language

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return card(self.language, [block(self, SHOWN)])
