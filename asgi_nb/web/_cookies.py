"""Cookies: read as browsers and servers write them, write as the standard says."""

import re
import string
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["SAMESITE", "format_cookie", "parse_cookies"]

SAMESITE = ("lax", "strict", "none")

_TOKEN_CHARACTERS = re.escape(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
_TOKEN = re.compile(f"[{_TOKEN_CHARACTERS}]+")
# What a value may hold without quotes, and within them without an escape: the stdlib's sets, so that
# http.cookies and we read each other.
_PLAIN_VALUE = re.compile(f"[{_TOKEN_CHARACTERS}:]+")
_TO_ESCAPE = re.compile(f"[^{_TOKEN_CHARACTERS}{re.escape(': ()/<=>?@[]{}')}]")
_ESCAPED = re.compile(r"\\(?:([0-3][0-7][0-7])|(.))", re.DOTALL)
# What would end an attribute, or the header.
_ENDS_ATTRIBUTE = re.compile(r"[;\x00-\x1f\x7f]")


def parse_cookies(cookie_string: str) -> dict[str, str]:
    """
    The cookies of a Cookie header, by name; of two with one name the last.

    Lenient: browsers send what pages stored, and not all of it follows the standard. A part
    without "=" is a value without a name.

    Args:
        cookie_string: The header's value.

    Source: RFC 6265 section 5.4, and the browsers' handling of nameless cookies.
    """
    cookies: dict[str, str] = {}
    for part in cookie_string.split(";"):
        name, equals, value = part.partition("=")
        if not equals:
            name, value = "", part
        name = name.strip()
        value = value.strip()
        if name or value:
            cookies[name] = _unquote(value) if value[:1] == '"' else value
    return cookies


def _unquote(value: str) -> str:
    if len(value) < 2 or value[-1] != '"':
        return value
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)) if match[1] else match[2], value[1:-1])


def _quote(value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return f'"{_TO_ESCAPE.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    if ord(character) > 0xFF:
        raise ValueError(
            f"cookie value must be latin-1 text, got {match.string!r}; "
            "percent-encode it with urllib.parse.quote()"
        )
    return f"\\{ord(character):03o}"


def format_cookie(
    key: str,
    value: str,
    max_age: int | None,
    expires: "datetime | str | int | None",
    path: str | None,
    domain: str | None,
    secure: bool,
    httponly: bool,
    samesite: str | None,
    partitioned: bool,
) -> bytes:
    """
    The value of a Set-Cookie header, attributes in alphabetical order as the stdlib writes them.

    Raises:
        ValueError: The name is not a token, the value is not latin-1, `samesite` is not one of the
            three, or an attribute holds what would end it.

    Source: RFC 6265 section 4.1; RFC 6265bis for SameSite; the CHIPS draft for Partitioned.
    """
    if not _TOKEN.fullmatch(key):
        raise ValueError(f"cookie name must be letters, digits and !#$%&'*+-.^_`|~, got {key!r}")
    parts = [f"{key}={_quote(value)}"]
    # An empty attribute is left out, as the stdlib does.
    if domain:
        parts.append(f"Domain={_attribute('domain', domain)}")
    if expires is not None and expires != "":
        parts.append(f"expires={_attribute('expires', _date(expires))}")
    if httponly:
        parts.append("HttpOnly")
    if max_age is not None:
        parts.append(f"Max-Age={int(max_age)}")
    if partitioned:
        parts.append("Partitioned")
    if path:
        parts.append(f"Path={_attribute('path', path)}")
    if samesite is not None:
        if samesite.lower() not in SAMESITE:
            raise ValueError(f"samesite must be one of 'lax', 'strict' and 'none', or None, got {samesite!r}")
        parts.append(f"SameSite={samesite}")
    if secure:
        parts.append("Secure")
    return "; ".join(parts).encode("latin-1")


def _attribute(name: str, value: str) -> str:
    if _ENDS_ATTRIBUTE.search(value) or not value.isascii():
        raise ValueError(f"cookie {name} must be ASCII without ';' and control characters, got {value!r}")
    return value


def _date(expires: "datetime | str | int") -> str:
    if isinstance(expires, str):
        return expires
    # Loads much that an app without such cookies never needs.
    from datetime import datetime
    from email.utils import format_datetime, formatdate

    if isinstance(expires, datetime):
        return format_datetime(expires, usegmt=True)
    return formatdate(time.time() + expires, usegmt=True)
