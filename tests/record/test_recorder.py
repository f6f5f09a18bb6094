"""Messages go in, an exchange comes out; nothing that goes in can make the recorder raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.record.exchange import FAULT_LIMIT
from asgi_nb.record.protocol import EXTENSIONS, HTTP, KNOWN, WEBSOCKET
from asgi_nb.record.recorder import Recorder

REQUEST = ("receive", {"type": "http.request", "body": b"ab", "more_body": False})
GONE = ("receive", {"type": "http.disconnect"})
START = ("send", {"type": "http.response.start", "status": 200, "headers": []})
OF_TWO = (
    "send",
    {"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"2")]},
)
EMPTY = ("send", {"type": "http.response.start", "status": 304, "headers": [(b"content-length", b"2")]})
MORE = ("send", {"type": "http.response.body", "body": b"x", "more_body": True})
BODY = ("send", {"type": "http.response.body", "body": b"y"})
PROMISE = ("send", {"type": "http.response.start", "status": 200, "trailers": True})
TRAILERS = ("send", {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]})

CONNECT = ("receive", {"type": "websocket.connect"})
ACCEPT = ("send", {"type": "websocket.accept"})
HELLO = ("receive", {"type": "websocket.receive", "text": "hello"})
REPLY = ("send", {"type": "websocket.send", "bytes": b"\x01\x02"})
CLOSE = ("send", {"type": "websocket.close", "code": 1001, "reason": "bye"})
LEFT = ("receive", {"type": "websocket.disconnect", "code": 1000})
DENY = ("send", {"type": "websocket.http.response.start", "status": 401, "headers": []})
DENIED = ("send", {"type": "websocket.http.response.body", "body": b"no"})


def sent(kind, **keys):
    return ("send", {"type": kind, **keys})


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        pytest.param(
            [BODY, START, BODY],
            "http.response.body is not allowed here: no response is started",
            id="body-first",
        ),
        pytest.param(
            [START, START, BODY],
            "http.response.start is not allowed here: the response is started",
            id="two-starts",
        ),
        pytest.param(
            [START, BODY, BODY],
            "http.response.body is not allowed here: the response is complete",
            id="after-the-end",
        ),
        pytest.param(
            [PROMISE, BODY], "the app returned, but the trailers are due", id="promised-trailers-do-not-come"
        ),
        pytest.param(
            [START, TRAILERS, BODY],
            "http.response.trailers is not allowed here: the response is started",
            id="trailers-without-a-promise",
        ),
        pytest.param([], "the app returned, but no response is started", id="no-response"),
        pytest.param([START, MORE], "the app returned, but the response is started", id="unfinished"),
        pytest.param(
            [("send", REQUEST[1]), START, BODY], "http.request is not a message to send", id="wrong-way"
        ),
        pytest.param(
            [("receive", BODY[1]), START, BODY], "http.response.body is not a message to receive", id="way-2"
        ),
        pytest.param(
            [REQUEST, REQUEST, START, BODY],
            "http.request came after the one that ended the body",
            id="request-twice",
        ),
        pytest.param(
            [sent("http.response.strat"), START, BODY],
            "unknown message type 'http.response.strat'",
            id="typo",
        ),
        pytest.param(
            [ACCEPT, START, BODY], "websocket.accept is not allowed here: no response is started", id="ws"
        ),
        pytest.param([sent(7), START, BODY], "message type must be a str, got 7", id="type-not-str"),
        pytest.param([("send", {}), START, BODY], "message has no 'type'", id="no-type"),
        pytest.param([("send", None), START, BODY], "message must be a dict, got NoneType", id="no-dict"),
        pytest.param(
            [("send", {"type": []}), START, BODY], "message type must be a str, got []", id="unhashable"
        ),
        pytest.param(
            [sent("http.response.start", status="200"), BODY],
            "http.response.start: status must be an int of three digits, got '200'",
            id="status-str",
        ),
        pytest.param(
            [sent("http.response.start"), BODY],
            "http.response.start: status must be an int of three digits, got None",
            id="no-status",
        ),
        pytest.param(
            [START, sent("http.response.body", body="text")],
            "http.response.body: body must be bytes, got str",
            id="body-str",
        ),
        pytest.param(
            [sent("http.response.start", status=200, headers=[("a", "b")]), BODY],
            "http.response.start: a header must be a pair of bytes, got (str, str)",
            id="header-str",
        ),
        pytest.param(
            [sent("http.response.start", status=200, headers=[b"ab", 1]), BODY],
            "http.response.start: a header must be a pair of bytes, got bytes",
            id="header-no-pair",
        ),
        pytest.param(
            [sent("http.response.start", status=200, headers={"a": "b"}), BODY],
            "http.response.start: headers must be a list, got dict; they are not recorded",
            id="headers-dict",
        ),
        pytest.param(
            [START, sent("http.response.pathsend", path="/tmp/x")],
            "http.response.pathsend was sent, but scope['extensions'] has no 'http.response.pathsend'",
            id="extension-not-offered",
        ),
    ],
)
def test_an_illegal_http_message_is_a_fault_and_never_raises(play, make_scope, script, fault):
    scope = make_scope(extensions={"http.response.trailers": {}})

    assert str(play(*script, scope=scope).faults[0]) == fault


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        pytest.param(
            [CONNECT, REPLY, ACCEPT],
            "websocket.send is not allowed here: the handshake is not answered",
            id="send-before-accept",
        ),
        pytest.param(
            [CONNECT, ACCEPT, ACCEPT],
            "websocket.accept is not allowed here: the socket is open",
            id="two-accepts",
        ),
        pytest.param(
            [CONNECT, ACCEPT, CLOSE, REPLY],
            "websocket.send is not allowed here: the app has closed the socket",
            id="send-after-close",
        ),
        pytest.param(
            [CONNECT, ACCEPT, LEFT, REPLY],
            "websocket.send is not allowed here: the socket is closed",
            id="send-after-disconnect",
        ),
        pytest.param([CONNECT], "the app returned, but the handshake is not answered", id="no-answer"),
        pytest.param(
            [CONNECT, DENY], "the app returned, but the denial response is started", id="half-a-denial"
        ),
        pytest.param(
            [ACCEPT, sent("websocket.send")],
            "websocket.send: exactly one of text and bytes must be set",
            id="neither",
        ),
        pytest.param(
            [ACCEPT, sent("websocket.send", text="a", bytes=b"a")],
            "websocket.send: exactly one of text and bytes must be set",
            id="both",
        ),
        pytest.param(
            [ACCEPT, sent("websocket.send", text=b"a")],
            "websocket.send: text must be a str, got bytes",
            id="text-bytes",
        ),
        pytest.param(
            [ACCEPT, sent("websocket.send", bytes="a")],
            "websocket.send: bytes must be bytes, got str",
            id="bytes-str",
        ),
        pytest.param(
            [ACCEPT, sent("websocket.close", code="1000")],
            "websocket.close: code must be an int, got '1000'",
            id="code-str",
        ),
        pytest.param(
            [ACCEPT, sent("websocket.close", reason=1)],
            "websocket.close: reason must be a str, got int",
            id="reason",
        ),
        pytest.param(
            [sent("websocket.accept", subprotocol="soap")],
            "websocket.accept: subprotocol 'soap' was not offered; the client offered chat",
            id="subprotocol",
        ),
    ],
)
def test_an_illegal_websocket_message_is_a_fault_and_never_raises(play, make_scope, script, fault):
    scope = make_scope("websocket", subprotocols=["chat"], extensions={"websocket.http.response": {}})

    assert str(play(*script, scope=scope).faults[0]) == fault


def test_a_whole_exchange_has_its_times_body_and_state(play):
    exchange = play(REQUEST, START, MORE, BODY)

    assert exchange.state == "done"
    assert exchange.faults == []
    assert exchange.request.body.data == b"ab"
    assert exchange.response.body.data == b"xy"
    assert exchange.request_done_ns == 1000
    assert exchange.response_start_ns == 2000
    assert exchange.response_done_ns == 4000
    assert exchange.app_exit_ns == 5000
    assert (exchange.duration, exchange.background) == (4e-6, 1e-6)


def test_trailers_end_a_response_that_promised_them(play, make_scope):
    exchange = play(PROMISE, BODY, TRAILERS, scope=make_scope(extensions={"http.response.trailers": {}}))

    assert exchange.state == "done"
    assert exchange.faults == []
    assert exchange.response.trailers == ((b"x-sum", b"1"),)


def test_a_file_sent_by_path_is_a_whole_response(play, make_scope):
    scope = make_scope(extensions={"http.response.pathsend": {}})

    exchange = play(START, sent("http.response.pathsend", path="/srv/tea.png"), scope=scope)

    assert (exchange.state, exchange.response.file, exchange.faults) == ("done", "/srv/tea.png", [])


def test_extensions_before_the_response_are_legal(play, make_scope):
    names = ("http.response.debug", "http.response.early_hint")
    scope = make_scope(extensions={name: {} for name in names})

    exchange = play(*(sent(name) for name in names), START, BODY, scope=scope)

    assert exchange.faults == []


def test_a_message_of_an_extension_that_only_the_server_knows_is_no_fault(play, make_scope):
    exchange = play(
        sent("http.response.tea"), START, BODY, scope=make_scope(extensions={"http.response.tea": {}})
    )

    assert exchange.faults == []


@pytest.mark.parametrize(
    ("script", "state"),
    [
        pytest.param([REQUEST, GONE], "aborted", id="before-the-response"),
        pytest.param([REQUEST, START, GONE], "aborted", id="in-the-response"),
        pytest.param([REQUEST, START, BODY, GONE], "done", id="after-the-response"),
        pytest.param([REQUEST, OF_TWO, MORE, GONE], "aborted", id="before-the-last-byte"),
        pytest.param([REQUEST, OF_TWO, MORE, MORE, GONE], "done", id="at-the-last-byte"),
        pytest.param([REQUEST, EMPTY, GONE], "done", id="with-nothing-to-come"),
    ],
)
def test_a_client_that_leaves_early_aborts_the_exchange(play, script, state):
    exchange = play(*script)

    assert (exchange.state, exchange.faults) == (state, [])


def test_a_session_counts_both_directions_and_tells_who_closed(play, make_scope):
    exchange = play(CONNECT, ACCEPT, HELLO, REPLY, HELLO, CLOSE, LEFT, scope=make_scope("websocket"))

    websocket = exchange.websocket
    assert (websocket.received_count, websocket.received_size) == (2, 10)
    assert (websocket.sent_count, websocket.sent_size) == (1, 2)
    assert [message.number for message in websocket.messages] == [1, 2, 3]
    assert (websocket.close.code, websocket.close.reason, websocket.close.by) == (1001, "bye", "app")
    assert (exchange.state, exchange.faults) == ("done", [])


def test_a_client_that_closes_is_told_as_such(play, make_scope):
    exchange = play(CONNECT, ACCEPT, LEFT, scope=make_scope("websocket"))

    assert (exchange.websocket.close.by, exchange.websocket.close.code, exchange.state) == (
        "client",
        1000,
        "done",
    )


def test_a_session_whose_app_fails_is_closed_by_the_error(play, make_scope):
    exchange = play(CONNECT, ACCEPT, scope=make_scope("websocket"), error=ValueError("cold"))

    assert (exchange.websocket.close.by, exchange.websocket.close.code, exchange.state) == (
        "error",
        None,
        "error",
    )


def test_a_denied_handshake_has_a_response_and_no_session(play, make_scope):
    scope = make_scope("websocket", extensions={"websocket.http.response": {}})

    exchange = play(CONNECT, DENY, DENIED, LEFT, scope=scope)

    assert exchange.status == 401
    assert exchange.websocket.denial is exchange.response
    assert exchange.websocket.accepted is False
    assert (exchange.state, exchange.faults) == ("done", [])


def test_a_cancelled_app_is_aborted_and_no_error(play):
    class Cancelled(BaseException):
        pass

    exchange = play(START, error=Cancelled())

    assert (exchange.state, exchange.error) == ("aborted", None)


def test_faults_are_bounded_and_the_rest_is_counted(play):
    exchange = play(*[BODY] * (FAULT_LIMIT + 5), START, BODY)

    assert (len(exchange.faults), exchange.extra_faults) == (FAULT_LIMIT, 5)


def test_a_long_text_is_cut_between_characters(play, make_scope):
    exchange = play(ACCEPT, sent("websocket.send", text="a" + "é" * 40_000), scope=make_scope("websocket"))

    message = exchange.websocket.messages[0]
    assert (message.size, len(message.data), message.truncated) == (80_001, 65_535, True)
    assert message.text == "a" + "é" * 32_767


def test_a_header_list_is_a_snapshot(play):
    headers = [[b"x-tea", b"green"]]

    exchange = play(sent("http.response.start", status=200, headers=headers), BODY)
    headers[0][1] = b"black"

    assert exchange.response.header("X-Tea") == "green"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("path", None),
        ("path", b"/"),
        ("query_string", "a=1"),
        ("headers", None),
        ("headers", 3),
        ("client", "x"),
        ("method", 3),
        ("raw_path", None),
        ("root_path", 1),
        ("extensions", None),
        ("scheme", ""),
    ],
)
def test_a_malformed_scope_never_raises(play, make_scope, key, value):
    exchange = play(START, BODY, scope=make_scope(**{key: value}))

    assert exchange.state == "done"
    assert repr(exchange)


def test_a_minimal_scope_is_enough(play):
    exchange = play(START, BODY, scope={"type": "http", "path": "/", "method": "GET", "headers": []})

    assert (exchange.state, exchange.faults) == ("done", [])


def test_every_table_row_names_a_message_that_is_known():
    assert set(EXTENSIONS) <= KNOWN
    assert {kind.removesuffix("+") for _, kind in [*HTTP, *WEBSOCKET]} == KNOWN


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *["status", "headers", "body", "more_body", "trailers", "more_trailers"],
        *["text", "bytes", "code", "reason", "subprotocol", "path", "count"],
    ]
)
TYPED = st.tuples(st.sampled_from(sorted(KNOWN)), st.dictionaries(KEYS, ANYTHING, max_size=4)).map(
    lambda pair: pair[1] | {"type": pair[0]}
)
LEGAL = (REQUEST, GONE, START, MORE, BODY, CONNECT, ACCEPT, HELLO, REPLY, CLOSE)
PLAIN = st.sampled_from([message for _, message in LEGAL])
WAYS = st.sampled_from(["receive", "send"])
MESSAGES = st.lists(st.tuples(WAYS, PLAIN | TYPED | ANYTHING), max_size=12)


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(["http", "websocket"]), script=MESSAGES, failed=st.booleans())
def test_no_sequence_of_messages_makes_the_recorder_raise_or_changes_a_message(kind, script, failed):
    recorder = Recorder({"type": kind, "path": "/", "headers": []}, 0.0)

    for at_ns, (direction, message) in enumerate(script):
        before = repr(message)
        recorder.feed(direction, message, at_ns)
        assert repr(message) == before
    recorder.finish(99, ValueError("x") if failed else None)

    exchange = recorder.exchange
    assert exchange.finished
    assert exchange.kept_size > 0
    assert repr(exchange)
    assert exchange._repr_html_()
