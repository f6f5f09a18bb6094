"""
Know the names under which a server may be addressed, and the pages that belong to it.

A page on evil.example whose name suddenly resolves to 127.0.0.1 (DNS rebinding) is, for its
browser, of one origin with our server: it may read every answer and set every header but those
that the browser keeps for itself, Host and Origin among them. So X-Forwarded-Prefix,
X-Forwarded-Host or a cookie prove nothing, and Host alone decides:

1. Names that no stranger can point anywhere are answered: localhost and what is below it
   (RFC 6761 section 6.3), and addresses, for a page on an address came from that address. On
   every port: a tunnel or a container shows the server on another one than its own.
2. Names that the environment gives are answered: the hub's public name, the Jupyter server's
   own, a codespace's. Strangers do not write the environment.
3. Behind jupyter-server-proxy the browser's Host arrives unchanged, and the kernel may never
   have been told the public name. It is answered when the connection belongs to the process of
   our Jupyter server (see `peers`), which lets nobody through who has not logged in; a browser
   sends its login only to the name at which the person logged in. Proven once, the name is
   remembered: proof costs milliseconds.
4. Names that the person allows. The rest is refused.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator, Mapping
from time import monotonic
from urllib.parse import urlsplit

from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.options import Options
from asgi_nb.service.peers import JupyterProcess

# RFC 3986 section 3.2.2: a name or an IPv4 address, or an IPv6 address in brackets; then a port.
_HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._~-]{1,253}))(?::[0-9]{0,5})?")

REMEMBERED = 256
"""Spellings of Host that are remembered; what comes after is looked at each time."""
PROOF_INTERVAL = 1.0
"""Seconds until a Host that could not be proven is looked at again: a hostile page asks often."""


class Names:
    """
    The names of one server.

    Args:
        address: The IP address that it listens on.
        host: What the person asked for: that address, or a name.
        port: Its port.
        options: What the person allows.
        environ: The environment of the kernel.
        jupyter: The Jupyter server that started it.
        process: Tells whether that one's process is the peer.
    """

    def __init__(
        self,
        address: str,
        host: str,
        port: int,
        options: Options,
        environ: Mapping[str, str],
        jupyter: Jupyter | None,
        process: JupyterProcess,
    ) -> None:
        listening = ipaddress.ip_address(address.partition("%")[0])
        self._public = not listening.is_loopback
        self._process = process
        self._own_port = f":{port}".encode()
        self._allowed = {name.lower() for name in options.allowed_hosts}
        self._origins = {origin.lower().rstrip("/") for origin in options.allowed_origins}
        self._environment = set(_environment_names(environ, jupyter, port))
        self._machine = {host.lower(), str(listening), *(_machine_names() if self._public else ())}
        # Host as it was sent -> answered. Read on each request.
        self._known: set[bytes] = set()
        self._fronts: set[bytes] = set()
        self._unproven: dict[bytes, float] = {}

    def allows(self, host: bytes, client: tuple[str, int] | None) -> bool:
        """
        Whether a request with this Host is answered.

        Args:
            host: The header as it came, with or without a port.
            client: Who is connected.
        """
        if host in self._known:
            return True
        name = host_name(host)
        if name is None or not (self._is_ours(name) or self.is_front(host, client)):
            return False
        if len(self._known) < REMEMBERED:
            self._known.add(host)
        return True

    def is_front(self, host: bytes, client: tuple[str, int] | None) -> bool:
        """
        Whether requests with this Host come through jupyter-server-proxy.

        Args:
            host: The header as it came.
            client: Who is connected.
        """
        if host in self._fronts:
            return True
        if self._is_direct(host) or monotonic() < self._unproven.get(host, 0.0):
            return False
        if not self._process.holds(client):
            if len(self._unproven) >= REMEMBERED:
                self._unproven.clear()
            self._unproven[host] = monotonic() + PROOF_INTERVAL
            return False
        if len(self._fronts) < REMEMBERED:
            self._fronts.add(host)
        return True

    def allows_origin(self, origin: bytes, host: bytes, forwarded_host: bytes = b"") -> bool:
        """
        Whether a page of this origin may open a WebSocket.

        The scheme of a page of our own is not looked at: TLS ends at the proxy.

        Args:
            origin: The header as it came.
            host: The Host of the same request, which is an allowed one.
            forwarded_host: Its X-Forwarded-Host. A page cannot set headers of an upgrade, so it
                is from a proxy that has put another Host in place.
        """
        text = origin.decode("latin-1").lower().rstrip("/")
        if "*" in self._origins or text in self._origins:
            return True
        scheme, _, rest = text.partition("://")
        netloc = rest.encode("latin-1")
        name = host_name(netloc)
        if name is None or scheme not in ("http", "https"):
            return False
        if netloc in (host.lower(), forwarded_host.lower()) or netloc in self._fronts:
            return True
        return _is_local(name) or _matches(name, self._environment)

    def _is_direct(self, host: bytes) -> bool:
        name = host_name(host)
        return name is None or (host.endswith(self._own_port) and _is_local(name))

    def _is_ours(self, name: str) -> bool:
        if _is_local(name) or name in self._machine or "*" in self._allowed:
            return True
        if _matches(name, self._environment) or _matches(name, self._allowed):
            return True
        return self._public and _address(name) is not None


def host_name(host: bytes) -> str | None:
    """
    Give the name in a Host header, in lower case, without port, brackets and the root's dot.

    Returns:
        None when it is no host.
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    name = (found[1] or found[2]).decode("ascii").lower().removesuffix(".")
    return name or None


def _is_local(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def _matches(name: str, patterns: set[str]) -> bool:
    """Whether a name is among the patterns; `*.example` stands for all below: a.b.example, not example."""
    return name in patterns or any(one.startswith("*.") and name.endswith(one[1:]) for one in patterns)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _environment_names(environ: Mapping[str, str], jupyter: Jupyter | None, port: int) -> Iterator[str]:
    # JupyterHub's reference of environment variables.
    urls = [environ.get(f"JUPYTERHUB_{key}", "") for key in ("PUBLIC_URL", "PUBLIC_HUB_URL", "HOST")]
    if jupyter is not None:
        urls.append(jupyter.url)
    for url in urls:
        if name := _url_name(url):
            yield name
    # GitHub's default environment variables for a codespace.
    if domain := environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"):
        yield f"{environ.get('CODESPACE_NAME', '')}-{port}.{domain}".lower()
    if "COLAB_RELEASE_TAG" in environ:
        # Its proxy; no browser reaches the loopback address of that machine in another way.
        yield from ("*.googleusercontent.com", "*.colab.dev")


def _url_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _machine_names() -> Iterator[str]:
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    yield from (name, short, f"{short}.local")
