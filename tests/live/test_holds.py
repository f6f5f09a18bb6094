"""Requests that are held: a real server, real clients, and a person who decides in another thread."""

import json
import logging
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from asgi_nb.live.held import HoldError
from asgi_nb.live.holding import HoldPoint
from asgi_nb.live.holds import Holds
from asgi_nb.record.filters import FilterError
from asgi_nb.record.latency import measure
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service import protocols, resets, server
from asgi_nb.service.resets import EXTENSION
from asgi_nb.service.service import start
from asgi_nb.web.applications import App
from asgi_nb.web.responses import Response, StreamingResponse
from asgi_nb.web.routing import Route
from asgi_nb.web.testclient import TestClient


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def holds():
    return Holds()


@pytest.fixture
def handled():
    return []


@pytest.fixture
def url(store, holds, handled):
    async def item(request):
        body = await request.body()
        handled.append(request.url.path)
        return {
            "id": request.path_params["id"],
            "method": request.method,
            "query": str(request.query_params),
            "x": request.headers.get("x-say"),
            "length": request.headers.get("content-length"),
            "body": body.decode(),
        }

    async def stream(request):
        async def pieces():
            yield b"one"
            yield b"two"

        return StreamingResponse(pieces())

    app = App(routes=[Route("/items/{id}", item, methods=["GET", "POST"]), Route("/stream", stream)])
    service = start(Tap(HoldPoint(app, holds), store))
    yield service.local_url
    holds.cancel()
    service.stop()


@pytest.fixture
def ask(url):
    with ThreadPoolExecutor(8) as pool:
        yield lambda method, path, **options: pool.submit(
            httpx2.request, method, url + path, timeout=20, **options
        )


def test_what_matches_waits_while_the_rest_is_answered(holds, ask, handled):
    hold = holds.add("method:POST path:/items")
    asked = ask("POST", "items/1", content=b"tea")
    held = hold.wait(10)

    assert ask("GET", "items/2").result(10).json()["id"] == "2"
    assert handled == ["/items/2"]
    assert (held.request.method, held.request.path, held.request.body) == ("POST", "/items/1", b"tea")
    assert re.fullmatch(r"<Held request POST /items/1: \d+ s left>", repr(held))
    held.go()

    assert asked.result(10).json()["body"] == "tea"
    assert ask("POST", "items/3").result(10).status_code == 200


def test_a_request_can_be_changed_in_every_part(holds, ask, store):
    hold = holds.add("path:/items/1")
    asked = ask("GET", "items/1?q=a")
    held = hold.wait(10)
    held.request.method = "post"
    held.request.path = "/items/tea time"
    held.request.query = "q=b"
    held.request.headers["x-say"] = "hello"
    held.request.set_json({"n": 1})
    held.go()

    assert asked.result(10).json() == {
        "id": "tea time",
        "method": "POST",
        "query": "q=b",
        "x": "hello",
        "length": "8",
        "body": '{"n": 1}',
    }
    [record] = store[-1].holds
    assert record.ended == "went on"
    assert record.changes == (
        "method GET → post",
        "path /items/1 → /items/tea time",
        "query q=a → q=b",
        "header content-type added: application/json",
        "header x-say added: hello",
        "body 0 → 8 bytes",
    )
    assert (store[-1].request.method, store[-1].request.path) == ("GET", "/items/1")
    assert store[-1].route_path == "/items/{id}"


@pytest.mark.parametrize(
    ("result", "status", "text"),
    [(503, 503, ""), ("no tea", 200, "no tea"), (({"why": "closed"}, 409), 409, '{"why":"closed"}')],
)
def test_it_can_be_answered_in_the_apps_place(holds, ask, handled, store, result, status, text):
    hold = holds.add()
    asked = ask("GET", "items/1")
    hold.wait(10).answer(result)

    assert (asked.result(10).status_code, asked.result(10).text) == (status, text)
    assert handled == []
    assert store[-1].status == status
    assert store[-1].holds[0].ended == "answered"


