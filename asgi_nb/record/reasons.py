"""
Why a route answered, and why each of the others did not: also those inside of mounts.

Rule 1: a reason names the first thing that did not fit, in the words of the request.
Rule 2: what is not known is not said: a mounted app that shows no routes decides by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from asgi_nb.record.candidates import (
    Asked,
    Attempt,
    Candidate,
    Candidates,
    Verdict,
    below,
    compare_paths,
    judge,
)
from asgi_nb.record.markup import table
from asgi_nb.record.masks import mask_text, shorten, visible
from asgi_nb.record.origin import Origin

__all__ = ["Attempt", "Candidate", "Candidates", "Reason", "Routing", "read_routing"]

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one candidate."""

    route: str
    """"GET /items/{id}"."""
    verdict: Verdict
    """"full": path and method fit. "partial": the path fits. "none"."""
    reason: str
    """Why it answered or did not, in a few words."""
    chosen: bool
    """Whether it is the one that answered, or the mount that this one stands inside of."""
    origin: Origin
    """The cell that defined it."""
    fits: int = 0
    """How many segments of the path fit, from its beginning: the higher, the nearer it came."""
    depth: int = 0
    """How many mounts it stands inside of. Their prefixes are a part of `route`."""


class Routing(list[Reason]):
    """
    Each route that there was, in the order of matching, and why it answered or not.

    The routes inside of a mount follow the mount, when the request went there.

    Args:
        reasons: One per route.
        hints: What else a person may want to know of a request that nothing answered.
        more: How many routes there were beside these.
    """

    def __init__(self, reasons: Iterable[Reason] = (), hints: Iterable[str] = (), more: int = 0) -> None:
        super().__init__(reasons)
        self.hints = list(hints)
        self.more = more
        """How many routes there were beside these: a file keeps the nearest ones."""

    @property
    def matched(self) -> Reason | None:
        """The one that answered; inside of a mount, the route there."""
        return next((reason for reason in reversed(self) if reason.chosen), None)

    @property
    def near(self) -> list[Reason]:
        """Those whose path fits, and which did not answer: the ones to look at first."""
        return [reason for reason in self if reason.verdict != "none" and not reason.chosen]

    def nearest(self) -> list[Reason]:
        """Give all of them, what came nearest first: what a person looks for, and must not be cut off."""
        first = [reason for reason in self if reason.verdict != "none"]
        rest = sorted((one for one in self if one.verdict == "none"), key=lambda one: -one.fits)
        return [*first, *rest]

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                "answered" if reason.chosen else reason.verdict,
                visible(reason.route),
                visible(reason.reason),
                visible(reason.origin.label),
            )
            for reason in self.nearest()[:SHOWN]
        ]

    def __repr__(self) -> str:
        if not self and not self.hints:
            return "<Routing: there were no routes>"
        rows = self._rows()
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
        lines = [
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}  ({row[3]})".rstrip() for row in rows
        ]
        more = len(self) - len(rows) + self.more
        if more:
            lines.append(f"and {more} more")
        return "\n".join([*lines, *map(visible, self.hints)])

    def _repr_html_(self) -> str:
        caption = "; ".join(["Routes", *self.hints])
        return table(["", "route", "why", "cell"], self._rows(), caption=caption)


def read_routing(
    candidates: Candidates,
    *,
    is_websocket: bool,
    method: str,
    path: str,
    reached: bool,
    answered: bool,
    host: str = "",
) -> Routing:
    """
    Say of each route why it answered a request or not.

    Args:
        candidates: The routes as they were.
        is_websocket: Whether the request was a WebSocket handshake.
        method: Its method.
        path: Its path, without the root path.
        reached: Whether a route was called at all.
        answered: Whether the request has been answered.
        host: Its Host header.
    """
    routing = _read_level(candidates, Asked(method, path, is_websocket, host), "", 0)
    if answered and not reached:
        # A middleware answered before the router was asked.
        routing[:] = [
            replace(one, reason="would fit, but a layer before it answered", chosen=False)
            if one.chosen
            else one
            for one in routing
        ]
    return routing


def _read_level(candidates: Candidates, asked: Asked, prefix: str, depth: int) -> Routing:
    """Say it of the routes of one app, which stands below mounts with this prefix."""
    routing = Routing()
    # What the request went to: no route after that one was asked.
    taker: str | None = None
    for candidate in candidates.routes:
        title = candidate.title_under(prefix)
        verdict, reason, fits = judge(candidate, asked)
        chosen, inside = False, Routing()
        if verdict == "full" and taker is not None:
            reason = f"would fit too, but {taker} stands before it"
        elif verdict == "full":
            taker, chosen = title, True
            reason = "path and method fit" if candidate.kind == "route" else "the path fits"
            if candidate.kind in ("mount", "host"):
                inside = _read_inside(candidate, asked, prefix, depth)
                reason = "the host fits" if candidate.kind == "host" else "the path begins so"
                if not inside or (inside.matched is None and _has_custom(candidate.inside)):
                    reason += "; what is mounted there decides about the rest"
                elif inside.matched is None:
                    verdict, chosen = "partial", False
                    reason += ", but no route inside fits"
        routing.append(Reason(title, verdict, reason, chosen, candidate.origin, fits, depth))
        routing += inside
        routing.hints += inside.hints
    for candidate, place in candidates.hidden:
        verdict, reason, fits = judge(candidate, asked)
        if verdict == "full":
            reason = f"shadowed by {place}, which was defined later"
        title = candidate.title_under(prefix)
        routing.append(Reason(title, verdict, reason, False, candidate.origin, fits, depth))
    if routing.matched is None:
        routing.hints += _hints(candidates, asked, prefix)
    return routing


def _read_inside(candidate: Candidate, asked: Asked, prefix: str, depth: int) -> Routing:
    asked_there = below(candidate, asked)
    if candidate.inside is None or asked_there is None:
        return Routing()
    longer = prefix + candidate.path.rstrip("/") if candidate.kind == "mount" else prefix
    return _read_level(candidate.inside, asked_there, longer, depth + 1)


def _has_custom(candidates: Candidates | None) -> bool:
    """Whether there is a route of which nobody can say why it answered."""
    return candidates is not None and any(
        one.kind == "custom" or _has_custom(one.inside) for one in candidates.routes
    )


def _hints(candidates: Candidates, asked: Asked, prefix: str) -> list[str]:
    found = []
    for attempt in candidates.missing():
        wanted = Candidate(attempt.kind, attempt.path, attempt.methods, "", attempt.origin)
        if judge(wanted, asked)[0] == "full":
            place = f"cell {attempt.origin.label}" if attempt.origin.execution_count else attempt.origin.label
            reason = mask_text(shorten(attempt.reason, 200)).text
            title = wanted.title_under(prefix) if prefix else attempt.title
            found.append(f"{place} defines {title}, but {reason}")
    for other in candidates.routes:
        is_other = other.kind == ("route" if asked.is_websocket else "websocket")
        if is_other and compare_paths(other, asked.path)[1] is None:
            found.append(
                f"{other.title_under(prefix)} is no WebSocket endpoint; it answers HTTP requests"
                if asked.is_websocket
                else f"{other.title_under(prefix)} is a WebSocket endpoint; open it with a WebSocket client"
            )
    return found
