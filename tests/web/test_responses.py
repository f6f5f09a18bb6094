"""A response is a value that knows how to send itself."""

import datetime
import json
from contextlib import aclosing

import anyio
import anyio.lowlevel
import pytest

from asgi_nb.web import _streaming, responses
from asgi_nb.web._json import make_encoder
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.requests import ClientDisconnect, Request
from asgi_nb.web.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

GET = {"type": "http", "method": "GET", "path": "/", "headers": []}
NEW = {**GET, "asgi": {"version": "3.0", "spec_version": "2.4"}}
HANDSHAKE = {"type": "websocket", "path": "/", "headers": []}
DENIABLE = {**HANDSHAKE, "extensions": {"websocket.http.response": {}}}


class Channel:
    """A client: what it will say, and what was sent to it."""

    def __init__(self, *messages):
        self.to_app = list(messages)
        self.sent = []
        self.called = 0

    async def receive(self):
        self.called += 1
        if self.to_app:
            return self.to_app.pop(0)
        await anyio.sleep_forever()

    async def send(self, message):
        self.sent.append(message)

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent[1:])


async def respond(response, scope=GET, *messages):
    channel = Channel(*messages)
    await response(scope, channel.receive, channel.send)
    return channel


def test_every_public_name_is_there():
    assert all(hasattr(responses, name) for name in responses.__all__)


# Bodies and headers


@pytest.mark.parametrize(
    ("response", "body", "headers"),
    [
        pytest.param(Response(), b"", {"content-length": "0"}, id="none"),
        pytest.param(Response("tea ü"), b"tea \xc3\xbc", {"content-length": "6"}, id="str"),
        pytest.param(Response(b"tea"), b"tea", {"content-length": "3"}, id="bytes"),
        pytest.param(Response(bytearray(b"tea")), b"tea", {"content-length": "3"}, id="bytearray"),
        pytest.param(Response(memoryview(b"tea")), b"tea", {"content-length": "3"}, id="memoryview"),
        pytest.param(Response(memoryview(b"t-e-a")[::2]), b"tea", {"content-length": "3"}, id="strided"),
        pytest.param(Response("x" * 5000), b"x" * 5000, {"content-length": "5000"}, id="long"),
        pytest.param(
            PlainTextResponse("tea"),
            b"tea",
            {"content-length": "3", "content-type": "text/plain; charset=utf-8"},
            id="text",
        ),
        pytest.param(
            HTMLResponse("<p>"),
            b"<p>",
            {"content-length": "3", "content-type": "text/html; charset=utf-8"},
            id="html",
        ),
        pytest.param(
            JSONResponse({"tea": "ü", "n": [1, None]}),
            '{"tea":"ü","n":[1,null]}'.encode(),
            {"content-length": "25", "content-type": "application/json"},
            id="json",
        ),
        pytest.param(
            Response("x", media_type="text/css; charset=latin-1"),
            b"x",
            {"content-length": "1", "content-type": "text/css; charset=latin-1"},
            id="charset-given",
        ),
        pytest.param(
            Response(
                "x", headers={"Content-Length": "9", "Content-Type": "a/b", "X-Id": "1"}, media_type="c/d"
            ),
            b"x",
            {"content-length": "9", "content-type": "a/b", "x-id": "1"},
            id="headers-given",
        ),
        pytest.param(Response(status_code=204), b"", {}, id="no-content"),
        pytest.param(Response(status_code=304), b"", {}, id="not-modified"),
        pytest.param(Response(status_code=103), b"", {}, id="informational"),
        pytest.param(Response(status_code=404), b"", {"content-length": "0"}, id="not-found"),
    ],
)
@pytest.mark.anyio
async def test_a_response_sends_its_headers_and_its_body(response, body, headers):
    channel = await respond(response)

    start, rest = channel.sent
    assert start == {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": [(name.encode(), value.encode()) for name, value in response.headers.items()],
    }
    assert dict(response.headers) == headers
    assert bytes(rest["body"]) == body
    assert rest["type"] == "http.response.body"


@pytest.mark.parametrize(
    "response", [PlainTextResponse("tea"), StreamingResponse(["tea"])], ids=["one", "stream"]
)
@pytest.mark.anyio
async def test_a_head_request_gets_headers_only(response):
    channel = await respond(response, {**GET, "method": "HEAD"})

    assert channel.sent[0]["headers"] == response.raw_headers
    assert channel.body == b""
    assert not channel.sent[-1].get("more_body", False)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.anyio
