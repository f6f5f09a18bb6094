import gzip
import json
import re

import pytest

from asgi_nb.record.exchange import Body
from asgi_nb.record.masks import MASK
from asgi_nb.record.output import OutputRecord
from asgi_nb.widgets.wire import BINARY, SLICE_BYTES, TEXT_LIMIT, Answers, body_payload, detail, is_text, row


@pytest.fixture
def answers(store):
    return Answers(store)


@pytest.fixture
def ask(answers):
    """Ask as a page does, and give (value, bytes)."""

    def ask(what, **args):
        content, buffers = answers.reply({"kind": "ask", "v": "page", "id": 1, "what": what, **args})
        assert content["ok"], content["value"]
        return content["value"], b"".join(buffers)

    return ask


@pytest.fixture
def refused(answers):
    """Ask what cannot be answered, and give the error's text."""

    def refused(what, **args):
        content, _ = answers.reply({"kind": "ask", "v": "page", "id": 1, "what": what, **args})
        assert not content["ok"]
        return content["value"]

    return refused


def body_of(data, content_type="", **headers):
    fields = [(b"content-type", content_type.encode())] if content_type else []
    fields += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    body = Body("response", tuple(fields))
    body.feed(data)
    return body


async def echo(receive, send):
    await send({"type": "websocket.accept", "subprotocol": "chat"})
    message = await receive()
    await send({"type": "websocket.send", "text": message["text"]})
    await send({"type": "websocket.send", "bytes": b"\x00\xff"})
    await send({"type": "websocket.close", "code": 4001, "reason": "token=abc123"})


SECRETS = {
    "headers": [(b"authorization", b"Bearer s3cr3t-header"), (b"cookie", b"session=s3cr3t-cookie")],
    "query": b"token=s3cr3t-query",
    "body": b'{"password": "s3cr3t-body"}',
    "response_headers": [(b"set-cookie", b"session=s3cr3t-set")],
    "response_body": b'{"api_key": "s3cr3t-response"}',
}


def test_no_secret_leaves_in_any_answer(store, traffic, run, ask):
    run(traffic.http("/login", method="POST", **SECRETS))
    run(traffic.http("/boom", error=ValueError("no login with password=s3cr3t-error")))
    run(
        traffic.websocket(
            "/chat", echo, [{"type": "websocket.receive", "text": '{"token": "s3cr3t-message"}'}]
        )
    )

    shown = json.dumps([row(exchange) for exchange in store])
    shown += json.dumps([ask("detail", seq=seq)[0] for seq in (1, 2, 3)])
    shown += str([ask("body", seq=1, side=side, start=0) for side in ("request", "response")])
    shown += json.dumps(ask("messages", seq=3, start=0)[0])
    shown += str([ask("message", seq=3, n=n, start=0) for n in (1, 2)])

    assert [shown[at.start() - 60 : at.end() + 20] for at in re.finditer("s3cr3t", shown)] == []
    assert "abc123" not in shown


def test_a_row_counts_what_is_hidden_in_its_path_and_headers(store, traffic, run):
    run(traffic.http("/login", **SECRETS))

    assert row(store[0])["masked"] == 4


def test_details_are_json_whatever_was_sent(store, traffic, run):
    run(traffic.http("/\ud800\x00\u202e", headers=[(b"x-\xff", b"\x00\x80")], query=b"\xff=\x00"))

    text = json.dumps(detail(store[0]), ensure_ascii=False)

    assert text.encode()
    assert not {"\x00", "\u202e", "\x80"} & set(text)


def test_details_say_where_the_time_went_and_who_answered(traffic, run, ask):
    run(traffic.http("/items", status=201))

    value, _ = ask("detail", seq=1)

    assert [title for title, _ in value["facts"]] == ["Route", "Time since the start", "Connection"]
    assert [name for name, _ in dict(value["facts"])["Time since the start"]] == [
        "request read",
        "response started",
        "response sent",
        "app returned",
    ]
    assert (value["response"]["status"], value["response"]["reason"]) == (201, "Created")


