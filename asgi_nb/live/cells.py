"""
Turn the source of a cell into a function or a class.

Rule 1: a body is indented as text under a `def` line that takes the place of the line above it, so
    that every line keeps its number and tracebacks, inspect.getsource and the debugger read real text.
Rule 2: globals are the notebook's own namespace, live; nothing is copied.
Rule 3: whatever is wrong is a CellError at the cell's own line, raised before anything has changed.
"""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Notebook

CellKind = Literal["route", "websocket", "middleware", "lifespan", "error"]
"""What a cell defines."""

# What to write into a cell that is empty.
EXAMPLES: dict[CellKind, str] = {
    "route": 'return {"hello": "world"}',
    "websocket": "await websocket.accept()",
    "middleware": "return await call_next(request)",
    "lifespan": "yield",
    "error": 'return {"error": str(exc)}',
}

Scoped = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
"""Nodes whose bodies are a scope of their own."""


@dataclass(frozen=True, slots=True)
class CompiledCell:
    """What a cell's source became."""

    target: Any
    """The function made of the body, or what the cell's last definition bound."""
    form: Literal["body", "definition"]
    """Whether the cell was a function body or ended in a definition."""
    filename: str
    """The file name that tracebacks give."""
    lineno: int
    """The line of the `def` or `class`, in the cell, from 1."""
    hint: str | None = None
    """Advice on something that is legal and probably not meant."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A cell's body, its place in the cell, and the way to report a mistake in it."""

    notebook: Notebook
    lines: list[str]
    """The body as it was typed."""
    above: list[str]
    """The cell's lines above the body: the magic line, as a rule."""
    raw: str | None
    """The cell as it was typed; None when the body did not come from it."""

    def register(self, text: str) -> str:
        return self.notebook.register(text, text if self.raw is None else self.raw)

    def error(self, message: str, lineno: int, columns: tuple[int, int] | None = None) -> CellError:
        """Make the error for a line of the body, counted from 1, and its columns from 0."""
        filename = self.register("\n".join([*_as_comments(self.above), *self.lines]) + "\n")
        return CellError(
            message,
            label=self.notebook.frame_label(filename),
            lineno=lineno + len(self.above),
            line=self.lines[lineno - 1],
            columns=columns,
        )

    def from_syntax_error(self, exc: SyntaxError, compiled: str, above: int = 0) -> CellError:
        """Report what the compiler said of a text that has `above` lines more than the body."""
        # The compiler may point past the end of the text.
        lineno = min(max(1, (exc.lineno or 1) - above), len(self.lines))
        moved = len(self.above) - above
        said = re.sub(r"\bline (\d+)", lambda match: f"line {int(match[1]) + moved}", exc.msg)
        message = said if said.startswith("invalid syntax") else f"invalid syntax: {said}"
        return self.error(message, lineno, self._columns(exc, compiled, lineno))

    def _columns(self, exc: SyntaxError, compiled: str, lineno: int) -> tuple[int, int] | None:
        lines = compiled.split("\n")
        typed, read = self.lines[lineno - 1], lines[min(exc.lineno or 1, len(lines)) - 1]
        # A line that a magic rewrote has other columns than the one that was typed.
        if exc.offset is None or typed.strip() != read.strip():
            return None
        shift = (len(typed) - len(typed.lstrip())) - (len(read) - len(read.lstrip()))
        start = max(0, exc.offset - 1 + shift)
        same_line = exc.end_lineno == exc.lineno and exc.end_offset is not None
        return start, exc.end_offset - 1 + shift if same_line and exc.end_offset else start + 1


