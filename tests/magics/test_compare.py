"""`--compare`, and the switch for all cells."""

import pytest

from asgi_nb.kit import default_kit


@pytest.mark.parametrize(
    ("switch", "option", "count"),
    [
        pytest.param(False, "", None, id="off"),
        pytest.param(True, "", 2, id="on"),
        pytest.param(1, "", 1, id="on-for-one"),
        pytest.param(False, "--compare", 2, id="this-cell"),
        pytest.param(True, "--compare 1", 1, id="this-cell-with-its-own-number"),
        pytest.param(True, "--compare 0", None, id="not-this-cell"),
        pytest.param(False, "--compare-unsafe", 2, id="unsafe"),
        pytest.param(False, "--compare-ignore x-a", 2, id="ignore"),
    ],
)
def test_a_cell_compares_when_it_or_the_app_says_so(run, switch, option, count):
    run("%%asgi_route GET /x\nreturn 1", "a")
    run("%asgi_request GET /x?n=1")
    run("%asgi_request GET /x?n=2")
    default_kit().app.compare = switch

    card = run(f"%%asgi_route GET /x {option}\nreturn 2", "a")

    assert (None if card.comparison is None else len(card.comparison)) == count
