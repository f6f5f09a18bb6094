"""
Apps around apps.

A middleware is a class, or a function, that takes the inner app first and gives an app:
`cls(app, *args, **kwargs)`. `Middleware` writes that call down, for a list of them.
"""

from collections.abc import Iterator
from typing import Any, ParamSpec, Protocol

from asgi_nb.web.types import ASGIApp

__all__ = ["Middleware"]

P = ParamSpec("P")


class _MiddlewareFactory(Protocol[P]):
    def __call__(self, app: ASGIApp, /, *args: P.args, **kwargs: P.kwargs) -> ASGIApp: ...


class Middleware:
    """
    A middleware that is not built yet.

    Args:
        cls: Called with the inner app, `args` and `kwargs` when the stack is built.
    """

    def __init__(self, cls: _MiddlewareFactory[P], *args: P.args, **kwargs: P.kwargs) -> None:
        self.cls = cls
        self.args = args
        self.kwargs = kwargs

    def __iter__(self) -> Iterator[Any]:
        return iter((self.cls, self.args, self.kwargs))

    def __repr__(self) -> str:
        parts = [getattr(self.cls, "__name__", ""), *map(repr, self.args)]
        parts += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"{type(self).__name__}({', '.join(parts)})"
