"""
One exchange: a request with its response, or a WebSocket session with its messages.

Plain data. The loop that runs the app writes it through the recorder; anyone may read it at any time, and
sees what has happened so far. Attributes are raw; what is shown (repr, HTML) is masked.

Moments are nanoseconds from the exchange's start, on a clock that never jumps; None: it has not happened.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token
from copy import copy
from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from asgi_nb.record.actions import Actions
from asgi_nb.record.body import Body, Headers
from asgi_nb.record.candidates import Candidates
from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.guard import GUARD
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.insight import Insight, insight_html
from asgi_nb.record.mark import Mark, Marked
from asgi_nb.record.markup import block, card, fold, table
from asgi_nb.record.masks import mask_headers, mask_text, shorten, visible
from asgi_nb.record.origin import Origin
from asgi_nb.record.output import OutputRecord, add_record
from asgi_nb.record.relation import Relation
from asgi_nb.record.runs import Run, Step, note_step
from asgi_nb.record.trace import Trace
from asgi_nb.record.websocket import WebSocketClose, WebSocketMessage, WebSocketRecord

__all__ = [
    "Body",
    "ErrorRecord",
    "Exchange",
    "Fault",
    "Frame",
    "Headers",
    "Origin",
    "OutputRecord",
    "Relation",
    "RequestRecord",
    "ResponseRecord",
    "WebSocketClose",
    "WebSocketMessage",
    "WebSocketRecord",
    "current_exchange",
    "under_way",
]

Kind = Literal["http", "websocket"]
State = Literal["open", "held", "queued", "streaming", "done", "error", "aborted"]

# What a small exchange and an empty message weigh: 1.5 KiB and 200 bytes by tracemalloc, rounded up.
EXCHANGE_OVERHEAD = 2048
MESSAGE_OVERHEAD = 256

# A socket that breaks the protocol with each message must not fill the memory with the news of it.
FAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that broke the protocol, or broke beside it."""

    at_ns: int
    """Nanoseconds from the exchange's start."""
    text: str
    """What happened and what was expected."""

    def __str__(self) -> str:
        return self.text


class Keeper(Protocol):
    """Who keeps exchanges: a store."""

    def touch(self, exchange: "Exchange") -> None:
        """Tell that an exchange has changed."""

    def add_output(self, exchange: "Exchange", record: OutputRecord) -> None:
        """Add a record to the output of an exchange; from any thread."""


class Writer(Protocol):
    """Who knows what an exchange is made of."""

    def write(self, exchange: "Exchange") -> object:
        """Give an exchange the fields of DERIVED, and take its `draft` away."""


