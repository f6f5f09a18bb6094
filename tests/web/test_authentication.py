"""`requires` lets through whoever has the scopes, and sends all others elsewhere."""

import functools

import pytest

from asgi_nb.web.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    BaseUser,
    SimpleUser,
    UnauthenticatedUser,
    has_required_scope,
    requires,
)
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import HTTPConnection, Request
from asgi_nb.web.responses import RedirectResponse
from asgi_nb.web.routing import Route, Router
from asgi_nb.web.websockets import WebSocket


def request_with(*scopes, **more):
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/admin",
            "query_string": b"tab=1&q=a b",
            "headers": [(b"host", b"testserver")],
            "auth": AuthCredentials(scopes),
            **more,
        }
    )


@requires("admin")
async def async_endpoint(request):
    return "secret"


@requires("admin")
def sync_endpoint(request):
    return "secret"


class Endpoint:
    @requires(["admin"])
    async def get(self, request):
        return "secret"


@requires("admin")
async def with_more(first, *, request):
    return "secret"


ENDPOINTS = [
    pytest.param(async_endpoint, id="async"),
    pytest.param(sync_endpoint, id="sync"),
    pytest.param(Endpoint().get, id="method"),
    pytest.param(lambda request: with_more(1, request=request), id="by-name"),
]


async def call(endpoint, request):
    answer = endpoint(request)
    return answer if isinstance(answer, str) else await answer


@pytest.mark.anyio
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_whoever_has_the_scope_gets_through(endpoint):
    assert await call(endpoint, request_with("other", "admin")) == "secret"


@pytest.mark.anyio
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_whoever_lacks_the_scope_gets_403(endpoint):
    with pytest.raises(HTTPException) as caught:
        await call(endpoint, request_with("other"))

    assert caught.value.status_code == 403


def test_all_of_several_scopes_are_needed():
    @requires(["a", "b"], status_code=404)
    def endpoint(request):
        return "secret"

    assert endpoint(request_with("a", "b", "c")) == "secret"
    with pytest.raises(HTTPException) as caught:
        endpoint(request_with("a", "c"))
    assert caught.value.status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_redirect_carries_the_url_that_was_wanted(is_async):
    if is_async:

        @requires("admin", redirect="login")
        async def endpoint(request):
            return "secret"
    else:

        @requires("admin", redirect="login")
        def endpoint(request):
            return "secret"

    router = Router([Route("/login", endpoint, name="login")])
    answer = endpoint(request_with(router=router))
    response = await answer if is_async else answer

    assert isinstance(response, RedirectResponse)
    assert response.status_code == 303
    assert response.headers["location"] == (
        "http://testserver/login?next=http%3A%2F%2Ftestserver%2Fadmin%3Ftab%3D1%26q%3Da+b"
    )


@requires("admin")
async def socket_endpoint(websocket, greeting="hello"):
    await websocket.accept()
    await websocket.send_text(greeting)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("scopes", "sent"),
    [
        pytest.param(["admin"], ["websocket.accept", "websocket.send"], id="allowed"),
        pytest.param([], ["websocket.close"], id="refused"),
    ],
)
async def test_a_websocket_without_the_scope_is_closed(scopes, sent):
    messages = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        messages.append(message["type"])

    scope = {"type": "websocket", "path": "/", "headers": [], "auth": AuthCredentials(scopes)}
    await socket_endpoint(WebSocket(scope, receive, send))

    assert messages == sent


def test_the_endpoint_keeps_its_name_and_its_docstring():
    @requires("admin")
    def endpoint(request):
        """What it does."""

    assert endpoint.__name__ == "endpoint"
    assert endpoint.__doc__ == "What it does."


def test_an_endpoint_without_a_connection_is_an_error_where_it_is_decorated():
    with pytest.raises(TypeError, match='No "request" or "websocket" argument'):

        @requires("admin")
        def endpoint(req):
            return "secret"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("call", "text"),
    [
        pytest.param(lambda: async_endpoint(), "'Request' not 'NoneType'", id="nothing"),
        pytest.param(lambda: async_endpoint("me"), "'Request' not 'str'", id="text"),
        pytest.param(lambda: socket_endpoint(request_with()), "'WebSocket' not 'Request'", id="request"),
    ],
)
async def test_an_endpoint_that_is_called_with_something_else_is_an_error(call, text):
    with pytest.raises(TypeError, match=text):
        await call()


def test_without_the_middleware_the_error_names_it():
    scope = {"type": "http", "path": "/", "headers": []}

    with pytest.raises(RuntimeError, match="AuthenticationMiddleware must be installed"):
        has_required_scope(HTTPConnection(scope), ["admin"])


def test_scopes_are_copied():
    scopes = ["a"]
    credentials = AuthCredentials(scopes)

    scopes.append("b")

    assert credentials.scopes == ["a"]
    assert AuthCredentials().scopes == []


def test_users_say_who_they_are():
    assert SimpleUser("ada").is_authenticated
    assert SimpleUser("ada").display_name == SimpleUser("ada").identity == "ada"
    assert not UnauthenticatedUser().is_authenticated
    assert UnauthenticatedUser().display_name == UnauthenticatedUser().identity == ""


@pytest.mark.parametrize("name", ["is_authenticated", "display_name", "identity"])
def test_a_user_without_a_property_says_which(name):
    with pytest.raises(NotImplementedError, match=f"BaseUser needs a property {name}"):
        getattr(BaseUser(), name)


@pytest.mark.anyio
async def test_a_backend_without_its_method_says_which():
    with pytest.raises(NotImplementedError, match=r"needs a method authenticate\(conn\)"):
        await AuthenticationBackend().authenticate(request_with())


def test_a_partial_can_be_guarded():
    def endpoint(greeting, request):
        return greeting

    guarded = requires("admin")(functools.partial(endpoint, "hello"))

    assert guarded(request_with("admin")) == "hello"


def test_credentials_say_what_they_allow():
    assert repr(AuthCredentials(["read"])) == "AuthCredentials(['read'])"
