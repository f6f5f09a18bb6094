"""What differs between two exchanges, and how it is shown."""

import gzip
import json

import pytest

from asgi_nb.record.diff import SHOWN_DIFFERENCES, diff

JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain")


def places(found):
    return [(one.kind, one.place, one.shown_old, one.shown_new) for one in found.differences]


def test_the_same_twice_is_unchanged(make_exchange):
    found = make_exchange(body=b"{}", headers=[JSON]).diff(make_exchange(body=b"{}", headers=[JSON]))

    assert found.same
    assert not found
    assert repr(found).splitlines() == [
        "GET /items/3  →  GET /items/3: unchanged",
        "time: 0.0 ms → 0.0 ms",
    ]


def test_status_headers_and_body_are_named(make_exchange):
    old = make_exchange(200, b'{"id": 1, "name": "tea"}', [JSON, (b"x-a", b"1"), (b"x-b", b"1")])
    new = make_exchange(201, b'{"id": 1, "name": "pot", "n": null}', [JSON, (b"x-a", b"2"), (b"x-c", b"1")])

    found = old.diff(new)

    assert places(found) == [
        ("changed", "status", "200", "201"),
        ("changed", "header x-a", "1", "2"),
        ("removed", "header x-b", "1", ""),
        ("added", "header x-c", "", "1"),
        ("changed", "body /name", '"tea"', '"pot"'),
        ("added", "body /n", "", "null"),
    ]
    assert '~ changed body /name: "tea" → "pot"' in repr(found)
    assert "- removed header x-b: 1" in repr(found)
    assert "+ added body /n: null" in repr(found)
    assert len(found) == 6


def test_dates_request_ids_and_the_length_that_follows_the_body_are_left_out(make_exchange):
    old = make_exchange(
        body=b"1", headers=[JSON, (b"Date", b"a"), (b"x-request-id", b"1"), (b"content-length", b"1")]
    )
    new = make_exchange(
        body=b"10", headers=[JSON, (b"date", b"b"), (b"x-request-id", b"2"), (b"content-length", b"2")]
    )

    found = old.diff(new)

    assert [one.place for one in found.differences] == ["body"]
    assert found.ignored == 2
    assert "1 difference (2 ignored)" in repr(found)


def test_what_is_to_be_ignored_is_named_by_header_or_place(make_exchange):
    old = make_exchange(200, b'{"items": [{"id": 1, "n": 1}]}', [JSON, (b"x-a", b"1")], path="/a")
    new = make_exchange(404, b'{"items": [{"id": 2, "n": 2}]}', [JSON, (b"x-a", b"2")], path="/b")

    found = old.diff(new, ignore=("X-A", "/items/*/id", "status", "request"))

    assert places(found) == [("changed", "body /items/0/n", "1", "2")]
    assert found.ignored == 3


def test_what_is_no_exchange_is_refused(make_exchange):
    with pytest.raises(TypeError, match="compared with another exchange, got int"):
        make_exchange().diff(3)


@pytest.mark.parametrize("ignore", ["x-a", [""]])
def test_what_is_no_collection_of_names_is_refused(make_exchange, ignore):
    with pytest.raises(ValueError, match="ignore must be a collection of header names and JSON Pointers"):
        diff(make_exchange(), make_exchange(), ignore=ignore)


def test_a_header_that_stands_twice_is_compared_in_order(make_exchange):
    old = make_exchange(headers=[(b"vary", b"a"), (b"vary", b"b")])
    new = make_exchange(headers=[(b"vary", b"a"), (b"Vary", b"c"), (b"vary", b"d")])

    assert places(old.diff(new)) == [("changed", "header vary", "b", "c"), ("added", "header vary", "", "d")]


def test_the_requests_are_compared_too(make_exchange):
    old = make_exchange(method="GET", path="/a", query_string=b"q=1&token=x", received=b'{"a": 1}')
    new = make_exchange(method="POST", path="/b", query_string=b"q=2&token=y", received=b'{"a": 2}')

    assert places(old.diff(new)) == [
        ("changed", "request method", "GET", "POST"),
        ("changed", "request path", "/a", "/b"),
        ("changed", "request query", "q=1&token=•••", "q=2&token=•••"),
        ("changed", "request body /a", "1", "2"),
    ]


def test_text_is_compared_by_lines(make_exchange):
    old = make_exchange(body=b"one\ntwo\nthree\n", headers=[TEXT])
    new = make_exchange(body=b"one\n2\nthree\n", headers=[TEXT])

    found = old.diff(new)

    assert found.differences[0].lines == ("@@ -1,3 +1,3 @@", " one", "-two", "+2", " three")
    assert "    -two\n    +2" in repr(found)
    assert "-two" in found._repr_html_()


