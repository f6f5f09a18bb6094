"""WebSocket sessions in every order of messages: the app keeps to the specification, and ends."""

from contextlib import aclosing

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.endpoints import WebSocketEndpoint
from asgi_nb.web.exceptions import HTTPException, WebSocketException
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.cors import CORSMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.middleware.sessions import SessionMiddleware
from asgi_nb.web.middleware.trustedhost import TrustedHostMiddleware
from asgi_nb.web.responses import FileResponse, JSONResponse, PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Mount, Route, Router, WebSocketRoute
from asgi_nb.web.staticfiles import StaticFiles
from asgi_nb.web.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

pytestmark = pytest.mark.anyio

DENIAL = {"websocket.http.response": {}}
EXTENSIONS = [pytest.param(None, id="plain"), pytest.param(DENIAL, id="denial")]
extended = pytest.mark.parametrize("extensions", EXTENSIONS)


async def pass_on(request, call_next):
    return await call_next(request)


MIDDLEWARE = {
    "none": [],
    "all": [
        Middleware(TrustedHostMiddleware, allowed_hosts=["h.example"]),
        Middleware(SessionMiddleware, secret_key="k"),
        Middleware(CORSMiddleware, allow_origins=["*"]),
        Middleware(GZipMiddleware),
        Middleware(BaseHTTPMiddleware, dispatch=pass_on),
    ],
}
around = pytest.mark.parametrize("middleware", MIDDLEWARE)


def text(data):
    return {"type": "websocket.receive", "text": data}


def left(**more):
    return {"type": "websocket.disconnect", **more}


async def echo(websocket):
    await websocket.accept(subprotocol="tea", headers=[(b"x-a", b"b")])
    async with aclosing(websocket.iter_text()) as texts:
        async for data in texts:
            await websocket.send_text(data)


async def close_first(websocket):
    await websocket.close(1008, "no")


async def raise_first(websocket):
    raise HTTPException(403, "not for you", {"X-Why": "tea"})


async def raise_websocket_first(websocket):
    raise WebSocketException(1008, "not for you")


async def raise_later(websocket):
    await websocket.accept()
    raise WebSocketException(1008, "not any more")


async def accept_and_close(websocket):
    await websocket.accept()
    await websocket.close(3000, "done")


async def send_and_close(websocket):
    await websocket.accept()
    await websocket.send_json({"a": "ü"})
    await websocket.send_json([1], mode="binary")
    await websocket.send_bytes(b"")
    await websocket.send_text("")
    await websocket.close()


class Endpoint(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket, data):
        await websocket.send_json(data)


ROUTES = [
    WebSocketRoute("/echo", echo),
    WebSocketRoute("/close-first", close_first),
    WebSocketRoute("/raise-first", raise_first),
    WebSocketRoute("/raise-websocket-first", raise_websocket_first),
    WebSocketRoute("/raise-later", raise_later),
    WebSocketRoute("/accept-and-close", accept_and_close),
    WebSocketRoute("/send-and-close", send_and_close),
    WebSocketRoute("/endpoint", Endpoint),
    Route("/http", lambda request: "http only"),
]


@around
@extended
@pytest.mark.parametrize(
    "path",
    [
        "/close-first",
        "/raise-first",
        "/raise-websocket-first",
        "/raise-later",
        "/accept-and-close",
        "/send-and-close",
        "/http",
        "/no-such-path",
        "/mounted/no-such-path",
        "/mounted/raise-first",
    ],
)
@pytest.mark.parametrize("spec", ["2.0", "2.3", "2.4", "2.5"])
async def test_every_session_conforms(websocket, spec, path, extensions, middleware):
    app = App(routes=[*ROUTES, Mount("/mounted", app=App(routes=ROUTES))], middleware=MIDDLEWARE[middleware])

    played = await websocket(app, path, spec=spec, extensions=extensions)

    played.assert_conforms()
    assert played.receives > 0, played.transcript


@around
async def test_an_http_exception_before_the_accept_is_the_denial(websocket, middleware):
    app = App(routes=ROUTES, middleware=MIDDLEWARE[middleware])

    denied = await websocket(app, "/raise-first", extensions=DENIAL)
    closed = await websocket(app, "/raise-first")

    assert (denied.status, denied.body, denied.headers[b"x-why"]) == (403, b"not for you", b"tea")
    assert closed.types == ["websocket.close"], closed.transcript


@extended
@pytest.mark.parametrize(
    "response",
    [
        pytest.param(lambda: PlainTextResponse("no", 401), id="whole"),
        pytest.param(lambda: StreamingResponse(iter([b"n", b"o"]), 401), id="stream"),
        pytest.param(lambda: JSONResponse({"no": 1}, 401), id="json"),
        pytest.param(lambda: FileResponse(__file__, 401), id="file"),
    ],
)
async def test_any_response_denies_a_handshake(websocket, response, extensions):
    played = await websocket(Router([Mount("/", app=response())]), extensions=extensions)

    played.assert_conforms()
    assert played.receives == 1
    assert played.status == (401 if extensions else None)


@extended
async def test_static_files_refuse_sockets(websocket, tmp_path, extensions):
    played = await websocket(
        App(routes=[Mount("/", app=StaticFiles(directory=tmp_path))]), extensions=extensions
    )

    played.assert_conforms()