def compile_cell(
    source: str,
    notebook: Notebook,
    *,
    name: str,
    parameters: Sequence[str],
    kind: CellKind,
) -> CompiledCell:
    """
    Compile a cell's text into the function or class that it stands for.

    A cell whose last statement defines a function or a class, and that neither returns nor yields at its
    own level, is a definition: it runs in the notebook's namespace, and what it bound is the target.
    Any other cell is the body of a function.

    Args:
        source: The text below the magic line.
        notebook: Where the cell belongs.
        name: The function's name when the cell is a body.
        parameters: The function's parameters when the cell is a body.
        kind: What the cell defines. Bodies of routes and errors that do not await are plain `def`.

    Raises:
        CellError: The source is empty, is not Python, or cannot be an endpoint of this kind.
        Exception: Whatever the statements above a definition raise.
    """
    __tracebackhide__ = True
    if not isinstance(source, str):
        raise CellError(f"source must be the text of a cell, got {type(source).__name__}")
    text, python = _read(source, notebook)
    tree = _parse(python, text)
    if not tree.body:
        raise CellError(
            f"the cell is empty below its first line; write the body there, for example: {EXAMPLES[kind]}"
        )
    nodes = list(_own_level(tree.body))
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not any(
        isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for node in nodes
    ):
        return _run_definition(python, text, last, nodes)
    hint = _check_body(kind, last, nodes, text)
    is_async = kind not in ("route", "error") or any(map(_awaits, nodes))
    head = f"{'async ' if is_async else ''}def {name}({', '.join(parameters)}):"
    return _make_function(head, name, python, tree, text, hint)


def _read(source: str, notebook: Notebook) -> tuple[_Text, str]:
    """Find the body in its cell, and turn its magics into Python."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    raw = notebook.cell().source.replace("\r\n", "\n").replace("\r", "\n")
    above = _lines_above(raw, source)
    # A body from elsewhere has one line above it too: the place of its `def`.
    text = _Text(notebook, source.split("\n"), above or [""], raw if above else None)
    try:
        python = notebook.transform(source)
    except SyntaxError as exc:
        raise text.from_syntax_error(exc, source) from None
    return text, python if python.endswith("\n") else python + "\n"


def _lines_above(raw: str, source: str) -> list[str]:
    """Give the lines of the cell above the body; none when the body is not the end of the cell."""
    cell, body = raw.rstrip().split("\n"), source.rstrip().split("\n")
    count = len(cell) - len(body)
    # IPython takes away an indent that all lines share.
    if count < 1 or any(a.strip() != b.strip() for a, b in zip(cell[count:], body, strict=True)):
        return []
    return cell[:count]


def _as_comments(lines: Sequence[str]) -> list[str]:
    return [f"# {line}" if line.strip() else "" for line in lines]


def _parse(python: str, text: _Text) -> ast.Module:
    try:
        # The text is compiled once more in its final shape; each warning is shown there, once.
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(python)
    except SyntaxError as exc:
        raise text.from_syntax_error(exc, python) from None
    except ValueError as exc:
        raise text.error(f"invalid text: {exc}", 1) from None


def _own_level(statements: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Walk the nodes that run when the statements run: not the insides of functions and classes."""
    pending: list[ast.AST] = list(reversed(statements))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Scoped):
            # Decorators, defaults and base classes belong to the level outside.
            inside = set(node.body) if isinstance(node.body, list) else {node.body}
            children = [child for child in ast.iter_child_nodes(node) if child not in inside]
        else:
            children = list(ast.iter_child_nodes(node))
        pending.extend(reversed(children))


def _awaits(node: ast.AST) -> bool:
    return isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) or (
        isinstance(node, ast.comprehension) and bool(node.is_async)
    )


