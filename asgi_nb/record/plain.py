"""
Note a plain request as it stood on the wire, and read it when somebody looks.

Most requests come as a few bytes and go as a few bytes, at once. To keep those bytes costs nothing, and all
that a record shows of the messages can be read from them later, which for most of them is never. So a server
that has the bytes keeps them, and the moments; a draft is made of them for whatever is not plain: a body in
pieces, a stream, an exception, a reader who comes while the request is under way.

Rule 1: what is kept is what the app's messages say, byte for byte. A request that the server has changed on
        its way to the app, or a response that it adds to, is not plain.
Rule 2: who notes takes no lock: a moment is noted, and only then it is asked whether somebody has looked. Who
        looks says so first, and takes the moments over under the lock.
"""

from collections.abc import Mapping
from time import perf_counter_ns, time
from typing import Any, ClassVar

from asgi_nb.record.body import Headers
from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import BODY, EXIT, REQUEST, START, Draft, DraftStore, Site, Sites, Watcher, new
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange, under_way
from asgi_nb.record.guard import GUARD
from asgi_nb.record.origin import Origin
from asgi_nb.record.runs import HEAD, Run
from asgi_nb.record.shape import Source
from asgi_nb.record.trace import Trace
from asgi_nb.record.wire import Message, Wire

Reading = tuple[Source, bytes]
"""What the scope of a request said, but for the client; and its body."""

# What a reader who came while the request was under way has taken over.
TOOK_READ, TOOK_START, TOOK_END = 1, 2, 4

_kinds: "list[type[PlainWire]]" = []
"""The kinds of servers; a fold names its own by its place here."""


