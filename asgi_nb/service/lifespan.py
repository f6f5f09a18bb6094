"""
Run the lifespan protocol of one app.

uvicorn can do this, but answers a failure with `sys.exit`, waits for a hanging shutdown
without end, and loses the exception. In a kernel all three hurt.

Source: ASGI 3.0, Lifespan Protocol, version 2.0.
"""

import asyncio
import logging
from contextvars import Context, copy_context
from typing import Any

from asgi_nb.service.contexts import take_on
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.log import ServiceLog
from asgi_nb.web.types import ASGIApp, Message

CAUSE_TIMEOUT = 1.0
"""Seconds for the app to raise, after it has said that it failed: only for a better message."""


class Lifespan:
    """
    One run of an app's lifespan: startup before the first request, shutdown after the last.

    An app that raises on the lifespan scope, or returns, has no lifespan, and is served
    without one. That is the specification's word.

    Args:
        app: The application.
        log: Where faults that stop nothing are told.
    """

    state: dict[str, Any]
    """What the app keeps for its requests."""

    def __init__(self, app: ASGIApp, log: ServiceLog) -> None:
        self.state = {}
        self._app = app
        self._log = log
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue()
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self._asked_in: Context | None = None

    async def startup(self) -> None:
        """
        Start the app and wait until it is ready.

        Raises:
            ServiceError: The app said that its startup failed, or called `sys.exit`.
        """
        self._to_app.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.create_task(self._run(), name="lifespan")
        try:
            answer = await self._from_app.get()
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        if answer is None:
            self._without_lifespan()
        elif answer["type"] == "lifespan.startup.failed":
            await self._end(CAUSE_TIMEOUT)
            raise self._failed(answer.get("message", "")) from self._error

    async def shutdown(self, timeout: float, asked_in: Context | None = None) -> None:
        """
        Tell the app to shut down, and wait for it.

        Args:
            timeout: Seconds to wait before the app's lifespan is cancelled.
            asked_in: The context of who asks for it, whose output the shutdown's is.
        """
        if self._task is None or self._task.done():
            return
        self._asked_in = asked_in
        self._to_app.put_nowait({"type": "lifespan.shutdown"})
        await self._end(timeout)
        while not self._from_app.empty():
            answer = self._from_app.get_nowait()
            if answer is not None and answer["type"] == "lifespan.shutdown.failed":
                self._log.note(
                    logging.ERROR, f"the app's lifespan shutdown failed: {answer.get('message', '')}"
                )
        if self._error is not None:
            self._log.note(logging.ERROR, "the app's lifespan raised", self._error)

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        begun_in = copy_context()

        async def receive() -> Message:
            message = await self._to_app.get()
            if self._asked_in is not None:
                take_on(self._asked_in, begun_in)
            return message

        try:
            await self._app(scope, receive, self._send)
        except asyncio.CancelledError:
            raise
        except BaseException as exc:  # noqa: BLE001 - told to whoever waits; asyncio would end the loop on sys.exit
            self._error = exc
        finally:
            self._from_app.put_nowait(None)

    async def _send(self, message: Message) -> None:
        if not message["type"].startswith("lifespan."):
            raise RuntimeError(
                f"only lifespan.* messages answer a lifespan scope, got {message['type']!r}; "
                "an app without lifespan looks at scope['type'] first"
            )
        self._from_app.put_nowait(message)

    async def _end(self, timeout: float) -> None:
        if self._task is None:
            return
        _, late = await asyncio.wait([self._task], timeout=timeout)
        if late:
            self._task.cancel()
            self._log.note(
                logging.WARNING, f"the app's lifespan did not end within {timeout:.1f} s: cancelled"
            )

    def _without_lifespan(self) -> None:
        if isinstance(self._error, SystemExit | KeyboardInterrupt):
            raise self._failed("") from self._error
        if self._error is not None:
            self._log.note(logging.INFO, "the app has no lifespan: it raised on the scope", self._error)

    def _failed(self, message: str) -> ServiceError:
        lines = message.strip().splitlines()
        if lines:
            # Starlette and its kin send a whole traceback; its last line says what happened.
            text = lines[-1]
        else:
            text = repr(self._error) if self._error is not None else "it gave no reason"
        return ServiceError(f"the app's lifespan startup failed: {text}; correct it, then serve again")
