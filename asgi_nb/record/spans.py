"""
The onion around an endpoint: one span per layer, with what it changed on the way in and on the way out.

While a request runs, each passage from one layer to the next is noted in a Gate: the request as it goes
down, the response as it comes up. What a layer did is the difference of the gates on its two sides.

Rule 1: a gate keeps values, never the messages: those belong to the app.
Rule 2: a layer's own time is the time outside of what lies below it, and outside of what it sends to.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.markup import table
from asgi_nb.record.masks import MASK, is_secret, mask_headers, visible
from asgi_nb.record.origin import Origin
from asgi_nb.record.runs import CALLED, PART, TITLE, Run, end_of

Message = Any
Pairs = tuple[tuple[bytes, bytes], ...]

STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
BODIES = frozenset({"http.response.body", "websocket.http.response.body"})


@dataclass(frozen=True, slots=True, eq=False)
class LayerFacts:
    """A middleware, without what it is made of: exchanges keep this, and must not keep that alive."""

    name: str
    """Its name in the route table."""
    origin: Origin | None
    """The cell that defined it."""


class Gate:
    """
    One passage to a layer, or to the app that all layers lie around.

    Args:
        entered: The layer; None for the app.
        scope: The scope that it is given.
    """

    __slots__ = (
        "answer_ns",
        "enter_ns",
        "entered",
        "error",
        "exit_ns",
        "headers",
        "method",
        "outward_ns",
        "path",
        "request_headers",
        "size",
        "status",
    )

    def __init__(self, entered: LayerFacts | None, scope: Mapping[str, Any]) -> None:
        self.entered = entered
        self.enter_ns = perf_counter_ns()
        # The pairs of this moment: a layer may change the list in place.
        self.request_headers: Pairs = tuple(scope.get("headers") or ())
        self.method = scope.get("method")
        self.path = scope.get("path")
        self.answer_ns: int | None = None
        self.status: int | None = None
        self.headers: Pairs = ()
        self.size: int | None = None
        """Bytes of the body that have come up; None when it came as a stream that was not seen."""
        self.exit_ns: int | None = None
        self.outward_ns = 0
        """Nanoseconds in which what lies below was sending, and others ran for it."""
        self.error: str | None = None

    def watch(self, send: Callable[[Message], Awaitable[None]]) -> Callable[[Message], Awaitable[None]]:
        """Give a `send` that notes what comes up."""
        self.size = 0

        async def sending(message: Message) -> None:
            now = perf_counter_ns()
            try:
                kind = message["type"]
                if kind in STARTS:
                    self.answer(message.get("status", 101), message.get("headers") or ())
                elif kind in BODIES and self.size is not None:
                    self.size += len(message.get("body") or b"")
            except (AttributeError, KeyError, TypeError, ValueError):
                # No message at all, or a strange one: whoever takes it says so, and the recorder notes it.
                self.size = None
            try:
                await send(message)
            finally:
                self.outward_ns += perf_counter_ns() - now

        return sending

    def answer(self, status: int, headers: Iterable[Any]) -> None:
        """Note the head of the response that came up."""
        self.answer_ns = perf_counter_ns()
        self.status = status
        self.headers = tuple(headers)


@dataclass(frozen=True, slots=True, repr=False)
class Changes:
    """What a layer made of a header list, and of what stands beside it."""

    added: Pairs = ()
    """Fields that were not there before."""
    removed: Pairs = ()
    """Fields that are no longer there."""
    changed: tuple[tuple[bytes, bytes, bytes], ...] = ()
    """Name, the value before, the value after; several values of a name joined by ", "."""
    other: tuple[tuple[str, object, object], ...] = ()
    """What it is ("status", "body size", "method", "path"), before, after."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.other)

    def words(self) -> list[str]:
        """Say each change in words, with secrets masked."""
        said = [
            f"{what} {visible(str(before))} → {visible(str(after))}" for what, before, after in self.other
        ]
        said += [f"added {name}: {value}" for name, value in mask_headers(self.added)[0]]
        said += [f"removed {name}: {value}" for name, value in mask_headers(self.removed)[0]]
        for name, before, after in self.changed:
            old, new = (mask_headers(((name, value),))[0][0][1] for value in (before, after))
            title = visible(name.decode("latin-1"))
            if old == new == MASK or is_secret(title):
                said.append(f"changed {title} (masked)")
            else:
                said.append(f"changed {title}: {old} → {new}")
        return said

    def __repr__(self) -> str:
        return f"<Changes: {'; '.join(self.words()) or 'none'}>"


