"""The values that requests and responses are made of."""

import copy
import io
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web import datastructures
from asgi_nb.web.datastructures import (
    URL,
    CommaSeparatedStrings,
    FormData,
    Headers,
    ImmutableMultiDict,
    MultiDict,
    QueryParams,
    Secret,
    State,
    UploadFile,
    URLPath,
)

PAIRS = [("a", "1"), ("b", "2"), ("a", "3")]


def test_every_public_name_is_there():
    assert all(hasattr(datastructures, name) for name in datastructures.__all__)


# Multi-mappings


def test_a_multidict_gives_the_last_value_and_keeps_them_all():
    multi = ImmutableMultiDict(PAIRS)

    assert multi["a"] == "3"
    assert multi.getlist("a") == ["1", "3"]
    assert multi.multi_items() == PAIRS
    assert dict(multi) == {"a": "3", "b": "2"}
    assert len(multi) == 2
    assert "c" not in multi
    assert repr(multi) == f"ImmutableMultiDict({PAIRS!r})"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(PAIRS, id="pairs"),
        pytest.param(iter(PAIRS), id="iterator"),
        pytest.param(MultiDict(PAIRS), id="multidict"),
    ],
)
def test_a_multidict_is_made_of_pairs_or_another(source):
    assert ImmutableMultiDict(source).multi_items() == PAIRS


def test_keyword_arguments_add_pairs():
    assert MultiDict({"a": 1}, b=2).multi_items() == [("a", 1), ("b", 2)]


def test_two_positional_arguments_are_refused():
    with pytest.raises(TypeError, match="at most one positional argument, got 2"):
        MultiDict({}, {})


def test_equality_keeps_the_order_of_values_and_not_of_keys():
    assert MultiDict([("a", 1), ("b", 2), ("a", 3)]) == MultiDict([("b", 2), ("a", 1), ("a", 3)])
    assert MultiDict([("a", 1), ("a", 3)]) != MultiDict([("a", 3), ("a", 1)])
    assert MultiDict({1: "a", "b": 2}) == MultiDict({"b": 2, 1: "a"})
    assert MultiDict({"a": 1}) != {"a": 1}


def test_a_multidict_changes_as_a_dict_does():
    multi = MultiDict(PAIRS)

    multi["b"] = "4"
    multi.append("b", "5")
    assert multi.getlist("b") == ["4", "5"]
    assert multi.pop("b") == "5"
    assert multi.pop("b", "gone") == "gone"
    assert multi.poplist("a") == ["1", "3"]
    assert multi.setdefault("c", "6") == "6"
    assert multi.setdefault("c", "7") == "6"
    multi.setlist("c", ["8", "9"])
    assert multi["c"] == "9"
    assert multi.popitem() == ("c", "9")
    assert multi == MultiDict()
    multi.setlist("d", ["1"])
    multi.setlist("d", [])
    assert multi == MultiDict()
    multi.update({"e": 1}, f=2)
    del multi["e"]
    with pytest.raises(KeyError):
        del multi["e"]
    assert multi.multi_items() == [("f", 2)]
    multi.clear()
    assert multi.multi_items() == []


def test_update_replaces_every_value_of_a_key():
    multi = MultiDict(PAIRS)

    multi.update(MultiDict([("a", "8"), ("a", "9")]))

    assert multi.multi_items() == [("b", "2"), ("a", "8"), ("a", "9")]


# Query strings


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        pytest.param("a=1&b=2&a=3", PAIRS, id="plain"),
        pytest.param("a=&b&=c&&", [("a", ""), ("b", ""), ("", "c")], id="blank"),
        pytest.param("q=a+b%20c%C3%BC", [("q", "a b cü")], id="encoded"),
        pytest.param("q=a%zz%f", [("q", "a%zz%f")], id="no-escape"),
        pytest.param("a=1=2;3", [("a", "1=2;3")], id="separators"),
        pytest.param("%ff=%C3", [("\ufffd", "\ufffd")], id="not-utf-8"),
        pytest.param(b"q=%C3%BC", [("q", "ü")], id="bytes"),
        pytest.param("q=ü".encode(), [("q", "ü")], id="raw-utf-8"),
        pytest.param(b"q=\xff", [("q", "\ufffd")], id="raw-not-utf-8"),
        pytest.param("", [], id="empty"),
    ],
)
def test_a_query_string_is_read_leniently(query, pairs):
    assert QueryParams(query).multi_items() == pairs


