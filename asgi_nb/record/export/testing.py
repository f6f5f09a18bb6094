"""
An exchange as a test that pytest runs.

Rule 1: what is claimed is what a reader would claim: status, media type, and the JSON or the short text.
Rule 2: what another run makes anew is matched by its form: ids that the request did not name, dates, tokens.
"""

import re
from dataclasses import dataclass, field, replace
from types import NoneType
from typing import Any

from asgi_nb.record.body import Body
from asgi_nb.record.export import literals
from asgi_nb.record.export.code import Code
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import Text, outgoing
from asgi_nb.record.export.python import comments, request_arguments
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.http import ResponseRecord
from asgi_nb.record.masks import is_secret, mask_body_text, mask_text, visible
from asgi_nb.record.usage import expect

# Source: RFC 3339 section 5.6, with what databases and languages write of it.
DATE = r"\d{4}-\d\d-\d\d"
TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?"
# Source: RFC 9562 section 4.
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
FORMS = (TIME, DATE, UUID)

# A key that names something which the server made.
_ID = re.compile(r"(?:\A|_)(?:id|uuid|guid|etag|cursor|nonce)\Z|Id\Z|ID\Z|Uuid\Z")
_MOMENT = re.compile(
    r"(?:_at|At|_on|date|Date|time|Time|timestamp|Timestamp|duration|elapsed|_ms|_ns|expires|expires_in)\Z"
)

# Beyond it, a test is longer than the code it tests.
JSON_LIMIT = 20_000

# Longer texts are pages and files: a test of every letter of one breaks with each change of a comma.
TEXT_LIMIT = 500

# What clients send of themselves, and a test need not.
NOISE = re.compile(
    r"user-agent|accept-encoding|dnt|priority|upgrade-insecure-requests|sec-(?:ch|fetch|gpc).*"
)

LIKE = '''
class Like:
    """Equal to every value of a type, and of a form: ids and dates differ from run to run."""

    def __init__(self, kind, form="(?s).*"):
        self.kind = kind
        self.form = form

    def __eq__(self, other):
        return type(other) is self.kind and re.fullmatch(self.form, str(other)) is not None

    def __repr__(self):
        return f"Like({self.kind.__name__}, {self.form!r})"

'''


@dataclass(frozen=True, slots=True)
class _Like:
    kind: type
    form: str = ""


@dataclass(slots=True)
class _Claims:
    """The lines of a test that say what is expected."""

    lines: list[str] = field(default_factory=list)
    loose: bool = False


def as_test(
    exchange: Recorded, app: str | None = None, *, secrets: bool = False, base_url: str | None = None
) -> Code:
    """
    Write a test that sends the request and expects a response like the recorded one.

    Ids that the request did not name, dates and masked values are matched by their type and form.

    Args:
        exchange: The exchange.
        app: Where to import the app from, as "package.module:name": it is called without a server then. By
            default the test asks the server that answered, or the one that BASE_URL names.
        secrets: Whether to show what is masked otherwise, and read from environment variables.
        base_url: Scheme, host and port of the server.

    Raises:
        ExportError: It is a WebSocket session, there is no whole response, the request cannot be written, or
            `app` is no "package.module:name".
    """
    if exchange.websocket:
        raise ExportError(
            f"exchange {exchange.seq} is a WebSocket session, of which no test is written; use .as_python()"
        )
    response = exchange.response
    if response is None or not response.status:
        raise ExportError(
            f"exchange {exchange.seq} has no response to expect, it is {exchange.state}; "
            "write a test of one that is done"
        )
    expect(app, (str, NoneType), "as_test() takes the app's place as 'package.module:name'")
    module, colon, name = ("", "", "") if app is None else app.partition(":")
    if app is not None and not (
        colon and name.isidentifier() and all(map(str.isidentifier, module.split(".")))
    ):
        raise ExportError(f"app must be 'package.module:name', got {app!r}")
    request = outgoing(exchange, secrets=secrets, base_url=base_url)
    request = replace(request, headers=tuple(pair for pair in request.headers if not _is_noise(*pair)))
    claims = _claims(exchange, response, secrets)
    needs_os = bool(request.secrets) or app is None
    standard = [*(["import os"] if needs_os else []), *(["import re"] if claims.loose else [])]
    if app is None:
        foreign = ["import httpx2"]
        setup = [f'BASE_URL = os.environ.get("BASE_URL", {literals.quoted(request.base)})']
        opening = "    with httpx2.Client(base_url=BASE_URL, trust_env=False) as client:"
    else:
        foreign = ["from asgi_nb.web.testclient import TestClient", f"from {module} import {name}"]
        setup = []
        quiet = ", raise_server_exceptions=False" if response.status >= 500 else ""
        opening = f"    with TestClient({name}, follow_redirects=False{quiet}) as client:"
    arguments = [
        literals.quoted(request.method),
        literals.text(request.target),
        *request_arguments(request, 12),
    ]
    lines = [
        *comments(request),
        *standard,
        *([""] if standard else []),
        *foreign,
        *(["", *setup] if setup else []),
        "",
        *([*LIKE.rstrip("\n").split("\n"), ""] if claims.loose else []),
        "",
        f"def test_{_words(exchange)}_gives_{response.status}():",
        opening,
        "        response = client.request(",
        *(f"            {argument}," for argument in arguments),
        "        )",
        "",
        *(f"    {line}" for line in claims.lines),
    ]
    return Code("\n".join(lines) + "\n", "python")


