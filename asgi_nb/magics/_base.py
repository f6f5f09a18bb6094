"""
What the magics share: how one is marked, how its line is read, how it complains.

Rule 1: a magic gets its line as it was typed. IPython would take `{item_id:int}` for an
    expression of the notebook.
Rule 2: a mistake is raised, never printed: it must stop "Run All".
"""

import difflib
from argparse import Namespace
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, no_var_expand
from IPython.core.magic_arguments import magic_arguments, parse_argstring

from asgi_nb.kit import Kit, default_kit

F = TypeVar("F", bound=Callable[..., Any])

MARKS = {"line": line_magic, "cell": cell_magic, "line_cell": line_cell_magic}


class MagicError(UsageError):  # type: ignore[misc]
    """
    A magic that was written in a way it cannot be read. Nothing was changed.

    Not IPython's own UsageError, which is printed beside the cell's errors: a front end is told of this one.
    """

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"UsageError: {self}"]


class KitMagics(Magics):  # type: ignore[misc]
    """Magics that work on the default kit."""

    @property
    def kit(self) -> Kit:
        """The kit of this notebook."""
        return default_kit()

    def read(self, method: Callable[..., Any], line: str, example: str) -> Namespace:
        """
        Read a magic's line.

        Args:
            method: The magic.
            line: What stands after its name.
            example: A line that is right, for the error.

        Raises:
            MagicError: An option is unknown or lacks its value, or a quote is open.
        """
        try:
            arguments: Namespace = parse_argstring(method, line)
        except (UsageError, ValueError) as exc:
            raise MagicError(f"{example.split()[0]}: {exc}; write for example: {example}") from None
        return arguments

    def variable(self, magic: str, name: str) -> Any:
        """
        Give the notebook's variable of that name.

        Raises:
            MagicError: There is none.
        """
        names = self.shell.user_ns
        if name not in names:
            own = [known for known in names if known not in self.shell.user_ns_hidden]
            close = difflib.get_close_matches(name, own, 1)
            advice = f"did you mean {close[0]}?" if close else "run the cell that defines it first"
            raise MagicError(f"{magic}: no variable named {name!r}; {advice}")
        return names[name]


def magic(kind: Literal["line", "cell", "line_cell"], *arguments: Callable[[Any], Any]) -> Callable[[F], F]:
    """
    Mark a method as a magic.

    Args:
        kind: How it may be written: `%name`, `%%name`, or both.
        arguments: What `IPython.core.magic_arguments.argument` gives, in the order of the help text.
    """

    def mark(method: F) -> F:
        marked: F = MARKS[kind](method)
        for argument in reversed(arguments):
            marked = argument(marked)
        # The usage line begins with one percent sign; what stands above a cell has two.
        shown = method.__name__ if kind == "line" else f"%{method.__name__}"
        marked = no_var_expand(magic_arguments(shown)(marked))
        return marked

    return mark


def body_of(cell: str | None, example: str) -> str:
    """
    Give the text below a cell magic.

    Args:
        cell: That text; None when the magic was written with one percent sign.
        example: A first line that is right.

    Raises:
        MagicError: There is no text.
    """
    name = example.split()[0]
    if cell is None:
        raise MagicError(
            f"{name.removeprefix('%')} has no cell below it; write {name}, with two percent signs, "
            f"as the first line of a cell: {example}"
        )
    if not cell.strip():
        raise MagicError(f"{name}: the cell below the line is empty; write the body of the handler there")
    return cell
