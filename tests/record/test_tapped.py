"""Of an open WebSocket the tap takes notes; they read as what the recorder would have written."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.record.exchange import MESSAGE_OVERHEAD
from asgi_nb.record.line import Injected
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.ring import NOTE, PENDING, RING_COUNT, SHORT, STRIDE
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.tapped import tapped

SCOPE = {"type": "websocket", "path": "/chat", "headers": [], "subprotocols": []}
ACCEPT = {"type": "websocket.accept"}
HELLO = {"type": "websocket.receive", "text": "hello"}
REPLY = {"type": "websocket.send", "text": "tea"}

# So many messages are counted together.
FULL = PENDING // (NOTE + len("hello")) + 1


def converse(script, *, store=None, look=lambda store: None):
    """Let a server and an app say what the script has, through a tap."""
    store = Store() if store is None else store

    async def app(scope, receive, send):
        for way, message in script:
            if way == "receive":
                assert await receive() is message
            else:
                await send(message)
        look(store)

    waiting = iter([message for way, message in script if way == "receive"])

    async def receive():
        return next(waiting)

    async def send(message):
        pass

    asyncio.run(Tap(app, store)(dict(SCOPE), receive, send))
    return store[-1]


def described(exchange):
    websocket = exchange.websocket
    return (
        exchange.state,
        [fault.text for fault in exchange.faults],
        exchange.kept_size,
        (websocket.received_count, websocket.sent_count, websocket.received_size, websocket.sent_size),
        (websocket.dropped_count, websocket.kept_size, websocket.accepted),
        websocket.close and (websocket.close.code, websocket.close.by),
        [
            (one.number, one.direction, one.is_text, one.size, one.data, one.injected)
            for one in websocket.messages
        ],
    )


PAYLOADS = st.sampled_from(
    [None, "", "tea", "thé \ud800", b"", b"\xff", bytearray(b"x"), 3, "x" * SHORT, "é" * (SHORT + 1)]
)
KINDS = st.sampled_from(
    ["websocket.receive", "websocket.send"] * 6
    + ["websocket.accept", "websocket.close", "websocket.disconnect", "websocket.connect", "x", None]
)
ENTRIES = st.dictionaries(st.sampled_from(["text", "bytes", "code", "x"]), PAYLOADS, max_size=3)
MESSAGES = st.builds(
    lambda kind, entries, make: make({"type": kind} | entries),
    KINDS,
    ENTRIES,
    st.sampled_from([dict, dict, dict, Injected]),
)
PAIRS = st.one_of(
    st.just(("receive", HELLO)),
    st.just(("send", REPLY)),
    st.tuples(st.sampled_from(["receive", "send"]), MESSAGES),
)


@settings(max_examples=300, deadline=None)
@given(script=st.lists(PAIRS, max_size=100), accepts=st.booleans())
def test_notes_read_as_what_the_recorder_writes_of_the_same_messages(script, accepts):
    script = [("send", ACCEPT)] * accepts + script
    recorder = Recorder(SCOPE, 0.0)
    for way, message in script:
        recorder.feed(way, message, 1)
    recorder.finish(1)

    assert described(converse(script)) == described(recorder.exchange)


def test_a_note_has_its_time_and_the_number_of_its_exchange():
    exchange = converse([("send", ACCEPT), ("receive", HELLO), ("send", REPLY)])

    received, sent = exchange.websocket.messages
    assert exchange.websocket.accepted_ns <= received.at_ns <= sent.at_ns <= exchange.app_exit_ns
    assert received.seq == sent.seq == exchange.seq == 1


def test_a_message_is_as_it_was_when_it_went_by():
    message = dict(HELLO)

    exchange = converse(
        [("send", ACCEPT), ("receive", message)], look=lambda store: message.update(text="changed")
    )

    assert exchange.websocket.messages[0].text == "hello"


def test_a_session_under_way_is_in_the_stores_account():
    found = []
    script = [("send", ACCEPT), *[("receive", dict(HELLO))] * FULL]

    converse(script, look=lambda store: found.append(store[-1].kept_size))
    before = converse([("send", ACCEPT)]).kept_size

    assert found[0] > before + (FULL - 1) * len("hello")


def test_who_looks_at_a_session_under_way_sees_all_that_went_by():
    found = []

    converse(
        [("send", ACCEPT), ("receive", HELLO), ("send", REPLY)],
        look=lambda store: found.append(
            (repr(store[-1].websocket), [one.text for one in store[-1].websocket.messages])
        ),
    )

    assert found == [("<WebSocket open: 1 received, 1 sent>", ["hello", "tea"])]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(HELLO, id="text"),
        pytest.param({"type": "websocket.receive", "bytes": b"\xff" * SHORT}, id="bytes"),
        pytest.param({"type": "websocket.receive", "text": "x" * (SHORT + 1)}, id="longer-text"),
    ],
)
def test_the_account_is_never_wrong_by_more_than_what_may_wait(message):
    wrong = []

    def look():
        exchange = store[-1]
        kept = [payload for _, (_, _, payload, _) in exchange.websocket.numbered()]
        weighs = sum(len(payload) + MESSAGE_OVERHEAD for payload in kept)
        wrong.append(before + weighs - exchange.kept_size)

    async def app(scope, receive, send):
        await send(ACCEPT)
        for _ in range(FULL + 10):
            await receive()
            look()

    async def receive():
        return message

    async def send(message):
        pass

    store = Store()
    before = converse([("send", ACCEPT)]).kept_size
    asyncio.run(Tap(app, store)(dict(SCOPE), receive, send))

    assert 0 <= min(wrong) <= max(wrong) <= PENDING
    assert NOTE == MESSAGE_OVERHEAD


def test_who_reads_in_another_thread_meanwhile_sees_whole_messages_in_order():
    store = Store()
    seen, is_over = [], threading.Event()

    def read():
        while not is_over.is_set():
            for exchange in store:
                seen.append([(one.number, one.text) for one in exchange.websocket.messages])

    reader = threading.Thread(target=read)
    reader.start()
    script = [("send", {**REPLY, "text": f"{number}"}) for number in range(1, 3 * FULL)]
    try:
        websocket = converse([("send", ACCEPT), *script], store=store).websocket
    finally:
        is_over.set()
        reader.join()

    assert websocket.sent_count == len(script)
    assert all(text == f"{number}" for messages in seen for number, text in messages)
    assert all(numbers == sorted(numbers) for numbers in seen)


def test_a_watch_is_woken_by_each_message():
    store = Store()
    woken, taken = [], []
    watch = store.watch(lambda: woken.append(watch.take() if taken else None))

    def look(store):
        taken.append(watch.take())

    converse([("send", ACCEPT), ("receive", HELLO)], store=store, look=look)

    assert taken == [[1]]
    assert len(woken) == 2


def test_a_session_of_many_messages_keeps_the_last_ones():
    script = [("send", ACCEPT), *(("send", {**REPLY, "text": str(n)}) for n in range(RING_COUNT + 100))]

    websocket = converse(script).websocket

    assert (websocket.sent_count, websocket.dropped_count) == (RING_COUNT + 100, 100)
    assert (websocket.messages[0].number, websocket.messages[0].text) == (101, "100")
    assert len(websocket.notes) == RING_COUNT * STRIDE


def test_only_both_methods_of_one_session_are_a_session():
    pairs = []

    async def app(scope, receive, send):
        pairs.append((receive, send))

    for _ in range(2):
        asyncio.run(Tap(app, Store())(dict(SCOPE), app, app))
    (receive, send), (other, _) = pairs

    assert tapped(receive, send) is receive.__self__
    assert tapped(other, send) is tapped(receive, app) is tapped(app, send) is None


@pytest.mark.parametrize("message", [REPLY, {"type": "websocket.send", "text": "x" * (SHORT + 1)}])
def test_a_client_that_has_gone_aborts_the_session(message):
    async def app(scope, receive, send):
        await send(ACCEPT)
        await send(message)

    async def send(message):
        if message is not ACCEPT:
            raise OSError("gone")

    store = Store()
    with pytest.raises(OSError, match="gone"):
        asyncio.run(Tap(app, store)(dict(SCOPE), send, send))

    assert (store[-1].state, store[-1].websocket.sent_count) == ("aborted", 1)
