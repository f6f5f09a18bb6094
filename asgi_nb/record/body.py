"""Bodies as they were seen: bytes, bounded, with what was left out counted, and the text and JSON in them."""

import codecs
import json
import zlib
from array import array
from typing import Any, NamedTuple

from asgi_nb.record.masks import mask_body_text, shorten
from asgi_nb.record.usage import OneLine

Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order of the wire, duplicates included."""

# 1 MiB: a page, a JSON document or a picture is kept whole; 64 such bodies fill the store's default budget.
BODY_LIMIT = 1 << 20

# What a compressed body may grow to when it is read as text: 8 times what is kept of it, so that a zip bomb
# (1000 : 1 and more) costs no memory.
DECODED_LIMIT = 8 * BODY_LIMIT

# zlib's window sizes: 32 and more finds out by itself whether the format is gzip or zlib; negative is raw
# deflate, which some servers send as "deflate" against RFC 9110 section 8.4.1.2.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS

# 16 bytes each: a quarter of what a body's bytes may take. Later chunks are only counted.
CHUNK_LIMIT = 1 << 14

# Python's text encodings that are none on the wire: they refuse to replace what they cannot read, or warn.
NOT_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"})


def find_header(headers: Headers, name: str) -> str | None:
    """Give the first value of a header, by a name in any case, or None."""
    wanted = name.lower().encode("latin-1", "replace")
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("latin-1")
    return None


class BodyError(OneLine, ValueError):
    """A body that is not what it is read as."""


class Chunk(NamedTuple):
    """One message of a body that came in several."""

    at_ns: int
    """Nanoseconds from the exchange's start."""
    size: int
    """Bytes."""


