"""
Hold requests that match a filter, so that a person can look at them and change them before they go on.

Rule 1: without a hold a request pays one look at an empty tuple.
Rule 2: whatever is held goes on by itself, at the end of its time, when its hold is cancelled and when the
    server stops: a forgotten hold must not hang a server.
Rule 3: everything here runs on the server's loop, but for what a cell calls: `wait`, `cancel` and the
    decisions, which cross over through futures.
"""

import itertools
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, Literal

from asgi_nb.live.held import Decision, Held, HoldError, Stage, as_response
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter, FilterError
from asgi_nb.record.usage import ArgumentValueError, expect_seconds
from asgi_nb.service.portal import on_portal
from asgi_nb.service.resets import allow, disallow
from asgi_nb.service.waiting import wait_for

TIMEOUT = 30.0
"""Seconds until what is held goes on by itself: long enough to look, short enough for a browser to wait."""
MAX_HELD = 50
"""Requests held at once; more go through, and are counted."""

# What is known of a request before the app has seen it.
KNOWN_AT_REQUEST = frozenset(
    {
        *("method", "path", "kind", "type", "header", "request-header", "cookie", "query"),
        *("body", "request-body", "request-size", "client", "host", ""),
    }
)
KNOWN_AT_RESPONSE = KNOWN_AT_REQUEST | {"status", "size", "response-header", "response-body", "is"}
# Keys that need the request's body, which is then read before the app asks for it.
IN_BODY = frozenset({"", "body", "request-body", "request-size"})

_numbers = itertools.count(1)


class Hold:
    """
    A breakpoint for requests. `Holds.add` makes them.

    Use as a context manager to cancel it at the end of the block.

    Attributes:
        where: The filter, as it was written.
        at: The stage: "request", before the app sees it, or "response", before the answer goes out.
        times: How many more it holds; None for all.
        timeout: Seconds until what is held goes on by itself.
        delay: Seconds after which each goes on without a question; None to ask.
        answer: What is sent in the app's place without a question; None to ask.
        reset: Whether the connection is cut without a question.
        passed: How many went through because too many were held.
        problem: Why it ended by itself: its filter took too long on a request; "" while all is well.
        number: Its own, by which a page names it.
    """

    def __init__(
        self,
        where: str,
        at: Stage,
        times: int | None,
        timeout: float,
        delay: float | None,
        answer: Any,
        reset: bool,
        forget: "Callable[[Hold], None]",
    ) -> None:
        self.where = where
        self.at = at
        self.times = times
        self.timeout = timeout
        self.delay = delay
        self.answer = answer
        self.reset = reset
        self.passed = 0
        self.problem = ""
        self.number = next(_numbers)
        self.filter = _read(where, at)
        self.reads_body = not IN_BODY.isdisjoint(_keys(self.filter))
        self._held: list[Held] = []
        self._count = 0
        self._forget = forget
        self._arrival: Future[None] = Future()

    @property
    def held(self) -> list[Held]:
        """What is held at this moment, oldest first."""
        return [held for held in list(self._held) if held.waiting]

    @property
    def active(self) -> bool:
        """Whether it still waits for requests."""
        return self.times is None or self.times > 0

    @property
    def seconds(self) -> float:
        """For how long each is held, if nobody decides."""
        if self.delay is not None:
            return self.delay
        return self.timeout if self.asks else 0.0

    @property
    def asks(self) -> bool:
        """Whether a person is to decide."""
        return self.delay is None and self.answer is None and not self.reset

    def wait(self, timeout: float | None = None) -> Held:
        """
        Wait for a request that matches, and give it.

        An interrupt ends the waiting; the hold stays.

        Args:
            timeout: Seconds; by default as long as the hold's own.

        Raises:
            HoldError: None came in time, or the caller is a handler on the server's own thread.
        """
        if on_portal():
            raise HoldError("wait() is for cells: on the server's loop it would hold everything")
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            arrival = self._arrival
            if held := self.held:
                return held[0]
            left = deadline - time.monotonic()
            if left <= 0:
                raise HoldError(
                    f"no request matched {self.where!r} in time; is it sent from elsewhere than this cell, "
                    "which waits? asgi_nb.traffic shows what came"
                )
            wait_for([arrival], left)

    def cancel(self) -> None:
        """Let go of what is held, and hold no more. Cancelling twice is no error."""
        self.times = 0
        self._forget(self)
        for held in list(self._held):
            if held.waiting:
                held.ended = "cancelled"
                held.decision.cancel()

    def matches(self, exchange: Exchange) -> bool:
        """Say whether it holds this one. A filter that takes too long ends the hold, not the request."""
        try:
            return self.active and self.filter.matches(exchange)
        except FilterError as exc:
            self.problem = exc.reason
            self.cancel()
            return False

    def take(self, held: Held) -> None:
        """Hold this one; called on the server's loop."""
        self._count += 1
        if self.times is not None:
            self.times -= 1
            if self.times <= 0:
                self._forget(self)
        self._held.append(held)
        arrival, self._arrival = self._arrival, Future()
        arrival.set_result(None)

    def release(self, held: Held) -> None:
        """Say that this one is held no longer."""
        if held in self._held:
            self._held.remove(held)

    def automatic(self) -> Decision:
        """Give what needs no question."""
        return Decision(None if self.answer is None else as_response(self.answer), self.reset)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __repr__(self) -> str:
        held = len(self.held)
        if self.problem:
            state = f"ended: {self.problem}"
        elif held:
            state = f"holding {held}"
        elif not self.active:
            state = f"done, {self._count} held"
        else:
            how_many = (
                "all" if self.times is None else f"the next {self.times}" if self.times > 1 else "the next"
            )
            state = f"waiting for {how_many}"
        does = ""
        if self.answer is not None:
            does = ", answers by itself"
        elif self.reset:
            does = ", resets the connection"
        elif self.delay is not None:
            does = f", delays by {self.delay:g} s"
        passed = f", {self.passed} passed: too many at once" if self.passed else ""
        return f"<Hold {self.where!r} at the {self.at}: {state}{does}{passed}>"


