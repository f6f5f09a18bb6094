"""The live app in a real IPython shell: what a person sees when a cell is right and when it is wrong."""

import inspect
import re
import traceback

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import Cell

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def live(shell, ipython):
    """A live app in the shell, with a magic that defines routes and runs that are bracketed."""
    app = LiveApp(ipython)
    runs = []

    def begin(info):
        runs.append(app.cell_run(Cell(info.cell_id)).__enter__())

    def end(result):
        error = result.error_before_exec or result.error_in_exec
        runs.pop().__exit__(type(error) if error else None, error, None)

    def define(line, cell):
        __tracebackhide__ = True
        return app.define_route(*line.split(" "), cell)

    shell.register_magic_function(define, "cell", "asgi_route")
    shell.events.register("pre_run_cell", begin)
    shell.events.register("post_run_cell", end)
    shell.user_ns["app"] = app
    return app


@pytest.fixture
def run(shell, live, capsys):
    """Run a cell; gives what it showed, without colours."""

    def run_cell(source, cell_id="a"):
        shell.run_cell(source, store_history=True, cell_id=cell_id)
        out, err = capsys.readouterr()
        return ANSI.sub("", out + err)

    return run_cell


def handler(live, name):
    return inspect.unwrap(next(one.built.endpoint for one in live.definitions if one.name == name))


def test_a_cell_shows_its_card(run):
    assert "GET /items/{n:int} → get_items_n (cell [1])" in run("%%asgi_route GET /items/{n:int}\nreturn n")


def test_numbers_of_cells_are_those_of_the_prompt(run, live):
    run("1")
    run("%%asgi_route GET /x\nreturn 1")

    assert live.table()[0].cell == "[2]"


def test_running_a_cell_again_replaces_what_it_defined(run, live):
    run("%%asgi_route GET /before\nreturn 1")
    run("%%asgi_route GET /after\nreturn 1")
    assert [row.path for row in live.table()] == ["/after"]

    run("1", "other")
    assert len(live.table()) == 1

    run("1")
    assert len(live.table()) == 0


def test_decorators_in_ordinary_cells_belong_to_their_cell(run, live):
    run("@app.get('/x')\ndef x(request): return 1\n@app.get('/y')\ndef y(request): return 1")

    run("@app.get('/x')\ndef renamed(request): return 1")

    assert [(row.path, row.name) for row in live.table()] == [("/x", "renamed")]


def test_a_cell_that_raises_changes_nothing(run, live):
    run("@app.get('/x')\ndef x(request): return 1")

    shown = run("@app.get('/y')\ndef y(request): return 1\n1 / 0")

    assert "ZeroDivisionError" in shown
    assert [row.path for row in live.table()] == ["/x"]


def test_a_cell_error_shows_the_line_and_none_of_our_frames(run, live):
    run("%%asgi_route GET /x\nreturn 1")

    shown = run("%%asgi_route GET /x\nvalue = 1\nreturn value +")

    assert "CellError: invalid syntax" in shown
    assert "line 3\n    return value +\n                  ^" in shown
    assert "asgi_nb" not in shown
    assert len(live.table()) == 1


def test_an_error_above_a_definition_points_at_the_cells_line(run):
    shown = run("%%asgi_route GET /x\nshare = 8\nshare / 0\ndef x(request): return 1")

    assert "----> 3 share / 0" in shown
    assert "live/cells.py" not in shown


def test_ipythons_traceback_points_at_the_bodys_line(run, shell, live):
    run("%%asgi_route GET /x\nshare = 8\nreturn share / 0")
    shell.user_ns["handler"] = handler(live, "get_x")

    shown = run("handler(None)", "b")

    assert "----> 3     return share / 0" in shown or "----> 3 return share / 0" in shown


def test_pythons_traceback_has_the_cells_line_and_label(run, live):
    run("\n%%asgi_route GET /x\nshare = 8\nreturn share / 0")

    with pytest.raises(ZeroDivisionError) as raised:
        handler(live, "get_x")(None)

    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (4, "return share / 0")
    assert live.frame_label(last.filename) == "Cell In[1]"


def test_a_magic_inside_a_body_runs(run, live):
    run("%%asgi_route GET /x\nwords = !echo tea\nreturn list(words)")

    assert handler(live, "get_x")(None) == ["tea"]


def test_the_nested_run_of_a_cell_still_belongs_to_it_without_an_id_of_its_own(run, live, shell):
    shell.user_ns["shell"] = shell

    run("shell.run_cell('''@app.get('/nested')\\ndef nested(request): return 1''')")

    assert [row.path for row in live.table()] == ["/nested"]
