"""The path parameters that hold secrets, as `{token}` does, and texts that quote a path without them."""

from collections.abc import Iterable, Mapping
from typing import Any

from asgi_nb.record.masks import is_secret


def secret_values(path_params: Mapping[str, Any]) -> list[str]:
    """Give what path parameters with the name of a secret hold."""
    return [str(value) for name, value in path_params.items() if is_secret(name) and str(value)]


def without(text: str, secrets: Iterable[str], mark: str) -> str:
    """Give a path, or a text that quotes one as it is, with `mark` in the place of each secret."""
    for secret in secrets:
        text = text.replace(secret, mark)
    return text


def without_quoted(text: str, secrets: Iterable[str], mark: str) -> str:
    """Give a text that quotes a path segment by segment, as Python writes a text, without its secrets."""
    pieces = {piece for one in secrets for piece in (one, *one.split("/")) if piece}
    return without(text, sorted(pieces | {repr(one)[1:-1] for one in pieces}, key=len, reverse=True), mark)
