"""Libraries that only some questions need."""

from importlib import import_module
from typing import Any


def need(module: str, what: str, otherwise: str = "") -> Any:
    """
    Import a library that is not a dependency.

    Args:
        module: Its name, which is its package's as well, up to the first dot.
        what: What needs it, for the error.
        otherwise: What to do without it, for the error.

    Raises:
        ImportError: It is not installed.
    """
    package = module.partition(".")[0]
    try:
        import_module(package)
    except ModuleNotFoundError as exc:
        if exc.name != package:
            raise
        raise ImportError(
            f"{what} needs {package}, which is not installed; run %pip install {package}{otherwise}",
            name=package,
        ) from None
    return import_module(module)
