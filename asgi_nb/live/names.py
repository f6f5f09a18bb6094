"""Names that people write at the head of a cell, and names made of them."""

import keyword
import re
from collections.abc import Collection

from asgi_nb.live.definitions import PARAMETER
from asgi_nb.live.errors import CellError

# Methods that a cell may name. Source: RFC 9110 section 9.3; RFC 5789 for PATCH; RFC 10008 for QUERY.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")


def parse_methods(methods: str | Collection[str]) -> list[str]:
    """
    Read `"GET"`, `"get,post"` or a list of such names.

    Raises:
        CellError: There is none, or one that HTTP does not know.
    """
    names = methods.split(",") if isinstance(methods, str) else methods
    if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
        raise CellError(f"methods are 'GET', 'GET,POST' or a list of such words, got {methods!r}")
    found = list(dict.fromkeys(name.strip().upper() for name in names))
    if not any(found):
        raise CellError("a route needs a method: GET, or several as in GET,POST")
    for name in found:
        if name not in METHODS:
            raise CellError(f"unknown method {name!r}; expected one of {', '.join(METHODS)}")
    return found


def function_name(name: str | None, *words: str) -> str:
    """
    Make the name of the function that a body becomes: `get_items_item_id` for `GET /items/{item_id:int}`.

    Args:
        name: The name that was asked for; taken as it is when Python allows it.
        words: The methods and the path.
    """
    if name is not None and not isinstance(name, str):
        raise CellError(f"a name is text, such as 'items', got {name!r}")
    if name is not None and name.isidentifier() and not keyword.iskeyword(name):
        return name
    bare = PARAMETER.sub(lambda match: match[0].partition(":")[0], " ".join(words))
    return "_".join(re.findall(r"\w+", bare.lower(), re.ASCII))
