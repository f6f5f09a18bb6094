"""What Starlette's documentation shows of all that stands around the endpoints of an app."""

import io
import os
import tempfile
import warnings
from pathlib import Path

from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
    has_required_scope,
    requires,
)
from starlette.config import Config, Environ, EnvironError
from starlette.datastructures import CommaSeparatedStrings, MutableHeaders, Secret
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.schemas import SchemaGenerator
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

HERE = Path(tempfile.mkdtemp())


def write(name, text):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    # The same in each run, as its ETag is made of it.
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def middleware():
    class Header:
        """Pure ASGI."""

        def __init__(self, app, value):
            self.app = app
            self.value = value

        async def __call__(self, scope, receive, send):
            if scope["type"] != "http":
                return await self.app(scope, receive, send)

            async def with_header(message):
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).append("x-order", self.value)
                await send(message)

            await self.app(scope, receive, with_header)

    class Timed(BaseHTTPMiddleware):
        def __init__(self, app, prefix):
            super().__init__(app)
            self.prefix = prefix

        async def dispatch(self, request, call_next):
            if request.url.path == "/short":
                return PlainTextResponse("short cut", 202)
            body = await request.body()
            response = await call_next(request)
            response.headers.append("x-order", f"{self.prefix} {len(body)}")
            return response

    async def upper(request, call_next):
        response = await call_next(request)
        body = b"".join([chunk async for chunk in response.body_iterator])
        headers = {key: value for key, value in response.headers.items() if key != "content-length"}
        return Response(body.upper(), response.status_code, headers, background=response.background)

    async def echo(request):
        return PlainTextResponse((await request.body()) or b"nothing")

    async def long(request):
        return PlainTextResponse("tea " * 1000)

    async def session(request):
        request.session["count"] = request.session.get("count", 0) + 1
        return JSONResponse(dict(request.session))

    async def forget(request):
        request.session.clear()
        return JSONResponse({})

    routes = [
        Route("/echo", echo, methods=["GET", "POST"], middleware=[Middleware(Header, "route")]),
        Route("/long", long),
        Route("/session", session),
        Route("/forget", forget),
        Mount(
            "/in", routes=[Route("/echo", echo)], middleware=[Middleware(BaseHTTPMiddleware, dispatch=upper)]
        ),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["testserver", "*.tea.example"]),
            Middleware(Header, value="first"),
            Middleware(Timed, prefix="timed"),
            Middleware(
                SessionMiddleware, secret_key="secret", max_age=None, https_only=True, same_site="none"
            ),
            Middleware(
                CORSMiddleware,
                allow_origin_regex=r"https://.*\.tea\.example",
                allow_methods=["GET", "POST"],
                allow_headers=["x-token"],
                allow_credentials=True,
                expose_headers=["x-order"],
            ),
            Middleware(GZipMiddleware, minimum_size=100),
        ],
    )
    app.add_middleware(Header, value="outermost")
    client = TestClient(app, base_url="https://testserver")
    yield "echo", client.post("/echo", content=b"abc")
    yield "replaced body", client.get("/in/echo")
    yield "short cut", client.get("/short")
    yield "gzip", client.get("/long")
    yield "no gzip", client.get("/long", headers={"accept-encoding": ""})
    yield "wrong host", client.get("/echo", headers={"host": "evil.example"})
    yield "right host", client.get("/echo", headers={"host": "a.tea.example"})
    for _ in range(2):
        counted = client.get("/session")
    yield "session", [counted.json(), "set-cookie" in counted.headers, counted.headers["vary"]]
    cookie = client.get("/forget").headers["set-cookie"]
    yield "forgotten session", cookie
    for origin in ["https://a.tea.example", "https://evil.example"]:
        for asked in [{}, {"access-control-request-headers": "X-Token, Other"}]:
            preflight = {"origin": origin, "access-control-request-method": "POST", **asked}
            yield f"preflight {origin} {len(asked)}", client.options("/echo", headers=preflight)
        yield f"CORS {origin}", client.get("/echo", headers={"origin": origin, "cookie": "a=1"})
    secure = Starlette(routes=routes, middleware=[Middleware(HTTPSRedirectMiddleware)])
    yield "to https", TestClient(secure).get("/echo?a=1", follow_redirects=False)
    yield "middleware repr", repr(app.user_middleware[0])


class Basic(AuthenticationBackend):
    async def authenticate(self, conn):
        name = conn.headers.get("x-user")
        if name == "bad":
            raise AuthenticationError("bad user")
        if name is None:
            return None
        return AuthCredentials(["authenticated", *(["admin"] if name == "ada" else [])]), SimpleUser(name)


def authentication():
    async def home(request):
        user = request.user
        return JSONResponse([user.is_authenticated, user.display_name, request.auth.scopes])

    @requires(["authenticated", "admin"])
    async def admin(request):
        return PlainTextResponse(request.user.display_name)

    @requires("authenticated", redirect="home")
    def account(request):
        return PlainTextResponse("account")

    @requires("authenticated", status_code=404)
    async def hidden(request):
        return PlainTextResponse("hidden")

    class Page(HTTPEndpoint):
        @requires("authenticated")
        async def get(self, request):
            return PlainTextResponse("page")

    @requires("authenticated")
    async def socket(websocket):
        await websocket.accept()
        await websocket.send_json([websocket.user.display_name, has_required_scope(websocket, ["admin"])])
        await websocket.close()

    routes = [Route("/", home, name="home"), Route("/page", Page), WebSocketRoute("/ws", socket)]
    routes += [Route(f"/{endpoint.__name__}", endpoint) for endpoint in (admin, account, hidden)]
    app = Starlette(routes=routes, middleware=[Middleware(AuthenticationMiddleware, backend=Basic())])
    client = TestClient(app)
    for name in [None, "bob", "ada", "bad"]:
        headers = {} if name is None else {"x-user": name}
        for path in ["/", "/admin", "/account", "/hidden", "/page"]:
            yield f"{name} {path}", client.get(path, headers=headers, follow_redirects=False)
        try:
            with client.websocket_connect("/ws", headers=headers) as websocket:
                yield f"{name} WebSocket", websocket.receive_json()
        except WebSocketDisconnect as exc:
            yield f"{name} WebSocket", getattr(exc, "status_code", None) or [exc.code, exc.reason]


