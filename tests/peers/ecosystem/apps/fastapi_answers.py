"""FastAPI: what most apps use of it, over HTTP, WebSockets and the lifespan."""

import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    Security,
    UploadFile,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from fastapi.security import HTTPBasic, HTTPBasicCredentials, OAuth2PasswordBearer
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

log = []
"""What happened, in order."""


class Item(BaseModel):
    name: str = Field(min_length=2)
    price: float
    tags: list[str] = []
    secret: str = "hidden"


class PublicItem(BaseModel):
    name: str
    price: float


class OutOfTea(Exception):
    pass


@asynccontextmanager
async def lifespan(app):
    log.append("startup")
    yield {"started_with": app.title}
    log.append("shutdown")


app = FastAPI(title="Tea", lifespan=lifespan)
app.add_middleware(GZipMiddleware, minimum_size=1000)
app.add_middleware(CORSMiddleware, allow_origins=["https://tea.example"], allow_methods=["*"])


@app.middleware("http")
async def add_header(request, call_next):
    response = await call_next(request)
    response.headers["x-path"] = request.url.path
    return response


@app.exception_handler(OutOfTea)
async def out_of_tea(request, exc):
    return JSONResponse({"sorry": str(exc), "path": request.url.path}, status_code=418)


@app.exception_handler(404)
async def nothing_here(request, exc):
    return JSONResponse({"nothing": request.url.path, "detail": exc.detail}, status_code=404)


async def session():
    log.append("open")
    try:
        yield "session"
    except ValueError as exc:
        log.append(f"saw {exc}")
        raise
    finally:
        log.append("close")


def limit(limit: Annotated[int, Query(ge=1, le=50)] = 10):
    return limit


Session = Annotated[str, Depends(session)]


@app.get("/items/{item_id}")
async def read_item(item_id: int, limit: Annotated[int, Depends(limit)], q: str | None = None):
    return {"item_id": item_id, "limit": limit, "q": q}


@app.post("/items", response_model=PublicItem, status_code=201)
async def create_item(item: Item):
    return item


@app.get("/sync", name="plain")
def sync(request: Request):
    return {"url": str(request.url_for("plain")), "item": request.app.url_path_for("read_item", item_id=7)}


@app.get("/session")
async def with_session(db: Session):
    log.append(f"use {db}")
    return db


@app.get("/session/broken")
async def with_broken_session(db: Session):
    raise ValueError("broken")


@app.get("/state")
async def state(request: Request):
    return {"started_with": request.state.started_with}


@app.get("/headers")
async def headers(response: Response, x_token: Annotated[list[str] | None, Header()] = None):
    response.headers["x-extra"] = "1"
    response.set_cookie("seen", "yes", max_age=60, httponly=True)
    return x_token


@app.post("/upload")
async def upload(
    note: Annotated[str, Form()], file: UploadFile, more: Annotated[list[UploadFile], File()] = ()
):
    size = len(await file.read())
    await file.seek(0)
    first = await file.read(3)
    others = [other.filename for other in more]
    return {"note": note, "name": file.filename, "size": size, "first": first.decode(), "others": others}


@app.post("/form")
async def form(name: Annotated[str, Form()], age: Annotated[int, Form()]):
    return {"name": name, "age": age}


@app.get("/background")
async def background(tasks: BackgroundTasks):
    tasks.add_task(log.append, "background")
    return "later"


@app.get("/tea")
async def tea():
    raise OutOfTea("no leaves")


@app.get("/teapot")
async def teapot():
    raise HTTPException(503, detail={"why": "boiling"}, headers={"retry-after": "3"})


@app.get("/crash")
async def crash():
    raise RuntimeError("crash")


@app.get("/stream")
async def stream():
    async def numbers():
        for number in range(4):
            yield f"{number}\n"

    return StreamingResponse(numbers(), media_type="text/plain")


@app.get("/large")
async def large():
    return {"text": "tea " * 1000}


@app.get("/html", response_class=HTMLResponse)
async def html():
    return "<h1>Tea</h1>"


@app.get("/file")
async def file():
    return FileResponse(FILES / "tea.txt", filename="tea.txt")


@app.get("/away")
async def away():
    return RedirectResponse("/html")


@app.get("/any")
@app.put("/any", operation_id="put_any")
async def any_method(request: Request):
    return request.method


basic = HTTPBasic()
bearer = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read."})


@app.get("/basic")
async def who(credentials: Annotated[HTTPBasicCredentials, Depends(basic)]):
    return credentials.username


@app.get("/bearer")
async def token(token: Annotated[str, Security(bearer, scopes=["read"])]):
    return token


@app.websocket("/ws/{room}")
async def chat(websocket: WebSocket, room: str, db: Session, shout: bool = False):
    await websocket.accept()
    try:
        async for text in websocket.iter_text():
            await websocket.send_json({"room": room, "text": text.upper() if shout else text, "db": db})
    except WebSocketDisconnect:
        log.append("left")


@app.websocket("/closed")
async def closed(websocket: WebSocket, key: str | None = None):
    if key is None:
        raise WebSocketException(1008, "a key is needed")
    await websocket.accept()
    await websocket.close(1001, "bye")


router = APIRouter(prefix="/v1", tags=["v1"], dependencies=[Depends(limit)])


@router.get("/hello")
async def hello():
    return "v1"


