"""Files are served with validators, and no path leads out of the directory."""

import os
import stat
import sys

import anyio
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.web import staticfiles
from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import FileResponse
from asgi_nb.web.routing import Mount
from asgi_nb.web.staticfiles import StaticFiles
from asgi_nb.web.testclient import TestClient

LARGE = bytes(range(256)) * 1_000


@pytest.fixture
def directory(tmp_path):
    root = tmp_path / "public"
    (root / "dir").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "a.txt").write_bytes(b"tea")
    (root / "none.txt").write_bytes(b"")
    (root / "large.bin").write_bytes(LARGE)
    (root / "dir" / "index.html").write_bytes(b"<h1>dir</h1>")
    (root / "index.html").write_bytes(b"<h1>home</h1>")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "public-too").mkdir()
    (tmp_path / "public-too" / "secret.txt").write_bytes(b"secret")
    return root


async def ask(app, path, method="GET", **options):
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        return await http.request(method, path, **options)


def app_of(*args, **options):
    return App(routes=[Mount("/static", StaticFiles(*args, **options))])


async def answer(app, path, method="GET", headers=(), **more):
    """Status and body, for a path that no client would send as it is."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": list(headers),
        **more,
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("none.txt", "text/plain; charset=utf-8"),
        ("large.bin", "application/octet-stream"),
        ("dir/index.html", "text/html; charset=utf-8"),
    ],
)
async def test_a_file_is_served_whole_with_its_type_and_validators(directory, name, media_type):
    response = await ask(app_of(directory=directory), f"/static/{name}")

    assert response.status_code == 200
    assert response.content == (directory / name).read_bytes()
    assert response.headers["content-type"] == media_type
    assert response.headers["content-length"] == str(len(response.content))
    assert response.headers["accept-ranges"] == "bytes"
    assert {"etag", "last-modified"} <= response.headers.keys()


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["a.txt", "large.bin"])
async def test_head_sends_the_same_headers_and_no_body(directory, name):
    app = app_of(directory=directory)

    got, head = await ask(app, f"/static/{name}"), await ask(app, f"/static/{name}", "HEAD")

    assert head.headers == got.headers
    assert head.content == b""


@pytest.mark.anyio
async def test_a_range_is_served_as_a_part(directory):
    response = await ask(app_of(directory=directory), "/static/a.txt", headers={"range": "bytes=1-"})

    assert response.status_code == 206
    assert response.content == b"ea"


@pytest.mark.anyio
async def test_a_changed_file_is_seen_at_once(directory):
    app = app_of(directory=directory)
    first = await ask(app, "/static/a.txt")
    (directory / "a.txt").write_bytes(b"coffee")

    second = await ask(app, "/static/a.txt", headers={"if-none-match": first.headers["etag"]})

    assert second.status_code == 200
    assert second.content == b"coffee"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"if-none-match": "{etag}"}, 304, id="etag"),
        pytest.param({"if-none-match": "W/{etag}"}, 304, id="weak-etag"),
        pytest.param({"if-none-match": '"x", {etag}'}, 304, id="one-of-several"),
        pytest.param({"if-none-match": " * "}, 304, id="star"),
        pytest.param({"if-none-match": '"x"'}, 200, id="other-etag"),
        pytest.param({"if-modified-since": "{modified}"}, 304, id="same-date"),
        pytest.param({"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304, id="later"),
        pytest.param({"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200, id="earlier"),
        pytest.param({"if-modified-since": "yesterday"}, 200, id="no-date"),
        pytest.param({"if-none-match": '"x"', "if-modified-since": "{modified}"}, 200, id="etag-wins"),
        pytest.param({"if-none-match": "", "if-modified-since": "{modified}"}, 304, id="empty-etag"),
    ],
)
async def test_a_copy_that_is_still_good_is_not_sent_again(directory, headers, status):
    app = app_of(directory=directory)
    whole = (await ask(app, "/static/a.txt")).headers
    values = {"etag": whole["etag"], "modified": whole["last-modified"]}

    response = await ask(
        app, "/static/a.txt", headers={name: value.format(**values) for name, value in headers.items()}
    )

    assert response.status_code == status
    if status == 304:
        assert response.content == b""
        assert dict(response.headers) == {"etag": whole["etag"]}


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_405(directory, method):
    response = await ask(app_of(directory=directory), "/static/a.txt", method)

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.anyio
async def test_without_an_app_around_errors_are_responses_too(directory):
    files = StaticFiles(directory=directory)

    assert await answer(files, "/missing.txt") == (404, b"Not Found")
    assert await answer(files, "/a.txt", "POST") == (405, b"Method Not Allowed")


ESCAPES = [
    "/../secret.txt",
    "/dir/../../secret.txt",
    "/../public-too/secret.txt",
    "//../secret.txt",
    "/./../secret.txt",
    "/..\\secret.txt",
    "\\..\\secret.txt",
    "/a.txt/../../secret.txt",
]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ESCAPES)
@pytest.mark.parametrize("follow_symlink", [True, False], ids=["follow", "stay"])
async def test_no_path_leads_out(directory, path, follow_symlink):
    files = StaticFiles(directory=directory, follow_symlink=follow_symlink)

    assert await answer(files, path) == (404, b"Not Found")


@pytest.mark.anyio
@pytest.mark.parametrize("follow_symlink", [True, False], ids=["follow", "stay"])
async def test_an_absolute_path_leads_nowhere_else(directory, follow_symlink):
    files = StaticFiles(directory=directory, follow_symlink=follow_symlink)
    secret = directory.parent / "secret.txt"

    for path in (f"/{secret}", f"//{secret}", f"///{secret}"):
        assert (await answer(files, path))[0] == 404


SEGMENTS = st.sampled_from(["..", ".", "", "public", "public-too", "secret.txt", "a.txt", "dir", "~", "\\"])


@settings(max_examples=300, deadline=None)
@given(segments=st.lists(SEGMENTS | st.text(max_size=3), max_size=7))
def test_no_drawn_path_finds_what_is_outside(tmp_path_factory, segments):
    base = tmp_path_factory.getbasetemp() / "drawn"
    root = base / "public"
    if not base.exists():
        root.mkdir(parents=True)
        (root / "a.txt").write_bytes(b"tea")
        (base / "secret.txt").write_bytes(b"secret")
    files = StaticFiles(directory=root)

    async def run():
        try:
            return await answer(files, "/" + "/".join(segments))
        except OSError as exc:
            return exc.errno, b""

    _, body = anyio.run(run)
    assert body in (b"tea", b"Not Found")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/nul\0.txt", id="null-byte"),
        pytest.param("/" + "a" * 1_000, id="too-long"),
        pytest.param("/" + "a/" * 4_000, id="too-deep"),
        pytest.param("/a.txt/more", id="below-a-file"),
        pytest.param("/dir", id="directory"),
        pytest.param("/", id="root"),
        pytest.param("", id="empty"),
        pytest.param("/\ud800.txt", id="surrogate"),
    ],
)
async def test_what_is_no_file_is_404(directory, path):
    assert await answer(StaticFiles(directory=directory), path) == (404, b"Not Found")


@pytest.mark.anyio
async def test_a_pipe_is_404_and_is_not_waited_for(directory):
    os.mkfifo(directory / "pipe")

    assert (await answer(StaticFiles(directory=directory), "/pipe"))[0] == 404


@pytest.mark.anyio
async def test_a_link_that_leads_out_is_followed_only_on_request(directory):
    (directory / "link").symlink_to(directory.parent / "public-too")

    assert (await answer(StaticFiles(directory=directory), "/link/secret.txt"))[0] == 404
    assert await answer(StaticFiles(directory=directory, follow_symlink=True), "/link/secret.txt") == (
        200,
        b"secret",
    )


@pytest.mark.anyio
async def test_a_link_inside_is_followed(directory):
    (directory / "link").symlink_to(directory / "dir")

    assert await answer(StaticFiles(directory=directory), "/link/index.html") == (200, b"<h1>dir</h1>")


@pytest.mark.anyio
async def test_a_directory_that_is_a_link_can_be_turned_to_another_one(directory, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_bytes(b"coffee")
    current = tmp_path / "current"
    current.symlink_to(directory)
    files = StaticFiles(directory=current)
    assert await answer(files, "/a.txt") == (200, b"tea")

    current.unlink()
    current.symlink_to(tmp_path / "other")

    assert await answer(files, "/a.txt") == (200, b"coffee")


def deny(path, mode=0):
    path.chmod(mode)
    if os.access(path, os.R_OK):
        path.chmod(0o755)
        pytest.skip("this user may read everything")


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["a.txt", "large.bin"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_that_may_not_be_read_is_401(directory, name, method):
    deny(directory / name)

    assert (await answer(StaticFiles(directory=directory), f"/{name}", method))[0] == 401


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(PermissionError("no"), 401, id="permission"),
        pytest.param(ValueError("what"), 404, id="value"),
    ],
)
async def test_what_the_system_says_decides_the_status(directory, monkeypatch, error, status):
    def lookup_path(self, path):
        raise error

    monkeypatch.setattr(StaticFiles, "lookup_path", lookup_path)

    assert (await answer(StaticFiles(directory=directory), "/a.txt"))[0] == status


@pytest.mark.anyio
async def test_another_error_of_the_system_is_raised(directory, monkeypatch):
    def lookup_path(self, path):
        raise OSError("disk on fire")

    monkeypatch.setattr(StaticFiles, "lookup_path", lookup_path)

    with pytest.raises(OSError, match="disk on fire"):
        await answer(StaticFiles(directory=directory), "/a.txt")


@pytest.mark.anyio
async def test_html_serves_the_index_of_a_directory(directory):
    app = app_of(directory=directory, html=True)

    assert (await ask(app, "/static/")).text == "<h1>home</h1>"
    assert (await ask(app, "/static/dir/")).text == "<h1>dir</h1>"
    assert (await ask(app, "/static/empty/")).status_code == 404
    assert (await ask(app, "/static/missing")).status_code == 404


@pytest.mark.anyio
async def test_html_redirects_a_directory_without_its_slash(directory):
    response = await ask(app_of(directory=directory, html=True), "/static/dir?q=1")

    assert response.status_code == 307
    assert response.headers["location"] == "http://testserver/static/dir/?q=1"


@pytest.mark.anyio
async def test_html_answers_what_is_missing_with_its_page(directory):
    (directory / "404.html").write_bytes(b"<h1>lost</h1>")
    app = app_of(directory=directory, html=True)

    missing = await ask(app, "/static/missing")
    again = await ask(app, "/static/missing", headers={"if-none-match": missing.headers["etag"]})

    assert missing.status_code == again.status_code == 404
    assert missing.text == again.text == "<h1>lost</h1>"
    assert (await ask(app_of(directory=directory), "/static/missing")).text == "Not Found"


@pytest.mark.anyio
async def test_a_file_that_changes_between_look_and_read_is_never_cut_off_silently(directory, monkeypatch):
    lookup_path = StaticFiles.lookup_path

    def look_then_shorten(self, path):
        found = lookup_path(self, path)
        (directory / "a.txt").write_bytes(b"t")
        return found

    monkeypatch.setattr(StaticFiles, "lookup_path", look_then_shorten)

    with pytest.raises(RuntimeError, match="shorter than expected"):
        await answer(StaticFiles(directory=directory), "/a.txt")


@pytest.mark.anyio
async def test_a_server_that_sends_files_itself_gets_the_path(directory):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/a.txt",
        "headers": [],
        "extensions": {"http.response.pathsend": {}},
    }
    await StaticFiles(directory=directory)(scope, None, send)

    assert sent[-1] == {"type": "http.response.pathsend", "path": str(directory / "a.txt")}


@pytest.mark.anyio
async def test_a_function_middleware_can_change_a_file_response(directory):
    async def add_header(request, call_next):
        response = await call_next(request)
        response.headers["x-seen"] = response.headers["content-length"]
        return response

    app = App(
        routes=[Mount("/static", StaticFiles(directory=directory))],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=add_header)],
    )

    small, large = await ask(app, "/static/a.txt"), await ask(app, "/static/large.bin")

    assert (small.content, small.headers["x-seen"]) == (b"tea", "3")
    assert (large.content, large.headers["x-seen"]) == (LARGE, str(len(LARGE)))


@pytest.mark.anyio
async def test_a_subclass_can_add_headers_and_switch_validators_off(directory):
    class NoStore(StaticFiles):
        def file_response(self, *args, **kwargs):
            response = super().file_response(*args, **kwargs)
            response.headers["cache-control"] = "no-store"
            return response

        def is_not_modified(self, response_headers, request_headers):
            return False

    app = App(routes=[Mount("/static", NoStore(directory=directory))])
    response = await ask(app, "/static/a.txt", headers={"if-none-match": "*"})

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_a_subclass_can_fall_back_to_another_file(directory):
    class SinglePage(StaticFiles):
        async def get_response(self, path, scope):
            found, _ = self.lookup_path(path)
            response = await super().get_response(path if found else "index.html", scope)
            assert isinstance(response, FileResponse)
            return response

    assert await answer(SinglePage(directory=directory), "/app/page") == (200, b"<h1>home</h1>")


@pytest.mark.anyio
async def test_a_subclass_can_have_its_files_elsewhere():
    class Memory(StaticFiles):
        def lookup_path(self, path):
            return __file__, os.stat(__file__)

    status, body = await answer(Memory(), "/anything")

    assert status == 200
    assert b"have_its_files_elsewhere" in body


@pytest.fixture
def package(tmp_path, monkeypatch):
    package = tmp_path / "some_package_of_tests"
    for name in ("statics", "other"):
        (package / name).mkdir(parents=True)
        (package / name / "p.txt").write_text(name)
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package.name
    sys.modules.pop(package.name, None)


@pytest.mark.anyio
@pytest.mark.parametrize("which", ["statics", "other"])
async def test_a_package_brings_its_files(package, directory, which):
    packages = [package] if which == "statics" else [(package, "other")]
    files = StaticFiles(directory=directory, packages=packages)

    assert await answer(files, "/p.txt") == (200, which.encode())
    assert await answer(files, "/a.txt") == (200, b"tea")


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        pytest.param({}, ValueError, "pass directory= or packages=", id="nothing"),
        pytest.param({"directory": "/no/such"}, RuntimeError, "'/no/such' does not exist", id="directory"),
        pytest.param({"packages": ["no_such"]}, RuntimeError, "'no_such' could not be found", id="package"),
        pytest.param(
            {"packages": ["no_such.at_all"]}, RuntimeError, "could not be found", id="inner-package"
        ),
        pytest.param({"packages": ["email"]}, RuntimeError, "'statics' in package 'email'", id="no-statics"),
        pytest.param({"packages": ["sys"]}, RuntimeError, "'statics' in package 'sys'", id="built-in"),
    ],
)
def test_a_mistake_is_an_error_at_once(options, error, text):
    with pytest.raises(error, match=text):
        StaticFiles(**options)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "text"),
    [
        pytest.param(lambda path: None, "does not exist", id="missing"),
        pytest.param(lambda path: path.write_text(""), "is not a directory", id="file"),
    ],
)
async def test_an_unchecked_directory_is_checked_at_the_first_request(tmp_path, make, text):
    make(tmp_path / "later")
    files = StaticFiles(directory=tmp_path / "later", check_dir=False)

    with pytest.raises(RuntimeError, match=text):
        await answer(files, "/a.txt")


@pytest.mark.anyio
async def test_a_websocket_is_closed_and_another_scope_is_an_error(directory):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    files = StaticFiles(directory=directory)
    await files({"type": "websocket", "path": "/"}, receive, send)

    assert sent == ["websocket.close"]
    with pytest.raises(ValueError, match="got 'lifespan'"):
        await files({"type": "lifespan"}, receive, send)


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("con", True),
        ("NUL.txt", True),
        ("dir\\aux", True),
        ("dir/com1.tar.gz", True),
        ("lpt².log", True),
        ("CONIN$", True),
        ("a.txt:stream", True),
        ("c:a.txt", True),
        ("a.txt.", True),
        ("a.txt \\b", True),
        ("nul /b", True),
        ("what?", True),
        (".", False),
        ("..", False),
        ("..\\a", False),
        (".hidden", False),
        ("console", False),
        ("com", False),
        ("com10", False),
        ("dir\\a.txt", False),
        ("a.con", False),
    ],
)
def test_names_that_open_something_else_on_windows_are_known(path, reserved):
    assert bool(staticfiles._RESERVED_ON_WINDOWS.search(path)) is reserved


@pytest.mark.anyio
async def test_a_reserved_name_is_a_plain_404_on_windows(directory, monkeypatch):
    monkeypatch.setattr(staticfiles, "_ON_WINDOWS", True)
    (directory / "nul.txt").write_bytes(b"not on windows")

    assert await answer(StaticFiles(directory=directory), "/nul.txt") == (404, b"Not Found")
    assert await answer(StaticFiles(directory=directory), "/a.txt") == (200, b"tea")


def test_the_mode_bits_of_a_link_do_not_matter(directory):
    (directory / "link").symlink_to("a.txt")

    full_path, found = StaticFiles(directory=directory).lookup_path("link")

    assert full_path == str(directory / "a.txt")
    assert stat.S_ISREG(found.st_mode)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_that_is_removed_after_it_was_found_is_not_found(tmp_path, method):
    class Racing(StaticFiles):
        def lookup_path(self, path):
            found = super().lookup_path(path)
            os.remove(found[0])
            return found

    (tmp_path / "tea.txt").write_text("tea")
    client = TestClient(Racing(directory=tmp_path))

    assert client.request(method, "/tea.txt").status_code == 404
