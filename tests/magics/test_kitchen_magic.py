"""`%asgi_kitchen` shows the kitchen; `asgi_nb.kitchen` shows a recording as well."""

import pytest

from asgi_nb import kit
from asgi_nb.magics._base import MagicError


def test_the_magic_shows_the_kitchen_live(run):
    kitchen = run("%asgi_kitchen --last 30")

    assert (kitchen.live, kitchen.seconds) == (True, 30.0)


def test_there_is_one_live_kitchen_and_the_last_wish_counts(run):
    kitchen = run("%asgi_kitchen")

    assert run("%asgi_kitchen -n 5") is kitchen
    assert kitchen.seconds == 5.0


def test_a_closed_kitchen_is_made_anew(run):
    kitchen = run("%asgi_kitchen")
    kitchen.close()

    assert run("%asgi_kitchen") is not kitchen


@pytest.mark.parametrize("line", ["--last 0", "--last 1e9", "--last tea", "--lst 3"])
def test_a_line_that_cannot_be_read_says_what_is_right(run, line):
    with pytest.raises(MagicError, match=r"%asgi_kitchen: .*write for example: %asgi_kitchen --last 30"):
        run(f"%asgi_kitchen {line}")


def test_a_wish_that_cannot_be_met_leaves_the_kitchen_as_it_was(run):
    kitchen = run("%asgi_kitchen")

    with pytest.raises(MagicError, match=r"seconds must be from 0\.1 to 600, got 1000\.0"):
        run("%asgi_kitchen --last 1000")

    assert kitchen.seconds == 10.0


def test_a_session_is_shown_without_running_time(run):
    session = run("import asgi_nb\nwith asgi_nb.recording() as session:\n    pass\nsession")

    kitchen = kit.kitchen(session)

    assert kitchen.live is False
    assert kitchen is not kit.kitchen(session)
    assert repr(kitchen) == "<Kitchen: 0 exchanges kept, 0 dropped>"
    kitchen.close()


def test_a_saved_notebook_holds_the_picture(run):
    kitchen = run("%asgi_kitchen")

    data, _ = kitchen._repr_mimebundle_()

    # In an output of its own, behind the widget's.
    assert kitchen._picture().startswith('<img alt="Timeline: no requests"')
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
