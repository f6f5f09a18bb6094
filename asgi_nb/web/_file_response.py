"""A response that sends a file, or the parts of it a client asks for."""

import functools
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from mimetypes import guess_type
from secrets import token_hex
from typing import BinaryIO, cast
from urllib.parse import quote

import anyio
import anyio.to_thread

from asgi_nb.web._disconnect import run_until_disconnect, send_tells_disconnect
from asgi_nb.web._headers import Headers, MutableHeaders, RawHeaders
from asgi_nb.web._ranges import (
    MalformedRangeHeader,
    RangeNotSatisfiable,
    multipart_part_head,
    parse_range_header,
)
from asgi_nb.web._response import PlainTextResponse, Response, denies_by_close, start_denial
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.types import Receive, Scope, Send

# What is sent: bytes as they are, or a span of the file (first byte, byte after the last).
Piece = bytes | tuple[int, int]


class FileResponse(Response):
    """
    A file, with ETag, Last-Modified and byte ranges.

    The file is looked up when the response is sent, in a worker thread, and opened, measured and
    read there in one go if it is small.

    Args:
        path: The file.
        status_code: The status; ranges are for 200 only.
        headers: More headers.
        media_type: The type of the content; guessed from the name if None.
        background: Called after the response was sent.
        filename: The name under which the client saves the file.
        stat_result: What `os.stat` gave, if the caller looked already.
        content_disposition_type: `"attachment"` to save, `"inline"` to show; used with a filename.

    Raises:
        RuntimeError: When called: there is no such file, it is not a regular one, or it ended early.

    Source: RFC 9110 sections 8.8, 13.1.5 and 14; RFC 6266 for Content-Disposition.
    """

    chunk_size = 64 * 1024
    max_ranges = 100

    def __init__(
        self,
        path: str | os.PathLike[str],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
        filename: str | None = None,
        stat_result: os.stat_result | None = None,
        content_disposition_type: str = "attachment",
    ) -> None:
        self.path = path
        self.status_code = status_code
        self.filename = filename
        self.media_type = media_type or guess_type(filename or path)[0] or "application/octet-stream"
        self.background = background
        self.init_headers(headers)
        self.headers.setdefault("accept-ranges", "bytes")
        if filename is not None:
            encoded = quote(filename)
            shown = f'filename="{filename}"' if encoded == filename else f"filename*=utf-8''{encoded}"
            self.headers.setdefault("content-disposition", f"{content_disposition_type}; {shown}")
        self.stat_result = stat_result
        if stat_result is not None:
            self.set_stat_headers(stat_result)

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Set Content-Length, Last-Modified and ETag, unless they were given."""
        modified, size = stat_result.st_mtime, stat_result.st_size
        etag = hashlib.md5(f"{modified}-{size}".encode(), usedforsecurity=False).hexdigest()
        self.headers.setdefault("content-length", str(size))
        self.headers.setdefault("last-modified", formatdate(modified, usegmt=True))
        self.headers.setdefault("etag", f'"{etag}"')

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        method = scope["method"].upper() if is_http else ""
        extensions = scope.get("extensions") or ()
        head_only = method == "HEAD" or denies_by_close(scope)
        pathsend = is_http and not head_only and "http.response.pathsend" in extensions
        headers = Headers(scope=scope)
        http_range = headers.get("range") if method in ("GET", "HEAD") and self.status_code == 200 else None
        if not is_http:
            send = await start_denial(scope, receive, send)

        try:
            transfer = await anyio.to_thread.run_sync(
                self._prepare_transfer, http_range, headers.get("if-range"), head_only, pathsend
            )
        except MalformedRangeHeader as exc:
            return await PlainTextResponse(exc.content, 400)(scope, receive, send)
        except RangeNotSatisfiable as exc:
            content_range = {"content-range": f"bytes */{exc.max_size}"}
            return await PlainTextResponse(None, 416, content_range)(scope, receive, send)

        try:
            await send(
                {"type": "http.response.start", "status": transfer.status, "headers": transfer.headers}
            )
            if transfer.file is None or not is_http or send_tells_disconnect(scope):
                await self._send_transfer(transfer, send)
            else:
                body = functools.partial(self._send_transfer, transfer, send)
                await run_until_disconnect(scope, receive, body)
        finally:
            if transfer.file is not None:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(transfer.file.close)
        if self.background is not None:
            await self.background()

    def _prepare_transfer(
        self, http_range: str | None, if_range: str | None, head_only: bool, pathsend: bool
    ) -> "_Transfer":
        """All that blocks before the first byte is sent, in one go. Runs in a worker thread."""
        stat_result = self.stat_result
        if stat_result is None:
            try:
                stat_result = os.stat(self.path)
            except FileNotFoundError:
                raise RuntimeError(f"File at path {self.path} does not exist.") from None
            if not stat.S_ISREG(stat_result.st_mode):
                raise RuntimeError(f"File at path {self.path} is not a file.")
            self.set_stat_headers(stat_result)
        ranges: list[tuple[int, int]] = []
        if http_range is not None and (if_range is None or self._is_current(if_range)):
            ranges = parse_range_header(http_range, stat_result.st_size, self.max_ranges)
        transfer = self._plan_transfer(ranges, stat_result.st_size)
        if head_only:
            transfer.pieces = []
        elif ranges or not pathsend:
            transfer.open(self.path, self.chunk_size)
        else:
            transfer.path = os.path.abspath(self.path)
        return transfer

    def _is_current(self, if_range: str) -> bool:
        # A weak validator cannot vouch for bytes. RFC 9110 section 13.1.5.
        return not if_range.startswith("W/") and if_range in (
            self.headers["last-modified"],
            self.headers["etag"],
        )

    def _plan_transfer(self, ranges: list[tuple[int, int]], size: int) -> "_Transfer":
        if not ranges:
            return _Transfer(self.status_code, self.raw_headers, [(0, size)])
        headers = MutableHeaders(raw=list(self.raw_headers))
        pieces: list[Piece] = []
        if len(ranges) == 1:
            ((start, end),) = ranges
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
            pieces.append((start, end))
        else:
            # 13 bytes of chance, as browsers use: it must not stand in the file.
            boundary = token_hex(13)
            for start, end in ranges:
                pieces.append(multipart_part_head(boundary, headers["content-type"], start, end, size))
                pieces.append((start, end))
                pieces.append(b"\r\n")
            pieces.append(f"--{boundary}--".encode("latin-1"))
            headers["content-type"] = f"multipart/byteranges; boundary={boundary}"
        headers["content-length"] = str(sum(map(_length, pieces)))
        return _Transfer(206, headers.raw, pieces)

    async def _send_transfer(self, transfer: "_Transfer", send: Send) -> None:
        if transfer.path is not None:
            await send({"type": "http.response.pathsend", "path": transfer.path})
            return
        left = sum(map(_length, transfer.pieces))
        if not left:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        for piece in transfer.pieces:
            if isinstance(piece, bytes):
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
                continue
            position, end = piece
            while position < end:
                chunk = transfer.take_first(position)
                if chunk is None:
                    length = min(self.chunk_size, end - position)
                    chunk = await anyio.to_thread.run_sync(transfer.read, position, length)
                if not chunk:
                    raise RuntimeError(f"File at path {self.path} is shorter than expected.")
                position += len(chunk)
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})


@dataclass(slots=True)
class _Transfer:
    """A response that is decided, and the file it reads from."""

    status: int
    headers: RawHeaders
    pieces: list[Piece]
    path: str | None = None
    """The absolute path of the file, if the server is to send it."""
    file: BinaryIO | None = None
    """Open while there is more to read than the first chunk."""
    first: bytes | None = None
    """The first chunk of the file that is to be sent."""
    first_position: int = -1

    def open(self, path: str | os.PathLike[str], chunk_size: int) -> None:
        """Open the file, read the first chunk, and close it if that was all."""
        spans = [piece for piece in self.pieces if not isinstance(piece, bytes)]
        start, end = spans[0]
        # Unbuffered: chunks are read whole.
        file = open(path, "rb", buffering=0)
        try:
            file.seek(start)
            self.first = file.read(min(chunk_size, end - start))
            self.first_position = start
        except BaseException:
            file.close()
            raise
        if len(spans) == 1 and len(self.first) >= end - start:
            file.close()
        else:
            self.file = file

    def take_first(self, position: int) -> bytes | None:
        """The first chunk, once, if it stands at this position."""
        if position != self.first_position:
            return None
        first, self.first, self.first_position = self.first, None, -1
        return first

    def read(self, position: int, length: int) -> bytes:
        # Asked only for what is past the first chunk: then the file is open.
        file = cast("BinaryIO", self.file)
        file.seek(position)
        return file.read(length)


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
