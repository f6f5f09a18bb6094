"""
A running server: start it in a cell, keep it as an object, stop it.

Rule 1: the port is bound in the calling thread; a busy port is an error of the calling cell.
Rule 2: every wait has a bound, and an interrupt during a wait leaves either a server that
    runs or none.
Rule 3: a forked child inherits no server: it must not hold a port, or a client, that its
    parent lets go.
"""

import atexit
import concurrent.futures
import html
import inspect
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asgi_nb.record.usage import ArgumentError, expect_seconds
from asgi_nb.service.addresses import browser_url, find_jupyter, proxy_prefix
from asgi_nb.service.credentials import jupyter_secrets
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.log import ServiceLog
from asgi_nb.service.names import Names
from asgi_nb.service.options import Options, read_options
from asgi_nb.service.peers import JupyterProcess, jupyter_pid
from asgi_nb.service.portal import current_line, on_portal, spawn
from asgi_nb.service.refusals import Refusals
from asgi_nb.service.serving import Serving
from asgi_nb.service.sockets import is_loopback, listen
from asgi_nb.service.switching import forget_in_child, switch_back, switch_fast
from asgi_nb.service.waiting import wait_for
from asgi_nb.service.watchdog import unwatch, watch
from asgi_nb.web.types import ASGIApp

START_TIMEOUT = 30.0
"""Seconds for an app's startup: long enough to open a database, short enough to notice a hang."""
STOP_TIMEOUT = 5.0
"""Seconds; Jupyter waits as long for a kernel to end before it kills it."""
EXIT_TIMEOUT = 3.0
"""Seconds for all servers together when the process ends."""


