"""What is meant to differ from Starlette does: each test runs one thing on both, and says what each does."""

import contextlib
import importlib
import math
import sys
import warnings
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import httpx2
import itsdangerous
import pytest

LEFT = {"type": "http.disconnect"}
GET = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
HANDSHAKE = {"type": "websocket", "path": "/", "query_string": b"", "headers": []}
NEW = {**GET, "asgi": {"version": "3.0", "spec_version": "2.4"}}
OLD = {**GET, "asgi": {"version": "3.0", "spec_version": "2.3"}}


class Kit:
    """One of the two toolkits: its modules as attributes."""

    def __init__(self, root):
        self.root = root

    def __getattr__(self, name):
        with warnings.catch_warnings(action="ignore"):
            return importlib.import_module(f"{self.root}.{name}")

    def app(self, *routes, **options):
        return self.applications.Starlette(routes=list(routes), **options)

    def route(self, path, endpoint, **options):
        return self.routing.Route(path, endpoint, **options)

    def function(self, dispatch):
        return self.middleware.Middleware(
            self.__getattr__("middleware.base").BaseHTTPMiddleware, dispatch=dispatch
        )


OURS, THEIRS = Kit("asgi_nb.web"), Kit("starlette")


def on_both(do):
    """What `do(kit)` gives here and there; of an exception its class's name."""
    return named(do, OURS), named(do, THEIRS)


def named(do, kit):
    try:
        return do(kit)
    except Exception as exc:  # noqa: BLE001 - it is what is compared
        return type(exc).__name__


def call(app, scope=GET, *messages, is_slow=False):
    """What the app sends to a client that says this and then is silent; a name if it raises or waits."""
    sent = []
    pending = list(messages)

    async def receive():
        if is_slow:
            await anyio.lowlevel.checkpoint()
        if pending:
            return pending.pop(0)
        await anyio.sleep_forever()

    async def send(message):
        sent.append(message)
        if is_slow:
            await anyio.lowlevel.checkpoint()

    async def run():
        try:
            await app(dict(scope), receive, send)
        except Exception as exc:  # noqa: BLE001 - it is what is compared
            sent.append({"type": type(exc).__name__})
        ended.set()

    async def main():
        async with anyio.create_task_group() as task_group:
            task_group.start_soon(run)
            await anyio.wait_all_tasks_blocked()
            if not ended.is_set():
                sent.append({"type": "waits"})
            task_group.cancel_scope.cancel()

    ended = anyio.Event()
    anyio.run(main)
    return sent


def body(sent):
    return b"".join(message.get("body", b"") for message in sent)


def kinds(sent):
    return [message["type"] for message in sent]


def request(app, path="/", method="GET", **options):
    """The response of an app, a 500 if it raises."""

    async def main():
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, **options)

    return anyio.run(main)


def whole(kit):
    async def endpoint(request):
        return kit.responses.PlainTextResponse("tea")

    return endpoint


# Responses


@pytest.mark.parametrize(
    ("status", "method"),
    [(200, "HEAD"), (103, "GET"), (204, "GET"), (304, "GET")],
    ids=["head", "103", "204", "304"],
)
def test_a_response_that_has_no_body_sends_none(status, method):
    def answer(kit):
        return body(call(kit.responses.PlainTextResponse("tea", status), {**GET, "method": method}))

    assert on_both(answer) == (b"", b"tea")


@pytest.mark.parametrize("bad", ["a\r\nset-cookie: b=c", "a\0"], ids=["crlf", "nul"])
def test_a_header_cannot_end_a_header_line(bad):
    def answer(kit):
        return call(kit.responses.Response(headers={"x": bad}))[0]["headers"][0]

    ours, theirs = on_both(answer)
    assert ours == "ValueError"
    assert theirs == (b"x", bad.encode())


def test_a_header_of_a_handshake_cannot_end_a_header_line():
    def accept(kit):
        async def main():
            websocket, sent = socket(kit)
            await websocket.accept(headers=[(b"x", b"a\r\nset-cookie: b=1")])
            return sent[0]["headers"]

        return anyio.run(main)

    assert on_both(accept) == ("ValueError", [(b"x", b"a\r\nset-cookie: b=1")])


