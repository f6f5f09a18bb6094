"""
What a page is told of the code behind an exchange: stages, layers, run slices, routes, events.

Asked for when a panel shows it, as the question `insight`; times are milliseconds from the exchange's start.

Rule 1: all text is masked and bounded, as everything that leaves for a page.
"""

from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import mask_text, shorten, visible
from asgi_nb.record.origin import Origin
from asgi_nb.record.reasons import Routing
from asgi_nb.record.remedies import remedy
from asgi_nb.record.spans import Span
from asgi_nb.record.timing import WORDS

# What one screen shows; of the rest, the number.
CANDIDATES = 50
EVENTS = 200
CHUNKS = 500

NAME = 80
LINE = 300
DATA = 2000
SOURCE = 20_000


def insight(exchange: Exchange) -> dict[str, Any]:
    """Show what is known of the code that ran, in plain JSON values."""
    slices = exchange.slices
    return {
        # From where the times of several exchanges can be drawn on one axis.
        "clock_ms": exchange.clock_ns / 1e6,
        "stages": [
            {"name": name, "ms": _ms(at), "words": WORDS[name]} for name, at in exchange.timing.stages()
        ],
        "spans": [_span(span) for span in exchange.spans],
        "slices": {
            "rows": [[_ms(one.start_ns), _ms(one.end_ns), one.kind] for one in slices],
            "running_ms": slices.running * 1000,
            "waiting_ms": slices.waiting * 1000,
            "merged": slices.merged,
        },
        "blocked": [
            {
                "start_ms": _ms(one.start_ns),
                "ms": one.duration * 1000,
                "title": _text(one.title, NAME),
                "loop": one.loop,
                "cell": None if one.cell is None else _text(one.cell, NAME),
                "line": one.line,
                "text": _text(one.text, LINE),
                "remedy": remedy(one.text),
            }
            for one in exchange.blocked
        ],
        "background": [
            {
                "name": _text(task.name, NAME),
                "start_ms": _ms(task.start_ns),
                "end_ms": _ms(task.end_ns),
                "error": None if task.error is None else _text(task.error, LINE),
            }
            for task in exchange.background_tasks
        ],
        "routing": _routing(exchange.routing),
        "origin": None if exchange.origin is None else _origin(exchange.origin, exchange.origin_state),
        **_stream(exchange),
    }


def _ms(at_ns: int | None) -> float | None:
    return None if at_ns is None else at_ns / 1e6


def _text(value: str, limit: int, *, lines: bool = False) -> str:
    # More than is shown, so that a secret at the edge is masked as a whole.
    return shorten(visible(mask_text(value[: 2 * limit]).text, lines=lines), limit)


def _span(span: Span) -> dict[str, Any]:
    return {
        "name": _text(span.name, NAME),
        "title": _text(span.title, NAME),
        "kind": span.kind,
        "depth": span.depth,
        "start_ms": _ms(span.start_ns),
        "end_ms": _ms(span.end_ns),
        "self_ms": _ms(span.self_ns),
        "cell": None if span.origin is None else _text(span.origin.label, NAME),
        "request": [_text(words, LINE) for words in span.request.words()],
        "response": [_text(words, LINE) for words in span.response.words()],
        "answered": span.answered,
        "calls": span.calls,
        "error": None if span.error is None else _text(span.error, NAME),
    }


def _routing(routing: Routing) -> dict[str, Any]:
    # Nearest first, as a person looks for them.
    ordered = sorted(routing, key=lambda one: (not one.chosen, one.verdict == "none", -one.fits))
    return {
        "candidates": [
            {
                "route": _text(one.route, LINE),
                "verdict": one.verdict,
                "reason": _text(one.reason, LINE),
                "chosen": one.chosen,
                "cell": _text(one.origin.label, NAME),
            }
            for one in ordered[:CANDIDATES]
        ],
        "more": max(0, len(ordered) - CANDIDATES),
        "hints": [_text(hint, LINE) for hint in routing.hints],
    }


def _origin(origin: Origin, state: str) -> dict[str, Any]:
    return {
        "cell": _text(origin.label, NAME),
        "cell_id": origin.cell_id,
        "function": _text(origin.function, NAME),
        "line": origin.lineno,
        "state": state,
        "source": _text(origin.source, SOURCE, lines=True),
    }


def _stream(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    if response is None:
        return {"chunks": [], "more_chunks": 0, "events": [], "more_events": 0}
    chunks = response.body.chunks
    try:
        events = response.events
    except ValueError:
        # The body is not what its Content-Encoding says; the body's own panel tells that.
        events = []
    return {
        "chunks": [[_ms(chunk.at_ns), chunk.size] for chunk in chunks[:CHUNKS]],
        "more_chunks": max(0, response.body.chunk_count - CHUNKS) if chunks else 0,
        "events": [
            {
                "n": event.number,
                "ms": _ms(event.at_ns),
                "event": _text(event.event, NAME),
                "id": _text(event.id, NAME),
                "data": _text(event.data, DATA, lines=True),
                "retry": event.retry,
            }
            # The last ones: a stream is read at its end.
            for event in events[-EVENTS:]
        ],
        "more_events": max(0, len(events) - EVENTS),
    }
