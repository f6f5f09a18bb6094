"""
The kinds of keys: what a key's values are, and how they compare.

Rule 1: `!=` is the negation of `=`, also where there is nothing to compare: `status!=200` holds before there
        is a status, as `-status=200` does.
Rule 2: all other comparisons with what is not there are false.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Protocol, TypeAlias

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.errors import FilterError, suggest
from asgi_nb.record.filters.nodes import Literal, Pattern, Term
from asgi_nb.record.filters.patterns import compile_pattern

Predicate: TypeAlias = Callable[[Exchange], bool]

ORDER: dict[str, Callable[[float, float], bool]] = {
    ":": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# Unit -> seconds.
DURATIONS = {"ms": 1e-3, "s": 1.0, "us": 1e-6, "µs": 1e-6, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
# Unit -> bytes. Source: IEC 80000-13 for those with an "i".
SIZES = {"kb": 1e3, "b": 1.0, "mb": 1e6, "gb": 1e9, "kib": 1024.0, "mib": 1024.0**2, "gib": 1024.0**3}

_NUMBER = re.compile(r"(\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})([a-zµ]*)", re.IGNORECASE)


class Kind(Protocol):
    """What the values of a key are."""

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand between key and value; the first is what completion offers."""

    @property
    def cost(self) -> int:
        """0 for a look at an attribute, 1 for short texts, 2 for bodies: cheap conditions are asked first."""

    @property
    def timed(self) -> bool:
        """Whether time alone changes what meets it."""

    def compile(self, term: Term, text: str) -> Predicate:
        """Make the condition of a term. Raises FilterError when its value is of another kind."""


@dataclass(frozen=True)
class Texts:
    """Texts of which one must hold the value, or be it (`=`)."""

    texts: Callable[[Exchange], Iterable[str]]
    """Gives the texts."""
    whole: bool = False
    """Whether ":" asks for the whole text, as of a method."""
    cost: int = 0
    operators: tuple[str, ...] = (":", "=", "!=")
    timed: bool = False

    def compile(self, term: Term, text: str) -> Predicate:
        check_operator(term, self.operators, text)
        texts = self.texts
        meets = matcher(term, text, whole=self.whole)
        return _negated(term, lambda exchange: any(meets(each) for each in texts(exchange)))


@dataclass(frozen=True)
class Named:
    """Names with values, such as headers: the name must be there, and its value meet the condition."""

    pairs: Callable[[Exchange], Iterable[tuple[str, str]]]
    """Gives the names and values."""
    cost: int = 1
    operators: tuple[str, ...] = (":",)
    timed: bool = False

    def compile(self, term: Term, text: str) -> Predicate:
        pairs, name, value = self.pairs, term.name, term.value
        if value is None:
            return lambda exchange: name == "*" or any(key.lower() == name for key, _ in pairs(exchange))
        meets: Callable[[str], bool]
        if term.op in ("<", "<=", ">", ">="):
            compare, wanted = ORDER[term.op], read_number(term, text, {})
            meets = lambda content: _is_number(content) and compare(float(content), wanted)  # noqa: E731
        elif term.op == ":" or isinstance(value, Pattern):
            meets = matcher(term, text)
        else:
            # "application/json; charset=utf-8" has the words application, json, charset and utf-8.
            word = re.compile(rf"(?<![\w.]){re.escape(value.text)}(?![\w.])", re.IGNORECASE)
            wanted_text = value.text.casefold()
            meets = lambda content: content.casefold() == wanted_text or bool(word.search(content))  # noqa: E731
        if name == "*":
            # Of any name: the name itself may be what is looked for, as in header:/^x-/.
            found: Predicate = lambda exchange: any(  # noqa: E731
                meets(content) or (term.op == ":" and meets(f"{key}: {content}"))
                for key, content in pairs(exchange)
            )
        else:
            found = lambda exchange: any(  # noqa: E731
                key.lower() == name and meets(content) for key, content in pairs(exchange)
            )
        return _negated(term, found)


@dataclass(frozen=True)
class Numbers:
    """A number, with units."""

    number: Callable[[Exchange], float | None]
    """Gives the number, in the base unit; None while there is none."""
    units: Mapping[str, float] = field(default_factory=dict)
    """Unit -> base units."""
    default: float = 1.0
    """What a number without a unit is counted in."""
    timed: bool = False
    cost: int = 0
    operators: tuple[str, ...] = (">=", ":", "=", "!=", "<", "<=", ">")

    def compile(self, term: Term, text: str) -> Predicate:
        number = self.number
        wanted = read_number(term, text, self.units, self.default)
        compare = ORDER["=" if term.op == "!=" else term.op]

        def found(exchange: Exchange) -> bool:
            value = number(exchange)
            return value is not None and compare(value, wanted)

        return _negated(term, found)


@dataclass(frozen=True)
class Statuses:
    """A status code: a number, or a class of them as 4xx."""

    cost: int = 0
    operators: tuple[str, ...] = (":", ">=", "=", "!=", "<", "<=", ">")
    timed: bool = False

    def compile(self, term: Term, text: str) -> Predicate:
        word = term.value.text.lower() if isinstance(term.value, Literal) else ""
        if re.fullmatch(r"[1-5]xx", word) and term.op in (":", "=", "!="):
            first = int(word[0])
            return _negated(
                term, lambda exchange: exchange.status is not None and exchange.status // 100 == first
            )
        return Numbers(lambda exchange: exchange.status).compile(term, text)