class Body:
    """
    The part of a request or response after its headers.

    Written by the recorder while the exchange runs; a reader sees what has arrived so far.
    """

    __slots__ = ("_kept", "_times", "chunk_count", "headers", "seq", "side", "size")

    def __init__(self, side: str, headers: Headers, seq: int = 0) -> None:
        self.side = side
        """"request" or "response"."""
        self.headers = headers
        """The headers that describe this body: Content-Type and Content-Encoding are read from them."""
        self.seq = seq
        """The number of the exchange, for error texts."""
        self.size = 0
        """Bytes that went by, kept or not."""
        self.chunk_count = 0
        """Messages that carried the body."""
        # One chunk is kept as it came, without a copy; a second one starts a buffer.
        self._kept: bytes | bytearray = b""
        # Time and size by turns; None for a body in one piece, as most are.
        self._times: array[int] | None = None

    def time(self, at_ns: int, size: int) -> int:
        """
        Note when a chunk of a body in several came, beside `feed`.

        Returns:
            How many more bytes are kept than before.
        """
        times = self._times
        if times is None:
            times = self._times = array("q")
        if len(times) >= 2 * CHUNK_LIMIT:
            return 0
        times.extend((at_ns, size))
        return 16

    @property
    def chunks(self) -> list[Chunk]:
        """
        When each part of a streamed body came, and how large it was: the first CHUNK_LIMIT of `chunk_count`.

        Empty for a body that came in one piece.
        """
        times = self._times
        return [] if times is None else [*map(Chunk, times[::2], times[1::2])]

    def feed(self, chunk: bytes) -> int:
        """
        Add one chunk.

        Returns:
            How many more bytes are kept than before.
        """
        self.chunk_count += 1
        size = len(chunk)
        if not size:
            return 0
        self.size += size
        kept = self._kept
        room = BODY_LIMIT - len(kept)
        if size > room:
            if room <= 0:
                return 0
            chunk = chunk[:room]
        if not kept:
            self._kept = chunk
        elif isinstance(kept, bytearray):
            kept += chunk
        else:
            self._kept = bytearray(kept + chunk)
        return len(chunk)

    @property
    def data(self) -> bytes:
        """The first bytes of the body, at most BODY_LIMIT, still in their Content-Encoding."""
        return bytes(self._kept)

    @property
    def truncated(self) -> bool:
        """Whether more bytes went by than are kept."""
        return self.size > len(self._kept)

    @property
    def content_type(self) -> str:
        """The Content-Type header, "" when there is none."""
        return find_header(self.headers, "content-type") or ""

    @property
    def charset(self) -> str:
        """
        The encoding of the text: Content-Type's charset, else UTF-8.

        A charset that Python does not know, or that is no text encoding, counts as UTF-8.
        """
        for parameter in self.content_type.split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                charset = value.strip().strip("\"'")
                try:
                    # Encoding is what fails for codecs that Python knows, but that are no text encodings.
                    "a".encode(charset)
                    return "utf-8" if codecs.lookup(charset).name in NOT_CHARSETS else charset
                except (LookupError, ValueError):
                    return "utf-8"
        return "utf-8"

    @property
    def decoded(self) -> bytes:
        """
        The kept bytes without gzip or deflate, at most DECODED_LIMIT.

        Content codings that the standard library cannot undo (br, zstd) are left as they are.

        Raises:
            ValueError: The bytes are not what Content-Encoding says.

        Source: RFC 9110 section 8.4.
        """
        data = self.data
        encodings = (find_header(self.headers, "content-encoding") or "").lower().split(",")
        for encoding in reversed([name.strip() for name in encodings]):
            if encoding in ("", "identity") or not data:
                continue
            if encoding not in ("gzip", "x-gzip", "deflate"):
                return data
            data = self._inflate(data, encoding)
        return data

    def _inflate(self, data: bytes, encoding: str) -> bytes:
        try:
            return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(data, DECODED_LIMIT)
        except zlib.error as exc:
            if encoding == "deflate":
                try:
                    return zlib.decompressobj(_RAW_DEFLATE).decompress(data, DECODED_LIMIT)
                except zlib.error:
                    # Neither form: the first error names the reason.
                    pass
            raise ValueError(
                f"{self._place} says Content-Encoding {encoding!r}, but is not: {exc}; use .body.data"
            ) from None

    @property
    def text(self) -> str:
        """
        The body as text, decoded by Content-Encoding and charset; bytes that are no text become "\ufffd".

        Raises:
            ValueError: The bytes are not what Content-Encoding says.
        """
        return self.decoded.decode(self.charset, "replace")

    def json(self) -> Any:
        """
        Read the body as JSON.

        Raises:
            BodyError: It is not JSON, or it was cut at BODY_LIMIT.
        """
        if self.truncated:
            raise BodyError(
                f"{self._place} was cut: {len(self._kept)} of {self.size} bytes are kept, "
                f"too few to read as JSON; use .text"
            )
        if not self.size:
            raise BodyError(f"{self._place} is empty, expected JSON")
        data = self.decoded
        try:
            # json finds UTF-8, -16 and -32 by itself, as RFC 8259 section 8.1 and its predecessors allow.
            return json.loads(data if self.charset == "utf-8" else data.decode(self.charset))
        except ValueError as exc:
            found = f"Content-Type {self.content_type!r}" if self.content_type else "no Content-Type"
            raise BodyError(
                f"{self._place} is not JSON: {exc}; it has {found}; use .text or .body.data"
            ) from exc

    @property
    def _place(self) -> str:
        return f"the {self.side} body of exchange {self.seq}"

    def preview(self, limit: int = 200) -> tuple[str, int]:
        """
        Show the beginning of the body: masked, with invisible characters made visible.

        Returns:
            The text, at most `limit` characters, and how many secrets were hidden in it.
        """
        try:
            decoded = self.decoded
        except ValueError:
            # What is shown is what there is; `.text` tells why it cannot be read.
            decoded = self.data
        if b"\x00" in decoded[:1024]:
            return f"{self.size} bytes, binary", 0
        # A secret may begin inside and end outside the preview, so the mask sees more than is shown.
        shown = mask_body_text(decoded[: 4 * limit + 4096].decode(self.charset, "replace"), self.content_type)
        return shorten(shown.text, limit), shown.masked

    def __repr__(self) -> str:
        cut = ", cut" if self.truncated else ""
        return f"<Body of the {self.side}: {self.size} bytes in {self.chunk_count} chunks{cut}>"
