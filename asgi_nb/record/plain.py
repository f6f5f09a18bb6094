"""
Note a plain request as it stood on the wire, and read it when somebody looks.

Most requests come as a few bytes and go as a few bytes, at once. To keep those bytes costs nothing, and all
that a record shows of the messages can be read from them later, which for most of them is never. So a server
that has the bytes keeps them, and a few moments. A draft is made of them for whatever is not plain: a body in
pieces, a stream, an exception, a reader who comes while the request is under way.

What runs for each request is what this is about: a line of Python takes about 50 ns among a server's other
code, twice what it takes in a loop of its own. So a request is put on a list as it begins, and whatever else
there is to do is done for many of them at once, by `Store.tick`.

Rule 1: what is kept is what the app's messages say, byte for byte. A request that the server has changed on
        its way to the app, or a response that it adds to, is not plain.
Rule 2: who notes takes no lock: the stage is set, and only then it is asked whether somebody has looked, or
        has given a number. Who does either says so first, and reads the stage then, under the lock. So one of
        the two sees what the other one has done.
"""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, ClassVar, Final

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import Draft, Routed, Sites, Watcher, new
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.guard import GUARD
from asgi_nb.record.plain_notes import notes_of
from asgi_nb.record.runs import Run, Step, run_of
from asgi_nb.record.shape import Source
from asgi_nb.record.trace import Trace
from asgi_nb.record.wire import Message, Wire

# The stages of a plain request. What is not recorded, or not plain, is at none.
NONE: Final = 0
BEGUN: Final = 1
STARTED: Final = 2
DONE: Final = 3
ENDED: Final = 4

PLAIN_LIMIT = 1 << 12
"""Bytes of a plain request, and of a plain response: what waits for `Store.settle` is not in the account."""

Reading = tuple[Source, bytes]
"""What the scope of a request said, but for the client; and its body."""

_kinds: "list[type[PlainWire]]" = []
"""The kinds of servers; a fold names its own by its place here."""


def kind_of(number: int) -> "type[PlainWire]":
    """Give a kind of servers by its place."""
    return _kinds[number]


