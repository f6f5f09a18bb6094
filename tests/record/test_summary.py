"""A row is small, masked and plain JSON."""

import json
import typing

import pytest

from asgi_nb.record.exchange import Origin
from asgi_nb.record.summary import Row, summarize


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
