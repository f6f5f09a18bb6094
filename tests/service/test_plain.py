"""A plain request is kept as the bytes that it was, and reads as if its messages had been recorded."""

import asyncio
import contextvars
import gc
import http.client
import json
import socket
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.live.tracing import trace_endpoint
from asgi_nb.record.batch import Batch
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange, current_exchange
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.plain import PLAIN_LIMIT
from asgi_nb.record.plain_notes import parse_head
from asgi_nb.record.runs import CALLED, HEAD
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.portal import spawn
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import Response

pytest.importorskip("httptools", reason="the plain form is that of the parser in C")

# What differs between two runs of one request.
OWN = {"seq", "id", "keeper", "clock_ns", "draft", "charged", "started_at", "client", "kept_size"} | {
    "trace",
    "line",
    "_times",
}


def start(*headers, status=200, **rest):
    return {"type": "http.response.start", "status": status, "headers": list(headers), **rest}


def body(data=b"", more_body=False):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


TEXT, LENGTH_3 = (b"content-type", b"text/plain"), (b"content-length", b"3")


def view(value, name=""):
    """What an exchange holds, as plain values, with moments as whether there were any."""
    if hasattr(value, "__slots__"):
        names = {one for kind in type(value).__mro__ for one in getattr(kind, "__slots__", ())}
        return {one: view(getattr(value, one), one) for one in names - OWN}
    if isinstance(value, list | tuple):
        return [view(one) for one in value]
    if name.endswith("_ns"):
        return value is not None
    return bytes(value) if isinstance(value, bytearray) else value


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def record(serve, store):
    """Serve an app behind a tap."""

    def record(app, **options):
        async def requests_only(scope, receive, send):
            if scope["type"] == "lifespan":
                raise RuntimeError("no lifespan here")
            await app(scope, receive, send)

        return serve(Tap(requests_only, store), **options)

    return record


@pytest.fixture
def ask(talk):
    """Send one request, and have the connection closed by the next one, which nobody answers."""

    def ask(service, head=b"GET /items/3?q=tea HTTP/1.1", *fields, data=b""):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
            lines = [head, b"Host: 127.0.0.1:%d" % service.port, b"X-Mixed: Case", *fields]
            peer.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + data)
            response = http.client.HTTPResponse(peer, method=head.partition(b" ")[0].decode())
            response.begin()
            return response.read()

    return ask


def answering(*messages, reads=0):
    async def app(scope, receive, send):
        for _ in range(reads):
            await receive()
        for message in messages:
            await send(message)

    return app


def is_plain(store, seq):
    """Whether what is kept of a request is the bytes that it was."""
    store.settle()
    kept = store._kept[seq]
    if isinstance(kept, Batch):
        return True
    return isinstance(kept, tuple) and any(isinstance(one, bytes) and b"HTTP/1.1" in one for one in kept)


ANSWERS = [
    pytest.param([start(TEXT, LENGTH_3), body(b"tea")], True, id="text"),
    pytest.param([start(LENGTH_3), {"type": "http.response.body", "body": b"tea"}], True, id="no-more-body"),
    pytest.param([start((b"content-length", b"0")), body()], True, id="empty"),
    pytest.param([start(status=204), body()], True, id="no-content"),
    pytest.param(
        [start((b"a", b"1"), (b"a", b" 2: 3 "), LENGTH_3, status=404), body(b"tea")], True, id="fields"
    ),
    pytest.param([start((b"a", b""), LENGTH_3), body(b"tea")], True, id="empty-value"),
    pytest.param([start((b"A", b"1"), LENGTH_3), body(b"tea")], False, id="a-name-in-capitals"),
    pytest.param([start(TEXT), body(b"tea")], False, id="chunked"),
    pytest.param([start(LENGTH_3, (b"connection", b"close")), body(b"tea")], True, id="closing"),
    pytest.param([start(LENGTH_3), body(b"t", True), body(b"ea")], False, id="in-pieces"),
    pytest.param([start(LENGTH_3, trailers=False), body(b"tea")], False, id="more-in-the-message"),
    pytest.param(
        [start((b"content-length", b"%d" % PLAIN_LIMIT)), body(b"x" * PLAIN_LIMIT)], False, id="large"
    ),
]


@pytest.mark.parametrize(("messages", "plain"), ANSWERS)
def test_a_plain_answer_reads_as_if_it_had_been_recorded(record, ask, store, messages, plain):
    service = record(answering(*messages))
    ask(service)
    assert is_plain(store, 1) == plain

    # Whoever keeps a session has each message recorded.
    with store.record():
        ask(service)

    assert view(store[0]) == view(store[1])
    assert store[0].state == "done"
    assert store[0].request.headers[1:] == ((b"x-mixed", b"Case"),)
    assert (store[0].request.path, store[0].request.query_string) == ("/items/3", b"q=tea")


