"""What a notebook shows richly becomes the response that its request accepts best."""

import base64
import inspect
import json
import threading

import anyio
import pytest
from IPython import display

from asgi_nb.web._rich import is_rich
from asgi_nb.web.applications import Starlette
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.results import ResultError, to_response
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient

HTML, SVG, TEXT = "text/html; charset=utf-8", "image/svg+xml; charset=utf-8", "text/plain; charset=utf-8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PIXEL = b"\x89PNG\r\n\x1a\n and so on"


def show_tea():
    """The endpoint of these tests."""


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


async def fetch(value, accept=None, method="GET"):
    sent = []

    async def send(message):
        sent.append(message)

    headers = [] if accept is None else [(b"accept", accept.encode())]
    scope = {"type": "http", "method": method, "path": "/", "headers": headers}
    await to_response(value, endpoint=show_tea)(scope, receive, send)
    found = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(message["body"] for message in sent[1:])


class Shown:
    """Has the display methods that it is made with."""

    def __new__(cls, **methods):
        made = {name: (lambda self, value=value: value) for name, value in methods.items()}
        return object.__new__(type("Shown", (Shown,), made))

    def __repr__(self):
        return "<tea>"


class Bundle:
    def __init__(self, bundle):
        self.bundle = bundle

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.bundle


class Index:
    def __init__(self, *names):
        self.names = names


class RangeIndex(Index):
    """One that only counts, told by its name as pandas' is."""


class Series:
    """Has what a Series of pandas has."""

    def __init__(self, index):
        self.index = index

    def reset_index(self, level):
        raise AssertionError("a Series keeps its index")

    def to_json(self, path=None, *, orient, date_format, double_precision, force_ascii):
        assert (date_format, double_precision, force_ascii) == ("iso", 15, False)
        return json.dumps(orient)


class Frame(Series):
    """Has what a DataFrame of pandas has."""

    columns = ("a",)

    def reset_index(self, level):
        frame = Frame(RangeIndex(None))
        frame.columns = (*level, "a")
        return frame

    def to_json(self, *args, **kwargs):
        orient = super().to_json(**kwargs)
        return f'[{orient}, "{"-".join(self.columns)}"]'

    to_json.__signature__ = inspect.signature(Series.to_json)

    def _repr_html_(self):
        return "<table>"


class Figure:
    """Has what a figure of matplotlib has."""

    def _repr_html_(self):
        return None

    def savefig(self, file, *, format, bbox_inches):
        file.write(f"{format} {bbox_inches}".encode())


