"""A file is sent whole, in ranges, or not at all."""

import errno
import io
import itertools
import os
import re
import threading

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_nb.web._ranges import MalformedRangeHeader, RangeNotSatisfiable, parse_range_header
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.responses import FileResponse

CONTENT = bytes(range(256)) * 1000
GET = {"type": "http", "method": "GET", "path": "/", "headers": []}
NEW = {**GET, "asgi": {"spec_version": "2.4"}}
SCOPES = pytest.mark.parametrize("scope", [GET, NEW], ids=["before-2.4", "from-2.4"])


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "tea.txt"
    file.write_bytes(CONTENT)
    return file


async def never():
    await anyio.sleep_forever()


async def fetch(response, scope=GET, **headers):
    sent = []

    async def send(message):
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await response({**scope, "headers": pairs}, never, send)
    return sent


def headers_of(sent):
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def body_of(sent):
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
    return b"".join(message["body"] for message in sent[1:])


@SCOPES
@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, len(CONTENT)])
@pytest.mark.anyio
async def test_a_file_is_sent_whole_with_what_describes_it(tmp_path, scope, size):
    file = tmp_path / "tea.html"
    file.write_bytes(CONTENT[:size])

    sent = await fetch(FileResponse(file), scope)

    assert sent[0]["status"] == 200
    headers = headers_of(sent)
    assert headers["content-length"] == str(size)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["accept-ranges"] == "bytes"
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["etag"])
    assert headers["last-modified"].endswith(" GMT")
    assert body_of(sent) == CONTENT[:size]


@pytest.mark.parametrize("method", ["HEAD", "head"])
@pytest.mark.anyio
async def test_a_head_request_gets_headers_only(path, method):
    sent = await fetch(FileResponse(path), {**GET, "method": method})

    assert headers_of(sent)["content-length"] == str(len(CONTENT))
    assert body_of(sent) == b""


@pytest.mark.anyio
async def test_a_head_request_for_a_range_gets_its_headers(path):
    sent = await fetch(FileResponse(path), {**GET, "method": "HEAD"}, range="bytes=0-9")

    assert sent[0]["status"] == 206
    assert headers_of(sent)["content-length"] == "10"
    assert body_of(sent) == b""


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("tea.txt", 'attachment; filename="tea.txt"'),
        ("té a.txt", "attachment; filename*=utf-8''t%C3%A9%20a.txt"),
        ('a"\r\nx: y.txt', "attachment; filename*=utf-8''a%22%0D%0Ax%3A%20y.txt"),
    ],
)
def test_a_filename_is_offered_for_saving(name, disposition):
    assert FileResponse("x", filename=name).headers["content-disposition"] == disposition


def test_a_file_can_be_offered_for_showing():
    response = FileResponse("x", filename="a.txt", content_disposition_type="inline")

    assert response.headers["content-disposition"] == 'inline; filename="a.txt"'


def test_the_type_is_guessed_from_the_name_or_is_octets():
    assert FileResponse("x.css").media_type == "text/css"
    assert FileResponse("x", filename="x.css").media_type == "text/css"
    assert FileResponse("x").media_type == "application/octet-stream"
    assert FileResponse("x.css", media_type="a/b").media_type == "a/b"


@pytest.mark.anyio
async def test_a_missing_file_is_an_error_before_anything_is_sent(tmp_path):
    with pytest.raises(RuntimeError, match="does not exist"):
        await fetch(FileResponse(tmp_path / "none"))
    with pytest.raises(RuntimeError, match="is not a file"):
        await fetch(FileResponse(tmp_path))


@SCOPES
@pytest.mark.anyio
async def test_a_file_that_ended_early_is_an_error(path, scope):
    stat_result = os.stat(path)
    os.truncate(path, 100_000)

    with pytest.raises(RuntimeError, match="is shorter than expected"):
        await fetch(FileResponse(path, stat_result=stat_result), scope)


@pytest.mark.anyio
async def test_a_file_that_grew_is_sent_up_to_its_announced_length(path):
    stat_result = os.stat(path)
    with open(path, "ab") as file:
        file.write(b"more")

    sent = await fetch(FileResponse(path, stat_result=stat_result))

    assert body_of(sent) == CONTENT