@dataclass(frozen=True, slots=True, repr=False)
class Span:
    """One layer of the onion, or the endpoint in its middle."""

    name: str
    """The middleware's name, or the endpoint's."""
    kind: str
    """"middleware" or "endpoint"."""
    depth: int
    """0 for the outermost."""
    start_ns: int
    """When it was called, in nanoseconds from the exchange's start."""
    end_ns: int | None
    """When it returned; None while it runs."""
    self_ns: int | None
    """Nanoseconds of its own, without the layers inside and the ones it sends to; None while it runs."""
    request: Changes
    """What it changed on the way down."""
    response: Changes
    """What it changed on the way up."""
    answered: bool
    """Whether it answered by itself, without calling what lies below."""
    calls: int
    """How often it called that."""
    error: str | None
    """The type of the exception that left it."""
    origin: Origin | None
    """The cell that defined it."""

    @property
    def title(self) -> str:
        """How a person calls it: "middleware timer [3]", "endpoint get_items [4]"."""
        words = [self.kind, self.name if self.name != self.kind else ""]
        if self.origin is not None and self.origin.execution_count is not None:
            words.append(self.origin.label)
        return " ".join(word for word in words if word)

    def __repr__(self) -> str:
        parts = [visible(self.title)]
        if self.self_ns is not None:
            parts.append(f"{self.self_ns / 1e6:.2f} ms of its own")
        if self.answered:
            parts.append("answered by itself")
        if self.calls > 1:
            parts.append(f"called what is below {self.calls} times")
        if self.error:
            parts.append(f"raised {visible(self.error)}")
        if self.request:
            parts.append(f"request: {'; '.join(self.request.words())}")
        if self.response:
            parts.append(f"response: {'; '.join(self.response.words())}")
        return f"<{', '.join(parts)}>"


class Spans(list[Span]):
    """The spans of one exchange, from the outside in."""

    def __repr__(self) -> str:
        if not self:
            return "<Spans: nothing was noted>"
        return "\n".join("  " * span.depth + repr(span) for span in self)

    def _repr_html_(self) -> str:
        rows = [
            (
                "· " * span.depth + span.name,
                span.kind,
                span.origin.label if span.origin else "",
                "" if span.self_ns is None else f"{span.self_ns / 1e6:.2f} ms",
                "; ".join(span.request.words()),
                "; ".join(span.response.words()),
                "answered by itself" if span.answered else span.error or "",
            )
            for span in self
        ]
        return table(["layer", "kind", "cell", "own time", "request", "response", ""], rows, caption="Layers")


