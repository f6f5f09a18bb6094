"""
Run the lifespans of mounted apps inside the lifespan of the app they are mounted in.

Each app speaks the lifespan protocol in a task of its own, so that its startup and its shutdown run in one
task. They are started in order, one after the other, and stopped in reverse. An app that returns or raises
before it said anything does not know the protocol, and that is fine.

Starlette leaves the lifespans of mounted apps to the app around, so many an app enters them in its own. What
it entered is not entered once more.

Source: ASGI specification, "Lifespan Protocol" 2.0.
"""

import contextlib
import inspect
import math
import traceback
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio

from asgi_nb.web.exceptions import StarletteDeprecationWarning
from asgi_nb.web.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

if TYPE_CHECKING:
    # Naming it at runtime would load it.
    from anyio.abc import TaskGroup

__all__ = ["LifespanFailed", "MountedLifespan", "TrackedLifespan", "as_lifespan", "run_lifespan"]

# The lifespans that were entered since the outermost app began to start, each as a TrackedLifespan.
_entered: ContextVar[list[Any] | None] = ContextVar("entered", default=None)
_ENTERED_SCOPE_KEY = "asgi_nb.entered_lifespans"


class TrackedLifespan:
    """
    A lifespan that leaves word when it is entered.

    Args:
        lifespan: Makes the context manager, from the app.
    """

    def __init__(self, lifespan: Lifespan[Any]) -> None:
        self._lifespan = lifespan

    def __call__(self, app: Any) -> contextlib.AbstractAsyncContextManager[Any]:
        entered = _entered.get()
        if entered is not None:
            entered.append(self)
        return self._lifespan(app)


def as_lifespan(lifespan: Any) -> Lifespan[Any]:
    """
    A lifespan from what a user gives: a function that makes an async context manager, or None for nothing
    to do.

    Generator functions without the decorator that makes context managers of them are taken too, with a
    warning.
    """
    if lifespan is None:
        return _nothing
    if inspect.isasyncgenfunction(lifespan):
        _warn("async generator function")
        return contextlib.asynccontextmanager(lifespan)
    if inspect.isgeneratorfunction(lifespan):
        _warn("generator function")
        enter = contextlib.contextmanager(lifespan)

        @contextlib.asynccontextmanager
        async def lifted(app: Any) -> AsyncGenerator[Any, None]:
            with enter(app) as state:
                yield state

        return lifted
    given: Lifespan[Any] = lifespan
    return given


def _warn(kind: str) -> None:
    warnings.warn(
        f"{kind} lifespans are deprecated, use an @contextlib.asynccontextmanager function instead",
        StarletteDeprecationWarning,
        # as_lifespan, Dispatcher, Router, App: the line that gave it.
        stacklevel=6,
    )


@contextlib.asynccontextmanager
async def _nothing(app: Any) -> AsyncGenerator[None, None]:
    yield


