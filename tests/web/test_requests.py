"""A request is read when asked, and the client's mistakes are answered as such."""

import json
import pickle
from contextlib import aclosing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web.datastructures import Address, State, URLPath
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import ClientDisconnect, HTTPConnection, InvalidJSON, Request, cookie_parser


def scope_of(**parts):
    return {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], **parts}


def receiver(*messages):
    """A receive callable that gives these, and then waits."""
    waiting = list(messages)

    async def receive():
        if waiting:
            return waiting.pop(0)
        await anyio.sleep_forever()

    return receive


def request_with(*chunks, **parts):
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = False
    return Request(scope_of(**parts), receiver(*messages))


LEFT = {"type": "http.disconnect"}


# The scope


def test_a_request_is_a_mapping_over_its_scope():
    scope = scope_of(method="PUT")
    request = Request(scope)

    assert request["method"] == request.method == "PUT"
    assert dict(request) == scope
    assert len(request) == len(scope)
    assert request != Request(scope)
    assert len({request, request}) == 1


@pytest.mark.parametrize(
    ("make", "expected"),
    [(Request, "'http'"), (HTTPConnection, "'http' or 'websocket'")],
    ids=["request", "connection"],
)
def test_a_scope_of_another_type_is_refused(make, expected):
    with pytest.raises(ValueError, match=f"scope must be of type {expected}, got 'lifespan'"):
        make({"type": "lifespan"})


def test_a_request_reads_what_the_scope_says():
    request = Request(
        scope_of(
            path="/items/3",
            query_string=b"q=tea",
            headers=[(b"host", b"h"), (b"cookie", b"a=1; b=2"), (b"cookie", b'b="3 \\"4"')],
            client=("10.0.0.1", 99),
            path_params={"id": 3},
            app="the app",
        )
    )

    assert str(request.url) == "http://h/items/3?q=tea"
    assert request.url is request.url
    assert request.headers["host"] == "h"
    assert request.query_params["q"] == "tea"
    assert request.cookies == {"a": "1", "b": '3 "4'}
    assert request.cookies is request.cookies
    assert request.client == Address("10.0.0.1", 99)
    assert request.path_params == {"id": 3}
    assert request.app == "the app"


def test_what_the_scope_lacks_is_empty():
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})

    assert request.client is None
    assert request.path_params == {}
    assert request.cookies == {}
    assert len(request.query_params) == 0


@pytest.mark.parametrize(
    ("roots", "base"),
    [
        pytest.param({}, "http://h/", id="none"),
        pytest.param({"root_path": "/api"}, "http://h/api/", id="root"),
        pytest.param({"root_path": "/api/"}, "http://h/api/", id="root-with-slash"),
        pytest.param({"root_path": "/api/mount", "app_root_path": "/api"}, "http://h/api/", id="mounted"),
    ],
)
def test_the_base_url_is_that_of_the_application(roots, base):
    request = Request(scope_of(path="/x", query_string=b"q=1", headers=[(b"host", b"h")], **roots))

    assert str(request.base_url) == base


def test_the_url_of_a_route_comes_from_the_router_first():
    class Provider:
        def __init__(self, host):
            self.host = host

        def url_path_for(self, name, /, **params):
            return URLPath(f"/{name}/{params['id']}", host=self.host)

    headers = [(b"host", b"h")]
    by_router = Request(scope_of(headers=headers, router=Provider("router"), app=Provider("app")))
    by_app = Request(scope_of(headers=headers, app=Provider("")))

    assert str(by_router.url_for("items", id=3)) == "http://router/items/3"
    assert str(by_app.url_for("items", id=3)) == "http://h/items/3"
    with pytest.raises(RuntimeError, match="`url_for` method can only be used inside an application"):
        Request(scope_of()).url_for("items")


def test_the_state_of_a_request_is_the_dict_in_its_scope():
    shared = {"a": 1}
    request = Request(scope_of(state=shared))

    request.state.b = 2

    assert shared == {"a": 1, "b": 2}
    assert isinstance(request.state, State)
    fresh = Request(scope_of())
    fresh.state.a = 1
    assert fresh.scope["state"] == {"a": 1}


@pytest.mark.parametrize(
    ("name", "middleware"),
    [
        ("session", "SessionMiddleware"),
        ("auth", "AuthenticationMiddleware"),
        ("user", "AuthenticationMiddleware"),
    ],
)
def test_what_a_middleware_provides_is_asked_of_it(name, middleware):
    with pytest.raises(
        RuntimeError, match=rf"{middleware} must be installed to access request.{name}; add it"
    ):
        getattr(Request(scope_of()), name)

    assert getattr(Request(scope_of(**{name: {"a": 1}})), name) == {"a": 1}


def test_a_session_is_told_that_it_was_looked_at():
    class Session(dict):
        accessed = False

        def mark_accessed(self):
            self.accessed = True

    session = Session()

    assert Request(scope_of(session=session)).session is session
    assert session.accessed


