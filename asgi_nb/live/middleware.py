"""Middleware from cells: functions of (request, call_next), and what makes an ASGI app of one."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asgi_nb.live.arguments import accepts, name_of
from asgi_nb.live.errors import CellError
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.responses import Response
from asgi_nb.web.results import ResultError, to_response
from asgi_nb.web.types import ASGIApp


def middleware_factory(
    target: Any, args: Sequence[Any], options: Mapping[str, Any], place: str
) -> Callable[[ASGIApp], ASGIApp]:
    """
    Find out how to make a middleware of what a cell defines.

    Args:
        target: `async f(request, call_next)`, or what makes an ASGI app of one: a class or a function.
        args: Positional arguments for the class or function, after the app.
        options: Keyword arguments for it.
        place: The cell, for errors.

    Raises:
        CellError: It is neither, or does not take these arguments.
    """
    name = name_of(target)
    if not callable(target):
        raise CellError(
            f"{name} is not a middleware; expected `async def f(request, call_next)`, or a class or "
            "function that takes an app and gives one"
        )
    given = [*map(repr, args), *(f"{key}={value!r}" for key, value in options.items())]
    inner = target.func if isinstance(target, functools.partial) else target
    is_function = inspect.isroutine(inner)
    is_async = is_function and is_async_callable(target)
    makes = accepts(target, 1 + len(args), options)
    if is_async or (is_function and not makes):
        if not accepts(target, 2):
            raise CellError(
                f"middleware {name}{inspect.signature(target)} does not fit; expected "
                "`async def f(request, call_next)`, or a class or function that takes an app and gives one"
            )
        if not is_async:
            raise CellError(f"middleware {name} must be `async def`: call_next is awaited")
        if given:
            raise CellError(f"middleware {name} is a function and takes no options, got {', '.join(given)}")
        return functools.partial(BaseHTTPMiddleware, dispatch=_dispatch(target, name, place))
    if not makes:
        raise CellError(
            f"middleware {name}{inspect.signature(target)} cannot be called as "
            f"{name}({', '.join(['app', *given])}); change the options or the signature"
        )

    def make(app: ASGIApp) -> ASGIApp:
        made = target(app, *args, **options)
        if not callable(made):
            raise CellError(f"middleware {name} gave {name_of(made)}; expected an ASGI app")
        layer: ASGIApp = made
        return layer

    return make


def _dispatch(function: Callable[..., Any], name: str, place: str) -> Callable[..., Any]:
    """Let a middleware return plain values, as routes do."""

    @functools.wraps(function)
    async def dispatch(request: Any, call_next: Any) -> Response:
        value = await function(request, call_next)
        if isinstance(value, Response):
            return value
        try:
            # For a route, None is an empty answer. Here it is a `return` that was forgotten.
            if value is None:
                raise ResultError(f"middleware {name} returned None; end it with: return response")
            return to_response(value, endpoint=function)
        except ResultError as exc:
            exc.add_note(f"returned by middleware {name}, {place}")
            raise

    return dispatch
