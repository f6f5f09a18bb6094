"""Commands of curl, run by bash against a real server: what arrives is what was recorded."""

import re

import pytest

from asgi_nb.record.body import BODY_LIMIT
from asgi_nb.record.export.curl import as_curl
from asgi_nb.record.export.errors import ExportError

# Interpreters start slowly on a busy machine.
pytestmark = pytest.mark.timeout(60)

BYTES = bytes(range(256))

# Headers that curl or the test's client make by themselves.
OWN = {b"host", b"user-agent", b"accept", b"connection", b"content-length"}


def sent(exchange):
    """What a request was, but for what each client makes by itself."""
    request = exchange.request
    headers = [(name, value) for name, value in request.headers if name not in OWN]
    return request.method, request.raw_path, request.query_string, headers, request.body.data


REQUESTS = [
    pytest.param([b"GET /items HTTP/1.1"], b"", id="get"),
    pytest.param([b"GET /items?q=t%20a&q=b&empty=&c HTTP/1.1"], b"", id="query"),
    pytest.param([b"HEAD /items HTTP/1.1"], b"", id="head"),
    pytest.param([b"OPTIONS /items HTTP/1.1"], b"", id="options"),
    pytest.param([b"DELETE /items/3 HTTP/1.1"], b"", id="delete"),
    pytest.param([b"POST /items HTTP/1.1"], b"", id="post-without-body"),
    pytest.param([b"QUERY /items HTTP/1.1", b"content-type: text/plain"], b"all", id="method-of-its-own"),
    pytest.param([b"GET /a/../b/./c HTTP/1.1"], b"", id="dot-segments"),
    pytest.param([b"GET /[1-3]/{a,b}?x[]=1 HTTP/1.1"], b"", id="globs"),
    pytest.param([b"GET /caf%C3%A9/%2Fa%3Fb HTTP/1.1"], b"", id="escapes"),
    pytest.param([b'GET /$HOME/`id`/!!/\'%22?a=$(id)&b="x" HTTP/1.1'], b"", id="what-a-shell-would-read"),
    pytest.param(
        [b"GET / HTTP/1.1", b"x-a: 1", b"x-a: 2", b'x-b: it\'s "$HOME" !! `id` \\'], b"", id="headers"
    ),
    pytest.param([b"GET / HTTP/1.1", b"x-empty:"], b"", id="empty-header"),
    pytest.param([b"GET / HTTP/1.1", b"x-utf: n\xc3\xa9", b"x-latin: n\xe9"], b"", id="header-bytes"),
    pytest.param([b"POST / HTTP/1.1", b"content-type: application/json"], b'{"a": "it\'s\\n"}', id="json"),
    pytest.param([b"POST / HTTP/1.1"], b"no type", id="body-without-type"),
    pytest.param([b"POST / HTTP/1.1", b"content-type: text/plain"], b"@file\nline\n", id="at-sign-and-lines"),
    pytest.param([b"POST / HTTP/1.1", b"content-type: text/plain"], "né ☕".encode(), id="unicode"),
    pytest.param([b"POST / HTTP/1.1", b"content-type: text/plain"], b"-n %s %% \\n\\101", id="for-printf"),
    pytest.param([b"PUT / HTTP/1.1", b"content-type: application/octet-stream"], BYTES, id="every-byte"),
    pytest.param(
        [b"POST / HTTP/1.1", b"content-type: text/plain"], b"x" * 200_000, id="longer-than-an-argument"
    ),
    pytest.param(
        [b"POST / HTTP/1.1", b"content-type: multipart/form-data; boundary=b"],
        b'--b\r\ncontent-disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'
        + BYTES
        + b"\r\n--b--\r\n",
        id="multipart",
    ),
    pytest.param([b"GET / HTTP/1.1", b"accept-encoding: gzip, br"], b"", id="compressed"),
]


@pytest.mark.parametrize(("head", "body"), REQUESTS)
def test_what_the_command_sends_is_what_was_recorded(live, head, body):
    recorded = live.raw(head, body)

    _, again = live.sh(as_curl(recorded, secrets=True))

    if recorded.request.header("accept-encoding"):
        # curl asks for what it can read, in a header of its own.
        assert again.request.header("accept-encoding")
        return
    assert sent(again) == sent(recorded)


