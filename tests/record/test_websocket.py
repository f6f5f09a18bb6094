"""A session's messages are kept in a bounded ring, and read as text and JSON."""

import gc

import pytest

from asgi_nb.record.ring import RING_BYTES, RING_COUNT
from asgi_nb.record.websocket import WebSocketMessage, WebSocketRecord


def message(number, data=b"x", direction="send", is_text=True):
    return WebSocketMessage(number, number * 1000, direction, is_text, len(data), data, 4)


def test_the_oldest_messages_are_dropped_and_counted():
    websocket = WebSocketRecord()

    for number in range(1, RING_COUNT + 11):
        websocket.feed(message(number))

    assert len(websocket.messages) == RING_COUNT
    assert websocket.messages[0].number == 11
    assert (websocket.dropped_count, websocket.sent_count, websocket.kept_size) == (
        10,
        RING_COUNT + 10,
        RING_COUNT,
    )


def test_a_ring_is_bounded_in_bytes():
    websocket = WebSocketRecord()
    size = 1 << 16

    for number in range(100):
        websocket.feed(message(number, bytes(size), is_text=False))

    assert websocket.kept_size == RING_BYTES
    assert len(websocket.messages) == RING_BYTES // size
    assert websocket.sent_size == 100 * size


def test_messages_are_a_copy():
    websocket = WebSocketRecord()
    websocket.feed(message(1))

    websocket.messages.clear()

    assert len(websocket.messages) == 1


def test_a_message_is_json_in_the_next_cell():
    assert message(1, b'{"a": [1]}').json() == {"a": [1]}


def test_a_message_that_is_no_json_says_which():
    with pytest.raises(ValueError, match="WebSocket message 3 of exchange 4 is not JSON: Expecting value"):
        message(3, b"hello").json()


def test_a_message_that_was_cut_is_no_json():
    cut = WebSocketMessage(3, 0, "send", True, 100, b'{"a": 1}', 4)

    with pytest.raises(ValueError, match="was cut: 8 of 100 bytes are kept"):
        cut.json()


def test_repr_is_one_masked_line():
    text = repr(message(2, b'{"token": "hunter2",\n"a": "\x1b"}', "receive"))

    assert text == ('<WebSocketMessage 2 receive text 30 bytes: {"token": "•••",\\n"a": "\\x1b"}>')


def test_binary_is_shown_in_hexadecimal():
    assert message(1, b"\x00\xff", is_text=False).preview() == ("00 ff", 0)


def test_the_garbage_collector_leaves_messages_out():
    websocket = WebSocketRecord()
    for number in range(3):
        websocket.feed(message(number))
    gc.collect()

    assert not any(map(gc.is_tracked, websocket.notes))
    assert [one.number for one in websocket.messages] == [0, 1, 2]
