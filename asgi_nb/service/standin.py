"""Serve in the background what a cell hands to a server that would block the kernel."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.service import Service
from asgi_nb.web.types import ASGIApp


class Serve(Protocol):
    """How an app is served: as `asgi_nb.serve` does."""

    def __call__(self, app: ASGIApp, *, host: str, port: int, **options: Any) -> Service:
        """Serve an app, or give the service that it has."""


class StandIn:
    """
    What a call that would start a server in a cell becomes.

    Args:
        serve: Serves an app.
        loop: Gives the loop that cells run on; None where there is none, as in a terminal.
        show: Shows one line below the cell.
    """

    def __init__(
        self, serve: Serve, loop: Callable[[], asyncio.AbstractEventLoop | None], show: Callable[[str], None]
    ) -> None:
        self._serve = serve
        self._loop = loop
        self._show = show

    def here(self) -> bool:
        """Whether the caller runs on the kernel's loop, which it would block, or end."""
        try:
            return asyncio.get_running_loop() is self._loop()
        except RuntimeError:
            return False

    def serve(
        self,
        call: str,
        app: ASGIApp,
        host: str,
        port: int,
        options: Mapping[str, Any],
        left_out: Mapping[str, Any],
    ) -> Service:
        """
        Serve an app in the background, and say so in one line.

        Args:
            call: What the person wrote, such as `uvicorn.run()`.
            app: The app.
            host: What to listen on.
            port: 0 lets the system choose.
            options: Fields of `Options`.
            left_out: What the person asked for and does not get.

        Raises:
            ServiceError: As `start` does, and when `app` is no ASGI application.
        """
        try:
            service = self._serve(app, host=host, port=port, **options)
        except TypeError as exc:
            raise ServiceError(f"{call}: {exc}") from None
        line = f"{call} would block the kernel: serving in the background at {service.url}, until %asgi_stop"
        if left_out:
            named = ", ".join(f"{name}={value!r:.40}" for name, value in left_out.items())
            line += f". Not taken over: {named}"
        self._show(line)
        return service


async def given(service: Service) -> Service:
    """Give what is there: for callers that await a server."""
    return service
