"""WebSockets on a socket: sessions, denials, and clients that vanish."""

import socket
import struct

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route, WebSocketRoute
from asgi_nb.web.websockets import WebSocketDisconnect


async def pass_on(request, call_next):
    return await call_next(request)


@pytest.fixture
def left(moment):
    return moment()


@pytest.fixture
def codes():
    """The close codes that the app was told."""
    return []


@pytest.fixture
def url(serve, server_name, left, codes):
    async def echo(websocket):
        chosen = next(iter(websocket.scope["subprotocols"]), None)
        await websocket.accept(chosen, headers=[(b"x-tea", b"green")])
        try:
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message.get("code", 1005))
                if message.get("text") is not None:
                    await websocket.send_text(message["text"])
                else:
                    await websocket.send_bytes(message["bytes"])
        except WebSocketDisconnect as exc:
            codes.append(exc.code)
            left.set()

    async def close(websocket):
        await websocket.accept()
        await websocket.close(3001, "no more")

    async def refuse(websocket):
        await websocket.close()

    async def deny(websocket):
        await websocket.send_denial_response(PlainTextResponse("no tea", 418))

    routes = [
        WebSocketRoute("/echo", echo),
        WebSocketRoute("/close", close),
        WebSocketRoute("/refuse", refuse),
        WebSocketRoute("/deny", deny),
        Route("/http", lambda request: "http only"),
    ]
    middleware = [Middleware(GZipMiddleware), Middleware(BaseHTTPMiddleware, dispatch=pass_on)]
    return f"ws://127.0.0.1:{serve(App(routes=routes, middleware=middleware), server_name)}"


def test_text_and_bytes_come_back_in_order(url, left, codes):
    with connect(f"{url}/echo", subprotocols=["tea", "coffee"], proxy=None) as session:
        for message in ["ü", "", b"\x00\xff", b"", "x" * 100_000, b"y" * 100_000]:
            session.send(message)
            assert session.recv() == message
        session.send(["a", "b", "c"])
        assert session.recv() == "abc"
        assert session.subprotocol == "tea"
        assert session.response.headers["x-tea"] == "green"
        session.close(4000, "bye")

    assert left.reached()
    # A server may notice that the connection is gone before it looks at the code.
    assert codes in ([4000], [1006])


def test_the_app_closes_with_its_code_and_reason(url):
    with connect(f"{url}/close", proxy=None) as session, pytest.raises(ConnectionClosed) as closed:
        session.recv()

    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (3001, "no more")


@pytest.mark.parametrize(
    ("path", "status"), [("/refuse", 403), ("/http", 403), ("/no-such-path", 403), ("/deny", 418)]
)
def test_a_handshake_is_refused_by_a_status(url, path, status):
    with pytest.raises(InvalidStatus) as refused, connect(url + path, proxy=None):
        pass

    assert refused.value.response.status_code == status
    if path == "/deny":
        assert refused.value.response.body == b"no tea"


def test_the_app_is_told_of_a_client_that_vanishes(url, left, codes):
    with connect(f"{url}/echo", proxy=None) as session:
        session.send("a")
        assert session.recv() == "a"

        # A reset, and no farewell.
        session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        session.close_socket()

        assert left.reached()
    assert codes in ([1006], [1005])
