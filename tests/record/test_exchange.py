"""What a person sees of an exchange: one line, one card, nothing secret, nothing that runs."""

import ast
import inspect
import unicodedata
from html.parser import HTMLParser

import pytest

from asgi_nb.record.exchange import Exchange, Origin

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "\x1b[31mred",
    "nul\x00",
    "\ud800",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "</pre></details><script>alert(1)</script>",
]
ALLOWED = {
    "div",
    "strong",
    "details",
    "summary",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "pre",
}


class Checker(HTMLParser):
    """Collects the tags and attributes of a page, and complains about what is not closed."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.opened = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag


@pytest.fixture
def hostile(play, make_scope):
    """An exchange of either kind with one hostile text in every field that a client or an app can fill."""

    def hostile(kind, text):
        raw = text.encode("utf-8", "surrogatepass")
        scope = make_scope(
            kind,
            path=f"/{text}",
            query_string=raw,
            headers=[(raw, raw)],
            extensions={"websocket.http.response": {}},
        )
        headers = [(raw, raw), (b"content-type", raw)]
        if kind == "http":
            script = [
                ("receive", {"type": "http.request", "body": raw}),
                ("send", {"type": text}),
                ("send", {"type": "http.response.start", "status": 200, "headers": headers}),
                ("send", {"type": "http.response.body", "body": raw}),
            ]
        else:
            script = [
                ("send", {"type": "websocket.accept", "headers": headers, "subprotocol": text}),
                ("receive", {"type": "websocket.receive", "text": text}),
                ("receive", {"type": "websocket.receive", "bytes": raw}),
                ("send", {"type": "websocket.close", "reason": text}),
            ]
        exchange = play(
            *script,
            scope=scope,
            error=type(text.replace("\x00", "").replace("\ud800", ""), (Exception,), {})(text),
        )
        exchange.route_path = text
        exchange.origin = Origin(text, None, text, text, text, 1)
        return exchange

    return hostile


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_shows_as_text(hostile, store, kind, text):
    exchange = hostile(kind, text)
    store.add(exchange)

    for html in (exchange._repr_html_(), store._repr_html_()):
        checker = Checker()
        checker.feed(html)
        assert checker.tags <= ALLOWED
        assert checker.attributes <= {"style", "scope", "open"}
        assert checker.opened == []
        html.encode()
        assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(html)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_a_repr_is_one_visible_line(hostile, kind, text):
    exchange = hostile(kind, text)
    parts = [exchange, exchange.request, exchange.response, exchange.websocket]
    parts += exchange.websocket.messages if exchange.websocket else []

    for part in parts:
        assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(character) for character in repr(part)}
        assert not {"\u202e", "\u2066"} & set(repr(part))


def test_a_card_hides_secrets_and_stays_small(make_exchange):
    exchange = make_exchange(
        body=b'{"token": "hunter2", "x": "' + b"y" * 500_000 + b'"}',
        headers=[(b"set-cookie", b"id=hunter2"), *[(b"x-long", b"z" * 10_000)] * 200],
        received=b'{"password": "hunter2"}',
        path="/p" * 5000,
        query_string=b"api_key=hunter2",
    )

    html = exchange._repr_html_()

    assert "hunter2" not in html
    assert len(html) < 100_000


def test_a_card_hides_secrets_in_errors_and_faults(play):
    exchange = play(("send", {"type": "token=hunter2"}), error=ValueError("bad password: hunter2"))

    assert "hunter2" not in exchange._repr_html_()


def test_attributes_stay_raw(make_exchange):
    exchange = make_exchange(query_string=b"token=hunter2", headers=[(b"set-cookie", b"id=hunter2")])

    assert exchange.request.query_string == b"token=hunter2"
    assert exchange.response.header("Set-Cookie") == "id=hunter2"
    assert "hunter2" not in f"{exchange!r} {exchange.request!r} {exchange.response!r}"


def test_repr_tells_method_target_status_time_and_cell(make_exchange, store):
    exchange = make_exchange(201, method="POST", path="/items", query_string=b"a=1")
    exchange.origin = Origin("c", 3, "h", "items", "f", 1)
    store.add(exchange)

    assert repr(exchange) == "<Exchange 1 POST /items?a=1 → 201, 0.0 ms, [3]>"


@pytest.mark.parametrize(
    ("script", "headline"),
    [
        pytest.param([], "WS /items/3 → open, 0 received, 0 sent", id="connecting"),
        pytest.param(
            [("send", {"type": "websocket.accept"})],
            "WS /items/3 → streaming, 0 received, 0 sent",
            id="accepted",
        ),
        pytest.param(
            [("send", {"type": "websocket.close", "code": 4000})],
            "WS /items/3 → closed 4000, 0 received, 0 sent, 0.0 ms",
            id="closed",
        ),
    ],
)
def test_the_headline_of_a_socket_follows_it(play, make_scope, script, headline):
    assert play(*script, scope=make_scope("websocket"), exit=False).headline == headline


def test_an_origin_outside_of_cells_is_named_by_its_function():
    assert Origin(None, None, "h", "app.items", "app.py", 1).label == "app.items"


def test_every_field_of_an_exchange_is_explained():
    tree = ast.parse(inspect.getsource(inspect.getmodule(Exchange)))
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field, after in zip(cls.body, cls.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign):
                assert isinstance(after, ast.Expr), f"{cls.name}.{field.target.id} has no docstring under it"
