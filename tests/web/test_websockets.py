"""A WebSocket session keeps to the order of messages that ASGI allows."""

import json

import anyio
import pytest

from asgi_nb.web.exceptions import WebSocketException
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.websockets import (
    WebSocket,
    WebSocketClose,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketState,
)

SCOPE = {"type": "websocket", "path": "/", "headers": []}
CONNECT = {"type": "websocket.connect"}
ACCEPT = {"type": "websocket.accept", "subprotocol": None, "headers": []}
CLOSE = {"type": "websocket.close", "code": 1000, "reason": ""}


def text(data):
    return {"type": "websocket.receive", "text": data}


def binary(data):
    return {"type": "websocket.receive", "bytes": data, "text": None}


def left(**parts):
    return {"type": "websocket.disconnect", **parts}


class Client:
    """What the client will say, and what was sent to it."""

    def __init__(self, *messages):
        self.to_app = list(messages)
        self.sent = []

    async def receive(self):
        if self.to_app:
            return self.to_app.pop(0)
        await anyio.sleep_forever()

    async def send(self, message):
        self.sent.append(message)


def session(*messages, cls=WebSocket, **parts):
    client = Client(*messages)
    return cls({**SCOPE, **parts}, client.receive, client.send), client


async def accepted(*messages, cls=WebSocket):
    websocket, client = session(CONNECT, *messages, cls=cls)
    await websocket.accept()
    client.sent.clear()
    return websocket, client


class Logging(WebSocket):
    """Replaces the general methods, so that all messages must go through them."""

    def __init__(self, *args):
        super().__init__(*args)
        self.log = []

    async def receive(self):
        message = await super().receive()
        self.log.append(message["type"])
        return message

    async def send(self, message):
        self.log.append(message["type"])
        await super().send(message)


KINDS = pytest.mark.parametrize("cls", [WebSocket, Logging], ids=["plain", "replaced"])


def test_a_scope_of_another_type_is_refused():
    with pytest.raises(ValueError, match="scope must be of type 'websocket', got 'http'"):
        WebSocket({"type": "http"}, None, None)


@pytest.mark.anyio
async def test_accepting_receives_the_connect_message_first():
    websocket, client = session(CONNECT)
    assert websocket.client_state is websocket.application_state is WebSocketState.CONNECTING

    await websocket.accept("chat", [(b"x-id", b"1")])

    assert client.to_app == []
    assert client.sent == [{"type": "websocket.accept", "subprotocol": "chat", "headers": [(b"x-id", b"1")]}]
    assert websocket.client_state is websocket.application_state is WebSocketState.CONNECTED


@pytest.mark.parametrize("bad", ["a\r", "a\nset-cookie: b=1", "a\0"])
@pytest.mark.anyio
async def test_a_handshake_has_no_header_that_ends_a_line(bad):
    websocket, client = session(CONNECT)
    octets = bad.encode()

    for arguments in ((bad,), (None, [(b"x", octets)]), (None, [(octets, b"x")])):
        with pytest.raises(ValueError, match="must not hold CR, LF or NUL"):
            await websocket.accept(*arguments)
    assert client.sent == []


@KINDS
@pytest.mark.anyio
async def test_text_bytes_and_json_come_in(cls):
    websocket, _ = await accepted(text("tea"), binary(b"pot"), text('{"a": 1}'), binary(b'{"a": 2}'), cls=cls)

    assert await websocket.receive_text() == "tea"
    assert await websocket.receive_bytes() == b"pot"
    assert await websocket.receive_json() == {"a": 1}
    assert await websocket.receive_json(mode="binary") == {"a": 2}


@KINDS
@pytest.mark.anyio
async def test_text_bytes_and_json_go_out(cls):
    websocket, client = await accepted(cls=cls)

    await websocket.send_text("tea")
    await websocket.send_bytes(b"pot")
    await websocket.send_json({"a": "ü"})
    await websocket.send_json([1, 2], mode="binary")

    assert client.sent == [
        {"type": "websocket.send", "text": "tea"},
        {"type": "websocket.send", "bytes": b"pot"},
        {"type": "websocket.send", "text": '{"a":"ü"}'},
        {"type": "websocket.send", "bytes": b"[1,2]"},
    ]


@pytest.mark.anyio
async def test_a_subclass_that_replaces_a_method_sees_every_message():
    websocket, _ = await accepted(text("tea"), left(), cls=Logging)

    async for message in websocket.iter_text():
        await websocket.send_text(message)

    assert websocket.log == [
        "websocket.connect",
        "websocket.accept",
        "websocket.receive",
        "websocket.send",
        "websocket.disconnect",
    ]


@pytest.mark.anyio
async def test_a_subclass_that_replaces_what_text_is_iterates_over_it():
    class Upper(WebSocket):
        async def receive_text(self):
            return (await super().receive_text()).upper()

    websocket, _ = await accepted(text("tea"), left(), cls=Upper)

    assert [message async for message in websocket.iter_text()] == ["TEA"]


