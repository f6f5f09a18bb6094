"""Headers are case-insensitive multi-mappings, and nothing in them can end a header line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web.datastructures import Headers, MutableHeaders
from asgi_nb.web.responses import Response

RAW = [(b"accept", b"a"), (b"x-id", b"1"), (b"accept", b"b")]


def test_the_first_of_several_headers_is_the_one_that_a_lookup_gives():
    headers = Headers(raw=list(RAW))

    assert headers["Accept"] == "a"
    assert headers.get("ACCEPT") == "a"
    assert headers.getlist("accept") == ["a", "b"]


def test_keys_values_and_items_keep_repeats_and_order():
    headers = Headers(raw=list(RAW))

    assert headers.keys() == ["accept", "x-id", "accept"]
    assert headers.values() == ["a", "1", "b"]
    assert headers.items() == [("accept", "a"), ("x-id", "1"), ("accept", "b")]
    assert list(headers) == headers.keys()
    assert len(headers) == 3


def test_a_missing_header_is_a_key_error_and_a_default():
    headers = Headers()

    assert headers.get("x", "default") == "default"
    assert headers.get("x") is None
    with pytest.raises(KeyError):
        headers["x"]


@pytest.mark.parametrize("key", ["☃", "☃?", 5, None])
def test_a_name_that_no_header_can_have_is_in_none(key):
    assert key not in Headers(raw=[(b"?", b"question mark")] if key == "☃?" else None)


def test_equality_ignores_order():
    assert Headers(raw=list(RAW)) == Headers(raw=RAW[::-1])
    assert Headers(raw=list(RAW)) != Headers({"accept": "a"})
    assert Headers() != {}


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        pytest.param(Headers({"A": "1"}), "Headers({'a': '1'})", id="single"),
        pytest.param(Headers(raw=list(RAW)), f"Headers(raw={RAW!r})", id="repeated"),
    ],
)
def test_the_repr_loses_nothing(headers, text):
    assert repr(headers) == text


def test_a_scope_with_other_headers_than_a_list_gets_a_list():
    scope = {"headers": ((b"a", b"1"),)}

    assert Headers(scope=scope)["a"] == "1"
    assert scope["headers"] == [(b"a", b"1")]


def test_changing_the_headers_of_a_scope_leaves_the_list_of_the_server_alone():
    servers = [(b"a", b"1")]
    scope = {"headers": servers}

    MutableHeaders(scope=scope)["a"] = "2"

    assert servers == [(b"a", b"1")]
    assert scope["headers"] == [(b"a", b"2")]


def test_two_sources_are_refused():
    with pytest.raises(TypeError, match=r"one of headers=, raw= and scope="):
        Headers({"a": "1"}, raw=[])


def test_raw_is_a_copy_to_read_and_the_list_itself_to_change():
    pairs = list(RAW)

    assert Headers(raw=pairs).raw is not pairs
    assert MutableHeaders(raw=pairs).raw is pairs


def test_setting_a_header_keeps_its_place_and_drops_the_others():
    headers = MutableHeaders(raw=list(RAW))

    headers["Accept"] = "c"

    assert headers.raw == [(b"accept", b"c"), (b"x-id", b"1")]


def test_headers_are_changed_as_a_mapping_is():
    headers = MutableHeaders({"a": "1"})

    assert headers.setdefault("A", "2") == "1"
    assert headers.setdefault("b", "2") == "2"
    headers.update({"a": "3"})
    headers.append("a", "4")
    del headers["b"]
    del headers["missing"]

    assert headers.raw == [(b"a", b"3"), (b"a", b"4")]


def test_merging_gives_a_copy_or_changes_in_place():
    headers = MutableHeaders({"a": "1"})

    merged = headers | {"b": "2"}
    headers |= {"c": "3"}

    assert merged.raw == [(b"a", b"1"), (b"b", b"2")]
    assert headers.raw == [(b"a", b"1"), (b"c", b"3")]
    with pytest.raises(TypeError, match="Expected a mapping but got int"):
        headers | 5  # type: ignore[operator]
    with pytest.raises(TypeError, match="Expected a mapping but got list"):
        headers |= []  # type: ignore[arg-type]


def test_a_copy_can_be_changed_alone():
    headers = Headers({"a": "1"})

    headers.mutablecopy()["a"] = "2"

    assert headers["a"] == "1"


def test_vary_grows_by_a_field_name():
    headers = MutableHeaders()

    headers.add_vary_header("Origin")
    headers.add_vary_header("Cookie")

    assert headers["vary"] == "Origin, Cookie"


BAD = st.sampled_from(["\r", "\n", "\0"])
TEXT = st.text(st.characters(max_codepoint=255))


@given(before=TEXT, bad=BAD, after=TEXT)
def test_no_text_with_a_line_end_or_nul_becomes_a_header(before, bad, after):
    text = before + bad + after

    for make in (
        lambda: MutableHeaders().append("x", text),
        lambda: MutableHeaders().append(text, "x"),
        lambda: MutableHeaders().setdefault("x", text),
        lambda: MutableHeaders().update({"x": text}),
        lambda: Headers({text: "x"}),
        lambda: Response(headers={"x": text}),
        lambda: Response(headers={text: "x"}),
        lambda: Response(media_type=text),
    ):
        with pytest.raises(ValueError, match="must not hold CR, LF or NUL"):
            make()


@given(name=TEXT.filter(lambda text: text.isascii() and text.isprintable()), value=TEXT)
def test_latin_1_text_comes_back_as_it_was(name, value):
    if any(bad in value for bad in "\r\n\0"):
        return

    assert Headers({name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        pytest.param("x", "☃", ValueError, "urllib.parse.quote", id="value-outside-latin-1"),
        pytest.param("☃", "x", ValueError, "header name must be latin-1", id="name-outside-latin-1"),
        pytest.param("x", 1, TypeError, r"header value must be a str, got 1 \(header 'x'\)", id="number"),
        pytest.param("x", b"1", TypeError, "header value must be a str", id="bytes"),
        pytest.param(b"x", "1", TypeError, "header name must be a str", id="bytes-name"),
    ],
)
def test_what_is_no_header_text_is_an_error_that_names_the_remedy(name, value, error, text):
    with pytest.raises(error, match=text):
        MutableHeaders().append(name, value)


def test_more_names_than_are_remembered_are_sent_all_the_same():
    names = [f"x-made-up-{number}" for number in range(300)]

    response = Response(headers=dict.fromkeys(names, "1"))

    assert [name.decode() for name, value in response.raw_headers if value == b"1"] == names