async def test_a_status_without_a_body_sends_none(status):
    channel = await respond(JSONResponse(None, status))

    assert channel.body == b""


def test_a_value_that_is_no_body_is_an_error_that_names_json():
    with pytest.raises(
        TypeError, match="Response takes str, bytes, memoryview or None, got dict; for other values use JSON"
    ):
        Response({"a": 1})


@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param(float("nan"), ValueError, id="nan"),
        pytest.param([float("inf")], ValueError, id="infinity"),
        pytest.param({1, 2}, TypeError, id="set"),
        pytest.param("\ud800", ValueError, id="surrogate"),
    ],
)
def test_what_json_cannot_hold_is_an_error(value, error):
    with pytest.raises(error):
        JSONResponse(value)


def test_a_value_inside_itself_is_an_error_and_the_next_value_is_not():
    circle = []
    circle.append(circle)

    with pytest.raises(ValueError, match="Circular reference"):
        JSONResponse(circle)
    assert JSONResponse([[1], [1]]).body == b"[[1],[1]]"


def test_a_subclass_may_render_and_set_headers_and_charset():
    class Shout(PlainTextResponse):
        charset = "utf-16-le"

        def render(self, content):
            return super().render(content.upper())

        def init_headers(self, headers=None):
            super().init_headers({"x-loud": "yes", **(headers or {})})

    response = Shout("tea")

    assert response.body == "TEA".encode("utf-16-le")
    assert dict(response.headers) == {
        "x-loud": "yes",
        "content-length": "6",
        "content-type": "text/plain; charset=utf-16-le",
    }


def test_a_charset_may_be_set_by_the_class_and_by_its_init():
    class Wide(PlainTextResponse):
        charset = "utf-16-le"

    class Late(PlainTextResponse):
        def __init__(self, content):
            self.charset = "latin-1"
            super().__init__(content)

    assert (Wide("ü").body, Wide("ü").headers["content-type"]) == (b"\xfc\0", "text/plain; charset=utf-16-le")
    assert (Late("ü").body, Late("ü").headers["content-type"]) == (b"\xfc", "text/plain; charset=latin-1")


def test_headers_can_be_changed_until_they_are_sent():
    response = Response("tea")

    response.headers["x-id"] = "1"
    response.headers.append("set-cookie", "a=1")

    assert response.raw_headers[1:] == [(b"x-id", b"1"), (b"set-cookie", b"a=1")]


def test_headers_follow_when_raw_headers_are_replaced():
    response = Response("tea")
    assert "x-id" not in response.headers

    response.raw_headers = [(b"x-id", b"1")]

    assert response.headers["x-id"] == "1"


def test_two_responses_share_no_headers():
    first, second = PlainTextResponse("a"), PlainTextResponse("a")

    first.headers["x-id"] = "1"

    assert "x-id" not in second.headers


@pytest.mark.anyio
async def test_background_work_runs_after_the_body():
    seen = []
    channel = Channel()
    response = Response("tea", background=BackgroundTask(lambda: seen.append(len(channel.sent))))

    await response(GET, channel.receive, channel.send)

    assert seen == [2]


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/a b?q=ü#x", "/a%20b?q=%C3%BC#x"),
        ("/a%20b", "/a%20b"),
        ("https://h/[x]@!$&'()*+,;=", "https://h/[x]@!$&'()*+,;="),
        ("/x\r\nset-cookie: a=1", "/x%0D%0Aset-cookie:%20a=1"),
    ],
)
def test_a_redirect_quotes_what_may_not_stand_in_a_url(url, location):
    response = RedirectResponse(url)

    assert response.status_code == 307
    assert dict(response.headers) == {"content-length": "0", "location": location}


# Cookies


def cookie(**options):
    response = Response()
    response.set_cookie(**options)
    return response.headers["set-cookie"]


def test_a_cookie_has_its_attributes_in_order():
    text = cookie(
        key="a",
        value="b",
        max_age=10,
        expires=datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        path="/p",
        domain="h.example",
        secure=True,
        httponly=True,
        samesite="strict",
        partitioned=True,
    )

    assert text == (
        "a=b; Domain=h.example; expires=Wed, 02 Jan 2030 03:04:05 GMT; HttpOnly; Max-Age=10; Partitioned; "
        "Path=/p; SameSite=strict; Secure"
    )


