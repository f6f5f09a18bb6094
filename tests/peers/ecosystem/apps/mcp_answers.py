"""mcp: tools, resources and prompts over both of its HTTP transports, from a real server."""

import contextlib

import anyio
import httpx2
from fastapi import FastAPI
from mcp import Client
from mcp.client.sse import sse_client
from mcp.server.mcpserver import Context, MCPServer
from serving import served
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.testclient import TestClient


def build():
    server = MCPServer("Tea")

    @server.tool()
    async def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @server.tool()
    async def brew(minutes: int, ctx: Context) -> str:
        """Brew, and tell how far it is."""
        for minute in range(minutes):
            await ctx.report_progress(minute + 1, minutes)
        return "tea"

    @server.tool()
    def broken() -> str:
        """Fail."""
        raise ValueError("no leaves")

    @server.resource("tea://{kind}")
    def leaves(kind: str) -> str:
        """Leaves of a kind."""
        return f"{kind} leaves"

    @server.prompt()
    def order(kind: str) -> str:
        """Order tea."""
        return f"A cup of {kind}, please."

    @server.custom_route("/health", methods=["GET"])
    async def health(request):
        return JSONResponse({"path": request.url.path})

    return server


def mounted(server):
    """The app around runs the lifespan of the mounted one."""
    inner = server.streamable_http_app(streamable_http_path="/")
    return Starlette(
        routes=[Mount("/tea", app=inner)],
        lifespan=inner.router.lifespan_context,
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], expose_headers=["mcp-session-id"])],
    )


def mounted_by_hand(server):
    """The app around starts what the lifespan of the mounted one would start, which can be started once."""
    mount = Mount("/tea", app=server.streamable_http_app(streamable_http_path="/"))
    # Means nothing to Starlette. asgi_nb runs the lifespans of mounted apps, and can not see what is in them.
    mount.has_lifespan = False

    @contextlib.asynccontextmanager
    async def lifespan(app):
        async with server.session_manager.run():
            yield

    app = FastAPI(lifespan=lifespan)
    app.router.routes.append(mount)
    return app


async def converse(transport):
    """What a client gets from a server."""
    progress = []

    async def note(done, total, message):
        progress.append([done, total])

    async with Client(transport) as client:
        tools = await client.list_tools()
        added = await client.call_tool("add", {"a": 2, "b": 3})
        brewed = await client.call_tool("brew", {"minutes": 3}, progress_callback=note)
        broken = await client.call_tool("broken", {})
        resource = await client.read_resource("tea://green")
        prompt = await client.get_prompt("order", {"kind": "mint"})
    return {
        "tools": [tool.name for tool in tools.tools],
        "added": added.model_dump(mode="json"),
        "brewed": brewed.model_dump(mode="json"),
        "progress": progress,
        "broken": broken.model_dump(mode="json"),
        "resource": resource.model_dump(mode="json"),
        "prompt": prompt.model_dump(mode="json"),
    }


def answers():
    apps = {
        "streamable": (build().streamable_http_app(), "/mcp"),
        "mounted": (mounted(build()), "/tea/"),
        "mounted by hand": (mounted_by_hand(build()), "/tea/"),
    }
    for name, (app, path) in apps.items():
        with served(app) as url:
            said = anyio.run(converse, url + path)
            assert said["added"]["content"][0]["text"] == "5", said
            yield name, said
            if name == "streamable":
                yield "health", httpx2.get(url + "/health").json()
                yield "no event stream asked for", httpx2.post(url + path, json={}).status_code
                strange = httpx2.get(url + path, headers={"host": "evil.example"})
                yield "strange host", [strange.status_code, strange.text]

    with served(build().sse_app()) as url:
        said = anyio.run(converse, sse_client(url + "/sse"))
        assert said["added"]["content"][0]["text"] == "5", said
        yield "events", said

    with TestClient(build().streamable_http_app(), base_url="http://127.0.0.1:8000") as client:
        yield "without a session", client.get("/mcp").status_code
