"""What Tab offers in a filter: keys, and values that were seen; never a secret."""

import pytest

from asgi_nb.record.filters import Filter, complete


def offered(text, exchanges, cursor=None):
    return [one.text for one in complete(text, len(text) if cursor is None else cursor, exchanges)]


def test_an_empty_filter_offers_every_key(shop):
    assert offered("", shop)[:5] == ["method:", "status:", "path:", "route:", "is:"]
    assert "time>=" in offered("", shop)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("st", ["status:", "state:"], id="keys"),
        pytest.param("tea -ST", ["status:", "state:"], id="negated-key"),
        pytest.param("(rou", ["route:"], id="key-in-parentheses"),
        pytest.param("method:", ["GET", "WS", "POST"], id="methods-that-were-seen"),
        pytest.param("method:p", ["POST"], id="methods-by-their-beginning"),
        pytest.param("status:", ["200", "500", "404", "201"], id="statuses"),
        pytest.param("status:4", ["404", "4xx"], id="status-classes"),
        pytest.param("route:", ["/items/{id}"], id="routes"),
        pytest.param("path:/i", ["/items", "/items/3"], id="paths"),
        pytest.param("cell:", ["4", "3"], id="cells"),
        pytest.param("is:s", ["slow", "streaming"], id="words"),
        pytest.param("kind:", ["http", "ws", "websocket", "sse"], id="kinds"),
        pytest.param("type:", ["text/event-stream", "application/json"], id="media-types"),
        pytest.param("header:cont", ["content-type", "content-length"], id="header-names"),
        pytest.param("header:content-type=t", ["text/event-stream"], id="header-values"),
        pytest.param("header:content-type=app", ['"application/json; charset=utf-8"', ], id="quoted-value"),
        pytest.param("cookie:", ["theme", "a", "session"], id="cookie-names"),
        pytest.param("query:q=", ['"green tea"'], id="query-values"),
        pytest.param("error:", ["ValueError"], id="error-types"),
        pytest.param("body:x", [], id="no-bodies"),
        pytest.param("time>", [], id="no-numbers"),
        pytest.param("zz:", [], id="unknown-key"),
        pytest.param("path:/a[b]/", [], id="regex"),
        pytest.param('"a met', [], id="inside-of-quotes"),
    ],
)  # fmt: skip
def test_what_fits_is_offered(shop, text, first):
    found = offered(text, shop)

    assert sorted(found[: len(first)]) == sorted(first)
    assert bool(found) == bool(first)


def test_a_proposal_says_what_it_replaces_and_what_it_means(shop):
    (proposal,) = complete("kind:ws method:PO tea", 17, shop)

    assert (proposal.start, proposal.end, proposal.text, proposal.detail) == (15, 17, "POST", "1 exchange")


def test_a_proposal_replaces_the_whole_word_under_the_cursor(shop):
    (proposal,) = complete("method:PXXX tea", 8, shop)

    assert (proposal.start, proposal.end) == (7, 11)


@pytest.mark.parametrize("cursor", [-5, 99])
def test_a_cursor_outside_of_the_text_is_brought_in(shop, cursor):
    assert offered("meth", shop, cursor)[0] == "method:"


def test_no_value_of_a_secret_is_offered(answer):
    exchange = answer(
        headers=[
            (b"set-cookie", b"session=s3cret"),
            (b"location", b"/x?token=s3cret"),
            (b"x-api-key", b"s3cret"),
        ],
        query_string=b"password=s3cret&q=tea",
    )

    texts = ["cookie:session=", "header:set-cookie=", "header:location=", "header:x-api-key=", "path:"]
    texts.append("query:password=")
    assert "s3cret" not in repr([complete(text, len(text), [exchange]) for text in texts])
    assert offered("query:q=", [exchange]) == ["tea"]


def test_what_cannot_be_shown_as_it_is_is_not_offered(answer):
    odd = answer(path="/a\u202eb", headers=[(b"x y", b"1"), (b"x-long", b"a" * 200)])

    assert offered("path:", [odd]) == []
    assert offered("header:x", [odd]) == ["x-long"]
    assert offered("header:x-long=", [odd]) == []


def test_every_proposal_in_place_makes_a_filter_that_can_be_read(shop):
    for text in [
        "",
        "is:",
        "status:",
        "route:",
        "path:",
        "header:content-type=",
        "query:q=",
        "cell:",
        "header:",
    ]:
        for one in complete(text, len(text), shop):
            whole = text[: one.start] + one.text + text[one.end :]
            if whole.endswith((":", "=")) or whole == "or ":
                continue
            Filter.parse(whole)
