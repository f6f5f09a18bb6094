"""What blocks runs in worker threads."""

import contextvars
import threading

import anyio
import pytest

from asgi_nb.web.concurrency import iterate_in_threadpool, run_in_threadpool, run_until_first_complete
from asgi_nb.web.exceptions import StarletteDeprecationWarning


@pytest.mark.anyio
async def test_a_function_runs_in_another_thread_with_its_arguments():
    def call(*args, **kwargs):
        return threading.get_ident(), args, kwargs

    thread, args, kwargs = await run_in_threadpool(call, 1, 2, a=3)

    assert thread != threading.get_ident()
    assert (args, kwargs) == ((1, 2), {"a": 3})
    assert (await run_in_threadpool(call, 1))[1:] == ((1,), {})


@pytest.mark.anyio
async def test_a_function_sees_the_context_of_its_caller():
    variable = contextvars.ContextVar("variable", default="outer")
    variable.set("inner")

    assert await run_in_threadpool(variable.get) == "inner"


@pytest.mark.anyio
async def test_an_iterator_steps_in_another_thread():
    def items():
        yield threading.get_ident()
        yield None

    seen = [item async for item in iterate_in_threadpool(items())]

    assert seen[0] != threading.get_ident()
    assert seen[1] is None


@pytest.mark.anyio
async def test_what_cannot_be_iterated_over_is_an_error_of_the_first_step():
    steps = iterate_in_threadpool(5)

    with pytest.raises(TypeError, match="not iterable"):
        await anext(steps)
    await steps.aclose()


@pytest.mark.anyio
async def test_a_generator_is_closed_once_also_when_it_did_not_start():
    closed = []

    class Items:
        def __iter__(self):
            return self

        def __next__(self):
            raise StopIteration

        def close(self):
            closed.append(threading.get_ident())

    await iterate_in_threadpool(Items()).aclose()
    await iterate_in_threadpool([]).aclose()

    assert len(closed) == 1
    assert closed[0] != threading.get_ident()


@pytest.mark.anyio
async def test_a_generator_is_closed_in_a_cancelled_scope():
    closed = []

    def items():
        try:
            yield 1
        finally:
            closed.append(True)

    iterator = iterate_in_threadpool(items())
    await anext(iterator)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await iterator.aclose()
    await iterator.aclose()

    assert closed == [True]


@pytest.mark.anyio
async def test_the_first_of_several_ends_the_others():
    ended = []

    async def wait(name, event):
        try:
            await event.wait()
        finally:
            ended.append(name)

    now, never = anyio.Event(), anyio.Event()
    now.set()
    with pytest.warns(StarletteDeprecationWarning, match="open an anyio task group"):
        await run_until_first_complete(
            (wait, {"name": "now", "event": now}), (wait, {"name": "never", "event": never})
        )

    assert sorted(ended) == ["never", "now"]
