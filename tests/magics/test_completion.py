"""What Tab offers on the lines of the magics and below them, in a real shell."""

import sys

import pytest
from IPython.core.completer import provisionalcompleter

from asgi_nb import extension
from asgi_nb.live.names import METHODS
from asgi_nb.web.requests import Request
from asgi_nb.web.websockets import WebSocket


@pytest.fixture
def complete(shell):
    """Press Tab at the `|` of a cell; gives the cell as each completion would leave it."""

    def complete(cell, *, ours=True):
        offset = cell.index("|")
        text = cell.replace("|", "", 1)
        with provisionalcompleter():
            found = list(shell.Completer.completions(text, offset))
        assert all(completion.end == offset for completion in found)
        return [
            text[: completion.start] + completion.text
            for completion in found
            if not ours or completion._origin == "asgi_nb"
        ]

    return complete


@pytest.fixture
def routes(run):
    """Some definitions to complete."""
    run("%%asgi_route GET /items/{item_id:int}\nreturn 1")
    run("%%asgi_route POST /items\nreturn 1")
    run("%%asgi_route DELETE,PUT /users/{name}\nreturn 1")
    run("%%asgi_websocket /chat/{room}\npass")


def test_the_notebooks_own_exceptions_are_offered(complete, run):
    run("class GoneAway(Exception): pass\nclass GoneThing: pass")

    assert complete("%%asgi_error Gone|") == ["%%asgi_error GoneAway"]


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        pytest.param("%%asgi_error 404\nreturn ex|", "return exc", id="exc"),
        pytest.param("%%asgi_error 404\nreturn request.cook|", "return request.cookies", id="request"),
        pytest.param("%%asgi_lifespan\napp.defin|", "app.define_lifespan", id="app"),
    ],
)
def test_what_cells_of_errors_and_lifespans_are_given_is_offered(complete, below, expected):
    assert expected in [found.partition("\n")[2] for found in complete(below)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("%%asgi_route P|", ["POST", "PUT", "PATCH"], id="methods"),
        pytest.param("%%asgi_route p|", ["POST", "PUT", "PATCH"], id="small-letters"),
        pytest.param("%%asgi_route |", METHODS, id="every-method"),
        pytest.param("%%asgi_route GET,P|", ["GET,POST", "GET,PUT", "GET,PATCH"], id="several-methods"),
        pytest.param("%%asgi_route PUT,P|", ["PUT,POST", "PUT,PATCH"], id="a-method-once"),
        pytest.param("%asgi_request D|", ["DELETE"], id="method-of-a-request"),
        pytest.param("reply = %asgi_request D|", ["DELETE"], id="assigned"),
        pytest.param("x = 1\n%asgi_request D|\ny = 2", ["DELETE"], id="line-in-a-cell"),
        pytest.param("%%asgi_route GET /x/{id:|", None, id="convertors"),
        pytest.param("%%asgi_route GET /x/{id:i|", ["GET /x/{id:int}"], id="convertor"),
        pytest.param("%%asgi_route GET /x/{id:i|}", ["GET /x/{id:int"], id="convertor-in-closed-brace"),
        pytest.param("%%asgi_route GET /x/{id:i|}/y --name z", ["GET /x/{id:int"], id="convertor-inside"),
        pytest.param("%%asgi_websocket /x/{a}/{b:u|", ["/x/{a}/{b:uuid}"], id="convertor-of-a-websocket"),
        pytest.param("%%asgi_error 40|", [*map("{}".format, range(400, 410))], id="statuses"),
        pytest.param("%%asgi_error KeyE|", ["KeyError"], id="exceptions"),
        pytest.param("%%asgi_lifespan --n|", ["--name"], id="option-of-a-lifespan"),
        pytest.param("%%asgi_route GET /x --t|", ["GET /x --try"], id="try"),
        pytest.param("%asgi_routes --c|", ["--close-replaced"], id="option-of-the-table"),
        pytest.param("%%asgi_route GET /x --n|", ["GET /x --name"], id="option"),
        pytest.param("%asgi_serve --p|", ["--port"], id="option-of-a-line"),
        pytest.param("%asgi_serve --port 80|", [], id="number"),
        pytest.param("%%asgi_route GET /x --name i|", [], id="free-text"),
        pytest.param("%%asgi_route GET /x y z|", [], id="too-many-words"),
        pytest.param("%asgi_stop |", [], id="nothing-to-say"),
        pytest.param("%asgi_unknown P|", [], id="another-magic"),
        pytest.param("%%time asgi_route P|", [], id="foreign-magic"),
    ],
)
def test_the_line_of_a_magic_is_completed(complete, cell, expected):
    found = complete(cell)

    if expected is None:
        expected = [f"GET /x/{{id:{kind}}}" for kind in ("str", "path", "int", "float", "uuid")]
    line = cell[: cell.index("|")].rpartition("\n")[2]
    head = line[: line.index("asgi_") + len(line[line.index("asgi_") :].split()[0]) + 1]
    before = cell[: cell.index("|")].removesuffix(line)
    assert found == [before + head + words for words in expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("%asgi_request GET /|", ["/items/"], id="of-the-method"),
        pytest.param("%asgi_request post |", ["/items"], id="without-a-parameter"),
        pytest.param("%%asgi_request PUT /u|", ["/users/"], id="of-several-methods"),
        pytest.param("%asgi_request PATCH /|", [], id="none"),
        pytest.param(
            "%%asgi_route PUT /|",
            ["/items/{item_id:int}", "/items", "/users/{name}", "/chat/{room}"],
            id="again",
        ),
        pytest.param("%%asgi_websocket /c|", ["/chat/{room}"], id="websocket"),
    ],
)
def test_paths_that_are_there_are_offered(complete, routes, cell, expected):
    line = cell[: cell.index("|")].rpartition(" ")[0]

    assert complete(cell) == [f"{line} {path}" for path in expected]


