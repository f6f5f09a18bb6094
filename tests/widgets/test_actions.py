"""What pages do with an exchange: replay, edit, copy, compare, speak into its socket."""

import json

import pytest

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.record.masks import MASK
from asgi_nb.replaying.request import prepare
from asgi_nb.widgets.actions import ACTIONS, Bench
from asgi_nb.widgets.desk import COMMANDS
from asgi_nb.widgets.wire import QUESTIONS


@pytest.fixture
def kit():
    """A kit whose app echoes what it was asked."""
    kit = Kit(PlainNotebook())

    @kit.app.route("/echo", methods=["GET", "POST", "PUT"])
    async def echo(request):
        body = (await request.body()).decode()
        token = request.headers.get("authorization", "")
        return {"method": request.method, "q": request.url.query, "token": token, "body": body}

    @kit.app.websocket("/chat")
    async def chat(websocket):
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text.upper())

    yield kit
    kit.close()


@pytest.fixture
def bench(kit):
    return Bench(kit.traffic)


@pytest.fixture
def asked(kit):
    """Send the request that the tests work on; give its number."""
    body = json.dumps({"password": "s3cret", "name": "tea"})
    headers = {"authorization": "Bearer abcdefgh", "content-type": "application/json", "x-a": "1"}
    return kit.request("POST /echo?q=1&token=t0ken", headers=headers, body=body).exchange.seq


@pytest.fixture
def do(bench):
    """Do one action; give the answer's value."""

    def do(what, **args):
        content, buffers = bench.reply({"kind": "ask", "v": "page/1", "id": 1, "what": what, **args})
        assert content["ok"], content["value"]
        assert buffers == []
        return content["value"]

    return do


@pytest.fixture
def refused(bench):
    """Do one action that must be refused; give the reason."""

    def refused(what, **args):
        content, _ = bench.reply({"kind": "ask", "v": "page/1", "id": 1, "what": what, **args})
        assert content["ok"] is False
        return content["value"]

    return refused


def answer(kit, seq):
    return kit.traffic.get(seq).response.json()


def test_no_two_kinds_of_questions_have_one_name():
    assert not ACTIONS.keys() & COMMANDS.keys()
    assert not ACTIONS.keys() & QUESTIONS.keys()


def test_a_replay_gives_the_number_of_the_new_exchange(kit, asked, do):
    new = do("replay", seq=asked)

    assert new == asked + 1
    assert answer(kit, new) == answer(kit, asked)
    assert kit.traffic.get(new).relation.replay_of == kit.traffic.get(asked).id


def test_a_replay_that_is_not_recorded_says_so(kit, asked, refused):
    kit.traffic.recording = False

    assert refused("replay", seq=asked) == (
        "it was sent, and answered with 200, but not recorded: recording is off"
    )


def test_a_request_that_was_not_kept_whole_is_refused_and_can_be_written_anew(kit, do, refused):
    seq = kit.request("POST /echo", body=b"x" * (2 << 20)).exchange.seq

    assert refused("replay", seq=seq).startswith(f"the request body of exchange {seq} was cut")
    assert do("draft", seq=seq)["note"].startswith("only 1048576 of 2097152 bytes are kept")
    assert answer(kit, do("send", seq=seq, edits={"body": "short"}))["body"] == "short"


