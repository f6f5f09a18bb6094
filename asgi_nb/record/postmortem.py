"""
The frames of the last exceptions, for the debugger.

Rule 1: bounded: frames hold whatever a handler had in its hands, so only those of the last KEPT are kept.
Rule 2: records stay plain data. Whose frames they were is found here, by identity.
"""

from collections import deque
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

# Packages whose frames between the app's own tell a reader nothing.
INTERNAL = frozenset({"anyio", "asgi_nb", "asyncio", "fastapi", "starlette", "uvicorn"})

# A recursion error has a thousand frames; both ends tell the story.
FIRST_FRAMES = 10
LAST_FRAMES = 40

KEPT = 20
"""Exceptions whose frames are kept: those of the last page or two of a person's attention."""

FrameLabel = Callable[[str], str | None]
Debugger = Callable[[BaseException, TracebackType], None]
"""Opens a debugger on an exception, and returns when it is left."""


class FramesGoneError(LookupError):
    """The frames of an exception are kept no longer."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"{type(self).__name__}: {self}"]


class _Kept:
    """One exception with its chain."""

    def __init__(self) -> None:
        self.exceptions: list[tuple[object, BaseException, TracebackType | None]] = []
        """(record, exception, its traceback as it was recorded)."""
        self.frames: list[tuple[object, FrameType]] = []
        """(record, frame)."""


_kept: deque[_Kept] = deque(maxlen=KEPT)
_debugger: list[Debugger] = []


def places(
    traceback: TracebackType | None, frame_label: FrameLabel
) -> tuple[list[tuple[FrameType, int]], int]:
    """
    Choose the frames of a traceback that tell a reader something.

    Args:
        traceback: The traceback.
        frame_label: Names the cell of a file name, or gives None for an ordinary file.

    Returns:
        (frame, line) of each, outermost first, and how many were left out of their middle.
    """
    found = []
    while traceback:
        frame = traceback.tb_frame
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        raised_here = traceback.tb_next is None
        # Python's own, as what steps a generator: without a source that could be shown.
        frozen = frame.f_code.co_filename.startswith("<frozen ")
        if not (package in INTERNAL or frozen) or raised_here or frame_label(frame.f_code.co_filename):
            found.append((frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    skipped = max(0, len(found) - FIRST_FRAMES - LAST_FRAMES)
    del found[FIRST_FRAMES : FIRST_FRAMES + skipped]
    return found, skipped


def keep(record: Any, exc: BaseException, frame_label: FrameLabel) -> None:
    """
    Keep the frames of an exception and of its chain, until KEPT others have come.

    Args:
        record: What was recorded of it, an ErrorRecord.
        exc: The exception.
        frame_label: As it was recorded with.
    """
    kept = _Kept()
    pending: list[tuple[Any, BaseException | None]] = [(record, exc)]
    while pending:
        one, raised = pending.pop()
        if one is None or raised is None:
            continue
        kept.exceptions.append((one, raised, raised.__traceback__))
        found, _ = places(raised.__traceback__, frame_label)
        kept.frames += [(entry, frame) for entry, (frame, _) in zip(one.frames, found, strict=True)]
        pending += [(one.cause, raised.__cause__), (one.context, raised.__context__)]
    _kept.append(kept)


def forget() -> None:
    """Let all kept frames go."""
    _kept.clear()


def locals_of(frame: object) -> dict[str, Any]:
    """
    Give the local variables of a recorded frame.

    Raises:
        FramesGoneError: It is kept no longer.
    """
    for kept in _kept:
        for record, real in kept.frames:
            if record is frame:
                return dict(real.f_locals)
    raise _gone()


def debug(record: object) -> None:
    """
    Open the debugger on a recorded exception.

    Raises:
        FramesGoneError: Its frames are kept no longer.
    """
    for kept in _kept:
        for one, exc, traceback in kept.exceptions:
            if one is record and traceback is not None:
                open_debugger = _debugger[-1] if _debugger else _open_pdb
                open_debugger(exc, traceback)
                return
    raise _gone()


def use_debugger(debugger: Debugger | None) -> None:
    """Open this debugger from now on; None stands for Python's own."""
    _debugger[:] = [] if debugger is None else [debugger]


def _open_pdb(exc: BaseException, traceback: TracebackType) -> None:
    import pdb  # Only who debugs pays for it.

    pdb.post_mortem(traceback)


def _gone() -> FramesGoneError:
    return FramesGoneError(
        f"the frames of this exception are gone: those of the last {KEPT} are kept; send the request again, "
        "for example with exchange.replay()"
    )
