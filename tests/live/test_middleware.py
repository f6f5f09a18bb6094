"""Middleware from cells: added, replaced and removed while the app serves."""

import pytest

from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.web.middleware.base import BaseHTTPMiddleware

pytestmark = pytest.mark.anyio


@pytest.fixture
def wrap(app, run_as):
    """Run a `%%asgi_middleware` cell."""

    def run(body: str, cell: str | None = "m", **options):
        with app.cell_run(Cell(cell)):
            return app.define_middleware(run_as(body, cell, magic="%%asgi_middleware"), **options)

    return run


def marking(mark: str) -> str:
    return (
        "response = await call_next(request)\n"
        f"response.headers['x-marks'] = response.headers.get('x-marks', '') + '{mark}'\n"
        "return response"
    )


class Marker:
    """A pure ASGI middleware."""

    def __init__(self, app, mark="m", times=1):
        self.app = app
        self.mark = mark.encode() * times

    async def __call__(self, scope, receive, send):
        async def marked(message):
            if message["type"] == "http.response.start":
                old = dict(message["headers"]).get(b"x-marks", b"")
                others = [pair for pair in message["headers"] if pair[0] != b"x-marks"]
                message = {**message, "headers": [*others, (b"x-marks", old + self.mark)]}
            await send(message)

        await self.app(scope, receive, marked)


async def marks(ask, app, line="GET /x"):
    return (await ask(app, line)).headers.get("x-marks", "")


async def test_a_body_runs_around_every_request(app, define, wrap, ask):
    define("GET /x", "return 'x'")

    wrap(marking("m"))

    assert await marks(ask, app) == "m"
    assert await marks(ask, app, "GET /nowhere") == "m"


async def test_a_body_that_answers_itself_never_reaches_the_route(app, define, wrap, ask):
    define("GET /x", "return 'x'")

    wrap("return {'error': 'closed'}, 503")

    answer = await ask(app, "GET /x")
    assert (answer.status, answer.json) == (503, {"error": "closed"})


async def test_a_middleware_that_runs_again_does_not_pile_up_and_keeps_its_place(app, define, wrap, ask):
    define("GET /x", "return 'x'")
    wrap(marking("a"), "a")
    wrap(marking("b"), "b")
    assert await marks(ask, app) == "ab"

    wrap(marking("A"), "a")
    wrap(marking("A"), "a")

    assert await marks(ask, app) == "Ab"


async def test_a_middleware_goes_with_its_cell(app, define, wrap, ask):
    define("GET /x", "return 'x'")
    wrap(marking("a"), "a")

    with app.cell_run(Cell("a")):
        pass

    assert await marks(ask, app) == ""


async def test_without_a_cell_id_a_name_tells_middleware_apart(app, define, wrap, ask):
    define("GET /x", "return 'x'")
    wrap(marking("a"), None, name="one")
    wrap(marking("b"), None, name="two")
    wrap(marking("A"), None, name="one")

    assert await marks(ask, app) == "Ab"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            "async def mark(request, call_next):\n    " + marking("m").replace("\n", "\n    "), id="function"
        ),
        pytest.param("class Mine(Marker): pass", id="class"),
        pytest.param("def mark(app):\n    return Marker(app)", id="factory"),
        pytest.param(
            "class Mine(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n        "
            + marking("m").replace("\n", "\n        "),
            id="base-class",
        ),
    ],
)
async def test_a_cell_may_define_its_middleware(app, define, wrap, ask, notebook, source):
    notebook.namespace |= {"Marker": Marker, "BaseHTTPMiddleware": BaseHTTPMiddleware}
    define("GET /x", "return 'x'")

    wrap(source)

    assert await marks(ask, app) == "m"


async def test_options_go_to_the_class(app, define, wrap, ask, notebook):
    notebook.namespace["Marker"] = Marker
    define("GET /x", "return 'x'")

    wrap("class Mine(Marker): pass", mark="o", times=3)

    assert await marks(ask, app) == "ooo"