def test_a_mount_is_offered_with_the_slash_below_which_it_answers(complete, run):
    run("import asgi_nb\nasgi_nb.app.mount('/v1', asgi_nb.LiveApp(asgi_nb.app.notebook))")

    assert complete("%asgi_request GET /|") == ["%asgi_request GET /v1/"]


def test_what_can_be_dropped_is_offered_in_quotes(complete, run):
    run("%%asgi_route GET /a\nreturn 1")
    run("%%asgi_middleware --name m\nreturn await call_next(request)")
    everything = ['"GET /a"', '"middleware m"', '"cell:[1]"', '"cell:[2]"']

    assert complete("%asgi_routes --drop |") == [f"%asgi_routes --drop {what}" for what in everything]
    assert complete("%asgi_routes -d G|") == ['%asgi_routes -d "GET /a"']
    assert complete('%asgi_routes --drop="GET /|') == ['%asgi_routes --drop="GET /a"']
    assert complete("%asgi_routes --drop cell:[2|") == ['%asgi_routes --drop "cell:[2]"']


def test_the_places_of_a_handler_are_offered(complete):
    assert complete("%%asgi_route GET /x --on k|") == ["%%asgi_route GET /x --on kernel"]
    assert complete("%%asgi_websocket /x --on=s|") == ["%%asgi_websocket /x --on=server"]


def test_variables_that_may_be_apps_are_offered(complete, run):
    run(
        "import json\n"
        "async def my_app(scope, receive, send): pass\n"
        "class App:\n    async def __call__(self, scope, receive, send): pass\n"
        "class Wsgi:\n    def __call__(self, environ, start_response): pass\n"
        "class Proxy:\n"
        "    __class__ = property(lambda self: 1 / 0)\n"
        "    def __getattr__(self, name): 1 / 0\n"
        "my_object, wsgi, proxy, _hidden, number = App(), Wsgi(), Proxy(), App(), 5\n"
        "def helper(x): pass\n"
    )

    assert complete("%asgi_serve |") == [f"%asgi_serve {name}" for name in ("my_app", "my_object", "wsgi")]
    assert complete("%asgi_serve my_o|") == ["%asgi_serve my_object"]
    assert complete("%asgi_mount /v1 |") == [
        f"%asgi_mount /v1 {name}" for name in ("my_app", "my_object", "wsgi")
    ]


@pytest.mark.parametrize("name", ["path_params", "query_params", "json", "url_for", "cookies"])
def test_a_request_has_its_attributes(complete, name):
    assert f"%%asgi_route GET /\nreturn request.{name}" in complete("%%asgi_route GET /\nreturn request.|")


@pytest.mark.parametrize(
    ("head", "name", "cls"),
    [
        ("%%asgi_route GET /", "request", Request),
        ("\n\n%%asgi_middleware", "request", Request),
        ("%%asgi_middleware --name x", "request", Request),
        ("%%asgi_websocket /chat", "websocket", WebSocket),
        ("%%asgi_route GET /{n:int}", "n", int),
        ("%%asgi_route GET /{n}", "n", str),
        ("%%asgi_websocket /{n:float}", "n", float),
    ],
)
@pytest.mark.parametrize("before", ["", "if True:\n    x = f(1, ", 'f"{'])
def test_what_a_cell_is_given_has_the_public_attributes_of_its_class(complete, head, name, cls, before):
    public = [attribute for attribute in dir(cls) if not attribute.startswith("_")]

    assert complete(f"{head}\n{before}{name}.|") == [f"{head}\n{before}{name}.{public}" for public in public]


