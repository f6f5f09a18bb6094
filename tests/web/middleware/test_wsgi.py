"""A WSGI application runs in a worker thread, and both of its bodies cross over piece by piece."""

import importlib
import sys
import threading
import warnings
from wsgiref.validate import validator

import anyio
import httpx2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.exceptions import StarletteDeprecationWarning
from asgi_nb.web.requests import ClientDisconnect
from asgi_nb.web.routing import Mount

# Whoever imports it first is warned; that need not be this file.
with warnings.catch_warnings(action="ignore", category=StarletteDeprecationWarning):
    from asgi_nb.web.middleware.wsgi import WSGIMiddleware, build_environ

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.4"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "https",
    "path": "/",
    "query_string": b"",
    "headers": [],
    "server": ("example.org", 443),
    "client": ("192.0.2.1", 1234),
}


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hel", b"", b"lo"]


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [body]


def client(app):
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver")


class Wire:
    """A server's end of one request: what it has to say, and what it was told."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.sent = []

    async def receive(self):
        if self.messages:
            return self.messages.pop(0)
        return await anyio.sleep_forever()

    async def send(self, message):
        self.sent.append(message)

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)

    async def run(self, app, **scope):
        await WSGIMiddleware(app)({**SCOPE, **scope}, self.receive, self.send)


END = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}


def test_importing_it_points_to_a2wsgi():
    with pytest.warns(StarletteDeprecationWarning, match="a2wsgi"):
        importlib.reload(sys.modules["asgi_nb.web.middleware.wsgi"])


@pytest.mark.anyio
async def test_a_response_comes_through_with_status_headers_and_body():
    async with client(WSGIMiddleware(hello)) as http:
        response = await http.get("/")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain"
    assert response.text == "hello"


@pytest.mark.anyio
async def test_the_reference_validator_finds_nothing_wrong():
    def app(environ, start_response):
        environ["wsgi.input"].read(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"fine"]

    async with client(WSGIMiddleware(validator(app))) as http:
        response = await http.post("/a/b?q=1", content=b"0123456789")

    assert response.text == "fine"


@pytest.mark.anyio
async def test_the_application_runs_in_a_worker_thread():
    threads = []

    def app(environ, start_response):
        threads.append(threading.current_thread())
        return hello(environ, start_response)

    await Wire(END).run(app)

    assert threads != [threading.current_thread()]


@pytest.mark.anyio
async def test_a_body_in_pieces_is_read_as_one_file():
    pieces = [
        {"type": "http.request", "body": b"one\ntw", "more_body": True},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": b"o\nthree", "more_body": False},
    ]

    def app(environ, start_response):
        lines = [environ["wsgi.input"].readline(), *environ["wsgi.input"], environ["wsgi.input"].read(5)]
        start_response("200 OK", [])
        return [b"|".join(lines)]

    wire = Wire(*pieces)
    await wire.run(app, method="POST")

    assert wire.body == b"one\n|two\n|three|"


@pytest.mark.anyio
async def test_a_large_body_survives_the_way_there_and_back():
    content = bytes(range(256)) * 2_000

    async with client(WSGIMiddleware(echo)) as http:
        response = await http.post("/", content=content)

    assert response.content == content


@pytest.mark.anyio
async def test_nothing_is_received_that_the_application_does_not_read():
    wire = Wire(END)

    await wire.run(hello)

    assert wire.messages == [END]


@pytest.mark.anyio
async def test_each_piece_of_the_response_is_taken_before_the_next_is_made():
    made, taken = [], []

    def app(environ, start_response):
        start_response("200 OK", [])
        for number in range(3):
            made.append((number, len(taken)))
            yield b"%d" % number

    async def send(message):
        # The application would be ahead here if anything queued its pieces.
        await anyio.lowlevel.checkpoint()
        if message.get("body"):
            taken.append(message["body"])

    await WSGIMiddleware(app)(dict(SCOPE), Wire(END).receive, send)

    assert made == [(0, 0), (1, 1), (2, 2)]
    assert taken == [b"0", b"1", b"2"]


@pytest.mark.anyio
async def test_nothing_is_sent_before_the_first_byte_so_that_an_error_can_still_be_answered():
    def app(environ, start_response):
        start_response("200 OK", [("x-first", "1")])
        yield b""
        try:
            raise RuntimeError("too late for 200")
        except RuntimeError:
            start_response("500 Oh", [("x-second", "1")], sys.exc_info())
        yield b"sorry"

    wire = Wire(END)
    with pytest.raises(RuntimeError, match="too late for 200"):
        await wire.run(app)

    assert wire.sent[0] == {"type": "http.response.start", "status": 500, "headers": [(b"x-second", b"1")]}
    assert wire.body == b"sorry"
    assert wire.sent[-1]["more_body"] is False


@pytest.mark.anyio
async def test_an_error_after_the_first_byte_is_raised_into_the_application():
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"x"
        try:
            raise RuntimeError("half way")
        except RuntimeError:
            start_response("500 Oh", [], sys.exc_info())

    wire = Wire(END)
    with pytest.raises(RuntimeError, match="half way"):
        await wire.run(app)

    assert wire.sent[0]["status"] == 200


@pytest.mark.anyio
async def test_write_sends_at_once():
    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"by write, ")
        return [b"by return"]

    wire = Wire(END)
    await wire.run(app)

    assert wire.body == b"by write, by return"


@pytest.mark.anyio
async def test_what_the_application_returned_is_closed_also_after_an_error():
    closed = []

    class Body:
        def __iter__(self):
            yield b"x"
            raise RuntimeError("broken body")

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body()

    with pytest.raises(RuntimeError, match="broken body"):
        await Wire(END).run(app)

    assert closed == [True]


@pytest.mark.anyio
async def test_a_response_without_a_body_has_a_start_and_an_end():
    def app(environ, start_response):
        start_response("204 No Content", [])
        return []

    wire = Wire(END)
    await wire.run(app)

    assert [(m["type"], m.get("more_body")) for m in wire.sent] == [
        ("http.response.start", None),
        ("http.response.body", False),
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"h", b"e", b"", b"llo"], id="right"),
        pytest.param([b"h", b"e"], id="too-short"),
        pytest.param([b"hello", b"x"], id="too-long"),
    ],
)
async def test_a_head_request_gets_no_body(pieces):
    def app(environ, start_response):
        hello(environ, start_response)
        return pieces

    wire = Wire(END)
    await wire.run(app, method="HEAD")

    assert wire.sent == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
        },
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]


@pytest.mark.anyio
async def test_a_response_ends_with_the_last_byte_that_it_announced():
    sent_at_close = None

    def app(environ, start_response):
        nonlocal sent_at_close
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        try:
            yield b"hel"
            yield b"lo"
        finally:
            sent_at_close = list(wire.sent)

    wire = Wire(END)
    await wire.run(app)

    assert [(m.get("body"), m.get("more_body")) for m in wire.sent[1:]] == [(b"hel", True), (b"lo", False)]
    assert sent_at_close == wire.sent


@pytest.mark.anyio
async def test_a_content_length_that_is_no_number_is_left_to_the_server():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "five")])
        return [b"hello"]

    wire = Wire(END)
    await wire.run(app)

    assert wire.sent[0]["headers"] == [(b"content-length", b"five")]
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def silent(environ, start_response):
    return [b"x"]


def textual(environ, start_response):
    start_response("200 OK", [])
    return ["text"]


def twice(environ, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def statusless(environ, start_response):
    start_response("OK", [])
    return []


def generous(environ, start_response):
    start_response("200 OK", [("content-length", "1")])
    return [b"x", b"yz"]


def splitting(environ, start_response):
    start_response("200 OK", [("x", "a\r\nb")])
    return []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("app", "error", "text"),
    [
        pytest.param(silent, RuntimeError, "did not call start_response", id="no-start"),
        pytest.param(textual, TypeError, "body as bytes, got str", id="text-body"),
        pytest.param(twice, RuntimeError, "start_response twice", id="two-starts"),
        pytest.param(statusless, ValueError, "like '200 OK', got 'OK'", id="bad-status"),
        pytest.param(generous, RuntimeError, "2 bytes more than its Content-Length", id="too-long"),
        pytest.param(splitting, ValueError, "CR, LF or NUL", id="bad-header"),
    ],
)
async def test_a_mistake_of_the_application_is_an_error_that_says_so(app, error, text):
    with pytest.raises(error, match=text):
        await Wire(END).run(app)


@pytest.mark.anyio
async def test_a_client_that_leaves_while_it_uploads_is_an_oserror_in_the_application():
    seen = []

    def app(environ, start_response):
        try:
            environ["wsgi.input"].read()
        except OSError as exc:
            seen.append(str(exc))
            raise

    part = {"type": "http.request", "body": b"x", "more_body": True}
    with pytest.raises(ClientDisconnect):
        await Wire(part, GONE).run(app, method="POST")

    assert seen == ["the client left before the whole body was read"]


@pytest.mark.anyio
async def test_a_send_that_fails_ends_an_endless_response():
    closed = threading.Event()

    def app(environ, start_response):
        start_response("200 OK", [])
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    sent = []

    async def send(message):
        sent.append(message)
        if len(sent) > 3:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await WSGIMiddleware(app)(dict(SCOPE), Wire(END).receive, send)

    assert closed.is_set()


@pytest.mark.anyio
@pytest.mark.parametrize("reads", [True, False], ids=["reads-the-body", "leaves-the-body"])
async def test_a_client_that_leaves_ends_an_endless_response_where_send_does_not_tell(reads):
    closed = threading.Event()
    sent = anyio.Event()

    def app(environ, start_response):
        if reads:
            environ["wsgi.input"].read()
        start_response("200 OK", [])
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    messages = [END]

    async def receive():
        if messages:
            return messages.pop()
        await sent.wait()
        return GONE

    async def send(message):
        # As uvicorn's after a disconnect, it never waits.
        sent.set()

    scope = {**SCOPE, "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "POST"}
    await WSGIMiddleware(app)(scope, receive, send)

    assert closed.is_set()


@pytest.mark.anyio
async def test_a_mount_becomes_the_script_name():
    def app(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode("latin-1")]

    async with client(App(routes=[Mount("/sub", WSGIMiddleware(app))])) as http:
        response = await http.get("/sub/caf%C3%A9")

    assert response.text == "/sub /café"


@pytest.mark.parametrize(
    ("root_path", "path", "script_name", "path_info"),
    [
        pytest.param("", "/a", "", "/a", id="no-root"),
        pytest.param("/root", "/root/a", "/root", "/a", id="root"),
        pytest.param("/root", "/root", "/root", "", id="root-alone"),
        pytest.param("/root/", "/root/a", "/root", "/a", id="root-with-slash"),
        pytest.param("/root", "/rooted", "/root", "/rooted", id="no-boundary"),
        pytest.param("/root", "/a", "/root", "/a", id="stripped-by-the-server"),
        pytest.param("/☃", "/☃/☕", "/\xe2\x98\x83", "/\xe2\x98\x95", id="not-latin-1"),
    ],
)
def test_the_path_is_split_at_the_root_path(root_path, path, script_name, path_info):
    environ = build_environ({**SCOPE, "root_path": root_path, "path": path}, b"")

    assert environ["SCRIPT_NAME"] == script_name
    assert environ["PATH_INFO"] == path_info


def test_the_environ_says_what_the_scope_says():
    headers = [
        (b"host", b"example.org"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"4"),
        (b"x-id", b"1"),
        (b"x-id", b"2"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x_forwarded_for", b"spoofed"),
    ]

    environ = build_environ({**SCOPE, "query_string": b"a=\xff", "headers": headers}, b"body")

    assert environ.pop("wsgi.input").read() == b"body"
    assert environ == {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "a=\xff",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "443",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_PORT": "1234",
        "HTTP_HOST": "example.org",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "4",
        "HTTP_X_ID": "1,2",
        "HTTP_COOKIE": "a=1; b=2",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


@pytest.mark.parametrize("server", [None, ("/run/app.sock", None)], ids=["none", "unix"])
def test_a_server_without_a_port_still_has_a_name_and_a_port(server):
    environ = build_environ({**SCOPE, "server": server, "client": None}, b"")

    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("localhost", "80")
    assert "REMOTE_ADDR" not in environ


@pytest.mark.anyio
async def test_a_websocket_is_refused():
    wire = Wire({"type": "websocket.connect"})

    await wire.run(hello, type="websocket")

    assert [message["type"] for message in wire.sent] == ["websocket.close"]


@pytest.mark.anyio
async def test_another_scope_is_an_error():
    with pytest.raises(ValueError, match="got 'lifespan'"):
        await Wire().run(hello, type="lifespan")
