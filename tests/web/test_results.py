"""What an endpoint returns becomes a response, or an error that says what and where."""

import dataclasses
import enum
import json
import sys
import types
from functools import partial

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import JSONResponse, Response, StreamingResponse
from asgi_nb.web.results import ResultError, ServerSentEvent, to_response
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import AsyncTestClient

GET = {"type": "http", "method": "GET", "path": "/", "headers": []}


def show_item():
    """The endpoint of these tests."""


async def never():
    await anyio.sleep_forever()


async def fetch(value, scope=GET):
    sent = []

    async def send(message):
        sent.append(message)

    await to_response(value, endpoint=show_item)(dict(scope), never, send)
    headers = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message["body"] for message in sent[1:])


@dataclasses.dataclass
class Tea:
    name: str
    minutes: float = 3.0
    blend: "list[Tea]" = dataclasses.field(default_factory=list)


class Model:
    """Has what a pydantic model has."""

    def __init__(self, **values):
        self.values = values

    def model_dump(self, *, mode):
        return {**self.values, "mode": mode}


class Color(enum.IntEnum):
    GREEN = 5


JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"


@pytest.mark.parametrize(
    ("value", "status", "content_type", "body"),
    [
        pytest.param({"a": [1, None, "ü"]}, 200, JSON, '{"a":[1,null,"ü"]}'.encode(), id="dict"),
        pytest.param([1, (2, 3)], 200, JSON, b"[1,[2,3]]", id="list"),
        pytest.param({}, 200, JSON, b"{}", id="empty-dict"),
        pytest.param(5, 200, JSON, b"5", id="int"),
        pytest.param(0.5, 200, JSON, b"0.5", id="float"),
        pytest.param(False, 200, JSON, b"false", id="bool"),
        pytest.param(Color.GREEN, 200, JSON, b"5", id="int-enum"),
        pytest.param("tea", 200, TEXT, b"tea", id="str"),
        pytest.param("", 200, TEXT, b"", id="empty-str"),
        pytest.param(b"tea", 200, OCTETS, b"tea", id="bytes"),
        pytest.param(bytearray(b"tea"), 200, OCTETS, b"tea", id="bytearray"),
        pytest.param(memoryview(b"tea"), 200, OCTETS, b"tea", id="memoryview"),
        pytest.param(None, 204, None, b"", id="none"),
        pytest.param(Tea("green"), 200, JSON, b'{"name":"green","minutes":3.0,"blend":[]}', id="dataclass"),
        pytest.param(
            [Tea("mix", 1, [Tea("a", 2)])],
            200,
            JSON,
            b'[{"name":"mix","minutes":1,"blend":[{"name":"a","minutes":2,"blend":[]}]}]',
            id="dataclasses-inside",
        ),
        pytest.param(Model(a=1), 200, JSON, b'{"a":1,"mode":"json"}', id="model"),
        pytest.param({"m": Model(a=1)}, 200, JSON, b'{"m":{"a":1,"mode":"json"}}', id="model-inside"),
        pytest.param(({"a": 1}, 201), 201, JSON, b'{"a":1}', id="status"),
        pytest.param((None, 202), 202, None, b"", id="none-and-status"),
        pytest.param(("x", 200, None), 200, TEXT, b"x", id="no-headers"),
        pytest.param(([], 404), 404, JSON, b"[]", id="list-and-status"),
    ],
)
@pytest.mark.anyio
async def test_a_value_becomes_a_response(value, status, content_type, body):
    found_status, headers, found_body = await fetch(value)

    assert (found_status, headers.get("content-type"), found_body) == (status, content_type, body)


def test_a_response_is_taken_as_it_is():
    response = JSONResponse({})

    assert to_response(response, endpoint=show_item) is response


def test_another_toolkits_response_is_taken_as_it_is():
    class Foreign:
        async def __call__(self, scope, receive, send):
            await send({})

    response = Foreign()

    assert to_response(response, endpoint=show_item) is response


