"""The address of a running server, tried out by the page that shows it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from asgi_nb.service.service import Service


class Address(anywidget.AnyWidget):  # type: ignore[misc]
    """
    A line with the address at which *this* page reaches a server, found by asking it.

    The kernel guesses from its environment; whether a port is forwarded, a proxy installed or
    a tunnel in between only the page can tell. What it has found becomes the service's `url`.

    Args:
        service: The running server.
        found: Called, in the kernel's thread, with the address that a page has proven.
    """

    _esm = Path(__file__).parent / "static" / "address.js"

    name = traitlets.Unicode().tag(sync=True)
    """What the server answers."""
    port = traitlets.Int().tag(sync=True)
    local_url = traitlets.Unicode().tag(sync=True)
    """The address on the kernel's machine."""
    guess = traitlets.Unicode().tag(sync=True)
    """The kernel's own guess: a full URL, or a path on the page's origin."""
    prefix = traitlets.Unicode().tag(sync=True)
    """The path below jupyter-server-proxy; "" when no Jupyter server is known."""
    warning = traitlets.Unicode().tag(sync=True)
    """What a reader must know, such as that the port is open to the network."""

    def __init__(self, service: Service, found: Callable[[str], None]) -> None:
        self._found = found
        super().__init__(
            name=service.name,
            port=service.port,
            local_url=service.local_url,
            guess=service.url,
            prefix=service.prefix or "",
            warning=repr(service).partition(" - ")[2].rstrip(">") if service.public else "",
        )
        self.on_msg(self._receive)

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        # In the main thread or in a subshell's; a page may send anything.
        if isinstance(content, dict) and isinstance(content.get("found"), str):
            with suppress(ValueError):  # A page that sends no address has found none.
                self._found(content["found"])


def live_address(service: Service) -> dict[str, Any]:
    """
    Make a line with the service's address, as a MIME bundle without the plain forms.

    Returns:
        Empty where no front end shows widgets.
    """
    bundle = Address(service, service.prove)._repr_mimebundle_()
    if bundle is None:
        return {}
    data, _ = bundle
    return {kind: value for kind, value in data.items() if not kind.startswith("text/")}
