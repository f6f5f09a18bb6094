"""The values that requests and responses are made of."""

from collections.abc import Iterator, Sequence
from typing import Any

from asgi_nb.web._files import FormData, UploadFile
from asgi_nb.web._headers import Headers, MutableHeaders
from asgi_nb.web._multidict import ImmutableMultiDict, MultiDict, QueryParams
from asgi_nb.web._urls import URL, Address, URLPath

__all__ = [
    "URL",
    "Address",
    "CommaSeparatedStrings",
    "FormData",
    "Headers",
    "ImmutableMultiDict",
    "MultiDict",
    "MutableHeaders",
    "QueryParams",
    "Secret",
    "State",
    "URLPath",
    "UploadFile",
]


class Secret:
    """
    A text that is not shown in a repr. `str(secret)` gives it away where it is needed.

    Args:
        value: The text.
    """

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"{type(self).__name__}('**********')"

    def __str__(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)


class CommaSeparatedStrings(Sequence[str]):
    """
    A list written as one text, as in an environment variable: `"a, 'b,c', d"`.

    Args:
        value: The text, or the items themselves. Quotes keep a comma inside an item.
    """

    def __init__(self, value: str | Sequence[str]) -> None:
        if isinstance(value, str):
            from shlex import shlex

            splitter = shlex(value, posix=True)
            splitter.whitespace = ","
            splitter.whitespace_split = True
            self._items = [item.strip() for item in splitter]
        else:
            self._items = list(value)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int | slice) -> Any:
        return self._items[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __str__(self) -> str:
        return ", ".join(map(repr, self._items))


class State:
    """
    A place for what an app or a request wants to keep, by attribute or by item.

    Args:
        state: The dict to keep it in; shared, not copied.
    """

    _state: dict[str, Any]

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        super().__setattr__("_state", {} if state is None else state)

    def __setattr__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __getattr__(self, key: str) -> Any:
        # A State that is being unpickled or copied has no dict yet.
        if key == "_state" or key not in self._state:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")
        return self._state[key]

    def __delattr__(self, key: str) -> None:
        if key not in self._state:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")
        del self._state[key]

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __delitem__(self, key: str) -> None:
        del self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state)

    def __len__(self) -> int:
        return len(self._state)
