"""An exception as plain data: what is left of it when its frames are gone."""

import linecache
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from asgi_nb.record import postmortem
from asgi_nb.record.postmortem import FIRST_FRAMES, places

# Bounds for what one exception may keep: one that quotes a whole document must not eat the store's budget.
TEXT_LIMIT = 4000
SOURCE_LIMIT = 300
CHAIN_LIMIT = 8
GROUP_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback."""

    label: str
    """The cell, such as "Cell In[3]", or the file's path."""
    lineno: int
    """The line in that cell or file, from 1."""
    function: str
    """The function's qualified name."""
    source: str
    """The line's source without its indent; "" when it is not known."""
    is_cell: bool
    """Whether `label` names a cell of the notebook."""

    @property
    def locals(self) -> dict[str, Any]:
        """
        The local variables, as they are now: of the last exceptions only, see `postmortem.KEPT`.

        Raises:
            FramesGoneError: They are kept no longer.
        """
        return postmortem.locals_of(self)

    def __str__(self) -> str:
        place = self.label if self.is_cell else f'File "{self.label}"'
        return f"  {place}, line {self.lineno}, in {self.function}" + (
            f"\n    {self.source}" if self.source else ""
        )


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An exception that a request met."""

    type: str
    """The class, with its module unless it is a builtin: "json.decoder.JSONDecodeError"."""
    message: str
    """What `str()` gives, at most TEXT_LIMIT characters."""
    frames: tuple[Frame, ...]
    """The traceback, outermost call first; of the server's and the toolkit's frames only one that raised."""
    skipped_frames: int = 0
    """Frames left out after the first FIRST_FRAMES."""
    handled: bool = False
    """Whether a handler turned it into a response; False when it left the app."""
    notes: tuple[str, ...] = ()
    """What `add_note` added. Source: PEP 678."""
    cause: Self | None = None
    """The exception it was raised `from`."""
    context: Self | None = None
    """The exception that was being handled, unless there is a cause or `from None` hid it."""
    exceptions: tuple[Self, ...] = ()
    """The members of an exception group."""

    @classmethod
    def from_exception(
        cls,
        exc: BaseException,
        frame_label: Callable[[str], str | None] | None = None,
        *,
        handled: bool = False,
        keep: bool = False,
    ) -> Self:
        """
        Record an exception with its causes, contexts and group members.

        Args:
            exc: The exception.
            frame_label: Names the cell of a file name, or gives None for an ordinary file.
            handled: Whether a handler turned it into a response.
            keep: Whether its frames stay for `debug()`, for a while. Otherwise nothing of it is kept.
        """
        label = frame_label or _no_cell
        record = cls._record(exc, label, set(), CHAIN_LIMIT)
        if handled:
            record = replace(record, handled=True)
        if keep:
            postmortem.keep(record, exc, label)
        return record

    def debug(self) -> None:
        """
        Open the debugger where the exception was raised, in the cell that calls this.

        In a notebook it is IPython's, else `pdb`; `q` leaves it. Variables are as they are now.

        Raises:
            FramesGoneError: Its frames are kept no longer; those of the last 20 exceptions are.
        """
        postmortem.debug(self)

    @classmethod
    def _record(
        cls, exc: BaseException, frame_label: Callable[[str], str | None], seen: set[int], depth: int
    ) -> Self:
        seen.add(id(exc))

        def follow(others: Iterable[BaseException | None]) -> list[Self]:
            return [
                cls._record(other, frame_label, seen, depth - 1)
                for other in others
                if other is not None and depth and id(other) not in seen
            ]

        hidden = exc.__suppress_context__ or exc.__cause__ is not None
        members = exc.exceptions[:GROUP_LIMIT] if isinstance(exc, BaseExceptionGroup) else ()
        frames, skipped = _frames(exc.__traceback__, frame_label)
        kind = type(exc)
        notes = getattr(exc, "__notes__", ())
        return cls(
            type=kind.__qualname__
            if kind.__module__ == "builtins"
            else f"{kind.__module__}.{kind.__qualname__}",
            message=_message(exc, frame_label)[:TEXT_LIMIT],
            frames=frames,
            skipped_frames=skipped,
            notes=tuple(str(note)[:TEXT_LIMIT] for note in notes) if isinstance(notes, list | tuple) else (),
            cause=next(iter(follow([exc.__cause__])), None),
            context=next(iter(follow([] if hidden else [exc.__context__])), None),
            exceptions=tuple(follow(members)),
        )

    def format(self) -> str:
        """
        Write the traceback as Python does, with cells in the place of file names.

        Raw, as the attributes are: what is shown to others goes through `masks`.
        """
        parts = []
        if self.cause:
            parts += [self.cause.format(), "\nThe exception above was the direct cause of this one:\n"]
        elif self.context:
            parts += [self.context.format(), "\nWhile that exception was handled, this one occurred:\n"]
        if self.frames:
            parts.append("Traceback (most recent call last):")
        for index, frame in enumerate(self.frames):
            if index == FIRST_FRAMES and self.skipped_frames:
                parts.append(f"  … {self.skipped_frames} more frames …")
            parts.append(str(frame))
        parts.append(f"{self.type}: {self.message}" if self.message else self.type)
        parts += self.notes
        for number, member in enumerate(self.exceptions, 1):
            parts.append(f"  +-- {number} of {len(self.exceptions)}")
            parts += [f"  | {line}" for line in member.format().splitlines()]
        return "\n".join(parts)

    @property
    def kept_size(self) -> int:
        """About how many bytes this keeps, for the store's budget."""
        linked = [record for record in (self.cause, self.context) if record] + [*self.exceptions]
        return 2 * len(self.message) + 400 * len(self.frames) + sum(record.kept_size for record in linked)


def _no_cell(filename: str) -> None:
    return None


def _message(exc: BaseException, frame_label: Callable[[str], str | None]) -> str:
    if isinstance(exc, SyntaxError) and exc.filename:
        return f"{exc.msg} ({frame_label(exc.filename) or exc.filename}, line {exc.lineno})"
    try:
        return str(exc)
    except Exception as failure:  # noqa: BLE001 - a user's __str__ may raise anything, and it is told
        return f"<str() of this exception raised {type(failure).__name__}>"


def _frames(
    traceback: TracebackType | None, frame_label: Callable[[str], str | None]
) -> tuple[tuple[Frame, ...], int]:
    found, skipped = places(traceback, frame_label)
    records = []
    for frame, lineno in found:
        code = frame.f_code
        cell = frame_label(code.co_filename)
        source = linecache.getline(code.co_filename, lineno, frame.f_globals).strip()[:SOURCE_LIMIT]
        records.append(Frame(cell or code.co_filename, lineno, code.co_qualname, source, cell is not None))
    return tuple(records), skipped
