"""Endpoints as classes."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.endpoints import HTTPEndpoint, WebSocketEndpoint
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Route, Router, WebSocketRoute
from asgi_nb.web.testclient import AsyncTestClient, TestClient
from asgi_nb.web.websockets import WebSocketDisconnect


class Items(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse(f"get {request.path_params.get('id')}")

    def post(self, request):
        return {"posted": True}

    def query(self, request):
        return "found"


async def tag(request, call_next):
    response = await call_next(request)
    response.headers["x-tag"] = "1"
    return response


@pytest.mark.anyio
@pytest.mark.parametrize("middleware", [[], [Middleware(BaseHTTPMiddleware, dispatch=tag)]])
@pytest.mark.parametrize(
    ("method", "status", "text"),
    [
        ("GET", 200, "get 7"),
        ("HEAD", 200, ""),
        ("POST", 200, '{"posted":true}'),
        ("QUERY", 200, "found"),
        ("PUT", 405, "Method Not Allowed"),
        ("DISPATCH", 405, "Method Not Allowed"),
    ],
)
async def test_methods_answer_their_method(middleware, method, status, text):
    async with AsyncTestClient(App(routes=[Route("/{id:int}", Items)], middleware=middleware)) as client:
        response = await client.request(method, "/7")

    assert (response.status_code, response.text) == (status, text)
    if status == 405:
        assert response.headers["allow"] == "GET, HEAD, POST, QUERY"


def test_without_an_app_a_405_is_a_response():
    assert TestClient(Router([Route("/", Items)])).put("/").status_code == 405


def test_an_endpoint_refuses_other_scopes():
    with pytest.raises(ValueError, match="takes scopes of type 'http', got 'websocket'"):
        Items({"type": "websocket"}, None, None)
    with pytest.raises(ValueError, match="takes scopes of type 'websocket', got 'http'"):
        WebSocketEndpoint({"type": "http"}, None, None)


def socket(encoding, log=None):
    class Socket(WebSocketEndpoint):
        async def on_receive(self, websocket, data):
            await websocket.send_json({"data": data if not isinstance(data, bytes) else data.decode()})

        async def on_disconnect(self, websocket, close_code):
            if log is not None:
                log.append(close_code)

    Socket.encoding = encoding
    return TestClient(App(routes=[WebSocketRoute("/", Socket)]))


@pytest.mark.parametrize(
    ("encoding", "message", "data"),
    [
        ("text", {"text": "a"}, "a"),
        ("text", {"text": "a", "bytes": None}, "a"),
        ("bytes", {"bytes": b"a"}, "a"),
        ("json", {"text": "[1]"}, [1]),
        ("json", {"bytes": b"[1]"}, [1]),
        (None, {"text": "a"}, "a"),
        (None, {"text": None, "bytes": b"a"}, "a"),
    ],
)
def test_messages_are_decoded(encoding, message, data):
    with socket(encoding).websocket_connect("/") as session:
        session.send({"type": "websocket.receive", **message})
        assert session.receive_json() == {"data": data}


@pytest.mark.parametrize(
    ("encoding", "message", "complaint"),
    [
        ("text", {"bytes": b"a"}, "Expected text"),
        ("bytes", {"text": "a"}, "Expected bytes"),
        ("json", {"text": "{"}, "Malformed JSON"),
        pytest.param("json", {"text": "[" * 200_000}, "Malformed JSON", id="json-too-deep"),
    ],
)
def test_a_message_of_another_kind_closes_the_session(encoding, message, complaint):
    log = []
    session = socket(encoding, log).websocket_connect("/").__enter__()
    session.send({"type": "websocket.receive", **message})

    with pytest.raises(WebSocketDisconnect) as caught:
        session.receive_text()
    with pytest.raises(RuntimeError, match=complaint):
        session.__exit__(None, None, None)
    assert (caught.value.code, log) == (1003, [1011])


def test_an_unknown_encoding_is_refused():
    session = socket("yaml").websocket_connect("/").__enter__()
    session.send_text("a")

    with pytest.raises(ValueError, match="encoding must be"):
        session.receive_text()
    session.__exit__(None, None, None)


def test_on_disconnect_hears_the_code():
    log = []
    with socket("text", log).websocket_connect("/") as session:
        session.close(4000)

    assert log == [4000]
