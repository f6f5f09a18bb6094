"""
Keep what an exchange is made of as it came, and write the exchange when somebody looks.

Most exchanges leave the store without ever being looked at, and to write one takes as long as to answer a
small request. So plain values are noted: what the scope said, then a few for each message. The first who
reads a field of the exchange that comes from them has the recorder read them.

Rule 1: what is noted cannot change any more: text, bytes, numbers, and tuples of them. A scope or a message
        of any other shape has no note; the recorder reads it at once, and says what is wrong with it.
Rule 2: who notes takes no lock: a note is appended, and only then it is asked whether the exchange is being
        written. Who writes says so first and reads the notes then. So one of the two sees each note, and
        notes are read in order, under the lock.
Rule 3: a field that has a value keeps it: it was set past the messages, as the cell and the route are.
Rule 4: what is equal is kept once. To hold a few dozen small objects for each of ten thousand exchanges, and
        to let go of those of the oldest, costs more than to compare them with those of the last request.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from asgi_nb.record.body import Headers
from asgi_nb.record.exchange import DERIVED, EXCHANGE_OVERHEAD, MESSAGE_OVERHEAD, Exchange
from asgi_nb.record.guard import GUARD
from asgi_nb.record.recorder import ANSWERED, CHANGED, NONE, Message, News, Recorder

# What is kept of a scope beside its headers and its client: all that an exchange shows of it.
FACTS = (
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "method",
    "scheme",
    "http_version",
    "server",
    "type",
)
_facts: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*FACTS)

# A request that is read, its answer and the app's exit are four notes. What has more is a stream.
NOTE_LIMIT = 8
# Bytes of one message's body or headers: beyond it, to record costs little beside sending.
NOTED_LIMIT = 1 << 14
# Paths of which it is remembered what the last request was like: more than a person's app has.
SHAPE_LIMIT = 256
# Bytes of the headers of a request or a response that are remembered: with all of the above 1 MiB.
SHARED_LIMIT = 1 << 11

NOTE = 4
"""Items of a note: what it is, nanoseconds from the exchange's start, two values of the message."""
NOTES = NOTE * NOTE_LIMIT

START, BODY, REQUEST, EXIT = "http.response.start", "http.response.body", "http.request", "exit"

Source = tuple[tuple[Any, ...], Headers, tuple[object, ...]]
"""The values of FACTS in a scope, its header fields, and the extensions that it names."""


class Shape:
    """
    What the last request for a path was like, and how it was answered.

    Args:
        facts: The values of FACTS in its scope.
        fields: Its header fields, as the scope has them.
        extensions: The extensions that the scope names.
        size: What its exchange weighs at the start, in bytes.
    """

    __slots__ = ("answer", "facts", "fields", "size", "source")

    def __init__(
        self, facts: tuple[Any, ...], fields: Any, extensions: tuple[object, ...], size: int
    ) -> None:
        self.facts = facts
        # As they are at this moment: a list may change.
        self.fields = fields.copy() if type(fields) is list else fields
        self.source: Source = facts, tuple(fields), extensions
        self.size = size
        self.answer: tuple[object, Headers, int] = ((), (), 0)
        """The response's header fields as they were sent, as they are kept, and their bytes."""


Shapes = dict[Any, Shape]
"""Path -> what the last request for it was like."""


