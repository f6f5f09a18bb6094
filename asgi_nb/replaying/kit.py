"""The part of a kit that sends recorded requests again."""

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from asgi_nb.live.app import LiveApp
from asgi_nb.live.cards import Card
from asgi_nb.live.errors import CellError
from asgi_nb.live.mounting import as_asgi
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.record.usage import expect, expect_seconds
from asgi_nb.service.service import Service
from asgi_nb.web.types import ASGIApp

if TYPE_CHECKING:
    # Loaded when something is first sent again.
    from asgi_nb.replaying.comparison import Comparison
    from asgi_nb.replaying.edit import Edit
    from asgi_nb.replaying.replayer import Replayer

TIMEOUT = 30.0
"""Seconds for one request, or one session."""


class Replaying:
    """What a kit does with recorded exchanges; a base of `Kit`."""

    app: LiveApp
    traffic: Store
    _services: dict[int, tuple[ASGIApp, Service]]

    def replay(
        self, exchange: Exchange, *, timeout: float = TIMEOUT, timed: bool = False, **changes: Any
    ) -> Exchange:
        """
        Send the request of an exchange again, and give the new exchange.

        It goes straight into the app that answered, as it is now: the one behind the same port, else the one
        that cells define. Headers and body are those that were recorded, unmasked; what belongs to a
        connection is made anew. Of a WebSocket session, each message of the client is sent when as many
        answers have come as before, one second later at most.

        Args:
            exchange: What to send again: from the traffic, or from a file.
            timeout: Seconds for all of it; a response that goes on is cut then.
            timed: Whether the messages of a session keep their distance in time.
            changes: What to change first: `method`, `path`, `query`, `headers`, `body`, `json`, `messages`.

        Returns:
            The new exchange, whose `relation.replay_of` is the id of the old one. What the app raised is in
            its `error`.

        Raises:
            ReplayError: A part of the request was not kept, or was masked in the file it comes from.
            TypeError: A change has an unknown name, or a value of another type.
            ServiceError: The app was not called in time, or this is the server's own thread.
        """
        expect(exchange, Exchange, "replay() takes an exchange, such as traffic[-1]")
        expect_seconds(timeout, "timeout")
        return self._replayer.replay(exchange, timeout=timeout, timed=timed, **changes)

    def replay_all(
        self, exchanges: Iterable[Exchange], *, timeout: float = TIMEOUT, ignore: Collection[str] = ()
    ) -> "Comparison":
        """
        Send the requests of several exchanges again, in order, and say what differs in the answers.

        Args:
            exchanges: What to send again; one that cannot be is skipped, and says why.
            timeout: Seconds for each.
            ignore: Names of headers and JSON Pointers that may differ, as in `exchange.diff`.
        """
        expected = "replay_all() takes exchanges, such as traffic"
        expect(exchanges, Iterable, expected)
        sent = list(exchanges)
        for exchange in sent:
            expect(exchange, Exchange, expected)
        expect_seconds(timeout, "timeout")
        return self._replayer.replay_all(sent, timeout=timeout, ignore=ignore)

    def define_mock(self, exchange: Exchange, path: str | None = None) -> Card:
        """
        Answer a path with one captured response, or one captured session, until it is removed.

        It is a definition like any other: running the cell again replaces it, `remove` takes it away, and
        `routes()` shows it as a MOCK. A query is not looked at.

        Args:
            exchange: What to answer with.
            path: The route's path; by default the path of the request, as it was.

        Raises:
            ExportError: There is no whole response.
            CellError: The path is none.
        """
        from asgi_nb.record.mocking import Mocked

        expect(exchange, Exchange, "define_mock() takes an exchange, such as traffic[-1]")
        mocked = Mocked(exchange)
        name = f"MOCK {exchange.seq or exchange.id}"
        route = literal(exchange.request.path) if path is None else path
        if exchange.websocket is not None:
            return self.app.add_websocket_route(route, mocked, name)
        return self.app.add_route(route, mocked, [exchange.request.method], name)

    def _compare(
        self, card: Card, count: int | bool | None, unsafe: bool, ignore: Collection[str]
    ) -> "Comparison | None":
        """Send the last requests of a route again, now that it is defined anew; None when nobody wants it."""
        wanted = self.app.compare if count is None else count
        if not wanted:
            return None
        from asgi_nb.replaying.comparing import COUNT, compare, compare_unasked

        number = COUNT if wanted is True else int(wanted)
        if count is None:
            return compare_unasked(self._replayer, self.traffic, card.definition, number)
        return compare(self._replayer, self.traffic, card.definition, number, unsafe=unsafe, ignore=ignore)

    def address_of(self, exchange: Exchange) -> str | None:
        """
        Give the address to which a copy of an exchange is sent; None for the one that it came to.

        A request that came over no socket, as from a cell while nothing is served, had none.
        """
        service = next(
            (one for app, one in list(self._services.values()) if app is self.app and one.running), None
        )
        inside = exchange.client is not None and exchange.client[1] == 0
        if service is None or not inside:
            return None
        return service.websocket_url if exchange.websocket is not None else service.local_url

    def edit(self, exchange: Exchange, **changes: Any) -> "Edit":
        """
        Give the request of an exchange to be changed and sent: `edit(exchange, path="/x").send()`.

        Args:
            exchange: Where it comes from.
            changes: What is different, as in `replay`.

        Raises:
            ReplayError: A part of the request was not kept.
            TypeError: A change has an unknown name, or a value of another type.
        """
        from asgi_nb.replaying.edit import Edit

        expect(exchange, Exchange, "edit() takes an exchange, such as traffic[-1]")
        return Edit(exchange, changes, self.replay)

    @functools.cached_property
    def _replayer(self) -> "Replayer":
        from asgi_nb.replaying.replayer import Replayer

        return Replayer(self.app, self.traffic, self._target)

    def _target(self, exchange: Exchange) -> tuple[ASGIApp, Mapping[str, Any]]:
        """Give the app that answers for an exchange now, and the state of its lifespan."""
        running = [(app, service) for app, service in list(self._services.values()) if service.running]
        port = None if exchange.server is None else exchange.server[1]
        own = next(((app, service) for app, service in running if app is self.app), None)
        last = None if self.app.definitions or not running else running[-1]
        same = next(((app, service) for app, service in running if service.port == port), None)
        app, service = same or own or last or (self.app, None)
        return app if app is self.app else as_asgi(app), {} if service is None else service.state


def literal(path: str) -> str:
    """
    Give a path as a route that matches it alone.

    Raises:
        CellError: It has a brace, which would begin a parameter.
    """
    if "{" in path or "}" in path:
        raise CellError(
            f"the path {path!r} has braces, which a route takes for a parameter; give one: path=..."
        )
    return path
