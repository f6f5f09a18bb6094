"""What Starlette's documentation shows of apps: routing, endpoints, lifespans and errors."""

import contextlib
import functools

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.exceptions import HTTPException, WebSocketException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Host, Mount, NoMatchFound, Route, Router, WebSocketRoute
from starlette.status import HTTP_404_NOT_FOUND, WS_1008_POLICY_VIOLATION
from starlette.testclient import TestClient

log = []


async def name_of(request):
    """Its path parameters."""
    params = {key: str(value) for key, value in request.path_params.items()}
    return JSONResponse(
        {"endpoint": request["endpoint"].__class__.__name__, "params": params, "path": request.url.path}
    )


class Even(Convertor[int]):
    regex = "[0-9]*[02468]"

    def convert(self, value):
        return int(value)

    def to_string(self, value):
        return str(value)


def routing():
    register_url_convertor("even", Even())

    class Users(HTTPEndpoint):
        async def get(self, request):
            return PlainTextResponse(f"user {request.path_params.get('name')}")

        def post(self, request):
            return PlainTextResponse("posted in a thread", 201)

    async def raw(scope, receive, send):
        await PlainTextResponse(f"{scope['root_path']}|{scope['path']}")(scope, receive, send)

    async def bound(prefix, request):
        return PlainTextResponse(prefix)

    users = [
        Route("/", Users, name="all"),
        Route("/{name}", Users, name="one"),
        Route("/{name}/{n:even}", name_of),
    ]
    app = Starlette(
        routes=[
            Route("/", name_of),
            Route("/int/{x:int}", name_of),
            Route("/float/{x:float}", name_of, name="float"),
            Route("/uuid/{x:uuid}", name_of),
            Route("/path/{x:path}", name_of),
            Route("/partial", functools.partial(bound, "partial"), methods=["POST", "PUT"]),
            Route("/slash/", name_of),
            Route("/two", name_of, methods=["PUT"]),
            Route("/two", name_of, methods=["POST"]),
            Mount("/users", routes=users, name="users"),
            Mount("/raw", app=raw, name="raw"),
            Mount("/{lang}/docs", routes=[Route("/{page}", name_of, name="page")], name="docs"),
            Host("api.example.org", Router([Route("/", name_of)]), name="api"),
            Host("{sub}.example.org", Router([Route("/{x}", name_of, name="sub")]), name="subs"),
            WebSocketRoute("/ws/{x}", raw, name="ws"),
        ]
    )
    client = TestClient(app)
    paths = ["/", "/int/3", "/int/x", "/float/1.5", "/uuid/6a2f41a3-c54c-4a01-9a4c-6c7d6e2f1a35", "/path/a/b"]
    paths += [
        "/slash",
        "/slash/",
        "/int/3/",
        "/users",
        "/users/",
        "/users/ada",
        "/users/ada/3",
        "/users/ada/4",
    ]
    paths += ["/raw", "/raw/a/b", "/en/docs/intro", "/none", "/partial"]
    for path in paths:
        yield f"GET {path}", client.get(path, follow_redirects=False)
    calls = [
        ("POST", "/users/"),
        ("DELETE", "/users/"),
        ("PUT", "/partial"),
        ("HEAD", "/int/3"),
        ("GET", "/two"),
    ]
    for method, path in calls:
        yield f"{method} {path}", client.request(method, path)
    for host in ["api.example.org", "API.example.org:81", "a.example.org", "example.org"]:
        yield f"host {host}", client.get("/" if "api" in host.lower() else "/x", headers={"host": host})
    for name, params in [
        ("float", {"x": 1.50}),
        ("users:one", {"name": "ada"}),
        ("users", {"path": "/a.css"}),
        ("docs:page", {"lang": "en", "page": "x"}),
        ("subs:sub", {"sub": "a", "x": "1"}),
        ("ws", {"x": "1"}),
    ]:
        url = app.url_path_for(name, **params)
        yield f"URL of {name}", [url, url.protocol, str(url.make_absolute_url("http://tea.example/"))]
    try:
        app.url_path_for("float", y=1)
    except NoMatchFound as exc:
        yield "no URL", str(exc)
    yield "reprs", [repr(route) for route in app.routes[:7]]