SECRET = [
    b"POST /login?token=t-1&q=a HTTP/1.1",
    b"authorization: Bearer abc.def",
    b"cookie: theme=dark; sid=42",
    b"x-api-key: k-1",
    b"content-type: application/json",
]
SECRET_BODY = b'{"user": "a $b `c`", "password": "hunter2"}'
VALUES = {
    "TOKEN": "t-1",
    "API_TOKEN": "abc.def",
    "THEME": "dark",
    "SID": "42",
    "X_API_KEY": "k-1",
    "PASSWORD": "hunter2",
}


def test_secrets_are_read_from_the_environment(live):
    recorded = live.raw(SECRET, SECRET_BODY)

    code = as_curl(recorded)
    _, again = live.sh(code, **VALUES)

    assert not [
        secret
        for secret in ("t-1", "abc.def", "dark", "42", "k-1", "hunter2")
        if secret in code.replace(str(live.port), "")
    ]
    assert code.startswith("# Set in the environment first, for the values are masked: TOKEN, API_TOKEN, ")
    assert sent(again) == sent(recorded)


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        pytest.param(b"application/x-www-form-urlencoded", b"user=a&password=hunter2", id="form"),
        pytest.param(b"application/json", b'{"a": "!x", "password": "hunter2"}', id="exclamation-mark"),
        pytest.param(
            b"multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="password"\r\n\r\nhunter2\r\n--b--\r\n',
            id="multipart",
        ),
    ],
)
def test_a_secret_in_a_body_is_read_from_the_environment(live, type_, body):
    recorded = live.raw([b"POST / HTTP/1.1", b"content-type: " + type_], body)

    code = as_curl(recorded)
    _, again = live.sh(code, PASSWORD="hunter2")

    assert "hunter2" not in code
    assert again.request.body.data == body


def test_one_name_for_two_secrets_becomes_two_names(live):
    recorded = live.raw([b"GET /?token=a&token=b HTTP/1.1"])

    assert "${TOKEN}&token=${TOKEN_2}" in as_curl(recorded)


def test_a_secret_among_bytes_is_refused(live):
    body = b'--b\r\ncontent-disposition: form-data; name="password"\r\n\r\n\x00\xff\r\n--b--\r\n'
    recorded = live.raw([b"POST / HTTP/1.1", b"content-type: multipart/form-data; boundary=b"], body)

    with pytest.raises(ExportError, match=r"holds 1 secrets among bytes .* pass secrets=True"):
        as_curl(recorded)
    assert live.sh(as_curl(recorded, secrets=True))[1].request.body.data == body


def test_a_body_that_was_cut_is_refused(make_request):
    exchange = make_request(method="POST", body=b"x" * (BODY_LIMIT + 1))

    with pytest.raises(
        ExportError, match=r"was cut: 1048576 of 1048577 bytes are kept, so the request cannot"
    ):
        as_curl(exchange)


def test_a_body_that_nobody_read_is_told(make_request):
    exchange = make_request((b"content-length", b"12"), method="POST")

    assert as_curl(exchange).startswith(
        "# the app read 0 of the 12 bytes of the body; only these were recorded\n"
    )


def test_a_websocket_session_is_refused_with_advice(play, make_scope):
    exchange = play(scope=make_scope("websocket"))

    with pytest.raises(
        ExportError, match=r"is a WebSocket session, and curl sends no messages; use \.as_python\(\)"
    ):
        as_curl(exchange)


def test_a_zero_byte_in_the_head_is_refused(make_request):
    exchange = make_request((b"x-a", b"a\x00b"))

    with pytest.raises(ExportError, match=r"has a zero byte in its head"):
        as_curl(exchange)


def test_another_shell_is_refused(make_request):
    with pytest.raises(ValueError, match='shell must be "sh" or "cmd", got \'fish\''):
        as_curl(make_request(), "fish")