def test_a_cookie_is_short_by_default():
    assert cookie(key="a") == 'a=""; Path=/; SameSite=lax'
    assert cookie(key="a", value="b", path=None, samesite=None) == "a=b"
    assert cookie(key="a", value="b", expires="tomorrow") == "a=b; expires=tomorrow; Path=/; SameSite=lax"


def test_an_empty_attribute_is_left_out_of_a_cookie():
    assert cookie(key="a", value="b", path="", domain="", expires="", samesite=None) == "a=b"


def test_expires_counts_seconds_from_the_moment_it_is_set(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 0.0)

    assert "; expires=Thu, 01 Jan 1970 00:01:40 GMT;" in cookie(key="a", expires=100)


def test_deleting_a_cookie_lets_it_expire():
    response = Response()

    response.delete_cookie(
        "a", path="/p", domain="h", secure=True, httponly=True, samesite="none", partitioned=True
    )

    text = response.headers["set-cookie"]
    assert text.startswith('a=""; Domain=h; expires=')
    assert text.endswith(" GMT; HttpOnly; Max-Age=0; Partitioned; Path=/p; SameSite=none; Secure")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        pytest.param({"key": "a b"}, "cookie name must be letters", id="name"),
        pytest.param({"key": ""}, "cookie name must be letters", id="empty-name"),
        pytest.param({"key": "a", "value": "☃"}, "cookie value must be latin-1", id="value"),
        pytest.param({"key": "a", "path": "/; Secure"}, "cookie path must be ASCII without ';'", id="path"),
        pytest.param({"key": "a", "domain": "h\r\nx: y"}, "cookie domain must be ASCII", id="domain"),
        pytest.param({"key": "a", "expires": "x;y"}, "cookie expires must be ASCII", id="expires"),
        pytest.param({"key": "a", "samesite": "Sometimes"}, "samesite must be one of", id="samesite"),
    ],
)
def test_what_cannot_stand_in_a_cookie_is_an_error(options, error):
    with pytest.raises(ValueError, match=error):
        cookie(**options)


# Streams


async def tea():
    for chunk in ("t", b"e", memoryview(b"a"), bytearray(b"!")):
        yield chunk


@pytest.mark.parametrize("scope", [GET, NEW], ids=["before-2.4", "from-2.4"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(tea, id="async"),
        pytest.param(lambda: iter(["t", "e", "a", "!"]), id="sync"),
        pytest.param(lambda: ["t", b"ea!"], id="list"),
        pytest.param(lambda: (chunk for chunk in ("tea", "!")), id="generator"),
    ],
)
@pytest.mark.anyio
async def test_a_stream_is_sent_in_chunks_and_ends(scope, make):
    response = StreamingResponse(make(), 201, {"x-id": "1"}, "text/plain")

    channel = await respond(response, scope)

    assert channel.sent[0] == {
        "type": "http.response.start",
        "status": 201,
        "headers": [(b"x-id", b"1"), (b"content-type", b"text/plain; charset=utf-8")],
    }
    assert b"".join(bytes(message["body"]) for message in channel.sent[1:]) == b"tea!"
    assert [message["more_body"] for message in channel.sent[1:]] == [True] * (len(channel.sent) - 2) + [
        False
    ]


@pytest.mark.anyio
async def test_a_chunk_of_another_type_is_an_error_that_says_so():
    with pytest.raises(TypeError, match="a streamed chunk must be str, bytes or memoryview, got dict"):
        await respond(StreamingResponse([{"a": 1}]))


@pytest.mark.anyio
async def test_from_2_4_a_stream_never_receives():
    channel = await respond(StreamingResponse(tea()), NEW)

    assert channel.called == 0


async def endless(closed):
    try:
        while True:
            yield b"tea"
    finally:
        await anyio.sleep(0)
        closed.append(True)


@pytest.mark.anyio
async def test_from_2_4_a_failing_send_ends_the_stream_and_closes_its_generator():
    closed, background = [], []

    async def send(message):
        if message.get("body"):
            raise OSError("gone")

    response = StreamingResponse(endless(closed), background=BackgroundTask(background.append, 1))
    with pytest.raises(ClientDisconnect):
        await response(NEW, Channel().receive, send)

    assert closed == [True]
    assert background == []


@pytest.mark.anyio
async def test_an_os_error_of_the_generator_is_not_taken_for_a_client_that_left():
    async def chunks():
        yield b"tea"
        raise FileNotFoundError("pot")

    for scope in (GET, NEW):
        with pytest.raises(FileNotFoundError, match="pot"):
            await respond(StreamingResponse(chunks()), scope)


