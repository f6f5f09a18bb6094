"""
Note what one HTTP request is made of as it goes by, and write its exchange when somebody looks.

Most exchanges leave the store without ever being looked at, and to write one takes as long as to answer a
small request. So plain values are noted: what the scope said, then a few for each message. Of a request that
ends in the plain way nothing but a tuple is kept (`folded`). Whoever asks for the exchange before, as code
that prints does, has it made; and the first who reads a field that comes from the messages has the recorder
read the notes.

Rule 1: what is noted cannot change any more: text, bytes, numbers, and tuples of them. A scope or a message
        of any other shape has no note; the recorder reads it at once, and says what is wrong with it.
Rule 2: who notes takes no lock: a note is appended, and only then it is asked whether somebody has looked.
        Who looks says so first and reads the notes then. So one of the two sees each note, and notes are
        read in order, under the lock.
Rule 3: a field that has a value keeps it: it was set past the messages, as the cell and the route are.
Rule 4: it raises nothing, whatever the messages are: watching an app must not change what it does.
"""

from collections.abc import Mapping, MutableMapping
from time import perf_counter_ns, time
from typing import Any, ClassVar, Literal, Protocol

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.exchange import DERIVED, MESSAGE_OVERHEAD, Exchange, under_way
from asgi_nb.record.guard import GUARD
from asgi_nb.record.origin import Origin
from asgi_nb.record.recorder import ANSWERED, Message, Recorder
from asgi_nb.record.runs import HEAD, Run, Step, note_step
from asgi_nb.record.shape import FACTS, Shape, Shapes, Source
from asgi_nb.record.trace import Trace

# A request that is read, its answer and the app's exit are four notes. What has more is a stream.
NOTE_LIMIT = 8
# Bytes of one message's body or headers: beyond it, to record costs little beside sending.
NOTED_LIMIT = 1 << 14

NOTE = 4
"""Items of a note: what it is, nanoseconds from the exchange's start, two values of the message."""
NOTES = NOTE * NOTE_LIMIT

START, BODY, REQUEST, EXIT = "http.response.start", "http.response.body", "http.request", "exit"

Scope = MutableMapping[str, Any]

Site = tuple[Origin | None, str | None]
"""The cell that defined a route, and the route's path."""

Sites = Mapping[int, Site]
"""The `id` of a route -> where it is from."""


class Routed(Protocol):
    """What an app leaves in a scope of its routes, as they were when the request came to it."""

    @property
    def candidates(self) -> Candidates:
        """The routes as plain data."""

    @property
    def sites(self) -> Sites:
        """Where they are from."""


class StepEnd(Protocol):
    """Who knows of an endpoint that ends as the response starts."""

    def end_step(self, now_ns: int) -> None:
        """It does, or there is none."""


class Opened(Protocol):
    """A request under way, as a store keeps it until somebody looks."""

    seq: int
    """Its number, which the store gives it."""

    @property
    def folded(self) -> Any:
        """What is kept of it, once it has ended: a fold or a batch; nothing when somebody had looked."""

    @property
    def charged(self) -> int:
        """The bytes that the store has entered in its account."""

    def routes(self) -> tuple[Candidates | None, Sites | None]:
        """The routes that there were when it came to the app, and where they are from."""

    @property
    def is_seen(self) -> bool:
        """Whether somebody has looked."""

    def exchange(self) -> Exchange:
        """Give the exchange; it is made if there is none yet."""


class DraftStore(Protocol):
    """What a draft asks of its store."""

    watches: tuple[Any, ...]

    def begin(self, begun: "Opened") -> None:
        """Take in a request that has begun, and give it its number."""

    def land(self, begun: "Opened", folded: tuple[Any, ...], origin: Origin | None) -> bool:
        """Keep what it has become, of a cell; gives whether it does, as somebody may have looked."""

    def land_plain(self, wire: Any) -> None:
        """Keep what a plain request has become that has a number."""

    def end(self, exchange: Exchange, draft: "Draft", at_ns: int) -> None:
        """Take note that the app has returned from an exchange that somebody has looked at."""

    def settle(self) -> None:
        """Give a number to what has begun."""

    def tell(self, exchange: "Exchange | Opened") -> None:
        """Wake who watches."""

    def touch(self, exchange: Exchange) -> None:
        """Tell that an exchange has changed."""

    def replace(self, begun: "Opened", other: "Exchange | Draft") -> None:
        """Keep what it has become in its place, under the lock."""

    def unfolded(self, begun: "Opened") -> Exchange | None:
        """Give the exchange of a request that has ended; None when nothing is kept of it."""

    def number(self, seq: int) -> int:
        """Give the id of an exchange, by its number."""


