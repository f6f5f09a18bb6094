"""A WebSocket that the app leaves open is closed with a code that says why."""

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from asgi_nb.service.service import start


async def returns(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})


async def raises(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    raise ValueError("no")


async def closes(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4000, "reason": "done"})


def for_sockets(app):
    async def served(scope, receive, send):
        if scope["type"] == "websocket":
            await app(scope, receive, send)

    return served


@pytest.mark.parametrize(
    ("app", "code"),
    [
        pytest.param(returns, 1000, id="returns"),
        pytest.param(raises, 1011, id="raises"),
        pytest.param(closes, 4000, id="closes-itself"),
    ],
)
def test_the_client_is_told_how_it_ended(app, code):
    service = start(for_sockets(app))

    with connect(service.websocket_url) as client, pytest.raises(ConnectionClosed):
        client.recv(timeout=5)
    service.stop()

    assert client.close_code == code
