"""
Note when an endpoint runs, where it runs, and how a request passes the layers around it.

Rule 1: what is noted is what `record.trace` holds: plain values, appended. Everything is thought about later.
Rule 2: without a recorded exchange, everything is called as if nothing of this were there.
Rule 3: what passes is passed on as the same object, and so is every exception.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from dis import opmap
from inspect import CO_COROUTINE
from time import perf_counter_ns
from types import CoroutineType, FunctionType
from typing import Any

from asgi_nb.record.background import BackgroundRun
from asgi_nb.record.exchange import Noted, under_way
from asgi_nb.record.plain import BEGUN
from asgi_nb.record.reasons import Candidates
from asgi_nb.record.runs import OVER, Run, new_run
from asgi_nb.record.spans import Gate, LayerFacts
from asgi_nb.record.steps import ACCOUNTED, account, drive, steps_here, watching
from asgi_nb.web._handover import Handover, call, takes_handover
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.concurrency import ThreadIterator, run_in_threadpool
from asgi_nb.web.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from asgi_nb.web.results import to_response
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

# Nanoseconds from which on it is worth a note that the loop made a response of what a thread had returned.
NOTED_NS = 1_000_000


def trace_endpoint(
    function: Callable[..., Any], place: str, *, is_websocket: bool = False
) -> Callable[..., Any]:
    """
    Make a function endpoint note when it runs.

    Args:
        function: A function of a request, async or not, or of a WebSocket.
        place: Where it runs: "server", "kernel" or "thread".
        is_websocket: Whether it is of a WebSocket: what it returns is no response then.
    """
    inner = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    title = getattr(inner, "__qualname__", type(inner).__qualname__)
    if never_waits(function):
        traced = _traced_step(function, place, title, is_websocket)
    elif is_async_callable(function):
        traced = _traced_coroutine(function, place, title, is_websocket)
    elif inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        traced = _traced_generator(function, place, title)
    else:
        traced = _traced_call(function, title)
    functools.update_wrapper(traced, function)
    traced.__name__ = getattr(function, "__name__", type(function).__name__)
    return traced


AT_ONCE = frozenset(
    {type(None), bool, int, float, str, bytes, list, dict}
    | {Response, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse}
)
"""Types of what an endpoint may return that is sent at once, in the order in which it came to be."""

# What code has where it may wait: in each `await`, `async with` and `async for`.
_WAITS = opmap.get("SEND")


def never_waits(function: Any) -> bool:
    """Whether a coroutine function has no place in it where it could wait: it runs in one step."""
    return (
        type(function) is FunctionType
        and _WAITS is not None
        and function.__code__.co_flags & CO_COROUTINE != 0
        # Each second byte is an argument.
        and _WAITS not in function.__code__.co_code[::2]
    )


def _traced_step(
    function: Callable[..., Any], place: str, title: str, is_websocket: bool
) -> Callable[..., Any]:
    step = place, "endpoint", title

    # Whoever looks at a thread's frames finds the beginning of the step in `began`.
    @steps_here
    async def traced(connection: Any) -> Any:
        exchange: Any = under_way.get()
        if exchange is None:
            return await function(connection)
        if watching.asleep:
            watching.wake()
        began = perf_counter_ns()
        try:
            value = await function(connection)
            if exchange.stage == BEGUN and type(value) in AT_ONCE:
                # See `plain`: it ends as the response starts.
                exchange.called_ns = began
                exchange.step = step
                return value
            if not is_websocket:
                # Making a response of it is the endpoint's work, and may take long.
                value = _response(value, function, title, exchange)
        except BaseException:
            exchange.note_step(step, began, perf_counter_ns())
            raise
        exchange.note_step(step, began, perf_counter_ns())
        return value

    return traced


def _traced_coroutine(
    function: Callable[..., Any], place: str, title: str, is_websocket: bool
) -> Callable[..., Any]:
    @steps_here
    async def traced(connection: Any) -> Any:
        exchange = under_way.get()
        if exchange is None:
            return await function(connection)
        running = function(connection)
        now = perf_counter_ns()
        # As `new_run` makes it: this runs for every request.
        run: Run = [place, "endpoint", title, now, True, 0, 0, (), now]
        exchange.note_run(run)
        if type(running) is not CoroutineType:
            # Made elsewhere, as by Cython: it is known when it began and when it ended.
            try:
                running = await running
            finally:
                run.append(perf_counter_ns())
            return running if is_websocket else _response(running, function, title, exchange)
        if watching.asleep:
            watching.wake()
        try:
            try:
                yielded = running.send(None)
            except StopIteration as stop:
                return stop.value if is_websocket else _response(stop.value, function, title, exchange)
        finally:
            run.append(perf_counter_ns())
        value = await drive(running, run, exchange, yielded)
        if is_websocket or (isinstance(value, Response) and not isinstance(value, StreamingResponse)):
            return value
        # Making a response of it is the endpoint's work, and may take long.
        run.append(perf_counter_ns())
        try:
            return _response(value, function, title, exchange)
        finally:
            run.append(perf_counter_ns())

    return traced


def _traced_generator(function: Callable[..., Any], place: str, title: str) -> Callable[..., Any]:
    async def traced(connection: Any) -> Any:
        exchange = under_way.get()
        items = function(connection)
        if exchange is None:
            return items
        now = perf_counter_ns()
        exchange.note_run([*new_run(place, "endpoint", title, now, now), perf_counter_ns()])
        if not isinstance(items, AsyncIterator):
            return _TracedItems(items, _stream_run(exchange, "thread", title), exchange)
        return _response(items, function, title, exchange, place)

    return traced


def _traced_call(function: Callable[..., Any], title: str) -> Callable[..., Any]:
    def timed(connection: Any, exchange: Noted, called_ns: int) -> Any:
        run = new_run("thread", "endpoint", title, called_ns, perf_counter_ns())
        exchange.note_run(run)
        try:
            return function(connection)
        finally:
            run.append(perf_counter_ns())

    @steps_here
    async def traced(connection: Any) -> Any:
        exchange = under_way.get()
        if exchange is None:
            return await run_in_threadpool(function, connection)
        now = perf_counter_ns()
        value = await run_in_threadpool(timed, connection, exchange, now)
        now = perf_counter_ns()
        run = new_run("server", "endpoint", title, now, now)
        try:
            return _response(value, function, title, exchange)
        finally:
            run.append(perf_counter_ns())
            if run[-1] - now > NOTED_NS:
                exchange.note_run(run)

    return traced


def _response(
    value: Any, function: Callable[..., Any], title: str, exchange: Noted, place: str = "server"
) -> Any:
    """Make the response that the toolkit would make of a value, and have its stream noted."""
    response = value if isinstance(value, Response) else to_response(value, endpoint=function)
    if isinstance(response, StreamingResponse) and not isinstance(response.body_iterator, ThreadIterator):
        run = _stream_run(exchange, place, title)
        response.body_iterator = _TracedStream(response.body_iterator, run, exchange)
    return response


def _stream_run(exchange: Noted, place: str, title: str) -> Run:
    """Begin a run without steps: they come with the items."""
    run = new_run(place, "stream", title, perf_counter_ns(), 0)
    del run[-1]
    run[OVER] = False
    exchange.note_run(run)
    return run


class _TracedStream(AsyncIterator[Any]):
    """An async iterator whose steps are noted; it can be closed as the one inside."""

    __slots__ = ("_exchange", "_items", "_run")

    def __init__(self, items: Any, run: Run, exchange: Noted) -> None:
        self._items = aiter(items)
        self._run = run
        self._exchange = exchange

    @steps_here
    async def __anext__(self) -> Any:
        run, exchange = self._run, self._exchange
        running = self._items.__anext__()
        if not hasattr(running, "send"):
            return await running
        if watching.asleep:
            watching.wake()
        run.append(perf_counter_ns())
        ended = True
        try:
            try:
                yielded = running.send(None)
            except StopIteration as stop:
                ended = False
                return stop.value
            finally:
                run.append(perf_counter_ns())
                if not len(run) & (2 * ACCOUNTED - 1):
                    account(run, exchange)
            item = await drive(running, run, exchange, yielded)
            ended = False
            return item
        finally:
            run[OVER] = ended

    @property
    def ag_frame(self) -> Any:
        """The frame of the generator inside, None when it has ended: closing it is no work then."""
        return getattr(self._items, "ag_frame", self)

    async def aclose(self) -> None:
        """Close the one inside."""
        self._run[OVER] = True
        close = getattr(self._items, "aclose", None)
        if close is not None:
            await close()


class _TracedItems(Iterator[Any]):
    """A generator whose items are made in worker threads, with a note of when."""

    __slots__ = ("_exchange", "_items", "_run")

    def __init__(self, items: Any, run: Run, exchange: Noted) -> None:
        self._items = items
        self._run = run
        self._exchange = exchange

    def __next__(self) -> Any:
        run = self._run
        run[OVER] = True
        run.append(perf_counter_ns())
        try:
            item = next(self._items)
            run[OVER] = False
            return item
        finally:
            run.append(perf_counter_ns())
            if not len(run) & (2 * ACCOUNTED - 1):
                account(run, self._exchange)

    @property
    def gi_frame(self) -> Any:
        """The frame of the generator inside, None when it has ended."""
        return getattr(self._items, "gi_frame", self)

    def close(self) -> None:
        """Close the one inside."""
        self._run[OVER] = True
        close = getattr(self._items, "close", None)
        if close is not None:
            close()


class TracedApp:
    """
    Note when an app runs that is no function: a class, a mounted app, an app that is served as it is.

    Args:
        app: The ASGI app.
        title: What a person calls it.
        place: Where it runs.
        routes: Gives its routes, for the path of a request; for an app that no live app lies around.
    """

    def __init__(
        self,
        app: ASGIApp,
        title: str,
        place: str = "server",
        routes: Callable[[str], Candidates] | None = None,
    ) -> None:
        self.app = app
        self.title = title
        self.place = place
        self._routes = routes

    @takes_handover
    @steps_here
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = under_way.get()
        if exchange is None or scope["type"] == "lifespan":
            await call(self.app, scope, receive, send)
            return
        if self._routes is not None and not exchange.is_traced:
            exchange.take_routes(self._routes(scope["path"]), None)
        now = perf_counter_ns()
        run = new_run(self.place, "app", self.title, now, now)
        exchange.note_run(run)
        if watching.asleep:
            watching.wake()
        # With no app of ours around, nobody asks whether it had started its response.
        inside = "app" in scope or type(send) is Handover
        running: Any = (call if inside else _call_plainly)(self.app, scope, receive, send)
        try:
            if type(running) is not CoroutineType:
                await running
                return
            try:
                yielded = running.send(None)
            except StopIteration:
                return
        finally:
            run.append(perf_counter_ns())
        await drive(running, run, exchange, yielded)


def _call_plainly(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Any:
    return app(scope, receive, send)


def mounted_app(app: ASGIApp) -> ASGIApp:
    """Give the app that somebody mounted, without what notes when it runs."""
    return app.app if isinstance(app, TracedApp) else app


async def run_layers(app: ASGIApp, first: LayerFacts, scope: Scope, receive: Receive, send: Send) -> None:
    """
    Run all layers, with a note of each step that they take together.

    Args:
        app: The outermost one.
        first: What it is.
        scope: The scope.
        receive: As in ASGI.
        send: As in ASGI.
    """
    exchange = under_way.get()
    if exchange is None:
        await call(app, scope, receive, send)
    else:
        await _step_through(exchange, app, first, scope, receive, send)


@steps_here
async def _step_through(
    exchange: Noted, app: ASGIApp, first: LayerFacts, scope: Scope, receive: Receive, send: Send
) -> None:
    now = perf_counter_ns()
    run = new_run("server", "layers", "middleware", now, now)
    exchange.note_run(run)
    if watching.asleep:
        watching.wake()
    running = pass_gate(exchange, first, app, scope, receive, send)
    try:
        yielded = running.send(None)
    except StopIteration:
        return
    finally:
        run.append(perf_counter_ns())
    await drive(running, run, exchange, yielded)


async def pass_gate(
    exchange: Noted,
    entered: LayerFacts | None,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """
    Call a layer, or the app below all layers, and note what goes down to it and what comes up.

    Args:
        exchange: Whose request it is.
        entered: What the layer is; None for the app.
        app: The layer, or the app.
        scope: The scope.
        receive: As in ASGI.
        send: As in ASGI, or a Handover.
    """
    trace = exchange.traced()
    gate = Gate(entered, scope)
    if type(trace.gates) is list:
        trace.gates.append(gate)
    else:
        trace.gates = [gate]
    try:
        if type(send) is not Handover:
            await app(scope, receive, gate.watch(send))
            return
        await call(app, scope, receive, send)
        response = send.response
        if response is not None:
            gate.answer(response.status_code, response.raw_headers)
            body = getattr(response, "body", None)
            # A stream has no body, or that of a response whose place it took.
            if getattr(response, "is_whole", False) and body is not None:
                gate.size = len(body)
    except BaseException as exc:
        gate.error = type(exc).__name__
        raise
    finally:
        gate.exit_ns = perf_counter_ns()


async def time_background(task: BackgroundTask, run: Callable[[], Any]) -> None:
    """
    Run a background task with a note of its time and of what it raised.

    Args:
        task: The task.
        run: Runs it, when called and awaited.
    """
    exchange = under_way.get()
    if exchange is None:
        await run()
        return
    func: Any = task.func
    while isinstance(func, functools.partial):
        func = func.func
    noted = BackgroundRun(getattr(func, "__qualname__", type(func).__qualname__), perf_counter_ns())
    trace = exchange.traced()
    trace.tasks = [*trace.tasks, noted]
    try:
        await run()
    except BaseException as exc:
        noted.error = f"{type(exc).__name__}: {exc}"[:500] if str(exc) else type(exc).__name__
        raise
    finally:
        noted.end_ns = perf_counter_ns()


# The one hook of the toolkit's that the record needs: tasks run when all frames of the live app are gone.
BackgroundTask.around = time_background
