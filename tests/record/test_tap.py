"""The tap passes everything on, and what it saw is in the store."""

import pytest

from asgi_nb.record.exchange import Origin, current_exchange
from asgi_nb.record.tap import Tap

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
BODY = {"type": "http.response.body", "body": b'{"name": "tea"}'}
ORIGIN = Origin("c1", 3, "ab12", "items", "cell.py", 1)


async def answer(scope, receive, send):
    await receive()
    await send(START)
    await send(BODY)


class Cells:
    """A provenance that knows one cell."""

    def __init__(self):
        self.asked = []

    def origin(self, scope):
        self.asked.append(scope)
        return ORIGIN

    def frame_label(self, filename):
        return "Cell In[3]" if filename == __file__ else None


@pytest.mark.anyio
async def test_a_response_is_json_in_the_next_cell(call, store):
    await call(answer, {"type": "http.request", "body": b""})

    assert store[-1].response.json() == {"name": "tea"}


@pytest.mark.anyio
async def test_messages_go_on_as_the_same_objects(call):
    request = {"type": "http.request", "body": b"x"}
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        await send(START)
        await send(BODY)

    wire = await call(app, request)

    assert seen[0] is request
    assert [id(message) for message in wire.sent] == [id(START), id(BODY)]


@pytest.mark.anyio
async def test_the_app_gets_the_servers_own_scope(call, make_scope):
    scope, seen = make_scope(), []

    async def app(scope, receive, send):
        seen.append(scope)
        await answer(scope, receive, send)

    await call(app, scope=scope)

    assert seen[0] is scope


@pytest.mark.anyio
async def test_lifespan_passes_by_unrecorded(store, wire):
    line = wire({"type": "lifespan.startup"})

    async def app(scope, receive, send):
        assert receive == line.receive
        await receive()
        await send({"type": "lifespan.startup.complete"})

    await Tap(app, store)({"type": "lifespan"}, line.receive, line.send)

    assert line.sent == [{"type": "lifespan.startup.complete"}]
    assert len(store) == 0


@pytest.mark.anyio
async def test_nothing_is_recorded_while_recording_is_off(call, store):
    store.recording = False

    await call(answer)

    assert len(store) == 0


@pytest.mark.anyio
async def test_an_exception_passes_through_and_is_recorded_with_its_cell(call, store):
    failure = ZeroDivisionError("no tea left")

    async def app(scope, receive, send):
        raise failure

    with pytest.raises(ZeroDivisionError) as caught:
        await call(app, provenance=Cells())

    assert caught.value is failure
    assert store[-1].state == "error"
    assert store[-1].error.frames[0].label == "Cell In[3]"
    assert store[-1].error.frames[0].source == "raise failure"


@pytest.mark.anyio
async def test_current_exchange_is_set_while_the_app_runs_and_only_then(call, store):
    seen = []

    async def app(scope, receive, send):
        seen.append(current_exchange.get())
        await answer(scope, receive, send)

    await call(app)

    assert seen == [store[-1]]
    assert current_exchange.get() is None


@pytest.mark.anyio
async def test_the_cell_and_the_route_are_known_when_the_response_starts(call, store):
    class Route:
        path = "/items/{id}"

    async def app(scope, receive, send):
        scope["route"] = Route()
        scope["path_params"] = {"id": 3}
        await send(START)
        exchange = store[-1]
        assert (exchange.origin, exchange.route_path, exchange.path_params) == (
            ORIGIN,
            "/items/{id}",
            {"id": 3},
        )
        await send(BODY)

    await call(app, provenance=Cells())

    assert store["GET /items/{id}"] == [store[-1]]


@pytest.mark.anyio
async def test_a_provenance_that_fails_is_a_fault_and_no_error(call, store):
    class Broken(Cells):
        def origin(self, scope):
            raise LookupError("no such cell")

    wire = await call(answer, provenance=Broken())

    assert wire.sent == [START, BODY]
    assert "LookupError: no such cell" in str(store[-1].faults[0])
    assert store[-1].state == "done"
