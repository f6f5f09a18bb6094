"""
Parsers of forms. They are fed the body in chunks and keep to limits inside a chunk too.

Source: WHATWG URL standard for application/x-www-form-urlencoded; RFC 7578 for multipart/form-data.
"""

import codecs
import warnings
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field
from enum import Enum, EnumMeta
from tempfile import SpooledTemporaryFile
from typing import Any, cast

from asgi_nb.web._files import FormData, UploadFile
from asgi_nb.web._headers import Headers
from asgi_nb.web._multidict import parse_query
from asgi_nb.web.exceptions import StarletteDeprecationWarning

__all__ = ["FormMessage", "FormParser", "MultiPartException", "MultiPartParser", "split_content_type"]


# Of a part, as python-multipart has them since 0.0.27. Before, it takes headers without end.
_MOST_HEADERS = 8
_LONGEST_HEADER = 4096 + 128


class MultiPartException(Exception):
    """
    The client sent a form that is malformed, or larger than the limits.

    Args:
        message: What the client is told.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class _WarnsWhenCalled(EnumMeta):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            "FormMessage is deprecated: no parser gives it; leave it out",
            StarletteDeprecationWarning,
            stacklevel=2,
        )
        return super().__call__(*args, **kwargs)


class FormMessage(Enum, metaclass=_WarnsWhenCalled):
    """What a parser of forms met. Deprecated as in Starlette 1.10; kept for code that names it."""

    FIELD_START = 1
    FIELD_NAME = 2
    FIELD_DATA = 3
    FIELD_END = 4
    END = 5


def _multipart_library() -> Any:
    try:
        import python_multipart.multipart
    except ModuleNotFoundError as exc:
        raise ModuleNotFoundError(
            "multipart forms need the python-multipart library; pip install asgi-nb[forms]", name=exc.name
        ) from exc
    return python_multipart.multipart


def split_content_type(value: str | None) -> tuple[str, dict[bytes, bytes]]:
    """
    The media type of a Content-Type header, in lower case, and the parameters of a multipart one.

    Args:
        value: The header's value; None if there is no such header.

    Raises:
        ModuleNotFoundError: It is multipart, and python-multipart is not installed.
    """
    media_type = (value or "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        return media_type, {}
    _, params = _multipart_library().parse_options_header(value)
    return media_type, params


class FormParser:
    """
    Parse application/x-www-form-urlencoded.

    Args:
        headers: The request's headers.
        stream: The body, in chunks.
        max_fields: More fields are refused.
        max_part_size: Bytes; a field of which name and value are longer, as sent, is refused.
    """

    def __init__(
        self,
        headers: Headers,
        stream: AsyncGenerator[bytes, None] | AsyncIterable[bytes],
        *,
        max_fields: int | float = 1000,
        max_part_size: int = 1024 * 1024,
    ) -> None:
        self.headers = headers
        self.stream = stream
        self.max_fields = max_fields
        self.max_part_size = max_part_size

    async def parse(self) -> FormData:
        """
        Read the form to its end.

        Raises:
            MultiPartException: A limit is passed.
        """
        items: list[tuple[str, str | UploadFile]] = []
        # The field that is not over, in pieces: joining them at each chunk would cost the square of its size.
        pieces: list[bytes] = []
        size = 0
        async for chunk in self.stream:
            first, *others = chunk.split(b"&")
            for other in others:
                self._add(b"".join([*pieces, first]), items)
                pieces, size, first = [], 0, other
            pieces.append(first)
            size += len(first)
            if size > self.max_part_size + 1:
                self._check_size(b"".join(pieces))
        self._add(b"".join(pieces), items)
        return FormData(items)

    def _add(self, raw: bytes, items: list[tuple[str, str | UploadFile]]) -> None:
        self._check_size(raw)
        if raw:
            if len(items) >= self.max_fields:
                raise MultiPartException(f"Too many fields. Maximum number of fields is {self.max_fields}.")
            items.extend(parse_query(raw.decode("latin-1")))

    def _check_size(self, raw: bytes) -> None:
        # The "=" between name and value does not count; looking for it is dear.
        size = len(raw)
        if size > self.max_part_size and size - (b"=" in raw) > self.max_part_size:
            raise MultiPartException(f"Field exceeded maximum size of {self.max_part_size // 1024}KB.")


@dataclass
class MultipartPart:
    """The part of a multipart body that is being parsed."""

    content_disposition: bytes | None = None
    field_name: str = ""
    data: bytearray = field(default_factory=bytearray)
    file: UploadFile | None = None
    item_headers: list[tuple[bytes, bytes]] = field(default_factory=list)


class MultiPartParser:
    """
    Parse multipart/form-data.

    Files are kept in memory up to `spool_max_size` and then moved to disk, in a worker thread.

    Args:
        headers: The request's headers; Content-Type has the boundary.
        stream: The body, in chunks.
        max_files: More files are refused.
        max_fields: More fields that are not files are refused.
        max_part_size: Bytes; a longer field that is not a file is refused.
    """

    spool_max_size = 1024 * 1024
    """Bytes of a file that stay in memory."""

    max_part_size = 1024 * 1024

    def __init__(
        self,
        headers: Headers,
        stream: AsyncGenerator[bytes, None] | AsyncIterable[bytes],
        *,
        max_files: int | float = 1000,
        max_fields: int | float = 1000,
        max_part_size: int = 1024 * 1024,
    ) -> None:
        self.headers = headers
        self.stream = stream
        self.max_files = max_files
        self.max_fields = max_fields
        self.max_part_size = max_part_size
        self.items: list[tuple[str, str | UploadFile]] = []
        self._library = _multipart_library()
        self._charset = "utf-8"
        self._current_files = 0
        self._current_fields = 0
        self._part = MultipartPart()
        self._header_name = b""
        self._header_value = b""
        # The library calls back without await, so what blocks waits here until its chunk is parsed.
        self._to_write: list[tuple[UploadFile, bytes]] = []
        self._to_rewind: list[UploadFile] = []
        self._files: list[UploadFile] = []

    async def parse(self) -> FormData:
        """
        Read the form to its end. On any error the files opened so far are closed.

        Raises:
            MultiPartException: The form is malformed, or a limit is passed.
        """
        _, params = split_content_type(self.headers.get("content-type"))
        self._charset = _python_charset(params.get(b"charset", b"utf-8"))
        if b"boundary" not in params:
            raise MultiPartException("Missing boundary in multipart.")
        try:
            await self._feed(params[b"boundary"])
        except BaseException as exc:
            for upload in self._files:
                upload.file.close()
            if isinstance(exc, self._library.FormParserError):
                raise MultiPartException("Invalid multipart data.") from exc
            raise
        return FormData(self.items)

    async def _feed(self, boundary: bytes) -> None:
        parser = self._library.MultipartParser(
            boundary,
            {
                "on_part_begin": self.on_part_begin,
                "on_part_data": self.on_part_data,
                "on_part_end": self.on_part_end,
                "on_header_field": self.on_header_field,
                "on_header_value": self.on_header_value,
                "on_header_end": self.on_header_end,
                "on_headers_finished": self.on_headers_finished,
            },
        )
        async for chunk in self.stream:
            parser.write(chunk)
            for upload, data in self._to_write:
                await upload.write(data)
            for upload in self._to_rewind:
                await upload.seek(0)
            self._to_write.clear()
            self._to_rewind.clear()
        parser.finalize()

    def on_part_begin(self) -> None:
        """A part begins; called by python-multipart, as the others."""
        self._part = MultipartPart()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        """`data[start:end]` goes on with a header's name."""
        self._header_name += data[start:end]
        self._check_header()

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        """`data[start:end]` goes on with its value."""
        self._header_value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        too_long = len(self._header_name) + len(self._header_value) > _LONGEST_HEADER
        if too_long or len(self._part.item_headers) >= _MOST_HEADERS:
            raise MultiPartException("A part has too many headers, or one that is too long.")

    def on_header_end(self) -> None:
        """The header is whole."""
        name = self._header_name.lower()
        if name == b"content-disposition":
            self._part.content_disposition = self._header_value
        self._part.item_headers.append((name, self._header_value))
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        """All headers of the part are there: it is a field or a file."""
        _, options = self._library.parse_options_header(self._part.content_disposition)
        if b"name" not in options:
            raise MultiPartException('The Content-Disposition header field "name" must be provided.')
        self._part.field_name = _user_safe_decode(options[b"name"], self._charset)
        if b"filename" in options:
            self._current_files += 1
            if self._current_files > self.max_files:
                raise MultiPartException(f"Too many files. Maximum number of files is {self.max_files}.")
            self._part.file = UploadFile(
                # A spooled file has all of a binary file's methods that are used, but not its class.
                cast("Any", SpooledTemporaryFile(max_size=self.spool_max_size)),
                size=0,
                filename=_user_safe_decode(options[b"filename"], self._charset),
                headers=Headers(raw=self._part.item_headers),
            )
            self._files.append(self._part.file)
        else:
            self._current_fields += 1
            if self._current_fields > self.max_fields:
                raise MultiPartException(f"Too many fields. Maximum number of fields is {self.max_fields}.")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """`data[start:end]` goes on with the part's content."""
        if self._part.file is not None:
            self._to_write.append((self._part.file, data[start:end]))
            return
        if len(self._part.data) + end - start > self.max_part_size:
            raise MultiPartException(f"Part exceeded maximum size of {self.max_part_size // 1024}KB.")
        self._part.data += data[start:end]

    def on_part_end(self) -> None:
        """The part is whole."""
        if self._part.file is None:
            self.items.append((self._part.field_name, _user_safe_decode(self._part.data, self._charset)))
        else:
            self._to_rewind.append(self._part.file)
            self.items.append((self._part.field_name, self._part.file))


def _user_safe_decode(src: bytes | bytearray, codec: str) -> str:
    try:
        return src.decode(codec)
    except (UnicodeError, LookupError):
        return src.decode("latin-1")


# Python's own codecs, which are text encodings to it but no charset of a form: "undefined" raises on any
# text, and "punycode" takes seconds for a field of a megabyte.
_NOT_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"))


def _python_charset(charset: bytes) -> str:
    try:
        info = codecs.lookup(charset.decode("latin-1"))
    except (LookupError, ValueError):
        return "latin-1"
    # "hex" and its like are codecs too, but from bytes to bytes.
    if not info._is_text_encoding or info.name in _NOT_CHARSETS:
        return "latin-1"
    return info.name
