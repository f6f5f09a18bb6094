"""Change attributes of other packages, also of those not imported yet, so that all can be put back."""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any


class Patches:
    """What was changed, and how it was before."""

    def __init__(self) -> None:
        self._changes: list[tuple[Any, str, Any, Any]] = []

    def set(self, target: Any, name: str, value: Any) -> None:
        """Give a module or class another attribute of that name, which it must have itself."""
        self._changes.append((target, name, vars(target)[name], value))
        setattr(target, name, value)

    def undo(self) -> None:
        """Put back what is still as it was set; what somebody has changed since is theirs."""
        while self._changes:
            target, name, before, value = self._changes.pop()
            if vars(target).get(name) is value:
                setattr(target, name, before)


class ImportWatch(importlib.abc.MetaPathFinder):
    """
    Call a function with a module once it is imported: at once if it is, else when it comes.

    Args:
        watched: Module name -> what to call.
    """

    def __init__(self, watched: Mapping[str, Callable[[ModuleType], None]]) -> None:
        self._watched = watched

    def install(self) -> None:
        """Begin to watch."""
        for name, call in self._watched.items():
            if name in sys.modules:
                call(sys.modules[name])
        sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Watch no longer."""
        sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a watched module where it would be found without us, and listen to its loader."""
        call = self._watched.get(fullname)
        if call is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(fullname, path, target)) is not None:
                if spec.loader is not None:
                    _call_after(spec.loader, call)
                return spec
        return None


def _call_after(loader: Any, call: Callable[[ModuleType], None]) -> None:
    """Let a loader, the next time it has run a module's code, call a function."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        # The instance's own attribute, above the class's method: the loader is then as it was.
        del loader.exec_module
        execute(module)
        call(module)

    loader.exec_module = exec_module
