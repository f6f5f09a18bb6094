"""Replay recorded requests against the apps of a kit."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from asgi_nb.live.app import LiveApp
from asgi_nb.live.nesting import wait_while_running
from asgi_nb.live.notebook import running_loop
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.replaying.comparison import Compared, Comparison
from asgi_nb.replaying.playing import play
from asgi_nb.replaying.request import Prepared, ReplayError, prepare
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import current_line, on_portal, spawn
from asgi_nb.service.waiting import wait_for
from asgi_nb.web.types import ASGIApp

Target = Callable[[Exchange], tuple[ASGIApp, Mapping[str, Any]]]
"""Gives the app that an exchange is sent to again, and the state of its lifespan."""


class Replayer:
    """
    Sends the requests of one kit again.

    A replay goes straight into the app, without the server's edge: a request from a foreign host, or from a
    file, is answered as if it had come in.

    Args:
        app: The app that cells define.
        traffic: Where replays are recorded.
        target: Finds the app that an exchange is sent to.
    """

    def __init__(self, app: LiveApp, traffic: Store, target: Target) -> None:
        self._app = app
        self._traffic = traffic
        self._target = target

    def replay(self, exchange: Exchange, *, timeout: float, timed: bool = False, **changes: Any) -> Exchange:
        """See `Kit.replay`."""
        if on_portal():
            raise ServiceError(
                "replay() waits for the server's thread, and was called on it; call it from a cell"
            )
        prepared = prepare(exchange, changes)
        app, state = self._target(exchange)
        loop = self._loop_for(prepared)
        playing = spawn(self._play, app, prepared, state, timeout, timed)
        try:
            # One second more than it takes by its own clock, unless the loop is blocked.
            if loop is not None:
                new = wait_while_running(loop, playing, timeout + 1)
            else:
                wait_for([playing], timeout + 1)
                new = playing.result(0)
        except TimeoutError as exc:
            raise ServiceError(
                f"{prepared.title}: no response within {timeout:g} s; the thread that runs the app is at "
                f"{current_line()}"
            ) from exc
        finally:
            playing.cancel()
        if new is None:
            raise ServiceError(f"{prepared.title}: the app was not called within {timeout:g} s")
        return new

    def replay_all(
        self, exchanges: Iterable[Exchange], *, timeout: float, ignore: Collection[str] = ()
    ) -> Comparison:
        """See `Kit.replay_all`."""
        return Comparison(self._compared(exchange, timeout, ignore) for exchange in list(exchanges))

    def _compared(self, exchange: Exchange, timeout: float, ignore: Collection[str]) -> Compared:
        try:
            new = self.replay(exchange, timeout=timeout)
        except (ReplayError, ServiceError) as exc:
            return Compared(exchange, skipped=str(exc))
        return Compared(exchange, new, exchange.diff(new, ignore=ignore))

    async def _play(
        self, app: ASGIApp, prepared: Prepared, state: Mapping[str, Any], timeout: float, timed: bool
    ) -> Exchange | None:
        return await play(
            app, self._traffic, prepared, provenance=self._app, state=state, timeout=timeout, timed=timed
        )

    def _loop_for(self, prepared: Prepared) -> asyncio.AbstractEventLoop | None:
        """Give the kernel's loop if the caller blocks it, and it is what the request waits for."""
        loop = self._app.notebook.loop
        if loop is None or running_loop() is not loop:
            return None
        if prepared.exchange.websocket is None:
            waits = self._app.waits_for_kernel(prepared.method, prepared.path)
        else:
            waits = any(one.on == "kernel" for one in self._app.definitions if one.kind == "websocket")
        return loop if waits else None