class Wrapper:
    """Passes a call on, without being async itself."""

    def __init__(self, app):
        self.app = app

    def __call__(self, scope, receive, send):
        return self.app(scope, receive, send)

    async def run(self, scope, receive, send):
        await self.app(scope, receive, send)

    async def run_with(self, status, scope, receive, send):
        await self.app(scope, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize("functions", [0, 1])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda app: app, id="function"),
        pytest.param(Wrapper, id="object"),
        pytest.param(lambda app: Wrapper(app).run, id="method"),
        pytest.param(lambda app: partial(Wrapper(app).run_with, 200), id="partial"),
    ],
)
async def test_any_asgi_app_is_taken_as_it_is(make, functions):
    async def app(scope, receive, send):
        await Response("tea")(scope, receive, send)

    async def endpoint(request):
        return make(app)

    async def passing(request, call_next):
        return await call_next(request)

    middleware = [Middleware(BaseHTTPMiddleware, dispatch=passing)] * functions
    async with AsyncTestClient(App(routes=[Route("/", endpoint)], middleware=middleware)) as client:
        assert (await client.get("/")).text == "tea"


@pytest.mark.parametrize("headers", [{"X-Id": "1"}, [("x-id", "1"), ("x-id", "2")]], ids=["mapping", "pairs"])
def test_a_tuple_may_have_headers(headers):
    response = to_response(("tea", 201, headers), endpoint=show_item)

    pairs = headers.items() if isinstance(headers, dict) else headers
    assert response.headers.getlist("x-id") == [text for _, text in pairs]
    assert response.headers["content-type"] == TEXT


def test_a_content_type_of_ones_own_wins():
    response = to_response(("<p>", 200, {"Content-Type": "text/html"}), endpoint=show_item)

    assert response.headers.getlist("content-type") == ["text/html"]


def test_a_struct_of_msgspec_is_json(monkeypatch):
    # The library is a test dependency of nobody; what is used of it is a class and a function.
    class Struct:
        pass

    class Point(Struct):
        x = 1

    library = types.SimpleNamespace(Struct=Struct, to_builtins=lambda value: {"x": value.x})
    monkeypatch.setitem(sys.modules, "msgspec", library)

    assert to_response([Point()], endpoint=show_item).body == b'[{"x":1}]'


# Errors


class Pot:
    pass


async def fetch_app(scope, receive, send):
    """An ASGI app."""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param({1, 2}, "a value of type set", id="set"),
        pytest.param(Pot, "a value of type type", id="class"),
        pytest.param(Tea, "a value of type type", id="dataclass-itself"),
        pytest.param(show_item, "a value of type function", id="function"),
        pytest.param(range(3), "a value of type range", id="iterable"),
        pytest.param((), "a tuple of 0", id="empty-tuple"),
        pytest.param((1,), "a tuple of 1", id="tuple-of-one"),
        pytest.param((1, 2, 3, 4), "a tuple of 4", id="tuple-of-four"),
        pytest.param(("a", "b"), "no status from 100 to 599, but 'b'", id="no-status"),
        pytest.param(("a", True), "no status from 100 to 599, but True", id="bool-status"),
        pytest.param(("a", 600), "no status from 100 to 599, but 600", id="far-status"),
        pytest.param(("a", 200, 5), "no mapping or list of header pairs", id="no-headers"),
        pytest.param(("a", 200, {"x": 5}), "header value must be a str, got 5", id="number-header"),
        pytest.param(("a", 200, {"x": "a\nb"}), "must not hold CR, LF or NUL", id="line-header"),
        pytest.param((Response(), 200), "a Response in a tuple; it has a status", id="response-in-tuple"),
        pytest.param((fetch_app, 200), "a function in a tuple; it has a status", id="app-in-tuple"),
        pytest.param(never, "a value of type function", id="async-function-of-nothing"),
        pytest.param(
            {"a": [1, {"b c": {3}}]},
            "whose ['a'][1]['b c'] cannot be JSON: set has no JSON form",
            id="nested",
        ),
        pytest.param([float("nan")], "whose [0] cannot be JSON: JSON has no nan", id="nan"),
        pytest.param(float("inf"), "of type float that cannot be JSON: JSON has no inf", id="infinity"),
        pytest.param({(1, 2): 3}, "a key must be a str, got (1, 2) (tuple)", id="key"),
        pytest.param(
            {"a": "\ud800"}, "whose ['a'] cannot be JSON: a str with a lone surrogate", id="surrogate"
        ),
        pytest.param({"\ud800": 1}, "a str with a lone surrogate", id="surrogate-key"),
        pytest.param("tea\ud800", "a str that cannot be UTF-8: 'utf-8' codec", id="surrogate-text"),
        pytest.param({float("nan"): 1}, "JSON has no nan", id="nan-key"),
        pytest.param(
            [Tea(b"x")], "whose [0]['name'] cannot be JSON: bytes has no JSON form", id="in-dataclass"
        ),
        pytest.param(
            [5, Model(a=1j)], "whose [1]['a'] cannot be JSON: complex has no JSON form", id="in-model"
        ),
    ],
)
def test_what_cannot_be_a_response_is_an_error_that_says_what_and_where(value, problem):
    with pytest.raises(ResultError) as caught:
        to_response(value, endpoint=show_item)

    message = str(caught.value)
    assert message.startswith("show_item returned ")
    assert problem in message
    assert "return a Response, dict, list," in message
    assert isinstance(caught.value, TypeError)


