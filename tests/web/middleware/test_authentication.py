"""A backend says who the client is."""

import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.authentication import AuthenticationMiddleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import JSONResponse
from asgi_nb.web.routing import Route, WebSocketRoute
from asgi_nb.web.testclient import TestClient
from asgi_nb.web.websockets import WebSocketDisconnect


class Backend(AuthenticationBackend):
    async def authenticate(self, conn):
        name = conn.headers.get("x-user")
        if name is None:
            return None
        if name == "evil":
            raise AuthenticationError("who?")
        return AuthCredentials(["read"]), SimpleUser(name)


async def who(request):
    return JSONResponse([request.user.is_authenticated, request.user.display_name, request.auth.scopes])


async def socket(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.user.display_name)
    await websocket.close()


async def passing(request, call_next):
    return await call_next(request)


def make_client(*before, **options):
    app = App(
        routes=[Route("/", who), WebSocketRoute("/ws", socket)],
        middleware=[*before, Middleware(AuthenticationMiddleware, backend=Backend(), **options)],
    )
    return TestClient(app)


@pytest.mark.parametrize(
    "before", [[], [Middleware(BaseHTTPMiddleware, dispatch=passing)]], ids=["alone", "function"]
)
def test_the_request_has_a_user(before):
    client = make_client(*before)

    assert client.get("/").json() == [False, "", []]
    assert client.get("/", headers={"x-user": "ann"}).json() == [True, "ann", ["read"]]
    response = client.get("/", headers={"x-user": "evil"})
    assert (response.status_code, response.text) == (400, "who?")


def test_the_response_to_a_wrong_claim_can_be_chosen():
    client = make_client(on_error=lambda conn, exc: JSONResponse({"error": str(exc)}, 401))

    response = client.get("/", headers={"x-user": "evil"})
    assert (response.status_code, response.json()) == (401, {"error": "who?"})


def test_websockets_have_a_user_too():
    client = make_client()

    with client.websocket_connect("/ws", headers={"x-user": "ann"}) as session:
        assert session.receive_text() == "ann"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers={"x-user": "evil"}):
        pass


def test_a_lifespan_has_no_client():
    with make_client() as client:
        assert client.get("/").json()[0] is False
