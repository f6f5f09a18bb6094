"""What pages see of held requests, and what they decide: real requests through a real hold point."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from asgi_nb.live.holding import HoldPoint
from asgi_nb.live.holds import Holds
from asgi_nb.record.masks import MASK
from asgi_nb.record.tap import Tap
from asgi_nb.web.applications import App
from asgi_nb.web.responses import StreamingResponse
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient
from asgi_nb.widgets.desk import Desk


@pytest.fixture
def holds():
    return Holds()


@pytest.fixture
def desk(store, holds):
    return Desk(store, holds)


@pytest.fixture
def client(store, holds):
    async def echo(request):
        body = await request.body()
        return {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "authorization": request.headers.get("authorization"),
            "say": request.headers.getlist("x-say"),
            "body": body.decode("latin-1"),
        }

    async def stream(request):
        async def pieces():
            yield b"one"

        return StreamingResponse(pieces())

    methods = ["GET", "POST", "PUT"]
    app = App(routes=[Route("/stream", stream), Route("/{rest:path}", echo, methods=methods)])
    tapped = Tap(HoldPoint(app, holds), store)

    async def served(scope, receive, send):
        await tapped(scope, receive, send)

    yield TestClient(served)
    holds.cancel()


@pytest.fixture
def ask(client):
    with ThreadPoolExecutor(4) as pool:
        yield lambda *args, **options: pool.submit(client.request, *args, **options)


@pytest.fixture
def told(desk):
    """Do one command; give the whole answer."""

    def told(what, **args):
        content, _ = desk.reply({"kind": "ask", "v": "page", "id": 1, "what": what, **args})
        return content

    return told


@pytest.fixture
def do(told):
    """Do one command that must succeed; give its value."""

    def do(what, **args):
        content = told(what, **args)
        assert content["ok"], content["value"]
        return content["value"]

    return do


def test_the_strip_tells_of_what_is_held_and_of_what_will_be(desk, holds, ask, do):
    assert desk.state() == {"held": [], "holds": []}
    hold = holds.add("method:POST", times=2)
    asked = ask("POST", "/items?token=s3cr3t", content=b"tea")
    n = hold.wait(10).number

    state = desk.state()
    [held] = state["held"]
    assert (held["n"], held["method"], held["target"]) == (n, "POST", f"/items?token={MASK}")
    assert (held["seq"], held["stage"], held["status"], held["asks"]) == (1, "request", None, True)
    assert 20 < held["left"] <= 30
    assert [(one["where"], one["times"]) for one in state["holds"]] == [("method:POST", 1)]
    do("hold_cancel", hold=hold.number)
    assert asked.result(10).status_code == 200
    assert desk.state() == {"held": [], "holds": []}


def test_what_is_edited_changes_and_the_rest_stays_as_it_came(holds, ask, do):
    hold = holds.add()
    headers = [("authorization", "Bearer s3cr3t"), ("x-say", "a"), ("x-say", "b")]
    asked = ask("GET", "/tea%20time?token=s3cr3t&q=a%26b", headers=headers)
    n = hold.wait(10).number
    seen = do("held", n=n)
    assert "s3cr3t" not in str(seen)
    assert (seen["method"], seen["hidden"]) == ("GET", True)
    assert seen["target"] == f"/tea%20time?token={MASK}&q=a%26b"
    edits = {
        "method": "PUT",
        "target": seen["target"] + "&more=é",
        "headers": seen["headers"].replace("x-say: b", "X-Say: c"),
        "body": "milk",
    }
    do("held_go", n=n, edits=edits)

    assert asked.result(10).json() == {
        "method": "PUT",
        "path": "/tea time",
        "query": "token=s3cr3t&q=a%26b&more=%C3%A9",
        "authorization": "Bearer s3cr3t",
        "say": ["a", "c"],
        "body": "milk",
    }


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ({"method": "GE T"}, "a method is letters"),
        ({"target": "items"}, "a path starts with '/'"),
        ({"target": f"/?other={MASK}"}, "holds a hidden value"),
        ({"headers": f"authorization: Basic {MASK}"}, "holds a hidden value"),
        ({"headers": "no colon"}, "name: value"),
        ({"headers": "x-say: ☕"}, "no header can carry"),
        ({"body": 3}, "body must be a text"),
        ("all", "edits must be an object"),
    ],
)
def test_an_edit_that_cannot_be_read_changes_nothing_and_holds_on(holds, ask, do, told, edits, reason):
    hold = holds.add()
    asked = ask("GET", "/?token=s3cr3t", headers={"authorization": "Bearer s3cr3t"})
    held = hold.wait(10)
    if isinstance(edits, dict):
        edits = {"method": "PUT", **edits}
    refused = told("held_go", n=held.number, edits=edits)

    assert refused["ok"] is False
    assert reason in refused["value"]
    assert (held.waiting, held.request.method) == (True, "GET")
    do("held_go", n=held.number)
    assert asked.result(10).json()["method"] == "GET"


def test_secrets_are_shown_when_asked_for_and_can_then_be_edited(holds, ask, do):
    hold = holds.add()
    asked = ask("POST", "/", json={"password": "s3cr3t"}, headers={"authorization": "Bearer s3cr3t"})
    n = hold.wait(10).number
    assert (do("held", n=n)["body"], do("held", n=n)["hidden"]) == (None, True)
    seen = do("held", n=n, reveal=True)
    assert (seen["body"], seen["hidden"]) == ('{"password":"s3cr3t"}', False)
    edits = {"body": '{"password":"other"}', "headers": seen["headers"].replace("Bearer s3cr3t", "Bearer x")}
    do("held_go", n=n, reveal=True, edits=edits)

    got = asked.result(10).json()
    assert (got["body"], got["authorization"]) == ('{"password":"other"}', "Bearer x")


def test_a_multipart_body_keeps_its_line_ends(holds, ask, do):
    hold = holds.add()
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ntea\r\n--x--\r\n'
    asked = ask("POST", "/", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    n = hold.wait(10).number
    text = do("held", n=n)["body"].replace("\r\n", "\n").replace("tea", "milk")
    do("held_go", n=n, edits={"body": text})

    assert asked.result(10).json()["body"].encode() == body.replace(b"tea", b"milk")


@pytest.mark.parametrize(
    ("options", "note"),
    [
        pytest.param({"content": b"\xff\xfe"}, "2 bytes that are no text", id="bytes"),
        pytest.param(
            {"content": b"x", "headers": {"content-encoding": "br"}}, "Content-Encoding", id="coded"
        ),
        pytest.param({"content": b"a" * 300_000}, "too long for a page", id="long"),
        pytest.param({"content": "a\u202eb".encode()}, "some characters cannot be seen", id="bidi"),
    ],
)
def test_a_body_that_no_text_field_can_hold_says_why(holds, ask, do, options, note):
    hold = holds.add()
    asked = ask("POST", "/", **options)
    n = hold.wait(10).number
    seen = do("held", n=n)
    do("held_go", n=n)

    assert seen["body"] is None
    assert note in seen["note"]
    assert asked.result(10).status_code == 200


def test_an_answer_is_edited_too(holds, ask, do):
    hold = holds.add(at="response")
    asked = ask("GET", "/")
    n = hold.wait(10).number
    seen = do("held", n=n)
    assert (seen["stage"], seen["status"]) == ("response", 200)
    do("held_go", n=n, edits={"status": 202, "headers": seen["headers"] + "\nx-held: yes", "body": "{}"})

    got = asked.result(10)
    assert (got.status_code, got.headers["x-held"], got.text) == (202, "yes", "{}")


def test_a_streamed_answer_has_no_body_to_edit(holds, ask, do):
    hold = holds.add(at="response")
    asked = ask("GET", "/stream")
    n = hold.wait(10).number
    assert "streamed" in do("held", n=n)["note"]
    do("held_go", n=n)

    assert asked.result(10).text == "one"


@pytest.mark.parametrize(
    ("status", "body", "type_"),
    [
        (409, '{"why": "closed"}', "application/json"),
        (503, "no tea", "text/plain; charset=utf-8"),
        (204, "ignored", None),
    ],
)
def test_it_is_answered_in_the_apps_place(holds, ask, do, status, body, type_):
    hold = holds.add()
    asked = ask("GET", "/")
    do("held_answer", n=hold.wait(10).number, status=status, body=body)

    got = asked.result(10)
    assert (got.status_code, got.headers.get("content-type")) == (status, type_)
    assert got.text == ("" if type_ is None else body)


def test_what_was_decided_elsewhere_is_told(holds, ask, do, told):
    hold = holds.add()
    asked = ask("GET", "/")
    held = hold.wait(10)
    held.go()
    asked.result(10)

    for what, args in [("held_go", {}), ("held_answer", {"status": 500, "body": ""}), ("held_more", {})]:
        assert "held no longer" in told(what, n=held.number, **args)["value"]


def test_more_time_is_given(holds, ask, do, desk):
    hold = holds.add()
    asked = ask("GET", "/")
    held = hold.wait(10)
    do("held_more", n=held.number)

    assert 80 < desk.state()["held"][0]["left"] <= 90
    held.go()
    asked.result(10)


def test_a_page_holds_the_next_that_its_filter_matches(holds, do, told):
    assert do("hold", where=" method:POST ") == "request"
    assert do("hold", where="method:POST") == "request"
    assert do("hold", where="status>=400") == "response"

    assert [(hold.where, hold.at, hold.times) for hold in holds.all()] == [
        ("method:POST", "request", 1),
        ("status>=400", "response", 1),
    ]
    assert "leave it out" in told("hold", where="cell:3")["value"]
    assert told("hold", where="status:")["position"] is not None


@pytest.mark.parametrize(
    ("how", "rule", "words"),
    [
        pytest.param("all", (None, None, None), "", id="all"),
        pytest.param("delay", (1, 2.0, None), "by 2 s", id="delay"),
        pytest.param("fail", (1, None, 503), "with 503", id="fail"),
        pytest.param("reset", (1, None, None), "reset", id="reset"),
    ],
)
def test_a_page_turns_a_hold_into_a_fault(holds, desk, do, how, rule, words):
    hold = holds.add("method:POST", at="response", timeout=9)

    do("hold_instead", hold=hold.number, how=how)

    (now,) = holds.all()
    assert (now.where, now.at, now.timeout) == ("method:POST", "response", 9)
    assert (now.times, now.delay, now.answer) == rule
    assert now.reset is (how == "reset")
    assert desk.state()["holds"][0]["does"] == words


def test_a_fault_that_a_page_asked_for_meets_the_next_request(holds, ask, do):
    do("hold_instead", hold=holds.add("path:/tea").number, how="fail")

    assert ask("GET", "/tea").result(10).status_code == 503
    assert ask("GET", "/tea").result(10).status_code == 200


def test_the_connection_of_what_is_held_is_reset_from_a_page(holds, ask, do):
    hold = holds.add("path:/tea")
    asked = ask("GET", "/tea")

    do("held_reset", n=hold.wait(10).number)

    with pytest.raises(ConnectionResetError):
        asked.result(10)


def test_a_hold_that_waits_no_longer_is_not_turned_into_another(holds, told):
    hold = holds.add()
    assert told("hold_instead", hold=hold.number, how="explode")["value"].startswith(
        "how is one of all, delay, f"
    )
    hold.cancel()

    assert "waits no longer" in told("hold_instead", hold=hold.number, how="delay")["value"]
    assert holds.all() == []


class Socket:
    """A socket as `LiveApp.sockets` lists it, whose close frames are counted."""

    def __init__(self, exchange, replaced, loop):
        self.exchange, self.replaced, self._loop = exchange, replaced, loop
        self.ends = []

    async def end(self, code, reason):
        self.ends.append(code)


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_sockets_on_old_code_are_closed_and_others_are_not(store, traffic, run, loop):
    async def accept(receive, send):
        await send({"type": "websocket.accept"})

    for path in ("/old", "/older", "/current"):
        run(traffic.websocket(path, accept))
    old, older, current = (Socket(store[seq], seq < 2, loop) for seq in range(3))
    desk = Desk(store, None, lambda: [old, older, current])

    def close(**args):
        content, _ = desk.reply({"kind": "ask", "v": "page", "id": 1, "what": "close_replaced", **args})
        return content

    assert close(seqs=[2])["value"] == 1
    assert (old.ends, older.ends, current.ends) == ([], [1012], [])
    assert close()["value"] == 2
    assert (old.ends, older.ends, current.ends) == ([1012], [1012, 1012], [])
    assert "no open WebSocket of these" in close(seqs=[3])["value"]
