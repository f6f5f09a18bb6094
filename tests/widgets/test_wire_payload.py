"""A body is shown as what it is: decoded, masked, and bytes where it is no text."""

import gzip

import pytest

from asgi_nb.record.exchange import Body
from asgi_nb.record.masks import MASK
from asgi_nb.widgets.wire_payload import BINARY, TEXT_LIMIT, body_payload, is_text


def body_of(data, content_type="", **headers):
    fields = [(b"content-type", content_type.encode())] if content_type else []
    fields += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    body = Body("response", tuple(fields))
    body.feed(data)
    return body


@pytest.mark.parametrize(
    ("body", "media_type", "data"),
    [
        pytest.param(body_of(b"hi"), "", b"hi", id="undeclared-text"),
        pytest.param(
            body_of(b"hi", "application/octet-stream"), "text/plain", b"hi", id="text-declared-binary"
        ),
        pytest.param(body_of(b"\x89PNG\x00\x1a", "image/png"), BINARY, b"\x89PNG\x00\x1a", id="picture"),
        pytest.param(
            body_of(b"\xff\xfe\x00", "text/plain"), BINARY, b"\xff\xfe\x00", id="binary-declared-text"
        ),
        pytest.param(
            body_of(b"caf\xe9", "text/plain; charset=latin-1"), "text/plain", "café".encode(), id="latin-1"
        ),
        pytest.param(
            body_of("tea".encode("utf-16"), "text/plain; charset=utf-16"),
            "text/plain",
            b"\\ufefftea",
            id="utf-16",
        ),
        pytest.param(
            body_of(gzip.compress(b'{"a":1}'), "application/json", content_encoding="gzip"),
            "application/json",
            b'{"a":1}',
            id="gzip",
        ),
        pytest.param(
            body_of(b"a\x1b[31m\nb", "text/plain"), "text/plain", b"a\\x1b[31m\nb", id="escape-codes"
        ),
    ],
)
def test_a_body_is_shown_as_what_it_is(body, media_type, data):
    payload = body_payload(body)

    assert payload.media_type == media_type
    assert payload.data == data.replace(b"\\ufeff", b"")


def test_a_body_that_is_not_what_its_coding_says_is_shown_raw_and_says_so():
    payload = body_payload(body_of(b"plain", "text/plain", content_encoding="gzip"))

    assert payload.data == b"plain"
    assert "Content-Encoding" in payload.note


def test_a_zip_bomb_is_cut_and_says_so():
    payload = body_payload(
        body_of(gzip.compress(b"a" * (4 * TEXT_LIMIT)), "text/plain", content_encoding="gzip")
    )

    assert len(payload.data) == TEXT_LIMIT
    assert "characters are shown" in payload.note


def test_a_character_that_ends_beyond_the_first_4096_bytes_does_not_make_a_body_binary():
    assert is_text(b"x" * 4095 + "ä".encode(), "utf-8")


def test_json_that_nobody_declared_is_shown_as_json():
    assert body_payload(body_of(b' {"a": 1}')).media_type == "application/json"
    assert body_payload(body_of(b"[1]", BINARY)).media_type == "application/json"


def test_an_image_keeps_its_declared_type_beside_its_bytes():
    payload = body_payload(body_of(b"\x89PNG\x00\x1a", "image/png; x=1"))

    assert (payload.media_type, payload.declared) == (BINARY, "image/png")


def test_a_coding_that_cannot_be_undone_is_named():
    payload = body_payload(body_of(b"\x1b\x00", "image/png", content_encoding="br"))

    assert "still in Content-Encoding br" in payload.note
    assert (payload.media_type, payload.declared) == (BINARY, "")


def test_a_secret_field_of_a_form_with_a_binary_file_is_hidden_in_its_bytes():
    form = (
        b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\ns3cr3t\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n\x00\xff\r\n--x--\r\n'
    )

    payload = body_payload(body_of(form, "multipart/form-data; boundary=x"))

    assert payload.media_type == BINARY
    assert payload.data == form.replace(b"s3cr3t", MASK.encode())
    assert payload.note == "1 masked"
