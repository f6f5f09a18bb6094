"""The test clients call an app as a server would, from plain tests and from coroutines."""

import contextlib
from contextlib import aclosing

import anyio
import httpx2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.exceptions import StarletteDeprecationWarning
from asgi_nb.web.responses import PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Route, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient, WebSocketDenialResponse
from asgi_nb.web.websockets import WebSocketDisconnect

backends = pytest.mark.parametrize("backend", ["asyncio", "trio"])


async def facts(request):
    scope = request.scope
    return {
        "method": request.method,
        "url": str(request.url),
        "client": list(scope["client"]),
        "agent": request.headers.get("user-agent"),
        "cookies": request.cookies,
        "root": scope["root_path"],
        "body": (await request.body()).decode(),
    }


async def slow(request):
    async def chunks():
        try:
            for number in range(1000):
                yield f"{number},"
        finally:
            request.app.state.closed = True

    return StreamingResponse(chunks())


async def broken(request):
    raise ZeroDivisionError


async def late(request):
    async def fail():
        raise ZeroDivisionError

    return PlainTextResponse("fine", background=BackgroundTask(fail))


async def echo(websocket):
    await websocket.accept("chat" if "chat" in websocket.scope["subprotocols"] else None, [(b"x-a", b"1")])
    async for text in websocket.iter_text():
        await websocket.send_text(text.upper())
    websocket.app.state.left = True


async def deny(websocket):
    await websocket.send_denial_response(PlainTextResponse("no", 401, {"x-why": "because"}))


async def refuse(websocket):
    await websocket.close(4003, "not now")


def make_app(**options):
    return App(
        routes=[
            Route("/", facts, methods=["GET", "POST"]),
            Route("/slow", slow),
            Route("/broken", broken),
            Route("/late", late),
            WebSocketRoute("/echo", echo),
            WebSocketRoute("/deny", deny),
            WebSocketRoute("/refuse", refuse),
        ],
        **options,
    )


@backends
def test_a_request_reaches_the_app(backend):
    client = TestClient(
        make_app(),
        backend=backend,
        base_url="https://example.org",
        root_path="/root",
        headers={"x-a": "1"},
        cookies={"k": "v"},
        client=("1.2.3.4", 5),
    )

    assert client.post("/?q=1", content="body").json() == {
        "method": "POST",
        "url": "https://example.org/?q=1",
        "client": ["1.2.3.4", 5],
        "agent": "testclient",
        "cookies": {"k": "v"},
        "root": "/root",
        "body": "body",
    }


@backends
@pytest.mark.parametrize(
    ("url", "path"), [("/ws", "/ws"), ("ws", "/ws"), ("wss://b.org/ws", "/ws"), ("/ws?a=%2F", "/ws")]
)
def test_a_websocket_is_asked_for_from_the_root(backend, url, path):
    async def endpoint(websocket):
        await websocket.accept()
        await websocket.send_text(websocket.url.path)
        await websocket.close()

    app = App(routes=[WebSocketRoute("/ws", endpoint)])
    client = TestClient(app, backend=backend, base_url="http://a.org/base")

    with client.websocket_connect(url) as session:
        assert session.receive_text() == path


@backends
def test_lifespan_runs_inside_with_and_requests_share_its_loop(backend):
    log = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        log.append("start")
        event = anyio.Event()
        yield {"event": event}
        log.append("stop")

    async def endpoint(request):
        request.state.event.set()
        return PlainTextResponse("")

    app = App(routes=[Route("/", endpoint)], lifespan=lifespan)
    client = TestClient(app, backend=backend)
    for _ in range(2):
        with client:
            client.get("/")
            log.append("request")

    assert log == ["start", "request", "stop"] * 2


@pytest.mark.parametrize("when", ["startup", "shutdown"])
def test_a_lifespan_that_fails_raises_in_the_test(when):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        if when == "startup":
            raise ZeroDivisionError
        yield
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), TestClient(App(lifespan=lifespan)):
        pass


def test_an_app_that_returns_at_startup_says_so():
    async def app(scope, receive, send):
        return

    with (
        pytest.raises(AssertionError, match=r"returned before it answered lifespan.startup"),
        TestClient(app),
    ):
        pass


@backends
def test_what_the_app_raises_is_raised_in_the_test(backend):
    client = TestClient(make_app(), backend=backend)

    with pytest.raises(ZeroDivisionError):
        client.get("/broken")
    # After the response, too.
    with pytest.raises(ZeroDivisionError):
        client.get("/late")


