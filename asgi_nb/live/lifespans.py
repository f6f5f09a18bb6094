"""
Startup and shutdown while the app serves: the lifespans of cells, and those of mounted apps.

Rule 1: each has a task of its own on the server's loop, from its startup to its shutdown.
Rule 2: lifespans of cells nest in their order: what changes one takes those inside it down and up again.
    Mounted apps start after them, each for itself.
Rule 3: every wait has a bound. A startup that fails leaves what ran before, or says that it could not.
"""

import asyncio
import concurrent.futures
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc

from asgi_nb.live.notebook import running_loop
from asgi_nb.service.contexts import take_on
from asgi_nb.service.portal import current_line
from asgi_nb.service.waiting import wait_for
from asgi_nb.web.types import Receive, Scope, Send

START_TIMEOUT = 30.0
"""Seconds for one startup, as for a server's: a database opens, and a hang is noticed."""
STOP_TIMEOUT = 5.0
"""Seconds for one shutdown before it is cancelled, as for a server's."""

LOG = logging.getLogger(__name__)

Serve = Callable[[Mapping[str, Any] | None], Awaitable[None]]
"""Takes what a startup has put into the state; returns when it is time to shut down."""


class LifespanError(RuntimeError):
    """A startup that failed; the text says what runs now."""


@dataclass(frozen=True, slots=True, eq=False)
class Startable:
    """One thing that is started and shut down with the server."""

    key: object
    """What it is, by identity: the same key is the same run."""
    title: str
    """How errors call it: `lifespan pool (cell [3])`."""
    run: Callable[[Scope, Serve], Awaitable[None]]
    """Starts up, awaits `serve(state)` once, shuts down."""
    nested: bool = True
    """Whether those behind it are inside it."""
    routes: tuple[Any, ...] = ()
    """The routes that lead to it, of a mounted app: what it puts into the state is for their requests."""
    failure: Callable[[BaseException], str] = repr
    """Says in one line what it raised."""


class Unit:
    """One run of a Startable."""

    def __init__(self, what: Startable, scope: Scope) -> None:
        self.what = what
        self.state: Mapping[str, Any] = {}
        self.entered: list[Any] = scope["asgi_nb.entered_lifespans"]
        self._scope = scope
        self._cancel = anyio.CancelScope()
        self._ready = anyio.Event()
        self._leaving = anyio.Event()
        self._ended = anyio.Event()
        self._error: BaseException | None = None
        # Where it began, and where it was told to shut down.
        self._begun_in = self._asked_in = Context()

    async def start(self, tasks: anyio.abc.TaskGroup) -> None:
        """
        Start, and wait until it is ready.

        Raises:
            LifespanError: It raised, or took too long.
        """
        tasks.start_soon(self._run)
        with anyio.move_on_after(START_TIMEOUT):
            await self._ready.wait()
        if not self._ready.is_set():
            self._cancel.cancel()
            raise LifespanError(f"{self.what.title} was not ready within {START_TIMEOUT:g} s")
        if self._error is not None:
            said = self.what.failure(self._error)
            raise LifespanError(f"the startup of {self.what.title} failed: {said}") from self._error

    async def stop(self) -> str | None:
        """Shut down; returns what went wrong."""
        self._asked_in = copy_context()
        self._leaving.set()
        if not self._ready.is_set():
            # Its startup was interrupted: it would not look for the word to leave.
            self._cancel.cancel()
        with anyio.move_on_after(STOP_TIMEOUT):
            await self._ended.wait()
        if not self._ended.is_set():
            self._cancel.cancel()
            return f"{self.what.title} did not shut down within {STOP_TIMEOUT:g} s: cancelled"
        if self._error is not None:
            return f"the shutdown of {self.what.title} failed: {self.what.failure(self._error)}"
        return None

    async def _run(self) -> None:
        self._begun_in = copy_context()
        try:
            with self._cancel:
                await self.what.run(self._scope, self._serve)
            if not self._ready.is_set() and self._error is None:
                self._error = RuntimeError("it ended before it was ready")
        except (Exception, SystemExit, KeyboardInterrupt) as exc:  # noqa: BLE001 - told to whoever waits
            self._error = exc
        finally:
            self._ready.set()
            self._ended.set()

    async def _serve(self, state: Mapping[str, Any] | None) -> None:
        self.state = dict(state or {})
        self._ready.set()
        await self._leaving.wait()
        take_on(self._asked_in, self._begun_in)