@KINDS
@pytest.mark.parametrize(
    ("name", "messages", "received"),
    [
        ("iter_text", [text("a"), text("b")], ["a", "b"]),
        ("iter_bytes", [binary(b"a"), binary(b"b")], [b"a", b"b"]),
        ("iter_json", [text("1"), text("[]")], [1, []]),
    ],
)
@pytest.mark.anyio
async def test_iterating_ends_when_the_client_leaves(cls, name, messages, received):
    websocket, _ = await accepted(*messages, left(code=1001), cls=cls)

    assert [message async for message in getattr(websocket, name)()] == received
    assert websocket.client_state is WebSocketState.DISCONNECTED


@KINDS
@pytest.mark.parametrize("name", ["receive_text", "receive_bytes", "receive_json"])
@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        pytest.param(left(code=1001, reason="bye"), 1001, "bye", id="both"),
        pytest.param(left(), 1005, "", id="none"),
        pytest.param(left(code=1001, reason=None), 1001, "", id="no-reason"),
    ],
)
@pytest.mark.anyio
async def test_a_client_that_leaves_is_an_error_with_its_code(cls, name, message, code, reason):
    websocket, _ = await accepted(message, cls=cls)

    with pytest.raises(WebSocketDisconnect) as caught:
        await getattr(websocket, name)()

    assert (caught.value.code, caught.value.reason) == (code, reason)


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        ("receive_text", binary(b"x"), "expected a text message, got bytes"),
        ("receive_json", binary(b"x"), "expected a text message, got bytes"),
        ("receive_bytes", text("x"), "expected a bytes message, got text"),
    ],
)
@pytest.mark.anyio
async def test_a_message_of_the_wrong_kind_closes_with_1003(name, message, expected):
    websocket, _ = await accepted(message)

    with pytest.raises(WebSocketException) as caught:
        await getattr(websocket, name)()

    assert (caught.value.code, caught.value.reason) == (1003, expected)


@pytest.mark.parametrize(
    ("message", "mode"),
    [
        pytest.param(text("tea"), "text", id="word"),
        pytest.param(text("[" * 200_000), "text", id="too-deep"),
        pytest.param(text("9" * 5000), "text", id="too-many-digits"),
        pytest.param(binary(b"[" * 200_000), "binary", id="too-deep-bytes"),
        pytest.param(binary(b'"\xff"'), "binary", id="not-utf-8"),
    ],
)
@pytest.mark.anyio
async def test_what_is_not_json_is_an_error(message, mode):
    websocket, _ = await accepted(message)

    with pytest.raises(json.JSONDecodeError):
        await websocket.receive_json(mode=mode)


@pytest.mark.anyio
async def test_a_value_that_json_cannot_hold_is_not_sent():
    websocket, client = await accepted()

    with pytest.raises(ValueError, match="not JSON compliant"):
        await websocket.send_json(float("nan"))
    assert client.sent == []


@pytest.mark.parametrize("name", ["receive_json", "send_json"])
@pytest.mark.anyio
async def test_a_mode_that_is_none_is_an_error(name):
    websocket, _ = await accepted()
    arguments = [{}] if name == "send_json" else []

    with pytest.raises(RuntimeError, match='"mode" argument should be "text" or "binary", got \'json\''):
        await getattr(websocket, name)(*arguments, mode="json")


@pytest.mark.parametrize("name", ["receive_text", "receive_bytes", "receive_json"])
@pytest.mark.anyio
async def test_receiving_data_needs_an_accepted_session(name):
    websocket, _ = session(CONNECT)

    with pytest.raises(WebSocketDisconnected, match='Need to call "accept" first'):
        await getattr(websocket, name)()


@pytest.mark.anyio
async def test_nothing_is_received_after_the_client_left():
    websocket, _ = await accepted(left())
    await websocket.receive()

    with pytest.raises(WebSocketDisconnected, match='Cannot call "receive" once a disconnect'):
        await websocket.receive()


@pytest.mark.parametrize("name", ["send_text", "send_bytes"])
@pytest.mark.anyio
async def test_nothing_is_sent_after_the_close(name):
    websocket, client = await accepted()
    await websocket.close(4000, "enough")

    with pytest.raises(WebSocketDisconnected, match='Cannot call "send" once a close'):
        await getattr(websocket, name)("x")
    assert client.sent == [{"type": "websocket.close", "code": 4000, "reason": "enough"}]


@pytest.mark.parametrize(
    ("accept", "kind", "expected"),
    [
        (
            False,
            "websocket.send",
            'Expected ASGI message "websocket.accept", "websocket.close" or "websocket.http.response.start", '
            "but got 'websocket.send'",
        ),
        (
            True,
            "websocket.accept",
            'Expected ASGI message "websocket.send" or "websocket.close", but got \'websocket.accept\'',
        ),
    ],
)
@pytest.mark.anyio
async def test_a_message_out_of_order_is_not_sent(accept, kind, expected):
    websocket, client = await accepted() if accept else session(CONNECT)

    with pytest.raises(RuntimeError) as caught:
        await websocket.send({"type": kind})

    assert str(caught.value) == expected
    assert client.sent == []


