"""Fixtures for the widgets: real traffic through a real tap, and a real browser over the real feed."""

import asyncio
import base64
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.player import set_player
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.web.responses import Response
from asgi_nb.web.results import ServerSentEvent
from asgi_nb.web.testclient import TestClient
from asgi_nb.widgets.actions import ACTIONS, Bench
from asgi_nb.widgets.desk import COMMANDS, Desk
from asgi_nb.widgets.feed import Feed
from asgi_nb.widgets.inspector import Inspector
from asgi_nb.widgets.wire import Answers


class Traffic:
    """Drives ASGI apps through a tap, so that the store holds what a server would have left there."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def http(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        query: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        body: bytes = b"",
        status: int = 200,
        response_headers: list[tuple[bytes, bytes]] | None = None,
        response_body: bytes = b"",
        error: Exception | None = None,
        stream: Callable[[Any, Any, Any], Awaitable[None]] | None = None,
    ) -> None:
        """Let one request run from its scope to the app's exit; `stream` takes the app's place."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            if error:
                raise error
            await send({"type": "http.response.start", "status": status, "headers": response_headers or []})
            await send({"type": "http.response.body", "body": response_body})

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query,
            "root_path": "",
            "headers": headers or [],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        received = iter([{"type": "http.request", "body": body, "more_body": False}])
        await self._run(stream or app, scope, lambda: next(received), error)

    async def websocket(
        self,
        path: str,
        script: Callable[[Any, Any], Awaitable[None]],
        received: list[dict[str, Any]] | None = None,
    ) -> None:
        """Let one WebSocket session run; `script(receive, send)` is the app after the handshake was read."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await script(receive, send)

        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": b"",
            "root_path": "",
            "headers": [],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
        }
        messages = iter([{"type": "websocket.connect"}, *(received or [])])
        await self._run(app, scope, lambda: next(messages), None)

    async def _run(
        self, app: Any, scope: dict[str, Any], take: Callable[[], Any], error: Exception | None
    ) -> None:
        async def receive() -> Any:
            return take()

        async def send(message: Any) -> None:
            return None

        try:
            await Tap(app, self.store)(scope, receive, send)
        except Exception as exc:
            if exc is not error:
                raise


@pytest.fixture
def store() -> Store:
    """An empty store of the default size."""
    return Store()


@pytest.fixture
def traffic(store: Store) -> Traffic:
    """What fills the store."""
    return Traffic(store)


@pytest.fixture
def run() -> Callable[[Awaitable[None]], None]:
    """Run a coroutine that never waits, to its end."""

    def drive(coroutine: Any) -> None:
        try:
            coroutine.send(None)
        except StopIteration:
            return
        raise AssertionError("the coroutine waited")

    return drive


# Not localhost: a page without TLS is no secure context there, as on many a JupyterHub.
ADDRESS = "http://notebook.test/"
PAGE = "<!doctype html><title>notebook</title><body style='margin:8px'><div id=cell></div>"

# A comm and a model as anywidget's, with the kernel's side behind `kernel(message)`.
HARNESS = """
async ({ source, height }) => {
  window.leaked = [];
  document.addEventListener("keydown", (event) => window.leaked.push(event.key));
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const listeners = new Set();
  const lost = new Set();
  // What JupyterLab's manager does when it hears that the kernel is restarted.
  window.restartKernel = () => lost.forEach((listener) => listener());
  const heard = (event) => (event === "msg:custom" ? listeners : lost);
  window.deliver = (messages) => {
    for (const { content, buffers } of messages) {
      for (const listener of listeners) listener(content, buffers.map(bytes));
    }
  };
  window.model = {
    get: () => height,
    send: (message) => void (window.settled = window.kernel(message).then(window.deliver)),
    on: (event, listener) => heard(event).add(listener),
    off: (event, listener) => heard(event).delete(listener),
  };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  window.widget = widget;
  widget.initialize({ model: window.model });
  window.cleanUp = widget.render({ model: window.model, el: document.getElementById("cell") });
}
"""


class Notebook:
    """A page with one inspector in it, and the kernel's side of it."""

    def __init__(self, page, store):
        self.page = page
        self.desk = Desk(store)
        self.feed = Feed(store, lambda: None, interval=0, beside=lambda: self.desk.state())
        self.answers = Answers(store)
        self.bench = Bench(store)
        self.connected = True
        page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.expose_function("kernel", lambda message: self.packed(self.kernel(message)))

    def open(self, height=420):
        self.page.goto(ADDRESS)
        self.page.evaluate(HARNESS, {"source": str(Inspector._esm), "height": height})

    def kernel(self, message):
        """Answer a message from the page. Another function may take its place."""
        if not self.connected:
            return []
        if message["kind"] == "ask":
            what = message["what"]
            replier = self.bench if what in ACTIONS else self.desk if what in COMMANDS else self.answers
            return [replier.reply(message)]
        messages = self.feed.receive(message)
        # What an acknowledgement makes room for waits for `push`, so that a test decides when it comes.
        wanted = message["kind"] in ("hello", "view")
        return messages + (self.feed.flush(time.monotonic()) if wanted else [])

    def push(self):
        """Send what has changed since."""
        self.page.evaluate("messages => deliver(messages)", self.packed(self.feed.flush(time.monotonic())))

    @staticmethod
    def packed(messages):
        return [
            {"content": content, "buffers": [base64.b64encode(buffer).decode() for buffer in buffers]}
            for content, buffers in messages
        ]

    def rows(self):
        """The drawn rows of the list, as (number, text), in the order of the screen."""
        return self.page.evaluate(
            """() => [...root().querySelectorAll(".main > .list .space > .row")]
                .map((row) => [Number(row.dataset.key), row.textContent])
                .sort((a, b) => a[0] - b[0])"""
        )


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    # Short names for the shadow root, whose elements page functions do not see from the document.
    context.add_init_script("window.root = () => document.querySelector('#cell > div').shadowRoot")
    page = context.new_page()
    page.set_default_timeout(20_000)
    failures = []
    page.on("pageerror", lambda error: failures.append(error))
    yield page
    context.close()
    assert failures == []


