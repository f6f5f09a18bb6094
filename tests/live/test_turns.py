"""The calls of a cell are known again when it runs again."""

from asgi_nb.live.notebook import Cell
from asgi_nb.live.turns import Turns


def test_each_call_of_a_run_is_the_same_one_in_the_next_run(app):
    turns = Turns()

    def run(cell, calls):
        with app.cell_run(Cell(cell)):
            return [turns.next(app.cell_running) for _ in range(calls)]

    first = run("a", 2)

    assert len(set(first)) == 2
    assert run("a", 1) == first[:1]
    assert set(run("b", 2)).isdisjoint(first)
    assert run("a", 2) == first


def test_a_call_outside_of_a_cell_or_in_one_without_an_id_is_no_other_call(app):
    turns = Turns()

    assert turns.next(app.cell_running) is None
    with app.cell_run(Cell(None)):
        assert turns.next(app.cell_running) is None
