"""A served app that answers with what it was asked, and the exchanges that it recorded."""

import os
import socket
import subprocess
import sys

import pytest

from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.service import start


async def echo(scope, receive, send):
    """Answer a request with JSON of what came; say a WebSocket's messages again."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
        while (message := await receive())["type"] == "websocket.receive":
            again = {key: message[key] for key in ("text", "bytes") if message.get(key) is not None}
            await send({"type": "websocket.send"} | again)
        return
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = b'{"id": 17, "name": "tea", "made_at": "2026-11-22T19:00:00Z", "token": "t-1"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Live:
    """The echo app behind a real server."""

    def __init__(self):
        self.store = Store()
        self.service = start(Tap(echo, self.store), host="127.0.0.1", port=0)
        self.url = self.service.local_url.rstrip("/")
        self.port = self.service.port

    def raw(self, head, body=b""):
        """Send a request as these bytes, and give its exchange."""
        lines = b"".join(line + b"\r\n" for line in head)
        length = b"content-length: %d\r\n" % len(body) if body else b""
        end = b"host: 127.0.0.1:%d\r\nconnection: close\r\n%s\r\n" % (self.port, length)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(lines + end + body)
            while connection.recv(65536):
                pass
        return self.store[-1]

    def run(self, command, script, **environ):
        """Run a program that asks the server, and give what it printed and the exchange it caused."""
        before = self.store.counts()["last_seq"]
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        # Over stdin: a command line may not be as long as a script.
        ended = subprocess.run(
            command, input=str(script), capture_output=True, text=True, timeout=50, env=clean | environ
        )
        assert ended.returncode == 0, ended.stderr
        new = self.store.since(before)
        return ended.stdout, new[-1] if new else None

    def sh(self, code, **environ):
        return self.run(["bash"], code, **environ)

    def python(self, code, **environ):
        return self.run([sys.executable, "-W", "error", "-"], code, **environ)


@pytest.fixture(scope="module")
def live():
    running = Live()
    yield running
    running.service.stop()


@pytest.fixture
def make_request(play, make_scope):
    """Make an exchange of a request with these headers and this body, that was answered with 200."""

    def make_request(*headers, body=b"", status=200, **scope):
        script = [
            ("receive", {"type": "http.request", "body": body}),
            ("send", {"type": "http.response.start", "status": status, "headers": []}),
            ("send", {"type": "http.response.body"}),
        ]
        return play(*script, scope=make_scope(headers=list(headers), **scope))

    return make_request