def endpoints():
    class Echo(WebSocketEndpoint):
        encoding = "json"

        async def on_connect(self, websocket):
            await websocket.accept()
            log.append("connect")

        async def on_receive(self, websocket, data):
            await websocket.send_json({"echo": data})

        async def on_disconnect(self, websocket, close_code):
            log.append(f"disconnect {close_code}")

    class Text(WebSocketEndpoint):
        encoding = "text"

        async def on_receive(self, websocket, data):
            await websocket.send_text(data)

    client = TestClient(Starlette(routes=[WebSocketRoute("/", Echo), WebSocketRoute("/text", Text)]))
    with client.websocket_connect("/") as websocket:
        websocket.send_json([1])
        yield "WebSocketEndpoint", websocket.receive_json()
        websocket.close(3000)
    try:
        with client.websocket_connect("/text") as websocket:
            websocket.send_bytes(b"x")
            websocket.receive()
    except RuntimeError as exc:
        yield "wrong encoding", str(exc)
    yield "WebSocketEndpoint: log", list(log)


def lifespans():
    seen = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        seen.append("start")
        yield {"db": "open", "app": app is outer}
        seen.append("stop")

    async def show(request):
        request.state.mine = 1
        return JSONResponse(
            [request.state.db, request.state.app, request.app.state.kept, "mine" in request.state._state]
        )

    outer = Starlette(routes=[Route("/", show)], lifespan=lifespan)
    outer.state.kept = "kept"
    with TestClient(outer) as client:
        yield "state", client.get("/").json()
        yield "state of the next", client.get("/").json()
    yield "lifespan", seen

    @contextlib.asynccontextmanager
    async def broken(app):
        raise OSError("no database")
        yield

    try:
        with TestClient(Starlette(lifespan=broken)):
            pass
    except OSError as exc:
        yield "broken lifespan", repr(exc)


def errors():
    class Missing(LookupError):
        pass

    async def by_status(request, exc):
        return JSONResponse(
            {"status": exc.status_code, "detail": exc.detail}, exc.status_code, headers=exc.headers
        )

    def by_class(request, exc):
        return PlainTextResponse(f"missing {exc}", 410)

    async def server_error(request, exc):
        return PlainTextResponse(f"sorry: {exc}", 500)

    async def raising(request):
        kind = request.path_params["kind"]
        raise {
            "http": HTTPException(402, "pay", headers={"x-price": "1"}),
            "missing": Missing("tea"),
            "value": ValueError("value"),
        }[kind]

    async def socket(websocket):
        await websocket.accept()
        raise WebSocketException(WS_1008_POLICY_VIOLATION, "policy")

    async def late(request):
        async def chunks():
            yield "first"
            raise Missing("late")

        return StreamingResponse(chunks())

    routes = [Route("/late", late), Route("/{kind}", raising), WebSocketRoute("/ws", socket)]
    handlers = {402: by_status, HTTP_404_NOT_FOUND: by_status, LookupError: by_class, Exception: server_error}
    for debug in [False, True]:
        app = Starlette(debug=debug, routes=routes, exception_handlers=handlers)
        client = TestClient(app, raise_server_exceptions=False)
        for path in ["/http", "/missing", "/a/b"]:
            yield f"error {path}, {debug}", client.get(path)
        shown = client.get("/value")
        yield (
            f"server error, {debug}",
            [shown.status_code, shown.headers["content-type"], "ValueError: value" in shown.text],
        )
        page = client.get("/value", headers={"accept": "text/html"})
        yield (
            f"server error page, {debug}",
            [page.status_code, page.headers["content-type"], "<h1>" in page.text.lower()],
        )
        try:
            TestClient(app).get("/late")
        except Exception as exc:  # noqa: BLE001 - which one it is, is the answer
            yield f"late error, {debug}", [type(exc).__name__, type(exc.__cause__).__name__]
        with client.websocket_connect("/ws") as websocket:
            yield f"WebSocketException, {debug}", websocket.receive()
    try:
        TestClient(app).get("/value")
    except ValueError as exc:
        yield "raised by the client", str(exc)

    async def direct(scope, receive, send):
        raise HTTPException(409, "direct")

    yield "alone", TestClient(ServerErrorMiddleware(ExceptionMiddleware(direct))).get("/")


def answers():
    for part in (routing, endpoints, lifespans, errors):
        for name, value in part():
            yield f"{part.__name__}: {name}", value
