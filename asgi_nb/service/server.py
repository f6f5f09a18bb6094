"""
uvicorn, as a kernel needs it: no signals, no `sys.exit`, no change to the process's logging.

With `protocols` and `layers` the only file that imports uvicorn; imported when the first server starts.
"""

import asyncio
import contextlib
import logging
import socket
import time
from concurrent.futures import Future
from contextvars import Context, copy_context
from typing import Any

import uvicorn

from asgi_nb.service.layers import with_layers
from asgi_nb.service.lifespan import Lifespan
from asgi_nb.service.log import ServiceLog, diverted_to, report_loop_error
from asgi_nb.service.protocols import Config, LimitedH11, LimitedWebSocket
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp

GRACE = 2.0
"""Seconds for requests under way to end by themselves before they are cancelled."""
CANCEL_TIMEOUT = 0.5
"""Seconds for a cancelled request to clean up before its connection is cut."""


TICK = 1.0
"""Seconds between two looks at the clock, for the Date header."""


def http_protocol() -> type[asyncio.Protocol]:
    """Give the faster of the HTTP protocols that are installed: httptools', in C, or h11's."""
    try:
        import uvicorn.protocols.http.httptools_impl  # noqa: F401 - to see whether httptools is there
    except ImportError:
        return LimitedH11
    from asgi_nb.service.http11 import LimitedHttpTools

    return LimitedHttpTools


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Future[None]) -> None:
        super().__init__(config)
        self._told = started
        self._asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._told.set_result(None)

    async def main_loop(self) -> None:
        """Serve until asked to stop; uvicorn would look ten times a second whether it was."""
        # Ten counts are what uvicorn takes for one second.
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), TICK)

    def ask_to_stop(self) -> None:
        """End the main loop; from any thread."""
        self.should_exit = True
        # A loop that is closed has no server any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._asked.set)


class ServerRun:
    """
    One run of a server, from the app's startup to its shutdown.

    Args:
        app: The application.
        sock: A listening socket; it is closed when the run ends.
        log: Where the server logs.
        serving: What its layers share.
    """

    def __init__(self, app: ASGIApp, sock: socket.socket, log: ServiceLog, serving: Serving) -> None:
        self.started: Future[None] = Future()
        """Done when requests are answered."""
        self._task: asyncio.Task[None] | None = None
        self._abandoned = False
        self._app = app
        self._socket = sock
        self._log = log
        self._serving = serving
        self._deadline = 0.0
        self._server: _Server | None = None
        self._stopping = False
        self._stopped_in: Context | None = None

    @property
    def state(self) -> dict[str, Any]:
        """What the app's lifespan has put into its state; a copy, as each request gets one."""
        return self._serving.state.copy()

    async def run(self) -> None:
        """Serve until `stop`."""
        self._task = asyncio.current_task()
        if self._abandoned:
            return
        with diverted_to(self._log):
            asyncio.get_running_loop().set_exception_handler(report_loop_error)
            lifespan = Lifespan(self._app, self._log)
            try:
                await lifespan.startup()
                await self._serve(lifespan)
            finally:
                self._close()
                await lifespan.shutdown(max(0.1, self._deadline - time.monotonic()), self._stopped_in)

    def abandon(self) -> None:
        """Give a run up that has not started, wherever it is; from any thread."""
        self._abandoned = True
        task = self._task
        if task is None:
            # The loop is stuck, or has not come to it yet: when it does, the run ends at once.
            self._socket.close()
        else:
            task.get_loop().call_soon_threadsafe(task.cancel)

    def stop(self, timeout: float) -> None:
        """Ask the run to end within `timeout` seconds; from any thread."""
        self._stopping = True
        self._stopped_in = copy_context()
        # What is left after the streams have ended belongs to the app's shutdown, and to the way back.
        self._deadline = time.monotonic() + timeout * 0.9
        if self._server is not None:
            self._server.config.timeout_graceful_shutdown = min(GRACE, timeout * 0.4)  # type: ignore[assignment]
            self._server.ask_to_stop()

    async def _serve(self, lifespan: Lifespan) -> None:
        self._serving.state = lifespan.state
        options = self._serving.options
        config = Config(
            self._serving,
            app=with_layers(self._app, self._serving),
            interface="asgi3",
            lifespan="off",
            log_config=None,
            http=http_protocol(),
            ws=LimitedWebSocket,
            ws_max_size=options.max_message_size,
            # Above our own limit and a reading's size, which then is the one that speaks.
            h11_max_incomplete_event_size=options.max_header_size + (1 << 20),
            # A layer does it, after those that ask for the real peer.
            proxy_headers=False,
        )
        self._server = _Server(config, self.started)
        # A stop that came during the app's startup.
        self._server.should_exit = self._stopping
        await self._server.serve(sockets=[self._socket])
        await self._cut(self._server)

    async def _cut(self, server: uvicorn.Server) -> None:
        """End what outlived the grace: uvicorn cancels it, but neither waits nor closes."""
        if server.server_state.tasks:
            await asyncio.wait(set(server.server_state.tasks), timeout=CANCEL_TIMEOUT)
        # One that was cancelled before its first step is done, and still in the set.
        if late := sum(not task.done() for task in server.server_state.tasks):
            self._log.note(logging.WARNING, f"{late} handler(s) did not end when they were cancelled")
        for connection in list(server.server_state.connections):
            connection.transport.abort()

    def _close(self) -> None:
        for listener in getattr(self._server, "servers", []):
            listener.close()
        self._socket.close()

    def descriptors(self) -> list[int]:
        """The file descriptors of the listening socket and of all open connections."""
        found = [self._socket.fileno()]
        if self._server is not None:
            for connection in list(self._server.server_state.connections):
                opened = connection.transport.get_extra_info("socket")
                found.append(-1 if opened is None else opened.fileno())
        return [descriptor for descriptor in found if descriptor >= 0]