def test_a_status_without_a_name_has_an_empty_reason(traffic, run, ask):
    run(traffic.http(status=299))

    assert ask("detail", seq=1)[0]["response"]["reason"] == ""


def test_an_error_shows_its_traceback(traffic, run, ask):
    run(traffic.http("/boom", error=ValueError("no such tea")))

    error = ask("detail", seq=1)[0]["error"]

    assert (error["type"], error["message"]) == ("ValueError", "no such tea")
    assert error["where"] == "not handled: it left the app"
    assert error["traceback"].splitlines()[-1] == "ValueError: no such tea"


def test_a_socket_says_how_it_ended_and_how_many_messages_it_had(traffic, run, ask):
    run(traffic.websocket("/chat", echo, [{"type": "websocket.receive", "text": "hi"}]))

    socket = ask("detail", seq=1)[0]["websocket"]

    assert socket == {"last": 3, "dropped": 0, "closed": f"closed by the app, 4001: token={MASK}"}


def test_messages_are_told_in_both_directions_from_a_number_on(traffic, run, ask):
    run(traffic.websocket("/chat", echo, [{"type": "websocket.receive", "text": "hi"}]))

    everything, _ = ask("messages", seq=1, start=0)
    rest, _ = ask("messages", seq=1, start=3)

    assert [(m["n"], m["direction"], m["text"], m["size"], m["preview"]) for m in everything] == [
        (1, "receive", True, 2, "hi"),
        (2, "send", True, 2, "hi"),
        (3, "send", False, 2, "00 ff"),
    ]
    assert [m["n"] for m in rest] == [3]


def test_a_message_is_given_whole_with_the_type_of_its_payload(traffic, run, ask):
    run(traffic.websocket("/chat", echo, [{"type": "websocket.receive", "text": '{"a": 1}'}]))

    value, data = ask("message", seq=1, n=1, start=0)
    binary, octets = ask("message", seq=1, n=3, start=0)

    assert (value["media_type"], data) == ("application/json", b'{"a": 1}')
    assert (binary["media_type"], octets) == (BINARY, b"\x00\xff")


def test_a_large_body_comes_in_slices_that_join_to_the_whole(traffic, run, ask):
    run(traffic.http(response_body=("ä" * 200_000).encode()))

    data = b""
    total = None
    while len(data) != total:
        value, piece = ask("body", seq=1, side="response", start=len(data))
        assert 0 < len(piece) <= SLICE_BYTES
        total = value["total"]
        data += piece

    assert data.decode() == "ä" * 200_000


def test_a_slice_beyond_the_end_is_empty(traffic, run, ask):
    run(traffic.http(response_body=b"short"))

    assert ask("body", seq=1, side="response", start=999)[1] == b""


def test_after_the_last_slice_no_body_is_held(traffic, run, ask, answers):
    run(traffic.http(response_body=b"x" * (SLICE_BYTES + 1)))

    ask("body", seq=1, side="response", start=0)
    held = answers._sliced
    ask("body", seq=1, side="response", start=SLICE_BYTES)

    assert held is not None
    assert answers._sliced is None