def test_or_seen_as_the_client_would():
    client = TestClient(make_app(), raise_server_exceptions=False)

    assert client.get("/broken").status_code == 500
    assert client.get("/late").text == "fine"


@backends
def test_streams_are_read_as_they_come_and_the_app_ends_with_the_reader(backend):
    app = make_app()
    with TestClient(app, backend=backend) as client, client.stream("GET", "/slow") as response:
        chunks = response.iter_raw()
        assert next(chunks) == b"0,"
        assert not hasattr(app.state, "closed")

    assert app.state.closed


def test_a_stream_that_was_left_open_is_ended_with_the_client():
    app = make_app()
    client = TestClient(app)
    with client:
        client.send(client.build_request("GET", "/slow"), stream=True)

    assert app.state.closed


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        pytest.param([], "did not receive any response", id="none"),
        pytest.param(["start", "start"], "multiple", id="two-starts"),
        pytest.param(["body"], 'without "http.response.start"', id="body-first"),
        pytest.param(["start", "body", "body"], "after response completed", id="two-bodies"),
        pytest.param(["start", "body", "trailers"], "without declaring trailers", id="trailers"),
    ],
)
def test_breaking_the_protocol_is_an_assertion_error(messages, complaint):
    kinds = {
        "start": {"type": "http.response.start", "status": 200, "headers": []},
        "body": {"type": "http.response.body", "body": b""},
        "trailers": {"type": "http.response.trailers", "headers": []},
    }

    async def app(scope, receive, send):
        for kind in messages:
            await send(kinds[kind])

    with pytest.raises(AssertionError, match=complaint):
        TestClient(app).get("/")


def test_trailers_and_debug_information_come_with_the_response():
    async def app(scope, receive, send):
        await send({"type": "http.response.debug", "info": {"template": "page", "context": {"a": 1}}})
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        await send({"type": "http.response.body", "body": b"text"})
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})

    response = TestClient(app).get("/")

    assert (response.text, response.extensions["http.response.trailers"]) == ("text", [(b"x-sum", b"1")])
    assert (response.template, response.context) == ("page", {"a": 1})


def test_asgi_2_apps_are_called_their_way():
    def app(scope):
        async def instance(receive, send):
            await PlainTextResponse(scope["path"])(scope, receive, send)

        return instance

    assert TestClient(app).get("/x").text == "/x"


def test_a_timeout_is_not_for_tests():
    with pytest.warns(StarletteDeprecationWarning, match="ignores timeout="):
        TestClient(make_app()).get("/", timeout=3)


@backends
def test_websockets_talk_both_ways(backend):
    app = make_app()
    with TestClient(app, backend=backend).websocket_connect("/echo", subprotocols=["v1", "chat"]) as session:
        assert (session.accepted_subprotocol, session.extra_headers) == ("chat", [(b"x-a", b"1")])
        session.send_text("hi")
        assert session.receive_text() == "HI"
        session.send_json([1])
        assert session.receive_json() == [1]

    assert app.state.left


@backends
def test_a_refused_handshake_is_an_exception(backend):
    client = TestClient(make_app(), backend=backend)

    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/refuse"):
        pass
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/deny"):
        pass

    assert (closed.value.code, closed.value.reason) == (4003, "not now")
    assert (denied.value.status_code, denied.value.text, denied.value.headers["x-why"]) == (
        401,
        "no",
        "because",
    )


def test_a_websocket_app_that_ends_has_closed():
    async def endpoint(websocket):
        await websocket.accept()

    app = App(routes=[WebSocketRoute("/", endpoint)])
    with TestClient(app).websocket_connect("/") as session, pytest.raises(WebSocketDisconnect):
        session.receive_bytes()


def test_a_websocket_app_that_fails_raises_in_the_test():
    async def endpoint(websocket):
        await websocket.accept()
        raise ZeroDivisionError

    app = App(routes=[WebSocketRoute("/", endpoint)])
    with TestClient(app).websocket_connect("/") as session, pytest.raises(ZeroDivisionError):
        session.receive_text()
    with pytest.raises(ZeroDivisionError), TestClient(app).websocket_connect("/"):
        pass


