"""FastAPI: limits, event streams, own route and request classes, and old-fashioned parts."""

import gzip
import json
import tempfile
import warnings
from pathlib import Path
from typing import Annotated

from fastapi import Body, Depends, FastAPI, File, Form, HTTPException, Request, UploadFile, WebSocket
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.routing import APIRoute, APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.templating import Jinja2Templates
from fastapi.testclient import TestClient
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware

log = []

HERE = Path(tempfile.mkdtemp())
(HERE / "tea.html").write_text("{{ name }} {{ url_for('tea') }}")
templates = Jinja2Templates(HERE)


class GzipRequest(Request):
    """A request whose body may be compressed."""

    async def body(self):
        if not hasattr(self, "_body"):
            body = await super().body()
            if "gzip" in self.headers.getlist("content-encoding"):
                body = gzip.decompress(body)
            self._body = body
        return self._body


class GzipRoute(APIRoute):
    """Gives its endpoint such a request, and says how it went."""

    def get_route_handler(self):
        original = super().get_route_handler()

        async def handler(request):
            try:
                response = await original(GzipRequest(request.scope, request.receive))
            except HTTPException as exc:
                log.append(exc.status_code)
                raise
            response.headers["x-route"] = self.path
            return response

        return handler


class Timed(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request.state.timed = True
        body = await request.body()
        response = await call_next(request)
        response.headers["x-body"] = str(len(body))
        return response


def full():
    app = FastAPI()
    app.add_middleware(Timed)
    app.add_middleware(SessionMiddleware, secret_key="secret")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["testserver"])

    compressed = APIRouter(route_class=GzipRoute)

    @compressed.post("/sum")
    async def add(numbers: Annotated[list[int], Body()]):
        return sum(numbers)

    @compressed.get("/broken")
    async def broken():
        raise HTTPException(402)

    app.include_router(compressed, prefix="/gzip")

    @app.get("/tea", name="tea")
    async def tea(request: Request):
        return templates.TemplateResponse(request, "tea.html", {"name": "<Ada>"})

    @app.get("/state")
    async def state(request: Request):
        request.session["seen"] = True
        return request.state.timed

    async def resource():
        log.append("open")
        yield "resource"
        log.append("close")

    @app.get("/held")
    async def held(value: Annotated[str, Depends(resource)]):
        async def chunks():
            log.append("chunk")
            yield value

        return StreamingResponse(chunks())

    @app.get("/events", response_class=EventSourceResponse)
    async def events():
        for number in range(2):
            yield ServerSentEvent(data={"n": number}, event="number", id=str(number))

    @app.get("/lines")
    async def lines() -> list[int]:
        return [1, 2]

    @app.websocket("/ws/{n}")
    async def socket(websocket: WebSocket, n: int):
        await websocket.accept()
        await websocket.send_json([n, websocket.url_for("socket", n=n).path])
        await websocket.close()

    return app


def limited():
    app = FastAPI(max_body_size=200)

    @app.post("/json")
    async def read_json(body: dict):
        return len(json.dumps(body))

    @app.post("/file")
    async def read_file(file: Annotated[UploadFile, File()], note: Annotated[str, Form()] = ""):
        return file.size

    @app.post("/raw")
    async def read_raw(request: Request):
        return len(await request.body())

    return app


def answers():
    client = TestClient(full(), raise_server_exceptions=False)
    packed = gzip.compress(b"[1, 2, 3]")
    added = client.post(
        "/gzip/sum", content=packed, headers={"content-encoding": "gzip", "content-type": "application/json"}
    )
    assert added.json() == 6, added.text
    yield "own request class", [added.status_code, added.text, added.headers["x-route"]]
    for path in ["/gzip/broken", "/tea", "/held", "/events", "/lines", "/gzip/none"]:
        yield path, client.get(path)
    state = client.get("/state")
    yield "state and session", [state.text, "session" in state.cookies, state.headers["x-body"]]
    yield "wrong host", client.get("/tea", headers={"host": "evil.example"})
    for path in ["/ws/3", "/ws/x"]:
        try:
            with client.websocket_connect(path) as websocket:
                yield path, websocket.receive_json()
        except Exception as exc:  # noqa: BLE001 - which one it is, is the answer
            yield path, [type(exc).__name__, getattr(exc, "code", None)]
    yield "log", log

    client = TestClient(limited(), raise_server_exceptions=False)
    for size in (10, 1000):
        yield f"JSON of {size}", client.post("/json", json={"a": "x" * size})
        yield f"file of {size}", client.post("/file", files={"file": ("f", b"x" * size)})
        yield f"raw of {size}", client.post("/raw", content=b"x" * size)
        yield f"chunks of {size}", client.post("/raw", content=iter([b"x" * (size // 2)] * 2))

    secure = FastAPI()
    secure.add_middleware(HTTPSRedirectMiddleware)
    yield "to https", TestClient(secure).get("/", follow_redirects=False)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.middleware.wsgi import WSGIMiddleware

        old = FastAPI()

        @old.on_event("startup")
        def start():
            log.append("startup")

        @old.on_event("shutdown")
        async def stop():
            log.append("shutdown")

    def wsgi(environ, start_response):
        start_response("200 OK", [("content-type", "text/plain")])
        return [environ["SCRIPT_NAME"].encode(), b" ", environ["PATH_INFO"].encode()]

    old.mount("/wsgi", WSGIMiddleware(wsgi))
    old.add_route("/plain", lambda request: PlainTextResponse("plain"), methods=["GET"])
    log.clear()
    with TestClient(old) as client:
        yield "WSGI", client.get("/wsgi/a")
        yield "plain route", client.get("/plain")
    yield "events of old", log
