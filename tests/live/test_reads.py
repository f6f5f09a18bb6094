"""What a handler reads of its request, as its text says."""

import linecache

import pytest

from asgi_nb.live.reads import Read, reads_of


@pytest.fixture
def reads(define):
    """Give what the body of a cell reads."""

    def read(body):
        return reads_of(define("POST /", body).definition.built.endpoint.__wrapped__)

    return read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param('request.query_params["q"]', Read("q", required=True), id="needed"),
        pytest.param('request.query_params.get("q")', Read("q"), id="asked-for"),
        pytest.param('request.query_params.get("q", "tea")', Read("q", default="tea"), id="default"),
        pytest.param('request.query_params.get("q", None)', Read("q"), id="none"),
        pytest.param('request.query_params.getlist("q")', Read("q"), id="list"),
        pytest.param('"q" in request.query_params', Read("q"), id="membership"),
        pytest.param('int(request.query_params["q"])', Read("q", "int", required=True), id="int"),
        pytest.param(
            'float(request.query_params.get("q", 1.5))', Read("q", "float", default=1.5), id="float"
        ),
    ],
)
def test_a_name_of_the_query_is_read(reads, text, read):
    assert reads(f"return {text}").of("query") == {"q": read}


def test_a_variable_that_holds_the_query_is_the_query(reads):
    assert list(reads("q = request.query_params\nreturn q['a'], q.get('b')").of("query")) == ["a", "b"]


def test_a_name_that_is_read_twice_is_needed_when_it_is_once(reads):
    found = reads("q = request.query_params\nreturn q.get('a', 3), int(q['a'])")

    assert found.of("query") == {"a": Read("a", "int", True, 3)}


HELPERS = """
def page_of(request, *, size=10):
    return int(request.query_params.get("page", 1)), size

async def body_of(asked):
    return await asked.json()

def checked(data, strict):
    return data["name"], data.get("price")

def deeper(request):
    return page_of(request)

def twice(request):
    return twice(request) or request.headers["x-twice"]
"""


@pytest.fixture
def helpers(notebook):
    """The functions above, as a cell of the notebook has defined them."""
    name = "helpers-of-a-cell.py"
    linecache.cache[name] = (len(HELPERS), None, HELPERS.splitlines(True), name)
    exec(compile(HELPERS, name, "exec"), notebook.namespace)
    yield
    del linecache.cache[name]


@pytest.mark.parametrize(
    ("text", "place", "names"),
    [
        pytest.param("return page_of(request)", "query", ["page"], id="request"),
        pytest.param("return page_of(size=3, request=request)", "query", ["page"], id="keyword"),
        pytest.param("data = await body_of(request)\nreturn data['a']", "json", ["a"], id="what-it-gives"),
        pytest.param("return checked(await request.json(), True)", "json", ["name", "price"], id="body"),
        pytest.param("return checked(await body_of(request), 1)", "json", ["name", "price"], id="both"),
        pytest.param("return twice(request)", "header", ["x-twice"], id="recursive"),
        pytest.param("return deeper(request)", "query", [], id="one-level-only"),
        pytest.param("return page_of()", "query", [], id="not-given"),
        pytest.param("return page_of(*request)", "query", [], id="starred"),
        pytest.param("return page_of(request, 1, 2, 3)", "query", [], id="wrong-call"),
        pytest.param("return unknown(request), len(request)", "query", [], id="not-of-the-notebook"),
    ],
)
def test_what_a_function_of_the_notebook_reads_is_read(reads, helpers, text, place, names):
    assert list(reads(text).of(place)) == names


def test_a_function_that_reads_the_body_says_what_it_is_read_as(reads, helpers):
    assert reads("return await body_of(request)").body == "json"


def test_headers_of_the_request_are_read_and_not_those_of_a_response(reads):
    text = "key = request.headers['x-key']\nresponse = key\nreturn response.headers['x-other']"

    assert list(reads(text).of("header")) == ["x-key"]


@pytest.mark.parametrize(
    ("text", "body", "names"),
    [
        pytest.param(
            "data = await request.json()\nreturn data['a'], data.get('b')", "json", ["a", "b"], id="json"
        ),
        pytest.param("return (await request.json())['a']", "json", ["a"], id="json-at-once"),
        pytest.param("form = await request.form()\nreturn form['a']", "form", ["a"], id="form"),
        pytest.param(
            "async with request.form() as form:\n    return form['a']", "form", ["a"], id="with-form"
        ),
        pytest.param("return await request.body()", "text", [], id="octets"),
        pytest.param("return 1", "", [], id="none"),
    ],
)
def test_the_body_is_what_it_is_read_as(reads, text, body, names):
    found = reads(text)

    assert found.body == body
    assert list(found.of("form" if body == "form" else "json")) == names


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("return Item(**await request.json())", id="keywords"),
        pytest.param("data = await request.json()\nreturn Item.model_validate(data)", id="validated"),
        pytest.param("return Item.model_validate_json(await request.body())", id="from-octets"),
    ],
)
def test_the_class_that_a_body_becomes_is_found_in_the_notebook(reads, notebook, text):
    class Item:
        pass

    notebook.namespace["Item"] = Item
    found = reads(text)

    assert found.model is Item
    assert found.body == "json"


def test_a_function_may_call_its_request_what_it_likes(define):
    card = define("GET /{n}", "def show(r, n, limit=3):\n    return r.query_params['q'], n.query_params['x']")

    assert list(reads_of(_inner(card)).of("query")) == ["q", "x"]


def test_what_has_no_text_reads_nothing():
    assert reads_of(eval("lambda request: request.query_params['q']")).names == {}


def _inner(card):
    endpoint = card.definition.built.endpoint
    while hasattr(endpoint, "__wrapped__"):
        endpoint = endpoint.__wrapped__
    return endpoint
