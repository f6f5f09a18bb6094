"""A filter's text becomes a tree and the tree its text again; what cannot be read is told, with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.filters import Filter, FilterError
from asgi_nb.record.filters.keys import BY_NAME, VOCABULARY
from asgi_nb.record.filters.nodes import And, Literal, Not, Or, Pattern, Term
from asgi_nb.record.filters.parser import parse


def read(text):
    return parse(text, VOCABULARY)


def word(text):
    return Term("", ":", Literal(text))


def term(key, op, value, name=""):
    return Term(key, op, value if value is None else Literal(value), name)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param("", And(()), id="nothing"),
        pytest.param("  ", And(()), id="white-space"),
        pytest.param("tea", word("tea"), id="word"),
        pytest.param('"green tea"', word("green tea"), id="quotation"),
        pytest.param("'it\\'s'", word("it's"), id="single-quotes"),
        pytest.param('"a\\\\b\\"c"', word('a\\b"c'), id="escapes-in-quotes"),
        pytest.param('{"a":1}', word('{"a":1}'), id="json-in-a-word"),
        pytest.param("http://a.example/x", word("http://a.example/x"), id="url"),
        pytest.param("/items", word("/items"), id="path"),
        pytest.param("/it.ms/", Term("", ":", Pattern("it.ms")), id="regex"),
        pytest.param("/^/items/\\d+$/", Term("", ":", Pattern("^/items/\\d+$")), id="slash-in-a-regex"),
        pytest.param("(/(a|b)/)", Term("", ":", Pattern("(a|b)")), id="regex-in-parentheses"),
        pytest.param(
            "path:/a path:b/", And((term("path", ":", "/a"), term("path", ":", "b/"))), id="two-paths"
        ),
        pytest.param("path=/items/", term("path", "=", "/items/"), id="no-regex-after-equals"),
        pytest.param("status>=400", term("status", ">=", "400"), id="operator"),
        pytest.param("status:>=400", term("status", ">=", "400"), id="operator-after-a-colon"),
        pytest.param("STATUS:404", term("status", ":", "404"), id="keys-in-any-case"),
        pytest.param("number:3", term("seq", ":", "3"), id="alias"),
        pytest.param('path:"a b"', term("path", ":", "a b"), id="quoted-value"),
        pytest.param("header:X-Key", term("header", ":", None, "x-key"), id="header-is-there"),
        pytest.param("header:x-key=1", term("header", "=", "1", "x-key"), id="header-value"),
        pytest.param("query:n>3", term("query", ">", "3", "n"), id="query-number"),
        pytest.param("header:/^x-/", Term("header", ":", Pattern("^x-"), "*"), id="any-header"),
        pytest.param("a b", And((word("a"), word("b"))), id="and"),
        pytest.param("a and b", And((word("a"), word("b"))), id="and-in-words"),
        pytest.param("a or b OR c", Or((word("a"), word("b"), word("c"))), id="or"),
        pytest.param("a b or c", Or((And((word("a"), word("b"))), word("c"))), id="and-binds-more"),
        pytest.param("a (b or c)", And((word("a"), Or((word("b"), word("c"))))), id="parentheses"),
        pytest.param("-a", Not(word("a")), id="minus"),
        pytest.param("not a", Not(word("a")), id="not"),
        pytest.param("--a", Not(Not(word("a"))), id="twice-not"),
        pytest.param("-(a b)", Not(And((word("a"), word("b")))), id="not-a-group"),
        pytest.param('"or"', word("or"), id="quoted-keyword"),
    ],
)
def test_a_filter_is_read_as_this_tree(text, node):
    assert read(text) == node


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        pytest.param("stauts:404", "did you mean 'status'?", 0, id="misspelt-key"),
        pytest.param("a zz:1", "put zz:1 between quotes", 2, id="unknown-key"),
        pytest.param("path:", "expected a value right after 'path:', found none", 5, id="no-value"),
        pytest.param(
            "path: x", "expected a value right after 'path:', found none", 5, id="value-after-a-space"
        ),
        pytest.param("status:(1 or 2)", "write (status:a or status:b)", 7, id="group-as-value"),
        pytest.param("(a", "this '(' is not closed", 0, id="open-parenthesis"),
        pytest.param("a)", "this ')' closes nothing", 1, id="close-parenthesis"),
        pytest.param("()", "expected a condition, got ')'", 1, id="empty-parentheses"),
        pytest.param("a or", "expected a condition, the filter ends", 4, id="or-at-the-end"),
        pytest.param("or a", "expected a condition, got 'or'", 0, id="or-at-the-start"),
        pytest.param("a and or b", "expected a condition, got 'or'", 6, id="and-or"),
        pytest.param('"tea', "the quotation is not closed", 0, id="open-quote"),
        pytest.param("a - b", "'-' stands right before what it negates", 2, id="lonely-minus"),
        pytest.param("header>x", "expected ':' after 'header', got '>'", 6, id="header-without-colon"),
        pytest.param("header:a'b", "expected an operator after header:a", 8, id="quote-in-a-name"),
        pytest.param(
            "status>abc", "expected a number such as 400 after 'status>', got 'abc'", 7, id="no-number"
        ),
        pytest.param(
            "time>5parsec",
            "such as 100ms (ms, s, us, µs, m, min, h, d) after 'time>', got '5parsec'",
            5,
            id="unit",
        ),
        pytest.param("time>/1/", "got '/1/'", 5, id="regex-as-number"),
        pytest.param("since:soon", "expected 5m, 14:30 or 2026-01-31T14:30", 6, id="no-moment"),
        pytest.param("since:5", "expected 5m, 14:30 or 2026-01-31T14:30", 6, id="moment-without-unit"),
        pytest.param("since:2026-13-01", "expected 5m, 14:30 or", 6, id="no-such-month"),
        pytest.param(
            "path>3", "'path' cannot be compared with '>'; expected one of : = !=", 0, id="operator"
        ),
        pytest.param("is:eror", "did you mean 'error'?", 3, id="misspelt-choice"),
        pytest.param("kind:ftp", "expected one of http, sse, websocket, ws", 5, id="unknown-choice"),
        pytest.param("/*a/", "is no regular expression", 1, id="wrong-regex"),
        pytest.param("path:/[a/", "a '[' or '(' that is not closed", 5, id="open-set"),
        pytest.param("/[[a]/", "'[' in a set must be escaped", 1, id="regex-that-python-warns-of"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, reason, position):
    with pytest.raises(FilterError) as caught:
        Filter.parse(text)

    assert reason in caught.value.reason
    assert caught.value.position == position


def test_what_is_no_text_is_told():
    with pytest.raises(TypeError, match="a filter is text, such as 'status>=400'; got int 3"):
        Filter.parse(3)


def test_an_error_shows_the_filter_with_a_mark_beneath_the_place():
    with pytest.raises(FilterError) as caught:
        Filter.parse("method:GET status>abc")

    assert str(caught.value).splitlines()[1:] == ["  method:GET status>abc", "                    ^^^"]


def test_an_error_in_a_long_filter_shows_the_part_around_it():
    with pytest.raises(FilterError) as caught:
        Filter.parse("tea " * 200 + "status>\u202eabc" + " tea" * 200)

    _, line, mark = str(caught.value).splitlines()
    assert len(line) < 130
    assert line[mark.index("^") :].startswith("\\u202eabc")


def test_a_filter_is_bounded_in_length_and_depth():
    with pytest.raises(FilterError, match="2001 characters, expected at most 2000"):
        Filter.parse("a" * 2001)
    with pytest.raises(FilterError, match="more than 40 levels"):
        Filter.parse("(" * 50 + "a" + ")" * 50)
    with pytest.raises(FilterError, match="more than 40 levels"):
        Filter.parse("-" * 1000 + "a")


def test_filters_that_mean_the_same_by_the_same_words_are_equal():
    assert Filter.parse("status:>=400  tea") == Filter.parse("(status>=400 and tea)")
    assert hash(Filter.parse("a  b")) == hash(Filter.parse("a b"))
    assert Filter.parse("a") != Filter.parse("b")
    assert Filter.parse("a") != "a"
    assert repr(Filter.parse("status:>=400  tea")) == "<Filter 'status>=400 tea'>"


def test_a_filter_says_whether_time_alone_changes_it():
    assert Filter.parse("tea or -age<5m").timed
    assert not Filter.parse("tea status:200").timed


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        "or",
        "NOT",
        "-",
        "-x",
        "/a",
        "/a/",
        "a/",
        'say "tea"',
        "a:b",
        "it's",
        "\\",
        "x(y)",
        "=1",
        ">2",
        ":3",
        "//",
        "/",
    ]
)
LITERALS = TEXTS.map(Literal)
PATTERNS = st.sampled_from(["a", "^/x$", "(a|b)c", "[/)]", "\\/", "\\d+", "é"]).map(Pattern)
VALUES = LITERALS | PATTERNS
NAMES = st.sampled_from(["*", "x-key", "q", "a.b"])
TERMS = st.one_of(
    st.builds(Term, st.just(""), st.just(":"), VALUES),
    st.builds(Term, st.sampled_from(["path", "body", "method"]), st.just(":"), VALUES),
    st.builds(Term, st.sampled_from(["path", "body", "method"]), st.sampled_from(["=", "!="]), LITERALS),
    st.builds(
        Term, st.sampled_from(["status", "seq"]), st.sampled_from(["<", ">=", "="]), st.just(Literal("404"))
    ),
    st.builds(Term, st.sampled_from(["header", "query"]), st.just(":"), st.none(), NAMES),
    st.builds(Term, st.sampled_from(["header", "cookie"]), st.just(":"), VALUES, NAMES),
    st.builds(Term, st.sampled_from(["header", "cookie"]), st.sampled_from(["=", "!="]), LITERALS, NAMES),
)


def flat(kind):
    """Groups whose members are of another kind, as the parser makes them."""

    def build(nodes):
        return kind(
            tuple(inner for node in nodes for inner in (node.nodes if isinstance(node, kind) else (node,)))
        )

    return build


NODES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(flat(And)),
        st.lists(inner, min_size=2, max_size=3).map(flat(Or)),
    ),
    max_leaves=8,
)


@given(NODES)
def test_a_tree_is_read_back_from_its_text(node):
    assert read(str(node)) == node
    assert str(read(str(node))) == str(node)


def read_or_refuse(text):
    try:
        return Filter.parse(text)
    except FilterError as exc:
        return exc


SIGNS = st.sampled_from(
    [
        *"()-/\"':=<>! \\[]*+?{}|",
        " or ",
        " and ",
        "not ",
        "/a/",
        "header:",
        "x=1",
        "4xx",
        ">=",
        *(f"{k}:" for k in BY_NAME),
    ]
)


@given(st.lists(SIGNS | st.text(max_size=4), max_size=12).map("".join))
def test_reading_any_text_gives_a_filter_or_a_filter_error(text):
    parsed = read_or_refuse(text)

    if isinstance(parsed, FilterError):
        assert 0 <= parsed.position <= len(text)
        assert str(parsed)
    else:
        assert Filter.parse(str(parsed)) == parsed