def test_an_answer_is_held_before_it_goes_out_and_can_be_changed(holds, ask, store):
    hold = holds.add("status:200 response-body:tea", at="response")
    assert ask("GET", "items/coffee").result(10).status_code == 200
    asked = ask("GET", "items/tea")
    held = hold.wait(10)
    assert held.response.json()["id"] == "tea"
    assert re.match(r"<Held response GET /items/tea → 200: ", repr(held))
    held.response.status = 202
    held.response.headers["x-held"] = "yes"
    held.response.set_json({"id": "milk"})
    held.go()

    got = asked.result(10)
    assert (got.status_code, got.headers["x-held"], got.json()) == (202, "yes", {"id": "milk"})
    assert store[-1].holds[0].changes[0] == "status 200 → 202"


def test_an_answer_can_be_replaced(holds, ask):
    hold = holds.add(at="response")
    asked = ask("GET", "items/1")
    hold.wait(10).answer(("gone", 410))

    assert (asked.result(10).status_code, asked.result(10).text) == (410, "gone")


def test_a_stream_is_held_at_its_beginning_and_passes_unseen(holds, ask):
    hold = holds.add("path:/stream", at="response")
    asked = ask("GET", "stream")
    held = hold.wait(10)
    held.response.headers["x-held"] = "yes"
    with pytest.raises(HoldError, match="streamed"):
        held.response.json()
    held.go()

    assert (asked.result(10).text, asked.result(10).headers["x-held"]) == ("onetwo", "yes")


def test_it_goes_on_by_itself_and_says_so(holds, ask, store):
    hold = holds.add(timeout=0.05)

    assert ask("GET", "items/1").result(10).status_code == 200
    assert store[-1].holds[0].ended == "timed out"
    assert store[-1].state == "done"
    assert repr(hold) == "<Hold '' at the request: done, 1 held>"


def test_the_time_it_was_held_counts_in_no_latency_and_stands_on_its_card(holds, ask, store):
    hold = holds.add()
    asked = ask("GET", "items/1?token=s3cr3t")
    held = hold.wait(10)
    threading.Event().wait(0.3)
    held.request.query = "token=<b>"
    held.go()
    asked.result(10)

    exchange = store[-1]
    assert exchange.duration >= 0.3
    assert measure(store).total.seconds[0] < exchange.duration - 0.25
    html = exchange._repr_html_()
    assert re.search(r"held at the request for \d+\.\d s, went on; query token=", html)
    assert "<b>" not in html
    assert "s3cr3t" not in html


def test_who_decides_too_late_is_told(holds, ask):
    hold = holds.add()
    asked = ask("GET", "items/1")
    held = hold.wait(10)
    held.go()
    asked.result(10)

    with pytest.raises(HoldError, match="exchange 1 is held no longer: it went on"):
        held.answer(404)
    assert not held.waiting


def test_cancelling_lets_go_of_everything(holds, ask):
    with holds.add("path:/items", times=None) as hold:
        asked = [ask("GET", f"items/{number}") for number in range(3)]
        while len(hold.held) < 3:
            hold.wait(10)
        assert repr(hold) == "<Hold 'path:/items' at the request: holding 3>"

    assert [answer.result(10).status_code for answer in asked] == [200, 200, 200]
    assert holds.all() == []
    assert ask("GET", "items/9").result(10).status_code == 200


