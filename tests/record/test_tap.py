"""The tap passes everything on, and what it saw is in the store."""

import asyncio
import contextvars
import copy
import importlib
import tracemalloc

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.exchange import Origin, current_exchange
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.wire import Wire

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
BODY = {"type": "http.response.body", "body": b'{"name": "tea"}'}
ORIGIN = Origin("c1", 3, "ab12", "items", "cell.py", 1)


async def answer(scope, receive, send):
    await receive()
    await send(START)
    await send(BODY)


class Cells:
    """A provenance that knows one cell."""

    scope_key = "cells"

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
async def test_a_wire_that_tells_of_its_messages_is_not_wrapped(store, make_scope, wire):
    line, given = wire(), []

    async def app(scope, receive, send):
        given.append((receive, send))

    await Tap(app, store)(make_scope(), line.receive, line.send)

    assert (given == [(line.receive, line.send)]) == hasattr(line, "listener")


@pytest.mark.anyio
async def test_two_taps_on_one_wire_both_see_its_messages(store, make_scope, wire):
    line, outer = wire(), Store()

    await Tap(Tap(answer, store), outer)(make_scope(), line.receive, line.send)

    assert store[-1].response.json() == outer[-1].response.json() == {"name": "tea"}
    assert line.sent == [START, BODY]


@pytest.mark.anyio
@pytest.mark.parametrize("fails", [False, True])
async def test_what_a_server_says_after_the_app_is_not_the_apps(store, make_scope, wire, fails):
    line = wire({"type": "http.request"})

    async def app(scope, receive, send):
        await answer(scope, receive, send)
        if fails:
            raise ValueError("no tea left")

    try:
        await Tap(app, store)(make_scope(), line.receive, line.send)
    except ValueError:
        pass
    await line.send(START)

    assert (store[-1].faults, store[-1].status) == ([], 200)


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


@pytest.mark.anyio
async def test_a_cell_is_asked_for_once(call):
    cells = Cells()

    await call(answer, provenance=cells)

    assert len(cells.asked) == 1


@pytest.mark.anyio
async def test_a_socket_asks_for_its_cell_once(call, make_scope):
    cells = Cells()

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    await call(app, scope=make_scope("websocket"), provenance=cells)

    assert len(cells.asked) == 1


@pytest.mark.anyio
async def test_a_request_that_is_never_answered_still_has_its_cell(call, store):
    async def app(scope, receive, send):
        raise ValueError

    with pytest.raises(ValueError):
        await call(app, provenance=Cells())

    assert store[-1].origin is ORIGIN


@pytest.mark.anyio
async def test_a_route_in_a_mount_has_the_mounts_prefix(call, store, make_scope):
    class Route:
        path = "/items/{id}"

    async def app(scope, receive, send):
        scope["root_path"] = "/proxy/v1"
        scope["route"] = Route()
        await answer(scope, receive, send)

    await call(app, scope=make_scope(root_path="/proxy", path="/proxy/v1/items/3"))

    assert store[-1].route_path == "/v1/items/{id}"


@pytest.mark.anyio
async def test_a_mount_is_named_by_its_own_prefix(call, store):
    class Mount:
        path = "/v1"
        routes = ()

    async def app(scope, receive, send):
        scope["root_path"] = "/v1"
        scope["route"] = Mount()
        await answer(scope, receive, send)

    await call(app)

    assert store[-1].route_path == "/v1"


@pytest.mark.anyio
async def test_a_body_that_nobody_reads_is_not_recorded(call, store):
    async def app(scope, receive, send):
        await send(START)
        await send(BODY)

    await call(app, {"type": "http.request", "body": b"unread"})

    assert store[-1].request.body.size == 0


@pytest.mark.anyio
async def test_a_cancelled_request_is_aborted_and_stays_cancelled(store, wire, make_scope):
    line = wire()
    reached = anyio.Event()

    async def app(scope, receive, send):
        await send(START)
        reached.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(Tap(app, store), make_scope(), line.receive, line.send)
        await reached.wait()
        group.cancel_scope.cancel()

    assert (store[-1].state, store[-1].error) == ("aborted", None)


@pytest.mark.anyio
async def test_a_client_that_is_gone_while_the_app_sends_aborts_the_exchange(store, wire, make_scope):
    async def send(message):
        raise BrokenPipeError("gone")

    with pytest.raises(BrokenPipeError):
        await Tap(answer, store)(make_scope(), wire({"type": "http.request"}).receive, send)

    assert (store[-1].state, store[-1].error.type) == ("aborted", "BrokenPipeError")