class Service:
    """
    A server that answers for one app on one port. `start` makes them.

    Attributes:
        app: The application that is served.
        host: What was asked for: a name or address of this machine.
        port: The TCP port.
        options: What it lets in.
        name: What it answers to a page that asks at `/_asgi_nb/health`.
        prefix: The path below which jupyter-server-proxy would show it; None without a Jupyter server.
    """

    def __init__(self, app: ASGIApp, host: str, sock: socket.socket, options: Options) -> None:
        from asgi_nb.service.server import ServerRun  # uvicorn: loaded with the first server, not before

        self.app = app
        self.host = host
        self._address, self.port = sock.getsockname()[:2]
        self._socket = sock
        self._log = ServiceLog()
        self._jupyter = find_jupyter(os.environ, _runtime_dir())
        self.options = options
        self._refusals = Refusals(self._log)
        serving = self._serving()
        self.name = serving.name
        self.prefix = serving.prefix
        self._proven: str | None = None
        self.view: Callable[[], Mapping[str, Any]] | None = None
        """Gives the MIME bundle of a live view of this service, to be shown with its text; set from above."""
        self._run = ServerRun(app, sock, self._log, serving)
        self._done: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._stopping = False
        self.reused = False
        """Whether it was asked for again while it ran, and is shown as such."""
        self.took_over = False
        """Whether it has the port of another service, which has ended for it."""

    @property
    def local_url(self) -> str:
        """The address on this machine, with a slash at the end: `http://127.0.0.1:8000/`."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._address, self._address)
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def websocket_url(self) -> str:
        """The address for WebSockets on this machine: `ws://127.0.0.1:8000/`."""
        return self.local_url.replace("http", "ws", 1)

    @property
    def url(self) -> str:
        """
        The address that the notebook's browser can open, with a slash at the end.

        On JupyterHub, Binder or a Jupyter server elsewhere it leads through
        jupyter-server-proxy, and may be a path on the notebook page's own origin. It is a
        guess from here, until a page has found out what it can reach.
        """
        return self._proven or browser_url(self.local_url, self.port, os.environ, self._jupyter)

    def prove(self, url: str) -> None:
        """
        Take the address at which a page has reached this server.

        Raises:
            ValueError: It is no http or https address.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"an address begins with http:// or https://, got {url!r:.60}")
        self._proven = url

    @property
    def state(self) -> dict[str, Any]:
        """What the app's lifespan has put into its state; a copy, as each request gets one."""
        return self._run.state

    @property
    def running(self) -> bool:
        """Whether it answers: false from the moment that a stop is asked for."""
        return not self._stopping and not self._done.done() and self._run.started.done()

    @property
    def public(self) -> bool:
        """Whether other machines can reach it."""
        return not is_loopback(self._address)

    @property
    def log(self) -> list[logging.LogRecord]:
        """The last records that the server logged, among them what its app raised; oldest first."""
        return self._log.records()

    @property
    def refused(self) -> dict[str, int]:
        """
        How many requests were refused at the edge, before the app, by reason.

        The reasons: host, origin, headers, body, message, connections, timeout.
        """
        return self._refusals.counts()

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """
        End the server: WebSockets close with 1012, streams are cut after a short grace.

        Harmless when it has ended. An interrupt ends the waiting; the server stops all the same.

        Args:
            timeout: Seconds for all of it, the app's shutdown included.

        Raises:
            ServiceError: It did not end in time, or the caller is one of its own handlers.
        """
        expect_seconds(timeout, "timeout")
        if self._done.done():
            return
        if on_portal():
            raise ServiceError(
                "stop() waits for the server's thread, and was called on it; "
                "from an async handler: await anyio.to_thread.run_sync(service.stop)"
            )
        self._ask_to_stop(timeout)
        wait_for([self._done], timeout)
        if not self._done.done():
            raise ServiceError(
                f"the server on port {self.port} did not end within {timeout} s; its thread is at "
                f"{current_line()}. It ends when that returns; a restart of the kernel ends it at once"
            )
        # The loop's thread does this too, but perhaps after it has woken this one.
        self._ended(self._done)

    def take_over(self, other: "Service") -> None:
        """
        End the service whose address this one shares, and be alone there.

        Raises:
            ServiceError: It did not end in time; see `stop`.
        """
        self.took_over = True
        other.stop()

    def _serving(self) -> Serving:
        environ, jupyter, port = os.environ, self._jupyter, self.port
        process = JupyterProcess(jupyter_pid(environ, jupyter), port, self._log)
        return Serving(
            port=port,
            options=self.options,
            names=Names(self._address, self.host, port, self.options, environ, jupyter, process),
            refusals=self._refusals,
            prefix=proxy_prefix(port, environ, jupyter),
            on_hub="JUPYTERHUB_SERVICE_PREFIX" in environ,
            secrets=jupyter_secrets(environ, jupyter),
        )

    def _ask_to_stop(self, timeout: float) -> None:
        self._stopping = True
        self._run.stop(timeout)

    def _start(self, timeout: float) -> None:
        """Hand the socket to the loop; return when requests are answered."""
        try:
            self._done = spawn(self._run.run)
            wait_for([self._run.started, self._done], timeout, first=True)
            if self._done.done():
                self._done.result()
            if not self._run.started.done():
                raise ServiceError(
                    f"the app was not ready within {timeout} s; the server's thread is at {current_line()}. "
                    "Look for a startup that waits for ever, or a handler that blocks the loop"
                )
        except BaseException:
            self._abandon()
            raise
        _services.add(self)
        switch_fast(self)
        watch(self)
        self._done.add_done_callback(self._ended)

    def _ended(self, _: concurrent.futures.Future[None]) -> None:
        _services.discard(self)
        switch_back(self)
        unwatch(self)

    def _abandon(self) -> None:
        if self._run.started.done():
            self._ask_to_stop(STOP_TIMEOUT)
            return
        # Not by the future: an interrupt may have come before there was one, and the run with it.
        self._run.abandon()

    def _forget_in_child(self) -> None:
        """In a forked child: let go of the parent's sockets, without a word to their peers."""
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in self._run.descriptors():
            # The number stays taken: the socket object may yet close it, and must not hit another file.
            os.dup2(null, descriptor, inheritable=False)
        os.close(null)
        self._done = concurrent.futures.Future()
        self._done.set_result(None)

    def __repr__(self) -> str:
        return f"<Service {self._state()} {self.url}{self._warning()}{self._refusal()}>"

    def _repr_html_(self) -> str:
        url = html.escape(self.url)
        link = f'<a href="{url}" target="_blank" rel="noopener">{url}</a>' if self.running else url
        said = html.escape(self._warning() + self._refusal())
        return f"<div>{html.escape(self._state())} {link}{said}</div>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.view() if self.view is not None and self.running else {}
        return {"text/plain": repr(self), "text/html": self._repr_html_(), **live}

    def _state(self) -> str:
        if self.running:
            serving = "already serving" if self.reused else "serving"
            return f"{serving} in place of another app" if self.took_over else serving
        return "stopped" if self._done.done() else "stopping"

    def _warning(self) -> str:
        if not self.public or not self.running:
            return ""
        return (
            f" - OPEN TO THE NETWORK: whoever reaches port {self.port} of this machine can call the "
            "handlers, which run with your rights"
        )

    def _refusal(self) -> str:
        return f" - refused: {self._refusals}" if self.refused else ""