class HoldList(list[Hold]):
    """Holds, shown one on a line."""

    def cancel(self) -> None:
        """Let go of what they hold, and hold no more."""
        for hold in self:
            hold.cancel()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "nothing is held; hold the next request with asgi_nb.hold()"


class Holds:
    """All holds of one kit."""

    def __init__(self) -> None:
        self.rules: tuple[Hold, ...] = ()
        """Those that wait for requests; replaced as a whole."""
        self._known: list[Hold] = []
        self._listeners: tuple[Callable[[], None], ...] = ()

    def add(
        self,
        where: str = "",
        *,
        at: Literal["request", "response"] = "request",
        times: int | None = 1,
        timeout: float = TIMEOUT,
        delay: float | None = None,
        answer: Any = None,
        reset: bool = False,
    ) -> Hold:
        """
        Hold the next request that matches.

        Args:
            where: A filter, such as `"method:POST path:/items"`; "" for every request.
            at: "request", before the app sees it, or "response", before its answer goes out.
            times: How many; None for all until it is cancelled.
            timeout: Seconds until what is held goes on by itself.
            delay: Let each go on after so many seconds, without a question.
            answer: Answer each so, without a question: a status, or what a handler may return.
            reset: Cut the connection of each, without a question and without an answer; after `delay`, if
                that is given.

        Raises:
            FilterError: The filter cannot be read, or asks for what is not known at that stage.
            ValueError: Another argument is wrong.
        """
        if at not in ("request", "response"):
            raise ArgumentValueError(f"at is 'request' or 'response', got {at!r}")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise ArgumentValueError(f"times is a number from 1 on, or None for all; got {times!r}")
        for name, value in (("timeout", timeout), ("delay", 0 if delay is None else delay)):
            expect_seconds(value, name)
            if not 0 <= value <= 3600:
                raise ArgumentValueError(f"{name} is in seconds, from 0 to 3600; got {value!r}")
        if answer is not None:
            as_response(answer)
            if reset:
                raise ArgumentValueError("a connection that is reset has no answer: give one of the two")
        hold = Hold(where, at, times, timeout, delay, answer, bool(reset), self._forget)
        self._known = [known for known in self._known if known.active or known.held]
        self._known.append(hold)
        self.rules = (*self.rules, hold)
        allow(hold)
        self.tell()
        return hold

    def all(self) -> HoldList:
        """List the holds that wait or hold something, oldest first."""
        return HoldList(hold for hold in self._known if hold.active or hold.held)

    def cancel(self) -> HoldList:
        """Cancel all, and give them."""
        ended = self.all()
        ended.cancel()
        self._known.clear()
        return ended

    @property
    def held_count(self) -> int:
        """How many requests are held."""
        return sum(len(hold.held) for hold in list(self._known))

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """
        Have `wake` called after each change, from any thread; it must return at once.

        Returns:
            What ends it.
        """
        self._listeners = (*self._listeners, wake)

        def end() -> None:
            self._listeners = tuple(known for known in self._listeners if known is not wake)

        return end

    def tell(self) -> None:
        """Tell who listens that something has changed."""
        for wake in self._listeners:
            wake()

    def _forget(self, hold: Hold) -> None:
        self.rules = tuple(rule for rule in self.rules if rule is not hold)
        disallow(hold)
        self.tell()


def _keys(wanted: Filter) -> Iterable[str]:
    return {term.key for term in wanted.terms}


def _read(where: str, at: Stage) -> Filter:
    wanted = Filter.parse(where)
    known = KNOWN_AT_REQUEST if at == "request" else KNOWN_AT_RESPONSE
    for term in wanted.terms:
        if term.key in known:
            continue
        remedy = "it is not known before the answer has gone out; leave it out"
        if term.key in KNOWN_AT_RESPONSE:
            remedy = "it is known only after the handler: use at='response', or --at response"
        raise FilterError(
            f"a hold at the {at} cannot ask for {term.key}; {remedy}", where, term.start, term.end
        )
    return wanted
