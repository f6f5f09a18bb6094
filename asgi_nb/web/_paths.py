"""
Read route paths: `/users/{id:int}` as pieces, as a regular expression and as segments.

A path is regular when each parameter fills one whole segment with a kind that cannot hold a
slash, save for a last `{rest:path}`. Regular paths are matched without regular expressions.
"""

import re
from collections.abc import Callable
from typing import Any, Literal, NoReturn

from asgi_nb.web.convertors import (
    CONVERTOR_TYPES,
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    StringConvertor,
    UUIDConvertor,
)

Place = Literal["static", "ends", "early"]

PARAM_REGEX = re.compile(r"{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?}")


def _read_int(text: str) -> int:
    # What the class's regular expression says, at a third of its price.
    if text.isascii() and text.isdigit():
        return int(text)
    raise ValueError


def _checked(regex: str, convert: Callable[[str], Any]) -> Callable[[str], Any]:
    matches = re.compile(regex).fullmatch

    def read(text: str) -> Any:
        if matches(text) is None:
            raise ValueError
        return convert(text)

    return read


# The kinds that cannot hold a slash. Only these exact classes: a subclass may have another regex.
_FILL_A_SEGMENT = frozenset((StringConvertor, IntegerConvertor, FloatConvertor, UUIDConvertor))


def _reader(kind: type[Convertor[Any]]) -> Callable[[str], Any] | None:
    """How to read one whole segment; None: as it is."""
    if kind is StringConvertor:
        return None
    if kind is IntegerConvertor:
        return _read_int
    if kind is FloatConvertor:
        return _checked(kind.regex, FloatConvertor().convert)
    # Loads much that an app without such parameters never needs.
    from uuid import UUID

    return _checked(kind.regex, UUID)


Slot = tuple[str, int, Callable[[str], Any] | None]
"""A parameter: its name, the number of its segment, and what reads it or raises ValueError."""


class Pattern:
    """
    A route path or a host, read.

    Args:
        source: A path that starts with a slash, or a host name; parameters stand in braces.

    Raises:
        ValueError: A kind of parameter is unknown, or a name stands twice.
    """

    __slots__ = (
        "_regex",
        "convertors",
        "format",
        "keys",
        "place",
        "places",
        "regular",
        "rest",
        "slots",
        "source",
    )

    def __init__(self, source: str) -> None:
        self.source = source
        self._regex: re.Pattern[str] | None = None
        self.convertors: dict[str, Convertor[Any]] = {}
        self.format = source
        """The source without the kinds: `/users/{id}`."""

        self.keys: tuple[str | None, ...] = ()
        """The segments up to the first one that is not regular; None stands for any text."""

        self.places: tuple[int, ...] = ()
        """Where the keys are texts; 0, where all paths have the same, only if there is no other."""

        self.slots: tuple[Slot, ...] = ()
        """The parameters in these segments."""

        self.rest: str | None = None
        """The name of a last `{rest:path}`."""

        self.regular = True
        """Whether keys, slots and rest say all; if not, the regular expression decides."""

        self.place: Place = "static"
        """
        How far the keys lead: no parameters, so they are the path; to its end; or early, to where the rest
        is looked at.
        """

        if "{" in source:
            self._read(source.split("/"))

    @property
    def is_host(self) -> bool:
        return not self.source.startswith("/")

    @property
    def regex(self) -> re.Pattern[str]:
        """The pattern as a regular expression, compiled when first asked for."""
        if self._regex is None:
            self._regex = self._compile()
        return self._regex

    def _read(self, segments: list[str]) -> None:
        keys: list[str | None] = []
        slots: list[Slot] = []
        template: list[str] = []
        last = len(segments) - 1
        for number, segment in enumerate(segments):
            if "{" not in segment:
                template.append(segment)
                if self.regular:
                    keys.append(segment)
                continue
            whole = PARAM_REGEX.fullmatch(segment)
            if whole is None:
                template.append(PARAM_REGEX.sub(self._declare, segment))
                self.regular = False
                continue
            template.append(self._declare(whole))
            if not self.regular:
                continue
            name = whole[1]
            convertor = self.convertors[name]
            kind = type(convertor)
            if kind in _FILL_A_SEGMENT:
                slots.append((name, number, _reader(kind)))
                keys.append(None)
            elif kind is PathConvertor and number == last:
                self.rest = name
            else:
                self.regular = False
        self.format = "/".join(template)
        self.keys = tuple(keys)
        self.places = tuple(number for number, key in enumerate(keys) if number and key is not None) or (0,)
        self.slots = tuple(slots)
        self.place = "ends" if self.regular and self.rest is None else "early"

    def _declare(self, match: re.Match[str]) -> str:
        """Note a parameter, and give it without its kind."""
        name, kind = match[1], match[2]
        if name in self.convertors:
            self._raise_duplicates()
        self.convertors[name] = _convertor(kind[1:] if kind else "str", self.source)
        return f"{{{name}}}"

    def _raise_duplicates(self) -> NoReturn:
        names = [match[1] for match in PARAM_REGEX.finditer(self.source)]
        twice = sorted({name for name in names if names.count(name) > 1})
        plural = "s" if len(twice) > 1 else ""
        raise ValueError(f"Duplicated param name{plural} {', '.join(twice)} at path {self.source}")

    def _compile(self) -> re.Pattern[str]:
        source = self.source
        if self.is_host and not source.endswith(("]", "}")):
            # Hosts are matched without their port.
            head, colon, port = source.rpartition(":")
            if colon and "}" not in port:
                source = head
        text, end = "", 0
        for match in PARAM_REGEX.finditer(source):
            text += re.escape(source[end : match.start()])
            text += f"(?P<{match[1]}>{self.convertors[match[1]].regex})"
            end = match.end()
        # Host names are the same in upper and lower case: RFC 9110 section 4.2.3.
        # \Z, because $ would also match before a newline at the end.
        return re.compile(rf"^{text}{re.escape(source[end:])}\Z", re.IGNORECASE if self.is_host else 0)


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
        import difflib

        near = difflib.get_close_matches(kind, CONVERTOR_TYPES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"unknown path convertor {kind!r} in {source!r}; {hint}"
            f"known are {', '.join(sorted(CONVERTOR_TYPES))}, and register_url_convertor() adds one"
        )
    return convertor
