"""A WebSocket session as a Python script, with the package websockets."""

from asgi_nb.record.export import literals
from asgi_nb.record.export.code import Code
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import Names, Text, outgoing, split
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.masks import MASK, mask_text, visible
from asgi_nb.record.websocket import WebSocketMessage

# What the handshake of websockets writes by itself, or takes in an argument of its own.
OWN_HEADERS = ("origin", "user-agent", "accept-encoding", "cache-control", "pragma")


def as_websockets(exchange: Recorded, *, secrets: bool = False, base_url: str | None = None) -> Code:
    """
    Write a session as a script that plays the client's part.

    Args:
        exchange: The exchange.
        secrets: Whether to show what is masked otherwise, and read from environment variables.
        base_url: Scheme, host and port, as in "ws://127.0.0.1:8000".

    Raises:
        ExportError: It is no session, or a message of the client was cut or cannot be masked.
    """
    websocket = exchange.websocket
    if websocket is None:
        raise ExportError(f"exchange {exchange.seq} is no WebSocket session; use .as_httpx()")
    request = outgoing(exchange, secrets=secrets, base_url=base_url)
    names = Names()
    steps: list[str] = []
    used = list(request.secrets)
    for secret in used:
        names.take(secret.name)
    for message in websocket.messages:
        if message.direction == "send":
            steps.append("    print(websocket.recv())")
            continue
        if message.truncated:
            raise ExportError(
                f"message {message.number} of exchange {exchange.seq} was cut: {len(message.data)} of "
                f"{message.size} bytes are kept, so it cannot be sent again as it was"
            )
        payload = _payload(message, names, secrets)
        used += [piece for piece in payload if not isinstance(piece, str)] if message.is_text else []
        shown = literals.text(payload) if message.is_text else repr(message.data)
        steps.append(f"    websocket.send({shown})")
    notes = list(request.notes)
    if websocket.dropped_count:
        notes.append(
            f"the first {websocket.dropped_count} messages were kept no longer: this is what followed"
        )
    if used:
        notes.append(
            "Set in the environment first, for the values are masked: " + ", ".join(one.name for one in used)
        )
    arguments = [literals.text(request.url)]
    origin = request.header("origin")
    if origin:
        arguments.append(f"origin={literals.text(origin)}")
    headers = request.without(*OWN_HEADERS)
    if headers:
        pairs = "".join(
            f"        ({literals.quoted(name)}, {literals.text(value)}),\n" for name, value in headers
        )
        arguments.append(f"additional_headers=[\n{pairs}    ]")
    if websocket.offered:
        arguments.append(f"subprotocols={list(websocket.offered)!r}")
    lines = [
        *(f"# {visible(note)}" for note in notes),
        *(["import os\n"] if used else []),
        "from websockets.sync.client import connect\n",
        "with connect(",
        *(f"    {argument}," for argument in arguments),
        ") as websocket:",
        *(steps or ["    print(websocket.response.status_code)"]),
    ]
    return Code("\n".join(lines) + "\n", "python")


def _payload(message: WebSocketMessage, names: Names, secrets: bool) -> Text:
    raw = message.text
    if secrets or not message.is_text:
        return (raw,)
    shown = mask_text(raw)
    if not shown.masked and MASK not in raw:
        return (raw,)
    if visible(raw, lines=True) != raw:
        raise ExportError(
            f"message {message.number} holds {shown.masked} secrets among characters that cannot be seen, "
            "so they cannot be left out; pass secrets=True to copy it as it is"
        )
    return split(shown.text, "secret", names)
