"""Turn an ASGI scope into an Exchange that has just begun. What a server got wrong is a fault."""

from collections.abc import Mapping
from typing import Any

from asgi_nb.record.body import Body, Headers
from asgi_nb.record.exchange import EXCHANGE_OVERHEAD, Exchange
from asgi_nb.record.http import RequestRecord
from asgi_nb.record.websocket import WebSocketRecord

# Key -> what stands for a missing or unusable value. Source: ASGI, HTTP and WebSocket connection scopes.
DEFAULTS: dict[str, str | bytes] = {
    "method": "GET",
    "path": "/",
    "raw_path": b"",
    "query_string": b"",
    "http_version": "1.1",
    "root_path": "",
    "scheme": "http",
}


def open_exchange(scope: Mapping[str, Any], started_at: float) -> Exchange:
    """
    Begin an exchange.

    Args:
        scope: An ASGI scope of type "http" or "websocket".
        started_at: Seconds since the Unix epoch.
    """
    get = scope.get
    is_http = scope["type"] == "http"
    faults: list[str] = []
    method, path, query_string = get("method", "GET"), get("path", "/"), get("query_string", b"")
    raw_path, root_path = get("raw_path") or b"", get("root_path", "")
    scheme, http_version = get("scheme") or ("http" if is_http else "ws"), get("http_version", "1.1")
    if not (
        type(method) is type(path) is type(root_path) is type(scheme) is type(http_version) is str
        and type(query_string) is type(raw_path) is bytes
    ):
        values = {key: _checked(key, get(key), faults) for key in DEFAULTS}
        method, path, raw_path, query_string, http_version, root_path, scheme = values.values()
    request = RequestRecord(
        method if is_http else "WS",
        path_in_app(path, root_path),
        raw_path,
        query_string,
        (),
        Body("request", ()),
    )
    path = request.path
    exchange = Exchange(
        "http" if is_http else "websocket",
        started_at,
        request,
        scheme,
        http_version,
        root_path,
        _address(get("client")),
        _address(get("server")),
    )
    headers, size = read_headers(exchange, "scope", get("headers", ()), 0)
    request.headers = request.body.headers = headers
    exchange.kept_size = EXCHANGE_OVERHEAD + size + len(path) + len(raw_path) + len(query_string)
    if not is_http:
        offered = get("subprotocols") or ()
        exchange.websocket = WebSocketRecord(
            tuple(name for name in offered if isinstance(name, str))
            if isinstance(offered, list | tuple)
            else ()
        )
    for fault in faults:
        exchange.add_fault(0, fault)
    return exchange


def path_in_app(path: str, root_path: str) -> str:
    """Take a proxy's prefix off a path: where it ends, the app begins. `raw_path` stays as it came."""
    if root_path and path.startswith(root_path) and path[len(root_path) : len(root_path) + 1] in ("", "/"):
        return path[len(root_path) :] or "/"
    return path


def _checked(key: str, value: object, faults: list[str]) -> Any:
    default = DEFAULTS[key]
    if value is None:
        return default
    if isinstance(value, type(default)):
        return value
    faults.append(f"scope[{key!r}] must be {type(default).__name__}, got {type(value).__name__}")
    return default


def _address(value: object) -> tuple[str, int | None] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    host, port = value
    return str(host), port if isinstance(port, int) else None


def read_headers(exchange: Exchange, where: str, value: object, at_ns: int) -> tuple[Headers, int]:
    """
    Take a snapshot of a header list.

    A field that is no pair of bytes is a fault, and recorded as its text. Headers that can be read only once
    are left for the server, and are a fault.

    Args:
        exchange: Gets the faults.
        where: What held the list, for the faults' text.
        value: The header list of a scope or a message.
        at_ns: Nanoseconds from the exchange's start.

    Returns:
        The fields, and their size in bytes.
    """
    if not isinstance(value, list | tuple):
        exchange.add_fault(
            at_ns, f"{where}: headers must be a list, got {type(value).__name__}; they are not recorded"
        )
        return (), 0
    headers: list[tuple[bytes, bytes]] = []
    size = 0
    for field in value:
        try:
            name, content = field
            if type(name) is not bytes or type(content) is not bytes:
                field = _bytes(name), _bytes(content)
                got = f"({type(name).__name__}, {type(content).__name__})"
                exchange.add_fault(at_ns, f"{where}: a header must be a pair of bytes, got {got}")
                name, content = field
        except (TypeError, ValueError):
            exchange.add_fault(
                at_ns, f"{where}: a header must be a pair of bytes, got {type(field).__name__}"
            )
            continue
        headers.append(field if type(field) is tuple else (name, content))
        size += len(name) + len(content)
    return tuple(headers), size


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    raise TypeError