class Watcher(Protocol):
    """What a draft asks of the tap that begins it."""

    shapes: Shapes
    scope_key: str
    """Where in a scope the app leaves its routes, as `Routed`."""

    @property
    def store(self) -> DraftStore:
        """Where exchanges go."""

    def attribute(self, exchange: Exchange, scope: Scope, outer_root_path: str) -> None:
        """Note which route and which cell answer."""

    def describe(self, scope: Scope, outer_root_path: str) -> Site:
        """Tell which route and which cell answer; may raise anything."""

    def finish(self, recorder: Recorder, at_ns: int, exc: BaseException | None) -> None:
        """Note that the app has left, and tell it."""


class Draft:
    """What one HTTP exchange is made of. `begin` makes them; it is what a wire tells of its messages."""

    stage: ClassVar[int] = 0

    __slots__ = (
        "_exchange",
        "_trace",
        "answered",
        "candidates",
        "charged",
        "client",
        "clock_ns",
        "folded",
        "kept_size",
        "notes",
        "recorder",
        "runs",
        "scope",
        "seq",
        "shape",
        "sites",
        "source",
        "started_at",
        "store",
        "tap",
        "wire",
    )

    tap: Watcher | None
    """Who knows the route; None when it is read from a fold."""
    store: DraftStore
    """The store that keeps it."""
    scope: Scope | None
    """The scope, while the app has it."""
    wire: StepEnd | None
    """Who is told that the response starts; None once it is."""
    source: Source
    """What the scope says, but for the client."""
    client: Any
    """The peer, as the scope names it."""
    started_at: float
    """Seconds since the Unix epoch."""
    clock_ns: int
    """What `time.perf_counter_ns()` said at the start."""
    seq: int
    """The exchange's number."""
    notes: list[Any]
    """What was seen since and is not recorded yet: NOTE items each."""
    runs: list[Run]
    """The coroutines and calls in threads that were noted."""
    candidates: Candidates | None
    """The routes that there were when it came to the app."""
    sites: Sites | None
    """What the app knows of its routes."""
    shape: Shape | None
    """What it may have in common with others; None when it is read from a fold."""
    answered: bool
    """Whether the response has started."""
    kept_size: int
    """About how many bytes of memory it holds; once there is an exchange, that one knows."""
    charged: int
    """The part of them that the store has entered in its account."""
    recorder: Recorder | None
    """Who writes the exchange, once somebody has looked."""
    _exchange: Exchange | None
    _trace: Trace | None
    folded: tuple[Any, ...] | None
    """What is kept of it, once it has ended; nothing when somebody had looked."""

    @property
    def is_seen(self) -> bool:
        """Whether somebody has looked: there is an exchange."""
        return self._exchange is not None

    @property
    def is_traced(self) -> bool:
        """Whether anything is noted of the code that runs."""
        return self.candidates is not None or bool(self.runs) or self._trace is not None

    # --- what the running code says

    def routes(self) -> tuple[Candidates | None, Sites | None]:
        """Give the routes of the app that the request has come to."""
        return self.candidates, self.sites

    def take_routes(self, candidates: Candidates | None, sites: Sites | None) -> None:
        """Note the routes of the app that the request has come to."""
        self.candidates = candidates
        self.sites = sites
        if self._exchange is not None:
            self._trace = None
            self.traced()

    def note_run(self, run: Run) -> None:
        """Note a coroutine or a call in a thread that has begun."""
        self.runs.append(run)
        if self._exchange is not None:
            self.traced()

    def note_step(self, step: Step, called_ns: int, returned_ns: int) -> None:
        """Note an endpoint that has run in one step."""
        note_step(self.runs, step, called_ns, returned_ns)
        if self._exchange is not None:
            self.traced()

    def traced(self) -> Trace:
        """Give what is noted of the code that runs; it is made if there is nothing yet."""
        with GUARD:
            trace = self._trace
            if trace is None:
                self._trace = trace = Trace(self.candidates)
                trace.runs = self.runs
                if self._exchange is not None:
                    self._exchange.trace = trace
            return trace

    def grow(self, size: int) -> None:
        """Take note of more bytes that are kept."""
        if self._exchange is None:
            self.kept_size += size
        else:
            self._exchange.kept_size += size

    # --- what goes by

    def received(self, message: Message) -> None:
        """Note a message to the app, or have it recorded."""
        at_ns = perf_counter_ns() - self.clock_ns
        notes = self.notes
        if self.recorder is None and len(notes) < NOTES:
            note: tuple[Any, ...] | None = None
            try:
                if message["type"] == REQUEST:
                    body = message.get("body", b"")
                    if type(body) is bytes and len(body) <= NOTED_LIMIT:
                        note = REQUEST, at_ns, body, True if message.get("more_body") else False
            except Exception:  # noqa: BLE001 - rule 1: a message may be anything, and raise anything
                note = None
            if note is not None:
                notes += note
                self._noted(len(body), tells=bool(body))
                return
        self._record("receive", message, at_ns)

    def sent(self, message: Message) -> None:
        """Note a message of the app, or have it recorded."""
        at_ns = perf_counter_ns() - self.clock_ns
        if self.wire is not None:
            self._end_step(at_ns)
        notes = self.notes
        if self.recorder is None and len(notes) < NOTES:
            note: tuple[Any, ...] | None = None
            try:
                kind = message["type"]
                if kind == BODY:
                    body = message.get("body", b"")
                    size = len(body)
                    if type(body) is bytes and size <= NOTED_LIMIT:
                        note = BODY, at_ns, body, True if message.get("more_body") else False
                elif kind == START and "trailers" not in message:
                    status, fields = message["status"], message["headers"]
                    headers, size = (self.shape or _UNKNOWN).kept(fields)
                    if type(status) is int and size <= NOTED_LIMIT:
                        note = START, at_ns, status, headers
            except Exception:  # noqa: BLE001 - as above
                note = None
            if note is not None:
                notes += note
                if kind == START:
                    self.answered = True
                    if self._exchange is not None:
                        self._attribute(self._exchange)
                self._noted(size, tells=True)
                return
        self._record("send", message, at_ns)

    def _end_step(self, at_ns: int) -> None:
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.end_step(self.clock_ns + at_ns)

    def _noted(self, size: int, *, tells: bool) -> None:
        """A note was appended: rule 2."""
        exchange = self._exchange
        if exchange is None:
            self.kept_size += size
            if tells and self.store.watches:
                self.store.tell(self)
            return
        exchange.kept_size += size
        if self.recorder is not None:
            self.write(exchange)
        if tells and (self.store.watches or self.recorder is not None):
            self.store.touch(exchange)

    def _record(self, direction: Literal["receive", "send"], message: Message, at_ns: int) -> None:
        """Have a message recorded that is no plain one."""
        exchange = self.exchange()
        news = self.write(exchange).feed(direction, message, at_ns)
        if news is ANSWERED:
            self.answered = True
            self._attribute(exchange)
        if news:
            self.store.touch(exchange)

    def lose(self) -> None:
        """Note that the server's `send` raised OSError: since ASGI 2.4, the client is gone."""
        self.write(self.exchange()).lose()

    def left(self, exc: BaseException | None, at_ns: int | None = None) -> None:
        """
        Note that the app has returned, or what it raised: nothing more will come.

        Args:
            exc: What it raised.
            at_ns: When, in nanoseconds from the start; None for this moment.
        """
        is_here = at_ns is None
        if at_ns is None:
            at_ns = perf_counter_ns() - self.clock_ns
        if self.wire is not None:
            self._end_step(at_ns)
        if exc is None and self._exchange is None and self._trace is None:
            notes = self.notes
            # The end of a response is the last of it, as nearly always.
            if len(notes) > NOTE and notes[-NOTE] is BODY and not notes[-1] and self._land(at_ns):
                self.scope = None
                return
        if is_here:
            # Whatever the server says of it is not the app's.
            under_way.set(None)
        exchange = self.exchange()
        if not self.answered:
            self._attribute(exchange)
        self.scope = None
        if exc is None:
            self.store.end(exchange, self, at_ns)
        elif self.tap is not None:
            self.tap.finish(self.write(exchange), at_ns, exc)
        # They would hold each other.
        self._exchange = None
        self.folded = ()

    def _land(self, at_ns: int) -> bool:
        """Have the store keep what was noted, and nothing else; gives whether it does."""
        scope, sites = self.scope, self.sites
        if scope is None or self.tap is None:
            return False
        site = None if sites is None else sites.get(id(scope.get("route")))
        if site is None:
            try:
                site = self.tap.describe(scope, self.source[0][3])
            except Exception:  # noqa: BLE001 - asked again for the exchange, it is told as a fault
                return False
        return self._fold(at_ns, *site)

    def _fold(self, exit_ns: int, origin: Origin | None, route_path: str | None) -> bool:
        runs = self.runs
        for run in runs:
            if (len(run) - HEAD) % 2:
                # A step that has not ended, as in a thread.
                return False
        params = None if self.scope is None else self.scope.get("path_params")
        folded = (
            self.kept_size,
            id(origin),
            id(self.candidates),
            self.source,
            self.client,
            self.started_at,
            self.clock_ns,
            (*self.notes, EXIT, exit_ns, None, None),
            exit_ns,
            route_path,
            items_of(params) if params else (),
            (tuple(runs[0]),) if len(runs) == 1 else tuple(map(tuple, runs)),
        )
        if not self.store.land(self, folded, origin):
            return False
        self.folded = folded
        return True

    # --- the exchange

    def exchange(self) -> Exchange:
        """Give the exchange, from any thread; it is made if there is none yet."""
        exchange = self._exchange
        if exchange is None:
            with GUARD:
                # Whoever was first has made it.
                exchange = self._exchange
                if exchange is None:
                    if self.folded is not None:
                        return self.store.unfolded(self) or self._last()
                    exchange = self._exchange = self.make()
                    self.store.replace(self, exchange)
                    if self.answered:
                        self._attribute(exchange)
        return exchange

    def _last(self) -> Exchange:
        """Give an exchange that has ended and that the store has dropped."""
        return self.make() if self.recorder is None else self.recorder.exchange

    def make(self) -> Exchange:
        """Make an exchange that has its values here."""
        exchange = _new_exchange(Exchange)
        # What the store asks for. Whatever else is asked for has its default, or is written.
        exchange.draft = self
        exchange.seq = self.seq
        exchange.clock_ns = self.clock_ns
        exchange.kept_size = self.kept_size
        exchange.charged = self.charged
        exchange.keeper = exchange.app_exit_ns = exchange.origin = exchange.route_path = None
        exchange.trace = self.traced() if self.runs or self.candidates is not None else self._trace
        return exchange

    def _attribute(self, exchange: Exchange) -> None:
        if self.tap is not None and self.scope is not None:
            self.tap.attribute(exchange, self.scope, self.source[0][3])

    def write(self, exchange: Exchange) -> Recorder:
        """
        Give an exchange all its fields, as they are at this moment; from any thread, any number of times.

        Returns:
            The recorder, which has read all notes.
        """
        with GUARD:
            recorder = self.recorder
            if recorder is not None:
                self._read(recorder)
                return recorder
            facts, headers, extensions = self.source
            scope = dict(zip(FACTS, facts, strict=True))
            scope["client"] = self.client
            scope["headers"] = headers
            scope["extensions"] = extensions
            # Rule 2: from here on, who notes comes to the lock.
            self.recorder = recorder = Recorder(scope, self.started_at)
            written = recorder.exchange
            written.seq = written.request.body.seq = exchange.seq
            written.id = f"{self.store.number(self.seq):08x}"
            self._read(recorder)
            for name in DERIVED:
                if not exchange.has(name):
                    setattr(exchange, name, getattr(written, name))
            # What was noted is in the account, but for what the recorder has said of it.
            exchange.kept_size += sum(len(fault.text) + MESSAGE_OVERHEAD for fault in written.faults)
            exchange.draft = None
            recorder.exchange = exchange
            return recorder

    def _read(self, recorder: Recorder) -> None:
        notes = self.notes
        while notes:
            kind, at_ns, first, second = notes[:NOTE]
            del notes[:NOTE]
            if kind == EXIT:
                recorder.finish(at_ns)
            elif kind == START:
                recorder.feed("send", {"type": START, "status": first, "headers": second}, at_ns)
            else:
                message = {"type": kind, "body": first, "more_body": second}
                recorder.feed("receive" if kind == REQUEST else "send", message, at_ns)


