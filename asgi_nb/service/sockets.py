"""
Bind in the calling thread, so that a busy port is an error in the cell that asked for it.

The protocol number is spelled out: with `proto=0` asyncio does not recognise the accepted
connections as TCP and leaves Nagle's algorithm on, 40 ms per answer.
"""

import errno
import ipaddress
import socket
import sys

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.holders import holder_of

BACKLOG = 2048
"""Connections that wait to be accepted; uvicorn's own number."""


def listen(host: str, port: int) -> socket.socket:
    """
    Give a listening TCP socket.

    Args:
        host: A name or address of this machine. A name that has both gives its IPv4 address.
        port: 0 to 65535; 0 lets the system choose.

    Raises:
        ServiceError: The port is no port, or is in use, or needs rights that this process
            has not; or the host is unknown, or is not this machine's.
    """
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65535:
        raise ServiceError(f"port must be an integer from 0 to 65535, got {port!r}; 0 lets the system choose")
    if not isinstance(host, str) or not host:
        raise ServiceError(
            f"host must be a name or an address, got {host!r}; 127.0.0.1 is this machine alone"
        )
    family, address = _resolve(host, port)
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # There, SO_REUSEADDR would let another process take the port over.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # A port is free at once after a stop, though old connections linger in TIME_WAIT.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        # bind() alone finds no fault with a port that another socket with SO_REUSEADDR listens on.
        sock.listen(BACKLOG)
    except OSError as exc:
        sock.close()
        raise _refused(host, port, exc) from exc
    return sock


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches `address`, which is an IP address as text."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolve(
    host: str, port: int
) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError) as exc:
        raise ServiceError(
            f"host {host!r} is no name or address of this machine; 127.0.0.1 serves this machine alone, "
            "0.0.0.0 every network it is on"
        ) from exc
    found.sort(key=lambda info: info[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, address  # type: ignore[return-value]  # TCP has no two-element bytes address


def _refused(host: str, port: int, exc: OSError) -> ServiceError:
    if exc.errno == errno.EADDRINUSE:
        holder = holder_of(port)
        by = f" by {holder}" if holder else ""
        return ServiceError(
            f"port {port} is in use on {host}{by}; stop what holds it, "
            "or pass port=0 to let the system choose"
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return ServiceError(
            f"port {port} needs rights that this process has not; pass a port from 1024 up, or port=0"
        )
    if exc.errno == errno.EADDRNOTAVAIL:
        return ServiceError(
            f"host {host!r} is not an address of this machine; pass 127.0.0.1, or 0.0.0.0 for every network"
        )
    return ServiceError(f"cannot listen on {host}, port {port}: {exc}; try port=0 and host='127.0.0.1'")
