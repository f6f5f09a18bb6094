"""A notebook names the running cell, lends its namespace and keeps sources."""

import __future__

import inspect
import linecache

import pytest

from asgi_nb.live.cells import compile_cell
from asgi_nb.live.notebook import Cell, IPythonNotebook, PlainNotebook


def test_ipython_tells_the_running_cell(shell, ipython):
    shell.user_ns["notebook"] = ipython

    shell.run_cell("1\nseen = notebook.cell()", store_history=True, cell_id="c1")

    assert shell.user_ns["seen"] == Cell("c1", 1, "1\nseen = notebook.cell()")


def test_between_cells_there_is_no_id(shell, ipython):
    shell.run_cell("1", store_history=True, cell_id="c1")

    assert ipython.cell().id is None


def test_a_kernel_tells_the_cell_by_the_front_ends_message(shell, ipython):
    message = {"content": {"code": "%%asgi_route GET /"}, "metadata": {"cellId": "c9"}}
    shell.get_parent = lambda: message

    assert ipython.cell() == Cell("c9", 1, "%%asgi_route GET /")


def test_the_namespace_is_the_users_own(shell, ipython):
    shell.run_cell("x = 1")

    assert ipython.namespace["x"] == 1
    assert ipython.namespace is shell.user_ns


@pytest.mark.parametrize("head", ["", "\n", "\n  \n\n"])
def test_transforming_keeps_every_line_where_it_was(ipython, head):
    text = ipython.transform(f"{head}x = 1\n%time\ny = 2")

    assert text.split("\n")[head.count("\n") + 2] == "y = 2"


def test_future_imports_of_the_notebook_reach_the_compiler(shell, ipython):
    assert ipython.flags == 0

    shell.run_cell("from __future__ import annotations")

    assert ipython.flags == __future__.annotations.compiler_flag
    compile_cell("def f(x: not_there): pass", ipython, name="f", parameters=["request"], kind="route")


def test_a_registered_source_is_labelled_and_found_again(shell, ipython):
    shell.run_cell("x = 1", store_history=True)

    filename = ipython.register("def f():\n    pass\n", "raw")

    assert ipython.frame_label(filename) == "Cell In[2]"
    assert linecache.getline(filename, 2) == "    pass\n"
    assert ipython.frame_label("/tmp/elsewhere.py") is None


def test_a_plain_notebook_has_no_cell_until_one_is_set():
    notebook = PlainNotebook()

    assert notebook.cell() == Cell(None, None, "")


def test_a_plain_notebook_keeps_sources_for_inspect():
    notebook = PlainNotebook()
    text = "def f():\n    return 1\n"
    filename = notebook.register(text, text)

    exec(compile(text, filename, "exec"), notebook.namespace)

    assert inspect.getsource(notebook.namespace["f"]) == text
    assert notebook.frame_label(filename) == "Cell source 1"


def test_plain_notebooks_do_not_share_file_names():
    assert PlainNotebook().register("1", "1") != PlainNotebook({}).register("1", "1")


def test_a_shell_without_a_kernel_needs_no_messages(shell):
    assert not hasattr(shell, "get_parent")
    assert IPythonNotebook(shell).cell().source == ""
