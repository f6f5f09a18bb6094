"""Work that a response does after it was sent."""

import threading

import pytest

from asgi_nb.web.background import BackgroundTask, BackgroundTasks


@pytest.mark.anyio
async def test_an_async_function_is_awaited_and_another_runs_in_a_thread():
    seen = []

    async def on_the_loop(value, *, name):
        seen.append((value, name, threading.get_ident()))

    def in_a_thread(value, *, name):
        seen.append((value, name, threading.get_ident()))

    await BackgroundTask(on_the_loop, 1, name="a")()
    await BackgroundTask(in_a_thread, 2, name="b")()

    assert [call[:2] for call in seen] == [(1, "a"), (2, "b")]
    assert seen[0][2] == threading.get_ident() != seen[1][2]


@pytest.mark.anyio
async def test_who_watches_tasks_is_called_around_each(monkeypatch):
    seen = []

    async def watch(task, run):
        seen.append(("before", task.args))
        await run()
        seen.append(("after", task.args))

    monkeypatch.setattr(BackgroundTask, "around", staticmethod(watch))

    await BackgroundTasks([BackgroundTask(seen.append, 1), BackgroundTask(seen.append, 2)])()

    assert seen == [("before", (1,)), 1, ("after", (1,)), ("before", (2,)), 2, ("after", (2,))]


@pytest.mark.anyio
async def test_tasks_run_one_after_the_other_up_to_an_error():
    seen = []

    async def fail():
        raise ValueError("cold")

    tasks = BackgroundTasks([BackgroundTask(seen.append, 1)])
    tasks.add_task(seen.append, 2)
    tasks.add_task(fail)
    tasks.add_task(seen.append, 3)

    with pytest.raises(ValueError, match="cold"):
        await tasks()
    assert seen == [1, 2]
    await BackgroundTasks()()
