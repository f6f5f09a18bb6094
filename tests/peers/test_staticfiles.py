"""Static files answer as Starlette's do, for drawn paths and headers."""

import os
from email.utils import parsedate_to_datetime

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles as StarletteStaticFiles

from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.staticfiles import StaticFiles

DATE = "Fri, 13 Mar 2026 10:00:00 GMT"
ETAG = "{etag}"

SEGMENTS = st.sampled_from(
    ["a.txt", "dir", "index.html", "link", "out", "..", ".", "", "b c.json", "\\", "é"]
)
PATHS = st.lists(SEGMENTS | st.text(max_size=2), max_size=5).map(lambda parts: "/" + "/".join(parts))

TAGS = st.lists(st.sampled_from([ETAG, f"W/{ETAG}", '"x"', "*", "", " "]), min_size=1, max_size=3)
DATES = st.sampled_from(
    [
        DATE,
        "Fri, 13 Mar 2026 09:59:59 GMT",
        "Friday, 13-Mar-26 10:00:00 GMT",
        "Fri Mar 13 10:00:01 2026",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "soon",
        "",
    ]
)
RANGES = st.sampled_from(["bytes=0-1", "bytes=-2", "bytes=1-1,2-", "bytes=9-", "bytes=2-1", "lines=1-2", "x"])
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "if-none-match": TAGS.map(", ".join),
        "if-modified-since": DATES,
        "range": RANGES,
        "if-range": st.sampled_from([ETAG, DATE, '"x"']),
    },
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    base = tmp_path_factory.mktemp("peers")
    root = base / "public"
    (root / "dir").mkdir(parents=True)
    for name in ("a.txt", "b c.json", "dir/index.html", "dir/a.txt", "404.html"):
        (root / name).write_text(f"content of {name}")
    modified = parsedate_to_datetime(DATE).timestamp()
    os.utime(root / "a.txt", (modified, modified))
    (base / "out").mkdir()
    (base / "out" / "a.txt").write_text("outside")
    (root / "link").symlink_to(root / "dir")
    (root / "out").symlink_to(base / "out")
    return root


async def answer(app, scope):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    try:
        await app({**scope, "headers": list(scope["headers"])}, receive, send)
    except (HTTPException, StarletteHTTPException) as exc:
        return exc.status_code, exc.detail, exc.headers
    body = b"".join(message.get("body", b"") for message in sent)
    # Only the boundary of a multipart answer is drawn anew each time.
    headers = {name: value for name, value in sent[0]["headers"] if b"boundary=" not in value}
    if len(headers) < len(sent[0]["headers"]):
        body = body.count(b"Content-Range")
    return sent[0]["status"], headers, body


def scope_of(path, method="GET", headers=()):
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": method,
        "path": path,
        "query_string": b"",
        # Without it Starlette's has errors of its own.
        "app": None,
        "headers": [(b"host", b"testserver"), *headers],
    }


def both(directory, scope, **options):
    ours = StaticFiles(directory=directory, **options)
    theirs = StarletteStaticFiles(directory=directory, **options)
    return anyio.run(answer, ours, scope), anyio.run(answer, theirs, scope)


@settings(max_examples=150, deadline=None)
@given(path=PATHS, html=st.booleans(), follow_symlink=st.booleans(), method=st.sampled_from(["GET", "HEAD"]))
def test_every_path_is_answered_alike(directory, path, html, follow_symlink, method):
    ours, theirs = both(directory, scope_of(path, method), html=html, follow_symlink=follow_symlink)

    assert ours == theirs


@settings(max_examples=150, deadline=None)
@given(headers=HEADERS, method=st.sampled_from(["GET", "HEAD"]))
def test_every_combination_of_conditions_is_answered_alike(directory, headers, method):
    status, sent, _ = anyio.run(answer, StaticFiles(directory=directory), scope_of("/a.txt"))
    assert status == 200
    etag = sent[b"etag"].decode()
    pairs = [(name.encode(), value.replace(ETAG, etag).encode()) for name, value in headers.items()]

    ours, theirs = both(directory, scope_of("/a.txt", method, pairs))

    # Starlette sends the text of an error to a HEAD request too.
    assert ours == (theirs if method == "GET" else (*theirs[:2], b""))


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "get"])
def test_other_methods_are_refused_alike(directory, method):
    ours, theirs = both(directory, scope_of("/a.txt", method))

    assert ours == theirs
