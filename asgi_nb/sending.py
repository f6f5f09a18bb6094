"""Send requests from a cell: to the server that runs, else straight into the app."""

import asyncio
import functools
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import anyio.lowlevel
import anyio.to_thread
import httpx2

from asgi_nb.caller import (
    Answer,
    Body,
    LocalClient,
    RequestError,
    RequestText,
    call_app,
    call_over_http,
    parse_request,
)
from asgi_nb.live.app import LiveApp
from asgi_nb.live.definitions import Definition
from asgi_nb.live.nesting import NestingError, wait_while_running
from asgi_nb.live.notebook import running_loop
from asgi_nb.live.samples import sample_request
from asgi_nb.record import markup
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.record.usage import expect_seconds
from asgi_nb.reply import Reply
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import current_line, on_portal, spawn
from asgi_nb.service.service import Service
from asgi_nb.service.waiting import wait_for

T = TypeVar("T")

SETTLE_TIMEOUT = 1.0
"""Seconds that a finished request waits for a loop that has been blocked since."""


class Untried:
    """
    What is shown in place of a reply when there was none.

    Args:
        error: Why there was none.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"no response: {self.error}"

    def _repr_html_(self) -> str:
        return f"<div>{markup.text(repr(self), limit=1000)}</div>"


class Sender:
    """
    Sends the requests of one kit.

    Args:
        app: The app that cells define.
        tapped: The same, recorded.
        traffic: Where it is recorded.
        asked: Gives the service that requests go to; None when none runs.
        timeout: Seconds for one request of the client.
    """

    def __init__(
        self,
        app: LiveApp,
        tapped: Tap,
        traffic: Store,
        asked: Callable[[], Service | None],
        timeout: float,
    ) -> None:
        self._app = app
        self._tapped = tapped
        self._traffic = traffic
        self._asked = asked
        self._timeout = timeout
        self._client: httpx2.Client | None = None

    @property
    def client(self) -> httpx2.Client:
        """See `Kit.client`."""
        if self._client is None:
            self._client = LocalClient(self._local_url, self._answerable, timeout=self._timeout)
        return self._client

    def request(self, line: str, headers: Mapping[str, str] | None, body: Body, timeout: float) -> Reply:
        """See `Kit.request`."""
        if on_portal():
            raise ServiceError(
                "request() waits for the server's thread, and was called on it; from an async handler, "
                "use httpx2.AsyncClient"
            )
        expect_seconds(timeout, "timeout")
        request = parse_request(line).with_headers({} if headers is None else headers).with_body(body)
        before = self._traffic.counts()["last_seq"]
        answer = self._send(request, timeout)
        exchange = answer.exchange or self._sent_from(answer.local_port, before)
        return Reply(answer.response, exchange=exchange, complete=answer.complete)

    def try_out(self, definition: Definition, sample: str, timeout: float) -> "tuple[str, Reply | Untried]":
        """
        Send one request straight into the app, whether it is served or not.

        Args:
            definition: The route that it is for.
            sample: See `sample_request`.
            timeout: Seconds.

        Returns:
            The request's first line, and what came of it.

        Raises:
            CellError: No request can be made of the sample.
        """
        text = sample_request(definition, sample)
        line = text.partition("\n")[0]
        try:
            request = parse_request(text)
            answer = self._send_into_app(request, timeout)
        except (RequestError, ServiceError, NestingError) as exc:
            return line, Untried(exc)
        return line, Reply(answer.response, exchange=answer.exchange, complete=answer.complete)

    def close(self) -> None:
        """End the client."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _local_url(self) -> str:
        service = self._asked()
        if service is None:
            raise ServiceError("nothing is served; run %asgi_serve, or asgi_nb.serve(), first")
        return service.local_url

    def _send(self, request: RequestText, timeout: float) -> Answer:
        if self._asked() is not None:
            call = functools.partial(call_over_http, self.client, request, timeout)
            return self._answerable(request.method, request.target, call)
        return self._send_into_app(request, timeout)

    def _send_into_app(self, request: RequestText, timeout: float) -> Answer:
        loop = self._loop_for(request.method, request.target)
        answering = spawn(call_app, self._tapped, request, timeout, self._app.lifespans.state())
        try:
            # One second more than the call takes by its own clock, unless the loop is blocked.
            if loop is not None:
                return wait_while_running(loop, answering, timeout + 1)
            wait_for([answering], timeout + 1)
            return answering.result(0)
        except TimeoutError as exc:
            raise ServiceError(
                f"{request.method} {request.target}: no response within {timeout:g} s; the thread "
                f"that runs the app is at {current_line()}"
            ) from exc
        finally:
            answering.cancel()

    def _answerable(self, method: str, target: str, call: Callable[[], T]) -> T:
        """Make a blocking call that sends a request, so that the kernel can answer it if it is the one to."""
        loop = self._loop_for(method, target)
        if loop is None:
            return call()
        return wait_while_running(loop, spawn(anyio.to_thread.run_sync, call), None)

    def _loop_for(self, method: str, target: str) -> asyncio.AbstractEventLoop | None:
        """Give the kernel's loop if the caller blocks it, and it is what a request waits for."""
        loop = self._app.notebook.loop
        if loop is None or running_loop() is not loop:
            return None
        return loop if self._app.waits_for_kernel(method, unquote(urlsplit(target).path)) else None

    def _sent_from(self, local_port: int | None, before: int) -> Exchange | None:
        """Find the exchange that a connection of this process made."""
        # The answer is here before the app has returned from sending it: let the loop end that step.
        wait_for([spawn(anyio.lowlevel.checkpoint)], SETTLE_TIMEOUT)
        for exchange in reversed(self._traffic.since(before)):
            if local_port is not None and exchange.client is not None and exchange.client[1] == local_port:
                return exchange
        return None