@dataclass(slots=True, eq=False)
class Run:
    """All that runs with one server."""

    scope: Scope
    loop: asyncio.AbstractEventLoop | None
    """Where it runs; None for trio, where changes wait for the next start."""
    tasks: anyio.abc.TaskGroup
    base: dict[str, Any]
    """The state as the server gave it."""
    units: list[Unit] = field(default_factory=list)
    lock: anyio.Lock = field(default_factory=anyio.Lock)

    def has(self, wanted: Sequence[Startable]) -> bool:
        """Whether exactly this runs."""
        return [id(unit.what.key) for unit in self.units] == [id(what.key) for what in wanted]

    async def follow(self, wanted: Sequence[Startable], *, stop_mounted: bool = True) -> list[str]:
        """
        Start what is wanted and does not run, shut down what runs and is not wanted.

        Args:
            wanted: All that is to run, in order.
            stop_mounted: Whether apps that are not wanted are shut down, too.

        Returns:
            What went wrong in shutdowns, a line each.

        Raises:
            LifespanError: A startup failed; what ran before runs again, if the text says nothing else.
        """
        async with self.lock:
            before = [unit.what for unit in self.units]
            problems: list[str] = []
            try:
                await self._go(wanted, stop_mounted, problems)
            except LifespanError as exc:
                stopped = [what.title for what in before if not self._runs(what)]
                if not stopped:
                    raise
                names = ", ".join(stopped)
                try:
                    await self._go(before, True, problems)
                except LifespanError as again:
                    raise LifespanError(
                        f"{exc}; {names} had been shut down, and failed again: {again}"
                    ) from exc
                raise LifespanError(f"{exc}; {names} had been shut down, and was started again") from exc
            return problems

    def _runs(self, what: Startable) -> bool:
        # By identity: an app may compare equal to another.
        return any(unit.what.key is what.key for unit in self.units)

    async def _go(self, wanted: Sequence[Startable], stop_mounted: bool, problems: list[str]) -> None:
        for unit in self._leaving(wanted, stop_mounted):
            self.units.remove(unit)
            problem = await unit.stop()
            if problem is not None:
                problems.append(problem)
            self._share_state()
        for what in wanted:
            if not self._runs(what):
                await self._start(what)
        order = [id(what.key) for what in wanted]
        self.units.sort(
            key=lambda unit: order.index(id(unit.what.key)) if id(unit.what.key) in order else len(order)
        )
        share_with_routes(self.units, wanted)

    def _leaving(self, wanted: Sequence[Startable], stop_mounted: bool) -> list[Unit]:
        """Give what has to go, the innermost first: mounted apps, then lifespans from the first change on."""
        keys = [id(what.key) for what in wanted]
        mounted = [unit for unit in self.units if not unit.what.nested and id(unit.what.key) not in keys]
        nested = [unit for unit in self.units if unit.what.nested]
        asked = [id(what.key) for what in wanted if what.nested]
        same = 0
        while same < min(len(nested), len(asked)) and id(nested[same].what.key) == asked[same]:
            same += 1
        return [*(reversed(mounted) if stop_mounted else ()), *reversed(nested[same:])]

    async def _start(self, what: Startable) -> None:
        entered = [] if what.nested else [one for unit in self.units for one in unit.entered]
        scope = {**self.scope, "state": dict(self._state()), "asgi_nb.entered_lifespans": entered}
        unit = Unit(what, scope)
        # Noted first: a wait that is interrupted must leave nothing that nobody stops.
        self.units.append(unit)
        try:
            await unit.start(self.tasks)
        except LifespanError:
            self.units.remove(unit)
            raise
        self._share_state()

    def _state(self) -> dict[str, Any]:
        state = dict(self.base)
        for unit in self.units:
            if unit.what.nested:
                state.update(unit.state)
        for unit in self.units:
            for name, value in unit.state.items():
                state.setdefault(name, value)
        return state

    def _share_state(self) -> None:
        # The server copies this very dict for each request.
        shared = self.scope["state"]
        state = self._state()
        for name in list(shared):
            if name not in state:
                del shared[name]
        shared.update(state)


