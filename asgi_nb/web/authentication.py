"""
Who makes a request, and what they may do.

A backend finds out, AuthenticationMiddleware asks it and puts the answer into the scope, and
`requires` guards an endpoint.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec
from urllib.parse import urlencode

from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.exceptions import HTTPException
from asgi_nb.web.requests import HTTPConnection, Request
from asgi_nb.web.responses import RedirectResponse
from asgi_nb.web.websockets import WebSocket

__all__ = [
    "AuthCredentials",
    "AuthenticationBackend",
    "AuthenticationError",
    "BaseUser",
    "SimpleUser",
    "UnauthenticatedUser",
    "has_required_scope",
    "requires",
]

P = ParamSpec("P")

# The name of the parameter -> what it must be given.
_CONNECTIONS: dict[str, type[HTTPConnection[Any]]] = {"request": Request, "websocket": WebSocket}


def has_required_scope(conn: HTTPConnection[Any], scopes: Sequence[str]) -> bool:
    """
    Whether the credentials of a connection hold all of these scopes.

    Raises:
        RuntimeError: AuthenticationMiddleware is not installed.
    """
    granted = conn.auth.scopes
    return all(scope in granted for scope in scopes)


def requires(
    scopes: str | Sequence[str], status_code: int = 403, redirect: str | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """
    Let an endpoint be reached only with these scopes.

    Args:
        scopes: One, or several of which all are needed.
        status_code: The answer without them. A WebSocket is closed.
        redirect: The name of a route to send the client to instead, with the URL it wanted as `next`.

    Raises:
        TypeError: The endpoint has no parameter named `request` or `websocket`, or is called with
            something else for it.
    """
    wanted = [scopes] if isinstance(scopes, str) else list(scopes)

    def refuse(request: HTTPConnection[Any]) -> RedirectResponse:
        if redirect is None:
            raise HTTPException(status_code=status_code)
        query = urlencode({"next": str(request.url)})
        return RedirectResponse(f"{request.url_for(redirect)}?{query}", status_code=303)

    def decorate(func: Callable[P, Any]) -> Callable[P, Any]:
        name, position = _connection_parameter(func)

        def connection(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            found = kwargs.get(name, args[position] if position < len(args) else None)
            wanted_type = _CONNECTIONS[name]
            if not isinstance(found, wanted_type):
                raise TypeError(
                    f"Parameter with name '{name}' is required to be of type "
                    f"'{wanted_type.__name__}' not '{type(found).__name__}'"
                )
            return found

        if name == "websocket":

            @functools.wraps(func)
            async def guard_websocket(*args: P.args, **kwargs: P.kwargs) -> Any:
                websocket = connection(args, kwargs)
                if has_required_scope(websocket, wanted):
                    return await func(*args, **kwargs)
                await websocket.close()
                return None

            return guard_websocket

        if is_async_callable(func):

            @functools.wraps(func)
            async def guard_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                request = connection(args, kwargs)
                if has_required_scope(request, wanted):
                    return await func(*args, **kwargs)
                return refuse(request)

            return guard_async

        @functools.wraps(func)
        def guard(*args: P.args, **kwargs: P.kwargs) -> Any:
            request = connection(args, kwargs)
            return func(*args, **kwargs) if has_required_scope(request, wanted) else refuse(request)

        return guard

    return decorate


def _connection_parameter(func: Callable[..., Any]) -> tuple[str, int]:
    for position, name in enumerate(inspect.signature(func).parameters):
        if name in _CONNECTIONS:
            return name, position
    raise TypeError(
        f'No "request" or "websocket" argument on function "{func}"; '
        "@requires finds the connection by that name"
    )


class AuthenticationError(Exception):
    """The credentials that came with a connection are not right."""


class AuthCredentials:
    """
    What a connection may do.

    Args:
        scopes: Names that `requires` asks for.
    """

    def __init__(self, scopes: Sequence[str] | None = None) -> None:
        self.scopes = list(scopes or ())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.scopes!r})"


class BaseUser:
    """Who makes a request. Subclasses say so by these three properties."""

    @property
    def is_authenticated(self) -> bool:
        """Whether it is known who it is."""
        raise NotImplementedError(f"{type(self).__name__} needs a property is_authenticated")

    @property
    def display_name(self) -> str:
        """The name to show."""
        raise NotImplementedError(f"{type(self).__name__} needs a property display_name")

    @property
    def identity(self) -> str:
        """What tells this user from all others."""
        raise NotImplementedError(f"{type(self).__name__} needs a property identity")


class SimpleUser(BaseUser):
    """
    A user of whom only the name is known.

    Args:
        username: The name.
    """

    def __init__(self, username: str) -> None:
        self.username = username

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.username

    @property
    def identity(self) -> str:
        return self.username


class UnauthenticatedUser(BaseUser):
    """Somebody who did not say who they are."""

    @property
    def is_authenticated(self) -> bool:
        return False

    @property
    def display_name(self) -> str:
        return ""

    @property
    def identity(self) -> str:
        return ""


class AuthenticationBackend:
    """What AuthenticationMiddleware asks."""

    async def authenticate(self, conn: HTTPConnection[Any]) -> tuple[AuthCredentials, BaseUser] | None:
        """
        Find out who makes a request; None if it does not say.

        Raises:
            AuthenticationError: What it says is not right.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method authenticate(conn)")
