"""A request to try a route with: what was written after `--try`, or made up from the route's path."""

import re

from asgi_nb.live.definitions import Definition
from asgi_nb.live.errors import CellError
from asgi_nb.web.convertors import CONVERTOR_TYPES

# Convertor -> what a person would type to see whether it works.
SAMPLES = {
    "str": "tea",
    "path": "a/b",
    "int": "1",
    "float": "1.5",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}

WITH_BODY = ("POST", "PUT", "PATCH", "QUERY", "DELETE")
"""Methods in the order in which a body is tried."""

PARAMETER = re.compile(r"{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?}", re.ASCII)


def sample_request(definition: Definition, sample: str) -> str:
    """
    Make a request for a route, as in `.http` files.

    Args:
        definition: The route.
        sample: A path with its query, a body, or both with a space between; "" for neither.

    Raises:
        CellError: A parameter of the path has a convertor that nothing is known of, or the path belongs to
            another route.
    """
    if not isinstance(sample, str):
        raise CellError(f"a sample is text: a path, a body, or both, as in '/items/3'; got {sample!r}")
    target, body = "", sample
    if sample.startswith("/"):
        target, _, body = sample.partition(" ")
    target = target or sample_path(definition.path)
    line = f"{_method(definition, bool(body.strip()))} {target}"
    return f"{line}\n\n{body.strip()}" if body.strip() else line


def sample_path(path: str) -> str:
    """
    Fill in a path's parameters: `/items/1` for `/items/{item_id:int}`.

    Raises:
        CellError: There is no sample for a convertor.
    """

    def fill(match: re.Match[str]) -> str:
        kind = match[2] or "str"
        # The notebook's own convertor may have the name of one of ours.
        known = kind in SAMPLES and re.fullmatch(CONVERTOR_TYPES[kind].regex, SAMPLES[kind])
        if not known:
            raise CellError(
                f"there is no sample for {match[0]}; write the path to try: --try {path.partition('{')[0]}…"
            )
        return SAMPLES[kind]

    return PARAMETER.sub(fill, path)


def _method(definition: Definition, has_body: bool) -> str:
    methods = definition.methods
    if methods is None:
        return "POST" if has_body else "GET"
    if has_body:
        return next((method for method in WITH_BODY if method in methods), min(methods))
    return "GET" if "GET" in methods else min(methods)
