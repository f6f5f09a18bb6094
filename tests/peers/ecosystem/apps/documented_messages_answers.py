"""What Starlette's documentation shows of requests, responses, forms, background tasks and WebSockets."""

import asyncio
import datetime
import os
import re
import tempfile
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import URL, Headers, MutableHeaders, QueryParams, Secret, URLPath
from starlette.exceptions import HTTPException, WebSocketException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

FILE = Path(tempfile.mkdtemp()) / "tea leaves.txt"
FILE.write_text("Put the kettle on.")
# The same in each run, as its ETag is made of it.
os.utime(FILE, (1_700_000_000, 1_700_000_000))

log = []


async def raw_request(scope, receive, send):
    """A Request and a Response without an app around."""
    request = Request(scope, receive)
    body = b""
    async for chunk in request.stream():
        body += chunk
    response = Response(f"{request.method} {request.url.path} {body!r}", media_type="text/plain")
    response.set_cookie("seen", "yes", max_age=60, path="/tea", secure=True, samesite="strict")
    await response(scope, receive, send)


async def about(request):
    url = request.url
    return JSONResponse(
        {
            "url": [str(url), url.scheme, url.hostname, url.port, url.path, url.query, url.is_secure],
            "replaced": str(url.replace(scheme="https", port=8443).include_query_params(more="1")),
            "base": str(request.base_url),
            "headers": [
                request.headers["host"],
                request.headers.get("X-MORE"),
                request.headers.getlist("x-more"),
            ],
            "query": [
                request.query_params["a"],
                request.query_params.getlist("a"),
                str(request.query_params),
            ],
            "path": request.path_params,
            "client": [request.client.host, request.client.port],
            "cookies": request.cookies,
            "mapping": [request["path"], sorted(set(request) & {"app", "path", "client", "user", "router"})],
            "state": hasattr(request.state, "nothing"),
        }
    )


async def body(request):
    first = await request.body()
    return JSONResponse(
        {"body": first.decode(), "again": await request.json(), "same": first is await request.body()}
    )


async def form(request):
    async with request.form(max_files=3, max_fields=3, max_part_size=1000) as data:
        leaf = data.get("leaf")
        return JSONResponse(
            {
                "keys": list(data.keys()),
                "items": [[key, str(getattr(value, "filename", value))] for key, value in data.multi_items()],
                "file": None
                if leaf is None
                else [
                    leaf.filename,
                    leaf.content_type,
                    leaf.size,
                    (await leaf.read()).decode(),
                    repr(leaf.headers),
                ],
            }
        )


async def plain(request):
    return PlainTextResponse("tea ☕", headers={"X-Own": "1"}, status_code=203)


async def html(request):
    return HTMLResponse("<b>tea</b>")


async def json(request):
    return JSONResponse({"tea": ["ü", None, 1.5], "when": {"a": 1}})


async def own_json(request):
    class Pretty(JSONResponse):
        media_type = "application/vnd.tea+json"

        def render(self, content):
            return b"pretty " + super().render(content)

    return Pretty({"a": 1})


async def nan(request):
    return JSONResponse({"a": float("nan")})