def test_a_coroutine_that_is_thrown_away_ends_its_exchange(store, wire, make_scope):
    line = wire()

    class Never:
        def __await__(self):
            yield

    async def app(scope, receive, send):
        await send(START)
        await Never()

    running = Tap(app, store)(make_scope(), line.receive, line.send)
    running.send(None)
    running.close()

    assert current_exchange.get() is None
    assert (store[-1].state, store[-1].finished) == ("aborted", True)


@pytest.mark.anyio
async def test_an_exchange_is_in_the_store_from_its_first_moment(call, store):
    states = []

    async def app(scope, receive, send):
        states.append(store[-1].state)
        await send(START)
        states.append(store[-1].state)
        await send(BODY)
        states.append(store[-1].state)

    await call(app)

    assert states == ["open", "streaming", "done"]
    assert store[-1].background >= 0


@pytest.mark.anyio
async def test_a_watcher_is_told_of_every_stage(call, store):
    watch = store.watch(lambda: None)
    told = []

    async def app(scope, receive, send):
        told.append(watch.take())
        await send(START)
        told.append(watch.take())
        await send(BODY)
        told.append(watch.take())

    await call(app)

    assert [*told, watch.take()] == [[1]] * 4


@pytest.mark.anyio
async def test_an_exchange_that_has_begun_is_recorded_to_its_end(call, store):
    async def app(scope, receive, send):
        store.recording = False
        await answer(scope, receive, send)

    await call(app)

    assert store[-1].state == "done"


def test_a_streamed_body_of_200_megabytes_costs_a_bounded_memory(make_scope):
    store = Store()
    chunk = bytes(1 << 16)
    count = 200 * (1 << 20) // len(chunk)

    async def app(scope, receive, send):
        await send(START)
        for _ in range(count):
            # Each chunk is an object of its own, as it is when it comes from a file or a socket.
            await send({"type": "http.response.body", "body": bytes(bytearray(chunk)), "more_body": True})
        await send({"type": "http.response.body"})

    async def send(message):
        pass

    tracemalloc.start()
    try:
        asyncio.run(Tap(app, store)(make_scope(), send, send))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    body = store[-1].response.body
    assert body.size == 200 * (1 << 20)
    assert (len(body.data), body.truncated, body.chunk_count) == (BODY_LIMIT, True, count + 1)
    assert peak < 4 * BODY_LIMIT


VALUES = st.none() | st.integers() | st.text(max_size=5) | st.binary(max_size=5) | st.booleans()
MESSAGE = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["http.response.start", "http.response.body", "http.disconnect", "websocket.send", "x"]
        )
    },
    optional={"status": VALUES, "body": VALUES, "headers": VALUES, "more_body": VALUES, "text": VALUES},
)


@settings(max_examples=100, deadline=None)
@given(incoming=st.lists(MESSAGE, max_size=4), outgoing=st.lists(MESSAGE, max_size=6), fails=st.booleans())
def test_the_app_and_the_server_see_the_same_with_and_without_the_tap(incoming, outgoing, fails):
    async def app(scope, receive, send):
        scope["seen"] = [await receive() for _ in incoming]
        for message in outgoing:
            await send(message)
        if fails:
            raise KeyError("tea")

    def run(app):
        waiting, sent = list(incoming), []

        async def receive():
            return waiting.pop(0)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "path": "/"}
        try:
            asyncio.run(app(scope, receive, send))
        except KeyError as exc:
            return scope["seen"], sent, exc.args
        return scope["seen"], sent, None

    before = copy.deepcopy((incoming, outgoing))
    plain, tapped = run(app), run(Tap(app, Store()))

    assert plain == tapped
    assert [id(message) for message in tapped[1]] == [id(message) for message in outgoing]
    assert (incoming, outgoing) == before


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("root_path", "path", "recorded"),
    [
        ("/proxy/8000", "/proxy/8000/items/3", "/items/3"),
        ("/proxy/8000", "/proxy/8000", "/"),
        ("/proxy/8000", "/proxy/80001", "/proxy/80001"),
        ("", "/items", "/items"),
    ],
)
async def test_a_proxys_prefix_is_no_part_of_the_recorded_path(
    call, store, make_scope, root_path, path, recorded
):
    await call(answer, scope=make_scope(root_path=root_path, path=path, raw_path=path.encode()))

    assert store[-1].request.path == recorded
    assert store[-1].request.raw_path == path.encode()


