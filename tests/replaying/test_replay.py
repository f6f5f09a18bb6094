"""Requests that are sent again: as they were, or with changes, into the app as it is now."""

import gzip

import anyio
import httpx2
import pytest
from websockets.sync.client import connect

from asgi_nb.kit import Kit
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.recorder import Recorder
from asgi_nb.replaying.request import ReplayError
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import spawn
from asgi_nb.web.applications import App
from asgi_nb.web.responses import PlainTextResponse, StreamingResponse
from asgi_nb.web.routing import Route


def sent(exchange):
    request = exchange.request
    headers = sorted(pair for pair in request.headers if pair[0] != b"connection")
    return request.method, request.raw_path, request.query_string, headers, request.body.data


def test_a_request_is_sent_again_as_it_was(echoing):
    service = echoing.serve()
    httpx2.post(
        f"{service.local_url}caf%C3%A9/%2F?q=a%20b&q=c",
        headers=[("x-a", "1"), ("x-a", "2"), ("authorization", "Bearer s3cret")],
        content=bytes(range(256)),
        trust_env=False,
    )
    old = echoing.traffic[-1]

    new = old.replay()

    assert new is echoing.traffic[-1]
    assert new is not old
    assert new.relation.replay_of == old.id
    assert new.relation.edited == ()
    assert sent(new) == sent(old)
    assert new.response.json()["body"] == old.response.json()["body"]
    assert (new.scheme, new.http_version, new.server) == (old.scheme, old.http_version, old.server)


def test_nothing_need_be_served(echoing):
    echoing.request("POST /items", body={"name": "tea"})

    new = echoing.traffic[-1].replay()

    assert new.response.json()["body"] == '{"name": "tea"}'
    assert echoing.services() == []


def test_the_app_is_asked_as_it_is_now(kit):
    kit.define_route("GET", "/x", 'return "old"')
    kit.request("GET /x")
    old = kit.traffic[-1]
    kit.define_route("GET", "/x", 'return "new"')

    assert old.replay().response.text == "new"


CHANGES = [
    pytest.param({"method": "put"}, {"method": "PUT"}, id="method"),
    pytest.param({"path": "/other"}, {"path": "/other", "query": "q=1"}, id="path"),
    pytest.param({"path": "/é/%2F?z=1"}, {"query": "z=1"}, id="path-with-query"),
    pytest.param({"query": {"a": ["1", "2"], "b": "é"}}, {"query": "a=1&a=2&b=%C3%A9"}, id="query-mapping"),
    pytest.param({"query": "?a=b c"}, {"query": "a=b%20c"}, id="query-text"),
    pytest.param({"query": b""}, {"query": ""}, id="no-query"),
    pytest.param({"body": "new"}, {"body": "new"}, id="text"),
    pytest.param({"body": b"\x00\xff"}, {"body": "\x00\xff"}, id="bytes"),
    pytest.param({"json": {"a": 1}}, {"body": '{"a": 1}'}, id="json"),
]


@pytest.mark.parametrize(("changes", "expected"), CHANGES)
def test_what_is_changed_is_changed_and_the_rest_stays(echoing, changes, expected):
    echoing.request("POST /items?q=1", body="old", headers={"x-a": "1", "content-type": "text/plain"})
    old = echoing.traffic[-1]

    new = old.replay(**changes)

    answer = new.response.json()
    headers = dict(answer["headers"])
    assert {key: answer[key] for key in expected} == expected
    assert headers["x-a"] == "1"
    assert headers["content-length"] == str(len(new.request.body.data))
    assert headers["content-type"] == ("application/json" if "json" in changes else "text/plain")
    assert new.relation.edited == tuple(changes)