# Cookies


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=1;b=2 ; a=3", {"a": "3", "b": "2"}),
        ("tea; a=", {"": "tea", "a": ""}),
        (" ; ;=;", {}),
        ("a=b=c", {"a": "b=c"}),
        ('a="b; c"', {"a": '"b', "": 'c"'}),
        (r'a="\"\\\303\xx"', {"a": '"\\Ãxx'}),
        ('a="', {"a": '"'}),
        ("a=\xe4", {"a": "ä"}),
    ],
)
def test_a_cookie_header_is_read_leniently(header, cookies):
    assert cookie_parser(header) == cookies


@given(st.text())
def test_no_cookie_header_raises(header):
    cookies = cookie_parser(header)

    assert all(isinstance(text, str) for item in cookies.items() for text in item)


# Bodies


@pytest.mark.anyio
async def test_a_body_is_put_together_and_kept():
    request = request_with(b"a", b"", b"b")

    assert await request.body() == b"ab"
    assert await request.body() == b"ab"
    assert [chunk async for chunk in request.stream()] == [b"ab", b""]


@pytest.mark.anyio
async def test_a_stream_gives_chunks_as_they_come_and_ends_with_nothing():
    request = request_with(b"a", b"", b"b")

    assert [chunk async for chunk in request.stream()] == [b"a", b"b", b""]
    with pytest.raises(RuntimeError, match="Stream consumed"):
        await request.body()
    with pytest.raises(RuntimeError, match="Stream consumed"):
        await anext(request.stream())


@pytest.mark.anyio
async def test_a_message_without_a_body_is_an_empty_one():
    assert await Request(scope_of(), receiver({"type": "http.request"})).body() == b""


@pytest.mark.anyio
async def test_a_body_after_a_part_of_the_stream_is_the_rest():
    request = request_with(b"a", b"b", b"c")

    async with aclosing(request.stream()) as stream:
        assert await anext(stream) == b"a"
    assert await request.body() == b"bc"


@pytest.mark.anyio
async def test_two_streams_share_the_messages():
    request = request_with(b"a", b"b", b"c")

    async with aclosing(request.stream()) as first, aclosing(request.stream()) as second:
        assert [await anext(first), await anext(second), await anext(first)] == [b"a", b"b", b"c"]
        assert [await anext(first), await anext(second)] == [b"", b""]


@pytest.mark.anyio
async def test_a_client_that_leaves_early_is_an_error():
    part = {"type": "http.request", "body": b"a", "more_body": True}

    with pytest.raises(ClientDisconnect):
        await Request(scope_of(), receiver(part, LEFT)).body()


@pytest.mark.anyio
async def test_a_subclass_may_ask_whether_the_body_was_read():
    class Unpacking(Request):
        async def body(self):
            if not hasattr(self, "_body"):
                self._body = (await super().body()).upper()
            return self._body

    messages = iter([{"type": "http.request", "body": b"tea"}])

    async def receive():
        return next(messages)

    request = Unpacking({"type": "http"}, receive)

    assert [await request.body(), await request.body()] == [b"TEA", b"TEA"]
    assert not hasattr(request, "_json")


@pytest.mark.anyio
async def test_a_subclass_that_changes_the_stream_changes_the_body():
    class Upper(Request):
        async def stream(self):
            async for chunk in super().stream():
                yield chunk.upper()

    request = Upper(scope_of(), receiver({"type": "http.request", "body": b"tea"}))

    assert await request.body() == b"TEA"


@pytest.mark.anyio
async def test_a_request_without_channels_says_so():
    with pytest.raises(RuntimeError, match="Receive channel has not been made available"):
        await Request(scope_of()).body()
    with pytest.raises(RuntimeError, match="Send channel has not been made available"):
        await Request(scope_of(extensions={"http.response.push": {}})).send_push_promise("/x")


@pytest.mark.anyio
async def test_asking_whether_the_client_left_does_not_lose_the_body():
    request = request_with(b"a", b"b")

    assert not await request.is_disconnected()
    assert not await request.is_disconnected()
    assert not await request.is_disconnected()
    assert await request.body() == b"ab"


@pytest.mark.parametrize("size", [1, 64 * 1024])
@pytest.mark.anyio
async def test_asking_again_and_again_keeps_a_megabyte_of_a_body_that_nobody_reads(size):
    asked = 2 * 1024 * 1024 // size if size > 512 else 4096
    part = {"type": "http.request", "body": b"a" * size, "more_body": True}
    request = Request(scope_of(), receiver(*[part] * asked, LEFT))

    for _ in range(asked):
        assert not await request.is_disconnected()
    assert await request.is_disconnected()
    assert len(request._kept) == 1
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"is_disconnected\(\) was asked again and again"):
            await request.body()


