"""
Why a route answered, and why each of the others did not.

The routes stand here as plain data, as they were when the request began, without their endpoints. Nothing is
matched until somebody asks.

Rule 1: a reason names the first thing that did not fit, in the words of the request.
Rule 2: what is not known is not said: a mounted app's own routes are its own affair.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from asgi_nb.record.markup import table
from asgi_nb.record.masks import mask_text, shorten, visible
from asgi_nb.record.origin import Origin

Verdict = Literal["full", "partial", "none"]

# As in route paths: `{name}` or `{name:kind}`.
PARAMETER = re.compile(r"{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?}", re.ASCII)

# Kind -> what a person calls a value of it.
KINDS = {"int": "a whole number", "float": "a number", "uuid": "a UUID", "str": "one segment"}

SHOWN = 50


class Convertor(Protocol):
    """What reads a path parameter; the toolkit's convertors are such."""

    regex: str

    def convert(self, value: str) -> Any:
        """Give the value, or raise ValueError."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One route, socket or mount, as it was defined."""

    kind: str
    """"route", "websocket" or "mount"."""
    path: str
    """The path as it was written."""
    methods: frozenset[str] | None
    """The methods it answers; None: every one."""
    name: str
    """Its name."""
    origin: Origin
    """The cell that defined it."""
    convertors: Mapping[str, Convertor] = field(default_factory=dict)
    """What reads its parameters."""

    @property
    def title(self) -> str:
        """How a person calls it: "GET /items/{id}", "websocket /chat", "mount /v1"."""
        if self.kind != "route":
            return f"{self.kind} {self.path or '/'}"
        methods = {"*"} if self.methods is None else self.methods
        return f"{','.join(sorted(methods - {'HEAD'} if 'GET' in methods else methods))} {self.path}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A route that a cell tried to define, and that is not there."""

    title: str
    """How a person calls it: "GET /items"."""
    kind: str
    methods: frozenset[str] | None
    path: str
    origin: Origin
    """The cell."""
    reason: str
    """Why it is not there: what the cell raised, or that it was taken away."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The routes at one moment."""

    routes: tuple[Candidate, ...] = ()
    """In the order of matching."""
    hidden: tuple[tuple[Candidate, str], ...] = ()
    """Those that another one answers in place of, and the place of that."""
    now: Callable[[], "Candidates | None"] = field(default=lambda: None, compare=False, repr=False)
    """Gives the routes of this moment; None when there is no app any more."""
    missing: Callable[[], Iterable[Attempt]] = field(default=tuple, compare=False, repr=False)
    """Gives what cells have tried to define."""
    frame_label: Callable[[str], str | None] = field(default=lambda name: None, compare=False, repr=False)
    """Names the cell that a file name stands for; None for any other file."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one candidate."""

    route: str
    """"GET /items/{id}"."""
    verdict: Verdict
    """"full": path and method fit. "partial": the path fits. "none"."""
    reason: str
    """Why it answered or did not, in a few words."""
    chosen: bool
    """Whether it is the one that answered."""
    origin: Origin
    """The cell that defined it."""
    fits: int = 0
    """How many segments of the path fit, from its beginning: the higher, the nearer it came."""


class Routing(list[Reason]):
    """
    Each route that there was, in the order of matching, and why it answered or not.

    Args:
        reasons: One per route.
        hints: What else a person may want to know of a request that nothing answered.
    """

    def __init__(self, reasons: Iterable[Reason] = (), hints: Iterable[str] = ()) -> None:
        super().__init__(reasons)
        self.hints = list(hints)

    @property
    def matched(self) -> Reason | None:
        """The one that answered."""
        return next((reason for reason in self if reason.chosen), None)

    @property
    def near(self) -> list[Reason]:
        """Those whose path fits, and which did not answer: the ones to look at first."""
        return [reason for reason in self if reason.verdict != "none" and not reason.chosen]

    def _rows(self) -> list[tuple[str, str, str, str]]:
        # What came nearest is what a person looks for, and must not be cut off.
        first = [reason for reason in self if reason.verdict != "none"]
        rest = sorted((one for one in self if one.verdict == "none"), key=lambda one: -one.fits)
        return [
            (
                "answered" if reason.chosen else reason.verdict,
                visible(reason.route),
                visible(reason.reason),
                visible(reason.origin.label),
            )
            for reason in [*first, *rest][:SHOWN]
        ]

    def __repr__(self) -> str:
        if not self and not self.hints:
            return "<Routing: there were no routes>"
        rows = self._rows()
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
        lines = [
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}  ({row[3]})".rstrip() for row in rows
        ]
        if len(self) > len(rows):
            lines.append(f"and {len(self) - len(rows)} more")
        return "\n".join([*lines, *map(visible, self.hints)])

    def _repr_html_(self) -> str:
        caption = "; ".join(["Routes", *self.hints])
        return table(["", "route", "why", "cell"], self._rows(), caption=caption)


