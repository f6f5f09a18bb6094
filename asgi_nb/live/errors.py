"""What goes wrong in a cell, told at its own line: to the person who wrote it, and to who sent a request."""

import asyncio
import inspect
import linecache
import re
from html import escape
from types import TracebackType
from typing import Any

from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.masks import visible
from asgi_nb.web.responses import HTMLResponse, PlainTextResponse, Response

# Lines of source around the one that failed: enough for a loop's head, few enough for one look.
CONTEXT_LINES = 3

# What asyncio says of a lock or queue, and of a future, that another loop waits for; aiohttp of a session.
OTHER_LOOP = re.compile(
    r"<([\w.]+).* is bound to a different event loop|got (?:Future )?<(\w+).* attached to a different loop"
    r"|Timeout context manager should be used inside a task",
    re.S,
)

UNBOUND = re.compile(r"local variable '(\w+)'")

# One page, no script and nothing from elsewhere; `color-scheme` makes the browser follow the reader's theme.
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>500: {kind}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
h1 {{ font-size: 1.25rem; overflow-wrap: anywhere }}
pre {{ overflow-x: auto; padding: .75rem; border: 1px solid currentColor; border-radius: .25rem }}
.failed {{ font-weight: 700 }}
</style>
</head>
<body>
<h1>{headline}</h1>
<p>{where}</p>
{source}
<h2>Traceback</h2>
<pre>{traceback}</pre>
</body>
</html>
"""


class CellError(ValueError):
    """
    A cell that cannot become an endpoint. Nothing was changed.

    Not a SyntaxError: IPython renders those itself, at a line of the wrong text.

    Args:
        message: What was got, what was expected, what to do.
        label: The cell, as tracebacks name it: `Cell In[3]`.
        lineno: The line of the cell, from 1.
        line: That line as it was typed.
        columns: Where in `line` the mistake begins and ends, from 0, end exclusive.
    """

    def __init__(
        self,
        message: str,
        *,
        label: str | None = None,
        lineno: int | None = None,
        line: str | None = None,
        columns: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.label = label
        self.lineno = lineno
        self.line = line
        self.columns = columns

    def __str__(self) -> str:
        if self.lineno is None:
            return self.message
        shown = [self.message, f"  {self.label or 'the cell'}, line {self.lineno}"]
        if self.line is not None and self.line.strip():
            text = self.line.strip()
            shown.append(f"    {text}")
            if self.columns is not None:
                indent = len(self.line) - len(self.line.lstrip())
                # A caret may stand one past the end: something is missing there.
                start = min(max(0, self.columns[0] - indent), len(text))
                end = max(start + 1, min(self.columns[1] - indent, len(text)))
                shown.append("    " + " " * start + "^" * (end - start))
        return "\n".join(shown)

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"{type(self).__name__}: {self}"]


def advise(
    exc: BaseException,
    namespace: dict[str, Any],
    on: str = "",
    kernel_loop: asyncio.AbstractEventLoop | None = None,
) -> None:
    """
    Note on an exception what its text leaves out.

    That assigning to a notebook's name made it local; that an object belongs to the loop of another place.

    Args:
        exc: What a handler raised.
        namespace: The notebook's names.
        on: Where the handler ran.
        kernel_loop: The loop that cells run on, if there is one.
    """
    note = None
    if isinstance(exc, UnboundLocalError):
        note = _scope_advice(str(exc), namespace)
    elif isinstance(exc, RuntimeError) and (match := OTHER_LOOP.search(str(exc))) is not None:
        kind = (match[1] or match[2] or "object").rpartition(".")[2]
        name = _foreign_name(exc, namespace, on, kernel_loop)
        subject = f"this {kind}" if name is None else f"{name}, a {type(namespace[name]).__name__},"
        note = f"{subject} {_loop_advice(on)}"
    # One exception may be raised again and again.
    if note is not None and note not in getattr(exc, "__notes__", ()):
        exc.add_note(note)


def _scope_advice(said: str, namespace: dict[str, Any]) -> str | None:
    match = UNBOUND.search(said)
    if match is None or match[1] not in namespace:
        return None
    name = match[1]
    return f"{name} is assigned in this cell, so it is local to it; for the notebook's own: global {name}"


def _foreign_name(
    exc: BaseException, namespace: dict[str, Any], on: str, kernel_loop: asyncio.AbstractEventLoop | None
) -> str | None:
    """Find the name of what belongs to another loop, among those that the failing code uses."""
    said = str(exc)
    likely = None
    traceback = exc.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_globals is namespace:
            for name in traceback.tb_frame.f_code.co_names:
                value = namespace.get(name)
                if f" at {id(value):#x} " in said or f" at {id(value):#x}>" in said:
                    return name
                loop = _loop_of(value)
                if loop is not None and (loop is kernel_loop) == (on != "kernel"):
                    likely = name
        traceback = traceback.tb_next
    return likely


def _loop_of(value: object) -> asyncio.AbstractEventLoop | None:
    """Give the loop of a lock, a queue, a future, or of what most libraries call a pool or a session."""
    # Looked at before it is asked: a proxy would run code of its own.
    found = inspect.getattr_static(value, "_loop", None)
    if found is None or isinstance(found, property):
        return None
    loop = getattr(value, "_loop", None)
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None


def _loop_advice(on: str) -> str:
    if on == "kernel":
        return (
            "was first awaited on the server's loop, and this route runs on the kernel's; make another one "
            "in an async cell, or run the route there: --on server, or on='server'"
        )
    return (
        "was first awaited in a cell, on the kernel's loop, and this route runs elsewhere; run the route on "
        "that loop: --on kernel, or on='kernel'; or make it in a %%asgi_lifespan cell, which runs on the "
        "server's loop"
    )


def failure_response(exc: Exception, record: ErrorRecord, where: str, *, html: bool) -> Response:
    """
    Make a 500 that shows an exception and the lines of the cell that raised it.

    Args:
        exc: The exception, with its traceback.
        record: The same as plain data, its frames labelled.
        where: What failed: `GET /items, cell [3]`.
        html: Whether the client asked for HTML.
    """
    headline = _headline(record)
    traceback = visible(record.format(), lines=True)
    if not html:
        return PlainTextResponse(f"500: {visible(headline)}\nin {where}\n\n{traceback}\n", status_code=500)
    page = PAGE.format(
        kind=escape(record.type),
        headline=escape(visible(headline)),
        where=f"in {escape(visible(where))}",
        source=_source(exc, record),
        traceback=escape(traceback),
    )
    return HTMLResponse(page, status_code=500)


def failure_line(record: ErrorRecord) -> str:
    """Say in one line what was raised, and at which line of a cell."""
    cell = _cell_frame(record)
    place = "" if cell is None else f" ({cell.label}, line {cell.lineno})"
    return visible(_headline(record)) + place


def _headline(record: ErrorRecord) -> str:
    return f"{record.type}: {record.message}" if record.message else record.type


def _cell_frame(record: ErrorRecord) -> Frame | None:
    """Give the innermost frame that is of a cell."""
    return next((frame for frame in reversed(record.frames) if frame.is_cell), None)


def _source(exc: Exception, record: ErrorRecord) -> str:
    """Show the lines around the innermost line of a cell."""
    cell = _cell_frame(record)
    if cell is None:
        return ""
    filename = _file_of(exc.__traceback__, cell.lineno, cell.function)
    lines = []
    for number in range(max(1, cell.lineno - CONTEXT_LINES), cell.lineno + CONTEXT_LINES + 1):
        line = linecache.getline(filename, number).rstrip("\n")
        if not line and number > cell.lineno:
            break
        mark = "→" if number == cell.lineno else " "
        text = escape(visible(f"{mark} {number:>4}  {line}"))
        lines.append(f'<span class="failed">{text}</span>' if number == cell.lineno else text)
    shown = "\n".join(lines)
    return f"<h2>{escape(cell.label)}, line {cell.lineno}</h2>\n<pre>{shown}</pre>"


def _file_of(traceback: TracebackType | None, lineno: int, function: str) -> str:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if (traceback.tb_lineno, code.co_qualname) == (lineno, function):
            return code.co_filename
        traceback = traceback.tb_next
    return ""
