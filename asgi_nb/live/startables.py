"""What a cell writes as a lifespan, and what a mounted app brings, as something to be started."""

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import Context, copy_context
from typing import Any

from asgi_nb.live.arguments import accepts, name_of
from asgi_nb.live.definitions import Arrangement, Definition
from asgi_nb.live.errors import CellError, failure_line
from asgi_nb.live.lifespans import Serve, Startable
from asgi_nb.live.tracing import mounted_app
from asgi_nb.record.error import ErrorRecord
from asgi_nb.service.contexts import take_on
from asgi_nb.web._lifespan import MountedLifespan, _entered, _run_mounted
from asgi_nb.web.types import Message, Receive, Scope, Send

Opener = Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any] | None]]
"""Takes the app; entering what it gives is the startup, leaving it the shutdown."""

EXPECTED = (
    "expected a function with one `yield`, or one that gives an async context manager; it may take the app"
)


def lifespan_opener(target: Any) -> Opener:
    """
    Find out how to open a lifespan: a generator function, or what gives an async context manager.

    Args:
        target: What a person wrote; it takes the app, or nothing.

    Raises:
        CellError: It is none, or takes something else.
    """
    name = name_of(target)
    if not callable(target):
        raise CellError(f"{name} is not a lifespan; {EXPECTED}")
    if not (accepts(target, 1) or accepts(target, 0)):
        raise CellError(f"lifespan {name}{inspect.signature(target)} does not fit; {EXPECTED}")
    inner = target
    while isinstance(inner, functools.partial):
        inner = inner.func
    opener = target
    if inspect.isasyncgenfunction(inner):
        opener = contextlib.asynccontextmanager(target)
    elif inspect.isgeneratorfunction(inner):
        opener = _lifted(contextlib.contextmanager(target))
    elif inspect.iscoroutinefunction(inner):
        raise CellError(f"lifespan {name} never yields; {EXPECTED}")
    return opener if accepts(target, 1) else lambda app: opener()


def _lifted(opener: Callable[..., Any]) -> Callable[..., AbstractAsyncContextManager[Any]]:
    """Make an async context manager of a plain one."""

    @contextlib.asynccontextmanager
    async def lifted(*args: Any) -> AsyncIterator[Any]:
        with opener(*args) as state:
            yield state

    return lifted


def startables(
    arrangement: Arrangement, app: Any, frame_label: Callable[[str], str | None]
) -> list[Startable]:
    """
    List what an app needs started: the lifespans of cells, then the mounted apps, each once.

    Args:
        arrangement: The definitions in use.
        app: What the lifespans of cells are given.
        frame_label: Names the cell of a file name, for errors.
    """
    found = [_of_cell(definition, app, frame_label) for definition in arrangement.lifespans]
    mounts: dict[int, list[Definition]] = {}
    for definition in arrangement.routes:
        if definition.kind == "mount" and definition.built.has_lifespan:
            mounts.setdefault(id(mounted_app(definition.built.app)), []).append(definition)
    return found + [_of_mounts(same) for same in mounts.values()]


def _of_cell(definition: Definition, app: Any, frame_label: Callable[[str], str | None]) -> Startable:
    opener: Opener = definition.built

    async def run(scope: Scope, serve: Serve) -> None:
        # What it enters itself, as the lifespan of an app that is mounted too, is not entered once more.
        token = _entered.set(scope["asgi_nb.entered_lifespans"])
        try:
            opened = opener(app)
            if not hasattr(type(opened), "__aenter__"):
                raise TypeError(f"{definition.title} gave {name_of(opened)}; {EXPECTED}")
            async with opened as state:
                if state is not None and not isinstance(state, Mapping):
                    raise TypeError(
                        f"{definition.title} yielded {name_of(state)}; expected a dict, which becomes "
                        "request.state, or nothing"
                    )
                await serve(state)
        finally:
            _entered.reset(token)

    def failure(exc: BaseException) -> str:
        return failure_line(ErrorRecord.from_exception(exc, frame_label))

    return Startable(definition, f"{definition.title} ({definition.place})", run, failure=failure)


def _of_mounts(definitions: list[Definition]) -> Startable:
    routes = tuple(definition.built for definition in definitions)
    first = definitions[0]

    async def run(scope: Scope, serve: Serve) -> None:
        asked_in: Context | None = None

        async def started() -> None:
            nonlocal asked_in
            await serve(routes[0].lifespan_state)
            asked_in = copy_context()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            # In a task of its own: what is printed at its shutdown belongs to who asks for that.
            begun_in = copy_context()

            async def receive_in() -> Message:
                message = await receive()
                if asked_in is not None:
                    take_on(asked_in, begun_in)
                return message

            await routes[0].app(scope, receive_in, send)

        await _run_mounted([MountedLifespan(routes, scope, app)], started)

    return Startable(
        mounted_app(routes[0].app),
        f"the app mounted at {first.path or '/'}",
        run,
        nested=False,
        routes=routes,
        failure=_last_line,
    )


def _last_line(exc: BaseException) -> str:
    # An app tells its whole traceback; its last line says what happened.
    lines = str(exc).strip().splitlines()
    return lines[-1] if lines else repr(exc)
