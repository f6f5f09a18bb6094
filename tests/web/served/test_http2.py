"""HTTP/2, by a server and a client that know it: many requests at once on one connection."""

import socket

import anyio
import h2.connection
import h2.errors
import h2.events
import httpx2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from asgi_nb.web.routing import Route

SERVERS = pytest.mark.parametrize("server", ["hypercorn-asyncio", "hypercorn-trio"])


async def pass_on(request, call_next):
    return await call_next(request)


def client(port):
    # Without TLS there is nobody to negotiate with: both sides know.
    return httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", http1=False, http2=True, timeout=15, trust_env=False
    )


def make_app(routes):
    return App(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)])


@SERVERS
@pytest.mark.anyio
async def test_requests_that_wait_for_each_other_share_a_connection(serve, server):
    arrived = 0
    ports = set()
    all_here = None

    async def meet(request):
        nonlocal arrived, all_here
        # Made on the server's loop.
        all_here = all_here or anyio.Event()
        arrived += 1
        ports.add(request.client.port)
        if arrived == 50:
            all_here.set()
        await all_here.wait()
        return PlainTextResponse(request.query_params["number"])

    answers = {}

    async with client(serve(make_app([Route("/", meet)]), server)) as http:

        async def ask(number):
            response = await http.get("/", params={"number": number})
            answers[number] = (response.http_version, response.text)

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(ask, number)

    assert answers == {number: ("HTTP/2", str(number)) for number in range(50)}
    assert len(ports) == 1


@SERVERS
@pytest.mark.anyio
async def test_bodies_of_every_kind_arrive(serve, server, tmp_path):
    content = bytes(range(256)) * 2000
    path = tmp_path / "data.bin"
    path.write_bytes(content)

    async def echo(request):
        return Response(await request.body())

    async def echo_chunks(request):
        return StreamingResponse(request.stream())

    routes = [
        Route("/echo", echo, methods=["POST"]),
        Route("/echo-chunks", echo_chunks, methods=["POST"]),
        Route("/file", lambda request: FileResponse(path)),
        Route("/none", lambda request: None),
    ]
    async with client(serve(make_app(routes), server)) as http:
        assert (await http.post("/echo", content=content)).content == content
        assert (await http.post("/echo-chunks", content=content)).content == content
        assert (await http.get("/file")).content == content
        assert (await http.get("/file", headers={"range": "bytes=5-9"})).content == content[5:10]
        head = await http.head("/file")
        assert (head.headers["content-length"], head.content) == (str(len(content)), b"")
        assert (await http.get("/none")).status_code == 204
        assert (await http.get("/no-such-path")).status_code == 404


class Streams:
    """An HTTP/2 connection that says what each stream got."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=15)
        self._connection = h2.connection.H2Connection()
        self._connection.initiate_connection()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._socket.close()

    def get(self, path):
        stream = self._connection.get_next_available_stream_id()
        headers = [(":method", "GET"), (":scheme", "http"), (":authority", "h.example"), (":path", path)]
        self._connection.send_headers(stream, headers, end_stream=True)
        self._flush()
        return stream

    def leave(self, stream):
        self._connection.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        self._flush()

    def data(self, stream):
        """The next data of a stream."""
        while True:
            for event in self._connection.receive_data(self._socket.recv(65536)):
                if isinstance(event, h2.events.DataReceived) and event.stream_id == stream:
                    return event.data

    def _flush(self):
        self._socket.sendall(self._connection.data_to_send())


@SERVERS
def test_leaving_one_stream_closes_its_generator_and_no_other(serve, server, moment):
    closed = moment()

    async def endless(request):
        async def chunks():
            try:
                yield b"once"
                await anyio.sleep_forever()
            finally:
                closed.set()

        return StreamingResponse(chunks())

    routes = [Route("/endless", endless), Route("/", lambda request: PlainTextResponse("tea"))]
    with Streams(serve(make_app(routes), server)) as streams:
        endless_stream = streams.get("/endless")
        assert streams.data(endless_stream) == b"once"

        streams.leave(endless_stream)

        assert closed.reached()
        assert streams.data(streams.get("/")) == b"tea"