def test_a_type_is_named_with_its_module():
    with pytest.raises(ResultError, match=rf"a value of type {__name__}\.Pot;"):
        to_response(Pot(), endpoint=show_item)


def test_a_value_inside_itself_is_an_error_that_says_where():
    circle = {"a": []}
    circle["a"].append(circle)

    with pytest.raises(ResultError, match=r"whose \['a'\]\[0\] cannot be JSON: a dict that contains itself"):
        to_response(circle, endpoint=show_item)


def test_a_value_nested_too_deeply_is_an_error():
    deep = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(ResultError, match="nested too deeply"):
        to_response(deep, endpoint=show_item)


def test_a_coroutine_that_was_not_awaited_is_named():
    async def brew():
        """Never runs."""

    with pytest.raises(ResultError, match=r"the coroutine of .*brew\(\), which was not awaited"):
        to_response(brew(), endpoint=show_item)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        pytest.param("Cell In[3]", r"Cell In\[3\]", id="name"),
        pytest.param(partial(partial(show_item)), "show_item", id="partial"),
        pytest.param(Pot(), "Pot", id="object"),
        pytest.param(Pot, "Pot", id="class"),
    ],
)
def test_an_error_names_any_endpoint(endpoint, name):
    with pytest.raises(ResultError, match=f"^{name} returned"):
        to_response(set(), endpoint=endpoint)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just({1}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES.map(lambda value: [value]))
def test_every_value_is_a_response_or_a_result_error(value):
    try:
        response = to_response(value, endpoint=show_item)
    except ResultError as error:
        assert "cannot be JSON" in str(error)  # noqa: PT017
    else:
        assert json.loads(response.body) == value


# Streams


def items(*values):
    yield from values


async def async_items(*values):
    for value in values:
        await anyio.lowlevel.checkpoint()
        yield value


@pytest.mark.parametrize("make", [items, async_items, lambda *values: iter(values)])
@pytest.mark.parametrize(
    ("values", "content_type", "body"),
    [
        pytest.param(["a", b"b"], TEXT, b"ab", id="text"),
        pytest.param([b"a", "ü", memoryview(b"c")], OCTETS, b"a\xc3\xbcc", id="octets"),
        pytest.param(
            [{"a": 1}, [2], None, "x"], "application/x-ndjson", b'{"a":1}\n[2]\nnull\n"x"\n', id="lines"
        ),
        pytest.param(
            [Tea("a", 1)], "application/x-ndjson", b'{"name":"a","minutes":1,"blend":[]}\n', id="models"
        ),
        pytest.param(
            [ServerSentEvent("a"), ServerSentEvent({"b": 1}, "tick", "7", 100)],
            "text/event-stream",
            b'data: a\n\nevent: tick\nid: 7\nretry: 100\ndata: {"b":1}\n\n',
            id="events",
        ),
        pytest.param([], None, b"", id="nothing"),
    ],
)
@pytest.mark.anyio
async def test_what_a_generator_yields_is_streamed_by_its_first_item(make, values, content_type, body):
    status, headers, found = await fetch(make(*values))

    assert (status, headers.get("content-type"), found) == (200, content_type, body)


