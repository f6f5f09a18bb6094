"""
Decide what is secret, and show the rest safely.

Rule 1: everything that a person or a file can see goes through here: reprs, HTML
        tables, wire rows, exports. Python attributes keep the raw value.
Rule 2: a name decides, never a guess about the value: what is masked can be told
        by reading the lists below.
Rule 3: each function says how many values it hid, so that the reader is told.
Rule 4: what was recorded is hostile. Characters that redraw the text around them
        come out as visible escapes.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MASK = "•••"

# Parts of a name, compared in lower case without "-", "_", "." and spaces. The first four are the patterns of
# django-silk's default list; its "key", "api" and "username" hide too much of an ordinary exchange.
SECRET_PARTS = (
    "token",
    "secret",
    "password",
    "signature",
    "accesskey",
    "apikey",
    "authorization",
    "credential",
    "csrf",
    "cookie",
    "passphrase",
    "passwd",
    "privatekey",
    "sessionid",
    "xsrf",
)

# Whole names that are too short or too common to look for inside others.
SECRET_NAMES = frozenset({"auth", "jwt", "otp", "pass", "pwd", "session", "sid", "sig", "xauth"})

# Headers whose value is a URL: the URL's own secrets are hidden, the rest is shown.
URL_HEADERS = frozenset({"content-location", "destination", "location", "origin", "referer", "refresh"})


class Shown(NamedTuple):
    """A text that may be shown, and what was hidden in it."""

    text: str
    """The text with each secret replaced by MASK."""
    masked: int
    """How many values were hidden."""


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Say whether a header, query key, form key or JSON key of this name holds a secret."""
    plain = re.sub(r"[-_.\s\[\]]", "", name).lower()
    return plain in SECRET_NAMES or any(part in plain for part in SECRET_PARTS)


# --- characters -------------------------------------------------------------------------------------------