@given(st.binary())
def test_no_query_string_raises(query):
    params = QueryParams(query)
    url = URL(scope={"path": "/", "query_string": query, "headers": []})

    assert QueryParams(str(params)) == params
    assert str(url).isascii()


@given(st.lists(st.tuples(st.text(), st.text())))
def test_what_is_written_is_read_back(pairs):
    pairs = [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode())
        for name, value in pairs
    ]

    # A pair of nothing and nothing is written "=", and read.
    assert QueryParams(str(QueryParams(pairs))).multi_items() == pairs


def test_query_parameters_are_text():
    params = QueryParams({"page": 1}, flag=True)

    assert params.multi_items() == [("page", "1"), ("flag", "True")]
    assert str(params) == "page=1&flag=True"
    assert repr(params) == "QueryParams('page=1&flag=True')"
    assert QueryParams("a=1", b=2).multi_items() == [("a", "1"), ("b", "2")]


# URLs


def test_a_url_comes_apart():
    url = URL("https://tea:pot@example.org:8000/path/to?q=1#top")

    assert url.scheme == "https"
    assert url.netloc == "tea:pot@example.org:8000"
    assert url.username == "tea"
    assert url.password == "pot"
    assert url.hostname == "example.org"
    assert url.port == 8000
    assert url.path == "/path/to"
    assert url.query == "q=1"
    assert url.fragment == "top"
    assert url.is_secure


def test_a_repr_hides_the_password():
    assert repr(URL("https://tea:pot@example.org/")) == "URL('https://tea:********@example.org/')"
    assert repr(URL("https://example.org/")) == "URL('https://example.org/')"


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        pytest.param({"scheme": "http"}, "http://tea:pot@example.org:8000/p", id="scheme"),
        pytest.param({"hostname": "other"}, "https://tea:pot@other:8000/p", id="hostname"),
        pytest.param({"hostname": "::1"}, "https://tea:pot@[::1]:8000/p", id="ipv6"),
        pytest.param({"hostname": "[::1]", "port": None}, "https://tea:pot@[::1]/p", id="ipv6-in-brackets"),
        pytest.param({"port": None}, "https://tea:pot@example.org/p", id="no-port"),
        pytest.param({"username": None}, "https://example.org:8000/p", id="no-user"),
        pytest.param({"password": None}, "https://tea@example.org:8000/p", id="no-password"),
        pytest.param({"netloc": "x", "path": "/q", "query": "a=1"}, "https://x/q?a=1", id="others"),
    ],
)
def test_parts_of_a_url_are_replaced(parts, url):
    assert str(URL("https://tea:pot@example.org:8000/p").replace(**parts)) == url


def test_the_port_of_an_ipv6_address_is_replaced():
    assert str(URL("http://[fe::2]:12/p").replace(port=8080)) == "http://[fe::2]:8080/p"
    assert str(URL("http://[fe::2]/p").replace(port=8080)) == "http://[fe::2]:8080/p"


def test_query_parameters_of_a_url_are_changed():
    url = URL("/p?a=1&b=2&a=3")

    assert str(url.include_query_params(a=4, c="x y")) == "/p?b=2&a=4&c=x+y"
    assert str(url.replace_query_params(order="name")) == "/p?order=name"
    assert str(url.remove_query_params("a")) == "/p?b=2"
    assert str(url.remove_query_params(["a", "b"])) == "/p"


def test_urls_are_equal_to_their_text_and_can_be_keys():
    assert URL("/a") == "/a"
    assert {URL("/a"): 1}[URL("/a")] == 1


def test_two_sources_of_a_url_are_refused():
    with pytest.raises(TypeError, match="one of a text, scope= and components"):
        URL("/a", scheme="http")