@dataclass(frozen=True)
class Choices:
    """One of some words, each with its condition."""

    choices: Mapping[str, Predicate]
    """Word -> condition."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Word -> what it means, for completion."""
    timed: bool = False
    cost: int = 0
    operators: tuple[str, ...] = (":", "=", "!=")

    def compile(self, term: Term, text: str) -> Predicate:
        check_operator(term, self.operators, text)
        word = str(term.value) if isinstance(term.value, Pattern) else getattr(term.value, "text", "")
        choice = self.choices.get(word.lower())
        if choice is None:
            raise FilterError(
                f"{term.key}:{word} is not known; {suggest(word, list(self.choices))}",
                text,
                term.value_start,
                term.end,
            )
        return _negated(term, choice)


@dataclass(frozen=True)
class Cells:
    """The cell that answered: its number, as 3 or [3], or a part of its function's name."""

    cost: int = 0
    operators: tuple[str, ...] = (":", "=", "!=", "<", "<=", ">", ">=")
    timed: bool = False

    def compile(self, term: Term, text: str) -> Predicate:
        value = term.value
        number = re.fullmatch(r"\[?(\d{1,9})\]?", value.text) if isinstance(value, Literal) else None
        if number is None:
            return Texts(_functions).compile(term, text)
        wanted = int(number[1])
        compare = ORDER["=" if term.op == "!=" else term.op]

        def found(exchange: Exchange) -> bool:
            count = exchange.origin.execution_count if exchange.origin else None
            return count is not None and compare(count, wanted)

        return _negated(term, found)


@dataclass(frozen=True)
class Since:
    """When it began: within the last 5m, since 14:30 today, since 2026-01-31T14:30."""

    cost: int = 0
    operators: tuple[str, ...] = (":",)
    timed: bool = True

    def compile(self, term: Term, text: str) -> Predicate:
        check_operator(term, self.operators, text)
        word = term.value.text if isinstance(term.value, Literal) else ""
        moment = _moment(word)
        if moment is not None:
            return lambda exchange: exchange.started_at >= moment
        seconds = read_number(term, text, DURATIONS, None, "5m, 14:30 or 2026-01-31T14:30")
        return lambda exchange: exchange.started_at >= time() - seconds


def matcher(term: Term, text: str, *, whole: bool = False) -> Callable[[str], bool]:
    """Make the test of one text: does it hold the value, is it the value, does it match the pattern."""
    value = term.value
    if isinstance(value, Pattern):
        return compile_pattern(value.source, text, term.value_start + 1)
    wanted = value.text.casefold() if value is not None else ""
    if whole or term.op in ("=", "!="):
        return lambda each: each.casefold() == wanted
    return lambda each: wanted in each.casefold()


def check_operator(term: Term, allowed: tuple[str, ...], text: str) -> None:
    """
    Refuse an operator that the key has no use for.

    Raises:
        FilterError: The operator is not among those allowed.
    """
    if term.op not in allowed:
        raise FilterError(
            f"{term.key!r} cannot be compared with {term.op!r}; expected one of {' '.join(allowed)}",
            text,
            term.start,
            term.value_start,
        )


def read_number(
    term: Term,
    text: str,
    units: Mapping[str, float],
    default: float | None = 1.0,
    example: str = "",
) -> float:
    """
    Read a term's value as a number with a unit.

    Args:
        term: The term.
        text: The filter, for errors.
        units: Unit -> base units.
        default: What a number without a unit is counted in; None when the unit must be there.
        example: What would be right, for errors.

    Raises:
        FilterError: It is no number, or the unit is not known.
    """
    word = str(term.value) if not isinstance(term.value, Literal) else term.value.text
    number = _NUMBER.fullmatch(word)
    unit = number[2].lower() if number else ""
    if number is None or (unit not in units if unit else default is None):
        expected = example or (
            "a number such as 400" if not units else f"a number such as 100{next(iter(units))}"
        )
        if units:
            expected += f" ({', '.join(units)})"
        before = text[term.start : term.value_start]
        raise FilterError(
            f"expected {expected} after {before!r}, got {word!r}", text, term.value_start, term.end
        )
    factor = units[unit] if unit else default
    return float(number[1]) * (1.0 if factor is None else factor)


def _negated(term: Term, predicate: Predicate) -> Predicate:
    if term.op != "!=":
        return predicate
    return lambda exchange: not predicate(exchange)


def _is_number(content: str) -> bool:
    return re.fullmatch(r"\d{1,18}(?:\.\d{1,18})?", content.strip()) is not None


def _functions(exchange: Exchange) -> Iterable[str]:
    origin = exchange.origin
    return () if origin is None else (origin.label, origin.function)


def _moment(word: str) -> float | None:
    """Read 14:30, 14:30:05 or an ISO date with or without a time, in the local zone unless it names one."""
    try:
        if re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?", word):
            hour, minute, *second = map(int, word.split(":"))
            today = datetime.now()
            return today.replace(hour=hour, minute=minute, second=sum(second), microsecond=0).timestamp()
        if re.match(r"\d{4}-\d\d-\d\d", word):
            return datetime.fromisoformat(word).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return None
