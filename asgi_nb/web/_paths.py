"""
Read route paths: `/users/{id:int}` as pieces, as a regular expression and as segments.

A path is regular when each parameter fills one whole segment with a kind that cannot hold a
slash, save for a last `{rest:path}`. Regular paths are matched without regular expressions.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

from asgi_nb.web.convertors import (
    CONVERTOR_TYPES,
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    StringConvertor,
    UUIDConvertor,
)

PARAM_REGEX = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?}")

# What one whole segment must look like, for the kinds that cannot hold a slash. None: any text will do.
# Only these exact classes: a subclass may have another regex.
_CHECKS: dict[type[Convertor[Any]], Callable[[str], object] | None] = {
    StringConvertor: None,
    IntegerConvertor: re.compile(IntegerConvertor.regex).fullmatch,
    FloatConvertor: re.compile(FloatConvertor.regex).fullmatch,
    UUIDConvertor: re.compile(UUIDConvertor.regex).fullmatch,
}

Param = tuple[str, Convertor[Any]]
Slot = tuple[str, int, Callable[[str], object] | None, Callable[[str], Any] | None]
"""
A parameter: its name, the number of its segment, a check of the text, a conversion.

None: none is needed.
"""


class Pattern:
    """
    A route path or a host, read.

    Args:
        source: A path that starts with a slash, or a host name; parameters stand in braces.

    Raises:
        ValueError: A kind of parameter is unknown, or a name stands twice.
    """

    __slots__ = ("_regex", "convertors", "format", "pieces", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.convertors: dict[str, Convertor[Any]] = {}
        self.pieces: tuple[str | Param, ...] = (source,)
        self.format = source
        self._regex: re.Pattern[str] | None = None
        if "{" in source:
            self._read()

    def _read(self) -> None:
        pieces: list[str | Param] = []
        template: list[str] = []
        twice: set[str] = set()
        end = 0
        for match in PARAM_REGEX.finditer(self.source):
            name, kind = match[1], (match[2] or ":str")[1:]
            literal = self.source[end : match.start()]
            convertor = _convertor(kind, self.source)
            if name in self.convertors:
                twice.add(name)
            self.convertors[name] = convertor
            pieces += [literal, (name, convertor)]
            template += [literal, f"{{{name}}}"]
            end = match.end()
        if twice:
            plural = "s" if len(twice) > 1 else ""
            raise ValueError(
                f"Duplicated param name{plural} {', '.join(sorted(twice))} at path {self.source}"
            )
        pieces.append(self.source[end:])
        self.pieces = tuple(pieces)
        self.format = "".join([*template, self.source[end:]])

    @property
    def is_host(self) -> bool:
        return not self.source.startswith("/")

    @property
    def regex(self) -> re.Pattern[str]:
        """The pattern as a regular expression, compiled when first asked for."""
        if self._regex is None:
            text = "".join(
                re.escape(piece) if isinstance(piece, str) else f"(?P<{piece[0]}>{piece[1].regex})"
                for piece in self._hostless_port()
            )
            # Host names are the same in upper and lower case: RFC 9110 section 4.2.3.
            # \Z, because $ would also match before a newline at the end.
            self._regex = re.compile(rf"^{text}\Z", re.IGNORECASE if self.is_host else 0)
        return self._regex

    def _hostless_port(self) -> tuple[str | Param, ...]:
        """The pieces, without the port of a host: hosts are matched without it."""
        last = self.pieces[-1]
        if not self.is_host or not isinstance(last, str) or last.endswith("]"):
            return self.pieces
        return (*self.pieces[:-1], last.rsplit(":", 1)[0])

    def segments(self) -> Iterator[tuple[str | Param, ...]]:
        """What stands between the slashes of a path, in order; before the first slash stands nothing."""
        segment: list[str | Param] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                head, *tails = piece.split("/")
                segment += [head] if head else []
                for tail in tails:
                    yield tuple(segment)
                    segment = [tail] if tail else []
            else:
                segment.append(piece)
        yield tuple(segment)


class Shape:
    """
    How a path is found in a tree of segments.

    Args:
        pattern: A path pattern.
    """

    __slots__ = ("keys", "regular", "rest", "slots")

    def __init__(self, pattern: Pattern) -> None:
        self.keys: tuple[str | None, ...] = ()
        """The segments up to the first one that is not regular; None stands for any text."""

        self.slots: tuple[Slot, ...] = ()
        """The parameters in these segments."""

        self.rest: str | None = None
        """The name of a last `{rest:path}`."""

        self.regular = True
        """Whether keys, slots and rest say all; if not, the regular expression decides."""

        if not pattern.convertors:
            self.keys = tuple(pattern.source.split("/"))
            return
        keys: list[str | None] = []
        slots: list[Slot] = []
        segments = list(pattern.segments())
        for number, segment in enumerate(segments):
            if all(isinstance(piece, str) for piece in segment):
                keys.append("".join(map(str, segment)))
                continue
            piece = segment[0]
            if len(segment) > 1 or isinstance(piece, str):
                self.regular = False
                break
            name, convertor = piece
            if type(convertor) in _CHECKS:
                check = _CHECKS[type(convertor)]
                slots.append((name, number, check, None if check is None else convertor.convert))
                keys.append(None)
            elif type(convertor) is PathConvertor and number == len(segments) - 1:
                self.rest = name
            else:
                self.regular = False
                break
        self.keys = tuple(keys)
        self.slots = tuple(slots) if self.regular else ()


def bind(regex: re.Pattern[str], convertors: dict[str, Convertor[Any]], text: str) -> dict[str, Any] | None:
    """
    Match with the regular expression and convert the parameters; None if it does not match.

    A convertor that raises ValueError says that the text is no value of its kind: no match.
    """
    match = regex.match(text)
    if match is None:
        return None
    try:
        return {name: convertors[name].convert(value) for name, value in match.groupdict().items()}
    except ValueError:
        return None


def _convertor(kind: str, source: str) -> Convertor[Any]:
    convertor = CONVERTOR_TYPES.get(kind)
    if convertor is None:
        near = difflib.get_close_matches(kind, CONVERTOR_TYPES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"unknown path convertor {kind!r} in {source!r}; {hint}"
            f"known are {', '.join(sorted(CONVERTOR_TYPES))}, and register_url_convertor() adds one"
        )
    return convertor