@pytest.mark.anyio
async def test_a_client_that_leaves_ends_a_silent_stream_and_background_work_still_runs():
    closed, background = [], []
    left = anyio.Event()

    async def chunks():
        try:
            yield b"tea"
            left.set()
            await anyio.sleep_forever()
        finally:
            closed.append(True)

    async def receive():
        await left.wait()
        return {"type": "http.disconnect"}

    channel = Channel()
    response = StreamingResponse(chunks(), background=BackgroundTask(background.append, 1))
    await response(GET, receive, channel.send)

    assert closed == [True]
    assert background == [1]
    assert channel.sent[-1]["more_body"]


@pytest.mark.anyio
async def test_a_stream_that_is_cancelled_from_outside_closes_its_generator_and_lets_it_await():
    closed, background = [], []
    started = anyio.Event()

    async def send(message):
        if message.get("body"):
            started.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        response = StreamingResponse(endless(closed), background=BackgroundTask(background.append, 1))
        group.start_soon(response, NEW, Channel().receive, send)
        await started.wait()
        group.cancel_scope.cancel()

    assert closed == [True]
    assert background == []


@pytest.mark.anyio
async def test_a_sync_generator_that_is_left_early_is_closed():
    closed = []

    def chunks():
        try:
            while True:
                yield b"tea"
        finally:
            closed.append(True)

    async def send(message):
        if message.get("body"):
            raise OSError("gone")

    with pytest.raises(ClientDisconnect):
        await StreamingResponse(chunks())(NEW, Channel().receive, send)

    assert closed == [True]


@pytest.mark.anyio
async def test_a_head_request_closes_the_generator_unrun():
    ran = []

    async def chunks():
        ran.append(True)
        yield b"tea"

    iterator = chunks()
    await respond(StreamingResponse(iterator), {**GET, "method": "HEAD"})

    assert ran == []
    assert [chunk async for chunk in iterator] == []


@pytest.mark.anyio
async def test_an_error_in_a_stream_comes_out_as_itself():
    async def chunks():
        yield b"tea"
        await anyio.sleep(0)
        raise ValueError("cold")

    with pytest.raises(ValueError, match="cold"):
        await respond(StreamingResponse(chunks()))


@pytest.mark.anyio
async def test_an_iterator_that_cannot_be_closed_is_streamed():
    class Two:
        left = 2

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return b"x"

    assert (await respond(StreamingResponse(Two()))).body == b"xx"


@pytest.mark.anyio
async def test_a_generator_may_use_cancel_scopes_of_its_own_while_the_stream_listens():
    async def chunks():
        for _ in range(3):
            with anyio.move_on_after(10):
                await anyio.sleep(0)
            yield b"x"

    assert (await respond(StreamingResponse(chunks()))).body == b"xxx"


@pytest.mark.anyio
async def test_an_endpoint_that_answers_while_it_reads_gets_its_whole_body():
    parts = [b"one", b"two", b"three", b"four"]
    messages = [{"type": "http.request", "body": part, "more_body": part != b"four"} for part in parts]
    channel = Channel(*messages)
    request = Request(GET | {}, channel.receive)

    async def echo():
        yield b"<"
        # The stream is listening by the time that the body is read.
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        async for chunk in request.stream():
            await anyio.lowlevel.checkpoint()
            yield chunk.upper()
        yield b">"

    await StreamingResponse(echo())(request.scope, channel.receive, channel.send)

    assert channel.body == b"<ONETWOTHREEFOUR>"


@pytest.mark.anyio
async def test_a_body_that_nobody_reads_is_held_only_up_to_a_mark():
    channel = Channel(*[{"type": "http.request", "body": b"x" * 30_000, "more_body": True}] * 10)

    async def chunks():
        for _ in range(50):
            await anyio.lowlevel.checkpoint()
        yield b"tea"

    await StreamingResponse(chunks())(dict(GET), channel.receive, channel.send)

    assert channel.called == 3


@pytest.mark.anyio
async def test_a_reader_learns_from_the_listener_that_the_client_left():
    channel = Channel({"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"})
    request = Request(dict(GET), channel.receive)
    seen = []

    async def chunks():
        try:
            await anyio.lowlevel.checkpoint()
            async for chunk in request.stream():
                yield chunk
        finally:
            seen.append(True)

    # Whether it is cancelled or raises ClientDisconnect is chance; neither comes out.
    await StreamingResponse(chunks())(request.scope, channel.receive, channel.send)

    assert seen == [True]


