"""Requests as they are written, and sent straight into an app."""

import asyncio

import pytest

from asgi_nb.caller import RequestError, RequestText, call_app, parse_request
from asgi_nb.record.exchange import current_exchange
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.errors import ServiceError

JSON = ("content-type", "application/json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GET /items/3?q=tea", RequestText("GET", "/items/3?q=tea"), id="line"),
        pytest.param("  get   /  ", RequestText("GET", "/"), id="spaces-and-case"),
        pytest.param("GET /a HTTP/1.1", RequestText("GET", "/a"), id="http-version"),
        pytest.param("GET /a b", RequestText("GET", "/a b"), id="space-in-path"),
        pytest.param("PURGE /a", RequestText("PURGE", "/a"), id="method-of-ones-own"),
        pytest.param("GET /a?next=http://x/", RequestText("GET", "/a?next=http://x/"), id="url-in-the-query"),
        pytest.param("GET /a\n\n\n", RequestText("GET", "/a"), id="nothing-below"),
        pytest.param(
            "GET /a\nx-from: cell\nAccept: a:b\n",
            RequestText("GET", "/a", (("x-from", "cell"), ("Accept", "a:b"))),
            id="headers-alone",
        ),
        pytest.param(
            "POST /a\n# to the kitchen\nx: 1\n// and on\n\nplain text\n\nmore\n",
            RequestText("POST", "/a", (("x", "1"),), b"plain text\n\nmore"),
            id="comments-headers-body",
        ),
        pytest.param(
            "POST /a\n\nname=tea\n", RequestText("POST", "/a", (), b"name=tea"), id="body-after-blank"
        ),
        pytest.param(
            'POST /a\n{"a":\n 1}\n', RequestText("POST", "/a", (JSON,), b'{"a":\n 1}'), id="json-at-once"
        ),
        pytest.param("POST /a\n\n[1]\n", RequestText("POST", "/a", (JSON,), b"[1]"), id="json-after-blank"),
        pytest.param(
            "POST /a\nContent-Type: text/plain\n\n[1]\n",
            RequestText("POST", "/a", (("Content-Type", "text/plain"),), b"[1]"),
            id="a-named-type-stays",
        ),
        pytest.param("POST /a\n\nü\n", RequestText("POST", "/a", (), "ü".encode()), id="utf-8"),
    ],
)
def test_a_request_is_read_as_it_was_written(text, expected):
    assert parse_request(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "expected METHOD /path, as in: GET /items/3?q=tea; got nothing", id="nothing"),
        pytest.param("/items", "got '/items'; write: GET /items", id="no-method"),
        pytest.param("GET", "got 'GET'; write: GET /path", id="no-path"),
        pytest.param("/items GET", "the method comes first: GET /items", id="swapped"),
        pytest.param("GET items", "must start with '/', got 'items'; write: GET /items", id="no-slash"),
        pytest.param("GET http://127.0.0.1:1/x", "leave the scheme and host out", id="url"),
        pytest.param("G{T /x", "got the method 'G{T', which is no word of HTTP", id="method"),
        pytest.param("GET /x\nnot a header", "line 2 is no header: expected 'name: value'", id="header"),
        pytest.param("GET /x\na: 1\nb c: 2", "line 3 is no header", id="header-name"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(text, words):
    with pytest.raises(RequestError) as caught:
        parse_request(text)

    assert words in str(caught.value)
    assert caught.value._render_traceback_() == [f"RequestError: {caught.value}"]


def test_headers_given_beside_replace_those_of_the_same_name():
    request = parse_request("GET /\nX-A: 1\nx-b: 2").with_headers({"x-a": "3"})

    assert request.headers == (("x-b", "2"), ("x-a", "3"))


@pytest.mark.parametrize(
    ("body", "expected", "headers"),
    [
        pytest.param(None, b"", (), id="none"),
        pytest.param("tea", b"tea", (), id="text"),
        pytest.param(b"\xff", b"\xff", (), id="bytes"),
        pytest.param({"a": 1}, b'{"a": 1}', (JSON,), id="dict"),
        pytest.param([1], b"[1]", (JSON,), id="list"),
        pytest.param(' {"a": 1}', b' {"a": 1}', (JSON,), id="text-that-is-json"),
    ],
)
def test_a_body_given_beside_is_encoded(body, expected, headers):
    request = parse_request("POST /").with_body(body)

    assert (request.body, request.headers) == (expected, headers)


@pytest.mark.anyio
async def test_the_app_gets_a_scope_as_from_a_server():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, await receive()))
        await send(
            {"type": "http.response.start", "status": 201, "headers": [(b"x-a", b"1"), (b"x-a", b"2")]}
        )
        await send({"type": "http.response.body", "body": b"made", "more_body": True})
        await send({"type": "http.response.body", "body": b" it"})
        seen.append(await receive())

    answer = await call_app(app, parse_request("POST /a%20b/ü?q=1\nX-From: me\n\nbody"), 5)

    (scope, body), after = seen
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b/ü", b"/a%20b/%C3%BC", b"q=1")
    assert (b"x-from", b"me") in scope["headers"]
    assert (b"content-length", b"4") in scope["headers"]
    assert body == {"type": "http.request", "body": b"body", "more_body": False}
    assert after == {"type": "http.disconnect"}
    assert (answer.response.status_code, answer.response.content) == (201, b"made it")
    assert answer.response.headers.get_list("x-a") == ["1", "2"]
    assert answer.complete


@pytest.mark.anyio
async def test_the_exchange_of_a_recorded_app_comes_with_the_answer():
    async def app(scope, receive, send):
        assert current_exchange.get() is not None
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    store = Store()

    answer = await call_app(Tap(app, store), parse_request("GET /"), 5)

    assert answer.exchange is store[-1]


@pytest.mark.anyio
@pytest.mark.parametrize("starts", [True, False])
async def test_an_app_that_raises_answers_500_or_what_it_had_begun(starts):
    async def app(scope, receive, send):
        if starts:
            await send({"type": "http.response.start", "status": 418, "headers": []})
        raise ValueError("no")

    answer = await call_app(app, parse_request("GET /"), 5)

    assert answer.response.status_code == (418 if starts else 500)


@pytest.mark.anyio
async def test_a_stream_without_end_is_cut_in_time():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"tick", "more_body": True})

    answer = await call_app(app, parse_request("GET /"), 0.05)

    assert not answer.complete
    assert answer.response.content.startswith(b"ticktick")
    assert "content-length" not in answer.response.headers


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_an_app_that_never_answers_is_an_error_that_names_the_request():
    async def app(scope, receive, send):
        await asyncio.Event().wait()

    with pytest.raises(ServiceError, match=r"GET /x: no response within 0\.05 s"):
        await call_app(app, parse_request("GET /x"), 0.05)