HOST = (b"host", b"example.org")
SERVER = ("10.0.0.1", 8000)


@pytest.mark.parametrize(
    ("scope", "url"),
    [
        pytest.param({"headers": [HOST]}, "http://example.org/p", id="host"),
        pytest.param({"headers": [HOST], "scheme": "https"}, "https://example.org/p", id="scheme"),
        pytest.param({"headers": [HOST], "type": "websocket"}, "ws://example.org/p", id="websocket"),
        pytest.param({"headers": [(b"host", b"[::1]:80")]}, "http://[::1]:80/p", id="ipv6-host"),
        pytest.param({"server": SERVER}, "http://10.0.0.1:8000/p", id="server"),
        pytest.param({"server": ("h", 80)}, "http://h/p", id="default-port"),
        pytest.param({"server": ("h", 443), "scheme": "wss"}, "wss://h/p", id="default-port-of-wss"),
        pytest.param({"server": ("h", 1), "scheme": "odd"}, "odd://h:1/p", id="other-scheme"),
        pytest.param({"server": ("::1", 8000)}, "http://[::1]:8000/p", id="ipv6-server"),
        pytest.param({"server": ("/run/app.sock", None)}, "/p", id="unix-socket"),
        pytest.param(
            {"headers": [(b"host", b"evil/?")], "server": SERVER}, "http://10.0.0.1:8000/p", id="bad-host"
        ),
        pytest.param(
            {"headers": [(b"host", b"h:65536")], "server": SERVER}, "http://10.0.0.1:8000/p", id="bad-port"
        ),
        pytest.param({"headers": [(b"host", b"[::g]")]}, "/p", id="bad-ipv6"),
        pytest.param({"query_string": b"a=1"}, "/p?a=1", id="query"),
        pytest.param({"query_string": "q=ü".encode()}, "/p?q=%C3%BC", id="raw-query"),
        pytest.param({"query_string": b"q=\xff"}, "/p?q=%FF", id="undecodable-query"),
        pytest.param({"query_string": b"a=1#b\t"}, "/p?a=1%23b%09", id="query-that-would-be-misread"),
        pytest.param({"path": "/a?b#c\\d\r\n\t"}, "/a%3Fb%23c%5Cd%0D%0A%09", id="path-that-would-be-misread"),
        pytest.param({"path": "//evil.example/p"}, "/%2Fevil.example/p", id="path-that-reads-as-host"),
        pytest.param({"path": "http://evil.example/p"}, "/http://evil.example/p", id="path-as-a-url"),
        pytest.param({"path": " //evil.example/p"}, "/ //evil.example/p", id="path-after-a-space"),
        pytest.param({"path": "//x", "headers": [HOST]}, "http://example.org//x", id="path-with-host"),
        pytest.param({"path": "*", "headers": [HOST]}, "http://example.org/*", id="asterisk"),
        pytest.param({"path": "", "headers": [HOST]}, "http://example.org", id="no-path"),
    ],
)
def test_the_url_of_a_scope(scope, url):
    assert str(URL(scope={"path": "/p", "headers": [], **scope})) == url


@given(path=st.text(), query=st.binary())
def test_a_path_of_a_scope_stays_a_path(path, query):
    path = "/" + path.encode(errors="replace").decode()
    url = URL(scope={"path": path, "query_string": query, "headers": [HOST]})

    assert url.netloc == "example.org"
    assert url.fragment == ""
    assert QueryParams(url.query) == QueryParams(query)


def test_a_route_path_becomes_a_url_under_the_base():
    path = URLPath("/items")

    assert str(path.make_absolute_url("https://example.org/root/")) == "https://example.org/root/items"
    assert str(path.make_absolute_url(URL("ws://example.org"))) == "ws://example.org/items"


@pytest.mark.parametrize(
    ("protocol", "base", "url"),
    [
        ("http", "ws://h/", "http://h/p"),
        ("http", "https://h/", "https://h/p"),
        ("websocket", "http://h/", "ws://h/p"),
        ("websocket", "https://h/", "wss://h/p"),
    ],
)
def test_a_route_path_knows_its_protocol(protocol, base, url):
    assert str(URLPath("/p", protocol=protocol).make_absolute_url(base)) == url


