"""A coroutine that is driven step by step behaves as one that is awaited, and leaves its times behind."""

import gc
import weakref
from types import coroutine

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.runs import HEAD, LONG_NS, MERGED, MERGED_NS, STEP_LIMIT, end_of, merge_steps, new_run
from asgi_nb.record.samples import Sample, read_blocked
from asgi_nb.record.slices import read_slices
from asgi_nb.record.steps import drive


@coroutine
def pause(value):
    """Give a value to whoever drives, and take what it sends."""
    return (yield value)


def run_of(*times, place="server", part="endpoint"):
    """A run whose steps begin and end at these times."""
    run = new_run(place, part, "demo", times[0], times[0])
    run.extend(times[1:])
    return run


@pytest.fixture
def exchange(make_exchange):
    return make_exchange()


@pytest.fixture
def driven(exchange):
    """Begin a coroutine and give what drives it on, as a generator, and its run."""

    def begin(running):
        run = run_of(0)
        yielded = running.send(None)
        run.append(1)
        return drive(running, run, exchange, yielded), run

    return begin


def test_what_is_sent_and_given_passes_through(driven):
    async def work():
        return [await pause("a"), await pause("b")]

    rest, _ = driven(work())

    assert (rest.send(None), rest.send(1)) == ("a", "b")
    with pytest.raises(StopIteration) as stopped:
        rest.send(2)
    assert stopped.value.value == [1, 2]


def test_what_is_thrown_in_can_be_caught_inside(driven):
    async def work():
        try:
            await pause("a")
        except KeyError:
            return "caught"

    rest, _ = driven(work())
    rest.send(None)

    with pytest.raises(StopIteration) as stopped:
        rest.throw(KeyError("x"))
    assert stopped.value.value == "caught"


def test_an_exception_of_its_own_has_no_foreign_context(driven):
    async def work():
        try:
            await pause("a")
        except KeyError:
            pass
        await pause("b")
        raise ValueError("mine")

    rest, _ = driven(work())
    rest.send(None)
    rest.throw(KeyError("x"))

    with pytest.raises(ValueError, match="mine") as raised:
        rest.send(None)
    assert raised.value.__context__ is None


def test_closing_it_runs_what_is_to_run_at_the_end(driven):
    said = []

    async def work():
        try:
            await pause("a")
        finally:
            said.append("closed")

    rest, run = driven(work())
    rest.send(None)
    rest.close()

    assert (said, end_of(run)) == (["closed"], run[-1])


def test_nothing_that_was_sent_or_thrown_is_kept_alive(driven):
    class Thing:
        pass

    async def work():
        while True:
            await pause("a")

    rest, _ = driven(work())
    rest.send(None)
    thing = Thing()
    gone = weakref.ref(thing)
    rest.send(thing)
    del thing

    assert gone() is None
    rest.close()
    gc.collect()


@pytest.mark.anyio
async def test_a_coroutine_of_either_loop_can_be_driven(exchange):
    async def work():
        for _ in range(3):
            await anyio.sleep(0)
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0)
        with anyio.move_on_after(0):
            await anyio.sleep_forever()
        return "done"

    running = work()
    run = run_of(0)
    yielded = running.send(None)
    run.append(1)

    assert await drive(running, run, exchange, yielded) == "done"
    assert len(run[HEAD:]) >= 8


@pytest.mark.anyio
async def test_a_cancelled_one_ends_where_it_waits(exchange):
    ended = []

    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def driving():
        running = work()
        run = run_of(0)
        yielded = running.send(None)
        run.append(1)
        await drive(running, run, exchange, yielded)

    with anyio.move_on_after(0) as scope:
        await driving()

    assert (ended, scope.cancelled_caught) == ([True], True)


def test_it_is_over_when_it_has_returned_and_not_while_it_waits(driven):
    async def work():
        await pause("a")

    rest, run = driven(work())
    rest.send(None)
    waiting = end_of(run)
    with pytest.raises(StopIteration):
        rest.send(None)

    assert (waiting, end_of(run)) == (None, run[-1])


def test_the_steps_of_a_long_session_are_bounded_and_weighed(driven, exchange):
    async def work():
        for _ in range(20 * STEP_LIMIT):
            await pause(None)

    before = exchange.kept_size
    rest, run = driven(work())
    assert sum(1 for _ in rest) == 20 * STEP_LIMIT

    assert len(run) <= HEAD + 2 * STEP_LIMIT
    assert (len(run) - HEAD) // 2 + run[MERGED] == 20 * STEP_LIMIT + 1
    assert 10_000 < exchange.kept_size - before < 30_000


