"""What the cells below the magics are given: names, and the classes of what stands behind them."""

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from asgi_nb.live.app import LiveApp
from asgi_nb.live.definitions import PARAMETER
from asgi_nb.web.convertors import CONVERTOR_TYPES
from asgi_nb.web.requests import Request
from asgi_nb.web.websockets import WebSocket

# Magic -> name -> class; None for what has no attributes that anyone asks for.
GIVEN: dict[str, dict[str, type | None]] = {
    "asgi_error": {"request": Request, "exc": None},
    "asgi_lifespan": {"app": LiveApp},
    "asgi_middleware": {"request": Request, "call_next": None},
    "asgi_route": {"request": Request},
    "asgi_websocket": {"websocket": WebSocket},
}


def given_in(magic: str, line: str) -> Mapping[str, type | None]:
    """
    Give the names that the cell below a magic is given, with their classes.

    Args:
        magic: Its name without percent signs.
        line: What stands after it; its path's parameters are names too.
    """
    if magic not in GIVEN:
        return {}
    names = dict(GIVEN[magic])
    if magic in ("asgi_route", "asgi_websocket"):
        for parameter in PARAMETER.finditer(line):
            name, _, kind = parameter[0].strip("{}").partition(":")
            convertor = CONVERTOR_TYPES.get(kind or "str")
            names[name] = None if convertor is None else _returned(type(convertor).convert)
    return names


def attributes_of(dotted: str, given: Mapping[str, type | None]) -> list[str]:
    """
    List the public attributes of `request` or `request.url`; none where the class is not known.

    Args:
        dotted: Names with dots between.
        given: Name -> class, for the first of them.
    """
    first, *names = dotted.split(".")
    cls = given.get(first)
    for name in names:
        found = None if cls is None else inspect.getattr_static(cls, name, None)
        cls = _returned(found.fget) if isinstance(found, property) else None
    return [] if cls is None else [name for name in dir(cls) if not name.startswith("_")]


def _returned(function: Any) -> type | None:
    """The class that a function says it returns."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    for option in get_args(annotation) if isinstance(annotation, UnionType) else (annotation,):
        cls = get_origin(option) or option
        if isinstance(cls, type) and cls is not NoneType:
            return cls
    return None
