"""The response to a request that was sent from a cell, as the cell shows it."""

import json
from typing import Any

import httpx2

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.markup import block, card, fold, table
from asgi_nb.record.masks import mask_body_text, mask_headers, shorten, visible

SHOWN = 4000
"""Characters of a body that are shown: two screens."""
PRETTY = 256 << 10
"""Bytes of JSON that are read to be indented: beyond it, the wait is longer than the look."""


class Reply:
    """
    The response to a request, and how it was handled.

    Args:
        response: The response, with its body read.
        exchange: What was recorded of it, if it was.
        complete: Whether the response had ended, or was cut.
    """

    def __init__(
        self, response: httpx2.Response, *, exchange: Exchange | None = None, complete: bool = True
    ) -> None:
        self.response = response
        """The httpx2.Response, for all that this class has no name for."""
        self.exchange = exchange
        """The exchange in the traffic, as the app saw it; None when it was not recorded."""
        self.complete = complete
        """False when the response was a stream that went on, and is cut here."""

    @property
    def status_code(self) -> int:
        """The status code."""
        return self.response.status_code

    @property
    def headers(self) -> httpx2.Headers:
        """The header fields; names in any case."""
        return self.response.headers

    @property
    def content(self) -> bytes:
        """The body, decompressed."""
        return self.response.content

    @property
    def text(self) -> str:
        """The body as text, in the charset that the response names, else UTF-8."""
        return self.response.text

    def json(self) -> Any:
        """
        Read the body as JSON.

        Raises:
            ValueError: It is none.
        """
        try:
            return self.response.json()
        except ValueError as exc:
            kind = self.headers.get("content-type", "no content type")
            raise ValueError(
                f"the body is not JSON ({exc}): it is {kind}, and begins with {self.text[:60]!r}; use .text"
            ) from exc

    @property
    def headline(self) -> str:
        """`200 OK, 3.1 ms`."""
        words = f"{self.status_code} {self.response.reason_phrase}".strip()
        if self.exchange is not None and self.exchange.duration is not None:
            words += f", {self.exchange.duration * 1000:.1f} ms"
        return words if self.complete else f"{words}, cut here: the response had not ended"

    def __repr__(self) -> str:
        headers, _ = mask_headers(self.headers.raw)
        shown = [self.headline, *(f"{name}: {value}" for name, value in headers)]
        body = self._shown_body()
        return "\n".join([*shown, "", shorten(body, SHOWN)]) if body else "\n".join(shown)

    def _repr_html_(self) -> str:
        headers, masked = mask_headers(self.headers.raw)
        title = f"Headers ({len(headers)}, {masked} masked)" if masked else f"Headers ({len(headers)})"
        body = self._shown_body()
        return card(self.headline, [fold(title, table([], headers)), *([block(body, SHOWN)] if body else [])])

    def _shown_body(self) -> str:
        """Give the body as a person reads it: JSON indented, bytes counted, secrets hidden."""
        content = self.content
        kind = self.headers.get("content-type", "")
        media = kind.partition(";")[0].strip().lower()
        if not content:
            return ""
        is_json = media == "application/json" or media.endswith("+json")
        if is_json and len(content) <= PRETTY:
            try:
                pretty = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
            except ValueError:
                pretty = self.text
            return mask_body_text(pretty, kind).text
        # A text without a type is still shown; what has zero bytes in it is none.
        textual = (
            is_json
            or media.startswith("text/")
            or media.endswith(("xml", "javascript", "urlencoded"))
            or not media
        )
        if not textual or b"\0" in content:
            return f"{len(content)} bytes of {visible(media) or 'no content type'}"
        # More than is shown, so that a secret at the edge is masked as a whole.
        return mask_body_text(self.text[: SHOWN * 2], kind).text
