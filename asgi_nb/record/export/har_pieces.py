"""
The pieces of an HTTP Archive: texts, headers, cookies and bodies, masked and counted.

Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asgi_nb.record.body import Body, Headers
from asgi_nb.record.masks import MASK, mask_body_text, mask_header, mask_text
from asgi_nb.record.secret_paths import without_quoted

# What stands for MASK in URLs, which are ASCII (mitmproxy refuses others), and in bytes of headers, as in
# files of traffic.
STARS = "***"

Hide = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Payload:
    """A body without its Content-Encoding, as text or as base64, or left out."""

    decoded: bytes
    """The bytes."""
    text: str | None = None
    """What they say, where they are text: in the body's charset they are the same bytes again."""
    base64: str | None = None
    """The bytes in base64, where they are no text."""
    masked: bool = False
    """Whether something was hidden; without a text, all was."""


class Pieces:
    """
    Writes pieces, and counts what it hides.

    Args:
        secrets: Whether nothing is hidden.
    """

    def __init__(self, secrets: bool) -> None:
        self.secrets = secrets
        """Whether nothing is hidden."""
        self.masked = 0
        """How many values were hidden."""
        self.secrets_of_path: list[str] = []
        """What is to be hidden in the path of the entry that is being written."""

    def shown(self, raw: str, mask: Any) -> str:
        """Give a text, masked where it holds a secret, and else as it was."""
        if self.secrets:
            return raw
        shown = mask(raw)
        self.masked += shown.masked
        return str(shown.text) if shown.masked else raw

    def url(self, shown: str) -> str:
        """Give a URL in which something may be masked as one that can be read."""
        return shown if self.secrets else shown.replace(MASK, STARS)

    def hiders(self) -> tuple[Hide, Hide, Callable[[Headers], Headers]]:
        """Give what hides the secrets of a trace: in texts that quote a path, in others, and in headers."""

        def hide_path(text: str) -> str:
            return without_quoted(text, self.secrets_of_path, MASK) if self.secrets_of_path else text

        def hide_headers(headers: Headers) -> Headers:
            pairs = ((one["name"], one["value"].replace(MASK, STARS)) for one in self.headers(headers))
            return tuple(
                (name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in pairs
            )

        return hide_path, lambda text: self.shown(hide_path(text), mask_text), hide_headers

    def headers(self, headers: Headers) -> list[dict[str, str]]:
        """Write header fields in their order, duplicates included."""
        written = []
        for raw_name, raw_value in headers:
            name = raw_name.decode("latin-1")
            value = self.shown(raw_value.decode("latin-1"), lambda text, name=name: mask_header(name, text))
            written.append({"name": name, "value": value})
        return written

    def cookies(self, headers: Headers) -> list[dict[str, Any]]:
        """Write what a client's Cookie headers say."""
        values = [value.decode("latin-1") for name, value in headers if name.lower() == b"cookie"]
        pairs = [cookie.partition("=") for value in values for cookie in value.split(";") if cookie.strip()]
        return [self._cookie(name, value) for name, _, value in pairs]

    def set_cookies(self, headers: Headers) -> list[dict[str, Any]]:
        """Write what an app's Set-Cookie headers say."""
        cookies = []
        for name, value in headers:
            if name.lower() == b"set-cookie":
                pair, *attributes = value.decode("latin-1").split(";")
                key, _, content = pair.partition("=")
                cookie = self._cookie(key, content)
                for attribute in attributes:
                    word, _, setting = attribute.strip().partition("=")
                    if word.lower() in ("path", "domain"):
                        cookie[word.lower()] = setting
                    elif word.lower() in ("httponly", "secure"):
                        cookie["httpOnly" if word.lower() == "httponly" else "secure"] = True
                cookies.append(cookie)
        return cookies

    def _cookie(self, name: str, value: str) -> dict[str, Any]:
        return {"name": name.strip(), "value": value.strip() if self.secrets or not value.strip() else MASK}

    def payload(self, body: Body) -> Payload:
        """Give a body as text where it is text, and as base64 else."""
        try:
            decoded = body.decoded
        except ValueError:
            # Not what its Content-Encoding says: the bytes are what there is.
            decoded = body.data
        try:
            text: str | None = decoded.decode(body.charset)
            if text is not None and ("\0" in text or text.encode(body.charset) != decoded):
                text = None
        except ValueError:
            text = None
        hidden = self.masked
        if text is not None:
            shown = self.shown(text, lambda raw: mask_body_text(raw, body.content_type))
            return Payload(decoded, text=shown, masked=self.masked > hidden)
        if not self.secrets:
            self.masked += mask_body_text(decoded.decode("latin-1"), body.content_type).masked
        if self.masked > hidden:
            return Payload(decoded, masked=True)
        return Payload(decoded, base64=base64.b64encode(decoded).decode("ascii"))
