"""What happened inside of a request stands in an archive, for others to pass over and for us to read."""

import json
import time

import anyio
import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.record.export.har_reader import HarError, load_har
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.samples import Sample
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.websocket import WebSocketMessage
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.testclient import TestClient

SECRET = "s3cr3t-value"


@pytest.fixture
def traced():
    """The exchange of a request through a layer to a handler that waits, holds the loop and leaves a task."""
    app, store = LiveApp(PlainNotebook()), Store()

    @app.get("/reset/{token}")
    async def reset(request, token):
        await anyio.sleep(0)
        time.sleep(0.11)  # What is tested is that it is seen.
        return PlainTextResponse("x", background=BackgroundTask(len, "later"))

    @app.get("/reset/{token}/again")
    def again(request, token):
        return token

    app.define_middleware(
        "response = await call_next(request)\n"
        "response.headers['x-layer'] = 'here'\n"
        f"response.headers['x-api-key'] = '{SECRET}'\n"
        "return response"
    )
    tap = Tap(app, store, provenance=app)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    TestClient(recorded).get(f"/reset/{SECRET}?a=1")
    [exchange] = store
    [run] = [run for run in exchange.trace.runs if run[1] == "endpoint"]
    exchange.trace.samples = [Sample(run[-2], "Cell In[3]", 2, "reset", f"password = '{SECRET}'", True)]
    exchange.add_output(OutputRecord(1, "stdout", "tea\n"))
    return exchange


def own(exchange, **options):
    archive = json.loads(json.dumps(exchange.to_har(**options)))
    return archive["log"]["entries"][0]["_asgi_nb"], archive


def test_stages_are_told_in_milliseconds(traced):
    fields, _ = own(traced)

    assert list(fields["stages"]) == [name for name, _ in traced.timing.stages()]
    assert fields["stages"]["endpoint_end"] == traced.timing.endpoint_end / 1e6


def test_what_happened_inside_comes_back(traced):
    _, archive = own(traced, secrets=True)

    [back] = load_har(archive)

    assert back.timing == traced.timing
    assert list(back.spans) == list(traced.spans)
    assert list(back.routing) == list(traced.routing)
    assert list(back.slices) == list(traced.slices)
    assert back.blocked == traced.blocked
    assert back.background_tasks == traced.background_tasks
    assert back.output == traced.output


def test_an_archive_holds_no_secret_of_what_happened_inside(traced):
    fields, archive = own(traced)

    assert SECRET not in json.dumps(archive)
    assert archive["log"]["entries"][0]["request"]["url"].endswith("/reset/***?a=1")
    [back] = load_har(archive)
    assert (back.request.path, back.path_params) == ("/reset/•••", {"token": "•••"})
    assert back.blocked[0].text == "password = '•••'"
    assert "x-layer" in repr(back.spans)
    assert "***" in json.dumps(fields["trace"]["spans"])


def test_an_exchange_without_a_trace_says_nothing_of_it(make_exchange):
    fields, archive = own(make_exchange())

    assert "trace" not in fields
    assert "stages" not in fields
    assert load_har(archive)[0].trace is None


def test_a_message_that_came_from_the_notebook_is_marked(play, make_scope):
    exchange = play(("receive", {"type": "websocket.connect"}), scope=make_scope("websocket"))
    exchange.websocket.feed(WebSocketMessage(1, 5, "send", True, 2, b"me", 7, True))
    exchange.websocket.feed(WebSocketMessage(2, 6, "send", True, 3, b"app", 7))

    _, archive = own(exchange)

    written = archive["log"]["entries"][0]["_webSocketMessages"]
    assert [one.get("_asgi_nb_injected") for one in written] == [True, None]
    assert [one.injected for one in load_har(archive)[0].websocket.messages] == [True, False]


def spoiled(value):
    """A JSON value with each value inside of it replaced by one of another type, one at a time."""
    yield from (None, True, 2**70, 1e400, "x", [[]], {"x": 1})
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        for other in spoiled(inner):
            copy = value.copy()
            copy[key] = other
            yield copy


def test_whatever_stands_in_an_archive_is_read_or_refused_and_can_be_shown(make_exchange):
    exchange = make_exchange(received=b"x", body=b"y", headers=[(b"content-type", b"text/plain")])
    exchange.add_output(OutputRecord(1, "log", "text", "INFO", "shop"))
    exchange.add_fault(1, "a fault")
    entry = exchange.to_har()["log"]["entries"][0]
    refused = 0

    for other in spoiled(entry):
        try:
            [back] = load_har({"log": {"entries": [other]}})
        except HarError:
            refused += 1
        else:
            assert repr(back)
            assert back._repr_html_()
            assert back.to_har()
    assert refused > 300


def test_an_archive_that_is_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.har"
    path.write_text("[" * 100_000)

    with pytest.raises(HarError, match="it is not JSON"):
        load_har(path)
