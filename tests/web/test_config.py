"""Settings come from the environment, then a file, then the default, and are cast."""

import functools

import pytest

from asgi_nb.web.config import Config, Environ, EnvironError
from asgi_nb.web.datastructures import URL, CommaSeparatedStrings, Secret


@pytest.fixture
def env_file(tmp_path):
    path = tmp_path / ".env"
    path.write_text(
        "# Do not commit this.\n"
        "DATABASE_URL=postgres://user:pass@localhost/name\n"
        "\n"
        " HOSTS = a.example, b.example \n"
        'QUOTED="two words"\n'
        "SINGLE='#1'\n"
        'HALF="\n'
        "EQUALS=a=b\n"
        "EMPTY=\n"
        "a line of text\n"
    )
    return path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DATABASE_URL", "postgres://user:pass@localhost/name"),
        ("HOSTS", "a.example, b.example"),
        ("QUOTED", "two words"),
        ("SINGLE", "#1"),
        ("HALF", '"'),
        ("EQUALS", "a=b"),
        ("EMPTY", ""),
    ],
)
def test_a_file_is_read_line_by_line(env_file, key, value):
    assert Config(env_file, environ={})(key) == value


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(env_file):
    config = Config(env_file, environ={"EQUALS": "from the environment"})

    assert config("EQUALS", default="default") == "from the environment"
    assert config("QUOTED", default="default") == "two words"
    assert config("NOWHERE", default="default") == "default"
    assert config.get("NOWHERE", default=None) is None


@pytest.mark.parametrize(
    ("cast", "text", "value"),
    [
        pytest.param(int, "3", 3, id="int"),
        pytest.param(bool, "TRUE", True, id="true"),
        pytest.param(bool, "0", False, id="zero"),
        pytest.param(URL, "https://a.example/", URL("https://a.example/"), id="url"),
        pytest.param(CommaSeparatedStrings, "a, b", CommaSeparatedStrings("a, b"), id="list"),
        pytest.param(functools.partial(int, base=16), "ff", 255, id="partial"),
    ],
)
def test_the_text_is_cast(cast, text, value):
    found = Config(environ={"X": text})("X", cast=cast)

    assert str(found) == str(value)
    assert type(found) is type(value)


def test_a_secret_is_not_shown():
    assert repr(Config(environ={"KEY": "hunter2"})("KEY", cast=Secret)) == "Secret('**********')"


def test_the_default_is_cast_but_not_none():
    config = Config(environ={})

    assert config("PORT", cast=int, default="80") == 80
    assert config("PORT", cast=int, default=None) is None
    assert config("DEBUG", cast=bool, default=True) is True


def test_a_missing_setting_without_a_default_is_an_error():
    with pytest.raises(KeyError, match=r"Config 'APP_NAME' is missing, and has no default\."):
        Config(environ={}, env_prefix="APP_")("NAME")


@pytest.mark.parametrize(
    ("cast", "text"),
    [
        pytest.param(int, "Config 'X' has value 'ouch'. Not a valid int.", id="int"),
        pytest.param(bool, "Config 'X' has value 'ouch'. Not a valid bool; write true, false", id="bool"),
        pytest.param(functools.partial(int, base=16), "Not a valid functools.partial", id="nameless"),
    ],
)
def test_what_cannot_be_cast_is_an_error_that_says_what_it_was(cast, text):
    with pytest.raises(ValueError) as caught:
        Config(environ={"X": "ouch"})("X", cast=cast)

    assert text in str(caught.value)


def test_a_prefix_stands_before_every_name():
    assert Config(environ={"APP_DEBUG": "1", "DEBUG": "0"}, env_prefix="APP_")("DEBUG", cast=bool) is True


def test_a_missing_file_is_a_warning(tmp_path):
    with pytest.warns(UserWarning, match="not found"):
        config = Config(tmp_path / "missing", environ={})

    assert config.file_values == {}


def test_a_file_has_the_encoding_it_is_said_to_have(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes("NAME=café".encode("latin-1"))

    assert Config(path, environ={}, encoding="latin-1")("NAME") == "café"
    with pytest.raises(ValueError, match="is not utf-8 text; pass the encoding it has"):
        Config(path, environ={})


def test_a_variable_that_was_read_does_not_change():
    environ = Environ({"A": "1", "B": "2"})
    assert environ["A"] == "1"

    with pytest.raises(EnvironError, match=r"set environ\['A'\], but the value has already been read"):
        environ["A"] = "3"
    with pytest.raises(EnvironError, match=r"delete environ\['A'\]"):
        del environ["A"]


def test_a_variable_that_was_not_read_may_change():
    underneath = {"A": "1", "B": "2"}
    environ = Environ(underneath)

    environ["C"] = "3"
    del environ["B"]

    assert underneath == {"A": "1", "C": "3"}
    assert sorted(environ) == ["A", "C"]
    assert len(environ) == 2


def test_asking_whether_a_variable_that_is_not_there_exists_fixes_it_too():
    environ = Environ({})
    assert environ.get("A") is None

    with pytest.raises(EnvironError):
        environ["A"] = "1"
