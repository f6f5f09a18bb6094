"""Where Starlette's values are right, ours are the same."""

import http.cookies
import json

import anyio
import pytest
import starlette.datastructures
import starlette.requests
import starlette.responses
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import asgi_nb.web.datastructures
import asgi_nb.web.requests
import asgi_nb.web.responses
from asgi_nb.web._json import encode_json

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

OURS = asgi_nb.web
LATIN_1 = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"))
TOKEN = st.text("abcdefgXYZ0-_", min_size=1)
ASCII_BYTES = st.binary().map(lambda data: bytes(byte & 0x7F for byte in data))
PAIRS = st.lists(st.tuples(TOKEN.map(str.encode), LATIN_1.map(lambda text: text.encode("latin-1"))))


@given(raw=PAIRS, key=TOKEN)
def test_headers_read_alike(raw, key):
    raw = [(name.lower(), value) for name, value in raw]
    ours, theirs = OURS.datastructures.Headers(raw=raw), starlette.datastructures.Headers(raw=raw)

    assert ours.items() == theirs.items()
    assert ours.get(key) == theirs.get(key)
    assert ours.getlist(key) == theirs.getlist(key)
    assert (key in ours) == (key in theirs)
    assert repr(ours) == repr(theirs)


@given(
    raw=PAIRS,
    edits=st.lists(st.tuples(st.sampled_from(["set", "append", "setdefault", "del"]), TOKEN, LATIN_1)),
)
def test_headers_change_alike(raw, edits):
    ours = OURS.datastructures.MutableHeaders(raw=list(raw))
    theirs = starlette.datastructures.MutableHeaders(raw=list(raw))

    for headers in (ours, theirs):
        for edit, name, value in edits:
            if edit == "set":
                headers[name] = value
            elif edit == "del":
                del headers[name]
            else:
                getattr(headers, edit)(name, value)

    assert ours.raw == theirs.raw


@given(st.text("ab=&%+;é2F0 \ud800") | ASCII_BYTES)
def test_query_strings_read_alike(query):
    ours = OURS.datastructures.QueryParams(query)
    theirs = starlette.datastructures.QueryParams(query)

    assert ours.multi_items() == theirs.multi_items()


@given(st.text('ab=;" \\\t,07ä') | st.text())
def test_cookies_read_alike(header):
    assert OURS.requests.cookie_parser(header) == starlette.requests.cookie_parser(header)


@given(
    key=TOKEN,
    value=st.text(st.characters(max_codepoint=255)),
    max_age=st.none() | st.integers(),
    path=st.none() | st.sampled_from(["/", "/a/b"]),
    domain=st.none() | st.just("example.org"),
    secure=st.booleans(),
    httponly=st.booleans(),
    samesite=st.sampled_from([None, "lax", "strict", "none"]),
)
def test_cookies_are_written_alike(**options):
    ours, theirs = OURS.responses.Response(), starlette.responses.Response()
    try:
        theirs.set_cookie(**options)
    except http.cookies.CookieError:
        # Later versions of the standard library refuse what earlier ones escape.
        return

    ours.set_cookie(**options)

    assert ours.raw_headers == theirs.raw_headers


def test_cookies_are_deleted_alike():
    ours, theirs = OURS.responses.Response(), starlette.responses.Response()

    for response in (ours, theirs):
        response.set_cookie("a", expires="Wed, 02 Jan 2030 03:04:05 GMT")
        response.delete_cookie("a", "/p", "h")

    def without_time(response):
        return [value.split(b"expires=")[0] for _, value in response.raw_headers]

    assert without_time(ours) == without_time(theirs)


URLS = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "ws", "x"]),
    st.sampled_from(["", "user@", "user:pass@", "@"]),
    st.sampled_from(["h", "example.org", "[::1]", "10.0.0.1"]),
    st.sampled_from(["", ":80", ":8000"]),
    st.text("/ab%20é", max_size=8).map(lambda path: "/" + path),
    st.sampled_from(["", "?a=1", "?a=1&b=2&a=3#x", "#x", "?q=%20+"]),
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "scheme": st.sampled_from(["http", "wss"]),
        "hostname": st.sampled_from(["other", "::2", "[::3]"]),
        "port": st.none() | st.just(99),
        "username": st.none() | st.just("me"),
        "password": st.none() | st.just("pw"),
        "path": st.just("/new"),
        "query": st.sampled_from(["", "x=1"]),
        "fragment": st.sampled_from(["", "end"]),
    },
)


@given(url=URLS, parts=PARTS)
def test_urls_change_alike(url, parts):
    ours, theirs = OURS.datastructures.URL(url), starlette.datastructures.URL(url)

    assert str(ours.replace(**parts)) == str(theirs.replace(**parts))
    assert repr(ours) == repr(theirs)
    assert str(ours.include_query_params(a="x y")) == str(theirs.include_query_params(a="x y"))
    assert str(ours.replace_query_params(a="ü")) == str(theirs.replace_query_params(a="ü"))
    assert str(ours.remove_query_params("a")) == str(theirs.remove_query_params("a"))