def test_a_handshake_is_denied_by_a_close_where_the_server_knows_nothing_else():
    def deny(kit):
        return kinds(
            call(kit.responses.PlainTextResponse("no", 403), HANDSHAKE, {"type": "websocket.connect"})
        )

    assert on_both(deny) == (
        ["websocket.close"],
        ["websocket.http.response.start", "websocket.http.response.body"],
    )


def test_a_handshake_is_refused_after_the_connect_message():
    def refuse(kit):
        received = []

        async def receive():
            received.append("websocket.connect")
            return {"type": "websocket.connect"}

        async def send(message):
            received.append(message["type"])

        anyio.run(kit.websockets.WebSocketClose(), HANDSHAKE, receive, send)
        return received

    assert on_both(refuse) == (["websocket.connect", "websocket.close"], ["websocket.close"])


def test_a_stream_is_closed_with_its_response():
    def leave(kit):
        closed = []

        async def chunks():
            try:
                yield b"a"
                yield b"b"
            finally:
                closed.append(True)

        async def lost(message):
            if message.get("body"):
                raise OSError("the client left")

        async def main():
            stream = chunks()
            with contextlib.suppress(kit.requests.ClientDisconnect):
                await kit.responses.StreamingResponse(stream)(NEW, None, lost)
            return closed.copy()

        return anyio.run(main)

    assert on_both(leave) == ([True], [])


def test_an_os_error_of_a_generator_is_its_own():
    def fail(kit):
        async def chunks():
            yield b"a"
            raise FileNotFoundError("no tea")

        return kinds(call(kit.responses.StreamingResponse(chunks()), NEW))[-1]

    assert on_both(fail) == ("FileNotFoundError", "ClientDisconnect")


def test_a_silent_stream_in_an_app_ends_with_its_client_from_2_4_too():
    def leave(kit):
        async def endpoint(request):
            async def chunks():
                yield b"a"
                await anyio.sleep_forever()

            return kit.responses.StreamingResponse(chunks())

        empty = {"type": "http.request", "body": b"", "more_body": False}
        return kinds(call(kit.app(kit.route("/", endpoint)), NEW, empty, LEFT))[-1]

    assert on_both(leave) == ("http.response.body", "waits")


def test_an_endpoint_may_read_while_it_answers():
    def echo(kit):
        async def endpoint(request):
            return kit.responses.StreamingResponse(request.stream())

        messages = [{"type": "http.request", "body": part, "more_body": True} for part in (b"a", b"b", b"c")]
        messages.append({"type": "http.request", "body": b"", "more_body": False})
        app = kit.app(kit.route("/", endpoint, methods=["POST"]))
        sent = call(app, {**OLD, "method": "POST"}, *messages, is_slow=True)
        return body(sent), kinds(sent)[-1]

    ours, theirs = on_both(echo)
    assert ours == (b"abc", "http.response.body")
    assert theirs[0] != b"abc"


def test_a_partitioned_cookie_needs_no_new_python():
    if sys.version_info >= (3, 14):
        pytest.skip("this Python's http.cookies knows partitioned cookies")

    def bake(kit):
        response = kit.responses.Response()
        response.set_cookie("a", "b", partitioned=True)
        return "Partitioned" in response.headers["set-cookie"]

    assert on_both(bake) == (True, "ValueError")


def test_json_may_have_no_content():
    def answer(kit):
        return kit.responses.JSONResponse().body

    assert on_both(answer) == (b"null", "TypeError")


@pytest.mark.parametrize(
    "options",
    [pytest.param({"path": "/;x"}, id="path"), pytest.param({"value": "\u2603"}, id="value")],
)
def test_a_cookie_cannot_have_an_attribute_put_in(options):
    def bake(kit):
        response = kit.responses.Response()
        response.set_cookie("a", **options)
        return response.headers["set-cookie"]

    ours, theirs = on_both(bake)
    assert ours == "ValueError"
    assert theirs != "ValueError"


def test_a_url_on_a_unix_socket_has_no_host():
    def read(kit):
        return str(kit.requests.Request({**GET, "server": ("/tmp/socket", None)}).url)

    assert on_both(read) == ("/", "http:///tmp/socket:None/")


# Requests


