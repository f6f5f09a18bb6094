"""Make the toolkit's objects of what a person wrote; whatever is wrong with it is a CellError."""

import functools
import hashlib
import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from asgi_nb.live.arguments import adapt, name_of
from asgi_nb.live.cells import CompiledCell
from asgi_nb.live.definitions import PARAMETER
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell
from asgi_nb.live.sockets import close_on_failure
from asgi_nb.live.tracing import TracedApp, trace_endpoint
from asgi_nb.record.exchange import Origin
from asgi_nb.web._endpoint_apps import is_function
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.routing import Mount, Route, WebSocketRoute, compile_path
from asgi_nb.web.types import ASGIApp

T = TypeVar("T")


def path_parameters(path: str) -> list[str]:
    """
    Give the names of a path's parameters, in order.

    Raises:
        CellError: It has no leading slash, an unknown convertor, or braces that make no parameter.
    """
    if not isinstance(path, str) or not path.startswith("/"):
        raise CellError(f"route path must start with '/', got {path!r}")
    convertors = _checked(compile_path, path)[2]
    if "{" in (rest := PARAMETER.sub("", path)) or "}" in rest:
        raise CellError(
            f"route path {path!r} has a brace that makes no parameter; write {{name}} or {{name:int}}"
        )
    return list(convertors)


def build_route(
    path: str,
    endpoint: Any,
    methods: Collection[str] | None,
    name: str | None,
    layers: Sequence[Middleware] = (),
    place: str = "server",
) -> Route:
    """Make a route of a function, a class or an ASGI app, with layers around it, that runs at a place."""
    if methods is not None and (isinstance(methods, str) or not isinstance(methods, Collection)):
        raise CellError(f"methods must be a list of words, such as ['GET'], got {methods!r}")
    adapted = adapt(endpoint, path_parameters(path), "request")
    if is_function(adapted):
        adapted = trace_endpoint(adapted, place)
    else:
        layers = [*layers, Middleware(TracedApp, name_of(endpoint), place)]
    return _checked(Route, path, adapted, methods=methods, name=name, middleware=layers)


def build_websocket(
    path: str,
    endpoint: Any,
    name: str | None,
    reason: Callable[[Exception], str],
    layers: Sequence[Middleware] = (),
    place: str = "server",
) -> WebSocketRoute:
    """Make a WebSocket route of a function, a class or an ASGI app; `reason` is for `close_on_failure`."""
    adapted = adapt(endpoint, path_parameters(path), "websocket")
    if is_function(adapted):
        adapted = trace_endpoint(adapted, place, is_websocket=True)
    else:
        layers = [*layers, Middleware(TracedApp, name_of(endpoint), place)]
    return _checked(WebSocketRoute, path, close_on_failure(adapted, reason), name=name, middleware=layers)


def build_mount(path: str, app: ASGIApp, name: str | None) -> Mount:
    """Make a mount of an ASGI app."""
    if not callable(app):
        raise CellError(f"cannot mount {name_of(app)}; expected an ASGI app: async (scope, receive, send)")
    path_parameters(path or "/")
    title = name or getattr(app, "title", None)
    layer = Middleware(TracedApp, title if isinstance(title, str) else name_of(app))
    return _checked(Mount, path, app=app, name=name, middleware=[layer])


def _checked(make: Callable[..., T], *args: Any, **options: Any) -> T:
    try:
        return make(*args, **options)
    except ValueError as exc:
        raise CellError(str(exc)) from None


def origin_of(cell: Cell, target: Any, compiled: CompiledCell | None) -> Origin:
    """
    Say which cell defined something, and where its code stands.

    Args:
        cell: The cell that ran.
        target: The endpoint, app or middleware.
        compiled: What the cell's text became, when the target comes from a text.
    """
    inner = target
    while isinstance(inner, functools.partial):
        inner = inner.func
    inner = inspect.unwrap(inner)
    code = getattr(inner, "__code__", None)
    if compiled is not None:
        filename, lineno = compiled.filename, compiled.lineno
    elif code is not None:
        filename, lineno = code.co_filename, code.co_firstlineno
    else:
        # A class or an object: where it was written matters less than which cell put it here.
        filename, lineno = "", 0
    return Origin(
        cell_id=cell.id,
        execution_count=cell.execution_count,
        # 16 hex digits tell the versions of one cell apart.
        source_hash=hashlib.sha256(cell.source.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        function=getattr(inner, "__qualname__", None) or name_of(inner),
        filename=filename,
        lineno=lineno,
        source=cell.source,
    )
