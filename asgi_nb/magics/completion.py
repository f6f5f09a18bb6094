"""
What Tab offers on the lines of the magics, and in the cells below them.

Rule 1: a table says what each magic's line holds; options come from the magic's own parser.
Rule 2: nothing is run and no type is inferred: an answer that takes a second is dropped by the front end.
    What a handler is given is known, so its attributes are those of the class.
"""

import builtins
import re
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, NamedTuple, get_args

from IPython.core.completer import SimpleCompletion, context_matcher

from asgi_nb.kit import default_kit
from asgi_nb.live.definitions import Definition
from asgi_nb.live.held import Stage
from asgi_nb.live.names import METHODS
from asgi_nb.live.places import PLACES
from asgi_nb.magics._given import attributes_of, given_in
from asgi_nb.magics._where import filter_proposals, where_proposals
from asgi_nb.web.convertors import CONVERTOR_TYPES
from asgi_nb.web.exceptions import PHRASES

# `%asgi_serve ap`, `%%asgi_route GET /it`, also with `reply = ` ahead.
MAGIC_LINE = re.compile(r"\s*(?:\w[\w., ]*=\s*)?%%?(asgi_\w+)\s+(.*)", re.DOTALL)
HEAD = re.compile(r"\s*%%(asgi_\w+)\b(.*)")
# The words of a line, of which the last may be a quotation that is not closed.
WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
NAME = re.compile(r"(?<![\w.])[^\W\d]\w*\Z")
DOTTED = re.compile(r"(?<![\w.)\]}])([^\W\d]\w*(?:\.[^\W\d]\w*)*)\.(\w*)\Z")
CONVERTOR = re.compile(r"{\w+:(\w*)\Z")


class Line(NamedTuple):
    """A magic's line up to the cursor."""

    shell: Any
    magic: str
    """Its name without percent signs."""
    words: list[str]
    """The words before, without options and their values."""
    fragment: str
    """The word that is being typed."""
    after: str
    """The rest of the line."""


Candidates = tuple[str, Iterable[str]]
"""What is to be completed, and with what."""


def _methods(line: Line) -> Candidates:
    # Several are written as GET,POST.
    taken = line.fragment.upper().split(",")
    return line.fragment.rpartition(",")[2], [method for method in METHODS if method not in taken[:-1]]


def _new_path(line: Line) -> Candidates:
    """A path to define: kinds of parameters, and the paths that there are, for their other methods."""
    convertor = CONVERTOR.search(line.fragment)
    if convertor is None:
        return line.fragment, dict.fromkeys(
            definition.path for definition in _definitions() if definition.path
        )
    # Editors close the brace as it is opened.
    end = "" if line.after.startswith("}") else "}"
    return convertor[1], [name + end for name in CONVERTOR_TYPES]


def _target(line: Line) -> Candidates:
    """A path to ask for: what stands before the first parameter of each route of the method."""
    method = line.words[0].upper()
    paths = [_beginning(definition) for definition in _definitions() if _answers(definition, method)]
    return line.fragment, dict.fromkeys(paths)


def _answers(definition: Definition, method: str) -> bool:
    return definition.kind == "mount" or (
        definition.kind == "route" and (definition.methods is None or method in definition.methods)
    )


def _beginning(definition: Definition) -> str:
    path = definition.path.partition("{")[0]
    return f"{path.rstrip('/')}/" if definition.kind == "mount" else path


def _apps(line: Line) -> Candidates:
    """Variables that may hold an app."""
    hidden = line.shell.user_ns_hidden
    # (scope, receive, send), and WSGI's (environ, start_response).
    arguments = (2, 3)
    return line.fragment, [
        name
        for name, value in list(line.shell.user_ns.items())
        if not name.startswith("_") and name not in hidden and _may_be_app(value, arguments)
    ]


def _may_be_app(value: Any, arguments: tuple[int, ...]) -> bool:
    # All is asked of the class: a proxy, as Flask's `request`, fails for any attribute outside of a request.
    cls = type(value)
    if cls is FunctionType:
        return value.__code__.co_argcount in arguments
    code = getattr(getattr(cls, "__call__", None), "__code__", None)  # noqa: B004
    return code is not None and code.co_argcount - 1 in arguments


def _removable(line: Line) -> Candidates:
    definitions = _definitions()
    titles = [definition.title for definition in definitions]
    cells = [f"cell:{definition.origin.label}" for definition in definitions]
    # A title has a space in it.
    return line.fragment, [f'"{word}"' for word in dict.fromkeys(titles + cells)]


def _places(line: Line) -> Candidates:
    # A WebSocket is awaited, which a worker thread cannot.
    return line.fragment, [place for place in PLACES if line.magic == "asgi_route" or place != "thread"]


def _stages(line: Line) -> Candidates:
    return line.fragment, get_args(Stage)


