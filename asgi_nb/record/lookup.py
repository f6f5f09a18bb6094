"""Find exchanges by what a person remembers of them: a position, an id, a path."""

from collections.abc import Iterator
from typing import SupportsIndex, overload

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import visible
from asgi_nb.record.selection import Queries, Selection
from asgi_nb.record.usage import OneLine, expect

# Exchanges that Tab looks at: an answer must come while somebody types.
COMPLETED = 1000


class PositionError(OneLine, IndexError):
    """There is no exchange at a position."""


class IdError(OneLine, KeyError):
    """There is no exchange with an id, or more than one."""

    def __str__(self) -> str:
        # A KeyError shows its text between quotes.
        return str(self.args[0])


class Lookup(Queries):
    """Square brackets for whatever keeps exchanges, oldest first."""

    __slots__ = ()

    recording: bool
    """Whether what comes is kept."""

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Exchange]:
        raise NotImplementedError

    @overload
    def __getitem__(self, key: int) -> Exchange: ...
    @overload
    def __getitem__(self, key: slice) -> Selection: ...
    @overload
    def __getitem__(self, key: str) -> Exchange | Selection: ...

    def __getitem__(self, key: int | slice | str) -> Exchange | Selection:
        """
        Find exchanges by position or by text.

        Args:
            key: A position or slice, oldest first; an id or its beginning; or a path ("/items"), with a
                method before it if wanted ("GET /items", "WS /chat"). The path may be the route's
                ("/items/{id}") or the request's, with or without its query.

        Returns:
            One exchange for a position or an id, a selection for a slice or a path; it may be empty.

        Raises:
            IndexError: There is no exchange at this position.
            KeyError: There is none of this id, or more than one.
        """
        if isinstance(key, str):
            method, space, path = key.strip().rpartition(" ")
            if space or key.startswith("/"):
                return Selection(one for one in self if _matches(one, method.strip().upper(), path))
            return self._by_id(key)
        expect(key, (SupportsIndex, slice), "find an exchange by a position, an id or a path")
        if isinstance(key, slice):
            return Selection(self._at(key))
        position = key.__index__()
        try:
            return self._at(slice(position, position + 1 or None))[0]
        except IndexError:
            raise PositionError(self._why_not_at(position, len(self))) from None

    def _at(self, positions: slice) -> list[Exchange]:
        """Give the exchanges at these positions."""
        return list(self)[positions]

    def _why_not_at(self, position: int, kept: int) -> str:
        if kept:
            return f"no exchange at position {position}: {kept} are kept, so use {-kept} to {kept - 1}"
        if not self.recording:
            return (
                "no exchange is kept: recording is off; set .recording = True, then send a request to the app"
            )
        return "no exchange is kept yet; send a request to the app that is served, then look again"

    def _by_id(self, text: str) -> Exchange:
        found = [exchange for exchange in self if exchange.id.startswith(text)] if text else []
        if len(found) == 1:
            return found[0]
        if found:
            raise IdError(f"{len(found)} exchanges have an id that begins with {text!r}; write more of it")
        raise IdError(
            f"no exchange has the id {text!r}; {len(self)} are kept; "
            f"write '/path' or 'GET /path' to find by path"
        )

    def _ipython_key_completions_(self) -> list[str]:
        """What Tab offers inside of `traffic["`: the routes and paths that were asked for, newest first."""
        routes: dict[str, None] = {}
        for exchange in reversed(self[-COMPLETED:]):
            path = exchange.request.path if exchange.route_path is None else exchange.route_path
            text = f"{exchange.request.method} {path}"
            if text == visible(text):
                routes[text] = None
        return list(routes)


def _matches(exchange: Exchange, method: str, path: str) -> bool:
    request = exchange.request
    if method and method != request.method.upper():
        return False
    if path in (exchange.route_path, request.path):
        return True
    return "?" in path and path == f"{request.path}?{request.query_string.decode('latin-1')}"
