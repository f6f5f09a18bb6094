"""Notebooks for the tests of the live app: a plain one, and a real IPython shell."""

import json
from dataclasses import dataclass, field

import anyio
import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import Cell, IPythonNotebook, PlainNotebook


@pytest.fixture
def notebook():
    """A notebook without IPython, in which `run_as` sets the running cell."""
    return PlainNotebook()


@pytest.fixture
def run_as(notebook):
    """Say which cell is running, and with what text below its magic line."""
    counts = iter(range(1, 10_000))

    def run(body: str, cell_id: str | None = "a", *, magic: str = "%%asgi_route GET /") -> str:
        notebook.current = Cell(cell_id, next(counts), f"{magic}\n{body}")
        return body

    return run


@pytest.fixture
def shell(bare_shell):
    """A real IPython shell that writes no history."""
    return bare_shell


@pytest.fixture
def ipython(shell):
    """The notebook that stands for the shell."""
    return IPythonNotebook(shell)


@pytest.fixture
def app(notebook):
    """A live app on the plain notebook."""
    return LiveApp(notebook)


@pytest.fixture
def define(app, run_as):
    """Run a `%%asgi_route` cell: `define("GET /items", "return 1", cell="a")`."""

    def run(line: str, body: str, cell: str | None = "a", **options):
        methods, path = line.split(" ", 1)
        with app.cell_run(Cell(cell)):
            return app.define_route(methods, path, run_as(body, cell), **options)

    return run


@dataclass
class Answer:
    """What an app sent for one request."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: BaseException | None = None
    """What left the app."""
    scope: dict = field(default_factory=dict)

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture
def ask():
    """Send one request straight into an app: `await ask(app, "GET /items?q=tea")`."""

    async def send_request(app, line: str, body: bytes = b"", accept: str = "*/*") -> Answer:
        method, target = line.split(" ", 1)
        path, _, query = target.partition("?")
        answer = Answer()
        answer.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"testserver"), (b"accept", accept.encode())],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }

        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if not incoming:
                # As a server does while the client stays.
                await anyio.sleep_forever()
            return incoming.pop()

        async def send(message):
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")

        try:
            await app(answer.scope, receive, send)
        except Exception as exc:  # noqa: BLE001 - what left the app is part of the answer
            answer.error = exc
        return answer

    return send_request


@pytest.fixture
def talk():
    """Open a socket straight into an app, send texts, and give what came back, with the scope."""

    async def session(app, path: str, *texts: str, sent=None, lost_after=None):
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"testserver")],
            "subprotocols": [],
            "client": ("127.0.0.1", 50000),
            "server": ("testserver", 80),
        }
        incoming = iter(
            [
                {"type": "websocket.connect"},
                *({"type": "websocket.receive", "text": text} for text in texts),
                {"type": "websocket.disconnect", "code": 1000},
            ]
        )
        sent = [] if sent is None else sent

        async def receive():
            return next(incoming)

        async def send(message):
            if lost_after is not None and len(sent) >= lost_after:
                raise OSError("the client is gone")
            sent.append(message)

        await app(scope, receive, send)
        return sent, scope

    return session
