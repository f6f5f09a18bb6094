"""The frames of the last exceptions, for the debugger."""

import gc
import io
import sys
import weakref

import pytest

from asgi_nb.record import postmortem
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.postmortem import FramesGoneError


@pytest.fixture(autouse=True)
def _nothing_kept():
    postmortem.forget()
    yield
    postmortem.forget()


class Thing:
    """Something that a frame holds."""


def fail(item):
    raise KeyError(item)


def recorded(item="tea", **options):
    try:
        fail(item)
    except KeyError as exc:
        return ErrorRecord.from_exception(exc, keep=True, **options)


def test_local_variables_are_readable():
    assert recorded().frames[-1].locals == {"item": "tea"}


def test_those_of_a_cause_are_too():
    try:
        try:
            fail("cause")
        except KeyError as exc:
            raise ValueError("x") from exc
    except ValueError as exc:
        record = ErrorRecord.from_exception(exc, keep=True)

    assert record.cause.frames[-1].locals == {"item": "cause"}


def test_a_handled_error_is_kept_as_well():
    assert recorded(handled=True).frames[-1].locals == {"item": "tea"}


def test_without_being_asked_to_nothing_is_kept():
    thing = Thing()
    gone = weakref.ref(thing)
    try:
        fail(thing)
    except KeyError as exc:
        record = ErrorRecord.from_exception(exc)
    del thing
    gc.collect()

    assert gone() is None
    with pytest.raises(FramesGoneError, match="the frames of this exception are gone"):
        record.frames[-1].locals  # noqa: B018 - reading it is the test


def test_only_the_last_ones_are_kept():
    first = recorded("first")
    for number in range(postmortem.KEPT):
        last = recorded(number)

    assert last.frames[-1].locals["item"] == postmortem.KEPT - 1
    with pytest.raises(FramesGoneError, match=r"those of the last 20 are kept; send the request again"):
        first.debug()


def test_the_debugger_opens_at_the_line_that_raised(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("p item\nq\n"))

    recorded().debug()

    out = capsys.readouterr().out
    assert "raise KeyError(item)" in out
    assert "'tea'" in out


def test_another_debugger_can_be_used():
    opened = []
    postmortem.use_debugger(lambda exc, traceback: opened.append((repr(exc), traceback.tb_next.tb_frame)))
    try:
        recorded().debug()
    finally:
        postmortem.use_debugger(None)

    assert [(shown, frame.f_code.co_name) for shown, frame in opened] == [("KeyError('tea')", "fail")]


def test_two_records_that_are_equal_have_frames_of_their_own():
    one, other = recorded("a"), recorded("a")
    assert one == other

    postmortem.forget()
    again = recorded("a")

    assert again.frames[-1].locals == {"item": "a"}
    with pytest.raises(FramesGoneError):
        one.debug()
