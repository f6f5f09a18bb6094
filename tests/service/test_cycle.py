"""What goes over the wire for what an app sends: the same with either parser, and as uvicorn has it."""

import asyncio
import contextvars
import http.client
import re
import socket
import threading
import weakref

import pytest

from asgi_nb.service import cycle, protocols, server
from asgi_nb.service.protocols import Config


def start(*headers, status=200):
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data=b"", more_body=False):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


LENGTH_3 = (b"content-length", b"3")


@pytest.fixture(params=["httptools", "h11"])
def parser(request, monkeypatch):
    if request.param == "h11":
        monkeypatch.setattr(server, "http_protocol", lambda: protocols.LimitedH11)
    return request.param


@pytest.fixture
def play(serve):
    """Serve an app that answers with these messages, whatever it is asked."""

    def play(*messages):
        async def app(scope, receive, send):
            if scope["type"] != "lifespan":
                for message in messages:
                    await send(message)

        return serve(app)

    return play


@pytest.fixture
def connect():
    """Open a connection for bytes, closed after the test."""
    opened = []

    def connect(service):
        opened.append(socket.create_connection(("127.0.0.1", service.port), timeout=10))
        return opened[-1]

    yield connect
    for peer in opened:
        peer.close()


def request(service, path="/", *headers, method="GET", version="1.1", content=b""):
    head = [f"{method} {path} HTTP/{version}", f"host: 127.0.0.1:{service.port}", *headers, "", ""]
    return "\r\n".join(head).encode() + content


LAST = "connection: close"


def fields(head):
    """The lines of a head but for those that the server adds."""
    lines = head.split(b"\r\n")
    return [line for line in lines if not line.lower().startswith((b"date:", b"server:"))]


@pytest.mark.parametrize(
    ("method", "messages", "expected"),
    [
        pytest.param(
            "GET",
            [start(LENGTH_3), body(b"tea")],
            b"HTTP/1.1 200 OK|content-length: 3|connection: close||tea",
            id="length",
        ),
        pytest.param(
            "GET",
            [start(LENGTH_3, (b"X-A", b"b\tc")), body(b"t", True), body(b"ea", True), body()],
            b"HTTP/1.1 200 OK|content-length: 3|x-a: b\tc|connection: close||tea",
            id="length-in-pieces",
        ),
        pytest.param(
            "GET",
            [start(), body(b"tea", True), body(b"", True), body(b"pot")],
            b"HTTP/1.1 200 OK|connection: close|transfer-encoding: chunked||3|tea|3|pot|0||",
            id="chunks",
        ),
        pytest.param(
            "GET",
            [start((b"transfer-encoding", b"chunked"), LENGTH_3), body(b"tea")],
            b"HTTP/1.1 200 OK|transfer-encoding: chunked|content-length: 3|connection: close||3|tea|0||",
            id="chunks-of-the-apps-own",
        ),
        pytest.param(
            "GET",
            [start(), body()],
            b"HTTP/1.1 200 OK|connection: close|transfer-encoding: chunked||0||",
            id="nothing-in-chunks",
        ),
        pytest.param(
            "HEAD",
            [start(LENGTH_3), body(b"tea")],
            b"HTTP/1.1 200 OK|content-length: 3|connection: close||",
            id="head",
        ),
        pytest.param(
            "HEAD", [start(), body(b"tea")], b"HTTP/1.1 200 OK|connection: close||", id="head-stream"
        ),
        pytest.param(
            "GET",
            [start(status=204), body()],
            b"HTTP/1.1 204 No Content|connection: close||",
            id="no-content",
        ),
        pytest.param(
            "GET",
            [start(status=304), body()],
            b"HTTP/1.1 304 Not Modified|connection: close||",
            id="not-modified",
        ),
        pytest.param(
            "GET",
            [start(LENGTH_3, (b"connection", b"Close, x"), status=418), body(b"tea")],
            b"HTTP/1.1 418 I'm a Teapot|content-length: 3|connection: Close, x||tea",
            id="closed-by-the-app",
        ),
        pytest.param(
            "GET",
            [start(LENGTH_3, status=299), body(bytearray(b"tea"))],
            b"HTTP/1.1 299 |content-length: 3|connection: close||tea",
            id="unnamed-status-and-bytearray",
        ),
    ],
)
def test_what_an_app_sends_goes_over_the_wire(play, talk, method, messages, expected):
    service = play(*messages)

    answer = talk(service, request(service, "/", LAST, method=method))

    assert b"|".join(fields(answer)) == expected