async def run_lifespan(
    lifespan: Lifespan[Any],
    mounted: Callable[[], Sequence["MountedLifespan"]],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """
    Speak the lifespan protocol: enter the context, start the mounted apps, wait, and back.

    Args:
        lifespan: What to enter, with the app of the scope.
        mounted: The lifespans inside; asked for once the context was entered.
        scope: A lifespan scope.
        receive: The server's.
        send: The server's.

    Raises:
        BaseException: What went wrong, after the server was told.
    """
    started = False
    # A mounted app has the list of the app around it.
    entered = scope.setdefault(_ENTERED_SCOPE_KEY, [])
    if any(other is lifespan for other in entered):
        lifespan = _nothing
    token = _entered.set(entered)

    async def serve() -> None:
        nonlocal started
        await send({"type": "lifespan.startup.complete"})
        started = True
        await receive()

    await receive()
    try:
        async with lifespan(scope.get("app")) as state:
            if state is not None:
                if "state" not in scope:
                    raise RuntimeError('The server does not support "state" in the lifespan scope.')
                scope["state"].update(state)
            lifespans = mounted()
            if lifespans:
                await _run_mounted(lifespans, serve)
            else:
                await serve()
    except BaseException:
        what = "shutdown" if started else "startup"
        await send({"type": f"lifespan.{what}.failed", "message": traceback.format_exc()})
        raise
    finally:
        _entered.reset(token)
        scope.pop(_ENTERED_SCOPE_KEY, None)
    await send({"type": "lifespan.shutdown.complete"})


class LifespanFailed(RuntimeError):
    """A mounted app said that its startup or its shutdown failed."""


class MountedLifespan:
    """
    The lifespan of one mounted app.

    What the app adds to the state is kept with its routes; for the requests of others it is there too, unless
    somebody before used the name.

    Args:
        routes: The routes that lead to the app.
        scope: The lifespan scope of the app around it.
        app: What to call in place of the app that they lead to.
    """

    def __init__(self, routes: Sequence[Any], scope: Scope, app: ASGIApp | None = None) -> None:
        self._routes = routes
        self._app: ASGIApp = routes[0].app if app is None else app
        self._outer_state: dict[str, Any] = scope.get("state", {})
        self._scope: Scope = {**scope, "state": dict(self._outer_state)}
        for key in ("app", "router"):
            self._scope.pop(key, None)
        self._to_app, self._receive = anyio.create_memory_object_stream[Message](math.inf)
        self._send, self._from_app = anyio.create_memory_object_stream[Message](math.inf)
        self._spoke = False
        self._ended = False
        self._error: Exception | None = None

    async def start(self, task_group: "TaskGroup") -> None:
        """
        Start the app and wait until it is ready.

        Raises:
            LifespanFailed: Its startup failed.
        """
        task_group.start_soon(self._run)
        await self._ask("startup")
        outer = self._outer_state
        added = {
            key: value
            for key, value in self._scope["state"].items()
            if key not in outer or outer[key] is not value
        }
        for route in self._routes:
            route.lifespan_state = added
        for key, value in added.items():
            outer.setdefault(key, value)

    async def stop(self) -> None:
        """
        Stop the app and wait until it has ended.

        Raises:
            LifespanFailed: Its shutdown failed.
        """
        await self._ask("shutdown")

    def close(self) -> None:
        """Let go of the channels."""
        for stream in (self._to_app, self._receive, self._send, self._from_app):
            stream.close()

    async def _ask(self, what: str) -> None:
        if not self._ended:
            self._to_app.send_nowait({"type": f"lifespan.{what}"})
            try:
                answer = await self._from_app.receive()
            except anyio.EndOfStream:
                answer = {"type": ""}
            else:
                self._spoke = True
            if answer["type"] == f"lifespan.{what}.failed":
                raise LifespanFailed(f"{self._failure(what)}: {answer.get('message', '')}")
        # An error of an app that never spoke means that it does not know the protocol.
        if self._spoke and self._error is not None:
            raise LifespanFailed(f"{self._failure(what)}: {self._error!r}") from self._error

    def _failure(self, what: str) -> str:
        failure = f"{what} of the app of {self._routes[0]!r} failed"
        if what == "startup":
            failure += " (if the app around it starts the same things, set has_lifespan = False on the route)"
        return failure

    async def _say(self, message: Message) -> None:
        # An app that answers every scope as if it was a request does not know the protocol.
        if not message["type"].startswith("lifespan."):
            raise RuntimeError(f"a message of the lifespan protocol was expected, got {message['type']!r}")
        await self._send.send(message)

    async def _run(self) -> None:
        try:
            with self._send:
                await self._app(self._scope, self._receive.receive, self._say)
        except Exception as exc:  # noqa: BLE001 - told to whoever asks next
            self._error = exc
        finally:
            self._ended = True


async def _run_mounted(lifespans: Sequence[MountedLifespan], serve: Callable[[], Awaitable[None]]) -> None:
    """
    Start all, await `serve()`, stop all that were started, in reverse.

    Raises:
        LifespanFailed: One of them failed; the others are stopped all the same.
    """
    error: BaseException | None = None
    try:
        async with anyio.create_task_group() as task_group:
            started: list[MountedLifespan] = []
            try:
                for lifespan in lifespans:
                    await lifespan.start(task_group)
                    started.append(lifespan)
                await serve()
            except Exception as exc:  # noqa: BLE001 - raised below, outside of the group
                error = exc
            for lifespan in reversed(started):
                try:
                    await lifespan.stop()
                except LifespanFailed as exc:
                    error = error or exc
            # An app that goes on after its shutdown is not waited for.
            task_group.cancel_scope.cancel()
    finally:
        for lifespan in lifespans:
            lifespan.close()
    if error is not None:
        raise error
