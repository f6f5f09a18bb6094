"""Function middleware: what call_next gives, in every way the inner app can answer."""

import asyncio
from contextlib import aclosing
from contextvars import ContextVar

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.routing import Mount, Route, Router, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient

pytestmark = pytest.mark.anyio


class Pure:
    """A middleware that knows only messages: what is below runs in a task of its own."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def passed(message):
            await send(message)

        await self.app(scope, receive, passed)


# The same, with the inner app known and unknown to the function middleware.
INSIDE = [pytest.param([], id="known"), pytest.param([Middleware(Pure)], id="unknown")]
inside = pytest.mark.parametrize("inside", INSIDE)


def around(*functions):
    return [Middleware(BaseHTTPMiddleware, dispatch=function) for function in functions]


def http_scope(path="/", **more):
    return {
        "type": "http",
        "asgi": {"spec_version": "2.3"},
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        **more,
    }


async def call(app, scope, *messages):
    """What the app sends to a client that sends these messages and then stays."""
    sent = []
    pending = list(messages or [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        if not pending:
            await anyio.sleep_forever()
        return pending.pop(0)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def passing(request, call_next):
    return await call_next(request)


async def tagging(request, call_next):
    response = await call_next(request)
    response.headers["x-tag"] = f"{response.status_code}"
    return response


async def whole(request):
    return PlainTextResponse("whole")


async def chunked(request):
    async def chunks():
        yield "a"
        yield "b"

    return StreamingResponse(chunks())


async def generated(request):
    yield "a"
    yield "b"


async def failing(request):
    raise HTTPException(418, "tea")


async def raw(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"a", "more_body": True})
    await send({"type": "http.response.body", "body": b"b"})


ROUTES = [
    Route("/whole", whole),
    Route("/chunked", chunked),
    Route("/generated", generated),
    Route("/failing", failing),
    Route("/file", lambda request: FileResponse(__file__)),
    Mount("/raw", app=raw),
    Mount("/app", app=App(routes=[Route("/whole", whole)], middleware=around(passing))),
]


@inside
@pytest.mark.parametrize("functions", [1, 3])
@pytest.mark.parametrize(
    ("path", "status", "content"),
    [
        pytest.param("/whole", 200, b"whole", id="whole"),
        pytest.param("/chunked", 200, b"ab", id="chunked"),
        pytest.param("/generated", 200, b"ab", id="generated"),
        pytest.param("/failing", 418, b"tea", id="exception"),
        pytest.param("/nothing", 404, b"Not Found", id="404"),
        pytest.param("/raw/", 200, b"ab", id="raw"),
        pytest.param("/app/whole", 200, b"whole", id="mounted-app"),
    ],
)
async def test_every_kind_of_response_can_be_changed(inside, functions, path, status, content):
    app = App(routes=ROUTES, middleware=around(*[tagging] * functions) + inside)

    async with AsyncTestClient(app) as client:
        response = await client.get(path)

    assert (response.status_code, response.content) == (status, content)
    assert response.headers.get_list("x-tag") == [f"{status}"]


async def test_a_file_keeps_the_headers_it_gets_when_it_is_sent():
    seen = []

    async def look(request, call_next):
        response = await call_next(request)
        seen.append(response.headers["content-length"])
        return response

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(look))) as client:
        response = await client.get("/file")

    assert seen == [f"{len(response.content)}"]


async def test_a_whole_response_is_sent_in_one_piece():
    sent = await call(App(routes=ROUTES, middleware=around(tagging, tagging)), http_scope("/whole"))

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == b"whole"


@inside
async def test_a_stream_streams_and_waits_for_the_client(inside):
    made = []

    async def endpoint(request):
        async def chunks():
            for number in range(5):
                made.append(number)
                yield f"{number}"

        return StreamingResponse(chunks())

    app = App(routes=[Route("/", endpoint)], middleware=around(passing, passing) + inside)
    async with AsyncTestClient(app) as client, client.stream("GET", "/") as response:
        async with aclosing(response.aiter_raw()) as body:
            first = await anext(body)
            assert (first, len(made) < 5) == (b"0", True)
            rest = [chunk async for chunk in body]

    assert rest == [b"1", b"2", b"3", b"4"]


@inside
@pytest.mark.parametrize("path", ["/whole", "/chunked", "/raw/"])
async def test_the_body_can_be_replaced_chunk_by_chunk(inside, path):
    async def upper(chunks):
        async for chunk in chunks:
            yield (chunk if isinstance(chunk, bytes) else chunk.encode()).upper()

    async def shout(request, call_next):
        response = await call_next(request)
        response.body_iterator = upper(response.body_iterator)
        return response

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(shout, passing) + inside)) as client:
        response = await client.get(path)

    assert response.content in (b"WHOLE", b"AB")


@inside
async def test_a_body_that_was_read_can_be_answered_anew(inside):
    async def wrap(request, call_next):
        response = await call_next(request)
        body = b"".join([chunk async for chunk in response.body_iterator])
        return JSONResponse({"was": body.decode()}, status_code=response.status_code)

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(wrap) + inside)) as client:
        assert (await client.get("/whole")).json() == {"was": "whole"}


@inside
async def test_what_call_next_gave_may_be_called_by_another_response(inside):
    class Later(Response):
        def __init__(self, response):
            super().__init__()
            self.response = response

        async def __call__(self, scope, receive, send):
            await self.response(scope, receive, send)

    async def wrap(request, call_next):
        return Later(await call_next(request))

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(wrap) + inside)) as client:
        assert (await client.get("/whole")).text == "whole"


@inside
async def test_the_chunks_of_a_stream_are_bytes_whatever_the_endpoint_yields(inside):
    chunks = ["ü", b"b", memoryview(b"c"), bytearray(b"d")]
    seen = []

    async def look(request, call_next):
        response = await call_next(request)
        seen.extend([chunk async for chunk in response.body_iterator])
        return Response(b"".join(seen))

    routes = [Route("/", lambda request: StreamingResponse(chunks))]
    async with AsyncTestClient(App(routes=routes, middleware=around(look, passing) + inside)) as client:
        assert (await client.get("/")).text == "übcd"

    assert {type(chunk) for chunk in seen} <= {bytes, memoryview}


@inside
@pytest.mark.parametrize("read", [0, 1])
async def test_a_stream_that_is_dropped_is_closed_before_the_request_ends(inside, read):
    events = []

    async def endpoint(request):
        async def chunks():
            try:
                while True:
                    yield "tick"
            finally:
                await anyio.lowlevel.checkpoint()
                events.append("closed")

        stream = chunks()
        # A generator that never began has nothing to clean up.
        await anext(stream)
        return StreamingResponse(stream)

    async def drop(request, call_next):
        response = await call_next(request)
        for _ in range(read):
            await anext(response.body_iterator)
        return PlainTextResponse("dropped")

    app = App(routes=[Route("/", endpoint)], middleware=around(drop, passing) + inside)
    sent = await call(app, http_scope("/"))

    assert [message.get("body") for message in sent] == [None, b"dropped"]
    assert events == ["closed"]


async def test_reading_a_whole_body_does_not_use_it_up():
    async def read(request, call_next):
        response = await call_next(request)
        assert [chunk async for chunk in response.body_iterator] == [b"whole"]
        return response

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(read))) as client:
        assert (await client.get("/whole")).text == "whole"


async def test_a_response_that_an_endpoint_gives_twice_is_not_changed():
    shared = PlainTextResponse("shared")

    async def endpoint(request):
        return shared

    async def add(request, call_next):
        response = await call_next(request)
        response.headers.append("x-count", "1")
        return response

    async with AsyncTestClient(App(routes=[Route("/", endpoint)], middleware=around(add))) as client:
        await client.get("/")
        response = await client.get("/")

    assert response.headers.get_list("x-count") == ["1"]


@inside
async def test_the_inner_app_may_be_called_again(inside):
    tries = []

    async def flaky(request):
        tries.append(1)
        return PlainTextResponse("done", 200 if len(tries) == 3 else 503)

    async def retry(request, call_next):
        while (response := await call_next(request)).status_code == 503:
            pass
        return response

    app = App(routes=[Route("/", flaky)], middleware=around(retry) + inside)
    async with AsyncTestClient(app) as client:
        assert (await client.get("/")).status_code == 200
    assert len(tries) == 3


@inside
@pytest.mark.parametrize(
    ("kept", "expected"),
    [pytest.param(True, [b"tea", b"tea"], id="kept"), pytest.param(False, [b"tea", b""], id="not-kept")],
)
async def test_the_inner_app_gets_the_body_again_if_the_function_kept_it(inside, kept, expected):
    bodies = []

    async def flaky(request):
        bodies.append(await request.body())
        return PlainTextResponse("done", 200 if len(bodies) == 2 else 503)

    async def retry(request, call_next):
        if kept:
            await request.body()
        while (response := await call_next(request)).status_code == 503:
            pass
        return response

    app = App(routes=[Route("/", flaky, methods=["POST"])], middleware=around(retry, passing) + inside)
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"tea")).status_code == 200

    assert bodies == expected


@inside
async def test_a_function_may_answer_without_the_inner_app(inside):
    async def stop(request, call_next):
        return PlainTextResponse("stopped", 403)

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(tagging, stop) + inside)) as client:
        response = await client.get("/whole")

    assert (response.status_code, response.headers["x-tag"]) == (403, "403")


async def test_forgetting_to_return_says_so():
    async def forgetful(request, call_next):
        await call_next(request)

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(forgetful))) as client:
        with pytest.raises(
            TypeError, match=r"forgetful.*must return a response, got None; return what call_next gave"
        ):
            await client.get("/whole")


async def test_a_subclass_without_dispatch_says_what_it_needs():
    async with AsyncTestClient(App(routes=ROUTES, middleware=[Middleware(BaseHTTPMiddleware)])) as client:
        with pytest.raises(NotImplementedError, match="needs a method dispatch"):
            await client.get("/whole")


@inside
async def test_context_variables_set_inside_come_out(inside):
    variable = ContextVar("variable", default="unset")
    seen = []

    async def endpoint(request):
        seen.append(variable.get())
        variable.set("endpoint")
        return PlainTextResponse("")

    async def around_it(request, call_next):
        token = variable.set("middleware")
        response = await call_next(request)
        seen.append(variable.get())
        variable.reset(token)
        return response

    async with AsyncTestClient(
        App(routes=[Route("/", endpoint)], middleware=around(around_it) + inside)
    ) as client:
        await client.get("/")

    assert seen == ["middleware", "endpoint"]


@inside
@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
async def test_chunks_and_background_work_keep_the_context_variables_of_the_endpoint(inside, chunked):
    variable = ContextVar("variable", default="unset")
    seen = []

    async def chunks():
        yield "chunk of "
        yield variable.get()

    async def background():
        seen.append(variable.get())

    async def endpoint(request):
        task = BackgroundTask(background)
        return (
            StreamingResponse(chunks(), background=task)
            if chunked
            else Response(variable.get(), background=task)
        )

    async def with_variable(request, call_next):
        token = variable.set("middleware")
        try:
            return await call_next(request)
        finally:
            variable.reset(token)

    async with AsyncTestClient(
        App(routes=[Route("/", endpoint)], middleware=around(passing, with_variable, passing) + inside)
    ) as client:
        response = await client.get("/")

    assert response.text.endswith("middleware")
    assert seen == ["middleware"]


@inside
@pytest.mark.parametrize("path", ["/whole", "/chunked", "/raw/"])
async def test_a_timeout_around_call_next_ends_with_it(inside, path):
    async def limited(request, call_next):
        with anyio.fail_after(10):
            return await call_next(request)

    async with AsyncTestClient(App(routes=ROUTES, middleware=around(limited, limited) + inside)) as client:
        assert (await client.get(path)).status_code == 200


@inside
async def test_a_timeout_around_call_next_cancels_the_inner_app(inside):
    cancelled = []

    async def endless(request):
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append(True)

    async def limited(request, call_next):
        with anyio.move_on_after(0.01):
            return await call_next(request)
        return PlainTextResponse("too slow", 504)

    async with AsyncTestClient(
        App(routes=[Route("/", endless)], middleware=around(limited) + inside)
    ) as client:
        assert (await client.get("/")).status_code == 504
    assert cancelled == [True]


# Background work, and who waits for it.


@inside
async def test_background_work_follows_the_response_from_the_outside_in(inside):
    log = []

    async def note(what):
        log.append(what)

    async def endpoint(request):
        return PlainTextResponse("", background=BackgroundTask(note, "endpoint"))

    def adding(name):
        async def add(request, call_next):
            response = await call_next(request)
            response.background = BackgroundTask(note, name)
            return response

        return add

    class Log:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            async def logged(message):
                log.append(message["type"])
                await send(message)

            await self.app(scope, receive, logged)

    app = App(
        routes=[Route("/", endpoint)],
        middleware=[Middleware(Log), *around(adding("outer"), adding("inner")), *inside],
    )
    await call(app, http_scope())

    assert log[0] == "http.response.start"
    assert log[-3:] == ["outer", "inner", "endpoint"]


@inside
async def test_background_work_is_done_when_the_response_was_dropped(inside):
    done = []

    async def note():
        done.append(True)

    async def endpoint(request):
        return PlainTextResponse("", background=BackgroundTask(note))

    async def drop(request, call_next):
        await call_next(request)
        return PlainTextResponse("other")

    sent = await call(App(routes=[Route("/", endpoint)], middleware=around(drop) + inside), http_scope())

    assert (sent[1]["body"], done) == (b"other", [True])


@inside
async def test_background_work_that_fails_does_not_answer_again(inside):
    async def fail():
        raise ZeroDivisionError

    async def endpoint(request):
        return PlainTextResponse("sent", background=BackgroundTask(fail))

    app = App(routes=[Route("/", endpoint)], middleware=around(passing) + inside)
    async with AsyncTestClient(app) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        assert (await client.get("/")).text == "sent"


async def test_an_inner_app_whose_response_was_dropped_sees_a_disconnect():
    seen = []

    async def endpoint(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()
        seen.append((await receive())["type"])
        await send({"type": "http.response.body", "body": b"unheard"})

    async def drop(request, call_next):
        await call_next(request)
        return PlainTextResponse("other")

    sent = await call(App(routes=[Mount("/", app=endpoint)], middleware=around(drop)), http_scope())

    assert (sent[1]["body"], seen) == (b"other", ["http.disconnect"])


async def test_an_inner_app_that_waits_for_the_client_is_woken_when_it_was_answered():
    async def endpoint(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})
        await receive()
        assert await receive() == {"type": "http.disconnect"}

    sent = await call(App(routes=[Mount("/", app=endpoint)], middleware=around(passing)), http_scope())

    assert b"".join(message.get("body", b"") for message in sent) == b"done"


# The body of the request.


@inside
@pytest.mark.parametrize("readers", [1, 2])
async def test_a_body_that_was_read_is_there_for_the_endpoint(inside, readers):
    async def read(request, call_next):
        assert await request.body() == b"hello"
        return await call_next(request)

    async def endpoint(request):
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", endpoint, methods=["POST"])], middleware=around(*[read] * readers) + inside)
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"hello")).text == "hello"


@inside
async def test_a_body_that_was_streamed_away_is_empty_for_the_endpoint(inside):
    async def stream(request, call_next):
        assert b"".join([chunk async for chunk in request.stream()]) == b"hello"
        return await call_next(request)

    async def endpoint(request):
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", endpoint, methods=["POST"])], middleware=around(stream) + inside)
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"hello")).text == ""


@inside
async def test_a_body_that_the_endpoint_read_is_gone_for_the_function(inside):
    async def late(request, call_next):
        response = await call_next(request)
        with pytest.raises(RuntimeError, match="Stream consumed"):
            await request.body()
        return response

    async def endpoint(request):
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", endpoint, methods=["POST"])], middleware=around(late) + inside)
    async with AsyncTestClient(app) as client:
        assert (await client.post("/", content=b"hello")).text == "hello"


@inside
async def test_a_partly_read_stream_is_passed_on(inside):
    async def first(request, call_next):
        async with aclosing(request.stream()) as stream:
            assert await anext(stream) == b"one"
        return await call_next(request)

    async def endpoint(request):
        return PlainTextResponse(await request.body())

    app = App(routes=[Route("/", endpoint)], middleware=around(first) + inside)
    sent = await call(
        app,
        http_scope(),
        {"type": "http.request", "body": b"one", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    )

    assert b"".join(message.get("body", b"") for message in sent) == b"two"


@inside
async def test_the_endpoint_sees_the_client_leave(inside):
    async def endpoint(request):
        return PlainTextResponse(f"{await request.body()} {await request.is_disconnected()}")

    app = App(routes=[Route("/", endpoint)], middleware=around(passing) + inside)
    sent = await call(
        app,
        http_scope(),
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    )

    assert b"".join(message.get("body", b"") for message in sent) == b"b'' True"


# Errors.


@inside
async def test_an_exception_of_the_endpoint_reaches_the_function(inside):
    class Odd(Exception):
        pass

    async def endpoint(request):
        raise Odd from ValueError("cause")

    async def catch(request, call_next):
        try:
            return await call_next(request)
        except Odd as exc:
            return PlainTextResponse(f"{exc.__cause__!r}")

    async with AsyncTestClient(
        App(routes=[Route("/", endpoint)], middleware=around(catch) + inside)
    ) as client:
        assert (await client.get("/")).text == "ValueError('cause')"


@inside
async def test_an_exception_group_of_the_endpoint_stays_one(inside):
    async def endpoint(request):
        raise ExceptionGroup("group", [ValueError("one")])

    app = App(routes=[Route("/", endpoint)], middleware=around(passing, passing) + inside)
    async with AsyncTestClient(app) as client:
        with pytest.raises(ExceptionGroup, match="group"):
            await client.get("/")


@inside
@pytest.mark.parametrize("streams", [False, True])
async def test_an_exception_after_the_start_ends_the_response_and_is_raised(inside, streams):
    async def endpoint(request):
        async def chunks():
            yield b"first"
            raise ZeroDivisionError

        return StreamingResponse(chunks())

    async def broken(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        raise ZeroDivisionError

    route = Route("/", endpoint) if streams else Mount("/", app=broken)
    sent = []

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        sent.append(message)

    with pytest.raises(ZeroDivisionError):
        await App(routes=[route], middleware=around(passing) + inside)(http_scope(), receive, send)

    assert [message.get("body") for message in sent] == [None, b"first"]


@inside
async def test_an_app_that_does_not_answer_says_so(inside):
    async def silent(scope, receive, send):
        return

    app = App(routes=[Mount("/", app=silent)], middleware=around(passing) + inside)
    async with AsyncTestClient(app) as client:
        with pytest.raises(RuntimeError, match="No response returned"):
            await client.get("/")


async def test_an_error_of_a_mounted_app_is_answered_by_it_and_raised_afterwards():
    async def bad(request):
        raise ZeroDivisionError

    app = App(routes=[Mount("/m", app=App(routes=[Route("/", bad)]))], middleware=around(tagging))
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        response = await client.get("/m/")
    async with AsyncTestClient(app) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/m/")

    assert (response.status_code, response.headers["x-tag"]) == (500, "500")


@pytest.mark.parametrize("inner", INSIDE)
async def test_a_500_passes_the_functions_when_asked(inner):
    async def bad(request):
        raise ZeroDivisionError

    app = App(routes=[Route("/", bad)], middleware=around(tagging) + inner, errors_inside_middleware=True)
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        response = await client.get("/")
    async with AsyncTestClient(app) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")

    assert (response.status_code, response.headers["x-tag"]) == (500, "500")


# The scope, and other things that pass.


@inside
async def test_the_function_sees_what_matched(inside):
    seen = []

    async def look(request, call_next):
        response = await call_next(request)
        seen.append((request.path_params, request.scope["endpoint"], request.scope.get("root_path", "")))
        return response

    inner = App(routes=[Route("/{id:int}", whole)])
    app = App(routes=[Mount("/m", app=inner)], middleware=around(look) + inside)
    await call(app, http_scope("/m/7"))

    assert seen == [({"id": 7}, whole, "")]


@inside
async def test_messages_that_are_no_response_pass(inside):
    async def endpoint(request):
        await request.send_early_hints("</style.css>; rel=preload")
        return PlainTextResponse("")

    app = App(routes=[Route("/", endpoint)], middleware=around(passing) + inside)
    sent = await call(app, http_scope(extensions={"http.response.early_hint": {}}))

    assert sent[0] == {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}
    assert sent[1]["type"] == "http.response.start"


async def test_a_file_may_be_sent_by_the_server():
    app = App(routes=ROUTES, middleware=around(tagging))
    sent = await call(app, http_scope("/file", extensions={"http.response.pathsend": {}}))

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.pathsend"]


async def test_an_endpoint_that_writes_to_the_raw_send_answers_past_the_function():
    async def endpoint(request):
        await raw(request.scope, request.receive, request._send)
        return Response()

    sent = await call(App(routes=[Route("/", endpoint)], middleware=around(tagging)), http_scope())

    assert b"".join(message.get("body", b"") for message in sent) == b"ab"


def test_websockets_pass_untouched():
    async def echo(websocket):
        await websocket.accept()
        await websocket.send_text("hi")
        await websocket.close()

    app = App(routes=[WebSocketRoute("/", echo)], middleware=around(passing))
    with TestClient(app).websocket_connect("/") as session:
        assert session.receive_text() == "hi"


async def test_it_works_around_a_bare_app_and_a_router():
    for inner in (raw, Router(ROUTES[:1])):
        app = BaseHTTPMiddleware(inner, dispatch=tagging)
        sent = await call(app, http_scope("/whole"))
        assert (b"x-tag", b"200") in sent[0]["headers"]


async def test_it_stands_on_a_route_too():
    app = App(routes=[Route("/", whole, middleware=around(tagging, tagging))], middleware=around(passing))
    sent = await call(app, http_scope())

    assert (b"x-tag", b"200") in sent[0]["headers"]


async def test_a_subclass_dispatches_by_method():
    class Titled(BaseHTTPMiddleware):
        def __init__(self, app, title):
            super().__init__(app)
            self.title = title

        async def dispatch(self, request: Request, call_next):
            response = await call_next(request)
            response.headers["x-title"] = self.title
            return response

    sent = await call(App(routes=ROUTES, middleware=[Middleware(Titled, title="T")]), http_scope("/whole"))

    assert (b"x-title", b"T") in sent[0]["headers"]


async def test_a_function_inside_another_may_give_any_asgi_app():
    async def elsewhere(request, call_next):
        async def app(scope, receive, send):
            await PlainTextResponse("elsewhere")(scope, receive, send)

        return app

    app = App(routes=[Route("/", whole)], middleware=around(tagging, elsewhere))
    async with AsyncTestClient(app) as client:
        response = await client.get("/")

    assert (response.text, response.headers["x-tag"]) == ("elsewhere", "200")


async def test_an_exception_handler_that_gives_nothing_is_no_answer():
    async def nothing(request, exc):
        return None

    app = App(
        routes=[Route("/", failing)],
        middleware=[*around(passing), Middleware(CORSMiddleware)],
        exception_handlers={418: nothing},
    )
    async with AsyncTestClient(app) as client:
        with pytest.raises(RuntimeError, match="No response returned"):
            await client.get("/")


async def test_a_whole_body_that_was_looked_at_is_sent_all_the_same():
    async def looking(request, call_next):
        response = await call_next(request)
        chunks = response.body_iterator
        await chunks.aclose()
        left = [chunk async for chunk in chunks]
        response.headers["x-left"] = str(len(left))
        return response

    async with AsyncTestClient(App(routes=[Route("/", whole)], middleware=around(looking))) as client:
        response = await client.get("/")

    assert (response.text, response.headers["x-left"]) == ("whole", "0")


async def test_a_response_without_a_body_has_no_chunks():
    async def empty(request):
        return Response(status_code=204)

    async def reading(request, call_next):
        response = await call_next(request)
        chunks.extend([chunk async for chunk in response.body_iterator])
        return response

    chunks = []
    async with AsyncTestClient(App(routes=[Route("/", empty)], middleware=around(reading))) as client:
        assert (await client.get("/")).status_code == 204

    assert chunks == []


@inside
async def test_what_an_app_says_for_debugging_comes_before_the_response(inside):
    async def debugging(scope, receive, send):
        await send({"type": "http.response.debug", "info": {"template": "tea.html"}})
        await PlainTextResponse("tea")(scope, receive, send)

    app = App(routes=[Mount("/", app=debugging)], middleware=[*around(tagging), *inside])
    async with AsyncTestClient(app) as client:
        response = await client.get("/")

    assert (response.text, response.template) == ("tea", "tea.html")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            [{"type": "http.response.body", "body": b"tea"}],
            "expected http.response.start first, got http.response.body",
            id="no-start",
        ),
        pytest.param([], "No response returned", id="nothing"),
    ],
)
async def test_an_inner_app_that_breaks_the_protocol_is_an_error(messages, expected):
    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    with pytest.raises(RuntimeError, match=expected):
        await call(BaseHTTPMiddleware(app, dispatch=passing), http_scope())


async def test_messages_that_are_no_part_of_the_body_are_left_out_of_it():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.rumour"})
        await send({"type": "http.response.push", "path": "/x", "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})

    sent = await call(BaseHTTPMiddleware(app, dispatch=passing), http_scope())

    assert b"".join(message.get("body", b"") for message in sent) == b"ab"
    assert {message["type"].rpartition(".")[2] for message in sent} == {"start", "push", "body"}


async def test_an_app_that_is_told_that_the_client_left_need_not_answer():
    async def app(scope, receive, send):
        heard.append(await receive())

    heard = []
    sent = await call(BaseHTTPMiddleware(app, dispatch=passing), http_scope(), {"type": "http.disconnect"})

    assert (heard, sent) == ([{"type": "http.disconnect"}], [])


async def replacing(request, call_next):
    async def chunks():
        yield b"new"

    response = await call_next(request)
    response.body_iterator = chunks()
    return response


TRAILERS = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False}
NO_TRAILERS = {"type": "http.response.trailers", "headers": [], "more_trailers": False}


@pytest.mark.parametrize(
    ("function", "messages", "expected"),
    [
        pytest.param(passing, [{"type": "http.response.rumour"}, TRAILERS], (b"old", TRAILERS), id="sent"),
        pytest.param(passing, [], (b"old", NO_TRAILERS), id="announced-only"),
        # They are about a body that nobody gets.
        pytest.param(replacing, [TRAILERS], (b"new", NO_TRAILERS), id="body-replaced"),
    ],
)
async def test_trailers_that_were_announced_come_after_the_body(function, messages, expected):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        await send({"type": "http.response.body", "body": b"old"})
        for message in messages:
            await send(message)

    sent = await call(BaseHTTPMiddleware(app, dispatch=function), http_scope())

    assert (b"".join(message.get("body", b"") for message in sent), sent[-1]) == expected


async def test_work_after_the_response_is_cancelled_with_the_request():
    async def app(scope, receive, send):
        try:
            await PlainTextResponse("done")(scope, receive, send)
            working.set()
            await anyio.sleep_forever()
        finally:
            ended.set()

    working, ended = anyio.Event(), anyio.Event()

    async with anyio.create_task_group() as task_group:
        task_group.start_soon(call, BaseHTTPMiddleware(app, dispatch=passing), http_scope())
        await working.wait()
        task_group.cancel_scope.cancel()

    assert ended.is_set()


def test_a_loop_that_ends_during_a_request_ends_the_inner_app():
    async def app(scope, receive, send):
        try:
            working.set()
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def main():
        task = asyncio.create_task(call(BaseHTTPMiddleware(app, dispatch=passing), http_scope()))
        await working.wait()
        # As run() does when a server is stopped: every task is cancelled, whoever waits for it.
        return task

    working, ends = asyncio.Event(), []
    task = asyncio.run(main())

    assert task.cancelled()
    assert ends == ["cancelled"]


async def receive_all(count, *messages, read=False):
    """What an inner app receives, asked so often, if the function has read the body or a part before."""

    async def reading(request, call_next):
        if read:
            async for _ in request.stream():
                break
        return await call_next(request)

    async def app(scope, receive, send):
        got.extend([await receive() for _ in range(count)])
        await PlainTextResponse("done")(scope, receive, send)

    got = []
    await call(BaseHTTPMiddleware(app, dispatch=reading), http_scope(), *messages)
    return [message.get("body", message["type"]) for message in got]


PART = {"type": "http.request", "body": b"a", "more_body": True}
REST = {"type": "http.request", "body": b"b", "more_body": False}
LEFT = {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([REST, LEFT], [b"b", "http.disconnect", "http.disconnect"], id="after-the-body"),
        pytest.param([PART, LEFT], [b"a", "http.disconnect", "http.disconnect"], id="during-the-body"),
        pytest.param([LEFT], ["http.disconnect"] * 3, id="at-once"),
    ],
)
async def test_an_inner_app_may_ask_again_after_the_client_left(messages, expected):
    assert await receive_all(3, *messages) == expected


async def test_a_client_that_left_before_the_inner_app_asks_is_known():
    async def asking(request, call_next):
        await request.body()
        assert await request.is_disconnected()
        return await call_next(request)

    async def app(scope, receive, send):
        got.extend([await receive(), await receive()])
        await PlainTextResponse("done")(scope, receive, send)

    got = []
    await call(BaseHTTPMiddleware(app, dispatch=asking), http_scope(), REST, LEFT)

    assert [message["type"] for message in got] == ["http.request", "http.disconnect"]


async def test_a_server_that_sends_more_than_the_body_is_in_the_wrong():
    with pytest.raises(RuntimeError, match=r"Unexpected message received: http.request"):
        await receive_all(2, REST, REST)


@pytest.mark.parametrize("path", ["/late", "/below/late"])
async def test_a_response_that_makes_its_headers_as_it_is_sent_is_known_before_it_is(path):
    class Late(Response):
        async def __call__(self, scope, receive, send):
            self.headers["x-made"] = "late"
            await super().__call__(scope, receive, send)

    async def late(request):
        return Late("done")

    async def reading(request, call_next):
        response = await call_next(request)
        response.headers["x-read"] = response.headers["x-made"]
        return response

    routes = [Route("/late", late)]
    app = App(routes=[*routes, Mount("/below", routes=routes)], middleware=around(reading))
    async with AsyncTestClient(app) as client:
        response = await client.get(path)

    assert (response.text, response.headers["x-read"]) == ("done", "late")


@pytest.mark.parametrize(
    ("method", "status", "text"),
    [("GET", 200, "done"), ("HEAD", 200, ""), ("GET", 304, ""), ("GET", 404, "done")],
)
async def test_a_whole_response_leaves_a_function_as_it_leaves_an_app(method, status, text):
    async def endpoint(request):
        return PlainTextResponse("done", status)

    async def adding(request, call_next):
        response = await call_next(request)
        response.background = BackgroundTask(done.append, status)
        return response

    done = []
    async with AsyncTestClient(App(routes=[Route("/", endpoint)], middleware=around(adding))) as client:
        response = await client.request(method, "/")
    async with AsyncTestClient(App(routes=[Route("/", endpoint)])) as client:
        expected = await client.request(method, "/")

    assert (response.status_code, response.text, done) == (status, text, [status])
    assert response.headers == expected.headers
