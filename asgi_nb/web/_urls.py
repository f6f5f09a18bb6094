"""URLs of connections and routes, and addresses."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from asgi_nb.web._multidict import MultiDict, parse_query, query_text
from asgi_nb.web._utils import parse_host_header
from asgi_nb.web.types import Scope

__all__ = ["URL", "Address", "URLPath"]

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# In a decoded path these would start a query or a fragment, be read as a slash, or be dropped by URL parsers.
_MISREAD_IN_PATH = re.compile(r"[?#\\\x00-\x1f]")

# As some clients send it: it would start a fragment, or be dropped.
_MISREAD_IN_QUERY = re.compile(r"[#\x00-\x1f]")


class Address(NamedTuple):
    """A host and a port, as in `request.client`."""

    host: str
    port: int


class URL:
    """
    A URL in parts.

    Args:
        url: The URL's text.
        scope: An ASGI scope to take the URL from: a well-formed Host header, else the server's address,
            else the path alone.
        **components: Parts as in `replace`.

    Raises:
        TypeError: More than one of the three is given.

    Source: RFC 3986; RFC 9110 section 7.1 for the URL of a request.
    """

    def __init__(self, url: str = "", scope: Scope | None = None, **components: Any) -> None:
        if bool(url) + (scope is not None) + bool(components) > 1:
            raise TypeError("URL takes one of a text, scope= and components, got more")
        if scope is not None:
            url = _url_of_scope(scope)
        elif components:
            url = str(URL("").replace(**components))
        self._url = url
        self._components: SplitResult | None = None

    @property
    def components(self) -> SplitResult:
        """The parts, as `urllib.parse.urlsplit` names them."""
        if self._components is None:
            self._components = urlsplit(self._url)
        return self._components

    @property
    def scheme(self) -> str:
        """What stands before the first colon, in lower case."""
        return self.components.scheme

    @property
    def netloc(self) -> str:
        """User, host and port as they stand in the URL."""
        return self.components.netloc

    @property
    def path(self) -> str:
        """The path, percent-encoded as in the URL."""
        return self.components.path

    @property
    def query(self) -> str:
        """The query without its question mark."""
        return self.components.query

    @property
    def fragment(self) -> str:
        """The fragment without its number sign."""
        return self.components.fragment

    @property
    def username(self) -> str | None:
        """The user in `netloc`; None without one."""
        return self.components.username

    @property
    def password(self) -> str | None:
        """The password in `netloc`; None without one. A repr does not show it."""
        return self.components.password

    @property
    def hostname(self) -> str | None:
        """The host in lower case, an IPv6 address without brackets."""
        return self.components.hostname

    @property
    def port(self) -> int | None:
        """
        The port in `netloc`; None without one, also where the scheme implies it.

        Raises:
            ValueError: It is no number up to 65535.
        """
        return self.components.port

    @property
    def is_secure(self) -> bool:
        """Whether the scheme is https or wss."""
        return self.scheme in ("https", "wss")

    def replace(self, **kwargs: Any) -> "URL":
        """
        A URL with some parts replaced.

        Args:
            **kwargs: Any of `scheme`, `netloc`, `path`, `query`, `fragment`, and `username`, `password`,
                `hostname`, `port`, which replace that part of `netloc`.
        """
        if kwargs.keys() & {"username", "password", "hostname", "port"}:
            kwargs["netloc"] = self._netloc_with(
                kwargs.pop("hostname", None),
                kwargs.pop("port", self.port),
                kwargs.pop("username", self.username),
                kwargs.pop("password", self.password),
            )
        return type(self)(self.components._replace(**kwargs).geturl())

    def _netloc_with(
        self, hostname: str | None, port: int | None, username: str | None, password: str | None
    ) -> str:
        if hostname is None:
            hostname = self.netloc.rpartition("@")[2]
            if not hostname.endswith("]"):
                hostname = hostname.rsplit(":", 1)[0]
        elif ":" in hostname and not hostname.startswith("[") and _is_ipv6(hostname):
            hostname = f"[{hostname}]"
        netloc = hostname if port is None else f"{hostname}:{port}"
        if username is not None:
            user = username if password is None else f"{username}:{password}"
            netloc = f"{user}@{netloc}"
        return netloc

    def include_query_params(self, **kwargs: Any) -> "URL":
        """A URL whose query has these parameters too; one that is there is replaced."""
        params = MultiDict(parse_query(self.query))
        params.update({name: str(value) for name, value in kwargs.items()})
        return self.replace(query=urlencode(params.multi_items()))

    def replace_query_params(self, **kwargs: Any) -> "URL":
        """A URL whose query has these parameters only."""
        return self.replace(query=urlencode({name: str(value) for name, value in kwargs.items()}))

    def remove_query_params(self, keys: str | Sequence[str]) -> "URL":
        """A URL whose query lacks these parameters."""
        gone = [keys] if isinstance(keys, str) else keys
        params = [(name, value) for name, value in parse_query(self.query) if name not in gone]
        return self.replace(query=urlencode(params))

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(self._url)

    def __str__(self) -> str:
        return self._url

    def __repr__(self) -> str:
        shown = self.replace(password="********") if self.password else self
        return f"{type(self).__name__}({str(shown)!r})"


def _is_ipv6(hostname: str) -> bool:
    try:
        ipaddress.IPv6Address(hostname)
    except ValueError:
        return False
    return True


def _url_of_scope(scope: Scope) -> str:
    scheme = scope.get("scheme") or ("ws" if scope.get("type") == "websocket" else "http")
    path: str = scope["path"]
    if _MISREAD_IN_PATH.search(path):
        path = _MISREAD_IN_PATH.sub(lambda match: quote(match[0]), path)
    query = query_text(scope.get("query_string", b""))
    if "#" in query or not query.isprintable():
        query = _MISREAD_IN_QUERY.sub(lambda match: quote(match[0]), query)
    netloc = _netloc_of_scope(scope, scheme)
    if path and path[0] != "/":
        # As a target that is a whole URL: what it begins with is no scheme and no host of ours.
        path = "/" + path
    if netloc is not None:
        path = f"{scheme}://{netloc}{path}"
    elif path.startswith("//"):
        # Without a host the second slash would start one.
        path = "/%2F" + path[2:]
    return f"{path}?{query}" if query else path


def _netloc_of_scope(scope: Scope, scheme: str) -> str | None:
    for name, value in scope["headers"]:
        if name == b"host":
            host = parse_host_header(value.decode("latin-1"))
            if host is not None and host.is_valid_port:
                return host.authority
            break
    server = scope.get("server")
    # A server on a Unix socket has its path for a host, and no port.
    if server is None or server[1] is None:
        return None
    name, port = server
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    return name if port == _DEFAULT_PORTS.get(scheme) else f"{name}:{port}"


class URLPath(str):
    """
    The path of a route, and which protocol and host it is for, if the route says so.

    Args:
        path: The path; a leading `//` and backslashes are percent-encoded, since they would read as a host.
        protocol: `"http"`, `"websocket"` or empty for the base URL's own.
        host: Empty for the base URL's own.
    """

    protocol: str
    host: str

    def __new__(cls, path: str, protocol: Literal["http", "websocket", ""] = "", host: str = "") -> "URLPath":
        if protocol not in ("http", "websocket", ""):
            raise ValueError(f"protocol must be 'http', 'websocket' or '', got {protocol!r}")
        path = path.replace("\\", "%5C")
        if path.startswith("//"):
            path = "/%2F" + path[2:]
        self = str.__new__(cls, path)
        self.protocol = protocol
        self.host = host
        return self

    def make_absolute_url(self, base_url: str | URL) -> URL:
        """The whole URL, with scheme and host of `base_url` where this path does not set them."""
        if isinstance(base_url, str):
            base_url = URL(base_url)
        scheme = base_url.scheme
        if self.protocol:
            scheme = {"http": "http", "websocket": "ws"}[self.protocol] + ("s" if base_url.is_secure else "")
        path = base_url.path.rstrip("/") + str(self)
        return URL(scheme=scheme, netloc=self.host or base_url.netloc, path=path)