@given(
    scheme=st.sampled_from(["http", "https", "ws", "wss"]),
    host=st.none() | st.sampled_from([b"h", b"h:80", b"[::1]:8000", b"bad/host", b"h:99999", b"", b"\xff"]),
    server=st.none() | st.sampled_from([("10.0.0.1", 80), ("::1", 8000), ("h", 443)]),
    path=st.text(st.characters(min_codepoint=32), max_size=8).map(lambda path: "/" + path),
    query=st.sampled_from([b"", b"a=1", b"a=%20&b"]),
)
def test_the_url_of_a_scope_is_alike(scheme, host, server, path, query):
    headers = [] if host is None else [(b"host", host)]
    scope = {"scheme": scheme, "server": server, "path": path, "query_string": query, "headers": headers}

    ours = OURS.datastructures.URL(scope={"type": "http", **scope})

    assert str(ours) == str(starlette.datastructures.URL(scope={"type": "http", **scope}))


@given(
    path=st.text("/a\\%b"),
    protocol=st.sampled_from(["", "http", "websocket"]),
    host=st.sampled_from(["", "x"]),
    base=URLS,
)
def test_absolute_urls_are_alike(path, protocol, host, base):
    ours = OURS.datastructures.URLPath(path, protocol, host)
    theirs = starlette.datastructures.URLPath(path, protocol, host)

    assert ours == theirs
    assert str(ours.make_absolute_url(base)) == str(theirs.make_absolute_url(base))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_json_is_written_alike(value):
    try:
        theirs = starlette.responses.JSONResponse(value).body
    except ValueError as error:
        with pytest.raises(type(error)):
            encode_json(value)
    else:
        assert encode_json(value) == theirs


@example("\x000000")
@example("0\x00000")
@given(
    st.text()
    | st.dictionaries(st.text(), JSON, max_size=3).map(lambda value: json.dumps(value, allow_nan=True))
)
def test_json_is_read_alike(text):
    body = text.encode(errors="replace")

    def read(module):
        async def receive():
            return {"type": "http.request", "body": body}

        async def json_of_request():
            request = module.requests.Request({"type": "http", "headers": []}, receive)
            try:
                return repr(await request.json())
            except json.JSONDecodeError as error:
                return error.msg, error.pos
            except UnicodeDecodeError as error:
                return error

        coroutine = json_of_request()
        try:
            coroutine.send(None)
        except StopIteration as done:
            return done.value

    theirs = read(starlette)
    if isinstance(theirs, UnicodeDecodeError):
        # Null bytes at the start make it UTF-16 or UTF-32. What is wrong with it is one kind of error here.
        assert read(OURS)[0].endswith(theirs.reason)
    else:
        assert read(OURS) == theirs


@given(
    st.lists(
        st.tuples(st.integers(0, 1200), st.integers(0, 1200)).map(lambda pair: f"{pair[0]}-{pair[1]}")
        | st.sampled_from(["-", "", "x", "5-", "-5", "-0", " 1 - 2 ", "999-", "1000-"]),
        max_size=5,
    )
)
def test_ranges_are_read_alike(parts):
    header = "bytes=" + ",".join(parts)

    def ours():
        try:
            return OURS._ranges.parse_range_header(header, 1000, 100)
        except OURS.responses.MalformedRangeHeader as error:
            return error.content
        except OURS.responses.RangeNotSatisfiable as error:
            return error.max_size

    def theirs():
        try:
            return starlette.responses.FileResponse._parse_range_header(header, 1000)
        except starlette.responses.MalformedRangeHeader as error:
            return error.content
        except starlette.responses.RangeNotSatisfiable as error:
            return error.max_size

    assert ours() == theirs()


SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}


def sent_by(response, scope):
    sent = []

    async def send(message):
        sent.append(message)

    anyio.run(response, {**SCOPE, **scope}, None, send)
    return sent


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda responses: responses.Response("tea", 201, {"X-Id": "1"}), id="headers"),
        pytest.param(lambda responses: responses.Response(status_code=204), id="no-content"),
        pytest.param(lambda responses: responses.PlainTextResponse("tea"), id="text"),
        pytest.param(lambda responses: responses.HTMLResponse("ü"), id="html"),
        pytest.param(lambda responses: responses.JSONResponse({"a": [1.5, "ü", None]}), id="json"),
        pytest.param(lambda responses: responses.RedirectResponse("/a b?ü#x"), id="redirect"),
        pytest.param(lambda responses: responses.StreamingResponse(iter(["a", b"b"])), id="stream"),
    ],
)
def test_responses_send_alike(make):
    ours, theirs = make(OURS.responses), make(starlette.responses)

    assert sent_by(ours, {}) == sent_by(theirs, {})


@pytest.mark.parametrize(
    "headers",
    [{}, {"range": "bytes=5-"}, {"range": "bytes=90-,-5"}, {"range": "bytes=999999-"}, {"range": "x=1"}],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_files_are_sent_alike(tmp_path, headers, method, monkeypatch):
    file = tmp_path / "tea.txt"
    file.write_bytes(b"0123456789" * 20_000)
    monkeypatch.setattr("starlette.responses.token_hex", lambda length: "ab" * length)
    monkeypatch.setattr("asgi_nb.web._file_response.token_hex", lambda length: "ab" * length)
    scope = {
        "method": method,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    def whole(module):
        start, *rest = sent_by(module.FileResponse(file), dict(scope))
        return start, b"".join(message["body"] for message in rest)

    ours, theirs = whole(OURS.responses), whole(starlette.responses)

    if method == "HEAD" and theirs[0]["status"] >= 400:
        # Starlette sends the text of the error to a HEAD request.
        theirs = (theirs[0], b"")
    assert ours == theirs