@pytest.mark.anyio
async def test_background_work_reads_on_where_the_listener_stopped():
    channel = Channel(
        {"type": "http.request", "body": b"one", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    )
    request = Request(dict(GET), channel.receive)
    bodies = []

    async def chunks():
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        yield b"tea"

    async def read():
        bodies.append(await request.body())

    response = StreamingResponse(chunks(), background=BackgroundTask(read))
    await response(request.scope, channel.receive, channel.send)

    assert bodies == [b"onetwo"]


# Denied handshakes


@pytest.mark.parametrize(
    "make", [lambda: PlainTextResponse("no", 403), lambda: StreamingResponse(["no"], 403)]
)
@pytest.mark.anyio
async def test_a_response_denies_a_handshake(make):
    channel = await respond(make(), DENIABLE)

    assert channel.sent[0]["type"] == "websocket.http.response.start"
    assert channel.sent[0]["status"] == 403
    assert {message["type"] for message in channel.sent[1:]} == {"websocket.http.response.body"}
    assert channel.body == b"no"


@pytest.mark.parametrize(
    "make", [lambda: PlainTextResponse("no", 403), lambda: StreamingResponse(["no"], 403)]
)
@pytest.mark.anyio
async def test_a_denial_takes_the_connect_message_first(make):
    channel = await respond(make(), DENIABLE, {"type": "websocket.connect"})

    assert channel.to_app == []
    assert channel.body == b"no"


@pytest.mark.parametrize("scope", [HANDSHAKE, {**HANDSHAKE, "extensions": None}], ids=["missing", "none"])
@pytest.mark.parametrize(
    "make", [lambda: PlainTextResponse("no", 403), lambda: StreamingResponse(["no"], 403)]
)
@pytest.mark.anyio
async def test_a_server_that_cannot_send_a_denial_gets_a_plain_close(make, scope):
    channel = await respond(make(), scope)

    assert channel.sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


def test_more_media_types_than_are_remembered_are_sent_all_the_same():
    types = [f"application/x-{number}" for number in range(300)]

    assert [Response(media_type=name).headers["content-type"] for name in types] == types


def test_a_class_gets_another_media_type_later(monkeypatch):
    monkeypatch.setattr(JSONResponse, "media_type", "application/problem+json")

    assert JSONResponse({}).headers["content-type"] == "application/problem+json"


def test_a_media_type_may_be_worked_out_by_each_response():
    class Page(Response):
        @property
        def media_type(self):
            return "text/css" if self.status_code == 200 else "text/plain"

    assert Page("x").headers["content-type"] == "text/css; charset=utf-8"
    assert Page("x", 404).headers["content-type"] == "text/plain; charset=utf-8"


def test_a_class_with_a_media_type_that_no_header_can_hold_says_so_when_it_is_used():
    class Broken(Response):
        media_type = "text/plain\r\nx: 1"

    with pytest.raises(ValueError, match="content-type"):
        Broken("x")


@pytest.mark.parametrize("media_type", [None, ""])
def test_a_class_without_a_media_type_may_be_given_one(media_type):
    class Bare(Response):
        pass

    Bare.media_type = media_type

    assert Bare("x", media_type="text/css").headers["content-type"] == "text/css; charset=utf-8"
    assert Bare("x").headers.get("content-type") == media_type


@pytest.mark.anyio
async def test_a_denial_passes_on_what_is_neither_its_start_nor_its_body():
    class Hinting(StreamingResponse):
        async def stream_response(self, send):
            await send({"type": "websocket.http.response.debug", "info": {}})
            await super().stream_response(send)

    channel = Channel({"type": "websocket.connect"})
    await Hinting(["no"], 403)(DENIABLE, channel.receive, channel.send)

    assert [message["type"] for message in channel.sent] == [
        "websocket.http.response.debug",
        "websocket.http.response.start",
        "websocket.http.response.body",
        "websocket.http.response.body",
    ]


@pytest.mark.anyio
async def test_a_subclass_may_wait_for_the_client_to_leave():
    channel = Channel({"type": "http.request"}, {"type": "http.disconnect"}, {"type": "http.disconnect"})

    await StreamingResponse([]).listen_for_disconnect(channel.receive)

    assert channel.called == 2


@pytest.mark.anyio
@pytest.mark.parametrize("failing", [1, 2, 3], ids=["start", "chunk", "end"])
async def test_a_server_that_cannot_send_says_at_any_message_that_the_client_left(failing):
    channel = Channel()

    async def send(message):
        await channel.send(message)
        if len(channel.sent) == failing:
            raise OSError("gone")

    with pytest.raises(ClientDisconnect):
        await StreamingResponse(["chunk"])(NEW, channel.receive, send)

    assert len(channel.sent) == failing


@pytest.mark.anyio
async def test_a_body_that_nobody_reads_waits_in_the_server_while_the_answer_streams():
    received = 0
    chunk = {"type": "http.request", "body": b"x" * 40_000, "more_body": True}
    read = anyio.Event()

    async def receive():
        nonlocal received
        received += 1
        return chunk

    async def answer():
        yield "waits"
        await read.wait()

    scope = dict(GET)
    sent = []

    async def send(message):
        sent.append(message)

    async with anyio.create_task_group() as task_group:
        task_group.start_soon(StreamingResponse(answer()), scope, receive, send)
        await anyio.wait_all_tasks_blocked()
        before = received
        request = Request(scope, receive)
        async with aclosing(request.stream()) as stream:
            assert await anext(stream) == chunk["body"]
            await anyio.wait_all_tasks_blocked()
            after = received
            read.set()
            await anyio.wait_all_tasks_blocked()

    assert (before, after) == (2, 3)


@pytest.mark.anyio
async def test_several_readers_share_what_comes_while_the_answer_streams():
    arriving, arrived = anyio.create_memory_object_stream(2)
    done = anyio.Event()
    scope = dict(GET)
    parts = []

    async def answer():
        await done.wait()
        yield "ok"

    async def read():
        async with aclosing(Request(scope, receive).stream()) as stream:
            parts.append(await anext(stream))

    async def discard(message):
        pass

    receive = arrived.receive
    with arriving, arrived:
        async with anyio.create_task_group() as task_group:
            task_group.start_soon(StreamingResponse(answer()), scope, receive, discard)
            await anyio.wait_all_tasks_blocked()
            task_group.start_soon(read)
            task_group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            await arriving.send({"type": "http.request", "body": b"1", "more_body": True})
            await arriving.send({"type": "http.request", "body": b"2", "more_body": True})
            await anyio.wait_all_tasks_blocked()
            done.set()

    assert sorted(parts) == [b"1", b"2"]


def test_json_is_the_same_without_the_accelerator(monkeypatch):
    value = {"tea": ["grün", 1.5, None, True], "x": {}}

    monkeypatch.setattr(json.encoder, "c_make_encoder", None)

    assert make_encoder()(value).encode() == JSONResponse(value).body


@pytest.mark.anyio
async def test_what_comes_after_the_answer_is_for_whoever_asks():
    scope = dict(GET)

    async def answer():
        await anyio.lowlevel.checkpoint()
        yield "ok"

    channel = Channel()
    await StreamingResponse(answer())(scope, channel.receive, channel.send)
    channel.to_app = [{"type": "http.request", "body": b"late"}]

    assert await Request(scope, channel.receive).body() == b"late"


@pytest.mark.anyio
async def test_a_generator_that_does_not_end_when_it_is_closed_is_cancelled(monkeypatch):
    async def chunks():
        try:
            yield "a"
        finally:
            try:
                await anyio.sleep_forever()
            except anyio.get_cancelled_exc_class():
                ended.append("cancelled")
                raise

    async def lost(message):
        if message.get("body"):
            raise OSError("the client left")

    ended = []
    monkeypatch.setattr(_streaming, "CLOSING_TIME", 0.01)

    with pytest.raises(ClientDisconnect):
        await StreamingResponse(chunks())(NEW, None, lost)

    assert ended == ["cancelled"]


@pytest.mark.anyio
async def test_what_came_during_one_answer_is_kept_through_the_next():
    def answer(name):
        async def chunks():
            await anyio.wait_all_tasks_blocked()
            yield name

        return StreamingResponse(chunks())

    channel = Channel({"type": "http.request", "body": b"early", "more_body": False})
    scope = dict(GET)

    await answer("first")(scope, channel.receive, channel.send)
    await answer("second")(scope, channel.receive, channel.send)

    assert await Request(scope, channel.receive).body() == b"early"
