"""Forms are read within limits, and what is wrong with one is the client's fault."""

import functools
import inspect
import sys
from contextlib import aclosing
from urllib.parse import urlencode

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_multipart import multipart

from asgi_nb.web.datastructures import FormData, Headers, UploadFile
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.formparsers import FormParser, MultiPartException, MultiPartParser
from asgi_nb.web.requests import Request

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xyz"


def request_with(body, content_type, size=None, **parts):
    size = size or max(len(body), 1)
    chunks = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = False

    async def receive():
        return messages.pop(0)

    headers = [(b"content-type", content_type.encode("latin-1"))] if content_type else []
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, **parts}, receive)


def part(name, content, filename=None, content_type=None):
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"' if filename is not None else ""
    head += f"\r\nContent-Type: {content_type}" if content_type else ""
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


END = b"--xyz--\r\n"
SIZES = pytest.mark.parametrize("size", [1, 7, None], ids=["bytewise", "small-chunks", "whole"])


@SIZES
@pytest.mark.anyio
async def test_a_urlencoded_form_is_read(size):
    request = request_with(b"a=1&b=x+y%C3%BC&a=2&&c=&d", URLENCODED + "; charset=utf-8", size)

    form = await request.form()

    assert form.multi_items() == [("a", "1"), ("b", "x yü"), ("a", "2"), ("c", ""), ("d", "")]
    assert await request.form() is form


@given(pairs=st.lists(st.tuples(st.text(min_size=1), st.text())), size=st.integers(1, 20))
@settings(max_examples=50)
def test_a_urlencoded_form_comes_back_in_any_chunks(pairs, size):
    pairs = [tuple(text.encode(errors="replace").decode() for text in pair) for pair in pairs]
    request = request_with(urlencode(pairs).encode(), URLENCODED, size)

    async def read():
        return (await request.form()).multi_items()

    assert anyio.run(read) == pairs


@SIZES
@pytest.mark.anyio
async def test_a_multipart_form_is_read(size):
    body = (
        part("a", b"1") + part("file", b"t\r\nea" * 10, "t.txt", "text/plain") + part("a", "ü".encode()) + END
    )
    request = request_with(body, MULTIPART, size)

    async with request.form() as form:
        file = form["file"]
        assert isinstance(file, UploadFile)
        assert form.getlist("a") == ["1", "ü"]
        assert (file.filename, file.size, file.content_type) == ("t.txt", 50, "text/plain")
        assert await file.read() == b"t\r\nea" * 10

    assert file.file.closed


@pytest.mark.anyio
async def test_closing_a_request_closes_its_files():
    request = request_with(part("f", b"x", "f") + END, MULTIPART)
    await request.close()

    form = await request.form()
    await request.close()

    assert form["f"].file.closed


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        pytest.param("", "ü".encode(), "ü", id="utf-8"),
        pytest.param("; charset=latin-1", b"\xfc", "ü", id="named"),
        pytest.param("; charset=klingon", b"\xfc", "ü", id="unknown"),
        pytest.param("; charset=hex", b"\xfc", "ü", id="not-text"),
        pytest.param("; charset=undefined", b"\xfc", "ü", id="never-decodes"),
        pytest.param("; charset=punycode", b"a-\xfc", "a-ü", id="of-domain-names"),
        pytest.param("; charset=unicode_escape", rb"\u20ac", r"\u20ac", id="of-python-source"),
        pytest.param("", b"\xfc", "ü", id="undecodable"),
    ],
)
@pytest.mark.anyio
async def test_a_field_is_decoded_by_its_charset_or_as_latin_1(charset, content, text):
    request = request_with(part("a", content) + END, MULTIPART + charset)

    assert (await request.form())["a"] == text


@pytest.mark.parametrize("content_type", [None, "application/json", "multipart/mixed; boundary=xyz"])
@pytest.mark.anyio
async def test_a_body_of_another_type_is_an_empty_form(content_type):
    assert await request_with(b"{}", content_type).form() == FormData()


@pytest.mark.anyio
async def test_a_large_file_moves_to_disk(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 10)
    request = request_with(part("f", b"x" * 11, "f") + END, MULTIPART)

    async with request.form() as form:
        assert form["f"].file._rolled
        assert await form["f"].read() == b"x" * 11


