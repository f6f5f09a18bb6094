"""brotli-asgi: compresses with brotli, else through the gzip responder of the toolkit."""

import gzip

import brotli
from brotli_asgi import BrotliMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

TEXT = "A kettle of tea. " * 100


async def whole(request):
    return PlainTextResponse(TEXT)


async def small(request):
    return JSONResponse({"tea": "green"})


async def stream(request):
    async def chunks():
        for _ in range(5):
            yield TEXT

    return StreamingResponse(chunks(), media_type="text/plain")


async def encoded(request):
    return PlainTextResponse(TEXT, headers={"content-encoding": "identity"})


app = Starlette(
    routes=[
        Route("/whole", whole),
        Route("/small", small),
        Route("/stream", stream),
        Route("/encoded", encoded),
    ],
    middleware=[Middleware(BrotliMiddleware, minimum_size=200, excluded_handlers=["/none"])],
)

DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes, "": bytes}


def answers():
    client = TestClient(app)
    for accepted in ["br", "gzip", "identity"]:
        for path in ["/whole", "/small", "/stream", "/encoded", "/none"]:
            # Not decoded by the client: what came over the wire is asked for.
            with client.stream("GET", path, headers={"accept-encoding": accepted}) as response:
                raw = b"".join(response.iter_raw())
                body = DECODERS[response.headers.get("content-encoding", "")](raw)
                if path == "/whole":
                    assert response.headers.get("content-encoding", "identity") == accepted
                    assert body.decode() == TEXT
                # A compressed body is compared by what is in it: the time stands in gzip's head.
                yield (
                    f"{accepted} {path}",
                    [response.status_code, sorted(response.headers.multi_items()), body.decode()],
                )
