"""What an app that describes itself can be asked."""

import json
from typing import Annotated, Literal
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI, Form, Header
from pydantic import BaseModel

from asgi_nb.live.asked import Input
from asgi_nb.live.described import described, skeleton


class Cup(BaseModel):
    size: Literal["S", "L"]
    full: bool = True


class Order(BaseModel):
    name: str
    price: float
    cup: Cup
    note: str | None = None
    tags: list[str] = []


def page(limit: int = 20):
    return limit


@pytest.fixture
def asked():
    """What can be asked of an app of FastAPI, by method and path."""
    api = FastAPI()
    router = APIRouter(prefix="/orders")

    @router.get("/{order_id}/{key}")
    def show(
        order_id: int,
        key: UUID,
        limit: Annotated[int, Depends(page)],
        x_trace: Annotated[str, Header()],
        q: str | None = None,
        factor: float = 1.5,
    ): ...

    @router.post("")
    def add(order: Order): ...

    @api.post("/form")
    def form(user: Annotated[str, Form()], age: Annotated[int, Form()] = 3): ...

    api.include_router(router)
    found = described(api, "/v1/", "7", "cell [2]")
    return {f"{one.method} {one.path}": one for one in found}


def test_the_routes_stand_below_the_mount_with_its_cell(asked):
    assert list(asked) == ["POST /v1/form", "GET /v1/orders/{order_id}/{key}", "POST /v1/orders"]
    assert {one.place for one in asked.values()} == {"cell [2]"}
    assert len({one.number for one in asked.values()}) == 3


def test_parameters_have_their_types_and_defaults_also_those_of_dependencies(asked):
    found = asked["GET /v1/orders/{order_id}/{key}"].inputs()

    assert found.path == (
        Input("order_id", "int", required=True, pattern="-?[0-9]+"),
        Input("key", "uuid", required=True),
    )
    assert set(found.query) == {
        Input("limit", "int", default="20"),
        Input("q", "str"),
        Input("factor", "float", default="1.5"),
    }
    assert found.headers == (Input("x-trace", "str", required=True),)
    assert found.body == ""


def test_a_body_begins_with_an_empty_model(asked):
    found = asked["POST /v1/orders"].inputs()

    assert found.body == "json"
    assert json.loads(found.skeleton) == {
        "name": "",
        "price": 0.0,
        "cup": {"size": "S", "full": True},
        "note": None,
        "tags": [],
    }


def test_a_form_begins_with_its_fields(asked):
    found = asked["POST /v1/form"].inputs()

    assert (found.body, found.skeleton) == ("form", "user=&age=3")


@pytest.mark.parametrize("app", [object(), None, type("App", (), {"openapi": "3.1.0"})()])
def test_an_app_that_does_not_describe_itself_has_nothing_to_list(app):
    assert list(described(app, "", "0", "")) == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 0),
        ({"type": "string", "default": "tea"}, "tea"),
        ({"enum": ["a", "b"]}, "a"),
        ({"const": 3}, 3),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"type": "object"}, {}),
        ({"allOf": [{"$ref": "#/components/schemas/A"}]}, {"a": 0}),
        ({"$ref": "#/components/schemas/Gone"}, None),
        ({}, None),
    ],
)
def test_a_schema_is_written_out(schema, value):
    whole = {"components": {"schemas": {"A": {"type": "object", "properties": {"a": {"type": "integer"}}}}}}

    assert skeleton(whole, schema) == value


def test_a_schema_that_holds_itself_ends():
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}

    assert skeleton({"components": {"schemas": {"Node": node}}}, node, 1) == {"next": None}
