"""Tab inside of `.where("…")` offers what fits the filter, in quotes that Python can read."""

import ast

import pytest

from asgi_nb import kit
from asgi_nb.magics._where import where_proposals
from asgi_nb.record.recorder import Recorder


@pytest.fixture(autouse=True)
def _traffic():
    for path in ("/items", '/say "tea"', "/two words"):
        recorder = Recorder({"type": "http", "path": path, "headers": []}, 0.0)
        recorder.finish(1)
        kit.default_kit().traffic.add(recorder.exchange)
    yield
    kit.reset()


@pytest.mark.parametrize(
    ("before", "fragment", "texts"),
    [
        pytest.param('traffic.where("rou', "rou", ["route:"], id="key"),
        pytest.param("x = session.where( 'path:/it", "/it", ["/items"], id="value"),
        pytest.param('asgi_nb.load("f", where="-stat', "stat", ["status:", "state:"], id="keyword"),
        pytest.param('traffic.where("path:/two', "/two", ["'/two words'"], id="quotes-in-quotes"),
        pytest.param("traffic.where('path:/two", "/two", ['"/two words"'], id="the-other-quotes"),
        pytest.param("traffic.where('path:/say", "/say", [], id="both-quotes"),
        pytest.param('traffic.where("zz:', "", [], id="nothing"),
    ],
)
def test_a_filter_is_completed(before, fragment, texts):
    assert where_proposals(before) == (fragment, texts)


@pytest.mark.parametrize(
    "before", ['traffic.where("a")', 'here("st', 'traffic["GET', "where = 3", "%asgi_route GET /"]
)
def test_elsewhere_nothing_is_offered(before):
    assert where_proposals(before) is None


@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_is_offered_can_be_read_by_python(quote):
    before = f"where({quote}path:"

    for text in where_proposals("traffic." + before).texts:
        assert ast.literal_eval(f"{quote}path:{text}{quote}") == f"path:{text}"