def _is_noise(name: str, value: Text) -> bool:
    return NOISE.fullmatch(name.lower()) is not None or (name.lower(), value) == ("accept", ("*/*",))


def _words(exchange: Recorded) -> str:
    path = exchange.route_path or exchange.request.path
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r":\w+(?=\})", "", path), re.ASCII)
    return "_".join(
        [exchange.request.method.lower(), *words] if words else [exchange.request.method.lower(), "root"]
    )


def _claims(exchange: Recorded, response: ResponseRecord, secrets: bool) -> _Claims:
    claims = _Claims([f"assert response.status_code == {response.status}"])
    body = response.body
    media_type = body.content_type.partition(";")[0].strip().lower()
    if media_type:
        claims.lines.append(
            'assert response.headers["content-type"].partition(";")[0].strip().lower() == '
            + literals.quoted(media_type)
        )
    if exchange.request.method == "HEAD" or not body.size:
        return claims
    if body.truncated or exchange.state not in ("done", "error"):
        kept = f"{len(body.data)} of {body.size} bytes"
        claims.lines.append(f"# Of the body, {kept} are kept: nothing is claimed of it.")
        return claims
    if media_type == "application/json" or media_type.endswith("+json"):
        try:
            _claim_json(claims, exchange, body, secrets)
        except ValueError as exc:
            claims.lines.append(
                f"# The body cannot be claimed: {visible(str(exc).partition(':')[2].strip())}"
            )
        return claims
    if media_type == "text/plain" or not media_type:
        _claim_text(claims, body, secrets)
    return claims


def _claim_text(claims: _Claims, body: Body, secrets: bool) -> None:
    try:
        text = body.text
    except ValueError:
        # What a client could not read either is not claimed.
        return
    if len(text) > TEXT_LIMIT or "\ufffd" in text:
        claims.lines.append(f"# The body had {body.size} bytes; nothing is claimed of it.")
    elif not secrets and mask_body_text(text, body.content_type).masked:
        claims.lines.append("# The body held secrets; nothing is claimed of it.")
    else:
        claims.lines.append(f"assert response.text == {literals.quoted(text)}")


def _claim_json(claims: _Claims, exchange: Recorded, body: Body, secrets: bool) -> None:
    named = _named(exchange)

    def loosen(item: Any, key: str) -> Any:
        if not secrets and _hides(item, key):
            return _Like(type(item))
        if isinstance(item, dict):
            return {name: loosen(member, name) for name, member in item.items()}
        if isinstance(item, list):
            return [loosen(member, key) for member in item]
        return _loose(item, key, named)

    def atom(item: Any) -> str | None:
        if isinstance(item, _Like):
            claims.loose = True
            # The forms above have no quotes in them, so a raw literal holds them.
            return f"Like({item.kind.__name__}" + (f', r"{item.form}")' if item.form else ")")
        return None

    found = body.json()
    if body.size > JSON_LIMIT:
        claims.lines.append(f"assert type(response.json()) is {type(found).__name__}")
        return
    loosened = loosen(found, "")
    claims.lines.append(f"assert response.json() == {literals.value(loosened, 4, atom)}")


def _hides(item: Any, key: str) -> bool:
    if item is None or isinstance(item, bool):
        return False
    return is_secret(key) or (isinstance(item, str) and mask_text(item).masked > 0)


def _loose(item: Any, key: str, named: set[str]) -> Any:
    if isinstance(item, bool) or item is None or str(item) in named:
        return item
    if isinstance(item, str):
        for form in FORMS:
            if re.fullmatch(form, item):
                return _Like(str, form)
    if isinstance(item, str | int) and _ID.search(key):
        return _Like(type(item))
    if isinstance(item, int | float) and _MOMENT.search(key):
        return _Like(type(item))
    return item


def _named(exchange: Recorded) -> set[str]:
    """Give the values that the request named: an answer that has them again must have just these."""
    request = exchange.request
    words = set(request.path.split("/")) | {str(value) for value in exchange.path_params.values()}
    words |= set(re.split(r"[=&;]", request.query_string.decode("latin-1")))
    try:
        sent = request.json()
    except ValueError:
        # A request without JSON names nothing in it.
        return words
    waiting = [sent]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif item is not None:
            words.add(str(item))
    return words
