"""Open WebSockets whose code was replaced: known as such, and closed on demand."""

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from asgi_nb.live.notebook import Cell
from asgi_nb.record.store import Store
from asgi_nb.record.summary import summarize
from asgi_nb.record.tap import Tap
from asgi_nb.service.service import start

ECHO = """await websocket.accept()
async for text in websocket.iter_text():
    await websocket.send_text('{} ' + text)"""


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def service(app, store):
    """A server of the live app whose traffic is recorded."""
    running = start(Tap(app, store, provenance=app))
    yield running
    running.stop()


@pytest.fixture
def socket_cell(app, run_as):
    """Run a `%%asgi_websocket` cell."""

    def run(body, path="/echo", cell="w"):
        with app.cell_run(Cell(cell)):
            return app.define_websocket(path, run_as(body, cell, magic=f"%%asgi_websocket {path}"))

    return run


def echo(client, text="tea"):
    client.send(text)
    return client.recv(timeout=10)


def read_to_the_end(client):
    try:
        while True:
            client.recv(timeout=10)
    except ConnectionClosed as exc:
        return exc.rcvd.code


def test_an_open_socket_is_known_to_run_on_old_code(app, service, socket_cell, store):
    socket_cell(ECHO.format("old"))
    with connect(service.websocket_url + "echo") as client:
        assert echo(client) == "old tea"
        assert [(one.path, one.label, one.replaced) for one in app.sockets()] == [("/echo", "[1]", False)]
        assert app.table().notes == []

        socket_cell(ECHO.format("new"))

        assert repr(app.sockets()) == "<OpenSocket /echo [1] (old code)>"
        assert ">old</td>" in app.sockets()._repr_html_()
        assert repr(app.table()).splitlines()[-1] == (
            "1 WebSocket is open on old code; to close: %asgi_routes --close-replaced"
        )
        assert "open on old code" in app.table()._repr_html_()
        assert summarize(store[-1])["replaced"] is True
        assert echo(client) == "old tea"


def test_what_was_replaced_is_closed_with_1012_and_the_rest_stays(app, service, socket_cell, store):
    socket_cell(ECHO.format("old"))
    socket_cell(ECHO.format("other"), "/other", "o")
    url = service.websocket_url
    with connect(url + "echo") as client, connect(url + "other") as other:
        echo(client)
        echo(other)
        socket_cell(ECHO.format("new"))

        assert repr(app.close_replaced()) == "closed /echo"

        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
        assert closed.value.rcvd.code == 1012
        assert closed.value.rcvd.reason == "the code behind this socket was replaced; connect again"
        assert echo(other) == "other tea"
        assert [one.path for one in app.sockets()] == ["/other"]
        with connect(url + "echo") as again:
            assert echo(again) == "new tea"


def test_with_nothing_replaced_nothing_is_closed(app):
    assert repr(app.close_replaced()) == "no WebSocket is open on old code"
    assert repr(app.sockets()) == "no WebSocket is open"
    assert app.sockets()._repr_html_() == "<div>no WebSocket is open</div>"
    assert "no WebSocket is open" in app.close_replaced()._repr_html_()


def test_a_handler_that_sends_on_is_ended_without_an_error(app, service, socket_cell, store, notebook):
    ended = notebook.namespace["ended"] = []
    socket_cell(
        "import anyio\nawait websocket.accept()\ntry:\n    while True:\n"
        "        await websocket.send_text('x')\n        await anyio.sleep(0.001)\n"
        "finally:\n    ended.append(1)"
    )
    with connect(service.websocket_url + "echo") as client:
        assert client.recv(timeout=10) == "x"
        socket_cell(ECHO.format("new"))
        app.close_replaced()

        assert read_to_the_end(client) == 1012
    service.stop()

    assert ended == [1]
    exchange = store[-1]
    assert (exchange.state, exchange.error) == ("done", None)
    assert exchange.websocket.close.code == 1012


def test_a_socket_is_closed_with_another_code_too(app, service, socket_cell):
    socket_cell(ECHO.format("a"))
    with connect(service.websocket_url + "echo") as client:
        echo(client)

        app.sockets()[0].close(4000, "enough")

        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "enough")
        assert app.sockets() == []


def test_a_cell_that_fails_gives_the_socket_its_code_back(app, service, socket_cell, store, run_as):
    socket_cell(ECHO.format("a"))

    def failing():
        with app.cell_run(Cell("w")):
            app.define_websocket("/echo", run_as(ECHO.format("b"), "w"))
            assert app.sockets()[0].replaced
            raise ZeroDivisionError

    with connect(service.websocket_url + "echo") as client:
        echo(client)
        with pytest.raises(ZeroDivisionError):
            failing()

        assert not app.sockets()[0].replaced
        assert summarize(store[-1])["replaced"] is False


@pytest.mark.anyio
async def test_a_socket_that_is_over_is_no_longer_listed(app, socket_cell, talk):
    socket_cell(ECHO.format("a"))

    sent, _ = await talk(app, "/echo", "tea")

    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send"]
    assert app.sockets() == []


def test_each_message_is_recorded_once_whatever_lies_between_the_tap_and_the_app(app, socket_cell, store):
    async def between(scope, receive, send):
        async def received():
            return await receive()

        async def sent(message):
            await send(message)

        await app(scope, received, sent)

    running = start(Tap(between, store, provenance=app))
    socket_cell(ECHO.format("new"))
    with connect(running.websocket_url + "echo") as client:
        assert [echo(client), echo(client)] == ["new tea", "new tea"]
        said = [(one.direction, one.text) for one in store[-1].websocket.messages]
        store[-1].websocket.send_to_app("cake")
        assert client.recv(timeout=10) == "new cake"
    running.stop()

    assert said == [("receive", "tea"), ("send", "new tea")] * 2
    assert [one.injected for one in store[-1].websocket.messages] == [False] * 4 + [True, False]
