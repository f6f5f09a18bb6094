"""Messages from a cell into an open WebSocket, to either end, and its end from either side."""

import asyncio
import threading

import anyio
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from asgi_nb.live.notebook import Cell
from asgi_nb.live.sessions import Sessions, WithSessions
from asgi_nb.record.line import NotOpenError
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.service import start

ECHO = """await websocket.accept()
async for text in websocket.iter_text():
    await websocket.send_text('echo ' + text)"""


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def service(app, store):
    running = start(Tap(app, store, provenance=app))
    yield running
    running.stop()


@pytest.fixture
def echo(app, run_as, service):
    """A client of an echo, whose handler has accepted."""
    with app.cell_run(Cell("w")):
        app.define_websocket("/echo", run_as(ECHO, "w", magic="%%asgi_websocket /echo"))
    with connect(service.websocket_url + "echo") as client:
        client.send("hello")
        assert client.recv(timeout=10) == "echo hello"
        yield client


def said(exchange):
    return [(one.direction, one.data.decode(), one.injected) for one in exchange.websocket.messages]


def close_of(client):
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=10)
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_the_client_gets_what_a_cell_sends_as_if_it_were_the_apps(echo, store):
    store[-1].websocket.send_to_client("tea")
    store[-1].websocket.send_to_client(b"\x01")

    assert echo.recv(timeout=10) == "tea"
    assert echo.recv(timeout=10) == b"\x01"
    assert said(store[-1])[2:] == [("send", "tea", True), ("send", "\x01", True)]
    assert "send injected text 3 bytes" in repr(store[-1].websocket.messages[2])


def test_an_app_that_waits_gets_what_a_cell_sends_at_once(echo, store):
    store[-1].websocket.send_to_app("tea")

    assert echo.recv(timeout=10) == "echo tea"
    echo.send("and on")
    assert echo.recv(timeout=10) == "echo and on"
    assert said(store[-1])[2:] == [
        ("receive", "tea", True),
        ("send", "echo tea", False),
        ("receive", "and on", False),
        ("send", "echo and on", False),
    ]


def test_nothing_of_the_clients_is_lost_beside_what_a_cell_sends(echo, store):
    socket = store[-1].websocket

    def flood():
        for number in range(200):
            echo.send(f"c{number}")

    client = threading.Thread(target=flood)
    client.start()
    for number in range(200):
        socket.send_to_app(f"n{number}")
    client.join()
    answers = [echo.recv(timeout=10) for _ in range(400)]

    assert [one for one in answers if one.startswith("echo c")] == [f"echo c{n}" for n in range(200)]
    assert [one for one in answers if one.startswith("echo n")] == [f"echo n{n}" for n in range(200)]


def test_whoever_cancels_the_handler_in_the_same_moment_is_obeyed():
    async def main():
        sessions = Sessions(lambda scope: None, lambda scope: False)
        went_on = []

        async def app(scope, receive, send):
            await send({"type": "websocket.accept"})
            went_on.append(await receive())

        async def send(message):
            pass

        running = asyncio.create_task(sessions.run(app, {"path": "/"}, asyncio.Queue().get, send))
        await asyncio.sleep(0)
        (socket,) = sessions.open()
        socket.send_to_app("tea")
        # The message is put in on the next turn of the loop, and the handler would take it on the one after.
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return went_on

    assert asyncio.run(main()) == []


def test_closing_as_the_app_does_reaches_the_client_with_code_and_reason(echo, store, service):
    store[-1].websocket.close_client(4001, "enough")

    assert close_of(echo) == (4001, "enough")
    service.stop()
    close = store[-1].websocket.close
    assert (close.code, close.reason, close.by) == (4001, "enough", "notebook")
    assert (store[-1].state, store[-1].error, store[-1].faults) == ("done", None, [])


