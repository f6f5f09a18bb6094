"""Scripts with httpx2, httpx and websockets, run against a real server."""

import pytest
from websockets.sync.client import connect

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.python import as_httpx, as_python
from asgi_nb.record.ring import RING_COUNT
from asgi_nb.record.websocket import MESSAGE_LIMIT

# Interpreters start slowly on a busy machine.
pytestmark = pytest.mark.timeout(60)

OWN = {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection", b"content-length"}
BYTES = bytes(range(256))


def sent(exchange):
    request = exchange.request
    headers = sorted((name, value) for name, value in request.headers if name not in OWN)
    return request.method, request.raw_path, request.query_string, headers, request.body.data


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param([b"GET /items?q=t%20a&q=b HTTP/1.1", b"x-a: 1", b"x-a: 2"], b"", id="get"),
        pytest.param(
            [b"POST / HTTP/1.1", b"content-type: application/json"], b'{"a":[1,2.5,null,true]}', id="json"
        ),
        pytest.param(
            [b"POST / HTTP/1.1", b"content-type: application/json"], b'{"a": 1, "a": 2}', id="a-key-twice"
        ),
        pytest.param(
            [b"POST / HTTP/1.1", b"content-type: application/json"], b"{bad", id="json-that-is-none"
        ),
        pytest.param(
            [b"POST / HTTP/1.1", b"content-type: application/json"], b"[1e999, NaN]", id="no-numbers"
        ),
        pytest.param([b"PUT / HTTP/1.1", b"x: y"], BYTES, id="every-byte"),
        pytest.param([b"POST / HTTP/1.1", b"content-type: text/plain"], "né\r\n\"'\\".encode(), id="text"),
        pytest.param([b"GET / HTTP/1.1", b"x-utf: n\xc3\xa9", b"x-latin: n\xe9"], b"", id="header-bytes"),
        pytest.param(
            [
                b"POST /login?token=t HTTP/1.1",
                b"authorization: Bearer abc",
                b"content-type: application/json",
            ],
            b'{"user":"a","password":"hunter2"}',
            id="secrets",
        ),
        pytest.param(
            [b"POST / HTTP/1.1", b"content-type: application/x-www-form-urlencoded"],
            b"a=b&password=hunter2",
            id="form",
        ),
    ],
)
def test_what_the_script_sends_is_what_was_recorded(live, head, body):
    recorded = live.raw(head, body)

    code = as_httpx(recorded)
    printed, again = live.python(code, TOKEN="t", API_TOKEN="abc", PASSWORD="hunter2")

    assert "hunter2" not in code
    assert sent(again) == sent(recorded)
    assert printed.startswith("201\n")


def test_the_same_script_runs_with_httpx(live):
    recorded = live.raw([b"POST /items HTTP/1.1", b"content-type: application/json"], b'{"a":1}')

    _, again = live.python(as_httpx(recorded, "httpx"))

    assert sent(again) == sent(recorded)


def test_json_is_written_as_the_python_that_a_person_would_write(make_request):
    body = b'{"name": "tea", "password": "x", "tags": ["a", {"deep": null}]}'
    exchange = make_request((b"content-type", b"application/json"), method="POST", body=body)

    code = as_httpx(exchange)

    assert 'json={"name": "tea", "password": os.environ["PASSWORD"], "tags": ["a", {"deep": None}]},' in code
    assert "content-type" not in code


def test_a_long_value_stands_on_lines_of_its_own(make_request):
    body = b'{"first": "%s", "second": [1, 2]}' % (b"x" * 80)
    code = as_httpx(make_request((b"content-type", b"application/json"), method="POST", body=body))

    assert code.count('\n        "') == 2
    compile(code, "script", "exec")


def test_secrets_are_shown_when_asked_for(make_request):
    code = as_httpx(make_request((b"authorization", b"Bearer abc")), secrets=True)

    assert '("authorization", "Bearer abc")' in code
    assert "environ" not in code


def test_what_an_earlier_copy_has_masked_is_a_secret_again(make_request):
    exchange = make_request(
        (b"authorization", "Bearer •••".encode()), (b"x-a", "•••".encode()), query_string="b=•••".encode()
    )

    code = as_httpx(exchange, secrets=False)

    assert "•" not in code
    assert '/items/3?b=" + os.environ["B"]' in code
    assert '"Bearer " + os.environ["API_TOKEN"]' in code
    assert 'os.environ["X_A"]' in code


def test_what_cannot_be_said_is_refused(make_request, play, make_scope):
    with pytest.raises(ValueError, match='library must be "httpx2" or "httpx", got \'requests\''):
        as_httpx(make_request(), "requests")
    with pytest.raises(
        ExportError, match=r"is a WebSocket session, and httpx2 has none; use \.as_python\(\)"
    ):
        as_httpx(play(scope=make_scope("websocket")))
    with pytest.raises(ExportError, match="was cut"):
        as_httpx(make_request(method="POST", body=b"x" * (BODY_LIMIT + 1)))


def test_a_request_is_the_same_in_python(make_request):
    assert as_python(make_request()) == as_httpx(make_request())


# --- sessions


def test_a_session_is_played_again(live):
    with connect(
        f"ws://127.0.0.1:{live.port}/chat/1?q=a", subprotocols=["v1"], additional_headers={"x-a": "b"}
    ) as ws:
        for message in ("hello", '{"password": "hunter2"}', b"\x00\xff"):
            ws.send(message)
            ws.recv()
    recorded = live.store[-1]

    code = as_python(recorded)
    printed, again = live.python(code, PASSWORD="hunter2")

    assert "hunter2" not in code
    assert printed == 'hello\n{"password": "hunter2"}\nb\'\\x00\\xff\'\n'
    assert [m.data for m in again.websocket.messages] == [m.data for m in recorded.websocket.messages]
    assert again.websocket.subprotocol == "v1"
    assert again.request.header("x-a") == "b"
    assert again.request.query_string == b"q=a"


def session(play, make_scope, *messages, **scope):
    accepted = [("receive", {"type": "websocket.connect"}), ("send", {"type": "websocket.accept"})]
    received = [("receive", {"type": "websocket.receive"} | message) for message in messages]
    return play(*accepted, *received, scope=make_scope("websocket", **scope))


def test_a_message_that_was_cut_is_refused(play, make_scope):
    exchange = session(play, make_scope, {"text": "x" * (MESSAGE_LIMIT + 1)})

    with pytest.raises(ExportError, match=r"message 1 of exchange 0 was cut: 65536 of 65537 bytes"):
        as_python(exchange)


def test_a_message_with_a_secret_among_signs_that_cannot_be_seen_is_refused(play, make_scope):
    exchange = session(play, make_scope, {"text": '{"password": "x"}\x00'})

    with pytest.raises(ExportError, match=r"message 1 holds 1 secrets .* pass secrets=True"):
        as_python(exchange)
    assert "\\x00" in as_python(exchange, secrets=True)


def test_messages_that_were_dropped_are_told(play, make_scope):
    exchange = session(play, make_scope, *({"text": str(n)} for n in range(RING_COUNT + 2)))

    assert as_python(exchange).startswith(
        "# the first 2 messages were kept no longer: this is what followed\n"
    )


def test_a_session_without_messages_shows_its_handshake(play, make_scope):
    code = as_python(session(play, make_scope, headers=[(b"origin", b"http://a.example"), (b"x-a", b"1")]))

    compile(code, "script", "exec")
    assert 'origin="http://a.example"' in code
    assert "websocket.response.status_code" in code