def _check_body(
    kind: CellKind,
    last: ast.stmt,
    nodes: Sequence[ast.AST],
    text: _Text,
) -> str | None:
    """Refuse a body that cannot work as its kind; return a hint for one that probably is not meant."""
    returns = any(isinstance(node, ast.Return) for node in nodes)
    produces = next((node for node in nodes if isinstance(node, ast.Yield | ast.YieldFrom)), None)
    if kind == "lifespan":
        if produces is None:
            raise text.error(
                "the lifespan has no yield; what stands above a line `yield` runs at startup, what stands "
                "below it at shutdown",
                last.end_lineno or last.lineno,
            )
        return None
    if kind == "route":
        if isinstance(last, ast.Expr) and not returns and produces is None:
            return f"the body ends in an expression and returns nothing; to send it: return {_short(last)}"
        return None
    if produces is not None:
        advice = {
            "websocket": "a socket's body sends with: await websocket.send_text(...)",
            "middleware": "a middleware's body ends with: return response",
            "error": "an error handler's body ends with: return",
        }
        raise text.error(f"yield is for routes that stream; {advice[kind]}", produces.lineno)
    answers = returns or any(isinstance(node, ast.Raise) for node in nodes)
    if kind == "error" and not answers:
        raise text.error(
            f"the error handler returns nothing; end it with what to answer, for example: {EXAMPLES[kind]}",
            last.end_lineno or last.lineno,
        )
    if kind == "middleware" and not answers:
        raise text.error(
            "the middleware returns nothing; end it with: return response "
            "(the one that `await call_next(request)` gives, or one of your own)",
            last.end_lineno or last.lineno,
        )
    return None


def _short(statement: ast.Expr) -> str:
    # 60 letters: a hint is one line of a card.
    words = ast.unparse(statement.value).partition("\n")[0]
    return words if len(words) <= 60 else words[:59] + "…"


def indent_body(python: str, tree: ast.Module) -> str:
    """
    Indent a text by one level without changing what it means.

    Lines inside a string that spans several are left alone: their indent is part of the value.

    Args:
        python: The text, with `\\n` line ends.
        tree: The same text, parsed.
    """
    inside = set(_string_lines(tree))
    # Eight columns move tab stops by exactly one: texts that indent with tabs stay consistent.
    margin = " " * (8 if "\t" in python else 4)
    lines = python.split("\n")
    return "\n".join(
        line if number in inside or not line.strip() else margin + line
        for number, line in enumerate(lines, start=1)
    )


def _string_lines(tree: ast.AST) -> Iterator[int]:
    """Give the numbers of the lines that begin inside a string."""
    pending = [tree]
    while pending:
        node = pending.pop()
        # JoinedStr and, from Python 3.14, TemplateStr: before 3.12 the places inside them are wrong.
        if type(node).__name__ in ("Constant", "JoinedStr", "TemplateStr"):
            if isinstance(node, ast.expr) and node.end_lineno is not None:
                yield from range(node.lineno + 1, node.end_lineno + 1)
        else:
            pending.extend(ast.iter_child_nodes(node))


def _make_function(
    head: str, name: str, python: str, tree: ast.Module, text: _Text, hint: str | None
) -> CompiledCell:
    __tracebackhide__ = True
    above = len(text.above)
    whole = "\n".join([*_as_comments(text.above[:-1]), head, indent_body(python, tree)])
    filename = text.register(whole)
    scratch: dict[str, Any] = {}
    try:
        code = compile(whole, filename, "exec", flags=text.notebook.flags, dont_inherit=True)
    except SyntaxError as exc:
        raise text.from_syntax_error(exc, whole, above) from None
    exec(code, text.notebook.namespace, scratch)
    return CompiledCell(scratch[name], "body", filename, above, hint)


def _run_definition(
    python: str,
    text: _Text,
    last: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    nodes: Sequence[ast.AST],
) -> CompiledCell:
    __tracebackhide__ = True
    above = len(text.above)
    for node in nodes:
        if _awaits(node):
            lineno = getattr(node, "lineno", last.lineno)
            raise text.error("await does not work above a definition; await in a cell of its own", lineno)
    whole = "\n".join([*_as_comments(text.above), python])
    filename = text.register(whole)
    try:
        code = compile(whole, filename, "exec", flags=text.notebook.flags, dont_inherit=True)
    except SyntaxError as exc:
        raise text.from_syntax_error(exc, whole, above) from None
    namespace = text.notebook.namespace
    exec(code, namespace)
    return CompiledCell(namespace[last.name], "definition", filename, above + last.lineno)
