"""What a person writes to ask a route."""

import dataclasses
import json
from typing import Annotated, Literal, Optional

import pydantic
import pytest

from asgi_nb.live.asked import Input
from asgi_nb.live.inputs import askable, inputs_of, model_skeleton
from asgi_nb.web.convertors import CONVERTOR_TYPES, Convertor
from asgi_nb.web.endpoints import HTTPEndpoint


def test_what_was_defined_last_comes_first_with_a_line_for_each_method(app, define):
    define("GET /a", "return 1", cell="a")
    define("GET,POST /b", "return 1", cell="b")

    assert [(one.method, one.path) for one in askable(app.definitions)] == [
        ("GET", "/b"),
        ("POST", "/b"),
        ("GET", "/a"),
    ]


def test_a_route_that_another_answers_for_is_not_listed(app, define):
    define("GET,POST /{a}", "return 1", cell="a")
    later = define("GET /{b}", "return 2", cell="b").definition

    found = askable(app.definitions)

    assert [(one.method, one.path) for one in found] == [("GET", "/{b}"), ("POST", "/{a}")]
    assert found[0].place == later.place


def test_sockets_and_middleware_cannot_be_asked(app):
    app.add_websocket_route("/chat", _chat)

    assert askable(app.definitions) == []


async def _chat(websocket):
    await websocket.accept()


def test_each_parameter_of_the_path_has_the_kind_of_its_convertor(define):
    definition = define("GET /{a}/{b:int}/{c:float}/{d:uuid}/{e:path}", "return 1").definition

    found = inputs_of(definition, "GET").path

    assert [(one.name, one.kind, one.required) for one in found] == [
        ("a", "str", True),
        ("b", "int", True),
        ("c", "float", True),
        ("d", "uuid", True),
        ("e", "path", False),
    ]
    assert found[1].pattern == "[0-9]+"


def test_a_convertor_of_the_notebook_gives_its_own_name_and_pattern(define, monkeypatch):
    class Size(Convertor[str]):
        regex = "S|M|L"

        def convert(self, value):
            return value

    monkeypatch.setitem(CONVERTOR_TYPES, "size", Size())
    found = inputs_of(define("GET /{size:size}", "return 1").definition, "GET")

    assert found.path == (Input("size", "size", True, "", "S|M|L"),)


def test_what_the_handler_reads_are_fields_with_their_defaults(define):
    body = "int(request.query_params.get('n', 3))\nreturn request.headers['x-key'], request.headers['host']"
    found = inputs_of(define("GET /", body).definition, "GET")

    assert found.query == (Input("n", "int", default="3"),)
    assert found.headers == (Input("x-key", "str", required=True),)
    assert (found.body, found.skeleton) == ("", "")


def test_a_body_begins_with_the_names_that_are_read(define):
    body = "data = await request.json()\nreturn data['name'], int(data['count']), data.get('colour', 'green')"
    found = inputs_of(define("POST /", body).definition, "POST")

    assert found.body == "json"
    assert json.loads(found.skeleton) == {"name": "", "count": 0, "colour": "green"}


def test_a_form_begins_with_its_fields(define):
    body = "form = await request.form()\nreturn form['a'], form.get('b', 2)"

    assert inputs_of(define("POST /", body).definition, "POST").skeleton == "a=&b=2"


def test_a_class_is_asked_what_the_handler_of_the_method_reads(app):
    class Items(HTTPEndpoint):
        async def get(self, request):
            return request.query_params["q"]

        async def post(self, request):
            return await request.json()

    definition = app.add_route("/items", Items).definition

    assert [one.name for one in inputs_of(definition, "GET").query] == ["q"]
    assert inputs_of(definition, "POST").body == "json"


def test_an_app_as_an_endpoint_takes_anything(app):
    class Endpoint:
        async def __call__(self, scope, receive, send): ...

    definition = app.add_route("/x", Endpoint()).definition

    assert inputs_of(definition, "GET").query == ()


@dataclasses.dataclass
class Cup:
    size: Literal["S", "L"]
    full: bool = True


class Tea(pydantic.BaseModel):
    name: str
    price: float = 2.5
    tags: list[str] = pydantic.Field(default_factory=list)
    note: str | None = None
    cup: Cup
    count: Annotated[int, pydantic.Field(gt=0)]


class Node:
    value: int
    next: Optional["Node"]
    inner: "Node"


class Later:
    one: "Missing"  # noqa: F821 - it is not there


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (
            Tea,
            {
                "name": "",
                "price": 2.5,
                "tags": [],
                "note": None,
                "cup": {"size": "S", "full": True},
                "count": 0,
            },
        ),
        (Cup, {"size": "S", "full": True}),
        (dict[str, int], {}),
        (int | str, 0),
        (object, None),
        (Later, {"one": None}),
    ],
)
def test_a_model_is_written_out_with_its_defaults(model, value):
    assert model_skeleton(model) == value


def test_a_model_that_holds_itself_ends():
    assert model_skeleton(Node, 2) == {
        "value": 0,
        "next": None,
        "inner": {"value": 0, "next": None, "inner": None},
    }


def test_a_body_that_becomes_a_model_begins_with_its_fields(define, notebook):
    notebook.namespace["Cup"] = Cup
    found = inputs_of(define("POST /", "return Cup(**await request.json())").definition, "POST")

    assert json.loads(found.skeleton) == {"size": "S", "full": True}