async def test_objects_are_added_while_serving(app, define, ask):
    define("GET /x", "return 'x'")
    await ask(app, "GET /x")

    app.add_middleware(Marker, "p", times=2)
    assert await marks(ask, app) == "pp"

    app.remove("Marker")
    assert await marks(ask, app) == ""


async def test_the_decorator_gives_back_the_function(app, define, ask):
    define("GET /x", "return 'x'")

    @app.middleware
    async def mark(request, call_next):
        response = await call_next(request)
        response.headers["x-marks"] = "d"
        return response

    assert mark.__name__ == "mark"
    assert await marks(ask, app) == "d"


async def test_a_middleware_keeps_its_state_while_routes_come_and_go(app, define, wrap, ask):
    wrap(
        "class Counter:\n"
        "    def __init__(self, app):\n"
        "        self.app, self.count = app, 0\n"
        "    async def __call__(self, scope, receive, send):\n"
        "        self.count += 1\n"
        "        scope['count'] = self.count\n"
        "        await self.app(scope, receive, send)"
    )
    define("GET /x", "return request.scope['count']")
    await ask(app, "GET /x")

    define("GET /y", "return 1", "b")
    wrap(marking("o"), "outer")

    assert (await ask(app, "GET /x")).text == "2"


async def test_a_middleware_with_a_scope_of_its_own_still_reaches_the_route(app, define, wrap, ask):
    wrap(
        "class Fresh:\n"
        "    def __init__(self, app):\n"
        "        self.app = app\n"
        "    async def __call__(self, scope, receive, send):\n"
        "        fresh = {key: value for key, value in scope.items() if '.' not in key}\n"
        "        await self.app(fresh, receive, send)"
    )
    define("GET /x", "return 'x'")

    assert (await ask(app, "GET /x")).text == "x"


async def test_streams_pass_through_a_middleware(app, define, wrap, ask):
    define("GET /x", "for n in range(3):\n    yield str(n)")
    wrap(marking("m"))

    answer = await ask(app, "GET /x")

    assert (answer.text, answer.headers["x-marks"]) == ("012", "m")


async def test_a_middleware_that_returns_nothing_at_a_request_is_named(app, define, wrap, ask):
    define("GET /x", "return 'x'")
    wrap("if request.url.path == '/y':\n    return await call_next(request)")

    answer = await ask(app, "GET /x")

    assert answer.status == 500
    assert "middleware middleware returned None; end it with: return response" in answer.text
    assert "returned by middleware middleware, cell [2]" in answer.text
    assert "returned by GET /x" not in answer.text


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        pytest.param("def f(request, call_next): return 1", {}, "must be `async def`", id="sync"),
        pytest.param(
            "async def f(request, call_next): return 1", {"a": 1}, "takes no options, got a=1", id="function"
        ),
        pytest.param("async def f(request): return 1", {}, r"f\(request\) does not fit", id="one-argument"),
        pytest.param("async def f(scope, receive, send): return 1", {}, "does not fit", id="asgi-function"),
        pytest.param("class F:\n    pass", {}, r"cannot be called as F\(app\)", id="class-without-app"),
        pytest.param(
            "class F:\n    def __init__(self, app): pass",
            {"size": 1},
            r"as F\(app, size=1\)",
            id="unknown-option",
        ),
        pytest.param("def f(app): pass", {}, "gave NoneType; expected an ASGI app", id="gives-none"),
        pytest.param("await call_next(request)", {}, "returns nothing", id="body-without-return"),
        pytest.param("x = )", {}, "invalid syntax", id="syntax"),
    ],
)
async def test_what_is_no_middleware_changes_nothing(app, define, wrap, ask, source, options, message):
    define("GET /x", "return 'x'")
    wrap(marking("old"))

    with pytest.raises(CellError, match=message):
        wrap(source, **options)

    assert await marks(ask, app) == "old"


async def test_a_constructor_that_raises_changes_nothing(app, define, ask):
    define("GET /x", "return 'x'")

    class Broken:
        def __init__(self, app):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        app.add_middleware(Broken)

    assert (await ask(app, "GET /x")).text == "x"


async def test_an_object_that_is_no_middleware_is_refused(app):
    with pytest.raises(CellError, match="int is not a middleware"):
        app.add_middleware(3)
