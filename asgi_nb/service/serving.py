"""What the layers at the edge of one server share."""

from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from asgi_nb.service.names import Names
from asgi_nb.service.options import Options
from asgi_nb.service.refusals import Refusals


@dataclass
class Serving:
    """One server, as its layers see it."""

    port: int
    """The TCP port."""
    options: Options
    """What is let in."""
    names: Names
    """Under which names it is addressed."""
    refusals: Refusals
    """Who was not let in."""
    name: str = field(default_factory=lambda: token_hex(8))
    """What it calls itself when a page asks; no other server, and no later one, has the same."""
    prefix: str | None = None
    """The path below which jupyter-server-proxy would show the port, without a slash at its end."""
    on_hub: bool = False
    """Whether that proxy is behind a JupyterHub."""
    secrets: frozenset[str] = frozenset()
    """Jupyter's own tokens, as far as they are known."""
    state: dict[str, Any] = field(default_factory=dict)
    """What the app's lifespan has put into its state; each request gets a copy."""
    doubtful: set[tuple[str, int]] = field(default_factory=set)
    """The clients whose heads may be too large, because so much came at once or in pieces."""
    surplus: set[tuple[str, int]] = field(default_factory=set)
    """The clients of connections beyond the number allowed, which wait for their refusal."""