@pytest.mark.anyio
async def test_what_was_read_leaves_room_for_asking_whether_the_client_left():
    part = {"type": "http.request", "body": b"a" * 600_000, "more_body": True}
    request = Request(scope_of(), receiver(part, part, part, {"type": "http.request"}))
    parts = []

    await request.is_disconnected()
    async for chunk in request.stream():
        await request.is_disconnected()
        parts.append(len(chunk))

    assert parts == [600_000] * 3 + [0]


@pytest.mark.anyio
async def test_a_client_that_left_is_noticed_and_its_body_ends_there():
    request = Request(scope_of(), receiver({"type": "http.request", "body": b"a", "more_body": True}, LEFT))

    assert not await request.is_disconnected()
    assert await request.is_disconnected()
    assert await request.is_disconnected()
    with pytest.raises(ClientDisconnect):
        await request.body()


@pytest.mark.anyio
async def test_a_client_that_stays_is_not_waited_for():
    request = request_with(b"a")
    await request.body()

    assert not await request.is_disconnected()


# JSON


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"tea": "ü"}'.encode(), id="utf-8"),
        pytest.param(b'\xef\xbb\xbf{"tea": "\xc3\xbc"}', id="byte-order-mark"),
        pytest.param('{"tea": "ü"}'.encode("utf-16"), id="utf-16"),
    ],
)
@pytest.mark.anyio
async def test_json_is_decoded_and_kept(body):
    request = request_with(body)

    value = await request.json()

    assert value == {"tea": "ü"}
    assert await request.json() is value


@pytest.mark.anyio
async def test_null_is_a_value_that_is_kept_too():
    request = request_with(b"null")

    assert await request.json() is None
    assert await request.json() is None


@pytest.mark.parametrize(
    ("body", "problem", "line", "column"),
    [
        pytest.param(b"", "Expecting value", 1, 1, id="empty"),
        pytest.param(b'{"a": 1,\n "b": tea}', "Expecting value", 2, 7, id="word"),
        pytest.param(b"{} {}", "Extra data", 1, 4, id="two"),
        pytest.param(b'["\xc3\xbc",\n "\xff"]', "not UTF-8: invalid start byte", 2, 3, id="not-utf-8"),
        pytest.param(b"[" * 100_000, "nested too deeply", 1, 1, id="deep"),
        pytest.param(b"9" * 5000, "an integer has too many digits", 1, 1, id="long-integer"),
    ],
)
@pytest.mark.anyio
async def test_what_is_not_json_is_a_400_that_says_where(body, problem, line, column):
    with pytest.raises(InvalidJSON) as caught:
        await request_with(body).json()

    error = caught.value
    assert error.status_code == 400
    assert error.detail == f"The request body is not valid JSON: {problem} (line {line}, column {column})"
    assert str(error) == f"400: {error.detail}"
    assert isinstance(error, json.JSONDecodeError)
    assert isinstance(error, HTTPException)
    assert (error.msg, error.lineno, error.colno) == (problem, line, column)


def test_invalid_json_can_be_pickled():
    error = pickle.loads(pickle.dumps(InvalidJSON("bad", "x", 0)))

    assert error.detail == "The request body is not valid JSON: bad (line 1, column 1)"


# What goes out beside the response


@pytest.mark.parametrize("extensions", [{}, {"extensions": None}, {"extensions": {}}])
@pytest.mark.anyio
async def test_a_server_that_cannot_is_not_asked(extensions):
    request = Request(scope_of(**extensions))

    await request.send_push_promise("/style.css")
    await request.send_early_hints("</style.css>")


@pytest.mark.anyio
async def test_a_push_carries_the_headers_a_browser_would_send():
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"accept", b"*/*"), (b"cookie", b"a=1"), (b"user-agent", b"x")]
    request = Request(scope_of(headers=headers, extensions={"http.response.push": {}}), send=send)
    await request.send_push_promise("/style.css")

    pushed = [(b"accept", b"*/*"), (b"user-agent", b"x")]
    assert sent == [{"type": "http.response.push", "path": "/style.css", "headers": pushed}]


@pytest.mark.anyio
async def test_early_hints_are_links():
    sent = []

    async def send(message):
        sent.append(message)

    request = Request(scope_of(extensions={"http.response.early_hint": {}}), send=send)
    await request.send_early_hints("</a.css>", "</b.css>")

    assert sent == [{"type": "http.response.early_hint", "links": [b"</a.css>", b"</b.css>"]}]
    with pytest.raises(ValueError, match="must not hold CR, LF or NUL"):
        await request.send_early_hints("</a.css>\r\nx: y")


def test_what_was_parsed_is_kept():
    request = Request(scope_of(query_string=b"q=tea"))

    assert request.query_params is request.query_params
    assert request.headers is request.headers


@pytest.mark.anyio
async def test_a_message_after_the_whole_body_is_not_kept():
    request = Request(
        scope_of(), receiver({"type": "http.request", "body": b"tea"}, {"type": "http.request"})
    )
    await request.body()

    assert not await request.is_disconnected()
    assert await request.body() == b"tea"
