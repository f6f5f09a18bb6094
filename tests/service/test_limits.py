"""Each limit gives a clear answer, is counted, and can be moved; what is below it passes."""

import re
import socket
import sys
import threading
import time

import anyio.to_thread
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.options import Options, read_options
from asgi_nb.service.refusals import REASONS


@pytest.fixture(autouse=True, params=["h11", "httptools"])
def parser(request, monkeypatch):
    """The HTTP parser that the server takes; the faster one where it is installed."""
    if request.param == "httptools":
        pytest.importorskip("httptools")
    else:
        monkeypatch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)


@pytest.fixture
def echo():
    """An app that gives the size of the body that it was sent, and notes what else it was told."""

    async def echo(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": str(len(message.get("text") or ""))})
            return
        if scope["type"] != "http":
            return
        echo.calls += 1
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                echo.gone += 1
                return
            size += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(size).encode()})

    echo.calls = echo.gone = 0
    return echo


def chunks(count, size=1000):
    for _ in range(count):
        yield b"x" * size


# Bodies.


def test_a_body_of_the_limit_passes_and_one_more_byte_is_413(serve, echo):
    service = serve(echo, max_body_size=1000)
    with httpx2.Client() as client:
        assert client.post(service.local_url, content=b"x" * 1000).text == "1000"

        refused = client.post(service.local_url, content=b"x" * 1001)

        assert refused.status_code == 413
        assert refused.text == (
            "413: got a body of 1001 bytes; this server takes 1000. To allow more: serve(max_body_size=...)\n"
        )
        assert client.post(service.local_url, content=b"x").text == "1"
    assert echo.calls == 2
    assert service.refused == {"body": 1}


def test_a_body_without_a_length_is_counted_as_it_comes(serve, echo):
    service = serve(echo, max_body_size=10_000)
    with httpx2.Client() as client:
        assert client.post(service.local_url, content=chunks(10)).text == "10000"

        refused = client.post(service.local_url, content=chunks(500))

        assert refused.status_code == 413
        assert "got a body of more than 10000 bytes" in refused.text
        assert client.post(service.local_url, content=chunks(1)).text == "1000"
    assert echo.gone == 1
    assert service.refused == {"body": 1}


def test_a_client_that_asks_before_it_sends_is_told_at_once(serve, echo):
    service = serve(echo, max_body_size=10)
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        peer.sendall(
            b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\nexpect: 100-continue\r\n\r\n"
        )

        assert peer.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_that_is_refused_does_not_stay_in_memory(serve, echo):
    service = serve(echo, max_body_size=1)
    body = b"x" * (8 << 20)

    assert httpx2.post(service.local_url, content=body).status_code == 413

    (connection,) = service._run._server.server_state.connections or {None}
    assert connection is None or len(connection.cycle.body) < 1 << 20


def test_an_app_that_has_begun_to_answer_is_cut(serve):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"first", "more_body": True})
            while (await receive())["type"] == "http.request":
                pass

    service = serve(app, max_body_size=10_000)

    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)):
        httpx2.post(service.local_url, content=chunks(500))
    assert service.refused == {"body": 1}


# Heads.


def test_headers_of_the_limit_pass_and_more_are_431(serve, echo):
    service = serve(echo, max_header_size=2000)

    assert httpx2.get(service.local_url, headers={"x": "y" * 1500}).status_code == 200
    refused = httpx2.get(service.local_url, headers={"x": "y" * 2000})

    assert refused.status_code == 431
    assert re.fullmatch(
        r"431: got headers of 2\d\d\d bytes; this server takes 2000\. "
        r"To allow more: serve\(max_header_size=\.\.\.\)\n",
        refused.text,
    )
    assert service.refused == {"headers": 1}


def test_too_many_headers_are_431(serve, echo):
    service = serve(echo, max_headers=20)

    assert httpx2.get(service.local_url, headers={f"x{n}": "" for n in range(10)}).status_code == 200
    refused = httpx2.get(service.local_url, headers={f"x{n}": "" for n in range(20)})

    assert refused.status_code == 431
    assert "header lines; this server takes 20" in refused.text


