"""Run what blocks in worker threads, so that the event loop goes on."""

import functools
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar, cast

import anyio
import anyio.to_thread

from asgi_nb.web.exceptions import StarletteDeprecationWarning

__all__ = ["iterate_in_threadpool", "run_in_threadpool", "run_until_first_complete"]

P = ParamSpec("P")
T = TypeVar("T")

_END: Any = object()


async def run_in_threadpool(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Call `func` in a worker thread, in a copy of the current context, and wait for what it returns.

    At most 40 at a time, by anyio's default; the others wait. A thread cannot be cancelled: nor can this.

    Args:
        func: What to call.
        *args: Its arguments.
        **kwargs: Its keyword arguments.

    Raises:
        Exception: What `func` raised.
    """
    if kwargs:
        return await anyio.to_thread.run_sync(functools.partial(func, *args, **kwargs))
    return await anyio.to_thread.run_sync(func, *args)


class ThreadIterator(AsyncIterator[T]):
    """An iterator whose every step is a call in a worker thread; it can be closed at any time."""

    def __init__(self, items: Iterable[T]) -> None:
        self._source = items
        # What cannot be iterated over is an error of the first step, as it is of an async generator.
        self._items = items if isinstance(items, Iterator) else None

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = iter(self._source)
        # A StopIteration cannot travel through a coroutine, so the end is a value.
        item = await anyio.to_thread.run_sync(next, self._items, _END)
        if item is _END:
            raise StopAsyncIteration
        return cast("T", item)

    async def aclose(self) -> None:
        """Close the generator, or the file, also when this task is cancelled."""
        close = getattr(self._items, "close", None)
        # A generator that ended has no frame, and nothing to close.
        if close is not None and getattr(self._items, "gi_frame", self) is not None:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(close)


def iterate_in_threadpool(iterator: Iterable[T]) -> ThreadIterator[T]:
    """
    Iterate over something whose `__next__` may block, one call in a worker thread for each item.

    Args:
        iterator: A generator, an open file or anything else that can be iterated over.
    """
    return ThreadIterator(iterator)


async def run_until_first_complete(
    *args: tuple[Callable[..., Coroutine[Any, Any, Any]], Mapping[str, Any]],
) -> None:
    """
    Run several coroutine functions until one of them returns; deprecated, open a task group instead.

    Args:
        *args: Pairs of a coroutine function and its keyword arguments.

    Raises:
        ExceptionGroup: What they raised.
    """
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
