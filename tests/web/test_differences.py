"""Whatever DIFFERENCES.md says is held by a test that exists."""

import ast
import re
from pathlib import Path

import pytest

import asgi_nb.web

TABLE = Path(asgi_nb.web.__file__).parent / "DIFFERENCES.md"
TESTS = Path(__file__).parent.parent
HELD_BY = re.compile(r"`([\w/]+\.py)::(\w+)`")

ROWS = [line for line in TABLE.read_text().splitlines() if line.startswith("|") and HELD_BY.search(line)]


def names_in(file):
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_row_names_its_test():
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]

    assert [line for line in lines if line not in ROWS and not line.startswith("| What")] == []


@pytest.mark.parametrize(("file", "name"), sorted({found for row in ROWS for found in HELD_BY.findall(row)}))
def test_every_test_that_is_named_exists(file, name):
    assert name in names_in(TESTS / file)


def test_every_difference_that_is_run_on_both_stands_in_the_table():
    run = {name for name in names_in(TESTS / "peers/test_differences.py") if name.startswith("test_")}

    assert run <= {name for row in ROWS for _, name in HELD_BY.findall(row)}
