"""
One kit per notebook: the app that cells define, its traffic, its servers and its client.

Everything a magic does is one call of a Kit. The default kit's attributes are this module's:
`asgi_nb.kit.serve` is `asgi_nb.serve`.
"""

import functools
import sys
import threading
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from types import NoneType
from typing import TYPE_CHECKING, Any

from asgi_nb.live.app import LiveApp
from asgi_nb.live.cards import Card
from asgi_nb.live.counting import count
from asgi_nb.live.holding import HoldPoint
from asgi_nb.live.holds import Hold, HoldList, Holds
from asgi_nb.live.mounting import as_asgi, is_wsgi
from asgi_nb.live.notebook import IPythonNotebook, Notebook, PlainNotebook
from asgi_nb.live.places import Place
from asgi_nb.live.removed import Removed
from asgi_nb.live.table import RouteTable
from asgi_nb.live.turns import Turns
from asgi_nb.record.player import set_default, set_player
from asgi_nb.record.postmortem import forget
from asgi_nb.record.session import MAX_BYTES, MAX_EXCHANGES, Session
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.usage import expect, expect_seconds
from asgi_nb.replaying.kit import Replaying
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.options import read_options
from asgi_nb.service.portal import spawn
from asgi_nb.service.service import STOP_TIMEOUT, Service, check_app, start, stop_all
from asgi_nb.web.types import ASGIApp

if TYPE_CHECKING:
    # 130 ms that `%load_ext` need not wait for, and a widget that it may never show.
    import httpx2

    from asgi_nb.caller import Body
    from asgi_nb.record.exchange import Exchange
    from asgi_nb.reply import Reply
    from asgi_nb.sending import Sender
    from asgi_nb.widgets.inspector import Inspector
    from asgi_nb.widgets.kitchen import Kitchen

REQUEST_TIMEOUT = 30.0
"""Seconds for one request from a cell."""
TRY_TIMEOUT = 10.0
"""Seconds for the request that tries a route: the cell waits for it at each run."""


