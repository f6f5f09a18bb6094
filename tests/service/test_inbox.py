"""The inbox of a WebSocket is a queue, its gate an event; both do what asyncio's do."""

import asyncio
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.service.inbox import Gate, Inbox


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=60))
def test_messages_come_out_in_the_order_in_which_they_went_in(puts):
    async def run():
        inbox, expected = Inbox(), deque()
        for number, put in enumerate(puts):
            if put:
                inbox.put_nowait(number)
                expected.append(number)
            elif expected:
                assert await inbox.get() == expected.popleft()
            assert inbox.empty() is (not expected)
        assert [await inbox.get() for _ in expected] == list(expected)

    asyncio.run(run())


async def settle():
    """Let every task go as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def waiting(*coroutines):
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    await settle()
    return tasks


def test_who_waits_gets_what_comes_in_the_order_of_waiting():
    async def run():
        inbox = Inbox()
        tasks = await waiting(inbox.get(), inbox.get())
        inbox.put_nowait("tea")
        inbox.put_nowait("cake")
        return await asyncio.gather(*tasks)

    assert asyncio.run(run()) == ["tea", "cake"]


@pytest.mark.parametrize("woken", [False, True], ids=["before-a-message", "after-it-was-woken"])
def test_a_message_of_one_that_is_cancelled_goes_to_the_next(woken):
    async def run():
        inbox = Inbox()
        first, second = await waiting(inbox.get(), inbox.get())
        if woken:
            inbox.put_nowait("tea")
            first.cancel()
        else:
            first.cancel()
            await settle()
            inbox.put_nowait("tea")
        assert await second == "tea"
        assert first.cancelled()

    asyncio.run(run())


def test_a_message_stays_when_the_only_one_that_waited_is_cancelled():
    async def run():
        inbox = Inbox()
        (only,) = await waiting(inbox.get())
        inbox.put_nowait("tea")
        only.cancel()
        await settle()
        assert not inbox.empty()
        return await inbox.get()

    assert asyncio.run(run()) == "tea"


def test_an_open_gate_lets_pass_and_a_closed_one_when_it_is_set():
    async def run():
        gate = Gate()
        await gate.wait()
        gate.clear()
        first, second = await waiting(gate.wait(), gate.wait())
        assert not first.done()
        second.cancel()
        await settle()
        gate.set()
        await first
        await gate.wait()
        assert second.cancelled()

    asyncio.run(run())