@pytest.mark.parametrize(
    ("value", "content_type", "body"),
    [
        pytest.param(Frame(RangeIndex(None)), "application/json", b'["records", "a"]', id="frame"),
        pytest.param(Frame(Index("city")), "application/json", b'["records", "city-a"]', id="grouped-frame"),
        pytest.param(Frame(Index(None)), "application/json", b'["records", "a"]', id="filtered-frame"),
        pytest.param(Series(RangeIndex(None)), "application/json", b'"values"', id="series"),
        pytest.param(Series(Index("city")), "application/json", b'"index"', id="indexed-series"),
        pytest.param(Series(Index(None)), "application/json", b'"index"', id="nameless-index"),
        pytest.param(Figure(), "image/png", b"png tight", id="figure"),
        pytest.param(Shown(_repr_html_="<b>ü"), HTML, "<b>ü".encode(), id="html"),
        pytest.param(
            Shown(_repr_svg_="<svg/>", _repr_png_=PIXEL, _repr_html_="<b>"), HTML, b"<b>", id="html-first"
        ),
        pytest.param(
            Shown(_repr_jpeg_=b"j", _repr_png_=PIXEL, _repr_svg_="<svg/>"), SVG, b"<svg/>", id="svg"
        ),
        pytest.param(Shown(_repr_json_={}, _repr_jpeg_=b"j", _repr_png_=PIXEL), "image/png", PIXEL, id="png"),
        pytest.param(Shown(_repr_json_={}, _repr_jpeg_=b"j"), "image/jpeg", b"j", id="jpeg"),
        pytest.param(
            Shown(_repr_json_={"a": [1]}, _repr_latex_="x"), "application/json", b'{"a":[1]}', id="json"
        ),
        pytest.param(
            Shown(_repr_markdown_="*x*", _repr_latex_="x"),
            "text/markdown; charset=utf-8",
            b"*x*",
            id="markdown",
        ),
        pytest.param(
            Shown(_repr_html_=None, _repr_latex_="$x$"), "text/latex; charset=utf-8", b"$x$", id="none"
        ),
        pytest.param(Shown(_repr_html_=None), TEXT, b"<tea>", id="only-a-repr"),
        pytest.param(Shown(_repr_html_=("<b>", {"isolated": True})), HTML, b"<b>", id="with-metadata"),
        pytest.param(Shown(_repr_png_=base64.b64encode(PIXEL).decode()), "image/png", PIXEL, id="base64"),
        pytest.param(
            Bundle({"text/plain": "t", "application/x.y+json": [1], "text/html": "<b>"}),
            HTML,
            b"<b>",
            id="bundle",
        ),
        pytest.param(
            Bundle({"text/plain": "t", "application/x.y+json": [1]}),
            "application/x.y+json",
            b"[1]",
            id="other-type-before-text",
        ),
        pytest.param(Bundle(({"text/plain": "t"}, {})), TEXT, b"t", id="bundle-with-metadata"),
        pytest.param(
            Bundle({"image/gif": base64.b64encode(b"GIF").decode()}), "image/gif", b"GIF", id="gif-in-bundle"
        ),
        pytest.param(display.HTML("<i>"), HTML, b"<i>", id="ipython-html"),
        pytest.param(display.Markdown("*i*"), "text/markdown; charset=utf-8", b"*i*", id="ipython-markdown"),
        pytest.param(display.SVG("<svg></svg>"), SVG, b"<svg/>", id="ipython-svg"),
        pytest.param(display.Image(PIXEL, format="png"), "image/png", PIXEL, id="ipython-image"),
        pytest.param(display.JSON({"a": 1}), "application/json", b'{"a":1}', id="ipython-json"),
    ],
)
@pytest.mark.anyio
async def test_a_client_that_takes_anything_gets_the_best_form(value, content_type, body):
    status, headers, found = await fetch(value, "*/*")

    assert (status, headers["content-type"], found) == (200, content_type, body)
    assert headers["vary"] == "Accept"
    assert await fetch(value) == (status, headers, found)


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        pytest.param("text/html", HTML, b"<table>", id="html"),
        pytest.param("application/json;q=0.5, text/*", HTML, b"<table>", id="weights"),
        pytest.param(BROWSER, HTML, b"<table>", id="browser"),
        pytest.param("application/json", "application/json", b'["records", "a"]', id="json"),
        pytest.param(
            "image/png, application/*;q=0.1", "application/json", b'["records", "a"]', id="wildcard"
        ),
    ],
)
@pytest.mark.anyio
async def test_the_accept_header_decides(accept, content_type, body):
    _, headers, found = await fetch(Frame(RangeIndex(None)), accept)

    assert (headers["content-type"], found) == (content_type, body)


@pytest.mark.parametrize(
    ("accept", "body"), [("image/svg+xml", b"svg tight"), ("application/pdf", b"pdf tight")]
)
@pytest.mark.anyio
async def test_a_figure_is_drawn_as_asked(accept, body):
    assert (await fetch(Figure(), accept))[2] == body


@pytest.mark.anyio
async def test_a_request_that_accepts_no_form_is_told_which_there_are():
    status, headers, body = await fetch(
        (Shown(_repr_html_="<b>", _repr_svg_=None), 200, {"x-a": "b"}), "image/*"
    )

    assert status == 406
    assert headers["vary"] == "Accept"
    assert body == b"the request accepts image/*; there is: text/html, text/plain"


@pytest.mark.anyio
async def test_an_accepted_form_that_the_value_has_not_gives_way_to_the_next():
    value = Shown(_repr_svg_=None, _repr_png_=PIXEL)

    assert (await fetch(value, "image/svg+xml, image/png;q=0.5"))[2] == PIXEL


@pytest.mark.anyio
async def test_a_method_that_is_not_implemented_is_a_form_that_is_not_there():
    class Half:
        def _repr_html_(self):
            raise NotImplementedError

        def _repr_latex_(self):
            return "$x$"

    assert (await fetch(Half()))[2] == b"$x$"


