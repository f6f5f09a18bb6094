"""Work that a response does after it was sent."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, ParamSpec

from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks"]

P = ParamSpec("P")


class BackgroundTask:
    """
    One call to make after the response: awaited if it is async, else made in a worker thread.

    Args:
        func: What to call. What it raises is the app's error; the client has its response by then.
        *args: Its arguments.
        **kwargs: Its keyword arguments.
    """

    around: ClassVar[Callable[["BackgroundTask", Callable[[], Awaitable[None]]], Awaitable[None]] | None] = (
        None
    )
    """Set on the class, it is called with each task and with what runs it, and awaited: a place to watch."""

    def __init__(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.is_async = is_async_callable(func)

    async def __call__(self) -> None:
        around = BackgroundTask.around
        if around is None:
            await self._call_func()
        else:
            await around(self, self._call_func)

    async def _call_func(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(BackgroundTask):
    """
    Several calls, one after the other; an error ends the row.

    Args:
        tasks: The first calls; more come by `add_task`.
    """

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None) -> None:
        self.tasks = list(tasks or ())

    def add_task(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Append a call."""
        self.tasks.append(BackgroundTask(func, *args, **kwargs))

    async def __call__(self) -> None:
        for task in self.tasks:
            await task()
