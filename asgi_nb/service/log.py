"""
Keep what the server logs out of the cells.

ipykernel shows whatever a thread writes under some cell: the first one, or the last. So the
records of our servers go to `service.log`. Which server a record belongs to stands in a
context variable, that every connection and task of a server inherits; another uvicorn in
the same process has no such variable, and logs as before.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

# Filters work on the very logger that a record is made on, not on its parents.
LOGGERS = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "asyncio")

MAX_RECORDS = 200
"""Enough for the story of a fault; a record with its traceback takes a few KiB."""


class ServiceLog:
    """The last records that one server logged; oldest first."""

    def __init__(self) -> None:
        self._records: deque[logging.LogRecord] = deque(maxlen=MAX_RECORDS)

    def records(self) -> list[logging.LogRecord]:
        return list(self._records)

    def add(self, record: logging.LogRecord) -> None:
        """Keep `record` as text, so that it keeps no frames and no request bodies alive."""
        record.msg, record.args = record.getMessage().strip(), None
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        self._records.append(record)

    def note(self, level: int, message: str, exc: BaseException | None = None) -> None:
        """Add a record of the service's own."""
        exc_info = None if exc is None else (type(exc), exc, exc.__traceback__)
        self.add(logging.LogRecord("asgi_nb.service", level, __file__, 0, message, None, exc_info))


_current: ContextVar[tuple[ServiceLog, ...]] = ContextVar("asgi_nb_service_log", default=())
_open: WeakSet[ServiceLog] = WeakSet()


@contextmanager
def diverted_to(log: ServiceLog) -> Iterator[None]:
    """Send to `log` what this context, and every task started from it, logs as a server."""
    for name in LOGGERS:
        # Not taken off at the end: a cancelled handler reports after its server has gone.
        logging.getLogger(name).addFilter(_divert)
    _open.add(log)
    token = _current.set((log,))
    try:
        yield
    finally:
        _current.reset(token)
        _open.discard(log)


def report_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """
    Log what went wrong in a callback or an abandoned task of the server's loop.

    asyncio tells of an abandoned task when it is collected, which happens in anyone's
    context: so each running server is told.
    """
    token = _current.set(_current.get() or tuple(_open))
    try:
        loop.default_exception_handler(context)
    finally:
        _current.reset(token)


def _divert(record: logging.LogRecord) -> bool:
    logs = _current.get()
    for log in logs:
        log.add(record)
    return not logs