class PlainWire(Wire):
    """
    A server's side of a request that may be plain.

    The server sets `came`, and before anything else `clock_ns` and `start_ns` to 0. Once `begin` was called,
    it calls `read`, `started` and `done` for what it would tell a listener, as long as there is none.
    """

    __slots__ = (
        "_draft",
        "_took",
        "came",
        "candidates",
        "charged",
        "clock_ns",
        "done_ns",
        "folded",
        "head",
        "peers",
        "read_ns",
        "runs",
        "scope",
        "seq",
        "sites",
        "skipped",
        "start_ns",
        "started_at",
        "tap",
        "went",
    )

    kind: ClassVar[int]
    """The place among the kinds of servers."""

    came: bytes | None
    """The request as it came, head and body; None when it is not plain."""
    peers: tuple[Any, ...]
    """The client as the scope names it, then what `parse` wants to know of the connection: plain values."""
    scope: Any
    """The scope that the app has."""
    clock_ns: int
    """What `time.perf_counter_ns()` said at the start; 0 while nothing is noted."""
    read_ns: int
    """What it said when the app got the body; 0 before."""
    start_ns: int
    """What it said when the head was made; 0 before, and when the head is not plain."""
    done_ns: int
    """What it said when head and body were written."""
    head: bytes
    """The head of the response, with the empty line."""
    skipped: int
    """How many lines of the head are the server's own: its first ones."""
    went: bytes | None
    """Head and body, as they were written at once; set after `done_ns`."""
    seq: int
    """The exchange's number, which the store gives it."""
    folded: tuple[Any, ...] | None
    """What is kept of it, once it has ended."""
    candidates: Candidates | None
    """The routes that there were when it came to the app."""
    sites: Sites | None
    """What the app knows of its routes."""
    runs: list[Run]
    """The coroutines and calls in threads that were noted."""
    charged: int
    """The bytes that the store has entered in its account."""
    _draft: Draft | None
    # What whoever looked has taken over.
    _took: int

    def __init_subclass__(cls) -> None:
        cls.kind = len(_kinds)
        _kinds.append(cls)

    @classmethod
    def parse(cls, came: bytes, peers: tuple[Any, ...]) -> Reading:
        """Read what came."""
        raise NotImplementedError

    def is_as_it_came(self) -> bool:
        """Whether the app gets what the client has sent."""
        raise NotImplementedError

    def begin(self, tap: Watcher) -> None:
        """Begin to note a request, and give it to the store."""
        self.clock_ns = perf_counter_ns()
        self.started_at = time()
        self.tap = tap
        self.runs = []
        self.candidates = self.sites = self._draft = self.folded = self.went = None
        self._took = self.read_ns = 0
        self.charged = EXCHANGE_OVERHEAD + len(self.came or b"")
        tap.store.begin(self)
        under_way.set(self)

    # --- what the server says

    def read(self, message: Message) -> None:
        """Note that the app gets a message."""
        if message["type"] == REQUEST and not self.read_ns and not message["more_body"]:
            self.read_ns = perf_counter_ns()
            if self._draft is None:
                return
        with GUARD:
            if not self._took & TOOK_READ or message["type"] != REQUEST:
                self.drafted().received(message)

    def started(self, message: Message, *, is_plain: bool) -> None:
        """
        Note that a head was made.

        Args:
            message: The message that it was made of.
            is_plain: Whether the server adds nothing at its end, and does not leave the body out.
        """
        if is_plain and "trailers" not in message:
            self.start_ns = perf_counter_ns()
            if self._draft is None:
                return
        self._tell(TOOK_START, message)

    def done(self, message: Message) -> None:
        """Note that a piece of the body was written: all of it, where the server has set `went`."""
        if self.went is None or self._draft is not None:
            self._tell(TOOK_END, message)

    def _tell(self, what: int, message: Message) -> None:
        """Tell the draft, unless it has been told: rule 2."""
        with GUARD:
            draft = self._draft
            if draft is None:
                self.drafted().sent(message)
            elif not self._took & what:
                draft.sent(message)

    def leave(self, exc: BaseException | None) -> None:
        """Note that the app has returned, or what it raised: nothing more will come."""
        if exc is None and self._draft is None and self.went is not None:
            at_ns = perf_counter_ns() - self.clock_ns
            scope, sites = self.scope, self.sites
            site = None if sites is None else sites.get(id(scope.get("route")))
            if site is None:
                site = self._site()
            if site is not None and self._land(at_ns, *site):
                return
        self.drafted().left(exc)

    def _land(self, exit_ns: int, origin: Origin | None, route_path: str | None) -> bool:
        """Have the store keep what `unfold` takes, and nothing else; gives whether it does."""
        runs, went = self.runs, self.went or b""
        for run in runs:
            if (len(run) - HEAD) % 2:
                # A step that has not ended, as in a thread.
                return False
        params = self.scope.get("path_params")
        size = self.charged + len(went)
        folded = (
            size,
            id(origin),
            id(self.candidates),
            self.kind,
            self.came,
            self.peers,
            self.started_at,
            self.clock_ns,
            self.read_ns,
            self.start_ns,
            self.done_ns,
            len(self.head),
            self.skipped,
            went,
            exit_ns,
            route_path,
            tuple(params.items()) if params else (),
            (tuple(runs[0]),) if len(runs) == 1 else tuple(map(tuple, runs)),
        )
        return self.tap.store.land(self, folded, origin)

    def _site(self) -> Site | None:
        try:
            return self.tap.describe(self.scope, "")
        except Exception:  # noqa: BLE001 - asked again for the exchange, it is told as a fault
            return None

    # --- what the running code says

    @property
    def is_traced(self) -> bool:
        """Whether anything is noted of the code that runs."""
        return self.candidates is not None or bool(self.runs)

    @property
    def is_seen(self) -> bool:
        """Whether somebody has looked, or something was not plain."""
        return self._draft is not None

    def take_routes(self, candidates: Candidates | None, sites: Sites | None) -> None:
        """Note the routes of the app that the request has come to."""
        self.candidates = candidates
        self.sites = sites
        if self._draft is not None:
            self._draft.take_routes(candidates, sites)

    def note_run(self, run: Run) -> None:
        """Note a coroutine or a call in a thread that has begun."""
        # The draft's list is the same.
        self.runs.append(run)
        if self._draft is not None and self._draft.is_seen:
            self._draft.traced()

    def traced(self) -> Trace:
        """Give what is noted of the code that runs."""
        return self.drafted().traced()

    def grow(self, size: int) -> None:
        """Take note of more bytes that are kept."""
        self.drafted().grow(size)

    # --- who looks

    def exchange(self) -> Exchange:
        """Give the exchange, from any thread; it is made if there is none yet."""
        ended = None if self.folded is None else self.tap.store.unfolded(self)
        return ended or self.drafted().exchange()

    def drafted(self) -> Draft:
        """Go on with a draft, from any thread; it is told of what comes from here on."""
        draft = self._draft
        if draft is None:
            with GUARD:
                # Whoever was first has made it.
                draft = self._draft
                if draft is None:
                    draft = self._make()
        return draft

    def _make(self) -> Draft:
        source, body = self.parse(self.came or b"", self.peers)
        store = self.tap.store
        draft = new(source, self.peers[0], self.started_at, self.clock_ns, self.charged, store)
        draft.seq = self.seq
        draft.runs = self.runs
        draft.candidates = self.candidates
        draft.sites = self.sites
        draft.tap = self.tap
        draft.scope = self.scope
        draft.folded = self.folded
        # Rule 2: from here on, who notes asks what was taken over.
        self._draft = draft
        if self.folded is None:
            went = self.went
            read_ns, start_ns, done_ns = self.read_ns, self.start_ns, 0 if went is None else self.done_ns
            self._took = TOOK_READ * (read_ns > 0) | TOOK_START * (start_ns > 0) | TOOK_END * (done_ns > 0)
            draft.answered = start_ns > 0
            if draft.answered:
                draft.kept_size += len(self.head if went is None else went)
            head, skipped = (self.head, self.skipped) if start_ns else (b"", 0)
            draft.notes += notes_of(self.clock_ns, read_ns, body, start_ns, head, skipped, done_ns, went)
            store.replace(self, draft)
            self.listener = draft
        return draft