def test_a_client_that_leaves_ends_its_hold(holds, url, store, handled):
    hold = holds.add()
    client = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1].strip("/"))))
    client.sendall(b"GET /items/1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    held = hold.wait(10)
    left = threading.Event()
    holds.listen(lambda: None if hold.held else left.set())
    client.close()

    assert left.wait(10)
    assert held.ended == "client left"
    assert handled == []
    with pytest.raises(HoldError, match="client left"):
        held.go()


def test_the_next_holds_are_counted_down(holds, ask):
    hold = holds.add(times=2)
    assert repr(hold) == "<Hold '' at the request: waiting for the next 2>"
    for number in range(2):
        asked = ask("GET", f"items/{number}")
        hold.wait(10).go()
        asked.result(10)

    assert ask("GET", "items/3").result(10).status_code == 200
    assert not hold.active


def test_a_delay_and_an_answer_need_nobody(holds, ask, handled, store):
    holds.add("path:/items/1", answer=503, times=1)
    holds.add("path:/items/2", delay=0.05, times=1)

    assert ask("GET", "items/1").result(10).status_code == 503
    assert ask("GET", "items/2").result(10).status_code == 200
    assert handled == ["/items/2"]
    assert [one.holds[0].ended for one in store] == ["answered", "went on"]


def test_who_needs_longer_gets_it(holds, ask, store):
    hold = holds.add(timeout=2)
    asked = ask("GET", "items/1")
    held = hold.wait(10)
    end = held.until
    told = threading.Event()
    holds.listen(told.set)
    held.extend(20)
    assert told.is_set()
    assert held.until == end + 20
    with pytest.raises(ValueError, match="seconds is above 0"):
        held.extend(0)
    # The old end has come and gone.
    threading.Event().wait(max(0.0, end - time.monotonic()) + 0.1)
    assert held.waiting
    held.go()
    asked.result(10)

    assert store[-1].holds[0].ended == "went on"
    with pytest.raises(HoldError, match="held no longer: it went on"):
        held.extend(5)


def test_a_filter_that_takes_too_long_ends_its_hold_and_no_request(holds, ask):
    hold = holds.add("request-body:/a*a*a*b/", times=None)

    assert ask("POST", "items/1", content=b"a" * 60000).result(15).status_code == 200
    assert "takes too long" in repr(hold)
    assert holds.rules == ()


def test_a_path_with_a_percent_sign_is_taken_as_it_is(holds, ask):
    hold = holds.add()
    asked = ask("GET", "items/1")
    held = hold.wait(10)
    held.request.path = "/items/100%41"
    held.go()

    assert asked.result(10).json()["id"] == "100%41"


def test_a_body_is_asked_for_before_the_app_does(holds, ask):
    hold = holds.add("request-body:green")
    assert ask("POST", "items/1", content=b"black tea").result(10).json()["body"] == "black tea"
    asked = ask("POST", "items/1", content=b"green tea")
    held = hold.wait(10)
    held.request.body = b"white tea"
    held.go()

    assert asked.result(10).json()["body"] == "white tea"
    assert asked.result(10).json()["length"] == "9"


def test_a_body_too_large_to_keep_passes_whole(holds, ask):
    hold = holds.add("path:/items")
    asked = ask("POST", "items/1", content=b"x" * (20 << 20))
    held = hold.wait(20)
    assert held.request.body is None
    held.request.headers["x-say"] = "large"
    held.go()

    assert len(asked.result(20).json()["body"]) == 20 << 20
    assert asked.result(20).json()["x"] == "large"


def test_an_unrecorded_request_is_held_too(holds, ask, store):
    store.recording = False
    hold = holds.add()
    asked = ask("GET", "items/1")
    held = hold.wait(10)
    assert held.seq == 0
    held.go()

    assert asked.result(10).status_code == 200


def test_waiting_for_nothing_ends_with_advice(holds):
    with pytest.raises(HoldError, match="no request matched 'path:/x' in time"):
        holds.add("path:/x").wait(0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"where": "status:404"}, "a hold at the request cannot ask for status; .* use at='response'"),
        ({"where": "cell:3", "at": "response"}, "cannot ask for cell; .* leave it out"),
        ({"where": "path:"}, "path"),
    ],
)
def test_a_filter_that_asks_for_what_is_not_known_yet_is_an_error(holds, arguments, message):
    with pytest.raises(FilterError, match=message):
        holds.add(**arguments)
    assert holds.rules == ()