def test_a_body_that_is_not_joined_to_its_head_comes_whole(play, talk):
    content = bytes(range(256)) * 300
    service = play(start((b"content-length", b"%d" % len(content))), body(content))

    answer = talk(service, request(service, "/", LAST))

    assert answer.partition(b"\r\n\r\n")[2] == content


def test_an_answer_has_one_date_and_one_server(play, talk):
    service = play(start(LENGTH_3), body(b"tea"))

    head = talk(service, request(service, "/", LAST)).partition(b"\r\n\r\n")[0]

    assert len(re.findall(rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", head)) == 1
    assert head.count(b"\r\nserver: uvicorn") == 1


def test_a_client_of_http_1_0_gets_its_answer_and_the_end(parser, play, talk):
    service = play(start(LENGTH_3), body(b"tea"))

    answer = talk(service, request(service, version="1.0"))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\ntea")


def test_a_connection_is_used_again_until_its_client_has_enough(parser, play, talk):
    service = play(start(LENGTH_3), body(b"tea"))

    answer = talk(service, request(service) * 2 + request(service, "/", LAST))

    assert answer.count(b"HTTP/1.1 200 OK") == answer.count(b"\r\n\r\ntea") == 3
    assert answer.lower().count(b"connection: close") == 1


def test_requests_that_come_at_once_are_answered_one_after_the_other(parser, serve, talk):
    under_way = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        assert not under_way
        under_way.append(scope["path"])
        await asyncio.sleep(0)
        await send(start((b"content-length", b"2")))
        await asyncio.sleep(0)
        under_way.clear()
        await send(body(scope["path"].encode()))

    service = serve(app)
    paths = [f"/{number}" for number in range(9)]

    answer = talk(service, b"".join(request(service, path) for path in paths) + request(service, "/z", LAST))

    assert re.findall(rb"\r\n\r\n(/.)", answer) == [path.encode() for path in [*paths, "/z"]]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        pytest.param((b"x-a", b"b\r\nx-c: d"), "control character", id="line-break"),
        pytest.param((b"x-a", b"b\nc"), "control character", id="newline"),
        pytest.param((b"x-a", b"b\x00"), "control character", id="null"),
        pytest.param((b"x-a", b"\x7f"), "control character", id="delete"),
        pytest.param((b"x-a:", b"b"), "name of a header", id="colon"),
        pytest.param((b"x a", b"b"), "name of a header", id="space"),
        pytest.param((b"x-a\r\n", b"b"), "name of a header", id="line-break-in-a-name"),
    ],
)
def test_a_header_that_could_begin_another_one_is_refused(play, talk, field, words):
    service = play(start(LENGTH_3, field), body(b"tea"))

    for _ in range(2):
        answer = talk(service, request(service, "/", LAST))
        assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
        assert b"x-" not in answer
    assert words in service.log[-1].exc_text


def test_names_that_an_app_makes_up_are_not_remembered_without_end(play, talk):
    made_up = [(b"x-%d" % number, b"") for number in range(cycle.NAME_LIMIT + 10)]
    service = play(start(LENGTH_3, *made_up), body(b"tea"))

    answer = talk(service, request(service, "/", LAST))

    assert len(cycle._names) <= cycle.NAME_LIMIT
    assert all(name + b": \r\n" in answer for name, _ in made_up)


