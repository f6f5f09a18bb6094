"""What happened inside of a request: properties of `Exchange`, made from its trace when somebody asks."""

from time import perf_counter_ns
from typing import Literal, Protocol

from asgi_nb.record.background import BackgroundRecord, read_background
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.markup import block, fold
from asgi_nb.record.masks import visible
from asgi_nb.record.origin import Origin
from asgi_nb.record.reasons import Candidates, Routing, read_routing
from asgi_nb.record.runs import CALLED, HEAD, PART, end_of
from asgi_nb.record.samples import Blocked, read_blocked
from asgi_nb.record.slices import Slices, read_slices
from asgi_nb.record.spans import Spans, read_spans
from asgi_nb.record.timing import Timing
from asgi_nb.record.trace import Trace
from asgi_nb.record.written_trace import WrittenTrace

OriginState = Literal["current", "changed", "gone", "unknown"]

# The parts of a request that are the endpoint's own work.
ENDPOINT = ("endpoint", "stream", "app")


class Traced(Protocol):
    """What is asked of an exchange here."""

    @property
    def trace(self) -> Trace | None:
        """The notes."""

    @property
    def clock_ns(self) -> int:
        """When it began."""

    @property
    def kind(self) -> Literal["http", "websocket"]:
        """What it is."""

    @property
    def request(self) -> RequestRecord:
        """The request."""

    @property
    def root_path(self) -> str:
        """The prefix under which the app is mounted."""

    @property
    def response(self) -> ResponseRecord | None:
        """The response."""

    @property
    def origin(self) -> Origin | None:
        """The cell that answered."""

    @property
    def request_done_ns(self) -> int | None:
        """When the request's body was read."""

    @property
    def response_start_ns(self) -> int | None:
        """When the response began."""

    @property
    def response_done_ns(self) -> int | None:
        """When it was sent."""

    @property
    def app_exit_ns(self) -> int | None:
        """When the app had returned."""


class Insight:
    """What an exchange tells of the code behind it."""

    __slots__ = ()

    @property
    def timing(self: Traced) -> Timing:
        """When each stage was reached."""
        trace, clock_ns, response = self.trace, self.clock_ns, self.response
        runs = [run.copy() for run in trace.runs if run[PART] in ENDPOINT] if trace else []
        called = [run[CALLED] for run in runs]
        if trace is not None and trace.called_ns is not None:
            called.append(trace.called_ns)
        starts = [run[HEAD] for run in runs if len(run) > HEAD]
        ends = [end_of(run) for run in runs]
        ended = [end for end in ends if end is not None]
        return Timing(
            app_enter=0,
            request_done=self.request_done_ns,
            matched=min(called) - clock_ns if called else None,
            endpoint_start=min(starts) - clock_ns if starts else None,
            endpoint_end=max(ended) - clock_ns if ended and len(ended) == len(ends) else None,
            response_start=self.response_start_ns,
            first_byte=_first_byte(response, self.response_done_ns),
            response_done=self.response_done_ns,
            app_exit=self.app_exit_ns,
        )

    @property
    def spans(self: Traced) -> Spans:
        """The middleware around the endpoint and the endpoint itself, from the outside in."""
        trace = self.trace
        if trace is None:
            return Spans()
        if isinstance(trace, WrittenTrace):
            return trace.spans
        return read_spans(trace.gates, trace.runs, self.clock_ns, self.response, self.origin)

    @property
    def routing(self: Traced) -> Routing:
        """Each route that there was, and why it answered or did not."""
        trace = self.trace
        if isinstance(trace, WrittenTrace):
            return trace.routing
        candidates = (trace and trace.candidates) or Candidates()
        return read_routing(
            candidates,
            is_websocket=self.kind == "websocket",
            method=self.request.method,
            path=_routed_path(trace, self.request.path, self.root_path),
            reached=trace is not None
            and (trace.called_ns is not None or any(run[PART] in ENDPOINT for run in list(trace.runs))),
            answered=self.app_exit_ns is not None or self.response_start_ns is not None,
            host=self.request.header("host") or "",
        )

    @property
    def slices(self: Traced) -> Slices:
        """When the endpoint's code ran; between the slices it waited."""
        trace = self.trace
        return Slices(()) if trace is None else read_slices(trace.runs, self.clock_ns, ENDPOINT)

    @property
    def blocked(self: Traced) -> list[Blocked]:
        """The times for which it held its loop longer than 100 ms, with the line that did."""
        trace = self.trace
        if trace is None:
            return []
        if isinstance(trace, WrittenTrace):
            return trace.blocked
        return read_blocked(trace.runs, trace.samples, self.clock_ns, perf_counter_ns())

    @property
    def background_tasks(self: Traced) -> list[BackgroundRecord]:
        """What ran after the response, task by task. The sum of it is `background`."""
        trace = self.trace
        if isinstance(trace, WrittenTrace):
            return trace.background
        return [] if trace is None else read_background(trace.tasks, self.clock_ns)

    @property
    def origin_state(self: Traced) -> OriginState:
        """
        Whether the cell that answered is still as it was then.

        "current"; "changed" when it has run with another text since; "gone" when nothing of it is defined
        any more; "unknown" when there is no such cell, or the app is gone.
        """
        trace, origin = self.trace, self.origin
        now = trace.candidates.now() if trace is not None and trace.candidates is not None else None
        if origin is None or now is None:
            return "unknown"
        same = [
            one.origin
            for one in (*now.routes, *(hidden for hidden, _ in now.hidden))
            if (
                one.origin.cell_id == origin.cell_id
                if origin.cell_id
                else one.origin.function == origin.function
            )
        ]
        if any(other.source_hash == origin.source_hash for other in same):
            return "current"
        return "changed" if same else "gone"