def test_headers_are_replaced_added_and_taken_away_by_name(echoing):
    echoing.request("GET /", headers={"x-a": "1", "x-b": "2"})

    new = echoing.traffic[-1].replay(headers={"X-A": None, "x-b": "3", "x-c": b"\xe9"})

    headers = dict(new.response.json()["headers"])
    assert "x-a" not in headers
    assert (headers["x-b"], headers["x-c"]) == ("3", "\xe9")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"pth": "/x"}, "nothing called 'pth' can be changed", id="unknown"),
        pytest.param({"path": "x"}, "path must be text that starts with '/', got 'x'", id="path"),
        pytest.param({"method": "G T"}, "method must be a word of HTTP", id="method"),
        pytest.param({"body": {"a": 1}}, "use json=", id="body"),
        pytest.param({"body": "", "json": 1}, "two ways to say one thing", id="both"),
        pytest.param({"headers": [("a", "b")]}, "headers must be a mapping", id="headers"),
        pytest.param({"headers": {"a b": "c"}}, "a header's name must be a word", id="header-name"),
        pytest.param(
            {"headers": {"a": 1}}, "header 'a' must be str, bytes or None, got int", id="header-value"
        ),
        pytest.param({"query": 1}, "query must be text, a mapping or pairs, got int", id="query"),
        pytest.param({"messages": []}, "is no WebSocket session", id="messages"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(echoing, changes, error):
    echoing.request("GET /")

    with pytest.raises(TypeError, match=error):
        echoing.traffic[-1].replay(**changes)
    assert len(echoing.traffic) == 1


def test_an_edit_shows_what_it_would_send_and_sends_it(echoing):
    echoing.request("POST /login?token=t", headers={"authorization": "Bearer abc"}, body={"password": "x"})

    edit = (
        echoing.traffic[-1].edit(path="/login2").change(json={"password": "y"}).change(headers={"x-a": "1"})
    )

    assert repr(edit).startswith("POST /login2?token=•••\n")
    assert "Bearer •••" in repr(edit)
    assert '{"password": "•••"}' in repr(edit)
    assert repr(edit).endswith("changed: path, headers, json; .send() sends it")
    assert "•••" in edit._repr_html_()
    new = edit.send()
    assert new.response.json()["body"] == '{"password": "y"}'
    assert new.relation.edited == ("path", "headers", "json")


def test_one_way_to_say_the_body_takes_the_place_of_the_other(echoing):
    echoing.request("POST /")
    edit = echoing.traffic[-1].edit(json={"a": 1})

    assert edit.change(body="b").request.body == b"b"
    assert edit.change(body="b").change(json=2).request.body == b"2"
    assert edit.change(headers={"a": "1"}).change(headers={"b": "2"}).changes["headers"] == {
        "a": "1",
        "b": "2",
    }


def test_what_the_app_raises_is_in_the_new_exchange(kit):
    kit.define_route("GET", "/boom", "raise LookupError('gone')")
    kit.request("GET /boom")

    new = kit.traffic[-1].replay()

    assert new.status == 500
    assert new.error.type == "LookupError"


def test_a_stream_that_goes_on_is_cut(kit):
    async def forever(request):
        async def chunks():
            while True:
                yield b"tick\n"
                await anyio.sleep(0.01)

        return StreamingResponse(chunks())

    kit.app.add_route("/stream", forever)
    kit.request("GET /stream", timeout=0.2)

    new = kit.traffic[-1].replay(timeout=0.2)

    assert new.state == "aborted"
    assert new.response.body.data.startswith(b"tick\n")


def test_a_handler_that_never_answers_is_cut(kit):
    async def stuck(request):
        await anyio.sleep_forever()

    kit.app.add_route("/stuck", stuck)
    with pytest.raises(ServiceError):
        kit.request("GET /stuck", timeout=0.2)

    new = kit.traffic[-1].replay(timeout=0.2)

    assert (new.state, new.status) == ("aborted", None)


def test_a_body_that_is_not_whole_is_refused(echoing):
    echoing.request("POST /", body="x" * (BODY_LIMIT + 1))
    with pytest.raises(ReplayError, match=r"was cut: 1048576 of 1048577 bytes are kept; give it anew"):
        echoing.traffic[-1].replay()
    assert echoing.traffic[-1].replay(body="y").response.json()["body"] == "y"

    echoing.clear()
    echoing.define_route("POST", "/unread", 'return "ok"')
    echoing.request("POST /unread", body="12345")
    with pytest.raises(ReplayError, match=r"the app read 0 of the 5 bytes of the body"):
        echoing.traffic[-1].replay()


def test_the_state_of_the_lifespan_is_there(kit):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["pool"] = "made"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await PlainTextResponse(scope["state"]["pool"])(scope, receive, send)

    service = kit.serve(app)
    httpx2.get(service.local_url, trust_env=False)

    assert kit.traffic[-1].replay().response.text == "made"


def test_the_app_behind_the_same_port_is_asked(kit):
    services = {}
    for word in ("one", "two"):

        async def answer(request, word=word):
            return PlainTextResponse(word)

        services[word] = kit.serve(App(routes=[Route("/", answer)]))
    kit.define_route("GET", "/", 'return "own"')
    for word in ("one", "two"):
        httpx2.get(services[word].local_url, trust_env=False)

        assert kit.traffic[-1].replay().response.text == word


def test_a_replay_is_recorded_also_when_recording_is_off(echoing):
    echoing.request("GET /")
    old = echoing.traffic[-1]
    echoing.traffic.recording = False

    new = old.replay()

    assert new.status == 200
    assert len(echoing.traffic) == 1


def test_an_exchange_that_the_store_has_dropped_can_still_be_replayed(echoing, monkeypatch):
    echoing.request("GET /gone")
    old = echoing.traffic[-1]
    echoing.traffic.clear()

    assert echoing.replay(old).status == 200
    assert old.keeper is None


def test_an_exchange_from_elsewhere_is_sent_to_the_kit_that_is_asked(echoing):
    scope = {"type": "http", "method": "GET", "path": "/from/a/file", "headers": [(b"host", b"shop.example")]}
    foreign = Recorder(scope, 0.0).exchange

    assert echoing.replay(foreign).response.json()["path"] == "/from/a/file"


def test_what_a_file_has_masked_is_refused_until_it_is_given(echoing):
    headers = [(b"authorization", "Bearer •••".encode())]
    foreign = Recorder({"type": "http", "method": "GET", "path": "/", "headers": headers}, 0.0).exchange

    with pytest.raises(ReplayError, match=r"the header 'authorization' .* was masked when it was saved"):
        echoing.replay(foreign)
    assert echoing.replay(foreign, headers={"authorization": "Bearer x"}).status == 200


@pytest.mark.parametrize(
    ("line", "headers", "body", "part"),
    [
        pytest.param(
            "GET /", {"authorization": "Bearer hunter2"}, None, "the header 'authorization'", id="head"
        ),
        pytest.param("GET /?token=hunter2", {}, None, "the query", id="query"),
        pytest.param("POST /", {}, {"password": "hunter2"}, "the body", id="body"),
        pytest.param(
            "POST /",
            {"content-encoding": "gzip"},
            gzip.compress(b'{"token": "hunter2"}'),
            "the body",
            id="packed",
        ),
    ],
)
def test_what_was_masked_where_traffic_is_kept_is_refused(echoing, tmp_path, line, headers, body, part):
    echoing.request(line, headers, body)
    with echoing.traffic.keep(tmp_path / "kept.sqlite"):
        pass
    kept = echoing.traffic.load(tmp_path / "kept.sqlite")[0]

    with pytest.raises(ReplayError, match=f"{part} of exchange 1 was masked when it was saved"):
        echoing.replay(kept)


def test_stars_that_a_client_has_sent_are_no_mask(echoing, tmp_path):
    echoing.request("POST /?stars=***", {"x-stars": "***"}, {"stars": "***"})
    with echoing.traffic.keep(tmp_path / "kept.sqlite"):
        pass

    assert echoing.replay(echoing.traffic.load(tmp_path / "kept.sqlite")[0]).status == 200


def test_it_is_refused_on_the_servers_own_thread(echoing):
    echoing.request("GET /")
    old = echoing.traffic[-1]

    async def on_the_loop() -> Exchange:
        return old.replay()

    with pytest.raises(ServiceError, match="was called on it"):
        spawn(on_the_loop).result(10)


def test_two_kits_replay_their_own(echoing):
    other = Kit(PlainNotebook())
    other.define_route("GET", "/", 'return "other"')
    try:
        other.request("GET /")
        echoing.request("GET /")

        assert other.traffic[-1].replay().response.text == "other"
        assert echoing.traffic[-1].replay().response.json()["path"] == "/"
    finally:
        other.close()


# --- several at once


def test_several_are_sent_again_and_compared(kit):
    kit.define_route("GET", "/a", 'return {"n": 1}')
    kit.define_route("GET", "/b", 'return "same"')
    kit.define_route("POST", "/c", 'return "unread"')
    for request in ("GET /a", "GET /b"):
        kit.request(request)
    kit.request("POST /c", body="123")
    kit.define_route("GET", "/a", 'return {"n": 2}')

    found = kit.replay_all(kit.traffic)

    assert not found.same
    assert found.headline == "2 requests sent again: 1 unchanged, 1 changed, 1 skipped"
    assert repr(found).splitlines()[1:4] == [
        "GET /a  1 difference",
        "  ~ changed body /n: 1 → 2",
        "GET /b  unchanged",
    ]
    assert found[2].skipped.startswith("the app read 0 of the 3 bytes")
    assert "1 difference" in found._repr_html_()
    assert len(found) == 3
    assert kit.replay_all(kit.traffic[:1], ignore=["/n"]).same
    assert repr(kit.replay_all([])) == "nothing to compare with"


# --- sessions


@pytest.fixture
def chatting(kit):
    kit.define_websocket(
        "/chat/{room}",
        "await websocket.accept()\n"
        "async for text in websocket.iter_text():\n"
        "    await websocket.send_text(f'{room}: {text}')\n"
        "    if text == 'bye':\n"
        "        await websocket.close(4001)\n"
        "        return",
    )
    kit.serve()
    return kit


def talk(kit, *messages):
    url = kit.services()[0].websocket_url
    with connect(f"{url}chat/tea", subprotocols=["v1"]) as websocket:
        for message in messages:
            websocket.send(message)
            websocket.recv()
        if messages[-1:] == ("bye",):
            with pytest.raises(Exception, match="4001"):
                websocket.recv()
    old = kit.traffic[-1]
    settle(old)
    return old


def settle(exchange):
    """Wait until the app has left."""

    async def left():
        while not exchange.finished:
            await anyio.sleep(0.001)

    spawn(left).result(10)


def payloads(exchange):
    return [(message.direction, message.data) for message in exchange.websocket.messages]


@pytest.mark.parametrize("timed", [False, True], ids=["at-once", "timed"])
def test_a_session_is_played_again(chatting, timed):
    old = talk(chatting, "one", "two")

    new = old.replay(timed=timed)

    assert payloads(new) == payloads(old)
    assert new.websocket.close.by == "client"
    assert new.relation.replay_of == old.id
    assert new.state == "done"
    assert old.diff(new).same, old.diff(new)


def test_a_session_that_the_app_ended_is_ended_by_the_app(chatting):
    old = talk(chatting, "bye")

    new = old.replay()

    assert payloads(new) == payloads(old)
    assert (new.websocket.close.code, new.websocket.close.by) == (4001, "app")


def test_other_messages_may_be_sent(chatting):
    new = talk(chatting, "one").replay(messages=["a", "b"])

    assert payloads(new) == [("receive", b"a"), ("send", b"tea: a"), ("receive", b"b"), ("send", b"tea: b")]
    assert new.relation.edited == ("messages",)


def test_an_app_that_answers_less_is_not_waited_for_without_end(chatting):
    old = talk(chatting, "one", "two")
    chatting.define_websocket(
        "/chat/{room}", "await websocket.accept()\nasync for text in websocket.iter_text():\n    pass"
    )

    new = old.replay()

    assert payloads(new) == [("receive", b"one"), ("receive", b"two")]
    assert "removed message 2 (send)" in repr(old.diff(new))


def test_a_handshake_that_is_refused_now_is_no_error(chatting):
    old = talk(chatting, "one")
    chatting.define_websocket("/chat/{room}", "await websocket.close(4003)")

    new = old.replay()

    assert new.websocket.close.code == 4003
    assert not new.websocket.accepted


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"method": "GET"}, "has no method to change", id="method"),
        pytest.param({"json": 1}, "has no body to change", id="body"),
        pytest.param({"messages": "text"}, "messages must be a list", id="text"),
        pytest.param({"messages": [{"a": 1}]}, "a message must be str or bytes, got dict", id="dict"),
    ],
)
def test_a_change_that_a_session_cannot_take_is_refused(chatting, changes, error):
    with pytest.raises(TypeError, match=error):
        talk(chatting, "one").replay(**changes)
