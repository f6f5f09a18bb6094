"""The lesson on asking and repeating traffic, in JupyterLab, as a person meets it."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LESSON = Path(__file__).parent.parent.parent / "notebooks" / "02_watch_and_repeat.ipynb"


def test_the_inspector_shows_what_the_lesson_filters_replays_and_holds(second_lesson):
    cells = nbformat.read(LESSON, as_version=4).cells

    for cell in (cell.id for cell in cells if cell.cell_type == "code"):
        outputs = second_lesson.run(cell)
        assert [out for out in outputs if out["output_type"] == "error"] == [], cell

    inspector = second_lesson.cell("inspect-cell")
    grid = inspector.get_by_role("grid").first
    expect(inspector.get_by_role("combobox", name="Filter")).to_have_value("is:error")
    expect(grid.get_by_role("row").filter(has_text="/soup")).to_have_count(1)
    expect(grid.get_by_role("row").filter(has_text="/menu/0")).to_have_count(0)

    inspector.get_by_role("combobox", name="Filter").fill("is:replay")
    expect(grid.get_by_role("row").filter(has_text="/menu/99")).to_have_count(2)
    inspector.get_by_role("combobox", name="Filter").fill("method:POST")
    expect(grid.get_by_role("row").filter(has_text="201")).to_have_count(2)