def test_what_breaks_in_an_action_is_its_answer(kit, asked, bench, refused, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError("by\x00zero")

    monkeypatch.setattr(kit, "replay", broken)

    assert refused("replay", seq=asked) == "ZeroDivisionError: by\\x00zero"


# --- edited


def test_a_draft_shows_the_request_without_its_secrets(asked, do):
    draft = do("draft", seq=asked)

    assert draft["method"] == "POST"
    assert draft["target"] == f"/echo?q=1&token={MASK}"
    assert f"authorization: Bearer {MASK}" in draft["headers"].splitlines()
    assert "content-length" not in draft["headers"]
    assert json.loads(draft["body"]) == {"password": MASK, "name": "tea"}
    assert MASK in draft["note"]
    assert "s3cret" not in str(draft)


def test_an_edit_sends_what_was_hidden_as_it_was(kit, asked, do):
    draft = do("draft", seq=asked)
    edits = {
        "method": "put",
        "target": draft["target"].replace("q=1", "q=2"),
        "headers": draft["headers"].replace("x-a: 1", "x-b: 2"),
        "body": draft["body"].replace("tea", "coffee"),
    }

    new = kit.traffic.get(do("send", seq=asked, edits=edits))

    assert new.response.json() == {
        "method": "PUT",
        "q": "q=2&token=t0ken",
        "token": "Bearer abcdefgh",
        "body": '{"password": "s3cret", "name": "coffee"}',
    }
    assert (new.request.header("x-a"), new.request.header("x-b")) == (None, "2")
    assert new.relation.edited == ("method", "query", "headers", "body")


def test_an_edit_without_changes_is_a_replay(kit, asked, do):
    new = kit.traffic.get(do("send", seq=asked, edits={}))

    assert new.relation.edited == ()
    assert answer(kit, new.seq) == answer(kit, asked)


def test_a_header_that_is_written_anew_loses_its_secret(kit, asked, do):
    headers = do("draft", seq=asked)["headers"].replace(f"Bearer {MASK}", "Bearer other")

    assert answer(kit, do("send", seq=asked, edits={"headers": headers}))["token"] == "Bearer other"


def test_line_ends_of_a_body_stay_as_the_client_sent_them(kit, do):
    seq = kit.request("POST /echo", headers={"content-type": "text/plain"}, body="a\r\nb\r\n").exchange.seq
    body = do("draft", seq=seq)["body"]

    assert body == "a\nb\n"
    assert answer(kit, do("send", seq=seq, edits={"body": body + "c\n"}))["body"] == "a\r\nb\r\nc\r\n"


def test_a_body_that_is_no_text_is_kept_and_can_be_replaced(kit, do):
    seq = kit.request("POST /echo", body=b"\xff\x00").exchange.seq
    draft = do("draft", seq=seq)

    assert draft["body"] is None
    assert draft["note"].startswith("no text: 2 bytes")
    assert answer(kit, do("send", seq=seq, edits={"body": "now text"}))["body"] == "now text"


def test_a_body_that_the_app_did_not_read_is_to_be_written_anew(kit, do, refused):
    @kit.app.route("/deaf", methods=["POST"])
    async def deaf(request):
        return "no matter what"

    kit.serve()
    seq = kit.request("POST /deaf", body="12345").exchange.seq

    assert do("draft", seq=seq)["note"].startswith("the app read 0 of the 5 bytes of the body")
    assert "give it anew" in refused("send", seq=seq, edits={})
    assert kit.traffic.get(do("send", seq=seq, edits={"body": "54321"})).status == 200


def test_a_sessions_messages_are_edited_line_by_line(kit, do):
    first = kit.traffic.get(_session(kit))
    assert do("draft", seq=first.seq)["messages"] == "a\nb"

    new = kit.traffic.get(do("send", seq=first.seq, edits={"messages": "a\nnew"}))

    assert [one.text for one in new.websocket.messages if one.direction == "send"] == ["A", "NEW"]


def _session(kit):
    """Let a client say "a" and "b" over a real socket; give the exchange's number."""
    from websockets.sync.client import connect

    service = kit.serve()
    with connect(service.websocket_url + "chat") as client:
        for text in ("a", "b"):
            client.send(text)
            client.recv(timeout=10)
    return kit.traffic[-1].seq


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        pytest.param({"headers": "no colon"}, "written as name: value", id="header"),
        pytest.param({"headers": "a: 1\na: 2"}, "stands here 2 times", id="header-twice"),
        pytest.param({"headers": "a: ☕"}, "use latin-1", id="header-charset"),
        pytest.param({"headers": f"x-new: {MASK}"}, "1 hidden values", id="header-mask"),
        pytest.param({"target": "echo"}, "path must be text that starts with '/'", id="path"),
        pytest.param({"method": "a b"}, "method must be a word of HTTP", id="method"),
        pytest.param({"body": f"{MASK}{MASK}"}, "2 hidden values", id="body-mask"),
        pytest.param({"colour": "red"}, "'colour' is no text field", id="unknown"),
        pytest.param({"body": 3}, "'body' is no text field", id="number"),
        pytest.param([], "edits must be an object", id="list"),
    ],
)
def test_an_edit_that_cannot_be_read_is_refused_and_nothing_is_sent(kit, asked, refused, edits, text):
    assert text in refused("send", seq=asked, edits=edits)
    assert len(kit.traffic) == 1


# --- copied


def test_every_copy_and_every_cell_of_a_request_is_masked(asked, do):
    names = [one["name"] for one in do("copies", seq=asked)]
    cells = [one["name"] for one in do("cells", seq=asked)]
    texts = [do("copy", seq=asked, name=name) for name in names]
    texts += [do("cell", seq=asked, name=name) for name in cells]

    assert names == ["curl", "cmd", "httpx", "http", "test", "har"]
    assert cells == ["request", "replay", "test"]
    for secret in ("s3cret", "abcdefgh", "t0ken"):
        assert not any(secret in text for text in texts)


