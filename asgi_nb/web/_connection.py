"""What a request and a WebSocket have in common: a reading view of the scope."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, cast

from asgi_nb.web._cookies import parse_cookies
from asgi_nb.web.datastructures import URL, Address, Headers, QueryParams, State
from asgi_nb.web.types import Receive, Scope

if TYPE_CHECKING:
    # A type variable with a default is in typing from 3.13 on; type checkers know it before.
    from typing_extensions import TypeVar

    StateT = TypeVar("StateT", bound=Mapping[str, Any] | State, default=State)
else:
    from typing import TypeVar

    StateT = TypeVar("StateT")
    """The class of the state that a connection's app keeps."""

__all__ = ["HTTPConnection", "StateT"]


class HTTPConnection(Mapping[str, Any], Generic[StateT]):
    """
    What a request and a WebSocket have in common: a reading view of the scope.

    Args:
        scope: An ASGI scope of type `"http"` or `"websocket"`; also what this is a mapping over.
        receive: Not used; here so that all connections are made alike.

    Raises:
        ValueError: The scope is of another type.
    """

    _url: URL | None = None
    _base_url: URL | None = None
    _headers: Headers | None = None
    _query_params: QueryParams | None = None
    _cookies: dict[str, str] | None = None
    _state: State | None = None

    def __init__(self, scope: Scope, receive: Receive | None = None) -> None:
        if scope["type"] not in ("http", "websocket"):
            raise ValueError(f"scope must be of type 'http' or 'websocket', got {scope['type']!r}")
        self.scope = scope

    def __getitem__(self, key: str) -> Any:
        return self.scope[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scope)

    def __len__(self) -> int:
        return len(self.scope)

    # Not the mapping's: two connections with equal scopes are two connections.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def app(self) -> Any:
        """The application that handles the connection."""
        return self.scope["app"]

    @property
    def url(self) -> URL:
        """The URL the client asked for."""
        if self._url is None:
            self._url = URL(scope=self.scope)
        return self._url

    @property
    def base_url(self) -> URL:
        """The URL the application is served under; ends with a slash."""
        if self._base_url is None:
            # A mount grows root_path; app_root_path is what it was before the first one.
            root = self.scope.get("app_root_path", self.scope.get("root_path", ""))
            path = root if root.endswith("/") else root + "/"
            self._base_url = URL(scope={**self.scope, "path": path, "query_string": b"", "root_path": root})
        return self._base_url

    @property
    def headers(self) -> Headers:
        """The request's headers."""
        if self._headers is None:
            self._headers = Headers(scope=self.scope)
        return self._headers

    @property
    def query_params(self) -> QueryParams:
        """The parameters of the query string."""
        if self._query_params is None:
            self._query_params = QueryParams(self.scope.get("query_string", b""))
        return self._query_params

    @property
    def path_params(self) -> dict[str, Any]:
        """The parameters of the route's path, converted."""
        path_params: dict[str, Any] = self.scope.get("path_params", {})
        return path_params

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies the client sent, by name."""
        if self._cookies is None:
            self._cookies = {}
            for header in self.headers.getlist("cookie"):
                self._cookies.update(parse_cookies(header))
        return self._cookies

    @property
    def client(self) -> Address | None:
        """The client's address; None if the server does not know it."""
        client = self.scope.get("client")
        return None if client is None else Address(*client)

    @property
    def session(self) -> dict[str, Any]:
        """The session, kept by SessionMiddleware."""
        session: dict[str, Any] = self._from_middleware("session", "SessionMiddleware")
        # The toolkit's session notes that it was looked at, for the Vary header; another's need not.
        mark_accessed = getattr(session, "mark_accessed", None)
        if mark_accessed is not None:
            mark_accessed()
        return session

    @property
    def auth(self) -> Any:
        """The credentials, found by AuthenticationMiddleware."""
        return self._from_middleware("auth", "AuthenticationMiddleware")

    @property
    def user(self) -> Any:
        """The user, found by AuthenticationMiddleware."""
        return self._from_middleware("user", "AuthenticationMiddleware")

    def _from_middleware(self, name: str, middleware: str) -> Any:
        if name not in self.scope:
            raise RuntimeError(
                f"{middleware} must be installed to access request.{name}; "
                f"add it with app.add_middleware({middleware}, ...)"
            )
        return self.scope[name]

    @property
    def state(self) -> StateT:
        """What the application's lifespan and its middleware keep for this request."""
        if self._state is None:
            self._state = State(self.scope.setdefault("state", {}))
        return cast("StateT", self._state)

    def url_for(self, name: str, /, **path_params: Any) -> URL:
        """
        The absolute URL of a route.

        Args:
            name: The route's name, `"mount:route"` inside a mount.
            **path_params: A value for each parameter of its path.

        Raises:
            NoMatchFound: No route has that name and these parameters.
            RuntimeError: No application or router handles this request.
        """
        provider = self.scope.get("router") or self.scope.get("app")
        if provider is None:
            raise RuntimeError(
                "The `url_for` method can only be used inside an application or with a router; "
                "this scope has neither 'app' nor 'router'"
            )
        url: URL = provider.url_path_for(name, **path_params).make_absolute_url(base_url=self.base_url)
        return url
