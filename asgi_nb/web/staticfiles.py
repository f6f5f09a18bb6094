"""
Files of a directory, or of a package, as an ASGI app.

Rule 1: no path leads out of the directories. What is served is the real path of a file, after `..` and,
    unless `follow_symlink`, after symbolic links.
Rule 2: the event loop touches no file. One visit to a worker thread looks a file up, decides whether the
    client's copy is still good, and reads it if it is small: the visit costs more than all that it does.
Rule 3: nothing is kept between requests. A file that was changed, or a link that was turned to another
    release, is seen by the next one.
"""

import errno
import importlib.util
import os
import re
import stat
from collections.abc import Sequence

from asgi_nb.web._conditional import is_not_modified
from asgi_nb.web._handover import reply, takes_handover
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.datastructures import URL, Headers
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from asgi_nb.web.types import Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketClose

__all__ = ["NotModifiedResponse", "StaticFiles"]

PathLike = str | os.PathLike[str]

_ON_WINDOWS = os.name == "nt"

# There these open a device or a file of another name, in whatever directory.
# Source: "Naming Files, Paths, and Namespaces", Microsoft Learn.
_RESERVED_ON_WINDOWS = re.compile(
    r"""
    (?: ^ | [\\/] )
    (?: (?: con | conin\$ | conout\$ | prn | aux | nul | (?: com | lpt )[0-9¹²³] ) (?: [ ]* \. [^\\/]* )?
      | [^\\/]* [^\\/. ] [. ]+
    )
    (?: [\\/] | $ )
    | [<>:"|?*]
    """,
    re.IGNORECASE | re.VERBOSE,
)


class NotModifiedResponse(Response):
    """
    Tell the client that its copy is still good.

    Args:
        headers: Those of the whole response; the ones that a 304 may have are taken over.

    Source: RFC 9110 section 15.4.5.
    """

    NOT_MODIFIED_HEADERS = ("cache-control", "content-location", "date", "etag", "expires", "vary")

    def __init__(self, headers: Headers) -> None:
        kept = {name: value for name, value in headers.items() if name in self.NOT_MODIFIED_HEADERS}
        super().__init__(status_code=304, headers=kept)