def test_attributes_go_on_behind_attributes(complete):
    assert complete("%%asgi_route GET /\nrequest.url.hostn|") == ["%%asgi_route GET /\nrequest.url.hostname"]
    assert complete("%%asgi_route GET /\nrequest.client.po|") == ["%%asgi_route GET /\nrequest.client.port"]
    assert complete("%%asgi_route GET /\nrequest.json.x|") == []
    assert complete("%%asgi_route GET /\nrequest.nothing.x|") == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param(
            "%%asgi_route GET /{item_id:int}/{item}\nreturn ite|", ["item_id", "item"], id="parameters"
        ),
        pytest.param("%%asgi_route GET /\nreq|", ["request"], id="request"),
        pytest.param("%%asgi_websocket /\nawait web|", ["websocket"], id="websocket"),
        pytest.param("%%asgi_middleware\nreturn await call|", ["call_next"], id="call_next"),
        pytest.param("%%asgi_middleware\nx.req|", [], id="attribute-of-something"),
        pytest.param("%%asgi_middleware\nx().request.u|", [], id="request-of-something"),
        pytest.param("%%asgi_request GET /\nreq|", [], id="request-cell"),
        pytest.param("req|", [], id="plain-cell"),
        pytest.param("request.|", [], id="plain-cell-attribute"),
        pytest.param("%%asgi_route GET /\n|", [], id="nothing-typed"),
        pytest.param("|", [], id="empty-cell"),
    ],
)
def test_what_a_cell_is_given_is_offered_by_name(complete, cell, expected):
    before = cell[: cell.index("|")]
    stem = before.removesuffix(before.split()[-1]) if before.split() and not before[-1].isspace() else before

    assert complete(cell) == [stem + name for name in expected]


def test_the_notebooks_own_names_are_offered_beside(complete, run):
    run("request_count = 5")

    found = complete("%%asgi_route GET /\nreturn requ|", ours=False)

    assert {"%%asgi_route GET /\nreturn request", "%%asgi_route GET /\nreturn request_count"} <= set(found)


@pytest.mark.parametrize("cell", ["%%asgi_route P|", "%%asgi_route GET /\nrequest.|", "%asgi_serve --p|"])
def test_an_answer_of_ours_asks_no_type_inference(complete, cell):
    assert complete(cell, ours=False) == complete(cell)


@pytest.mark.parametrize(
    "cell",
    [
        '%%asgi_route "|',
        "%%asgi_route GET '/x|",
        '%asgi_request GET "/x |',
        "%%asgi_route GET /x/{|",
        "%%asgi_route GET /x/{id:nothing}\nid.|",
        "%%asgi_route GET /x --|",
        "%%asgi_route GET /x --name=|",
        "%%asgi_route\nrequest..|",
        "%%asgi_\n|",
        "%%asgi_route GET /ü\nü|",
        "%asgi_request \t|",
        "\\|",
    ],
)
def test_an_odd_cell_is_no_error(complete, monkeypatch, cell):
    hooked = []
    # IPython shows what a matcher raises by this hook, and goes on.
    monkeypatch.setattr(sys, "excepthook", lambda *exc: hooked.append(exc))

    complete(cell)

    assert hooked == []


def test_nothing_is_left_when_the_extension_is_unloaded(complete, shell):
    extension.unload_ipython_extension(shell)

    assert complete("%%asgi_route P|") == []
    extension.load_ipython_extension(shell)
    assert len(complete("%%asgi_route P|")) == 3


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%asgi_hold meth|", "%asgi_hold method:"),
        ("%asgi_hold path:/items -meth|", "%asgi_hold path:/items -method:"),
        ("hold = %asgi_hold request-b|", "hold = %asgi_hold request-body:"),
        ("%asgi_inspect stat|", "%asgi_inspect status:"),
        ("%asgi_hold method:POST --ti|", "%asgi_hold method:POST --timeout"),
        ("%asgi_hold method:POST --at re|", "%asgi_hold method:POST --at response"),
    ],
)
def test_a_filter_on_a_magics_line_is_completed_and_options_behind_it(complete, line, expected):
    assert expected in complete(line)
