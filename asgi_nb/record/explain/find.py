"""Look up what a name or a number of the web means."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from asgi_nb.record.explain.headers import HEADERS
from asgi_nb.record.explain.messages import CLOSE_CODES, CLOSE_RANGES, MESSAGES, OPCODES
from asgi_nb.record.explain.statuses import CLASSES, METHODS, STATUSES
from asgi_nb.record.markup import text
from asgi_nb.record.usage import ArgumentError, ArgumentValueError

Kind = Literal["header", "status", "method", "close code", "opcode", "ASGI message"]

_HEADERS = {name.lower(): name for name in HEADERS}
_OPCODES = {name: code for code, (name, _, _) in OPCODES.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """What something means, in one sentence."""

    name: str
    """As it is usually written: "ETag", "422 Unprocessable Content"."""
    kind: Kind
    """What it is."""
    text: str
    """The sentence."""
    source: str
    """Where it is defined."""

    def __repr__(self) -> str:
        return f"{self.name} ({self.kind}): {self.text} [{self.source}]"

    def _repr_html_(self) -> str:
        name, sentence, source = text(self.name), text(self.text), text(self.source)
        return f"<p><strong>{name}</strong> ({self.kind}): {sentence} <em>{source}</em></p>"


def explain(what: str | int) -> Explanation:
    """
    Say in one sentence what a header, status, method, close code, opcode or ASGI message means.

    Args:
        what: A name in any case ("etag", "POST", "ping", "http.request"), or a number: 0 to 15 is a WebSocket
            opcode, 100 to 599 a status, 1000 to 4999 a WebSocket close code.

    Raises:
        ValueError: Nothing is known of it; the text names what is close.
        TypeError: It is neither a text nor a whole number.
    """
    if isinstance(what, bool) or not isinstance(what, str | int):
        raise ArgumentError(f"expected a name such as 'etag' or a number such as 422, got {what!r}")
    if isinstance(what, str) and what.strip().isdecimal() and what.strip().isascii():
        what = int(what) if len(what) < 10 else what
    found = explain_number(what) if isinstance(what, int) else explain_name(what.strip())
    if found is None:
        raise ArgumentValueError(f"nothing is known of {what!r}{_hint(what)}")
    return found


def _hint(what: str | int) -> str:
    if isinstance(what, int):
        return "; opcodes are 0 to 15, statuses 100 to 599, close codes 1000 to 4999"
    close = difflib.get_close_matches(what.lower(), sorted({name.lower() for name in names()}), 3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def names() -> Iterator[str]:
    """Give every name that `explain` knows."""
    yield from HEADERS
    yield from METHODS
    yield from _OPCODES
    yield from MESSAGES


def explain_number(number: int) -> Explanation | None:
    """Explain an opcode, a status or a close code, whichever has this number."""
    if number in range(100, 600):
        return explain_status(number)
    if number in range(1000, 5000):
        return explain_close_code(number)
    return explain_opcode(number)


def explain_name(name: str) -> Explanation | None:
    """Explain a header, a method, an opcode or an ASGI message, whichever bears this name."""
    lower = name.lower()
    return (
        explain_message(lower)
        or explain_header(lower)
        or explain_method(name.upper())
        or explain_opcode(_OPCODES.get(lower, -1))
    )


def explain_header(name: str) -> Explanation | None:
    """Explain a header field, by a name in any case."""
    proper = _HEADERS.get(name.lower())
    return None if proper is None else Explanation(proper, "header", *HEADERS[proper])


def explain_method(name: str) -> Explanation | None:
    """Explain a request method; its case matters."""
    return Explanation(name, "method", *METHODS[name]) if name in METHODS else None


def explain_status(code: int) -> Explanation | None:
    """Explain a status code; one that nobody registered counts as the first of its class."""
    if code in STATUSES:
        phrase, sentence, source = STATUSES[code]
        return Explanation(f"{code} {phrase}", "status", sentence, source)
    sentence = CLASSES.get(code // 100, "")
    if not sentence:
        return None
    rule = f"{sentence} The code is not registered, so a client takes it for {code // 100}00."
    return Explanation(str(code), "status", rule, "RFC 9110 section 15")


def explain_close_code(code: int) -> Explanation | None:
    """Explain the code with which a WebSocket was closed."""
    if code in CLOSE_CODES:
        phrase, sentence, source = CLOSE_CODES[code]
        return Explanation(f"{code} {phrase}", "close code", sentence, source)
    for (first, last), sentence in CLOSE_RANGES.items():
        if first <= code <= last:
            return Explanation(str(code), "close code", sentence, "RFC 6455 section 7.4.2")
    return None


def explain_opcode(code: int) -> Explanation | None:
    """Explain the opcode of a WebSocket frame."""
    if code in OPCODES:
        name, sentence, source = OPCODES[code]
        return Explanation(f"{name} (0x{code:x})", "opcode", sentence, source)
    if code not in range(16):
        return None
    what = "control" if code >= 8 else "data"
    return Explanation(
        f"0x{code:x}", "opcode", f"Reserved for {what} frames to come.", "RFC 6455 section 5.2"
    )


def explain_message(name: str) -> Explanation | None:
    """Explain an ASGI message or scope, by its type."""
    return Explanation(name, "ASGI message", *MESSAGES[name]) if name in MESSAGES else None