@router.websocket("/ws")
async def hello_socket(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text(websocket.url.path)
    await websocket.close()


app.include_router(router)

sub = FastAPI(title="Sub")


@sub.get("/hello/{name}")
async def sub_hello(request: Request, name: str):
    return {"name": name, "root_path": request.scope["root_path"], "url": str(request.url)}


@sub.exception_handler(OutOfTea)
async def sub_out_of_tea(request, exc):
    return PlainTextResponse("sub", 420)


@sub.get("/tea")
async def sub_tea():
    raise OutOfTea


app.mount("/sub", sub)

FILES = Path(tempfile.mkdtemp())
(FILES / "tea.txt").write_text("Put the kettle on.")
# The same in each run, as its ETag is made of it.
os.utime(FILES / "tea.txt", (1_700_000_000, 1_700_000_000))
app.mount("/static", StaticFiles(directory=FILES), name="static")

strict = FastAPI(docs_url=None, redoc_url=None)


@strict.exception_handler(RequestValidationError)
async def invalid(request, exc):
    return JSONResponse({"errors": [error["loc"] for error in exc.errors()], "body": exc.body}, 400)


@strict.post("/")
async def strict_post(item: Item):
    return item


def answers():
    with TestClient(app, raise_server_exceptions=False) as client:
        yield from http_answers(client)
        yield from socket_answers(client)
        yield "state of the lifespan", client.get("/state")
    yield "log", log

    yield "handled validation error", TestClient(strict).post("/", json={"name": "x"})
    yield "no docs", TestClient(strict).get("/docs")


def http_answers(client):
    yield "path and query", client.get("/items/3?q=tea&limit=5")
    yield "bad path parameter", client.get("/items/three")
    yield "bad dependency", client.get("/items/3?limit=500")
    yield "response model", client.post("/items", json={"name": "tea", "price": 2, "secret": "x"})
    yield "bad body", client.post("/items", json={"name": "t", "price": "much"})
    yield (
        "body that is no JSON",
        client.post("/items", content="{", headers={"content-type": "application/json"}),
    )
    yield "no body", client.post("/items")
    yield "sync endpoint", client.get("/sync")
    yield "yield dependency", client.get("/session")
    yield "error through a yield dependency", client.get("/session/broken")
    yield "headers and cookies", client.get("/headers", headers=[("x-token", "a"), ("x-token", "b")])
    tea = ("tea.txt", b"Earl Grey", "text/plain")
    yield "upload", client.post("/upload", data={"note": "hot"}, files={"file": tea})
    yield (
        "many uploads",
        client.post("/upload", data={"note": "hot"}, files=[("file", tea), ("more", tea), ("more", tea)]),
    )
    yield "upload without a file", client.post("/upload", data={"note": "hot"})
    yield "form", client.post("/form", data={"name": "Ada", "age": "36"})
    yield "bad form", client.post("/form", data={"name": "Ada", "age": "old"})
    yield "background", client.get("/background")
    yield "exception handler", client.get("/tea")
    yield "HTTPException", client.get("/teapot")
    yield "server error", client.get("/crash")
    yield "stream", client.get("/stream")
    yield "gzip", client.get("/large")
    yield "no gzip", client.get("/large", headers={"accept-encoding": "identity"})
    yield "html", client.get("/html")
    yield "file", client.get("/file")
    yield "part of a file", client.get("/file", headers={"range": "bytes=4-6"})
    yield "part of another version", client.get("/file", headers={"range": "bytes=4-6", "if-range": '"x"'})
    yield "redirect", client.get("/away", follow_redirects=False)
    yield "one of several methods", client.put("/any")
    yield "method not allowed", client.delete("/any")
    yield "no route", client.get("/nowhere")
    yield "slash redirect", client.get("/html/", follow_redirects=False)
    yield "no credentials", client.get("/basic")
    yield "credentials", client.get("/basic", auth=("ada", "pw"))
    yield "no token", client.get("/bearer")
    yield "token", client.get("/bearer", headers={"authorization": "Bearer abc"})
    yield "included router", client.get("/v1/hello")
    yield "sub-application", client.get("/sub/hello/ada")
    yield "handler of the sub-application", client.get("/sub/tea")
    yield "docs of the sub-application", client.get("/sub/docs")
    yield "schema of the sub-application", client.get("/sub/openapi.json")
    yield "docs", client.get("/docs")
    yield "redoc", client.get("/redoc")
    yield "schema", client.get("/openapi.json")
    missing = client.get("/static/none.txt")
    yield "no static file", missing
    found = client.get("/static/tea.txt")
    assert found.text == "Put the kettle on.", found.text
    yield "static file", found
    known = {"if-none-match": found.headers["etag"]}
    yield "static file that the client has", client.get("/static/tea.txt", headers=known)
    origin = {"origin": "https://tea.example"}
    yield "simple CORS request", client.get("/html", headers=origin)
    yield (
        "CORS preflight",
        client.options("/items", headers={**origin, "access-control-request-method": "POST"}),
    )
    yield (
        "CORS preflight of a stranger",
        client.options(
            "/items", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
        ),
    )


def socket_answers(client):
    with client.websocket_connect("/ws/kitchen?shout=true") as websocket:
        websocket.send_text("tea")
        yield "WebSocket with dependencies", websocket.receive_json()
    for path in ["/closed", "/ws/kitchen?shout=maybe", "/nowhere"]:
        try:
            with client.websocket_connect(path):
                pass
        except WebSocketDisconnect as exc:
            yield f"refused WebSocket {path}", [exc.code, exc.reason]
    with client.websocket_connect("/closed?key=1") as websocket:
        yield "closed WebSocket", websocket.receive()
    with client.websocket_connect("/v1/ws") as websocket:
        yield "WebSocket of an included router", websocket.receive_text()
