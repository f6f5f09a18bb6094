"""
What pages see of the requests that are held, and what a person at a page does with them.

Rule: the state lives here in the kernel. What one view decides, all views see gone.
"""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from asgi_nb.live.held import Held, HoldError
from asgi_nb.live.holds import Hold, Holds
from asgi_nb.record.filters import FilterError
from asgi_nb.record.masks import shorten, visible
from asgi_nb.web.responses import Response
from asgi_nb.widgets.held_edit import change, contents, read_status, target_of, text_of
from asgi_nb.widgets.wire import WireError

TARGET = 200
"""Characters of a target in the strip, as in a row."""

MORE = 60.0
"""Seconds that "more time" gives."""

# What a hold that waits can be turned into. Two seconds are felt, and shorter than any client's patience.
INSTEAD: Mapping[str, Mapping[str, Any]] = {
    "all": {"times": None},
    "delay": {"delay": 2.0},
    "fail": {"answer": 503},
    "reset": {"reset": True},
}

# What it keeps of its own then.
KEPT = ("at", "times", "timeout", "delay", "answer", "reset")


class HeldDesk:
    """
    The holds of one kit, for its pages.

    Args:
        holds: What is shown and decided.
    """

    def __init__(self, holds: Holds) -> None:
        self.holds = holds

    def state(self) -> dict[str, Any]:
        """Show what is held and what is to be held, masked and in short, for the strip above the list."""
        rules = self.holds.all()
        return {
            # What answers by itself is gone before anybody could see it.
            "held": [_held(rule, held) for rule in rules if rule.seconds for held in rule.held],
            "holds": [_hold(rule) for rule in rules if rule.active],
        }

    def find(self, message: Mapping[str, Any]) -> Held:
        """Find what `n` names."""
        number = message.get("n")
        for rule in self.holds.all():
            for held in rule.held:
                if held.number == number:
                    return held
        raise WireError("it is held no longer: its time was over, or it was decided elsewhere")


def _held(hold: Hold, held: Held) -> dict[str, Any]:
    response = held.response
    return {
        "n": held.number,
        "seq": held.seq,
        "stage": held.stage,
        "method": shorten(visible(held.request.method), 80),
        "target": shorten(target_of(held.request, reveal=False), TARGET),
        "status": None if response is None else response.status,
        "left": round(held.remaining, 2),
        "asks": hold.asks,
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "hold": hold.number,
        "where": shorten(visible(hold.where), TARGET),
        "at": hold.at,
        "times": hold.times,
        "asks": hold.asks,
        "passed": hold.passed,
        "does": _does(hold),
    }


def _does(hold: Hold) -> str:
    """Say what it does without a question; "" when it asks."""
    if hold.reset:
        return "reset"
    if hold.answer is not None:
        answer = hold.answer
        return f"with {answer}" if isinstance(answer, int) else "with an answer of its own"
    return "" if hold.delay is None else f"by {hold.delay:g} s"


# --- commands -----------------------------------------------------------------------------------------------


def _look(desk: HeldDesk, message: Mapping[str, Any]) -> dict[str, Any]:
    return contents(desk.find(message), message.get("reveal") is True)


def _go(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    held = desk.find(message)
    edits = message.get("edits", {})
    if not isinstance(edits, Mapping):
        raise WireError(f"edits must be an object, got {type(edits).__name__}")
    change(held, edits, message.get("reveal") is True)
    held.go()


def _answer(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    held = desk.find(message)
    held.answer(answer_of(read_status(message), text_of(message, "body")))


def answer_of(status: int, text: str) -> Response:
    """Make the answer that a person typed: JSON where it can be read as such, else text."""
    if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED) or not text:
        return Response(status_code=status)
    try:
        json.loads(text)
    except ValueError:
        return Response(text, status, media_type="text/plain")
    return Response(text, status, media_type="application/json")


def _reset(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    desk.find(message).reset()


def _extend(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    desk.find(message).extend(MORE)


def _hold_next(desk: HeldDesk, message: Mapping[str, Any]) -> str:
    """Hold the next request that a filter matches, at the first stage that knows what it asks for."""
    where = text_of(message, "where").strip()
    waiting = (rule for rule in desk.holds.rules if rule.times == 1 and rule.where == where and rule.asks)
    same = next(waiting, None)
    if same is not None:
        return same.at
    try:
        return desk.holds.add(where).at
    except FilterError:
        return desk.holds.add(where, at="response").at


def _cancel(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    for rule in desk.holds.all():
        if rule.number == message.get("hold"):
            rule.cancel()


def _hold_instead(desk: HeldDesk, message: Mapping[str, Any]) -> None:
    """Put another hold in the place of one that waits: for all that match, or for a fault."""
    options = INSTEAD.get(str(message.get("how")))
    if options is None:
        raise WireError(f"how is one of {', '.join(INSTEAD)}, got {message.get('how')!r}")
    for rule in desk.holds.rules:
        if rule.number == message.get("hold"):
            kept = {name: getattr(rule, name) for name in KEPT}
            desk.holds.add(rule.where, **{**kept, **options})
            rule.cancel()
            return
    raise WireError("it waits no longer: its request came, or it was cancelled elsewhere")


COMMANDS: dict[str, Callable[[HeldDesk, Mapping[str, Any]], Any]] = {
    "held": _look,
    "held_go": _go,
    "held_answer": _answer,
    "held_reset": _reset,
    "held_more": _extend,
    "hold": _hold_next,
    "hold_cancel": _cancel,
    "hold_instead": _hold_instead,
}


def decide(desk: HeldDesk, message: Mapping[str, Any]) -> Any:
    """
    Do what a page asks for.

    Raises:
        WireError: It cannot be done; the page shows the text.
        FilterError: The filter of a hold cannot be read, or asks for what no hold knows.
    """
    try:
        return COMMANDS[str(message["what"])](desk, message)
    except HoldError as exc:
        raise WireError(str(exc)) from None