def files():
    write("static/style.css", "body {}")
    write("static/page/index.html", "<p>page</p>")
    write("static/404.html", "<p>lost</p>")
    write(
        "templates/tea.html",
        "{{ request.method }} {{ name }} {{ url_for('static', path='/style.css') }} {{ extra }}",
    )
    templates = Jinja2Templates(HERE / "templates", context_processors=[lambda request: {"extra": "<b>"}])

    async def tea(request):
        return templates.TemplateResponse(request, "tea.html", {"name": "<Ada>"}, headers={"x-own": "1"})

    app = Starlette(
        routes=[
            Route("/tea", tea),
            Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
            Mount("/html", StaticFiles(directory=HERE / "static", html=True)),
            Mount("/package", StaticFiles(packages=[("email", "mime")])),
        ]
    )
    client = TestClient(app)
    shown = client.get("/tea")
    yield "template", shown
    yield (
        "template's context",
        [shown.template.name, sorted(set(shown.context) & {"name", "extra", "request"})],
    )
    for path in [
        "/static/style.css",
        "/static/none",
        "/static/page",
        "/static/../templates/tea.html",
        "/static/",
    ]:
        yield path, client.get(path, follow_redirects=False)
    for path in ["/html/page", "/html/page/", "/html/none", "/html/"]:
        yield path, client.get(path, follow_redirects=False)
    yield "file of a package", client.get("/package/text.py").text
    yield "POST to a file", client.post("/static/style.css")
    etag = client.get("/static/style.css").headers["etag"]
    yield "not modified", client.get("/static/style.css", headers={"if-none-match": etag})
    yield "part of a file", client.get("/static/style.css", headers={"range": "bytes=0-3"})


def the_rest():
    write(".env", "DEBUG=yes\nTEA_HOSTS=a.example, b.example\n# comment\nSECRET='s e'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = Config(HERE / ".env", environ={"PORT": "80", "DEBUG": "false"})
    yield (
        "config",
        [
            config("DEBUG", cast=bool),
            config("PORT", cast=int),
            repr(config("SECRET", cast=Secret)),
            list(config("TEA_HOSTS", cast=CommaSeparatedStrings)),
            config("NONE", default=None),
        ],
    )
    problems = []
    for call in [
        lambda: config("NONE"),
        lambda: config("TEA_HOSTS", cast=int),
        lambda: config("PORT", cast=bool),
    ]:
        try:
            call()
        except (KeyError, ValueError) as exc:
            problems.append([type(exc).__name__, str(exc)])
    environ = Environ({"A": "1"})
    try:
        environ["A"]
        environ["A"] = "2"
    except EnvironError as exc:
        problems.append([type(exc).__name__, str(exc)])
    yield "config errors", problems

    schemas = SchemaGenerator({"openapi": "3.0.0", "info": {"title": "Tea", "version": "1"}})

    def listing(request):
        """
        responses:
          200:
            description: A list.
            examples: [{"name": "tea"}]
        """

    def schema(request):
        return schemas.OpenAPIResponse(request=request)

    async def away(request):
        return RedirectResponse("/schema")

    app = Starlette(
        routes=[
            Route("/list/{x:int}", listing),
            Mount("/in", routes=[Route("/list", listing, methods=["POST"])]),
            Route("/schema", schema, include_in_schema=False),
            Route("/away", away, include_in_schema=False),
        ]
    )
    yield "schema", TestClient(app).get("/schema")
    client = TestClient(
        app, base_url="http://tea.example/", headers={"x": "1"}, cookies={"a": "b"}, root_path="/root"
    )
    followed = client.get("/away")
    yield "followed", [followed.status_code, [old.status_code for old in followed.history], str(followed.url)]

    limited = Starlette(routes=[Route("/", _read, methods=["POST"])], max_body_size=10)
    yield "within the limit", TestClient(limited).post("/", content=b"x" * 10)
    yield "over the limit", TestClient(limited).post("/", content=b"x" * 11)
    yield "over the limit in chunks", TestClient(limited).post("/", content=iter([b"x" * 6, b"x" * 6]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.middleware.wsgi import WSGIMiddleware

    def wsgi(environ, start_response):
        start_response("200 OK", [("content-type", "text/plain"), ("x-path", environ["PATH_INFO"])])
        return [environ["REQUEST_METHOD"].encode(), b" ", io.BytesIO(environ["wsgi.input"].read()).getvalue()]

    yield (
        "WSGI",
        TestClient(Starlette(routes=[Mount("/w", WSGIMiddleware(wsgi))])).post("/w/a b", content=b"body"),
    )


async def _read(request):
    return PlainTextResponse(await request.body())


def answers():
    for part in (middleware, authentication, files, the_rest):
        for name, value in part():
            yield f"{part.__name__}: {name}", value