def _errors(line: Line) -> Candidates:
    """Statuses of errors, the notebook's exceptions, and Python's own."""
    names = {**vars(builtins), **line.shell.user_ns}
    classes = [
        name
        for name, value in names.items()
        if isinstance(value, type) and issubclass(value, Exception) and not name.startswith("_")
    ]
    return line.fragment, [*(str(status) for status in PHRASES if status >= 400), *sorted(classes)]


def _definitions() -> Iterable[Definition]:
    return default_kit().app.definitions


# Magic -> what its line holds, word by word. A new magic is a line here if its line holds more than options.
WORDS: dict[str, list[Callable[[Line], Candidates]]] = {
    "asgi_error": [_errors],
    "asgi_mount": [_new_path, _apps],
    "asgi_request": [_methods, _target],
    "asgi_route": [_methods, _new_path],
    "asgi_serve": [_apps],
    "asgi_websocket": [_new_path],
}

# Magics whose line begins with a filter; options stand behind it.
FILTERED = frozenset({"asgi_hold", "asgi_inspect"})

# (magic, option) -> its values, where the parser does not know them.
VALUES: dict[tuple[str, str], Callable[[Line], Candidates]] = {
    ("asgi_hold", "--at"): _stages,
    ("asgi_route", "--on"): _places,
    ("asgi_routes", "--drop"): _removable,
    ("asgi_websocket", "--on"): _places,
}


def matcher_for(shell: Any) -> Any:
    """
    Make the matcher of a shell, for its `Completer.custom_matchers`.

    Source: IPython's matcher API, version 2, in `IPython.core.completer`.
    """

    def match_asgi_nb(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        here = lines[context.cursor_line]
        before, after = here[: context.cursor_position], here[context.cursor_position :]
        found = MAGIC_LINE.fullmatch(before)
        if found is not None and found[1] in FILTERED and "--" not in found[2]:
            typed = filter_proposals(found[2])
            return _matched(typed.fragment, typed.texts, kind="keyword", suppress=True)
        if found is not None:
            return _result(*_on_line(shell, found[1], found[2], after), kind="keyword", suppress=True)
        filtered = where_proposals(before)
        if filtered is not None:
            return _matched(filtered.fragment, filtered.texts, kind="keyword", suppress=True)
        head = HEAD.match(context.full_text)
        given = {} if head is None else given_in(head[1], head[2])
        dotted = DOTTED.search(before)
        if dotted is not None:
            return _result(dotted[2], attributes_of(dotted[1], given), kind="instance", suppress=True)
        name = NAME.search(before)
        # The notebook's own names are completed by IPython.
        if name is None:
            return _result("", [], kind="instance", suppress=False)
        return _result(name[0], given, kind="instance", suppress=False)

    return context_matcher(identifier="asgi_nb", priority=1)(match_asgi_nb)


def _on_line(shell: Any, magic: str, text: str, after: str) -> Candidates:
    words = [word[0] for word in WORD.finditer(text)]
    # An open quotation goes on to the end of the line, spaces included.
    fragment = words.pop() if words and text.endswith(words[-1]) else ""
    options = _options(shell, magic)
    positional: list[str] = []
    expecting: str | None = None
    for word in words:
        if expecting is None and word in options:
            expecting = word if options[word].nargs != 0 else None
        elif expecting is not None:
            expecting = None
        elif not word.startswith("-"):
            positional.append(word)
    option, equals, value = fragment.partition("=")
    if equals and option in options:
        expecting, fragment = option, value
    line = Line(shell, magic, positional, fragment, after)
    if expecting is not None:
        for spelling in options[expecting].option_strings:
            if (magic, spelling) in VALUES:
                return VALUES[magic, spelling](line)
        return fragment, options[expecting].choices or []
    if fragment.startswith("-"):
        return fragment, [spelling for spelling in options if spelling.startswith("--")]
    kinds = WORDS.get(magic, [])
    return kinds[len(positional)](line) if len(positional) < len(kinds) else (fragment, [])


def _options(shell: Any, magic: str) -> dict[str, Any]:
    """Spelling -> argparse's action."""
    parser = getattr(shell.find_magic(magic), "parser", None)
    actions = [] if parser is None else parser._actions
    return {spelling: action for action in actions for spelling in action.option_strings}


def _result(fragment: str, candidates: Iterable[str], *, kind: str, suppress: bool) -> dict[str, Any]:
    bare = fragment.lstrip("\"'").lower()
    fitting = [text for text in candidates if text.lstrip('"').lower().startswith(bare)]
    return _matched(fragment, fitting, kind=kind, suppress=suppress)


def _matched(fragment: str, texts: Iterable[str], *, kind: str, suppress: bool) -> dict[str, Any]:
    return {
        "completions": [SimpleCompletion(text, type=kind) for text in texts],
        "matched_fragment": fragment,
        "suppress": suppress,
        "ordered": True,
    }