def read_spans(
    gates: Sequence[Gate],
    runs: Sequence[Run],
    clock_ns: int,
    response: ResponseRecord | None,
    origin: Origin | None,
) -> Spans:
    """
    Make the spans of an exchange.

    Args:
        gates: The passages, in order.
        runs: The runs of the endpoint.
        clock_ns: When the exchange began.
        response: What left the outermost layer, for the size of its body.
        origin: The cell of the endpoint.
    """
    gates, runs = list(gates), list(runs)
    # A layer that calls on twice makes two passages: the last one is the one that counted.
    last: dict[LayerFacts | None, Gate] = {}
    counts: dict[LayerFacts | None, int] = {}
    for gate in gates:
        last[gate.entered] = gate
        counts[gate.entered] = counts.get(gate.entered, 0) + 1
    order = list(last)
    spans = Spans()
    for index, facts in enumerate(order):
        if facts is None:
            continue
        outer = last[facts]
        inner = last[order[index + 1]] if index + 1 < len(order) else None
        size = response.body.size if index == 0 and response is not None else outer.size
        spans.append(
            Span(
                name=facts.name,
                kind="middleware",
                depth=index,
                start_ns=outer.enter_ns - clock_ns,
                end_ns=None if outer.exit_ns is None else outer.exit_ns - clock_ns,
                self_ns=_own_time(outer, inner),
                request=_request_changes(outer, inner),
                response=_response_changes(outer, inner, size),
                answered=inner is None and outer.answer_ns is not None,
                calls=0 if inner is None else counts[order[index + 1]],
                error=outer.error,
                origin=facts.origin,
            )
        )
    endpoint = next((run for run in reversed(runs) if run[PART] in ("endpoint", "app")), None)
    if endpoint is not None:
        ends = [end_of(run) for run in runs if run[PART] != "layers"]
        end = max((one for one in ends if one is not None), default=None) if None not in ends else None
        spans.append(
            Span(
                name=endpoint[TITLE],
                kind="endpoint",
                depth=len(spans),
                start_ns=endpoint[CALLED] - clock_ns,
                end_ns=None if end is None else end - clock_ns,
                self_ns=None if end is None else end - endpoint[CALLED],
                request=Changes(),
                response=Changes(),
                answered=False,
                calls=0,
                error=None,
                origin=origin,
            )
        )
    return spans


def _own_time(outer: Gate, inner: Gate | None) -> int | None:
    if outer.exit_ns is None:
        return None
    own = outer.exit_ns - outer.enter_ns - outer.outward_ns
    if inner is not None:
        if inner.exit_ns is None:
            return None
        # A stream that went up without its frames runs until the end of the layer that sends it.
        if inner.size is None and outer.answer_ns is not None:
            own = outer.answer_ns - outer.enter_ns
        own -= inner.exit_ns - inner.enter_ns - inner.outward_ns
    return max(0, own)


def _request_changes(outer: Gate, inner: Gate | None) -> Changes:
    if inner is None:
        return Changes()
    other = [
        (what, before, after)
        for what, before, after in (
            ("method", outer.method, inner.method),
            ("path", outer.path, inner.path),
        )
        if before != after
    ]
    return compare(outer.request_headers, inner.request_headers, other)


def _response_changes(outer: Gate, inner: Gate | None, size: int | None) -> Changes:
    # One that raised changed nothing, and one that answered by itself made all of it.
    if inner is None or inner.status is None or outer.status is None or outer.error:
        return Changes()
    other: list[tuple[str, object, object]] = []
    if inner.status != outer.status:
        other.append(("status", inner.status, outer.status))
    if size is not None and inner.size is not None and inner.size != size:
        other.append(("body size", inner.size, size))
    return compare(inner.headers, outer.headers, other)


def compare(before: Pairs, after: Pairs, other: Iterable[tuple[str, object, object]] = ()) -> Changes:
    """
    Say how two header lists differ, without regard to the order of different names and to their case.

    Args:
        before: The one.
        after: The other.
        other: What else has changed.
    """
    old, new = _grouped(before), _grouped(after)
    added: list[tuple[bytes, bytes]] = []
    removed: list[tuple[bytes, bytes]] = []
    changed: list[tuple[bytes, bytes, bytes]] = []
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, []), new.get(name, [])
        if was == now:
            continue
        if was == now[: len(was)]:
            added += [(name, value) for value in now[len(was) :]]
        elif now == was[: len(now)]:
            removed += [(name, value) for value in was[len(now) :]]
        else:
            changed.append((name, b", ".join(was), b", ".join(now)))
    return Changes(tuple(added), tuple(removed), tuple(changed), tuple(other))


def _grouped(pairs: Iterable[Any]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for pair in pairs:
        try:
            name, value = pair
            found.setdefault(bytes(name).lower(), []).append(bytes(value))
        except (TypeError, ValueError):
            # No pair of bytes: a fault of the exchange says so.
            continue
    return found