@pytest.mark.anyio
async def test_a_value_may_have_a_status_and_headers():
    value = Shown(_repr_html_="<b>"), 201, [("x-a", "1"), ("x-a", "2"), ("vary", "Cookie")]
    sent = []

    async def send(message):
        sent.append(message)

    response = to_response(value, endpoint=show_tea)
    response.set_cookie("tea", "green")
    await response({"type": "http", "method": "GET", "headers": []}, receive, send)

    assert sent[0]["status"] == 201
    assert [text for name, text in sent[0]["headers"] if name == b"x-a"] == [b"1", b"2"]
    assert dict(sent[0]["headers"])[b"vary"] == b"Cookie, Accept"
    assert any(name == b"set-cookie" for name, _ in sent[0]["headers"])


@pytest.mark.anyio
async def test_a_content_type_of_ones_own_decides_the_form():
    headers = {"content-type": "image/svg+xml"}

    status, found, body = await fetch((Figure(), 200, headers), "image/png")

    assert (status, found["content-type"], body) == (200, "image/svg+xml", b"svg tight")
    assert "vary" not in found


@pytest.mark.anyio
async def test_a_content_type_that_the_value_has_not_is_an_error_that_lists_them():
    with pytest.raises(
        ResultError, match=r"show_tea returned a value of type .*Figure, which has no text/csv"
    ):
        await fetch((Figure(), 200, {"content-type": "text/csv"}))


@pytest.mark.anyio
async def test_a_head_request_gets_the_headers_alone():
    _, headers, body = await fetch(Shown(_repr_html_="<b>"), method="HEAD")

    assert (headers["content-length"], body) == ("3", b"")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            Shown(_repr_json_={"a": [{1}]}),
            r"application/json form at \['a'\]\[0\] cannot be sent: set has no",
        ),
        (Shown(_repr_html_=5), "text/html form cannot be sent: expected str or bytes, got int"),
        (Shown(_repr_html_="\ud800"), "text/html form cannot be sent: .*surrogates not allowed"),
        (Shown(_repr_png_="<png>"), "image/png form cannot be sent: "),
    ],
)
@pytest.mark.anyio
async def test_a_form_that_cannot_be_sent_is_an_error_that_names_the_endpoint(value, problem):
    with pytest.raises(ResultError, match=f"^show_tea returned a value of type .*Shown whose {problem}"):
        await fetch(value)


@pytest.mark.anyio
async def test_an_error_of_the_values_own_says_what_was_being_made():
    class Broken:
        def _repr_html_(self):
            raise LookupError("no tea")

    with pytest.raises(LookupError, match="no tea") as caught:
        await fetch(Broken())

    assert "while text/html was made of a value of type" in caught.value.__notes__[0]


@pytest.mark.anyio
async def test_forms_are_made_in_a_worker_thread_and_only_the_one_that_is_sent():
    made = []

    class Drawn:
        def _repr_svg_(self):
            made.append(("svg", threading.current_thread()))
            return "<svg/>"

        def _repr_png_(self):
            made.append(("png", threading.current_thread()))
            return PIXEL

    await fetch(Drawn(), "image/png")

    ((kind, thread),) = made
    assert kind == "png"
    assert thread is not threading.current_thread()


def test_a_class_is_no_value_of_it():
    with pytest.raises(ResultError, match="a value of type type"):
        to_response(Figure, endpoint=show_tea)


def test_an_object_that_answers_for_every_attribute_is_not_rich():
    class Anything:
        def __getattr__(self, name):
            return lambda *args, **kwargs: None

    assert not is_rich(Anything())


def test_a_route_answers_with_a_form_through_a_middleware_that_sees_its_headers():
    async def tea(request):
        return Shown(_repr_html_="<b>tea")

    async def stamp(request, call_next):
        response = await call_next(request)
        response.headers["x-type"] = response.headers["content-type"]
        return response

    app = Starlette(routes=[Route("/", tea)], middleware=[Middleware(BaseHTTPMiddleware, dispatch=stamp)])

    answer = TestClient(app).get("/", headers={"accept": "text/html"})

    assert (answer.text, answer.headers["x-type"]) == ("<b>tea", HTML)


@pytest.mark.anyio
async def test_other_requests_are_served_while_a_figure_is_drawn():
    drawing, drawn = threading.Event(), threading.Event()

    class Slow:
        def _repr_png_(self):
            drawing.set()
            assert drawn.wait(10)
            return PIXEL

    async def other():
        while not drawing.is_set():
            await anyio.sleep(0.001)
        drawn.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        assert (await fetch(Slow()))[2] == PIXEL
