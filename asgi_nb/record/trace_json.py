"""
A written trace as JSON, for files of traffic and HTTP Archives: one table says which fields there are.

Rule 1: a file may be damaged, or made by anybody: each value is checked, and the wrong one is a ValueError.
Rule 2: what is missing is empty, and what nobody knows is passed over.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from asgi_nb.record.background import BackgroundRecord
from asgi_nb.record.checked import finite, flag, items, mapping, maybe, one_of, text, whole
from asgi_nb.record.origin import Origin
from asgi_nb.record.reasons import Reason, Routing
from asgi_nb.record.runs import CALLED, HEAD, JOINED, MERGED, MERGED_NS, OVER, PART, PLACE, TITLE, Run
from asgi_nb.record.samples import INNERMOST, Blocked
from asgi_nb.record.slices import PLACES
from asgi_nb.record.spans import Changes, Span
from asgi_nb.record.written_trace import LIMIT, ROUTES, STEPS, WrittenTrace

# More layers or mounts inside of each other than Python's stack has frames for.
DEPTH = 1000

T = TypeVar("T")


class Code(NamedTuple):
    """How a value is written as JSON, and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _record(kind: type) -> Code:
    return Code(lambda value: _write(value), lambda value: read_fields(kind, value))


def _record_or_none(kind: type) -> Code:
    code = _record(kind)
    return Code(lambda value: None if value is None else code.write(value), maybe(code.read))


def _octets(value: Any) -> bytes:
    return text(value).encode("latin-1")


def _tuples(read: Callable[[Any], Any], width: int) -> Code:
    """Tuples of texts and bytes: bytes as latin-1, which has a character for each."""

    def write(value: Any) -> Any:
        return [[one.decode("latin-1") if isinstance(one, bytes) else one for one in row] for row in value]

    def read_rows(value: Any) -> Any:
        rows = [items(row) for row in items(value)]
        if any(len(row) != width for row in rows):
            raise ValueError(f"expected rows of {width}")
        return tuple(tuple(map(read, row)) for row in rows)

    return Code(write, read_rows)


def _plain(value: Any) -> Any:
    return value if value is None or type(value) in (bool, int, str) else str(value)


def _other(value: Any) -> Any:
    return (
        value if value is None or type(value) is bool else whole(value) if type(value) is int else text(value)
    )


def _depth(value: Any) -> int:
    # It becomes the width of a margin.
    if not 0 <= whole(value) <= DEPTH:
        raise ValueError(f"expected a depth of 0 to {DEPTH}, got {value}")
    return int(value)


TEXT, WHOLE, FLAG = Code(_same, text), Code(_same, whole), Code(_same, flag)
MAYBE_TEXT, MAYBE_WHOLE = Code(_same, maybe(text)), Code(_same, maybe(whole))
PLAIN_TUPLES = _tuples(_other, 3)

# A new field is a line; a test holds that none is forgotten.
FIELDS: dict[type, dict[str, Code]] = {
    Origin: {
        "cell_id": MAYBE_TEXT,
        "execution_count": MAYBE_WHOLE,
        "source_hash": TEXT,
        "function": TEXT,
        "filename": TEXT,
        "lineno": WHOLE,
    },
    Changes: {
        "added": _tuples(_octets, 2),
        "removed": _tuples(_octets, 2),
        "changed": _tuples(_octets, 3),
        "other": Code(lambda value: [list(map(_plain, row)) for row in value], PLAIN_TUPLES.read),
    },
    Span: {
        "name": TEXT,
        "kind": TEXT,
        "depth": Code(_same, _depth),
        "start_ns": WHOLE,
        "end_ns": MAYBE_WHOLE,
        "self_ns": MAYBE_WHOLE,
        "request": _record(Changes),
        "response": _record(Changes),
        "answered": FLAG,
        "calls": WHOLE,
        "error": MAYBE_TEXT,
        "origin": _record_or_none(Origin),
    },
    Reason: {
        "route": TEXT,
        "verdict": Code(_same, one_of("full", "partial", "none")),
        "reason": TEXT,
        "chosen": FLAG,
        "origin": _record(Origin),
        "fits": WHOLE,
        "depth": Code(_same, _depth),
    },
    Blocked: {
        "start_ns": WHOLE,
        "duration": Code(_same, finite),
        "title": TEXT,
        "loop": TEXT,
        "cell": MAYBE_TEXT,
        "line": MAYBE_WHOLE,
        "text": TEXT,
    },
    BackgroundRecord: {
        "name": TEXT,
        "start_ns": WHOLE,
        "end_ns": MAYBE_WHOLE,
        "error": MAYBE_TEXT,
    },
}


