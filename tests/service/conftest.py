"""Servers for a test, stopped after it, and apps to serve."""

import asyncio
import socket

import pytest

from asgi_nb.service.service import start


@pytest.fixture
def serve():
    """`asgi_nb.service.service.start`, whose services end with the test."""
    started = []

    def serve(app, **options):
        started.append(start(app, **options))
        return started[-1]

    yield serve
    for service in started:
        service.stop()


@pytest.fixture
def talk():
    """Send bytes on a connection of their own and give all that comes back until the server closes."""

    def talk(service, data):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
            peer.sendall(data)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    return talk


@pytest.fixture
def demo_app():
    """One app with a path for each way in which a server is used, or misused."""

    async def demo_app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise RuntimeError("no lifespan here")
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": message["text"]})
            return
        if scope["path"] == "/boom":
            raise ZeroDivisionError("the app's own fault")
        if scope["path"] == "/exit":
            raise SystemExit(3)
        if scope["path"] == "/exit-in-a-task":
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(leave())
        if scope["path"] == "/abandon":
            asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while scope["path"] == "/stream":
            await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
            await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async def leave():
        raise SystemExit(3)

    return demo_app