@pytest.mark.parametrize(
    ("messages", "words", "sent"),
    [
        pytest.param([start(LENGTH_3), body(b"teapot")], "longer", b"", id="longer"),
        pytest.param([start(LENGTH_3), body(b"te")], "shorter", b"te", id="shorter"),
        pytest.param([start(LENGTH_3), body(b"te", True)], "without completing response", b"te", id="no-end"),
        pytest.param([start(LENGTH_3)], "without completing response", b"", id="head-only"),
        pytest.param([start(LENGTH_3), start()], "'http.response.body', got", b"", id="two-starts"),
    ],
)
def test_an_answer_that_goes_wrong_is_cut_after_what_was_sent(play, talk, messages, words, sent):
    service = play(*messages)

    answer = talk(service, request(service))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    assert answer.partition(b"\r\n\r\n")[2] == sent
    # The coroutine's end may come after the connection's.
    service.stop()
    record = service.log[-1]
    assert words in f"{record.getMessage()} {record.exc_text}"


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        pytest.param([body(b"tea")], "'http.response.start', got", id="no-start"),
        pytest.param([], "without starting response", id="nothing"),
        pytest.param([{"type": "http.response.start"}], "KeyError: 'status'", id="no-status"),
        pytest.param([start((b"content-length", b"x"), status=200)], "invalid literal", id="no-length"),
    ],
)
def test_an_app_that_does_not_begin_its_answer_gets_one(play, talk, messages, words):
    service = play(*messages)

    answer = talk(service, request(service))

    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert answer.endswith(b"connection: close\r\n\r\nInternal Server Error")
    service.stop()
    record = service.log[-1]
    assert words in f"{record.getMessage()} {record.exc_text}"


def test_the_head_of_a_stream_comes_at_once(parser, serve, connect):
    goes_on = threading.Event()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send(start((b"content-type", b"text/event-stream")))
        await asyncio.to_thread(goes_on.wait, 10)
        await send(body(b"data: tea\n\n"))

    service = serve(app)
    peer = connect(service)
    peer.sendall(request(service, "/", LAST))
    head = peer.recv(65536)
    goes_on.set()

    assert head.endswith(b"\r\n\r\n")
    assert b"data: tea" in b"".join(iter(lambda: peer.recv(65536), b""))


def test_a_body_is_given_as_it_comes_and_its_end_once(parser, serve, connect):
    seen = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send(start())
        more = True
        while more:
            message = await receive()
            assert type(message["body"]) is bytes
            seen.append(message["body"])
            more = message["more_body"]
            await send(body(b"%d" % len(message["body"]), True))
        await send(body())

    service = serve(app)
    peer = connect(service)
    peer.sendall(request(service, "/", "content-length: 6", LAST, method="POST"))
    while not peer.recv(65536).endswith(b"\r\n\r\n"):
        pass
    peer.sendall(b"tea")
    assert b"3" in peer.recv(65536)
    peer.sendall(b"pot")
    rest = b"".join(iter(lambda: peer.recv(65536), b""))

    assert rest.endswith(b"0\r\n\r\n")
    assert b"".join(seen) == b"teapot"


def test_a_large_body_waits_until_it_is_read(parser, serve):
    most = 0
    content = bytes(1 << 20) * 8

    async def app(scope, receive, send):
        nonlocal most
        if scope["type"] == "lifespan":
            return
        size, more = 0, True
        while more:
            message = await receive()
            most = max(most, len(message["body"]))
            size += len(message["body"])
            more = message["more_body"]
            await asyncio.sleep(0)
        await send(start())
        await send(body(b"%d" % size))

    service = serve(app)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    connection.request("POST", "/", content)

    assert connection.getresponse().read() == b"%d" % len(content)
    assert most < len(content) // 2
    connection.close()


