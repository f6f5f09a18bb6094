"""
Turn an exception into a response, by the handlers that the app registered.

The handlers in force stand in the scope under `starlette.exception_handlers`, as a pair of dicts: by
class and by status. Whoever runs user code near the endpoint asks here first, so that a handler gets the
very Request that the endpoint had, and the middleware of the route sees a response and no exception.
"""

import inspect
from collections.abc import Awaitable
from typing import Any, NoReturn

from asgi_nb.web._handover import Handover
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import Request
from asgi_nb.web.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocket, WebSocketState

__all__ = ["HANDLERS_SCOPE_KEY", "WatchedSend", "handle_exception", "watched", "wrap_app_handling_exceptions"]

ExceptionHandlers = dict[Any, ExceptionHandler]
StatusHandlers = dict[int, ExceptionHandler]

HANDLERS_SCOPE_KEY = "starlette.exception_handlers"

_NO_HANDLERS: tuple[ExceptionHandlers, StatusHandlers] = ({}, {})


class WatchedSend:
    """
    Remember whether the response was started, or the WebSocket accepted.

    Gives back the inner awaitable: no frame is added per message.
    """

    __slots__ = ("_send", "started")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    def __call__(self, message: Message) -> Awaitable[None]:
        kind = message["type"]
        if kind == "http.response.start" or kind == "websocket.accept":
            self.started = True
        return self._send(message)


def watched(send: Send) -> WatchedSend | Handover:
    """A send that knows whether the response was started; the given one if it knows."""
    return send if isinstance(send, WatchedSend | Handover) else WatchedSend(send)


async def handle_exception(
    exc: Exception,
    conn: Request[Any] | WebSocket[Any],
    receive: Receive,
    send: Send,
    *,
    started: bool,
) -> None:
    """
    Answer an exception with what its handler gives; raise it again if it has none.

    Handlers are looked up by status, if it is an HTTPException, then by class, nearest first.

    Args:
        exc: The exception.
        conn: The connection that the handler gets.
        receive: The receive of the connection.
        send: Where the response goes.
        started: Whether the response was started.

    Raises:
        RuntimeError: It has a handler, but the response was started.
    """
    scope = conn.scope
    handler = _find_handler(scope, exc)
    if handler is None:
        raise exc
    if started:
        _raise_too_late(exc)
    if _is_async(handler):
        response = await handler(conn, exc)  # type: ignore[misc]
    else:
        response = await run_in_threadpool(handler, conn, exc)
    if response is not None:
        if type(send) is Handover:
            await send.give(response, scope, receive)
        else:
            if isinstance(conn, WebSocket) and conn.application_state is not WebSocketState.CONNECTING:
                _raise_too_late(exc)
            await response(scope, receive, send)
    # An exception that is raised again and again, as a constant of a module, would keep every frame it met.
    exc.__traceback__ = None


def wrap_app_handling_exceptions(app: ASGIApp, conn: Request[Any] | WebSocket[Any]) -> ASGIApp:
    """An app that runs `app` and answers its exceptions, see `handle_exception`."""

    async def handling(scope: Scope, receive: Receive, send: Send) -> None:
        watch = WatchedSend(send)
        try:
            await app(scope, receive, watch)
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            await handle_exception(exc, conn, receive, watch, started=watch.started)

    return handling


def _find_handler(scope: Scope, exc: Exception) -> ExceptionHandler | None:
    by_class, by_status = scope.get(HANDLERS_SCOPE_KEY, _NO_HANDLERS)
    if by_status and isinstance(exc, HTTPException):
        handler: ExceptionHandler | None = by_status.get(exc.status_code)
        if handler is not None:
            return handler
    for cls in type(exc).__mro__:
        handler = by_class.get(cls)
        if handler is not None:
            return handler
    return None


def _is_async(handler: ExceptionHandler) -> bool:
    # An async function says so in its code; only what is none needs the longer question.
    code = getattr(handler, "__code__", None)
    return (code is not None and bool(code.co_flags & inspect.CO_COROUTINE)) or is_async_callable(handler)


def _raise_too_late(exc: Exception) -> NoReturn:
    raise RuntimeError(
        "Caught handled exception, but response already started; raise it before the first byte is sent"
    ) from exc