@dataclass(slots=True, eq=False, repr=False)
class Exchange(Actions, Insight, Marked):
    """One request with its response, or one WebSocket session with its messages."""

    stage: ClassVar[int] = 0
    """For running code: that it is noted here, see `Noted`."""
    kind: Kind
    """"http" or "websocket"."""
    started_at: float
    """Seconds since the Unix epoch, when the scope arrived."""
    request: RequestRecord
    """The request; for a WebSocket, its handshake."""
    scheme: str
    """"http", "https", "ws" or "wss"."""
    http_version: str
    """"1.0", "1.1", "2" or "3"."""
    root_path: str
    """The prefix under which the app is mounted, "" for none."""
    client: tuple[str, int | None] | None
    """The peer's host and port; None when the server does not tell."""
    server: tuple[str, int | None] | None
    """The listening host and port, or a Unix socket's path and None; None when the server does not tell."""
    websocket: WebSocketRecord | None = None
    """The WebSocket side; None for HTTP."""
    seq: int = 0
    """The number that the store gave: 1 for its first exchange, never used twice."""
    id: str = ""
    """A short name that the store gave, of 8 hexadecimal digits."""
    state: State = "open"
    """
    "open" until the response starts or the socket is accepted, "streaming" until it ends, then "done";
    "held" while a person looks at it, see `asgi_nb.hold`;
    "queued" while the request waits for a kernel that runs a cell;
    "error" when an exception left the app or the app left a response unfinished;
    "aborted" when the client or the server cut it off.
    """
    request_done_ns: int | None = None
    """When the app had read the request's body to its end."""
    response_start_ns: int | None = None
    """When the app sent the status and headers, or accepted the socket."""
    response_done_ns: int | None = None
    """When the app sent the end of the response, or the socket was closed."""
    app_exit_ns: int | None = None
    """When the app returned or raised."""
    response: ResponseRecord | None = None
    """The response; for a WebSocket, the one that refused the handshake."""
    error: ErrorRecord | None = None
    """The exception that the app met: one that left it, or one that a handler answered (`error.handled`)."""
    origin: Origin | None = None
    """The cell whose code answered."""
    replaced: bool = False
    """Whether the cell's code has been replaced while this socket was open on it."""
    route_path: str | None = None
    """The path of the route that matched, with its parameters' names: "/items/{id}"."""
    path_params: dict[str, Any] = field(default_factory=dict)
    """The path parameters, converted."""
    faults: list[Fault] = field(default_factory=list)
    """What broke the protocol, at most FAULT_LIMIT of them."""
    extra_faults: int = 0
    """Faults beyond FAULT_LIMIT, counted only."""
    output: list[OutputRecord] = field(default_factory=list)
    """What the code behind it printed, logged, warned of and displayed, oldest first: the last of it."""
    dropped_output: int = 0
    """Records of `output` that are counted, but kept no longer."""
    output_size: int = 0
    """About how many bytes of memory `output` holds. Not in `kept_size`: other threads write it."""
    relation: Relation | None = None
    """Which exchange this one repeats; None for a request that came by itself."""
    holds: tuple[HoldRecord, ...] = ()
    """When it was held for a person to look at, and what was changed."""
    clock_ns: int = 0
    """What `time.perf_counter_ns()` said at the start, from where every `at_ns` counts."""
    keeper: Keeper | None = None
    """The store that keeps it; None before and after."""
    kept_size: int = EXCHANGE_OVERHEAD
    """About how many bytes of memory this exchange holds."""
    charged: int = 0
    """The part of `kept_size` that the store has entered in its account."""
    mark: Mark | None = None
    """What a reader noted; see `pinned`, `note`, `colour` and `tags`."""
    trace: Trace | None = None
    """What was noted of the code that ran; see `timing`, `spans`, `routing`, `slices` and `blocked`."""
    draft: Writer | None = None
    """What is to be read when somebody looks; None once it has been."""

    if not TYPE_CHECKING:  # To a checker, every name would be a field.

        def __getattr__(self, name: str) -> Any:
            """Have the fields written that come from a draft, and give others their default."""
            with GUARD:
                if name in DERIVED and self.draft is not None:
                    self.draft.write(self)
                elif name in DEFAULTS and not self.has(name):
                    setattr(self, name, DEFAULTS[name]())
                # Plain: whoever was first has set it, and what is no field is refused in the usual words.
                return object.__getattribute__(self, name)

    def has(self, name: str) -> bool:
        """Whether a field has a value; to ask for it would give it one."""
        try:
            object.__getattribute__(self, name)
        except AttributeError:
            return False
        return True

    @property
    def finished(self) -> bool:
        """Whether the app has returned or raised: nothing more will come."""
        return self.app_exit_ns is not None

    @property
    def duration(self) -> float | None:
        """
        Seconds until the response was sent or the socket closed; None while that is to come.

        When neither happened, until the app left.
        """
        end = self.response_done_ns if self.response_done_ns is not None else self.app_exit_ns
        return None if end is None else end / 1e9

    @property
    def background(self) -> float | None:
        """Seconds that the app ran on after its response, as background tasks do; None before it has left."""
        if self.app_exit_ns is None or self.response_done_ns is None or self.websocket is not None:
            return None
        return (self.app_exit_ns - self.response_done_ns) / 1e9

    @property
    def status(self) -> int | None:
        """The response's status code; None before there is one."""
        return self.response.status if self.response else None

    def _set_mark(self, mark: Mark) -> None:
        self.mark = None if mark == Mark() else mark
        if self.keeper is not None:
            self.keeper.touch(self)

    def add_fault(self, at_ns: int, text: str) -> None:
        """Record what broke."""
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(Fault(at_ns, text))
            self.kept_size += len(text) + MESSAGE_OVERHEAD
        else:
            self.extra_faults += 1

    def add_output(self, record: OutputRecord) -> int:
        """Add what was printed, logged, warned of or displayed; gives by how many bytes that has grown."""
        before = self.output_size
        self.output_size, dropped = add_record(self.output, record, before)
        self.dropped_output += dropped
        return self.output_size - before

    def emit(self, record: OutputRecord) -> None:
        """Add output from any thread, and tell who watches."""
        keeper = self.keeper
        if keeper is None:
            self.add_output(record)
        else:
            keeper.add_output(self, record)

    def enter(self, state: State) -> None:
        """Set the state, and tell who watches."""
        if self.draft is not None:
            self.draft.write(self)
        self.state = state
        if self.keeper is not None:
            self.keeper.touch(self)

    @property
    def is_traced(self) -> bool:
        """Whether anything is noted of the code that runs."""
        return self.trace is not None

    def take_routes(self, candidates: Candidates | None, sites: object) -> None:
        """Note the routes of the app that the request has come to."""
        self.trace = Trace(candidates)

    def note_run(self, run: Run) -> None:
        """Note a coroutine or a call in a thread that has begun."""
        self.traced().runs.append(run)

    def note_step(self, step: Step, called_ns: int, returned_ns: int) -> None:
        """Note an endpoint that has run in one step."""
        note_step(self.traced().runs, step, called_ns, returned_ns)

    def traced(self) -> Trace:
        """Give what is noted of the code that runs; it is made if there is nothing yet."""
        if self.trace is None:
            self.trace = Trace()
        return self.trace

    def grow(self, size: int) -> None:
        """Take note of more bytes that are kept."""
        self.kept_size += size

    def __repr__(self) -> str:
        return f"<Exchange {self.seq} {self.headline}>"

    @property
    def headline(self) -> str:
        """One line to show: method, target, result, time, cell."""
        websocket = self.websocket
        if self.response:
            result = str(self.response.status)
        elif websocket and websocket.close:
            result = f"closed {websocket.close.code or ''}".strip()
        else:
            result = self.state
        if self.state in ("error", "aborted") and result != self.state:
            result += f" ({self.state})"
        parts = [f"{visible(self.request.method)} {shorten(self.request.target, 200)} → {result}"]
        if websocket:
            parts.append(f"{websocket.received_count} received, {websocket.sent_count} sent")
        if self.duration is not None:
            parts.append(f"{self.duration * 1000:.1f} ms")
        if self.origin:
            parts.append(visible(self.origin.label))
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        parts = []
        if self.error:
            opened = not self.error.handled
            parts.append(
                fold(f"Error: {self.error.type}", block(mask_text(self.error.format()).text), opened=opened)
            )
        if self.faults:
            rows = [[f"{fault.at_ns / 1e6:.1f} ms", mask_text(fault.text).text] for fault in self.faults]
            parts.append(
                fold(f"Faults ({len(rows) + self.extra_faults})", table(["at", "what"], rows), opened=True)
            )
        parts.append(_headers_html("Request headers", self.request.headers))
        if self.request.body.size:
            parts.append(_body_html("Request body", self.request.body))
        if self.response:
            parts.append(_headers_html("Response headers", self.response.headers))
            if self.response.body.size:
                parts.append(_body_html("Response body", self.response.body))
        if self.websocket:
            parts.append(_messages_html(self.websocket))
        parts += insight_html(self)
        if self.output:
            parts.append(_output_html(self.output, self.dropped_output))
        return card(f"{self.seq}  {self.headline}", parts)


