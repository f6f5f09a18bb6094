"""
Regular expressions that cannot hold the kernel up for long.

Python's engine tries every way to match, holds the interpreter meanwhile, and cannot be stopped; the texts it
searches here come from the network.

Rule 1: what can take exponential time is refused before it runs: a repeated group that repeats or chooses
        inside, and too many choices in a row.
Rule 2: what is left is polynomial. It runs on growing beginnings of a long text while a clock looks on, and
        is given up before the step that would take too long.
Rule 3: giving up is an error, never an answer.
"""

import re
from collections.abc import Callable
from time import get_clock_info, perf_counter_ns

from asgi_nb.record.filters.errors import FilterError

clock_ns = perf_counter_ns
try:
    # A thread's own time: a busy cell beside it must not make a filter look slow. WebAssembly has none, and
    # that of Windows ticks 64 times a second, too seldom to be of use.
    if get_clock_info("thread_time").resolution < 1e-4:
        from time import thread_time_ns as clock_ns
except ValueError:
    pass

# Longer ones are programs.
PATTERN_LIMIT = 200
# Each one adds a power to the time that a text can take; five are an URL with four parameters and its end.
REPEAT_LIMIT = 5
# How many ways `?` and `(a|b)` may combine to.
CHOICE_LIMIT = 5000

# Characters of one text that are searched: 64 KiB, as much as is kept of a WebSocket message.
SEARCHED = 1 << 16
FIRST_STEP, GROWTH = 16, 4

# What one text may take; a glance of the user interface's.
BUDGET_NS = 250_000_000
# Below this a step is too short to measure; the next one takes a second at most: GROWTH ** 6 times as long.
UNMEASURED_NS = 200_000

_QUANTIFIER = re.compile(r"[*+?]|\{(\d*)(,?)(\d*)\}")
_DOUBLES = ("--", "&&", "~~", "||")


def compile_pattern(source: str, text: str, position: int) -> Callable[[str], bool]:
    """
    Make a function that says whether a text holds the pattern somewhere, in any case; `^` and `$` are lines'.

    Args:
        source: The regular expression, in Python's syntax.
        text: The filter that it stands in, for errors.
        position: Where in it the expression begins.

    Raises:
        FilterError: The expression is wrong or could take too long. The function raises it when a text does.
    """
    end = position + len(source)
    if len(source) > PATTERN_LIMIT:
        raise FilterError(
            f"the regular expression has {len(source)} characters, expected at most {PATTERN_LIMIT}; "
            "search for a part of it",
            text,
            position,
            end,
        )
    try:
        repeats = _check(source)
        pattern = re.compile(source, re.IGNORECASE | re.MULTILINE)
    except _TooSlow as exc:
        raise FilterError(f"/{source}/ {exc}", text, position, end) from None
    except (re.error, ValueError, OverflowError) as exc:
        raise FilterError(
            f"/{source}/ is no regular expression: {exc}; put plain text between quotes", text, position, end
        ) from None

    def search(searched: str) -> bool:
        if len(searched) > FIRST_STEP:
            try:
                _rehearse(pattern, searched, repeats)
            except _TooSlow as exc:
                raise FilterError(f"/{source}/ {exc}", text, position, end) from None
        return pattern.search(searched, 0, SEARCHED) is not None

    return search


class _TooSlow(Exception):
    """The expression takes too long, or could; the text is the end of a sentence."""


def _rehearse(pattern: re.Pattern[str], searched: str, repeats: int) -> None:
    """Run on growing beginnings, and raise before a step that would take too long."""
    length = min(len(searched), SEARCHED)
    reached, before = FIRST_STEP, 0
    while reached < length:
        taken = _time(pattern, searched, reached)
        if UNMEASURED_NS < taken < BUDGET_NS:
            # A garbage collection may have run in between: the shorter of two times is the expression's own.
            taken = min(taken, _time(pattern, searched, reached))
        growth = max(GROWTH, taken / before) if before else GROWTH ** (repeats + 1)
        if taken > UNMEASURED_NS and taken * growth * 2 > BUDGET_NS:
            raise _TooSlow(
                f"takes too long on a text of {len(searched)} characters; use fewer '*' and '+', or say "
                "what stands between them"
            )
        before = taken
        reached *= GROWTH


def _time(pattern: re.Pattern[str], searched: str, end: int) -> int:
    start = clock_ns()
    pattern.search(searched, 0, end)
    return clock_ns() - start


def _check(source: str) -> int:
    """Refuse what can take exponential time, and what Python warns of; gives the number of repeats."""
    repeats, choices = 0, 1
    # Of each group that is open: whether it repeats or chooses inside, and its alternatives.
    ambiguous, alternatives = [False], [1]
    index = 0
    while index < len(source):
        char = source[index]
        closed = False
        index += 1
        if char == "\\":
            index += 1
        elif char == "[":
            index = _class_end(source, index)
        elif char == "(":
            ambiguous.append(False)
            alternatives.append(1)
            # The "?" of "(?:" is no quantifier.
            index += source.startswith("?", index)
            continue
        elif char == "|":
            ambiguous[-1] = True
            alternatives[-1] += 1
            continue
        elif char == ")" and len(ambiguous) > 1:
            closed = ambiguous.pop()
            choices *= alternatives.pop()
            ambiguous[-1] |= closed
        quantifier = _QUANTIFIER.match(source, index)
        if quantifier is None:
            continue
        index = quantifier.end()
        # The "?" and "+" of "*?" and "*+" repeat nothing.
        index += source.startswith(("?", "+"), index)
        sign = quantifier[0]
        fixed = sign.startswith("{") and not quantifier[2]
        if sign == "?":
            choices *= 2
        elif closed:
            raise _TooSlow(
                "could take for ever: it repeats a group that repeats or chooses inside; "
                "write [ab] for (a|b), and leave out one of the two repeats"
            )
        elif not fixed:
            repeats += 1
        ambiguous[-1] |= not fixed
    if repeats > REPEAT_LIMIT:
        raise _TooSlow(f"could take too long: it has {repeats} repeats, expected at most {REPEAT_LIMIT}")
    if choices > CHOICE_LIMIT:
        raise _TooSlow("could take too long: it has too many '?' and '|'; leave some of them out")
    return repeats


def _class_end(source: str, index: int) -> int:
    """Find the end of a set such as [a-z], from behind its bracket."""
    start = index
    if source.startswith("[", index):
        raise ValueError("'[' in a set must be escaped")
    index += source.startswith("^", index)
    # A "]" that comes first is a member.
    index += source.startswith("]", index)
    while index < len(source) and source[index] != "]":
        index += 1 + (source[index] == "\\")
    if any(double in source[start:index] for double in _DOUBLES):
        raise ValueError(f"one of {', '.join(_DOUBLES)} in a set must be escaped")
    return index + 1