def test_a_websocket_app_that_never_ends_is_cancelled():
    cancelled = []

    async def endpoint(websocket):
        await websocket.accept()
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append(True)

    with TestClient(App(routes=[WebSocketRoute("/", endpoint)])).websocket_connect("/"):
        pass

    assert cancelled == [True]


def test_a_frame_of_the_other_kind_is_an_assertion_error():
    with TestClient(make_app()).websocket_connect("/echo") as session:
        session.send_text("a")
        with pytest.raises(AssertionError, match="Expected a message with 'bytes'"):
            session.receive_bytes()


# The same in coroutines.


@pytest.mark.anyio
async def test_a_coroutine_shares_its_loop_with_the_app():
    ready = anyio.Event()

    async def endpoint(request):
        await ready.wait()
        return PlainTextResponse("ready")

    async with AsyncTestClient(App(routes=[Route("/", endpoint)])) as client:
        async with anyio.create_task_group() as task_group:

            async def ask():
                assert (await client.get("/")).text == "ready"

            task_group.start_soon(ask)
            ready.set()


@pytest.mark.anyio
async def test_a_coroutine_sees_exceptions_and_answers():
    async with AsyncTestClient(make_app()) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/broken")
        with pytest.raises(ZeroDivisionError):
            await client.get("/late")
        assert (await client.post("/", content="a")).json()["body"] == "a"
    async with AsyncTestClient(make_app(), raise_server_exceptions=False) as client:
        assert (await client.get("/broken")).status_code == 500


@pytest.mark.anyio
async def test_a_coroutine_reads_streams_as_they_come():
    app = make_app()
    async with AsyncTestClient(app) as client, client.stream("GET", "/slow") as response:
        async with aclosing(response.aiter_raw()) as chunks:
            assert await anext(chunks) == b"0,"

    assert app.state.closed


@pytest.mark.anyio
async def test_a_coroutine_that_gives_up_ends_the_app():
    ended = []

    async def endless(request):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async with AsyncTestClient(App(routes=[Route("/", endless)])) as client:
        with anyio.move_on_after(0.01):
            await client.get("/")
        assert ended == [True]


@pytest.mark.anyio
async def test_a_coroutine_runs_the_lifespan_and_keeps_its_state():
    log = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        log.append("start")
        yield {"value": 7}
        log.append("stop")

    app = App(routes=[Route("/", lambda request: request.state.value)], lifespan=lifespan)
    async with AsyncTestClient(app) as client:
        assert (await client.get("/")).text == "7"

    assert log == ["start", "stop"]


@pytest.mark.anyio
async def test_without_async_with_the_app_does_not_run():
    client = AsyncTestClient(make_app())

    with pytest.raises(RuntimeError, match="use `async with AsyncTestClient"):
        await client.get("/")
    with pytest.raises(RuntimeError, match="use `async with AsyncTestClient"):
        await client.websocket_connect("/echo")


@pytest.mark.anyio
async def test_a_coroutine_talks_over_websockets():
    app = make_app()
    async with AsyncTestClient(app) as client:
        async with await client.websocket_connect("/echo", subprotocols=["chat"]) as session:
            assert session.accepted_subprotocol == "chat"
            await session.send_text("hi")
            assert await session.receive_text() == "HI"
        assert app.state.left
        with pytest.raises(WebSocketDenialResponse):
            async with await client.websocket_connect("/deny"):
                pass
        with pytest.raises(WebSocketDisconnect):
            async with await client.websocket_connect("/refuse"):
                pass


@pytest.mark.anyio
async def test_an_error_in_the_body_of_the_test_is_raised_as_itself():
    with pytest.raises(KeyError, match="mine"):
        async with AsyncTestClient(make_app()):
            raise KeyError("mine")


@backends
def test_a_debug_message_need_not_name_a_template(backend):
    async def app(scope, receive, send):
        await send({"type": "http.response.debug", "info": {"seconds": 1}})
        await PlainTextResponse("hello")(scope, receive, send)

    response = TestClient(app, backend=backend).get("/")

    assert response.extensions["http.response.debug"] == {"seconds": 1}
    assert not hasattr(response, "template")


async def silent(scope, receive, send):
    """An app that ends without an answer."""


def test_an_app_that_did_not_answer_is_a_500_for_a_client():
    response = TestClient(silent, raise_server_exceptions=False).get("/")

    assert (response.status_code, response.content) == (500, b"")


@pytest.mark.anyio
async def test_a_coroutine_sees_a_500_too():
    async with AsyncTestClient(silent, raise_server_exceptions=False) as client:
        response = await client.get("/")

    assert (response.status_code, response.content) == (500, b"")