def notes_of(
    clock_ns: int,
    read_ns: int,
    body: bytes,
    start_ns: int,
    head: bytes,
    skipped: int,
    done_ns: int,
    went: bytes | None,
) -> list[Any]:
    """
    Make the notes of a draft of what stood on the wire.

    Args:
        clock_ns: When the exchange began.
        read_ns: When the app got the body; 0 when it did not.
        body: The request's body.
        start_ns: When the head was made; 0 when it was not.
        head: The head of the response.
        skipped: How many of its lines are the server's own.
        done_ns: When all was written; 0 when it was not.
        went: What was written.
    """
    notes: list[Any] = []
    if read_ns:
        notes += REQUEST, read_ns - clock_ns, body, False
    if start_ns:
        status, headers = parse_head(head, skipped)
        notes += START, start_ns - clock_ns, status, headers
    if done_ns and went is not None:
        notes += BODY, done_ns - clock_ns, went[len(head) :], False
    return notes


def parse_head(head: bytes, skipped: int) -> tuple[int, Headers]:
    """
    Read the head of a response that the server has made: its status, and the fields that the app sent.

    Args:
        head: Its lines, and the empty one.
        skipped: How many fields are the server's own: the first ones.

    Source: RFC 9112 sections 4 and 5.
    """
    status, *lines = head[:-4].split(b"\r\n")
    fields = [line.partition(b": ")[::2] for line in lines[skipped:]]
    return int(status[9:12]), tuple([(name, value) for name, value in fields])


def unfold(seq: int, folded: tuple[Any, ...], store: DraftStore, shared: Mapping[int, Any]) -> Exchange:
    """Make the exchange of a number anew; see `folded.unfold`."""
    (
        size,
        origin,
        candidates,
        kind,
        came,
        peers,
        started_at,
        clock_ns,
        read_ns,
        start_ns,
        done_ns,
        head_size,
        skipped,
        went,
        exit_ns,
        route_path,
        params,
        runs,
    ) = folded
    source, body = _kinds[kind].parse(came, peers)
    draft = new(source, peers[0], started_at, clock_ns, size, store)
    draft.seq = seq
    draft.notes = notes_of(clock_ns, read_ns, body, start_ns, went[:head_size], skipped, done_ns, went)
    draft.notes += EXIT, exit_ns, None, None
    draft.candidates = shared.get(candidates)
    draft.runs = [list(run) for run in runs]
    exchange = draft.make()
    exchange.app_exit_ns = exit_ns
    exchange.route_path = route_path
    exchange.origin = shared.get(origin)
    if params:
        exchange.path_params = dict(params)
    return exchange
