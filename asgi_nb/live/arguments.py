"""
Call what a person wrote with the arguments it names.

Rule 1: everything is decided at definition; a call only reads the values.
Rule 2: what takes the request and nothing else is called as it is, without a layer in between.
"""

import difflib
import functools
import inspect
import keyword
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter
from typing import Any, Literal, get_origin

from asgi_nb.live.errors import CellError
from asgi_nb.web._utils import is_async_callable

Connection = Literal["request", "websocket"]
"""The name under which an endpoint gets its Request or WebSocket."""

# The types of a parameter that ask for the connection, whatever the parameter's name.
CONNECTION_TYPES = frozenset({"HTTPConnection", "Request", "WebSocket"})


class ASGIFunction:
    """
    An `async def app(scope, receive, send)` as an endpoint: routes take a plain function for a handler.

    Source: ASGI 3.0, "Applications".
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.function(scope, receive, send)


def check_parameters(parameters: Collection[str], connection: Connection) -> None:
    """
    Refuse path parameters that cannot be the name of an argument.

    Raises:
        CellError: One is a keyword, or is the name of the connection.
    """
    for name in parameters:
        if keyword.iskeyword(name):
            raise CellError(
                f"path parameter {{{name}}} is a Python keyword; call it {{{name}_}}, for example"
            )
        if name == connection:
            raise CellError(f"path parameter {{{name}}} hides the {name} itself; give it another name")


def adapt(target: Any, parameters: Collection[str], connection: Connection) -> Callable[..., Any]:
    """
    Turn an object into what a route takes: `f(request)`, `f(websocket)` or an ASGI app.

    A function gets by name the connection and the path's parameters. The connection also goes to a parameter
    that is annotated with its type, else to the first one when the path has none of that name. Defaults stay.

    Args:
        target: A function, a class that is awaited per connection as Starlette's endpoints are, an ASGI app,
            or a class that makes one without arguments.
        parameters: The names of the path's parameters.
        connection: The name of the connection.

    Raises:
        CellError: The object is none of these, or asks for something that there is not.
    """
    inner = target
    while isinstance(inner, functools.partial):
        inner = inner.func
    if inspect.isroutine(inner):
        if list(inspect.signature(target).parameters) == ["scope", "receive", "send"]:
            return ASGIFunction(target)
        return _adapt_function(target, parameters, connection)
    if inspect.isclass(inner):
        if hasattr(inner, "__await__"):
            endpoint: Callable[..., Any] = target
            return endpoint
        # `callable` says yes to every class; what counts is whether its instances are.
        if any("__call__" in vars(base) for base in inner.__mro__) and accepts(target, 0):
            return adapt(target(), parameters, connection)
    elif callable(target) and accepts(target, 3):
        app: Callable[..., Any] = target
        return app
    raise CellError(
        f"{name_of(target)} is not an endpoint; expected a function that takes `{connection}`, a class like "
        "HTTPEndpoint or WebSocketEndpoint, or an ASGI app: `async def __call__(self, scope, receive, send)`"
    )


def name_of(target: Any) -> str:
    """Name a function or class by its own name, anything else by its type."""
    name = getattr(target, "__name__", None)
    return name if isinstance(name, str) else type(target).__name__


def accepts(function: Callable[..., Any], count: int, options: Mapping[str, Any] | None = None) -> bool:
    """Tell whether a call with `count` positional arguments and these options fits the signature."""
    try:
        inspect.signature(function).bind(*range(count), **(options or {}))
    except TypeError:
        return False
    return True


def _adapt_function(function: Any, parameters: Collection[str], connection: Connection) -> Callable[..., Any]:
    if connection == "websocket" and not is_async_callable(function):
        raise CellError(f"{name_of(function)} must be `async def`: a WebSocket is awaited")
    check_parameters(parameters, connection)
    positional, keywords = _plan(function, parameters, connection)
    if positional == [_connection] and not keywords:
        endpoint: Callable[..., Any] = function
        return endpoint
    return _wrap(function, positional, keywords)


Source = Callable[[Any], Any]
"""Takes the connection, gives the value of one argument."""


def _connection(connection: Any) -> Any:
    return connection


def _parameter(name: str) -> Source:
    return lambda connection: connection.path_params[name]


def _default(parameter: Parameter) -> Source:
    return lambda connection: parameter.default


def _plan(
    function: Any, parameters: Collection[str], connection: Connection
) -> tuple[list[Source], dict[str, Source]]:
    """Decide where each argument comes from: those given by position, and those by name."""
    asked = inspect.signature(function).parameters
    takers = {
        name for name, asks in asked.items() if name not in parameters and _wants_connection(asks, connection)
    }
    first = next(iter(asked.values()), None)
    if (
        not takers
        and first is not None
        and first.name not in parameters
        and first.default is Parameter.empty
        and first.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        and not difflib.get_close_matches(first.name, [name for name in parameters if name not in asked])
    ):
        takers = {first.name}
    positional: list[Source] = []
    keywords: dict[str, Source] = {}
    for name, asks in asked.items():
        if asks.kind is Parameter.VAR_KEYWORD:
            keywords |= {other: _parameter(other) for other in parameters if other not in asked}
        if asks.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL):
            continue
        by_position = asks.kind is Parameter.POSITIONAL_ONLY or (
            asks is first and asks.kind is Parameter.POSITIONAL_OR_KEYWORD
        )
        if name in takers:
            source: Source = _connection
        elif name in parameters:
            source = _parameter(name)
        elif asks.default is Parameter.empty:
            raise CellError(_unknown(function, name, parameters, connection))
        elif asks.kind is Parameter.POSITIONAL_ONLY:
            source = _default(asks)
        else:
            continue
        if by_position:
            positional.append(source)
        else:
            keywords[name] = source
    return positional, keywords


def _unknown(function: Any, name: str, parameters: Collection[str], connection: Connection) -> str:
    close = difflib.get_close_matches(name, [connection, *parameters], 1)
    advice = f"did you mean {close[0]!r}?" if close else f"give it a default, or put {{{name}}} into the path"
    there = ", ".join([connection, *parameters])
    return f"{name_of(function)} asks for an argument {name!r}, and there is: {there}; {advice}"


def _wants_connection(asks: Parameter, connection: Connection) -> bool:
    if asks.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL):
        return False
    if asks.name == connection:
        return True
    annotation = asks.annotation
    if isinstance(annotation, str):
        return annotation.partition("[")[0].rpartition(".")[2] in CONNECTION_TYPES
    kind = get_origin(annotation) or annotation
    return inspect.isclass(kind) and any(base.__name__ in CONNECTION_TYPES for base in kind.__mro__)


def _wrap(function: Any, positional: list[Source], keywords: dict[str, Source]) -> Callable[..., Any]:
    def call(connection: Any) -> Any:
        return function(
            *[source(connection) for source in positional],
            **{name: source(connection) for name, source in keywords.items()},
        )

    async def call_and_wait(connection: Any) -> Any:
        return await call(connection)

    async def call_here(connection: Any) -> Any:
        return call(connection)

    if is_async_callable(function):
        return functools.wraps(function)(call_and_wait)
    # To make a generator runs none of its code: no worker thread is needed for that.
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return functools.wraps(function)(call_here)
    return functools.wraps(function)(call)