async def cookies(request):
    response = Response()
    response.set_cookie("a", "1", expires=datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
    response.set_cookie("b", "two words", httponly=True, samesite=None)
    response.headers["x-later"] = "yes"
    response.headers.append("x-later", "again")
    return response


async def redirect(request):
    return RedirectResponse(URL("/plain ü?a=b c"), status_code=303, headers={"x": "1"})


async def stream(request):
    def slow():
        for number in range(3):
            yield str(number)

    return StreamingResponse(
        slow(), media_type="text/plain", background=BackgroundTask(log.append, "streamed")
    )


async def file(request):
    kind = request.query_params.get("kind")
    if kind == "missing":
        return FileResponse(FILE.parent / "none")
    if kind == "inline":
        return FileResponse(str(FILE), filename="tée.txt", content_disposition_type="inline")
    return FileResponse(FILE)


async def background(request):
    tasks = BackgroundTasks()
    tasks.add_task(log.append, "first")
    tasks.add_task(later, word="second")
    return JSONResponse({}, background=tasks)


async def later(word):
    await asyncio.sleep(0)
    log.append(word)


async def threads(request):
    added = await run_in_threadpool(lambda a, b: a + b, 1, b=2)
    return JSONResponse([added, [item async for item in iterate_in_threadpool(iter("abc"))]])


async def error(request):
    raise HTTPException(int(request.query_params["status"]), headers={"x-why": "test"})


async def echo(websocket):
    await websocket.accept(subprotocol="tea", headers=[(b"x-accepted", b"1")])
    try:
        while True:
            message = await websocket.receive_json()
            if "bytes" in message:
                await websocket.send_bytes(b"\x00\xff")
            elif "error" in message:
                raise WebSocketException(4000, "asked for")
            else:
                await websocket.send_json(
                    {"got": message, "path": websocket.path_params, "url": str(websocket.url)}
                )
    except WebSocketDisconnect as exc:
        log.append(["left", exc.code, exc.reason])


async def iterate(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text[::-1])
    log.append("iterated")


async def deny(websocket):
    await websocket.send_denial_response(PlainTextResponse("no tea", 403, headers={"x-denied": "1"}))


async def refuse(websocket):
    raise HTTPException(401, "who?")


async def early(websocket):
    await websocket.close(code=1008, reason="too early")


ROUTES = [
    Route("/about/{what:int}/{rest:path}", about),
    Route("/body", body, methods=["POST"]),
    Route("/form", form, methods=["POST"]),
    *(
        Route(f"/{endpoint.__name__}", endpoint)
        for endpoint in (
            plain,
            html,
            json,
            own_json,
            nan,
            cookies,
            redirect,
            stream,
            file,
            background,
            threads,
            error,
        )
    ),
    WebSocketRoute("/echo/{room}", echo),
    WebSocketRoute("/iterate", iterate),
    WebSocketRoute("/deny", deny),
    WebSocketRoute("/refuse", refuse),
    WebSocketRoute("/early", early),
]


def answers():
    yield "bare request", TestClient(raw_request).post("/a/b?c=d", content=b"abc")
    client = TestClient(Starlette(routes=ROUTES), raise_server_exceptions=False)
    headers = [("x-more", "1"), ("x-more", "2"), ("cookie", "a=1; b=two; b=three; c")]
    yield "about", client.get("/about/7/some/path?a=1&a=2&b=%C3%BC", headers=headers)
    yield "body", client.post("/body", json={"a": [1]})
    yield "body that is not JSON", client.post("/body", content=b"{")
    yield "empty form", client.post("/form")
    yield "urlencoded form", client.post("/form", data={"a": ["1", "2"], "b": "ü"})
    leaf = ("leaf.txt", b"green", "text/x-leaf")
    yield "multipart form", client.post("/form", data={"a": "1"}, files={"leaf": leaf})
    yield "too many fields", client.post("/form", data={f"f{n}": "1" for n in range(5)})
    yield "too many files", client.post("/form", files=[(f"f{n}", leaf) for n in range(5)])
    yield "too large a field", client.post("/form", data={"a": "x" * 2000}, files={"leaf": leaf})
    multipart = {"content-type": "multipart/form-data"}
    yield "no boundary", client.post("/form", content=b"x", headers=multipart)
    for path in [
        "/plain",
        "/html",
        "/json",
        "/own_json",
        "/nan",
        "/cookies",
        "/stream",
        "/background",
        "/threads",
    ]:
        yield path, client.get(path)
        yield f"HEAD {path}", client.head(path)
    yield "redirect", client.get("/redirect", follow_redirects=False)
    yield "file", client.get("/file")
    yield "inline file", client.get("/file?kind=inline")
    yield "missing file", client.get("/file?kind=missing")
    for wanted in [
        "bytes=0-3",
        "bytes=-3",
        "bytes=4-",
        "bytes=50-60",
        "bytes=0-1,3-4",
        "lines=1-2",
        "bytes=x",
    ]:
        response = client.get("/file", headers={"range": wanted})
        boundary = response.headers.get("content-type", "").partition("boundary=")[2]
        headers = sorted(f"{name}: {text}" for name, text in response.headers.multi_items())
        shown = "\n".join([str(response.status_code), *headers, response.text])
        yield f"file, {wanted}", shown.replace(boundary, "BOUNDARY") if boundary else shown
    for status in [204, 304, 400, 404, 418, 500, 599]:
        yield f"HTTPException {status}", client.get(f"/error?status={status}")
    yield from sockets(client)
    yield "log", log
    yield from values()


def sockets(client):
    with client.websocket_connect("/echo/kitchen?a=1", subprotocols=["tea", "coffee"]) as websocket:
        yield (
            "accepted",
            [websocket.accepted_subprotocol, [[k.decode(), v.decode()] for k, v in websocket.extra_headers]],
        )
        websocket.send_json({"a": 1})
        yield "JSON", websocket.receive_json()
        websocket.send_json({"bytes": 1})
        yield "bytes", websocket.receive_bytes().hex()
        websocket.send_json({"error": 1})
        try:
            websocket.receive_text()
        except WebSocketDisconnect as exc:
            yield "WebSocketException", [exc.code, exc.reason]
    with client.websocket_connect("/iterate") as websocket:
        websocket.send_text("abc")
        yield "iterated", websocket.receive_text()
    with client.websocket_connect("/echo/kitchen") as websocket:
        websocket.close(code=3001, reason="enough")
    for path in ["/deny", "/refuse", "/early", "/none"]:
        try:
            with client.websocket_connect(path):
                pass
        except WebSocketDisconnect as exc:
            denied = isinstance(exc, WebSocketDenialResponse)
            yield path, exc if denied else [type(exc).__name__, exc.code, exc.reason]


def values():
    """The data structures, as their section shows them."""
    url = URL("https://ada:pw@tea.example:8443/a/b?c=d#e")
    yield (
        "URL",
        [
            [
                str(url),
                repr(url),
                url.username,
                url.password,
                url.netloc,
                url.fragment,
                url.hostname,
                url.port,
            ],
            [
                str(url.replace(password=None)),
                str(url.remove_query_params("c")),
                str(url.replace_query_params(x=1)),
            ],
            [
                str(
                    URL(
                        scope={
                            "type": "http",
                            "path": "/a b",
                            "query_string": b"x",
                            "headers": [],
                            "server": ("h", 81),
                        }
                    )
                )
            ],
            [str(URLPath("/a", protocol="websocket").make_absolute_url("https://tea.example/root/"))],
        ],
    )
    headers = Headers({"A": "1", "b": "2"})
    mutable = MutableHeaders(raw=[(b"a", b"1"), (b"a", b"2")])
    mutable["A"] = "3"
    mutable.setdefault("c", "4")
    mutable.add_vary_header("Accept")
    mutable |= {"d": "5"}
    yield "Headers", [repr(headers), headers == Headers({"b": "2", "a": "1"}), repr(mutable), "C" in mutable]
    params = QueryParams("a=1&a=2&b=")
    yield (
        "QueryParams",
        [repr(params), params["a"], params.getlist("a"), params.multi_items(), str(params), len(params)],
    )
    yield "Secret", [repr(Secret("pw")), str(Secret("pw")), bool(Secret(""))]
    response = Response()
    response.delete_cookie("old", domain="tea.example")
    # Expires in the second in which it was made.
    yield "deleted cookie", re.sub("expires=[^;]*", "expires", response.headers["set-cookie"])
    connection = HTTPConnection(
        {"type": "http", "headers": [(b"host", b"h")], "path": "/", "session": {"a": 1}}
    )
    yield (
        "HTTPConnection",
        [connection.session, connection.headers["host"], connection == connection, len(connection)],
    )
    names = [MultiPartException, ClientDisconnect, WebSocket]
    yield "names", [name.__name__ for name in names]
