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
    found = [contestant("starlette"), contestant("asgi_nb")]
    words = [f"starlette {version('starlette')}"]
    for name, (distribution, _) in PEERS.items():
        try:
            found.append(contestant(name))
        except ModuleNotFoundError as exc:
            print(f"without {name}: {exc}; to see it too, run: pip install {distribution}")
            continue
        if distribution is not None:
            words.append(f"{distribution} {version(distribution)}")
    print(", ".join(words))
    return found


def contestant(name: str) -> Contestant:
    """
    One of them.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    if name in PEERS:
        return Contestant(name, importlib.import_module(PEERS[name][1]).APPS)
    twins: Any = importlib.import_module("_toolkit_starlette")
    ns = twins.namespace("asgi_nb.web" if name == "asgi_nb" else name)
    apps = {app: functools.partial(build, ns) for app, build in twins.APPS.items()}
    return Contestant(name, apps, functools.partial(twins.replace, ns))
