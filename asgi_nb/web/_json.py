"""
JSON as the toolkit writes and reads it: compact, UTF-8, NaN and Infinity refused in what is written.

The stdlib's C encoder is built once: `json.dumps` with arguments builds a Python object and a C
encoder for each call, which costs more than encoding a small value. Without a table of what it
is inside of, this encoder meets a circle as a RecursionError; a value that fails is encoded
again the plain way, whose errors say what is wrong.
"""

import json
import json.encoder
from collections.abc import Callable
from typing import Any

__all__ = ["encode_json", "encode_json_text", "load_json", "make_encoder"]


def make_encoder(default: Callable[[Any], Any] | None = None) -> Callable[[Any], str]:
    """
    A function that encodes a value as compact JSON text.

    Args:
        default: Called with what JSON has no word for; gives something it has, or raises TypeError.
    """
    plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=default)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # A Python without the C accelerator.
        return plain.encode
    fast = make(
        None,
        plain.default,
        json.encoder.encode_basestring,
        plain.indent,
        plain.key_separator,
        plain.item_separator,
        plain.sort_keys,
        plain.skipkeys,
        plain.allow_nan,
    )

    def encode(value: Any) -> str:
        try:
            return "".join(fast(value, 0))
        except (TypeError, ValueError, RecursionError):
            return plain.encode(value)

    return encode


encode_json_text = make_encoder()
"""As `encode_json`, but text."""


def encode_json(value: Any) -> bytes:
    """
    Encode a value as JSON.

    Raises:
        TypeError: Something in it has no JSON form.
        ValueError: NaN, Infinity, a lone surrogate, or a value that contains itself.

    Source: RFC 8259.
    """
    return encode_json_text(value).encode()


_decode = json.JSONDecoder().decode


def load_json(body: bytes | str) -> Any:
    """
    Decode JSON.

    Raises:
        json.JSONDecodeError: It is no JSON: also where the stdlib says so by another exception. Its `doc` has
            U+FFFD for what is not UTF-8 (nor UTF-16 or UTF-32, which the stdlib detects).
    """
    try:
        return _decode(body if type(body) is str else body.decode("utf-8"))  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        return _load_otherwise(body)


def _load_otherwise(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as exc:
        octets = exc.object
        # As many characters stand before the bad byte here as in the text with it replaced.
        place = len(octets[: exc.start].decode(exc.encoding, "replace"))
        problem = f"not {exc.encoding.upper()}: {exc.reason}"
        raise json.JSONDecodeError(problem, octets.decode(exc.encoding, "replace"), place) from exc
    except (RecursionError, ValueError) as exc:
        # See sys.set_int_max_str_digits.
        too_deep = isinstance(exc, RecursionError)
        problem = "nested too deeply" if too_deep else "an integer has too many digits"
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        raise json.JSONDecodeError(problem, text, 0) from exc
