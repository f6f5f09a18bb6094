"""What all routes have in common: a pattern that requests match, and paths that are made from it."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from asgi_nb.web._endpoint_apps import is_function
from asgi_nb.web._entries import Match
from asgi_nb.web._handover import call
from asgi_nb.web._paths import Pattern, bind
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.convertors import Convertor
from asgi_nb.web.datastructures import URLPath
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send
from asgi_nb.web.websockets import WebSocketClose

__all__ = [
    "BaseRoute",
    "EndpointRoute",
    "NoMatchFound",
    "PatternRoute",
    "compile_path",
    "get_name",
    "name_inside",
    "replace_params",
    "wrapped",
]

_PLACEHOLDER = re.compile("{([a-zA-Z_][a-zA-Z0-9_]*)}")


class NoMatchFound(Exception):
    """
    No route has the name and takes exactly the parameters that `url_for` or `url_path_for` was given.

    Args:
        name: The name asked for.
        path_params: The parameters given.
    """

    def __init__(self, name: str, path_params: dict[str, Any]) -> None:
        super().__init__(f'No route exists for name "{name}" and params "{", ".join(path_params)}".')


def compile_path(path: str) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
    """
    The regular expression, the template and the convertors of a route path or a host.

    Args:
        path: As in `"/users/{id:int}"` or `"{sub}.example.org"`.

    Raises:
        ValueError: A kind of parameter is unknown, or a name stands twice.
    """
    pattern = Pattern(path)
    return pattern.regex, pattern.format, pattern.convertors


def get_name(endpoint: Callable[..., Any]) -> str:
    """
    The name of a route that is not given one.

    Args:
        endpoint: A function or a class, which has a name, or an object, which gets that of its class.
    """
    name: str | None = getattr(endpoint, "__name__", None)
    return type(endpoint).__name__ if name is None else name


def replace_params(
    path: str, param_convertors: dict[str, Convertor[Any]], path_params: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """
    Fill in a template. The parameters it takes are removed from `path_params`; those it misses stay
    placeholders.

    Args:
        path: The template, as in `"/users/{id}"`.
        param_convertors: How to write each value.
        path_params: The values.

    Returns:
        The path, and the parameters that are left.
    """
    if not path_params:
        return path, path_params

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return param_convertors[name].to_string(path_params.pop(name)) if name in path_params else match[0]

    return _PLACEHOLDER.sub(fill, path), path_params


class BaseRoute:
    """What a router asks of a route. Subclasses may be anything that can say whether it matches."""

    has_lifespan = False
    """Whether `app` is an app with a lifespan of its own, to be run by the router."""

    lifespan_state: dict[str, Any] | None = None
    """What the lifespan of the app behind the route added to the state."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route fits, and what it puts into the scope if it is taken. Changes nothing."""
        raise NotImplementedError(f"{type(self).__name__} needs a method matches(scope)")

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path under which the route is found.

        Raises:
            NoMatchFound: It has another name or other parameters.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method url_path_for(name, **path_params)")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. The scope has been updated with what `matches` gave."""
        raise NotImplementedError(f"{type(self).__name__} needs a method handle(scope, receive, send)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Use the route alone, as an ASGI app."""
        match, child_scope = self.matches(scope)
        if match is Match.NONE:
            app = PlainTextResponse("Not Found", 404) if scope["type"] == "http" else WebSocketClose()
            await app(scope, receive, send)
            return
        scope.update(child_scope)
        await self.handle(scope, receive, send)


class PatternRoute(BaseRoute):
    """A route that is found by a pattern of its path."""

    path: str
    app: ASGIApp
    name: str | None
    path_format: str
    param_convertors: dict[str, Convertor[Any]]

    # None once a subclass has put in a regular expression of its own.
    _pattern: Pattern | None = None
    _path_regex: re.Pattern[str] | None = None

    def _read(self, source: str) -> None:
        self._pattern = pattern = Pattern(source)
        self.path_format = pattern.format
        self.param_convertors = pattern.convertors

    @property
    def path_regex(self) -> re.Pattern[str]:
        """What the path must match; compiled when first asked for. Setting it makes it decide."""
        if self._path_regex is None:
            if self._pattern is None:
                raise AttributeError(f"{type(self).__name__} has no path yet; call super().__init__()")
            self._path_regex = self._pattern.regex
        return self._path_regex

    @path_regex.setter
    def path_regex(self, regex: re.Pattern[str]) -> None:
        self._pattern = None
        self._path_regex = regex

    def _bind(self, scope: Scope) -> dict[str, Any] | None:
        return bind(self.path_regex, self.param_convertors, get_route_path(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await call(self.app, scope, receive, send)


class EndpointRoute(PatternRoute):
    """A route that leads to one endpoint."""

    endpoint: Callable[..., Any]

    def _set_up(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None,
        middleware: Sequence[Middleware] | None,
        wrap: Callable[[Callable[..., Any]], ASGIApp],
    ) -> bool:
        if not path.startswith("/"):
            raise ValueError(f"route path must start with '/', got {path!r}")
        self.path = path
        self.endpoint = endpoint
        self.name = get_name(endpoint) if name is None else name
        function = is_function(endpoint)
        app = wrap(endpoint) if function else endpoint
        self.app = wrapped(app, middleware) if middleware else app
        self._read(path)
        return function

    def _url_path(
        self, name: str, path_params: dict[str, Any], protocol: Literal["http", "websocket"]
    ) -> URLPath:
        if name != self.name or path_params.keys() != self.param_convertors.keys():
            raise NoMatchFound(name, path_params)
        path, _ = replace_params(self.path_format, self.param_convertors, path_params)
        return URLPath(path=path, protocol=protocol)


def wrapped(app: ASGIApp, middleware: Sequence[Middleware] | None) -> ASGIApp:
    """The app with the middleware around it, the outermost first."""
    for cls, args, kwargs in reversed(middleware or ()):
        app = cls(app, *args, **kwargs)
    return app


def name_inside(mount_name: str | None, name: str) -> str | None:
    """The name inside a mount; None if the name leads elsewhere."""
    if mount_name is None:
        return name
    return name[len(mount_name) + 1 :] if name.startswith(mount_name + ":") else None