def insight_html(exchange: "ShownInsight") -> list[str]:
    """Give the pieces of HTML that an exchange shows of this; what held the loop is open."""
    parts = []
    if exchange.holds:
        parts.append(
            fold("Held", block("\n".join(visible(str(hold)) for hold in exchange.holds)), opened=True)
        )
    blocked = exchange.blocked
    if blocked:
        parts.append(fold("Held the loop", block("\n".join(map(repr, blocked))), opened=True))
    if exchange.trace is not None:
        parts.append(fold("Timing", exchange.timing._repr_html_()))
        if len(exchange.spans) > 1:
            parts.append(fold("Layers", exchange.spans._repr_html_()))
        routing = exchange.routing
        if routing or routing.hints:
            # What nothing answered is what a person wonders about.
            parts.append(fold("Routes", routing._repr_html_(), opened=routing.matched is None))
    if isinstance(exchange.trace, WrittenTrace) and exchange.trace.left_out:
        parts.append(
            block(f"{exchange.trace.left_out} runs, layers, tasks or held loops are not in the file")
        )
    return parts


class ShownInsight(Protocol):
    """What is asked of an exchange to show it."""

    @property
    def trace(self) -> Trace | None:
        """The notes."""

    @property
    def holds(self) -> tuple[HoldRecord, ...]:
        """When it was held."""

    @property
    def timing(self) -> Timing:
        """The stages."""

    @property
    def spans(self) -> Spans:
        """The layers."""

    @property
    def routing(self) -> Routing:
        """The routes."""

    @property
    def blocked(self) -> list[Blocked]:
        """What held the loop."""


def _routed_path(trace: Trace | None, path: str, root_path: str) -> str:
    """Give the path that the router saw: a layer may have changed it."""
    gates = [] if trace is None else list(trace.gates)
    if not gates or gates[-1].path == gates[0].path or not isinstance(gates[-1].path, str):
        return path
    return gates[-1].path.removeprefix(root_path)


def _first_byte(response: ResponseRecord | None, done_ns: int | None) -> int | None:
    if response is None or not response.body.size:
        return None
    chunks = response.body.chunks
    return next((chunk.at_ns for chunk in chunks if chunk.size), None) if chunks else done_ns
