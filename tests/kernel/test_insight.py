"""What a person sees in a real kernel of what happened inside a request."""

import re

import pytest

pytestmark = pytest.mark.kernel

SETUP = """
%load_ext asgi_nb
import asyncio, time, asgi_nb
"""
BLOCKING = """%%asgi_route GET /block
await asyncio.sleep(0)
time.sleep(1)  # the guilty one
return 'done'
"""
STREAM = """%%asgi_route GET /events
from asgi_nb.web.results import ServerSentEvent
for n in range(2):
    yield ServerSentEvent({"n": n}, event="tick", id=str(n))
    await asyncio.sleep(0)
"""
LAYER = """%%asgi_middleware
response = await call_next(request)
response.headers["x-cell"] = "here"
return response
"""


@pytest.fixture(scope="module")
def served(kernel):
    """A kernel with a layer, three routes and a failed cell, each of which was asked once."""
    for name, source in {
        "setup": SETUP,
        "layer": LAYER,
        "block": BLOCKING,
        "events": STREAM,
        "kernel": "%%asgi_route GET /kernel --on kernel\nreturn 'k'",
        "broken": "%%asgi_route GET /broken\nreturn (",
        "serve": "%asgi_serve",
        "ask": "for path in ('block', 'events', 'kernel', 'broken'):\n    asgi_nb.request(f'GET /{path}')",
    }.items():
        result = kernel.run(source, name)
        assert (result.error is None) == (name != "broken"), result.error
    return kernel


def shown(served, expression):
    return served.run(f"print({expression})").stdout.strip()


def test_the_guilty_line_is_named(served):
    said = shown(served, "asgi_nb.traffic['GET /block'][-1].blocked[0]")

    assert said.startswith("<get_block held the server's loop for ")
    assert "line 3: time.sleep(1)  # the guilty one" in said
    assert "Cell In[" in said


def test_layers_and_stages_are_told(served):
    spans = shown(served, "asgi_nb.traffic['GET /block'][-1].spans")
    stages = shown(served, "[name for name, _ in asgi_nb.traffic['GET /block'][-1].timing.stages()]")

    assert "response: added x-cell: here" in spans
    assert spans.splitlines()[1].startswith("  <endpoint get_block [")
    assert "'endpoint_start', 'endpoint_end', 'response_start'" in stages


def test_events_are_read_from_the_stream(served):
    said = shown(
        served, "[(e.event, e.id, e.json()) for e in asgi_nb.traffic['GET /events'][-1].response.events]"
    )

    assert said == "[('tick', '0', {'n': 0}), ('tick', '1', {'n': 1})]"


def test_a_handler_on_the_kernels_loop_is_told_as_such(served):
    assert shown(served, "[s.kind for s in asgi_nb.traffic['GET /kernel'][-1].slices]") == "['kernel']"


def test_a_cell_with_a_mistake_is_named_where_its_route_is_missed(served):
    said = shown(served, "asgi_nb.traffic['GET /broken'][-1].routing")

    assert re.search(
        r"^Cell In\[\d+\] defines GET /broken, but it failed: CellError: invalid syntax", said, re.M
    )


def test_a_cell_that_ran_again_has_changed_since(served):
    served.run("%%asgi_route GET /block\nreturn 'mended'", "block")

    said = shown(served, "asgi_nb.traffic['GET /block'][-1].origin_state")
    source = shown(served, "asgi_nb.traffic['GET /block'][-1].origin.source")

    assert said == "changed"
    assert "the guilty one" in source