def items_of(params: object) -> tuple[tuple[Any, Any], ...]:
    """Give path parameters as pairs; whatever else a layer has put in their place has none."""
    return tuple(params.items()) if isinstance(params, Mapping) else ()


def begin(tap: Watcher, scope: Scope) -> Draft | None:
    """
    Begin to note a request, and give it to the store.

    Args:
        tap: Who watches the app.
        scope: An ASGI scope of type "http".

    Returns:
        None when the scope holds anything unusual: that is for the recorder to judge.
    """
    clock_ns = perf_counter_ns()
    shape = tap.shapes.find(scope)
    if shape is None:
        return None
    draft = new(shape.source, scope.get("client"), time(), clock_ns, shape.size, tap.store)
    draft.tap = tap
    draft.scope = scope
    draft.shape = shape
    draft.store.begin(draft)
    return draft


def new(source: Source, client: Any, started_at: float, clock_ns: int, size: int, store: DraftStore) -> Draft:
    """Make a draft that nobody tells of anything yet; `size` is what it weighs, in bytes."""
    draft = _new_draft(Draft)
    draft.source = source
    draft.client = client
    draft.started_at = started_at
    draft.clock_ns = clock_ns
    draft.kept_size = draft.charged = size
    draft.store = store
    draft.notes = []
    draft.runs = []
    draft.tap = draft.scope = draft.wire = draft.shape = draft.recorder = draft.folded = None
    draft.candidates = draft.sites = draft._exchange = draft._trace = None
    draft.answered = False
    return draft


_new_exchange, _new_draft = Exchange.__new__, object.__new__
_UNKNOWN = Shape((), (), (), 0)