@pytest.fixture
def notebook(page, store):
    return Notebook(page, store)


# --- one exchange of every kind ----------------------------------------------------------------------------

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR4nGP4z8DwHwwZwKS9vQ0AT5wHgxxkHzUAAAAASUVORK5CYII="
)

ITEMS = {
    "items": [{"id": 1, "name": "tea", "tags": ["green", "loose"]}, {"id": 2, "price": 4.5, "sold": None}]
}

CELLS = [
    (1, "GET", "/items", "await asyncio.sleep(0)\nreturn ITEMS"),
    (2, "GET", "/items/{item_id:int}", "return {'id': item_id}"),
    (3, "GET", "/boom", "shelf = {}\nreturn shelf['green tea']"),
    (4, "GET", "/events", "for n in range(5):\n    yield Event({'n': n}, event='tick', id=str(n))"),
    (5, "POST", "/form", "form = await request.body()\nreturn None"),
    (6, "GET", "/slow", "import time\nawait asyncio.sleep(0)\ntime.sleep(0.12)\nreturn 'done'"),
    (7, "GET", "/csv", "return Response('name,price\\ntea,4\\n', media_type='text/csv')"),
    (8, "GET", "/lines", "return Response('{\"a\": 1}\\n{oops\\n', media_type='application/x-ndjson')"),
    (9, "GET", "/page", "return Response('<h1 lang=en>Tea</h1><p>green</p>', media_type='text/html')"),
    (10, "GET", "/bytes", "return bytes(range(256)) * 100"),
    (11, "GET", "/broken", "return Response('{\"a\": 1,\\n \"b\" 2}', media_type='application/json')"),
]


@pytest.fixture
def rich(store: Store, traffic: Traffic, run: Callable[[Awaitable[None]], None]) -> Iterator[Store]:
    """One exchange of every kind that the details know."""
    kit = Kit(PlainNotebook())
    live = kit.app
    set_player(store, kit)
    names = live.notebook.namespace
    names.update(asyncio=asyncio, ITEMS=ITEMS, Event=ServerSentEvent, Response=Response)
    for number, method, path, source in CELLS:
        live.notebook.current = Cell(f"cell-{number}", number, f"%%asgi_route {method} {path}\n{source}")
        live.define_route(method, path, source)
    live.notebook.current = Cell("cell-12", 12, "%%asgi_middleware\n...")
    live.define_middleware(
        "response = await call_next(request)\nresponse.headers['x-process-time'] = '1'\nreturn response"
    )
    tap = Tap(live, store, provenance=live)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    client = TestClient(recorded, raise_server_exceptions=False)
    secret = {"Authorization": "Bearer s3cr3t", "Cookie": "session=s3cr3t; theme=dark"}
    client.get("/items?q=green+tea&token=abc", headers=secret)
    client.get("/items/tea")
    client.get("/boom")
    client.get("/events")
    client.post("/form", data={"user": "ann", "password": "s3cr3t"})
    client.post("/form", data={"title": "tea"}, files={"pic": ("tea.png", PNG, "image/png")})
    client.get("/slow")
    for path in ("/csv", "/lines", "/page", "/bytes", "/broken"):
        client.get(path)
    store[-1].emit(OutputRecord(2_000_000, "stdout", "boiling\n"))
    store[-1].emit(OutputRecord(3_000_000, "log", "no tea", "WARNING", "shop"))
    store[-1].add_fault(4_000_000, "http.response.body is not allowed once the response is complete")
    store[-1].holds = (HoldRecord(0, 2_000_000_000, "request", "path:/broken", "went on"),)
    run(traffic.http("/tea.png", response_headers=[(b"content-type", b"image/png")], response_body=PNG))
    deflated = zlib.compress(b'{"a": 1}')
    coded = [(b"content-type", b"application/json"), (b"content-encoding", b"br")]
    run(traffic.http("/br", response_headers=coded, response_body=deflated))

    async def chat(receive, send):
        await send({"type": "websocket.accept", "headers": [(b"x-room", b"tea")]})
        await receive()
        await send({"type": "websocket.send", "text": '{"say": "hello"}'})
        await send({"type": "websocket.send", "bytes": b"\x00\x01\x02"})
        await send({"type": "websocket.close", "code": 1001})

    run(traffic.websocket("/chat", chat, [{"type": "websocket.receive", "text": "hello"}]))
    # The cell that answered last has changed meanwhile.
    live.notebook.current = Cell("cell-1", 13, "%%asgi_route GET /items\nreturn 1")
    live.define_route("GET", "/items", "return 1")
    yield store
    kit.close()