def test_closing_as_the_client_does_reaches_the_app(app, run_as, service, store, notebook):
    seen = notebook.namespace["seen"] = []
    body = (
        "await websocket.accept()\nawait websocket.send_text('ready')\n"
        "while True:\n    message = await websocket.receive()\n    seen.append(message)\n"
        "    if message['type'] == 'websocket.disconnect':\n        break"
    )
    with app.cell_run(Cell("w")):
        app.define_websocket("/s", run_as(body, "w", magic="%%asgi_websocket /s"))
    with connect(service.websocket_url + "s") as client:
        client.recv(timeout=10)

        store[-1].websocket.close_app(1001, "bye")

        assert close_of(client)[0] == 1000
    service.stop()
    assert [(one["type"], one["code"], one["reason"]) for one in seen] == [
        ("websocket.disconnect", 1001, "bye")
    ]
    close = store[-1].websocket.close
    assert (close.code, close.by) == (1001, "notebook")
    assert (store[-1].state, store[-1].error, store[-1].faults) == ("done", None, [])


def test_a_socket_that_is_over_says_so(echo, store, service):
    socket = store[-1].websocket
    echo.close(4000)
    service.stop()

    with pytest.raises(NotOpenError, match=r"is closed \(4000, by client\)"):
        socket.send_to_client("tea")
    with pytest.raises(NotOpenError):
        socket.close_client()


def test_a_closed_socket_says_so_also_while_its_handler_still_tidies_up(
    app, run_as, service, store, notebook
):
    tidied = notebook.namespace["tidied"] = threading.Event()
    notebook.namespace["anyio"] = anyio
    body = (
        "await websocket.accept()\nawait websocket.send_text('ready')\n"
        "try:\n    await websocket.receive_text()\n"
        "finally:\n    await anyio.to_thread.run_sync(tidied.wait)"
    )
    with app.cell_run(Cell("w")):
        app.define_websocket("/s", run_as(body, "w", magic="%%asgi_websocket /s"))
    with connect(service.websocket_url + "s") as client:
        client.recv(timeout=10)
        store[-1].websocket.close_client(4000, "enough")
        try:
            with pytest.raises(NotOpenError, match=r"is closed \(4000, by notebook\)"):
                store[-1].websocket.send_to_client("late")
        finally:
            tidied.set()


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        pytest.param(lambda ws: ws.send_to_app({"a": 1}), TypeError, "use json.dumps", id="dict"),
        pytest.param(lambda ws: ws.close_client(1005), ValueError, "got 1005", id="code-never-sent"),
        pytest.param(lambda ws: ws.close_client(True), ValueError, "got True", id="bool"),
        pytest.param(lambda ws: ws.close_app(5000), ValueError, "which only an app is told", id="too-large"),
        pytest.param(lambda ws: ws.close_client(1000, "ä" * 62), ValueError, "at most 123", id="long-reason"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_the_socket_stays(echo, store, act, error, text):
    with pytest.raises(error, match=text):
        act(store[-1].websocket)

    echo.send("still")
    assert echo.recv(timeout=10) == "echo still"


def test_a_socket_that_was_not_accepted_takes_nothing(app, run_as, service, store, notebook):
    refused = notebook.namespace["refused"] = []
    notebook.namespace["traffic"] = store
    body = (
        "try:\n    traffic[-1].websocket.send_to_client('early')\n"
        "except Exception as exc:\n    refused.append(type(exc).__name__)\n"
        "await websocket.accept()\nawait websocket.send_text('ready')"
    )
    with app.cell_run(Cell("w")):
        app.define_websocket("/s", run_as(body, "w", magic="%%asgi_websocket /s"))
    with connect(service.websocket_url + "s") as client:
        assert client.recv(timeout=10) == "ready"

    assert refused == ["NotOpenError"]


def test_a_foreign_app_can_be_spoken_to_as_well(store):
    async def foreign(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": "got " + message["text"]})

    running = start(Tap(WithSessions(foreign), store))
    try:
        with connect(running.websocket_url) as client:
            client.send("a")
            assert client.recv(timeout=10) == "got a"
            store[-1].websocket.send_to_app("b")
            assert client.recv(timeout=10) == "got b"
    finally:
        running.stop()