def test_bytes_are_compared_by_size_and_first_difference(make_exchange):
    found = make_exchange(body=b"\x00ab\xff").diff(make_exchange(body=b"\x00aX"))

    assert places(found) == [("changed", "body", "4 bytes", "3 bytes, first difference at byte 2")]


def test_a_body_that_came_or_went_says_its_size(make_exchange):
    assert places(make_exchange().diff(make_exchange(body=b"abc"))) == [("added", "body", "", "3 bytes")]
    assert places(make_exchange(body=b"abc").diff(make_exchange())) == [("removed", "body", "3 bytes", "")]


def test_compressed_bodies_are_compared_by_what_they_say(make_exchange):
    encoded = [JSON, (b"content-encoding", b"gzip")]
    old = make_exchange(body=gzip.compress(b'{"a": 1}', 1), headers=encoded)

    assert old.diff(make_exchange(body=gzip.compress(b'{"a": 1}', 9, mtime=1), headers=encoded)).same
    assert places(old.diff(make_exchange(body=gzip.compress(b'{"a": 2}'), headers=encoded))) == [
        ("changed", "body /a", "1", "2")
    ]
    broken = make_exchange(body=b"no gzip", headers=encoded)
    assert [one.place for one in old.diff(broken).differences] == ["body"]


def test_json_with_other_spaces_or_order_is_the_same(make_exchange):
    assert make_exchange(body=b'{"a":1,"b":2}').diff(make_exchange(body=b'{ "b": 2, "a": 1 }')).same


def test_json_deeper_than_python_follows_is_compared_as_text(make_exchange):
    deep = b"[" * 100_000

    assert len(make_exchange(body=deep + b"1" + b"]" * 100_000).diff(make_exchange(body=b"[]"))) == 1


def test_secrets_are_masked_and_the_attributes_are_raw(make_exchange):
    old = make_exchange(
        body=b'{"password": "one", "user": {"token": "x"}}', headers=[(b"set-cookie", b"sid=1; Path=/")]
    )
    new = make_exchange(
        body=b'{"password": "two", "user": {"token": "y"}}', headers=[(b"set-cookie", b"sid=2; Path=/")]
    )

    found = old.diff(new)

    assert places(found) == [
        ("changed", "header set-cookie", "sid=•••; Path=/", "sid=•••; Path=/"),
        ("changed", "body /password", "•••", "•••"),
        ("changed", "body /user/token", "•••", "•••"),
    ]
    assert found.differences[1].new == "two"
    assert "two" not in repr(found) + found._repr_html_()


def test_a_secret_that_differs_in_a_text_is_told_and_not_shown(make_exchange):
    found = make_exchange(body=b"password=a1", headers=[TEXT]).diff(
        make_exchange(body=b"password=b2", headers=[TEXT])
    )

    assert found.differences[0].lines == ("what differs is masked, or in the line ends",)


def test_what_is_shown_is_escaped_and_bounded(make_exchange):
    old = make_exchange(body=json.dumps(["<b>\u202e" + "x" * 500] * 200).encode())
    found = old.diff(make_exchange(body=json.dumps(["y"] * 200).encode()))

    assert "… 100 more, see .differences" in repr(found)
    assert len(found.differences) == 2 * SHOWN_DIFFERENCES
    assert "\u202e" not in repr(found) + found._repr_html_()
    assert "<b>" not in found._repr_html_()
    assert "~ changed" in found._repr_html_()


def test_an_exchange_without_a_response_differs_by_its_state(play, make_exchange):
    assert places(play(exit=False).diff(make_exchange()))[0] == ("changed", "status", "open", "200")
    assert places(play(exit=False).diff(play())) == [("changed", "status", "open", "error")]


# --- sessions


@pytest.fixture
def session(play, make_scope):
    def session(*messages, code=1000):
        script = [("receive", {"type": "websocket.connect"}), ("send", {"type": "websocket.accept"})]
        script += [("send", {"type": "websocket.send"} | message) for message in messages]
        script.append(("send", {"type": "websocket.close", "code": code}))
        return play(*script, scope=make_scope("websocket"))

    return session


def test_messages_are_compared_one_by_one(session):
    old = session({"text": "a"}, {"text": '{"n": 1}'}, {"text": "c"}, {"bytes": b"\x00"})
    new = session({"text": "a"}, {"text": '{"n": 2}'}, {"text": "d"}, code=1011)

    assert places(old.diff(new)) == [
        ("changed", "message 2 (send) /n", "1", "2"),
        ("changed", "message 3 (send)", "c", "d"),
        ("removed", "message 4 (send)", "binary 00", ""),
        ("changed", "close", "1000", "1011"),
    ]


def test_a_message_that_came_between_is_one_difference(session):
    found = session({"text": "a"}, {"text": "c"}).diff(session({"text": "a"}, {"text": "b"}, {"text": "c"}))

    assert places(found) == [("added", "message 2 (send)", "", "text b")]
