"""Run what blocks in worker threads, so that the event loop goes on."""

import functools
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

import anyio
import anyio.to_thread

from asgi_nb.web.exceptions import StarletteDeprecationWarning

__all__ = ["iterate_in_threadpool", "run_in_threadpool", "run_until_first_complete"]

P = ParamSpec("P")
T = TypeVar("T")

_END: Any = object()


async def run_in_threadpool(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `func` in a worker thread, in a copy of the current context, and wait for what it returns."""
    if kwargs:
        return await anyio.to_thread.run_sync(functools.partial(func, *args, **kwargs))
    return await anyio.to_thread.run_sync(func, *args)


async def iterate_in_threadpool(iterator: Iterable[T]) -> AsyncGenerator[T, None]:
    """
    Iterate over something whose `__next__` may block, one worker-thread call for each item.

    Closes a generator (or a file) that was left early, as a `for` loop's end would.
    """
    items: Iterator[T] = iter(iterator)
    try:
        # A StopIteration cannot travel through a coroutine, so the end is a value.
        while (item := await anyio.to_thread.run_sync(next, items, _END)) is not _END:
            yield item
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(close)


async def run_until_first_complete(
    *args: tuple[Callable[..., Coroutine[Any, Any, Any]], Mapping[str, Any]],
) -> None:
    """Run several coroutine functions until one of them returns; deprecated, open a task group instead."""
    warnings.warn(
        "run_until_first_complete is deprecated; open an anyio task group and cancel its scope instead",
        StarletteDeprecationWarning,
        stacklevel=2,
    )
    async with anyio.create_task_group() as task_group:

        async def run(func: Callable[[], Coroutine[Any, Any, Any]]) -> None:
            await func()
            task_group.cancel_scope.cancel()

        for func, kwargs in args:
            task_group.start_soon(run, functools.partial(func, **kwargs))