def test_a_path_that_is_too_long_is_414(serve, echo):
    service = serve(echo, max_header_size=2000)

    assert httpx2.get(service.local_url + "x?" + "y" * 1500).status_code == 200
    assert httpx2.get(service.local_url + "x" * 2000).status_code == 414
    assert httpx2.get(service.local_url + "?" + "x" * 2000).status_code == 414


def test_a_head_without_an_end_is_431_before_it_fills_the_memory(serve, echo):
    service = serve(echo, max_header_size=20_000)
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ")
        answer = sent = 0
        peer.setblocking(False)
        while not answer and sent < 64 << 20:
            try:
                sent += peer.send(b"y" * 10_000)
                answer = peer.recv(65536)
            except BlockingIOError:
                time.sleep(0)  # let the server's thread read
        peer.setblocking(True)

        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b"serve(max_header_size=...)" in answer
    assert service.refused == {"headers": 1}
    assert echo.calls == 0


@pytest.mark.parametrize(
    ("before", "again"),
    [
        pytest.param(b"0\r\n", b"x: y\r\n" * 2000, id="trailers"),
        pytest.param(b"0\r\nx: ", b"y" * 16384, id="one-trailer"),
        pytest.param(b"1;x=", b"y" * 16384, id="chunk-extension"),
    ],
)
def test_what_is_sent_around_a_body_does_not_fill_the_memory(serve, echo, before, again):
    service = serve(echo)
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        peer.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n")
        peer.sendall(before)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            peer.sendall(again * 4000)


def test_trailers_are_no_headers_of_the_request(serve, talk):
    headers = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            while (await receive())["more_body"]:
                pass
            headers.extend(name for name, _ in scope["headers"])
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    answer = talk(
        serve(app),
        b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        b"1\r\na\r\n0\r\nx-late: 1\r\n\r\n",
    )

    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"x-late" not in headers


def test_a_body_in_chunks_of_one_byte_passes(serve, echo, talk):
    chunked = b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n"

    answer = talk(
        serve(echo),
        b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        + chunked,
    )

    assert answer.endswith(b"6\r\n100000\r\n0\r\n\r\n")


def test_a_websocket_with_a_header_that_its_parser_cannot_take_is_431(serve, echo):
    service = serve(echo)

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(service.websocket_url, additional_headers={"x": "y" * 9000}),
    ):
        pass

    assert refused.value.response.status_code == 431
    assert service.refused == {"headers": 1}
    service.stop()
    assert service._run._serving.doubtful == set()


