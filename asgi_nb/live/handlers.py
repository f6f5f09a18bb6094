"""Error handlers from cells: what they answer, and what becomes of what they return."""

import builtins
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from asgi_nb.live.arguments import accepts, name_of
from asgi_nb.live.errors import CellError
from asgi_nb.record.error import ErrorRecord
from asgi_nb.record.exchange import current_exchange
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.responses import Response
from asgi_nb.web.results import ResultError, to_response
from asgi_nb.web.websockets import WebSocket, WebSocketState

ErrorKey = int | type[Exception]
"""A status, or a class of exceptions with all that derive from it."""

EXPECTED = "expected a status from 400 to 599, or the name of an exception class"


@dataclass(frozen=True, slots=True)
class Handling:
    """What an error handler answers, and how."""

    key: ErrorKey
    """What it answers."""
    words: str
    """The name under which the notebook has the class; "" when the class itself was given."""
    handler: Callable[[Any, Exception], Any]
    """Takes the request and the exception, gives a response."""


def resolve_error(what: ErrorKey | str, namespace: Mapping[str, Any]) -> ErrorKey:
    """
    Find what an error handler is for.

    Args:
        what: A status, a class, or either as a word: `404`, `ValueError`, `db.NotFound`.
        namespace: The notebook's names; Python's own exceptions are known besides.

    Raises:
        CellError: It is no status of an error, or there is no exception class of that name.
    """
    found: Any = what
    if isinstance(what, str):
        found = int(what) if what.isdecimal() else _look_up(what, namespace)
    if isinstance(found, int) and not isinstance(found, bool):
        if not 400 <= found <= 599:
            raise CellError(f"{found} is no status of an error; {EXPECTED}")
        return found
    if not (inspect.isclass(found) and issubclass(found, Exception)):
        called = what if isinstance(what, str) else name_of(found)
        raise CellError(f"{called!r} is no class of exceptions; {EXPECTED}")
    return found


def _look_up(words: str, namespace: Mapping[str, Any]) -> Any:
    first, *names = words.split(".")
    if first in namespace:
        found = namespace[first]
    elif first == "HTTPException":
        found = HTTPException
    else:
        found = vars(builtins).get(first)
    for name in names:
        found = getattr(found, name, None)
    if found is None:
        raise CellError(
            f"there is no exception {words!r} in this notebook; {EXPECTED}; run the cell that defines or "
            "imports it first"
        )
    return found


def error_name(key: ErrorKey, words: str) -> str:
    """Name what a handler answers: `404`, `ValueError`."""
    return words or (str(key) if isinstance(key, int) else key.__qualname__)


def error_handler(
    target: Any, place: str, frame_label: Callable[[str], str | None]
) -> Callable[[Any, Exception], Any]:
    """
    Make a handler of a function of `(request, exc)`, which may return what routes do.

    A value without a status gets that of the exception, else 500. What was raised is in the exchange. A
    WebSocket that is open has nothing to be answered with: it gets the exception.

    Args:
        target: The function.
        place: The cell, for errors.
        frame_label: Names the cell of a file name, for the exchange.

    Raises:
        CellError: It is none, or takes something else.
    """
    name = name_of(target)
    expected = "expected a function of (request, exc)"
    if not callable(target) or inspect.isclass(target):
        raise CellError(f"{name} is not an error handler; {expected}")
    if not accepts(target, 2):
        raise CellError(f"error handler {name}{inspect.signature(target)} does not fit; {expected}")
    waits = is_async_callable(target)

    @functools.wraps(target)
    async def handle(request: Any, exc: Exception) -> Response:
        if isinstance(request, WebSocket) and request.application_state is not WebSocketState.CONNECTING:
            raise exc
        exchange = current_exchange.get()
        if exchange is not None and not isinstance(exc, HTTPException):
            exchange.error = ErrorRecord.from_exception(exc, frame_label, handled=True, keep=True)
            exchange.kept_size += exchange.error.kept_size
        value = await target(request, exc) if waits else await run_in_threadpool(target, request, exc)
        return _response(value, exc, target, name, place)

    return handle


def _response(value: Any, exc: Exception, target: Any, name: str, place: str) -> Response:
    if isinstance(value, Response):
        return value
    try:
        # For a route, None is an empty answer. Here it is a `return` that was forgotten.
        if value is None:
            raise ResultError(f"error handler {name} returned None; end it with what to answer")
        response = to_response(value, endpoint=target)
    except ResultError as failure:
        failure.add_note(f"returned by error handler {name}, {place}")
        raise
    if not isinstance(value, tuple) and isinstance(response, Response):
        response.status_code = exc.status_code if isinstance(exc, HTTPException) else 500
    if isinstance(exc, HTTPException) and isinstance(response, Response):
        # As Allow of a 405, or the challenge of a 401.
        for key, text in (exc.headers or {}).items():
            response.headers.setdefault(key, text)
    return response
