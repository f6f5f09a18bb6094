"""What goes to a file holds no secret, and is else what it was, byte by byte."""

import gzip
import zlib
from dataclasses import replace

import pytest

from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Fault
from asgi_nb.record.keep.codec import encode
from asgi_nb.record.keep.hide import LONG, may_hold_secrets, without_secrets
from asgi_nb.record.mark import Mark
from asgi_nb.record.output import OutputRecord
from asgi_nb.record.recorder import Recorder

SECRET = "s3cr3t-value"
RAW = SECRET.encode()


def written(exchange):
    copy, _, _ = without_secrets(exchange)
    text, blobs = encode(copy)
    return text.encode() + b"".join(blobs)


def test_nothing_is_changed_where_there_is_no_secret(make_exchange):
    exchange = make_exchange(body=b"\x89PNG\x00" + bytes(range(256)), headers=[(b"x-odd", b"\xff\x00\xe2")])

    assert without_secrets(exchange) == (exchange, None, 0)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"headers_in": [(b"authorization", b"Bearer " + RAW)]}, id="authorization"),
        pytest.param({"headers_in": [(b"cookie", b"a=" + RAW + b"; b=" + RAW)]}, id="cookie"),
        pytest.param({"headers_in": [(b"referer", b"http://me:" + RAW + b"@x/?token=" + RAW)]}, id="url"),
        pytest.param({"query_string": b"q=1&api_key=" + RAW}, id="query"),
        pytest.param({"headers": [(b"set-cookie", b"sid=" + RAW + b"; Path=/")]}, id="set-cookie"),
        pytest.param({"body": b'{"a": 1, "token": "' + RAW + b'"}'}, id="json"),
        pytest.param({"received": b'{"password": ["' + RAW + b'"]}'}, id="request-body"),
        pytest.param({"body": b"\x00\x01 password=" + RAW}, id="binary"),
        pytest.param(
            {"body": gzip.compress(b"token=" + RAW), "headers": [(b"content-encoding", b"gzip")]}, id="gzip"
        ),
        pytest.param(
            {"body": zlib.compress(b"token=" + RAW), "headers": [(b"content-encoding", b"deflate")]},
            id="deflate",
        ),
        pytest.param({"body": b"(br)" + RAW, "headers": [(b"content-encoding", b"br")]}, id="unknown-coding"),
        pytest.param(
            {"body": b"token=" + RAW, "headers": [(b"content-encoding", b"gzip")]}, id="not-gzip-at-all"
        ),
        pytest.param(
            {
                "received": b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n\x00\r\n'
                b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + RAW + b"\r\n--b--",
                "headers_in": [(b"content-type", b"multipart/form-data; boundary=b")],
            },
            id="form-with-a-binary-file",
        ),
    ],
)
def test_a_secret_of_http_is_not_written(make_exchange, changes):
    scope = {"headers": changes.pop("headers_in")} if "headers_in" in changes else {}
    exchange = make_with(make_exchange, changes, scope)
    before = encode(exchange)

    assert RAW not in written(exchange)
    assert without_secrets(exchange)[2] >= 1
    assert encode(exchange) == before


def make_with(make_exchange, changes, scope):
    exchange = make_exchange(**changes)
    if scope:
        headers = tuple(scope["headers"])
        exchange.request.headers = exchange.request.body.headers = headers
    return exchange


def test_secrets_in_all_other_places_are_not_written(make_exchange, make_scope):
    told = f"password={SECRET}"
    error = ErrorRecord.from_exception(ValueError(told))
    http = make_exchange(path=f"/reset/{SECRET}")
    http.path_params = {"token": SECRET}
    http.faults.append(Fault(1, told))
    http.mark = Mark(note=told, tags=("slow", "token=s3cr3t"))
    http.error = replace(error, notes=(told,), cause=error, exceptions=(error,))
    http.add_output(OutputRecord(1, "stdout", told, data={"text/html": told, "image/png": b"x"}))
    recorder = Recorder(make_scope("websocket"), 0.0)
    recorder.feed("send", {"type": "websocket.accept", "headers": [(b"x-token", RAW)]}, 1)
    recorder.feed("receive", {"type": "websocket.receive", "text": f'{{"token": "{SECRET}"}}'}, 2)
    recorder.feed("receive", {"type": "websocket.receive", "bytes": b"\x00" + told.encode()}, 3)
    recorder.feed("send", {"type": "websocket.close", "reason": told}, 4)

    assert RAW not in written(http) + written(recorder.exchange)
    copy, _, _ = without_secrets(recorder.exchange)
    assert [m.text for m in copy.websocket.messages] == ['{"token": "***"}', ""]
    assert (copy.websocket.received_count, copy.websocket.sent_count) == (2, 0)


def test_a_body_without_its_secrets_can_still_be_read(make_exchange):
    packed = gzip.compress(b'{"token": "abc", "n": 1}')
    exchange = make_exchange(body=packed, headers=[(b"content-encoding", b"gzip")])

    copy, _, count = without_secrets(exchange)

    assert copy.response.json() == {"token": "***", "n": 1}
    assert not copy.response.body.truncated
    assert count == 1


def test_a_body_that_was_cut_stays_cut(make_exchange):
    exchange = make_exchange(body=b'{"token": "abc", "n": 1}')
    exchange.response.body.size += 100

    assert without_secrets(exchange)[0].response.body.truncated


def test_chunks_keep_their_times_when_only_a_header_was_secret(make_exchange):
    exchange = make_exchange(body=b"tea", headers=[(b"x-token", b"abc")])
    exchange.response.body.time(5, 3)

    copy, _, _ = without_secrets(exchange)

    assert copy.response.body.chunks == exchange.response.body.chunks
    assert copy.response.headers == ((b"x-token", b"***"),)


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        pytest.param("inside, the basic design passes: " * 1000, False, id="prose"),
        pytest.param("x" * LONG + " Basic dXNlcjpwYXNz", True, id="credentials"),
        pytest.param('{"name": "sencha", "price": 3}' * 1000, False, id="json"),
        pytest.param("x" * LONG + '"api key": 1', True, id="key-with-a-space"),
        pytest.param("x" * LONG + "sid = 1", True, id="short-name"),
        pytest.param("x" * LONG + '"pass\\u0077ord"', True, id="escape"),
        pytest.param("x" * LONG + "http://me:pw@host", True, id="url"),
        pytest.param("tea", True, id="short-text"),
    ],
)
def test_a_long_text_is_masked_only_when_it_may_hold_secrets(text, worth):
    assert may_hold_secrets(text) is worth
