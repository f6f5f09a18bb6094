import json
import re

import pytest

from asgi_nb.record.masks import MASK
from asgi_nb.record.output import OutputRecord
from asgi_nb.widgets.wire import SLICE_BYTES, Answers, detail, row
from asgi_nb.widgets.wire_payload import BINARY


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
    shown += json.dumps([ask(what, seq=seq)[0] for what in ("form", "insight") for seq in (1, 2, 3)])

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


def test_headers_come_in_wire_order_with_duplicates_and_a_sentence_each(traffic, run, ask):
    run(traffic.http(headers=[(b"b", b"1"), (b"Accept", b"*/*"), (b"b", b"2")]))

    rows = ask("detail", seq=1)[0]["request"]["headers"]

    assert [(one["name"], one["value"], one["hidden"]) for one in rows] == [
        ("b", "1", False),
        ("Accept", "*/*", False),
        ("b", "2", False),
    ]
    assert rows[1]["about"].endswith("RFC 9110 section 12.5.1")
    assert rows[0]["about"] == ""


def test_one_value_is_revealed_when_asked_for(traffic, run, ask, refused):
    run(traffic.http(headers=[(b"x", b"1"), (b"authorization", b"Bearer s3cr3t")], query=b"a=1&token=t0ken"))

    assert ask("reveal", seq=1, place="request", index=1)[0] == "Bearer s3cr3t"
    assert ask("reveal", seq=1, place="query", index=1)[0] == "t0ken"
    assert refused("reveal", seq=1, place="request", index=9) == "there is no field 9 in 'request'"
    assert (
        refused("reveal", seq=1, place="response.body", index=0) == "there is no field 0 in 'response.body'"
    )


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
    assert error["frames"][-1]["source"] == "raise error"
    assert error["frames"][-1]["cell"] is False


def test_a_socket_says_how_it_ended_and_how_many_messages_it_had(traffic, run, ask):
    run(traffic.websocket("/chat", echo, [{"type": "websocket.receive", "text": "hi"}]))

    socket = ask("detail", seq=1)[0]["websocket"]

    assert socket == {
        "last": 3,
        "dropped": 0,
        "closed": f"closed by the app, 4001: token={MASK}",
        "headers": [],
    }


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
