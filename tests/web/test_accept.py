"""What a request accepts, and which of several types suits it best."""

import pytest

from asgi_nb.web._accept import acceptable, parse_accept

JSON, HTML, TEXT, PNG = (
    "application/json",
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "image/png",
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("", [JSON, HTML, TEXT, PNG], id="no-header"),
        pytest.param("*/*", [JSON, HTML, TEXT, PNG], id="anything"),
        pytest.param("text/html", [HTML], id="one"),
        pytest.param("TEXT/Html", [HTML], id="case"),
        pytest.param("text/*", [HTML, TEXT], id="wildcard"),
        pytest.param("image/png, text/plain;q=0.5", [PNG, TEXT], id="weights"),
        pytest.param("text/plain;q=0.5,image/png;q=0.501", [PNG, TEXT], id="three-digits"),
        pytest.param("text/plain, text/html", [HTML, TEXT], id="a-tie-is-the-servers"),
        pytest.param(
            "text/*;q=0.3, text/html;q=0.7, */*;q=0.5", [HTML, JSON, PNG, TEXT], id="specific-first"
        ),
        pytest.param("*/*, text/html;q=0", [JSON, TEXT, PNG], id="zero-refuses"),
        pytest.param("text/html;charset=utf-8, */*;q=0.1", [HTML, JSON, TEXT, PNG], id="parameter"),
        pytest.param('text/html;charset="UTF-8"', [HTML], id="quoted-parameter"),
        pytest.param("text/html;charset=utf-8;q=0.1, text/html;q=0.9", [HTML], id="weight-after-parameter"),
        pytest.param("text/html;level=1", [], id="another-parameter"),
        pytest.param("audio/*", [], id="nothing"),
        pytest.param(BROWSER, [HTML, JSON, TEXT, PNG], id="browser"),
        pytest.param('x/y;a="b,text/html", text/plain', [TEXT], id="comma-in-quotes"),
        pytest.param(" text/html ; q=0.5 ,\ttext/plain ", [TEXT, HTML], id="spaces"),
        pytest.param("text/html;;q=1.000;", [HTML], id="empty-parameters"),
    ],
)
def test_types_are_sorted_by_what_the_client_prefers(header, expected):
    assert acceptable([JSON, HTML, TEXT, PNG], header) == expected


@pytest.mark.parametrize(
    "item",
    [
        "text",
        "text/",
        "/html",
        "*/html",
        "te xt/html",
        "text/html x",
        "é/x",
        "text/html;q",
        "text/html;q=2",
        "text/html;q=-1",
        "text/html;q=0.1234",
        "text/html;=1",
        'text/html;a="',
    ],
)
def test_what_is_no_media_range_is_left_out(item):
    assert parse_accept(item) == []
    assert acceptable([HTML, TEXT], f"text/plain,{item}") == [TEXT]


def test_a_header_of_mistakes_only_accepts_everything():
    assert acceptable([HTML, TEXT], "text, html") == [HTML, TEXT]


def test_the_more_specific_range_decides_the_weight():
    header = "text/*;q=0.1, text/html;charset=utf-8;q=0.2, text/html;q=0.9, */*;q=1"

    assert [found.specificity for found in parse_accept(header)] == [
        (True, False, 0),
        (True, True, 1),
        (True, True, 0),
        (False, False, 0),
    ]
    assert acceptable([HTML, TEXT, PNG], header) == [PNG, HTML, TEXT]


@pytest.mark.parametrize("char", ['"', '\\"', ",", ";", " ", "a/b;"])
def test_a_hostile_header_takes_no_square_of_time(char):
    # 64 KiB, as the longest that servers take. Each test has 20 s; a square would take minutes.
    assert isinstance(parse_accept('x/y;a="' + char * (65536 // len(char))), list)


def test_what_is_no_media_type_cannot_be_offered():
    assert acceptable(["nonsense", HTML], "*/*") == [HTML]
