"""A filter finds what its words say; and, or and not mean what they mean."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_nb.record.filters import Filter, FilterError
from asgi_nb.record.relation import Relation

ALL = "items created missing broken stream chat closed waiting"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", ALL, id="nothing"),
        pytest.param("sencha", "items created", id="text-in-body-and-output"),
        pytest.param("green", "items", id="text-in-the-query"),
        pytest.param("earl", "chat", id="text-in-a-message"),
        pytest.param('"no such tea"', "broken", id="text-in-an-error"),
        pytest.param("charset", "items", id="text-in-a-header"),
        pytest.param("POST", "created", id="text-is-the-method"),
        pytest.param("404", "missing", id="text-is-the-status"),
        pytest.param("/^/items/", "items created", id="slash-in-a-regex"),
        pytest.param("/ear[lt]/", "chat", id="regex"),
        pytest.param("method:post", "created", id="method"),
        pytest.param("method:WS", "chat closed", id="method-of-a-socket"),
        pytest.param("method:/^P/", "created", id="method-by-regex"),
        pytest.param("status:200", "items stream", id="status"),
        pytest.param("status:4xx", "missing", id="status-class"),
        pytest.param("status!=4xx", "items created broken stream chat closed waiting", id="not-of-a-class"),
        pytest.param("status>=400", "missing broken", id="status-from"),
        pytest.param("status<=201", "items created stream", id="status-to"),
        pytest.param("-status>0", "chat closed waiting", id="no-status"),
        pytest.param("path:items", "items created", id="part-of-the-path"),
        pytest.param("path=/items", "created", id="the-path"),
        pytest.param("path!=/items", "items missing broken stream chat closed waiting", id="another-path"),
        pytest.param('path:"q=green tea"', "items", id="path-with-query-decoded"),
        pytest.param("route:/items/{id}", "items", id="route"),
        pytest.param("cell:3", "items", id="cell"),
        pytest.param("cell:[4]", "created", id="cell-in-brackets"),
        pytest.param("cell>3", "created", id="later-cells"),
        pytest.param("cell!=3", "created missing broken stream chat closed waiting", id="another-cell"),
        pytest.param("cell:get_i", "items", id="cell-by-function"),
        pytest.param("kind:ws", "chat closed", id="sockets"),
        pytest.param("kind:websocket kind:ws", "chat closed", id="sockets-by-both-names"),
        pytest.param("kind:http", "items created missing broken stream waiting", id="http"),
        pytest.param("kind:sse", "stream", id="events"),
        pytest.param("state:open", "waiting", id="state"),
        pytest.param("state:streaming", "chat", id="open-socket"),
        pytest.param("time>=150ms time<1s", "created", id="time"),
        pytest.param("time=150", "created", id="time-without-unit"),
        pytest.param("time>0.1s kind:http -is:open", "created broken", id="time-in-seconds"),
        pytest.param("size>10kb", "created", id="size"),
        pytest.param("response-size>=12kb size<=11.8kib", "created", id="size-in-both-units"),
        pytest.param("request-size:13", "created", id="request-size"),
        pytest.param("header:set-cookie", "missing", id="header-is-there"),
        pytest.param("header:Content-Type=json", "items", id="word-of-a-header"),
        pytest.param('header:content-type="application/json; charset=utf-8"', "items", id="whole-header"),
        pytest.param("header:content-type=jso", "", id="half-a-word-is-none"),
        pytest.param("header:content-type:jso", "items", id="part-of-a-header"),
        pytest.param("header:content-type:/^text/", "stream", id="header-by-regex"),
        pytest.param("header:content-length>=18", "items", id="header-as-a-number"),
        pytest.param("header:host>1", "", id="header-that-is-no-number"),
        pytest.param("header:/^x-/", "chat", id="any-header"),
        pytest.param("header:*=7", "chat", id="value-of-any-header"),
        pytest.param("request-header:host=chat.example", "chat", id="request-header"),
        pytest.param("response-header:host", "", id="response-header"),
        pytest.param("header:host!=shop.example", "chat", id="another-header"),
        pytest.param("cookie:theme=dark", "chat", id="cookie-that-came"),
        pytest.param("cookie:session", "missing", id="cookie-that-was-set"),
        pytest.param("query:q", "items", id="query-key"),
        pytest.param('query:q="green tea" query:page=1', "items", id="query-values"),
        pytest.param("query:page>1", "", id="query-number"),
        pytest.param("body:price", "created", id="either-body"),
        pytest.param("request-body:sencha", "", id="request-body"),
        pytest.param("response-body:sencha", "items", id="response-body"),
        pytest.param("message:hello", "chat", id="message"),
        pytest.param('message:"gone home"', "closed", id="close-reason"),
        pytest.param("output:stored", "created", id="printed"),
        pytest.param('output:"warning shop.db"', "created", id="logged"),
        pytest.param("error:ValueError", "broken", id="error"),
        pytest.param("type:json", "items", id="media-type"),
        pytest.param("type=text/event-stream", "stream", id="the-media-type"),
        pytest.param("client:10.0", "missing", id="client"),
        pytest.param("client=10.0.0.7:4000", "missing", id="client-with-port"),
        pytest.param("host:chat", "chat", id="host"),
        pytest.param("close:1006", "closed", id="close-code"),
        pytest.param("is:error", "missing broken", id="errors"),
        pytest.param("is:slow -is:open", "broken", id="slow"),
        pytest.param("is:open", "chat waiting", id="open"),
        pytest.param("is:running", "chat waiting", id="running"),
        pytest.param("is:streaming", "stream chat", id="streaming"),
        pytest.param("is:replay or is:pinned or is:blocked", "", id="none-of-these"),
        pytest.param("seq:2", "created", id="number"),
        pytest.param("number<=2", "items created", id="number-by-its-alias"),
        pytest.param("-kind:ws -status:2xx", "missing broken waiting", id="two-negations"),
        pytest.param("not (kind:ws or status:2xx)", "missing broken waiting", id="a-negated-group"),
        pytest.param("kind:ws or status:5xx", "broken chat closed", id="or"),
    ],
)
def test_a_filter_finds_what_its_words_say(shop, text, found):
    assert " ".join(shop.names[exchange.seq] for exchange in Filter.parse(text).select(shop)) == found


def test_a_replay_a_pin_and_a_note_are_found(shop):
    shop[0].relation = Relation(replay_of=2)
    shop[1].pinned = True
    shop[2].note = "for Monday"

    assert Filter.parse("is:replay").select(shop) == [shop[0]]
    assert Filter.parse("is:pinned").select(shop) == [shop[1]]
    assert Filter.parse("note:monday").select(shop) == Filter.parse("monday").select(shop) == [shop[2]]


def test_a_colour_and_a_tag_are_found(shop):
    shop[0].colour = "red"
    shop[1].tags = ["Slow", "log in"]

    assert Filter.parse("colour:red").select(shop) == Filter.parse("color:RED").select(shop) == [shop[0]]
    assert Filter.parse("tag:slow").select(shop) == Filter.parse('tag:"log in"').select(shop) == [shop[1]]
    assert Filter.parse("tag:slo").select(shop) == []
    assert Filter.parse("tag:/./").select(shop) == [shop[1]]
    assert Filter.parse("colour!=red tag!=slow").select(shop) == list(shop)[2:]


def test_moments_count_from_the_clock(shop):
    shop[0].started_at = time.time() - 10
    shop[1].started_at = time.time() - 3000

    def found(text):
        return Filter.parse(text).select(shop)

    assert found("age<5m") == found("since:5m") == [shop[0]]
    assert found("since:1h") == [shop[0], shop[1]]
    assert found("age>1d") == shop[2:]
    assert found("since:2023-12-01") == found("since:2023-12-01T10:00:00+00:00") == [shop[0], shop[1]]
    assert found("since:1970-01-01") == list(shop)


def test_a_time_of_day_is_todays(shop, monkeypatch):
    midnight = time.mktime((*time.localtime()[:3], 0, 0, 0, 0, 0, -1))
    shop[0].started_at = midnight + 1

    assert Filter.parse("since:0:00").select(shop) == [shop[0]]
    assert Filter.parse("since:00:00:02").select(shop) == []
    with pytest.raises(FilterError, match=r"expected 5m, 14:30"):
        Filter.parse("since:25:00")


def test_an_exchange_under_way_lasts_until_now(start, shop):
    waiting = shop[-1]
    waiting.clock_ns = time.perf_counter_ns() - 2_000_000_000

    assert Filter.parse("path:/wait time>1.9s is:slow").matches(waiting)
    waiting.keeper = None
    assert not Filter.parse("path:/wait time>1.9s").matches(waiting)


def test_a_body_is_searched_as_it_reads_and_pictures_are_not(answer):
    import gzip

    packed = answer(body=gzip.compress(b"green tea"), headers=[(b"content-encoding", b"gzip")])
    broken = answer(body=b"green tea", headers=[(b"content-encoding", b"gzip")])
    picture = answer(body=b"\x89PNG\x00green tea")
    wide = answer(
        body="green tea".encode("utf-16"), headers=[(b"content-type", b"text/plain; charset=utf-16")]
    )

    assert Filter.parse('body:"green tea"').select([packed, broken, picture, wide]) == [packed, broken, wide]


def test_a_regex_that_takes_too_long_on_what_was_recorded_is_an_error_and_no_answer(answer):
    slow = answer(body=b"a" * 60_000)

    with pytest.raises(FilterError, match="takes too long"):
        Filter.parse("body:/a*a*a*b/").matches(slow)


CONDITIONS = {
    "status>=400": lambda e: e.status is not None and e.status >= 400,
    "kind:ws": lambda e: e.kind == "websocket",
    "path:items": lambda e: "items" in e.request.path,
    "method=GET": lambda e: e.request.method == "GET",
    "is:running": lambda e: e.app_exit_ns is None,
    "time>100ms": lambda e: e.duration is not None and e.duration > 0.1,
}

# A condition with its naive evaluation, grouped at random.
CLAUSES = st.recursive(
    st.sampled_from(list(CONDITIONS.items())),
    lambda inner: st.one_of(
        inner.map(lambda c: (f"-({c[0]})", lambda e: not c[1](e))),
        st.tuples(inner, inner).map(
            lambda c: (f"({c[0][0]}) ({c[1][0]})", lambda e: c[0][1](e) and c[1][1](e))
        ),
        st.tuples(inner, inner).map(
            lambda c: (f"({c[0][0]}) or ({c[1][0]})", lambda e: c[0][1](e) or c[1][1](e))
        ),
    ),
    max_leaves=10,
)


@given(CLAUSES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_and_or_and_not_mean_what_a_naive_evaluation_gives(shop, clause):
    text, naive = clause
    exchanges = [exchange for exchange in shop if exchange.finished]

    assert Filter.parse(text).select(exchanges) == [exchange for exchange in exchanges if naive(exchange)]