# Source: Unicode TR36 section 3; "Trojan Source", CVE-2021-42574. The joiners U+200C and U+200D stay: scripts
# and emoji need them.
_UNSAFE = "".join(
    (
        "\x00-\x08\x0b-\x1f\x7f-\x9f",  # C0 and C1 controls
        "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069",  # bidirectional controls, separators
        "\xad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f",  # without a shape
        "\ud800-\udfff",  # lone surrogates
    )
)
_INVISIBLE_IN_LINES = re.compile(f"[{_UNSAFE}]")
_INVISIBLE = re.compile(f"[\t\n{_UNSAFE}]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str, *, lines: bool = False) -> str:
    r"""
    Show control and bidirectional characters as escapes such as `\x00` and `\u202e`.

    Args:
        text: Any text, lone surrogates included.
        lines: Keep line feeds and tabs as they are, for text that is shown in several lines.

    Returns:
        A text that shows its characters in the order they have, and that UTF-8 can encode.
    """
    if lines:
        return _INVISIBLE_IN_LINES.sub(_escape, text.replace("\r\n", "\n"))
    return _INVISIBLE.sub(_escape, text)


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` characters, the last of which is then an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


# --- headers, queries, URLs -------------------------------------------------------------------------------


def mask_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[list[tuple[str, str]], int]:
    """
    Show headers in their order, with secret values hidden.

    Returns:
        The `(name, value)` pairs to show, and how many values were hidden.
    """
    shown: list[tuple[str, str]] = []
    masked = 0
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        text, hidden = mask_header(name, raw_value.decode("latin-1"))
        shown.append((visible(name), text))
        masked += hidden
    return shown, masked


def mask_header(name: str, value: str) -> Shown:
    """
    Show one header's value.

    Cookies keep their names and attributes, credentials keep their scheme ("Bearer"), URLs keep all but their
    secrets.
    """
    lower = name.lower()
    if lower == "cookie":
        return _mask_cookies(value)
    if lower == "set-cookie":
        cookie, semicolon, attributes = value.partition(";")
        shown = _mask_cookies(cookie)
        return Shown(shown.text + visible(semicolon + attributes), shown.masked)
    if lower in ("authorization", "proxy-authorization"):
        scheme, space, rest = value.partition(" ")
        return Shown(f"{visible(scheme)} {MASK}" if space and rest else MASK, 1) if value else Shown("", 0)
    if lower in URL_HEADERS:
        return mask_url(value)
    if is_secret(lower):
        return Shown(MASK, 1) if value else Shown("", 0)
    return Shown(visible(value), 0)


def _mask_cookies(value: str) -> Shown:
    shown = []
    masked = 0
    for cookie in value.split(";"):
        name, equals, content = cookie.partition("=")
        if content:
            shown.append(f"{visible(name)}={MASK}")
            masked += 1
        elif equals or not name.strip():
            shown.append(visible(cookie))
        else:
            # A cookie without "=" is all value: RFC 6265bis section 5.6.
            shown.append(MASK)
            masked += 1
    return Shown(";".join(shown), masked)


def mask_query(query: bytes | str) -> Shown:
    """
    Show a query string or an urlencoded form, still encoded, with the values of secret keys hidden.

    Args:
        query: What stands after the "?", without it.
    """
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    if "=" not in text:
        return Shown(visible(text), 0)
    masked = 0
    pairs = re.split(r"([&;])", text)
    for index in range(0, len(pairs), 2):
        key, equals, value = pairs[index].partition("=")
        if value and is_secret(_percent_decoded(key)):
            pairs[index] = key + equals + MASK
            masked += 1
    return Shown(visible("".join(pairs)), masked)


def _percent_decoded(key: str) -> str:
    # A hand-made decoder: urllib would be the only import of this file that costs start-up time.
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), key.replace("+", " "))


_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")


def mask_url(url: str) -> Shown:
    """Show a URL with the user name and password before the host, and secret query values, hidden."""
    url, masked = _USERINFO.subn(f"{MASK}@", url)
    head, hash_sign, fragment = url.partition("#")
    path, mark, query = head.partition("?")
    shown_query = mask_query(query)
    # OAuth's implicit flow puts tokens into the fragment: RFC 6749 section 4.2.2.
    shown_fragment = mask_query(fragment)
    return Shown(
        visible(path) + mark + shown_query.text + hash_sign + shown_fragment.text,
        masked + shown_query.masked + shown_fragment.masked,
    )


# --- bodies -----------------------------------------------------------------------------------------------


def mask_body_text(text: str, content_type: str = "") -> Shown:
    """
    Show the text of a body, with secrets hidden by the rules of its media type.

    Forms go by their keys. Everything else is read as text that may hold JSON, whole, in pieces or cut off,
    and `name=value` pairs, so a body with a wrong content type is masked as well.

    Args:
        text: The decoded text, whole or cut.
        content_type: The value of the Content-Type header, "" when there is none.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        return mask_query(text)
    masked = 0
    if media_type == "multipart/form-data":
        text, masked = _mask_multipart(text)
    shown = mask_text(text)
    return Shown(shown.text, shown.masked + masked)


# The key of a JSON member, up to its value.
_JSON_KEY = re.compile(r'"((?:[^"\\\n]|\\.){1,200})"\s*:\s*')
_JSON_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_JSON_SCALAR = re.compile(r'[^\s,\]}"]+')
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_NOTHING_TO_HIDE = frozenset({"null", "true", "false", '""', "none", "''", "bearer", "basic", "digest"})

# `password=…`, `'password': '…'`, as in logs, error texts, .env files and JSON inside a JSON string.
# The value is only looked at: it may hold the next name, as in `ValueError: password=…`.
_PAIR = re.compile(
    r"""(?<![\w-])([\w.-]{1,100})\\?["']?\s?[=:]\s?(?=(\\?"[^"\\]*\\?"|'[^']*'|[^\s&;,"'<>\\]+))""",
)
_SCHEME = re.compile(r"\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{8,}", re.IGNORECASE)


def mask_text(text: str) -> Shown:
    """Show text of any kind: JSON members, `name=value` pairs, credentials and URL user names are hidden."""
    pieces: list[str] = []
    masked = 0
    end = 0
    for key in _JSON_KEY.finditer(text):
        if key.start() < end or not is_secret(_json_text(key[1])):
            continue
        value_end = _json_value_end(text, key.end())
        if text[key.end() : value_end] in _NOTHING_TO_HIDE:
            continue
        pieces += text[end : key.end()], f'"{MASK}"'
        masked += 1
        end = value_end
    text = "".join(pieces) + text[end:]

    text, credentials = _SCHEME.subn(rf"\1 {MASK}", text)
    text, pairs = _mask_pairs(text)
    text, users = _USERINFO.subn(f"{MASK}@", text)
    return Shown(visible(text, lines=True), masked + credentials + pairs + users)


def _mask_pairs(text: str) -> Shown:
    pieces: list[str] = []
    masked = 0
    end = 0
    for pair in _PAIR.finditer(text):
        name, value = pair[1], pair[2]
        if pair.start() < end or not is_secret(name) or MASK in value or value.lower() in _NOTHING_TO_HIDE:
            continue
        pieces += text[end : pair.end()], MASK
        masked += 1
        end = pair.end(2)
    return Shown("".join(pieces) + text[end:], masked)


def _json_text(literal: str) -> str:
    if "\\" not in literal:
        return literal
    try:
        return str(json.loads(f'"{literal}"'))
    except ValueError:
        # Not JSON after all: the characters as they stand are the name.
        return literal


def _json_value_end(text: str, start: int) -> int:
    """Find where the JSON value at `start` ends: at the end of the text when it was cut."""
    if text.startswith('"', start):
        string = _JSON_STRING.match(text, start)
        return string.end() if string else len(text)
    if not text.startswith(("{", "["), start):
        scalar = _JSON_SCALAR.match(text, start)
        return scalar.end() if scalar else start
    depth = 0
    for token in _JSON_TOKEN.finditer(text, start):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)


# From the name of a secret field to the next boundary line. Source: RFC 7578 section 4.2.
_PART = re.compile(
    r"""(content-disposition:[^\n]*?[;\s]name="?([^";\r\n]+)"?[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n)(.*?)(?=\r?\n--|\Z)""",
    re.IGNORECASE | re.DOTALL,
)


def _mask_multipart(text: str) -> Shown:
    masked = 0

    def hide(match: re.Match[str]) -> str:
        nonlocal masked
        if not match[3] or not is_secret(match[2]):
            return match[0]
        masked += 1
        return match[1] + MASK

    return Shown(_PART.sub(hide, text), masked)
