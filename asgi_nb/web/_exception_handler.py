"""
Turn an exception into a response, by the handlers that the app registered.

The handlers in force stand in the scope under `starlette.exception_handlers`, as a pair of dicts: by
class and by status. Whoever runs user code near the endpoint asks here first, so that a handler gets the
very Request that the endpoint had, and the middleware of the route sees a response and no exception.
"""

from inspect import CO_COROUTINE
from typing import Any, NoReturn

from asgi_nb.web._handover import HANDLERS_SCOPE_KEY, Handover
from asgi_nb.web._started import RESPONSE_STARTED, call_watched
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import Request
from asgi_nb.web.types import ASGIApp, ExceptionHandler, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocket, WebSocketState

__all__ = ["HANDLERS_SCOPE_KEY", "handle_exception", "wrap_app_handling_exceptions"]

ExceptionHandlers = dict[Any, ExceptionHandler]
StatusHandlers = dict[int, ExceptionHandler]

_NO_HANDLERS: tuple[ExceptionHandlers, StatusHandlers] = ({}, {})


async def handle_exception(
    exc: Exception,
    conn: Request[Any] | WebSocket[Any],
    receive: Receive,
    send: Send,
) -> None:
    """
    Answer an exception with what its handler gives; raise it again if it has none.

    Handlers are looked up by status, if it is an HTTPException, then by class, nearest first.

    Args:
        exc: The exception.
        conn: The connection that the handler gets.
        receive: The receive of the connection.
        send: Where the response goes.

    Raises:
        RuntimeError: It has a handler, but the response was started.
    """
    scope = conn.scope
    handler = _find_handler(scope, exc)
    if handler is None:
        raise exc
    http = scope["type"] == "http"
    if http and RESPONSE_STARTED in scope:
        _raise_too_late(exc)
    # As in is_async_callable, but for methods too: the stock handlers are some.
    code = getattr(handler, "__code__", None)
    if (code is not None and code.co_flags & CO_COROUTINE) or is_async_callable(handler):
        response = await handler(conn, exc)  # type: ignore[misc]
    else:
        response = await run_in_threadpool(handler, conn, exc)
    if response is not None:
        if not http and conn.application_state is not WebSocketState.CONNECTING:  # type: ignore[union-attr]
            _raise_too_late(exc)
        if type(send) is Handover:
            await send.give(response, scope, receive)
        else:
            await response(scope, receive, send)
    # An exception that is raised again and again, as a constant of a module, would keep every frame it met.
    exc.__traceback__ = None


def wrap_app_handling_exceptions(app: ASGIApp, conn: Request[Any] | WebSocket[Any]) -> ASGIApp:
    """An app that runs `app` and answers its exceptions, see `handle_exception`."""

    async def handling(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await call_watched(app, scope, receive, send)
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            await handle_exception(exc, conn, receive, send)

    return handling


def _find_handler(scope: Scope, exc: Exception) -> ExceptionHandler | None:
    by_class, by_status = scope.get(HANDLERS_SCOPE_KEY, _NO_HANDLERS)
    if by_status and isinstance(exc, HTTPException):
        handler: ExceptionHandler | None = by_status.get(exc.status_code)
        if handler is not None:
            return handler
    # Most often the class itself has one.
    handler = by_class.get(type(exc))
    if handler is None:
        for cls in type(exc).__mro__:
            handler = by_class.get(cls)
            if handler is not None:
                break
    return handler


def _raise_too_late(exc: Exception) -> NoReturn:
    raise RuntimeError(
        "Caught handled exception, but response already started; raise it before the first byte is sent"
    ) from exc
