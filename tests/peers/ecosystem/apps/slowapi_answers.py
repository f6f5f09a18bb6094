"""slowapi: limits by decorator and by both of its middlewares."""

from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIASGIMiddleware, SlowAPIMiddleware
from slowapi.util import get_remote_address
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.testclient import TestClient


def build(middleware):
    limiter = Limiter(key_func=get_remote_address, default_limits=["2/minute"])
    app = Starlette()
    app.state.limiter = limiter
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    if middleware is not None:
        app.add_middleware(middleware)

    @limiter.limit("1/minute")
    async def one(request):
        return PlainTextResponse("one")

    @limiter.limit("1/hour", key_func=lambda request: request.headers["x-key"])
    def by_key(request):
        return JSONResponse({"key": request.headers["x-key"]})

    async def two(request):
        return PlainTextResponse("two")

    @limiter.exempt
    async def free(request):
        return PlainTextResponse("free")

    for endpoint in (one, by_key, two, free):
        app.add_route(f"/{endpoint.__name__}/{{more}}", endpoint)
    return TestClient(app)


def answers():
    for name, middleware in [
        ("no middleware", None),
        ("middleware", SlowAPIMiddleware),
        ("ASGI middleware", SlowAPIASGIMiddleware),
    ]:
        client = build(middleware)
        statuses = {}
        for path in [
            "/one/a",
            "/one/a",
            "/two/a",
            "/two/a",
            "/two/a",
            "/free/a",
            "/free/a",
            "/free/a",
            "/none",
        ]:
            response = client.get(path)
            statuses.setdefault(path, []).append(response.status_code)
            if response.status_code == 429:
                refused = response
        assert statuses["/one/a"] == [200, 429], statuses
        assert (statuses["/two/a"] == [200, 200, 429]) == (middleware is not None), statuses
        yield f"{name}: statuses", statuses
        yield f"{name}: refused", refused
        keys = [client.get("/by_key/x", headers={"x-key": key}).status_code for key in "abba"]
        assert keys == [200, 200, 429, 429], keys
        yield f"{name}: by key", keys
