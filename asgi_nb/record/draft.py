"""
Keep what an exchange is made of as it came, and write the exchange when somebody looks.

Most exchanges leave the store without ever being looked at, and to write one takes as long as to answer a
small request. So plain values are noted: what the scope said, then one tuple for each message. The first who
reads a field of the exchange that comes from them has the recorder read them.

Rule 1: what is noted cannot change any more: text, bytes, numbers, and tuples of them. A scope or a message
        of any other shape has no note; the recorder reads it at once, and says what is wrong with it.
Rule 2: who notes takes no lock: a note is appended, and only then it is asked whether the exchange is being
        written. Who writes says so first and reads the notes then. So one of the two sees each note, and
        notes are read in order, under the lock.
Rule 3: a field that has a value keeps it: it was set past the messages, as the cell and the route are.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from asgi_nb.record.body import Headers
from asgi_nb.record.exchange import DERIVED, EXCHANGE_OVERHEAD, MESSAGE_OVERHEAD, Exchange
from asgi_nb.record.guard import GUARD
from asgi_nb.record.recorder import ANSWERED, CHANGED, NONE, Message, News, Recorder

# What is kept of a scope beside its headers: all that an exchange shows of it.
FACTS = (
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "method",
    "scheme",
    "http_version",
    "client",
    "server",
    "type",
)
_facts: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*FACTS)

# A request that is read, its answer and the app's exit are four notes. What has more is a stream.
NOTE_LIMIT = 8
# Bytes of one message's body or headers: beyond it, to record costs little beside sending.
NOTED_LIMIT = 1 << 14

Note = tuple[Any, ...]
"""What it is, nanoseconds from the exchange's start, and the values of one message."""

START, BODY, REQUEST, EXIT = "http.response.start", "http.response.body", "http.request", "exit"


class Draft:
    """What one HTTP exchange is made of. `begin` makes them."""

    __slots__ = (
        "answered",
        "extensions",
        "facts",
        "has_params",
        "headers",
        "notes",
        "number",
        "recorder",
        "started_at",
    )

    facts: tuple[Any, ...]
    """The values of FACTS in the scope."""
    headers: Headers
    """The request's header fields."""
    started_at: float
    """Seconds since the Unix epoch."""
    extensions: tuple[object, ...]
    """The extensions that the scope names."""
    notes: list[Note]
    """What was seen since and is not recorded yet."""
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
        root_path: str = self.facts[3]
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
        recorder = self.recorder
        note: Note | None = None
        try:
            if message["type"] == REQUEST:
                body = message.get("body", b"")
                size = len(body)
                if type(body) is bytes and size <= NOTED_LIMIT:
                    note = (REQUEST, at_ns, body, True if message.get("more_body") else False)
        except Exception:  # noqa: BLE001 - rule 1: a message may be anything, and raise anything
            note = None
        if note is None or recorder is not None or len(self.notes) >= NOTE_LIMIT:
            return self.write(exchange).feed("receive", message, at_ns)
        exchange.kept_size += size
        self.notes.append(note)
        if self.recorder is not None:
            self.write(exchange)
        return CHANGED if body else NONE

    def sent(self, exchange: Exchange, message: Message, at_ns: int) -> News:
        """Note a message of the app, or have it recorded; as `received`."""
        recorder = self.recorder
        note: Note | None = None
        news = CHANGED
        try:
            kind = message["type"]
            if kind == BODY:
                body = message.get("body", b"")
                size = len(body)
                if type(body) is bytes and size <= NOTED_LIMIT:
                    note = (BODY, at_ns, body, True if message.get("more_body") else False)
            elif kind == START and "trailers" not in message:
                status, headers = message["status"], message["headers"]
                size = _size(headers)
                if type(status) is int and size <= NOTED_LIMIT:
                    note = (START, at_ns, status, tuple(headers))
                    news = ANSWERED
        except Exception:  # noqa: BLE001 - as above
            note = None
        if note is None or recorder is not None or len(self.notes) >= NOTE_LIMIT:
            return self.write(exchange).feed("send", message, at_ns)
        exchange.kept_size += size
        self.notes.append(note)
        if self.recorder is not None:
            self.write(exchange)
        return news

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
            scope = dict(zip(FACTS, self.facts, strict=True))
            scope["headers"] = self.headers
            scope["extensions"] = self.extensions
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
            kind, at_ns, *values = notes.pop(0)
            if kind == EXIT:
                recorder.finish(at_ns)
            elif kind == START:
                status, headers = values
                recorder.feed("send", {"type": START, "status": status, "headers": headers}, at_ns)
            else:
                body, more_body = values
                message = {"type": kind, "body": body, "more_body": more_body}
                recorder.feed("receive" if kind == REQUEST else "send", message, at_ns)


def begin(scope: Mapping[str, Any], clock_ns: int, started_at: float) -> tuple[Exchange, Draft] | None:
    """
    Begin an exchange as a draft.

    Args:
        scope: An ASGI scope of type "http".
        clock_ns: What `time.perf_counter_ns()` says.
        started_at: Seconds since the Unix epoch.

    Returns:
        None when the scope holds anything unusual: that is for the recorder to judge.
    """
    try:
        facts = _facts(scope)
        headers = scope["headers"]
        extensions = tuple(scope.get("extensions") or ())
        size = EXCHANGE_OVERHEAD + _size(headers) + len(facts[0]) + len(facts[1]) + len(facts[2])
    except (KeyError, TypeError, ValueError):
        return None
    if type(facts[3]) is not str:
        return None
    return new(facts, tuple(headers), extensions, started_at, clock_ns, size)


def new(
    facts: tuple[Any, ...],
    headers: Headers,
    extensions: tuple[object, ...],
    started_at: float,
    clock_ns: int,
    size: int,
) -> tuple[Exchange, Draft]:
    """Make an exchange that has its values in a draft; `size` is what it weighs, in bytes."""
    draft = _new_draft(Draft)
    draft.facts = facts
    draft.headers = headers
    draft.extensions = extensions
    draft.started_at = started_at
    draft.answered = draft.has_params = False
    draft.notes = []
    draft.recorder = None
    exchange = _new_exchange(Exchange)
    # What the store and the tap ask for. Whatever else is asked for has its default, or is written.
    exchange.draft = draft
    exchange.clock_ns = clock_ns
    exchange.kept_size = exchange.charged = size
    exchange.output_size = 0
    exchange.holds = ()
    exchange.app_exit_ns = exchange.mark = exchange.relation = exchange.trace = None
    exchange.origin = exchange.route_path = None
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