@pytest.mark.anyio
async def test_a_coroutine_is_told_that_an_app_did_not_answer():
    async with AsyncTestClient(silent) as client:
        with pytest.raises(AssertionError, match="did not receive any response"):
            await client.get("/")


@pytest.mark.anyio
async def test_a_url_of_another_protocol_is_refused():
    refused = pytest.raises(httpx2.UnsupportedProtocol, match="http, https, ws or wss, got 'ftp://host/'")

    with refused:
        TestClient(silent).get("ftp://host/")
    with refused:
        TestClient(silent).websocket_connect("ftp://host/")
    async with AsyncTestClient(silent) as client:
        with refused:
            await client.websocket_connect("ftp://host/")


def test_trailers_may_come_in_parts():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        await send({"type": "http.response.body", "body": b"tea"})
        for name, more in ((b"a", True), (b"b", False)):
            message = {"type": "http.response.trailers", "headers": [(name, b"1")], "more_trailers": more}
            await send(message)

    response = TestClient(app).get("/")

    assert response.extensions["http.response.trailers"] == [(b"a", b"1"), (b"b", b"1")]


@pytest.mark.parametrize("when", ["startup", "shutdown"])
def test_an_app_may_fail_with_a_message_alone(when):
    async def app(scope, receive, send):
        for stage in ("startup", "shutdown"):
            await receive()
            if stage == when:
                await send({"type": f"lifespan.{stage}.failed", "message": "no tea"})
                return
            await send({"type": f"lifespan.{stage}.complete"})

    with pytest.raises(AssertionError, match=f"^{when} failed: no tea$"):
        with TestClient(app):
            pass


async def parrot(scope, receive, send):
    """Send back what comes, each in its own kind, until the client leaves; then fail if it says so."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    if message["code"] == 4000:
        raise ZeroDivisionError


VALUE = {"tea": ["green", 1]}


def test_a_session_sends_and_receives_every_kind_of_data():
    with TestClient(parrot).websocket_connect("/") as session:
        session.send_bytes(b"tea")
        session.send_json(VALUE)
        session.send_json(VALUE, mode="binary")

        assert session.receive_bytes() == b"tea"
        assert session.receive_json() == VALUE
        assert session.receive_json(mode="binary") == VALUE


@pytest.mark.anyio
async def test_a_session_of_a_coroutine_does_too():
    async with AsyncTestClient(scoped(parrot)) as client:
        async with await client.websocket_connect("/") as session:
            await session.send_bytes(b"tea")
            await session.send_json(VALUE)
            await session.send_json(VALUE, mode="binary")

            assert await session.receive_bytes() == b"tea"
            assert await session.receive_json() == VALUE
            assert await session.receive_json(mode="binary") == VALUE


def scoped(app):
    """The app, without a lifespan."""

    async def websockets_only(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)

    return websockets_only


@pytest.mark.anyio
async def test_a_session_of_a_coroutine_raises_what_the_app_raised_after_the_client_left():
    async with AsyncTestClient(scoped(parrot)) as client:
        session = await client.websocket_connect("/")
        with pytest.raises(ZeroDivisionError):
            async with session:
                await session.close(4000)


@pytest.mark.anyio
async def test_leaving_the_client_ends_what_still_runs():
    seen = []

    async def app(scope, receive, send):
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            seen.append("cancelled")
            raise

    async def leave_open(client):
        request = client.build_request("GET", "/")
        await client.send(request, stream=True)
        raise KeyError("the test fails")

    with pytest.raises(KeyError):
        async with AsyncTestClient(scoped(app)) as client:
            await leave_open(client)

    assert seen == ["cancelled"]


@pytest.mark.anyio
@pytest.mark.parametrize("around", ["request", "client"])
async def test_giving_up_ends_the_app(around):
    ended = []

    async def app(scope, receive, send):
        try:
            given_up.cancel()
            await anyio.sleep_forever()
        finally:
            ended.append("app")

    given_up = anyio.CancelScope()
    if around == "request":
        async with AsyncTestClient(scoped(app)) as client:
            with given_up:
                await client.get("/")
            assert ended == ["app"]
    else:
        with given_up:
            async with AsyncTestClient(scoped(app)) as client:
                await client.get("/")

    assert given_up.cancelled_caught
    assert ended == ["app"]
