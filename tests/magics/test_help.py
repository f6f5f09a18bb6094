"""What `?` shows of each magic: every example in it works."""

import re
import socket
import textwrap

import pytest

from asgi_nb.extension import MAGICS

METHODS = {name: getattr(cls, name) for cls in MAGICS for names in cls.magics.values() for name in names}

# What the examples speak of as if it were there.
NAMES = """
import asgi_nb
from asgi_nb.web.applications import App

class Pool:
    async def close(self):
        pass

async def make_pool():
    return Pool()

my_fastapi_app = App()
"""


def examples(doc: str) -> list[str]:
    """The cells in a help text: indented, each from its percent sign to where the text goes on."""
    told = re.split(r"\n\n(?:positional arguments|options):", doc)[0]
    indented = re.findall(r"(?:^    .*\n?|^\n)+", told, flags=re.MULTILINE)
    cells = [re.split(r"^(?=%)", textwrap.dedent(block), flags=re.MULTILINE) for block in indented]
    return [cell.strip() for block in cells for cell in block if cell.startswith("%")]


EXAMPLES = [
    pytest.param(cell, id=f"{name}-{number}")
    for name, method in METHODS.items()
    for number, cell in enumerate(examples(method.__doc__))
]


@pytest.mark.parametrize("name", METHODS)
def test_each_magic_has_an_example_and_a_usage_line_that_can_be_typed(name):
    doc = METHODS[name].__doc__
    usage = re.search(r"::\n\n  (%+)(\w+)", doc)

    assert examples(doc)
    assert usage[2] == name
    assert f"\n    {usage[1]}{name}" in doc


@pytest.mark.parametrize("cell", EXAMPLES)
def test_each_example_works_while_the_app_is_served(run, cell):
    run(NAMES)
    run("%%asgi_route GET /items\nreturn []")
    run("@asgi_nb.app.get('/from-cell-3')\ndef third():\n    return 3")
    if "asgi_serve" not in cell:
        run("%asgi_serve")
    if cell.startswith("%%") and "\n" not in cell:
        cell += "\nreturn 1"  # the line is the point, and the body left out
    with socket.create_server(("127.0.0.1", 0)) as holder:
        free = holder.getsockname()[1]

    run(cell.replace("--port 8000", f"--port {free}"))
