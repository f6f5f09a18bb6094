"""What a cell shows of a response."""

import json

import httpx2
import pytest

from asgi_nb.reply import SHOWN, Reply


def reply(content=b"", *, status=200, complete=True, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(httpx2.Response(status, content=content, headers=sent), complete=complete)


def test_it_reads_like_a_response():
    response = reply(b'{"a": 1}', status=201, content_type="application/json")

    assert (response.status_code, response.json(), response.text) == (201, {"a": 1}, '{"a": 1}')
    assert response.content == b'{"a": 1}'
    assert response.headers["Content-Type"] == "application/json"


def test_the_repr_has_status_headers_and_json_indented():
    shown = repr(reply(b'{"a":1}', content_type="application/json"))

    assert shown == '200 OK\ncontent-type: application/json\nContent-Length: 7\n\n{\n  "a": 1\n}'


def test_a_response_without_body_shows_its_headers_alone():
    assert repr(reply(status=204)).startswith("204 No Content")
    assert not repr(reply(status=204)).endswith("\n")


def test_secrets_are_hidden_in_what_is_shown_and_kept_in_what_is_read():
    response = reply(b'{"token": "abc123"}', content_type="application/json", set_cookie="sid=abc123; Path=/")

    for shown in (repr(response), response._repr_html_()):
        assert "abc123" not in shown
    assert response.json()["token"] == "abc123"
    assert response.headers["set-cookie"] == "sid=abc123; Path=/"


def test_hostile_text_is_text_in_html():
    response = reply(b"<script>alert(1)</script>", content_type="text/html", x_evil="<img src=x onerror=1>")

    shown = response._repr_html_()

    assert "<script>" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_what_is_shown_of_a_long_body_is_bounded(kind):
    response = reply(json.dumps(["x" * 100] * 10_000).encode(), content_type=kind)

    assert len(repr(response)) < SHOWN + 200
    assert len(response._repr_html_()) < SHOWN * 2 + 2000


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        pytest.param(b"\x89PNG\0", {"content_type": "image/png"}, "5 bytes of image/png", id="image"),
        pytest.param(b"a\0b", {}, "3 bytes of no content type", id="unknown"),
        pytest.param(b"plain", {}, "plain", id="text-without-type"),
        pytest.param(b"{broken", {"content_type": "application/json"}, "{broken", id="broken-json"),
        pytest.param(
            b'{"a":1}', {"content_type": "application/problem+json"}, '{\n  "a": 1\n}', id="plus-json"
        ),
    ],
)
def test_each_kind_of_body_is_shown_as_what_it_is(content, headers, expected):
    assert repr(reply(content, **headers)).endswith(f"\n\n{expected}")


def test_what_was_cut_says_so():
    assert "200 OK, cut here: the response had not ended" in repr(reply(b"tick", complete=False))


def test_json_of_what_is_none_says_what_it_is():
    with pytest.raises(
        ValueError, match=r"the body is not JSON .*: it is text/plain, and begins with 'tea'; use"
    ):
        reply(b"tea", content_type="text/plain").json()