def _plain_fields(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(name for name, code in FIELDS[kind].items() if code.write is _same)
    return names, attrgetter(*names) if len(names) > 1 else lambda value: ()


# Most fields are written as they are: all of a record at once, as an exchange has one for each route.
_PLAIN = {kind: _plain_fields(kind) for kind in FIELDS}
_SPECIAL = {
    kind: [(name, code.write) for name, code in codes.items() if code.write is not _same]
    for kind, codes in FIELDS.items()
}


def _write(value: Any) -> dict[str, Any]:
    kind = type(value)
    names, plain = _PLAIN[kind]
    written = dict(zip(names, plain(value), strict=True))
    for name, write in _SPECIAL[kind]:
        written[name] = write(getattr(value, name))
    return written


def read_fields(kind: type, value: Any) -> Any:
    """Make one of the records of FIELDS. Raises ValueError or TypeError when it is none."""
    found = mapping(value)
    read = {name: code.read(found[name]) for name, code in FIELDS[kind].items() if name in found}
    return kind(**read)


def _read_all(kind: type[T], value: Any, limit: int = LIMIT) -> Sequence[T]:
    return [read_fields(kind, one) for one in items(value, limit)]


_place, _part = one_of(*PLACES), one_of(*INNERMOST)

# What stands in the head of a run, in its order.
_HEADS: dict[int, Callable[[Any], Any]] = {
    PLACE: _place,
    PART: _part,
    TITLE: text,
    CALLED: whole,
    OVER: flag,
    MERGED_NS: whole,
    MERGED: whole,
    JOINED: lambda value: frozenset(map(whole, items(value, STEPS))),
}


def _read_run(value: Any) -> Run:
    noted = items(value)
    if not HEAD <= len(noted) <= STEPS or (len(noted) - HEAD) % 2:
        raise ValueError(
            f"expected a run of {HEAD} values and up to {STEPS} times, in pairs; got {len(noted)}"
        )
    return [*(_HEADS[place](noted[place]) for place in range(HEAD)), *map(whole, noted[HEAD:])]


def as_json(trace: WrittenTrace) -> dict[str, Any]:
    """Give what `json.dumps` takes: of a trace without secrets, something without secrets."""
    routing = trace.routing
    return {
        "called_ns": trace.called_ns,
        "runs": [[*run[:JOINED], sorted(run[JOINED]), *run[HEAD:]] for run in trace.runs],
        "spans": [_write(span) for span in trace.spans],
        "routes": [_write(reason) for reason in routing],
        "more_routes": routing.more,
        "hints": routing.hints,
        "blocked": [_write(one) for one in trace.blocked],
        "background": [_write(one) for one in trace.background],
        "left_out": trace.left_out,
    }


def from_json(value: Any) -> WrittenTrace:
    """
    Read a trace back; what is missing is empty, and what nobody knows is passed over.

    Raises:
        ValueError, KeyError, TypeError: It is not what `as_json` gave.
    """
    found = mapping(value)
    called_ns = found.get("called_ns")
    return WrittenTrace(
        [_read_run(run) for run in items(found.get("runs", []), LIMIT)],
        maybe(whole)(called_ns),
        _read_all(Span, found.get("spans", [])),
        Routing(
            _read_all(Reason, found.get("routes", []), ROUTES),
            map(text, items(found.get("hints", []), ROUTES)),
            whole(found.get("more_routes", 0)),
        ),
        _read_all(Blocked, found.get("blocked", [])),
        _read_all(BackgroundRecord, found.get("background", [])),
        whole(found.get("left_out", 0)),
    )
