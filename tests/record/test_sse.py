"""Events are read from a stream as a browser would read them."""

import pytest

from asgi_nb.record.body import CHUNK_LIMIT, Body
from asgi_nb.record.sse import parse_events

STREAM = [(b"content-type", b"text/event-stream; charset=utf-8")]


def start(headers=STREAM):
    return ("send", {"type": "http.response.start", "status": 200, "headers": headers})


def chunk(body, more=True):
    return ("send", {"type": "http.response.body", "body": body, "more_body": more})


def read(text):
    return [(event.event, event.data, event.id, event.retry) for event in parse_events(text.encode())]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param("data: tea\n\n", [("message", "tea", "", None)], id="plain"),
        pytest.param("data:tea\n\n", [("message", "tea", "", None)], id="no-space"),
        pytest.param("data:  tea\n\n", [("message", " tea", "", None)], id="one-space-goes"),
        pytest.param("data: a\ndata: b\n\n", [("message", "a\nb", "", None)], id="several-lines"),
        pytest.param("data\n\n", [("message", "", "", None)], id="empty-data"),
        pytest.param("event: x\ndata: 1\n\ndata: 2\n\n", [("x", "1", "", None), ("message", "2", "", None)]),
        pytest.param("id: 7\n\ndata: 1\n\n", [("message", "1", "7", None)], id="an-id-stays"),
        pytest.param(
            "id: 7\ndata: 1\n\nid\ndata: 2\n\n", [("message", "1", "7", None), ("message", "2", "", None)]
        ),
        pytest.param("id: a\0b\ndata: 1\n\n", [("message", "1", "", None)], id="an-id-with-nul"),
        pytest.param("retry: 100\ndata: 1\n\n", [("message", "1", "", 100)], id="retry"),
        pytest.param("retry: soon\ndata: 1\n\n", [("message", "1", "", None)], id="no-number"),
        pytest.param(": note\nunknown: 1\ndata: 1\n\n", [("message", "1", "", None)], id="ignored-lines"),
        pytest.param("event: x\n\n", [], id="no-data-no-event"),
        pytest.param("data: 1\n", [], id="cut-off"),
        pytest.param("data: 1", [], id="cut-in-the-line"),
        pytest.param("\ufeffdata: 1\n\n", [("message", "1", "", None)], id="byte-order-mark"),
        pytest.param("data: 1\r\n\r\ndata: 2\r\r", [("message", "1", "", None), ("message", "2", "", None)]),
    ],
)
def test_a_stream_is_interpreted_as_the_standard_says(stream, events):
    assert read(stream) == events


def test_each_event_has_the_time_of_the_chunk_that_completed_it(play):
    exchange = play(start(), chunk(b"data: a\n\ndata:"), chunk(b" b\n\n"), chunk(b"", more=False))

    assert [(event.data, event.at_ns) for event in exchange.response.events] == [("a", 2000), ("b", 3000)]


def test_what_is_no_event_stream_has_no_events(make_exchange):
    assert make_exchange(body=b"data: a\n\n").response.events == []


def test_the_events_of_a_compressed_stream_have_no_times(make_exchange):
    import gzip

    headers = [*STREAM, (b"content-encoding", b"gzip")]
    exchange = make_exchange(body=gzip.compress(b"data: a\n\n"), headers=headers)

    assert [(event.data, event.at_ns) for event in exchange.response.events] == [("a", None)]


def test_an_event_reads_its_data_as_json_and_says_which_one_is_none(make_exchange):
    events = make_exchange(body=b'data: {"a": 1}\n\ndata: tea\n\n', headers=STREAM).response.events

    assert events[0].json() == {"a": 1}
    with pytest.raises(ValueError, match="the data of event 2 is not JSON"):
        events[1].json()


def test_an_event_shows_no_secrets(make_exchange):
    event = make_exchange(body=b'data: {"password": "hunter2"}\n\n', headers=STREAM).response.events[0]

    assert "hunter2" in event.data
    assert "hunter2" not in repr(event)


def test_a_streamed_body_tells_when_each_chunk_came(play):
    exchange = play(start([]), chunk(b"ab"), chunk(b"c"), chunk(b"", more=False))

    assert exchange.response.body.chunks == [(2000, 2), (3000, 1), (4000, 0)]


def test_a_body_in_one_piece_has_no_list_of_chunks(make_exchange):
    exchange = make_exchange(body=b"abc", received=b"x")

    assert (exchange.response.body.chunks, exchange.request.body.chunks) == ([], [])


def test_the_list_of_chunks_is_bounded():
    body = Body("response", ())

    kept = sum(body.time(number, 1) for number in range(CHUNK_LIMIT + 10))

    assert (len(body.chunks), kept) == (CHUNK_LIMIT, 16 * CHUNK_LIMIT)
