"""Waiting for the server's thread ends when it should, and lets an interrupt in."""

import signal
import threading
import time
from concurrent.futures import Future

import pytest

from asgi_nb.service import waiting
from asgi_nb.service.waiting import wait_for


def done() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future


def test_it_returns_at_once_when_all_are_done():
    began = time.monotonic()

    wait_for([done(), done()], 20)

    assert time.monotonic() - began < 10


def test_one_that_is_done_is_enough_when_asked_for():
    wait_for([Future(), done()], 20, first=True)


def test_it_gives_up_when_the_time_is_up():
    began = time.monotonic()

    wait_for([Future()], 0.6)

    assert 0.6 <= time.monotonic() - began


def test_it_takes_no_future_for_done_that_is_not(monkeypatch):
    monkeypatch.setattr(waiting, "SLICE", 0.001)
    late: Future[None] = Future()
    thread = threading.Timer(0.05, late.set_result, [None])
    thread.start()

    wait_for([late, done()], 20)

    assert late.done()
    thread.join()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs pthread_kill")
def test_an_interrupt_that_comes_as_the_wait_begins_ends_it(monkeypatch):
    looked = threading.Event()
    real = waiting.concurrent.futures.wait

    def mark_and_wait(*args):
        looked.set()
        return real(*args)

    monkeypatch.setattr(waiting.concurrent.futures, "wait", mark_and_wait)

    def interrupt():
        looked.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        wait_for([Future()], 15)
    thread.join()