def start(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    timeout: float = START_TIMEOUT,
    beside: Service | None = None,
    **options: Any,
) -> Service:
    """
    Serve `app` from this process until the service is stopped or the process ends.

    Args:
        app: An ASGI 3 application.
        host: What to listen on; `"0.0.0.0"` opens every network that this machine is on.
        port: 0 lets the system choose.
        timeout: Seconds for the app's lifespan startup.
        beside: A service whose address to share; `host` and `port` must be its own. The caller ends it with
            `take_over`, so that no client is refused in between.
        options: What the server lets in: the fields of `Options`.

    Raises:
        TypeError: `app` is no ASGI application.
        ServiceError: An option is unknown or has a wrong value, the port is not to be had, the
            app's startup failed or took too long, or the caller is a handler on the server's
            own thread.
    """
    check_app(app)
    if on_portal():
        raise ServiceError(
            "start() waits for the server's thread, and was called on it; "
            "from an async handler: await anyio.to_thread.run_sync(start, app)"
        )
    let_in = read_options(options)
    service = Service(app, host, _listen(host, port, beside), let_in)
    service._start(timeout)
    return service


def _listen(host: str, port: int, beside: Service | None) -> socket.socket:
    if beside is None or not beside.running:
        return listen(host, port)
    if sys.platform == "win32":
        # There, one loop does not take two handles of the same socket.
        beside.stop()
        return listen(host, port)
    return beside._socket.dup()


def check_app(app: Any) -> None:
    """
    Refuse what cannot be an ASGI application.

    Raises:
        TypeError: It cannot be called with scope, receive and send.
    """
    expected = "app must be an ASGI application, called with (scope, receive, send)"
    if not callable(app):
        raise ArgumentError(
            f"{expected}; got {type(app).__name__} {app!r:.60}; pass the application object itself"
        )
    try:
        inspect.signature(app).bind(None, None, None)
    except ValueError:
        return  # A callable from C shows no signature: the first request tells.
    except TypeError:
        name = getattr(app, "__qualname__", type(app).__qualname__)
        if inspect.isclass(app):
            remedy = f"{name} is a class: pass an instance of it"
        elif inspect.isfunction(app) and not inspect.signature(app).parameters:
            remedy = f"{name} takes nothing: if it builds the app, pass {name}()"
        else:
            remedy = (
                f"{name} cannot be called so: a WSGI app (Flask, Bottle) needs an adapter, such as a2wsgi's"
            )
        raise ArgumentError(f"{expected}; {remedy}") from None


# Held strongly: a service that nobody has kept a name for serves on, and is stopped at exit.
_services: set[Service] = set()


def stop_all(services: Collection[Service], timeout: float = STOP_TIMEOUT) -> list[Service]:
    """
    End several servers, all at once.

    Args:
        services: The servers.
        timeout: Seconds for all of them together.

    Returns:
        Those that were stopped.

    Raises:
        ServiceError: One did not end in time, or the caller is a handler of one; the others were stopped.
    """
    expect_seconds(timeout, "timeout")
    if not on_portal():
        for service in services:
            service._ask_to_stop(timeout)
    deadline = time.monotonic() + timeout
    late: ServiceError | None = None
    for service in services:
        try:
            service.stop(max(0.0, deadline - time.monotonic()))
        except ServiceError as exc:
            late = exc
    if late is not None:
        raise late
    return list(services)


def _stop_at_exit() -> None:
    stopping = list(_services)
    for service in stopping:
        service._ask_to_stop(EXIT_TIMEOUT)
    wait_for([service._done for service in stopping], EXIT_TIMEOUT)


def _forget_in_child() -> None:
    for service in list(_services):
        service._forget_in_child()
    _services.clear()
    forget_in_child()


def _runtime_dir() -> Path | None:
    if "JPY_PARENT_PID" not in os.environ:
        return None
    from jupyter_core.paths import jupyter_runtime_dir  # There is one wherever that variable is set.

    return Path(jupyter_runtime_dir())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(_stop_at_exit)
