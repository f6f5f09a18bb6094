"""Path parameters become Python values, and these become paths again."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web.convertors import CONVERTOR_TYPES, Convertor, ConvertorError, register_url_convertor

VALUES = {
    "str": st.text(min_size=1).filter(lambda text: "/" not in text),
    "path": st.text(st.characters(exclude_characters="\n")),
    "int": st.integers(min_value=0, max_value=10**100),
    "float": st.floats(min_value=0, allow_infinity=False),
    "uuid": st.uuids(),
}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_value_comes_back_from_its_path(kind, data):
    convertor = CONVERTOR_TYPES[kind]
    value = data.draw(VALUES[kind])

    text = convertor.to_string(value)

    assert re.fullmatch(convertor.regex, text)
    assert convertor.convert(text) == value


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("int", 5, "5"),
        ("int", "5", "5"),
        ("float", 25.5, "25.5"),
        ("float", 25.0, "25"),
        ("float", 0.1, "0.1"),
        ("float", 1e-7, "0.0000001"),
        ("float", 1e20, "100000000000000000000"),
        ("float", -0.0, "0"),
        ("path", "", ""),
        ("path", "a/b", "a/b"),
        ("str", 5, "5"),
        ("uuid", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_value_is_written_plainly(kind, value, text):
    assert CONVERTOR_TYPES[kind].to_string(value) == text


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("str", "a/b", "May not contain path separators: 'a/b'; declare the parameter as {name:path}"),
        ("str", "", "Must not be empty"),
        ("int", -1, "Negative integers are not supported"),
        ("float", -0.5, "Negative floats are not supported"),
        ("float", float("inf"), "Infinite values are not supported"),
        ("float", float("nan"), "NaN values are not supported"),
    ],
)
@pytest.mark.parametrize("error", [ConvertorError, ValueError, AssertionError])
def test_a_value_that_no_path_can_hold_is_an_error(kind, value, message, error):
    with pytest.raises(error, match=message):
        CONVERTOR_TYPES[kind].to_string(value)


def test_a_convertor_of_ones_own_is_registered(monkeypatch):
    monkeypatch.setattr("asgi_nb.web.convertors.CONVERTOR_TYPES", dict(CONVERTOR_TYPES))

    class Hex(Convertor[int]):
        regex = "[0-9a-f]+"

    register_url_convertor("hex", Hex())

    from asgi_nb.web import convertors

    assert isinstance(convertors.CONVERTOR_TYPES["hex"], Hex)
    with pytest.raises(NotImplementedError, match=r"Hex needs a method convert"):
        Hex().convert("1")
    with pytest.raises(NotImplementedError, match=r"Hex needs a method to_string"):
        Hex().to_string(1)