def test_asking_whether_the_client_left_keeps_the_body():
    def ask(kit):
        async def endpoint(request):
            await request.is_disconnected()
            return kit.responses.PlainTextResponse(await request.body())

        chunks = [
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.request", "body": b"b", "more_body": False},
        ]
        return body(call(kit.app(kit.route("/", endpoint)), GET, *chunks))

    assert on_both(ask) == (b"ab", b"b")


def test_what_is_not_json_is_the_clients_mistake():
    def send(kit):
        async def endpoint(request):
            return kit.responses.JSONResponse(await request.json())

        return request(
            kit.app(kit.route("/", endpoint, methods=["POST"])), "/", "POST", content=b"{"
        ).status_code

    assert on_both(send) == (400, 500)


def test_what_is_not_json_can_be_handled_as_before():
    def send(kit):
        async def endpoint(request):
            try:
                await request.json()
            except ValueError:
                return kit.responses.PlainTextResponse("handled")

        return request(kit.app(kit.route("/", endpoint, methods=["POST"])), "/", "POST", content=b"{").text

    assert on_both(send) == ("handled", "handled")


def test_a_form_in_the_url_encoding_needs_no_package(monkeypatch):
    monkeypatch.setattr(THEIRS.formparsers, "multipart", None)
    monkeypatch.setattr(THEIRS.requests, "parse_options_header", None)
    monkeypatch.setitem(sys.modules, "python_multipart.multipart", None)

    def send(kit):
        async def endpoint(request):
            return kit.responses.PlainTextResponse((await request.form())["a"])

        return request(kit.app(kit.route("/", endpoint, methods=["POST"])), "/", "POST", data={"a": "1"}).text

    assert on_both(send) == ("1", "Internal Server Error")


def test_a_query_string_may_be_any_bytes():
    def read(kit):
        return str(kit.requests.Request({**GET, "query_string": b"q=\xff"}).url)

    assert on_both(read) == ("/?q=%FF", "UnicodeDecodeError")


def test_a_number_sign_in_a_query_string_starts_no_fragment():
    def read(kit):
        request = kit.requests.Request({**GET, "query_string": b"q=a#b"})
        return request.url.query, request.query_params["q"]

    assert on_both(read) == (("q=a%23b", "a#b"), ("q=a", "a#b"))


# WebSockets


def socket(kit, *messages):
    sent = []
    pending = [{"type": "websocket.connect"}, *messages]

    async def receive():
        return pending.pop(0)

    async def send(message):
        sent.append(message)

    return kit.websockets.WebSocket(HANDSHAKE, receive, send), sent


def test_a_message_of_the_wrong_kind_closes_with_1003():
    def receive(kit):
        async def main():
            websocket, _ = socket(kit, {"type": "websocket.receive", "bytes": b"tea"})
            await websocket.accept()
            await websocket.receive_text()

        return anyio.run(main)

    assert on_both(receive) == ("WrongMessageKind", "KeyError")


def test_a_message_of_the_wrong_kind_can_be_handled_as_before():
    def receive(kit):
        async def main():
            websocket, sent = socket(kit, {"type": "websocket.receive", "bytes": b"tea"})
            await websocket.accept()
            try:
                await websocket.receive_text()
            except KeyError:
                await websocket.close(4400)
            return sent[-1]["code"]

        return anyio.run(main)

    assert on_both(receive) == (4400, 4400)


def test_json_that_is_sent_is_json():
    def send(kit):
        async def main():
            websocket, sent = socket(kit)
            await websocket.accept()
            await websocket.send_json(math.nan)
            return sent[-1]["text"]

        return anyio.run(main)

    assert on_both(send) == ("ValueError", "NaN")


def test_a_client_that_left_need_not_say_with_which_code():
    def receive(kit):
        async def main():
            websocket, _ = socket(kit, {"type": "websocket.disconnect"})
            await websocket.accept()
            try:
                await websocket.receive_text()
            except kit.websockets.WebSocketDisconnect as exc:
                return exc.code

        return anyio.run(main)

    assert on_both(receive) == (1005, "KeyError")


# Routing


