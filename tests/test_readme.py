"""What README.md shows is there, and what it tells to type works."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import nbformat
import pytest
from nbclient import NotebookClient

import asgi_nb
from asgi_nb.extension import MAGICS
from asgi_nb.record.body import Body
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Exchange, RequestRecord, ResponseRecord
from asgi_nb.record.filters import Filter
from asgi_nb.record.filters.keys import IS, KEYS
from asgi_nb.record.store import Store
from asgi_nb.record.websocket import WebSocketRecord

README = (Path(__file__).parent.parent / "README.md").read_text()
MAGIC_NAMES = {name for cls in MAGICS for names in cls.magics.values() for name in names}


def section(title: str) -> str:
    """The text below a heading."""
    found: str = re.split(rf"^## {title}$", README, flags=re.MULTILINE)[1]
    return found.split("\n## ")[0]


def spans(text: str) -> list[str]:
    """What stands in code type, outside of blocks."""
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.findall(r"`([^`\n]+)`", outside)


def blocks() -> list[str]:
    """The blocks of Python, as cells."""
    return re.findall(r"```python\n(.*?)\n```", README, flags=re.DOTALL)


def test_each_magic_is_told_of_and_each_that_is_told_of_is_there():
    assert set(re.findall(r"%(asgi_\w+)", README)) == MAGIC_NAMES


def test_each_public_name_that_is_told_of_is_there():
    names = set(re.findall(r"asgi_nb\.(\w+)", README)) - {"web", "asgi_nb"}

    assert names <= set(asgi_nb.__all__), names - set(asgi_nb.__all__)


def test_what_an_exchange_and_the_traffic_are_said_to_have_is_there():
    classes = (Exchange, Store, RequestRecord, ResponseRecord, WebSocketRecord, ErrorRecord, Body)
    have = {name for cls in classes for name in (*dir(cls), *getattr(cls, "__dataclass_fields__", ()))}
    code = " ".join(re.sub(r'"[^"]*"', '""', span) for span in spans(section("What you see is an object")))

    names = set(re.findall(r"(?<!asgi_nb)\.(\w+)", code)) - {"send"}

    assert names - have == set()


FILTERS = [
    span for line in section("The filter").splitlines() if "|" in line for span in spans(line.split("|")[1])
]


@pytest.mark.parametrize("text", FILTERS)
def test_each_filter_of_the_table_can_be_read(text):
    assert Filter.parse(text).text == text


def test_each_key_of_a_filter_and_each_state_is_told_of():
    told = section("The filter")

    assert [key.name for key in KEYS if not any(name in told for name in key.name.split(","))] == []
    assert [word for word in IS if word not in told] == []


@pytest.mark.kernel
@pytest.mark.timeout(60)
def test_the_blocks_of_the_readme_run_one_after_the_other(tmp_path):
    sources = [*blocks(), "asgi_nb.traffic[-1].response.json()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, timeout=30, resources={"metadata": {"path": str(tmp_path)}})
    address = ""

    with client.setup_kernel(), ThreadPoolExecutor() as outside:
        for index, cell in enumerate(notebook.cells):
            # The one who waits and the one who is waited for.
            is_waiting = ".wait()" in cell.source
            posted = outside.submit(httpx2.post, f"{address}items/4?q=tea") if is_waiting else None
            client.execute_cell(cell, index)
            if posted is not None:
                posted.result(timeout=10)
            if cell.source == "%asgi_serve":
                address = re.findall(r"http://127\.0\.0\.1:\d+/", str(cell.outputs))[0]

    values = [out["data"]["text/plain"] for cell in notebook.cells for out in cell.outputs if "data" in out]
    assert "'tea'" in values
    assert values[-1] == "{'id': 4, 'q': 'coffee'}"
