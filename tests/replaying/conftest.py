"""A kit whose app answers with what it was asked."""

import pytest

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import JSONResponse


@pytest.fixture
def kit():
    kit = Kit(PlainNotebook())
    yield kit
    kit.close()


async def echo(request: Request):
    """Answer with JSON of what came."""
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": body.decode("latin-1"),
            "state": {key: request.state[key] for key in ("pool",) if hasattr(request.state, key)},
        }
    )


@pytest.fixture
def echoing(kit):
    """The kit with an echo at every path."""
    kit.app.add_route("/{rest:path}", echo, ["GET", "POST", "PUT", "DELETE"])
    return kit