@pytest.mark.parametrize(
    ("head", "fields", "data", "reads", "plain"),
    [
        pytest.param(b"POST /items HTTP/1.1", [b"Content-Length: 3"], b"tea", 1, True, id="body"),
        pytest.param(b"POST /items HTTP/1.1", [b"Content-Length: 3"], b"tea", 0, True, id="unread-body"),
        pytest.param(b"GET /items HTTP/1.1", [], b"", 1, True, id="no-body"),
        pytest.param(b"GET /%C3%A9?a=%20 HTTP/1.1", [], b"", 0, True, id="percent"),
        pytest.param(b"OPTIONS * HTTP/1.1", [], b"", 0, True, id="asterisk"),
        pytest.param(b"HEAD /items HTTP/1.1", [], b"", 0, False, id="head"),
        pytest.param(b"GET /items HTTP/1.0", [], b"", 0, False, id="old"),
        pytest.param(b"GET /items HTTP/1.1", [b"Connection: close"], b"", 0, False, id="closing"),
        pytest.param(
            b"POST /items HTTP/1.1", [b"Content-Length: 5000"], b"x" * 5000, 1, False, id="large-body"
        ),
        pytest.param(
            b"POST /items HTTP/1.1",
            [b"Transfer-Encoding: chunked"],
            b"3\r\ntea\r\n0\r\n\r\n",
            1,
            False,
            id="chunked-body",
        ),
        pytest.param(b"GET /items HTTP/1.1", [b"X-Forwarded-Prefix: /p"], b"", 0, False, id="prefix"),
        pytest.param(b"GET /items HTTP/1.1", [b"X-Forwarded-For: 10.0.0.7"], b"", 0, False, id="proxied"),
        pytest.param(b"GET /items HTTP/1.1", [b"Cookie: a=b"], b"", 0, True, id="cookie"),
        pytest.param(b"GET /items HTTP/1.1", [b"Cookie: a=b; _xsrf=c"], b"", 0, False, id="jupyters-cookie"),
    ],
)
def test_a_plain_request_reads_as_if_it_had_been_recorded(
    record, ask, store, head, fields, data, reads, plain
):
    service = record(answering(start(TEXT, LENGTH_3), body(b"tea"), reads=reads))
    ask(service, head, *fields, data=data)
    assert is_plain(store, 1) == plain

    with store.record():
        ask(service, head, *fields, data=data)

    assert view(store[0]) == view(store[1])
    assert b"_xsrf" not in dict(store[0].request.headers).get(b"cookie", b"")


@given(
    status=st.integers(100, 599),
    own=st.lists(st.sampled_from([(b"date", b"today"), (b"server", b"us")]), unique=True),
    fields=st.lists(
        st.tuples(
            st.from_regex(rb"[a-z0-9-]{1,8}", fullmatch=True),
            st.binary(max_size=8).filter(lambda value: not set(value) & {*range(9), *range(10, 32), 127}),
        ),
        max_size=4,
    ),
)
def test_a_head_reads_as_it_was_made(status, own, fields):
    lines = [b"HTTP/1.1 %d Phrase" % status, *(name + b": " + value for name, value in [*own, *fields])]

    assert parse_head(b"\r\n".join(lines) + b"\r\n\r\n", len(own)) == (status, tuple(fields))


@pytest.fixture
def steps():
    """Let an app wait at each of its steps until the test says go."""

    class Steps:
        def __init__(self):
            self.reached = [threading.Event() for _ in range(3)]
            self.opened = {}

        async def at(self, number):
            # Without a worker thread, which other tests would count.
            gate, loop = asyncio.Event(), asyncio.get_running_loop()
            self.opened[number] = lambda: loop.call_soon_threadsafe(gate.set)
            self.reached[number].set()
            await gate.wait()

        async def answer(self, scope, receive, send):
            """An app that waits after each of its messages."""
            await receive()
            await self.at(0)
            await send(start(TEXT, LENGTH_3))
            await self.at(1)
            await send(body(b"tea"))
            await self.at(2)

        def look(self, number, seen=lambda: None):
            assert self.reached[number].wait(10)
            found = seen()
            self.opened.pop(number)()
            return found

    steps = Steps()
    yield steps
    for opened in steps.opened.values():
        opened()


