"""
Time one case for all contestants, in turns.

First every answer is compared with Starlette's: a toolkit that is fast because it does something else has
no place in the table. Then each round gives every contestant one turn, and a ratio is taken within the
round, so that a machine whose speed drifts favours nobody. An app that does nothing has a turn too: what
that takes is the benchmark's own, and is taken off.
"""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from gzip import decompress as gunzip
from json import JSONDecodeError, loads
from typing import Any

from _toolkit_cases import Case
from _toolkit_contestants import Contestant
from _toolkit_drive import Answer, started

Work = Callable[[], Awaitable[None]]

# Whose answer must be right for the benchmark to mean anything.
HOME = ("starlette", "asgi_nb")


# The one that does nothing.
IDLE = "idle"


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    pass


class WrongAnswer(Exception):
    """asgi_nb does not answer as Starlette does."""


@dataclass
class Result:
    """One case."""

    case: Case
    microseconds: float
    """What Starlette takes, the median of all rounds."""
    ratios: dict[str, list[float]]
    """Contestant -> how many times faster than Starlette, round by round."""

    def median(self, name: str) -> float:
        """The middle one of a contestant's ratios."""
        return statistics.median(self.ratios[name])


async def measure(case: Case, contestants: list[Contestant], rounds: int, seconds: float) -> Result:
    """
    Compare the answers, then time them.

    Args:
        case: What to do.
        contestants: Starlette first.
        rounds: How many turns each one gets.
        seconds: How long a turn is, about.

    Raises:
        WrongAnswer: asgi_nb's is not Starlette's.
    """
    async with AsyncExitStack() as stack:
        works: dict[str, Work] = {}
        expected: Answer | None = None
        for contestant in contestants:
            work = await _ready(case, contestant, stack)
            if work is None:
                continue
            app, run = work
            answer = await _ask(case, app)
            expected = expected or answer
            problem = _difference(case, contestant.name, answer, expected)
            if problem is None:
                works[contestant.name] = run
            elif contestant.name in HOME:
                raise WrongAnswer(f"{case.name}: {problem}")
            else:
                print(f"{case.name}: without {contestant.name}, {problem}")
        return await _take_turns(case, works, rounds, seconds)


async def _ready(case: Case, contestant: Contestant, stack: AsyncExitStack) -> tuple[Any, Work] | None:
    build = contestant.apps.get(case.app)
    if build is None or (case.work == "redefine" and contestant.replace is None):
        return None
    try:
        app = await stack.enter_async_context(started(build()))
    except ModuleNotFoundError as exc:
        print(f"{case.name}: without {contestant.name}, {exc}")
        return None
    send = case.request.send_to

    async def request() -> None:
        await send(app)

    async def redefine() -> None:
        assert contestant.replace is not None
        contestant.replace(app, 50)
        await send(app)

    async def construct() -> None:
        # With one request, since a toolkit may put its work off until then.
        async with started(build()) as new:
            await send(new)

    return app, {"request": request, "redefine": redefine, "construct": construct}[case.work]


async def _ask(case: Case, app: Any) -> Answer | str:
    try:
        return await case.request.ask(app)
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is not the answer
        return f"it raised {exc!r}"


def _difference(case: Case, name: str, answer: Answer | str, expected: Answer | str) -> str | None:
    if isinstance(answer, str) or isinstance(expected, str):
        return answer if isinstance(answer, str) else str(expected)
    if answer.status != expected.status:
        return f"it answered {answer.status}, expected {expected.status}"
    if case.words == "own" and name not in HOME:
        return None
    if _value(answer.body) != _value(expected.body):
        return f"its body is {answer.body[:60]!r}, expected {expected.body[:60]!r}"
    return None


def _value(body: bytes) -> Any:
    """JSON may be written with or without spaces; gzip has a byte for the system that it was made on."""
    if body[:1] in (b"{", b"["):
        try:
            return loads(body)
        except JSONDecodeError:
            return body
    return gunzip(body) if body[:2] == b"\x1f\x8b" else body


async def _take_turns(case: Case, works: dict[str, Work], rounds: int, seconds: float) -> Result:
    ratios: dict[str, list[float]] = {name: [] for name in works}
    base: list[float] = []
    works = {**works, IDLE: lambda: case.request.send_to(_nothing)}
    counts = {name: await _count(work, seconds) for name, work in works.items()}
    names = list(works)
    for number in range(rounds):
        times = {}
        # Each one follows each other one as often.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            gc.collect()
            times[name] = await _time(works[name], counts[name])
        own = times.pop(IDLE)
        base.append(times["starlette"] - own)
        for name, taken in times.items():
            ratios[name].append((times["starlette"] - own) / (taken - own))
    return Result(case, statistics.median(base) * 1e6, ratios)


async def _count(work: Work, seconds: float) -> int:
    """How often fits into that many seconds."""
    count = 1
    while True:
        took = await _time(work, count) * count
        if took >= seconds / 4 or count > 1_000_000:
            return max(1, round(count * seconds / took))
        count *= 2


async def _time(work: Work, count: int) -> float:
    """Seconds of this process's CPU for one, of so many: other processes may be busy meanwhile."""
    began = time.process_time()
    for _ in range(count):
        await work()
    return (time.process_time() - began) / count
