"""A selection is a list of exchanges that can be asked further, and shows itself as a table."""

import pytest

from asgi_nb.record.filters import FilterError
from asgi_nb.record.selection import SHOWN, Selection


@pytest.fixture
def shop(store, make_exchange):
    """A store with two requests for items, one that failed and one that was slow."""
    for status, path, method in [(200, "/items", "GET"), (201, "/items", "POST"), (404, "/nope", "GET")]:
        store.add(make_exchange(status, path=path, method=method))
    slow = make_exchange(path="/slow")
    slow.response_start_ns = 2_000_000_000
    store.add(slow)
    return store


def test_questions_can_be_chained(shop):
    items = shop.where("path:/items")

    assert items == [shop[0], shop[1]]
    assert items.where("method:POST") == [shop[1]]
    assert isinstance(items[:1].where("method:GET"), Selection)


def test_what_failed_and_what_was_slow_have_names(shop):
    assert shop.errors == [shop[2]]
    assert shop.slow == [shop[3]]


def test_a_selection_stays_as_it_is_when_more_comes(shop, make_exchange):
    found = shop.where("path:/items")
    shop.add(make_exchange(path="/items"))

    assert len(found) == 2


def test_a_slice_and_a_path_of_a_store_can_be_asked_too(shop):
    assert shop[:2].where("status:201") == shop["/items"].where("status:201") == [shop[1]]


def test_a_wrong_filter_is_told(shop):
    with pytest.raises(FilterError, match="did you mean 'status'"):
        shop.where("statsu:404")


def test_a_position_that_is_not_there_is_told(shop):
    with pytest.raises(IndexError, match="no exchange at position 7: there are 2 here"):
        shop.where("path:/items")[7]


def test_a_selection_shows_itself_as_a_table_of_text(shop):
    assert repr(shop.where("path:/items")).splitlines() == [
        "2 exchanges",
        "#  Method  Status  Path    Cell    Time",
        "1  GET     200     /items        0.0 ms",
        "2  POST    201     /items        0.0 ms",
    ]


def test_an_empty_selection_says_so(shop):
    assert repr(shop.where("status:500")) == "0 exchanges"


def test_a_table_is_bounded_and_shows_no_secret(make_exchange):
    exchanges = Selection(
        make_exchange(path="/" + "x" * 300, query_string=b"token=abc") for _ in range(SHOWN + 10)
    )

    assert repr(exchanges).startswith("60 exchanges, last 50, 50 secrets masked\n")
    assert len(repr(exchanges).splitlines()) == SHOWN + 2
    assert max(map(len, repr(exchanges).splitlines())) < 120
    assert "abc" not in repr(exchanges) + exchanges._repr_html_()


def test_a_table_shows_hostile_text_as_text(make_exchange):
    exchanges = Selection([make_exchange(path="/<img src=x onerror=alert(1)>\u202e\n")])

    assert "<img" not in exchanges._repr_html_()
    assert "\u202e" not in repr(exchanges)
    assert len(repr(exchanges).splitlines()) == 3


def test_tab_offers_the_routes_of_a_store_newest_first(shop, make_exchange):
    item = make_exchange(path="/items/3")
    item.route_path = "/items/{id}"
    shop.add(item)
    shop.add(make_exchange(path="/a\u202eb"))

    assert shop._ipython_key_completions_() == [
        "GET /items/{id}",
        "GET /slow",
        "GET /nope",
        "POST /items",
        "GET /items",
    ]