@pytest.mark.anyio
async def test_a_server_that_sends_files_itself_gets_the_absolute_path(path, monkeypatch):
    monkeypatch.chdir(path.parent)

    sent = await fetch(FileResponse("tea.txt"), {**GET, "extensions": {"http.response.pathsend": {}}})

    assert sent[1] == {"type": "http.response.pathsend", "path": str(path)}


@pytest.mark.anyio
async def test_the_event_loop_does_not_ask_for_the_working_directory(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    threads = []
    getcwd = os.getcwd

    def noted():
        threads.append(threading.get_ident())
        return getcwd()

    monkeypatch.setattr(os, "getcwd", noted)
    await fetch(FileResponse("tea.txt"), {**GET, "extensions": {"http.response.pathsend": {}}})

    assert threads
    assert threading.get_ident() not in threads


@pytest.mark.anyio
async def test_a_file_with_the_status_of_a_part_is_left_to_the_server_whole(path):
    scope = {**GET, "extensions": {"http.response.pathsend": {}}}

    sent = await fetch(FileResponse(path, status_code=206), scope)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.pathsend"]


@pytest.mark.anyio
async def test_a_range_is_sent_by_us_even_if_the_server_sends_files(path):
    scope = {**GET, "extensions": {"http.response.pathsend": {}}}

    assert body_of(await fetch(FileResponse(path), scope, range="bytes=5-9")) == CONTENT[5:10]


@SCOPES
@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-", 10, len(CONTENT)),
        ("bytes=-10", len(CONTENT) - 10, len(CONTENT)),
        ("bytes=-999999999", 0, len(CONTENT)),
        ("bytes=100-200000", 100, 200_001),
        ("bytes=100-999999999", 100, len(CONTENT)),
        pytest.param("bytes=100-" + "9" * 30, 100, len(CONTENT), id="30-digits"),
        pytest.param("bytes=-" + "9" * 5000, 0, len(CONTENT), id="5000-digits"),
        pytest.param("bytes=" + "0" * 30 + "1-2", 1, 3, id="zeros"),
        ("Bytes = 1-2", 1, 3),
        ("bytes=0-4,5-9", 0, 10),
        ("bytes=0-4,x,3-9,-", 0, 10),
    ],
)
@pytest.mark.anyio
async def test_one_range_is_sent_as_it_is(path, scope, header, start, end):
    sent = await fetch(FileResponse(path), scope, range=header)

    assert sent[0]["status"] == 206
    assert headers_of(sent)["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert headers_of(sent)["content-length"] == str(end - start)
    assert body_of(sent) == CONTENT[start:end]


@SCOPES
@pytest.mark.anyio
async def test_several_ranges_are_sent_in_parts(path, scope):
    sent = await fetch(FileResponse(path), scope, range="bytes=100000-199999,-3,0-1")

    headers = headers_of(sent)
    boundary = re.fullmatch("multipart/byteranges; boundary=([0-9a-f]{26})", headers["content-type"])[1]
    expected = b""
    for start, end in ((0, 2), (100_000, 200_000), (len(CONTENT) - 3, len(CONTENT))):
        expected += (
            f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Range: bytes {start}-{end - 1}/{len(CONTENT)}\r\n\r\n"
        ).encode()
        expected += CONTENT[start:end] + b"\r\n"
    expected += f"--{boundary}--".encode()
    assert sent[0]["status"] == 206
    assert body_of(sent) == expected
    assert headers["content-length"] == str(len(expected))


@pytest.mark.parametrize(
    ("header", "status", "text"),
    [
        ("bytes", 400, b"Malformed range header."),
        ("pages=1-2", 400, b"Only support bytes range"),
        ("bytes=", 400, b"Range header: range must be requested"),
        ("bytes=a-b,+1-2,1_0-,٣-", 400, b"Range header: range must be requested"),
        ("bytes=5-1", 400, b"Range header: start must be less than end"),
        (f"bytes={len(CONTENT)}-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=" + "9" * 30 + "-", 416, b""),
        (f"bytes=0-1,{len(CONTENT)}-", 416, b""),
    ],
)
@pytest.mark.anyio
async def test_a_range_that_cannot_be_served_is_refused(path, header, status, text):
    background = []
    response = FileResponse(path, background=BackgroundTask(background.append, 1))
    sent = []

    async def send(message):
        sent.append(message)

    await response({**GET, "headers": [(b"range", header.encode())]}, never, send)

    assert sent[0]["status"] == status
    assert sent[1]["body"] == text
    assert headers_of(sent).get("content-range") == ("bytes */256000" if status == 416 else None)
    assert background == []


@pytest.mark.parametrize(
    ("scope", "options", "headers"),
    [
        pytest.param({"method": "POST"}, {}, {}, id="not-get"),
        pytest.param({}, {"status_code": 404}, {}, id="not-200"),
        pytest.param({}, {}, {"if_range": '"other"'}, id="other-etag"),
        pytest.param({}, {}, {"if_range": 'W/"tea"'}, id="weak-etag"),
        pytest.param({}, {}, {"range": "bytes=" + "0-0," * 100 + "0-0"}, id="too-many"),
    ],
)
@pytest.mark.anyio
async def test_the_whole_file_is_sent_where_a_range_is_not_due(path, scope, options, headers):
    response = FileResponse(path, headers={"etag": 'W/"tea"'}, **options)

    sent = await fetch(response, {**GET, **scope}, **{"range": "bytes=0-1", **headers})

    assert sent[0]["status"] == options.get("status_code", 200)
    assert body_of(sent) == CONTENT


@pytest.mark.parametrize("validator", ["etag", "last-modified"])
@pytest.mark.anyio
async def test_a_range_of_the_file_the_client_knows_is_sent(path, validator):
    known = headers_of(await fetch(FileResponse(path)))[validator]

    sent = await fetch(FileResponse(path), range="bytes=0-1", if_range=known)

    assert sent[0]["status"] == 206


@pytest.mark.anyio
async def test_a_client_that_leaves_ends_the_transfer(path):
    background = []
    sent = []
    full = anyio.Event()

    async def receive():
        await full.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if len(sent) == 2:
            full.set()
            await anyio.sleep_forever()

    response = FileResponse(path, background=BackgroundTask(background.append, 1))
    await response(dict(GET), receive, send)

    assert len(sent) == 2
    assert background == [1]


@pytest.mark.anyio
async def test_the_file_is_closed_when_the_transfer_is_cancelled(path):
    waiting = anyio.Event()

    async def send(message):
        if "body" in message:
            waiting.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(FileResponse(path), dict(NEW), never, send)
        await waiting.wait()
        group.cancel_scope.cancel()

    # A file left open would be a ResourceWarning, and warnings are errors.


@pytest.mark.anyio
async def test_a_file_denies_a_handshake(path):
    handshake = {"type": "websocket", "path": "/", "extensions": {"websocket.http.response": {}}}

    sent = await fetch(FileResponse(path, status_code=403), handshake)

    assert sent[0]["type"] == "websocket.http.response.start"
    assert b"".join(message["body"] for message in sent[1:]) == CONTENT


@pytest.mark.anyio
async def test_a_handshake_that_takes_no_response_is_closed(path):
    sent = await fetch(FileResponse(path, status_code=403), {"type": "websocket", "path": "/"})

    assert sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


@given(
    header=st.text()
    | st.lists(st.text("0123456789-", max_size=6)).map(lambda parts: "bytes=" + ",".join(parts))
)
def test_ranges_are_in_the_file_in_order_and_apart(header):
    try:
        ranges = parse_range_header(header, 1000, 100)
    except (MalformedRangeHeader, RangeNotSatisfiable):
        return

    assert all(0 <= start < end <= 1000 for start, end in ranges)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(ranges))


@pytest.mark.anyio
async def test_a_file_that_cannot_be_read_is_closed(path, monkeypatch):
    opened = []

    class Unreadable(io.FileIO):
        def read(self, size=-1):
            raise OSError(errno.EIO, "the disk is broken")

    def open_unreadable(file, *args, **kwargs):
        opened.append(Unreadable(file))
        return opened[-1]

    monkeypatch.setattr("builtins.open", open_unreadable)

    with pytest.raises(OSError, match="the disk is broken"):
        await fetch(FileResponse(path))

    assert [file.closed for file in opened] == [True]
