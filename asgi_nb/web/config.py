"""
Settings from the environment, a file and defaults, in that order.

A setting that was read may not change any more: whoever read it early would go on with
the old value.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TypeVar, overload

__all__ = ["Config", "Environ", "EnvironError", "environ", "undefined"]

T = TypeVar("T")

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class undefined:
    """Stands for a default that was not given: None may be one."""


class EnvironError(Exception):
    """A variable was to be changed that had been read before."""


class Environ(MutableMapping[str, str]):
    """
    Environment variables that cannot change once they were read.

    Args:
        environ: What it reads and writes.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._has_been_read: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self._has_been_read.add(key)
        return self._environ[key]

    def __setitem__(self, key: str, value: str) -> None:
        self._check_unread("set", key)
        self._environ[key] = value

    def __delitem__(self, key: str) -> None:
        self._check_unread("delete", key)
        del self._environ[key]

    def _check_unread(self, action: str, key: str) -> None:
        if key in self._has_been_read:
            raise EnvironError(
                f"Attempting to {action} environ['{key}'], but the value has already been read; "
                "do it before the first Config that reads it"
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


environ = Environ()
"""The environment of this process. What was read cannot be changed any more."""


class Config:
    """
    Look settings up by name: `config("DEBUG", cast=bool, default=False)`.

    Args:
        env_file: A file of `NAME=value` lines; one that is missing gives a warning. A value may
            stand in quotes, a line that starts with `#` is a comment, any other is passed over.
        environ: Where to look first.
        env_prefix: Stands before every name.
        encoding: The encoding of the file.

    Raises:
        ValueError: The file is not in that encoding.
    """

    def __init__(
        self,
        env_file: str | Path | None = None,
        environ: Mapping[str, str] = environ,
        env_prefix: str = "",
        encoding: str = "utf-8",
    ) -> None:
        self.environ = environ
        self.env_prefix = env_prefix
        self.file_values: dict[str, str] = {}
        if env_file is None:
            return
        if os.path.isfile(env_file):
            self.file_values = self._read_file(env_file, encoding)
        else:
            warnings.warn(f"Config file '{env_file}' not found.", stacklevel=2)

    @overload
    def __call__(self, key: str, *, default: None) -> str | None: ...

    @overload
    def __call__(self, key: str, cast: type[T], default: T = ...) -> T: ...

    @overload
    def __call__(self, key: str, cast: type[str] = ..., default: str = ...) -> str: ...

    @overload
    def __call__(self, key: str, cast: Callable[[Any], T] = ..., default: Any = ...) -> T: ...

    @overload
    def __call__(self, key: str, cast: type[str] = ..., default: T = ...) -> T | str: ...

    def __call__(self, key: str, cast: Callable[[Any], Any] | None = None, default: Any = undefined) -> Any:
        """The same as `get`."""
        return self.get(key, cast, default)

    def get(self, key: str, cast: Callable[[Any], Any] | None = None, default: Any = undefined) -> Any:
        """
        The value of a setting.

        Args:
            key: Its name, without the prefix.
            cast: Makes the value from the text, and from the default; `bool` takes true, false, 1 and 0.
            default: For a setting that is nowhere; None is given as it is.

        Raises:
            KeyError: It is nowhere, and there is no default.
            ValueError: It cannot be cast.
        """
        key = self.env_prefix + key
        for place in (self.environ, self.file_values):
            if key in place:
                return self._perform_cast(key, place[key], cast)
        if default is undefined:
            raise KeyError(f"Config '{key}' is missing, and has no default.")
        return self._perform_cast(key, default, cast)

    def _read_file(self, file_name: str | Path, encoding: str) -> dict[str, str]:
        try:
            text = Path(file_name).read_text(encoding)
        except UnicodeDecodeError as exc:
            raise ValueError(
                f"Config file '{file_name}' is not {encoding} text; pass the encoding it has"
            ) from exc
        values: dict[str, str] = {}
        for line in text.split("\n"):
            name, equals, value = line.strip().partition("=")
            if not equals or name.startswith("#"):
                continue
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            values[name.strip()] = value
        return values

    def _perform_cast(self, key: str, value: Any, cast: Callable[[Any], Any] | None = None) -> Any:
        if cast is None or value is None:
            return value
        if cast is bool and isinstance(value, str):
            try:
                return _BOOLEANS[value.lower()]
            except KeyError:
                raise ValueError(
                    f"Config '{key}' has value '{value}'. Not a valid bool; write true, false, 1 or 0."
                ) from None
        try:
            return cast(value)
        except (TypeError, ValueError) as exc:
            name = getattr(cast, "__name__", repr(cast))
            raise ValueError(f"Config '{key}' has value '{value}'. Not a valid {name}.") from exc
