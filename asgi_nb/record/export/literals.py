"""Values with secrets in them as Python source."""

import json
import math
from collections.abc import Callable
from typing import Any

from asgi_nb.record.export.parts import Bytes, Secret, Text

# A line of code that is read without scrolling.
WIDTH = 88


def text(value: Text) -> str:
    """Write text as an expression: a literal, or a sum with `os.environ["NAME"]` in it."""
    return " + ".join(variable(one) if isinstance(one, Secret) else quoted(one) for one in value) or '""'


def quoted(text: str) -> str:
    """Write a text as a literal in double quotes, where that needs no more escapes."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


def variable(secret: Secret) -> str:
    """Write where a secret comes from."""
    return f'os.environ["{secret.name}"]'


def is_ascii(value: Text) -> bool:
    """Whether all that is shown of a text is ASCII."""
    return all(isinstance(piece, Secret) or piece.isascii() for piece in value)


def octets(value: Text) -> str:
    """Write the value of a header as bytes."""
    return " + ".join(
        f"{variable(piece)}.encode()" if isinstance(piece, Secret) else repr(piece.encode("latin-1"))
        for piece in value
    )


def content(value: Bytes, charset: str) -> str:
    """Write a body: text that is UTF-8 as a str, which clients encode so, anything else as bytes."""
    try:
        pieces = tuple(piece if isinstance(piece, Secret) else piece.decode() for piece in value)
    except ValueError:
        return " + ".join(
            f"{variable(piece)}.encode({charset!r})" if isinstance(piece, Secret) else repr(piece)
            for piece in value
        )
    return text(pieces)


def json_value(value: Bytes) -> Any:
    """
    Read a body as JSON in which strings may have secrets.

    Returns:
        The value, with a Text (a tuple) in the place of each string that has a secret in it.

    Raises:
        ValueError: It is not JSON, or Python has no value that says the same.
    """
    # Private characters stand for the secrets meanwhile: Unicode gives them no meaning.
    secrets = [piece for piece in value if isinstance(piece, Secret)]
    marks = {f"\ue000{number}\ue001": secret for number, secret in enumerate(secrets)}
    waiting = iter(marks)
    source = "".join(next(waiting) if isinstance(piece, Secret) else piece.decode() for piece in value)
    if source.count("\ue000") != len(marks):
        raise ValueError("the text has private characters of its own")

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members):
            raise ValueError("a key stands twice, which no dict can say")
        return found

    def restore(item: Any) -> Any:
        if isinstance(item, str) and "\ue000" in item:
            return _split(item, marks)
        if isinstance(item, list):
            return [restore(member) for member in item]
        if isinstance(item, dict):
            return {key: restore(member) for key, member in item.items()}
        return item

    return restore(json.loads(source, object_pairs_hook=pairs, parse_float=_float, parse_constant=_no_number))


def _float(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise ValueError(f"{literal} is more than a float holds")
    return number


def _no_number(literal: str) -> float:
    raise ValueError(f"{literal} is no JSON")


def _split(item: str, marks: dict[str, Secret]) -> Text:
    pieces: list[str | Secret] = []
    for part in item.split("\ue000"):
        number, mark, rest = part.partition("\ue001")
        pieces += [marks[f"\ue000{number}\ue001"], rest] if mark else [part]
    return tuple(piece for piece in pieces if piece)


def value(item: Any, indent: int = 0, atom: Callable[[Any], str | None] = lambda item: None) -> str:
    """
    Write a JSON value as a Python literal, over several lines where it is long.

    Args:
        item: The value; a tuple is a Text.
        indent: Spaces before the line that it begins on.
        atom: Gives the source for a value of its own, None for all others.
    """
    own = atom(item)
    if own is not None:
        return own
    if isinstance(item, tuple):
        return text(item)
    if not isinstance(item, list | dict) or not item:
        return quoted(item) if isinstance(item, str) else repr(item)
    deeper = indent + 4
    if isinstance(item, list):
        lines = [value(member, deeper, atom) for member in item]
        ends = "[]"
    else:
        lines = [f"{quoted(key)}: {value(member, deeper, atom)}" for key, member in item.items()]
        ends = "{}"
    line = ends[0] + ", ".join(lines) + ends[1]
    if len(line) + indent <= WIDTH and "\n" not in line:
        return line
    space = " " * deeper
    return f"{ends[0]}\n{''.join(f'{space}{one},{chr(10)}' for one in lines)}{' ' * indent}{ends[1]}"
