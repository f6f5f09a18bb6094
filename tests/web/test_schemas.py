"""The YAML in the docstrings of endpoints becomes a description of the app."""

import functools
import sys

import httpx2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.routing import Host, Mount, Route, WebSocketRoute
from asgi_nb.web.schemas import BaseSchemaGenerator, EndpointInfo, OpenAPIResponse, SchemaGenerator

yaml = pytest.importorskip("yaml")

BASE = {"openapi": "3.0.0", "info": {"title": "Tea", "version": "1.0"}}


def list_users(request):
    """
    responses:
      200:
        description: All users.
    """


def create_user(request):
    """
    Create a user. What stands here is for people.

    ---
    responses:
      201:
        description: The user.
    """


def prose(request):
    """A sentence: with a colon: and another."""


def word(request):
    """Word."""


def silent(request):
    pass


class Items:
    def get(self, request):
        """
        responses:
          200:
            description: An item.
        """

    async def query(self, request):
        """
        responses:
          200:
            description: What was searched for.
        """

    async def __call__(self, scope, receive, send):
        raise NotImplementedError


ROUTES = [
    Route("/users", list_users, methods=["GET"]),
    Route("/users/{id:int}", create_user, methods=["POST", "PUT"]),
    Route("/prose", prose),
    Route("/word", word),
    Route("/silent", silent),
    Route("/hidden", list_users, include_in_schema=False),
    Route("/items", Items),
    Route("/partial", functools.partial(list_users)),
    WebSocketRoute("/ws", list_users),
    Mount("/v{n:int}", routes=[Mount("/deep", routes=[Route("/users", list_users)])]),
    Host("api.example.org", App(routes=[Route("/hosted", list_users)])),
]


def test_endpoints_are_listed_with_plain_paths_and_without_head():
    found = BaseSchemaGenerator().get_endpoints(ROUTES)

    assert [info[:2] for info in found] == [
        ("/users", "get"),
        ("/users/{id}", "post"),
        ("/users/{id}", "put"),
        ("/prose", "get"),
        ("/word", "get"),
        ("/silent", "get"),
        ("/items", "get"),
        ("/items", "query"),
        ("/partial", "get"),
        ("/v{n}/deep/users", "get"),
        ("/hosted", "get"),
    ]
    assert found[0] == EndpointInfo("/users", "get", list_users)


def test_only_endpoints_whose_docstring_holds_yaml_are_described():
    schema = SchemaGenerator(BASE).get_schema(ROUTES)

    assert {key: schema[key] for key in BASE} == BASE
    assert schema["paths"] == {
        "/users": {"get": {"responses": {200: {"description": "All users."}}}},
        "/users/{id}": {
            "post": {"responses": {201: {"description": "The user."}}},
            "put": {"responses": {201: {"description": "The user."}}},
        },
        "/items": {"get": {"responses": {200: {"description": "An item."}}}},
        "/partial": {"get": {"responses": {200: {"description": "All users."}}}},
        "/v{n}/deep/users": {"get": {"responses": {200: {"description": "All users."}}}},
        "/hosted": {"get": {"responses": {200: {"description": "All users."}}}},
    }


@pytest.mark.parametrize(("version", "described"), [("3.1.9", False), ("3.2", True), ("10.0.0", True)])
def test_query_is_described_from_openapi_3_2_on(version, described):
    schema = SchemaGenerator({"openapi": version}).get_schema([Route("/items", Items)])

    assert ("query" in schema["paths"]["/items"]) is described


def test_the_base_schema_is_added_to_and_not_changed():
    base = {**BASE, "paths": {"/users": {"delete": {}}}}

    schema = SchemaGenerator(base).get_schema([Route("/users", list_users)])

    assert list(schema["paths"]["/users"]) == ["delete", "get"]
    assert base == {**BASE, "paths": {"/users": {"delete": {}}}}


def test_bad_yaml_after_the_marker_is_an_error_that_names_the_endpoint():
    def endpoint(request):
        """
        ---
        responses: [
        """

    with pytest.raises(ValueError, match=r"docstring of .*endpoint is not YAML after its '---'"):
        SchemaGenerator(BASE).get_schema([Route("/", endpoint)])


@pytest.mark.anyio
async def test_an_endpoint_serves_the_description_as_yaml():
    schemas = SchemaGenerator(BASE)

    def schema(request):
        return schemas.OpenAPIResponse(request)

    app = App(routes=[*ROUTES, Route("/schema", schema, include_in_schema=False)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as http:
        response = await http.get("/schema")

    assert response.headers["content-type"] == "application/vnd.oai.openapi"
    assert yaml.safe_load(response.text) == schemas.get_schema(app.routes)


def test_a_schema_that_is_no_dict_is_an_error():
    with pytest.raises(TypeError, match="takes the schema as a dict, got list"):
        OpenAPIResponse([])


def test_without_pyyaml_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)

    with pytest.raises(ImportError, match=r"OpenAPIResponse needs PyYAML.*pip install pyyaml"):
        OpenAPIResponse({})
    with pytest.raises(ImportError, match="a schema from docstrings needs PyYAML"):
        SchemaGenerator(BASE).get_schema(ROUTES)


def test_a_generator_without_its_method_says_which():
    with pytest.raises(NotImplementedError, match=r"needs a method get_schema\(routes\)"):
        BaseSchemaGenerator().get_schema([])
