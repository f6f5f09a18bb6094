"""What is written of an exchange is read back equal, field by field, and no field is forgotten."""

import dataclasses
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.body import Body
from asgi_nb.record.export.har_reader import load_har
from asgi_nb.record.keep.codec import FIELDS, LEFT_OUT, UNREADABLE, decode, encode
from asgi_nb.record.keep.codes import SHORT
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.ring import Counted


@pytest.mark.parametrize(
    "kind", [kind for kind in FIELDS if kind is not Body], ids=lambda kind: kind.__name__
)
def test_every_field_is_in_the_table_or_left_out_on_purpose(kind):
    fields = {field.name for field in dataclasses.fields(kind)}
    derived = {"messages", *(name for name in dir(kind) if isinstance(getattr(kind, name), Counted))}

    assert (set(FIELDS[kind]) - derived) | LEFT_OUT.get(kind, frozenset()) == fields


def test_every_field_of_a_body_is_in_the_table():
    assert set(FIELDS[Body]) == {name for name in Body.__slots__ if not name.startswith("_")} | {
        "data",
        "chunks",
    }


def test_an_exchange_with_every_field_set_comes_back_equal(full, plain):
    back = decode(*encode(full))

    assert plain(back) == plain(full)
    assert back.websocket.denial is back.response
    assert repr(back) == repr(full)


def test_an_exchange_in_which_nothing_has_happened_comes_back_equal(make_scope, plain):
    for kind in ("http", "websocket"):
        exchange = Recorder(make_scope(kind), 0.0).exchange

        assert plain(decode(*encode(exchange))) == plain(exchange)


HEADERS = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=300)), max_size=4)


@given(
    path=st.text(max_size=30),
    query=st.binary(max_size=300),
    headers=HEADERS,
    status=st.integers(100, 999),
    bodies=st.lists(st.binary(max_size=500), max_size=4),
    started_at=st.floats(0, 4e9),
)
def test_whatever_was_recorded_comes_back_equal(path, query, headers, status, bodies, started_at):
    from_scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": headers}
    recorder = Recorder(from_scope, started_at)
    recorder.feed("send", {"type": "http.response.start", "status": status, "headers": headers}, 1)
    for number, body in enumerate(bodies):
        recorder.feed("send", {"type": "http.response.body", "body": body, "more_body": True}, number)
    recorder.finish(99, ValueError(path))
    text, blobs = encode(recorder.exchange)

    assert encode(decode(text, blobs)) == (text, blobs)
    assert all(len(blob) > SHORT for blob in blobs)


def test_a_parameter_of_a_foreign_type_is_kept_as_its_text(full):
    full.path_params = {"a": Decimal("1.50"), "b": 1 + 2j}

    assert decode(*encode(full)).path_params == {"a": Decimal("1.50"), "b": "(1+2j)"}


@pytest.mark.parametrize("value", [10**30, float("inf"), -0.5, True, None, "\ud800"])
def test_whatever_a_path_parameter_holds_comes_back(full, value):
    full.path_params = {"a": value}

    assert decode(*encode(full)).path_params == {"a": value}


@pytest.mark.parametrize(
    ("code", "kept"), [(4000, 4000), (True, 1), (1 << 70, None), (-1, None), (None, None)]
)
def test_a_close_code_that_no_frame_can_carry_is_none(full, code, kept):
    full.websocket.close.code = code

    assert decode(*encode(full)).websocket.close.code == kept
    assert load_har(full.to_har())[0].websocket.close.code == kept


def test_a_file_with_fewer_and_with_more_fields_can_be_read(full):
    text, blobs = encode(full)
    fields = json.loads(text)
    del fields["mark"], fields["websocket"]["close"]
    fields["from_the_future"] = fields["request"]["other"] = 1

    back = decode(json.dumps(fields), blobs)

    assert (back.mark, back.websocket.close) == (None, None)
    assert back.seq == 7


def spoiled(value):
    """Each value that stands in a JSON value, replaced by values of other types, one at a time."""
    odd = [None, True, -1, 2**70, 1e400, "x", [], [[]], {}, {"x": 1}]
    yield from (one for one in odd)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        for other in spoiled(inner):
            copy = value.copy()
            copy[key] = other
            yield copy


def test_whatever_stands_in_a_file_is_read_or_refused_and_can_be_shown(full):
    text, blobs = encode(full)
    refused = 0

    for fields in spoiled(json.loads(text)):
        try:
            exchange = decode(json.dumps(fields), blobs)
        except UNREADABLE:
            refused += 1
        else:
            assert repr(exchange)
            assert exchange._repr_html_()
            assert exchange.to_har()
    assert refused > 500