@pytest.mark.anyio
async def test_events_are_not_stored_by_caches():
    _, headers, _ = await fetch(items(ServerSentEvent("a")))

    assert headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_a_stream_may_have_a_status_and_headers():
    status, headers, body = await fetch((items("a"), 201, {"content-type": "text/csv"}))

    assert (status, headers["content-type"], body) == (201, "text/csv", b"a")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            ["a", 5],
            "a generator that yielded a value of type int: a stream of text or bytes holds only str and",
        ),
        ([ServerSentEvent("a"), "b"], "a stream of events holds only ServerSentEvent"),
        ([{"a": 1}, {"b": {1}}], r"\['b'\] cannot be JSON: set has no JSON form"),
        ([{1}], "yielded a value of type set: set has no JSON form"),
        ([ServerSentEvent({1})], "set has no JSON form"),
    ],
)
@pytest.mark.anyio
async def test_an_item_that_does_not_fit_is_an_error_that_names_the_endpoint(values, problem):
    with pytest.raises(ResultError, match=rf"^show_item returned .*{problem}"):
        await fetch(async_items(*values))


@pytest.mark.anyio
async def test_an_endpoint_that_fails_before_it_yields_sends_nothing():
    sent = []

    async def fail():
        raise LookupError("no tea")
        yield

    async def send(message):
        sent.append(message)

    response = to_response(fail(), endpoint=show_item)
    with pytest.raises(LookupError, match="no tea"):
        await response(dict(GET), never, send)

    assert sent == []


@pytest.mark.parametrize("make", [items, async_items])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.anyio
async def test_the_generator_is_closed_when_its_client_left(make, method):
    closed = []

    def close_sync():
        try:
            while True:
                yield "tea"
        finally:
            closed.append(True)

    async def close_async():
        try:
            while True:
                yield "tea"
        finally:
            await anyio.lowlevel.checkpoint()
            closed.append(True)

    flowing = anyio.Event()

    async def receive():
        await flowing.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message.get("body"):
            flowing.set()
        await anyio.lowlevel.checkpoint()

    generator = close_sync() if make is items else close_async()
    response = to_response(generator, endpoint=show_item)
    await response({**GET, "method": method}, receive, send)

    # A generator that did not start has no finally to run, and is over all the same.
    if method == "GET":
        assert closed == [True]
    elif make is items:
        assert next(generator, "over") == "over"
    else:
        assert await anext(generator, "over") == "over"


@pytest.mark.anyio
async def test_the_generator_is_closed_when_its_client_left_before_the_start_was_sent():
    closed = []

    async def brew():
        try:
            yield "tea"
        finally:
            closed.append(True)

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        await anyio.sleep_forever()

    await to_response(brew(), endpoint=show_item)(dict(GET), receive, send)

    assert closed == [True]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.anyio
async def test_a_file_is_streamed_and_closed(tmp_path, method):
    (tmp_path / "tea.txt").write_bytes(b"a\nb\n")
    file = (tmp_path / "tea.txt").open("rb")

    _, _, body = await fetch(file, {**GET, "method": method})

    assert body == (b"a\nb\n" if method == "GET" else b"")
    assert file.closed


def test_a_stream_is_a_streaming_response():
    response = to_response(items("a"), endpoint=show_item)

    assert isinstance(response, StreamingResponse)


# Events


@pytest.mark.parametrize(
    ("event", "encoded"),
    [
        pytest.param(ServerSentEvent(""), b"data: \n\n", id="empty"),
        pytest.param(ServerSentEvent("a\nb\r\nc\rd"), b"data: a\ndata: b\ndata: c\ndata: d\n\n", id="lines"),
        pytest.param(
            ServerSentEvent("a\u2028b\x0b"), "data: a\u2028b\x0b\n\n".encode(), id="other-separators"
        ),
        pytest.param(ServerSentEvent(["a\nb"]), b'data: ["a\\nb"]\n\n', id="json"),
        pytest.param(
            ServerSentEvent(None, event="", id="", retry=0),
            b"event: \nid: \nretry: 0\ndata: null\n\n",
            id="blank",
        ),
    ],
)
def test_an_event_is_encoded_by_its_lines(event, encoded):
    assert event.encode() == encoded


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("bad", ["\r", "\n", "\0"])
def test_a_field_that_would_end_its_line_is_refused(field, bad):
    with pytest.raises(ValueError, match=f"{field} of a server-sent event must not hold CR, LF or NUL"):
        ServerSentEvent("x", **{field: f"a{bad}b"})


def test_a_negative_retry_is_refused():
    with pytest.raises(ValueError, match="must be milliseconds from 0, got -1"):
        ServerSentEvent("x", retry=-1)