def test_allow_names_the_methods_of_every_route_of_the_path():
    def ask(kit):
        app = kit.app(kit.route("/", whole(kit)), kit.route("/", whole(kit), methods=["POST"]))
        return set(request(app, "/", "PUT").headers["allow"].split(", "))

    assert on_both(ask) == ({"GET", "HEAD", "POST"}, {"GET", "HEAD"})


def test_a_newline_is_a_part_of_the_path():
    def ask(kit):
        return call(kit.app(kit.route("/x", whole(kit))), {**GET, "path": "/x\n"})[0]["status"]

    assert on_both(ask) == (404, 200)


def test_a_parameter_that_its_convertor_cannot_take_does_not_match():
    def ask(kit):
        return request(kit.app(kit.route("/{number:int}", whole(kit))), "/" + "9" * 5000).status_code

    assert on_both(ask) == (404, 500)


@pytest.mark.parametrize("path", ["/{number:float}", "/{number:float}x"])
def test_a_float_in_a_path_is_finite(path):
    def ask(kit):
        def endpoint(request):
            return kit.responses.JSONResponse(request.path_params["number"])

        return request(
            kit.app(kit.route(path, endpoint)), path.replace("{number:float}", "9" * 400)
        ).status_code

    assert on_both(ask) == (404, 500)


@pytest.mark.parametrize(("number", "theirs"), [(0.1, "/0.10000000000000000555"), (1e-30, "/0")])
def test_a_float_in_a_path_is_the_shortest_that_reads_back(number, theirs):
    def write(kit):
        return kit.app(kit.route("/{x:float}", whole(kit), name="x")).url_path_for("x", x=number)

    ours, got = on_both(write)
    assert float(ours[1:]) == number
    assert len(ours) <= 34
    assert got == theirs


@pytest.mark.parametrize("user", ["evil.com#", "evil.com?", "evil.com\\", "a@evil.com:1"])
def test_the_url_of_a_host_stays_below_it(user):
    def url(kit):
        inner = kit.routing.Router([kit.route("/", whole(kit), name="home")])
        app = kit.routing.Router([kit.routing.Host("{user}.a.org", inner, name="of")])
        return app.url_path_for("of:home", user=user).host

    assert on_both(url) == ("ConvertorError", f"{user}.a.org")


def test_a_mount_leaves_the_scope_of_its_caller_as_it_was():
    def mount(kit):
        scope = {**GET, "path": "/a/b", "root_path": ""}
        inner = kit.routing.Router([kit.route("/b", whole(kit))])
        app = kit.routing.Router([kit.routing.Mount("/a", app=inner)])

        async def main():
            async def send(message):
                pass

            await app(scope, None, send)

        anyio.run(main)
        return scope["root_path"], scope["route"].path

    assert on_both(mount) == (("", "/b"), ("/a", "/b"))


def test_routes_are_inserted_replaced_and_removed():
    def edit(kit):
        router = kit.routing.Router([kit.route("/a", whole(kit))])
        router.replace_route(router.routes[0], kit.route("/b", whole(kit)))
        return [request(router, path).status_code for path in ("/a", "/b")]

    assert on_both(edit) == ([404, 200], "AttributeError")


# What a programmer gets wrong


@pytest.mark.parametrize(
    ("do", "ours", "theirs"),
    [
        pytest.param(lambda kit: kit.route("x", None), "ValueError", "AssertionError", id="route"),
        pytest.param(
            lambda kit: kit.requests.Request(HANDSHAKE), "ValueError", "AssertionError", id="request"
        ),
        pytest.param(lambda kit: kit.routing.Mount("/a"), "TypeError", "AssertionError", id="mount"),
        pytest.param(lambda kit: kit.responses.Response(5), "TypeError", "AttributeError", id="content"),
        pytest.param(
            lambda kit: kit.responses.Response().set_cookie("a", samesite="x"),
            "ValueError",
            "AssertionError",
            id="samesite",
        ),
        pytest.param(
            lambda kit: kinds(call(kit.responses.StreamingResponse([5]), NEW))[-1],
            "TypeError",
            "AttributeError",
            id="chunk",
        ),
        pytest.param(
            lambda kit: kit.datastructures.MutableHeaders().append("x", 5),
            "TypeError",
            "AttributeError",
            id="header",
        ),
        pytest.param(
            lambda kit: anyio.run(kit.app(), {"type": "x"}, None, None),
            "ValueError",
            "AssertionError",
            id="scope",
        ),
        pytest.param(
            lambda kit: type(kit.staticfiles.StaticFiles()).__name__, "ValueError", "StaticFiles", id="static"
        ),
    ],
)
def test_a_mistake_is_an_error_of_the_class_that_fits(do, ours, theirs):
    assert on_both(do) == (ours, theirs)


