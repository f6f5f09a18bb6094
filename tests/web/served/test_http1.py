"""HTTP/1.1 on a socket: what the app sends arrives, in order, and the connection stays usable."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.routing import Mount, Route
from asgi_nb.web.staticfiles import StaticFiles

CONTENT = bytes(range(256)) * 1000


async def pass_on(request, call_next):
    return await call_next(request)


async def echo(request):
    return Response(await request.body())


async def echo_chunks(request):
    async def chunks():
        async for chunk in request.stream():
            yield chunk.upper()

    return StreamingResponse(chunks())


def make_app(directory):
    (directory / "data.bin").write_bytes(CONTENT)
    return App(
        routes=[
            Route("/text", lambda request: PlainTextResponse("tea")),
            Route("/client", lambda request: PlainTextResponse(str(request.client.port))),
            Route("/view", lambda request: Response(memoryview(b"abcd").cast("H"))),
            Route("/none", lambda request: None),
            Route("/same", lambda request: Response(status_code=304)),
            Route("/stream", lambda request: StreamingResponse(iter([b"te", b"", b"a"]))),
            Route(
                "/number/{number:int}", lambda request: PlainTextResponse(str(request.path_params["number"]))
            ),
            Route("/echo", echo, methods=["POST"]),
            Route("/echo-chunks", echo_chunks, methods=["POST"]),
            Route("/boom", lambda request: 1 / 0),
            Route("/file", lambda request: FileResponse(directory / "data.bin")),
            Mount("/static", app=StaticFiles(directory=directory)),
        ],
        middleware=[Middleware(GZipMiddleware), Middleware(BaseHTTPMiddleware, dispatch=pass_on)],
    )


@pytest.fixture
def port(serve, server_name, tmp_path):
    return serve(make_app(tmp_path), server_name)


def test_one_connection_serves_many_requests(port, wire):
    connection = wire(port)

    ports = {connection.ask("GET", "/client")[2] for _ in range(100)}

    assert len(ports) == 1


def test_pipelined_requests_are_answered_in_order(port, wire, as_bytes):
    connection = wire(port)

    connection.send(b"".join(as_bytes("GET", f"/number/{number}") for number in range(50)))

    assert [connection.response()[2] for _ in range(50)] == [b"%d" % number for number in range(50)]


def test_answers_without_a_body_leave_nothing_on_the_connection(port, wire):
    connection = wire(port)

    for method, path, status in [
        ("HEAD", "/text", 200),
        ("HEAD", "/stream", 200),
        ("HEAD", "/file", 200),
        ("HEAD", "/static/data.bin", 200),
        ("HEAD", "/no-such-path", 404),
        ("GET", "/none", 204),
        ("GET", "/same", 304),
    ]:
        assert connection.ask(method, path)[0] == status
        # Stray bytes would be read as the head of this one.
        assert connection.ask("GET", "/text")[2] == b"tea"


def test_bodies_arrive_whole_in_both_directions(port, wire):
    connection = wire(port)

    assert connection.ask("POST", "/echo", body=CONTENT)[2] == CONTENT
    assert connection.ask("GET", "/stream")[2] == b"tea"
    assert connection.ask("GET", "/view")[2] == b"abcd"
    assert connection.ask("GET", "/file")[2] == CONTENT


def test_a_chunked_upload_is_streamed_back_while_it_goes_on(port, wire):
    connection = wire(port)
    connection.send(b"POST /echo-chunks HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n")
    connection.send(b"3\r\none\r\n")

    assert connection.head()[0] == 200
    for sent, expected in [(b"3\r\ntwo\r\n", b"ONE"), (b"5\r\nthree\r\n", b"TWO"), (b"0\r\n\r\n", b"THREE")]:
        # Each chunk is back before the next one but one is sent.
        assert connection.chunk() == expected
        connection.send(sent)
    assert connection.chunk() == b""


def test_a_client_may_wait_for_leave_to_send_its_body(port, wire):
    connection = wire(port)
    connection.send(b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n")

    assert connection.head()[0] == 100
    connection.send(b"tea")
    assert connection.response()[2] == b"tea"


def test_a_request_may_come_a_byte_at_a_time(port, wire, as_bytes):
    connection = wire(port)

    for byte in as_bytes("POST", "/echo", "x-a: b", body=b"tea"):
        connection.send(bytes([byte]))

    assert connection.response()[2] == b"tea"


def test_an_answer_may_be_read_a_byte_at_a_time(port, wire, as_bytes):
    connection = wire(port)
    connection.send(as_bytes("POST", "/echo", body=b"tea" * 100))
    length = int(connection.head()[1]["content-length"])

    assert b"".join(connection.read(1) for _ in range(length)) == b"tea" * 100


def test_an_error_answers_500_and_the_server_goes_on(port, wire):
    assert wire(port).ask("GET", "/boom")[0] == 500
    # A server may close the connection of a request whose app raised.
    assert wire(port).ask("GET", "/text")[2] == b"tea"


@pytest.mark.parametrize("path", ["/file", "/static/data.bin"])
def test_ranges_of_a_file(port, wire, path):
    connection = wire(port)
    etag = connection.ask("HEAD", path)[1]["etag"]

    status, headers, body = connection.ask("GET", path, "range: bytes=1000-1999")
    assert (status, headers["content-range"], body) == (206, "bytes 1000-1999/256000", CONTENT[1000:2000])
    status, headers, body = connection.ask("GET", path, "range: bytes=-10", f"if-range: {etag}")
    assert (status, body) == (206, CONTENT[-10:])
    status, headers, body = connection.ask("GET", path, "range: bytes=0-9", 'if-range: "other"')
    assert (status, len(body)) == (200, len(CONTENT))
    status, headers, body = connection.ask("GET", path, "range: bytes=999999-")
    assert (status, headers["content-range"]) == (416, "bytes */256000")
    status, headers, body = connection.ask("GET", path, "range: bytes=0-1,70000-140000,255999-")
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    parts = [part.partition(b"\r\n\r\n")[2] for part in body.split(b"--" + boundary)[1:-1]]
    assert [part[:-2] for part in parts] == [CONTENT[:2], CONTENT[70000:140001], CONTENT[255999:]]


def test_a_path_and_a_query_arrive_as_they_were_sent(serve, server_name, wire):
    async def show(request):
        return [request.url.path, request.scope["path"], dict(request.query_params), str(request.url)]

    port = serve(App(routes=[Route("/{rest:path}", show)]), server_name)

    _, _, body = wire(port).ask("GET", "/%C3%BC/a%20b%2Fc?q=%C3%BC&r=a+b")

    assert body.decode() == (
        '["/ü/a b/c","/ü/a b/c",{"q":"ü","r":"a b"},"http://h.example/ü/a b/c?q=%C3%BC&r=a+b"]'
    )
