"""Who takes part. A package that is not installed is left out with a word."""

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

# Name in the table -> (distribution, module with its apps).
PEERS = {
    "raw": (None, "_toolkit_raw"),
    "fastapi": ("fastapi", "_toolkit_fastapi"),
    "litestar": ("litestar", "_toolkit_litestar"),
    "blacksheep": ("blacksheep", "_toolkit_blacksheep"),
    "falcon": ("falcon", "_toolkit_falcon"),
}


@dataclass
class Contestant:
    """One column of the table."""

    name: str
    apps: dict[str, Callable[[], Any]]
    replace: Callable[[Any, int], None] | None = None
    """Puts a new endpoint where the route with this number is."""


def contestants() -> list[Contestant]:
    """All that are installed. Starlette, which the others are compared with, comes first."""
    found = [_twin("starlette", "starlette"), _twin("asgi_nb", "asgi_nb.web")]
    words = [f"starlette {version('starlette')}"]
    for name, (distribution, module) in PEERS.items():
        try:
            apps = importlib.import_module(module).APPS
        except ModuleNotFoundError as exc:
            print(f"without {name}: {exc}; to see it too, run: pip install {distribution}")
            continue
        found.append(Contestant(name, apps))
        if distribution is not None:
            words.append(f"{distribution} {version(distribution)}")
    print(", ".join(words))
    return found


def _twin(name: str, package: str) -> Contestant:
    twins: Any = importlib.import_module("_toolkit_starlette")
    ns = twins.namespace(package)
    apps = {app: functools.partial(build, ns) for app, build in twins.APPS.items()}
    return Contestant(name, apps, functools.partial(twins.replace, ns))
