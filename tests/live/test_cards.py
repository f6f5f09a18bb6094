"""A cell shows what it defined, what that took the place of, and what it hides."""

import dataclasses

from asgi_nb.live.notebook import Cell


def test_a_card_says_what_was_defined_and_where(define):
    card = define("GET /items/{item_id:int}", "return item_id")

    assert repr(card) == "GET /items/{item_id:int} → get_items_item_id (cell [1])"


def test_running_a_cell_again_needs_no_words(define):
    define("GET /x", "return 1")

    assert repr(define("GET /x", "return 2")) == "GET /x → get_x (cell [2])"


def test_a_card_says_what_it_replaces_where_cells_have_no_id(define):
    define("GET /x", "return 1", None)

    assert "replaces GET /x (cell [1])" in repr(define("GET /x", "return 2", None))


def test_a_card_says_which_path_a_changed_one_replaces(define):
    define("GET /before", "return 1")

    assert repr(define("GET /after", "return 1")) == (
        "GET /after → get_after (cell [2])\n  replaces GET /before (cell [1])"
    )


def test_a_cell_that_had_several_definitions_names_none_of_them(app, define):
    with app.cell_run(Cell("a")):
        app.add_route("/x", lambda request: 1)
        app.add_route("/y", lambda request: 1)

    assert "replaces" not in repr(define("GET /z", "return 1"))


def test_a_card_says_what_it_shadows(define):
    define("GET /x", "return 1", "a")

    assert "shadows GET /x of cell [1]" in repr(define("GET /x", "return 2", "b"))


def test_a_card_gives_a_hint(define):
    assert "hint: the body ends in an expression" in repr(define("GET /x", "items = []\nitems"))


def test_a_middlewares_card_names_it(app, run_as):
    card = app.define_middleware(run_as("return await call_next(request)"), name="timer")

    assert repr(card) == "middleware timer (cell [1])"


def test_an_object_outside_of_cells_is_named_by_its_function(app):
    def handler(request): ...

    handler.__qualname__ = "handler"

    assert repr(app.add_route("/x", handler)) == "GET /x → handler"


def test_a_url_is_shown_and_linked(define):
    card = dataclasses.replace(define("GET /x", "return 1"), url="http://127.0.0.1:8000/x?a=1&b=2")

    assert "http://127.0.0.1:8000/x?a=1&b=2" in repr(card)
    assert 'href="http://127.0.0.1:8000/x?a=1&amp;b=2"' in card._repr_html_()


def test_only_web_addresses_are_links(define):
    card = dataclasses.replace(define("GET /x", "return 1"), url="javascript:alert(1)")

    assert "href" not in card._repr_html_()


def test_hostile_text_stays_text(app):
    def handler(request): ...

    card = app.add_route("/<script>", handler, name="<b>")

    assert "<script>" not in card._repr_html_()
