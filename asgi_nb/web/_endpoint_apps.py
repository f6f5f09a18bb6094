"""
Functions as ASGI apps: `func(request) -> response` and `func(websocket)`.

What can be known when a route is made is decided then: whether the function is async, and how to call it.
A request makes one Request and calls the function; nothing is wrapped unless something goes wrong.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from types import FunctionType, MethodType
from typing import Any

from asgi_nb.web._exception_handler import handle_exception
from asgi_nb.web._handover import Handover, reply, takes_handover
from asgi_nb.web._started import RESPONSE_STARTED, call_watched
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.requests import Request, new
from asgi_nb.web.responses import Response
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocket, WebSocketState

__all__ = [
    "Function",
    "as_response",
    "function_of",
    "is_function",
    "request_response",
    "respond",
    "stock_call",
    "websocket_session",
]


# Made once: an expression with `|` would be made anew for each question.
_FUNCTIONS = (FunctionType, MethodType)


def is_function(endpoint: Any) -> bool:
    """
    Whether an endpoint is called with a connection: a function or a method, perhaps in a partial.

    Else it is an app.
    """
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    return isinstance(endpoint, _FUNCTIONS)


# As it is here, and not as a subclass or somebody's patch has it.
stock_call = Response.__call__


class Function:
    """
    What an app of `request_response` calls: for who does the same in a frame that is there anyway.

    Args:
        app: The app.
        call: The async function of a request.
        func: What the app was made of.
    """

    __slots__ = ("app", "call", "func")

    def __init__(self, app: ASGIApp, call: Callable[[Request[Any]], Awaitable[Any]], func: object) -> None:
        self.app = app
        self.call = call
        self.func = func


def function_of(app: Any) -> Function | None:
    """The function behind an app of `request_response`; None for any other app."""
    if getattr(app, "__code__", None) is not _app_code:
        return None
    cells = app.__closure__
    return Function(app, cells[_ENDPOINT].cell_contents, cells[_FUNC].cell_contents)


def request_response(func: Callable[..., Any]) -> ASGIApp:
    """
    An ASGI app that answers with what `func(request)` returns.

    Args:
        func: Async, or plain: then it runs in a worker thread, with the caller's context variables. What it
            returns need not be a Response, see `results.to_response`.
    """
    endpoint = _awaitable(func)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request: Request[Any] = new(Request)
        request.scope, request._receive, request._send = scope, receive, send
        starts = False
        try:
            response = await endpoint(request)
            how = type(response).__call__
            if how is not stock_call and not isinstance(response, Response):
                response = as_response(response, func)
                how = type(response).__call__
            if type(send) is Handover:
                if not send.give_now(response):
                    await send.run(response, scope, receive)
                return
            # The first thing that such a response does is to send the start.
            starts = how is stock_call
            if not starts:
                await call_watched(response, scope, receive, send)
            elif 200 != (status := response.status_code) < 400 or scope["method"] == "HEAD":
                await stock_call(response, scope, receive, send)
            else:
                # What it does, without a frame to wait in.
                await send({"type": "http.response.start", "status": status, "headers": response.raw_headers})
                await send({"type": "http.response.body", "body": response.body})
                if response.background is not None:
                    await response.background()
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            if starts:
                scope[RESPONSE_STARTED] = True
            await handle_exception(exc, request, receive, send)

    return app


async def respond(result: Any, endpoint: object, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what an endpoint returned."""
    response = result if isinstance(result, Response) else as_response(result, endpoint)
    await reply(response, scope, receive, send)


def as_response(result: Any, endpoint: object) -> Response:
    """What an endpoint returned, if that was no response."""
    return _results()(result, endpoint=endpoint)


def websocket_session(func: Callable[[WebSocket[Any]], Awaitable[None]]) -> ASGIApp:
    """
    An ASGI app that runs `func(websocket)`.

    Args:
        func: An async function.
    """

    @takes_handover
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        websocket: WebSocket[Any] = WebSocket(scope, receive, send)
        try:
            await func(websocket)
        except Exception as exc:  # noqa: BLE001 - raised again if it has no handler
            if websocket.application_state is not WebSocketState.CONNECTING:
                scope[RESPONSE_STARTED] = True
            await handle_exception(exc, websocket, receive, send)

    return app


@functools.cache
def _results() -> Callable[..., Response]:
    """`results.to_response`, which an app that returns only responses never loads."""
    from asgi_nb.web.results import to_response

    return to_response


def _awaitable(func: Callable[..., Any]) -> Callable[[Request[Any]], Awaitable[Any]]:
    if is_async_callable(func):
        return func
    inner = func
    while isinstance(inner, functools.partial):
        inner = inner.func
    if inspect.isasyncgenfunction(inner) or inspect.isgeneratorfunction(inner):
        # Calling it runs none of its body.
        return _coroutine(func)
    return functools.partial(run_in_threadpool, func)


def _coroutine(func: Callable[..., Any]) -> Callable[[Request[Any]], Awaitable[Any]]:
    async def call(request: Request[Any]) -> Any:
        return func(request)

    return call


async def _example(request: Request[Any]) -> None:
    """Stand for any function."""


# What `request_response` gives has the same code for each route, which is marked once.
_app_code = takes_handover(request_response(_example)).__code__

# Where its closure has them.
_ENDPOINT, _FUNC = map(_app_code.co_freevars.index, ("endpoint", "func"))
