"""`--try`: one request goes through when the cell has run."""

import pytest

from asgi_nb.kit import default_kit
from asgi_nb.live.errors import CellError
from asgi_nb.magics._base import MagicError


@pytest.mark.parametrize(
    ("line", "body", "tried", "shown"),
    [
        pytest.param("GET /", "return {'a': 1}", "GET /", '"a": 1', id="bare"),
        pytest.param("GET /items/{n:int}", "return {'n': n}", "GET /items/1", '"n": 1', id="parameter"),
    ],
)
def test_a_bare_try_sends_a_made_up_request(run, line, body, tried, shown):
    card = run(f"%%asgi_route {line} --try\n{body}")

    assert card.tried == tried
    assert "200 OK" in repr(card)
    assert shown in repr(card)
    assert f"tried: <code>{tried}</code>" in card._repr_html_()
    assert "200 OK" in card._repr_html_()


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_a_path_is_asked_for_as_it_is(run, quote):
    body = "return {'n': n, 'q': request.query_params['q']}"
    card = run(f"%%asgi_route GET /items/{{n:int}} --try {quote}/items/3?q=tea{quote}\n{body}")

    assert card.reply.json() == {"n": 3, "q": "tea"}


def test_a_body_is_sent_as_json(run):
    card = run(
        '%%asgi_route POST /items --try \'{"name": "tea"}\'\n'
        "return [await request.json(), request.headers['content-type']], 201"
    )

    assert card.reply.status_code == 201
    assert card.reply.json() == [{"name": "tea"}, "application/json"]


def test_nothing_need_be_served_and_the_request_is_recorded(run):
    card = run("%%asgi_route GET / --try\nreturn 1")

    assert default_kit().services() == []
    assert default_kit().traffic[-1] is card.reply.exchange


def test_the_app_itself_is_asked_when_another_is_served(run):
    run(
        "async def other(scope, receive, send):\n    if scope['type'] == 'http':\n"
        "        await send({'type': 'http.response.start', 'status': 418, 'headers': []})\n"
        "        await send({'type': 'http.response.body'})"
    )
    run("%asgi_serve other")

    assert run("%%asgi_route GET / --try\nreturn 1").reply.status_code == 200


def test_an_error_of_the_handler_is_shown_and_the_route_stays(run):
    card = run("%%asgi_route GET / --try\nx = 0\nreturn 1 / x")

    assert "500 Internal Server Error" in repr(card)
    assert "ZeroDivisionError: division by zero" in repr(card)
    assert "line 3" in repr(card)
    assert [definition.title for definition in default_kit().app.definitions] == ["GET /"]


def test_a_handler_that_never_answers_is_told(run, monkeypatch):
    monkeypatch.setattr("asgi_nb.kit.TRY_TIMEOUT", 0.1)

    card = run("%%asgi_route GET / --try\nimport anyio\nawait anyio.sleep_forever()")

    assert "no response: GET /: no response within 0.1 s" in repr(card)
    assert "no response" in card._repr_html_()


def test_what_a_lifespan_made_is_there(run):
    run("%%asgi_lifespan\nyield {'pool': 7}")
    run("%asgi_serve")

    assert run("%%asgi_route GET / --try\nreturn {'pool': request.state.pool}").reply.json() == {"pool": 7}


def test_python_has_it_too(run):
    run("import asgi_nb")

    card = run("asgi_nb.define_route('PUT', '/x/{n:int}', 'return n', try_='/x/9 [1]')")

    assert (card.tried, card.reply.json()) == ("PUT /x/9", 9)


def test_a_sample_at_the_wrong_place_is_told(run):
    with pytest.raises(MagicError, match="--try stands at the end of the line"):
        run("%%asgi_route --try GET /x\nreturn 1")


def test_a_sample_that_cannot_be_made_up_leaves_no_route(run):
    run(
        "from asgi_nb.web.convertors import Convertor, register_url_convertor\nclass Odd(Convertor):\n"
        "    regex = '[13579]'\n    convert = staticmethod(int)\nregister_url_convertor('odd', Odd())"
    )

    with pytest.raises(CellError, match="no sample for"):
        run("%%asgi_route GET /{n:odd} --try\nreturn n", "c")

    run("from asgi_nb.web.convertors import CONVERTOR_TYPES\ndel CONVERTOR_TYPES['odd']")
    assert default_kit().app.definitions == ()


@pytest.mark.parametrize(
    "sample",
    ['{"name": "tea"}', "/items {}", '{"name": "don\'t"}'],
    ids=["a-body", "path-and-body", "a-quote"],
)
def test_a_sample_of_several_words_without_quotes_says_where_they_go(run, sample):
    with pytest.raises(MagicError, match="after --try between quotes: --try"):
        run(f"%%asgi_route POST /items --try {sample}\nreturn 1")