@around
async def test_a_session_echoes_until_its_client_leaves(websocket, middleware):
    app = App(routes=ROUTES, middleware=MIDDLEWARE[middleware])

    played = await websocket(app, "/echo", [text("a"), text("b"), left(code=1001)], after_messages=True)

    played.assert_conforms()
    accept, *rest = played.sent
    assert (accept["subprotocol"], accept["headers"]) == ("tea", [(b"x-a", b"b")])
    assert [message["text"] for message in rest] == ["a", "b"]


@pytest.mark.parametrize("path", ["/echo", "/endpoint"])
@pytest.mark.parametrize("spec", ["2.0", "2.3", "2.4", "2.5"])
@around
async def test_a_session_ends_wherever_its_client_leaves(websocket, path, spec, middleware):
    app = App(routes=ROUTES, middleware=MIDDLEWARE[middleware])

    for leaves_after in range(4):
        played = await websocket(app, path, [text("1")] * 5, spec=spec, leaves_after=leaves_after)

        assert not played.faults, played.transcript
        # Where send tells who left, a handler that does not care is ended by it.
        assert played.error is None or isinstance(played.error, WebSocketDisconnect), played.transcript


@pytest.mark.parametrize(
    "method", ["receive_text", "receive_bytes", "receive_json", "iter_text", "iter_bytes"]
)
@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        pytest.param(left(), 1005, "", id="no-code"),
        pytest.param(left(code=4000), 4000, "", id="code"),
        pytest.param(left(code=4000, reason="bye"), 4000, "bye", id="reason"),
        pytest.param(left(code=1006, reason=None), 1006, "", id="reason-is-none"),
    ],
)
async def test_a_disconnect_says_what_the_client_said(websocket, method, message, code, reason):
    seen = []

    async def session(websocket):
        await websocket.accept()
        try:
            if method.startswith("iter"):
                seen.extend([data async for data in getattr(websocket, method)()])
                return
            await getattr(websocket, method)()
        except WebSocketDisconnect as exc:
            seen.append((exc.code, exc.reason))

    played = await websocket(App(routes=[WebSocketRoute("/", session)]), "/", [message], after_messages=True)

    played.assert_conforms()
    assert seen == ([] if method.startswith("iter") else [(code, reason)])


@pytest.mark.parametrize("spec", ["2.0", "2.3", "2.4", "2.5"])
async def test_sending_to_a_client_that_left_says_so_where_the_server_does(websocket, spec):
    errors = []

    async def session(websocket):
        await websocket.accept()
        try:
            await websocket.send_text("lost")
        except WebSocketDisconnect as exc:
            errors.append(exc.code)

    played = await websocket(App(routes=[WebSocketRoute("/", session)]), spec=spec, leaves_after=1)

    played.assert_conforms()
    assert errors == ([1006] if spec >= "2.4" else [])


@pytest.mark.parametrize("what", ["send_text", "close", "accept", "receive_text"])
async def test_a_closed_session_can_not_be_used(websocket, what):
    errors = []

    async def session(websocket):
        await websocket.accept()
        await websocket.close()
        try:
            await getattr(websocket, what)(*(["x"] if what == "send_text" else []))
        except WebSocketDisconnected as exc:
            errors.append(exc)

    played = await websocket(App(routes=[WebSocketRoute("/", session)]))

    played.assert_conforms()
    assert len(errors) == 1, played.transcript


async def test_a_denial_that_the_server_cannot_send_is_an_error_that_names_another_way(websocket):
    async def session(websocket):
        with pytest.raises(RuntimeError, match=r"close\(\)"):
            await websocket.send_denial_response(PlainTextResponse("no"))
        await websocket.close()

    played = await websocket(App(routes=[WebSocketRoute("/", session)]))

    played.assert_conforms()


@extended
async def test_an_app_that_took_the_connect_itself_is_not_kept_waiting(websocket, extensions):
    async def take_then_refuse(scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await App(routes=ROUTES)(scope, receive, send)

    played = await websocket(take_then_refuse, "/no-such-path", extensions=extensions)

    played.assert_conforms()


async def test_an_endpoint_may_wait_for_its_client_and_for_others_at_once(websocket, server, scope):
    opened = anyio.Event()

    async def session(websocket):
        await websocket.accept()

        async def push():
            await opened.wait()
            await websocket.send_text("news")
            await websocket.close()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(push)
            async for data in websocket.iter_text():
                await websocket.send_text(data)

    played = server(scope("websocket"), [{"type": "websocket.connect"}, text("a")])
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(played.run, App(routes=[WebSocketRoute("/", session)]))
        while len(played.sent) < 2:
            await anyio.lowlevel.checkpoint()
        opened.set()

    played.assert_conforms()
    assert [m.get("text") for m in played.sent if m["type"] == "websocket.send"] == ["a", "news"]


async def test_a_socket_of_a_plain_app_keeps_to_the_order(websocket):
    async def app(scope, receive, send):
        socket = WebSocket(scope, receive, send)
        with pytest.raises(RuntimeError, match=r"websocket\.accept"):
            await socket.send({"type": "websocket.send", "text": "early"})
        await socket.accept()
        with pytest.raises(RuntimeError, match=r"websocket\.send"):
            await socket.send({"type": "websocket.accept"})
        await socket.close()

    played = await websocket(app)

    played.assert_conforms()
