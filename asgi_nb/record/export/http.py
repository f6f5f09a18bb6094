"""
A request as text of `.http` files, which `%%asgi_request` and editors' REST clients take.

A secret is `{{$processEnv NAME}}`, the word of VS Code's REST Client for an environment variable.
"""

import os
import re

from asgi_nb.record.export.code import Code
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import Outgoing, Secret, Text, outgoing
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.masks import visible

_VARIABLE = re.compile(r"\{\{\$processEnv ([A-Za-z_][A-Za-z0-9_]*)\}\}")


def as_http(exchange: Recorded, *, secrets: bool = False) -> Code:
    """
    Write the request as `.http` text: `METHOD /path`, headers, an empty line, the body.

    Args:
        exchange: The exchange.
        secrets: Whether to show what is masked otherwise, and read from environment variables.

    Raises:
        ExportError: It is a WebSocket session, or the body is no plain text.
    """
    if exchange.websocket:
        raise ExportError(
            f"exchange {exchange.seq} is a WebSocket session, which .http text cannot say; use .as_python()"
        )
    request = outgoing(exchange, secrets=secrets)
    # One space ends the target of a request line, and the text must be read again.
    lines = [f"{request.method} {_written(request.target)}"]
    lines += [f"# {visible(note)}" for note in request.notes]
    body = _body(exchange, request)
    if body.endswith("\n"):
        lines.append("# the body's last line ends are left out: a cell cannot tell them from its own")
    for name, value in request.headers:
        written = _written(value)
        if not written.isascii() or visible(written) != written:
            raise ExportError(
                f"the header {visible(name)!r} has other characters than ASCII, which .http text cannot say; "
                "use .as_httpx()"
            )
        lines.append(f"{name}: {written}".rstrip())
    if body:
        lines += "", body.rstrip("\n")
    return Code("\n".join(lines) + "\n", "http")


def _body(exchange: Recorded, request: Outgoing) -> str:
    try:
        pieces = [piece if isinstance(piece, Secret) else piece.decode() for piece in request.body]
    except ValueError:
        raise _no_text(exchange) from None
    body = _written(tuple(pieces))
    if "\r" in body or visible(body, lines=True) != body:
        raise _no_text(exchange)
    return body


def _no_text(exchange: Recorded) -> ExportError:
    return ExportError(
        f"the request body of exchange {exchange.seq} has bytes or line ends that .http text cannot hold; "
        "use .as_httpx() or .as_curl()"
    )


def _written(value: Text) -> str:
    return "".join(
        f"{{{{$processEnv {piece.name}}}}}" if isinstance(piece, Secret) else piece for piece in value
    )


def with_environment(text: str) -> str:
    """
    Put the values of environment variables in the place of `{{$processEnv NAME}}`.

    Raises:
        LookupError: One of them is not set; the text of the error is its name.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise LookupError(match[1])
        return os.environ[match[1]]

    return _VARIABLE.sub(value, text)
