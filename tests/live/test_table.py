"""The route table lists what the cells have defined, in order, and who answers in whose place."""

import pytest


@pytest.fixture
def filled(app, define, run_as):
    """An app with one thing of each kind, one of them shadowed."""
    define("GET,POST /items", "return 1", "a")
    app.define_websocket("/chat/{room}", run_as("await websocket.accept()", "b"))
    app.mount("/v1", app, name="v1")
    app.define_middleware(run_as("return await call_next(request)", "d"), name="inner")
    app.define_middleware(run_as("return await call_next(request)", "e"), name="outer")
    define("GET /items", "return 2", "f", name="list")
    return app


def test_rows_are_in_the_cells_order_with_middleware_outermost_first(filled):
    rows = [(row.kind, row.methods, row.path, row.name, row.cell) for row in filled.table()]

    assert rows == [
        ("route", "GET,POST", "/items", "get_post_items", "[1]"),
        ("websocket", "", "/chat/{room}", "websocket_chat_room", "[2]"),
        ("mount", "", "/v1", "v1", "[2]"),
        ("route", "GET", "/items", "list", "[5]"),
        ("middleware", "", "", "outer", "[4]"),
        ("middleware", "", "", "inner", "[3]"),
    ]


def test_a_partly_shadowed_route_names_the_methods(filled):
    assert filled.table()[0].shadowed_by == "cell [5] (GET,HEAD)"


def test_a_wholly_shadowed_route_names_the_cell(filled, define):
    define("GET,POST /items", "return 3", "g")

    assert [row.shadowed_by for row in filled.table() if row.path == "/items"] == ["cell [6]", "cell [6]", ""]


def test_the_text_is_aligned(filled):
    lines = repr(filled.table()).splitlines()

    assert lines[0].split() == ["method", "path", "name", "kind", "cell", "shadowed", "by"]
    assert {line.find("/") for line in lines[1:5]} == {lines[0].index("path")}
    assert len(filled.table()) == 6


def test_without_shadows_and_counts_there_are_no_columns_for_them(app, define):
    define("GET /x", "return 1")

    assert repr(app.table()).splitlines()[0].split() == ["method", "path", "name", "kind", "cell"]


def test_hits_and_medians_come_from_whoever_counts(app, define):
    define("GET /x", "return 1")

    table = app.table(stats=lambda definition: (3, 0.0125) if definition.path == "/x" else (0, None))

    assert (table[0].hits, table[0].median) == (3, 0.0125)
    assert "12.5 ms" in repr(table)


def test_an_empty_table_says_how_to_fill_it(app):
    assert "%%asgi_route GET /" in repr(app.table())
    assert "%%asgi_route GET /" in app.table()._repr_html_()


def test_hostile_text_stays_text(app):
    app.add_route("/<script>\u202e", lambda request: 1)

    html = app.table()._repr_html_()

    assert "<script>" not in html
    assert "\u202e" not in html
