"""A body is kept up to a limit, and read as text and JSON by what its headers say."""

import gzip
import json
import zlib

import pytest

from asgi_nb.record.body import BODY_LIMIT, DECODED_LIMIT, Body


@pytest.fixture
def make_body():
    def make_body(*chunks, **headers):
        fields = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
        body = Body("response", fields, 7)
        for chunk in chunks:
            body.feed(chunk)
        return body

    return make_body


def test_chunks_are_joined_and_counted(make_body):
    body = make_body(b"a", b"", b"bc", b"d")

    assert (body.data, body.size, body.chunk_count, body.truncated) == (b"abcd", 4, 4, False)


def test_a_single_chunk_is_kept_without_a_copy(make_body):
    chunk = bytes(range(100))

    assert make_body(chunk).data is chunk


def test_what_is_over_the_limit_is_counted_and_not_kept(make_body):
    body = make_body(b"x" * (BODY_LIMIT - 1), b"yz", b"more")

    assert (len(body.data), body.size, body.truncated) == (BODY_LIMIT, BODY_LIMIT + 5, True)
    assert body.data.endswith(b"xy")


@pytest.mark.parametrize(
    ("raw", "content_type", "text"),
    [
        pytest.param("é".encode(), "text/plain", "é", id="utf-8-by-default"),
        pytest.param(b"\xe9", "text/plain; charset=latin-1", "é", id="charset"),
        pytest.param(b"\xe9", 'text/plain; format=flowed; Charset="ISO-8859-1"', "é", id="quoted-charset"),
        pytest.param("é".encode(), "text/plain; charset=klingon", "é", id="unknown-charset"),
        pytest.param(b"abc", "text/plain; charset=zlib", "abc", id="codec-that-is-no-text"),
        pytest.param(b"abc", "text/plain; charset=\x00", "abc", id="hostile-charset"),
        pytest.param(
            b"\\d\xff", "text/plain; charset=unicode_escape", "\\d\ufffd", id="codec-of-python-only"
        ),
        pytest.param(b"a\x00b", "text/plain; charset=utf-16-le", "\x61\ufffd", id="cut-in-a-character"),
        pytest.param(b"\xff", "text/plain", "\ufffd", id="not-text"),
    ],
)
def test_text_is_decoded_by_its_charset(make_body, raw, content_type, text):
    assert make_body(raw, content_type=content_type).text == text


RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        pytest.param(gzip.compress(b'{"a": 1}'), "gzip", id="gzip"),
        pytest.param(zlib.compress(b'{"a": 1}'), "deflate", id="deflate"),
        pytest.param(RAW_DEFLATE.compress(b'{"a": 1}') + RAW_DEFLATE.flush(), "deflate", id="raw-deflate"),
        pytest.param(gzip.compress(zlib.compress(b'{"a": 1}')), "deflate, gzip", id="twice"),
        pytest.param(b'{"a": 1}', "identity", id="identity"),
    ],
)
def test_a_content_encoding_is_undone(make_body, raw, encoding):
    assert make_body(raw, content_encoding=encoding).json() == {"a": 1}


def test_a_zip_bomb_grows_to_a_limit_only(make_body):
    bomb = gzip.compress(b"\0" * (10 * DECODED_LIMIT))

    assert len(make_body(bomb, content_encoding="gzip").decoded) == DECODED_LIMIT


def test_a_body_that_is_not_what_its_encoding_says_tells_so(make_body):
    body = make_body(b"plain", content_encoding="gzip")

    with pytest.raises(
        ValueError, match="response body of exchange 7 says Content-Encoding 'gzip', but is not"
    ):
        assert body.text
    assert body.preview() == ("plain", 0)


@pytest.mark.parametrize(
    ("chunks", "headers", "text"),
    [
        pytest.param(
            [b"<html>"],
            {"content_type": "text/html"},
            "the response body of exchange 7 is not JSON: Expecting value: line 1 column 1 (char 0); "
            "it has Content-Type 'text/html'; use .text or .body.data",
            id="html",
        ),
        pytest.param([b"\xff\xfe\xfd"], {}, "it has no Content-Type; use .text or .body.data", id="binary"),
        pytest.param([], {}, "the response body of exchange 7 is empty, expected JSON", id="empty"),
        pytest.param(
            [b'["' + b"x" * BODY_LIMIT + b'"]'],
            {},
            f"{BODY_LIMIT} of {BODY_LIMIT + 4} bytes are kept",
            id="cut",
        ),
    ],
)
def test_what_is_not_json_says_where_and_why(make_body, chunks, headers, text):
    with pytest.raises(ValueError) as caught:
        make_body(*chunks, **headers).json()

    assert text in str(caught.value)


def test_json_in_another_charset_is_read(make_body):
    raw = json.dumps({"a": "é"}, ensure_ascii=False).encode("latin-1")

    assert make_body(raw, content_type="application/json; charset=latin-1").json() == {"a": "é"}


def test_a_preview_is_masked_bounded_and_visible(make_body):
    body = make_body(b'{"password": "hunter2", "x": "\x1b' + b"y" * 500 + b'"}')

    shown, masked = body.preview(100)

    assert len(shown) == 100
    assert masked == 1
    assert "hunter2" not in shown
    assert "\\x1b" in shown


def test_a_secret_that_a_preview_would_cut_is_hidden_whole(make_body):
    assert "hunter2" not in make_body(b'{"password": "hunter2hunter2"}').preview(20)[0]


def test_a_binary_body_is_shown_by_its_size(make_body):
    assert make_body(b"\x89PNG\x00\x00").preview() == ("6 bytes, binary", 0)
