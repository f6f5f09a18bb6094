"""What differs between two JSON values, by place."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.record.json_diff import Change, compare, escape, is_ignored

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        pytest.param({"a": 1}, {"a": 2}, [Change("changed", "/a", 1, 2)], id="value"),
        pytest.param({"a": 1}, {}, [Change("removed", "/a", old=1)], id="removed"),
        pytest.param({}, {"a": 1}, [Change("added", "/a", new=1)], id="added"),
        pytest.param(1, [1], [Change("changed", "", 1, [1])], id="whole"),
        pytest.param({"a/b~": 1}, {"a/b~": 2}, [Change("changed", "/a~1b~0", 1, 2)], id="escaped"),
        pytest.param([1, 2, 3], [0, 1, 2, 3], [Change("added", "/0", new=0)], id="one-more-at-the-front"),
        pytest.param([1, 2, 3], [1, 3], [Change("removed", "/1", old=2)], id="one-less-in-the-middle"),
        pytest.param([{"a": 1}], [{"a": 2}], [Change("changed", "/0/a", 1, 2)], id="inside-an-item"),
        pytest.param(1, True, [Change("changed", "", 1, True)], id="true-is-not-one"),
        pytest.param(1, 1.0, [], id="numbers-by-value"),
        pytest.param([0] * 2000, [0] * 1999, [Change("removed", "/1999", old=0)], id="long-lists"),
    ],
)
def test_a_change_names_its_place(old, new, changes):
    assert list(compare(old, new)) == changes


@settings(max_examples=100, deadline=None)
@given(value=JSON)
def test_a_value_does_not_differ_from_its_copy(value):
    assert list(compare(value, copy.deepcopy(value))) == []


@settings(max_examples=150, deadline=None)
@given(old=JSON, new=JSON)
def test_what_differs_one_way_differs_the_other_way(old, new):
    forth, back = list(compare(old, new)), list(compare(new, old))

    assert bool(forth) == bool(back)
    assert sum(change.kind == "changed" for change in forth) == sum(
        change.kind == "changed" for change in back
    )


@pytest.mark.parametrize(
    ("pointer", "ignore", "expected"),
    [
        pytest.param("/items/0/id", ["/items/0/id"], True, id="itself"),
        pytest.param("/items/0/id", ["/items/*/id"], True, id="any-index"),
        pytest.param("/items/0/id", ["/items"], True, id="below"),
        pytest.param("/items", ["/items/0"], False, id="above"),
        pytest.param("/itemset", ["/items"], False, id="no-prefix-of-a-name"),
        pytest.param("/a", [], False, id="nothing"),
    ],
)
def test_places_are_ignored_with_all_below_them(pointer, ignore, expected):
    assert is_ignored(pointer, ignore) is expected


def test_keys_are_escaped():
    assert escape("a/b~c") == "a~1b~0c"
