"""Secrets are hidden wherever a name tells them, and hostile characters come out as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.record.masks import (
    MASK,
    is_secret,
    mask_body_text,
    mask_header,
    mask_headers,
    mask_query,
    mask_text,
    mask_url,
    shorten,
    visible,
)


@pytest.mark.parametrize(
    "name",
    [
        *["Authorization", "proxy-authorization", "Cookie", "set-cookie", "X-Api-Key", "X-Hub-Signature-256"],
        *["api_key", "access_token", "csrfToken", "client-secret", "new_password", "user[password]", "_xsrf"],
        *["sig", "pwd", "session", "sessionid", "X-Auth", "AWS_SECRET_ACCESS_KEY", "jwt", "passphrase"],
    ],
)
def test_a_name_of_a_secret_is_known(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "key",
        "name",
        "author",
        "assigned",
        "passenger",
        "username",
        "monkey",
        "sec-websocket-key",
        "host",
    ],
)
def test_an_ordinary_name_is_none(name):
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "shown", "masked"),
    [
        pytest.param("Authorization", "Bearer abc.def", f"Bearer {MASK}", 1, id="scheme-stays"),
        pytest.param("authorization", "abcdef", MASK, 1, id="no-scheme"),
        pytest.param("Cookie", "a=1; theme=dark", f"a={MASK}; theme={MASK}", 2, id="cookie-names-stay"),
        pytest.param("cookie", "naked", MASK, 1, id="cookie-without-a-name"),
        pytest.param("cookie", "a=", "a=", 0, id="cookie-without-a-value"),
        pytest.param(
            "Set-Cookie",
            "id=x=y; Path=/; HttpOnly",
            f"id={MASK}; Path=/; HttpOnly",
            1,
            id="cookie-attributes-stay",
        ),
        pytest.param("X-API-Key", "k1", MASK, 1, id="api-key"),
        pytest.param("x-api-key", "", "", 0, id="nothing-to-hide"),
        pytest.param("Accept", "text/html", "text/html", 0, id="plain"),
        pytest.param(
            "Referer",
            "http://ann:pw@h/p?token=1&q=2",
            f"http://{MASK}@h/p?token={MASK}&q=2",
            2,
            id="url-header",
        ),
        pytest.param("X-Note", "a\x00\x1b[31m\u202e", "a\\x00\\x1b[31m\\u202e", 0, id="controls"),
    ],
)
def test_a_header_shows_all_but_its_secret(name, value, shown, masked):
    assert mask_header(name, value) == (shown, masked)


def test_headers_keep_order_and_duplicates_and_are_counted():
    headers = ((b"cookie", b"a=1"), (b"x-tea", b"green"), (b"x-tea", b"black"), (b"x-token", b"t"))

    assert mask_headers(headers) == (
        [("cookie", f"a={MASK}"), ("x-tea", "green"), ("x-tea", "black"), ("x-token", MASK)],
        2,
    )


@pytest.mark.parametrize(
    ("query", "shown", "masked"),
    [
        pytest.param(b"q=tea&access_token=abc&page=2", f"q=tea&access_token={MASK}&page=2", 1, id="one"),
        pytest.param(b"token=a&token=b", f"token={MASK}&token={MASK}", 2, id="twice"),
        pytest.param(b"pass%77ord=a", f"pass%77ord={MASK}", 1, id="percent-encoded-key"),
        pytest.param(b"a=1;sid=b", f"a=1;sid={MASK}", 1, id="semicolon"),
        pytest.param(b"token=", "token=", 0, id="empty-value"),
        pytest.param(b"token", "token", 0, id="no-value"),
        pytest.param(b"sig=a=b", f"sig={MASK}", 1, id="equals-in-value"),
        pytest.param(b"", "", 0, id="empty"),
        pytest.param(b"q=\xff\x00", "q=ÿ\\x00", 0, id="bytes"),
    ],
)
def test_a_query_shows_all_but_its_secrets(query, shown, masked):
    assert mask_query(query) == (shown, masked)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://u:p@h.example/a", f"https://{MASK}@h.example/a", id="userinfo"),
        pytest.param("/cb#access_token=x&state=1", f"/cb#access_token={MASK}&state=1", id="fragment"),
        pytest.param("/a?q=1", "/a?q=1", id="plain"),
    ],
)
def test_a_url_shows_all_but_its_secrets(url, shown):
    assert mask_url(url).text == shown


FORM = "application/x-www-form-urlencoded"
PARTS = (
    '--b\r\nContent-Disposition: form-data; name="user"\r\n\r\nann\r\n'
    '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("text", "content_type", "masked"),
    [
        pytest.param('{"user": "ann", "password": "hunter2"}', "application/json", 1, id="json"),
        pytest.param(
            '{"a": [{"token": "hunter2"}, {"token":"hunter2"}]}', "application/json", 2, id="nested"
        ),
        pytest.param(
            '{"password": {"old": "hunter2", "new": ["hunter2"]}}', "application/json", 1, id="container"
        ),
        pytest.param('{"secret": 1234, "x": "hunter3"}', "application/json", 1, id="number"),
        pytest.param('{"pass\\u0077ord": "hunter2"}', "application/json", 1, id="escaped-key"),
        pytest.param('{"password": "hunt\\"er2, hunter2"}', "application/json", 1, id="escaped-quote"),
        pytest.param('{"password": "hunter2', "application/json", 1, id="cut-in-a-string"),
        pytest.param('{"tokens": ["a", "hunter2"', "application/json", 1, id="cut-in-a-list"),
        pytest.param('{"a": 1}\n{"token": "hunter2"}\n', "application/x-ndjson", 1, id="ndjson"),
        pytest.param('{"body": "{\\"password\\": \\"hunter2\\"}"}', "application/json", 1, id="json-in-json"),
        pytest.param("{'password': 'hunter2'}", "text/plain", 1, id="python-repr"),
        pytest.param("user=ann&password=hunter2", FORM, 1, id="form"),
        pytest.param("user=ann&password=hunter2", "text/plain", 1, id="form-with-a-wrong-type"),
        pytest.param(PARTS, "multipart/form-data; boundary=b", 1, id="multipart"),
        pytest.param(PARTS, "multipart/form-data", 1, id="multipart-without-boundary"),
        pytest.param("DB_PASSWORD=hunter2\nDEBUG=1", "", 1, id="env-file"),
        pytest.param("Authorization: Bearer hunter2hunter2", "", 1, id="header-in-text"),
        pytest.param("see postgres://ann:hunter2@db/x", "", 1, id="userinfo"),
        pytest.param("login failed, api_key: hunter2", "", 1, id="log-line"),
        pytest.param("ValueError: password=hunter2", "", 1, id="last-line-of-a-traceback"),
    ],
)
def test_a_body_shows_no_secret_and_says_how_many_it_hid(text, content_type, masked):
    shown = mask_body_text(text, content_type)

    assert "hunter2" not in shown.text
    assert MASK in shown.text
    assert shown.masked == masked


@pytest.mark.parametrize(
    "text",
    [
        '{"user": "ann", "age": 3}',
        "plain words: nothing to see",
        '{"token": null, "csrf": false, "sid": ""}',
        "a=1&b=2",
        "<p>password</p>",
        "12:30",
    ],
)
def test_a_body_without_a_secret_stays_as_it_is(text):
    assert mask_body_text(text) == (text, 0)


def test_the_rest_of_a_json_body_keeps_its_form():
    text = '{\n  "password" : "x",\n  "items": [1,  2]\n}'

    assert mask_text(text).text == text.replace('"x"', f'"{MASK}"')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x00b", "a\\x00b", id="nul"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="ansi"),
        pytest.param("a\u202egnp.exe", "a\\u202egnp.exe", id="bidi-override"),
        pytest.param("\u2066x\u2069", "\\u2066x\\u2069", id="bidi-isolate"),
        pytest.param("a\U000e0041b", "a\\U000e0041b", id="tag-character"),
        pytest.param("\ud800x", "\\ud800x", id="lone-surrogate"),
        pytest.param("a\r\nb\tc", "a\\x0d\\x0ab\\x09c", id="line-break"),
        pytest.param("日本語 é 🙂", "日本語 é 🙂", id="ordinary"),
    ],
)
def test_invisible_characters_become_visible(text, shown):
    assert visible(text) == shown


def test_lines_and_tabs_stay_in_text_of_several_lines():
    assert visible("a\r\nb\tc\rd", lines=True) == "a\nb\tc\\x0dd"


@given(st.text(st.characters(codec=None), max_size=200))
def test_whatever_is_shown_can_be_written_as_utf8(text):
    shown = mask_body_text(text).text

    assert shown.encode().decode() == shown


@given(st.text('"\\{}[]:,=& pasword1é\n', max_size=300))
def test_masking_twice_hides_nothing_new(text):
    once = mask_text(text)

    assert mask_text(once.text).text == once.text


def test_a_short_text_is_left_whole():
    assert (shorten("abc", 3), shorten("abcd", 3)) == ("abc", "ab…")
