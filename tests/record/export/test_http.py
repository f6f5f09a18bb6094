"""The text of `.http` files: what is written is read again by `%%asgi_request`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.caller import parse_request
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.http import as_http, with_environment
from asgi_nb.record.recorder import Recorder


def test_the_text_is_read_again_as_the_same_request(make_request):
    exchange = make_request(
        (b"host", b"127.0.0.1:8000"),
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"content-type", b"application/json"),
        method="POST",
        query_string=b"q=a%20b&d",
        body=b'{\n  "a": 1\n}',
    )

    code = as_http(exchange)
    read = parse_request(code)

    assert (
        code == 'POST /items/3?q=a%20b&d\nx-a: 1\nx-a: 2\ncontent-type: application/json\n\n{\n  "a": 1\n}\n'
    )
    assert (read.method, read.target, read.body) == ("POST", "/items/3?q=a%20b&d", exchange.request.body.data)
    assert read.headers == (("x-a", "1"), ("x-a", "2"), ("content-type", "application/json"))


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn"]), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(
    body=st.lists(LINE, max_size=4).map("\n".join),
    value=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20),
    query=st.binary(max_size=20),
)
def test_whatever_can_be_written_is_read_again(body, value, query):
    if "•" in body or "\x85" in body:
        return
    headers = [(b"x-a", value.strip().encode()), (b"content-type", b"text/plain")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": query, "headers": headers}
    recorder = Recorder(scope, 0.0)
    recorder.feed("receive", {"type": "http.request", "body": body.encode()}, 1)

    read = parse_request(as_http(recorder.exchange, secrets=True))

    assert read.body.decode().rstrip("\n") == body.rstrip("\n")
    assert read.headers == (("x-a", value.strip()), ("content-type", "text/plain"))


def test_a_secret_is_a_variable_of_the_environment(make_request, monkeypatch):
    code = as_http(make_request((b"authorization", b"Bearer abc"), query_string=b"token=t"))
    monkeypatch.setenv("API_TOKEN", "abc")
    monkeypatch.setenv("TOKEN", "t")

    read = parse_request(code)

    assert "abc" not in code
    assert "authorization: Bearer {{$processEnv API_TOKEN}}" in code
    assert read.headers == (("authorization", "Bearer abc"),)
    assert read.target == "/items/3?token=t"


def test_a_variable_that_is_not_set_is_an_error_that_names_it(monkeypatch):
    monkeypatch.delenv("API_TOKEN", raising=False)

    with pytest.raises(ValueError, match=r"no environment variable named 'API_TOKEN'; .*os\.environ"):
        parse_request("GET /\nauthorization: Bearer {{$processEnv API_TOKEN}}")
    with pytest.raises(LookupError, match="API_TOKEN"):
        with_environment("{{$processEnv API_TOKEN}}")


def test_line_ends_at_the_end_are_left_out_and_told(make_request):
    code = as_http(make_request(method="POST", body=b"a\n\n"))

    assert "# the body's last line ends are left out" in code
    assert parse_request(code).body == b"a"


@pytest.mark.parametrize(
    "body",
    [pytest.param(b"\xff", id="bytes"), pytest.param(b"a\r\nb", id="cr"), pytest.param(b"\x00", id="nul")],
)
def test_a_body_that_is_no_plain_text_is_refused_with_advice(make_request, body):
    with pytest.raises(ExportError, match=r"\.http text cannot hold; use \.as_httpx\(\) or \.as_curl\(\)"):
        as_http(make_request(method="POST", body=body))


def test_other_things_that_it_cannot_say_are_refused(make_request, play, make_scope):
    with pytest.raises(ExportError, match="the header 'x-a' has other characters than ASCII"):
        as_http(make_request((b"x-a", b"\xe9")))
    with pytest.raises(ExportError, match="is a WebSocket session"):
        as_http(play(scope=make_scope("websocket")))
