"""
What a server lets in: every option of `start`, with its default and the reason for it.

One place: `start`, `serve` and the magic hand their options on to `Options`.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from asgi_nb.service.errors import ServiceError

MIB = 1 << 20


@dataclass(frozen=True)
class Options:
    """
    The limits of one server.

    Raises:
        ServiceError: A value is not what its field says.
    """

    allowed_hosts: Collection[str] = ()
    """Host names that are answered beside those of this machine and of its Jupyter server:
    `"api.example"`, `"*.example"` for all names below, `"*"` for any."""
    allowed_origins: Collection[str] = ()
    """Pages that may open WebSockets, beside the server's own, those of this machine and those of
    Jupyter: `"https://app.example"`, `"*"` for any."""
    max_body_size: int = 64 * MIB
    """Bytes of a request's body. A data set of a lesson fits; the kernel holds it several times
    over, as bytes, parsed and recorded."""
    max_header_size: int = 64 << 10
    """Bytes of all header names and values, and of the path with its query. As in Tornado, so what
    Jupyter's proxy lets through is not refused here."""
    max_headers: int = 100
    """Header lines of one request. As in Apache and in Python's own http.client."""
    max_connections: int = 500
    """Connections at once, WebSockets included: half of the 1024 files that a process may usually open."""
    max_message_size: int = 16 * MIB
    """Bytes of one WebSocket message. uvicorn's own."""
    head_timeout: float = 30.0
    """Seconds until a request's headers have come: enough to type them into netcat."""
    server_timing: bool = False
    """Whether responses say in a Server-Timing header where the time went. Off: whoever can read it can
    measure the handlers."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is bool:
                if not isinstance(value, bool):
                    raise ServiceError(f"{field.name} must be True or False, got {value!r}")
            elif field.type in (int, float):
                if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
                    raise ServiceError(f"{field.name} must be a number above 0, got {value!r}")
            elif isinstance(value, str) or not isinstance(value, Collection):
                raise ServiceError(
                    f"{field.name} must be a list of texts, got {value!r}; write [{str(value)!r}]"
                )
        for name in self.allowed_hosts:
            if not isinstance(name, str) or not name or any(c in name for c in "/: \t"):
                raise ServiceError(
                    f"allowed_hosts holds host names without scheme and port, got {name!r}; "
                    "write for example 'api.example', '*.example', or '*' for any"
                )
        for origin in self.allowed_origins:
            if not isinstance(origin, str) or not (origin == "*" or "://" in origin):
                raise ServiceError(
                    f"allowed_origins holds origins with their scheme, got {origin!r}; "
                    "write for example 'https://app.example', or '*' for any"
                )


def read_options(given: Mapping[str, Any]) -> Options:
    """
    Make Options of keyword arguments.

    Raises:
        ServiceError: A name is unknown, or a value is not what its field says.
    """
    known = [field.name for field in fields(Options)]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            raise ServiceError(f"a server has no option {name!r}; {advice}")
    return Options(**given)
