"""Every lesson is committed clean and follows the one form."""

from pathlib import Path

import nbformat
import pytest

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
