"""A row that is written by the template says what the row says."""

import json

import pytest

from asgi_nb.record.exchange import Origin
from asgi_nb.widgets import wire_row
from asgi_nb.widgets.lens import Lens
from asgi_nb.widgets.wire_row import encode_row


@pytest.fixture
def rows(store, traffic, run):
    """Rows of all kinds: plain ones, and ones that the template has no place for."""

    async def chat(receive, send):
        await send({"type": "websocket.accept"})

    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    run(traffic.http("/"))
    run(
        traffic.http(
            '/"quoted"\\\x00\u202e☕\ud800', query=b'a="\\&token=s3cr3t', headers=[(b"cookie", b"a=b")]
        )
    )
    run(traffic.http("/%d%s%%", method="%(x)s", status=599, body=b"tea", response_body=b"t" * 3000))
    run(traffic.http("/broken", error=ValueError("no tea")))
    run(traffic.http("/half", stream=half))
    run(traffic.websocket("/chat", chat))
    run(traffic.http("/noted"))
    store[-1].note = "mine"
    run(traffic.http("/tagged"))
    store[-1].tags = ["slow"]
    run(traffic.http("/coloured"))
    store[-1].colour = "red"
    run(traffic.http("/pinned"))
    store[-1].pinned = True
    run(traffic.http("/routed"))
    store[-1].route_path, store[-1].origin = '/{"x"}', Origin("c", 3, "h", "f", "%s", 1)
    return [Lens().row(one) for one in store]


def test_a_row_reads_as_what_it_was_made_from(rows):
    for row in rows:
        assert json.loads(encode_row(row)) == row


def test_a_plain_row_takes_the_template_and_another_does_not(rows, monkeypatch):
    taken = []
    monkeypatch.setattr(wire_row.json, "dumps", lambda row, **_: taken.append(row["path"]) or "")

    for row in rows:
        encode_row(row)

    assert taken == ["/broken", "/half", "/chat", "/noted", "/tagged", "/coloured", "/pinned"]
