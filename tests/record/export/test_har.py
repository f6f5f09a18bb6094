"""HTTP Archives: what is written is read again, by us and by others, and holds no secrets."""

import base64
import gzip
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import Origin, OutputRecord, Relation
from asgi_nb.record.export.har import save_har, to_har
from asgi_nb.record.export.har_reader import HarError, load_har
from asgi_nb.record.mark import Mark
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.websocket import MESSAGE_LIMIT

# The fields that HAR 1.2 asks for, and their types, written from the specification.
TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": -1}
MOMENT = {"type": "number", "minimum": 0}
PAIR = {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}}
PAIRS = {"type": "array", "items": PAIR}


def closed(required, optional=()):
    """An object of these fields, and of others only with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **dict(optional)},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


COMMENT = {"comment": TEXT}
SCHEMA = closed(
    {
        "log": closed(
            {
                "version": {"const": "1.2"},
                "creator": closed({"name": TEXT, "version": TEXT}, COMMENT),
                "entries": {
                    "type": "array",
                    "items": closed(
                        {
                            "startedDateTime": {
                                "type": "string",
                                "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
                            },
                            "time": MOMENT,
                            "request": closed(
                                {
                                    "method": TEXT,
                                    "url": {"type": "string", "pattern": "^(http|https|ws|wss)://"},
                                    "httpVersion": TEXT,
                                    "cookies": PAIRS,
                                    "headers": PAIRS,
                                    "queryString": PAIRS,
                                    "headersSize": COUNT,
                                    "bodySize": COUNT,
                                },
                                {
                                    "postData": closed(
                                        {"mimeType": TEXT, "params": PAIRS, "text": TEXT}, COMMENT
                                    )
                                }
                                | COMMENT,
                            ),
                            "response": closed(
                                {
                                    "status": {"type": "integer"},
                                    "statusText": TEXT,
                                    "httpVersion": TEXT,
                                    "cookies": PAIRS,
                                    "headers": PAIRS,
                                    "content": closed(
                                        {"size": COUNT, "mimeType": TEXT},
                                        {"compression": {"type": "integer"}, "text": TEXT, "encoding": TEXT}
                                        | COMMENT,
                                    ),
                                    "redirectURL": TEXT,
                                    "headersSize": COUNT,
                                    "bodySize": COUNT,
                                },
                                COMMENT,
                            ),
                            "cache": {"type": "object"},
                            "timings": closed(
                                {"send": MOMENT, "wait": MOMENT, "receive": MOMENT},
                                {name: {"type": "number"} for name in ("blocked", "dns", "connect", "ssl")}
                                | COMMENT,
                            ),
                        },
                        {"serverIPAddress": TEXT, "connection": TEXT} | COMMENT,
                    ),
                },
            },
            {"browser": {}, "pages": {}} | COMMENT,
        )
    }
)

FIELDS = (
    "kind started_at scheme http_version root_path client server seq id state request_done_ns "
    "response_start_ns response_done_ns app_exit_ns error origin route_path path_params faults output "
    "dropped_output relation mark"
).split()
SESSION_FIELDS = (
    "offered subprotocol accepted_ns accept_headers close received_count sent_count received_size sent_size "
    "dropped_count kept_size"
).split()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def same(old, new):
    """Compare two exchanges field by field; gives the names of those that differ."""
    differing = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
    pairs = [("request", old.request, new.request)]
    for name in ("method", "path", "raw_path", "query_string", "headers"):
        if getattr(old.request, name) != getattr(new.request, name):
            differing.append(f"request.{name}")
    if (old.response is None) != (new.response is None):
        differing.append("response")
    elif old.response is not None:
        pairs.append(("response", old.response, new.response))
        for name in ("status", "headers", "trailers", "file"):
            if getattr(old.response, name) != getattr(new.response, name):
                differing.append(f"response.{name}")
    for side, was, now in pairs:
        for name in ("data", "size", "chunk_count", "chunks", "truncated", "content_type", "seq", "side"):
            if getattr(was.body, name) != getattr(now.body, name):
                differing.append(f"{side}.body.{name}")
    if (old.websocket is None) != (new.websocket is None):
        differing.append("websocket")
    elif old.websocket is not None:
        for name in SESSION_FIELDS:
            if getattr(old.websocket, name) != getattr(new.websocket, name):
                differing.append(f"websocket.{name}")
        for was, now in zip(old.websocket.messages, new.websocket.messages, strict=True):
            for name in ("number", "at_ns", "direction", "is_text", "size", "data", "seq"):
                if getattr(was, name) != getattr(now, name):
                    differing.append(f"message.{name}")
    return differing


def again(exchange, **options):
    """Write an exchange, as a file would hold it, and read it."""
    return load_har(json.loads(json.dumps(to_har([exchange], **options))))[0]


# --- what we write, we read

# Content-Encoding stands aside: an archive has bodies without it, and a test of its own.
NAMES = st.from_regex(r"x-[a-z]{1,5}", fullmatch=True).map(str.encode)
HEADERS = st.lists(st.tuples(NAMES, st.binary(max_size=8)), max_size=3)
TYPES = st.sampled_from(
    [
        b"",
        b"text/plain",
        b"text/plain; charset=latin-1",
        b"application/json",
        b"image/png",
        b"a/b; charset=utf-16",
    ]
)
BODIES = st.binary(max_size=40) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))


@st.composite
def http(draw):
    def typed():
        return [*draw(HEADERS), *([(b"content-type", kind)] if (kind := draw(TYPES)) else [])]

    scope = {
        "type": "http",
        "method": draw(st.sampled_from(["GET", "POST", "QUERY"])),
        "path": draw(st.text(max_size=8).map(lambda text: "/" + text)),
        "raw_path": draw(st.binary(max_size=8).map(lambda data: b"/" + data)),
        "query_string": draw(st.binary(max_size=12)),
        "http_version": draw(st.sampled_from(["1.0", "1.1", "2", "3"])),
        "headers": typed(),
        "client": draw(st.sampled_from([None, ("127.0.0.1", 5000)])),
        "server": draw(st.sampled_from([None, ("127.0.0.1", 8000), ("/run/x.sock", None)])),
        "scheme": draw(st.sampled_from(["http", "https"])),
        "root_path": draw(st.sampled_from(["", "/proxy/1"])),
    }
    recorder = Recorder(scope, draw(st.floats(0, 2e9)))
    at_ns = 0
    pieces = draw(st.lists(BODIES, max_size=3))
    for body in pieces:
        recorder.feed(
            "receive",
            {"type": "http.request", "body": body, "more_body": body is not pieces[-1]},
            at_ns := at_ns + 7,
        )
    if draw(st.booleans()):
        start = {"type": "http.response.start", "status": draw(st.integers(200, 599)), "headers": typed()}
        recorder.feed("send", start, at_ns := at_ns + 7)
        chunks = draw(st.lists(BODIES, max_size=3))
        for body in chunks:
            recorder.feed(
                "send", {"type": "http.response.body", "body": body, "more_body": True}, at_ns := at_ns + 7
            )
        recorder.feed("send", {"type": "http.response.body"}, at_ns := at_ns + 7)
    if draw(st.booleans()):
        recorder.finish(at_ns + 7, draw(st.sampled_from([None, ValueError("broken")])))
    return recorder.exchange


def test_an_empty_body_stays_empty_in_every_charset(make_exchange):
    exchange = make_exchange(headers=[(b"content-type", b"text/plain; charset=utf-16")])

    assert same(exchange, again(exchange)) == []


@settings(max_examples=60, deadline=None)
@given(exchange=http())
def test_an_exchange_comes_back_field_by_field(exchange):
    assert same(exchange, again(exchange, secrets=True)) == []


@settings(max_examples=30, deadline=None)
@given(exchanges=st.lists(http(), max_size=3), secrets=st.booleans())
def test_what_is_written_keeps_to_the_standard(exchanges, secrets):
    VALIDATOR.validate(json.loads(json.dumps(to_har(exchanges, secrets=secrets))))


MESSAGES = st.lists(
    st.tuples(st.sampled_from(["receive", "send"]), st.text(max_size=8) | st.binary(max_size=8)), max_size=5
)


@settings(max_examples=30, deadline=None)
@given(messages=MESSAGES, close=st.none() | st.sampled_from([1000, 1001, 4000]))
def test_a_session_comes_back_message_by_message(messages, close):
    scope = {"type": "websocket", "path": "/chat", "headers": [(b"host", b"a")], "subprotocols": ["v1", "v2"]}
    recorder = Recorder(scope, 1_700_000_000.25)
    recorder.feed("receive", {"type": "websocket.connect"}, 1)
    accept = {"type": "websocket.accept", "subprotocol": "v1", "headers": [(b"x-a", b"1")]}
    recorder.feed("send", accept, 2)
    for at_ns, (direction, data) in enumerate(messages, 3):
        key = "text" if isinstance(data, str) else "bytes"
        recorder.feed(direction, {"type": f"websocket.{direction}", key: data}, at_ns * 1001)
    if close:
        recorder.feed("send", {"type": "websocket.close", "code": close, "reason": "r"}, 99)
        recorder.finish(100)
    exchange = recorder.exchange

    archive = json.loads(json.dumps(to_har([exchange], secrets=True)))

    VALIDATOR.validate(archive)
    assert same(exchange, load_har(archive)[0]) == []


def test_a_note_is_the_comment_of_its_entry_and_one_of_others_is_a_note(make_exchange):
    exchange = make_exchange()
    exchange.note = "sent with token=t-1"

    written = to_har([exchange])["log"]["entries"][0]["comment"]

    assert written.startswith("sent with token=")
    assert "t-1" not in written
    assert load_har(foreign(comment="look here"))[0].note == "look here"
    assert load_har(foreign(comment=3))[0].mark is None


def test_what_only_we_record_comes_back(make_exchange):
    exchange = make_exchange(500, b"x")
    exchange.origin = Origin("cell-1", 3, "abc", "get_items", "/tmp/cell.py", 2)
    exchange.relation = Relation("3f9a0000", ("path",))
    exchange.route_path = "/items/{id}"
    exchange.path_params = {"id": 3}
    exchange.mark = Mark(True, "for Monday", "red", ("slow", "log in"))
    exchange.add_fault(5, "broken")
    exchange.add_output(OutputRecord(7, "stdout", "hello\n"))
    try:
        try:
            raise LookupError("first")
        except LookupError as exc:
            exc.add_note("a note")
            raise ExceptionGroup("many", [ValueError("one")]) from exc
    except ExceptionGroup as exc:
        exchange.error = ErrorRecord.from_exception(exc)

    assert same(exchange, again(exchange)) == []


def test_a_compressed_body_comes_back_as_what_it_says(make_exchange):
    body = gzip.compress(b'{"a": 1}')
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    exchange = make_exchange(body=body, headers=headers)

    archive = to_har([exchange])
    read = load_har(archive)[0]

    content = archive["log"]["entries"][0]["response"]["content"]
    assert (content["size"], content["text"], content["compression"]) == (8, '{"a": 1}', 8 - len(body))
    assert archive["log"]["entries"][0]["response"]["bodySize"] == len(body)
    assert read.response.json() == {"a": 1}
    assert read.response.headers == exchange.response.headers


def test_a_body_that_was_cut_comes_back_cut(make_exchange):
    exchange = make_exchange(body=b"x" * (BODY_LIMIT + 5))

    read = again(exchange)

    assert read.response.body.truncated
    assert read.response.body.size == BODY_LIMIT + 5


def test_a_message_that_was_cut_comes_back_cut(play, make_scope):
    exchange = play(
        ("receive", {"type": "websocket.connect"}),
        ("send", {"type": "websocket.accept"}),
        ("send", {"type": "websocket.send", "bytes": b"x" * (MESSAGE_LIMIT + 1)}),
        scope=make_scope("websocket"),
    )

    assert again(exchange).websocket.messages[0].truncated


# --- what others read


def test_times_are_milliseconds_and_add_up(play):
    exchange = play(
        ("receive", {"type": "http.request"}),
        ("send", {"type": "http.response.start", "status": 200, "headers": []}),
        ("send", {"type": "http.response.body"}),
    )

    entry = exchange.to_har()["log"]["entries"][0]

    assert entry["timings"] == {
        "blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0.001, "wait": 0.001, "receive": 0.001
    }  # fmt: skip
    assert entry["time"] == pytest.approx(0.003)
    assert entry["startedDateTime"] == "2023-11-14T22:13:20.000Z"


def test_messages_are_written_as_chrome_writes_them(play, make_scope):
    exchange = play(
        ("receive", {"type": "websocket.connect"}),
        ("send", {"type": "websocket.accept"}),
        ("receive", {"type": "websocket.receive", "text": "hi"}),
        ("send", {"type": "websocket.send", "bytes": b"\x00"}),
        scope=make_scope("websocket"),
    )

    entry = exchange.to_har()["log"]["entries"][0]

    assert entry["_resourceType"] == "websocket"
    assert entry["response"]["status"] == 101
    assert entry["request"]["url"] == "ws://127.0.0.1:8000/items/3"
    assert [(m["type"], m["opcode"], m["data"]) for m in entry["_webSocketMessages"]] == [
        ("send", 1, "hi"),
        ("receive", 2, "AA=="),
    ]
    assert entry["_webSocketMessages"][0]["time"] == pytest.approx(1_700_000_000.000003)


def test_events_are_written_as_chrome_writes_them(make_exchange):
    exchange = make_exchange(
        body=b"event: tick\nid: 7\ndata: one\n\ndata: password=hunter2\n\n",
        headers=[(b"content-type", b"text/event-stream")],
    )

    entry = exchange.to_har()["log"]["entries"][0]

    assert [(e["eventName"], e["eventId"], e["data"]) for e in entry["_eventSourceMessages"]] == [
        ("tick", "7", "one"),
        ("message", "7", "password=•••"),
    ]


def test_cookies_query_and_form_are_taken_apart(make_request):
    entry = make_request(
        (b"cookie", b"a=1; theme"), (b"content-type", b"application/x-www-form-urlencoded"),
        query_string=b"q=a%20b&e=", body=b"x=1", method="POST",
    ).to_har()["log"]["entries"][0]  # fmt: skip

    request = entry["request"]
    assert request["cookies"] == [{"name": "a", "value": "•••"}, {"name": "theme", "value": ""}]
    assert request["queryString"] == [{"name": "q", "value": "a b"}, {"name": "e", "value": ""}]
    assert request["postData"] == {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [],
        "text": "x=1",
    }


def test_a_cookie_that_is_set_says_how(make_exchange):
    headers = [
        (b"set-cookie", b"sid=1; Path=/; HttpOnly; Secure; Domain=a.example"),
        (b"location", b"/x?token=1"),
    ]

    response = make_exchange(302, headers=headers).to_har()["log"]["entries"][0]["response"]

    assert response["cookies"] == [
        {"name": "sid", "value": "•••", "path": "/", "httpOnly": True, "secure": True, "domain": "a.example"}
    ]
    assert response["redirectURL"] == "/x?token=***"
    assert response["statusText"] == "Found"


# --- secrets

SECRETS = ("t-1", "abc.def", "hunter2", "s-42", "k-9", "m-7", "e-5", "o-3")


def secretive(play, make_scope):
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"authorization", b"Bearer abc.def"),
        (b"cookie", b"sid=s-42"),
        (b"content-type", b"application/json"),
        (b"referer", b"http://a.example/?token=t-1"),
    ]
    exchange = play(
        ("receive", {"type": "http.request", "body": b'{"password": "hunter2"}'}),
        ("send", {"type": "http.response.start", "status": 200, "headers": [(b"x-api-key", b"k-9")]}),
        (
            "send",
            {
                "type": "http.response.body",
                "body": b"--b\r\ncontent-disposition: form-data; name=token\r\n\r\nm-7\r\n\x00\xff",
            },
        ),
        error=ValueError("password=e-5"),
        scope=make_scope(query_string=b"a=1&token=t-1", headers=headers, method="POST"),
    )
    exchange.response.body.headers = ((b"content-type", b"multipart/form-data; boundary=b"),)
    exchange.add_output(OutputRecord(1, "stdout", "token=o-3"))
    exchange.add_fault(1, "secret=e-5")
    return exchange


def test_a_file_holds_no_secrets_unless_they_are_asked_for(play, make_scope, tmp_path):
    exchange = secretive(play, make_scope)

    masked = exchange.save_har(tmp_path / "masked.har").read_text()
    shown = exchange.save_har(tmp_path / "shown.har", secrets=True).read_text()

    assert [secret for secret in SECRETS if secret in masked] == []
    assert [secret for secret in SECRETS if secret not in shown and secret != "m-7"] == []
    assert "values are masked" in masked
    VALIDATOR.validate(json.loads(masked))


def test_what_is_masked_leaves_a_url_one_that_others_can_read(make_exchange):
    exchange = make_exchange(
        302, headers=[(b"location", b"/x?token=abc")], path="/reset/t\xe9a", raw_path=b"/reset/t%C3%A9a",
        query_string=b"api_key=abc",
    )  # fmt: skip
    exchange.path_params = {"token": "t\xe9a"}

    entry = exchange.to_har()["log"]["entries"][0]

    assert entry["request"]["url"] == "http://127.0.0.1:8000/reset/***?api_key=***"
    assert entry["response"]["redirectURL"] == "/x?token=***"
    assert again(exchange).request.path == "/reset/•••"


def test_what_was_masked_is_read_as_it_stands_and_not_as_cut(make_request):
    exchange = make_request(
        (b"content-type", b"application/json"), (b"authorization", b"Bearer abcdefgh"),
        method="POST", body=b'{"password": "a-long-secret-text"}',
    )  # fmt: skip

    read = again(exchange)

    assert not read.request.body.truncated
    assert read.request.json() == {"password": "•••"}
    assert 'os.environ["PASSWORD"]' in read.as_httpx()
    assert 'os.environ["API_TOKEN"]' in read.as_httpx()


# --- what others have written


def foreign(**changes):
    entry = {
        "startedDateTime": "2024-05-01T10:00:00.5+02:00",
        "time": 60,
        "request": {
            "method": "post",
            "url": "https://api.example/items/caf%C3%A9?q=1",
            "httpVersion": "h2",
            "headers": [
                {"name": ":authority", "value": "api.example"},
                ["x-a", "1"],
                {"name": "x-b", "value": "é"},
            ],
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{"name": "a", "value": "b c"}],
            },
        },
        "response": {
            "status": 200,
            "headers": [
                {"name": "content-encoding", "value": "br"},
                {"name": "content-type", "value": "text/plain"},
            ],
            "content": {"size": 5, "mimeType": "text/plain; charset=utf-8", "text": "héllo"},
        },
        "timings": {"blocked": 5, "dns": -1, "connect": 10, "ssl": 7, "send": 1, "wait": 20, "receive": 24},
    }
    return {"log": {"version": "1.2", "entries": [entry | changes]}}


def test_an_archive_of_a_browser_is_read():
    read = load_har(foreign())[0]

    assert (read.request.method, read.request.path, read.request.query_string) == (
        "POST",
        "/items/café",
        b"q=1",
    )
    assert read.request.raw_path == b"/items/caf%C3%A9"
    assert read.request.headers == ((b"x-a", b"1"), (b"x-b", b"\xe9"))
    assert read.request.body.data == b"a=b+c"
    assert (read.scheme, read.http_version, read.server) == ("https", "2", ("api.example", 443))
    assert read.started_at == 1714550400.5
    assert (read.request_done_ns, read.response_start_ns, read.response_done_ns) == (
        16_000_000,
        36_000_000,
        60_000_000,
    )
    assert read.response.text == "héllo"
    assert read.state == "done"
    assert read.as_curl().startswith("curl ")
    assert "https://api.example/items/caf%C3%A9?q=1" in read.as_curl()


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "a.har"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(foreign()).encode())

    assert len(load_har(path)) == len(load_har(str(path))) == 1


def test_a_session_of_a_browser_is_read():
    messages = [
        {"type": "send", "time": 1714550401.0, "opcode": 1, "data": "hi"},
        {
            "type": "receive",
            "time": 1714550401.5,
            "opcode": 2,
            "data": base64.b64encode(b"\x00\x01").decode(),
        },
        {"type": "receive", "time": 1714550401.5, "opcode": 2, "data": "no base64!"},
    ]
    read = load_har(foreign(_webSocketMessages=messages, response={"status": 101, "headers": []}))[0]

    assert (read.kind, read.request.method, read.scheme) == ("websocket", "WS", "wss")
    assert read.websocket.accepted
    assert [(m.direction, m.data) for m in read.websocket.messages] == [
        ("receive", b"hi"),
        ("send", b"\x00\x01"),
        ("send", b"no base64!"),
    ]
    assert read.websocket.messages[0].at_ns == 500_000_000
    assert (read.websocket.received_count, read.websocket.sent_count) == (1, 2)


def test_what_is_missing_is_missing_and_no_error():
    failed = load_har(foreign(response={"status": 0}, timings=None))[0]
    without = load_har(foreign(response={"status": 200, "content": {"size": 700, "mimeType": "image/png"}}))[
        0
    ]

    assert (failed.response, failed.state) == (None, "aborted")
    assert without.response.body.truncated
    assert without.response.body.size == 700


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("no json", "is no HTTP Archive, it is not JSON", id="json"),
        pytest.param("[]", r'expected \{"log": \{"entries": \[...\]\}\}', id="list"),
        pytest.param('{"log": {}}', "expected", id="no-entries"),
        pytest.param(
            '{"log": {"entries": [{}]}}',
            r"entry 1 of .* cannot be read: KeyError: 'request'",
            id="no-request",
        ),
        pytest.param('{"log": {"entries": [3]}}', "entry 1 of .* cannot be read", id="number"),
        pytest.param(
            '{"log": {"entries": [{"request": {"method": "GET", "url": "//a"}, "startedDateTime": "x"}]}}',
            "entry 1 of .* Invalid isoformat string",
            id="date",
        ),
    ],
)
def test_what_is_no_archive_is_an_error_that_names_the_place(tmp_path, text, error):
    path = tmp_path / "a.har"
    path.write_text(text)

    with pytest.raises(HarError, match=error):
        load_har(path)


def test_several_exchanges_keep_their_order(make_exchange, tmp_path):
    exchanges = [make_exchange(status) for status in (200, 404, 500)]

    path = save_har(exchanges, tmp_path / "three.har")

    assert [exchange.status for exchange in load_har(path)] == [200, 404, 500]
