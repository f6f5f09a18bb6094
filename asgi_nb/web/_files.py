"""Uploaded files, and the forms that hold them."""

from collections.abc import Iterable, Mapping
from typing import BinaryIO

from asgi_nb.web._headers import Headers
from asgi_nb.web._multidict import ImmutableMultiDict
from asgi_nb.web.concurrency import run_in_threadpool

__all__ = ["FormData", "UploadFile"]


class UploadFile:
    """
    A file of a multipart form.

    Reading and writing go to a worker thread once the file is on disk, and are done at once while
    it is in memory.

    Args:
        file: Where the content is; a `SpooledTemporaryFile` when a form parser made it.
        size: Bytes written so far; None if unknown.
        filename: The name the client gave. It is not to be trusted as a path.
        headers: The headers of the part.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        size: int | None = None,
        filename: str | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.file = file
        self.size = size
        self.filename = filename
        self.headers = Headers() if headers is None else headers
        # 0 is a spooled file without a limit.
        self._max_mem_size: int = getattr(file, "_max_size", 0)

    @property
    def content_type(self) -> str | None:
        """The part's Content-Type; None if it has none."""
        value: str | None = self.headers.get("content-type")
        return value

    @property
    def _in_memory(self) -> bool:
        # What is not a spooled file may block.
        return not getattr(self.file, "_rolled", True)

    def _will_roll(self, size_to_add: int) -> bool:
        if not self._in_memory:
            return True
        return 0 < self._max_mem_size < self.file.tell() + size_to_add

    async def write(self, data: bytes) -> None:
        """Write at the current position."""
        if self.size is not None:
            self.size += len(data)
        if self._will_roll(len(data)):
            await run_in_threadpool(self.file.write, data)
        else:
            self.file.write(data)

    async def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes from the current position; all that follows if negative."""
        if self._in_memory:
            return self.file.read(size)
        return await run_in_threadpool(self.file.read, size)

    async def seek(self, offset: int) -> None:
        """Move to `offset` bytes from the start."""
        if self._in_memory:
            self.file.seek(offset)
        else:
            await run_in_threadpool(self.file.seek, offset)

    async def close(self) -> None:
        """Close the file; a temporary one is deleted."""
        if self._in_memory:
            self.file.close()
        else:
            await run_in_threadpool(self.file.close)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(filename={self.filename!r}, size={self.size!r}, headers={self.headers!r})"
        )


class FormData(ImmutableMultiDict[str, UploadFile | str]):
    """
    The fields and files of a form.

    Args:
        *args: At most one: a mapping or pairs of a name and a str or an UploadFile.
        **kwargs: More fields.
    """

    def __init__(
        self,
        *args: "FormData | Mapping[str, str | UploadFile] | Iterable[tuple[str, str | UploadFile]]",
        **kwargs: str | UploadFile,
    ) -> None:
        super().__init__(*args, **kwargs)

    async def close(self) -> None:
        """Close every file."""
        for _, value in self.multi_items():
            if isinstance(value, UploadFile):
                await value.close()