# The fields that come from the scope and the messages.
DERIVED = frozenset(
    {
        "client",
        "error",
        "extra_faults",
        "faults",
        "http_version",
        "id",
        "kind",
        "request",
        "request_done_ns",
        "response",
        "response_done_ns",
        "response_start_ns",
        "root_path",
        "scheme",
        "server",
        "started_at",
        "state",
        "websocket",
    }
)

# Field -> what makes the value that it has when nobody has set it.
DEFAULTS: dict[str, Callable[[], Any]] = {
    one.name: partial(copy, one.default) if one.default_factory is MISSING else one.default_factory
    for one in fields(Exchange)
    if one.name not in DERIVED and (one.default is not MISSING or one.default_factory is not MISSING)
}


def _headers_html(title: str, headers: Headers) -> str:
    # 100 fields: servers refuse requests with more; a response that has more is shown in part.
    shown, masked = mask_headers(headers[:100])
    count = f"{len(headers)}, {masked} masked" if masked else str(len(headers))
    return fold(f"{title} ({count})", table([], shown))


def _body_html(title: str, body: Body) -> str:
    shown, masked = body.preview(2000)
    notes = [f"{body.size} bytes"] + ["cut"] * body.truncated + [f"{masked} masked"] * bool(masked)
    return fold(f"{title} ({', '.join(notes)})", block(shown, 2000), opened=True)


