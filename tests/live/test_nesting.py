"""What can be said of waiting on a loop without patching this very process; tests/kernel has the rest."""

import asyncio
import concurrent.futures
import sys

import pytest

from asgi_nb.live.nesting import NestingError, wait_while_running


class ForeignLoop(asyncio.AbstractEventLoop):
    """A loop that is not written in Python, as uvloop's."""


def test_a_loop_that_cannot_be_run_inside_itself_is_told_before_anything_is_patched():
    future = concurrent.futures.Future()

    with pytest.raises(NestingError, match=r"ForeignLoop cannot be run inside a cell; await an async client"):
        wait_while_running(ForeignLoop(), future, 1.0)

    assert future.cancelled()
    assert "nest_asyncio2" not in sys.modules
    assert not hasattr(asyncio, "_nest_patched")