@pytest.mark.parametrize(
    ("body", "media_type", "data"),
    [
        pytest.param(body_of(b"hi"), "", b"hi", id="undeclared-text"),
        pytest.param(
            body_of(b"hi", "application/octet-stream"), "text/plain", b"hi", id="text-declared-binary"
        ),
        pytest.param(body_of(b"\x89PNG\x00\x1a", "image/png"), BINARY, b"\x89PNG\x00\x1a", id="picture"),
        pytest.param(
            body_of(b"\xff\xfe\x00", "text/plain"), BINARY, b"\xff\xfe\x00", id="binary-declared-text"
        ),
        pytest.param(
            body_of(b"caf\xe9", "text/plain; charset=latin-1"), "text/plain", "café".encode(), id="latin-1"
        ),
        pytest.param(
            body_of("tea".encode("utf-16"), "text/plain; charset=utf-16"),
            "text/plain",
            b"\\ufefftea",
            id="utf-16",
        ),
        pytest.param(
            body_of(gzip.compress(b'{"a":1}'), "application/json", content_encoding="gzip"),
            "application/json",
            b'{"a":1}',
            id="gzip",
        ),
        pytest.param(
            body_of(b"a\x1b[31m\nb", "text/plain"), "text/plain", b"a\\x1b[31m\nb", id="escape-codes"
        ),
    ],
)
def test_a_body_is_shown_as_what_it_is(body, media_type, data):
    payload = body_payload(body)

    assert payload.media_type == media_type
    assert payload.data == data.replace(b"\\ufeff", b"")


def test_a_body_that_is_not_what_its_coding_says_is_shown_raw_and_says_so():
    payload = body_payload(body_of(b"plain", "text/plain", content_encoding="gzip"))

    assert payload.data == b"plain"
    assert "Content-Encoding" in payload.note


def test_a_zip_bomb_is_cut_and_says_so():
    payload = body_payload(
        body_of(gzip.compress(b"a" * (4 * TEXT_LIMIT)), "text/plain", content_encoding="gzip")
    )

    assert len(payload.data) == TEXT_LIMIT
    assert "characters are shown" in payload.note


def test_a_character_that_ends_beyond_the_first_4096_bytes_does_not_make_a_body_binary():
    assert is_text(b"x" * 4095 + "ä".encode(), "utf-8")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        pytest.param(
            {"what": "detail", "seq": 99}, "exchange 99 was dropped from the store, or cleared", id="gone"
        ),
        pytest.param({"what": "detail", "seq": "1"}, "seq must be a whole number, got '1'", id="text"),
        pytest.param({"what": "detail", "seq": True}, "seq must be a whole number, got True", id="truth"),
        pytest.param({"what": "detail"}, "seq must be a whole number, got None", id="missing"),
        pytest.param(
            {"what": "body", "seq": 1, "side": "left", "start": 0}, "has no 'left' with a body", id="side"
        ),
        pytest.param(
            {"what": "body", "seq": 1, "side": "request", "start": -1},
            "must be a whole number, got -1",
            id="minus",
        ),
        pytest.param(
            {"what": "messages", "seq": 1, "start": 0}, "exchange 1 is no WebSocket session", id="no-socket"
        ),
        pytest.param(
            {"what": "__class__"}, "unknown question '__class__', expected one of detail", id="unknown"
        ),
        pytest.param({"what": ["detail"]}, "unknown question ['detail']", id="unhashable"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_was_expected(
    traffic, run, refused, question, says
):
    run(traffic.http())

    assert says in refused(question.pop("what"), **question)


def test_a_message_that_the_session_dropped_says_so(traffic, run, refused):
    run(traffic.websocket("/chat", echo, [{"type": "websocket.receive", "text": "hi"}]))

    assert "keeps its last ones only" in refused("message", seq=1, n=99, start=0)


def test_details_bring_the_last_of_the_output_masked_and_bounded(store, traffic, run, ask):
    run(traffic.http("/loud"))
    for number in range(300):
        store[0].emit(OutputRecord(number, "log", f"line {number} password=s3cr3t", "WARNING", "shop"))
    store[0].emit(OutputRecord(300, "display", "a\u202eb" * 5000, data={"text/html": "<b>"}))

    output = ask("detail", seq=1)[0]["output"]

    assert output["more"] == 301 - len(output["records"])
    assert output["records"][0]["kind"] == "WARNING shop"
    assert output["records"][-1]["kind"] == "display text/html"
    assert "s3cr3t" not in json.dumps(output)
    assert "\u202e" not in output["records"][-1]["text"]
    assert len(json.dumps(output)) < 100_000
