"""A request as a Python script: with httpx2 or httpx, and a WebSocket session with websockets."""

from asgi_nb.record.export import literals
from asgi_nb.record.export.code import Code
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import Outgoing, Text, outgoing
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.masks import visible

LIBRARIES = ("httpx2", "httpx")


def as_httpx(
    exchange: Recorded, library: str = "httpx2", *, secrets: bool = False, base_url: str | None = None
) -> Code:
    """
    Write the request as a script that sends it and prints the response.

    Args:
        exchange: The exchange.
        library: "httpx2" or "httpx": they have the same functions.
        secrets: Whether to show what is masked otherwise, and read from environment variables.
        base_url: Scheme, host and port to send it to; by default where it came to.

    Raises:
        ExportError: It is a WebSocket session, or its body was cut or cannot be masked.
        ValueError: `library` is neither.
    """
    if library not in LIBRARIES:
        raise ValueError(f'library must be "httpx2" or "httpx", got {library!r}')
    if exchange.websocket:
        raise ExportError(
            f"exchange {exchange.seq} is a WebSocket session, and {library} has none; use .as_python()"
        )
    request = outgoing(exchange, secrets=secrets, base_url=base_url)
    arguments = [literals.quoted(request.method), literals.text(request.url), *request_arguments(request)]
    lines = [
        *comments(request),
        *(["import os\n"] if request.secrets else []),
        f"import {library}\n",
        f"response = {library}.request(",
        *(f"    {argument}," for argument in arguments),
        ")",
        "print(response.status_code)",
        "print(response.text)",
    ]
    return Code("\n".join(lines) + "\n", "python")


def comments(request: Outgoing) -> list[str]:
    """Write what a reader must know, as comments."""
    lines = [f"# {visible(note)}" for note in request.notes]
    if request.secrets:
        names = ", ".join(secret.name for secret in request.secrets)
        lines.append(f"# Set in the environment first, for the values are masked: {names}")
    return lines


def request_arguments(request: Outgoing, indent: int = 4) -> list[str]:
    """
    Write headers and body as keyword arguments of httpx.

    Args:
        request: The request.
        indent: Spaces before each argument.
    """
    arguments = []
    dropped: tuple[str, ...] = ()
    body = ""
    if request.body:
        if request.content_type.strip().lower() == "application/json":
            try:
                body = f"json={literals.value(literals.json_value(request.body), indent)}"
                dropped = ("content-type",)
            except ValueError:
                # No JSON, or more than Python's says: its bytes are sent as they are.
                body = ""
        body = body or f"content={literals.content(request.body, request.charset)}"
    headers = request.without(*dropped)
    if headers:
        arguments.append(f"headers={_pairs(headers, indent)}")
    if body:
        arguments.append(body)
    return arguments


def _pairs(headers: tuple[tuple[str, Text], ...], indent: int) -> str:
    """Write headers as pairs: a dict would lose the ones that stand twice."""
    space = " " * (indent + 4)
    lines = []
    for name, value in headers:
        if literals.is_ascii(value):
            lines.append(f"{space}({literals.quoted(name)}, {literals.text(value)}),\n")
        else:
            # As bytes, both halves: clients read other characters in several ways.
            lines.append(f"{space}({name.encode('latin-1')!r}, {literals.octets(value)}),\n")
    return f"[\n{''.join(lines)}{' ' * indent}]"


def as_python(exchange: Recorded, *, secrets: bool = False, base_url: str | None = None) -> Code:
    """
    Write the exchange as a script: a request with httpx2, a WebSocket session with websockets.

    The script of a session sends what the client sent and waits for what the app sent, in the captured order.

    Args:
        exchange: The exchange.
        secrets: Whether to show what is masked otherwise, and read from environment variables.
        base_url: Scheme, host and port to send it to; by default where it came to.

    Raises:
        ExportError: The body or a message of the client was cut, or cannot be masked.
    """
    if not exchange.websocket:
        return as_httpx(exchange, secrets=secrets, base_url=base_url)
    from asgi_nb.record.export.websockets import as_websockets

    return as_websockets(exchange, secrets=secrets, base_url=base_url)
