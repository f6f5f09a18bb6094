"""Exchanges with every field set, and a comparison field by field."""

import dataclasses
from datetime import date
from uuid import UUID

import pytest

from asgi_nb.record.body import Body
from asgi_nb.record.error import ErrorRecord, Frame
from asgi_nb.record.exchange import Exchange, Fault
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.http import RequestRecord, ResponseRecord
from asgi_nb.record.keep.codec import LEFT_OUT
from asgi_nb.record.mark import Mark
from asgi_nb.record.origin import Origin
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.relation import Relation
from asgi_nb.record.websocket import WebSocketClose, WebSocketMessage, WebSocketRecord


def plain(value):
    """All that can be seen of a record, whatever its class: fields, and what a body has instead."""
    if isinstance(value, Body):
        names = ("side", "headers", "seq", "size", "chunk_count", "data", "chunks", "truncated")
        return {name: getattr(value, name) for name in names}
    if dataclasses.is_dataclass(value):
        left_out = LEFT_OUT.get(type(value), frozenset()) - {"denial", "seq"}
        names = [field.name for field in dataclasses.fields(value) if field.name not in left_out]
        if isinstance(value, WebSocketRecord):
            names += ["received_count", "sent_count", "received_size", "sent_size", "dropped_count"]
            names += ["kept_size", "messages"]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return value


@pytest.fixture(name="plain")
def plain_fixture():
    return plain


def full_body(side, data, headers):
    body = Body(side, headers, 7)
    body.feed(data)
    body.time(5, 2)
    body.time(9, len(data) - 2)
    body.size += 10
    body.chunk_count = 3
    return body


@pytest.fixture
def full():
    """An exchange in which no field has its default."""
    headers = ((b"host", b"shop.example"), (b"x-odd", bytes(range(128, 256))))
    error = ErrorRecord(
        "ValueError",
        "no tea \ud800",
        (Frame("Cell In[3]", 2, "f", "raise ValueError", True),),
        1,
        True,
        ("a note",),
        ErrorRecord("KeyError", "'tea'", ()),
        ErrorRecord("OSError", "", ()),
        (ErrorRecord("TypeError", "x", ()),),
    )
    response = ResponseRecord(
        404, headers, full_body("response", b"y" * 5000, headers), ((b"x-end", b"1"),), "/tmp/file"
    )
    websocket = WebSocketRecord(("a", "b"), "a", 4, headers, response)
    for number in range(1, 4):
        data = bytes([number]) * 300
        websocket.feed(WebSocketMessage(number, number, "receive", number == 1, 1000, data, 7, True))
    websocket.close = WebSocketClose(1006, "gone", "client", 99)
    websocket.received_count, websocket.dropped_count = 12, 9
    return Exchange(
        "websocket",
        1_700_000_000.123456,
        RequestRecord(
            "WS", "/items/\udcff", b"/items/%ff", b"q=1", headers, full_body("request", b"abc", headers)
        ),
        "wss",
        "2",
        "/root",
        ("127.0.0.1", 50000),
        ("/run/socket", None),
        websocket,
        seq=7,
        id="0badcafe",
        state="error",
        request_done_ns=1,
        response_start_ns=2,
        response_done_ns=3,
        app_exit_ns=4,
        response=response,
        error=error,
        origin=Origin("cell", 3, "hash", "f", "<cell>", 2, "%%asgi_route GET /items"),
        route_path="/items/{id}",
        path_params={"id": UUID(int=5), "n": 3, "day": date(2026, 1, 31), "x": 0.1, "s": "tea"},
        faults=[Fault(3, "a fault")],
        extra_faults=2,
        output=[
            OutputRecord(1, "log", "text", "INFO", "shop", {"text/plain": "x", "image/png": b"p" * 900}, 4)
        ],
        dropped_output=1,
        output_size=500,
        relation=Relation("deadbeef", ("path",)),
        replaced=True,
        holds=(HoldRecord(1, 2, "request", "path:/items", "went on", ("path",)),),
        kept_size=9000,
        mark=Mark(True, "for Monday", "red", ("slow", "login")),
    )