@pytest.mark.parametrize("looks", [(0,), (1,), (2,), (0, 1, 2), ()])
def test_who_looks_while_it_runs_sees_each_stage_and_the_same_exchange(record, ask, store, steps, looks):
    service = record(steps.answer)
    asking = threading.Thread(target=ask, args=(service,))
    asking.start()
    seen = {
        number: steps.look(number, lambda n=number: (store[-1], store[-1].state) if n in looks else None)
        for number in range(3)
    }
    asking.join(10)
    spawn(asyncio.sleep, 0).result(10)

    states = {number: found[1] for number, found in seen.items() if found}
    assert states == {n: ["open", "streaming", "done"][n] for n in looks}
    assert all(found[0] is store[-1] for found in seen.values() if found)
    exchange = store[-1]
    assert (exchange.state, exchange.status, exchange.response.text) == ("done", 200, "tea")
    assert (exchange.faults, exchange.response.body.chunk_count) == ([], 1)
    moments = exchange.request_done_ns, exchange.response_start_ns, exchange.response_done_ns
    assert 0 < moments[0] <= moments[1] <= moments[2]


@pytest.mark.parametrize("looks_at", ["called", "returned", "started", "done", "never"])
@pytest.mark.parametrize("raises", [False, True])
def test_an_endpoint_in_one_step_ends_as_the_response_starts(record, ask, store, looks_at, raises):
    seen = []

    def look(moment):
        if moment == looks_at:
            seen.append(current_exchange.get().traced().runs[:])

    async def endpoint(request):
        look("called")
        return {"a": 1}

    traced = trace_endpoint(endpoint, "server")

    async def app(scope, receive, send):
        value = await traced(Request(scope, receive, send))
        look("returned")
        if raises:
            raise LookupError("no response")
        data = value.body if isinstance(value, Response) else json.dumps(value).encode()
        await send(start((b"content-length", b"%d" % len(data))))
        look("started")
        await send(body(data))
        look("done")

    service = record(app)
    ask(service)

    exchange = store[-1]
    (run,) = exchange.trace.runs
    assert run[:CALLED] == ["server", "endpoint", run[2]]
    assert len(run) == HEAD + 2
    assert exchange.clock_ns < run[CALLED] == run[HEAD] < run[HEAD + 1]
    assert exchange.state == ("error" if raises else "done")
    # Who looks before it ends sees no end.
    assert [len(runs) for runs in seen] == {"called": [0], "returned": [0], "never": []}.get(
        looks_at, [] if raises else [1]
    )


@pytest.mark.parametrize("looks", [(0,), (1,), (2,), ()])
@pytest.mark.parametrize("data", [b"", b"x" * 2000])
def test_who_looks_while_it_runs_finds_all_that_it_weighs(record, ask, store, steps, looks, data):
    service = record(steps.answer)
    head = b"POST /items HTTP/1.1", b"Content-Length: %d" % len(data)
    asking = threading.Thread(target=ask, args=(service, *head), kwargs={"data": data})
    asking.start()
    for number in range(3):
        steps.look(number, lambda n=number: store[-1].state if n in looks else None)
    asking.join(10)
    spawn(asyncio.sleep, 0).result(10)

    (exchange,) = store
    assert exchange.kept_size >= EXCHANGE_OVERHEAD + len(data) + len(b"tea")
    assert exchange.kept_size < EXCHANGE_OVERHEAD + len(data) + 500
    assert store.counts()["bytes"] == exchange.kept_size


def test_numbers_are_in_the_order_in_which_requests_began(record, ask, store, steps):
    async def app(scope, receive, send):
        if scope["path"] == "/slow":
            await steps.at(0)
        await send(start(LENGTH_3))
        await send(body(b"tea"))

    service = record(app)
    slow = threading.Thread(target=ask, args=(service, b"GET /slow HTTP/1.1"))
    slow.start()
    assert steps.reached[0].wait(10)
    for number in range(3):
        ask(service, b"GET /%d HTTP/1.1" % number)
    steps.look(0)
    slow.join(10)

    assert [exchange.request.path for exchange in store] == ["/slow", "/0", "/1", "/2"]
    assert [exchange.seq for exchange in store] == [1, 2, 3, 4]
    assert sorted(store, key=lambda one: one.started_at) == list(store)


def test_readers_on_other_threads_miss_nothing_and_see_nothing_twice(record, store):
    service = record(answering(start(TEXT, LENGTH_3), body(b"tea"), reads=1))
    done = threading.Event()
    failures = []

    def read():
        while not done.is_set():
            for exchange in store[-5:]:
                try:
                    if exchange.finished and (exchange.state, exchange.faults) != ("done", []):
                        failures.append((exchange, exchange.faults))
                except Exception as exc:  # noqa: BLE001 - handed to the test's own thread
                    failures.append(exc)

    def write():
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
        for number in range(300):
            connection.request("GET", f"/{number}")
            connection.getresponse().read()
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write) for _ in range(3)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join(30)
    done.set()
    for thread in readers:
        thread.join(10)

    assert failures == []
    assert [exchange.seq for exchange in store] == list(range(1, 901))
    assert {exchange.response.text for exchange in store} == {"tea"}
    assert store.counts()["bytes"] == sum(exchange.kept_size for exchange in store)


