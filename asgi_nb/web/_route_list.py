"""
A list that tells whether it was changed.

Frameworks and instrumentation append to `app.routes` while it serves, and a router must notice without
looking at every item for every request.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

__all__ = ["RouteList"]

T = TypeVar("T")

_MUTATORS = (
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__setitem__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
)


class RouteList(list[T]):
    """A list with a stamp: the same stamp, the same content."""

    # It is read for every request.
    __slots__ = ("stamp",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        super().__init__(items)
        self.stamp = object()


def _stamping(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def mutate(self: RouteList[Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            # After the change: whoever read the old stamp and then the new content only looks once more.
            self.stamp = object()

    return mutate


for _name in _MUTATORS:
    setattr(RouteList, _name, _stamping(getattr(list, _name)))