def _messages_html(websocket: WebSocketRecord) -> str:
    messages = websocket.messages
    rows = [
        [
            message.number,
            message.direction,
            f"{message.at_ns / 1e6:.1f} ms",
            message.size,
            message.preview()[0],
        ]
        for message in messages[-20:]
    ]
    total = websocket.received_count + websocket.sent_count
    title = f"Messages (last {len(rows)} of {total}, {websocket.dropped_count} dropped)"
    return fold(title, table(["#", "direction", "at", "bytes", "payload"], rows), opened=True)


def _output_html(output: list[OutputRecord], dropped: int) -> str:
    rows = [
        [f"{record.at_ns / 1e6:.1f} ms", record.level or record.stream, mask_text(record.text).text.rstrip()]
        for record in output[-50:]
    ]
    title = f"Output (last {len(rows)} of {len(output) + dropped})"
    return fold(title, table(["at", "stream", "text"], rows), opened=True)


class Noted(Protocol):
    """What running code may say of its request: to an exchange, or to a draft that has none yet."""

    clock_ns: int
    """What `time.perf_counter_ns()` said at the start."""

    @property
    def stage(self) -> int:
        """How far a plain request has come, see `plain`; 0 for any other."""

    @property
    def is_traced(self) -> bool:
        """Whether anything is noted of the code that runs."""

    def take_routes(self, candidates: Candidates | None, sites: Any) -> None:
        """Note the routes of the app that the request has come to."""

    def note_run(self, run: Run) -> None:
        """Note a coroutine or a call in a thread that has begun."""

    def note_step(self, step: Step, called_ns: int, returned_ns: int) -> None:
        """Note an endpoint that has run in one step."""

    def traced(self) -> Trace:
        """Give what is noted of the code that runs."""

    def grow(self, size: int) -> None:
        """Take note of more bytes that are kept."""


class Begun(Noted, Protocol):
    """A request whose exchange is made when somebody asks for it."""

    def exchange(self) -> Exchange:
        """Give the exchange."""


class Current:
    """Gives the exchange whose request the running code answers, as a context variable does."""

    __slots__ = ()

    def get(self) -> Exchange | None:
        """Give the exchange; None outside of recorded requests."""
        one = under_way.get()
        return one if one is None or isinstance(one, Exchange) else one.exchange()

    def set(self, exchange: Exchange | None) -> Token[Exchange | Begun | None]:
        """Say whose request the code answers that runs from here on."""
        return under_way.set(exchange)

    def reset(self, token: Token[Exchange | Begun | None]) -> None:
        """Put back what was there before."""
        under_way.reset(token)


current_exchange = Current()
"""Which exchange the running code answers. To ask has it made, for those who need one."""

under_way: ContextVar[Exchange | Begun | None] = ContextVar("asgi_nb.under_way", default=None)
"""The same as it is noted, for those who only add a note."""
