"""The capture in a shell without a kernel; tests/kernel has the same in real ones."""

import io
import logging
import sys
import warnings
from contextlib import contextmanager

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from asgi_nb.live.output import OutputCapture
from asgi_nb.record.exchange import current_exchange
from asgi_nb.record.scope import open_exchange


class Stream(io.TextIOBase):
    """A stream whose class is written in Python, as that of a kernel is."""

    def __init__(self):
        super().__init__()
        self.text = ""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self.text += text
        return len(text)


@pytest.fixture(params=[Stream, io.StringIO], ids=["python-stream", "c-stream"])
def streams_in_place(request, monkeypatch):
    """Put streams of our own in place: in the test itself, as pytest does so between fixtures and test."""

    def put():
        out = request.param()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", Stream())
        return lambda: out.text if isinstance(out, Stream) else out.getvalue()

    return put


@pytest.fixture
def install(shell, streams_in_place, monkeypatch):
    """Install a capture around new streams; gives what tells the text that reached stdout."""
    capture = OutputCapture(shell, capture_output, {"<cell>": "Cell In[3]"}.get)
    # `display` asks for the one shell of the process.
    monkeypatch.setattr(InteractiveShell, "_instance", shell)

    def install():
        seen = streams_in_place()
        capture.install()
        return seen

    yield install
    capture.uninstall()


@contextmanager
def answering():
    """Be the code that answers a request."""
    exchange = open_exchange({"type": "http", "method": "GET", "path": "/", "headers": []}, 0.0)
    token = current_exchange.set(exchange)
    try:
        yield exchange
    finally:
        current_exchange.reset(token)


def streams(exchange):
    return [(record.stream, record.text) for record in exchange.output]


def test_prints_are_the_exchanges_inside_of_a_request_and_the_streams_outside(install):
    seen = install()
    print("before")  # noqa: T201
    with answering() as exchange:
        print("inside")  # noqa: T201
        sys.stdout.writelines(["a\n", "b\n"])
    print("after")  # noqa: T201

    assert seen() == "before\nafter\n"
    assert streams(exchange) == [("stdout", "inside\n"), ("stdout", "a\n"), ("stdout", "b\n")]


def test_what_is_no_text_is_refused_as_before(install):
    install()
    with (
        answering() as exchange,
        pytest.raises(TypeError, match="str"),
    ):
        sys.stdout.write(b"bytes")

    assert exchange.output == []


def test_a_cell_that_wraps_write_and_puts_it_back_changes_nothing(install):
    seen = install()

    def run_cell():
        stream = sys.stdout
        original = stream.write
        teed = []

        def write(text):
            teed.append(text)
            return original(text)

        stream.write = write
        print("cell")  # noqa: T201
        with answering() as exchange:
            print("request")  # noqa: T201
        stream.write = original
        return "".join(teed), streams(exchange)

    runs = [run_cell() for _ in range(3)]

    assert [output for _, output in runs] == [[("stdout", "request\n")]] * 3
    assert seen() == "cell\n" * 3


def test_a_wrapped_write_does_not_grow_by_a_layer_for_each_cell(install):
    install()
    for _ in range(100):
        sys.stdout.write = sys.stdout.write

    assert type(getattr(sys.stdout.write, "under", None)).__name__ != "_Writer"


def test_log_records_are_the_exchanges_and_still_reach_other_handlers(install, tmp_path):
    install()
    logger = logging.getLogger("shop")
    to_file = logging.FileHandler(tmp_path / "log")
    to_stream = logging.StreamHandler()
    logger.addHandler(to_file)
    logger.addHandler(to_stream)
    try:
        with answering() as exchange:
            logger.error("no %s", "tea")
    finally:
        logger.removeHandler(to_file)
        logger.removeHandler(to_stream)
        to_file.close()

    assert streams(exchange) == [("log", "no tea")]
    assert (exchange.output[0].level, exchange.output[0].logger) == ("ERROR", "shop")
    assert (tmp_path / "log").read_text() == "no tea\n"


def test_a_logged_exception_brings_its_traceback(install):
    install()
    with answering() as exchange:
        try:
            raise ValueError("no tea")
        except ValueError:
            logging.getLogger("shop").exception("failed")

    assert exchange.output[0].text.startswith("failed\nTraceback")
    assert "ValueError: no tea" in exchange.output[0].text


def test_a_log_record_whose_arguments_do_not_fit_raises_nothing(install):
    install()
    with answering() as exchange:
        # A logger without parents: pytest's own handler raises what does not fit.
        logging.Logger("shop").error("no %d", "tea")

    assert exchange.output[0].text == "no %d [its arguments do not fit: TypeError]"


def test_a_warning_names_the_cell_and_the_line(install):
    install()
    with answering() as exchange, warnings.catch_warnings():
        warnings.simplefilter("always")
        # pytest records warnings in its own way, which `catch_warnings` has put back.
        warnings.showwarning("old", DeprecationWarning, "<cell>", 4)

    assert streams(exchange) == [("warning", "old (Cell In[3], line 4)")]
    assert exchange.output[0].level == "DeprecationWarning"


def test_a_display_is_kept_as_a_bundle_that_cannot_change(install):
    install()
    state = {"a": 1}
    with answering() as exchange:
        display({"application/json": state, "text/plain": "a plot"}, raw=True)
        display(clear=True)
    state["a"] = 2

    assert streams(exchange) == [("display", "a plot")]
    assert exchange.output[0].data == {"application/json": '{"a": 1}', "text/plain": "a plot"}


def test_a_cell_that_captures_gets_its_own_output_and_none_of_a_request(install):
    install()
    with capture_output() as taken:
        print("mine")  # noqa: T201
        display({"text/plain": "my plot"}, raw=True)
        with answering() as exchange:
            print("the request's")  # noqa: T201
            display({"text/plain": "a plot"}, raw=True)

    assert (taken.stdout, len(taken.outputs)) == ("mine\n", 1)
    assert streams(exchange) == [("stdout", "the request's\n"), ("display", "a plot")]


def test_uninstalling_puts_back_what_was_there(shell, streams_in_place):
    streams_in_place()

    def state():
        return (
            sys.stdout,
            type(sys.stdout),
            sys.stderr,
            vars(shell.display_pub).get("publish"),
            logging.Logger.callHandlers,
            warnings.showwarning,
            capture_output.__enter__,
        )

    before = state()
    capture = OutputCapture(shell, capture_output, lambda file: None)

    capture.install()
    capture.install()
    assert state() != before
    capture.uninstall()
    capture.uninstall()

    assert state() == before


def test_a_writer_that_was_kept_does_nothing_after_uninstalling(shell, streams_in_place):
    seen = streams_in_place()
    capture = OutputCapture(shell, capture_output, lambda file: None)
    capture.install()
    kept = sys.stdout.write
    capture.uninstall()

    with answering() as exchange:
        kept("plain")

    assert seen() == "plain"
    assert exchange.output == []


def test_a_hook_that_somebody_wrapped_is_left_in_place(shell, streams_in_place, monkeypatch):
    streams_in_place()
    before = logging.Logger.callHandlers
    monkeypatch.setattr(logging.Logger, "callHandlers", before)
    capture = OutputCapture(shell, capture_output, lambda file: None)
    capture.install()
    ours = logging.Logger.callHandlers

    def theirs(logger, record):
        return ours(logger, record)

    logging.Logger.callHandlers = theirs
    capture.uninstall()

    assert logging.Logger.callHandlers is theirs