@pytest.mark.parametrize(
    ("body", "limits", "message"),
    [
        pytest.param(
            part("a", b"", "a") + part("b", b"", "b"),
            {"max_files": 1},
            "Too many files. Maximum number of files is 1.",
            id="files",
        ),
        pytest.param(
            part("a", b"") + part("b", b""),
            {"max_fields": 1},
            "Too many fields. Maximum number of fields is 1.",
            id="fields",
        ),
        pytest.param(
            part("a", b"x" * 2049), {"max_part_size": 2048}, "Part exceeded maximum size of 2KB.", id="size"
        ),
        pytest.param(
            b"--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n",
            {},
            'The Content-Disposition header field "name" must be provided.',
            id="nameless",
        ),
        pytest.param(b"tea", {}, "Invalid multipart data.", id="malformed"),
    ],
)
@SIZES
@pytest.mark.anyio
async def test_a_multipart_form_past_a_limit_is_refused(body, limits, message, size):
    with pytest.raises(HTTPException) as caught:
        await request_with(body + END, MULTIPART, size, app=None).form(**limits)
    assert (caught.value.status_code, caught.value.detail) == (400, message)

    with pytest.raises(MultiPartException) as outside:
        await request_with(body + END, MULTIPART, size).form(**limits)
    assert outside.value.message == str(outside.value) == message


@pytest.mark.parametrize(
    ("body", "limits", "message"),
    [
        pytest.param(
            b"a=1&b=2", {"max_fields": 1}, "Too many fields. Maximum number of fields is 1.", id="fields"
        ),
        pytest.param(
            b"a=" + b"x" * 2048, {"max_part_size": 2048}, "Field exceeded maximum size of 2KB.", id="size"
        ),
        pytest.param(b"x" * 2049, {"max_part_size": 2048}, "Field exceeded maximum size of 2KB.", id="name"),
    ],
)
@SIZES
@pytest.mark.anyio
async def test_a_urlencoded_form_past_a_limit_is_refused(body, limits, message, size):
    with pytest.raises(MultiPartException) as caught:
        await request_with(body, URLENCODED, size).form(**limits)

    assert caught.value.message == message


@pytest.mark.anyio
async def test_a_form_at_its_limits_is_read():
    request = request_with(b"a=" + b"x" * 2047, URLENCODED)

    assert len((await request.form(max_fields=1, max_part_size=2048))["a"]) == 2047


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"a: b\r\n" * 8, id="many"),
        pytest.param(b"a: " + b"b" * 5000 + b"\r\n", id="long-value"),
        pytest.param(b"a" * 5000 + b": b\r\n", id="long-name"),
    ],
)
@SIZES
@pytest.mark.anyio
async def test_the_headers_of_a_part_have_limits_that_its_library_may_lack(headers, size, monkeypatch):
    parser = multipart.MultipartParser
    if "max_header_count" in inspect.signature(parser).parameters:
        parser = functools.partial(parser, max_header_count=1_000_000, max_header_size=1_000_000)
    monkeypatch.setattr(multipart, "MultipartParser", parser)
    body = b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n' + headers + b"\r\n1\r\n" + END

    with pytest.raises(MultiPartException, match="too many headers, or one that is too long"):
        await request_with(body, MULTIPART, size).form()


@pytest.mark.anyio
async def test_a_multipart_form_without_a_boundary_is_refused():
    with pytest.raises(MultiPartException, match=r"Missing boundary in multipart\."):
        await request_with(b"", "multipart/form-data").form()


@pytest.mark.anyio
async def test_files_are_closed_when_a_later_part_is_bad():
    async def stream():
        yield part("f", b"x", "f") + part("a", b"xx")

    async with aclosing(stream()) as chunks:
        parser = MultiPartParser(Headers({"content-type": MULTIPART}), chunks, max_part_size=1)
        with pytest.raises(MultiPartException):
            await parser.parse()

    assert parser.items[0][1].file.closed


@pytest.mark.anyio
async def test_without_the_library_multipart_forms_name_it_and_others_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_multipart", None)
    monkeypatch.setitem(sys.modules, "python_multipart.multipart", None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install asgi-nb\[forms\]"):
        await request_with(END, MULTIPART).form()
    assert (await request_with(b"a=1", URLENCODED).form())["a"] == "1"


@pytest.mark.anyio
async def test_the_parser_reads_any_stream():
    async def stream():
        yield b"a=1"
        yield b""

    form = await FormParser(Headers(), stream()).parse()

    assert form["a"] == "1"


@pytest.mark.anyio
async def test_a_field_in_many_small_chunks_is_read_in_linear_time():
    async def stream():
        yield b"a="
        # Joined at each chunk this would copy 50 GB.
        for _ in range(320_000):
            yield b"x"

    form = await FormParser(Headers(), stream()).parse()

    assert len(form["a"]) == 320_000
