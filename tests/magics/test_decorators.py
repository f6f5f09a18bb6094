"""Ordinary decorators in ordinary cells: replaced in place, and dropped with their line."""

import pytest

import asgi_nb
from asgi_nb.kit import default_kit

APP = "from asgi_nb import app\n"


def rows():
    return [(row.kind, row.methods, row.path, row.name, row.cell) for row in default_kit().app.table()]


# (a cell, the same changed, the row before, the row after)
KINDS = [
    pytest.param(
        "@app.get('/x')\ndef one(request): return 1",
        "@app.get('/y')\ndef two(request): return 1",
        ("route", "GET", "/x", "one"),
        ("route", "GET", "/y", "two"),
        id="get",
    ),
    pytest.param(
        "@app.post('/x')\nasync def one(request): return 1",
        "@app.put('/x')\nasync def one(request): return 1",
        ("route", "POST", "/x", "one"),
        ("route", "PUT", "/x", "one"),
        id="post",
    ),
    pytest.param(
        "@app.websocket('/x')\nasync def one(websocket): pass",
        "@app.websocket('/y')\nasync def one(websocket): pass",
        ("websocket", "", "/x", "one"),
        ("websocket", "", "/y", "one"),
        id="websocket",
    ),
    pytest.param(
        "async def inner(scope, receive, send): pass\napp.mount('/x', inner)",
        "async def inner(scope, receive, send): pass\napp.mount('/y', inner)",
        ("mount", "", "/x", ""),
        ("mount", "", "/y", ""),
        id="mount",
    ),
    pytest.param(
        "class One:\n    def __init__(self, app, n): self.app = app\n"
        "    async def __call__(self, *args): await self.app(*args)\napp.add_middleware(One, n=1)",
        "class Two:\n    def __init__(self, app): self.app = app\n"
        "    async def __call__(self, *args): await self.app(*args)\napp.add_middleware(Two)",
        ("middleware", "", "", "One"),
        ("middleware", "", "", "Two"),
        id="add-middleware",
    ),
    pytest.param(
        "@app.middleware\nasync def one(request, call_next): return await call_next(request)",
        "@app.middleware\nasync def two(request, call_next): return await call_next(request)",
        ("middleware", "", "", "one"),
        ("middleware", "", "", "two"),
        id="middleware",
    ),
    pytest.param(
        "@app.exception_handler(ValueError)\ndef one(request, exc): return 1",
        "@app.exception_handler(404)\ndef one(request, exc): return 1",
        ("error", "", "", "ValueError"),
        ("error", "", "", "404"),
        id="exception-handler",
    ),
    pytest.param(
        "@app.lifespan\nasync def one(app): yield",
        "@app.lifespan\nasync def two(app): yield",
        ("lifespan", "", "", "one"),
        ("lifespan", "", "", "two"),
        id="lifespan",
    ),
]


@pytest.mark.parametrize(("source", "changed", "before", "after"), KINDS)
def test_it_belongs_to_its_cell(run, source, changed, before, after):
    run(APP + source, "a")
    assert rows() == [(*before, "[1]")]

    run(APP + source, "a")
    assert rows() == [(*before, "[2]")]

    run(APP + changed, "a")
    assert rows() == [(*after, "[3]")]

    run(APP, "a")
    assert rows() == []


@pytest.mark.parametrize(("source", "changed", "before", "after"), KINDS)
def test_it_keeps_its_place_among_those_of_other_cells(run, source, changed, before, after):
    run(APP + source, "a")
    run(APP + "@app.get('/other')\ndef other(request): return 1", "b")

    run(APP + changed, "a")

    definitions = default_kit().app.definitions
    assert [definition.kind for definition in definitions] == [before[0], "route"]
    assert definitions[1].path == "/other"


@pytest.mark.parametrize(("source", "changed", "before", "after"), KINDS)
def test_a_cell_that_fails_takes_it_back(run, source, changed, before, after):
    run(APP + source, "a")

    with pytest.raises(ZeroDivisionError):
        run(APP + changed + "\n1 / 0", "a")

    assert rows() == [(*before, "[1]")]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("on_event", "use @app.lifespan, or a %%asgi_lifespan cell"),
        ("include_router", "use app.mount"),
        ("websocket_route", "use @app.websocket"),
    ],
)
def test_what_older_toolkits_have_is_answered_with_what_to_use(name, advice):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'; {advice}"):
        getattr(asgi_nb.app, name)


def test_any_other_name_is_just_missing():
    with pytest.raises(AttributeError, match=r"'LiveApp' object has no attribute 'nope'$"):
        asgi_nb.app.nope  # noqa: B018 - reading it is the test
