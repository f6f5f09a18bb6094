"""
What a filter means, as a tree, and the text that means it.

Rule: `parse(str(node)) == node`, so that a filter can be kept, shown and sent as its text.
"""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

# Words that join or negate; in any case, as people write OR.
KEYWORDS = frozenset({"or", "and", "not"})

_PLAIN = re.compile(r"""[^\s()"'<>=!/][^\s()]*|/[^\s()]*[^\s()/]""")
_PLAIN_ALONE = re.compile(r"""(?!-)(?:[^\s()"'<>=!:/][^\s()<>=!:]*|/[^\s()<>=!:]*[^\s()/<>=!:])""")


@dataclass(frozen=True, slots=True)
class Literal:
    """Plain text, compared without regard to case."""

    text: str

    def __str__(self) -> str:
        return self.text if _PLAIN.fullmatch(self.text) else quoted(self.text)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, as it stands between the slashes. It holds no white space."""

    source: str

    def __str__(self) -> str:
        return f"/{self.source}/"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `tea`, `status>=400`, `header:content-type=json`."""

    key: str
    """The key's own name, never an alias; "" for full text."""
    op: str = ":"
    """":", "=", "!=", "<", "<=", ">" or ">="; ":" for full text and for a name that need only be there."""
    value: Literal | Pattern | None = None
    """What to compare with; None where a name need only be there."""
    name: str = ""
    """The name of a header, cookie or query key, in lower case; "*" for any name; "" for other keys."""
    start: int = field(default=0, compare=False)
    """Where the term begins in the filter's text."""
    value_start: int = field(default=0, compare=False)
    """Where the value begins."""
    end: int = field(default=0, compare=False)
    """Where the term ends."""

    def __str__(self) -> str:
        if not self.key:
            if isinstance(self.value, Literal) and not _is_plain_alone(self.value.text):
                return quoted(self.value.text)
            return str(self.value)
        if self.name:
            return f"{self.key}:{self.name}" + ("" if self.value is None else f"{self.op}{self.value}")
        return f"{self.key}{self.op}{self.value}"


@dataclass(frozen=True, slots=True)
class Not:
    """What does not meet the condition."""

    node: "Node"

    def __str__(self) -> str:
        return f"-{_grouped(self.node)}"


@dataclass(frozen=True, slots=True)
class And:
    """What meets all conditions; without any, everything."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({node})" if isinstance(node, Or) else str(node) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """What meets one condition at least."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.nodes))


Node: TypeAlias = Term | Not | And | Or


def quoted(text: str) -> str:
    """Put a text between quotes, so that nothing in it has a meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain_alone(text: str) -> bool:
    return _PLAIN_ALONE.fullmatch(text) is not None and text.lower() not in KEYWORDS


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