def share_with_routes(units: Sequence[Unit], wanted: Sequence[Startable]) -> None:
    """Give what a mounted app has put into the state to the routes that lead to it now."""
    states = {id(unit.what.key): unit.state for unit in units}
    for what in wanted:
        for route in what.routes:
            route.lifespan_state = dict(states.get(id(what.key), {}))


class Lifespans:
    """
    Runs what an app needs started, once for each server that serves it.

    Args:
        wanted: Gives what is to run, in order, when a server starts.
    """

    def __init__(self, wanted: Callable[[], Sequence[Startable]]) -> None:
        self._wanted = wanted
        self._runs: list[Run] = []
        # The loop keeps weak references to its tasks.
        self._pending: set[asyncio.Task[Any]] = set()

    @property
    def running(self) -> bool:
        """Whether a server runs them."""
        return bool(self._runs)

    def state(self) -> dict[str, Any]:
        """Give what they have put into the state, with the server that has run the longest."""
        return dict(self._runs[0].scope["state"]) if self._runs else {}

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Speak the lifespan protocol with a server.

        Raises:
            LifespanError: A startup failed; the server was told.

        Source: ASGI 3.0, Lifespan Protocol, version 2.0.
        """
        await receive()
        failed: LifespanError | None = None
        problems: list[str] = []
        scope.setdefault("state", {})
        async with anyio.create_task_group() as tasks:
            run = Run(scope, running_loop(), tasks, dict(scope["state"]))
            try:
                await run.follow(self._wanted())
            except LifespanError as exc:
                failed = exc
            else:
                self._runs.append(run)
                try:
                    await send({"type": "lifespan.startup.complete"})
                    await receive()
                finally:
                    self._runs.remove(run)
            problems = await run.follow(())
        if failed is not None:
            await send({"type": "lifespan.startup.failed", "message": str(failed)})
            raise failed
        if problems:
            await send({"type": "lifespan.shutdown.failed", "message": "; ".join(problems)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

    def change(
        self, wanted: Sequence[Startable], before: Sequence[Startable], *, stop_mounted: bool = True
    ) -> list[str]:
        """
        Make what runs with each server what is wanted now, and wait for it.

        Called on a server's own loop, it does not wait: what goes wrong is logged.

        Args:
            wanted: All that is to run, in order.
            before: What was wanted until now.
            stop_mounted: Whether apps that are not wanted are shut down, too.

        Returns:
            What went wrong in shutdowns, a line each.

        Raises:
            LifespanError: A startup failed.
        """
        problems: list[str] = []
        for run in list(self._runs):
            if run.has(wanted):
                share_with_routes(run.units, wanted)
            elif run.loop is not None and run.loop is running_loop():
                self._start_changing(run, wanted, stop_mounted)
            elif run.loop is not None:
                problems += _change_and_wait(run, run.loop, wanted, before, stop_mounted)
        return problems

    def _start_changing(self, run: Run, wanted: Sequence[Startable], stop_mounted: bool) -> None:
        async def go() -> None:
            try:
                for problem in await run.follow(wanted, stop_mounted=stop_mounted):
                    LOG.error("%s", problem)
            except LifespanError as exc:
                LOG.error("%s", exc)

        task = asyncio.ensure_future(go())
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)


def _change_and_wait(
    run: Run,
    loop: asyncio.AbstractEventLoop,
    wanted: Sequence[Startable],
    before: Sequence[Startable],
    stop_mounted: bool,
) -> list[str]:
    # In the context of the cell: what a startup prints appears under it.
    changing: concurrent.futures.Future[list[str]] = asyncio.run_coroutine_threadsafe(
        run.follow(wanted, stop_mounted=stop_mounted), loop
    )
    bound = (START_TIMEOUT + STOP_TIMEOUT) * (len(wanted) + len(before)) + 1
    try:
        wait_for([changing], bound)
        return changing.result(0)
    except TimeoutError:
        changing.cancel()
        raise LifespanError(
            f"startup and shutdown did not end within {bound:g} s; the server's thread is at {current_line()}"
        ) from None
    except KeyboardInterrupt:
        changing.cancel()
        asyncio.run_coroutine_threadsafe(run.follow(before), loop)
        raise