def test_a_menus_code_gives_the_same_text(kit, asked, do):
    (curl, *_) = do("copies", seq=asked)

    assert curl["code"] == f'asgi_nb.traffic["{kit.traffic.get(asked).id}"].as_curl()'
    assert str(kit.traffic.get(asked).as_curl()).rstrip("\n") == do("copy", seq=asked, name="curl")


def test_the_cell_of_a_request_begins_with_the_magic(asked, do):
    assert do("cell", seq=asked, name="request").startswith("%%asgi_request POST /echo?q=1&token=")


def test_what_a_format_cannot_say_is_refused_with_its_reason(kit, refused, do):
    seq = kit.request("POST /echo", body=b"\xff\x00").exchange.seq

    assert "use .as_httpx() or .as_curl()" in refused("copy", seq=seq, name="http")
    assert "no format is called 'tea'" in refused("copy", seq=seq, name="tea")
    assert "no cell is called 'tea'" in refused("cell", seq=seq, name="tea")


# --- compared


def test_two_exchanges_are_compared_in_the_order_they_came(kit, asked, do):
    new = do("send", seq=asked, edits={"target": "/echo?q=2"})

    found = do("diff", seqs=[new, asked])

    assert (found["old"]["seq"], found["new"]["seq"]) == (asked, new)
    query = next(one for one in found["differences"] if one["place"] == "request query")
    assert (query["sign"], query["kind"]) == ("~", "changed")
    assert "t0ken" not in str(found)
    assert ".diff(" in found["code"]


def test_one_is_compared_with_the_one_that_it_repeats_else_with_the_last_of_its_route(kit, asked, do):
    kit.request("POST /echo?other")
    again = do("replay", seq=asked)
    last = kit.request("POST /echo?last").exchange.seq

    assert do("diff", seqs=[again])["old"]["seq"] == asked
    assert do("diff", seqs=[again])["summary"] == "unchanged"
    assert do("diff", seqs=[last])["old"]["seq"] == again


def test_the_first_of_a_route_has_nothing_to_be_compared_with(asked, refused):
    assert refused("diff", seqs=[asked]) == "there is no earlier POST /echo to compare with"


# --- spoken to


def test_a_socket_is_spoken_to_and_closed_from_both_sides(kit, do, refused):
    from websockets.sync.client import connect

    service = kit.serve()
    with connect(service.websocket_url + "chat") as client:
        client.send("a")
        assert client.recv(timeout=10) == "A"
        seq = kit.traffic[-1].seq
        do("ws_send", seq=seq, to="client", data="00 ff", binary=True)
        assert client.recv(timeout=10) == b"\x00\xff"
        do("ws_send", seq=seq, to="app", data="tea", binary=False)
        assert client.recv(timeout=10) == "TEA"
        assert "hexadecimal digits" in refused("ws_send", seq=seq, to="app", data="0g", binary=True)
        assert "got 99" in refused("ws_close", seq=seq, to="client", code=99, reason="")
        do("ws_close", seq=seq, to="client", code=4000, reason="enough")
        kit.stop()
    assert "this WebSocket is closed (4000" in refused("ws_send", seq=seq, to="app", data="x")


def test_a_replay_does_not_wait_for_what_a_cell_had_put_in(kit, do):
    from websockets.sync.client import connect

    service = kit.serve()
    with connect(service.websocket_url + "chat") as client:
        client.send("a")
        client.recv(timeout=10)
        seq = kit.traffic[-1].seq
        for text in ("x", "y", "z"):
            do("ws_send", seq=seq, to="client", data=text)
            client.recv(timeout=10)
        client.send("b")
        client.recv(timeout=10)
    kit.stop()
    new = kit.traffic.get(do("replay", seq=seq))

    assert [one.after for one in prepare(kit.traffic.get(seq), {}).messages] == [0, 1]
    assert [one.text for one in new.websocket.messages] == ["a", "A", "b", "B"]


@pytest.mark.parametrize(
    ("what", "args", "text"),
    [
        pytest.param("replay", {"seq": "1"}, "seq must be a whole number", id="seq-text"),
        pytest.param("replay", {"seq": 99}, "dropped from the store", id="gone"),
        pytest.param("diff", {"seqs": [1, 2, 3]}, "select two requests", id="three"),
        pytest.param("ws_send", {"seq": 1, "to": "app", "data": "x"}, "no WebSocket session", id="http"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused_with_a_reason(asked, refused, what, args, text):
    assert text in refused(what, **args)
