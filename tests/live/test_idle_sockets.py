"""What a WebSocket weighs while nothing happens on it."""

import gc
import socket
import tracemalloc
from urllib.parse import urlsplit

import pytest

from asgi_nb.live.notebook import Cell
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.service import start

COUNT = 100
BODY = """await websocket.accept()
async for text in websocket.iter_text():
    pass"""
HELLO = (
    b"GET /idle HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)


@pytest.fixture
def opened():
    sockets = []
    yield sockets
    for one in sockets:
        one.close()


def test_an_idle_socket_that_is_recorded_weighs_less_than_20_kib(app, run_as, opened):
    with app.cell_run(Cell("w")):
        app.define_websocket("/idle", run_as(BODY, "w", magic="%%asgi_websocket /idle"))
    service = start(Tap(app, Store(), provenance=app))
    address = urlsplit(service.local_url)

    def connect(count):
        for _ in range(count):
            one = socket.create_connection((address.hostname, address.port), timeout=10)
            opened.append(one)
            one.sendall(HELLO)
            assert b" 101 " in one.recv(4096)
        gc.collect()

    # What the first ones bring into memory is paid once.
    connect(20)
    tracemalloc.start()
    try:
        connect(COUNT)
        each = tracemalloc.get_traced_memory()[0] / COUNT
    finally:
        tracemalloc.stop()
        service.stop()

    assert each < 20 * 1024