def test_an_ordinary_head_in_small_pieces_passes(serve, echo, talk):
    service = serve(echo)
    request = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc"
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request:
            peer.sendall(bytes([byte]))
        answer = b"".join(iter(lambda: peer.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"3\r\n0\r\n\r\n")
    assert service.refused == {}


# Time.


def test_a_head_that_does_not_end_in_time_is_408(serve, echo, talk):
    service = serve(echo, head_timeout=0.2)

    answer = talk(service, b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the headers did not end within 0.2 s. To allow more: serve(head_timeout=...)" in answer
    assert service.refused == {"timeout": 1}


def test_a_head_that_trickles_in_is_408_all_the_same(serve, echo):
    service = serve(echo, head_timeout=0.3)
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        answers = []
        reader = threading.Thread(target=lambda: answers.append(peer.recv(65536)))
        reader.start()
        peer.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ")
        while not answers:
            peer.sendall(b"y")
            reader.join(0.02)

    assert answers[0].startswith(b"HTTP/1.1 408 ")


def test_a_connection_on_which_nothing_comes_is_closed_without_a_word(serve, echo, talk):
    service = serve(echo, head_timeout=0.2)

    assert talk(service, b"") == b""
    assert service.refused == {}


def test_the_second_request_of_a_connection_has_its_time_as_well(serve, echo, talk):
    service = serve(echo, head_timeout=0.2)

    answer = talk(service, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nhost")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert service.refused in ({"timeout": 1}, {})


def test_a_slow_answer_is_not_cut_by_the_time_for_the_head(serve):
    release = threading.Event()

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await anyio.to_thread.run_sync(release.wait)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"late"})

    service = serve(app, head_timeout=0.1)
    timer = threading.Timer(0.4, release.set)
    timer.start()

    assert httpx2.get(service.local_url).text == "late"
    timer.join()


# Connections.


def test_a_connection_too_many_gets_a_503_and_the_others_are_served(serve, echo, talk):
    service = serve(echo, max_connections=2)
    with httpx2.Client() as one, connect(service.websocket_url) as two:
        assert one.get(service.local_url).status_code == 200

        refused = httpx2.get(service.local_url)

        assert refused.status_code == 503
        assert refused.headers["connection"] == "close"
        assert "has 2 open connections" in refused.text
        assert "serve(max_connections=...)" in refused.text
        with pytest.raises(InvalidStatus) as no_socket, connect(service.websocket_url):
            pass
        assert no_socket.value.response.status_code == 503
        assert one.get(service.local_url).status_code == 200
        two.send("tea")
        assert two.recv() == "3"
    assert service.refused == {"connections": 2}
    service.stop()
    assert service._run._serving.surplus == set()


def test_far_too_many_connections_are_cut(serve, echo):
    service = serve(echo, max_connections=1)
    peers = [socket.create_connection(("127.0.0.1", service.port), timeout=10) for _ in range(70)]
    try:
        cut = 0
        for peer in peers[-5:]:
            try:
                cut += peer.recv(1) == b""
            except ConnectionResetError:
                cut += 1
        assert cut == 5
        assert service.refused == {"connections": 5}
    finally:
        for peer in peers:
            peer.close()


# WebSocket messages.


def test_a_websocket_message_of_the_limit_passes_and_a_larger_one_closes_with_1009(serve, echo):
    service = serve(echo, max_message_size=1000)
    with connect(service.websocket_url) as socket_:
        socket_.send("x" * 1000)
        assert socket_.recv() == "1000"

        socket_.send("x" * 1001)

        with pytest.raises(ConnectionClosed) as closed:
            socket_.recv()
    assert closed.value.rcvd.code == 1009
    assert service.refused == {"message": 1}


def test_a_message_that_grows_when_it_is_unpacked_is_counted_unpacked(serve, echo):
    service = serve(echo, max_message_size=100_000)
    with connect(service.websocket_url, compression="deflate") as socket_:
        socket_.send("x" * 5_000_000)

        with pytest.raises(ConnectionClosed) as closed:
            socket_.recv()
    assert closed.value.rcvd.code == 1009


# Options.


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_body": 1}, "a server has no option 'max_body'; did you mean max_body_size?"),
        ({"zzz": 1}, "a server has no option 'zzz'; there are allowed_hosts, "),
        ({"max_body_size": 0}, "max_body_size must be a number above 0, got 0"),
        ({"max_headers": "9"}, "max_headers must be a number above 0, got '9'"),
        ({"max_headers": True}, "max_headers must be a number above 0, got True"),
        ({"head_timeout": -1.5}, "head_timeout must be a number above 0, got -1.5"),
    ],
    ids=str,
)
def test_a_wrong_option_is_an_error_with_the_remedy(serve, echo, options, words):
    with pytest.raises(ServiceError, match=re.escape(words)):
        serve(echo, **options)


def test_the_options_of_a_service_are_what_was_asked_for(serve, echo):
    assert serve(echo, max_headers=7).options == Options(max_headers=7) == read_options({"max_headers": 7})


def test_the_first_refusal_of_a_kind_is_in_the_log_and_the_rest_is_counted(serve, echo):
    service = serve(echo, max_body_size=1)
    for _ in range(3):
        httpx2.post(service.local_url, content=b"xx")

    told = [record.getMessage() for record in service.log if "refused" in record.getMessage()]
    assert len(told) == 1
    assert "got a body of 2 bytes" in told[0]
    assert repr(service).endswith(" - refused: 3 with too large a body>")


def test_every_reason_has_words_for_the_card():
    assert all(REASONS.values())
