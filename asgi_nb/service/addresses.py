"""
Find the address under which the person's browser, not the kernel's machine, reaches a port.

Pure functions over an environment and what a Jupyter server writes about itself: the
kernel can only guess, and guesses are tested by table. From the surest to the weakest:

1. JUPYTERHUB_SERVICE_PREFIX is set (JupyterHub, Binder): jupyter-server-proxy below it.
2. The Jupyter server that started this kernel listens on this machine alone, at `/`: the
   browser runs here as well, and opens the port itself.
3. That server is elsewhere or below a path: jupyter-server-proxy below its base URL.
4. No Jupyter server (VS Code, IPython, a script): the port itself. VS Code forwards it.

Source: the environment that jupyter_server gives a kernel (JPY_PARENT_PID) and the file
`jpserver-PID.json` in its runtime directory; JupyterHub's reference of environment variables.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Jupyter:
    """The Jupyter server that started this kernel, in its own words."""

    base_url: str
    """The path below which it serves, with a slash at both ends."""
    hostname: str
    """What it listens on: a name, an address, or empty for every network."""
    url: str = ""
    """Its address as it prints it."""
    token: str = field(default="", repr=False)
    """What lets in whoever has it; empty where a password or a hub does."""


def find_jupyter(environ: Mapping[str, str], runtime_dir: Path | None) -> Jupyter | None:
    """
    Find the Jupyter server that started this kernel.

    Args:
        environ: The environment of the kernel.
        runtime_dir: Where Jupyter servers describe themselves; None when there is none.

    Returns:
        None when the kernel was started by something else, or the file is gone or unreadable.
    """
    parent = environ.get("JPY_PARENT_PID", "")
    if runtime_dir is None or not parent.isdigit():
        return None
    for file in sorted(runtime_dir.glob("jpserver-*.json")):
        described = _read(file)
        if described.get("pid") == int(parent):
            base_url = str(described.get("base_url") or "/")
            return Jupyter(
                _slashed(base_url),
                str(described.get("hostname") or ""),
                str(described.get("url") or ""),
                str(described.get("token") or ""),
            )
    return None


def proxy_prefix(port: int, environ: Mapping[str, str], jupyter: Jupyter | None) -> str | None:
    """
    Give the path below which jupyter-server-proxy shows `port`, without a slash at the end.

    Returns:
        None when no Jupyter server is known.
    """
    if hub := environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        return f"{_slashed(hub)}proxy/{port}"
    if jupyter is not None:
        return f"{jupyter.base_url}proxy/{port}"
    return None


def browser_url(local_url: str, port: int, environ: Mapping[str, str], jupyter: Jupyter | None) -> str:
    """
    Give the address that the person's browser opens, with a slash at the end.

    Without that slash, relative links on a proxied page resolve one level too high.

    Args:
        local_url: The address on this machine, such as `http://127.0.0.1:8000/`.
        port: Its port.
        environ: The environment of the kernel.
        jupyter: What `find_jupyter` found.

    Returns:
        A full URL, or below a proxy whose public name the kernel cannot know, a path on
        the notebook page's own origin.
    """
    prefix = proxy_prefix(port, environ, jupyter)
    if environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        return f"{_public_origin(environ)}{prefix}/"
    if jupyter is None or (jupyter.hostname in LOCAL_NAMES and jupyter.base_url == "/"):
        return local_url
    return f"{prefix}/"


def _public_origin(environ: Mapping[str, str]) -> str:
    """The Hub's scheme and host, where its administrator has told it (JupyterHub 5)."""
    public = environ.get("JUPYTERHUB_PUBLIC_URL", "").rstrip("/")
    prefix = environ["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/")
    return public.removesuffix(prefix) if public.endswith(prefix) else ""


def _read(file: Path) -> dict[str, Any]:
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Another server's file, removed or half written while we look: it is not our parent's.
        return {}
    return described if isinstance(described, dict) else {}


def _slashed(path: str) -> str:
    inner = path.strip("/")
    return f"/{inner}/" if inner else "/"
