"""What may be mounted, and what is told to whoever mounts anything else."""

import functools

import pytest

from asgi_nb.live.errors import CellError
from asgi_nb.live.mounting import as_asgi
from asgi_nb.web.endpoints import HTTPEndpoint
from asgi_nb.web.responses import PlainTextResponse

pytestmark = pytest.mark.anyio


async def hello(scope, receive, send):
    await PlainTextResponse(f"hello {scope['path']}")(scope, receive, send)


def wsgi(environ, start_response):
    start_response("200 OK", [("content-type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]


class Wsgi:
    """A WSGI app as Flask's: an object."""

    def __call__(self, environ, start_response):
        return wsgi(environ, start_response)


class Asgi:
    async def __call__(self, scope, receive, send):
        await hello(scope, receive, send)


class Home(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("home")


@pytest.mark.parametrize(
    "app", [hello, Asgi(), Home, functools.partial(hello), lambda *message: hello(*message)]
)
async def test_an_asgi_app_is_taken_as_it_is(app):
    assert as_asgi(app) is app


@pytest.mark.parametrize("other", [wsgi, Wsgi(), Wsgi().__call__], ids=["function", "object", "method"])
async def test_a_wsgi_app_answers_below_its_path(app, ask, other):
    app.mount("/flask", other)

    answer = await ask(app, "GET /flask/items")

    assert (answer.status, answer.text) == (200, "/flask /items")
    assert app.definitions[0].title == "mount /flask"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (5, "cannot mount int; expected an ASGI app, called with"),
        (Asgi, r"cannot mount Asgi, which is a class; mount an object of it: Asgi\(\)"),
        (lambda: None, r"cannot mount <lambda>, which is called with \(\); expected an ASGI app"),
        (Home.get, r"get, which is called with \(self, request\); expected an ASGI app"),
    ],
)
async def test_anything_else_is_an_error_that_says_what_was_expected(app, other, words):
    with pytest.raises(CellError, match=words):
        app.mount("/x", other)

    assert app.definitions == ()