def test_what_nobody_reads_is_let_go_of_soon(record, ask, store):
    class Heavy:
        """Something that a handler keeps with its request."""

    held = []

    async def app(scope, receive, send):
        scope["heavy"] = heavy = Heavy()
        held.append(weakref.ref(heavy))
        del heavy
        await send(start(LENGTH_3))
        await send(body(b"tea"))

    service = record(app)
    ask(service)
    while store.ticker is not None:
        spawn(asyncio.sleep, 0.01).result(10)
    gc.collect()

    assert held[0]() is None
    assert is_plain(store, 1)


def test_a_watcher_hears_of_what_has_begun_and_of_its_end(record, ask, store):
    told = threading.Event()
    watch = store.watch(told.set)
    service = record(answering(start(LENGTH_3), body(b"tea")))

    ask(service)
    assert told.wait(10)
    seen = set(watch.take())
    while store.peek(1).state != "done":
        told.wait(10)
    seen.update(watch.take())

    assert seen == {1}


def test_a_session_that_is_opened_has_each_exchange_from_its_beginning(record, ask, store):
    service = record(answering(start(LENGTH_3), body(b"tea")))
    ask(service)
    with store.record() as session:
        ask(service)

    assert [exchange.seq for exchange in session] == [2]
    assert session[0] is store[1]


def test_two_taps_on_one_server_both_record(record, ask, store):
    outer = Store()
    service = record(Tap(answering(start(LENGTH_3), body(b"tea")), outer))

    ask(service)

    assert store[-1].response.text == outer[-1].response.text == "tea"


def test_an_exception_is_recorded_with_what_was_sent_before(record, ask, store):
    async def app(scope, receive, send):
        await send(start(LENGTH_3))
        raise ValueError("no tea left")

    service = record(app)
    with pytest.raises(http.client.HTTPException):
        ask(service)

    exchange = store[-1]
    assert (exchange.state, exchange.status, exchange.error.message) == ("error", 200, "no tea left")


def test_an_answer_that_is_missing_is_a_fault(record, ask, store):
    service = record(answering(start(LENGTH_3)))
    with pytest.raises(http.client.HTTPException):
        ask(service)

    assert (store[-1].state, len(store[-1].faults)) == ("error", 1)


def test_requests_that_come_together_are_recorded_apart(record, talk, store):
    service = record(answering(start(LENGTH_3), body(b"tea")))
    host = b"Host: 127.0.0.1:%d\r\n" % service.port
    requests = [b"GET /%d HTTP/1.1\r\n" % number + host for number in range(3)]

    talk(service, b"\r\n".join(requests) + b"Connection: close\r\n\r\n")

    assert [exchange.request.path for exchange in store] == ["/0", "/1", "/2"]
    assert {exchange.response.text for exchange in store} == {"tea"}


def test_code_that_runs_on_finds_its_exchange(record, ask, store):
    contexts = []

    async def app(scope, receive, send):
        contexts.append(contextvars.copy_context())
        await send(start(LENGTH_3))
        await send(body(b"tea"))

    ask(record(app))
    assert is_plain(store, 1)

    found = contexts[0].run(current_exchange.get)
    found.emit(OutputRecord(1, "stdout", "late\n"))

    assert isinstance(found, Exchange)
    assert found is store[-1] is contexts[0].run(current_exchange.get)
    assert store[-1].output[0].text == "late\n"


def test_code_that_runs_on_has_an_exchange_that_the_store_has_dropped(record, ask, store):
    contexts = []

    async def app(scope, receive, send):
        contexts.append(contextvars.copy_context())
        await send(start(LENGTH_3))
        await send(body(b"tea"))

    ask(record(app))
    store.clear()

    assert contexts[0].run(current_exchange.get).response.text == "tea"
    assert len(store) == 0


def test_a_store_that_is_full_drops_what_finished_first(record, ask, store):
    small = Store(max_exchanges=3)
    service = record(Tap(answering(start(LENGTH_3), body(b"tea")), small))
    for number in range(5):
        ask(service, b"GET /%d HTTP/1.1" % number)

    assert [exchange.request.path for exchange in small] == ["/2", "/3", "/4"]
    assert small.counts()["dropped"] == 2


def test_the_next_server_settles_what_the_last_one_left(record, ask, store):
    app = answering(start(LENGTH_3), body(b"tea"))
    first = record(app)
    ask(first)
    first.stop()

    ask(record(app))
    while store.ticker is not None:
        spawn(asyncio.sleep, 0.01).result(10)

    assert len(store._kept) == 2
