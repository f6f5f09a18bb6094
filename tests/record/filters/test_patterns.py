"""Regular expressions of a filter: right ones find, and no one holds the kernel up for long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.filters.errors import FilterError
from asgi_nb.record.filters.patterns import SEARCHED, compile_pattern


def search(source, text):
    return compile_pattern(source, f"/{source}/", 1)(text)


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        pytest.param("gr[ae]y", "GREY", True, id="any-case"),
        pytest.param("^b$", "a\nb\nc", True, id="lines"),
        pytest.param(r"^/items/\d+/tags/\w+$", "/items/31/tags/new", True, id="route"),
        pytest.param(r"(foo|bar)?baz", "xbaz", True, id="optional-group"),
        pytest.param(r"(\d{3},){2}", "123,456,", True, id="repeated-group-of-fixed-parts"),
        pytest.param(r"(?:a+)?b", "aab", True, id="optional-repeat"),
        pytest.param(r"[]()*+?]x", "?x", True, id="set-of-signs"),
        pytest.param(r"\(a+\)\*", "(aa)*", True, id="escaped-signs"),
        pytest.param(r"a.*?b", "a1b", True, id="lazy-repeat"),
        pytest.param(r"(?<=a)b", "cb", False, id="look-behind"),
    ],
)
def test_an_expression_is_searched_in_any_case_and_by_lines(source, text, found):
    assert search(source, text) is found


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(a+)+$", id="repeat-in-a-repeat"),
        pytest.param("(a|a)*b", id="choice-in-a-repeat"),
        pytest.param("(a?){30}a{30}", id="option-in-a-repeat"),
        pytest.param("((a*))*b", id="deeper"),
        pytest.param("(?:x(?P<n>a*)y?){2,}b", id="named-and-counted"),
        pytest.param("a?" * 30 + "a{30}", id="many-options"),
        pytest.param("(a|a)" * 30 + "b", id="many-choices"),
        pytest.param("a*" * 6 + "b", id="many-repeats"),
    ],
)
def test_what_can_take_exponential_time_is_refused_before_it_runs(source):
    with pytest.raises(FilterError, match="could take"):
        compile_pattern(source, f"/{source}/", 1)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("a*a*a*a*a*b", id="five-repeats"),
        pytest.param(".*a.*a.*b", id="three-repeats"),
        pytest.param("a*a*b", id="two-repeats"),
    ],
)
def test_what_takes_too_long_on_a_text_is_given_up_and_told(source):
    find = compile_pattern(source, f"/{source}/", 1)
    start = time.thread_time()

    with pytest.raises(FilterError, match="takes too long on a text of 65536 characters"):
        find("a" * SEARCHED)

    # Hours without the bound, and about a second with it.
    assert time.thread_time() - start < 5


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("needle", id="word"),
        pytest.param(r"\w+@\w+\.example", id="address"),
        pytest.param(r'"id":\s*\d+,\s*"name":\s*"t.*"', id="json"),
        pytest.param(r"(GET|POST) /\S* HTTP", id="request-line"),
    ],
)
def test_an_ordinary_expression_searches_a_long_text_to_its_end(source):
    text = '{"id": 17, "name": "sencha", "price": 3.5}, \n' * 1400

    assert search(source, text) is False
    assert search(source, text + 'needle a@b.example {"id": 1, "name": "tea"} GET / HTTP') is True


def test_what_is_searched_of_one_text_is_bounded():
    assert search("needle", "x" * (SEARCHED - 6) + "needle")
    assert not search("needle", "x" * SEARCHED + "needle")


def test_an_expression_is_bounded_in_length():
    with pytest.raises(FilterError, match="201 characters, expected at most 200"):
        compile_pattern("a" * 201, "", 0)


@given(st.text("ab[]()*+?{}1,|\\^$-&.:<=P#", max_size=14), st.text("ab", max_size=200))
def test_any_expression_gives_an_answer_or_a_filter_error(source, text):
    try:
        found = search(source, text)
    except FilterError:
        found = None

    assert found in (True, False, None)