# Apps


def test_a_plain_value_is_a_response():
    def ask(kit):
        async def endpoint(request):
            return {"tea": 1}

        response = request(kit.app(kit.route("/", endpoint)))
        return response.status_code, response.text

    assert on_both(ask) == ((200, '{"tea":1}'), (500, "Internal Server Error"))


def test_a_generator_is_a_stream():
    def ask(kit):
        async def endpoint(request):
            yield "a"
            yield "b"

        return request(kit.app(kit.route("/", endpoint))).text

    assert on_both(ask) == ("ab", "Internal Server Error")


def test_the_lifespan_of_a_mounted_app_runs():
    def run(kit):
        log = []

        @contextlib.asynccontextmanager
        async def lifespan(app):
            log.append("up")
            yield
            log.append("down")

        app = kit.app(kit.routing.Mount("/m", app=kit.app(lifespan=lifespan)))
        with kit.testclient.TestClient(app):
            pass
        return log

    assert on_both(run) == (["up", "down"], [])


def test_middleware_is_added_while_serving():
    def add(kit):
        async def tagging(request, call_next):
            response = await call_next(request)
            response.headers["x-tag"] = "1"
            return response

        app = kit.app(kit.route("/", whole(kit)))
        request(app)
        app.add_middleware(kit.__getattr__("middleware.base").BaseHTTPMiddleware, dispatch=tagging)
        return request(app).headers["x-tag"]

    assert on_both(add) == ("1", "RuntimeError")


def test_middleware_is_removed():
    def remove(kit):
        cors = kit.__getattr__("middleware.cors").CORSMiddleware
        app = kit.app(kit.route("/", whole(kit)), middleware=[kit.middleware.Middleware(cors)])
        app.remove_middleware(cors)
        return app.user_middleware

    assert on_both(remove) == ([], "AttributeError")


def test_a_500_can_be_answered_inside_the_middleware():
    def fail(kit):
        async def endpoint(request):
            raise ZeroDivisionError

        cors = kit.middleware.Middleware(
            kit.__getattr__("middleware.cors").CORSMiddleware, allow_origins=["*"]
        )
        app = kit.app(kit.route("/", endpoint), middleware=[cors], errors_inside_middleware=True)
        response = request(app, headers={"origin": "https://a.org"})
        return response.status_code, response.headers["access-control-allow-origin"]

    assert on_both(fail) == ((500, "*"), "TypeError")


# Function middleware


async def passing(request, call_next):
    return await call_next(request)


def test_context_variables_come_out_of_the_endpoint():
    def ask(kit):
        variable = ContextVar("variable", default="unset")
        seen = []

        async def endpoint(request):
            variable.set("set")
            return kit.responses.PlainTextResponse("tea")

        async def looking(request, call_next):
            response = await call_next(request)
            seen.append(variable.get())
            return response

        request(kit.app(kit.route("/", endpoint), middleware=[kit.function(looking)]))
        return seen

    assert on_both(ask) == (["set"], ["unset"])


def test_a_whole_response_stays_one_message():
    def ask(kit):
        app = kit.app(kit.route("/", whole(kit)), middleware=[kit.function(passing)])
        return [message["body"] for message in call(app)[1:]]

    assert on_both(ask) == ([b"tea"], [b"tea", b""])


def test_a_whole_body_can_be_read_and_still_be_sent():
    def ask(kit):
        async def reading(request, call_next):
            response = await call_next(request)
            [chunk async for chunk in response.body_iterator]
            return response

        return request(kit.app(kit.route("/", whole(kit)), middleware=[kit.function(reading)])).content

    ours, theirs = on_both(ask)
    assert ours == b"tea"
    assert theirs != b"tea"


