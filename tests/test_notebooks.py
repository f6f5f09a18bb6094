"""Every lesson is committed clean, follows the one form, and runs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs_and_counts(path):
    notebook = nbformat.read(path, as_version=4)

    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_the_form_of_a_lesson(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    prose = [cell for cell in cells if cell.cell_type == "markdown"]

    assert cells[0].source.startswith("# ")
    assert "You need:" in cells[0].source
    assert "import" in code[0].source
    assert "%asgi_stop" in code[-1].source
    assert "stop" in code[-1].metadata.get("tags", [])
    assert any(cell.source.startswith("## Try") for cell in prose)
    assert [cell.id for cell in code if len(cell.source.splitlines()) > 15] == []
    assert [cell.id for cell in prose if len(cell.source.split()) > 75] == []


@pytest.mark.kernel
@pytest.mark.timeout(120)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_cell_of_a_lesson_runs_and_runs_again(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}})
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]

    with client.setup_kernel():
        for index in code * 2:
            client.execute_cell(notebook.cells[index], index)

    assert list(tmp_path.iterdir()) == [], "a lesson leaves nothing in its folder"


@pytest.mark.kernel
@pytest.mark.timeout(60)
def test_the_second_look_shows_what_the_lesson_says(tmp_path):
    notebook = nbformat.read(NOTEBOOKS[0].parent / "02_watch_and_repeat.ipynb", as_version=4)

    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()

    shown = {cell.id: text_of(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert "201 Created" in shown["menu-post"]
    assert "GET     500     /menu/99" in shown["where-cell"]
    assert "Latency of 20 requests" in shown["session"]
    assert "~ changed status: 500 → 404" in shown["replay-cell"]
    assert "3 requests sent again: 1 unchanged, 2 changed" in shown["menu-priced"]
    assert "/menu/99" in shown["curl"]
    assert "assert response.status_code == 404" in shown["test"]
    assert "/menu/99" in shown["sqlite"]
    assert "<Held request POST /menu" in shown["held"]
    assert "{'item': 'better soup', 'price': 11}" in shown["go"]


@pytest.mark.kernel
@pytest.mark.timeout(60)
def test_the_kitchen_s_pictures_show_what_the_lesson_says(tmp_path):
    notebook = nbformat.read(NOTEBOOKS[0].parent / "01_the_kitchen.ipynb", as_version=4)

    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()

    shown = {cell.id: text_of(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert "Timeline: 10 requests in" in shown["awaiting-picture"]
    # Each holds it once: a busy machine may add more.
    assert "GET /blocking held the server's loop for" in shown["blocking-picture"]
    assert "Cell In[3], line 3: time.sleep(0.2)" in shown["blocking-picture"]
    assert "= running in a thread" in shown["thread-picture"]
    assert "had to wait" in shown["mixed-picture"]
    assert "Write await asyncio.sleep(…)" in shown["mixed-blocks"]
    [image] = [
        cell.outputs[0]["data"]["image/svg+xml"] for cell in notebook.cells if cell.id == "mixed-picture"
    ]
    assert image.startswith("<svg")


def text_of(cell: Any) -> str:
    """What a cell shows as text."""
    return "\n".join(out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)