# --- where to


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param({"server": ("0.0.0.0", 8000)}, "http://127.0.0.1:8000/items/3", id="all-addresses"),
        pytest.param({"server": ("::1", 8000)}, "http://[::1]:8000/items/3", id="ipv6"),
        pytest.param({"server": ("127.0.0.1", 80)}, "http://127.0.0.1/items/3", id="default-port"),
        pytest.param({"server": None}, "http://127.0.0.1:8000/items/3", id="host-header"),
        pytest.param({"server": ("/run/a.sock", None)}, "http://127.0.0.1:8000/items/3", id="unix-socket"),
        pytest.param(
            {"root_path": "/proxy/1", "raw_path": b"/proxy/1/items/3", "path": "/proxy/1/items/3"},
            "http://127.0.0.1:8000/items/3",
            id="prefix-of-a-proxy",
        ),
        pytest.param({"raw_path": b""}, "http://127.0.0.1:8000/items/3", id="no-raw-path"),
        pytest.param(
            {"raw_path": b"", "path": "/é?#"}, "http://127.0.0.1:8000/%C3%A9%3F%23", id="path-quoted"
        ),
    ],
)
def test_the_url_leads_to_the_server_that_answered(make_request, scope, expected):
    assert expected in re.split(r"[\s'\"]+", as_curl(make_request((b"host", b"127.0.0.1:8000"), **scope)))


def test_a_base_url_is_taken_as_it_is(make_request):
    code = as_curl(make_request((b"host", b"shop.example")), base_url="https://api.example/")

    assert code == "curl https://api.example/items/3"


def test_a_host_of_its_own_is_kept_and_names_of_this_machine_are_not(make_request):
    assert "-H 'host: shop.example'" in as_curl(make_request((b"host", b"shop.example")))
    assert "host" not in as_curl(make_request((b"host", b"localhost:8000")))


# --- cmd


def read_by_cmd(line, environ):
    """Read a line as cmd does outside of quotes, then as a program of the C runtime reads its arguments."""
    assert "\n" not in line
    line = re.sub(r"(?<!\^)%(\w+)%", lambda match: environ[match[1]], line)
    plain = re.sub(r"\^(.)", r"\1", line)
    arguments, current, quoted, position = [], None, False, 0
    while position < len(plain):
        slashes = re.compile(r"\\*").match(plain, position)[0]
        position += len(slashes)
        following = plain[position : position + 1]
        if following == '"':
            current = (current or "") + "\\" * (len(slashes) // 2)
            if len(slashes) % 2:
                current += '"'
            else:
                quoted = not quoted
        else:
            if slashes:
                current = (current or "") + slashes
            if following == " " and not quoted:
                if current is not None:
                    arguments.append(current)
                current = None
            elif following:
                current = (current or "") + following
        position += 1
    return arguments if current is None else [*arguments, current]


def test_cmd_reads_the_same_arguments(make_request):
    body = b'{"a": "it\'s \\"100%\\" & <b> ^ | \\\\", "password": "p"}'
    exchange = make_request(
        (b"content-type", b"application/json"),
        (b"x-a", b'c:\\dir\\" & calc'),
        (b"x-b", b"end\\"),
        method="POST",
        body=body,
        query_string=b"a=%20&b=%PATH%",
    )

    code = as_curl(exchange, "cmd")

    comment, line = code.split("\n")
    assert comment == "REM Set in the environment first, for the values are masked: PASSWORD"
    assert read_by_cmd(line, {"PASSWORD": "p"}) == [
        "curl.exe",
        "http://127.0.0.1:8000/items/3?a=%20&b=%PATH%",
        "-H",
        "content-type: application/json",
        "-H",
        'x-a: c:\\dir\\" & calc',
        "-H",
        "x-b: end\\",
        "--data-raw",
        body.decode(),
    ]


def test_json_over_several_lines_is_one_line_for_cmd(make_request):
    exchange = make_request(method="POST", body=b'{\n  "a": 1\n}')

    assert '{\\^"a\\^": 1}' in as_curl(exchange, "cmd")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a\nb", id="lines"),
        pytest.param(BYTES, id="bytes"),
        pytest.param(b"x" * 9000, id="long"),
    ],
)
def test_what_cmd_cannot_hold_is_refused_with_advice(make_request, body):
    with pytest.raises(ExportError, match=r"cmd.* use \.as_curl\(\) or \.as_httpx\(\)"):
        as_curl(make_request(method="POST", body=body), "cmd")
