"""
Keep the plain requests that have ended since the last time as one: their bytes, and a table of numbers.

Ten thousand exchanges as an object of some ten values each are 10 MB that lie scattered: to write new ones
and to free old ones waits for memory, for longer than all of it computes. So what many requests leave is put
together once, and is freed as one. Who looks at one of them has its exchange made of its row.

Rule 1: a row reads as the tuple that `plain_fold.fold` keeps of a request alone, and becomes what that does.
"""

from array import array
from bisect import bisect_left
from time import perf_counter_ns, time
from typing import Any

from asgi_nb.record.candidates import Candidates
from asgi_nb.record.draft import DraftStore, items_of
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.origin import Origin
from asgi_nb.record.plain import ENDED, PlainWire
from asgi_nb.record.plain_fold import fold, unfold
from asgi_nb.record.runs import Step

BATCH = 128
"""Requests of a batch, which is freed when the last of them goes."""

# Numbers and facts of a row, after which those of the next one follow.
ROW, FACTS = 6, 4

# Eight bytes without a sign. Of the two types that have them, "Q" takes longer to be made of a list.
_WIDE = "L" if array("L").itemsize == 8 else "Q"

Common = tuple[Candidates, Origin | None, str | None, Step]
"""What many requests have in common: the routes, the cell, the route's path, the step."""


class Batch:
    """Plain requests that have ended. `take_in` makes them."""

    __slots__ = ("bytes", "epoch", "facts", "numbers", "passed", "seqs", "sizes")

    def __init__(self) -> None:
        self.epoch = time() - perf_counter_ns() / 1e9
        """Seconds since the Unix epoch at 0 of the clock."""
        self.seqs: list[int] = []
        """The number of each exchange, ascending."""
        self.passed = 0
        """How many of them the store has let go, or has made exchanges of that it let go."""
        self.numbers: array[int] = array(_WIDE)
        """ROW of each: four moments, when its step began, how many lines of the response are the server's."""
        self.facts: list[Any] = []
        """FACTS of each: what it has in common with others, its class and peers, the parameters."""
        self.bytes = b""
        """What came and what went, by turns."""
        self.sizes: array[int] = array("I")
        """How long each of these is."""

    @property
    def weight(self) -> int:
        """What all of them weigh, in bytes."""
        return EXCHANGE_OVERHEAD * len(self.seqs) + len(self.bytes)

    def weigh(self, seq: int) -> int:
        """Give what an exchange weighs, in bytes."""
        place = 2 * bisect_left(self.seqs, seq)
        return EXCHANGE_OVERHEAD + self.sizes[place] + self.sizes[place + 1]

    def exchange(self, seq: int, store: DraftStore) -> Exchange:
        """Make the exchange of a number anew."""
        row = bisect_left(self.seqs, seq)
        *moments, skipped = self.numbers[row * ROW : (row + 1) * ROW]
        common, kind, peers, params = self.facts[row * FACTS : (row + 1) * FACTS]
        candidates, origin, route_path, step = common
        came, went = self.sizes[2 * row : 2 * row + 2]
        begin = sum(self.sizes[: 2 * row])
        middle = begin + came
        folded = (
            EXCHANGE_OVERHEAD + came + went,
            id(origin),
            id(candidates),
            kind.kind,
            self.bytes[begin:middle],
            peers,
            self.epoch,
            *moments,
            skipped,
            self.bytes[middle : middle + went],
            route_path,
            params,
            step,
            (),
        )
        return unfold(seq, folded, store, {id(origin): origin, id(candidates): candidates})


def take_in(
    wires: list[PlainWire], seq: int, kept: dict[int, Any], shared: dict[int, Any]
) -> tuple[Batch, list[int], int, list[PlainWire]]:
    """
    Give numbers to plain requests, and keep what is to be kept of those that have ended.

    Args:
        wires: The requests, in the order in which they began.
        seq: The number before the first one's.
        kept: Number -> what is kept: gets them.
        shared: Gets what the folds of single ones name by its `id`.

    Returns:
        The batch, the numbers of those that have ended and are none of it, the bytes of all that have ended,
        and those that have ended and are more than a row or a fold can say.
    """
    batch = Batch()
    seqs, facts = batch.seqs, batch.facts
    epoch, size = batch.epoch, 0
    numbers: list[int] = []
    parts: list[bytes] = []
    alone: list[int] = []
    unfit = []
    common: Common
    last_seen = last_route = last_step = None
    for wire in wires:
        seq += 1
        if wire.stage == ENDED and wire.runs is None:
            # As most are. The rest of `fold`, where a call and an attribute less count.
            scope = wire.scope
            try:
                seen, route, params = scope[wire.tap.scope_key], scope["route"], scope["path_params"]
                step, called_ns = wire.step, wire.called_ns
                if route is not last_route or step is not last_step or seen is not last_seen:
                    common = seen.candidates, *seen.sites[id(route)], step
                    last_seen, last_route, last_step = seen, route, step
            except (KeyError, AttributeError):
                # No route of the app's own, or no endpoint in one step.
                pass
            else:
                facts += (common, type(wire), wire.peers, items_of(params) if params else None)
                numbers += (wire.clock_ns, wire.read_ns, wire.done_ns, wire.exit_ns, called_ns, wire.skipped)
                parts += (wire.came, wire.went)
                seqs.append(seq)
                wire.seq = seq
                wire.folded = kept[seq] = batch
                continue
        wire.epoch = epoch
        wire.charged = 0
        # Rule 2 of `plain`: the number first.
        wire.seq = seq
        stage = wire.stage
        ended = fold(wire) if stage == ENDED else None
        if ended is None:
            kept[seq] = wire
            if stage == ENDED:
                unfit.append(wire)
            continue
        folded, origin = ended
        shared[folded[1]] = origin
        shared[folded[2]] = wire.routes()[0]
        kept[seq] = folded
        alone.append(seq)
        size += folded[0]
    batch.numbers = array(_WIDE, numbers)
    batch.sizes = array("I", map(len, parts))
    batch.bytes = b"".join(parts)
    return batch, alone, size + batch.weight, unfit
