"""
The routes that a request may have gone to, as plain data, and what the first thing is that does not fit.

They stand here as they were when the request began, without their endpoints. Nothing is matched until
somebody asks.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from asgi_nb.record.origin import Origin

Verdict = Literal["full", "partial", "none"]

# As in route paths: `{name}` or `{name:kind}`.
PARAMETER = re.compile(r"{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?}", re.ASCII)

# Kind -> what a person calls a value of it.
KINDS = {"int": "a whole number", "float": "a number", "uuid": "a UUID", "str": "one segment"}


class Convertor(Protocol):
    """What reads a path parameter; the toolkit's convertors are such."""

    regex: str

    def convert(self, value: str) -> Any:
        """Give the value, or raise ValueError."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One route, socket or mount, as it was defined."""

    kind: str
    """"route", "websocket", "mount", "host", or "custom": one that matches by code of its own."""
    path: str
    """The path as it was written; a host's pattern; the class of a custom one, and its path if it has one."""
    methods: frozenset[str] | None
    """The methods it answers; None: every one."""
    name: str
    """Its name."""
    origin: Origin
    """The cell that defined it."""
    convertors: Mapping[str, Convertor] = field(default_factory=dict)
    """What reads its parameters."""
    inside: "Candidates | None" = None
    """The routes of what is mounted there; None when that shows none."""

    @property
    def title(self) -> str:
        """How a person calls it: "GET /items/{id}", "websocket /chat", "mount /v1"."""
        return self.title_under("")

    def title_under(self, prefix: str) -> str:
        """Give the title of one that stands inside of mounts: "GET /v1/items/{id}" under "/v1"."""
        path = self.path if self.kind in ("host", "custom") else prefix + self.path
        if self.kind != "route":
            return f"{self.kind} {path or '/'}"
        methods = {"*"} if self.methods is None else self.methods
        return f"{','.join(sorted(methods - {'HEAD'} if 'GET' in methods else methods))} {path}"


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
class Asked:
    """What a request asked for, as the routes of one app see it."""

    method: str
    """Its method."""
    path: str
    """Its path, without the root path and without the prefixes of mounts."""
    is_websocket: bool = False
    """Whether it was a WebSocket handshake."""
    host: str = ""
    """Its Host header."""
    before: int = 0
    """How many segments the prefixes of mounts took."""


def judge(candidate: Candidate, asked: Asked) -> tuple[Verdict, str, int]:
    """Say whether a route fits a request, what the first thing is that does not, and how many segments do."""
    if candidate.kind == "custom":
        return "none", "its own code decides, and does not say why", asked.before
    if candidate.kind == "host":
        name = re.sub(r":\d*$", "", asked.host).lower()
        if _as_regex(candidate, candidate.path).fullmatch(name) is None:
            return "none", f"host: {name!r} is not {candidate.path}", 0
        return "full", "", asked.before
    if candidate.kind != "mount" and (candidate.kind == "websocket") != asked.is_websocket:
        kind = "a WebSocket endpoint" if candidate.kind == "websocket" else "an HTTP route"
        return "none", f"it is {kind}", 0
    fits, difference = compare_paths(candidate, asked.path, asked.before)
    if difference is not None:
        return "none", difference, fits
    if candidate.kind == "route" and candidate.methods and asked.method not in candidate.methods:
        answered = ", ".join(sorted(candidate.methods))
        return "partial", f"method: it answers {answered}, not {asked.method}", fits
    return "full", "", fits


def below(candidate: Candidate, asked: Asked) -> Asked | None:
    """Give what the app inside of a mount or host that fits is asked; None when that cannot be told."""
    path, before = asked.path, asked.before
    if candidate.kind == "mount":
        prefix = _as_regex(candidate, candidate.path.rstrip("/")).pattern
        match = re.fullmatch(f"({prefix})(/.*)", path, re.DOTALL)
        if match is None:
            return None
        path, before = match[2], before + match[1].count("/")
    return Asked(asked.method, path, asked.is_websocket, asked.host, before)


def compare_paths(candidate: Candidate, path: str, before: int = 0) -> tuple[int, str | None]:
    """
    Count the segments of a path that fit a route, and say what the first one is that does not.

    Args:
        candidate: The route.
        path: The path, as the route's app sees it.
        before: How many segments stand before that; they count as fitting.
    """
    pattern = candidate.path
    if candidate.kind == "mount":
        pattern = pattern.rstrip("/") + "/{path:path}"
    wanted, got = pattern.split("/"), path.split("/")
    for index, segment in enumerate(wanted):
        fits = before + index
        whole = PARAMETER.fullmatch(segment)
        if whole is not None and (whole[2] or "str") == "path":
            if index == len(wanted) - 1:
                return fits, None if len(got) > index else f"the path ends before {segment}"
            # It takes any number of segments: only the whole can tell.
            is_whole = _as_regex(candidate, pattern).fullmatch(path) is not None
            return fits, None if is_whole else f"{path!r} does not fit {pattern}"
        if len(got) <= index:
            return fits, f"the path ends before {segment!r}" if segment else "it asks for a slash at the end"
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
            return fits, f"segment {fits}: {fault}"
    fits = before + len(wanted)
    if len(got) > len(wanted):
        rest = "/".join(got[len(wanted) :])
        return fits, f"the path goes on with {'/' + rest!r}" if rest else "the path has a slash at the end"
    return fits, None


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
