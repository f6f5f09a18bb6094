"""`%asgi_inspect` with a filter."""

import pytest

from asgi_nb.magics._base import MagicError


def test_what_follows_the_magic_is_the_list_s_filter(run):
    inspector = run("%asgi_inspect status>=400 path:/api")

    assert inspector.filter == "status>=400 path:/api"


def test_without_a_filter_the_one_in_use_stays(run):
    inspector = run("%asgi_inspect status>=400")

    assert run("%asgi_inspect") is inspector
    assert inspector.filter == "status>=400"


def test_a_filter_that_cannot_be_read_says_where_and_changes_nothing(run):
    inspector = run("%asgi_inspect status>=400")

    with pytest.raises(MagicError, match="expected a number such as 400"):
        run("%asgi_inspect status>=tea")

    assert inspector.filter == "status>=400"