def test_an_app_that_sends_faster_than_it_is_read_waits(parser, serve, connect):
    sent = 0
    filled = threading.Event()

    async def app(scope, receive, send):
        nonlocal sent
        if scope["type"] == "lifespan":
            return
        await send(start())
        asyncio.get_running_loop().call_later(0.3, filled.set)
        for _ in range(1000):
            await send(body(bytes(1 << 16), True))
            sent += 1
        await send(body())

    service = serve(app)
    peer = connect(service)
    peer.sendall(request(service, "/", LAST))
    assert filled.wait(10)
    waiting_at = sent
    received = 0
    while data := peer.recv(1 << 20):
        received += len(data)

    assert waiting_at < 1000
    assert received > 1000 << 16


def test_who_waits_for_the_client_is_told_that_it_has_gone(parser, serve, connect):
    told = []
    waiting, gone = threading.Event(), threading.Event()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await receive()
        await send(start())
        await send(body(b"tick", True))
        waiting.set()
        told.append(await receive())
        # Nobody is there to get it, and that is no error.
        await send(body(b"tock"))
        told.append(await receive())
        gone.set()

    service = serve(app)
    peer = connect(service)
    peer.sendall(request(service))
    assert waiting.wait(10)
    peer.close()

    assert gone.wait(10)
    assert told == [{"type": "http.disconnect"}] * 2
    service.stop()
    assert [record.getMessage() for record in service.log if record.levelname == "ERROR"] == []


def test_the_end_of_the_answer_wakes_who_waits_beside_it(parser, serve, talk):
    told = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await receive()
        watching = asyncio.create_task(receive())
        await asyncio.sleep(0)
        await send(start(LENGTH_3))
        await send(body(b"tea"))
        told.append(await watching)

    service = serve(app)

    assert talk(service, request(service, "/", LAST)).endswith(b"tea")
    service.stop()
    assert told == [{"type": "http.disconnect"}]


def test_a_client_that_waits_for_leave_gets_it_when_the_app_reads(parser, serve, connect):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        message = await receive()
        while message["more_body"]:
            rest = await receive()
            message = {**rest, "body": message["body"] + rest["body"]}
        await send(start(LENGTH_3))
        await send(body(message["body"]))

    service = serve(app)
    peer = connect(service)
    peer.sendall(request(service, "/", "content-length: 3", "expect: 100-continue", LAST, method="POST"))
    leave = peer.recv(65536)
    peer.sendall(b"tea")
    answer = b"".join(iter(lambda: peer.recv(65536), b""))

    assert leave.split(b"\r\n", 1)[0] == b"HTTP/1.1 100 Continue"
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"tea")


def test_a_client_that_waits_for_leave_may_get_its_answer_instead(play, talk):
    service = play(start(LENGTH_3), body(b"tea"))

    answer = talk(service, request(service, "/", "content-length: 3", "expect: 100-continue", LAST))

    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("asks", [0, 3])
def test_a_connection_that_is_idle_too_long_is_closed(monkeypatch, play, connect, asks):
    init = Config.__init__

    def with_short_patience(self, *args, **options):
        init(self, *args, timeout_keep_alive=1, **options)

    monkeypatch.setattr(Config, "__init__", with_short_patience)
    service = play(start(LENGTH_3), body(b"tea"))
    peer = connect(service)

    for _ in range(asks + 1):
        peer.sendall(request(service))
        assert peer.recv(65536).endswith(b"tea")

    assert peer.recv(65536) == b""


def test_a_long_answer_is_no_idle_connection(monkeypatch, serve, connect):
    init = Config.__init__

    def with_short_patience(self, *args, **options):
        init(self, *args, timeout_keep_alive=1, **options)

    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            await asyncio.sleep(0 if scope["path"] == "/" else 1.5)
            await send(start(LENGTH_3))
            await send(body(b"tea"))

    monkeypatch.setattr(Config, "__init__", with_short_patience)
    service = serve(app)
    peer = connect(service)

    for path in ["/", "/long"]:
        peer.sendall(request(service, path))
        assert peer.recv(65536).endswith(b"tea")
    assert peer.recv(65536) == b""