class EndingWire(Wire):
    """A server that tells its listener of the messages and of the app's end, as ours does."""

    tells_end = True

    async def receive(self):
        message = {"type": "http.request", "body": b"milk"}
        if self.listener is not None:
            self.listener.received(message)
        return message

    async def send(self, message):
        if self.listener is not None:
            self.listener.sent(message)

    async def run(self, app, scope):
        try:
            await app(scope, self.receive, self.send)
        except BaseException as exc:
            self.end(exc)
            raise
        self.end(None)

    def end(self, exc):
        listener, self.listener = self.listener, None
        listener.left(exc)


@pytest.fixture
def serve(store, make_scope):
    """Run an app behind a tap, for a server that tells when the app has left."""

    async def serve(app, **options):
        await EndingWire().run(Tap(app, store, **options), make_scope())

    return serve


def is_folded(store, seq):
    return isinstance(store._kept[seq], tuple)


@pytest.mark.anyio
async def test_what_nobody_holds_is_folded_at_its_end_and_nothing_is_lost(serve, store):
    await serve(answer, provenance=Cells())
    assert is_folded(store, 1)

    exchange = store[-1]
    assert (exchange.state, exchange.status, exchange.response.json()) == ("done", 200, {"name": "tea"})
    assert (exchange.request.text, exchange.request.path, exchange.origin) == ("milk", "/items/3", ORIGIN)
    assert exchange.app_exit_ns >= exchange.response_done_ns >= exchange.response_start_ns
    assert store[-1] is exchange is store[exchange.id]
    assert store.counts()["bytes"] == exchange.kept_size


@pytest.mark.anyio
async def test_an_exchange_that_the_app_keeps_is_the_one_in_the_store(serve, store):
    held = []

    async def app(scope, receive, send):
        held.append(current_exchange.get())
        await answer(scope, receive, send)

    await serve(app)

    assert store[-1] is held[0]
    assert current_exchange.get() is None


@pytest.mark.anyio
async def test_a_task_that_outlives_its_request_finds_its_exchange(serve, store):
    contexts = []

    async def app(scope, receive, send):
        contexts.append(contextvars.copy_context())
        await answer(scope, receive, send)

    await serve(app)

    assert contexts[0].run(current_exchange.get) is store[-1]


@pytest.mark.anyio
async def test_an_exception_is_recorded_where_the_server_tells_of_it(serve, store):
    async def app(scope, receive, send):
        raise ValueError("no tea left")

    with pytest.raises(ValueError, match="no tea left"):
        await serve(app, provenance=Cells())

    exchange = store[-1]
    assert (exchange.state, exchange.error.type, exchange.finished) == ("error", "ValueError", True)
    assert exchange.error.frames[-1].label == "Cell In[3]"


@pytest.mark.anyio
async def test_an_answer_that_is_missing_is_a_fault_where_the_server_tells_of_the_end(serve, store):
    async def app(scope, receive, send):
        await send(START)

    await serve(app)

    assert (store[-1].state, len(store[-1].faults)) == ("error", 1)


@pytest.mark.anyio
async def test_a_watcher_is_told_of_the_end_where_the_server_tells_of_it(serve, store):
    told = []
    watch = store.watch(
        lambda: told.append([(store.peek(seq).state, store.peek(seq).finished) for seq in watch.take()])
    )

    await serve(answer)

    assert told[0] == [("open", False)]
    assert told[-1] == [("done", True)]


@pytest.mark.anyio
async def test_a_session_keeps_the_very_exchanges_that_the_store_has(serve, store):
    with store.record() as session:
        await serve(answer)

    assert session[-1] is store[-1]


@pytest.mark.anyio
async def test_a_tap_inside_of_another_one_records_as_well(store, make_scope):
    outer = Store()

    await EndingWire().run(Tap(Tap(answer, store), outer), make_scope())

    assert store[-1].response.json() == outer[-1].response.json() == {"name": "tea"}


@pytest.mark.parametrize("toolkit", ["asgi_nb.web", "starlette"])
def test_a_test_client_takes_a_tapped_app_for_what_it_is(store, toolkit):
    testclient = importlib.import_module(f"{toolkit}.testclient")

    response = testclient.TestClient(Tap(answer, store)).get("/items/3")

    assert response.json() == store[-1].response.json() == {"name": "tea"}
