"""An exception becomes plain data that reads like a traceback, with cells in the place of file names."""

import linecache

import pytest

from asgi_nb.record.error import TEXT_LIMIT, ErrorRecord
from asgi_nb.record.postmortem import FIRST_FRAMES, LAST_FRAMES

SOURCE = "def brew(tea):\n    return tea / 0\n"
CELL = "ipykernel_1/77.py"


def label(filename):
    return "Cell In[3]" if filename == CELL else None


def caught(function, *args):
    try:
        function(*args)
    except BaseException as exc:  # noqa: BLE001 - whatever the test raises is the test's subject
        return exc
    raise AssertionError("nothing was raised")


@pytest.fixture
def cell():
    """The namespace of a cell that defines `brew`, with its source where tracebacks look for it."""
    linecache.cache[CELL] = (len(SOURCE), None, SOURCE.splitlines(True), CELL)
    namespace = {"__name__": "__main__"}
    exec(compile(SOURCE, CELL, "exec"), namespace)
    yield namespace
    del linecache.cache[CELL]


def test_a_traceback_names_the_cell_and_shows_its_line(cell):
    record = ErrorRecord.from_exception(caught(cell["brew"], 1), label)

    frame = record.frames[-1]
    assert (frame.label, frame.lineno, frame.function, frame.source) == (
        "Cell In[3]",
        2,
        "brew",
        "return tea / 0",
    )
    assert frame.is_cell
    assert record.format().endswith(
        "  Cell In[3], line 2, in brew\n    return tea / 0\nZeroDivisionError: division by zero"
    )


def test_frames_of_the_kit_above_the_app_are_left_out(cell):
    kit = {"__name__": "asgi_nb.web.routing", "brew": cell["brew"]}
    exec(compile("def call():\n    brew(1)\n", "routing.py", "exec"), kit)
    exc = caught(kit["call"])
    exc.__traceback__ = exc.__traceback__.tb_next

    assert [frame.function for frame in ErrorRecord.from_exception(exc, label).frames] == ["brew"]


def test_frames_of_the_kit_between_two_cells_are_left_out(cell):
    kit = {"__name__": "asgi_nb.web.routing", "brew": cell["brew"]}
    exec(compile("def call():\n    brew(1)\n", "routing.py", "exec"), kit)
    cell["call"] = kit["call"]
    exec(compile("def middleware():\n    call()\n", CELL, "exec"), cell)

    record = ErrorRecord.from_exception(caught(cell["middleware"]), label)

    assert [frame.function for frame in record.frames][-2:] == ["middleware", "brew"]


def test_frames_of_python_that_have_no_source_are_left_out(cell):
    frozen = {"__name__": "_collections_abc", "brew": cell["brew"]}
    exec(compile("def step():\n    brew(1)\n", "<frozen _collections_abc>", "exec"), frozen)

    record = ErrorRecord.from_exception(caught(frozen["step"]), label)

    assert [frame.function for frame in record.frames] == ["caught", "brew"]


def test_frames_of_the_kit_below_the_app_stay():
    kit = {"__name__": "asgi_nb.web.requests"}
    exec(compile("def json():\n    raise ValueError\n", "requests.py", "exec"), kit)

    record = ErrorRecord.from_exception(caught(lambda: kit["json"]()))

    assert record.frames[-1].label == "requests.py"
    assert len(record.frames) == 3


def test_causes_contexts_and_notes_are_kept():
    def fail():
        try:
            raise KeyError("milk")
        except KeyError as exc:
            error = ValueError("no milk")
            error.add_note("buy some")
            raise error from exc

    record = ErrorRecord.from_exception(caught(fail))

    assert (record.cause.type, record.context, record.notes) == ("KeyError", None, ("buy some",))
    text = record.format()
    assert (
        text.index("KeyError: 'milk'")
        < text.index("direct cause")
        < text.index("ValueError: no milk\nbuy some")
    )


def test_a_context_is_kept_unless_it_was_hidden():
    def fail(hide):
        try:
            raise KeyError("milk")
        except KeyError:
            if hide:
                raise ValueError("no milk") from None
            raise ValueError("no milk")  # noqa: B904 - the missing "from" is what is tested

    assert ErrorRecord.from_exception(caught(fail, False)).context.type == "KeyError"
    assert ErrorRecord.from_exception(caught(fail, True)).context is None


def test_the_members_of_a_group_are_kept():
    group = ExceptionGroup("two", [ValueError("a"), ExceptionGroup("one", [KeyError("b")])])

    record = ErrorRecord.from_exception(group)

    assert [member.type for member in record.exceptions] == ["ValueError", "ExceptionGroup"]
    assert record.exceptions[1].exceptions[0].message == "'b'"
    assert "  +-- 1 of 2\n  | ValueError: a" in record.format()


def test_a_chain_that_bites_its_tail_ends():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first

    assert ErrorRecord.from_exception(first).cause.cause is None


def test_an_endless_recursion_is_bounded_and_counted():
    def deeper():
        deeper()

    record = ErrorRecord.from_exception(caught(deeper))

    assert len(record.frames) == FIRST_FRAMES + LAST_FRAMES
    assert record.skipped_frames > 100
    assert f"… {record.skipped_frames} more frames …" in record.format()


def test_a_message_is_bounded():
    assert len(ErrorRecord.from_exception(ValueError("x" * 100_000)).message) == TEXT_LIMIT


def test_an_exception_that_cannot_be_written_says_so():
    class Shy(Exception):
        def __str__(self):
            raise RuntimeError("no")

    assert ErrorRecord.from_exception(Shy()).message == "<str() of this exception raised RuntimeError>"


def test_a_syntax_error_names_the_cell():
    record = ErrorRecord.from_exception(caught(compile, "a b", CELL, "exec"), label)

    assert record.message == "invalid syntax (Cell In[3], line 1)"


def test_the_type_has_its_module_unless_it_is_builtin():
    class Cold(Exception):
        pass

    assert ErrorRecord.from_exception(ValueError()).type == "ValueError"
    assert ErrorRecord.from_exception(Cold()).type.endswith(
        "test_the_type_has_its_module_unless_it_is_builtin.<locals>.Cold"
    )
