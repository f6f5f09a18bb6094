"""Requests that are made up to try a route."""

import pytest

from asgi_nb.live.errors import CellError
from asgi_nb.live.samples import sample_request
from asgi_nb.web.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor


@pytest.mark.parametrize(
    ("line", "sample", "request_text"),
    [
        pytest.param("GET /", "", "GET /", id="bare"),
        pytest.param("GET /items/{n:int}", "", "GET /items/1", id="int"),
        pytest.param("GET /{a}/{b:float}/{c:path}", "", "GET /tea/1.5/a/b", id="several"),
        pytest.param("GET /{a:uuid}", "", "GET /123e4567-e89b-12d3-a456-426614174000", id="uuid"),
        pytest.param("GET /items/{n:int}", "/items/3?q=tea", "GET /items/3?q=tea", id="path"),
        pytest.param("POST /items", '{"name": "tea"}', 'POST /items\n\n{"name": "tea"}', id="body"),
        pytest.param("PUT /items/{n}", '/items/3 {"a": 1}', 'PUT /items/3\n\n{"a": 1}', id="path-and-body"),
        pytest.param("GET,POST /items", "", "GET /items", id="several-methods"),
        pytest.param("GET,POST /items", "[1]", "POST /items\n\n[1]", id="several-methods-with-body"),
        pytest.param("DELETE /items", "", "DELETE /items", id="another-method"),
    ],
)
def test_a_request_fits_the_route(define, line, sample, request_text):
    assert sample_request(define(line, "return 1").definition, sample) == request_text


def test_a_route_of_every_method_is_asked_with_get_and_with_a_body_by_post(app):
    definition = app.add_route("/x", _Endpoint()).definition

    assert sample_request(definition, "") == "GET /x"
    assert sample_request(definition, "tea") == "POST /x\n\ntea"


class _Endpoint:
    async def __call__(self, scope, receive, send):
        """Answer nothing."""


def test_a_convertor_that_nothing_is_known_of_asks_for_a_path(define):
    class Even(Convertor):
        regex = "[02468]"

        def convert(self, value):
            return int(value)

    register_url_convertor("even", Even())
    try:
        definition = define("GET /even/{n:even}", "return 1").definition
    finally:
        del CONVERTOR_TYPES["even"]

    with pytest.raises(CellError, match=r"no sample for {n:even}; write the path to try: --try /even/"):
        sample_request(definition, "")