@pytest.fixture(params=["httptools", "h11"])
def service(request, store, holds, monkeypatch):
    """A service whose log is looked at, by each HTTP protocol."""
    if request.param == "h11":
        monkeypatch.setattr(server, "http_protocol", lambda: protocols.LimitedH11)

    async def tea(request):
        return {"tea": (await request.body()).decode()}

    service = start(Tap(HoldPoint(App(routes=[Route("/tea", tea, methods=["GET", "POST"])]), holds), store))
    yield service
    holds.cancel()
    service.stop()


def asks_for_tea(service):
    """A client that has asked, and waits."""
    client = socket.create_connection(("127.0.0.1", service.port), timeout=10)
    client.sendall(b"POST /tea HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\ngreen")
    return client


@pytest.mark.parametrize("by", ["hand", "itself", "itself-later"])
@pytest.mark.parametrize("at", ["request", "response"])
def test_a_connection_is_reset_without_an_answer_and_the_next_one_is_served(service, holds, store, at, by):
    options = {"hand": {}, "itself": {"reset": True}, "itself-later": {"reset": True, "delay": 0.05}}
    hold = holds.add("path:/tea", at=at, **options[by])
    with asks_for_tea(service) as client:
        if by == "hand":
            hold.wait(10).reset()
        with pytest.raises(ConnectionResetError):
            client.recv(1)

    assert httpx2.get(f"{service.local_url}tea", timeout=10).json() == {"tea": ""}
    cut, served = store
    assert (cut.state, cut.response, cut.error, cut.faults) == ("aborted", None, None, [])
    assert cut.holds[0].ended == "reset"
    assert cut.holds[0].changes == (("the answer 200 was not sent",) if at == "response" else ())
    assert served.state == "done"
    # Another test may have set uvicorn's logger to tell of each start.
    assert [one.getMessage() for one in service.log if one.levelno >= logging.WARNING] == []


def test_only_what_may_be_held_has_a_way_to_cut_its_connection(holds):
    # Those of other tests, which nobody holds any more.
    resets.holders.clear()
    seen = []

    async def look(scope, receive, send):
        if scope["type"] == "http":
            seen.append(EXTENSION in scope.get("extensions", {}))
            await Response(b"")(scope, receive, send)

    service = start(look)
    try:
        httpx2.get(service.local_url, timeout=10)
        hold = holds.add()
        httpx2.get(service.local_url, timeout=10)
        hold.cancel()
        httpx2.get(service.local_url, timeout=10)
    finally:
        service.stop()

    assert seen == [False, True, False]


def test_who_asked_without_a_connection_is_told_that_it_was_reset(holds, store):
    holds.add(reset=True)
    client = TestClient(Tap(HoldPoint(App(), holds), store))

    with pytest.raises(ConnectionResetError, match="was held, and its connection reset"):
        client.get("/tea")

    assert store[-1].holds[0].ended == "reset"


def test_a_hold_that_resets_says_so(holds):
    assert repr(holds.add("path:/tea", reset=True)).endswith("waiting for the next, resets the connection>")
    with pytest.raises(ValueError, match="has no answer: give one of the two"):
        holds.add(answer=503, reset=True)


@pytest.mark.parametrize("arguments", [{"at": "end"}, {"times": 0}, {"timeout": -1}, {"delay": 10**6}])
def test_wrong_arguments_are_named(holds, arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        holds.add(**arguments)


def test_secrets_are_masked_in_what_was_changed(holds, ask, store):
    hold = holds.add()
    asked = ask("GET", "items/1?token=s3cr3t", headers={"authorization": "Bearer s3cr3t"})
    held = hold.wait(10)
    assert "s3cr3t" not in repr(held)
    held.request.query = "token=s3cr3t2"
    held.request.headers["authorization"] = "Bearer s3cr3t3"
    held.go()
    asked.result(10)

    assert "s3cr3t" not in json.dumps([str(record) for record in store[-1].holds])
