"""`@app.get("/items")` and its kin, on top of `add_route` and the other methods that take an object."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from asgi_nb.live.places import Place

F = TypeVar("F", bound=Callable[..., Any])


# What older toolkits have, and what does the same here.
INSTEAD = {
    "add_event_handler": "use @app.lifespan, or a %%asgi_lifespan cell",
    "api_route": "use @app.route(path, methods=[...])",
    "include_router": "use app.mount(path, router)",
    "on_event": "use @app.lifespan, or a %%asgi_lifespan cell",
    "websocket_route": "use @app.websocket(path)",
}


class Options(TypedDict, total=False):
    """What each decorator of a route takes; see `Decorators.route`."""

    name: str | None
    on: Place | None
    pickup: float | None


class Decorators(ABC):
    """Decorators that give back what they decorate, so that a cell's names stay what they are."""

    @abstractmethod
    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        *,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Any:
        """Route requests to an endpoint."""

    @abstractmethod
    def add_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Any:
        """Route WebSocket sessions to an endpoint."""

    @abstractmethod
    def add_middleware(self, middleware: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Put a middleware around all that is there."""

    @abstractmethod
    def add_exception_handler(
        self, exc_class_or_status_code: int | type[Exception], handler: Callable[..., Any]
    ) -> Any:
        """Answer a status or a class of exceptions with a handler."""

    @abstractmethod
    def add_lifespan(self, lifespan: Callable[..., Any]) -> Any:
        """Run a startup and a shutdown with the server."""

    # Not for the type checker, to which every name would then be one of an app.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            advice = INSTEAD.get(name)
            more = "" if advice is None else f"; {advice}"
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{more}")

    def route(
        self,
        path: str,
        methods: Collection[str] | None = None,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Callable[[F], F]:
        """
        Decorate an endpoint: `@app.route("/items", methods=["GET", "POST"])`.

        Args:
            path: The path, with parameters as in `/items/{item_id:int}`.
            methods: Names of methods.
            name: The name for `url_for`.
            on: `"server"`, `"thread"` or `"kernel"`: where it runs.
            pickup: Seconds that a request waits for the kernel.
        """

        def decorate(endpoint: F) -> F:
            self.add_route(path, endpoint, methods, name, on=on, pickup=pickup)
            return endpoint

        return decorate

    def get(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for GET, and HEAD with it."""
        return self.route(path, ["GET"], **options)

    def head(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for HEAD."""
        return self.route(path, ["HEAD"], **options)

    def post(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for POST."""
        return self.route(path, ["POST"], **options)

    def put(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for PUT."""
        return self.route(path, ["PUT"], **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for PATCH."""
        return self.route(path, ["PATCH"], **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for DELETE."""
        return self.route(path, ["DELETE"], **options)

    def options(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        """Decorate an endpoint for OPTIONS."""
        return self.route(path, ["OPTIONS"], **options)

    def websocket(
        self,
        path: str,
        *,
        name: str | None = None,
        on: Place | None = None,
        pickup: float | None = None,
    ) -> Callable[[F], F]:
        """Decorate a WebSocket endpoint."""

        def decorate(endpoint: F) -> F:
            self.add_websocket_route(path, endpoint, name, on=on, pickup=pickup)
            return endpoint

        return decorate

    def middleware(self, function: F) -> F:
        """Decorate a middleware: an `async def f(request, call_next)`, or what makes an ASGI app of one."""
        self.add_middleware(function)
        return function

    def exception_handler(self, exc_class_or_status_code: int | type[Exception]) -> Callable[[F], F]:
        """Decorate a function of `(request, exc)` that answers a status or a class of exceptions."""

        def decorate(handler: F) -> F:
            self.add_exception_handler(exc_class_or_status_code, handler)
            return handler

        return decorate

    def lifespan(self, function: F) -> F:
        """Decorate a lifespan: an `async def f(app)` with one `yield` between startup and shutdown."""
        self.add_lifespan(function)
        return function
