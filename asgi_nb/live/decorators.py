"""`@app.get("/items")` and its kin, on top of `add_route`, `add_websocket_route` and `add_middleware`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Decorators(ABC):
    """Decorators that give back what they decorate, so that a cell's names stay what they are."""

    @abstractmethod
    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
    ) -> Any:
        """Route requests to an endpoint."""

    @abstractmethod
    def add_websocket_route(self, path: str, endpoint: Callable[..., Any], name: str | None = None) -> Any:
        """Route WebSocket sessions to an endpoint."""

    @abstractmethod
    def add_middleware(self, middleware: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Put a middleware around all that is there."""

    def route(
        self, path: str, methods: Collection[str] | None = None, *, name: str | None = None
    ) -> Callable[[F], F]:
        """Decorate an endpoint: `@app.route("/items", methods=["GET", "POST"])`."""

        def decorate(endpoint: F) -> F:
            self.add_route(path, endpoint, methods, name)
            return endpoint

        return decorate

    def get(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for GET, and HEAD with it."""
        return self.route(path, ["GET"], name=name)

    def head(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for HEAD."""
        return self.route(path, ["HEAD"], name=name)

    def post(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for POST."""
        return self.route(path, ["POST"], name=name)

    def put(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for PUT."""
        return self.route(path, ["PUT"], name=name)

    def patch(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for PATCH."""
        return self.route(path, ["PATCH"], name=name)

    def delete(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for DELETE."""
        return self.route(path, ["DELETE"], name=name)

    def options(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate an endpoint for OPTIONS."""
        return self.route(path, ["OPTIONS"], name=name)

    def websocket(self, path: str, *, name: str | None = None) -> Callable[[F], F]:
        """Decorate a WebSocket endpoint."""

        def decorate(endpoint: F) -> F:
            self.add_websocket_route(path, endpoint, name)
            return endpoint

        return decorate

    def middleware(self, function: F) -> F:
        """Decorate a middleware: an `async def f(request, call_next)`, or what makes an ASGI app of one."""
        self.add_middleware(function)
        return function
