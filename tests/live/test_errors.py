"""A handler that raises answers 500 with the lines of its cell, and the exception goes on to the server."""

import sys

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.web.exceptions import HTTPException

pytestmark = pytest.mark.anyio


async def test_the_500_shows_the_exception_and_the_cells_line_and_the_exception_goes_up(app, define, ask):
    define("GET /boom", "share = 8\nreturn share / 0")

    answer = await ask(app, "GET /boom")

    assert answer.status == 500
    assert answer.headers["content-type"].startswith("text/plain")
    assert "500: ZeroDivisionError: division by zero\nin GET /boom, cell [1]" in answer.text
    assert "Cell In[1], line 3, in get_boom\n    return share / 0" in answer.text
    # A clone's own folder may be called so, with what is installed in it.
    assert "asgi_nb" not in answer.text.replace(sys.prefix, "")
    assert isinstance(answer.error, ZeroDivisionError)


async def test_a_browser_gets_html_with_the_lines_around(app, define, ask):
    define("GET /boom", "before = '<b>'\nreturn 1 / 0\n")

    answer = await ask(app, "GET /boom", accept="text/html,*/*")

    assert answer.headers["content-type"].startswith("text/html")
    assert "Cell In[1], line 3" in answer.text
    assert "before = &#x27;&lt;b&gt;&#x27;" in answer.text
    assert "<b>" not in answer.text


async def test_hostile_text_in_an_exception_stays_text(app, define, ask):
    define("GET /boom", "raise ValueError('<script>alert(1)</script>\\u202e')")

    answer = await ask(app, "GET /boom", accept="text/html")

    assert "<script>" not in answer.text
    assert "\u202e" not in answer.text


async def test_without_debug_the_500_says_nothing_and_the_exception_still_goes_up(notebook, ask):
    app = LiveApp(notebook, debug=False)

    @app.get("/boom")
    def boom(request):
        raise ValueError("secret")

    answer = await ask(app, "GET /boom", accept="text/html")

    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert isinstance(answer.error, ValueError)


async def test_a_value_that_is_no_response_names_its_type_and_the_cell(app, define, ask):
    define("GET /odd", "return {1, 2}")

    answer = await ask(app, "GET /odd")

    assert answer.status == 500
    assert "get_odd returned a value of type set" in answer.text
    assert "returned by GET /odd, cell [1]" in answer.text


async def test_assigning_to_a_notebooks_name_is_explained(app, define, ask, notebook):
    notebook.namespace["hits"] = 0
    define("GET /hits", "hits += 1\nreturn hits")

    answer = await ask(app, "GET /hits")

    assert "UnboundLocalError" in answer.text
    assert "for the notebook's own: global hits" in answer.text


async def test_an_unbound_name_that_the_notebook_lacks_is_not_explained(app, define, ask):
    define("GET /hits", "hits += 1\nreturn hits")

    assert "global hits" not in (await ask(app, "GET /hits")).text


async def test_an_exception_that_is_raised_again_is_explained_once(app, define, ask, notebook):
    notebook.namespace["hits"] = 0
    define(
        "GET /hits",
        "try:\n    hits += 1\nexcept UnboundLocalError as exc:\n    global kept\n    kept = exc\nraise kept",
    )
    await ask(app, "GET /hits")
    define("GET /again", "raise kept", "b")

    assert (await ask(app, "GET /again")).text.count("global hits") == 1


async def test_an_http_exception_is_no_failure(app, define, ask, notebook):
    notebook.namespace["HTTPException"] = HTTPException
    define("GET /gone", "raise HTTPException(410, 'gone')")

    answer = await ask(app, "GET /gone")

    assert (answer.status, answer.text, answer.error) == (410, "gone", None)


async def test_a_failure_in_a_library_shows_the_cells_own_line_too(app, define, ask):
    define("GET /json", "import json\nreturn json.loads('{')")

    answer = await ask(app, "GET /json", accept="text/html")

    assert "Cell In[1], line 3" in answer.text
    assert "JSONDecodeError" in answer.text


async def test_a_failure_outside_of_cells_has_no_cells_lines(app, ask):
    @app.get("/boom")
    def boom(request):
        raise ValueError("no")

    answer = await ask(app, "GET /boom", accept="text/html")

    assert "Cell" not in answer.text
    assert "ValueError: no" in answer.text