def test_a_route_path_knows_its_host():
    assert str(URLPath("/p", host="api.h").make_absolute_url("http://h/")) == "http://api.h/p"


def test_a_route_path_never_reads_as_a_host():
    assert URLPath("//evil.example\\x") == "/%2Fevil.example%5Cx"


def test_a_route_path_of_another_protocol_is_refused():
    with pytest.raises(ValueError, match="protocol must be 'http', 'websocket' or '', got 'ftp'"):
        URLPath("/p", protocol="ftp")


# Small ones


def test_a_secret_shows_on_request_only():
    secret = Secret("tea")

    assert repr(secret) == "Secret('**********')"
    assert str(secret) == "tea"
    assert secret
    assert not Secret("")


def test_comma_separated_text_is_a_list():
    strings = CommaSeparatedStrings("a, 'b, c', \"d\"")

    assert list(strings) == ["a", "b, c", "d"]
    assert strings[0] == "a"
    assert len(strings) == 3
    assert str(strings) == "'a', 'b, c', 'd'"
    assert repr(strings) == "CommaSeparatedStrings(['a', 'b, c', 'd'])"
    assert list(CommaSeparatedStrings(("a", "b"))) == ["a", "b"]


def test_state_is_a_dict_with_attributes():
    shared = {"a": 1}
    state = State(shared)

    state.b = 2
    state["c"] = 3
    assert shared == {"a": 1, "b": 2, "c": 3}
    assert (state.a, state["b"]) == (1, 2)
    assert list(state) == ["a", "b", "c"]
    assert len(state) == 3
    del state.a
    del state["b"]
    assert shared == {"c": 3}
    with pytest.raises(AttributeError, match="'State' object has no attribute 'a'"):
        _ = state.a
    with pytest.raises(AttributeError, match="'State' object has no attribute 'a'"):
        del state.a
    assert len(State()) == 0


def test_a_state_can_be_copied():
    state = State({"a": 1})

    assert copy.copy(state).a == 1
    assert copy.deepcopy(state).a == 1


# Files


@pytest.mark.anyio
async def test_a_file_is_written_and_read_in_memory_and_on_disk():
    spooled = tempfile.SpooledTemporaryFile(max_size=4)
    upload = UploadFile(spooled, size=0, filename="a", headers=Headers({"content-type": "text/plain"}))

    await upload.write(b"1234")
    assert not spooled._rolled
    await upload.write(b"5")
    assert spooled._rolled
    await upload.write(b"6")
    await upload.seek(1)

    assert await upload.read(2) == b"23"
    assert await upload.read() == b"456"
    assert upload.size == 6
    assert upload.content_type == "text/plain"
    assert repr(upload) == "UploadFile(filename='a', size=6, headers=Headers({'content-type': 'text/plain'}))"
    await upload.close()
    assert spooled.closed


@pytest.mark.anyio
async def test_a_file_in_memory_is_used_at_once():
    spooled = tempfile.SpooledTemporaryFile()
    upload = UploadFile(spooled)

    await upload.write(b"tea")
    await upload.seek(0)

    assert await upload.read() == b"tea"
    assert upload.size is None
    assert upload.content_type is None
    await upload.close()
    assert spooled.closed


@pytest.mark.anyio
async def test_closing_a_form_closes_its_files():
    file = io.BytesIO(b"tea")
    form = FormData([("name", "pot"), ("file", UploadFile(file))])

    await form.close()

    assert file.closed
    assert form["name"] == "pot"


def test_a_multidict_is_read_as_a_dict_of_its_last_values():
    multi = ImmutableMultiDict(PAIRS)

    assert list(multi) == ["a", "b"]
    assert list(multi.values()) == ["3", "2"]
    assert list(multi.items()) == [("a", "3"), ("b", "2")]


def test_only_an_ipv6_address_is_put_in_brackets():
    url = URL("http://host/")

    assert str(url.replace(hostname="::1")) == "http://[::1]/"
    assert str(url.replace(hostname="a:b")) == "http://a:b/"