@given(st.lists(st.integers(1, 3 * LONG_NS), min_size=4, max_size=200).map(lambda n: n[: len(n) // 2 * 2]))
def test_merging_loses_no_time(lengths):
    times = [sum(lengths[: index + 1]) for index in range(len(lengths))]
    run = run_of(*times)
    before = read_slices([run], 0, ("endpoint",))

    merge_steps(run)

    after = read_slices([run], 0, ("endpoint",))
    assert len(run[HEAD:]) <= len(lengths) // 2 + 2
    assert (after.running, after.waiting) == pytest.approx((before.running, before.waiting))
    assert len(after) + run[MERGED] == len(before)
    assert run[MERGED_NS] >= 0


def test_the_steps_that_lie_closest_together_are_merged():
    run = run_of(0, 1, 2, 3, 8, 9, 12, 13, 100, 101, 103, 104, 150, 151, 155, 156)

    merge_steps(run)

    assert run[HEAD:] == [0, 13, 100, 156]


def test_of_steps_that_lie_equally_close_the_first_ones_are_merged():
    run = run_of(*range(0, 160, 10))

    merge_steps(run)

    assert run[HEAD:] == [0, 130, 140, 150]
    assert (run[MERGED], run[MERGED_NS]) == (6, 60)


def test_one_step_stays_as_it_is():
    run = run_of(0, 10)

    merge_steps(run)

    assert run[HEAD:] == [0, 10]


def test_slices_say_how_long_it_ran_and_waited():
    slices = read_slices([run_of(1_000_000, 3_000_000, 8_000_000, 9_000_000)], 0, ("endpoint",))

    assert repr(slices) == "<Slices: ran 3.0 ms on the server's loop in 2 steps, waited 5.0 ms>"
    assert "2.0 ms" in slices._repr_html_()


def test_a_slice_that_goes_on_has_no_end():
    slices = read_slices([run_of(5, 6, 7)], 5, ("endpoint",))

    assert [(one.start_ns, one.end_ns) for one in slices] == [(0, 1), (2, None)]
    assert "still running" in repr(slices)


# --- who held the loop

LONG = 2 * LONG_NS


def sample(step, line, text="x = slow()"):
    return Sample(step, "Cell In[3]", line, "f", text, True)


def test_a_long_step_is_told_with_the_line_at_which_it_was_seen_most():
    samples = [sample(10, 1), sample(10, 4), sample(10, 4), sample(99, 7)]

    [blocked] = read_blocked([run_of(10, 10 + LONG)], samples, 10, 0)

    assert (blocked.start_ns, blocked.duration, blocked.cell, blocked.line) == (0, 0.2, "Cell In[3]", 4)
    assert repr(blocked) == "<demo held the server's loop for 200 ms at Cell In[3], line 4: x = slow()>"


def test_a_long_step_that_nobody_saw_is_told_without_a_line():
    [blocked] = read_blocked([run_of(10, 10 + LONG)], [], 10, 0)

    assert (blocked.cell, blocked.line, blocked.text) == (None, None, "")


def test_a_step_that_goes_on_is_told_as_long_as_it_is():
    [blocked] = read_blocked([run_of(10)], [], 10, 10 + LONG)

    assert blocked.duration == pytest.approx(0.2)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(run_of(0, LONG_NS - 1), id="short"),
        pytest.param(run_of(0, LONG, place="thread"), id="in-a-thread"),
    ],
)
def test_what_keeps_nobody_waiting_is_not_told(run):
    assert read_blocked([run], [], 0, 0) == []


def test_merged_steps_are_no_long_step():
    run = run_of(0, 1, LONG, LONG + 1)
    merge_steps(run)

    assert len(run[HEAD:]) == 2
    assert read_blocked([run], [], 0, 0) == []


def test_a_long_step_stays_by_itself_when_steps_are_merged():
    run = run_of(*range(14), 14, 14 + LONG)
    merge_steps(run)

    assert run[HEAD:] == [0, 13, 14, 14 + LONG]
    assert [blocked.start_ns for blocked in read_blocked([run], [], 0, 0)] == [14]


def test_merged_steps_are_merged_again_however_long_they_have_become():
    times = []
    for start in range(0, 16 * LONG_NS, LONG_NS):
        times += start, start + LONG_NS // 10
    run = run_of(*times)
    merge_steps(run)
    assert len(run[HEAD:]) // 2 == 4
    later = 20 * LONG_NS
    run += [*range(later, later + 6), later + 6, later + 6 + LONG]

    merge_steps(run)

    assert len(run[HEAD:]) // 2 == 2
    assert [blocked.start_ns for blocked in read_blocked([run], [], 0, 0)] == [later + 6]


def test_the_layers_around_a_long_step_are_not_told_too():
    runs = [run_of(0, LONG + 10, part="layers"), run_of(5, 5 + LONG)]

    assert [blocked.start_ns for blocked in read_blocked(runs, [], 0, 0)] == [5]


def test_layers_that_are_slow_by_themselves_are_told():
    runs = [run_of(0, LONG + 10, part="layers"), run_of(5, 6)]

    assert [blocked.start_ns for blocked in read_blocked(runs, [], 0, 0)] == [0]


def test_a_line_with_a_secret_is_masked():
    [blocked] = read_blocked([run_of(0, LONG)], [sample(0, 1, "password = 'hunter2'")], 0, 0)

    assert "hunter2" not in repr(blocked)