class Draft:
    """What one HTTP exchange is made of. `begin` makes them."""

    __slots__ = (
        "answered",
        "client",
        "has_params",
        "notes",
        "number",
        "recorder",
        "shape",
        "source",
        "started_at",
    )

    source: Source
    """What the scope says, but for the client."""
    client: Any
    """The peer, as the scope names it."""
    started_at: float
    """Seconds since the Unix epoch."""
    notes: list[Any]
    """What was seen since and is not recorded yet: NOTE items each."""
    shape: Shape | None
    """What it may have in common with others; None when it is read from a fold."""
    answered: bool
    """Whether the response has started."""
    has_params: bool
    """Whether the exchange has path parameters."""
    number: int
    """The exchange's id, which the store gave."""
    recorder: Recorder | None
    """Who writes the exchange, once somebody has looked."""

    @property
    def root_path(self) -> str:
        """The prefix under which the app was mounted when the request came."""
        root_path: str = self.source[0][3]
        return root_path

    def received(self, exchange: Exchange, message: Message, at_ns: int) -> News:
        """
        Note a message to the app, or have it recorded.

        Args:
            exchange: The one that this is the draft of.
            message: The ASGI message.
            at_ns: Nanoseconds from the exchange's start.

        Returns:
            What there is to tell.
        """
        recorder, notes = self.recorder, self.notes
        if recorder is None and len(notes) < NOTES:
            note = None
            try:
                if message["type"] == REQUEST:
                    body = message.get("body", b"")
                    if type(body) is bytes and len(body) <= NOTED_LIMIT:
                        note = REQUEST, at_ns, body, True if message.get("more_body") else False
            except Exception:  # noqa: BLE001 - rule 1: a message may be anything, and raise anything
                note = None
            if note is not None:
                exchange.kept_size += len(body)
                notes += note
                if self.recorder is not None:
                    self.write(exchange)
                return CHANGED if body else NONE
        return self.write(exchange).feed("receive", message, at_ns)

    def sent(self, exchange: Exchange, message: Message, at_ns: int) -> News:
        """Note a message of the app, or have it recorded; as `received`."""
        recorder, notes = self.recorder, self.notes
        if recorder is None and len(notes) < NOTES:
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
                    shape = self.shape
                    if shape is not None and shape.answer[0] == fields:
                        _, headers, size = shape.answer
                    else:
                        headers, size = self._kept(fields)
                    if type(status) is int and size <= NOTED_LIMIT:
                        note = START, at_ns, status, headers
            except Exception:  # noqa: BLE001 - as above
                note = None
            if note is not None:
                exchange.kept_size += size
                notes += note
                if self.recorder is not None:
                    self.write(exchange)
                return ANSWERED if kind == START else CHANGED
        return self.write(exchange).feed("send", message, at_ns)

    def _kept(self, fields: Any) -> tuple[Headers, int]:
        """Give the header fields of a response as they are kept, and their bytes; raises as `_size`."""
        shape, size, kept = self.shape, _size(fields), tuple(fields)
        if shape is not None and size <= SHARED_LIMIT:
            shape.answer = (kept if fields is kept else fields.copy(), kept, size)
        return kept, size

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
            written.id = f"{self.number:08x}"
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


def begin(
    scope: Mapping[str, Any], clock_ns: int, started_at: float, shapes: Shapes | None = None
) -> tuple[Exchange, Draft] | None:
    """
    Begin an exchange as a draft.

    Args:
        scope: An ASGI scope of type "http".
        clock_ns: What `time.perf_counter_ns()` says.
        started_at: Seconds since the Unix epoch.
        shapes: Remembers what this request may have in common with others.

    Returns:
        None when the scope holds anything unusual: that is for the recorder to judge.
    """
    try:
        facts = _facts(scope)
        client, fields, named = scope["client"], scope["headers"], scope.get("extensions")
        shape = None if shapes is None else shapes.get(facts[0])
        if (
            shape is None
            or shape.facts != facts
            or shape.fields != fields
            or (tuple(named) if named else ()) != shape.source[2]
        ):
            size = EXCHANGE_OVERHEAD + _size(fields) + len(facts[0]) + len(facts[1]) + len(facts[2])
            if type(facts[3]) is not str:
                return None
            shape = Shape(facts, fields, tuple(named or ()), size)
            if shapes is not None and size <= EXCHANGE_OVERHEAD + SHARED_LIMIT:
                if len(shapes) >= SHAPE_LIMIT:
                    shapes.clear()
                shapes[facts[0]] = shape
    except Exception:  # noqa: BLE001 - rule 1: a scope may hold anything, and raise anything
        return None
    exchange, draft = new(shape.source, client, started_at, clock_ns, shape.size)
    draft.shape = shape
    return exchange, draft


def new(source: Source, client: Any, started_at: float, clock_ns: int, size: int) -> tuple[Exchange, Draft]:
    """Make an exchange that has its values in a draft; `size` is what it weighs, in bytes."""
    draft = _new_draft(Draft)
    draft.source = source
    draft.client = client
    draft.started_at = started_at
    draft.shape = draft.recorder = None
    draft.answered = draft.has_params = False
    draft.notes = []
    exchange = _new_exchange(Exchange)
    # What the store and the tap ask for. Whatever else is asked for has its default, or is written.
    exchange.draft = draft
    exchange.clock_ns = clock_ns
    exchange.kept_size = exchange.charged = size
    exchange.app_exit_ns = exchange.trace = exchange.origin = exchange.route_path = None
    return exchange, draft


_new_exchange, _new_draft = Exchange.__new__, object.__new__


def _size(headers: object) -> int:
    """
    Give the bytes of a header list.

    Raises:
        TypeError, ValueError: It can be read only once, or is not made of pairs of bytes.
    """
    if type(headers) is not list and type(headers) is not tuple:
        raise TypeError
    size = 0
    for field in headers:
        name, value = field
        if type(name) is type(value) is bytes and type(field) is tuple:
            size += len(name) + len(value)
        else:
            raise TypeError
    return size
