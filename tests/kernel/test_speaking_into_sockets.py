"""A cell that speaks into an open WebSocket, of a handler on the server's loop or on the kernel's."""

import pytest
from websockets.sync.client import connect

pytestmark = pytest.mark.kernel

ECHO = """%%asgi_websocket /said{options}
await websocket.accept()
async for text in websocket.iter_text():
    await websocket.send_text(text.upper())"""


@pytest.mark.parametrize("options", ["", " --on kernel"])
def test_a_cell_speaks_to_both_ends_of_a_socket(kernel, url, options):
    kernel.ok(ECHO.format(options=options), cell="said")
    with connect(url.replace("http", "ws") + "said") as client:
        client.send("hello")
        assert client.recv(timeout=15) == "HELLO"
        kernel.ok("socket = asgi_nb.traffic['WS /said'][-1].websocket")

        kernel.ok("socket.send_to_client('from a cell')")
        assert client.recv(timeout=15) == "from a cell"
        kernel.ok("socket.send_to_app('tea')")
        assert client.recv(timeout=15) == "TEA"
        client.send("and on")
        assert client.recv(timeout=15) == "AND ON"
        injected = kernel.value("[(one.direction, one.text) for one in socket.messages if one.injected]")
        assert injected == [("send", "from a cell"), ("receive", "tea")]

        kernel.ok("socket.close_client(4000, 'enough')")
        with pytest.raises(Exception, match="4000"):
            client.recv(timeout=15)

    run = kernel.run("socket.send_to_client('late')")
    assert run.error is not None
    assert "NotOpenError: this WebSocket is closed (4000, by notebook)" in run.error
    assert "Traceback" not in run.error
