"""A template becomes a page that knows its request and the URLs of the routes."""

import importlib
import sys

import httpx2
import jinja2
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.requests import Request
from asgi_nb.web.routing import Route
from asgi_nb.web.templating import Jinja2Templates, pass_context


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "home.html").write_text("<a href='{{ url_for('home', user=user) }}'>{{ request.method }}</a>")
    (tmp_path / "plain.txt").write_text("{{ name }}")
    (tmp_path / "page.html").write_text("{{ name }}")
    return tmp_path


def request(**more):
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], **more})


async def get(endpoint, path="/users/ada"):
    app = App(routes=[Route("/users/{user}", endpoint, name="home")])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as http:
        return await http.get(path)


@pytest.mark.anyio
async def test_a_template_knows_the_request_and_the_urls_of_the_routes(directory):
    templates = Jinja2Templates(directory)

    async def home(request):
        return templates.TemplateResponse(request, "home.html", {"user": "bob"})

    response = await get(home)

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == "<a href='http://testserver/users/bob'>GET</a>"


def test_values_are_escaped_in_pages_and_not_in_text(directory):
    templates = Jinja2Templates(directory)

    page = templates.TemplateResponse(request(), "page.html", {"name": "<b>"})
    text = templates.TemplateResponse(request(), "plain.txt", {"name": "<b>"}, media_type="text/plain")

    assert page.body == b"&lt;b&gt;"
    assert text.body == b"<b>"
    assert text.headers["content-type"] == "text/plain; charset=utf-8"


def test_several_directories_are_searched_in_order(directory, tmp_path_factory):
    first = tmp_path_factory.mktemp("first")
    (first / "page.html").write_text("first")
    templates = Jinja2Templates([first, directory])

    assert templates.get_template("page.html").render() == "first"
    assert templates.get_template("plain.txt").render(name="second") == "second"


def test_an_environment_is_used_as_it_is():
    loader = jinja2.DictLoader({"page.html": "{{ url_for('x') }} {{ '<b>' }}"})
    env = jinja2.Environment(loader=loader, autoescape=False)
    env.globals["url_for"] = lambda name: f"mine:{name}"

    response = Jinja2Templates(env=env).TemplateResponse(request(), "page.html")

    assert response.body == b"mine:x <b>"


def test_context_processors_add_to_the_context(directory):
    templates = Jinja2Templates(
        directory, context_processors=[lambda request: {"name": f"from {request.method}"}]
    )
    context = {"name": "given"}

    response = templates.TemplateResponse(request(), "page.html", context)

    assert response.body == b"from GET"
    assert context == {"name": "given"}


def test_status_headers_and_background_are_those_of_a_response(directory):
    task = BackgroundTask(print)

    response = Jinja2Templates(directory).TemplateResponse(
        request(), "page.html", status_code=404, headers={"x-a": "1"}, background=task
    )

    assert response.status_code == 404
    assert response.headers["x-a"] == "1"
    assert response.background is task


@pytest.mark.anyio
@pytest.mark.parametrize("offered", [True, False], ids=["offered", "not-offered"])
async def test_a_test_client_is_told_the_template_and_the_context(directory, offered):
    response = Jinja2Templates(directory).TemplateResponse(request(), "page.html", {"name": "x"})
    sent = []

    async def send(message):
        sent.append(message)

    extensions = {"http.response.debug": {}} if offered else None
    await response({"type": "http", "method": "GET", "extensions": extensions}, None, send)

    debug = [message["info"] for message in sent if message["type"] == "http.response.debug"]
    assert [(info["template"].name, info["context"]["name"]) for info in debug] == (
        [("page.html", "x")] if offered else []
    )
    assert sent[-1]["body"] == b"x"


def test_a_global_can_ask_for_the_context():
    @pass_context
    def who(context):
        return context["request"].method

    env = jinja2.Environment(loader=jinja2.DictLoader({"a": "{{ who() }}"}))
    env.globals["who"] = who

    assert Jinja2Templates(env=env).TemplateResponse(request(), "a").body == b"GET"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="neither"),
        pytest.param({"directory": ""}, id="empty"),
        pytest.param({"directory": "templates", "env": jinja2.Environment()}, id="both"),
    ],
)
def test_neither_or_both_of_directory_and_environment_is_an_error(arguments):
    with pytest.raises(ValueError, match="one of directory= and env="):
        Jinja2Templates(**arguments)


def test_the_old_order_of_arguments_is_an_error_that_shows_the_new_one(directory):
    with pytest.raises(TypeError, match=r"write TemplateResponse\(request, name, context\)"):
        Jinja2Templates(directory).TemplateResponse("page.html", {"request": request()})


def test_a_context_processor_that_gives_no_dict_is_an_error_that_names_it(directory):
    def processor(request):
        return None

    with pytest.raises(TypeError, match=r"processor.* returned a NoneType"):
        Jinja2Templates(directory, context_processors=[processor]).TemplateResponse(request(), "page.html")


def test_without_jinja_the_import_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "asgi_nb.web.templating")

    with pytest.raises(ImportError, match=r"pip install asgi-nb\[templates\]"):
        importlib.import_module("asgi_nb.web.templating")