def test_the_inner_app_can_be_called_again():
    def ask(kit):
        bodies = []

        async def endpoint(request):
            bodies.append(await request.body())
            return kit.responses.PlainTextResponse("tea", 503 if len(bodies) == 1 else 200)

        async def trying(request, call_next):
            await request.body()
            response = await call_next(request)
            return await call_next(request) if response.status_code == 503 else response

        app = kit.app(kit.route("/", endpoint, methods=["POST"]), middleware=[kit.function(trying)])
        return request(app, "/", "POST", content=b"tea").status_code, bodies

    assert on_both(ask) == ((200, [b"tea", b"tea"]), (500, [b"tea"]))


def test_the_error_of_a_stream_is_raised_where_it_is_read():
    def read(kit):
        async def chunks():
            yield b"te"
            raise ZeroDivisionError

        async def endpoint(request):
            return kit.responses.StreamingResponse(chunks())

        async def whole(request, call_next):
            response = await call_next(request)
            return kit.responses.Response(b"".join([chunk async for chunk in response.body_iterator]))

        response = request(kit.app(kit.route("/", endpoint), middleware=[kit.function(whole)]))
        return response.status_code, response.text

    # There half a body was sent as if it were the whole.
    assert on_both(read) == ((500, "Internal Server Error"), (200, "te"))


def test_a_pushed_path_passes():
    def push(kit):
        async def pushing(scope, receive, send):
            await send({"type": "http.response.push", "path": "/x", "headers": []})
            await kit.responses.PlainTextResponse("tea")(scope, receive, send)

        middleware = kit.__getattr__("middleware.base").BaseHTTPMiddleware
        return kinds(call(middleware(pushing, dispatch=passing)))[0]

    assert on_both(push) == ("http.response.push", "AssertionError")