class Stopped(list[Service]):
    """The services that a stop has ended, oldest first."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "nothing was being served"


class Kit(Replaying):
    """
    The live app of a notebook with all that belongs to it.

    Args:
        notebook: Where the cells run.
    """

    app: LiveApp
    """The app that cells define."""
    traffic: Store
    """What went in and out of every app that the kit serves."""

    def __init__(self, notebook: Notebook) -> None:
        self.app = LiveApp(notebook)
        self.traffic = Store()
        self._holds = Holds()
        self._tapped = Tap(HoldPoint(self.app, self._holds), self.traffic, provenance=self.app)
        self._services: dict[int, tuple[ASGIApp, Service]] = {}
        self._named: dict[Hashable, Service] = {}
        self._turns = Turns()
        self._inspector: Inspector | None = None
        self._kitchen: Kitchen | None = None
        self._lock = threading.Lock()
        set_player(self.traffic, self)

    # Serving.

    def serve(
        self,
        app: ASGIApp | None = None,
        *,
        host: str | None = None,
        port: int = 0,
        name: str | None = None,
        **options: Any,
    ) -> Service:
        """
        Serve an app from this process, and record its traffic.

        An app that is being served gives the service it has. A cell that makes an app and serves it can run
        again: the new app takes the address that this cell's old one had. So does an app with the port of
        another one of this kit.

        Args:
            app: The app; by default the one that cells define. Any ASGI 3 app will do, and any WSGI app.
            host: What to listen on; 127.0.0.1 by default. `"0.0.0.0"` opens every network that
                this machine is on.
            port: 0 lets the system choose, or keeps the port that the app has.
            name: What the app is called, as the variable that holds it: an app that was served under the
                same name before hands its address over, unless another is asked for. By default, the cell.
            options: What the server lets in, such as `allowed_hosts=["api.example"]` or
                `max_body_size=1 << 30`; see `asgi_nb.service.options.Options`.

        Raises:
            TypeError: `app` is no ASGI application.
            ServiceError: An option is wrong, the port is not to be had, the app does not start, or
                it is being served at another address or with other options.
        """
        served = self.app if app is None else app
        with self._lock:
            turn: Hashable = name
            if name is None and served is not self.app:
                turn = self._turns.next(self.app.cell_running)
            running = self._service_of(served)
            if running is not None:
                _check_same(running, host, port, options)
                running.reused = True
                if turn is not None:
                    self._named[turn] = running
                return running
            asgi = as_asgi(served) if is_wsgi(served) else served
            check_app(asgi)
            tapped = self._tapped
            if served is not self.app:
                inner = HoldPoint(self.app.traced(asgi), self._holds)
                tapped = Tap(inner, self.traffic, provenance=self.app)
            before = self._named.get(turn)
            if before is not None and before.running and port == 0 and host in (None, before.host):
                host, port = before.host, before.port
            address = host or "127.0.0.1"
            held = next((s for s in self.services() if (s.host, s.port) == (address, port)), None)
            service = start(tapped, host=address, port=port, beside=held, **options)
            # The app is kept with it, so that its id stays its own, and as long as it is served.
            self._services = {key: kept for key, kept in self._services.items() if kept[1].running}
            self._services[id(served)] = served, service
            if turn is not None:
                self._named[turn] = service
            service.view = functools.partial(_live_address, service)
            if held is not None:
                service.take_over(held)
            return service

    def stop(self, timeout: float = STOP_TIMEOUT) -> Stopped:
        """
        Stop all servers of this kit.

        Args:
            timeout: Seconds for all of them together.

        Returns:
            The services that were stopped.

        Raises:
            ServiceError: One did not end in time; the others were stopped.
        """
        expect_seconds(timeout, "timeout")
        self._holds.cancel()
        stopped = Stopped(stop_all(self.services(), timeout))
        self._services.clear()
        return stopped

    def services(self) -> list[Service]:
        """List the servers that run, oldest first."""
        return [service for _, service in list(self._services.values()) if service.running]

    # Defining.

    def define_route(
        self,
        methods: str | Collection[str],
        path: str,
        source: str,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
        try_: str | bool = False,
        compare: int | bool | None = None,
        compare_unsafe: bool = False,
        compare_ignore: Collection[str] = (),
    ) -> Card:
        """
        Make a route of a cell's text; see `LiveApp.define_route`.

        Args:
            try_: Whether to send one request through it at once, served or not, whose response is the card's
                `reply`: True for a made-up one, else a path, a body, or both with a space between.
            compare: How many of the route's last requests to send again, to see in the card's `comparison`
                what has changed; True for five of them, None for what `app.compare` says.
            compare_unsafe: Whether to send again also what may change something, such as POST.
            compare_ignore: Names of headers and JSON Pointers that may differ, as in `exchange.diff`.
        """
        __tracebackhide__ = True
        card = self.app.define_route(methods, path, source, name=name, on=on, pickup=pickup)
        found = self._compare(card, compare, compare_unsafe, compare_ignore)
        card = replace(card, comparison=found)
        if try_ is not False:
            sample = "" if try_ is True else try_
            tried, reply = self._sender.try_out(card.definition, sample, TRY_TIMEOUT)
            card = replace(card, tried=tried, reply=reply)
        return self._addressed(card)

    def define_middleware(self, source: str, *, name: str | None = None, **options: Any) -> Card:
        """Make a middleware of a cell's text; see `LiveApp.define_middleware`."""
        __tracebackhide__ = True
        return self.app.define_middleware(source, name=name, **options)

    def define_websocket(
        self,
        path: str,
        source: str,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Card:
        """Make a WebSocket endpoint of a cell's text; see `LiveApp.define_websocket`."""
        __tracebackhide__ = True
        return self.app.define_websocket(path, source, name=name, on=on, pickup=pickup)

    def define_error(self, what: int | type[Exception] | str, source: str) -> Card:
        """Make an error handler of a cell's text; see `LiveApp.define_error`."""
        __tracebackhide__ = True
        return self.app.define_error(what, source)

    def define_lifespan(self, source: str, *, name: str | None = None) -> Card:
        """Make a lifespan of a cell's text; see `LiveApp.define_lifespan`."""
        __tracebackhide__ = True
        return self.app.define_lifespan(source, name=name)

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> Card:
        """Hand all requests below a path to another app; see `LiveApp.mount`."""
        __tracebackhide__ = True
        return self._addressed(self.app.mount(path, app, name))

    def remove(self, what: str | Card) -> Removed:
        """Take definitions away; see `LiveApp.remove`."""
        __tracebackhide__ = True
        return Removed(self.app.remove(what))

    def clear(self, *, traffic: bool = False) -> Removed:
        """
        Take all definitions away and let go of what is held, while the servers go on.

        Args:
            traffic: Whether to forget the recorded traffic as well.
        """
        removed = Removed(definition.title for definition in self.app.definitions)
        self._holds.cancel()
        self.app.reset()
        if traffic:
            removed.exchanges = len(self.traffic)
            self.traffic.clear()
            forget()
        return removed

    # Looking.

    def recording(self, max_exchanges: int = MAX_EXCHANGES, max_bytes: int = MAX_BYTES) -> Session:
        """Make a session, which keeps what begins inside of its `with` block; see `Session`."""
        return self.traffic.record(max_exchanges, max_bytes)

    def routes(self) -> RouteTable:
        """List what cells have defined, how often each was asked, and its median duration."""
        return self.app.table(count(self.traffic))

    def inspect(self, where: str | None = None) -> "Inspector":
        """
        Show the traffic live.

        There is one inspector per kit: shown in several cells, it is one widget with several views.

        Args:
            where: What the list shows, as in `traffic.where`; None leaves the filter that it has.

        Raises:
            FilterError: The filter cannot be read.
        """
        from asgi_nb.widgets.inspector import Inspector

        shown = self._inspector
        if shown is None or shown.comm is None or shown.failure is not None:
            shown = self._inspector = Inspector(
                self.traffic, spawn=spawn, holds=self._holds, sockets=self.app.sockets
            )
        if where is not None:
            shown.filter = where
        return shown

    def kitchen(self, recorded: Iterable["Exchange"] | None = None, *, seconds: float = 10.0) -> "Kitchen":
        """
        Show on one time axis which requests run, which wait, and which one holds the loop.

        There is one live kitchen per kit, as with `inspect`.

        Args:
            recorded: What to show in place of the live traffic, such as a session.
            seconds: How much time a page shows at first.

        Raises:
            ValueError: `seconds` is not from 0.1 to 600.
        """
        from asgi_nb.widgets.kitchen import Kitchen

        expect_seconds(seconds, "seconds")
        expect(recorded, (Iterable, NoneType), "kitchen() shows exchanges, such as a session, or the traffic")
        if recorded is not None:
            return Kitchen(recorded, spawn=spawn, seconds=seconds)
        shown = self._kitchen
        if shown is None or shown.closed:
            shown = self._kitchen = Kitchen(self.traffic, spawn=spawn, seconds=seconds)
        shown.seconds = seconds
        return shown

    def hold(self, where: str = "", **options: Any) -> Hold:
        """Hold the next request that matches a filter, to look at it and change it; see `Holds.add`."""
        __tracebackhide__ = True
        return self._holds.add(where, **options)

    def holds(self) -> HoldList:
        """List the holds that wait for a request or hold one, oldest first."""
        return self._holds.all()

    # Asking.

    @property
    def client(self) -> "httpx2.Client":
        """
        An httpx2.Client whose relative URLs go to the running server: `client.get("/items")`.

        It keeps cookies, as a browser does. Using it while nothing is served is a ServiceError. In a cell,
        it lets the kernel answer a route with `on="kernel"`; of `client.stream`, the head of the response.
        """
        return self._sender.client

    @property
    def asked_app(self) -> ASGIApp:
        """The app that `request` asks: that of the cells, or what was served last while it is not served."""
        running = [app for app, service in list(self._services.values()) if service.running]
        return self.app if not running or self._service_of(self.app) else running[-1]

    def request(
        self,
        line: str,
        headers: Mapping[str, str] | None = None,
        body: "Body" = None,
        timeout: float = REQUEST_TIMEOUT,
    ) -> "Reply":
        """
        Send one request, over HTTP when the app is served, else straight into the app.

        It is recorded either way. A stream that goes on is cut after `timeout`, and shown as far as it came.

        Args:
            line: `"GET /items/3?q=tea"`, or a request as in `.http` files: that line, headers, an
                empty line, the body.
            headers: More headers, in place of those of the same name.
            body: Text, bytes, or a dict or list that becomes JSON.
            timeout: Seconds for all of it.

        Raises:
            RequestError: The request cannot be read.
            ServiceError: There was no response in time, the connection was cut, or the caller
                is a handler on the server's own thread.
            NestingError: The route runs on the kernel's loop, which this cell blocks and which
                cannot be run inside of it.
        """
        return self._sender.request(line, headers, body, timeout)

    # Ending.

    def close(self) -> None:
        """Stop the servers and end the widgets and the client. The app and its traffic stay."""
        self.stop()
        if self._inspector is not None:
            self._inspector.close()
            self._inspector = None
        if self._kitchen is not None:
            self._kitchen.close()
            self._kitchen = None
        # Not made only to be closed.
        if "_sender" in vars(self):
            self._sender.close()
            del self._sender

    # The work.

    @functools.cached_property
    def _sender(self) -> "Sender":
        from asgi_nb.sending import Sender  # an HTTP client: loaded with the first request

        return Sender(self.app, self._tapped, self.traffic, self._asked, REQUEST_TIMEOUT)

    def _service_of(self, app: ASGIApp) -> Service | None:
        _, service = self._services.get(id(app), (None, None))
        return service if service is not None and service.running else None

    def _asked(self) -> Service | None:
        """The service that requests go to: the kit's own app, or what was served last."""
        services = self.services()
        return self._service_of(self.app) or (services[-1] if services else None)

    def _addressed(self, card: Card) -> Card:
        service = self._service_of(self.app)
        definition = card.definition
        is_mount = definition.kind == "mount"
        opens = is_mount or definition.methods is None or "GET" in definition.methods
        if service is None or not opens or "{" in definition.path:
            return card
        path = definition.path.removeprefix("/")
        return replace(card, url=service.url + (f"{path}/" if is_mount and path else path))


def _live_address(service: Service) -> Mapping[str, Any]:
    from asgi_nb.widgets.address import live_address  # anywidget: loaded when a front end shows the service

    return live_address(service)


def _check_same(running: Service, host: str | None, port: int, options: Mapping[str, Any]) -> None:
    """Refuse a second address, or other options, for an app that is being served."""
    if port not in (0, running.port):
        raise ServiceError(
            f"the app is being served on port {running.port}, and cannot move to port {port}; "
            "stop it first: %asgi_stop, or asgi_nb.stop()"
        )
    if host not in (None, running.host):
        raise ServiceError(
            f"the app is being served on {running.host}, and cannot move to {host}; "
            "stop it first: %asgi_stop, or asgi_nb.stop()"
        )
    if options and read_options(options) != running.options:
        raise ServiceError(
            f"the app is being served with other options: {running.options}; "
            "stop it first: %asgi_stop, or asgi_nb.stop()"
        )


# The default kit.

_default: Kit | None = None
_lock = threading.Lock()


def default_kit() -> Kit:
    """Give the kit of this notebook, made on first use."""
    global _default
    with _lock:
        if _default is None:
            _default = Kit(_notebook())
        return _default


# An exchange that is in no store is sent again by the kit of this notebook.
set_default(default_kit)


def reset() -> None:
    """Close the default kit and forget it: the next use makes a new one, with no routes and no traffic."""
    global _default
    with _lock:
        closing, _default = _default, None
    if closing is not None:
        closing.close()


def _notebook() -> Notebook:
    """The IPython shell that runs, else none: asked without importing IPython."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return PlainNotebook() if shell is None else IPythonNotebook(shell)


_OF_THE_DEFAULT = frozenset(
    {
        "app",
        "clear",
        "client",
        "define_error",
        "define_lifespan",
        "define_middleware",
        "define_mock",
        "define_route",
        "define_websocket",
        "hold",
        "holds",
        "inspect",
        "kitchen",
        "mount",
        "recording",
        "remove",
        "replay",
        "replay_all",
        "request",
        "routes",
        "serve",
        "services",
        "stop",
        "traffic",
    }
)


def __getattr__(name: str) -> Any:
    if name in _OF_THE_DEFAULT:
        return getattr(default_kit(), name)
    raise AttributeError(f"module 'asgi_nb.kit' has no attribute {name!r}")
