"""A request to change and send."""

from collections.abc import Callable
from typing import Any

from asgi_nb.record import markup
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import mask_body_text, mask_headers, mask_query, shorten, visible
from asgi_nb.replaying.request import CHANGES, Prepared, prepare

# A screen of a body.
SHOWN = 2000


class Edit:
    """
    The request of an exchange, to be changed and sent: `edit = exchange.edit(path="/x"); edit.send()`.

    Args:
        exchange: Where it comes from.
        changes: What is different; see `asgi_nb.replaying.request.prepare`.
        send: Sends a request with these changes, and gives the new exchange.

    Raises:
        ReplayError: A part of the request was not kept.
        TypeError: A change has an unknown name, or a value of another type.
    """

    def __init__(self, exchange: Exchange, changes: dict[str, Any], send: Callable[..., Exchange]) -> None:
        self.exchange = exchange
        """Where it comes from."""
        self.changes = changes
        """What is different."""
        self.request: Prepared = prepare(exchange, changes)
        """The request as it will be sent."""
        self._send = send

    def change(self, **changes: Any) -> "Edit":
        """Give a request with these changes beside the ones it has; this one stays as it is."""
        merged = self.changes | changes
        if "json" in changes:
            merged.pop("body", None)
        elif "body" in changes:
            merged.pop("json", None)
        if "headers" in changes and "headers" in self.changes:
            merged["headers"] = {**self.changes["headers"], **changes["headers"]}
        return Edit(self.exchange, merged, self._send)

    def send(self, **options: Any) -> Exchange:
        """
        Send it, and give the new exchange.

        Args:
            options: `timeout` and `timed`, as of `Kit.replay`.
        """
        return self._send(self.exchange, **self.changes, **options)

    def __repr__(self) -> str:
        request = self.request
        query = mask_query(request.query_string).text
        lines = [f"{visible(request.method)} {visible(request.path)}{'?' if query else ''}{query}"]
        lines += [f"{name}: {value}" for name, value in mask_headers(request.headers)[0]]
        body = self._shown_body()
        changed = ", ".join(name for name in CHANGES if name in self.changes) or "nothing"
        return "\n".join([*lines, *(["", body] if body else []), "", f"changed: {changed}; .send() sends it"])

    def _repr_html_(self) -> str:
        return markup.block(repr(self))

    def _shown_body(self) -> str:
        request = self.request
        if self.exchange.websocket is not None:
            return f"{len(request.messages)} messages of the client"
        if b"\0" in request.body:
            return f"{len(request.body)} bytes"
        kind = next((value for name, value in request.headers if name.lower() == b"content-type"), b"")
        text = request.body[: 4 * SHOWN].decode("utf-8", "replace")
        return shorten(mask_body_text(text, kind.decode("latin-1")).text, SHOWN)