class PlainWire(Wire):
    """
    A server's side of a request that may be plain.

    The server sets `stage` to NONE, `seq` to 0 and `begins_plainly` to False, before anything else; then
    `came`, `peers` and `begins_plainly` where it is so. Once a tap has set the stage to BEGUN, it moves it
    on: to STARTED where the head is plain, to DONE where head and body have gone together, to ENDED when the
    app has returned. What does not move it on, it tells `drafted()`: a head that has to go alone, too.
    """

    __slots__ = (
        "begins_plainly",
        "called_ns",
        "came",
        "candidates",
        "charged",
        "clock_ns",
        "done_ns",
        "draft",
        "epoch",
        "exit_ns",
        "folded",
        "head",
        "peers",
        "read_ns",
        "runs",
        "scope",
        "seq",
        "sites",
        "skipped",
        "stage",
        "step",
        "tap",
        "took",
        "went",
    )

    kind: ClassVar[int]
    """The place among the kinds of servers."""

    begins_plainly: bool
    """Whether `came` is all of the request, and nobody notes it yet."""
    stage: int
    """How far it has come."""
    loop: Any
    """The server's loop."""
    came: bytes
    """The request as it came, head and body."""
    peers: tuple[Any, ...]
    """The client as the scope names it, then what `parse` wants to know of the connection: plain values."""
    scope: Any
    """The scope that the app has."""
    tap: Watcher
    """Who records it."""
    clock_ns: int
    """What `time.perf_counter_ns()` said when the tap had it."""
    read_ns: int
    """What it said when the app got the body; 0 before."""
    done_ns: int
    """What it said at DONE: head and body have gone at one moment."""
    exit_ns: int
    """What it said at ENDED."""
    head: bytes
    """The head of the response, with the empty line, while it waits to go; set from the beginning."""
    skipped: int
    """How many lines of the head are the server's own, its first ones; since STARTED."""
    went: bytes
    """Head and body, as they were written at once, since DONE."""
    step: Step
    """
    What the endpoint is that ran in one step, since it has returned what is sent at once: until the response
    has started, it is the endpoint's time.
    """
    called_ns: int
    """What `time.perf_counter_ns()` said when that step began."""
    runs: list[Run] | None
    """What else was noted of coroutines and calls in threads; None where nothing else is noted at all."""
    candidates: Candidates | None
    """The routes that there were when it came to the app, where the app has told them."""
    sites: Sites | None
    """What the app knows of its routes, with them."""
    seq: int
    """The exchange's number, once the store has given it."""
    epoch: float
    """Seconds since the Unix epoch at 0 of the clock; with the number."""
    charged: int
    """The bytes that the store has entered in its account; with the number."""
    folded: Any
    """What is kept of it, once it has ended: a fold or a batch."""
    draft: Draft
    """What goes on in its place."""
    took: int
    """The stage at which it does."""

    def __init_subclass__(cls) -> None:
        cls.kind = len(_kinds)
        _kinds.append(cls)

    @classmethod
    def parse(cls, came: bytes, peers: tuple[Any, ...]) -> Reading:
        """Read what came."""
        raise NotImplementedError

    def later(self, call: Callable[[object], object]) -> None:
        """Call a function with the server's loop, on it, in a few ms, in no request's context."""
        raise NotImplementedError

    @property
    def is_free(self) -> bool:
        return self.listener is None and self.stage == NONE

    def change(self) -> None:
        """Note that the app gets something else than what has come."""
        self.begins_plainly = False

    # --- what the running code says

    @property
    def is_traced(self) -> bool:
        """Whether anything is noted of the code that runs."""
        return bool(self.runs) or hasattr(self, "step") or self.routes()[0] is not None

    def routes(self) -> tuple[Candidates | None, Sites | None]:
        """Give the routes of the app that the request has come to: those it told, or left in the scope."""
        if hasattr(self, "sites"):
            return self.candidates, self.sites
        routed: Routed | None = self.scope.get(self.tap.scope_key)
        return (None, None) if routed is None else (routed.candidates, routed.sites)

    def take_routes(self, candidates: Candidates | None, sites: Sites | None) -> None:
        """Note the routes of the app that the request has come to."""
        self.candidates = candidates
        self.sites = sites
        if self.listener is not None or self.runs:
            # With another app around this one, who knows when what it returns is sent.
            self.drafted().take_routes(candidates, sites)
        elif self.runs is None:
            self.runs = []

    def note_run(self, run: Run) -> None:
        """Note a coroutine or a call in a thread that has begun."""
        if self.listener is not None:
            self.drafted().note_run(run)
            return
        runs = self.runs
        if runs is None:
            self.runs = [run]
        else:
            runs.append(run)
        if self.listener is not None:
            self._catch_up(run)  # type: ignore[unreachable]

    def note_step(self, step: Step, called_ns: int, returned_ns: int) -> None:
        """Note an endpoint that has run in one step; for `step` see there."""
        if self.listener is not None:
            self.drafted().note_step(step, called_ns, returned_ns)
        else:
            self.note_run(run_of(step, called_ns, returned_ns))

    def _catch_up(self, run: Run) -> None:
        """Note a run in the draft that has come meanwhile, unless it was taken over."""
        with GUARD:
            if run not in self.draft.runs:
                self.draft.note_run(run)

    def traced(self) -> Trace:
        """Give what is noted of the code that runs."""
        return self.drafted().traced()

    def grow(self, size: int) -> None:
        """Take note of more bytes that are kept."""
        self.drafted().grow(size)

    # --- what is not plain, and who looks

    @property
    def is_seen(self) -> bool:
        """Whether a draft goes on in its place."""
        return hasattr(self, "draft")

    def drafted(self) -> Draft:
        """Go on with a draft, from any thread; it is told of what comes from here on."""
        with GUARD:
            if not hasattr(self, "draft"):
                self.tap.store.settle()
                self._make()
            return self.draft

    def exchange(self) -> Exchange:
        """Give the exchange, from any thread; it is made if there is none yet."""
        with GUARD:
            if not hasattr(self, "draft"):
                store = self.tap.store
                store.settle()
                ended = store.unfolded(self) if hasattr(self, "folded") else None
                if ended is not None:
                    return ended
                self._make()
            return self.draft.exchange()

    def _make(self) -> None:
        source, body = self.parse(self.came, self.peers)
        store = self.tap.store
        started_at = self.epoch + self.clock_ns / 1e9
        # Of a body that the app has not read it is told yet.
        size = EXCHANGE_OVERHEAD + len(self.came) - (0 if self.read_ns else len(body))
        draft = new(source, self.peers[0], started_at, self.clock_ns, size, store)
        draft.charged = self.charged
        draft.seq = self.seq
        draft.tap = self.tap
        draft.scope = self.scope
        # Rule 2: from here on, who notes asks what was taken over.
        self.listener = self.draft = draft
        stage, head = self.stage, self.head
        while self.stage != stage:
            # It goes on meanwhile, and a head waits for no longer than it is at STARTED.
            stage, head = self.stage, self.head
        self.took = stage
        self.stage = NONE
        if stage < STARTED:
            # Before anything is called: it may be told of the start at once.
            draft.wire = self
        draft.candidates, draft.sites = self.routes()
        went, sent_ns, skipped = b"", 0, 0
        if stage >= STARTED:
            went, sent_ns = (self.went, self.done_ns) if stage >= DONE else (head, perf_counter_ns())
            skipped = self.skipped
            if hasattr(self, "step"):
                draft.runs.append(run_of(self.step, self.called_ns, sent_ns))
        draft.runs += self.runs or ()
        # Ahead of what it has been told of meanwhile.
        draft.notes[:0] = notes_of(
            self.clock_ns, self.read_ns, sent_ns, body, went, skipped, whole=stage >= DONE
        )
        draft.answered = stage >= STARTED
        draft.kept_size += len(went)
        store.replace(self, draft)
        if stage == ENDED:
            # It could not be folded, or has just ended: nobody else says so.
            self.listener = None
            draft.left(None, self.exit_ns - self.clock_ns)

    def tell(self, stage: int, message: Message) -> None:
        """
        Tell the draft that there is meanwhile of a message, unless it has taken it over.

        Args:
            stage: The one that is reached by it where it is plain.
            message: The message.
        """
        with GUARD:
            self.stage = NONE
            if self.took < stage:
                self.draft.sent(message)

    def end_step(self, now_ns: int) -> None:
        """The response starts, or there is none, and somebody has looked before."""
        if hasattr(self, "step"):
            self.draft.note_step(self.step, self.called_ns, now_ns)

    def leave(self, exc: BaseException | None) -> None:
        """Note that the app has returned, or what it raised: nothing more will come."""
        if exc is None and self.stage == DONE:
            self.exit_ns = perf_counter_ns()
            self.stage = ENDED
            if self.seq:
                self.land()
            return
        if self.stage != NONE:
            self.drafted()
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.left(exc)

    def land(self) -> None:
        """It has ended after it was given a number."""
        with GUARD:
            if not hasattr(self, "draft"):
                self.tap.store.land_plain(self)
            elif self.took < ENDED:
                self.listener = None
                self.draft.left(None)


def changed(send: object) -> None:
    """Note that the app behind a server's `send` gets something else than what has come."""
    wire = getattr(send, "__self__", None)
    if isinstance(wire, PlainWire):
        wire.change()