class StaticFiles:
    """
    Serve files to GET and HEAD requests, with ETag, Last-Modified and byte ranges.

    Args:
        directory: Where the files are.
        packages: Importable packages whose directory `statics` is searched after it; `(package, name)` for a
            directory of another name.
        html: Serve `index.html` for a directory, and `404.html`, if there is one, for what is not there.
        check_dir: Whether a directory that is missing is an error at once; else it is one at the first
            request.
        follow_symlink: Whether symbolic links may lead out of the directories.

    Raises:
        RuntimeError: The directory is missing, or a package, or the package's directory.
        ValueError: Neither a directory nor packages are given.
    """

    def __init__(
        self,
        *,
        directory: PathLike | None = None,
        packages: Sequence[str | tuple[str, str]] | None = None,
        html: bool = False,
        check_dir: bool = True,
        follow_symlink: bool = False,
    ) -> None:
        self.directory = directory
        self.packages = packages
        self.all_directories = self.get_directories(directory, packages)
        self.html = html
        self.config_checked = False
        self.follow_symlink = follow_symlink
        # A subclass may get its files elsewhere.
        if not self.all_directories and type(self) is StaticFiles:
            raise ValueError("StaticFiles needs to know where the files are; pass directory= or packages=")
        if check_dir and directory is not None and not os.path.isdir(directory):
            raise RuntimeError(f"Directory '{directory}' does not exist")

    def get_directories(
        self,
        directory: PathLike | None = None,
        packages: Sequence[str | tuple[str, str]] | None = None,
    ) -> list[PathLike]:
        """
        The directories to search, in order.

        Raises:
            RuntimeError: A package, or its directory, is missing.
        """
        directories = [] if directory is None else [directory]
        directories += [_package_directory(package) for package in packages or ()]
        return directories

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"StaticFiles takes 'http' and 'websocket' scopes, got {scope['type']!r}")
        if not self.config_checked:
            await self.check_config()
            self.config_checked = True
        try:
            response = await self.get_response(self.get_path(scope), scope)
        except HTTPException as exc:
            if "app" in scope:
                raise
            # There is no app around whose handlers may say how it looks.
            response = PlainTextResponse(exc.detail, exc.status_code, exc.headers)
        if isinstance(response, _FoundFile) and response.content is not None:
            response = response.whole(response.content)
        await reply(response, scope, receive, send)

    def get_path(self, scope: Scope) -> str:
        """The path in the directory, with the system's separators and without `.` and `..` inside."""
        return os.path.normpath(os.path.join(*get_route_path(scope).split("/")))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """
        The response to a request for a path.

        Args:
            path: Relative to the directories, as from `get_path`.
            scope: An HTTP scope.

        Raises:
            HTTPException: 404, there is nothing there; 401, it may not be read; 405, wrong method.
        """
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        try:
            return await run_in_threadpool(self._find_response, path, scope)
        except PermissionError:
            raise HTTPException(401) from None
        except (FileNotFoundError, ValueError):
            # Removed since it was looked up; or a null byte, or what else the system has no path for.
            raise HTTPException(404) from None
        except OSError as exc:
            if exc.errno == errno.ENAMETOOLONG:
                raise HTTPException(404) from None
            raise

    def _find_response(self, path: str, scope: Scope) -> Response:
        """All that touches files. Runs in a worker thread."""
        full_path, stat_result = self.lookup_path(path)
        if self.html and stat_result is not None and stat.S_ISDIR(stat_result.st_mode):
            full_path, stat_result = self.lookup_path(os.path.join(path, "index.html"))
            if _is_file(stat_result) and not scope["path"].endswith("/"):
                # Links in the page are relative to the directory.
                url = URL(scope=scope)
                return RedirectResponse(url.replace(path=url.path + "/"))
        if stat_result is not None and _is_file(stat_result):
            response = self.file_response(full_path, stat_result, scope)
            if isinstance(response, _FoundFile):
                response.read(scope)
            return response
        if self.html:
            full_path, stat_result = self.lookup_path("404.html")
            if stat_result is not None and _is_file(stat_result):
                missing = _FoundFile(full_path, status_code=404, stat_result=stat_result)
                missing.read(scope)
                return missing
        raise HTTPException(404)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """
        The real path of what is found in the first directory that has it, and its status; `("", None)` if
        none has. Runs in a worker thread.

        Raises:
            OSError: It is not allowed to look there, or the system cannot.
            ValueError: The path holds a null byte.
        """
        if path.startswith(("/", "\\")) or (_ON_WINDOWS and _RESERVED_ON_WINDOWS.search(path)):
            return "", None
        resolve = os.path.abspath if self.follow_symlink else os.path.realpath
        for directory in self.all_directories:
            root = resolve(directory)
            full_path = resolve(os.path.join(directory, path))
            if full_path != root and not full_path.startswith(os.path.join(root, "")):
                continue
            try:
                return full_path, os.stat(full_path)
            except (FileNotFoundError, NotADirectoryError):
                continue
        return "", None

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The response for a file that was found. Runs in a worker thread."""
        response = _FoundFile(full_path, status_code=status_code, stat_result=stat_result)
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response

    async def check_config(self) -> None:
        """
        Check once that the directory is one, so that a mistake is an error and not a 404.

        Raises:
            RuntimeError: It is missing, or something else.
        """
        if self.directory is None:
            return
        try:
            stat_result = await run_in_threadpool(os.stat, self.directory)
        except FileNotFoundError:
            raise RuntimeError(f"StaticFiles directory '{self.directory}' does not exist.") from None
        if not stat.S_ISDIR(stat_result.st_mode):
            raise RuntimeError(f"StaticFiles path '{self.directory}' is not a directory.")

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client's copy is still good, by RFC 9110 section 13.1. Runs in a worker thread."""
        return is_not_modified(response_headers, request_headers)


class _FoundFile(FileResponse):
    """A file that was looked up, and read on the same occasion if it is small."""

    content: bytes | None = None
    """The whole file, or None if it is to be read when it is sent."""

    def read(self, scope: Scope) -> None:
        """
        Read the file if all of it is wanted and it is small; else see that it can be read.

        Raises:
            PermissionError: It may not be read.
            FileNotFoundError: It is no longer there.
        """
        size = self.stat_result.st_size if self.stat_result is not None else self.chunk_size + 1
        if (
            scope["method"] == "GET"
            and size <= self.chunk_size
            and "range" not in Headers(scope=scope)
            and "http.response.pathsend" not in (scope.get("extensions") or ())
        ):
            with open(self.path, "rb", buffering=0) as file:
                content = file.read(size)
            # A file that changes under our hands is left to the one who sends it in chunks.
            if len(content) == size:
                self.content = content
        else:
            open(self.path, "rb").close()

    def whole(self, content: bytes) -> Response:
        """The same as a response whose body is known."""
        return _Whole(content, self)


class _Whole(Response):
    def __init__(self, content: bytes, response: Response) -> None:
        self.body = content
        self.status_code = response.status_code
        self.media_type = response.media_type
        self.raw_headers = response.raw_headers
        self.background: BackgroundTask | None = response.background


def _is_file(stat_result: os.stat_result | None) -> bool:
    return stat_result is not None and stat.S_ISREG(stat_result.st_mode)


def _package_directory(package: str | tuple[str, str]) -> str:
    name, directory = (package, "statics") if isinstance(package, str) else package
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        # The package that it should be in.
        spec = None
    if spec is None or spec.origin is None:
        raise RuntimeError(
            f"Package {name!r} could not be found, or has no __init__.py; install it, or pass directory="
        )
    path = os.path.normpath(os.path.join(spec.origin, "..", directory))
    if not os.path.isdir(path):
        raise RuntimeError(f"Directory {directory!r} in package {name!r} could not be found: {path}")
    return path
