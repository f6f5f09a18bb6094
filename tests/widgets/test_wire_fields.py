"""Query, cookies and forms come field by field, in order, masked and bounded."""

import pytest

from asgi_nb.record.exchange import Body
from asgi_nb.record.masks import MASK
from asgi_nb.widgets.wire_fields import FIELDS, field_rows, form, read_form, reveal

PARTS = (
    b"preamble\r\n"
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\ngreen \r\ntea\r\n'
    b'--b\r\ncontent-disposition: form-data; name="pic"; filename="a%22b.png"\r\n'
    b"Content-Type: image/png\r\n\r\n"
    b"\x89PNG\r\n--\x00\r\n"
    b"--b--\r\nepilogue"
)


def body_of(data, content_type):
    body = Body("request", ((b"content-type", content_type.encode()),))
    body.feed(data)
    return body


def post(traffic, run, data, content_type):
    run(traffic.http(method="POST", headers=[(b"content-type", content_type.encode())], body=data))
    return traffic.store[-1]


def test_a_query_is_decoded_in_order_with_duplicates_and_blanks(traffic, run):
    run(traffic.http(query=b"q=gr%C3%BCn+tee&page=&q=2&token=s3cr3t"))

    rows = field_rows(traffic.store[-1], "query")

    assert [(one["name"], one["value"]) for one in rows] == [
        ("q", "grün tee"),
        ("page", ""),
        ("q", "2"),
        ("token", MASK),
    ]


def test_cookies_of_several_headers_are_hidden_one_by_one(traffic, run):
    run(traffic.http(headers=[(b"cookie", b"a=1; b=; lone"), (b"Cookie", b"c=3")]))
    exchange = traffic.store[-1]

    rows = field_rows(exchange, "cookies")

    assert [(one["name"], one["value"], one["hidden"]) for one in rows] == [
        ("a", MASK, True),
        ("b", "", False),
        ("", MASK, True),
        ("c", MASK, True),
    ]
    assert reveal(exchange, "cookies", 3) == "3"


def test_a_multipart_form_gives_fields_and_of_files_name_type_and_size(traffic, run):
    exchange = post(traffic, run, PARTS, "multipart/form-data; boundary=b")

    rows = form(exchange)["rows"]

    assert [
        (one["name"], one["value"], one["filename"], one["content_type"], one["size"]) for one in rows
    ] == [
        ("title", "green \ntea", None, "", 11),
        ("pic", "", 'a"b.png', "image/png", 9),
    ]


def test_an_urlencoded_form_hides_its_secrets_and_gives_one_when_asked(traffic, run):
    exchange = post(
        traffic, run, b"user=ann&password=s3cr3t", "application/x-www-form-urlencoded; charset=utf-8"
    )

    rows = form(exchange)["rows"]

    assert [(one["name"], one["value"], one["hidden"]) for one in rows] == [
        ("user", "ann", False),
        ("password", MASK, True),
    ]
    assert reveal(exchange, "form", 1) == "s3cr3t"


def test_of_a_large_form_the_first_fields_are_shown_and_the_rest_counted(traffic, run):
    exchange = post(traffic, run, b"&".join([b"a=1"] * (FIELDS + 5)), "application/x-www-form-urlencoded")

    shown = form(exchange)

    assert (len(shown["rows"]), shown["more"]) == (FIELDS, 5)


@pytest.mark.parametrize(
    ("data", "content_type", "names"),
    [
        pytest.param(b"", "multipart/form-data; boundary=b", [], id="empty"),
        pytest.param(b"--b--", "multipart/form-data; boundary=b", [], id="no-part"),
        pytest.param(PARTS, "multipart/form-data", [], id="no-boundary"),
        pytest.param(PARTS, 'multipart/form-data; boundary="b"', ["title", "pic"], id="quoted"),
        pytest.param(PARTS[:100], "multipart/form-data; boundary=b", ["title"], id="cut-in-a-head"),
        pytest.param(PARTS[:-18], "multipart/form-data; boundary=b", ["title", "pic"], id="cut-in-a-value"),
        pytest.param(b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", [""], id="no-head"),
        pytest.param(b"--b\r\n" * 50, "multipart/form-data; boundary=b", [], id="boundaries-only"),
        pytest.param(b"a=1", "text/plain", [], id="no-form"),
    ],
)
def test_a_form_that_is_odd_is_read_as_far_as_it_goes(data, content_type, names):
    assert [part.name for part in read_form(body_of(data, content_type))] == names
