"""A row is small, masked and plain JSON."""

import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.draft import begin
from asgi_nb.record.exchange import Origin
from asgi_nb.record.store import Store
from asgi_nb.record.summary import Row, summarize, summarize_with_headers
from asgi_nb.record.tap import Tap


def test_a_row_is_what_a_list_shows(make_exchange, store):
    exchange = make_exchange(
        404, b"gone", path="/items/9", query_string=b"token=hunter2&q=1", received=b"abc"
    )
    exchange.origin = Origin("c", 3, "h", "items", "f", 1)
    exchange.route_path = "/items/{id}"
    store.add(exchange)

    row = summarize(exchange)

    assert row == {
        "seq": 1,
        "id": exchange.id,
        "kind": "http",
        "state": "done",
        "started_at": 1_700_000_000.0,
        "method": "GET",
        "path": "/items/9?token=•••&q=1",
        "status": 404,
        "route": "/items/{id}",
        "cell": "[3]",
        "replaced": False,
        "duration_ms": 0.003,
        "request_size": 3,
        "response_size": 4,
        "received": None,
        "sent": None,
        "dropped": 0,
        "error": None,
        "handled": False,
        "faults": 0,
        "masked": 1,
        "pinned": False,
        "note": "",
        "colour": "",
        "tags": [],
    }
    assert set(row) == set(typing.get_type_hints(Row))


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param([], None, id="connecting"),
        pytest.param(["websocket.accept"], "open", id="open"),
        pytest.param(["websocket.accept", "websocket.close"], 1000, id="closed"),
    ],
)
def test_the_status_of_a_socket_is_open_or_its_close_code(play, make_scope, script, status):
    messages = [("send", {"type": kind}) for kind in script]

    assert summarize(play(*messages, scope=make_scope("websocket"), exit=False))["status"] == status


def test_a_row_stays_small_whatever_was_sent(play, make_scope):
    exchange = play(
        ("send", {"type": "x" * 9999}),
        scope=make_scope(path="/\x00" * 9999, query_string=b"q=\xff" * 9999, method="M" * 9999),
        error=type("E" * 9999, (Exception,), {})(),
    )
    exchange.route_path = "/\ud800" * 9999

    assert len(json.dumps(summarize(exchange)).encode()) < 2000


SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 50000),
    "scheme": "http",
    "root_path": "",
    "method": "POST",
    "path": "/items/3",
    "raw_path": b"/items/3",
    "query_string": b"q=tea",
    "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", b"a=b")],
}

scopes = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["/items", "/app/items", "/app", "/apple", "/\x00\u202e", "/" + "x" * 300]),
        "root_path": st.sampled_from(["", "/app", 7]),
        "query_string": st.sampled_from(
            [b"", b"token=hunter2&b=1", b"\xff=\x00", b"q=" + b"x" * 300, "text"]
        ),
        "method": st.sampled_from(["GET", "M" * 100, 7]),
    },
)
messages = st.one_of(
    st.tuples(
        st.just("receive"),
        st.fixed_dictionaries(
            {"type": st.just("http.request"), "body": st.binary(max_size=3), "more_body": st.booleans()}
        ),
    ),
    st.tuples(
        st.just("send"),
        st.fixed_dictionaries(
            {"type": st.just("http.response.start"), "status": st.sampled_from([200, 404, 99, 1000, True])},
            optional={"headers": st.sampled_from([[], [(b"set-cookie", b"a=b")]])},
        ),
    ),
    st.tuples(
        st.just("send"),
        st.fixed_dictionaries(
            {"type": st.just("http.response.body"), "body": st.binary(max_size=3), "more_body": st.booleans()}
        ),
    ),
)


@given(scope=scopes, script=st.lists(messages, max_size=6), leaves=st.booleans())
def test_the_row_of_a_draft_is_the_row_of_the_exchange_that_it_becomes(scope, script, leaves):
    draft = begin(Tap(None, Store()), {**SCOPE, **scope})
    if draft is None:
        return
    exchange = draft.exchange()
    for direction, message in script:
        (draft.received if direction == "receive" else draft.sent)(message)
    if leaves:
        draft.left(None)

    shown = summarize_with_headers(exchange)
    draft.write(exchange)

    assert shown == summarize_with_headers(exchange)


def test_showing_the_row_of_a_plain_exchange_does_not_write_it(traffic_draft):
    exchange = traffic_draft()

    row = summarize(exchange)

    assert (row["state"], row["status"], row["response_size"]) == ("done", 200, 3)
    assert exchange.draft is not None


@pytest.fixture
def traffic_draft():
    """Makes an exchange that was answered and not looked at."""

    def make():
        draft = begin(Tap(None, Store()), dict(SCOPE))
        draft.received({"type": "http.request"})
        draft.sent({"type": "http.response.start", "status": 200, "headers": []})
        draft.sent({"type": "http.response.body", "body": b"tea"})
        draft.left(None)
        exchange = draft.exchange()
        return exchange

    return make
