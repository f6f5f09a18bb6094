"""
The page that a failed request shows while debugging.

Everything that comes from code, data or the exception is escaped: the page is opened in the browser that the
notebook runs in. Source lines are shown, values of variables are not: they may be secrets.
"""

import html
import linecache
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType

__all__ = ["error_page", "error_text"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #59636e; --page: #fff; --box: #f6f8fa;
  --line: #d0d7de; --bad: #b3261e; --mark: #fff1e5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --page: #0d1117;
  --box: #151b23; --line: #3d444d; --bad: #ff7b72; --mark: #3a2a18; } }
body { margin: 2rem auto; max-inline-size: 60rem; padding-inline: 1rem; color: var(--ink);
  background: var(--page); font: 1rem/1.5 system-ui, sans-serif; }
h1 { color: var(--bad); font-size: 1.4rem; margin-block-end: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-block: 2rem 0.5rem; }
p { margin-block: 0.25rem; color: var(--dim); }
.message { color: var(--ink); white-space: pre-wrap; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 6px; margin-block: 0.5rem; background: var(--box); }
summary { padding: 0.4rem 0.8rem; cursor: pointer; overflow-wrap: anywhere; }
summary code { color: var(--dim); }
ol { list-style: none; margin: 0; padding: 0; border-block-start: 1px solid var(--line); overflow-x: auto; }
li { font: 0.85rem/1.6 ui-monospace, monospace; white-space: pre; padding-inline: 0.8rem; }
li span { display: inline-block; inline-size: 4ch; margin-inline-end: 1.5ch; text-align: end; }
li[aria-current] { background: var(--mark); font-weight: 600; }
"""

_RELATIONS = {
    "cause": "It was caused by",
    "context": "It was raised while this was handled",
}


def error_text(exc: BaseException) -> str:
    """The traceback as Python prints it."""
    return _encodable("".join(traceback.format_exception(exc)))


def error_page(exc: BaseException, lines: int) -> str:
    """
    The traceback as an HTML page: the exception and its innermost frame first, then what led to it.

    Args:
        exc: The exception.
        lines: How many lines of source are shown for each frame.
    """
    parts = []
    for error, relation in _chain(exc):
        name, message = html.escape(type(error).__qualname__), html.escape(_message(error))
        if relation is None:
            parts.append(f"<h1>{name}</h1>")
        else:
            parts.append(f"<h2>{_RELATIONS[relation]} {name}</h2>")
        parts.append(f'<p class="message">{message}</p>')
        for place, (frame, number) in enumerate(reversed(list(_frames(error.__traceback__)))):
            parts.append(_frame(frame, number, lines, opened=relation is None and place == 0))
    title = html.escape(f"{type(exc).__qualname__}: {_message(exc)}")
    return _encodable(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><p>500 Internal Server Error</p>{''.join(parts)}</body></html>"
    )


def _encodable(text: str) -> str:
    """The text with lone surrogates, as names of files that are not UTF-8 have them, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _chain(exc: BaseException) -> Iterator[tuple[BaseException, str | None]]:
    """The exception and what stands behind it, each once, with how it stands there."""
    seen: set[int] = set()
    error: BaseException | None = exc
    relation = None
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error, relation
        if error.__cause__ is not None:
            error, relation = error.__cause__, "cause"
        elif error.__suppress_context__:
            return
        else:
            error, relation = error.__context__, "context"


def _message(exc: BaseException) -> str:
    """What the exception says, in the words of the traceback: an exception's own `__str__` may fail."""
    text = traceback.TracebackException.from_exception(exc, limit=0)
    return "".join(text.format_exception_only()).strip()


def _frames(found: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    return traceback.walk_tb(found)


def _frame(frame: FrameType, number: int, lines: int, *, opened: bool) -> str:
    code = frame.f_code
    name, file = html.escape(code.co_qualname), html.escape(code.co_filename)
    first = max(1, number - lines // 2)
    rows = []
    for place in range(first, first + lines):
        # frame.f_globals lets linecache ask a loader for what is no file, as a zipped module or a cell.
        text = linecache.getline(code.co_filename, place, frame.f_globals).rstrip("\n")
        if text or place == number:
            current = ' aria-current="true"' if place == number else ""
            rows.append(f"<li{current}><span>{place}</span>{html.escape(text)}</li>")
    return (
        f"<details{' open' if opened else ''}><summary>{name} <code>{file}:{number}</code></summary>"
        f"<ol>{''.join(rows)}</ol></details>"
    )
