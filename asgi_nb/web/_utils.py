"""Helpers that several modules of the toolkit share, and that frameworks on top import by name."""

import functools
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from inspect import CO_COROUTINE
from ipaddress import AddressValueError, IPv6Address
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

import anyio

from asgi_nb.web.types import Scope

if sys.version_info >= (3, 12):  # pragma: no cover - a run has one Python
    from inspect import iscoroutinefunction
else:  # pragma: no cover - a run has one Python
    # Before 3.12 wrappers mark themselves as coroutine functions in a way only asyncio knows.
    from asyncio import iscoroutinefunction

if TYPE_CHECKING:
    # Naming it at runtime would load it.
    from anyio.abc import TaskGroup

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

AwaitableCallable = Callable[..., Awaitable[T]]


def is_async_callable(obj: Any) -> bool:
    """Whether calling `obj` gives a coroutine; looks through partials and into an object's `__call__`."""
    # An async function says so in its code; all else needs the longer questions.
    if type(obj) is FunctionType and obj.__code__.co_flags & CO_COROUTINE:
        return True
    while isinstance(obj, functools.partial):
        obj = obj.func
    if isinstance(obj, type):
        # Calling a class gives an object, whatever calling that gives.
        return False
    return iscoroutinefunction(obj) or (callable(obj) and iscoroutinefunction(obj.__call__))


class AwaitableOrContextManager(Awaitable[T_co], AbstractAsyncContextManager[T_co], Protocol[T_co]):
    """What `request.form()` gives: `await` it, or enter it with `async with` to have it closed."""


class SupportsAsyncClose(Protocol):
    async def close(self) -> None: ...


ClosableT = TypeVar("ClosableT", bound=SupportsAsyncClose)


class AwaitableOrContextManagerWrapper(Generic[ClosableT]):
    """Make a coroutine that gives something closable usable with `async with` too."""

    __slots__ = ("aw", "entered")

    def __init__(self, aw: Awaitable[ClosableT]) -> None:
        self.aw = aw

    def __await__(self) -> Generator[Any, None, ClosableT]:
        return self.aw.__await__()

    async def __aenter__(self) -> ClosableT:
        self.entered = await self.aw
        return self.entered

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.entered.close()


@asynccontextmanager
async def create_collapsing_task_group() -> AsyncGenerator["TaskGroup", None]:
    """
    Open a task group that raises a lone error as itself, not inside an exception group.

    Raises:
        BaseExceptionGroup: More than one task failed.
    """
    try:
        async with anyio.create_task_group() as task_group:
            yield task_group
    except BaseExceptionGroup as group:
        if len(group.exceptions) != 1:
            raise
        error = group.exceptions[0]
        # Leave the error with the cause and context it had, and without a trace of the group.
        raise error from error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def listed(texts: Collection[str]) -> Collection[str]:
    """
    The texts; of one text a list of it.

    A text is a collection of letters, of which "*" happens to hold "*", and "https://a.org" also "https://a.o".
    """
    return [texts] if isinstance(texts, str) else texts


# Source: RFC 3986 section 3.2.2. No character in it can move the border between authority and path.
# A later address's V may have either case there; urllib.parse reads the small one only.
_HOST = re.compile(
    r"""
    (?P<host>
        [a-z0-9._~%!$&'()*+,;=-]+
      | \[ (?: (?P<ipv6> [a-f0-9]*:[a-f0-9:.]+ ) | (?-i: v )[a-f0-9]+\.[a-z0-9._~!$&'()*+,;=:-]+ ) \]
    )
    (?: : (?P<port> [0-9]+ ) )?
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


class ParsedHost(NamedTuple):
    """A Host header in parts."""

    host: str
    """The host as it was sent, with the brackets of an IP literal."""

    port: str | None
    """The digits after the colon; None without a colon."""

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def is_valid_port(self) -> bool:
        """Whether the port is missing or at most 65535."""
        if self.port is None:
            return True
        digits = self.port.lstrip("0") or "0"
        return len(digits) <= 5 and int(digits) <= 65535


# Far more than a name may have, RFC 1035 section 2.3.4, with whatever percent-encodings.
_LONGEST_HOST = 1024


def parse_host_header(host_header: str | None) -> ParsedHost | None:
    """
    Split a Host header into host and port; None if it is missing or malformed.

    Source: RFC 9110 section 7.2, RFC 3986 section 3.2.2.
    """
    if host_header is None or len(host_header) > _LONGEST_HOST:
        return None
    return _parse_host(host_header)


# Clients of one server send few different Host headers.
@functools.lru_cache(maxsize=256)
def _parse_host(host_header: str) -> ParsedHost | None:
    match = _HOST.fullmatch(host_header)
    if match is None:
        return None
    if match["ipv6"] is not None:
        try:
            IPv6Address(match["ipv6"])
        except AddressValueError:
            return None
    return ParsedHost(match["host"], match["port"])


def get_route_path(scope: Scope) -> str:
    """
    The part of the path that routes match: `path` without `root_path`, where that is a whole prefix of it.

    A path that does not start with `root_path` is taken as it is: servers disagree on whether the
    one contains the other.
    """
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "")
    if not root_path or not path.startswith(root_path):
        return path
    rest = path[len(root_path) :]
    return rest if not rest or rest[0] == "/" else path
