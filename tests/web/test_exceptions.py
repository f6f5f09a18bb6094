"""Exceptions carry what the client is told."""

import pickle

import pytest

from asgi_nb.web.exceptions import HTTPException, WebSocketException


@pytest.mark.parametrize(
    ("error", "text", "shown"),
    [
        (HTTPException(404), "404: Not Found", "HTTPException(status_code=404, detail='Not Found')"),
        (HTTPException(404, "no tea"), "404: no tea", "HTTPException(status_code=404, detail='no tea')"),
        (HTTPException(404, ""), "404: ", "HTTPException(status_code=404, detail='')"),
        (HTTPException(599), "599: ", "HTTPException(status_code=599, detail='')"),
        (WebSocketException(1008), "1008: ", "WebSocketException(code=1008, reason='')"),
        (WebSocketException(1008, "no"), "1008: no", "WebSocketException(code=1008, reason='no')"),
    ],
)
def test_an_exception_shows_what_it_carries(error, text, shown):
    assert str(error) == text
    assert repr(error) == shown
    assert str(pickle.loads(pickle.dumps(error))) == text


def test_a_subclass_is_shown_by_its_own_name():
    class Teapot(HTTPException):
        pass

    assert repr(Teapot(418)) == 'Teapot(status_code=418, detail="I\'m a Teapot")'


def test_headers_go_with_the_response():
    assert HTTPException(401, headers={"www-authenticate": "Basic"}).headers == {"www-authenticate": "Basic"}
