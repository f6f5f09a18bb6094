"""
Where cells come from: the one adapter to IPython, and its stand-in for plain Python.

Rule 1: this is the only file of the floor that knows IPython; all else asks a Notebook.
Rule 2: a notebook runs nothing. It names the cell, lends its namespace and keeps sources,
    so that tracebacks, inspect.getsource and the debugger show what the person wrote.
"""

import __future__

import asyncio
import functools
import itertools
import linecache
import operator
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

# Bits of the compiler's flags that `from __future__ import ...` sets; the others steer
# interactive parsing and would change what a complete source means.
FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of one cell, as far as the front end tells."""

    id: str | None = None
    """The front end's name of the cell, the same at each run; None in a console."""
    execution_count: int | None = None
    """The number in `In[3]`."""
    source: str = ""
    """The whole cell as it was typed, magic line included."""


class Notebook(Protocol):
    """What the live app needs to know about the place its cells run in."""

    @property
    def namespace(self) -> dict[str, Any]:
        """The live global names of the notebook."""

    @property
    def flags(self) -> int:
        """Compiler flags of the `from __future__` imports that the notebook has run."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that cells run on; None where there is none, as in a terminal."""

    def cell(self) -> Cell:
        """Tell which cell is running."""

    def transform(self, source: str) -> str:
        """
        Turn a cell's text, in which `%magic`, `!command` and `name?` may occur, into Python.

        Raises:
            SyntaxError: The text cannot be read far enough to find them.
        """

    def register(self, source: str, raw: str) -> str:
        """
        Keep `source` for tracebacks and the debugger, and return the file name to compile it under.

        Args:
            source: The Python text whose line numbers are those of `raw`.
            raw: The cell as it was typed; the debugger knows the file by it.
        """

    def frame_label(self, filename: str) -> str | None:
        """Name the cell that a traceback's file name stands for, or None for any other file."""


class IPythonNotebook:
    """
    A notebook that runs in an IPython shell, with or without a Jupyter kernel.

    Args:
        shell: The InteractiveShell.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        # A kernel tells; a kernel of another kind runs the cell in which this is made on it.
        io_loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
        self._loop = getattr(io_loop, "asyncio_loop", None) or running_loop()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The kernel's loop."""
        return self._loop

    @property
    def namespace(self) -> dict[str, Any]:
        """The user's global names."""
        names: dict[str, Any] = self.shell.user_ns
        return names

    @property
    def flags(self) -> int:
        """The future imports of the cells run so far."""
        flags: int = self.shell.compile.flags & FUTURE_FLAGS
        return flags

    def cell(self) -> Cell:
        """
        Tell which cell is running, from the front end's message, else from the shell's own record.

        The message goes first: a cell that runs code through `shell.run_cell` is still that cell.

        Source: the Jupyter messaging protocol's execute_request; `cellId` is what front ends add
        to its metadata.
        """
        # Set by IPython exactly while a cell's code runs.
        result = self.shell.displayhook.exec_result
        # The shell's own counter is one ahead by then, from IPython 9 on.
        count = getattr(result, "execution_count", None) or self.shell.execution_count
        parent = self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}
        code = parent.get("content", {}).get("code")
        if code is not None:
            return Cell(parent.get("metadata", {}).get("cellId"), count, code)
        if result is not None:
            return Cell(result.info.cell_id, count, result.info.raw_cell)
        return Cell(execution_count=count)

    def transform(self, source: str) -> str:
        """Apply IPython's input transformers, with the line count kept."""
        lines = source.split("\n")
        # They drop blank lines at the top, which would move every line below.
        blank = len(list(itertools.takewhile(lambda line: not line.strip(), lines)))
        text: str = self.shell.transform_cell("\n".join(lines[blank:]))
        return "\n" * blank + text

    def register(self, source: str, raw: str) -> str:
        """Put the text where IPython keeps its cells, and ipykernel's debugger finds them."""
        name: str = self.shell.compile.cache(source, self.cell().execution_count, raw_code=raw)
        return name

    def debug(self, exc: BaseException, traceback: TracebackType) -> None:
        """Open IPython's debugger in the running cell, at the line that raised."""
        from IPython.core.display_trap import DisplayTrap  # There is a shell, so it is loaded.

        debugger = self.shell.debugger_cls()
        debugger.reset()
        debugger.botframe = traceback.tb_frame
        # Not the front end's display hook: what the debugger evaluates is no result of the cell.
        with DisplayTrap(hook=sys.__displayhook__):
            debugger.interaction(None, traceback)

    def frame_label(self, filename: str) -> str | None:
        """Give `Cell In[3]`, the words of IPython's own tracebacks."""
        words = self.shell.compile.format_code_name(filename)
        return None if words is None else " ".join(words)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Give the loop that runs on this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class PlainNotebook:
    """
    A notebook without IPython: for scripts, tests and other ways to run cells.

    Args:
        namespace: The global names that cell bodies see; a new, empty namespace by default.
    """

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        self.namespace = {"__name__": "__notebook__"} if namespace is None else namespace
        self.flags = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop for `on="kernel"`. Whoever runs cells sets it."""
        self.current = Cell()
        """The running cell. Whoever runs cells sets it."""
        self._labels: dict[str, str] = {}

    def cell(self) -> Cell:
        """Give the cell that was set as `current`."""
        return self.current

    def transform(self, source: str) -> str:
        """Give the text as it is: magics need IPython."""
        return source

    def register(self, source: str, raw: str) -> str:
        """Put the text into the standard library's line cache under a name of its own."""
        number = len(self._labels) + 1
        filename = f"<cell source {number} of {id(self):#x}>"
        count = self.current.execution_count
        self._labels[filename] = f"Cell source {number}" if count is None else f"Cell In[{count}]"
        # Without a modification time, linecache.checkcache keeps the entry.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        return filename

    def frame_label(self, filename: str) -> str | None:
        """Give `Cell In[3]` for a source of a numbered cell, `Cell source 1` for the first of others."""
        return self._labels.get(filename)