def read_routing(
    candidates: Candidates,
    *,
    is_websocket: bool,
    method: str,
    path: str,
    reached: bool,
    answered: bool,
) -> Routing:
    """
    Say of each route why it answered a request or not.

    Args:
        candidates: The routes as they were.
        is_websocket: Whether the request was a WebSocket handshake.
        method: Its method.
        path: Its path, without the root path.
        reached: Whether a route was called at all.
        answered: Whether the request has been answered.
    """
    reasons: list[Reason] = []
    chosen: Candidate | None = None
    for candidate in candidates.routes:
        verdict, reason, fits = judge(candidate, is_websocket, method, path)
        answers = verdict == "full" and chosen is None
        if answers:
            chosen = candidate
            reason = "path and method fit" if candidate.kind == "route" else "the path fits"
            if candidate.kind == "mount":
                reason = "the path begins so; what is mounted there decides about the rest"
        elif verdict == "full" and chosen is not None:
            reason = f"would fit too, but {chosen.title} stands before it"
        reasons.append(Reason(candidate.title, verdict, reason, answers, candidate.origin, fits))
    for candidate, place in candidates.hidden:
        verdict, reason, fits = judge(candidate, is_websocket, method, path)
        if verdict == "full":
            reason = f"shadowed by {place}, which was defined later"
        reasons.append(Reason(candidate.title, verdict, reason, False, candidate.origin, fits))
    hints = [] if chosen is not None else _hints(candidates, is_websocket, method, path)
    if answered and not reached:
        # A middleware answered before the router was asked.
        reasons = [
            replace(one, reason="would fit, but a layer before it answered", chosen=False)
            if one.chosen
            else one
            for one in reasons
        ]
    return Routing(reasons, hints)


def _hints(candidates: Candidates, is_websocket: bool, method: str, path: str) -> list[str]:
    found = []
    for attempt in candidates.missing():
        wanted = Candidate(attempt.kind, attempt.path, attempt.methods, "", attempt.origin)
        if judge(wanted, is_websocket, method, path)[0] == "full":
            place = f"cell {attempt.origin.label}" if attempt.origin.execution_count else attempt.origin.label
            reason = mask_text(shorten(attempt.reason, 200)).text
            found.append(f"{place} defines {attempt.title}, but {reason}")
    others = [one for one in candidates.routes if _is_websocket(one) != is_websocket and one.kind != "mount"]
    for other in others:
        if compare_paths(other, path)[1] is None:
            found.append(
                f"{other.title} is no WebSocket endpoint; it answers HTTP requests"
                if is_websocket
                else f"{other.title} is a WebSocket endpoint; open it with a WebSocket client"
            )
    return found


def judge(candidate: Candidate, is_websocket: bool, method: str, path: str) -> tuple[Verdict, str, int]:
    """
    Say whether a route fits a request, what the first thing is that does not, and how many segments do.

    Args:
        candidate: The route.
        is_websocket: Whether the request was a WebSocket handshake.
        method: Its method.
        path: Its path, without the root path.
    """
    fits, difference = compare_paths(candidate, path)
    if candidate.kind != "mount" and _is_websocket(candidate) != is_websocket:
        kind = "a WebSocket endpoint" if _is_websocket(candidate) else "an HTTP route"
        return "none", f"it is {kind}", 0
    if difference is not None:
        return "none", difference, fits
    if candidate.kind == "route" and candidate.methods and method not in candidate.methods:
        return "partial", f"method: it answers {', '.join(sorted(candidate.methods))}, not {method}", fits
    return "full", "", fits


def _is_websocket(candidate: Candidate) -> bool:
    return candidate.kind == "websocket"


def compare_paths(candidate: Candidate, path: str) -> tuple[int, str | None]:
    """Count the segments of a path that fit a route, and say what the first one is that does not."""
    pattern = candidate.path
    if candidate.kind == "mount":
        pattern = pattern.rstrip("/") + "/{path:path}"
    wanted, got = pattern.split("/"), path.split("/")
    for index, segment in enumerate(wanted):
        whole = PARAMETER.fullmatch(segment)
        if whole is not None and (whole[2] or "str") == "path":
            if index == len(wanted) - 1:
                return index, None if len(got) > index else f"the path ends before {segment}"
            # It takes any number of segments: only the whole can tell.
            fits = _as_regex(candidate, pattern).fullmatch(path) is not None
            return index, None if fits else f"{path!r} does not fit {pattern}"
        if len(got) <= index:
            return index, f"the path ends before {segment!r}" if segment else "it asks for a slash at the end"
        text = got[index]
        fault = None
        if whole is not None:
            fault = _value_fault(candidate, whole[1], whole[2] or "str", text)
        elif "{" in segment:
            if _as_regex(candidate, segment).fullmatch(text) is None:
                fault = f"{text!r} does not fit {segment}"
        elif segment != text:
            fault = f"{text!r} is not {segment!r}"
        if fault is not None:
            return index, f"segment {index}: {fault}"
    if len(got) > len(wanted):
        rest = "/".join(got[len(wanted) :])
        return len(
            wanted
        ), f"the path goes on with {'/' + rest!r}" if rest else "the path has a slash at the end"
    return len(wanted), None


def _value_fault(candidate: Candidate, name: str, kind: str, text: str) -> str | None:
    convertor = candidate.convertors.get(name)
    if convertor is None:
        return None if text or kind != "str" else f"{{{name}}} is empty"
    fits = re.fullmatch(convertor.regex, text) is not None
    if fits:
        try:
            convertor.convert(text)
        except ValueError:
            fits = False
    if fits:
        return None
    if not text:
        return f"{{{name}}} is empty"
    return f"{text!r} is not {KINDS.get(kind, f'of the kind {kind!r}')} ({name})"


def _as_regex(candidate: Candidate, pattern: str) -> re.Pattern[str]:
    text, end = "", 0
    for match in PARAMETER.finditer(pattern):
        convertor = candidate.convertors.get(match[1])
        regex = ".*" if match[2] == "path" else "[^/]+" if convertor is None else convertor.regex
        text += re.escape(pattern[end : match.start()]) + f"(?:{regex})"
        end = match.end()
    return re.compile(text + re.escape(pattern[end:]), re.DOTALL)