@pytest.mark.parametrize(
    ("target", "path", "raw_path", "query"),
    [
        ("/%C3%BC/a%20b?q=%C3%BC&r", "/ü/a b", b"/%C3%BC/a%20b", b"q=%C3%BC&r"),
        ("//a//b?", "//a//b", b"//a//b", b""),
        ("/a?b?c", "/a", b"/a", b"b?c"),
        ("/" + "x" * 1000, "/" + "x" * 1000, b"/" + b"x" * 1000, b""),
        ("http://h.example/a?b", "/a", b"/a", b"b"),
    ],
)
def test_a_target_becomes_a_path_and_a_query(serve, talk, target, path, raw_path, query):
    seen = []

    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            seen.append((scope["path"], scope["raw_path"], scope["query_string"]))
            await send(start(LENGTH_3))
            await send(body(b"tea"))

    service = serve(app)
    talk(service, request(service, target) + request(service, target, LAST))

    assert seen == [(path, raw_path, query)] * 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"no HTTP at all\r\n\r\n", id="no-http"),
        pytest.param(b"GET /\xc3\xbc HTTP/1.1\r\nhost: h\r\n\r\n", id="path-of-other-letters"),
        pytest.param(b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: x\r\n\r\n", id="length-of-letters"),
    ],
)
def test_what_is_no_request_is_400(play, talk, data):
    service = play(start(LENGTH_3), body(b"tea"))

    assert talk(service, data).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_an_upgrade_to_something_else_is_answered_as_a_request(play, talk):
    service = play(start(LENGTH_3), body(b"tea"))

    answer = talk(service, request(service, "/", "connection: upgrade, close", "upgrade: h2c"))

    assert answer.startswith(b"HTTP/1.1 200 OK")


class Listening:
    """A listener that keeps what it is told."""

    def __init__(self):
        self.told = []
        self.ended = threading.Event()

    def received(self, message):
        self.told.append(message["type"])

    def sent(self, message):
        self.told.append(message["type"])

    def left(self, exc):
        self.told.append(exc if exc is None else str(exc))
        self.ended.set()


@pytest.mark.parametrize(
    ("messages", "end", "told"),
    [
        pytest.param(
            [start(LENGTH_3), body(b"tea")],
            None,
            ["http.response.start", "http.response.body", None],
            id="answered",
        ),
        pytest.param([], "no tea left", ["no tea left"], id="raised-before-its-answer"),
        pytest.param(
            [start(LENGTH_3), body(b"tea")],
            "no milk left",
            ["http.response.start", "http.response.body", "no milk left"],
            id="raised-after-its-answer",
        ),
        pytest.param([], None, [None], id="no-answer"),
    ],
)
def test_a_listener_is_told_of_the_end_once_and_of_nothing_that_the_server_says(
    serve, talk, messages, end, told
):
    listening = Listening()

    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            send.__self__.listener = listening
            for message in messages:
                await send(message)
            if end is not None:
                raise ValueError(end)

    service = serve(app)
    talk(service, request(service, "/", LAST))

    assert listening.ended.wait(10)
    assert listening.told == told


def test_an_open_connection_keeps_nothing_that_a_request_has_set(serve):
    variable = contextvars.ContextVar("variable", default=None)
    things = []

    class Thing:
        """What a request sets."""

    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            gone = [one() is None for one in things]
            thing = Thing()
            variable.set(thing)
            things.append(weakref.ref(thing))
            await send(start((b"content-length", b"%d" % len(repr(gone)))))
            await send(body(repr(gone).encode()))

    service = serve(app)
    connections = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=10) for _ in range(2)]
    said = []
    for connection in connections:
        connection.request("GET", "/")
        said.append(connection.getresponse().read())
    for connection in connections:
        connection.close()

    assert said == [b"[]", b"[True]"]