def test_trailers_pass():
    def trail(kit):
        async def trailing(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
            await send({"type": "http.response.body", "body": b"tea"})
            await send({"type": "http.response.trailers", "headers": [(b"x", b"1")]})

        middleware = kit.__getattr__("middleware.base").BaseHTTPMiddleware
        return "http.response.trailers" in kinds(call(middleware(trailing, dispatch=passing)))

    assert on_both(trail) == (True, False)


# Other middleware


@pytest.mark.parametrize(("status", "method"), [(200, "HEAD"), (204, "GET"), (304, "GET")])
def test_where_there_is_no_body_nothing_is_compressed(status, method):
    def ask(kit):
        content = bytes(2000) if status == 200 else b""
        gzip = kit.__getattr__("middleware.gzip").GZipMiddleware
        scope = {**GET, "method": method, "headers": [(b"accept-encoding", b"gzip")]}
        return len(body(call(gzip(kit.responses.Response(content, status), minimum_size=0), scope)))

    ours, theirs = on_both(ask)
    assert ours == 0
    assert theirs > 0


@pytest.mark.parametrize("data", [b"WzFd", b"nonsense!"], ids=["list", "not-base64"])
def test_a_session_that_cannot_be_read_is_a_new_one(data):
    def ask(kit):
        async def endpoint(request):
            return kit.responses.JSONResponse(dict(request.session))

        sessions = kit.__getattr__("middleware.sessions").SessionMiddleware
        app = kit.app(
            kit.route("/", endpoint), middleware=[kit.middleware.Middleware(sessions, secret_key="secret")]
        )
        cookie = itsdangerous.TimestampSigner("secret").sign(data).decode()
        return request(app, headers={"cookie": f"session={cookie}"}).status_code

    assert on_both(ask) == (200, 500)


def test_the_debug_page_runs_no_script():
    def fail(kit):
        async def endpoint(request):
            raise ZeroDivisionError

        app = kit.app(kit.route("/", endpoint), debug=True)
        return "<script" in request(app, headers={"accept": "text/html"}).text

    assert on_both(fail) == (False, True)


def test_a_wsgi_environ_is_as_pep_3333_has_it():
    def build(kit):
        wsgi = kit.__getattr__("middleware.wsgi")
        environ = wsgi.build_environ({**GET, "server": ("host", 80), "http_version": "1.1"}, b"")
        return environ["SERVER_PORT"], environ["wsgi.errors"] is sys.stderr

    assert on_both(build) == (("80", True), (80, False))


def test_the_path_of_a_wsgi_environ_starts_with_a_slash():
    def build(kit):
        wsgi = kit.__getattr__("middleware.wsgi")
        environ = wsgi.build_environ(
            {**GET, "root_path": "/app/", "path": "/app/tea", "http_version": "1.1"}, b""
        )
        return environ["SCRIPT_NAME"], environ["PATH_INFO"]

    assert on_both(build) == (("/app", "/tea"), ("/app/", "tea"))


# Other middleware


def test_gzip_may_be_refused():
    def ask(kit):
        gzip = kit.__getattr__("middleware.gzip").GZipMiddleware
        app = kit.app(
            kit.route("/", whole(kit)), middleware=[kit.middleware.Middleware(gzip, minimum_size=0)]
        )
        return request(app, headers={"accept-encoding": "gzip;q=0"}).headers.get("content-encoding")

    assert on_both(ask) == (None, "gzip")


def test_a_trusted_host_is_the_only_one():
    def ask(kit):
        trusted = kit.__getattr__("middleware.trustedhost").TrustedHostMiddleware
        app = trusted(kit.responses.PlainTextResponse("hello"), allowed_hosts=["a.org"])
        hosts = [(b"host", b"a.org"), (b"host", b"evil.org")]
        return call(app, {**GET, "headers": hosts})[0]["status"]

    assert on_both(ask) == (400, 200)


def test_one_text_is_one_origin():
    def ask(kit):
        cors = kit.__getattr__("middleware.cors").CORSMiddleware
        return cors(None, allow_origins="https://a.org").is_allowed_origin("https://a.o")

    assert on_both(ask) == (False, True)


# Static files


def test_static_files_alone_answer_their_errors(tmp_path):
    def ask(kit):
        files = kit.staticfiles.StaticFiles(directory=tmp_path)
        return request(files, "/none").status_code, kinds(call(files, {**GET, "path": "/none"}))[0]

    assert on_both(ask) == ((404, "http.response.start"), (500, "HTTPException"))


@pytest.mark.parametrize("position", ["+1", "1_0"])
def test_a_range_is_of_digits(tmp_path, position):
    (tmp_path / "tea.txt").write_text("tea" * 10)

    def ask(kit):
        response = kit.responses.FileResponse(tmp_path / "tea.txt")
        return request(response, headers={"range": f"bytes={position}-20"}).status_code

    assert on_both(ask) == (400, 206)


def test_a_file_that_was_just_removed_is_not_found(tmp_path):
    def race(kit):
        class Racing(kit.staticfiles.StaticFiles):
            def lookup_path(self, path):
                found = super().lookup_path(path)
                (tmp_path / "tea.txt").unlink()
                return found

        (tmp_path / "tea.txt").write_text("tea")
        return request(Racing(directory=tmp_path), "/tea.txt").status_code

    # There it is noticed once the status was sent.
    assert on_both(race) == (404, 200)


def test_no_response_is_sent_in_an_accepted_session():
    def fail(kit):
        async def endpoint(websocket):
            await websocket.accept()
            raise kit.exceptions.HTTPException(403)

        app = kit.app(kit.routing.WebSocketRoute("/", endpoint))
        return kinds(call(app, HANDSHAKE, {"type": "websocket.connect"}))[1:]

    assert on_both(fail) == (
        ["RuntimeError"],
        ["websocket.http.response.start", "websocket.http.response.body"],
    )


# Test clients


def test_a_websocket_of_a_test_has_the_host_of_the_client():
    def connect(kit):
        async def endpoint(websocket):
            await websocket.accept()
            await websocket.send_text(str(websocket.url))
            await websocket.close()

        app = kit.app(kit.routing.WebSocketRoute("/api/ws", endpoint))
        client = kit.testclient.TestClient(app, base_url="https://example.org/api")
        with client.websocket_connect("/api/ws") as session:
            return session.receive_text()

    assert on_both(connect) == ("wss://example.org/api/ws", "ws://testserver/api/ws")


def test_a_test_that_is_a_coroutine_has_a_client():
    def ask(kit):
        async def main():
            async with kit.testclient.AsyncTestClient(kit.app(kit.route("/", whole(kit)))) as client:
                return (await client.get("/")).text

        return anyio.run(main)

    assert on_both(ask) == ("tea", "AttributeError")