@pytest.mark.parametrize("name", ["receive", "receive_text", "receive_bytes"])
@pytest.mark.anyio
async def test_a_message_that_must_not_come_is_an_error(name):
    websocket, _ = await accepted(CONNECT)

    with pytest.raises(RuntimeError, match=r'"websocket\.receive" or "websocket\.disconnect", but got'):
        await getattr(websocket, name)()


@pytest.mark.anyio
async def test_a_session_that_does_not_start_with_connect_is_an_error():
    websocket, _ = session(text("x"))

    with pytest.raises(RuntimeError, match=r'Expected ASGI message "websocket\.connect", but got'):
        await websocket.accept()


@KINDS
@pytest.mark.parametrize(("name", "data"), [("send_text", "x"), ("send_bytes", b"x"), ("send_json", 1)])
@pytest.mark.anyio
async def test_a_failing_send_means_that_the_client_left(cls, name, data):
    websocket, _ = await accepted(cls=cls)

    async def send(message):
        raise OSError("gone")

    websocket._send = send
    with pytest.raises(WebSocketDisconnect) as caught:
        await getattr(websocket, name)(data)

    assert caught.value.code == 1006
    assert websocket.application_state is WebSocketState.DISCONNECTED


@pytest.mark.anyio
async def test_states_can_be_set_by_a_framework():
    websocket, client = session()

    websocket.client_state = WebSocketState.CONNECTED
    websocket.application_state = WebSocketState.CONNECTED
    await websocket.send_text("tea")
    websocket.application_state = WebSocketState.DISCONNECTED

    assert len(client.sent) == 1
    with pytest.raises(WebSocketDisconnected):
        await websocket.send_text("tea")


# Refusals


@pytest.mark.parametrize("refuse", ["method", "app"])
@pytest.mark.anyio
async def test_refusing_a_handshake_takes_its_connect_message_first(refuse):
    order = []

    async def receive():
        order.append("receive")
        return CONNECT

    async def send(message):
        order.append(message)

    if refuse == "method":
        await WebSocket(SCOPE, receive, send).close()
    else:
        await WebSocketClose()(SCOPE, receive, send)

    assert order == ["receive", CLOSE]


@pytest.mark.anyio
async def test_refusing_does_not_wait_for_a_connect_message_that_another_took():
    websocket, client = session()

    await websocket.close(1008, "no")
    await WebSocketClose(1001, "bye")(SCOPE, client.receive, client.send)

    assert client.sent == [
        {"type": "websocket.close", "code": 1008, "reason": "no"},
        {"type": "websocket.close", "code": 1001, "reason": "bye"},
    ]


@pytest.mark.anyio
async def test_closing_from_another_object_than_the_one_that_accepted_closes():
    websocket, client = await accepted(text("tea"))

    await WebSocket(websocket.scope, client.receive, client.send).close(1008, "no")

    assert client.sent == [{"type": "websocket.close", "code": 1008, "reason": "no"}]


@pytest.mark.anyio
async def test_a_handshake_is_denied_with_a_response():
    websocket, client = session(CONNECT, extensions={"websocket.http.response": {}})

    await websocket.send_denial_response(PlainTextResponse("no", 403))

    assert [message["type"] for message in client.sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert websocket.application_state is WebSocketState.DISCONNECTED
    assert websocket.client_state is WebSocketState.CONNECTED


@pytest.mark.anyio
async def test_a_denial_in_parts_is_over_with_the_last():
    websocket, _ = session(CONNECT)

    await websocket.send({"type": "websocket.http.response.start", "status": 403, "headers": []})
    await websocket.send({"type": "websocket.http.response.body", "body": b"a", "more_body": True})
    assert websocket.application_state is WebSocketState.RESPONSE
    with pytest.raises(RuntimeError, match=r'"websocket\.http\.response\.body", but got'):
        await websocket.send(CLOSE)
    await websocket.send({"type": "websocket.http.response.body", "body": b"b"})

    assert websocket.application_state is WebSocketState.DISCONNECTED


@pytest.mark.anyio
async def test_a_denial_that_the_server_cannot_send_names_close():
    websocket, _ = session(CONNECT)

    with pytest.raises(RuntimeError, match=r"doesn't support the Websocket Denial Response.*Use close\(\)"):
        await websocket.send_denial_response(PlainTextResponse("no"))


@pytest.mark.anyio
async def test_accepting_after_the_connect_message_was_received_does_not_wait_for_another():
    client = Client(CONNECT)
    websocket = WebSocket(SCOPE, client.receive, client.send)

    assert await websocket.receive() == CONNECT
    await websocket.accept()

    assert client.sent == [ACCEPT]
