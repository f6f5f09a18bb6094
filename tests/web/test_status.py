"""Status and close codes have names."""

import http

import pytest

from asgi_nb.web import status
from asgi_nb.web.exceptions import StarletteDeprecationWarning


def test_a_name_says_its_code():
    assert status.HTTP_404_NOT_FOUND == 404
    assert status.WS_1000_NORMAL_CLOSURE == 1000
    assert all(f"_{getattr(status, name)}_" in name for name in status.__all__)


def test_every_status_of_the_standard_library_has_a_name():
    known = {getattr(status, name) for name in status.__all__}

    assert {int(code) for code in http.HTTPStatus} <= known


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("HTTP_413_REQUEST_ENTITY_TOO_LARGE", "HTTP_413_CONTENT_TOO_LARGE"),
        ("HTTP_422_UNPROCESSABLE_ENTITY", "HTTP_422_UNPROCESSABLE_CONTENT"),
    ],
)
def test_an_old_name_works_and_names_the_new_one(old, new):
    with pytest.warns(StarletteDeprecationWarning, match=f"{old} is an old name; use {new}"):
        assert getattr(status, old) == getattr(status, new)
    assert old in dir(status)


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'asgi_nb\.web\.status' has no attribute 'HTTP_999'"):
        _ = status.HTTP_999
